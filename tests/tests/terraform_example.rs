//! `examples/terraform-module` fits the configuration that it is written for, beside it and as a module of it.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use iamx_tests::{
    files::{self, SourceText, repository},
    pipeline::run,
};
use serde_json::Value;

const EXAMPLE: &str = "examples/terraform-module";
const ROOT: &str = "prod/iam.tf.json";

fn configuration() -> String {
    files::read(&repository(EXAMPLE).join("live/prod/main.tf"))
}

fn built(workspace: &[SourceText]) -> Value {
    let outcome = run(workspace);
    assert!(outcome.diagnostics.is_empty(), "{}", outcome.rendered());
    let root = outcome.files.iter().find(|file| file.path == ROOT).expect("the account has a root");
    serde_json::from_slice(&root.bytes).expect("it is JSON")
}

/// What stands between `before` and `after`, each time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split_once(after).expect("it ends").0).collect()
}

/// The workspace with a variable for each of its references, as its README says it.
fn as_module() -> Vec<SourceText> {
    let mut workspace = files::workspace(&repository(EXAMPLE));
    for (_, text) in &mut workspace {
        for line in text.clone().lines().filter(|line| line.contains("terraform(\"aws_")) {
            let (name, reference) = (between(line, "extern ", ":")[0], between(line, "terraform(\"", "\"")[0]);
            *text = text.replace(reference, &format!("var.{}_arn", name.replace('-', "_")));
        }
    }
    workspace
}

/// The README's block of `main.tf` that calls the module.
fn call() -> String {
    let page = files::read(&repository(EXAMPLE).join("README.md"));
    between(&page, "```hcl\n", "```")
        .into_iter()
        .find(|block| block.contains("module \"iam\""))
        .expect("it is there")
        .into()
}

/// The configuration with what it takes of iamx taken from the module.
fn calling() -> String {
    let configuration = configuration()
        .replace("aws_iam_role.Thumbnails.arn", "module.iam.role_arns[\"Thumbnails\"]")
        .replace("[aws_sqs_queue_policy._--jobs]", "[module.iam]")
        .replace("[aws_iam_role_policy.Thumbnails]", "[module.iam]");
    format!("{configuration}\n{}\nvariable \"alerts_arn\" {{}}\n", call())
}

#[test]
fn each_side_has_what_the_other_refers_to() {
    let workspace = files::workspace(&repository(EXAMPLE));
    let (root, configuration) = (built(&workspace), configuration());
    let declared: BTreeSet<String> = between(&configuration, "\nresource ", " {")
        .into_iter()
        .map(|names| names.replace("\" \"", ".").replace('"', ""))
        .collect();
    let sources: String = workspace.iter().map(|(_, text)| text.as_str()).collect();
    let references = between(&sources, "terraform(\"aws_", "\"");
    assert!(references.len() > 4);
    for reference in references {
        assert!(declared.contains(&format!("aws_{reference}")), "main.tf makes no aws_{reference}");
    }
    let mut taken = 0;
    for word in configuration.split(|c: char| c.is_whitespace() || matches!(c, '[' | ']')) {
        let [kind, label, ..] = word.split('.').collect::<Vec<_>>()[..] else { continue };
        if kind.starts_with("aws_") && !declared.contains(&format!("{kind}.{label}")) {
            assert!(root["resource"][kind][label].is_object(), "iamx makes no {word}");
            taken += 1;
        }
    }
    assert!(taken > 2, "{taken}");
}

#[test]
fn the_module_takes_what_its_call_hands_in() {
    let root = built(&as_module());
    let variables: BTreeSet<&str> = root["variable"].as_object().expect("labels").keys().map(String::as_str).collect();
    let call = call();
    let handed: BTreeSet<&str> =
        call.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim()).collect();
    assert_eq!(&handed - &BTreeSet::from(["source"]), variables);
    assert!(root["terraform"]["required_providers"]["aws"].is_object(), "a module says which provider it needs");
}

#[test]
fn a_wrong_reference_is_answered_as_the_readme_shows() {
    let page = files::read(&repository(EXAMPLE).join("README.md"));
    let shown = between(&page, "```text\nerror[", "```");
    let wrong: [&[(&str, &str)]; 2] = [
        &[("\"aws_sqs_queue.jobs\"", "\"aws_sns_topic.jobs\"")],
        &[
            ("account prod \"222222222222\"", "account prod \"222222222222\"\naccount dev \"111111111111\""),
            ("use resources.{", "use resources.{dev, "),
            ("role Web {", "role Web in dev {"),
        ],
    ];
    assert_eq!(shown.len(), wrong.len());
    for (shown, changes) in shown.into_iter().zip(wrong) {
        let mut workspace = files::workspace(&repository(EXAMPLE));
        for (_, text) in &mut workspace {
            for (right, wrong) in changes {
                *text = text.replace(right, wrong);
            }
        }
        let said = run(&workspace).rendered();
        assert!(said.contains(shown.trim_end()), "{said}");
    }
}

/// The configuration of Terraform's command line that says where a provider of AWS is.
const PROVIDERS: &str = "IAMX_TEST_TERRAFORM_CONFIG";

/// Needs Terraform, and a provider of AWS, which is too large to fetch for this.
#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn terraform_finds_both_ways_valid() {
    let Some(providers) = std::env::var_os(PROVIDERS) else {
        eprintln!("skipped: {PROVIDERS} isn't set");
        return;
    };
    let terraform = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(folder)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", &providers);
        let ended = command.output().expect("it runs");
        let (said, errors) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.success(), "{arguments:?}\n{said}\n{errors}");
    };
    let beside = built(&files::workspace(&repository(EXAMPLE)));
    for (configuration, root, place) in
        [(configuration(), beside, "iam.tf.json"), (calling(), built(&as_module()), "live/prod/iam.tf.json")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join(place);
        fs::create_dir_all(place.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(place, root.to_string()).expect("it can be written");
        fs::write(folder.path().join("main.tf"), configuration).expect("it can be written");
        terraform(folder.path(), &["init", "-no-color", "-input=false"]);
        terraform(folder.path(), &["validate", "-no-color"]);
    }
}

//! The pipeline over files in memory: order, levels, `#allow`.

use iamx_catalog::Catalog;
use iamx_diagnostic::{Format, Style, render};
use iamx_workspace::{Analysis, TextFile, Workspace};

fn file(path: &str, text: &str) -> TextFile {
    TextFile { path: path.to_owned(), text: text.into() }
}

fn analyze(settings: Option<&str>, files: &[(&str, &str)]) -> Analysis {
    let settings = settings.map(|text| file("iamx.toml", text));
    let files = files.iter().map(|(path, text)| file(path, text)).collect();
    Workspace::new(settings, files).analyze(Catalog::builtin())
}

fn short(analysis: &Analysis) -> String {
    render(Format::Short, &analysis.diagnostics, &analysis.sources, Style::default())
}

/// Names of the checks whose findings there are.
fn checks(analysis: &Analysis) -> Vec<&'static str> {
    analysis.diagnostics.iter().map(|diagnostic| diagnostic.check.name).collect()
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(checks(&analyze(None, &[("main.iamx", "")])), [""; 0]);
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let files =
        [("b.iamx", "policy {\n"), ("a/z.iamx", "role {\n"), ("a.iamx", "let = 1\n"), ("c.iamx", "let x = 1\n")];
    let mut reversed = files;
    reversed.reverse();
    let (one, other) = (analyze(None, &files), analyze(None, &reversed));
    assert_eq!(short(&one), short(&other));
    assert!(short(&one).starts_with("a.iamx:1:"), "{}", short(&one));
}

#[test]
fn an_error_leaves_no_documents() {
    let analysis = analyze(None, &[("main.iamx", "policy {\n")]);
    assert!(!analysis.diagnostics.is_empty() && analysis.files.is_empty());
}

#[test]
fn modules_need_names() {
    let analysis = analyze(None, &[("role.iamx", ""), ("2nd.iamx", ""), ("std/x.iamx", ""), ("fine.iamx", "")]);
    assert_eq!(checks(&analysis), ["reserved-module-name"; 3]);
}

#[test]
fn a_file_too_large_is_not_parsed() {
    let analysis = analyze(None, &[("main.iamx", &"{".repeat(iamx_workspace::MAX_FILE_BYTES + 1))]);
    assert_eq!(checks(&analysis), ["file-too-large"]);
}

#[test]
fn an_allow_that_takes_nothing_away_is_found() {
    let text = "#allow(unused-policy, \"it is used\")\nlet x = [\"a\"]\n";
    let analysis = analyze(None, &[("main.iamx", text)]);
    assert!(checks(&analysis).contains(&"unused-allow"), "{}", short(&analysis));
}

#[test]
fn an_allow_speaks_of_the_one_statement_that_follows() {
    let policy = |allow: &str| {
        format!(
            "policy P {{\n  {allow}\n  allow s3:GetObject on *\n  allow s3:PutObject on *\n}}\n\nrole R {{\n  trust service lambda\n  attach P\n}}\n"
        )
    };
    let found = |allow: &str| short(&analyze(None, &[("main.iamx", &policy(allow))]));
    let (without, with) = (found(""), found("#allow(wildcard-resource, \"read by auditors\")"));
    assert!(without.contains("main.iamx:3:") && without.contains("main.iamx:4:"), "{without}");
    assert!(!with.contains("main.iamx:3:") && with.contains("main.iamx:4:"), "{with}");
}

#[test]
fn an_allow_is_checked() {
    let text = "\
#allow(unused-polcy, \"why\")
let a = [\"a\"]
#allow(unused-policy)
let b = [\"b\"]
#allow(unused-policy, \"  \")
let c = [\"c\"]
#allow(unknown-name, \"why\")
let d = [\"d\"]
";
    let analysis = analyze(None, &[("main.iamx", text)]);
    let found = short(&analysis);
    assert!(found.contains("main.iamx:1:8: error[unknown-check]: no check is called `unused-polcy`"), "{found}");
    assert!(found.contains("main.iamx:3:1: error[missing-allow-reason]"), "{found}");
    assert!(found.contains("main.iamx:5:1: error[missing-allow-reason]"), "{found}");
    assert!(found.contains("main.iamx:7:8: warning[unused-allow]: `unknown-name` is an error"), "{found}");
}

#[test]
fn an_allow_before_nothing_is_found() {
    for text in ["let a = 1\n#allow(unused-policy, \"why\")\n", "policy P {\n  #allow(unused-policy, \"why\")\n}\n"] {
        let analysis = analyze(None, &[("main.iamx", text)]);
        assert!(checks(&analysis).contains(&"misplaced-attribute"), "{}", short(&analysis));
    }
}

#[test]
fn lint_levels_are_applied() {
    let text = "#allow(unused-policy, \"it is used\")\nlet x = [\"a\"]\n";
    let level = |level: &str| analyze(Some(&format!("[lint]\nunused-allow = \"{level}\"\n")), &[("main.iamx", text)]);
    assert!(short(&level("error")).contains("error[unused-allow]"));
    assert!(short(&level("warn")).contains("warning[unused-allow]"));
    assert!(!short(&level("off")).contains("unused-allow"));
    assert!(level("error").files.is_empty());
}

#[test]
fn a_bad_value_is_told_where_it_was_given() {
    let module = ("main.iamx", "param _hours: number = 1\n");
    let settings = "[workspace]\nname = \"acme\"\n\n[params]\n_hours = \"six\"\n";
    let given = analyze(Some(settings), &[module]);
    assert!(short(&given).starts_with("iamx.toml:5:10: error[bad-parameter-value]"), "{}", short(&given));
    let mut set = Workspace::new(Some(file("iamx.toml", settings)), vec![file(module.0, module.1)]);
    set.set_param("_hours", "six");
    let set = set.analyze(Catalog::builtin());
    assert!(short(&set).starts_with("main.iamx:1:7: error[bad-parameter-value]"), "{}", short(&set));
    let human = render(Format::Human, &set.diagnostics, &set.sources, Style::default());
    assert!(human.contains("`--set` on the command line"), "{human}");
}

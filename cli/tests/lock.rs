//! `iamx.lock`: what a newer catalog makes of a workspace is said, and accepted by one command alone.

mod support;

use support::{Folder, Run};

/// A workspace, and two catalogs of a service that is in no other.
fn workspace() -> Folder {
    let folder = Folder::new(&[
        ("iamx.toml", "[workspace]\nname = \"acme\"\n"),
        (
            "main.iamx",
            "role Reader {\n  trust service ec2\n  allow demo:Get*, demo:PutOne on *\n  allow demo:@list on *\n}\n",
        ),
    ]);
    let action = |name: &str, level: &str| {
        format!(
            r#"{{"Name": "{name}", "Annotations": {{"Properties": {{"IsList": {}, "IsPermissionManagement": false,
               "IsTaggingOnly": false, "IsWrite": {}}}}}}}"#,
            level == "list",
            level == "write"
        )
    };
    for (date, actions) in [
        ("2098-01-01", vec![("GetOne", "read"), ("GetTwo", "read"), ("PutOne", "write"), ("ListOne", "list")]),
        (
            "2099-01-01",
            vec![
                ("GetOne", "read"),
                ("GetThree", "read"),
                ("PutOne", "write"),
                ("ListOne", "list"),
                ("ListTwo", "list"),
            ],
        ),
        ("2100-01-01", vec![("GetOne", "read"), ("GetTwo", "read"), ("ListOne", "list")]),
    ] {
        let actions: Vec<String> = actions.into_iter().map(|(name, level)| action(name, level)).collect();
        let text =
            format!(r#"{{"Name": "demo", "Version": "v1.4", "Actions": [{}], "Resources": []}}"#, actions.join(","));
        folder.write("demo.json", text);
        let out = format!("{date}.bin");
        let run = folder.iamx(&["catalog", "import", "demo.json", "--date", date, "--out", &out]);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    folder
}

fn with(folder: &Folder, arguments: &[&str], catalog: &str) -> Run {
    let mut command = folder.command(arguments);
    command.env("IAMX_CATALOG", catalog);
    support::run(command, "")
}

#[test]
fn without_a_lock_nothing_is_said_of_one() {
    let folder = workspace();
    assert!(!with(&folder, &["check"], "2098-01-01.bin").stdout.contains("stale-lock"));
    let run = with(&folder, &["catalog", "diff"], "2098-01-01.bin");
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("there is no `iamx.lock`") && run.stderr.contains("update-lock"), "{}", run.stderr);
}

#[test]
fn another_catalog_is_told_with_what_it_changes() {
    let folder = workspace();
    let run = with(&folder, &["catalog", "update-lock"], "2098-01-01.bin");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "iamx.lock: 4 names, as in the catalog of 2098-01-01\n"));
    let lock = folder.read("iamx.lock");
    let lines: Vec<&str> = lock.lines().filter(|line| !line.starts_with("sha256 = ")).collect();
    insta::assert_snapshot!("lock", lines.join("\n"));
    let run = with(&folder, &["check", "--format", "short"], "2098-01-01.bin");
    assert!(!run.stdout.contains("lock"), "{}", run.stdout);

    let locked = folder.read("iamx.lock");
    let run = with(&folder, &["build"], "2099-01-01.bin");
    assert_eq!(run.code, Some(0), "{run:?}");
    let told: Vec<&str> = run.stdout.split("suggestion[stale-lock]").collect();
    assert_eq!(told.len(), 2, "{}", run.stdout);
    insta::assert_snapshot!("told", told[1]);
    assert_eq!(folder.read("iamx.lock"), locked);

    let run = with(&folder, &["catalog", "diff"], "2099-01-01.bin");
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stdout, "+ demo:@list demo:ListTwo\n+ demo:Get* demo:GetThree\n- demo:Get* demo:GetTwo\n");

    assert_eq!(with(&folder, &["catalog", "update-lock"], "2099-01-01.bin").code, Some(0));
    assert_eq!(with(&folder, &["catalog", "diff"], "2099-01-01.bin").code, Some(0));
    let run = with(&folder, &["catalog", "update-lock"], "2099-01-01.bin");
    assert_eq!(run.stderr, "iamx.lock is of the catalog of 2099-01-01 already\n");
}

#[test]
fn an_action_that_is_gone_is_listed_and_not_accepted_while_it_is_named() {
    let folder = workspace();
    assert_eq!(with(&folder, &["catalog", "update-lock"], "2098-01-01.bin").code, Some(0));
    let run = with(&folder, &["catalog", "diff"], "2100-01-01.bin");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), "- action demo:PutOne\n"));
    let locked = folder.read("iamx.lock");
    let run = with(&folder, &["catalog", "update-lock"], "2100-01-01.bin");
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("unknown-action") && run.stderr.contains("nothing is written"), "{run:?}");
    assert_eq!(folder.read("iamx.lock"), locked);
}

#[test]
fn a_new_name_is_missing_in_the_lock_until_it_is_written_anew() {
    let folder = workspace();
    assert_eq!(with(&folder, &["catalog", "update-lock"], "2098-01-01.bin").code, Some(0));
    folder.write("more.iamx", "role Other {\n  trust service ec2\n  allow demo:List* on *\n}\n");
    let run = with(&folder, &["check", "--format", "short"], "2098-01-01.bin");
    assert!(run.stdout.contains("stale-lock") && run.stdout.contains("`demo:List*`"), "{}", run.stdout);
    assert_eq!(with(&folder, &["catalog", "update-lock"], "2098-01-01.bin").code, Some(0));
    assert!(!with(&folder, &["check"], "2098-01-01.bin").stdout.contains("stale-lock"));
}

#[test]
fn a_lock_that_is_none_is_an_error_and_written_anew() {
    let folder = workspace();
    for text in ["<<<<<<< HEAD\n", "", "layout = 99\nactions = []\n[catalog]\nversion = \"\"\nsha256 = \"\"\n[holds]\n"]
    {
        folder.write("iamx.lock", text);
        let run = with(&folder, &["check", "--format", "short"], "2098-01-01.bin");
        assert_eq!(run.code, Some(1), "{run:?}");
        assert_eq!(run.stdout.matches("invalid-lock").count(), 1, "{}", run.stdout);
        assert_eq!(with(&folder, &["catalog", "diff"], "2098-01-01.bin").code, Some(2));
        assert_eq!(with(&folder, &["catalog", "update-lock"], "2098-01-01.bin").code, Some(0));
        assert_eq!(with(&folder, &["check"], "2098-01-01.bin").code, Some(0));
    }
}

#[test]
fn a_file_alone_has_no_lock() {
    let folder = Folder::new(&[("one.iamx", "policy P { allow s3:Get* on * }\n")]);
    let run = folder.iamx(&["catalog", "update-lock", "one.iamx"]);
    assert_eq!(run.code, Some(2));
    assert!(!folder.exists("iamx.lock"));
}

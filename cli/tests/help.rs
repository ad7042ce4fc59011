//! What the command says of itself.

mod support;

use support::Folder;

#[test]
fn help_is_as_it_was() {
    let folder = Folder::new(&[]);
    insta::assert_snapshot!("iamx", folder.iamx(&["--help"]).stdout);
    for command in ["build", "check", "fmt", "explain", "init", "catalog", "lsp", "completions"] {
        let run = folder.iamx(&[command, "--help"]);
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.contains("Examples:"), "{command}");
        insta::assert_snapshot!(command, run.stdout);
    }
}

#[test]
fn version_is_the_crates() {
    let run = Folder::new(&[]).iamx(&["--version"]);
    assert_eq!(run.stdout, format!("iamx {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_flag_is_usage() {
    let folder = Folder::new(&[]);
    for arguments in
        [&["check", "--nope"][..], &["chekc"], &[], &["check", "--set", "x"], &["check", "--format", "xml"]]
    {
        let run = folder.iamx(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn explain_prints_a_page_or_the_nearest_name() {
    let folder = Folder::new(&[]);
    let run = folder.iamx(&["explain", "error[unknown-name]"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.starts_with("unknown-name: "), "{}", run.stdout);
    let run = folder.iamx(&["explain", "unknwon-name"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("did you mean `unknown-name`?"), "{}", run.stderr);
    let run = folder.iamx(&["explain", "--list"]);
    assert_eq!(run.stdout.lines().count(), iamx_diagnostic::checks::ALL.len());
    assert_eq!(folder.iamx(&["explain"]).code, Some(2));
}

#[test]
fn completions_name_the_commands() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = folder.iamx(&["completions", shell]);
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.contains("explain"), "{shell}");
    }
}

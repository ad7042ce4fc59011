//! Colour, formats, pipes that close.

mod support;

use std::{io::Read, process::Stdio};

use support::{Folder, run};

fn broken() -> Folder {
    Folder::new(&[("broken.iamx", "policy {\n")])
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let folder = broken();
    let colored = |arguments: &[&str]| folder.iamx(arguments).stdout.contains('\u{1b}');
    assert!(!colored(&["check", "broken.iamx"]));
    assert!(colored(&["check", "broken.iamx", "--color", "always"]));
    assert!(!colored(&["check", "broken.iamx", "--color", "never"]));
    let mut command = folder.command(&["check", "broken.iamx", "--color", "auto"]);
    command.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "");
    assert!(!run(command, "").stdout.contains('\u{1b}'));
}

#[test]
fn a_border_error_is_plain_without_a_terminal() {
    let run = Folder::new(&[]).iamx(&["check", "missing"]);
    assert_eq!(
        run.stderr,
        "  x `missing` doesn't exist\n  help: check the spelling; paths are relative to the current folder\n"
    );
}

#[test]
fn machine_formats_are_all_of_standard_output() {
    let folder = broken();
    for format in ["json", "sarif"] {
        let run = folder.iamx(&["build", "broken.iamx", "--format", format]);
        assert_eq!(run.code, Some(1));
        for value in serde_json::Deserializer::from_str(&run.stdout).into_iter::<serde_json::Value>() {
            assert!(value.unwrap().is_object());
        }
    }
    let github = folder.iamx(&["check", "broken.iamx", "--format", "github"]).stdout;
    assert!(github.starts_with("::error "), "{github}");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let folder = broken();
    for arguments in [&["explain", "--list"][..], &["completions", "bash"], &["check", "broken.iamx"], &["--help"]] {
        let mut child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        assert!(child.wait().unwrap().code().is_some_and(|code| code < 2), "{arguments:?}: {stderr}");
    }
}

//! The workspaces that people read first have no finding, are formatted, and compile to what is written down.

use iamx_syntax::format;
use iamx_tests::{files, pipeline::run};

#[test]
fn examples_have_no_finding() {
    for folder in files::examples() {
        let outcome = run(&files::workspace(&folder));
        assert!(outcome.diagnostics.is_empty(), "{}\n{}", folder.display(), outcome.rendered());
    }
}

#[test]
fn examples_are_formatted() {
    for folder in files::examples() {
        for (path, text) in files::workspace(&folder).into_iter().filter(|(path, _)| path != "iamx.toml") {
            assert_eq!(format(&text).as_ref(), Ok(&text), "{}/{path}", folder.display());
        }
    }
}

#[test]
fn examples_compile_to_what_is_written_down() {
    let folders = files::examples();
    assert!(!folders.is_empty());
    for folder in folders {
        insta::assert_snapshot!(files::name(&folder), run(&files::workspace(&folder)).output());
    }
}

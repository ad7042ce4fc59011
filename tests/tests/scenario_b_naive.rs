//! The usual hand-written answer to scenario B, written in iamx, is refused for the right reasons.

use iamx_diagnostic::Severity;
use iamx_tests::{
    files::{self, repository},
    pipeline::run,
};

#[test]
fn the_usual_answer_is_refused() {
    let outcome = run(&files::workspace(&repository("tests/baselines/scenario-b-naive")));
    let found = |check: &str, severity: Severity| {
        outcome.diagnostics.iter().any(|found| found.check.name == check && found.severity == severity)
    };
    assert!(found("group-as-principal", Severity::Error), "{}", outcome.rendered());
    assert!(found("action-resource-mismatch", Severity::Warning), "{}", outcome.rendered());
    assert!(outcome.files.is_empty());
}

#[test]
fn the_right_answer_is_taken() {
    let outcome = run(&files::workspace(&repository("examples/scenario-b")));
    assert!(outcome.diagnostics.is_empty(), "{}", outcome.rendered());
    assert!(!outcome.files.is_empty());
}

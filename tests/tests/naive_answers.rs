//! The usual hand-written answers to the scenarios, written in iamx, are refused or flagged for the right reasons; the
//! examples' READMEs quote what is said of them.

use iamx_diagnostic::Severity;
use iamx_tests::{
    files::{self, read, repository},
    pipeline::{Outcome, run},
};

/// Each example with what its usual answer is told.
const TOLD: [(&str, &[(&str, Severity)]); 3] = [
    ("scenario-a", &[("action-resource-mismatch", Severity::Warning)]),
    ("scenario-b", &[("group-as-principal", Severity::Error), ("action-resource-mismatch", Severity::Warning)]),
    ("scenario-c", &[("unknown-action", Severity::Error), ("action-resource-mismatch", Severity::Warning)]),
];

fn naive(example: &str) -> Outcome {
    run(&files::workspace(&repository("tests/baselines").join(format!("{example}-naive"))))
}

#[test]
fn usual_answers_are_told_what_is_wrong() {
    for (example, told) in TOLD {
        let outcome = naive(example);
        for (check, severity) in told {
            assert!(
                outcome.diagnostics.iter().any(|found| found.check.name == *check && found.severity == *severity),
                "{example}: {check}\n{}",
                outcome.rendered()
            );
        }
        if told.iter().any(|(_, severity)| *severity == Severity::Error) {
            assert!(outcome.files.is_empty(), "{example}");
        }
    }
}

#[test]
fn readmes_quote_what_is_said() {
    let mut quotes = 0;
    for (example, _) in TOLD {
        let outcome = naive(example);
        let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        let said = trimmed(&outcome.rendered());
        let readme = trimmed(&read(&repository("examples").join(example).join("README.md")));
        for block in readme.split("```text\n").skip(1).filter_map(|rest| rest.split_once("\n```")) {
            assert!(said.contains(block.0), "{example}\n{}\n{said}", block.0);
            quotes += 1;
        }
    }
    assert!(quotes >= TOLD.len(), "{quotes}");
}

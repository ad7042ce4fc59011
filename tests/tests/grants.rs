//! Grants: whoever the grantee and whatever the resource, the documents are those that AWS asks for, or the error says why not.

use std::fmt::Write as _;

use iamx_tests::{
    files::repository,
    granted::{Cell, Policies, cells},
    pipeline::{Outcome, run_text},
    snapshot::Snapshots,
};

fn compiled(cell: &Cell) -> Outcome {
    run_text(&cell.source())
}

/// What comes out of a cell: a line a statement, or one an error.
fn outcome_of(cell: &Cell, outcome: &Outcome) -> String {
    let mut text = String::new();
    if !outcome.errors().is_empty() {
        for diagnostic in &outcome.diagnostics {
            if diagnostic.severity == iamx_diagnostic::Severity::Error {
                let _ = writeln!(text, "  error {}: {}", diagnostic.check.name, diagnostic.message);
            }
        }
        return text;
    }
    let ends = outcome.files.iter().filter_map(|file| Some((cell.end_of(&file.path)?, file)));
    let mut ends: Vec<_> = ends.collect();
    ends.sort_by_key(|(end, _)| *end);
    for (end, file) in ends {
        for statement in cell.granted(&file.bytes) {
            let _ = writeln!(text, "  {} {statement}", end.name());
        }
    }
    for diagnostic in &outcome.diagnostics {
        if diagnostic.check.name == "redundant-grant" {
            let _ = writeln!(text, "  warning {}: {}", diagnostic.check.name, diagnostic.message);
        }
    }
    if text.is_empty() { "  nothing\n".to_owned() } else { text }
}

#[test]
fn every_cell_is_as_written_down() {
    let folder = repository("tests/grants");
    let mut text = String::new();
    let mut count = 0;
    let mut page = String::new();
    for cell in cells(&folder) {
        if page != cell.resource.name {
            page.clone_from(&cell.resource.name);
            let _ = writeln!(text, "== {}: {}\n   {}", cell.resource.name, cell.resource.granted, cell.resource.page);
        }
        let _ = writeln!(text, "{} of {} account", cell.grantee.kind, cell.relation.name());
        text.push_str(&outcome_of(&cell, &compiled(&cell)));
        count += 1;
    }
    assert!(count >= 150, "{count}");
    let mut snapshots = Snapshots::from_environment();
    snapshots.compare(&folder.join("cells.txt"), &text);
    snapshots.assert();
}

#[test]
fn whoever_is_granted_something_has_it_and_nobody_else() {
    let mut decided = 0;
    for cell in cells(&repository("tests/grants")) {
        let outcome = compiled(&cell);
        if !outcome.errors().is_empty() {
            continue;
        }
        let Some(caller) = cell.caller() else { continue };
        let policies = Policies::of(&outcome.files);
        let shown = || {
            format!("{} on {} of {}\n{}", cell.grantee.kind, cell.resource.name, cell.relation.name(), outcome.output())
        };
        for request in cell.requests() {
            assert!(policies.allow(&caller, &request), "{request:?} by {caller:?} is denied: {}", shown());
            decided += 1;
            for other in cell.strangers(&caller) {
                assert!(!policies.allow(&other, &request), "{request:?} by {other:?} is allowed: {}", shown());
            }
        }
    }
    assert!(decided >= 150, "{decided}");
}

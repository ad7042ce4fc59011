//! Checks over a program's policy documents: one file a check, or a family that shares its look.
//!
//! Takes: a [`Program`] and AWS's catalog. Gives: diagnostics. A check looks at documents alone, never at the text that
//! they came from, so that it holds for every document. Used by: `workspace`.

mod action_resource_mismatch;
mod allow_when_absent;
mod characters;
mod condition_key_not_sent;
mod guardrails;
mod held;
mod quotas;
mod unknown_account;
mod wildcards;

use iamx_catalog::Catalog;
use iamx_diagnostic::Diagnostic;
use iamx_lower::Program;

/// Every finding in `program`, in no particular order; a statement written once is spoken of once.
pub fn check(program: &Program, catalog: &Catalog) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for entry in program.documents() {
        for statement in &entry.document.statements {
            action_resource_mismatch::check(statement, catalog, &mut diagnostics);
            allow_when_absent::check(statement, catalog, &mut diagnostics);
            unknown_account::check(statement, program, &mut diagnostics);
            characters::check(statement, catalog, &mut diagnostics);
            condition_key_not_sent::check(statement, catalog, &mut diagnostics);
            guardrails::check(statement, entry.kind, catalog, &mut diagnostics);
            wildcards::check(statement, entry.kind, catalog, &mut diagnostics);
        }
    }
    guardrails::attachments(program, catalog, &mut diagnostics);
    quotas::check(program, catalog, &mut diagnostics);
    let mut said = std::collections::HashSet::new();
    diagnostics.retain(|diagnostic| said.insert((diagnostic.check.name, diagnostic.primary())));
    diagnostics
}

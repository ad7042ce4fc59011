//! Checks over a program's policy documents: one file a check, or a family that shares its look.
//!
//! Takes: a [`Program`], AWS's catalog, the texts and the day. Gives: diagnostics. A check looks at documents alone, never at
//! the text that they came from, so that it holds for every document; the texts are for fixes, which replace a value only where
//! it is written as it is. `rules` lists every check with the kinds of documents that it is for. Used by: `workspace`.

mod absence;
mod access;
mod action_resource_mismatch;
mod actions_of_others;
mod admin_without_mfa;
mod allow_when_absent;
mod arn_fields;
mod boundary;
mod caller;
mod causes;
mod characters;
mod circular_trust;
mod claims;
mod condition_key_not_sent;
mod confused_deputy;
mod coverage;
mod day;
mod dead_grant;
mod dead_statement;
mod dynamodb;
mod entity_quotas;
mod exposure;
mod external_id;
mod forged_keys;
mod guardrail_keys;
mod guardrails;
mod held;
mod identity_providers;
mod inclusion;
mod key_lock_out;
mod long_lived;
mod mfa;
mod oidc_subjects;
mod operators;
mod pass_role;
mod principal_keys;
mod privilege_escalation;
mod public_access;
mod quotas;
mod redundancy;
mod region_lock;
mod required_resources;
mod role_chaining;
mod rules;
mod session_principal;
mod source_keys;
mod source_network;
mod strangers;
mod subject_forms;
mod tag_keys;
mod time;
mod trust_actions;
mod trust_needs;
mod trust_policy;
mod unknown_account;
mod unsent_keys;
mod user_names;
mod value_formats;
mod values;
mod wide_iam;
mod wildcards;
mod written;

use std::collections::{HashMap, HashSet};

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{DocumentEntry, Program};
use iamx_text::{SourceMap, Span};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

pub use crate::day::Day;
use crate::rules::{Look, PROGRAM_RULES, RULES, Seen, World};

/// Every finding in `program`, in no particular order; a statement written once is spoken of once. Without a day nothing is
/// said of what has ended.
pub fn check(program: &Program, catalog: &Catalog, sources: &SourceMap, today: Option<Day>) -> Vec<Diagnostic> {
    let world = World { program, catalog, sources, today };
    let documents = distinct(program);
    let (looked_at, of_program): (Vec<_>, Vec<_>) = rayon::join(
        || documents.par_iter().map(|entry| look_at(&Seen { world, entry: *entry })).collect(),
        || PROGRAM_RULES.par_iter().map(|rule| found(|found| rule(&world, found))).collect(),
    );
    let mut diagnostics = Vec::new();
    let mut everywhere = Everywhere::default();
    for (found, by_statement) in looked_at {
        diagnostics.extend(found);
        for (look, found) in by_statement {
            everywhere.add(look, found);
        }
    }
    diagnostics.extend(everywhere.held());
    diagnostics.extend(of_program.into_iter().flatten());
    let mut said = HashSet::new();
    diagnostics.retain(|diagnostic| said.insert((diagnostic.check.name, diagnostic.primary())));
    causes::keep_weightiest(&mut diagnostics);
    causes::drop_redundancy_of_mismatches(&mut diagnostics);
    diagnostics
}

fn found(look: impl FnOnce(&mut Vec<Diagnostic>)) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    look(&mut found);
    found
}

/// Whether the finding says that nothing does something. What a fault cut out of a document might, so that it is certain
/// only of programs without errors.
pub fn is_of_the_whole(finding: &Diagnostic) -> bool {
    [checks::KEY_LOCK_OUT.name, checks::DEAD_GRANT.name].contains(&finding.check.name)
}

/// The documents, but those that are the same in many accounts once.
fn distinct<'p>(program: &'p Program) -> Vec<DocumentEntry<'p>> {
    let mut known = HashSet::new();
    let is_new = |entry: &DocumentEntry<'p>| {
        // What is said of a document depends on its account where that is another one than those of the organization, and
        // on what has it.
        let account = entry.account.filter(|_| program.account(entry.account).is_some_and(|one| !one.in_organization));
        let outside = account.is_some() || entry.account.is_none() || entry.resource_policy.is_some();
        outside || known.insert((entry.kind, entry.name, entry.span, entry.document.statements.place()))
    };
    program.documents().filter(is_new).collect()
}

/// A rule's number, and the place of the statement that it looked at.
type OneLook = (usize, Span);

/// What the rules find in a document; apart, what must hold in every document with the statement.
fn look_at(seen: &Seen<'_>) -> (Vec<Diagnostic>, Vec<(OneLook, Vec<Diagnostic>)>) {
    let (mut diagnostics, mut by_statement) = (Vec::new(), Vec::new());
    let statements = &seen.entry.document.statements;
    for (number, rule) in RULES.iter().enumerate().filter(|(_, rule)| (rule.kinds)(seen.entry.kind)) {
        match rule.look {
            Look::Document(look) => look(seen, &mut diagnostics),
            Look::Statement(look) => {
                for statement in statements {
                    look(seen, statement, &mut diagnostics);
                }
            }
            Look::Everywhere(look) => {
                for statement in statements {
                    let mut found = Vec::new();
                    look(seen, statement, &mut found);
                    by_statement.push(((number, statement.span), found));
                }
            }
        }
    }
    (diagnostics, by_statement)
}

/// Findings that hold only if every document with the statement has them.
#[derive(Default)]
struct Everywhere {
    /// How often a rule has looked at the statement written there.
    looks: HashMap<OneLook, usize>,
    found: Vec<(OneLook, Diagnostic)>,
}

impl Everywhere {
    fn add(&mut self, look: OneLook, found: Vec<Diagnostic>) {
        *self.looks.entry(look).or_default() += 1;
        self.found.extend(found.into_iter().map(|diagnostic| (look, diagnostic)));
    }

    fn held(self) -> impl Iterator<Item = Diagnostic> {
        let mut times: HashMap<_, usize> = HashMap::new();
        for (look, diagnostic) in &self.found {
            *times.entry((*look, diagnostic.check.name, diagnostic.primary())).or_default() += 1;
        }
        let Self { looks, found } = self;
        found.into_iter().filter_map(move |(look, diagnostic)| {
            let key = (look, diagnostic.check.name, diagnostic.primary());
            (times.get(&key) == looks.get(&look)).then_some(diagnostic)
        })
    }
}

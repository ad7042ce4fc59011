//! Texts that hold values which are known only when they are deployed, as templates of Terraform.

use std::{cell::RefCell, collections::BTreeSet, ops::Range};

use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::{DocumentEntry, Extern, ExternPart, Program, Tag, Unknown};
use iamx_policy::{Document, MARK, Statement, deployed_names, variables};
use iamx_text::Span;
use serde_json::{Value, json};

use super::{
    RootKind,
    text::{ACCOUNT_ID, composed, escaped, expression, quoted},
};

/// What texts become in one root.
pub(super) struct Deployed<'p> {
    program: &'p Program,
    root: RootKind,
    /// The externs that were referred to, by their positions in the program.
    used: RefCell<BTreeSet<usize>>,
}

impl<'p> Deployed<'p> {
    pub(super) fn new(program: &'p Program, root: RootKind) -> Self {
        Self { program, root, used: RefCell::default() }
    }

    /// The value `text`.
    pub(super) fn text(&self, text: &str) -> Value {
        Value::String(self.template(text, escaped))
    }

    /// The value that a policy document is as an argument: JSON text.
    pub(super) fn document(&self, document: &Document) -> Value {
        Value::String(self.template(&document.to_compact_json(), |text| escaped(&composed(text))))
    }

    /// An attribute of the queue, as the reference is to one that Terraform makes.
    pub(super) fn attribute(&self, index: usize, of_type: &str, attribute: &str) -> Option<Value> {
        let one = self.program.externs.get(index).filter(|one| is_seen(self.program, one, self.root))?;
        let reference = one.reference.attribute(of_type, attribute)?;
        self.used.borrow_mut().insert(index);
        Some(expression(&reference))
    }

    /// The variables of the root, by name: whoever applies it says these ARNs.
    pub(super) fn variables(&self) -> Vec<(String, Value)> {
        let variable = |index: &usize| {
            let one = self.program.externs.get(*index)?;
            let name = one.reference.variable()?;
            let pattern = quoted(&one.name_pattern);
            let condition = format!(
                "${{can(regex(\"{pattern}\", var.{name})) && !can(regex(\"[\\\"\\\\\\\\*?\\\\s]\", var.{name}))}}"
            );
            let message = format!("This is no ARN of the form {}.", escaped(&shape(one)));
            Some((
                name.to_owned(),
                json!({
                    "description": format!("The ARN of {}.", one.name),
                    "type": "string",
                    "nullable": false,
                    "validation": { "condition": condition, "error_message": message },
                }),
            ))
        };
        self.used.borrow().iter().filter_map(variable).collect()
    }

    /// Whether the root refers to what stands in files beside it.
    pub(super) fn has_files_beside(&self) -> bool {
        self.used
            .borrow()
            .iter()
            .filter_map(|index| self.program.externs.get(*index))
            .any(|one| one.reference.variable().is_none())
    }

    /// `text` as a template: what is known by `known`, what isn't by an expression.
    fn template(&self, text: &str, known: impl Fn(&str) -> String) -> String {
        if !text.contains(MARK) {
            return known(text);
        }
        let mut template = String::with_capacity(text.len());
        let mut position = 0;
        for (range, expression) in self.expressions(text) {
            let before = text.get(position..range.start).unwrap_or_default();
            // `$${` would be no beginning of an expression.
            match before.strip_suffix('$') {
                Some(before) => {
                    template.push_str(&known(before));
                    template.push_str("${\"$\"}");
                }
                None => template.push_str(&known(before)),
            }
            template.push_str(&expression);
            position = range.end;
        }
        template.push_str(&known(text.get(position..).unwrap_or_default()));
        template
    }

    /// The parts of `text` that aren't known, each with what stands for it: whole ARNs, then what is left.
    fn expressions(&self, text: &str) -> Vec<(Range<usize>, String)> {
        let mut found: Vec<(Range<usize>, String)> = Vec::new();
        for index in self.program.externs.found_in(text) {
            let Some(one) = self.program.externs.get(index) else { continue };
            if !is_seen(self.program, one, self.root) {
                continue;
            }
            self.used.borrow_mut().insert(index);
            let whole = format!("${{{}}}", one.reference.arn());
            found.extend(text.match_indices(&one.arn).map(|(at, arn)| (at..at + arn.len(), whole.clone())));
        }
        found.sort_by_key(|(range, _)| range.start);
        let mut parts = Vec::new();
        for variable in variables(text).flatten() {
            let Some(name) = variable.key.strip_prefix(MARK) else { continue };
            let after = found.partition_point(|(range, _)| range.start <= variable.range.start);
            let inside = after.checked_sub(1).and_then(|at| found.get(at));
            if inside.is_none_or(|(range, _)| range.end < variable.range.end) {
                parts.push((variable.range, self.part(name)));
            }
        }
        found.append(&mut parts);
        found.sort_by_key(|(range, _)| range.start);
        found
    }

    /// What stands for a deployed value by itself.
    fn part(&self, name: &str) -> String {
        match self.program.externs.with(name) {
            None => format!("${{{ACCOUNT_ID}}}"),
            Some((one, unknown)) if is_seen(self.program, one, self.root) => {
                format!("${{{}}}", part_of(one, unknown))
            }
            Some((_, unknown)) => escaped(unknown.given.as_deref().unwrap_or_default()),
        }
    }
}

fn part_of(one: &Extern, unknown: &Unknown) -> String {
    let arn = one.reference.arn();
    match unknown.part {
        ExternPart::Region => format!("split(\":\", {arn})[3]"),
        ExternPart::Account => format!("split(\":\", {arn})[4]"),
        ExternPart::Name(index) => match one.reference.name() {
            Some(name) => name,
            None => format!("regex(\"{}\", {arn})[{index}]", quoted(&one.name_pattern)),
        },
    }
}

/// The ARN's form, for people.
fn shape(one: &Extern) -> String {
    iamx_policy::with_deployed(&one.arn, |name| {
        name.rsplit('.').next().map_or_else(String::new, |part| format!("<{part}>"))
    })
}

/// Whether a root can refer to the extern: it is made beside it, or whoever applies the root says its ARN.
fn is_seen(program: &Program, one: &Extern, root: RootKind) -> bool {
    let beside = one.account.is_none() || root == RootKind::Account(one.account);
    let alone = program.accounts.is_empty();
    beside || alone || one.reference.variable().is_some()
}

/// What no root can refer to, and `[params]` gives no value.
pub(super) fn limits(program: &Program) -> Vec<Diagnostic> {
    if program.externs.is_empty() {
        return Vec::new();
    }
    let mut limits = Vec::new();
    for entry in program.documents() {
        let root = RootKind::of(program, &entry);
        for (text, span) in texts(&entry) {
            limits.extend(unseen(program, root, text, span));
        }
    }
    for (identity, tags) in program.identities().map(|(_, identity)| (identity, &identity.tags)) {
        for Tag { value, .. } in tags {
            limits.extend(unseen(program, RootKind::Account(identity.account), value, identity.span));
        }
    }
    limits
}

/// The texts of a document that may hold a deployed value, with where each was written.
pub(crate) fn texts<'d>(entry: &DocumentEntry<'d>) -> impl Iterator<Item = (&'d str, Span)> + use<'d> {
    let of_statement = |statement: &'d Statement| {
        let principals = statement.principal.iter().flat_map(|element| &element.principals);
        let principals = principals
            .filter_map(|principal| principal.value.key_and_value().map(|(_, value)| (value, principal.span)));
        let resources = statement.resources.iter().flat_map(|element| &element.patterns);
        let values = statement.conditions.entries.iter().flat_map(|entry| &entry.values);
        principals.chain(resources.chain(values).map(|text| (text.value.as_str(), text.span)))
    };
    entry.document.statements.iter().flat_map(of_statement)
}

fn unseen(program: &Program, root: RootKind, text: &str, span: Span) -> Option<Diagnostic> {
    let name = deployed_names(text).find(|name| {
        let found = program.externs.with(name);
        found.is_some_and(|(one, unknown)| unknown.given.is_none() && !is_seen(program, one, root))
    })?;
    let (one, _) = program.externs.with(name)?;
    let name = &one.name;
    let made_in = program.account(one.account).map_or("another account", |account| &account.name);
    let message = format!("`{name}` is made in the root of `{made_in}`, and this is written into another root");
    Some(
        Diagnostic::new(&checks::KNOWN_WHEN_DEPLOYED, span, message)
            .related(one.span, "declared here")
            .note(format!("a root of Terraform sees nothing of another, and so no `{}`", one.reference.text))
            .help(format!("refer to a variable, `terraform(\"var.…\")`, or give `{name}` a value under `[params]`")),
    )
}

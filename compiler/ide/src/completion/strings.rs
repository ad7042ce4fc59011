//! Within strings: variables after `${`, and what the string is known to be.

use iamx_syntax::{SyntaxKind as S, SyntaxToken};
use iamx_text::TextRange;

use super::{
    Completion, CompletionKind, Completions,
    conditions::{self, Holds, holds},
    names::{self, Wish},
    place::{Class, Cursor, previous, size},
    principals,
};

/// What can be written in the string, so many bytes behind its quote.
pub(crate) fn offer(cursor: &Cursor<'_>, within: usize, found: &mut Completions) {
    let written = cursor.letters.get(cursor.letters.len().saturating_sub(within)..).unwrap_or_default();
    if let Some(open) = written.rfind("${").filter(|open| !written.get(*open..).unwrap_or_default().contains('}')) {
        let typed = written.len() - open - "${".len();
        found.range = TextRange::new(cursor.offset - size(typed), cursor.offset);
        variables(cursor, found);
        return;
    }
    found.range = TextRange::new(cursor.offset - size(written.len()), cursor.offset);
    match before(cursor.previous.as_ref(), &cursor.token) {
        Some((S::AWS_KW, Some(S::DETACH_KW))) => {
            found.items.push(Completion::new("FullAWSAccess", CompletionKind::Policy, "AWS's own guardrail", 1));
        }
        Some((S::AWS_KW, _)) => {
            for policy in cursor.catalog().managed_policies() {
                let label = policy.path_and_name();
                found.items.push(Completion::new(label, CompletionKind::Policy, "", 1));
            }
        }
        Some((S::SERVICE_KW, _)) => principals::services(cursor, true, found),
        Some((S::REGION_KW, _)) => regions(cursor, found),
        _ => {
            if let Class::Value(Some(key)) = cursor.class() {
                match holds(&key) {
                    Holds::Region => regions(cursor, found),
                    Holds::Service => principals::services(cursor, true, found),
                    _ => {}
                }
            }
        }
    }
    // What is there already behind the cursor goes with it.
    let rest = cursor.behind.find(['"', '\n', '$']).unwrap_or(cursor.behind.len());
    if cursor.behind.get(rest..).is_some_and(|behind| behind.starts_with('"')) {
        found.range = TextRange::new(found.range.start(), cursor.offset + size(rest));
    }
}

fn regions(cursor: &Cursor<'_>, found: &mut Completions) {
    for region in conditions::regions(cursor) {
        found.items.push(Completion::new(region, CompletionKind::Value, "region", 1));
    }
}

/// The keywords before the string.
fn before(previous_token: Option<&SyntaxToken>, _: &SyntaxToken) -> Option<(S, Option<S>)> {
    let last = previous_token?;
    Some((last.kind(), previous(last).map(|token| token.kind())))
}

/// After `${`: names of the workspace, and AWS's policy variables.
fn variables(cursor: &Cursor<'_>, found: &mut Completions) {
    let closing = if cursor.behind.starts_with('}') { "" } else { "}" };
    let mut named = Completions::default();
    names::in_scope(cursor, &Class::Value(None), &mut named);
    names::offer_kinds(cursor, Wish::Account, ".id", 3, &mut named);
    for one in named.items.into_iter().filter(|one| one.brings_in.is_none()) {
        let label = one.label.clone();
        found.items.push(one.writes(format!("{label}{closing}")));
    }
    for key in cursor.catalog().global_keys().iter().filter(|key| !key.multi_valued) {
        let name = key.name.split("${").next().unwrap_or_default();
        let end = if key.is_template() { "" } else { closing };
        let offered = Completion::new(name, CompletionKind::Variable, "policy variable", 4);
        let offered = offered.about(super::Subject::Key(key.name.to_string()));
        found.items.push(offered.writes(format!("{name}{end}")));
    }
    for (literal, what) in [("*", "an asterisk itself"), ("?", "a question mark itself"), ("$", "a dollar sign itself")]
    {
        found
            .items
            .push(Completion::new(literal, CompletionKind::Variable, what, 5).writes(format!("{literal}{closing}")));
    }
}

//! What could be left out, since something beside it says it already.

use iamx_diagnostic::{Applicability, Check, Diagnostic, Edit, checks};
use iamx_policy::{Effect, Element, Statement};
use iamx_text::Span;

use crate::{
    inclusion::{Pattern, statement_includes},
    rules::Seen,
    written,
};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    patterns(seen, statement, &statement.actions, &checks::REDUNDANT_ACTION, diagnostics);
    if let Some(resources) = &statement.resources {
        patterns(seen, statement, resources, &checks::REDUNDANT_RESOURCE, diagnostics);
    }
    statements(seen, statement, diagnostics);
}

/// The patterns of one place in the source, such as the actions of an access level, which can be left out together only.
fn patterns<T: Pattern + std::fmt::Display>(
    seen: &Seen<'_>,
    statement: &Statement,
    element: &Element<T>,
    check: &'static Check,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // No pattern stands twice, so without a wildcard none holds another.
    if element.patterns.len() < 2 || !element.patterns.iter().any(|pattern| pattern.value.is_open()) {
        return;
    }
    let mut places: Vec<Span> = Vec::new();
    for pattern in &element.patterns {
        // A list that is named elsewhere isn't mended for one of its users.
        if !places.contains(&pattern.span) && written::lies_in(pattern.span, statement.span) {
            places.push(pattern.span);
        }
    }
    let mut left_out: Vec<Span> = Vec::new();
    for place in places {
        let here = element.patterns.iter().filter(|pattern| pattern.span == place);
        let covers = |inner: &T| {
            element
                .patterns
                .iter()
                .find(|outer| outer.span != place && !left_out.contains(&outer.span) && outer.value.includes(inner))
        };
        let covering: Option<Vec<_>> = here.clone().map(|inner| covers(&inner.value)).collect();
        let (Some(covering), Some(first)) = (covering, here.clone().next()) else { continue };
        let Some(outer) = covering.first() else { continue };
        left_out.push(place);
        let subject = if here.count() == 1 { format!("`{}`", first.value) } else { "all of this".to_owned() };
        let mut diagnostic = Diagnostic::new(check, place, format!("{subject} is in `{}` already", outer.value))
            .related(outer.span, "says it too")
            .help("leave it out");
        if covering.iter().all(|outer| written::lies_in(outer.span, statement.span))
            && let Some(whole) = written::with_comma(seen.world.sources, place)
        {
            let edits = vec![Edit { span: whole, text: String::new() }];
            diagnostic = diagnostic.fix_edits("leave it out", edits, Applicability::Safe);
        }
        diagnostics.push(diagnostic);
    }
}

fn statements(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let all = &seen.entry.document.statements;
    let Some(here) = all.iter().position(|other| std::ptr::eq(other, statement)) else { return };
    let covering = all.iter().enumerate().find(|(index, other)| {
        // Statements of one place are the parts of one statement of the source.
        other.span != statement.span
            && statement_includes(other, statement)
            // Of two that say the same the first stays.
            && (*index < here || !statement_includes(statement, other))
    });
    let Some((_, covering)) = covering else { return };
    let does = if statement.effect == Effect::Allow { "allows" } else { "denies" };
    let message = format!("another statement {does} all of this already");
    diagnostics.push(
        Diagnostic::new(&checks::REDUNDANT_STATEMENT, statement.span, message)
            .related(covering.span, "this one")
            .help("leave it out, or narrow the other"),
    );
}

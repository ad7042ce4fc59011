//! `#allow(name, "reason")`: which findings it takes away, and what is wrong with it.

use std::collections::HashSet;

use iamx_diagnostic::{Applicability, Check, Diagnostic, Severity, check, checks, nearest_check};
use iamx_syntax::{NodeOrToken, Parse, SyntaxKind, SyntaxNode};
use iamx_text::{FileId, Span, TextRange};

/// One `#allow` that names a check.
struct Allow {
    check: &'static Check,
    attribute: Span,
    /// The item, statement or member that follows.
    target: Option<Span>,
    used: bool,
}

impl Allow {
    fn covers(&self, diagnostic: &Diagnostic) -> bool {
        let (Some(target), Some(place)) = (self.target, diagnostic.primary()) else { return false };
        // What was made an error where it was found costs output, and is none to be taken away.
        self.check.name == diagnostic.check.name
            && diagnostic.severity != Severity::Error
            && target.file == place.file
            && target.range.contains_range(place.range)
    }
}

/// The `#allow`s of a workspace.
#[derive(Default)]
pub(crate) struct Allows(Vec<Allow>);

impl Allows {
    /// Reads the attributes of a file; what is wrong with them goes to `diagnostics`.
    pub(crate) fn read(&mut self, file: FileId, parse: &Parse, diagnostics: &mut Vec<Diagnostic>) {
        let attributes = parse.syntax().descendants().filter(|node| node.kind() == SyntaxKind::ATTRIBUTE);
        for attribute in attributes {
            let Some((name, name_range)) = token(&attribute, SyntaxKind::NAME) else { continue };
            let name_span = Span::new(file, name_range);
            let span = Span::new(file, written_range(&attribute));
            let Some(check) = check(&name) else {
                diagnostics.push(unknown_check(&name, name_span));
                continue;
            };
            if !has_reason(&attribute) {
                diagnostics.push(
                    Diagnostic::new(&checks::MISSING_ALLOW_REASON, span, format!("`#allow({name})` says no reason"))
                        .help(format!("write why it is right here: `#allow({name}, \"…\")`")),
                );
            }
            if check.default_severity == Severity::Error {
                diagnostics.push(
                    Diagnostic::new(
                        &checks::UNUSED_ALLOW,
                        name_span,
                        format!("`{name}` is an error, and `#allow` takes no error away"),
                    )
                    .help("mend what it reports, and remove the `#allow`"),
                );
                continue;
            }
            let target = match following(&attribute) {
                Some(node) if node.kind() == SyntaxKind::ERROR => None,
                Some(node) => Some(Span::new(file, node.text_range())),
                None => {
                    diagnostics.push(
                        Diagnostic::new(&checks::MISPLACED_ATTRIBUTE, span, "nothing follows this `#allow`")
                            .help("put it right before the item or statement that it speaks of, or remove it"),
                    );
                    None
                }
            };
            self.0.push(Allow { check, attribute: span, target, used: false });
        }
    }

    /// Takes away the findings that an `#allow` speaks of.
    pub(crate) fn apply(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain(|diagnostic| {
            let mut kept = true;
            for allow in self.0.iter_mut().filter(|allow| allow.covers(diagnostic)) {
                allow.used = true;
                kept = false;
            }
            kept
        });
    }

    /// The `#allow`s that took nothing away.
    pub(crate) fn unused(&self) -> Vec<Diagnostic> {
        let said = |allow: &&Allow| allow.target.is_some() && allow.check.name != checks::UNUSED_ALLOW.name;
        let mut seen = HashSet::new();
        let mut unused = Vec::new();
        for allow in self.0.iter().filter(said) {
            let (message, help) = if !seen.insert((allow.check.name, allow.target)) {
                (format!("`{}` is allowed here already", allow.check.name), "keep one of them, with its reason")
            } else if !allow.used {
                let message = format!("nothing here is a `{}`", allow.check.name);
                (message, "remove it, so that the next such finding is seen")
            } else {
                continue;
            };
            unused.push(Diagnostic::new(&checks::UNUSED_ALLOW, allow.attribute, message).help(help).fix(
                "remove the `#allow`",
                allow.attribute,
                "",
                Applicability::Safe,
            ));
        }
        unused
    }
}

fn unknown_check(name: &str, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(&checks::UNKNOWN_CHECK, span, format!("no check is called `{name}`"))
        .help("`iamx explain --list` prints every check");
    match nearest_check(name) {
        Some(near) => diagnostic.label(format!("did you mean `{}`?", near.name)).fix(
            format!("replace with `{}`", near.name),
            span,
            near.name,
            Applicability::Unsafe,
        ),
        None => diagnostic,
    }
}

/// Whether there is a reason; one that the syntax already objects to counts.
fn has_reason(attribute: &SyntaxNode) -> bool {
    let Some((text, _)) = token(attribute, SyntaxKind::STRING) else {
        return token(attribute, SyntaxKind::COMMA).is_some();
    };
    !text.trim_matches('"').trim().is_empty()
}

fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<(String, TextRange)> {
    node.children_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .find(|token| token.kind() == kind)
        .map(|token| (token.text().to_owned(), token.text_range()))
}

/// The attribute without the doc comments above it.
fn written_range(attribute: &SyntaxNode) -> TextRange {
    match token(attribute, SyntaxKind::HASH_ALLOW) {
        Some((_, start)) => TextRange::new(start.start(), attribute.text_range().end()),
        None => attribute.text_range(),
    }
}

/// What an attribute stands before: the next node that is no attribute.
fn following(attribute: &SyntaxNode) -> Option<SyntaxNode> {
    std::iter::successors(attribute.next_sibling(), SyntaxNode::next_sibling)
        .find(|node| node.kind() != SyntaxKind::ATTRIBUTE)
}

//! What leads elsewhere: the modules of `use`, the checks of `#allow`.

use iamx_lower::{Meaning, NameIndex};
use iamx_syntax::{NodeOrToken, SyntaxKind};
use iamx_text::{FileId, TextRange};

/// A text that leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The text.
    pub range: TextRange,
    /// Where it leads.
    pub to: LinkTarget,
}

/// Where a [`Link`] leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A module.
    Module(FileId),
    /// The page of the check of that name.
    Check(&'static str),
}

/// The links of a file, in its order.
pub fn links(index: &NameIndex, file: FileId) -> Vec<Link> {
    let Some(module) = index.module(file) else { return Vec::new() };
    let modules = index.occurrences(file).into_iter().filter_map(|one| match one.meaning {
        Meaning::Module(to) => Some(Link { range: one.span.range, to: LinkTarget::Module(to) }),
        _ => None,
    });
    let attributes = module.parse.syntax().descendants().filter(|node| node.kind() == SyntaxKind::ATTRIBUTE);
    let names = attributes.flat_map(|node| node.children_with_tokens()).filter_map(NodeOrToken::into_token);
    let checks = names.filter(|token| token.kind() == SyntaxKind::NAME).filter_map(|token| {
        let check = iamx_diagnostic::check(token.text())?;
        Some(Link { range: token.text_range(), to: LinkTarget::Check(check.name) })
    });
    let mut links: Vec<Link> = modules.chain(checks).collect();
    links.sort_by_key(|link| link.range.start());
    links
}

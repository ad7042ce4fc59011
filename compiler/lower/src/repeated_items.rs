//! What stands twice in one list, as it is written.

use std::collections::HashMap;

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_syntax::{
    SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
    ast::{AstNode, Expr, Exprs, Group},
};

use crate::lowerer::Lowerer;

impl Lowerer<'_> {
    /// Says where the user's modules have something twice in a list. Whatever it is, the second says what the first does.
    pub(crate) fn report_repeated_items(&mut self) {
        for (module, file) in self.files(0..self.input.modules.len()) {
            if self.is_library(module) {
                continue;
            }
            for node in file.syntax().descendants() {
                for (first, second, previous) in repeated(&node) {
                    if !self.is_damaged(module, node.text_range()) {
                        self.repeated_item(module, &node, first, second, previous);
                    }
                }
            }
        }
    }

    /// `previous` is what `second` follows in the list.
    fn repeated_item(
        &mut self,
        module: usize,
        list: &SyntaxNode,
        first: TextRange,
        second: TextRange,
        previous: TextRange,
    ) {
        let message =
            format!("`{}` stands in this list already", text(list, second).lines().next().unwrap_or_default());
        let whole = TextRange::new(previous.end(), second.end());
        let diagnostic = Diagnostic::new(&checks::REPEATED_ITEM, self.span(module, second), message)
            .related(self.span(module, first), "the first one");
        // A comment between the two may be of either.
        let between = text(list, TextRange::new(previous.end(), second.start()));
        self.report(if between.trim() == "," {
            diagnostic.fix("leave it out", self.span(module, whole), "", Applicability::Safe)
        } else {
            diagnostic.help("leave it out")
        });
    }
}

/// What stands in the list at `node` a second time: the first of its kind, it, and what stands before it.
fn repeated(node: &SyntaxNode) -> Vec<(TextRange, TextRange, TextRange)> {
    match node.kind() {
        // That a `for` has two turns for one value is told of it.
        SyntaxKind::EXPRS if node.ancestors().nth(2).is_some_and(|around| around.kind() == SyntaxKind::FOR_ITEM) => {
            Vec::new()
        }
        SyntaxKind::EXPRS => {
            let Some(list) = Exprs::cast(node.clone()) else { return Vec::new() };
            let ranges = |exprs: Vec<Expr>| exprs.iter().map(Expr::range).collect::<Vec<_>>();
            let mut found = repeated_of(node, &ranges(list.items()));
            found.append(&mut repeated_of(node, &ranges(list.excepted())));
            found
        }
        SyntaxKind::GROUP => {
            let Some(group) = Group::cast(node.clone()) else { return Vec::new() };
            repeated_of(node, &group.patterns().iter().map(SyntaxToken::text_range).collect::<Vec<_>>())
        }
        _ => Vec::new(),
    }
}

fn repeated_of(node: &SyntaxNode, items: &[TextRange]) -> Vec<(TextRange, TextRange, TextRange)> {
    // Most lists have one item.
    if items.len() < 2 {
        return Vec::new();
    }
    // A part of a tree's text is sought from its beginning each time, so the text is written down once.
    let (start, whole) = (node.text_range().start(), node.text().to_string());
    let mut known: HashMap<&str, TextRange> = HashMap::new();
    let mut found = Vec::new();
    for (item, previous) in items.iter().zip([None].into_iter().chain(items.iter().map(Some))) {
        let Some(text) = whole.get(std::ops::Range::<usize>::from(*item - start)) else { continue };
        match (known.get(text), previous) {
            (Some(first), Some(previous)) => found.push((*first, *item, *previous)),
            _ => {
                known.insert(text, *item);
            }
        }
    }
    found
}

/// What is written at `range`, which lies in `node`.
fn text(node: &SyntaxNode, range: TextRange) -> String {
    let start = node.text_range().start();
    node.text().slice(range - start).to_string()
}

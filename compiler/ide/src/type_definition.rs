//! What a name stands for in the end: the resource, role or account behind a `let`, the list behind a variable.

use iamx_lower::{Meaning, NameIndex, NameKind};
use iamx_syntax::{
    SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{AstNode, ForItem, LetItem},
};
use iamx_text::{FileId, Span, TextRange, TextSize};

use crate::{
    evaluated::declared_around,
    navigation::{Definition, name_at},
};

/// Names stand for names so deep, as they do for the compiler.
const MAX_NAMES_DEEP: usize = 64;

/// The declaration of what stands at `offset` in the end. A `let` of one name is what that is, and so is the variable of a `for` over
/// one; a part (`logs.object("*")`, `Reader.arn`) is of what it is a part of; `self` is the item around. AWS's types are declared
/// nowhere.
pub fn type_definition(index: &NameIndex, file: FileId, offset: TextSize) -> Option<Definition> {
    let found = name_at(index, file, offset);
    let found = found.or_else(|| name_at(index, file, first_of_call(index, file, offset)?))?;
    let mut meaning = found.meaning;
    let mut file = file;
    for _ in 0..MAX_NAMES_DEEP {
        let (next, whole) = match &meaning {
            Meaning::Declared(span) => {
                let declared = index.declared_at(*span)?;
                let whole = index.signature(declared).item;
                if declared.kind != NameKind::Let {
                    return Some(Definition { name: *span, whole });
                }
                (value_of_let(&node_of(index, *span)?), Definition { name: *span, whole })
            }
            Meaning::Local(span) => {
                let node = node_of(index, *span)?;
                let list = ForItem::cast(node).and_then(|item| {
                    let parts = item.syntax().children().filter(|part| part.kind() != SyntaxKind::ITEM_BODY);
                    plain_name(&parts.last()?)
                });
                (list, Definition { name: *span, whole: span.range })
            }
            Meaning::Itself => {
                let (declared, whole) = declared_around(index, file, offset)?;
                return Some(Definition { name: declared.span, whole });
            }
            Meaning::Module(of) => {
                let start = TextRange::empty(TextSize::new(0));
                return Some(Definition { name: Span::new(*of, start), whole: start });
            }
            Meaning::Service(_) | Meaning::Account => return None,
        };
        let from = whole.name.file;
        // What has another value than a name is what it is by itself.
        let Some(one) = next.and_then(|range| last_name(index, from, range)) else { return Some(whole) };
        meaning = one;
        file = from;
    }
    None
}

fn node_of(index: &NameIndex, span: Span) -> Option<SyntaxNode> {
    let root = index.module(span.file)?.parse.syntax();
    root.token_at_offset(span.range.start()).right_biased()?.parent()
}

fn value_of_let(node: &SyntaxNode) -> Option<TextRange> {
    let item = LetItem::cast(node.clone())?;
    plain_name(item.value()?.syntax())
}

/// The range of a name that is all of an expression.
fn plain_name(expression: &SyntaxNode) -> Option<TextRange> {
    let mut node = expression.clone();
    let whole = iamx_syntax::ast::significant_range(&node);
    loop {
        if matches!(node.kind(), SyntaxKind::CALL | SyntaxKind::PATH) {
            return Some(iamx_syntax::ast::significant_range(&node));
        }
        let inner = node.children().find(|child| iamx_syntax::ast::significant_range(child) == whole)?;
        node = inner;
    }
}

/// The last name in `range` that stands for something.
fn last_name(index: &NameIndex, file: FileId, range: TextRange) -> Option<Meaning> {
    let mut names =
        index.occurrences(file).into_iter().filter(|one| range.contains_range(one.span.range) && !one.declares);
    // Names in the arguments aren't what it is.
    let text = index.sources().get(file)?.text();
    let before_arguments = text
        .get(std::ops::Range::<usize>::from(range))?
        .find('(')
        .map_or(range.end(), |at| range.start() + TextSize::new(u32::try_from(at).unwrap_or(u32::MAX)));
    names.rfind(|one| one.span.range.end() <= before_arguments).map(|one| one.meaning)
}

/// Where the name begins that a part at `offset` is a part of.
fn first_of_call(index: &NameIndex, file: FileId, offset: TextSize) -> Option<TextSize> {
    let root = index.module(file)?.parse.syntax();
    let token: SyntaxToken = root.token_at_offset(offset).find(|token| token.kind() == SyntaxKind::NAME)?;
    let call = token.parent().filter(|node| node.kind() == SyntaxKind::CALL)?;
    Some(iamx_syntax::ast::significant_range(&call).start())
}

//! The outline of a file: what it declares, and the statements in it.

use iamx_syntax::{
    Parse, SyntaxNode, SyntaxToken, TextRange,
    ast::{
        AstNode, BodyPart, Declared, DeclaredKind, File, Item, NodePart, OrganizationNode, Statement, documentation,
        significant_range,
    },
};

/// Something that has a name, or a place of its own in an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name; of an unnamed statement its beginning.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The doc comment.
    pub documentation: Option<String>,
    /// All of it, without the comment above.
    pub range: TextRange,
    /// Where its name stands.
    pub name_range: TextRange,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// What a [`Symbol`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SymbolKind {
    Let,
    Param,
    For,
    Organization,
    OrganizationalUnit,
    Account,
    Declared(DeclaredKind),
    Grant,
    Test,
    Statement,
}

impl SymbolKind {
    /// The word of the language for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Let => "let",
            Self::Param => "param",
            Self::For => "for",
            Self::Organization => "organization",
            Self::OrganizationalUnit => "ou",
            Self::Account => "account",
            Self::Declared(kind) => kind.word(),
            Self::Grant => "grant",
            Self::Test => "test",
            Self::Statement => "statement",
        }
    }
}

/// The outline of a file.
pub fn outline(parse: &Parse) -> Vec<Symbol> {
    let file = File::cast(parse.syntax());
    file.into_iter().flat_map(|file| file.items()).filter_map(|item| of_item(&item)).collect()
}

fn of_item(item: &Item) -> Option<Symbol> {
    let node = item.syntax();
    Some(match item {
        Item::Use(_) | Item::Within(_) => return None,
        Item::Let(item) => named(node, SymbolKind::Let, &item.name()?),
        Item::Param(item) => named(node, SymbolKind::Param, &item.name()?),
        Item::For(item) => {
            let mut symbol = named(node, SymbolKind::For, &item.name()?);
            symbol.children = item.items().filter_map(|item| of_item(&item)).collect();
            symbol
        }
        Item::Organization(item) => {
            let mut symbol = named(node, SymbolKind::Organization, &item.name()?);
            symbol.children = item.parts().filter_map(|part| of_node(&part)).collect();
            symbol
        }
        Item::Account(item) => named(node, SymbolKind::Account, &item.name()?),
        Item::Declared(item) => of_declared(item)?,
        Item::Grant(_) => beginning(node, SymbolKind::Grant),
        Item::Test(_) | Item::Invariant(_) => beginning(node, SymbolKind::Test),
    })
}

fn of_node(part: &NodePart) -> Option<Symbol> {
    match part {
        NodePart::Account(account) => Some(named(account.syntax(), SymbolKind::Account, &account.name()?)),
        NodePart::Ou(ou) => {
            let mut symbol = named(ou.syntax(), SymbolKind::OrganizationalUnit, &ou.name()?);
            symbol.children = ou.parts().filter_map(|part| of_node(&part)).collect();
            Some(symbol)
        }
        NodePart::Attach(_) | NodePart::Detach(_) | NodePart::Tags(_) => None,
    }
}

fn of_declared(item: &Declared) -> Option<Symbol> {
    let mut symbol = named(item.syntax(), SymbolKind::Declared(item.kind()?), &item.name()?);
    let parts = item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>());
    symbol.children = parts
        .filter_map(|part| match part {
            BodyPart::Statement(statement) => Some(of_statement(&statement)),
            BodyPart::Member(_) => None,
        })
        .collect();
    Some(symbol)
}

fn of_statement(statement: &Statement) -> Symbol {
    let node = statement.syntax();
    let label = match statement {
        Statement::Permission(statement) => statement.label(),
        Statement::Raw(statement) => statement.label(),
        Statement::If(_) | Statement::Include(_) => None,
    };
    let mut symbol = match label {
        Some(label) => named(node, SymbolKind::Statement, &label),
        None => beginning(node, SymbolKind::Statement),
    };
    if let Statement::If(statement) = statement {
        let body = statement.body();
        symbol.children = body
            .into_iter()
            .flat_map(|body| body.statements().collect::<Vec<_>>())
            .map(|one| of_statement(&one))
            .collect();
    }
    symbol
}

fn named(node: &SyntaxNode, kind: SymbolKind, name: &SyntaxToken) -> Symbol {
    Symbol {
        name: name.text().trim_end_matches(':').to_owned(),
        kind,
        documentation: documentation(node),
        range: significant_range(node),
        name_range: name.text_range(),
        children: Vec::new(),
    }
}

/// What has no name is called by the words that it begins with.
fn beginning(node: &SyntaxNode, kind: SymbolKind) -> Symbol {
    const LONGEST: usize = 60;
    let range = significant_range(node);
    let tokens = node.descendants_with_tokens().filter_map(iamx_syntax::SyntaxElement::into_token);
    let mut name = String::new();
    for token in tokens.filter(|token| !token.kind().is_trivia()) {
        if name.chars().count() + token.text().chars().count() > LONGEST || token.text() == "{" {
            break;
        }
        let glued = matches!(token.text(), "," | "." | "(" | ")" | "]" | "}") || name.ends_with(['(', '[', '.', '{']);
        if !name.is_empty() && !glued {
            name.push(' ');
        }
        name.push_str(token.text());
    }
    let name_range = node
        .descendants_with_tokens()
        .filter_map(iamx_syntax::SyntaxElement::into_token)
        .find(|token| !token.kind().is_trivia())
        .map_or(TextRange::empty(range.start()), |token| token.text_range());
    Symbol { name, kind, documentation: documentation(node), range, name_range, children: Vec::new() }
}

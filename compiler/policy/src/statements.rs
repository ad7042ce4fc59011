//! The statements of a document, which documents that are the same in many accounts share.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
};

use crate::{AccountId, Statement};

/// Statements in their order. Documents that are the same in many accounts share them until one is changed, though each account
/// may stand in them with its own id: these texts are made when someone reads them.
#[derive(Clone, Default)]
pub struct Statements {
    shared: Arc<Vec<Statement>>,
    /// The account that has an id in `shared`, and the one that has its place here.
    moved: Option<(AccountId, AccountId)>,
    own: OnceLock<Vec<Statement>>,
}

impl Statements {
    /// Where what is shared is kept: documents that share their statements have the same place.
    pub fn place(&self) -> *const Statement {
        self.shared.as_ptr()
    }

    /// Which account's id stands in the place of which, compared with the other documents that share these statements.
    pub fn moved(&self) -> Option<(AccountId, AccountId)> {
        self.moved
    }

    /// The same statements with `to` wherever `from` is; `from` is where they were made.
    #[must_use]
    pub fn with_account(&self, from: AccountId, to: AccountId) -> Self {
        let moved = Some((from, to)).filter(|_| from != to);
        Self { shared: Arc::clone(&self.shared), moved, own: OnceLock::new() }
    }

    fn read(&self) -> &Vec<Statement> {
        let Some((from, to)) = self.moved else { return &self.shared };
        self.own.get_or_init(|| {
            let mut statements = (*self.shared).clone();
            for statement in &mut statements {
                statement.each_text(&mut |text| {
                    if let Some(moved) = from.replaced_in(text, to) {
                        *text = moved;
                    }
                });
            }
            statements
        })
    }
}

impl Deref for Statements {
    type Target = Vec<Statement>;

    fn deref(&self) -> &Vec<Statement> {
        self.read()
    }
}

impl DerefMut for Statements {
    fn deref_mut(&mut self) -> &mut Vec<Statement> {
        if self.moved.is_some() {
            *self = Self::from(self.read().clone());
        }
        Arc::make_mut(&mut self.shared)
    }
}

impl PartialEq for Statements {
    fn eq(&self, other: &Self) -> bool {
        self.read() == other.read()
    }
}

impl Eq for Statements {}

impl From<Vec<Statement>> for Statements {
    fn from(statements: Vec<Statement>) -> Self {
        Self { shared: Arc::new(statements), moved: None, own: OnceLock::new() }
    }
}

impl<'s> IntoIterator for &'s Statements {
    type Item = &'s Statement;
    type IntoIter = std::slice::Iter<'s, Statement>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'s> IntoIterator for &'s mut Statements {
    type Item = &'s mut Statement;
    type IntoIter = std::slice::IterMut<'s, Statement>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl fmt::Debug for Statements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use iamx_text::{SourceMap, Span};

    use super::Statements;
    use crate::{
        AccountId, ActionPattern, BaseOperator, ConditionBlock, ConditionEntry, Document, Effect, Element, Operator,
        Principal, PrincipalElement, Sourced, Statement,
    };

    fn texts(texts: &[&str]) -> Vec<Sourced<String>> {
        texts.iter().map(|text| Sourced::new((*text).to_owned(), span())).collect()
    }

    fn span() -> Span {
        Span::at(SourceMap::default().add("main.iamx", ""), 0.into())
    }

    fn statement() -> Statement {
        let principals = ["arn:aws:iam::111111111111:root", "1111111111112"];
        let principals = principals.map(|text| Sourced::new(Principal::Aws(text.to_owned()), span()));
        Statement {
            sid: Some("S111111111111".to_owned()),
            effect: Effect::Allow,
            principal: Some(PrincipalElement { negated: false, principals: principals.to_vec() }),
            actions: Element::of(vec![Sourced::new(ActionPattern::new("sqs", "SendMessage"), span())]),
            resources: Some(Element::of(texts(&["arn:aws:sqs:eu-west-1:111111111111:jobs-111111111111"]))),
            conditions: ConditionBlock {
                entries: vec![ConditionEntry {
                    operator: Operator::plain(BaseOperator::StringEquals),
                    key: "aws:PrincipalTag/111111111111".to_owned(),
                    values: texts(&["111111111111", "x111111111111y", "0111111111111"]),
                    span: span(),
                }],
            },
            span: span(),
            documentation: None,
        }
    }

    #[test]
    fn another_accounts_statements_are_those_with_its_id() -> Result<(), Box<dyn Error>> {
        let (from, to) = (AccountId::of("111111111111").ok_or("from")?, AccountId::of("222222222222").ok_or("to")?);
        let document = Document { statements: vec![statement()].into() };
        let moved = Document { statements: document.statements.with_account(from, to) };
        let expected = from.replaced_in(&document.to_json(), to).ok_or("nothing replaced")?;
        assert_eq!(expected.matches("222222222222").count(), 7);
        assert_eq!(moved.to_json(), expected);
        assert_eq!(moved.statements.place(), document.statements.place());
        assert_ne!(moved, document);

        let mut changed = moved.clone();
        changed.statements.push(statement());
        assert_eq!(changed.statements.first(), moved.statements.first());
        assert_eq!(moved.statements.len(), 1);
        assert_ne!(changed.statements.place(), document.statements.place());
        assert_eq!(Statements::from(document.statements.to_vec()).with_account(from, from), document.statements);
        Ok(())
    }
}

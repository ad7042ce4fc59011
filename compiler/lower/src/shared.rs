//! What is the same in many accounts: made once for all that have in common what was read of them.
//!
//! What read the account's id is made again for the next account, and only where the two differ in their ids alone are the others
//! given it with theirs. That is asked of what names no other account and holds no digits that such an id might be compared with.

use std::collections::HashMap;

use iamx_policy::{AccountId, Document};

use crate::{Account, here::Read};

/// What was made of one item, by what was read of its accounts.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    /// What every account was read for.
    read: Option<Read>,
    /// By the values of the tags that were read.
    made: HashMap<Vec<Option<String>>, Kept<T>>,
    /// Whether accounts were read for different things, or what was made differs in more than ids.
    given_up: bool,
}

#[derive(Debug)]
struct Kept<T> {
    what: T,
    /// The account that it was made in, whose id others have theirs for.
    moves_from: Option<AccountId>,
    /// Whether a second account has shown that ids are all that differs.
    proven: bool,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { read: None, made: HashMap::new(), given_up: false }
    }
}

/// From which account's id to which account's texts are moved; `None` where they are the same.
pub(crate) type Moves = Option<(AccountId, AccountId)>;

impl<T> Shared<T> {
    /// What `account` has too, and with which id.
    pub(crate) fn find(&self, account: &Account) -> Option<(&T, Moves)> {
        let kept = self.kept(account).filter(|kept| kept.proven)?;
        match kept.moves_from {
            None => Some((&kept.what, None)),
            Some(from) => Some((&kept.what, Some((from, AccountId::of(&account.id)?)))),
        }
    }

    /// Takes in what was made of `account`, of which `read` was read. `equals` says whether what is kept, moved like that, is
    /// what was made.
    pub(crate) fn add(&mut self, account: &Account, read: Read, what: T, equals: impl FnOnce(&T, Moves) -> bool) {
        if self.read.as_ref().is_some_and(|before| *before != read) {
            self.given_up = true;
        }
        let Some(id) = AccountId::of(&account.id).filter(|_| !self.given_up) else { return };
        let key = key(&read, account);
        self.read = Some(read);
        let moves = self.read.as_ref().is_some_and(|read| read.id);
        match self.made.get_mut(&key) {
            None => {
                self.made.insert(key, Kept { what, moves_from: moves.then_some(id), proven: !moves });
            }
            Some(kept) => {
                kept.proven = equals(&kept.what, kept.moves_from.map(|from| (from, id)));
                self.given_up = !kept.proven;
            }
        }
    }

    fn kept(&self, account: &Account) -> Option<&Kept<T>> {
        let read = self.read.as_ref().filter(|_| !self.given_up)?;
        self.made.get(&key(read, account))
    }
}

fn key(read: &Read, account: &Account) -> Vec<Option<String>> {
    let value = |tag: &String| account.tags.iter().find(|other| other.key == *tag).map(|tag| tag.value.clone());
    read.tags.iter().map(value).collect()
}

/// Gives the document to another account.
pub(crate) fn move_document(document: &mut Document, moves: Moves) {
    if let Some((from, to)) = moves {
        document.statements = document.statements.with_account(from, to);
    }
}

/// Whether texts of the document that were made in `account` are those of every other account with its id: no other account's
/// stands in it, and nothing that begins or ends in the midst of digits.
pub(crate) fn moves(document: &Document, account: &Account) -> bool {
    let mut moves = true;
    for statement in &document.statements {
        statement.clone().each_text(&mut |text| moves &= text_moves(text, account));
    }
    moves
}

fn text_moves(text: &str, account: &Account) -> bool {
    let wildcard = |c: char| matches!(c, '*' | '?');
    let mut before = None;
    let cut = text.chars().any(|c| {
        let cut = before.is_some_and(|before: char| {
            (wildcard(before) && c.is_ascii_digit()) || (before.is_ascii_digit() && wildcard(c))
        });
        before = Some(c);
        cut
    });
    let others = text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 12 && run != account.id);
    !cut && !others
}

#[cfg(test)]
mod tests {
    use iamx_text::{SourceMap, Span};

    use super::{Shared, text_moves};
    use crate::{Account, Tag, here::Read};

    fn account(id: &str, team: &str) -> Account {
        Account {
            name: "a".to_owned(),
            id: id.to_owned(),
            in_organization: true,
            management: false,
            tags: vec![Tag { key: "team".to_owned(), value: team.to_owned() }],
            span: Span::at(SourceMap::default().add("main.iamx", ""), 0.into()),
        }
    }

    #[test]
    fn what_read_an_id_is_shared_once_two_accounts_agree() {
        let read = Read { id: true, tags: ["team".to_owned()].into(), ..Read::default() };
        let mut shared = Shared::default();
        let (first, second) = (account("111111111111", "red"), account("222222222222", "red"));
        shared.add(&first, read.clone(), 1, |_, _| true);
        assert!(shared.find(&second).is_none());
        shared.add(&second, read.clone(), 2, |kept, moves| *kept == 1 && moves.is_some());
        assert_eq!(shared.find(&account("333333333333", "red")).map(|(what, _)| *what), Some(1));
        assert!(shared.find(&account("333333333333", "blue")).is_none());
        shared.add(&account("444444444444", "red"), read, 3, |_, _| false);
        assert!(shared.find(&second).is_none());
    }

    #[test]
    fn what_was_read_differently_is_not_shared() {
        let mut shared = Shared::default();
        let one = account("111111111111", "red");
        shared.add(&one, Read::default(), 1, |_, _| true);
        assert!(shared.find(&one).is_some());
        shared.add(&one, Read { others: true, ..Read::default() }, 1, |_, _| true);
        assert!(shared.find(&one).is_none());
    }

    #[test]
    fn texts_move_where_no_other_id_can_be_meant() {
        let own = account("111111111111", "red");
        for text in ["arn:aws:sqs:eu-west-1:111111111111:jobs-12", "111111111111", "jobs-*", "2026"] {
            assert!(text_moves(text, &own), "{text}");
        }
        for text in ["222222222222", "arn:aws:iam::1*:role/x", "?1", "arn:aws:iam::222222222222:root"] {
            assert!(!text_moves(text, &own), "{text}");
        }
    }
}

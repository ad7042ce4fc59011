//! The account that something is made in, and what of it was read to make it.
//!
//! An item in many accounts is mostly the same in each. Whoever reads the account says so by reading it, and what was made
//! without is made for the other accounts too.

use std::{
    cell::{Ref, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

/// The account that what is being lowered is made in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Here {
    account: Option<usize>,
    /// One for all that is evaluated for one item.
    read: Rc<RefCell<Read>>,
}

/// What was read of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// Which one it is: what was made may be another thing in each account.
    pub(crate) which: bool,
    /// Its id, for a text: what was made differs in that alone.
    pub(crate) id: bool,
    /// The values of these tags: what was made is the same in accounts that have the same ones.
    pub(crate) tags: BTreeSet<String>,
    /// Whether an account was named: its id may stand beside that of this one.
    pub(crate) others: bool,
}

impl Read {
    /// Whether other accounts have what was made too, as far as they agree in what was read. `moves` says whether what was made
    /// is theirs with their ids in the place of this one's.
    pub(crate) fn can_be_shared(&self, moves: impl FnOnce() -> bool) -> bool {
        !self.which && (!self.id || (!self.others && moves()))
    }
}

impl Here {
    /// In that account, of which nobody has read anything yet.
    pub(crate) fn of(account: Option<usize>) -> Self {
        Self { account, read: Rc::default() }
    }

    /// Which account it is.
    pub(crate) fn account(&self) -> Option<usize> {
        self.read.borrow_mut().which = true;
        self.account
    }

    /// Which account it is, for a text that has its id.
    pub(crate) fn account_of_id(&self) -> Option<usize> {
        self.read.borrow_mut().id = true;
        self.account
    }

    /// Which account it is, for the value of this tag.
    pub(crate) fn account_of_tag(&self, tag: &str) -> Option<usize> {
        self.read.borrow_mut().tags.insert(tag.to_owned());
        self.account
    }

    /// Which account it is, for what each account has of its own anyway: where it is kept, and under which key.
    pub(crate) fn kept_in(&self) -> Option<usize> {
        self.account
    }

    /// Notes that an account was named.
    pub(crate) fn note_other(&self) {
        self.read.borrow_mut().others = true;
    }

    /// What was read of it so far.
    pub(crate) fn read(&self) -> Ref<'_, Read> {
        self.read.borrow()
    }
}

//! Resources that other tools make, and what of them is known only when the program is deployed.

use std::{
    collections::{BTreeSet, HashMap},
    ops::RangeInclusive,
};

use iamx_policy::{deployed, deployed_names};
use iamx_text::Span;

use crate::{Program, terraform::TerraformReference};

/// The name of the deployed value that is the id of the account that a document is applied to.
const ACCOUNT: &str = "account";

/// The digits of an account's id.
const ACCOUNT_ID_LENGTH: usize = 12;

/// A resource that another tool makes. What of its ARN isn't known stands in it as
/// [deployed values](iamx_policy::deployed).
#[derive(Clone, Debug)]
pub struct Extern {
    /// What its deployed values begin with: its name in the source, with its module's where two have one name.
    pub name: String,
    /// The account that it is in, where that is known.
    pub account: Option<usize>,
    /// Its ARN.
    pub arn: String,
    /// Where Terraform makes it.
    pub reference: TerraformReference,
    /// A regular expression of RE2 that takes what fills the places of its last part out of the ARN.
    pub name_pattern: String,
    /// What of it stands for a value that isn't known yet, in the order of the ARN.
    pub unknown: Vec<Unknown>,
    /// Where its name was declared.
    pub span: Span,
}

/// A part of an extern's ARN that is known only when it is deployed.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// The name of the deployed value.
    pub name: String,
    /// Which part it is.
    pub part: ExternPart,
    /// How many characters it may have.
    pub length: RangeInclusive<usize>,
    /// What it is, where `[params]` says that.
    pub given: Option<String>,
}

/// A part of an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternPart {
    /// The region.
    Region,
    /// The account's id.
    Account,
    /// What fills one of the places in the ARN's last part, counted from 0.
    Name(usize),
}

impl Extern {
    /// What stands for its account's id, where that isn't known.
    pub fn unknown_account(&self) -> Option<String> {
        let unknown = self.unknown.iter().find(|unknown| unknown.part == ExternPart::Account)?;
        Some(deployed(&unknown.name))
    }
}

impl Program {
    /// What stands for the id of an account that is known only when the program is deployed.
    pub fn deployed_account() -> String {
        deployed(ACCOUNT)
    }

    /// Whether `name` is that of the deployed value that is the account's id.
    pub fn is_deployed_account(name: &str) -> bool {
        name == ACCOUNT
    }

    /// How many characters the deployed value of that name may have.
    pub fn deployed_length(&self, name: &str) -> RangeInclusive<usize> {
        match self.externs.with(name) {
            Some((_, unknown)) => unknown.length.clone(),
            None => ACCOUNT_ID_LENGTH..=ACCOUNT_ID_LENGTH,
        }
    }
}

/// The externs of a program, which are found by their deployed values.
#[derive(Clone, Debug, Default)]
pub struct Externs {
    all: Vec<Extern>,
    /// The extern and its part, by the name of the deployed value.
    by_value: HashMap<String, (usize, usize)>,
}

impl Externs {
    /// Adds an extern.
    pub fn push(&mut self, one: Extern) {
        for (index, unknown) in one.unknown.iter().enumerate() {
            self.by_value.insert(unknown.name.clone(), (self.all.len(), index));
        }
        self.all.push(one);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The extern at that position.
    pub fn get(&self, index: usize) -> Option<&Extern> {
        self.all.get(index)
    }

    /// The extern at that position, to be changed but for its unknown parts.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut Extern> {
        self.all.get_mut(index)
    }

    /// All of them, in the order in which they were used.
    pub fn all(&self) -> impl Iterator<Item = &Extern> {
        self.all.iter()
    }

    /// The extern with the deployed value of that name, and that value.
    pub fn with(&self, name: &str) -> Option<(&Extern, &Unknown)> {
        let (one, part) = self.by_value.get(name)?;
        let one = self.all.get(*one)?;
        Some((one, one.unknown.get(*part)?))
    }

    /// The externs that `text` holds deployed values of, by their positions, each once.
    pub fn found_in(&self, text: &str) -> BTreeSet<usize> {
        deployed_names(text).filter_map(|name| Some(self.by_value.get(name)?.0)).collect()
    }
}

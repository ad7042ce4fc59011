//! Random workspaces, well typed by construction, over the whole language that compiles: what a seed gives is always the
//! same. Whatever is wrong with one is a fault of the compiler's, or a limit that the language states.
//!
//! A program is a list of items, each in a module. Names are kept apart from the text, so that items can be moved, dropped
//! and renamed and the `use` lines follow.

pub mod conditions;
mod grants;
mod guardrails;
mod identities;
mod layout;
pub mod mutation;
mod names;
mod organization;
mod policies;
mod principals;
mod random;
mod repetition;
mod resources;
mod scope;
mod shrink;
mod statements;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

pub use random::Random;
pub use shrink::{fewest_lines, smallest};

use crate::files::SourceText;
use world::World;

/// What an error of a program that is well typed can be: the limits that the language states.
pub const STATED_LIMITS: [&str; 5] =
    ["too-many-alternatives", "too-many-comparisons", "policy-too-large", "policy-shape", "expansion-too-large"];

/// A workspace as its items.
#[derive(Clone, Debug)]
pub struct RandomProgram {
    /// What it is made from.
    pub seed: u64,
    settings: Option<String>,
    modules: Vec<Module>,
    items: Vec<Item>,
    /// The names that the settings say too.
    fixed: BTreeSet<String>,
    /// What each name is called instead.
    renamed: BTreeMap<String, String>,
    /// Decides where blanks and comments stand.
    layout: u64,
}

/// A module without its items.
#[derive(Clone, Debug)]
struct Module {
    /// Its file.
    path: String,
    /// The name of the account that its items belong to, where it begins with `within`.
    within: Option<String>,
}

/// An item as text, in which names stand between marks.
#[derive(Clone, Debug)]
struct Item {
    /// The position of its module.
    module: usize,
    text: String,
}

/// Before a name that is used (the first), and before one that is declared (the second).
const REFERENCE: char = '\u{1}';
const DECLARATION: char = '\u{3}';
/// After a name.
const END: char = '\u{2}';

/// The name where it is used.
fn at(name: &str) -> String {
    format!("{REFERENCE}{name}{END}")
}

/// The name where it is declared.
fn declares(name: &str) -> String {
    format!("{DECLARATION}{name}{END}")
}

/// The program of a seed.
pub fn program(seed: u64) -> RandomProgram {
    World::new(seed, 1).program()
}

/// A program with `size` times as many resources, policies, identities and modules.
pub fn large_program(seed: u64, size: usize) -> RandomProgram {
    World::new(seed, size).program()
}

impl RandomProgram {
    /// How many items it has.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The program without the item at `index`, whatever refers to it.
    #[must_use]
    pub fn without(&self, index: usize) -> Self {
        let mut rest = self.clone();
        rest.items.remove(index);
        rest
    }

    /// The program with its items in any order in their modules.
    #[must_use]
    pub fn shuffled(&self, seed: u64) -> Self {
        let mut other = self.clone();
        Random::new(seed).shuffle(&mut other.items);
        other
    }

    /// The program with another name for all that it declares, but accounts and `param`s, whose names stand outside of the
    /// sources too.
    #[must_use]
    pub fn renamed(&self) -> Self {
        let mut other = self.clone();
        let names = self.declared();
        let fixed = |name: &String| name.starts_with(world::ACCOUNT) || self.fixed.contains(name);
        let free = names.keys().filter(|name| !fixed(name));
        other.renamed = free.enumerate().map(|(index, name)| (name.clone(), format!("other-{index}"))).collect();
        other
    }

    /// The names that were changed, by what they are called now.
    pub fn names_before(&self) -> BTreeMap<&str, &str> {
        self.renamed.iter().map(|(before, now)| (now.as_str(), before.as_str())).collect()
    }

    /// The program laid out plainly.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self { layout: 0, ..self.clone() }
    }

    /// The module that each name is declared in.
    fn declared(&self) -> BTreeMap<String, usize> {
        let mut names = BTreeMap::new();
        for item in &self.items {
            for (mark, name) in marked(&item.text) {
                if mark == DECLARATION {
                    names.insert(name.to_owned(), item.module);
                }
            }
        }
        names
    }

    /// Its files: `iamx.toml`, where it has one, and its modules.
    pub fn files(&self) -> Vec<SourceText> {
        let declared = self.declared();
        let mut files: Vec<SourceText> =
            self.settings.iter().map(|text| (iamx_workspace::SETTINGS_FILE.to_owned(), text.clone())).collect();
        for index in 0..self.modules.len() {
            files.push((self.modules[index].path.clone(), self.module_text(index, &declared)));
        }
        files
    }

    fn module_text(&self, index: usize, declared: &BTreeMap<String, usize>) -> String {
        let module = &self.modules[index];
        let items: Vec<&Item> = self.items.iter().filter(|item| item.module == index).collect();
        let within = module.within.as_ref().map(|account| at(account));
        let texts = items.iter().map(|item| item.text.as_str()).chain(within.as_deref());
        let used: BTreeSet<&str> =
            texts.flat_map(marked).filter(|(mark, _)| *mark == REFERENCE).map(|(_, name)| name).collect();
        let mut taken = names::Uses::new(self, index);
        for name in used {
            match declared.get(name) {
                Some(home) if *home != index => taken.add(name, *home),
                _ => {}
            }
        }
        let mut text = taken.lines();
        if let Some(within) = &within {
            let _ = write!(text, "within {}\n\n", resolved(within, |name| taken.written(name)));
        }
        let items = items.iter().map(|item| resolved(&item.text, |name| taken.written(name)));
        layout::laid_out(&text, &items.collect::<Vec<_>>(), self.layout.wrapping_add(index as u64))
    }

    /// What a name is called.
    fn called<'a>(&'a self, name: &'a str) -> &'a str {
        self.renamed.get(name).map_or(name, String::as_str)
    }
}

/// The names in a text, each with the mark before it.
fn marked(text: &str) -> impl Iterator<Item = (char, &str)> {
    text.split(END).filter_map(|part| {
        let at = part.rfind([REFERENCE, DECLARATION])?;
        let mark = part[at..].chars().next()?;
        Some((mark, &part[at + mark.len_utf8()..]))
    })
}

/// The text with its names put in.
fn resolved(text: &str, written: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(END) {
        match part.rfind([REFERENCE, DECLARATION]) {
            Some(at) if part.ends_with(END) => {
                out.push_str(&part[..at]);
                out.push_str(&written(&part[at + 1..part.len() - 1]));
            }
            _ => out.push_str(part),
        }
    }
    out
}

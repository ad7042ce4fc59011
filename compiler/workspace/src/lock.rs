//! `iamx.lock`: the catalog that a workspace was accepted with, and what its actions, wildcards and levels were then.

use std::collections::{BTreeMap, BTreeSet};

use iamx_catalog::{Catalog, Level};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::Program;
use iamx_text::{FileId, Span, TextRange, TextSize};
use serde::{Deserialize, Serialize};

/// The name of the file, which stands beside `iamx.toml`.
pub const LOCK_FILE: &str = "iamx.lock";

/// The layout of the file that this version reads and writes.
const LAYOUT: u32 = 1;
const HEADER: &str = "# What the wildcards and access levels of this workspace held when someone last looked at them.\n\
                      # `iamx catalog update-lock` writes it; `iamx catalog diff` says what is otherwise now.\n";
/// A finding tells so many changes, and of each so many names.
const MOST_TOLD: usize = 8;

/// The catalog that a workspace was accepted with, and what it made of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    layout: u32,
    /// The actions that are named whole, such as `s3:GetObject`, and are in none of `holds`.
    actions: BTreeSet<String>,
    catalog: LockedCatalog,
    /// The actions that each wildcard (`s3:Get*`) and level (`s3:@read`) held.
    holds: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockedCatalog {
    version: String,
    sha256: String,
}

/// A text that is no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockError {
    /// What is wrong with it.
    pub message: String,
    /// Where.
    pub range: TextRange,
}

/// What an action, wildcard or level of a lock is under another catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockChange {
    /// As in the source: `s3:GetObject`, `s3:Get*`, `s3:@read`.
    pub name: String,
    /// The actions that it holds now and didn't.
    pub more: Vec<String>,
    /// The actions that it held and no longer does; an action that is gone is its own.
    pub fewer: Vec<String>,
}

impl Lock {
    /// The lock of a program that was compiled with a catalog.
    pub fn of(program: &Program, catalog: &Catalog) -> Self {
        let mut lock = Self {
            layout: LAYOUT,
            actions: BTreeSet::new(),
            catalog: LockedCatalog { version: catalog.info().version.clone(), sha256: catalog.hash().to_owned() },
            holds: BTreeMap::new(),
        };
        for name in program.action_names() {
            if name.contains(['*', '?', '@']) {
                let held = held(catalog, &name);
                lock.holds.insert(name, held);
            } else {
                lock.actions.insert(name);
            }
        }
        // Those of a level are in the documents by name.
        let held: BTreeSet<&String> = lock.holds.values().flatten().collect();
        lock.actions.retain(|name| !held.contains(name));
        lock
    }

    /// Reads the text of an `iamx.lock`.
    ///
    /// # Errors
    ///
    /// Where it isn't TOML, or isn't what iamx writes.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let lock: Self = toml::from_str(text).map_err(|error| LockError {
            message: error.message().lines().collect::<Vec<_>>().join("; "),
            range: error.span().map_or_else(TextRange::default, |span| range(text, span.start, span.end)),
        })?;
        if lock.layout != LAYOUT {
            let message = format!("its layout is {}, and this version of iamx reads {LAYOUT}", lock.layout);
            return Err(LockError { message, range: TextRange::default() });
        }
        Ok(lock)
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        // Texts in lists in tables: nothing here can fail to be TOML.
        format!("{HEADER}{}", toml::to_string_pretty(self).unwrap_or_default())
    }

    /// The version of its catalog.
    pub fn version(&self) -> &str {
        &self.catalog.version
    }

    /// Whether it is of that catalog.
    pub fn is_of(&self, catalog: &Catalog) -> bool {
        self.catalog.sha256 == catalog.hash()
    }

    /// How many actions, wildcards and levels it keeps.
    pub fn len(&self) -> usize {
        self.actions.len() + self.holds.len()
    }

    /// Whether it keeps none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is otherwise under `catalog`, by name.
    pub fn changes(&self, catalog: &Catalog) -> Vec<LockChange> {
        let gone = self.actions.iter().filter(|name| catalog.action(name).is_none());
        let gone = gone.map(|name| LockChange { name: name.clone(), more: Vec::new(), fewer: vec![name.clone()] });
        let moved = self.holds.iter().filter_map(|(name, before)| {
            let now = held(catalog, name);
            let more: Vec<String> = now.difference(before).cloned().collect();
            let fewer: Vec<String> = before.difference(&now).cloned().collect();
            (!more.is_empty() || !fewer.is_empty()).then(|| LockChange { name: name.clone(), more, fewer })
        });
        let mut changes: Vec<LockChange> = gone.chain(moved).collect();
        changes.sort_by(|a, b| a.name.cmp(&b.name));
        changes
    }

    /// The names of `now` that this lock doesn't keep: it can't tell when they change.
    fn unknown<'n>(&self, now: &'n Self) -> Vec<&'n str> {
        let patterns = now.holds.keys().filter(|name| !self.holds.contains_key(*name));
        let actions = now.actions.iter().filter(|name| !self.actions.contains(*name));
        patterns.chain(actions).map(String::as_str).collect()
    }
}

/// What an `iamx.lock` says to a program and the catalog that it was compiled with.
pub(crate) fn check(text: &str, file: FileId, program: &Program, catalog: &Catalog) -> Option<Diagnostic> {
    let lock = match Lock::parse(text) {
        Ok(lock) => lock,
        Err(error) => {
            let span = Span::new(file, error.range);
            let message = format!("`{LOCK_FILE}` can't be read: {}", error.message);
            return Some(
                Diagnostic::new(&checks::INVALID_LOCK, span, message).help("`iamx catalog update-lock` writes it anew"),
            );
        }
    };
    let version = text.find(&lock.catalog.version).unwrap_or(0);
    let span = Span::new(file, range(text, version, version + lock.catalog.version.len()));
    if !lock.is_of(catalog) {
        return Some(moved(&lock, catalog, span));
    }
    let now = Lock::of(program, catalog);
    let unknown = lock.unknown(&now);
    let first = unknown.first()?;
    let rest = unknown.len() - 1;
    let what = match rest {
        0 => format!("`{first}`"),
        1 => format!("`{first}` and one more name"),
        _ => format!("`{first}` and {rest} more names"),
    };
    Some(
        Diagnostic::new(&checks::STALE_LOCK, span, format!("`{LOCK_FILE}` doesn't have {what}"))
            .note("what isn't in it can't be compared when the catalog changes")
            .help("write it anew with `iamx catalog update-lock`"),
    )
}

fn moved(lock: &Lock, catalog: &Catalog, span: Span) -> Diagnostic {
    let (old, new) = (lock.version(), &catalog.info().version);
    let message = if old == new {
        format!("`{LOCK_FILE}` is of another catalog of {old} than this build")
    } else {
        format!("`{LOCK_FILE}` is of the catalog of {old}, and this build uses that of {new}")
    };
    let mut diagnostic = Diagnostic::new(&checks::STALE_LOCK, span, message);
    let changes = lock.changes(catalog);
    if changes.is_empty() {
        diagnostic = diagnostic.note("nothing that this workspace names is otherwise in it");
    }
    for change in changes.iter().take(MOST_TOLD) {
        diagnostic = diagnostic.note(change.to_string());
    }
    if let Some(more) = changes.len().checked_sub(MOST_TOLD + 1) {
        diagnostic = diagnostic.note(format!("{} more; `iamx catalog diff` lists them", more + 1));
    }
    diagnostic.help("look at what that changes, then accept it with `iamx catalog update-lock`")
}

impl std::fmt::Display for LockChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.name;
        if self.fewer.first() == Some(name) {
            return write!(f, "`{name}` is gone");
        }
        match (self.more.is_empty(), self.fewer.is_empty()) {
            (false, true) => write!(f, "`{name}` now holds {} too", some(&self.more)),
            (true, _) => write!(f, "`{name}` no longer holds {}", some(&self.fewer)),
            (false, false) => {
                write!(f, "`{name}` now holds {} too, and no longer {}", some(&self.more), some(&self.fewer))
            }
        }
    }
}

fn some(names: &[String]) -> String {
    let told: Vec<String> = names.iter().take(MOST_TOLD).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(told.len()) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// The actions that a wildcard or level holds.
fn held(catalog: &Catalog, name: &str) -> BTreeSet<String> {
    if let Some((prefix, level)) = name.split_once(":@") {
        let (Some(service), Some(level)) = (catalog.service(prefix), Level::from_name(level)) else {
            return BTreeSet::new();
        };
        let actions = service.actions().iter().filter(|action| action.levels.contains(level));
        return actions.map(|action| format!("{prefix}:{}", action.name)).collect();
    }
    catalog.actions_matching(name).map(|(service, action)| format!("{}:{}", service.prefix(), action.name)).collect()
}

fn range(text: &str, start: usize, end: usize) -> TextRange {
    let offset = |bytes: usize| TextSize::try_from(bytes.min(text.len())).unwrap_or_default();
    TextRange::new(offset(start), offset(end.max(start)))
}

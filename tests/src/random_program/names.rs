//! How a module comes by the names of others: every form of `use`.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Random, RandomProgram};

/// The `use` lines of a module, and how each name is written under them.
pub(super) struct Uses<'p> {
    program: &'p RandomProgram,
    random: Random,
    module: usize,
    /// How each module is used, by its position.
    ways: BTreeMap<usize, Way>,
    /// What stands for each name that isn't written as it is declared.
    written: BTreeMap<String, String>,
    /// The names taken from each module in a group.
    groups: BTreeMap<usize, Vec<String>>,
    lines: Vec<String>,
}

/// How the names of another module are used.
#[derive(Clone, Copy)]
enum Way {
    /// `use other.{a, b}`
    Group,
    /// `use other.a`, a line each
    Each,
    /// `use other.a as local`, a line each
    Local,
    /// `use other`, and `other.a`
    Module,
    /// `use other as it`, and `it.a`
    ModuleAs,
}

impl<'p> Uses<'p> {
    pub(super) fn new(program: &'p RandomProgram, module: usize) -> Self {
        let random = Random::new(program.seed ^ 0x5555 ^ (module as u64) << 32);
        let (ways, written, groups) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { program, random, module, ways, written, groups, lines: Vec::new() }
    }

    /// The name, of the module at `home`, is used here.
    pub(super) fn add(&mut self, name: &str, home: usize) {
        let path = self.program.modules[home].path.trim_end_matches(".iamx").replace('/', ".");
        let random = &mut self.random;
        let is_new = !self.ways.contains_key(&home);
        let way = *self.ways.entry(home).or_insert_with(|| {
            random.pick(&[Way::Group, Way::Group, Way::Each, Way::Local, Way::Module, Way::ModuleAs])
        });
        let called = self.program.called(name).to_owned();
        match way {
            Way::Group => self.groups.entry(home).or_default().push(called),
            Way::Each => self.lines.push(format!("use {path}.{called}")),
            Way::Local => {
                let local = format!("local{}-{}", self.module, self.written.len());
                self.lines.push(format!("use {path}.{called} as {local}"));
                self.written.insert(name.to_owned(), local);
            }
            Way::Module => {
                if is_new {
                    self.lines.push(format!("use {path}"));
                }
                let last = path.rsplit('.').next().unwrap_or(&path);
                self.written.insert(name.to_owned(), format!("{last}.{called}"));
            }
            Way::ModuleAs => {
                if is_new {
                    self.lines.push(format!("use {path} as of-{home}"));
                }
                self.written.insert(name.to_owned(), format!("of-{home}.{called}"));
            }
        }
    }

    /// How the name is written in the module.
    pub(super) fn written(&self, name: &str) -> String {
        self.written.get(name).cloned().unwrap_or_else(|| self.program.called(name).to_owned())
    }

    /// The lines, each with its end.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for (home, names) in &self.groups {
            let path = self.program.modules[*home].path.trim_end_matches(".iamx").replace('/', ".");
            let _ = writeln!(text, "use {path}.{{{}}}", names.join(", "));
        }
        for line in &self.lines {
            let _ = writeln!(text, "{line}");
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

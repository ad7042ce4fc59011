//! `[lint]`: how bad the findings of which check are.

use std::collections::BTreeMap;

use iamx_diagnostic::{Check, Diagnostic, Severity};

/// How bad the findings of a check are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// An error: nothing is written.
    Error,
    /// A warning.
    Warn,
    /// Not reported.
    Off,
}

/// The checks whose level a workspace sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<&'static str, Level>);

impl Levels {
    /// Sets the level of `check`.
    pub fn set(&mut self, check: &'static Check, level: Level) {
        self.0.insert(check.name, level);
    }

    /// The level that was set for `check`; `None` leaves each finding as bad as it was made.
    pub fn get(&self, check: &Check) -> Option<Level> {
        self.0.get(check.name).copied()
    }

    /// Gives each finding its level, and drops those of checks that are off.
    pub(crate) fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| {
            match self.get(diagnostic.check) {
                // What was made worse than its check's default was made so for a reason.
                Some(_) if diagnostic.severity == Severity::Error => {}
                Some(Level::Error) => diagnostic.severity = Severity::Error,
                Some(Level::Warn) => diagnostic.severity = Severity::Warning,
                Some(Level::Off) => return false,
                None => {}
            }
            true
        });
    }
}

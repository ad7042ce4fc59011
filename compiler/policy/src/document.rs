use std::{collections::HashSet, fmt, hash::Hash};

use iamx_text::{Span, glob_matches_ignoring_case};

use crate::{
    ConditionBlock, Principal, PrincipalElement, Statements,
    pattern::{glob_includes, globs_intersect},
};

/// A value and the source text that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Sourced<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A policy document, version 2012-10-17.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The statements, in the order of the source.
    pub statements: Statements,
}

/// What a statement does to the requests that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Allows them, unless another statement denies them.
    Allow,
    /// Denies them, whatever else allows them.
    Deny,
}

impl Effect {
    /// As JSON has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// One statement of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The statement's id.
    pub sid: Option<String>,
    /// What it does.
    pub effect: Effect,
    /// Whom it is about; `None` in identity policies.
    pub principal: Option<PrincipalElement>,
    /// The actions that it is about.
    pub actions: Element<ActionPattern>,
    /// The resources that it is about, as ARN patterns or `*`; `None` in trust policies.
    pub resources: Option<Element<String>>,
    /// What must hold.
    pub conditions: ConditionBlock,
    /// Where it was written.
    pub span: Span,
    /// Its doc comment.
    pub documentation: Option<String>,
}

impl Statement {
    /// Shows `look` each text that JSON has of the statement.
    pub fn each_text(&mut self, look: &mut impl FnMut(&mut String)) {
        self.sid.iter_mut().for_each(&mut *look);
        for principal in self.principal.iter_mut().flat_map(|element| &mut element.principals) {
            match &mut principal.value {
                Principal::Everyone => {}
                Principal::Aws(text)
                | Principal::Service(text)
                | Principal::Federated(text)
                | Principal::CanonicalUser(text) => look(text),
            }
        }
        for action in &mut self.actions.patterns {
            action.value.service.iter_mut().for_each(&mut *look);
            look(&mut action.value.name);
        }
        for resource in self.resources.iter_mut().flat_map(|element| &mut element.patterns) {
            look(&mut resource.value);
        }
        for entry in &mut self.conditions.entries {
            look(&mut entry.key);
            entry.values.iter_mut().for_each(|value| look(&mut value.value));
        }
    }
}

/// `Action` or `NotAction`, `Resource` or `NotResource`: patterns, or all but these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<T> {
    /// Whether it is everything **but** the patterns.
    pub negated: bool,
    /// The patterns.
    pub patterns: Vec<Sourced<T>>,
}

impl<T: Eq + Hash> Element<T> {
    /// The requests that match one of `patterns`, each kept once, at its first place.
    pub fn of(patterns: Vec<Sourced<T>>) -> Self {
        Self { negated: false, patterns: unique(patterns) }
    }

    /// The requests that match none of `patterns`.
    pub fn except(patterns: Vec<Sourced<T>>) -> Self {
        Self { negated: true, patterns: unique(patterns) }
    }
}

fn unique<T: Eq + Hash>(patterns: Vec<Sourced<T>>) -> Vec<Sourced<T>> {
    let first: Vec<bool> = {
        let mut seen = HashSet::with_capacity(patterns.len());
        patterns.iter().map(|pattern| seen.insert(&pattern.value)).collect()
    };
    patterns.into_iter().zip(first).filter_map(|(pattern, first)| first.then_some(pattern)).collect()
}

/// Actions by service prefix and name; both may hold `*` and `?`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionPattern {
    /// The service's prefix; `None` for `*`, every action of every service.
    pub service: Option<String>,
    /// The action's name.
    pub name: String,
}

impl ActionPattern {
    /// Every action.
    pub fn all() -> Self {
        Self { service: None, name: "*".to_owned() }
    }

    /// The actions of `service` named `name`.
    pub fn new(service: impl Into<String>, name: impl Into<String>) -> Self {
        Self { service: Some(service.into()), name: name.into() }
    }

    /// Whether it holds the action of that whole name (`s3:GetObject`), ignoring case as IAM does.
    pub fn holds(&self, action: &str) -> bool {
        let Some(service) = &self.service else { return true };
        let Some((of_service, name)) = action.split_once(':') else { return false };
        one_matches(service, of_service) && one_matches(&self.name, name)
    }

    /// Whether it holds every action that `other` holds.
    pub fn includes(&self, other: &Self) -> bool {
        let (Some(service), Some(of_service)) = (&self.service, &other.service) else { return self.service.is_none() };
        let part = |outer: &str, inner: &str| {
            if has_wildcard(inner) {
                has_wildcard(outer) && glob_includes(&outer.to_ascii_lowercase(), &inner.to_ascii_lowercase())
            } else {
                one_matches(outer, inner)
            }
        };
        part(service, of_service) && part(&self.name, &other.name)
    }

    /// Whether some action is in both.
    pub fn intersects(&self, other: &Self) -> bool {
        let (Some(service), Some(of_service)) = (&self.service, &other.service) else { return true };
        let part = |a: &str, b: &str| match (has_wildcard(a), has_wildcard(b)) {
            (_, false) => one_matches(a, b),
            (false, true) => one_matches(b, a),
            (true, true) => globs_intersect(&a.to_ascii_lowercase(), &b.to_ascii_lowercase()),
        };
        part(service, of_service) && part(&self.name, &other.name)
    }

    /// Whether it may stand for several actions.
    pub fn is_wildcard(&self) -> bool {
        self.name.contains(['*', '?']) || self.service.is_none()
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether the text matches the pattern, ignoring ASCII case. Nearly all patterns are plain names.
fn one_matches(pattern: &str, text: &str) -> bool {
    if has_wildcard(pattern) { glob_matches_ignoring_case(pattern, text) } else { pattern.eq_ignore_ascii_case(text) }
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(service) => write!(f, "{service}:{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

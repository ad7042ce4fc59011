//! The one diagnostic value, the registry of checks, and the renderers.
//!
//! Takes: findings that the other rooms make with [`Diagnostic::new`], and the [`SourceMap`](iamx_text::SourceMap) that their
//! spans point into.
//! Gives: text in each [`Format`] ([`render`]), in one order ([`sort`]), with a [`summary`]; and what a check's name means
//! ([`check()`], [`nearest_check`], [`Check::page`]).
//! Used by: every room that finds something wrong makes diagnostics; `cli` renders them; `lsp` reads the struct itself.
//!
//! To add a check, add its page `pages/NAME.md` and report it as `&checks::NAME`. The page is the declaration: front matter
//! (`level`, `since`, `title`), what is wrong and what it leads to, `## Avoid` and `## Prefer` with examples that the suite
//! compiles ([`Check::avoid_examples`]). A page with bad front matter or without a section fails the build.

mod check;
mod diagnostic;
mod example;
mod render;

/// Every check as a constant, made from `pages/`.
pub mod checks {
    include!(concat!(env!("OUT_DIR"), "/checks.rs"));
}

pub use check::{Check, check, nearest_check};
pub use diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
pub use example::{Example, ExampleFile};
pub use render::{Format, Style, UnknownFormat, escape, escape_line, render, sort, summary};

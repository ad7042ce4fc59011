//! Conditions: of a few keys with small domains, so that every request about them can be tried.

pub mod generator;
mod keys;
mod source;

pub use keys::{KEYS, Key, Kind, Request};
pub use source::{Compare, Condition, Quantifier};

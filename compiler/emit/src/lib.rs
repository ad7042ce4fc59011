//! A program as files.
//!
//! Takes: a [`Program`](iamx_lower::Program) and the sources that its spans point into. Gives: [`OutputFile`]s, each a
//! path below the output folder and its bytes, `manifest.json` last. The same program gives the same bytes. Used by:
//! `workspace`.

mod json;
mod manifest;

pub use json::emit;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its path below the output folder, with `/` between the parts. No part is empty, `.` or `..`.
    pub path: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

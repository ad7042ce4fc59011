//! End-to-end tests of iamx: what the test files share.
//!
//! Takes: folders of the repository. Gives: workspaces in memory, what the pipeline makes of them, and snapshots beside
//! them. Used by: the files of `tests/`, each about one subject.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod files;
pub mod generated;
pub mod granted;
pub mod library;
pub mod meaning;
pub mod page;
pub mod pipeline;
pub mod random_program;
pub mod snapshot;
pub mod terraform;

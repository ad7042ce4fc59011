//! The language server: the Language Server Protocol over `workspace` and `ide`.
//!
//! Takes: messages of an editor, and from [`Disk`] the files that it hasn't open. Gives: answers and diagnostics. All it
//! knows of iamx it asks the rooms below; here is the protocol alone, one file a request. Used by: `iamx lsp`.

mod capabilities;
mod convert;
mod diagnostics;
mod position;
mod requests;
mod run;
mod semantic_tokens;
mod server;
mod state;
mod view;

pub use server::{Ended, serve};
pub use state::{Disk, Loaded};

//! A whole workspace in memory: its settings, its modules, and everything that is found and made of them.
//!
//! Takes: the text of `iamx.toml` and of every module, by path. Gives: [`Analysis`], the findings and, where nothing is
//! wrong, the documents. The same files give the same result in whatever order they come. Reads no file itself.
//! Used by: `cli`, `tests`, `lsp`.

mod allow;
mod analysis;
mod credentials;
mod levels;
mod library;
mod lock;
mod module;
mod settings;
mod spelling;

pub use analysis::{Analysis, FileFault, MAX_FILE_BYTES, TextFile, UnreadFile, Workspace};

pub use iamx_check::Day;
pub use iamx_emit::{OutputFile, Target, is_place_of_documents};
pub use levels::{Level, Levels};
pub use library::LIBRARY;
pub use lock::{LOCK_FILE, Lock, LockChange, LockError};
pub use module::{EXTENSION, module_path};
pub use settings::{SETTINGS_FILE, Settings, Size};

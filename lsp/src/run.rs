//! Computing aside: on another thread, on a snapshot, given up when nobody waits for it.

use tower_lsp::jsonrpc::{Error, Result};

/// Runs `compute` where it keeps no message waiting. What goes wrong in it is an answer, and the server goes on.
pub(crate) async fn aside<T: Send + 'static>(
    request: &'static str,
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(compute).await.map_err(|_| {
        let mut error = Error::internal_error();
        error.message = format!("`{request}` failed; this is a fault in iamx, please report it").into();
        error
    })
}

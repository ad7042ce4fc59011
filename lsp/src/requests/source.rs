//! `iamx/source`: the text of a module of `std`, which lies in no folder.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::Uri;

/// The scheme of the addresses of `std`'s modules: `iamx-std:/conditions.iamx`.
const SCHEME: &str = "iamx-std";

/// Which module is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct SourceParams {
    uri: Uri,
}

/// A module's text.
#[derive(Debug, Serialize)]
pub(crate) struct Source {
    text: &'static str,
}

/// The address of the module that `path` (`std/conditions.iamx`) is of.
pub(crate) fn address(path: &str) -> Option<Uri> {
    format!("{SCHEME}:/{}", path.strip_prefix("std/")?).parse().ok()
}

/// The text; in words, why there is none.
pub(crate) fn answer(params: &SourceParams) -> Result<Source, String> {
    let found = iamx_workspace::LIBRARY.iter().find(|(path, _)| address(path).as_ref() == Some(&params.uri));
    let (_, text) = found.ok_or_else(|| format!("`{}` is no module of `std`", params.uri.as_str()))?;
    Ok(Source { text })
}

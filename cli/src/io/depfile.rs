//! What a build reads, as make and ninja read it.

use std::path::Path;

use super::write;
use crate::error::{Error, show};

/// Writes to `file` the rule that `target` is made of `inputs`, and an empty rule for each of these, so that make goes on
/// where one of them was deleted.
pub(crate) fn write(file: &Path, target: &Path, inputs: &[String]) -> Result<(), Error> {
    let target = escaped(&show(target)).ok_or_else(|| Error::DepfilePath { path: show(target) })?;
    let mut names = Vec::with_capacity(inputs.len());
    for input in inputs {
        let shown = || iamx_diagnostic::escape_line(input).into_owned();
        names.push(escaped(input).ok_or_else(|| Error::DepfilePath { path: shown() })?);
    }
    let mut text = format!("{target}: {}\n", names.join(" \\\n  "));
    for name in &names {
        text.extend(["\n", name, ":\n"]);
    }
    write::replace(file, text.as_bytes())
}

/// A path as both read it; `None` for one that neither can hold.
fn escaped(path: &str) -> Option<String> {
    let mut text = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '\n' | '\r' | '\t' | '\\' | '%' | ':' => return None,
            ' ' | '#' => text.extend(['\\', c]),
            '$' => text.push_str("$$"),
            c => text.push(c),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn blanks_and_signs_of_make_are_escaped() {
        assert_eq!(escaped("a b/#c$d.iamx").as_deref(), Some("a\\ b/\\#c$$d.iamx"));
        assert_eq!(escaped("a\nb.iamx"), None);
    }
}

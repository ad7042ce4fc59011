//! From a file's path to its module's.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::{SyntaxKind, is_word};
use iamx_text::{FileId, Span, TextSize};

/// What a module's file name ends with.
pub const EXTENSION: &str = "iamx";

/// The parts of the module path of the file at `path`: `teams/data.iamx` is `teams.data`.
pub fn module_path(path: &str) -> Vec<String> {
    let stem = path.strip_suffix(EXTENSION).and_then(|path| path.strip_suffix('.')).unwrap_or(path);
    stem.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Whether an item, parameter or module may be called `text`.
pub(crate) fn is_name(text: &str) -> bool {
    is_word(text) && !is_reserved(text)
}

/// What is wrong with the parts of a module's path, if anything is.
pub(crate) fn check_module_path(path: &[String], file: FileId) -> Option<Diagnostic> {
    let report = |message: String, help: &str| {
        let span = Span::at(file, TextSize::new(0));
        Some(Diagnostic::new(&checks::RESERVED_MODULE_NAME, span, message).help(help))
    };
    if let Some(part) = path.iter().find(|part| !is_word(part)) {
        return report(
            format!("`{part}` can't be part of a module's name"),
            "rename it: letters, digits, `_` and inner hyphens, and no digit first",
        );
    }
    if let Some(part) = path.iter().find(|part| is_reserved(part)) {
        return report(format!("`{part}` is a word of the language, and no module can be called that"), "rename it");
    }
    if path.first().is_some_and(|part| part == "std") {
        return report(
            "`std` is the library that comes with iamx, and no module can be called that".to_owned(),
            "rename the file or folder",
        );
    }
    None
}

/// Asks the grammar, so that no second list of reserved words is kept. `self` is no keyword of the grammar, as it stands
/// where a name does; it is taken all the same.
fn is_reserved(word: &str) -> bool {
    if matches!(word, "self" | "aws") {
        return true;
    }
    let parse = iamx_syntax::parse(&format!("let {word} = 1\n"));
    let named = parse
        .syntax()
        .descendants_with_tokens()
        .filter_map(iamx_syntax::NodeOrToken::into_token)
        .any(|token| token.kind() == SyntaxKind::NAME && token.text() == word);
    !(named && parse.errors().is_empty())
}

#[cfg(test)]
mod tests {
    use iamx_text::SourceMap;

    use super::{check_module_path, is_name, module_path};

    #[test]
    fn a_module_is_named_by_its_path() {
        assert_eq!(module_path("main.iamx"), ["main"]);
        assert_eq!(module_path("teams/data.iamx"), ["teams", "data"]);
    }

    #[test]
    fn names_are_words_that_the_language_leaves_free() {
        for name in ["main", "in-house", "not-prod", "_x", "a1-2", "region", "named"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "1a", "a-", "-a", "a--b", "a.b", "é", "allow", "role", "account", "self", "aws", "x = 2 //"]
        {
            assert!(!is_name(other), "{other}");
        }
    }

    #[test]
    fn modules_that_cannot_be_named_are_found() {
        let file = SourceMap::new().add("x", "");
        let message = |path: &str| check_module_path(&module_path(path), file).map(|diagnostic| diagnostic.message);
        assert_eq!(message("teams/data.iamx"), None);
        assert_eq!(message("my file.iamx").as_deref(), Some("`my file` can't be part of a module's name"));
        assert!(message("teams/role.iamx").is_some_and(|message| message.contains("`role` is a word")));
        assert!(message("std/x.iamx").is_some_and(|message| message.contains("`std` is the library")));
    }
}

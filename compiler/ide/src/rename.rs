//! Another name for what is declared, in every module that says it.

use std::collections::BTreeSet;

use iamx_lower::{Meaning, NameIndex, Occurrence};
use iamx_syntax::{NodeOrToken, SyntaxKind};
use iamx_text::{FileId, Span, TextSize};

use crate::navigation::{name_at, occurrences_of};

/// The name at `offset`, if another can be given to what it stands for.
///
/// # Errors
///
/// Why it can't, in words.
pub fn renamed(index: &NameIndex, file: FileId, offset: TextSize) -> Result<Occurrence, String> {
    let one = name_at(index, file, offset).ok_or("no name that this workspace gives stands here")?;
    match &one.meaning {
        Meaning::Declared(span) if is_library(index, span.file) => {
            Err("`std` comes with iamx, and its names stay".into())
        }
        Meaning::Declared(_) | Meaning::Local(_) => Ok(one),
        Meaning::Module(_) => Err("a module is called after its file; rename that".into()),
        Meaning::Service(prefix) => Err(format!("`{prefix}` is a service of AWS's")),
        Meaning::Itself | Meaning::Account => Err("this is a word of the language".into()),
    }
}

/// The places that get the new name `to`.
///
/// # Errors
///
/// Why it can't be called so: it isn't a name, or it stands for something else where it would be said.
pub fn rename(index: &NameIndex, file: FileId, offset: TextSize, to: &str) -> Result<Vec<Span>, String> {
    let one = renamed(index, file, offset)?;
    if !iamx_syntax::is_name(to) {
        return Err(format!("`{to}` is no name: letters, digits, `_` and single `-`, and no word of the language"));
    }
    let text = |span: Span| index.sources().get(span.file).and_then(|one| one.text().get(range(span)));
    let Some(from) = text(one.span) else { return Ok(Vec::new()) };
    if from == to {
        return Ok(Vec::new());
    }
    let is_alias = matches!(one.meaning, Meaning::Declared(span) if text(span) != Some(from));
    let places: Vec<Occurrence> = occurrences_of(index, file, &one.meaning)
        .into_iter()
        .filter(|other| text(other.span) == Some(from) && (!is_alias || other.span.file == file))
        .collect();
    for file in places.iter().map(|place| place.span.file).collect::<BTreeSet<_>>() {
        look_for_clash(index, file, &one.meaning, &places, to)?;
    }
    // What a `for` goes through names what it makes, and so does a module anywhere.
    if let Meaning::Declared(_) = one.meaning
        && let Some(file) = index.files_with(from).find(|file| is_said_as_a_value(index, *file, from))
    {
        let path = index.sources().get(file).map(|one| one.path().to_owned()).unwrap_or_default();
        return Err(format!("`[\"{from}\"]` names what a `for` makes of it ({path}); rename both by hand"));
    }
    Ok(places.into_iter().map(|place| place.span).collect())
}

/// Whether the new name is taken where the old one is said.
fn look_for_clash(
    index: &NameIndex,
    file: FileId,
    meaning: &Meaning,
    places: &[Occurrence],
    to: &str,
) -> Result<(), String> {
    let path = index.sources().get(file).map(|one| one.path().to_owned()).unwrap_or_default();
    let module = index.module(file).map(|module| module.path.join(".")).unwrap_or_default();
    if index.visible(file).any(|(name, other)| name == to && other != meaning) {
        return Err(format!("`{to}` is something else in `{module}` already ({path})"));
    }
    // A service is hidden by a declaration of its name; that is fine unless the file speaks of it.
    let said = index.occurrences(file);
    let speaks_of_service = |one: &Occurrence| matches!(&one.meaning, Meaning::Service(prefix) if prefix == to);
    if said.iter().any(speaks_of_service) {
        return Err(format!("`{to}` is a service of AWS's, which `{module}` speaks of ({path})"));
    }
    for place in places.iter().filter(|place| place.span.file == file) {
        let here = index.locals(file, place.span.range.start());
        if here.iter().any(|(name, span, _)| name == to && *meaning != Meaning::Local(*span)) {
            return Err(format!("`{to}` is a parameter or variable where the name is said ({path})"));
        }
    }
    // What a parameter is called hides what the module calls so.
    if let Meaning::Local(_) = meaning {
        let names = said.iter().filter(|one| {
            let written = index.sources().get(file).and_then(|source| source.text().get(range(one.span)));
            written == Some(to)
        });
        if names.count() > 0 {
            return Err(format!("`{to}` is said in `{module}` already ({path})"));
        }
    }
    Ok(())
}

/// Whether the name stands in quotes where one of what a `for` makes is named: `Deploy["data"]`.
fn is_said_as_a_value(index: &NameIndex, file: FileId, name: &str) -> bool {
    let Some(module) = index.module(file) else { return false };
    let indices = module.parse.syntax().descendants().filter(|node| node.kind() == SyntaxKind::INDEX);
    let mut texts = indices.flat_map(|node| node.children_with_tokens()).filter_map(NodeOrToken::into_token);
    texts.any(|token| token.kind() == SyntaxKind::STRING && token.text().trim_matches('"') == name)
}

fn is_library(index: &NameIndex, file: FileId) -> bool {
    index.module(file).is_some_and(iamx_lower::Module::is_library)
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.range.into()
}

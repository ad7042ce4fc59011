//! What changes the text of a program and not what it means gives the same documents.

use std::collections::BTreeMap;

use iamx_tests::{files::SourceText, meaning::rules, pipeline::run, random_program::RandomProgram};

use crate::{documents, hold, seeds};

/// What is different, if anything is.
fn difference(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Option<String> {
    if one == other {
        return None;
    }
    let paths = one.keys().chain(other.keys());
    let path = paths.into_iter().find(|path| one.get(*path) != other.get(*path))?;
    Some(format!("{path}\n{:#?}\n{:#?}", one.get(path), other.get(path)))
}

fn formatted(files: &[SourceText]) -> Result<Vec<SourceText>, String> {
    let format = |(path, text): &SourceText| {
        let is_module = path != iamx_workspace::SETTINGS_FILE;
        let text = if is_module {
            iamx_syntax::format(text).map_err(|error| format!("{path} isn't formatted: {error:?}"))?
        } else {
            text.clone()
        };
        Ok((path.clone(), text))
    };
    files.iter().map(format).collect()
}

#[test]
fn formatted_programs() {
    hold(seeds(1), |program| {
        let files = program.files();
        let once = match formatted(&files) {
            Ok(once) => once,
            Err(fault) => return Some(fault),
        };
        let twice = formatted(&once).ok()?;
        if once != twice {
            let which = once.iter().zip(&twice).find(|(one, other)| one != other);
            return Some(format!("formatting twice isn't formatting once: {which:#?}"));
        }
        difference(&documents(&run(&files)), &documents(&run(&once)))
    });
}

#[test]
fn any_order_of_items_and_files() {
    hold(seeds(2), |program| {
        let before = documents(&run(&program.files()));
        let mut files = program.shuffled(program.seed).files();
        files.reverse();
        let after = documents(&run(&files));
        difference(&without_order(&before), &without_order(&after))
    });
}

/// Where a document has its statements from several items, as a trust from grants, their order is that of the items.
fn without_order(documents: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let meaning = |(path, text): (&String, &String)| {
        let value = serde_json::from_str(text).expect("it is JSON");
        (path.clone(), format!("{:#?}", rules(&value)))
    };
    documents.iter().map(meaning).collect()
}

#[test]
fn any_names() {
    hold(seeds(2), |program| {
        let before = documents(&run(&program.files()));
        let renamed = program.renamed();
        let after = documents(&run(&renamed.files()));
        let after = after.into_iter().map(|(path, text)| (path_before(&path, &renamed), text)).collect();
        difference(&before, &after)
    });
}

/// The path that a document had before its resource, which has no other name, was called otherwise.
fn path_before(path: &str, renamed: &RandomProgram) -> String {
    let names = renamed.names_before();
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.trim_end_matches(".json");
    match names.get(stem) {
        Some(name) => format!("{folder}/{name}.json"),
        None => path.to_owned(),
    }
}

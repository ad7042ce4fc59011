//! Reading one page, and writing the registry of all.

use std::fmt::Write;

use serde::Deserialize;

/// A check's page, read.
#[derive(Debug)]
pub(crate) struct Page {
    /// The file's name without `.md`.
    pub(crate) name: String,
    /// What stands between the `+++` lines.
    pub(crate) front: Front,
    /// The Markdown after them.
    pub(crate) body: String,
}

/// The front matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Front {
    level: Level,
    since: String,
    title: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Security,
    Warning,
    Suggestion,
}

/// Reads the page in the file `file_name`, or says what is wrong with it.
pub(crate) fn parse(file_name: &str, text: &str) -> Result<Page, String> {
    let name = file_name.strip_suffix(".md").ok_or("a page is a file NAME.md")?;
    if !is_kebab_case(name) {
        return Err(format!("`{name}` is no check's name: lower-case words and digits with single hyphens between"));
    }
    let text = text.replace("\r\n", "\n");
    let (front, body) = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"))
        .ok_or("front matter is missing: the page begins with TOML between two lines `+++`")?;
    let front: Front = toml::from_str(front).map_err(|error| format!("front matter: {}", error.message()))?;
    let plain_title = !front.title.trim().is_empty() && !front.title.contains('\n');
    if !plain_title {
        return Err("front matter: `title` is one line of text".to_owned());
    }
    let version = front.since.split('.').collect::<Vec<_>>();
    if version.len() != 3 || version.iter().any(|part| part.parse::<u32>().is_err()) {
        return Err(format!("front matter: `since` is a version such as 0.1.0, not `{}`", front.since));
    }
    let body = body.trim().to_owned() + "\n";
    let heading = format!("# `{name}`\n");
    if !body.starts_with(&heading) {
        return Err(format!("the text begins with the heading `{}`", heading.trim_end()));
    }
    for section in ["## Avoid", "## Prefer"] {
        let content = section_of(&body, section).ok_or_else(|| format!("the section `{section}` is missing"))?;
        if !content.lines().any(|line| line == "```iamx" || line.starts_with("```iamx ")) {
            return Err(format!("the section `{section}` has no block of iamx"));
        }
    }
    Ok(Page { name: name.to_owned(), front, body })
}

fn is_kebab_case(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(word)
}

fn section_of<'a>(body: &'a str, heading: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("\n{heading}\n"))?;
    Some(rest.split_once("\n## ").map_or(rest, |(section, _)| section))
}

/// The Rust text of the registry: a constant a page, and `ALL`, in the order of `pages`.
pub(crate) fn registry(pages: &[Page]) -> String {
    let mut text = String::from("use crate::{Check, Severity};\n");
    let mut all = String::new();
    for Page { name, front: Front { level, since, title }, body } in pages {
        let constant = name.replace('-', "_").to_uppercase();
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "\n#[doc = {title:?}]\npub static {constant}: Check = Check {{\n    name: {name:?},\n    title: {title:?},\n    \
             default_severity: Severity::{level:?},\n    since: {since:?},\n    page: {body:?},\n}};\n"
        );
        let _ = write!(all, "&{constant}, ");
    }
    let _ = write!(text, "\n/// Every check, by name.\npub static ALL: &[&Check] = &[{all}];\n");
    text
}

//! The examples of a check's page, which the test-suite compiles.

use crate::Check;

/// An example of a page: a small workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The `iamx.toml` to use; without one the example is compiled as a lone file.
    pub settings: Option<&'static str>,
    /// Its modules; the last one is `main.iamx` unless the page names it.
    pub files: Vec<ExampleFile>,
    /// Whether it only shows the idea and isn't meant to be compiled, as the real thing would be too long for a page.
    pub sketch: bool,
}

/// A module of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFile {
    /// Its path in the workspace.
    pub path: &'static str,
    /// Its text.
    pub source: &'static str,
}

impl Check {
    /// What not to write: each gives this check's finding, and no other, when compiled.
    pub fn avoid_examples(&self) -> Vec<Example> {
        examples(section(self.page, "Avoid"))
    }

    /// What to write instead: each compiles without this check's finding.
    pub fn prefer_examples(&self) -> Vec<Example> {
        examples(section(self.page, "Prefer"))
    }
}

fn section(page: &'static str, name: &str) -> &'static str {
    let after = page.split_once(&format!("\n## {name}\n")).map_or("", |(_, after)| after);
    after.split_once("\n## ").map_or(after, |(section, _)| section)
}

/// A block of ```` ```toml ```` is the settings of the example that follows; ```` ```iamx PATH ```` a further module of it;
/// ```` ```iamx ```` ends it; ```` ```iamx sketch ```` ends it and says that it isn't to be compiled.
fn examples(section: &'static str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut settings = None;
    let mut files = Vec::new();
    for (info, text) in blocks(section) {
        match info.split_once(' ').unwrap_or((info, "")) {
            ("toml", _) => settings = Some(text),
            ("iamx", path) if !path.is_empty() && path != "sketch" => files.push(ExampleFile { path, source: text }),
            ("iamx", word) => {
                files.push(ExampleFile { path: "main.iamx", source: text });
                examples.push(Example {
                    settings: settings.take(),
                    files: std::mem::take(&mut files),
                    sketch: word == "sketch",
                });
            }
            _ => {}
        }
    }
    // Every module of the last example has a path.
    if !files.is_empty() {
        examples.push(Example { settings, files, sketch: false });
    }
    examples
}

/// The info word and the text of each fenced block.
fn blocks(section: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut rest = section;
    std::iter::from_fn(move || {
        let start = if rest.starts_with("```") { 3 } else { rest.find("\n```")? + 4 };
        let (info, after) = rest.get(start..)?.split_once('\n')?;
        // An empty block's closing fence follows at once.
        let (text, after) = if let Some(after) = after.strip_prefix("```") {
            ("", after)
        } else {
            let end = after.find("\n```")? + 1;
            (after.get(..end)?, after.get(end + 3..)?)
        };
        rest = after;
        Some((info.trim(), text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &'static str, source: &'static str) -> ExampleFile {
        ExampleFile { path, source }
    }

    #[test]
    fn blocks_make_workspaces() {
        let section = "Text.\n\n```iamx\na\n```\n\nText.\n\n```toml\n[workspace]\n```\n\n```iamx teams/data.iamx\nb\n```\n\n\
                       ```iamx\n```\n\n```json\n{}\n```\n\n```iamx sketch\nc\n\nd\n```\n";
        let expected = vec![
            Example { settings: None, files: vec![file("main.iamx", "a\n")], sketch: false },
            Example {
                settings: Some("[workspace]\n"),
                files: vec![file("teams/data.iamx", "b\n"), file("main.iamx", "")],
                sketch: false,
            },
            Example { settings: None, files: vec![file("main.iamx", "c\n\nd\n")], sketch: true },
        ];
        assert_eq!(examples(section), expected);
    }

    #[test]
    fn modules_that_all_have_paths_are_an_example() {
        let expected =
            Example { settings: None, files: vec![file("a.iamx", "x\n"), file("b.iamx", "y\n")], sketch: false };
        assert_eq!(examples("\n```iamx a.iamx\nx\n```\n\n```iamx b.iamx\ny\n```\n"), [expected]);
    }

    #[test]
    fn every_page_has_examples_of_both_kinds() {
        for check in crate::checks::ALL {
            assert!(!check.avoid_examples().is_empty(), "{}", check.name);
            assert!(!check.prefer_examples().is_empty(), "{}", check.name);
            for example in check.avoid_examples().iter().chain(&check.prefer_examples()) {
                let text: String = example.files.iter().map(|file| file.source).collect();
                assert!(!text.trim().is_empty(), "{} has an empty example", check.name);
            }
        }
    }
}

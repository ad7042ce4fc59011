use crate::{Severity, checks};

/// A registered check: what a finding is a finding of. Declared by its page, and by nothing else.
#[derive(PartialEq, Eq)]
pub struct Check {
    /// Its name in messages, `[lint]`, `#allow(…)`, SARIF and `iamx explain`: kebab-case.
    pub name: &'static str,
    /// What it says, in one line.
    pub title: &'static str,
    /// How bad its findings are unless `[lint]` says otherwise.
    pub default_severity: Severity,
    /// The iamx version that had it first.
    pub since: &'static str,
    /// Its page: Markdown, without the front matter.
    pub page: &'static str,
}

// The whole page in every failed assertion helps no one.
impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

impl Check {
    /// Where its page is on the web.
    pub fn url(&self) -> String {
        format!("https://github.com/iamx-lang/iamx/blob/main/compiler/diagnostic/pages/{}.md", self.name)
    }
}

/// The check called `name`.
pub fn check(name: &str) -> Option<&'static Check> {
    checks::ALL.binary_search_by(|check| check.name.cmp(name)).ok().and_then(|index| checks::ALL.get(index)).copied()
}

/// The check whose name is most like `name`, where one is near enough to have been meant.
pub fn nearest_check(name: &str) -> Option<&'static Check> {
    // People write other systems' habits: `Unknown_Name`, `unknown name`.
    let name = name.to_lowercase().replace(['_', ' '], "-");
    let (check, likeness) = checks::ALL
        .iter()
        .map(|check| (*check, strsim::normalized_damerau_levenshtein(&name, check.name)))
        // The first of equals, so that the answer doesn't hang on anything but the names.
        .fold(None, |best: Option<(&'static Check, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })?;
    (likeness >= 0.6).then_some(check)
}

//! Values that are known only when a document is deployed: the id of its account, the name of a resource that another tool
//! makes.
//!
//! In a document such a value stands as a policy variable does, since as much is known of it: it is some text, the same
//! wherever it stands, and perhaps that of another. Its name begins with a character for private use, which IAM takes in no
//! policy, so that nobody can write one.

use crate::variable::variables;

/// Begins the name of a deployed value.
pub const MARK: char = '\u{e000}';

/// What stands for the deployed value of that name. A name holds no `:`, so that ARNs keep their parts, and no `,` or `}`.
pub fn deployed(name: &str) -> String {
    format!("${{{MARK}{name}}}")
}

/// The names of the deployed values in `text`, in order.
pub fn deployed_names(text: &str) -> impl Iterator<Item = &str> {
    let marked = if text.contains(MARK) { text } else { "" };
    variables(marked).filter_map(|variable| variable.ok()?.key.strip_prefix(MARK))
}

/// `text` with `value` of each deployed value's name in its place.
pub fn with_deployed(text: &str, mut value: impl FnMut(&str) -> String) -> String {
    if !text.contains(MARK) {
        return text.to_owned();
    }
    let mut whole = String::with_capacity(text.len());
    let mut position = 0;
    for variable in variables(text).flatten() {
        let Some(name) = variable.key.strip_prefix(MARK) else { continue };
        whole.push_str(text.get(position..variable.range.start).unwrap_or_default());
        whole.push_str(&value(name));
        position = variable.range.end;
    }
    whole.push_str(text.get(position..).unwrap_or_default());
    whole
}

/// `text` as people read it: a deployed value is `${name}`.
pub fn shown(text: &str) -> String {
    with_deployed(text, |name| format!("${{{name}}}"))
}

#[cfg(test)]
mod tests {
    use super::{deployed, deployed_names, shown, with_deployed};

    #[test]
    fn a_deployed_value_is_found_and_replaced() {
        let text = format!("arn:aws:s3:::{}/${{aws:username}}/{}", deployed("lake.id"), deployed("key.1"));
        assert_eq!(deployed_names(&text).collect::<Vec<_>>(), ["lake.id", "key.1"]);
        assert_eq!(shown(&text), "arn:aws:s3:::${lake.id}/${aws:username}/${key.1}");
        assert_eq!(with_deployed(&text, |name| name.len().to_string()), "arn:aws:s3:::7/${aws:username}/5");
        assert_eq!(deployed_names("${lake.id}").count(), 0);
    }
}

//! One spelling for what the sources spell in several ways.

use std::sync::Arc;

use crate::condition_key::KeyTypes;
use crate::{ArnTemplate, ConditionKey, KeyType};

/// A type as a source writes it, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyKind {
    /// The type of one value.
    pub value: KeyType,
    /// Whether it was `ArrayOf…`.
    pub multi_valued: bool,
}

/// What a source's word for a type means: `Bool` and `Boolean`, `IP` and `IPAddress`, `ARN` and `Arn`, `ArrayOf…` of each.
/// `None` if it is no type that IAM has operators for.
pub fn key_kind(word: &str) -> Option<KeyKind> {
    let (value, multi_valued) = match word.strip_prefix("ArrayOf") {
        Some(value) => (value, true),
        None => (word, false),
    };
    let value = match value.to_ascii_lowercase().as_str() {
        "string" => KeyType::String,
        "arn" => KeyType::Arn,
        "numeric" | "number" | "integer" | "long" => KeyType::Numeric,
        "date" => KeyType::Date,
        "bool" | "boolean" => KeyType::Bool,
        "ip" | "ipaddress" => KeyType::Ip,
        "binary" => KeyType::Binary,
        _ => return None,
    };
    Some(KeyKind { value, multi_valued })
}

/// A key's name with its placeholder, if it has one, as `${…}`: `/<key>`, `/tag-key`, `/TagKey` and a bare `/` at the end
/// become `/${TagKey}`; `${…}` stays as it is.
pub fn key_name(written: &str) -> String {
    let written = written.trim();
    if written.contains("${") {
        return written.to_owned();
    }
    let tag = |stem: &str| format!("{stem}/${{TagKey}}");
    if let Some(stem) = written.strip_suffix('/') {
        return tag(stem);
    }
    match written.rsplit_once('/') {
        Some((stem, "tag-key" | "TagKey" | "tagkey" | "<key>" | "<tag-key>" | "*")) => tag(stem),
        Some((stem, last)) if last.starts_with('<') && last.ends_with('>') => {
            format!("{stem}/${{{}}}", last.trim_matches(['<', '>']))
        }
        _ => written.to_owned(),
    }
}

/// ARN formats as sources write them: several in one text with commas between them, `{Name}` for `${Name}`.
///
/// # Errors
///
/// The text that is no format.
pub fn arn_templates(written: &str) -> Result<Vec<ArnTemplate>, String> {
    written
        .split(", ")
        .map(|one| {
            let text = placeholder(one.trim());
            ArnTemplate::parse(&text).ok_or(text)
        })
        .collect()
}

/// A text in which every `{Name}` is `${Name}`.
pub fn placeholder(written: &str) -> String {
    let mut text = String::with_capacity(written.len() + 1);
    for character in written.chars() {
        if character == '{' && !text.ends_with('$') {
            text.push('$');
        }
        text.push(character);
    }
    text
}

/// A condition key of these types, as a source writes name and types.
///
/// # Errors
///
/// The word that is no type.
pub fn condition_key(name: &str, types: &[&str]) -> Result<ConditionKey, String> {
    let kinds =
        types.iter().map(|word| key_kind(word).ok_or_else(|| (*word).to_owned())).collect::<Result<Vec<_>, _>>()?;
    let name: Arc<str> = key_name(name).into();
    let multi_valued = kinds.iter().any(|kind| kind.multi_valued);
    Ok(ConditionKey {
        name,
        types: if kinds.is_empty() {
            KeyTypes::of([KeyType::String])
        } else {
            KeyTypes::of(kinds.iter().map(|kind| kind.value))
        },
        multi_valued,
        single_valued_too: multi_valued && kinds.iter().any(|kind| !kind.multi_valued),
        global: false,
        always_present: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_tag_key_is_one() {
        for written in ["s:T/<key>", "s:T/tag-key", "s:T/", "s:T/${TagKey}", "s:T/TagKey"] {
            assert_eq!(key_name(written), "s:T/${TagKey}");
        }
        assert_eq!(key_name("c:env/${name}.value"), "c:env/${name}.value");
        assert_eq!(key_name("apigateway:Request/Stage"), "apigateway:Request/Stage");
    }

    #[test]
    fn every_spelling_of_a_type_is_one() {
        assert_eq!(key_kind("Boolean"), key_kind("Bool"));
        assert_eq!(key_kind("IP"), key_kind("IPAddress"));
        assert_eq!(key_kind("ArrayOfARN"), Some(KeyKind { value: KeyType::Arn, multi_valued: true }));
        assert_eq!(key_kind("Blob"), None);
        let key = condition_key("e:P", &["ArrayOfString", "String"]).unwrap();
        assert!(key.multi_valued && key.single_valued_too);
    }

    #[test]
    fn joined_formats_are_taken_apart() {
        let both = arn_templates("arn:${Partition}:a:::/x/${I}, arn:${Partition}:a:::/y/${I}").unwrap();
        assert_eq!(both.len(), 2);
        let braces = arn_templates("arn:${Partition}:o::${Account}:backup/${S}-{Date}").unwrap();
        assert_eq!(braces[0].placeholders().collect::<Vec<_>>(), ["S", "Date"]);
        assert!(arn_templates("bucket").is_err());
    }
}

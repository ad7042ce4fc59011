//! From names in AWS to Terraform's labels, none of which two names share.
//!
//! A label follows from the name alone: what else is in the root never changes it, which would have Terraform delete a
//! resource and make it again.
//!
//! Letters, digits, `_` and `-` stay. Any other byte of UTF-8 is written in hexadecimal between underscores, so that
//! `alice.smith` is `alice_2e_smith`; and so is what would else be read as such a thing: the `_` of `_ab_`, a `-` beside
//! a `-` or at an end, a digit at the beginning of a label. Several names make one label with `--` between them.

/// The label of several names; of one, that of the name.
///
/// See [identifiers](https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers).
pub(super) fn label(names: &[&str]) -> String {
    let parts = names.iter().enumerate().map(|(index, name)| part(name.as_bytes(), index == 0));
    parts.collect::<Vec<_>>().join("--")
}

fn part(name: &[u8], first: bool) -> String {
    match name {
        [] => return "_".to_owned(),
        [b'_'] => return "_5f_".to_owned(),
        _ => {}
    }
    // From the end, as whether a `_` is one follows from what is written after it.
    let mut reversed: Vec<char> = Vec::with_capacity(name.len());
    for (index, byte) in name.iter().enumerate().rev() {
        let stays = match byte {
            b'0'..=b'9' => !first || index > 0,
            b'_' => !begins_like_an_escape(&reversed),
            b'-' => index > 0 && name.get(index + 1).is_some_and(|next| *next != b'-'),
            byte => byte.is_ascii_alphabetic(),
        };
        if stays {
            reversed.push(char::from(*byte));
        } else {
            let digit = |value: u8| char::from_digit(u32::from(value), 16);
            reversed.push('_');
            reversed.extend([digit(byte & 0xf), digit(byte >> 4)].into_iter().flatten());
            reversed.push('_');
        }
    }
    reversed.iter().rev().collect()
}

/// Whether what is written so far, from its end to its beginning, goes on after a `_` as after that of an escape.
fn begins_like_an_escape(reversed: &[char]) -> bool {
    let is_digit = |c: &char| matches!(c, '0'..='9' | 'a'..='f');
    matches!(reversed, [.., '_', low, high] if is_digit(low) && is_digit(high))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::label;

    /// Reads a label back.
    fn names(label: &str) -> Vec<String> {
        let part = |part: &str| {
            if part == "_" {
                return String::new();
            }
            let (mut bytes, mut rest) = (Vec::new(), part.as_bytes());
            while let Some(byte) = rest.first() {
                match rest {
                    [b'_', high, low, b'_', after @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                        bytes.push(hex(*high).unwrap() * 16 + hex(*low).unwrap());
                        rest = after;
                    }
                    _ => {
                        bytes.push(*byte);
                        rest = &rest[1..];
                    }
                }
            }
            String::from_utf8(bytes).unwrap()
        };
        label.split("--").map(part).collect()
    }

    fn hex(digit: u8) -> Option<u8> {
        match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        }
    }

    fn is_identifier(label: &str) -> bool {
        label.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    }

    #[test]
    fn plain_names_are_their_labels() {
        for name in ["ProdReader", "prod-reader", "team_data", "_x", "R2D2"] {
            assert_eq!(label(&[name]), name);
        }
        assert_eq!(label(&["alice.smith"]), "alice_2e_smith");
        assert_eq!(label(&["1st"]), "_31_st");
        assert_eq!(label(&["a_2e_b"]), "a_5f_2e_b");
        assert_eq!(
            label(&["Reader", "aws", "job-function", "ViewOnlyAccess"]),
            "Reader--aws--job-function--ViewOnlyAccess"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn a_label_is_an_identifier_and_can_be_read_back(written in prop::collection::vec("[a-f0-9_.=@A-Z-]{0,8}|.{0,4}", 1..4)) {
            let parts: Vec<&str> = written.iter().map(String::as_str).collect();
            let label = label(&parts);
            prop_assert!(is_identifier(&label), "{label}");
            prop_assert_eq!(names(&label), written);
        }
    }
}

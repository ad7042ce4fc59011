use std::fmt;

/// The 12 digits of an AWS account.
///
/// See [account identifiers](https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// The account whose id `text` is; `None` where it is none.
    pub fn of(text: &str) -> Option<Self> {
        let digits: [u8; 12] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        // Digits are text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// `text` with `other` wherever this id stands, not in the midst of more digits; `None` where it doesn't stand in it.
    pub fn replaced_in(&self, text: &str, other: Self) -> Option<String> {
        let mut replaced = String::new();
        let mut written = 0;
        for (start, id) in text.match_indices(self.as_str()) {
            let end = start + id.len();
            let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
            let before = start.checked_sub(1).and_then(|before| text.as_bytes().get(before));
            if is_digit(before) || is_digit(text.as_bytes().get(end)) {
                continue;
            }
            replaced.push_str(text.get(written..start)?);
            replaced.push_str(other.as_str());
            written = end;
        }
        if written == 0 {
            return None;
        }
        replaced.push_str(text.get(written..)?);
        Some(replaced)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

//! The keys that the conditions are about, with small domains of what a request may hold of each.

/// The type of a key's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Kind {
    Text,
    Arn,
    Number,
    Date,
    Truth,
    Address,
}

/// A condition key.
#[derive(Debug)]
pub struct Key {
    /// As it is written in the source.
    pub written: &'static str,
    /// As it is written in JSON.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether a request holds many values of it.
    pub many: bool,
    /// What a request that carries the key may hold.
    pub present: &'static [&'static [&'static str]],
    /// What it is compared with.
    pub compared: &'static [&'static str],
    /// The patterns that it is compared with.
    pub patterns: &'static [&'static str],
}

const TEXTS: &[&[&str]] = &[&["a"], &["b"], &["ab"], &["ba"], &["aba"], &["A"], &["*"], &[""]];
const TEXT_VALUES: &[&str] = &["a", "b", "ab", "ba", "aba", "${*}", "zz"];
const TEXT_PATTERNS: &[&str] = &["a*", "*a", "*b*", "a?", "?", "ab*ba", "a*b*", "*", "${*}*", "b"];
const ARNS: [&str; 5] = [
    "arn:aws:iam::111111111111:role/a",
    "arn:aws:iam::111111111111:role/b",
    "arn:aws:iam::111111111111:user/a",
    "arn:aws:iam::222222222222:role/a",
    "arn:aws:iam::222222222222:role/a:b",
];
const ARN_PATTERNS: &[&str] = &[
    "arn:aws:iam::111111111111:*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::*:role/a",
    "arn:aws:iam::222222222222:*:b",
    "arn:aws:iam::111111111111:????/a",
    "arn:aws:iam::111111111111:role/b",
];

/// Every key that random conditions are about.
pub const KEYS: &[Key] = &[
    Key {
        written: "aws:PrincipalTag/team",
        name: "aws:PrincipalTag/team",
        kind: Kind::Text,
        many: false,
        present: TEXTS,
        compared: TEXT_VALUES,
        patterns: TEXT_PATTERNS,
    },
    Key {
        written: "aws:RequestTag/\"Cost Center\"",
        name: "aws:RequestTag/Cost Center",
        kind: Kind::Text,
        many: false,
        present: TEXTS,
        compared: TEXT_VALUES,
        patterns: TEXT_PATTERNS,
    },
    Key {
        written: "s3:prefix",
        name: "s3:prefix",
        kind: Kind::Text,
        many: false,
        present: TEXTS,
        compared: TEXT_VALUES,
        patterns: TEXT_PATTERNS,
    },
    Key {
        written: "unchecked s3:NewKey",
        name: "s3:NewKey",
        kind: Kind::Text,
        many: false,
        present: TEXTS,
        compared: TEXT_VALUES,
        patterns: TEXT_PATTERNS,
    },
    Key {
        written: "aws:TagKeys",
        name: "aws:TagKeys",
        kind: Kind::Text,
        many: true,
        present: &[
            &["a"],
            &["b"],
            &["a", "b"],
            &["ab", "aba"],
            &["a", "b", "ab", "ba", "*"],
            &["*", "zz"],
            &["a", ""],
            &[""],
            &[],
        ],
        compared: TEXT_VALUES,
        patterns: TEXT_PATTERNS,
    },
    Key {
        written: "aws:PrincipalArn",
        name: "aws:PrincipalArn",
        kind: Kind::Arn,
        many: false,
        present: &[&[ARNS[0]], &[ARNS[1]], &[ARNS[2]], &[ARNS[3]], &[ARNS[4]]],
        compared: &ARNS,
        patterns: ARN_PATTERNS,
    },
    Key {
        written: "iot:ThingGroupArn",
        name: "iot:ThingGroupArn",
        kind: Kind::Arn,
        many: true,
        present: &[&[ARNS[0]], &[ARNS[1], ARNS[2]], &[ARNS[3], ARNS[4]], &[ARNS[0], ARNS[3]], &ARNS, &[]],
        compared: &ARNS,
        patterns: ARN_PATTERNS,
    },
    Key {
        written: "s3:max-keys",
        name: "s3:max-keys",
        kind: Kind::Number,
        many: false,
        present: &[&["1"], &["5"], &["5.0"], &["7"], &["10"], &["100"], &["-3"]],
        compared: &["1", "5", "5.0", "10", "50"],
        patterns: &[],
    },
    Key {
        written: "aws:CurrentTime",
        name: "aws:CurrentTime",
        kind: Kind::Date,
        many: false,
        present: &[
            &["2026-01-01T00:00:00Z"],
            &["2026-01-01T00:00:01Z"],
            &["2026-06-30T12:00:00Z"],
            &["2027-01-01T00:00:00Z"],
        ],
        compared: &["2026-01-01", "2026-06-30T12:00:00Z", "2026-12-31"],
        patterns: &[],
    },
    Key {
        written: "aws:SecureTransport",
        name: "aws:SecureTransport",
        kind: Kind::Truth,
        many: false,
        present: &[&["true"], &["false"]],
        compared: &[],
        patterns: &[],
    },
    Key {
        written: "aws:MultiFactorAuthPresent",
        name: "aws:MultiFactorAuthPresent",
        kind: Kind::Truth,
        many: false,
        present: &[&["true"], &["false"]],
        compared: &[],
        patterns: &[],
    },
    Key {
        written: "apigateway:Request/ApiKeyRequired",
        name: "apigateway:Request/ApiKeyRequired",
        kind: Kind::Truth,
        many: true,
        present: &[&["true"], &["false"], &["true", "false"], &[]],
        compared: &[],
        patterns: &[],
    },
    Key {
        written: "aws:SourceIp",
        name: "aws:SourceIp",
        kind: Kind::Address,
        many: false,
        present: &[&["20.0.0.1"], &["20.1.0.1"], &["21.0.0.1"], &["203.0.113.9"], &["2001:db8::1"], &["2001:db9::1"]],
        compared: &["20.0.0.0/8", "20.1.0.0/16", "20.0.0.1", "0.0.0.0/0", "203.0.113.8/31", "2001:db8::/32", "::/0"],
        patterns: &[],
    },
];

/// What a request holds: for each key of [`KEYS`] that the condition speaks of, its values, or that it is absent.
#[derive(Clone, Debug, Default)]
pub struct Request(pub Vec<(usize, Option<&'static [&'static str]>)>);

impl Request {
    /// The values of the key at `index`. A key with many values that holds none, or only an empty one, counts as
    /// absent.
    pub fn values(&self, index: usize) -> Option<&'static [&'static str]> {
        let values = self.0.iter().find(|(key, _)| *key == index)?.1?;
        let nothing = KEYS[index].many && values.iter().all(|value| value.is_empty());
        (!nothing).then_some(values)
    }
}

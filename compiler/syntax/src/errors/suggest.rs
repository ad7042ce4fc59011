//! The keyword that was meant.

use crate::{Expected, SyntaxKind, kind::KEYWORDS};

const ITEMS: &[&str] = &[
    "use",
    "param",
    "let",
    "for",
    "organization",
    "account",
    "account-policy",
    "resource",
    "extern",
    "policy",
    "role",
    "user",
    "group",
    "boundary",
    "session-policy",
    "oidc",
    "saml",
    "permission-set",
    "scp",
    "rcp",
    "grant",
    "test",
    "invariant",
    "open",
    "within",
];
pub(super) const STATEMENTS: &[&str] = &["allow", "deny", "if", "include", "raw"];
const MEMBERS: &[&str] = &[
    "trust",
    "attach",
    "boundary",
    "session",
    "instance-profile",
    "tags",
    "members",
    "console",
    "access-key",
    "audience",
    "metadata",
    "assign",
];
const NODES: &[&str] = &["account", "ou", "management", "attach", "detach", "tags"];
pub(super) const CLAUSES: &[&str] = &["on", "to", "when", "unless", "until", "only", "except", "and", "or"];
const HEADERS: &[&str] = &["in", "named", "path", "region", "encrypted-by", "until"];
const SUBJECTS: &[&str] = &["role", "user", "only", "no", "account", "service", "oidc", "saml", "given", "anonymous"];
const VERBS: &[&str] = &["can", "cannot"];

/// The keywords that may be meant by `word`, which stands among the parts of a `within` and can't be one.
pub(super) fn for_junk(within: SyntaxKind, begins_line: bool, word: &str) -> Vec<&'static str> {
    let lists: &[&[&str]] = match (within, begins_line) {
        (SyntaxKind::FILE | SyntaxKind::ITEM_BODY, true) => &[ITEMS],
        (SyntaxKind::FILE | SyntaxKind::ITEM_BODY, false) => &[ITEMS, CLAUSES],
        (SyntaxKind::MEMBER_BODY, true) => &[STATEMENTS, MEMBERS],
        (SyntaxKind::MEMBER_BODY, false) => &[CLAUSES, STATEMENTS, MEMBERS],
        (SyntaxKind::STATEMENT_BODY, true) => &[STATEMENTS],
        (SyntaxKind::STATEMENT_BODY, false) => &[CLAUSES, STATEMENTS],
        (SyntaxKind::NODE_BODY, _) => &[NODES],
        (SyntaxKind::DECLARED, _) => &[HEADERS],
        (SyntaxKind::TEST_BODY | SyntaxKind::INVARIANT_BODY, true) => &[SUBJECTS],
        (SyntaxKind::TEST_BODY | SyntaxKind::INVARIANT_BODY, false) => &[CLAUSES, VERBS, &["with", "as", "using"]],
        _ => &[],
    };
    // Any two letters are a slip of some other two.
    // A word of the language is no slip, but stands in the wrong place.
    let reserved = KEYWORDS.iter().any(|(keyword, kind)| *keyword == word && kind.is_reserved());
    if word.len() < 3 || reserved { Vec::new() } else { nearest(lists, word) }
}

/// The keywords that may be meant by `word`, which stands where something else is expected.
pub(super) fn for_expected(expected: Expected, word: &str) -> Vec<&'static str> {
    let list: &[&str] = match expected {
        Expected::Verb => VERBS,
        Expected::In => &["in"],
        Expected::Is => &["is"],
        Expected::Statement => STATEMENTS,
        _ => &[],
    };
    nearest(&[list], word)
}

/// The words of `lists` that `word` may be a slip of, all equally near.
fn nearest(lists: &[&[&'static str]], word: &str) -> Vec<&'static str> {
    let allowed = match word.len() {
        0 | 1 => return Vec::new(),
        2..=4 => 1,
        _ => 2,
    };
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_word {
        return Vec::new();
    }
    let mut near: Vec<(usize, &'static str)> = lists
        .iter()
        .copied()
        .flatten()
        .map(|keyword| (strsim::damerau_levenshtein(&word.to_ascii_lowercase(), keyword), *keyword))
        .filter(|(distance, keyword)| *distance <= allowed && *distance < keyword.len() && *keyword != word)
        .collect();
    near.sort_unstable();
    near.dedup();
    let least = near.first().map(|(distance, _)| *distance);
    near.into_iter().take_while(|(distance, _)| Some(*distance) == least).map(|(_, keyword)| keyword).collect()
}

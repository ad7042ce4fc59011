//! Programs made wrong, a place or a few at a time, and what holds of them still.

use iamx_syntax::{NodeOrToken, SyntaxKind, parse};

use super::{Random, program};
use crate::{files::SourceText, pipeline::Outcome};

/// A workspace with its parts, to be made wrong many times.
#[derive(Clone, Debug)]
pub struct Base {
    files: Vec<SourceText>,
    parts: Vec<Parts>,
    /// What stands in this workspace and in others.
    pool: Pool,
}

/// The ranges of a file's tokens and nodes.
#[derive(Clone, Debug, Default)]
struct Parts {
    tokens: Vec<(SyntaxKind, std::ops::Range<usize>)>,
    nodes: Vec<(SyntaxKind, std::ops::Range<usize>)>,
}

#[derive(Clone, Debug, Default)]
struct Pool {
    tokens: Vec<(SyntaxKind, String)>,
    nodes: Vec<(SyntaxKind, String)>,
    names: Vec<String>,
}

/// What a token is replaced with: one of each sort of token, right and wrong.
pub const INSTEAD: [&str; 40] = [
    "role",
    "allow",
    "when",
    "in",
    "except",
    "to",
    "on",
    "not",
    "or",
    "self",
    "account",
    "organization",
    "any",
    "all",
    "unchecked",
    "principal",
    "as",
    "name",
    "\"text\"",
    "\"",
    "42",
    "2026-12-31",
    "6h",
    "s3:GetObject",
    "s3:",
    "aws:PrincipalArn",
    "*",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "${",
    "#allow",
    "?",
    "==",
    "\u{202e}",
];

/// Values at the ends of what is possible.
const EXTREME: [&str; 36] = [
    "0",
    "-1",
    "00000000000000000000000000000000000001",
    "99999999999999999999999999999999999999",
    "1e999",
    "0.000000000000000000001",
    "1.7976931348623157e309",
    "18446744073709551616",
    "9223372036854775807",
    "4294967296d",
    "99999999999999999999h",
    "0m",
    "9999-12-31",
    "0000-00-00",
    "2026-02-30",
    "2026-12-31T24:60:61Z",
    "\"\"",
    "\" \"",
    "\"*\"",
    "\"?\"",
    "\"${\"",
    "\"${}\"",
    "\"${x}\"",
    "\"${aws:x\"",
    "\"${aws:username, 'no'}\"",
    "\"${aws:PrincipalTag/}\"",
    "\"${*}${?}${$}\"",
    "\"\\u{10ffff}\"",
    "\"\\u{0}\"",
    "\"arn:aws:s3:::*\"",
    "\"arn:::::\"",
    "\"arn:aws:iam::*:role/*\"",
    "\"é\u{e000}\u{202e}\"",
    "\"0.0.0.0/0\"",
    "\"::/129\"",
    "\"a:b:c:d:e:f:g\"",
];

/// Characters that files hold by accident.
const STRAY: [&str; 16] = [
    "\0", "\r", "\u{feff}", "\u{202e}", "\u{e000}", "\u{2028}", "é", "日", "💥", "\"", "{", "}", "\n", "\\", "${", "//",
];

impl Base {
    /// The workspace of a seed, with parts of two others to put into it.
    pub fn new(seed: u64) -> Self {
        let files = program(seed).plain().files();
        let parts: Vec<Parts> = files.iter().map(parts_of).collect();
        let mut pool = Pool::default();
        let others =
            [seed.wrapping_add(1_000_003), seed.wrapping_add(2_000_003)].map(|seed| program(seed).plain().files());
        for file in files.iter().chain(others.iter().flatten()) {
            pool.add(file, &parts_of(file));
        }
        Self { files, parts, pool }
    }

    /// The workspace with one to three places of it made wrong, as `random` has it.
    pub fn mutant(&self, random: &mut Random) -> Vec<SourceText> {
        let mut files = self.files.clone();
        let file = random.below(files.len());
        let text = &self.files[file].1;
        let parts = &self.parts[file];
        let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
        for _ in 0..random.pick(&[1, 1, 1, 2, 3]) {
            if parts.tokens.is_empty() || random.one_in(12) {
                edits.push(stray(text, random));
            } else {
                edits.extend(self.edits(text, parts, random));
            }
        }
        edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
        let mut end = usize::MAX;
        let mut mutant = text.clone();
        for (range, replacement) in edits {
            if range.end <= end {
                end = range.start;
                mutant.replace_range(range, &replacement);
            }
        }
        files[file].1 = mutant;
        if random.one_in(40) {
            files.remove(random.below(files.len()));
        }
        files
    }

    fn edits(&self, text: &str, parts: &Parts, random: &mut Random) -> Vec<(std::ops::Range<usize>, String)> {
        let at = random.below(parts.tokens.len());
        let (kind, token) = parts.tokens[at].clone();
        let node = (!parts.nodes.is_empty()).then(|| parts.nodes[random.below(parts.nodes.len())].clone());
        let (node_kind, node) = node.unwrap_or((kind, token.clone()));
        let written = &text[node.clone()];
        match random.below(16) {
            0 => vec![(token, String::new())],
            1 => vec![(token.clone(), format!("{0} {0}", &text[token]))],
            2 => {
                let (_, other) = parts.tokens[random.below(parts.tokens.len())].clone();
                vec![(token.clone(), text[other.clone()].to_owned()), (other, text[token].to_owned())]
            }
            3 => vec![(token, random.pick(&INSTEAD).to_owned())],
            4..=5 => vec![(token, self.pool.token(Some(kind), random))],
            6 => vec![(token, self.pool.token(None, random))],
            // Well-formed and of another type.
            7..=9 => vec![(node, self.pool.node(Some(node_kind), random))],
            10 => vec![(node, self.pool.node(None, random))],
            11 => {
                let names: Vec<_> = parts.tokens.iter().filter(|(kind, _)| *kind == SyntaxKind::NAME).collect();
                if names.is_empty() || self.pool.names.is_empty() {
                    return Vec::new();
                }
                let (_, range) = names[random.below(names.len())].clone();
                vec![(range, self.pool.names[random.below(self.pool.names.len())].clone())]
            }
            12 => {
                let values: Vec<_> = parts.tokens.iter().filter(|(kind, _)| is_value(*kind)).collect();
                if values.is_empty() {
                    return Vec::new();
                }
                let (_, range) = values[random.below(values.len())].clone();
                vec![(range, random.pick(&EXTREME).to_owned())]
            }
            13 => vec![(node, String::new())],
            14 => {
                let (times, between) =
                    (random.pick(&[2, 2, 10, 300]), random.pick(&[", ", " ", "\n", " and ", " or "]));
                vec![(node.clone(), vec![&text[node]; if written.len() > 200 { 2 } else { times }].join(between))]
            }
            _ => {
                let deep = random.pick(&[1, 1, 2, 70]);
                let (open, close) =
                    random.pick(&[("(", ")"), ("[", "]"), ("not ", ""), ("{", "}"), ("x(", ")"), ("if x {", "}")]);
                vec![(node.clone(), format!("{}{written}{}", open.repeat(deep), close.repeat(deep)))]
            }
        }
    }
}

/// A character deleted, changed or put in.
fn stray(text: &str, random: &mut Random) -> (std::ops::Range<usize>, String) {
    let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = random.below(borders.len());
    let next = borders.get(at + 1).copied().unwrap_or(borders[at]);
    match random.below(3) {
        0 => (borders[at]..next, String::new()),
        1 => (borders[at]..next, random.pick(&STRAY).to_owned()),
        _ => (borders[at]..borders[at], random.pick(&STRAY).to_owned()),
    }
}

fn is_value(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::STRING | SyntaxKind::NUMBER | SyntaxKind::DURATION | SyntaxKind::DATE)
}

fn parts_of((path, text): &SourceText) -> Parts {
    let mut parts = Parts::default();
    if path == iamx_workspace::SETTINGS_FILE {
        return parts;
    }
    for part in parse(text).syntax().descendants_with_tokens() {
        let range = usize::from(part.text_range().start())..usize::from(part.text_range().end());
        match part {
            NodeOrToken::Token(token) if !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT) => {
                parts.tokens.push((token.kind(), range));
            }
            NodeOrToken::Node(node) if node.parent().is_some() => parts.nodes.push((node.kind(), range)),
            _ => {}
        }
    }
    parts
}

impl Pool {
    fn add(&mut self, (_, text): &SourceText, parts: &Parts) {
        for (kind, range) in &parts.tokens {
            self.tokens.push((*kind, text[range.clone()].to_owned()));
            if *kind == SyntaxKind::NAME {
                self.names.push(text[range.clone()].to_owned());
            }
        }
        let short = parts.nodes.iter().filter(|(_, range)| range.len() < 600);
        self.nodes.extend(short.map(|(kind, range)| (*kind, text[range.clone()].to_owned())));
    }

    fn token(&self, kind: Option<SyntaxKind>, random: &mut Random) -> String {
        one_of(&self.tokens, kind, random)
    }

    fn node(&self, kind: Option<SyntaxKind>, random: &mut Random) -> String {
        one_of(&self.nodes, kind, random)
    }
}

fn one_of(list: &[(SyntaxKind, String)], kind: Option<SyntaxKind>, random: &mut Random) -> String {
    let fitting: Vec<&String> =
        list.iter().filter(|(other, _)| kind.is_none_or(|kind| kind == *other)).map(|(_, text)| text).collect();
    if fitting.is_empty() { String::new() } else { random.pick(&fitting).clone() }
}

/// What is wrong with where the findings are: each has a primary label, and all that it points at are whole characters of
/// a file. With an error there are no files.
pub fn misplaced(outcome: &Outcome) -> Option<String> {
    for diagnostic in &outcome.diagnostics {
        if !diagnostic.labels.iter().any(|label| label.primary) {
            return Some(format!("no primary label: {diagnostic:#?}"));
        }
        let spans = diagnostic.labels.iter().map(|label| label.span);
        let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in spans.chain(edits) {
            let range = usize::from(span.range.start())..usize::from(span.range.end());
            let source = outcome.sources.get(span.file);
            if source.and_then(|source| source.text().get(range)).is_none() {
                return Some(format!("outside of its file: {diagnostic:#?}"));
            }
        }
    }
    let written = !outcome.files.is_empty() && !outcome.errors().is_empty();
    written.then(|| "documents beside an error".to_owned())
}

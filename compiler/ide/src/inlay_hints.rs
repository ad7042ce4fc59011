//! What the compiler made of a place, beside it: ARNs, how many actions, operators, sizes.
//!
//! What keeps them calm: a hint says what isn't written there, and says one thing. An ARN stands at a declaration, and at a use
//! only if the use says more than the name (a child) and the ARN is short; a count at a wildcard or level, never at `*`; an
//! operator only at a comparison that is written there, never `Bool` or `Null`, which its words say, and never where the source
//! names it; a size where no lens says it, or where it is over half of its quota. What differs from use to use isn't said.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use iamx_lower::NameKind;
use iamx_policy::{BaseOperator, Statement, shown};
use iamx_syntax::{
    NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{AstNode, Declared},
};
use iamx_text::{FileId, Span, TextRange, TextSize};

use crate::{
    documents::{said, shares},
    evaluated::Evaluated,
    hover::prefix_before,
    words::is_in_condition,
};

/// A hint beside a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InlayHint {
    /// Where it stands.
    pub offset: TextSize,
    /// What it says.
    pub label: String,
    /// More of it, where there is more.
    pub tooltip: Option<String>,
}

/// The longest ARN that stands at a use, in characters.
const LONGEST_AT_USE: usize = 60;
/// The longest that is shown whole at a declaration.
const LONGEST: usize = 80;
/// The share of its quota, in thousandths, from which on a size is said in any case.
const LARGE: usize = 500;

/// The hints within `range`, in their order. `sizes_are_shown` elsewhere, as by a lens.
pub fn inlay_hints(evaluated: &Evaluated<'_>, file: FileId, range: TextRange, sizes_are_shown: bool) -> Vec<InlayHint> {
    let Some(module) = evaluated.index.module(file) else { return Vec::new() };
    let root = module.parse.syntax();
    let facts = Facts::of(evaluated, file, range);
    let mut hints = Vec::new();
    declarations(evaluated, &root, file, range, sizes_are_shown, &mut hints);
    for (range, arns) in &facts.arns {
        let node = root.covering_element(range.range());
        let is_call = node
            .ancestors()
            .take_while(|node| node.text_range() == range.range())
            .any(|node| matches!(node.kind(), SyntaxKind::CALL));
        let is_child = is_call && text_at(evaluated, file, *range).contains('.');
        if let (true, Some(Some(arn))) =
            (is_child, single(arns).filter(|arn| arn.as_ref().is_some_and(|arn| arn.starts_with("arn:"))))
        {
            let arn = shown(arn);
            if arn.chars().count() <= LONGEST_AT_USE {
                hints.push(InlayHint { offset: range.end(), label: arn, tooltip: None });
            }
        }
    }
    for (range, operators) in &facts.operators {
        let written = text_at(evaluated, file, *range);
        let node = root.covering_element(range.range());
        let node = node.as_node().cloned().or_else(|| node.parent());
        let stands_there = node.is_some_and(|node| is_in_condition(&node));
        let says_key = written.contains(':') || ["claim ", "principal "].iter().any(|word| written.starts_with(word));
        if let (true, Some(operator)) = (stands_there && says_key, single(operators)) {
            let name = operator.split(':').next_back().unwrap_or(operator);
            if !written.starts_with(name) && !written.starts_with(operator.as_str()) {
                let tooltip = Some(format!("the IAM operator of this comparison is `{operator}`"));
                hints.push(InlayHint { offset: range.end(), label: operator.clone(), tooltip });
            }
        }
    }
    counts(evaluated, &root, range, &facts, &mut hints);
    hints.sort();
    hints.dedup();
    hints
}

/// What the documents say of places in a file.
#[derive(Default)]
struct Facts {
    /// The ARNs of what is named there; `None` among them where each account has its own.
    arns: BTreeMap<Place, BTreeSet<Option<String>>>,
    operators: BTreeMap<Place, BTreeSet<String>>,
    /// How many actions a level became, in each statement.
    levels: BTreeMap<Place, BTreeSet<usize>>,
}

/// A range, in the order of the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place(TextSize, TextSize);

impl std::ops::Deref for Place {
    type Target = TextSize;

    fn deref(&self) -> &TextSize {
        &self.0
    }
}

impl Place {
    fn end(self) -> TextSize {
        self.1
    }

    fn range(self) -> TextRange {
        TextRange::new(self.0, self.1)
    }
}

impl Facts {
    fn of(evaluated: &Evaluated<'_>, file: FileId, asked: TextRange) -> Self {
        let place = |span: Span| {
            let is_asked = span.file == file && asked.intersect(span.range).is_some();
            is_asked.then(|| Place(span.range.start(), span.range.end()))
        };
        let mut facts = Self::default();
        // What is the same in many accounts but for their ids has one place in memory.
        let mut seen: HashMap<*const Statement, Vec<Place>> = HashMap::new();
        for entry in evaluated.program.documents() {
            let statements = &entry.document.statements;
            if let Some(arns) = seen.get(&statements.place()) {
                if statements.moved().is_some() {
                    for place in arns {
                        facts.arns.entry(*place).or_default().insert(None);
                    }
                }
                continue;
            }
            let mut named = Vec::new();
            for statement in statements {
                for arn in statement.resources.iter().flat_map(|element| &element.patterns) {
                    if let Some(place) = place(arn.span) {
                        facts.arns.entry(place).or_default().insert(Some(arn.value.clone()));
                        named.push(place);
                    }
                }
                for entry in &statement.conditions.entries {
                    let says_itself = entry.operator.base == BaseOperator::Null
                        || (entry.operator.base == BaseOperator::Bool && entry.operator.to_string() == "Bool");
                    if let Some(place) = place(entry.span).filter(|_| !says_itself) {
                        facts.operators.entry(place).or_default().insert(entry.operator.to_string());
                    }
                }
                let mut levels: BTreeMap<Place, usize> = BTreeMap::new();
                for place in statement.actions.patterns.iter().filter_map(|action| place(action.span)) {
                    *levels.entry(place).or_default() += 1;
                }
                for (place, count) in levels {
                    facts.levels.entry(place).or_default().insert(count);
                }
            }
            seen.insert(statements.place(), named);
        }
        facts
    }
}

/// The only one of a set.
fn single<T: Ord>(set: &BTreeSet<T>) -> Option<&T> {
    set.first().filter(|_| set.len() == 1)
}

fn text_at<'a>(evaluated: &Evaluated<'a>, file: FileId, place: Place) -> &'a str {
    let text = evaluated.index.sources().get(file).map_or("", |source| source.text());
    text.get(std::ops::Range::<usize>::from(place.range())).unwrap_or_default()
}

/// ARNs of what is declared, and sizes of what it makes.
fn declarations(
    evaluated: &Evaluated<'_>,
    root: &SyntaxNode,
    file: FileId,
    range: TextRange,
    sizes_are_shown: bool,
    hints: &mut Vec<InlayHint>,
) {
    let index = evaluated.index;
    for one in index.declared_in(file) {
        let NameKind::Declared(_) = one.kind else { continue };
        let token = root.token_at_offset(one.span.range.start()).right_biased();
        let Some(item) = token.and_then(|token| token.parent_ancestors().find_map(Declared::cast)) else { continue };
        if item.syntax().text_range().intersect(range).is_none() {
            continue;
        }
        let declares = item.foreign().map(|of| of.syntax().text_range());
        let declares = declares.or_else(|| item.type_call().map(|of| iamx_syntax::ast::significant_range(of.syntax())));
        let arns: BTreeSet<&str> = evaluated
            .program
            .resources
            .iter()
            .filter(|resource| resource.span == one.span)
            .map(|resource| resource.arn.as_str())
            .collect();
        if let (Some(at), Some(arn)) = (declares, single(&arns))
            && range.contains_inclusive(at.end())
        {
            let arn = shown(arn);
            let is_long = arn.chars().count() > LONGEST;
            let label = if is_long { arn.chars().take(LONGEST - 1).chain(['…']).collect() } else { arn.clone() };
            hints.push(InlayHint { offset: at.end(), label, tooltip: is_long.then_some(arn) });
        }
        let Some(brace) = item.body().and_then(|body| opening_brace(body.syntax())) else { continue };
        if !range.contains_inclusive(brace.text_range().end()) {
            continue;
        }
        let shares = shares(evaluated, one.span);
        let is_large = shares.iter().any(|share| share.thousandths() >= LARGE);
        if !shares.is_empty() && (!sizes_are_shown || is_large) {
            let tooltip = Some("what its documents take of their quotas in AWS".to_owned());
            hints.push(InlayHint { offset: brace.text_range().end(), label: said(&shares), tooltip });
        }
    }
}

fn opening_brace(body: &SyntaxNode) -> Option<SyntaxToken> {
    let mut tokens = body.descendants_with_tokens().filter_map(NodeOrToken::into_token);
    tokens.find(|token| token.kind() == SyntaxKind::LBRACE)
}

/// How many actions wildcards and levels hold.
fn counts(evaluated: &Evaluated<'_>, root: &SyntaxNode, range: TextRange, facts: &Facts, hints: &mut Vec<InlayHint>) {
    let catalog = evaluated.index.catalog();
    let tokens = root.descendants_with_tokens().filter_map(NodeOrToken::into_token);
    for token in tokens.filter(|token| range.contains_range(token.text_range())) {
        let at = token.text_range();
        let is_wild = token.text().contains(['*', '?']);
        let written = match token.kind() {
            SyntaxKind::LEVEL => {
                let place = Place(at.start(), at.end());
                let counts = facts.levels.get(&place);
                if let Some(count) = counts.and_then(single) {
                    hints.push(count_hint(at.end(), *count, "that it adds here, of those that act on what is named"));
                }
                continue;
            }
            SyntaxKind::PATTERN if is_wild => match prefix_before(&token) {
                Some(prefix) => format!("{prefix}{}", token.text()),
                None => continue,
            },
            SyntaxKind::WORD
                if is_wild
                    && token.text().contains(':')
                    && token.parent().is_some_and(|parent| !is_in_condition(&parent)) =>
            {
                token.text().to_owned()
            }
            _ => continue,
        };
        let count = catalog.actions_matching(&written).count();
        if count > 0 {
            hints.push(count_hint(at.end(), count, "that the catalog has of these names"));
        }
    }
}

fn count_hint(offset: TextSize, count: usize, which: &str) -> InlayHint {
    let label = if count == 1 { "1 action".to_owned() } else { format!("{count} actions") };
    let tooltip = Some(format!("{label} {which}"));
    InlayHint { offset, label, tooltip }
}

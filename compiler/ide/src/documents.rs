//! The documents that an item makes, as they are written, and how large they are.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use iamx_diagnostic::{Diagnostic, Severity, checks};
use iamx_emit::{Target, Written, written_document, written_roots, written_size};
use iamx_lower::{DocumentEntry, DocumentKind, Meaning, NameKind};
use iamx_policy::Statement;
use iamx_syntax::SyntaxKind;
use iamx_text::{FileId, Span, TextRange, TextSize};

use crate::evaluated::{Evaluated, grouped, is_within, item_around};

/// A file that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledDocument {
    /// What it is, such as ``trust policy of `Reader` in `prod` ``.
    pub title: String,
    /// Its path below the output folder.
    pub path: String,
    /// Its contents, as a build writes them.
    pub text: String,
    /// Where in the text, in bytes, what comes from the place that was asked of stands.
    pub range: Option<Range<usize>>,
}

/// So many documents are given; what is made in a thousand accounts is hardly read in each.
const MOST: usize = 100;

/// The documents that the item at `offset` makes or has statements in; without an offset all that the file has a part in.
///
/// # Errors
///
/// In words, why there is none: nothing there makes a document, or an error bears on it, so that it can't be said exactly.
pub fn compiled(
    evaluated: &Evaluated<'_>,
    file: FileId,
    offset: Option<TextSize>,
) -> Result<Vec<CompiledDocument>, String> {
    let item = match offset {
        Some(offset) => item_around(evaluated.index, file, offset).ok_or("no item stands here")?,
        None => evaluated.index.module(file).ok_or("this is no module")?.parse.syntax().text_range(),
    };
    let mut entries = documents_of(evaluated, file, item);
    if entries.is_empty() {
        return Err(evaluated.diagnostics.iter().find(|one| one.severity == Severity::Error).map_or_else(
            || "no document is made of this".to_owned(),
            |error| format!("no document can be made of this while there is an error: {}", error.message),
        ));
    }
    let mut faults = Faults::new(evaluated);
    let mut fault = None;
    entries.retain(|entry| {
        let found = faults.of(entry.span);
        fault = fault.take().or(found);
        found.is_none()
    });
    if let (true, Some(fault)) = (entries.is_empty(), fault) {
        return Err(format!("what is made of this can't be said exactly while there is an error: {}", fault.message));
    }
    entries.truncate(MOST);
    if evaluated.targets.contains(&Target::Json) {
        let documents = entries.iter().map(|entry| document(evaluated, entry, file, offset));
        return Ok(documents.collect());
    }
    let roots = written_roots(evaluated.program, &entries).into_iter().map(|root| {
        let range = offset.and_then(|_| root.places.first().cloned());
        CompiledDocument { title: format!("`{}`", root.path), path: root.path, text: root.text, range }
    });
    Ok(roots.collect())
}

fn document(
    evaluated: &Evaluated<'_>,
    entry: &DocumentEntry<'_>,
    file: FileId,
    offset: Option<TextSize>,
) -> CompiledDocument {
    let Written { path, text, places } = written_document(entry, evaluated.index.catalog());
    let range = offset.and_then(|offset| {
        let is_asked =
            |statement: &Statement| statement.span.file == file && statement.span.range.contains_inclusive(offset);
        let asked = entry.document.statements.iter().zip(&places).map(|(one, place)| (is_asked(one), place));
        // A statement that became several: from its first to its last in a row.
        let mut run = asked.skip_while(|(is_asked, _)| !is_asked).take_while(|(is_asked, _)| *is_asked);
        let (_, first) = run.next()?;
        Some(first.start..run.last().map_or(first.end, |(_, last)| last.end))
    });
    CompiledDocument { title: title(evaluated, entry), path, text, range }
}

fn title(evaluated: &Evaluated<'_>, entry: &DocumentEntry<'_>) -> String {
    let of = format!("{} of `{}`", entry.kind.describe(), entry.name);
    match evaluated.program.account(entry.account) {
        Some(account) => format!("{of} in `{}`", account.name),
        None => of,
    }
}

/// The documents of what is declared within `item`, and those that statements of it are in.
pub(crate) fn documents_of<'p>(evaluated: &Evaluated<'p>, file: FileId, item: TextRange) -> Vec<DocumentEntry<'p>> {
    // What is the same in many accounts has one place, and is looked at once.
    let mut known: HashMap<*const Statement, bool> = HashMap::new();
    let documents = evaluated.program.documents().filter(|entry| {
        is_within(entry.span, file, item)
            || *known.entry(entry.document.statements.place()).or_insert_with(|| {
                entry.document.statements.iter().any(|statement| is_within(statement.span, file, item))
            })
    });
    documents.collect()
}

/// What a document takes of its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    kind: DocumentKind,
    size: usize,
    quota: Option<u32>,
    unit: &'static str,
}

impl Share {
    /// How much of the quota it takes, in thousandths.
    pub(crate) fn thousandths(&self) -> usize {
        self.quota.map_or(0, |quota| self.size.saturating_mul(1000) / usize::try_from(quota.max(1)).unwrap_or(1))
    }

    fn say(&self) -> String {
        let quota = self.quota.and_then(|quota| usize::try_from(quota).ok());
        match quota {
            Some(quota) => format!("{} of {} {}", grouped(self.size), grouped(quota), self.unit),
            None => format!("{} {}", grouped(self.size), self.unit),
        }
    }
}

/// What the documents of what is declared at `span` take of their quotas, one a kind: the most over its accounts.
pub(crate) fn shares(evaluated: &Evaluated<'_>, span: Span) -> Vec<Share> {
    let catalog = evaluated.index.catalog();
    let mut shares: Vec<Share> = Vec::new();
    let mut seen = HashSet::new();
    for entry in evaluated.program.documents().filter(|entry| entry.span == span) {
        if !seen.insert((entry.kind, entry.document.statements.place())) {
            continue;
        }
        let quota = entry.quota(catalog);
        let unit = match quota.map(|quota| quota.unit) {
            Some(iamx_catalog::QuotaUnit::Bytes) => "bytes",
            _ => "characters",
        };
        let share =
            Share { kind: entry.kind, size: written_size(&entry, catalog), quota: quota.map(|quota| quota.max), unit };
        match shares.iter_mut().find(|known| known.kind == share.kind) {
            Some(known) if known.size < share.size => *known = share,
            Some(_) => {}
            None => shares.push(share),
        }
    }
    shares
}

/// `1,204 of 6,144 characters`; of several documents each with what it is.
pub(crate) fn said(shares: &[Share]) -> String {
    match shares {
        [one] => one.say(),
        several => {
            let each = several.iter().map(|share| {
                let what = share.kind.describe();
                format!("{} {}", what.strip_suffix(" policy").unwrap_or(what), share.say())
            });
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// The errors of a workspace, and on what they bear.
struct Faults<'a, 'e> {
    evaluated: &'e Evaluated<'a>,
    /// The errors, each with the declarations that its places are in; one that is in none may bear on all.
    errors: Vec<(&'a Diagnostic, Option<Vec<Span>>)>,
    names: HashMap<FileId, Vec<(TextRange, Span)>>,
    known: HashMap<Span, Option<&'a Diagnostic>>,
}

impl<'a, 'e> Faults<'a, 'e> {
    fn new(evaluated: &'e Evaluated<'a>) -> Self {
        // A document that is too large is whole all the same.
        let errors = evaluated
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error && one.check.name != checks::POLICY_TOO_LARGE.name)
            .filter_map(|error| {
                let mut of = Vec::new();
                for label in error.labels.iter().filter(|label| label.primary) {
                    match place_of(evaluated, label.span) {
                        PlaceOf::Declaration(span) => of.push(span),
                        PlaceOf::Expectation => {}
                        PlaceOf::Anything => return Some((error, None)),
                    }
                }
                (!of.is_empty()).then_some((error, Some(of)))
            });
        Self { evaluated, errors: errors.collect(), names: HashMap::new(), known: HashMap::new() }
    }

    /// The first error that bears on the documents of what is declared at `span`: in it, in what it names, in what these name,
    /// or in what may add to any document.
    fn of(&mut self, span: Span) -> Option<&'a Diagnostic> {
        if self.errors.is_empty() {
            return None;
        }
        if let Some(known) = self.known.get(&span) {
            return *known;
        }
        let mut reached = HashSet::from([span]);
        let mut open = vec![span];
        while let Some(next) = open.pop() {
            for name in self.named_in(next) {
                if reached.insert(name) {
                    open.push(name);
                }
            }
        }
        let bears = |of: &Option<Vec<Span>>| of.as_ref().is_none_or(|of| of.iter().any(|one| reached.contains(one)));
        let found = self.errors.iter().find(|(_, of)| bears(of)).map(|(error, _)| *error);
        self.known.insert(span, found);
        found
    }

    fn named_in(&mut self, declared: Span) -> Vec<Span> {
        let index = self.evaluated.index;
        let Some(item) = index.declared_at(declared).map(|one| index.signature(one).item) else { return Vec::new() };
        let names = self.names.entry(declared.file).or_insert_with(|| {
            let names = index.occurrences(declared.file).into_iter();
            let declared = names.filter_map(|one| match one.meaning {
                Meaning::Declared(span) => Some((one.span.range, span)),
                _ => None,
            });
            declared.collect()
        });
        names.iter().filter(|(range, _)| item.contains_range(*range)).map(|(_, span)| *span).collect()
    }
}

/// What an error's place is in.
enum PlaceOf {
    /// An item that makes its own documents, or a value: it bears on those alone that name it.
    Declaration(Span),
    /// A test or an invariant, of which nothing is made.
    Expectation,
    /// A grant, the organization, a `use`, settings: what may bear on any document.
    Anything,
}

fn place_of(evaluated: &Evaluated<'_>, span: Span) -> PlaceOf {
    let index = evaluated.index;
    let Some(module) = index.module(span.file) else { return PlaceOf::Anything };
    let around = crate::evaluated::declared_around(index, span.file, span.range.start());
    if let Some((declared, _)) = around
        && matches!(declared.kind, NameKind::Declared(_) | NameKind::Let)
    {
        return PlaceOf::Declaration(declared.span);
    }
    let root = module.parse.syntax();
    let item = root.children().find(|node| node.text_range().contains_inclusive(span.range.start()));
    match item.map(|node| node.kind()) {
        Some(SyntaxKind::TEST_ITEM | SyntaxKind::INVARIANT_ITEM) => PlaceOf::Expectation,
        _ => PlaceOf::Anything,
    }
}

//! Where a name leads, and where else it stands.

use iamx_lower::{Meaning, NameIndex, Occurrence};
use iamx_text::{FileId, Span, TextRange, TextSize};

/// Where a name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Where the name is declared; the beginning of a module.
    pub name: Span,
    /// All of what declares it.
    pub whole: TextRange,
}

/// The name that stands at `offset`, or ends there.
pub fn name_at(index: &NameIndex, file: FileId, offset: TextSize) -> Option<Occurrence> {
    index.occurrences(file).into_iter().find(|one| one.span.range.contains_inclusive(offset))
}

/// Where the name at `offset` is declared. Services, `self` and `account` are declared nowhere.
pub fn definition(index: &NameIndex, file: FileId, offset: TextSize) -> Option<Definition> {
    match name_at(index, file, offset)?.meaning {
        Meaning::Declared(name) => {
            let whole = index.signature(index.declared_at(name)?).item;
            Some(Definition { name, whole })
        }
        Meaning::Local(name) => Some(Definition { name, whole: name.range }),
        Meaning::Module(file) => {
            let start = TextRange::empty(TextSize::new(0));
            Some(Definition { name: Span::new(file, start), whole: start })
        }
        Meaning::Service(_) | Meaning::Itself | Meaning::Account => None,
    }
}

/// Every place of what the name at `offset` stands for, in the order of the files; of what is declared, the declaration is
/// among them.
pub fn occurrences(index: &NameIndex, file: FileId, offset: TextSize) -> Vec<Occurrence> {
    let Some(one) = name_at(index, file, offset) else { return Vec::new() };
    occurrences_of(index, file, &one.meaning)
}

/// Every place of `meaning`, which stands in `file`.
pub(crate) fn occurrences_of(index: &NameIndex, file: FileId, meaning: &Meaning) -> Vec<Occurrence> {
    let files: Vec<FileId> = match meaning {
        // Each file has its own.
        Meaning::Local(_) | Meaning::Itself | Meaning::Account => vec![file],
        Meaning::Declared(span) => match index.declared_at(*span) {
            Some(declared) => index.files_with(&declared.name).collect(),
            None => Vec::new(),
        },
        Meaning::Module(of) => match index.module(*of).and_then(|module| module.path.last()) {
            Some(name) => index.files_with(name).collect(),
            None => Vec::new(),
        },
        Meaning::Service(prefix) => index.files_with(prefix).collect(),
    };
    let all = files.into_iter().flat_map(|file| index.occurrences(file));
    all.filter(|one| one.meaning == *meaning).collect()
}

//! What can be written at a place: words of the language, AWS's names, names of the workspace.
//!
//! A word that nobody writes is put where the cursor is, the item around it is parsed anew, and where the word ends up in the
//! tree says what may stand there ([`place`]). Which words of the language fit is asked of the grammar itself ([`keywords`]).

mod actions;
mod conditions;
mod keywords;
mod names;
mod place;
mod principals;
mod resources;
mod statement;
mod strings;

use std::collections::BTreeSet;

use iamx_lower::NameIndex;
use iamx_text::{FileId, TextRange, TextSize};

use crate::{hover, letters::distance};
use place::{Class, Cursor, Place};

/// What can be written at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// What each of them takes the place of, unless it says another.
    pub range: TextRange,
    /// Whether there are others for other letters.
    pub is_incomplete: bool,
    /// The nearest first.
    pub items: Vec<Completion>,
}

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown; it holds the letters that are there already, in their order.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// In a few words, what it is.
    pub detail: String,
    /// What is written.
    pub insert: Insert,
    /// Lower ones come first; equal ones by their labels.
    pub rank: u8,
    /// What there is to be read about it.
    pub subject: Option<Subject>,
    /// What is to be written elsewhere for the name to be known here.
    pub brings_in: Option<(TextRange, String)>,
}

/// What is written for a [`Completion`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insert {
    /// The label.
    Label,
    /// This text.
    Text(String),
    /// This text with places to fill in, `${1:name}`, as the protocol writes them; the plain text for those who know none.
    Snippet {
        /// With the places.
        snippet: String,
        /// Without.
        plain: String,
    },
}

/// What a [`Completion`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum CompletionKind {
    Keyword,
    Service,
    Action,
    Level,
    ResourceType,
    ConditionKey,
    Operator,
    Value,
    Variable,
    Identity,
    Account,
    Policy,
    Resource,
    Let,
    Parameter,
    Module,
    Type,
    Check,
    Part,
}

/// What can be read about in full.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An action, such as `s3:GetObject`.
    Action(String),
    /// A condition key.
    Key(String),
    /// A resource type: the service's prefix and the type's name in the language.
    ResourceType(String, String),
    /// What the module called by these words, with dots between them, declares under the name.
    Name(String, String),
    /// A check.
    Check(String),
}

/// What typed a request: of a character that has several uses only some are worth a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// The user, or a letter.
    Plainly,
    /// By that character.
    By(char),
}

/// Characters after which there is something to choose: `s3:`, `s3.`, a string's beginning, `@`, `s3:{` and `${`, `#allow(`,
/// and the blank after a word that wants something.
pub const TRIGGERS: [char; 7] = [':', '.', '"', '@', '{', '(', ' '];

/// What can be written at `offset` of a file.
pub fn completions(index: &NameIndex, file: FileId, offset: TextSize, asked: Asked) -> Completions {
    let Some(cursor) = Cursor::at(index, file, offset) else {
        return Completions { range: TextRange::empty(offset), ..Completions::default() };
    };
    let place = cursor.place();
    let mut found = Completions { range: cursor.range, ..Completions::default() };
    if is_worth_it(&cursor, &place, asked) {
        collect(&cursor, &place, &mut found);
    }
    let letters = letters(&cursor, found.range).to_lowercase();
    found.items.retain_mut(|one| {
        let Some(distance) = distance(&one.label.to_lowercase(), &letters) else { return false };
        one.rank += distance;
        true
    });
    found.items.sort_by(|one, other| (one.rank, &one.label).cmp(&(other.rank, &other.label)));
    let mut seen = BTreeSet::new();
    found.items.retain(|one| seen.insert((one.kind, one.label.clone())));
    found
}

/// What is written already of what is completed.
fn letters<'i>(cursor: &Cursor<'i>, range: TextRange) -> &'i str {
    let text = cursor.index.sources().get(cursor.file).map_or("", |source| source.text());
    text.get(usize::from(range.start())..usize::from(cursor.offset)).unwrap_or_default()
}

/// What there is to be read about what was offered, as Markdown.
pub fn documentation(index: &NameIndex, subject: &Subject) -> Option<String> {
    match subject {
        Subject::Action(name) => hover::action_word(index.catalog(), name),
        Subject::Key(name) => hover::condition_key(index.catalog(), name),
        Subject::ResourceType(service, slug) => hover::type_of_service(index.catalog(), service, slug),
        Subject::Name(module, name) => {
            let module = index.modules().iter().find(|one| one.path.join(".") == *module)?;
            let declared = index.declared_in(module.file).find(|one| one.name == *name)?;
            hover::declared(index, declared.span)
        }
        Subject::Check(name) => iamx_diagnostic::check(name).map(|check| check.page.to_owned()),
    }
}

fn is_worth_it(cursor: &Cursor<'_>, place: &Place, asked: Asked) -> bool {
    match asked {
        Asked::Plainly | Asked::By(':' | '.' | '@') => true,
        Asked::By('"') => matches!(place, Place::Text { .. }),
        Asked::By('{') => {
            matches!(place, Place::Pattern(_) | Place::Text { .. } | Place::Operand(Class::UsedNames(_)))
        }
        Asked::By('(') => matches!(place, Place::Operand(Class::Check | Class::Argument(_))),
        // After a word that wants something, not after what is whole.
        Asked::By(' ') => match place {
            Place::Operand(Class::Argument(_) | Class::Anything) => false,
            Place::Operand(_) => cursor.is_after_word(),
            Place::After(_) => cursor.is_after_key(),
            _ => false,
        },
        Asked::By(_) => false,
    }
}

fn collect(cursor: &Cursor<'_>, place: &Place, found: &mut Completions) {
    keywords::offer(cursor, place, found);
    match place {
        Place::Nothing => {}
        Place::Text { within } => strings::offer(cursor, *within, found),
        Place::Pattern(prefix) => actions::patterns(cursor, prefix, found),
        Place::Level(prefix) => actions::levels(prefix.as_deref(), found),
        Place::Word(prefix, class) => match class {
            Class::Condition | Class::Value(_) | Class::ContextKey => conditions::keys(cursor, Some(prefix), found),
            Class::Anything | Class::Argument(_) => {
                actions::of_service(cursor, prefix, found);
                conditions::keys(cursor, Some(prefix), found);
            }
            _ => actions::of_service(cursor, prefix, found),
        },
        Place::Dot(names, class) => names::after_dot(cursor, names, class, found),
        Place::Operand(class) => operand(cursor, class, found),
        Place::After(_) => {
            if let Some(key) = cursor.key_before() {
                conditions::operators(cursor, &key, found);
            }
        }
    }
}

fn operand(cursor: &Cursor<'_>, class: &Class, found: &mut Completions) {
    let class = &names::resolved(cursor, class);
    match class {
        Class::Check => names::checks(found),
        Class::UsedNames(module) => return names::of_module(cursor, module, found),
        Class::UsePath => return names::modules(cursor, &[], found),
        Class::ParameterType => names::parameter_types(cursor, found),
        Class::Actions => actions::anything(cursor, found),
        Class::Resources | Class::ResourceType => resources::services(cursor, found),
        Class::Condition | Class::ContextKey => conditions::keys(cursor, None, found),
        Class::Value(Some(key)) => conditions::values(cursor, key, found),
        Class::Principals => principals::with_kinds(cursor, found),
        Class::Service => return principals::services(cursor, false, found),
        Class::Anything => {
            conditions::keys(cursor, None, found);
            resources::services(cursor, found);
            actions::anything(cursor, found);
        }
        _ => {}
    }
    names::in_scope(cursor, class, found);
}

impl Completion {
    fn new(label: impl Into<String>, kind: CompletionKind, detail: impl Into<String>, rank: u8) -> Self {
        Self {
            label: label.into(),
            kind,
            detail: detail.into(),
            insert: Insert::Label,
            rank,
            subject: None,
            brings_in: None,
        }
    }

    fn about(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }

    fn writes(self, text: impl Into<String>) -> Self {
        Self { insert: Insert::Text(text.into()), ..self }
    }

    /// Writes itself with arguments to fill in.
    fn with_arguments<'a>(self, arguments: impl Iterator<Item = &'a str>, in_quotes: bool) -> Self {
        let places: Vec<String> = arguments
            .enumerate()
            .map(|(at, name)| {
                let place = format!("${{{}:{}}}", at + 1, escaped(name));
                if in_quotes { format!("\"{place}\"") } else { place }
            })
            .collect();
        if places.is_empty() {
            return self;
        }
        let snippet = format!("{}({})", escaped(&self.label), places.join(", "));
        let plain = self.label.clone();
        Self { insert: Insert::Snippet { snippet, plain }, ..self }
    }
}

/// A text within a snippet.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

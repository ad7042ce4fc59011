use iamx_text::Span;

use crate::Check;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Could be better: smaller, clearer, safer.
    Suggestion,
    /// Works, and is probably not what was meant.
    Warning,
    /// Works, and lets in more than it should.
    Security,
    /// Can't be compiled, or is certainly wrong.
    Error,
}

impl Severity {
    /// Its word in every output and on every page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Suggestion => "suggestion",
            Self::Warning => "warning",
            Self::Security => "security",
            Self::Error => "error",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One finding: what is wrong, where, why it matters, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The registered check that this is a finding of.
    pub check: &'static Check,
    /// The check's default, unless `[lint]` says otherwise.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, the user's own text in backticks.
    pub message: String,
    /// Places; the first primary one is where the finding is.
    pub labels: Vec<Label>,
    /// Why it matters, and facts that help; a sentence each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fixes: Vec<Fix>,
}

/// A marked place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The marked text.
    pub span: Span,
    /// What to say beside it; may be empty.
    pub message: String,
    /// Whether this is the place itself, or one that explains it.
    pub primary: bool,
}

/// Edits that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the edits do, as a command: "replace with `s3:GetObject`".
    pub title: String,
    /// The edits; no two overlap.
    pub edits: Vec<Edit>,
    /// Whether the edits may be made without asking.
    pub applicability: Applicability,
}

/// Replaces the text of `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// Whether a fix may be made without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// Keeps or restores what was certainly meant.
    Safe,
    /// A guess that a person should read.
    Unsafe,
}

impl Diagnostic {
    /// A finding of `check` at `span`, at the check's default severity.
    pub fn new(check: &'static Check, span: Span, message: impl Into<String>) -> Self {
        Self {
            check,
            severity: check.default_severity,
            message: message.into(),
            labels: vec![Label { span, message: String::new(), primary: true }],
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says `message` beside the primary place.
    #[must_use]
    pub fn label(mut self, message: impl Into<String>) -> Self {
        if let Some(primary) = self.labels.iter_mut().find(|label| label.primary) {
            primary.message = message.into();
        }
        self
    }

    /// Marks a related place.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into(), primary: false });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a fix that replaces the text of `span`.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }], applicability });
        self
    }

    /// Adds a fix of several edits, no two of which may overlap.
    #[must_use]
    pub fn fix_edits(mut self, title: impl Into<String>, edits: Vec<Edit>, applicability: Applicability) -> Self {
        self.fixes.push(Fix { title: title.into(), edits, applicability });
        self
    }

    /// Gives it another severity than the check's default.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The place of the finding.
    pub fn primary(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.primary).map(|label| label.span)
    }
}

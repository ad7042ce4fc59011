//! What can be done about findings: their fixes, one kind of them at once, and `#allow`.

use iamx_diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use iamx_syntax::{NodeOrToken, Parse, SyntaxKind, SyntaxNode};
use iamx_text::{FileId, Span, TextRange, TextSize};

/// Something that an editor offers to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, as a command.
    pub title: String,
    /// What the edits replace; no two overlap.
    pub edits: Vec<Edit>,
    /// The finding that it mends, by its place among the findings; `None` where it mends several.
    pub finding: Option<usize>,
    /// Whether it keeps or restores what was certainly meant.
    pub is_safe: bool,
}

/// What can be done about the findings of `file` that touch `range`.
pub fn actions(findings: &[Diagnostic], file: FileId, parse: &Parse, range: TextRange) -> Vec<Action> {
    let mut actions = Vec::new();
    let touched: Vec<(usize, &Diagnostic)> = findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| places(finding).any(|span| span.file == file && touches(span.range, range)))
        .collect();
    for (number, finding) in &touched {
        actions.extend(finding.fixes.iter().map(|fix| Action {
            title: fix.title.clone(),
            edits: fix.edits.clone(),
            finding: Some(*number),
            is_safe: fix.applicability == Applicability::Safe,
        }));
    }
    let mut checks: Vec<&str> = touched.iter().map(|(_, finding)| finding.check.name).collect();
    checks.sort_unstable();
    checks.dedup();
    for check in checks {
        let of_check: Vec<_> = findings.iter().filter(|finding| finding.check.name == check).collect();
        let edits = fix_all(of_check.iter().copied(), file);
        let fixes = of_check.iter().filter(|finding| safe_fix(finding, file).is_some()).count();
        if fixes > 1 {
            let title = format!("mend all {fixes} `{check}` in this file");
            actions.push(Action { title, edits, finding: None, is_safe: false });
        }
    }
    for (number, finding) in &touched {
        if let Some(edit) = allow(finding, file, parse) {
            let title = format!("allow `{}` here, with a reason", finding.check.name);
            actions.push(Action { title, edits: vec![edit], finding: Some(*number), is_safe: false });
        }
    }
    actions
}

/// The edits of every fix of `file` that may be made without asking, but for those that would touch what one before changes.
pub fn fix_all<'d>(findings: impl IntoIterator<Item = &'d Diagnostic>, file: FileId) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for fix in findings.into_iter().filter_map(|finding| safe_fix(finding, file)) {
        let is_free = |edit: &Edit| edits.iter().all(|other| !touches(other.span.range, edit.span.range));
        let known = fix.edits.iter().all(|edit| edits.contains(edit));
        if !known && fix.edits.iter().all(is_free) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    edits.sort_by_key(|edit| edit.span.range.start());
    edits
}

/// The fix of a finding that may be made without asking, where it changes that file alone.
fn safe_fix(finding: &Diagnostic, file: FileId) -> Option<&Fix> {
    finding
        .fixes
        .iter()
        .find(|fix| fix.applicability == Applicability::Safe && fix.edits.iter().all(|edit| edit.span.file == file))
}

fn places(finding: &Diagnostic) -> impl Iterator<Item = Span> + '_ {
    finding.labels.iter().filter(|label| label.primary).map(|label| label.span)
}

fn touches(a: TextRange, b: TextRange) -> bool {
    a.start() <= b.end() && b.start() <= a.end()
}

/// An `#allow` before the statement or item that the finding is in. It takes no error away.
fn allow(finding: &Diagnostic, file: FileId, parse: &Parse) -> Option<Edit> {
    if Severity::Error == finding.severity || Severity::Error == finding.check.default_severity {
        return None;
    }
    let span = finding.primary().filter(|span| span.file == file)?;
    let root = parse.syntax();
    let range = span.range.intersect(root.text_range())?;
    let inner = match root.covering_element(range) {
        NodeOrToken::Node(node) => node,
        NodeOrToken::Token(token) => token.parent()?,
    };
    let target = inner.ancestors().find(|node| {
        node.kind() != SyntaxKind::ATTRIBUTE && node.parent().is_some_and(|parent| is_body(parent.kind()))
    })?;
    let start = written_start(&target);
    let text = root.text().to_string();
    let before = text.get(..usize::from(start)).unwrap_or_default();
    let line = before.get(before.rfind('\n').map_or(0, |end| end + 1)..).unwrap_or_default();
    // What follows something on its line gets a line of its own only by the formatter.
    let indent: String = line.chars().take_while(|letter| letter.is_whitespace()).collect();
    let text = format!("#allow({}, \"why it is right here\")\n{indent}", finding.check.name);
    Some(Edit { span: Span::new(file, TextRange::empty(start)), text })
}

fn is_body(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::FILE
            | SyntaxKind::ITEM_BODY
            | SyntaxKind::MEMBER_BODY
            | SyntaxKind::STATEMENT_BODY
            | SyntaxKind::NODE_BODY
    )
}

/// Where a node begins, its doc comment included.
fn written_start(node: &SyntaxNode) -> TextSize {
    let mut parts = node.children_with_tokens();
    let is_documentation = |part: &NodeOrToken<SyntaxNode, _>| match part {
        NodeOrToken::Token(token) => {
            let token: &iamx_syntax::SyntaxToken = token;
            token.kind() == SyntaxKind::COMMENT && token.text().starts_with("///")
        }
        NodeOrToken::Node(_) => false,
    };
    let first = parts.find(|part| !part.kind().is_trivia() || is_documentation(part));
    first.map_or(node.text_range().start(), |part| part.text_range().start())
}

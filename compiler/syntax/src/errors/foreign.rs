//! What other languages write where iamx has a word or a form of its own.

use iamx_diagnostic::{Applicability, Diagnostic, Edit, checks};
use iamx_text::Span;
use rowan::{NodeOrToken, TextRange, TextSize};

use super::{Place, is_reserved, quoted};
use crate::{SyntaxKind, SyntaxToken};

impl Place<'_> {
    /// `s3:` with something after it that would belong to it.
    pub(super) fn half_word(&self, range: TextRange) -> Diagnostic {
        let message = format!("expected the name of an action or a condition key after {}", self.quote(range));
        let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, self.span(range), message);
        let rest = self.text.get(usize::from(range.end())..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let between = rest.len() - rest.trim_start_matches([' ', ':']).len();
        let word = rest.get(between..).unwrap_or_default();
        let word = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
        if between == 0 || word.is_empty() || is_reserved(word) {
            return diagnostic;
        }
        let between = TextRange::at(range.end(), TextSize::of(rest.get(..between).unwrap_or_default()));
        diagnostic.fix(format!("write `{}{word}`", self.slice(range)), self.span(between), "", Applicability::Safe)
    }

    /// JSON, where a statement or an item stands.
    pub(super) fn other_format(&self, within: SyntaxKind, range: TextRange) -> Option<Diagnostic> {
        let word = self.slice(range);
        let after = self.text.get(usize::from(range.end())..).unwrap_or_default().trim_start();
        let (message, help) = match within {
            SyntaxKind::FILE if word == "{" && after.starts_with('"') => (
                "this is JSON, and not a module of iamx",
                "the JSON of a statement may stand in a policy, after `raw`: `policy P { raw { … } }`",
            ),
            SyntaxKind::MEMBER_BODY | SyntaxKind::STATEMENT_BODY if word.starts_with('"') && after.starts_with(':') => {
                (
                    "a statement isn't written as JSON here",
                    "write `allow s3:GetObject on …`, or put the JSON of a statement after `raw`: `raw { … }`",
                )
            }
            _ => return None,
        };
        Some(Diagnostic::new(&checks::SYNTAX_ERROR, self.span(range), message).help(help))
    }

    /// A word of IAM's JSON where a clause of a statement begins.
    pub(super) fn other_clause(&self, within: SyntaxKind, range: TextRange, begins_line: bool) -> Option<Diagnostic> {
        if begins_line || !matches!(within, SyntaxKind::MEMBER_BODY | SyntaxKind::STATEMENT_BODY | SyntaxKind::FILE) {
            return None;
        }
        let word = self.slice(range);
        let (clause, what) = match word.to_ascii_lowercase().as_str() {
            "resource" | "resources" => ("on", "the resources of a statement"),
            "principal" | "principals" => ("to", "the principals of a statement"),
            "condition" | "conditions" | "where" => ("when", "the condition of a statement"),
            _ => return None,
        };
        let message = format!(
            "{} can't stand here: {what} follow{} `{clause}`",
            quoted(word),
            if clause == "when" { "s" } else { "" }
        );
        let span = self.span(range);
        let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, span, message);
        Some(diagnostic.fix(format!("replace with `{clause}`"), span, clause, Applicability::Unsafe))
    }

    /// Two actions with a blank between them.
    pub(super) fn comma_left_out(&self, within: SyntaxKind, range: TextRange) -> Option<Diagnostic> {
        let (prefix, _) = self.slice(range).split_once(':')?;
        let previous = self.previous(range.start())?;
        let is_action = previous.kind() == SyntaxKind::WORD && !prefix.is_empty();
        if !is_action || !matches!(within, SyntaxKind::MEMBER_BODY | SyntaxKind::STATEMENT_BODY) {
            return None;
        }
        let message = format!("expected `,` between {} and {}", quoted(previous.text()), self.quote(range));
        let at = Span::at(self.file, previous.text_range().end());
        let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, self.span(range), message);
        Some(diagnostic.fix("insert `,`", at, ",", Applicability::Unsafe))
    }

    /// `==` or `:` where `=` stands between a name and its value.
    pub(super) fn other_equals(&self, previous: &SyntaxToken, next: &SyntaxToken) -> Option<Diagnostic> {
        let (message, text) = match next.kind() {
            SyntaxKind::EQ_EQ => ("`==` compares, and a value is given with `=`", "="),
            SyntaxKind::COLON if previous.parent_ancestors().any(|node| node.kind() == SyntaxKind::LET_ITEM) => {
                return None;
            }
            SyntaxKind::COLON => ("a value is given with `=`", " ="),
            _ => return None,
        };
        let start = next.text_range().start();
        let line_end =
            self.text.get(usize::from(start)..)?.find('\n').map_or(self.text.len(), |end| usize::from(start) + end);
        let list =
            previous.parent_ancestors().find(|node| matches!(node.kind(), SyntaxKind::TAGS | SyntaxKind::CONTEXT));
        // All of the line are replaced, as one of a line is told.
        let others =
            list.into_iter().flat_map(|list| list.descendants_with_tokens()).filter_map(NodeOrToken::into_token);
        let others = others.filter(|token| token.kind() == next.kind() && token.text_range().start() > start);
        let others = others.filter(|token| usize::from(token.text_range().end()) <= line_end);
        let edits = std::iter::once(next.clone()).chain(others);
        let edits = edits.map(|token| Edit { span: self.span(token.text_range()), text: text.to_owned() }).collect();
        let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, self.span(next.text_range()), message);
        Some(diagnostic.fix_edits("replace with `=`", edits, Applicability::Safe))
    }

    /// `if` behind a statement, where it has no body: the token before its missing body is `previous`.
    pub(super) fn trailing_if(&self, previous: &SyntaxToken) -> Option<Diagnostic> {
        let statement = previous.parent_ancestors().find(|node| node.kind() == SyntaxKind::IF_STATEMENT)?;
        let word = statement.children_with_tokens().find(|part| part.kind() == SyntaxKind::IF_KW)?;
        let before = self.previous(word.text_range().start())?;
        if self.begins_line(word.text_range().start()) || before.kind() == SyntaxKind::LBRACE {
            return None;
        }
        let span = self.span(word.text_range());
        let message = "the condition of one statement follows `when`";
        let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, span, message);
        Some(diagnostic.fix("replace with `when`", span, "when", Applicability::Safe))
    }
}

/// What to do where `word`, of another language, begins a line among the parts of a `within`.
pub(super) fn help_for(within: SyntaxKind, word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase().replace('-', "_");
    match within {
        SyntaxKind::MEMBER_BODY | SyntaxKind::STATEMENT_BODY => Some(match word.as_str() {
            "effect" | "action" | "actions" | "not_actions" | "notaction" | "resource" | "resources"
            | "not_resources" | "notresource" | "condition" | "conditions" | "sid" | "statement" | "statements"
            | "version" => "a statement is one sentence: `allow s3:GetObject on prod-logs when mfa`",
            "principal" | "principals" => {
                "a role says `trust service ec2`, a statement of a resource's policy `to role Reader`"
            }
            "name" => "what AWS calls it stands before the `{`: `named \"…\"`",
            "description" => "a `///` comment above the item is its description",
            "path" => "a path stands before the `{`: `path \"/team/\"`",
            "assume_role_policy" | "assumerolepolicydocument" => {
                "`trust` says who may assume the role: `trust service ec2`"
            }
            "policies" | "policy_arns" | "managed_policy_arns" | "managedpolicyarns" => {
                "`attach` names a policy: `attach aws \"ReadOnlyAccess\"`"
            }
            "max_session_duration" | "maxsessionduration" => "`session 6h` says how long a session may last",
            "permissions_boundary" | "permissionsboundary" => "`boundary` names the permissions boundary",
            _ => return None,
        }),
        SyntaxKind::FILE | SyntaxKind::ITEM_BODY => Some(match word.as_str() {
            "variable" | "parameter" | "parameters" => "a value from outside is `param env: string = \"dev\"`",
            "locals" | "const" | "var" | "def" | "define" => "a value gets a name by `let name = …`",
            "import" | "module" | "include" | "require" | "from" => "names of other modules are brought in by `use`",
            "statement" | "allow" | "deny" => "a statement stands in the body of a policy, a role or a resource",
            "data" | "provider" | "output" | "terraform" | "moved" => "blocks of Terraform's stay in Terraform's files",
            _ => return None,
        }),
        _ => None,
    }
}

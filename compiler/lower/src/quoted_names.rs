//! Text in quotes where the language has a name or a form of its own: what to write for it.

use iamx_catalog::PrincipalGrade;
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_syntax::{SyntaxToken, is_word};
use iamx_text::Span;

use crate::lowerer::Lowerer;

/// What a string would be written as, and whether that is what it stands for.
struct Written {
    text: String,
    applicability: Applicability,
}

impl Lowerer<'_> {
    /// Says what to write for a string where a principal stands.
    pub(crate) fn principal_in_quotes(&mut self, module: usize, token: &SyntaxToken, span: Span) {
        let diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, span, "expected a principal, found a string");
        let Some(text) = plain(token) else {
            self.report(diagnostic.help(KINDS));
            return;
        };
        let diagnostic = if is_account_id(text) {
            self.account_written(module, text, "account ", diagnostic, span)
        } else if let Some(written) = self.principal_written(module, text) {
            let Written { text, applicability } = written;
            diagnostic.fix(format!("write `{text}`"), span, text, applicability)
        } else {
            diagnostic.help(KINDS)
        };
        self.report(diagnostic);
    }

    fn principal_written(&mut self, module: usize, text: &str) -> Option<Written> {
        let safe = |text: String| Some(Written { text, applicability: Applicability::Safe });
        if text == "*" {
            return safe("*".to_owned());
        }
        if let Some(arn) = text.strip_prefix("arn:") {
            let account = arn.split_once(":iam::").and_then(|(_, rest)| rest.strip_suffix(":root"));
            return match account.and_then(|id| self.account_of_id(module, id)) {
                Some(name) => safe(format!("account {name}")),
                None => safe(format!("arn \"{text}\"")),
            };
        }
        let known = matches!(self.catalog().principal(text), PrincipalGrade::Known | PrincipalGrade::Plausible);
        if known && text.contains('.') {
            let short = text.strip_suffix(".amazonaws.com");
            let short = short.filter(|short| self.catalog().service_principal_named(short) == Some(text));
            return safe(short.map_or_else(|| format!("service \"{text}\""), |short| format!("service {short}")));
        }
        None
    }

    /// Says what to write for a string behind a principal's kind word; `what` is what is expected there.
    pub(crate) fn named_in_quotes(&mut self, module: usize, token: &SyntaxToken, what: &str, span: Span) {
        let diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, span, format!("expected {what}, found a string"));
        let diagnostic = match plain(token) {
            Some(text) if what == "an account" && is_account_id(text) => {
                self.account_written(module, text, "", diagnostic, span)
            }
            Some(text) if self.is_declared(module, text) => {
                diagnostic.fix(format!("write `{text}`"), span, text, Applicability::Safe)
            }
            Some(text) if matches!(what, "a role" | "a user") => {
                let kind = what.trim_start_matches("a ");
                let arn = format!("arn:aws:iam::111122223333:{kind}/{text}");
                diagnostic
                    .note(format!("a {kind} that is declared is named without quotes"))
                    .help(format!("write one that is made elsewhere as its ARN: `arn \"{arn}\"`"))
            }
            _ => diagnostic.help("name one that is declared, without quotes"),
        };
        self.report(diagnostic);
    }

    /// Says what to write for a string where an action stands.
    pub(crate) fn action_in_quotes(&mut self, token: &SyntaxToken, span: Span) {
        let diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, span, "expected an action, found a string");
        let is_action = |text: &str| {
            let pattern = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '?' | '-'));
            text == "*"
                || text.split_once(':').is_some_and(|(prefix, name)| {
                    !name.is_empty() && pattern(name) && self.catalog().service(prefix).is_some()
                })
        };
        self.report(match plain(token).filter(|text| is_action(text)) {
            Some(text) => diagnostic.fix(format!("write `{text}`"), span, text, Applicability::Safe),
            None => diagnostic.help("an action is written without quotes: `s3:GetObject`"),
        });
    }

    /// Says how the account `id` is written, after `word`.
    fn account_written(&self, module: usize, id: &str, word: &str, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        match self.account_of_id(module, id) {
            Some(name) => {
                let text = format!("{word}{name}");
                diagnostic.fix(format!("write `{text}`"), span, text, Applicability::Safe)
            }
            None => match self.program.accounts.iter().find(|account| account.id == id) {
                Some(account) => {
                    diagnostic.help(format!("it is the account `{0}`: bring it in by `use`, and name it", account.name))
                }
                None => diagnostic
                    .help(format!("accounts are declared: `account partner \"{id}\"`, and then `account partner`")),
            },
        }
    }

    /// The name of the account `id` in `module`.
    fn account_of_id(&self, module: usize, id: &str) -> Option<String> {
        let account = self.program.accounts.iter().find(|account| account.id == id)?;
        self.is_declared(module, &account.name).then(|| account.name.clone())
    }

    fn is_declared(&self, module: usize, name: &str) -> bool {
        is_word(name) && self.names.knows(module, name)
    }
}

const KINDS: &str = "a principal is written with its kind: `role Reader`, `service lambda`, `account prod`";

/// What is between the quotes, where it is as it stands.
fn plain(token: &SyntaxToken) -> Option<&str> {
    let text = token.text().strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains(['\\', '$'])).then_some(text)
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

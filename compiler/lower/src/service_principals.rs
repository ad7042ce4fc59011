//! The names of AWS's services as principals.

use iamx_catalog::PrincipalGrade;
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_syntax::ast::{AstNode, Expr, Postfix, Principal};
use iamx_text::Span;

use crate::{lowerer::Lowerer, scope::Environment};

/// How a service principal is written at its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Without quotes.
    Word,
    /// In quotes, which are of the place.
    Quoted,
    /// In JSON.
    Json,
}

impl Lowerer<'_> {
    /// The service principal of `service lambda` or `service "…"`.
    pub(crate) fn service_principal(&mut self, environment: &Environment, principal: &Principal) -> Option<String> {
        let target = principal.target()?;
        let span = self.span(environment.module, target.range());
        match &target {
            Expr::String(token) => {
                let name = self.text(environment, token)?;
                if self.catalog().service_principal_named(&name).is_some() {
                    let message = format!("the service `{name}` is written without quotes");
                    let diagnostic = Diagnostic::new(&checks::UNKNOWN_SERVICE_PRINCIPAL, span, message)
                        .note("in quotes stands a whole name, such as `lambda.amazonaws.com`");
                    self.report(diagnostic.fix(format!("write `{name}`"), span, name, Applicability::Safe));
                    return None;
                }
                self.known_service_principal(&name, Written::Quoted, span).map(|()| name)
            }
            Expr::Call(call) if call.postfixes().iter().all(|postfix| matches!(postfix, Postfix::Name(_))) => {
                self.short_service_principal(&call.syntax().text().to_string(), span)
            }
            _ => {
                self.expected("a service", &target, span);
                None
            }
        }
    }

    /// The service principal that is written without quotes, as the first labels of its name.
    fn short_service_principal(&mut self, word: &str, span: Span) -> Option<String> {
        if let Some(known) = self.catalog().service_principal_named(word) {
            return Some(known.to_owned());
        }
        if self.catalog().partitions().iter().any(|partition| word.ends_with(&format!(".{}", partition.dns_suffix))) {
            self.known_service_principal(word, Written::Word, span)?;
            let message = format!("the service principal `{word}` is written without its end, or in quotes");
            let diagnostic = Diagnostic::new(&checks::UNKNOWN_SERVICE_PRINCIPAL, span, message);
            let stem = word.strip_suffix(".amazonaws.com");
            let short = stem.filter(|stem| self.catalog().service_principal_named(stem).is_some());
            let (label, text) = match short {
                Some(short) => (format!("write `{short}`"), short.to_owned()),
                None => ("put it into quotes".to_owned(), format!("\"{word}\"")),
            };
            self.report(diagnostic.fix(label, span, text, Applicability::Safe));
            return None;
        }
        let name = format!("{word}.amazonaws.com");
        if self.catalog().principal(&name) == PrincipalGrade::Unknown {
            self.report(
                Diagnostic::new(
                    &checks::UNKNOWN_SERVICE_PRINCIPAL,
                    span,
                    format!("`{word}` isn't a service that the catalog knows"),
                )
                .note(self.catalog_date())
                .help(format!("write the whole name of one that is newer: `service \"{name}\"`")),
            );
            return None;
        }
        self.known_service_principal(&name, Written::Word, span).map(|()| name)
    }

    /// Whether AWS has the service principal `name`, as far as the catalog knows; says so if it hasn't.
    pub(crate) fn known_service_principal(&mut self, name: &str, written: Written, span: Span) -> Option<()> {
        if !name.contains('.') {
            let message = format!("`{name}` isn't the whole name of a service principal");
            let diagnostic = Diagnostic::new(&checks::UNKNOWN_SERVICE_PRINCIPAL, span, message);
            let help = match self.catalog().service_principal_named(name) {
                Some(known) => format!("write `{known}`"),
                None => "a whole name is such as `lambda.amazonaws.com`".to_owned(),
            };
            self.report(diagnostic.help(help));
            return None;
        }
        match self.catalog().principal(name) {
            PrincipalGrade::Known | PrincipalGrade::Plausible => Some(()),
            PrincipalGrade::Near(near) => {
                let message = format!("AWS has no service principal `{name}`");
                let diagnostic = Diagnostic::new(&checks::UNKNOWN_SERVICE_PRINCIPAL, span, message);
                let diagnostic = diagnostic.note(self.catalog_date());
                let short = near.strip_suffix(".amazonaws.com");
                let short = short.filter(|short| self.catalog().service_principal_named(short).is_some());
                let (meant, text) = match (written, short) {
                    (Written::Word, Some(short)) => (short, Some(short.to_owned())),
                    (Written::Word, None) | (Written::Quoted, _) => (near.as_str(), Some(format!("\"{near}\""))),
                    (Written::Json, _) => (near.as_str(), None),
                };
                let diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
                self.report(match text {
                    Some(text) => diagnostic.fix(format!("write `{meant}`"), span, text, Applicability::Unsafe),
                    None => diagnostic,
                });
                None
            }
            PrincipalGrade::Unknown => {
                let mut diagnostic = Diagnostic::new(
                    &checks::UNKNOWN_SERVICE_PRINCIPAL,
                    span,
                    format!("`{name}` isn't a service principal that the catalog knows"),
                )
                .note(self.catalog_date())
                .note("the catalog's list isn't complete, so the name is written as it stands");
                diagnostic.severity = iamx_diagnostic::Severity::Warning;
                self.report(diagnostic);
                Some(())
            }
        }
    }
}

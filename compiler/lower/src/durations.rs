//! How long a session lasts, and an access key.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::ast::{AccessKey as AccessKeyNode, AstNode, Expr};
use iamx_text::Span;

use crate::{
    AccessKey, bounds,
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Reference, Target},
};

impl Lowerer<'_> {
    pub(crate) fn access_key(&mut self, environment: &Environment, member: &AccessKeyNode) -> Option<AccessKey> {
        if self.is_damaged(environment.module, member.syntax().text_range()) {
            return None;
        }
        let Some(rotate) = member.rotate() else { return Some(AccessKey { rotate: None }) };
        let span = self.span(environment.module, rotate.range());
        let seconds = self.duration(environment, &rotate, span)?;
        if seconds == 0 {
            self.report(
                Diagnostic::new(&checks::INVALID_DURATION, span, "an access key lasts longer than no time")
                    .help("say how old it may become: `rotate 90d`"),
            );
            return None;
        }
        Some(AccessKey { rotate: Some(seconds) })
    }

    pub(crate) fn duration(&mut self, environment: &Environment, expr: &Expr, span: Span) -> Option<u64> {
        if let Expr::Call(call) = expr {
            let reference = self.resolve(environment, call)?;
            return self.referenced_duration(environment, &reference);
        }
        let Expr::Duration(token) = expr else {
            self.report(
                Diagnostic::new(&checks::INVALID_DURATION, span, "expected a duration")
                    .help("a duration is a whole number and `m`, `h` or `d`: `15m`, `6h`, `90d`"),
            );
            return None;
        };
        let seconds = bounds::seconds(token.text());
        if seconds.is_none() {
            self.bad_duration(token.text(), span);
        }
        seconds
    }

    pub(crate) fn referenced_duration(&mut self, environment: &Environment, reference: &Reference) -> Option<u64> {
        if let (Target::Argument(binding), []) = (&reference.target, reference.rest.as_slice()) {
            return self.duration(&binding.environment, &binding.argument, reference.span);
        }
        if let Target::Declaration(id) = reference.target {
            let declaration = self.names.get(id)?.clone();
            match declaration.kind {
                DeclarationKind::Let(_) => {
                    return self.with_let(environment, id, reference, |lowerer, inner, list| {
                        let [value] = list.items().try_into().ok()?;
                        lowerer.duration(inner, &value, reference.span)
                    });
                }
                DeclarationKind::Param(param) if reference.rest.is_empty() => {
                    if self.bad_params.contains(&declaration.name) {
                        return None;
                    }
                    if param.type_ref().is_some_and(|type_ref| type_ref.words() == ["duration"]) {
                        return match self.settings().params.get(&declaration.name) {
                            Some(given) => bounds::seconds(given),
                            None => {
                                self.duration(&Environment::of(declaration.module), &param.default()?, reference.span)
                            }
                        };
                    }
                }
                _ => {}
            }
        }
        self.error(&checks::INVALID_DURATION, reference.span, "expected a duration");
        None
    }

    /// The longest session, which IAM keeps between one and twelve hours.
    ///
    /// See [`CreateRole`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html).
    pub(crate) fn session(&mut self, environment: &Environment, expr: &Expr) -> Option<u32> {
        let span = self.span(environment.module, expr.range());
        let seconds = self.duration(environment, expr, span)?;
        match u32::try_from(seconds) {
            Ok(seconds) if (3_600..=43_200).contains(&seconds) => Some(seconds),
            _ => {
                self.report(
                    Diagnostic::new(
                        &checks::INVALID_SESSION_DURATION,
                        span,
                        "a role's longest session lies between 1h and 12h",
                    )
                    .note("a caller can always ask for a shorter one"),
                );
                None
            }
        }
    }
}

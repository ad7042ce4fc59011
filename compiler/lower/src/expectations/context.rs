//! What requests say: condition keys and their values.

use std::net::IpAddr;

use iamx_catalog::{KeyType, KeyTypes};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Sourced, variables};
use iamx_syntax::ast::{AstNode, Binding, Context, Expr, Exprs, ParamItem};
use iamx_text::Span;

use crate::{
    ContextEntry, ContextValue, bounds,
    conditions::{Key, Number, date_value, key_duration, value_name},
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Target},
};

impl Lowerer<'_> {
    /// Adds what `context` says to `entries`. `claims` is the prefix of the keys that the caller's provider has.
    pub(super) fn context(
        &mut self,
        environment: &Environment,
        context: &Context,
        claims: Option<&str>,
        entries: &mut Vec<ContextEntry>,
    ) {
        for binding in context.bindings() {
            if self.is_damaged(environment.module, binding.range()) {
                continue;
            }
            let Some(entry) = self.context_entry(environment, &binding, claims) else { continue };
            let first = entries.iter().find(|other| other.key.eq_ignore_ascii_case(&entry.key));
            if let Some(first) = first.map(|first| first.span) {
                let message = format!("`{}` is given twice", entry.key);
                self.report(
                    Diagnostic::new(&checks::DUPLICATE_NAME, entry.span, message).related(first, "first given here"),
                );
                continue;
            }
            entries.push(entry);
        }
    }

    fn context_entry(
        &mut self,
        environment: &Environment,
        binding: &Binding,
        claims: Option<&str>,
    ) -> Option<ContextEntry> {
        let span = self.span(environment.module, binding.range());
        let value = binding.value()?;
        let key = match (binding.name(), claims) {
            (Some(name), Some(prefix)) => {
                let at = self.span(environment.module, name.text_range());
                self.listed_key(format!("{prefix}:{}", name.text()), at)
            }
            (Some(name), None) => {
                let at = self.span(environment.module, name.text_range());
                self.report(
                    Diagnostic::new(
                        &checks::CLAIM_WITHOUT_PROVIDER,
                        at,
                        format!("nobody brings a claim `{}` here", name.text()),
                    )
                    .note("a condition key is written whole, as in `aws:SourceIp`")
                    .help("claims stand behind one `oidc P` or `saml P`, as in `oidc github { sub = \"…\" }`"),
                );
                None
            }
            (None, Some(prefix)) => self.key(&environment.with_claims(prefix), &binding.key()?),
            (None, None) => self.key(environment, &binding.key()?),
        };
        let key = key?;
        let value = self.context_value(environment, &key, &value)?;
        Some(ContextEntry { key: key.text, value, span })
    }

    fn context_value(&mut self, environment: &Environment, key: &Key, value: &Expr) -> Option<ContextValue> {
        if let Expr::Absent(_) = value {
            return Some(ContextValue::Absent);
        }
        let values = self.request_values(environment, key, value)?;
        let is_list = matches!(value, Expr::Bracketed(_)) || values.len() != 1;
        let mut texts: Vec<_> = values.into_iter().map(|value| value.value).collect();
        if key.number == Number::Many || (key.number == Number::Either && is_list) {
            return Some(ContextValue::Many(texts));
        }
        if is_list {
            let span = self.span(environment.module, value.range());
            let message = format!("`{}` has one value in a request, and this is a list", key.text);
            self.error(&checks::MISMATCHED_TYPE, span, message);
            return None;
        }
        texts.pop().map(ContextValue::One)
    }

    /// The values that `value` stands for, as a request has them.
    fn request_values(&mut self, environment: &Environment, key: &Key, value: &Expr) -> Option<Vec<Sourced<String>>> {
        let span = self.span(environment.module, value.range());
        match value {
            Expr::Bracketed(list) => match list.list() {
                Some(list) => self.listed_request_values(environment, key, &list),
                None => Some(Vec::new()),
            },
            Expr::Bool(token) => {
                self.request_value(key, KeyType::Bool, token.text().to_owned(), span).map(|value| vec![value])
            }
            Expr::Number(token) => {
                self.request_value(key, KeyType::Numeric, token.text().to_owned(), span).map(|value| vec![value])
            }
            Expr::Duration(token) => {
                let Some(seconds) = bounds::seconds(token.text()) else {
                    self.bad_duration(token.text(), span);
                    return None;
                };
                let text = key_duration(&key.text, seconds);
                self.request_value(key, KeyType::Numeric, text, span).map(|value| vec![value])
            }
            Expr::Date(token) => {
                if !bounds::is_date(token.text()) {
                    self.bad_date(token.text(), span);
                    return None;
                }
                self.request_value(key, KeyType::Date, date_value(token.text()), span).map(|value| vec![value])
            }
            Expr::Call(call) => {
                let reference = self.resolve(environment, call)?;
                match &reference.target {
                    Target::Argument(binding) if reference.rest.is_empty() => {
                        self.request_values(&binding.environment, key, &binding.argument)
                    }
                    Target::Declaration(id) => {
                        let declaration = self.names.get(*id)?.clone();
                        match declaration.kind {
                            DeclarationKind::Let(_) => {
                                self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                                    lowerer.listed_request_values(inner, key, list)
                                })
                            }
                            DeclarationKind::Param(param) => {
                                self.param_request_value(&param, declaration.module, key, span)
                            }
                            _ => {
                                let texts = self.referenced_strings(environment, &reference, wanted(key))?;
                                self.request_texts(key, &texts)
                            }
                        }
                    }
                    _ => {
                        let texts = self.referenced_strings(environment, &reference, wanted(key))?;
                        self.request_texts(key, &texts)
                    }
                }
            }
            _ => {
                let texts = self.strings(environment, value, wanted(key))?;
                self.request_texts(key, &texts)
            }
        }
    }

    fn listed_request_values(
        &mut self,
        environment: &Environment,
        key: &Key,
        list: &Exprs,
    ) -> Option<Vec<Sourced<String>>> {
        self.of_values(environment, list, |lowerer, item| lowerer.request_values(environment, key, item))
    }

    /// The value of a workspace's parameter.
    fn param_request_value(
        &mut self,
        param: &ParamItem,
        module: usize,
        key: &Key,
        span: Span,
    ) -> Option<Vec<Sourced<String>>> {
        let name = param.name()?;
        if self.bad_params.contains(name.text()) {
            return None;
        }
        let Some(given) = self.settings().params.get(name.text()).cloned() else {
            return self.request_values(&Environment::of(module), key, &param.default()?);
        };
        let value = match param.type_ref()?.words().join(".").as_str() {
            "bool" => self.request_value(key, KeyType::Bool, given, span),
            "number" => self.request_value(key, KeyType::Numeric, given, span),
            "duration" => {
                let text = key_duration(&key.text, bounds::seconds(&given)?);
                self.request_value(key, KeyType::Numeric, text, span)
            }
            "date" => self.request_value(key, KeyType::Date, date_value(&given), span),
            _ => self.request_text(key, &Sourced::new(given, span)),
        };
        value.map(|value| vec![value])
    }

    fn request_texts(&mut self, key: &Key, texts: &[Sourced<String>]) -> Option<Vec<Sourced<String>>> {
        let values: Vec<_> = texts.iter().map(|text| self.request_text(key, text)).collect();
        values.into_iter().collect()
    }

    /// A value that isn't a text, where the key has such.
    fn request_value(&mut self, key: &Key, value_type: KeyType, text: String, span: Span) -> Option<Sourced<String>> {
        if key.types.is_none_or(|types| types.contains(value_type)) {
            return Some(Sourced::new(text, span));
        }
        let message = format!("`{}` is {}, and this is {}", key.text, wanted(key), value_name(value_type));
        self.error(&checks::MISMATCHED_TYPE, span, message);
        None
    }

    /// A text, as the value of a key.
    fn request_text(&mut self, key: &Key, text: &Sourced<String>) -> Option<Sourced<String>> {
        let span = text.span;
        let plain = self.plain_value(text)?;
        let Some(types) = key.types else { return Some(Sourced::new(plain, span)) };
        for key_type in types.iter() {
            match key_type {
                KeyType::String | KeyType::Binary => return Some(Sourced::new(plain, span)),
                KeyType::Arn if is_one_arn(&plain) => return Some(Sourced::new(plain, span)),
                KeyType::Ip if plain.parse::<IpAddr>().is_ok() => return Some(Sourced::new(plain, span)),
                KeyType::Date if bounds::is_date(&plain) => return Some(Sourced::new(date_value(&plain), span)),
                _ => {}
            }
        }
        let diagnostic = match types.first() {
            KeyType::Arn => {
                let message = format!("`{}` holds the ARN of one thing, and `{plain}` is none", key.text);
                Diagnostic::new(&checks::INVALID_ARN, span, message)
            }
            KeyType::Ip => {
                let diagnostic =
                    Diagnostic::new(&checks::INVALID_IP_RANGE, span, format!("`{plain}` is no IP address"));
                if bounds::ip_range_fault(&plain).is_none() {
                    diagnostic.note("a request comes from one address").help("name one of the block's addresses")
                } else {
                    diagnostic
                }
            }
            KeyType::Date => Diagnostic::new(&checks::INVALID_DATE_VALUE, span, format!("`{plain}` is no date"))
                .help("a date is `2026-12-31`, a time in UTC `2026-12-31T18:00:00Z`"),
            _ => Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("`{}` is {}, and this is a string", key.text, wanted(key)),
            ),
        };
        self.report(diagnostic);
        None
    }

    /// The text as it stands in a request, where nothing is filled in.
    fn plain_value(&mut self, text: &Sourced<String>) -> Option<String> {
        let mut plain = String::with_capacity(text.value.len());
        let mut position = 0;
        for variable in variables(&text.value).flatten() {
            if !matches!(variable.key, "*" | "?" | "$") {
                let message = format!("a request holds values, and `${{{}}}` is filled in by AWS", variable.key);
                self.error(&checks::MISMATCHED_TYPE, text.span, message);
                return None;
            }
            plain.push_str(text.value.get(position..variable.range.start).unwrap_or_default());
            plain.push_str(variable.key);
            position = variable.range.end;
        }
        plain.push_str(text.value.get(position..).unwrap_or_default());
        Some(plain)
    }
}

/// What the key's values are, for a message.
fn wanted(key: &Key) -> &'static str {
    match key.types.map(KeyTypes::first) {
        Some(KeyType::Ip) => "an IP address",
        Some(key_type) => value_name(key_type),
        None => "a value",
    }
}

fn is_one_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.splitn(6, ':').count() == 6 && !text.contains(['*', '?'])
}

//! The right side of a comparison, as the key's type has it.

use iamx_catalog::KeyType;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Sourced;
use iamx_syntax::ast::{Expr, Exprs, ParamItem};
use iamx_text::Span;

use crate::{
    bounds,
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Target},
};

use super::{
    comparisons::{Compare, Subject},
    globs,
    keys::Number,
};

impl Lowerer<'_> {
    /// The values of a comparison as IAM has them.
    pub(crate) fn condition_values(
        &mut self,
        environment: &Environment,
        subject: &Subject<'_>,
        value: &Expr,
    ) -> Option<Vec<Sourced<String>>> {
        let span = self.span(environment.module, value.range());
        match (value, subject.key_type) {
            (Expr::Number(token), KeyType::Numeric) => Some(vec![Sourced::new(token.text().to_owned(), span)]),
            (Expr::Duration(token), KeyType::Numeric) => {
                let Some(seconds) = bounds::seconds(token.text()) else {
                    self.bad_duration(token.text(), span);
                    return None;
                };
                Some(vec![Sourced::new(key_duration(&subject.key.text, seconds), span)])
            }
            (Expr::Number(token), KeyType::Date) if subject.key.text.eq_ignore_ascii_case("aws:EpochTime") => {
                let Some(date) = token.text().parse().ok().and_then(epoch_date) else {
                    self.bad_date(token.text(), span);
                    return None;
                };
                Some(vec![Sourced::new(date, span)])
            }
            (Expr::Date(token), KeyType::Date) => {
                if !bounds::is_date(token.text()) {
                    self.bad_date(token.text(), span);
                    return None;
                }
                Some(vec![Sourced::new(date_value(token.text()), span)])
            }
            (Expr::Word(_) | Expr::Unchecked(_) | Expr::Claim(_), _) => {
                Some(vec![self.key_variable(environment, subject, value)?])
            }
            (Expr::Bracketed(list), _) => {
                let Some(list) = list.list() else { return Some(Vec::new()) };
                self.listed_values(environment, subject, &list)
            }
            (Expr::Call(call), KeyType::Numeric | KeyType::Date) => {
                let reference = self.resolve(environment, call)?;
                match &reference.target {
                    Target::Argument(binding) if reference.rest.is_empty() => {
                        self.condition_values(&binding.environment, subject, &binding.argument)
                    }
                    Target::Declaration(id)
                        if self.names.get(*id).is_some_and(|d| matches!(d.kind, DeclarationKind::Let(_))) =>
                    {
                        self.with_let(environment, *id, &reference, |lowerer, inner, list| {
                            lowerer.listed_values(inner, subject, list)
                        })
                    }
                    Target::Declaration(id) => {
                        let declaration = self.names.get(*id)?.clone();
                        match declaration.kind {
                            DeclarationKind::Param(param) => {
                                self.param_values(&param, declaration.module, subject, span)
                            }
                            _ => self.referenced_strings(environment, &reference, value_name(subject.key_type)),
                        }
                    }
                    _ => self.referenced_strings(environment, &reference, value_name(subject.key_type)),
                }
            }
            _ => {
                let mut values = self.strings(environment, value, value_name(subject.key_type))?;
                for value in
                    values.iter_mut().filter(|value| subject.key_type == KeyType::Date && bounds::is_date(&value.value))
                {
                    value.value = date_value(&value.value);
                }
                Some(values)
            }
        }
    }

    /// The values of a list, in brackets or of a `let`.
    fn listed_values(
        &mut self,
        environment: &Environment,
        subject: &Subject<'_>,
        list: &Exprs,
    ) -> Option<Vec<Sourced<String>>> {
        self.of_values(environment, list, |lowerer, item| lowerer.condition_values(environment, subject, item))
    }

    /// Another key's value, as the variable that AWS fills in.
    ///
    /// See [policy variables](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html):
    /// in String and Arn operators, of keys with one value.
    fn key_variable(
        &mut self,
        environment: &Environment,
        subject: &Subject<'_>,
        value: &Expr,
    ) -> Option<Sourced<String>> {
        let other = self.key(environment, value)?;
        let is_text = |key_type: KeyType| matches!(key_type, KeyType::String | KeyType::Arn);
        let other_type = other.types.and_then(|types| types.iter().find(|key_type| !is_text(*key_type)));
        let unfit = if is_text(subject.key_type) {
            other_type.map(|key_type| (&other, key_type))
        } else {
            Some((subject.key, subject.key_type))
        };
        if let Some((key, key_type)) = unfit {
            let message = format!("`{}` is of type {}, and compares with no other key", key.text, key_type.name());
            self.report(
                Diagnostic::new(&checks::INVALID_VARIABLE_FOR_OPERATOR, other.span, message)
                    .note("IAM fills in another key's value in the operators on text and ARNs alone")
                    .help("compare with a value"),
            );
            return None;
        }
        if subject.compare == Compare::Like {
            self.report(
                Diagnostic::new(
                    &checks::INVALID_VARIABLE_FOR_OPERATOR,
                    other.span,
                    "`like` takes a pattern, and not another key",
                )
                .help(format!("compare with `==`, or write a pattern around it: `\"${{{}}}/*\"`", other.text)),
            );
            return None;
        }
        if other.number == Number::Many {
            self.multi_valued_variable(&other.text, other.span);
            return None;
        }
        if other.text.contains([' ', ',', '\'', '{', '}', '$']) {
            self.unreadable_variable(&other.text, other.span);
            return None;
        }
        Some(Sourced::new(format!("${{{}}}", other.text), other.span))
    }

    pub(crate) fn multi_valued_variable(&mut self, key: &str, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::MULTI_VALUED_VARIABLE,
                span,
                format!("`{key}` has many values, and none of them can be filled in here"),
            )
            .note("IAM fills in keys that have one value")
            .help("compare with a key of one value, or with a list"),
        );
    }

    pub(crate) fn unreadable_variable(&mut self, key: &str, span: Span) {
        let help = match key.trim() {
            trimmed if trimmed.contains(' ') || trimmed == key => "give the tag a key without them".to_owned(),
            trimmed => format!("write `${{{trimmed}}}`"),
        };
        self.report(
            Diagnostic::new(
                &checks::UNSUPPORTED_SPACE_IN_VARIABLE,
                span,
                format!("IAM can't fill in the value of `{key}`"),
            )
            .note("the name of a policy variable holds no blank, comma, quote or brace")
            .help(help),
        );
    }

    /// The value of a workspace's parameter, for a key that is a number or a date.
    pub(crate) fn param_values(
        &mut self,
        param: &ParamItem,
        module: usize,
        subject: &Subject<'_>,
        span: Span,
    ) -> Option<Vec<Sourced<String>>> {
        let name = param.name()?;
        if self.bad_params.contains(name.text()) {
            return None;
        }
        let type_name = param.type_ref()?.words().join(".");
        let fits = match subject.key_type {
            KeyType::Numeric => matches!(type_name.as_str(), "number" | "duration"),
            _ => type_name == "date",
        };
        if !fits {
            let message = format!("expected {}, and `{}` is a {type_name}", value_name(subject.key_type), name.text());
            self.error(&checks::MISMATCHED_TYPE, span, message);
            return None;
        }
        let Some(given) = self.settings().params.get(name.text()) else {
            return self.condition_values(&Environment::of(module), subject, &param.default()?);
        };
        let value = match type_name.as_str() {
            "duration" => key_duration(&subject.key.text, bounds::seconds(given)?),
            "date" => date_value(given),
            _ => given.clone(),
        };
        Some(vec![Sourced::new(value, span)])
    }

    pub(crate) fn check_values(&mut self, subject: &Subject<'_>, values: &[Sourced<String>]) -> Option<()> {
        let mut right = true;
        for value in values {
            let text = value.value.as_str();
            let variable = text.contains("${");
            let fault = match subject.key_type {
                KeyType::Ip | KeyType::Numeric | KeyType::Date if globs::has_variables(text) => Some((
                    &checks::INVALID_VARIABLE_FOR_OPERATOR,
                    format!(
                        "`{}` is of type {}, and no variable is filled in there",
                        subject.key.text,
                        subject.key_type.name()
                    ),
                )),
                KeyType::Ip => {
                    let fault = bounds::ip_range_fault(text);
                    if fault.is_none() && subject.compare == Compare::Equals && text.contains('/') {
                        self.report(
                            Diagnostic::new(
                                &checks::MISMATCHED_OPERATOR,
                                value.span,
                                format!(
                                    "a CIDR block holds many addresses; `{}` compares with one",
                                    subject.written(Compare::Equals)
                                ),
                            )
                            .help(format!("write `{}`", subject.written(Compare::In))),
                        );
                        right = false;
                    }
                    fault.map(|message| (&checks::INVALID_IP_RANGE, message))
                }
                KeyType::Numeric if !bounds::is_number(text) => {
                    Some((&checks::MISMATCHED_TYPE, format!("`{text}` is no number")))
                }
                KeyType::Date if !bounds::is_date(text) => {
                    Some((&checks::INVALID_DATE_VALUE, format!("`{text}` is no date")))
                }
                KeyType::Arn
                    if !variable && text != "*" && (!text.starts_with("arn:") || text.splitn(6, ':').count() != 6) =>
                {
                    Some((&checks::INVALID_ARN, format!("`{}` holds an ARN, and `{text}` is none", subject.key.text)))
                }
                KeyType::Arn if subject.compare != Compare::Like && globs::has_wildcard(text) => Some((
                    &checks::MISMATCHED_OPERATOR,
                    format!(
                        "`*` and `?` match in an ARN even under `{}`; write `{} {}`, or `${{*}}` for the character",
                        subject.written(subject.compare),
                        subject.key.text,
                        subject.written(Compare::Like),
                    ),
                )),
                KeyType::String if subject.compare != Compare::Like && globs::has_wildcard(text) => {
                    let message = format!("`{}` is compared with `*` or `?` as they stand", subject.key.text);
                    let diagnostic = Diagnostic::new(&checks::WILDCARD_WITHOUT_LIKE_OPERATOR, value.span, message)
                        .note("only `like` takes them as wildcards")
                        .help(format!("write `{}` if a pattern is meant", subject.written(Compare::Like)));
                    self.report(diagnostic);
                    None
                }
                _ => None,
            };
            if let Some((check, message)) = fault {
                self.error(check, value.span, message);
                right = false;
            }
        }
        right.then_some(())
    }

    pub(crate) fn bad_duration(&mut self, text: &str, span: Span) {
        self.report(
            Diagnostic::new(&checks::INVALID_DURATION, span, format!("`{text}` is no duration"))
                .help("a duration is a whole number and `m`, `h` or `d`: `15m`, `6h`, `90d`"),
        );
    }

    pub(crate) fn bad_date(&mut self, text: &str, span: Span) {
        self.report(
            Diagnostic::new(&checks::INVALID_DATE_VALUE, span, format!("`{text}` is no date"))
                .help("a date is `2026-12-31`, a time in UTC `2026-12-31T18:00:00Z`"),
        );
    }
}

/// A duration in the key's unit: milliseconds for the age of S3's signatures, seconds elsewhere.
pub(crate) fn key_duration(key: &str, seconds: u64) -> String {
    let unit = if key.eq_ignore_ascii_case("s3:signatureAge") { 1000 } else { 1 };
    seconds.saturating_mul(unit).to_string()
}

/// A date as IAM has it: midnight UTC where no time is said.
pub(crate) fn date_value(text: &str) -> String {
    if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") }
}

/// Seconds since 1970 as a time in UTC, which the operators on dates take alike. `None` past the year 9999.
///
/// See [aws:EpochTime](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
fn epoch_date(seconds: u64) -> Option<String> {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut days, time) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
        if year > 9999 {
            return None;
        }
    }
    let mut month = 1;
    for length in [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hours, minutes, seconds) = (time / 3600, time / 60 % 60, time % 60);
    Some(format!("{year:04}-{month:02}-{:02}T{hours:02}:{minutes:02}:{seconds:02}Z", days + 1))
}

pub(crate) fn value_name(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::String => "a string",
        KeyType::Arn => "an ARN",
        KeyType::Numeric => "a number",
        KeyType::Date => "a date",
        KeyType::Bool => "a truth value",
        KeyType::Ip => "an IP address or CIDR block",
        KeyType::Binary => "base64 text",
    }
}

#[cfg(test)]
mod tests {
    use super::epoch_date;

    #[test]
    fn seconds_since_1970_are_times_in_utc() {
        assert_eq!(epoch_date(0).unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(epoch_date(951_782_399).unwrap(), "2000-02-28T23:59:59Z");
        assert_eq!(epoch_date(951_782_400).unwrap(), "2000-02-29T00:00:00Z");
        assert_eq!(epoch_date(4_000_000_000).unwrap(), "2096-10-02T07:06:40Z");
        assert_eq!(epoch_date(253_402_300_799).unwrap(), "9999-12-31T23:59:59Z");
        assert_eq!(epoch_date(253_402_300_800), None);
        assert_eq!(epoch_date(u64::MAX), None);
    }
}

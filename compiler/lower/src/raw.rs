//! `raw { … }`: a statement in IAM's own JSON, checked as any statement is.

use iamx_catalog::{ConditionKey, KeyType, ResourceElement};
use iamx_diagnostic::{Applicability, Diagnostic, Edit, checks};
use iamx_policy::{
    BaseOperator, ConditionBlock, ConditionEntry, Element, JsonMember, JsonNode, JsonValue, Principal, Qualifier,
    Sourced, Statement as PolicyStatement, read_statement, unquote, variables,
};
use iamx_syntax::{
    SyntaxToken, TextRange,
    ast::{AstNode, Json, JsonObject, Raw},
};
use iamx_text::Span;

use crate::{
    actions::prefix_of,
    conditions::Formula,
    lowerer::Lowerer,
    resources::ResourceSet,
    scope::Environment,
    service_principals::Written,
    statements::{DocumentKind, PARTS_OF_A_STATEMENT},
};

impl Lowerer<'_> {
    pub(crate) fn raw(
        &mut self,
        environment: &Environment,
        raw: &Raw,
        kind: DocumentKind,
        conditions: &Formula,
    ) -> Option<Vec<PolicyStatement>> {
        let span = self.span(environment.module, raw.range());
        self.spend(PARTS_OF_A_STATEMENT, span)?;
        if self.is_damaged(environment.module, raw.range()) {
            return None;
        }
        let object = raw.json()?;
        self.check_label(environment.module, raw.label())?;
        self.check_sid(environment.module, raw, &object)?;
        let json = self.json_object(environment.module, &object)?;
        let mut findings = Vec::new();
        let statement = read_statement(&json, &mut findings);
        self.diagnostics.append(&mut findings);
        let mut statement = statement?;
        let whole = [
            self.check_raw_principal(&statement, kind, span),
            self.check_raw_resource(environment, &mut statement, kind, span),
            self.check_raw_actions(&mut statement),
            self.check_raw_conditions(&statement.conditions),
        ];
        if whole.iter().any(Option::is_none) {
            return None;
        }
        let statement = PolicyStatement {
            sid: raw.label().map(|label| label.text().trim_end_matches(':').to_owned()),
            span,
            documentation: raw.documentation(),
            ..statement
        };
        let statements = if matches!(conditions, Formula::Constant(true)) {
            // Under no `if` its conditions stay as they were written.
            vec![statement]
        } else {
            let written = statement.conditions.entries.iter().map(|entry| Formula::entry(entry.clone(), false));
            let both = Formula::all([conditions.clone()].into_iter().chain(written));
            self.alternatives(&statement, &both)?
        };
        match kind {
            DocumentKind::Resource(form) => self.permissions(form, statements),
            _ => Some(statements),
        }
    }

    /// The Sid is the label.
    fn check_sid(&mut self, module: usize, raw: &Raw, object: &JsonObject) -> Option<()> {
        let members: Vec<_> = object.members().collect();
        let is_sid = |name: SyntaxToken| name.text() == "\"Sid\"";
        let Some(index) = members.iter().position(|member| member.name().is_some_and(is_sid)) else { return Some(()) };
        let member = members.get(index)?;
        let span = self.span(module, member.range());
        let mut diagnostic =
            Diagnostic::new(&checks::INVALID_POLICY_ELEMENT, span, "the `Sid` of a `raw` statement is its label")
                .help("write `Label: raw { … }`, and leave `Sid` out");
        let label = match member.value() {
            Some(Json::String(token)) => unquote(token.text()),
            _ => None,
        };
        let fits = |label: &String| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if let (Some(label), None, Some(keyword)) = (label.filter(fits), raw.label(), raw.keyword()) {
            // Up to the next member, or from the end of the one before.
            let range = match (members.get(index + 1), index.checked_sub(1).and_then(|before| members.get(before))) {
                (Some(next), _) => TextRange::new(member.range().start(), next.range().start()),
                (None, Some(before)) => TextRange::new(before.range().end(), member.range().end()),
                (None, None) => member.range(),
            };
            let edits = vec![
                Edit { span: Span::at(span.file, keyword.text_range().start()), text: format!("{label}: ") },
                Edit { span: self.span(module, range), text: String::new() },
            ];
            diagnostic = diagnostic.fix_edits(format!("make `{label}` the label"), edits, Applicability::Safe);
        }
        self.report(diagnostic);
        None
    }

    /// The tree's JSON as the reader of statements takes it.
    fn json_object(&mut self, module: usize, object: &JsonObject) -> Option<JsonNode> {
        let mut members = Vec::new();
        for member in object.members() {
            let name = member.name()?;
            let value = self.json(module, &member.value()?)?;
            let span = self.span(module, name.text_range());
            members.push(JsonMember { name: Sourced::new(self.json_text(&name, span)?, span), value });
        }
        Some(JsonNode { value: JsonValue::Object(members), span: self.span(module, object.range()) })
    }

    fn json(&mut self, module: usize, json: &Json) -> Option<JsonNode> {
        let (value, range) = match json {
            Json::Object(object) => return self.json_object(module, object),
            Json::Array(array) => {
                let mut values = Vec::new();
                for value in array.values() {
                    values.push(self.json(module, &value)?);
                }
                (JsonValue::List(values), array.range())
            }
            Json::String(token) => {
                let span = self.span(module, token.text_range());
                (JsonValue::String(self.json_text(token, span)?), token.text_range())
            }
            Json::Plain(token) => {
                let value = match token.text() {
                    "null" => JsonValue::Null,
                    "true" => JsonValue::Bool(true),
                    "false" => JsonValue::Bool(false),
                    number => JsonValue::Number(number.to_owned()),
                };
                (value, token.text_range())
            }
        };
        Some(JsonNode { value, span: self.span(module, range) })
    }

    fn json_text(&mut self, token: &SyntaxToken, span: Span) -> Option<String> {
        let text = unquote(token.text());
        if text.is_none() {
            self.report(
                Diagnostic::new(&checks::BAD_ESCAPE, span, "this string has an escape that JSON doesn't know")
                    .help("JSON's escapes are `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` and `\\u` with four digits"),
            );
        }
        text
    }

    /// Whether this kind of document takes these principals.
    fn check_raw_principal(&mut self, statement: &PolicyStatement, kind: DocumentKind, span: Span) -> Option<()> {
        let Some(element) = &statement.principal else {
            if matches!(kind, DocumentKind::Identity | DocumentKind::Scp) {
                return Some(());
            }
            self.report(
                Diagnostic::new(&checks::MISSING_PRINCIPAL, span, "this policy's statements say whom they are about")
                    .help("add `\"Principal\"`, as in `\"Principal\": { \"Service\": \"ec2.amazonaws.com\" }`"),
            );
            return None;
        };
        let at = element.principals.first().map_or(span, |principal| principal.span);
        if kind == DocumentKind::Identity {
            self.report(
                Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, at, "an identity policy names no principal")
                    .note("it is about whoever it is attached to")
                    .help("leave the principals out, and attach the policy to whom it is meant for"),
            );
            return None;
        }
        if kind == DocumentKind::Scp {
            self.report(
                Diagnostic::new(&checks::SCP_SYNTAX_ERROR_PRINCIPAL, at, "a service control policy names no principal")
                    .note("it is about every identity of the accounts that it is attached to")
                    .help("leave the principals out; a condition on `aws:PrincipalArn` keeps it to some"),
            );
            return None;
        }
        let everyone = matches!(element.principals.as_slice(), [one] if one.value == Principal::Everyone);
        if kind == DocumentKind::Rcp && (element.negated || !everyone) {
            self.report(
                Diagnostic::new(
                    &checks::RCP_SYNTAX_ERROR_PRINCIPAL,
                    at,
                    "the principal of a resource control policy is `*`",
                )
                .help("write `\"Principal\": \"*\"`; a condition on `aws:PrincipalArn` keeps it to some"),
            );
            return None;
        }
        if element.negated && kind == DocumentKind::Trust {
            self.report(
                Diagnostic::new(
                    &checks::ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL,
                    at,
                    "a trust policy takes no `NotPrincipal`",
                )
                .help("name who may assume the role with `Principal`"),
            );
            return None;
        }
        let mut whole = true;
        for principal in &element.principals {
            if let (DocumentKind::Resource(_), Principal::Federated(_)) = (kind, &principal.value) {
                self.federated_in_resource_policy(principal.span);
                whole = false;
                continue;
            }
            whole &= self.check_raw_principal_value(principal).is_some();
        }
        whole.then_some(())
    }

    fn check_raw_principal_value(&mut self, principal: &Sourced<Principal>) -> Option<()> {
        match &principal.value {
            Principal::Service(name) => self.known_service_principal(name, Written::Json, principal.span),
            Principal::Aws(text) => self.check_raw_aws_principal(text, principal.span),
            Principal::Everyone | Principal::Federated(_) | Principal::CanonicalUser(_) => Some(()),
        }
    }

    /// `*`, an account's id, or the ARN of an account, user, role or session.
    fn check_raw_aws_principal(&mut self, text: &str, span: Span) -> Option<()> {
        let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if text == "*" || is_account {
            return Some(());
        }
        self.principal_arn(text, span)
    }

    /// Whether this kind of document takes these resources.
    fn check_raw_resource(
        &mut self,
        environment: &Environment,
        statement: &mut PolicyStatement,
        kind: DocumentKind,
        span: Span,
    ) -> Option<()> {
        let Some(element) = &statement.resources else {
            let absent = matches!(kind, DocumentKind::Resource(form) if form.resource == ResourceElement::Absent);
            if kind == DocumentKind::Trust || absent {
                return Some(());
            }
            self.report(
                Diagnostic::new(&checks::MISSING_RESOURCE, span, "this says not on which resources")
                    .help("add `\"Resource\"`; all of them are `\"*\"`"),
            );
            return None;
        };
        let at = element.patterns.first().map_or(span, |resource| resource.span);
        if kind == DocumentKind::Trust {
            self.report(
                Diagnostic::new(
                    &checks::ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE,
                    at,
                    "a trust policy's statements name no resource",
                )
                .note("the resource is the role itself"),
            );
            return None;
        }
        for resource in &element.patterns {
            self.check_raw_variables(resource);
        }
        let resources = self.raw_arns(element.patterns.clone())?;
        let DocumentKind::Resource(form) = kind else { return Some(()) };
        self.check_raw_own(environment, form, ResourceSet { negated: element.negated, resources }, at)
    }

    /// Whether there are such actions; each is spelled as the catalog spells it.
    fn check_raw_actions(&mut self, statement: &mut PolicyStatement) -> Option<()> {
        let mut whole = true;
        for pattern in &mut statement.actions.patterns {
            let Some(service) = &pattern.value.service else { continue };
            if service.contains(['*', '?']) {
                let written = pattern.value.to_string();
                if self.catalog().actions_matching(&written).next().is_none() {
                    let message = format!("no action of any service matches `{written}`");
                    let date = self.catalog_date();
                    self.report(Diagnostic::new(&checks::UNKNOWN_ACTION, pattern.span, message).note(date));
                    whole = false;
                }
                continue;
            }
            let prefix_span = prefix_of(pattern.span, service);
            match self.action(service, &pattern.value.name, pattern.span, prefix_span) {
                Some(known) => pattern.value = known.value,
                None => whole = false,
            }
        }
        let patterns = std::mem::take(&mut statement.actions.patterns);
        statement.actions = if statement.actions.negated { Element::except(patterns) } else { Element::of(patterns) };
        whole.then_some(())
    }

    fn check_raw_conditions(&mut self, block: &ConditionBlock) -> Option<()> {
        let mut whole = true;
        for entry in &block.entries {
            for value in &entry.values {
                self.check_raw_variables(value);
            }
            match self.known_key(&entry.key, entry.span) {
                Some(key) => whole &= self.check_raw_condition(entry, key).is_some(),
                None => whole = false,
            }
        }
        whole.then_some(())
    }

    fn check_raw_condition(&mut self, entry: &ConditionEntry, key: &ConditionKey) -> Option<()> {
        let base = entry.operator.base;
        if base == BaseOperator::Null {
            return Some(());
        }
        if !key.types.iter().any(|key_type| compares(base, key_type)) {
            let names: Vec<_> = key.types.iter().map(|key_type| format!("`{}`", key_type.name())).collect();
            self.report(
                Diagnostic::new(
                    &checks::TYPE_MISMATCH,
                    entry.span,
                    format!(
                        "`{}` doesn't fit `{}`, which is of the type {}",
                        entry.operator,
                        entry.key,
                        names.join(", ")
                    ),
                )
                .note(self.catalog_date()),
            );
        }
        if key.multi_valued && !key.single_valued_too && entry.operator.qualifier.is_none() {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_QUALIFIER,
                    entry.span,
                    format!("`{}` has many values in a request; say which of them", entry.key),
                )
                .help(format!(
                    "write `ForAnyValue:{0}` for some of them, `ForAllValues:{0}` for every one",
                    entry.operator
                ))
                .note("`ForAllValues` is true also where the key is absent"),
            );
            return None;
        }
        if entry.operator.qualifier == Some(Qualifier::ForAllValues) && !key.multi_valued {
            self.report(
                Diagnostic::new(
                    &checks::FORALLVALUES_WITH_SINGLE_VALUED_KEY,
                    entry.span,
                    format!("`{}` has one value, and `ForAllValues` is true where it has none", entry.key),
                )
                .help(format!("write `{}` without `ForAllValues`", base.as_str())),
            );
        }
        Some(())
    }

    fn check_raw_variables(&mut self, text: &Sourced<String>) {
        for variable in variables(&text.value).flatten() {
            let written = text.value.get(variable.range.clone()).unwrap_or_default();
            self.check_variable(written, text.span);
        }
    }
}

/// Whether the operator compares values of the type. The operators of strings compare ARNs too, and truth values, as texts.
fn compares(base: BaseOperator, key_type: KeyType) -> bool {
    let name = base.as_str();
    match key_type {
        // AWS's own example of `BinaryEquals` is on such a key.
        KeyType::String => name.starts_with("String") || name == "BinaryEquals",
        KeyType::Arn => name.starts_with("Arn") || name.starts_with("String"),
        KeyType::Numeric => name.starts_with("Numeric"),
        KeyType::Date => name.starts_with("Date"),
        KeyType::Bool => name == "Bool" || name.starts_with("String"),
        KeyType::Ip => name.ends_with("IpAddress"),
        KeyType::Binary => name == "BinaryEquals",
    }
}

//! A statement of IAM's own JSON, read into the model: each fault a finding at its characters.
//!
//! See [the grammar of the policy language](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_text::Span;

use crate::{
    ActionPattern, BaseOperator, ConditionBlock, ConditionEntry, Effect, Element, JsonMember, JsonNode, JsonValue,
    MARK, Operator, Principal, PrincipalElement, Qualifier, Sourced, Statement, VariableFault, check_condition,
    json_source::{inside, part},
    variables,
};

const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
const PRINCIPAL_KEYS: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

/// The statement that `json` is. What is wrong with its form goes to `findings`; `None` where that leaves no statement.
///
/// Whether its names exist, and whether its kind of policy takes such a statement, isn't looked at.
pub fn read_statement(json: &JsonNode, findings: &mut Vec<Diagnostic>) -> Option<Statement> {
    let mut reader = Reader { findings, failed: false };
    let statement = reader.statement(json);
    if reader.failed { None } else { statement }
}

struct Reader<'f> {
    findings: &'f mut Vec<Diagnostic>,
    /// Whether some finding costs the statement.
    failed: bool,
}

/// The elements of a statement, each at most once.
struct Elements<'j>(Vec<&'j JsonMember>);

impl<'j> Elements<'j> {
    fn get(&self, name: &str) -> Option<&'j JsonMember> {
        self.0.iter().copied().find(|member| member.name.value == name)
    }
}

impl Reader<'_> {
    fn fail(&mut self, diagnostic: Diagnostic) {
        self.failed = true;
        self.findings.push(diagnostic);
    }

    fn statement(&mut self, json: &JsonNode) -> Option<Statement> {
        let JsonValue::Object(members) = &json.value else {
            self.wrong_type(json, "a statement", "an object");
            return None;
        };
        let elements = self.elements(members);
        let effect = self.effect(&elements, json.span);
        let principal = self.one_of_two(&elements, "Principal", "NotPrincipal");
        let principal = principal.map(|(member, negated)| self.principals(member, negated));
        let actions = self.one_of_two(&elements, "Action", "NotAction");
        if actions.is_none() && !self.failed {
            let diagnostic = Diagnostic::new(&checks::MISSING_ACTION, json.span, "this statement has no `Action`")
                .help("add `\"Action\": [\"…\"]`; every action is `\"*\"`");
            self.fail(diagnostic);
        }
        let actions = actions.map(|(member, negated)| (self.actions(member), negated));
        let resources = self.one_of_two(&elements, "Resource", "NotResource");
        let resources = resources.map(|(member, negated)| {
            let resources = self.strings(member);
            for resource in &resources {
                self.check_variables(resource);
            }
            element(resources, negated)
        });
        let conditions = elements.get("Condition").map(|member| self.conditions(member)).unwrap_or_default();
        let sid = elements.get("Sid").and_then(|member| self.text(member));
        let (actions, negated) = actions?;
        Some(Statement {
            sid,
            effect: effect?,
            principal,
            actions: element(actions, negated),
            resources,
            conditions,
            span: json.span,
            documentation: None,
        })
    }

    fn elements<'j>(&mut self, members: &'j [JsonMember]) -> Elements<'j> {
        let mut elements = Elements(Vec::new());
        for member in members {
            let name = member.name.value.as_str();
            if !ELEMENTS.contains(&name) {
                let message = format!("a statement has no element `{name}`");
                let diagnostic = Diagnostic::new(&checks::INVALID_POLICY_ELEMENT, member.name.span, message);
                self.fail(did_you_mean(diagnostic, name, member.name.span, ELEMENTS));
            } else if let Some(first) = elements.get(name) {
                let message = format!("`{name}` stands twice in this statement");
                let diagnostic = Diagnostic::new(&checks::DUPLICATE_CLAUSE, member.name.span, message)
                    .related(first.name.span, "the first one")
                    .note("of two members with one name JSON keeps one");
                self.fail(diagnostic);
            } else {
                elements.0.push(member);
            }
        }
        elements
    }

    fn effect(&mut self, elements: &Elements<'_>, statement: Span) -> Option<Effect> {
        let Some(member) = elements.get("Effect") else {
            if !self.failed {
                let diagnostic = Diagnostic::new(&checks::MISSING_EFFECT, statement, "this statement has no `Effect`")
                    .help("add `\"Effect\": \"Allow\"` or `\"Effect\": \"Deny\"`");
                self.fail(diagnostic);
            }
            return None;
        };
        let text = self.text(member)?;
        let effect = [Effect::Allow, Effect::Deny].into_iter().find(|effect| effect.as_str() == text);
        if effect.is_none() {
            let span = inside(member.value.span);
            let message = format!("`{text}` is no effect: a statement says `Allow` or `Deny`");
            let mut diagnostic = Diagnostic::new(&checks::INVALID_EFFECT, span, message);
            let meant = [Effect::Allow, Effect::Deny].into_iter().find(|e| e.as_str().eq_ignore_ascii_case(&text));
            if let Some(meant) = meant {
                let title = format!("replace with `{}`", meant.as_str());
                diagnostic = diagnostic.fix(title, span, meant.as_str(), Applicability::Safe);
            }
            self.fail(diagnostic);
        }
        effect
    }

    /// `plain` or `negated`, whichever the statement has, and whether it is the second; both at once are a fault.
    fn one_of_two<'j>(
        &mut self,
        elements: &Elements<'j>,
        plain: &str,
        negated: &str,
    ) -> Option<(&'j JsonMember, bool)> {
        match (elements.get(plain), elements.get(negated)) {
            (Some(member), None) => Some((member, false)),
            (None, Some(member)) => Some((member, true)),
            (None, None) => None,
            (Some(first), Some(second)) => {
                let message = format!("a statement has `{plain}` or `{negated}`, not both");
                let diagnostic = Diagnostic::new(&checks::UNSUPPORTED_ELEMENT_COMBINATION, second.name.span, message)
                    .related(first.name.span, format!("`{plain}` stands here"))
                    .help("make it two statements, or leave one of them out");
                self.fail(diagnostic);
                None
            }
        }
    }

    /// The string that an element must be.
    fn text(&mut self, member: &JsonMember) -> Option<String> {
        if let JsonValue::String(text) = &member.value.value {
            return Some(text.clone());
        }
        self.wrong_type(&member.value, &format!("`{}`", member.name.value), "a string");
        None
    }

    /// The string, or the list of strings, that an element must be.
    fn strings(&mut self, member: &JsonMember) -> Vec<Sourced<String>> {
        let what = format!("`{}`", member.name.value);
        match &member.value.value {
            JsonValue::String(text) => vec![Sourced::new(text.clone(), inside(member.value.span))],
            JsonValue::List(values) => {
                if values.is_empty() {
                    let message = format!("the list of {what} is empty");
                    self.fail(Diagnostic::new(&checks::EMPTY_LIST, member.value.span, message));
                }
                let mut strings = Vec::new();
                for value in values {
                    match &value.value {
                        JsonValue::String(text) => strings.push(Sourced::new(text.clone(), inside(value.span))),
                        _ => self.wrong_type(value, &format!("a value of {what}"), "a string"),
                    }
                }
                strings
            }
            _ => {
                self.wrong_type(&member.value, &what, "a string or a list of strings");
                Vec::new()
            }
        }
    }

    fn actions(&mut self, member: &JsonMember) -> Vec<Sourced<ActionPattern>> {
        let mut actions = Vec::new();
        for text in self.strings(member) {
            if self.has_variable(&text, "`Action`") {
                continue;
            }
            let pattern = match text.value.split_once(':') {
                _ if text.value == "*" => Some(ActionPattern::all()),
                Some(("*", "*")) => Some(ActionPattern::all()),
                Some((prefix, name)) if !prefix.is_empty() && !name.is_empty() => {
                    Some(ActionPattern::new(prefix, name))
                }
                _ => None,
            };
            match pattern {
                Some(pattern) => actions.push(Sourced::new(pattern, text.span)),
                None => self.fail(
                    Diagnostic::new(&checks::INVALID_ACTION, text.span, format!("`{}` is no action", text.value))
                        .help("an action is a service's prefix and a name: `s3:GetObject`; every action is `*`"),
                ),
            }
        }
        actions
    }

    fn principals(&mut self, member: &JsonMember, negated: bool) -> PrincipalElement {
        let name = &member.name.value;
        let mut principals = Vec::new();
        match &member.value.value {
            JsonValue::String(text) if text == "*" => {
                principals.push(Sourced::new(Principal::Everyone, inside(member.value.span)));
            }
            JsonValue::String(text) => self.fail(
                Diagnostic::new(
                    &checks::INVALID_PRINCIPAL_FORMAT,
                    member.value.span,
                    format!("the only text that `{name}` can be is `*`"),
                )
                .help(format!("write `{{ \"AWS\": \"{text}\" }}`, or the key that fits: {}", one_of(PRINCIPAL_KEYS))),
            ),
            JsonValue::Object(members) => {
                if members.is_empty() {
                    let message = format!("`{name}` names nobody");
                    self.fail(Diagnostic::new(&checks::EMPTY_LIST, member.value.span, message));
                }
                for member in members {
                    self.principals_of_key(member, &mut principals);
                }
            }
            _ => self.fail(
                Diagnostic::new(
                    &checks::INVALID_PRINCIPAL_FORMAT,
                    member.value.span,
                    format!("`{name}` is `\"*\"` or an object, and this is {}", member.value.describe()),
                )
                .help(format!("its keys are {}", one_of(PRINCIPAL_KEYS))),
            ),
        }
        PrincipalElement { negated, principals }
    }

    fn principals_of_key(&mut self, member: &JsonMember, principals: &mut Vec<Sourced<Principal>>) {
        let make: fn(String) -> Principal = match member.name.value.as_str() {
            "AWS" => Principal::Aws,
            "Service" => Principal::Service,
            "Federated" => Principal::Federated,
            "CanonicalUser" => Principal::CanonicalUser,
            other => {
                let message = format!("principals have no key `{other}`");
                let diagnostic = Diagnostic::new(&checks::INVALID_PRINCIPAL_KEY, member.name.span, message);
                self.fail(did_you_mean(diagnostic, other, member.name.span, PRINCIPAL_KEYS));
                return;
            }
        };
        for text in self.strings(member) {
            if self.has_variable(&text, "`Principal`") {
                continue;
            }
            principals.push(Sourced::new(make(text.value), text.span));
        }
    }

    fn conditions(&mut self, member: &JsonMember) -> ConditionBlock {
        let mut block = ConditionBlock::default();
        let JsonValue::Object(operators) = &member.value.value else {
            self.wrong_type(&member.value, "`Condition`", "an object");
            return block;
        };
        for (index, written) in operators.iter().enumerate() {
            if let Some(first) = operators.iter().take(index).find(|other| other.name.value == written.name.value) {
                let message = format!("`{}` stands twice in this statement", written.name.value);
                let diagnostic = Diagnostic::new(&checks::DUPLICATE_CLAUSE, written.name.span, message)
                    .related(first.name.span, "the first one")
                    .help("put the keys of both into one object");
                self.fail(diagnostic);
                continue;
            }
            let operator = self.operator(&written.name);
            let JsonValue::Object(keys) = &written.value.value else {
                self.wrong_type(&written.value, &format!("`{}`", written.name.value), "an object");
                continue;
            };
            let Some(operator) = operator else { continue };
            for key in keys {
                self.condition(operator, key, &mut block);
            }
        }
        block
    }

    fn operator(&mut self, written: &Sourced<String>) -> Option<Operator> {
        let text = written.value.as_str();
        let (qualifier, rest) = if let Some(rest) = text.strip_prefix("ForAllValues:") {
            (Some(Qualifier::ForAllValues), rest)
        } else if let Some(rest) = text.strip_prefix("ForAnyValue:") {
            (Some(Qualifier::ForAnyValue), rest)
        } else {
            (None, text)
        };
        let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
        let Some(base) = BaseOperator::from_name(name) else {
            let message = format!("IAM has no condition operator `{text}`");
            let mut diagnostic = Diagnostic::new(&checks::INVALID_CONDITION_OPERATOR, written.span, message);
            if let Some(near) = nearest(name, BaseOperator::ALL.iter().map(|base| base.as_str())) {
                let near = text.replace(name, near);
                diagnostic = diagnostic
                    .fix(format!("replace with `{near}`"), inside(written.span), near.clone(), Applicability::Unsafe)
                    .help(format!("did you mean `{near}`?"));
            }
            self.fail(diagnostic);
            return None;
        };
        Some(Operator { qualifier, base, if_exists })
    }

    fn condition(&mut self, operator: Operator, member: &JsonMember, block: &mut ConditionBlock) {
        let key = &member.name.value;
        let span = inside(member.name.span);
        if key.split_once(':').is_none_or(|(prefix, name)| prefix.is_empty() || name.is_empty()) {
            let message = format!("`{key}` is no condition key");
            let diagnostic = Diagnostic::new(&checks::INVALID_CONDITION_KEY_FORMAT, span, message)
                .help("a key is a prefix and a name: `aws:SourceIp`");
            self.fail(diagnostic);
            return;
        }
        if let Some(first) = block.entry(operator, key) {
            let message = if first.key == *key {
                format!("`{key}` stands twice under `{operator}`")
            } else {
                format!("`{key}` is `{}`: keys ignore case", first.key)
            };
            let diagnostic = Diagnostic::new(&checks::DUPLICATE_KEYS_WITH_DIFFERENT_CASE, span, message)
                .related(first.span, "the first one")
                .help("put the values of both into one list");
            self.fail(diagnostic);
            return;
        }
        let Some(values) = self.condition_values(member) else { return };
        for value in &values {
            self.check_variables(value);
        }
        let entry = ConditionEntry { operator, key: key.clone(), values, span };
        let before = self.findings.len();
        check_condition(&entry, self.findings);
        let worst = self.findings.iter().skip(before).map(|finding| finding.severity).max();
        self.failed |= worst == Some(iamx_diagnostic::Severity::Error);
        block.entries.push(entry);
    }

    fn condition_values(&mut self, member: &JsonMember) -> Option<Vec<Sourced<String>>> {
        let nodes = match &member.value.value {
            JsonValue::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(&member.value),
        };
        if nodes.is_empty() {
            let message = format!("no value is in the list of `{}`", member.name.value);
            self.fail(Diagnostic::new(&checks::EMPTY_LIST, member.value.span, message));
            return None;
        }
        let mut values: Vec<Sourced<String>> = Vec::new();
        for node in nodes {
            let (text, span) = match &node.value {
                JsonValue::String(text) => (text.clone(), inside(node.span)),
                JsonValue::Number(number) => (number.clone(), node.span),
                JsonValue::Bool(truth) => (truth.to_string(), node.span),
                JsonValue::Null | JsonValue::List(_) | JsonValue::Object(_) => {
                    let what = format!("a value of `{}`", member.name.value);
                    self.wrong_type(node, &what, "a string, a number, `true` or `false`");
                    return None;
                }
            };
            if values.iter().all(|value| value.value != text) {
                values.push(Sourced::new(text, span));
            }
        }
        let kind = |node: &JsonNode| std::mem::discriminant(&node.value);
        if let [first, rest @ ..] = nodes
            && let Some(other) = rest.iter().find(|node| kind(node) != kind(first))
        {
            let message = format!("the values of `{}` are of several types", member.name.value);
            let diagnostic = Diagnostic::new(&checks::INVALID_CONDITION_DATA_TYPE, other.span, message)
                .related(first.span, format!("this is {}", first.describe()))
                .help("put all of them in quotes");
            self.fail(diagnostic);
        }
        Some(values)
    }

    /// Whether `text` holds a variable, which AWS doesn't fill in there; that is said.
    fn has_variable(&mut self, text: &Sourced<String>, element: &str) -> bool {
        let Some(start) = text.value.find("${") else { return false };
        let end = text.value.get(start..).and_then(|rest| rest.find('}')).map_or(text.value.len(), |at| start + at + 1);
        let diagnostic = Diagnostic::new(
            &checks::VARIABLE_UNSUPPORTED_IN_ELEMENT,
            part(text.span, &text.value, start..end),
            format!("AWS fills in no variable in {element}"),
        )
        .note("variables are for `Resource`, `NotResource` and the values of `Condition`");
        self.fail(diagnostic);
        true
    }

    fn check_variables(&mut self, text: &Sourced<String>) {
        for variable in variables(&text.value) {
            let fault = match variable {
                Ok(variable) if variable.key.starts_with(MARK) => VariableFault::NoKey(variable.range),
                Ok(_) => continue,
                Err(fault) => fault,
            };
            let place = |range| part(text.span, &text.value, range);
            let diagnostic = match fault {
                VariableFault::Unclosed(range) => {
                    Diagnostic::new(&checks::MISSING_BRACE_IN_VARIABLE, place(range), "`${` has no `}`")
                        .help("close it, or write `${$}{` for a `${` that is meant as it stands")
                }
                VariableFault::Empty(range) => {
                    Diagnostic::new(&checks::EMPTY_VARIABLE, place(range), "`${}` names no key")
                        .help("write the key that AWS fills in, as in `${aws:username}`")
                }
                VariableFault::NoKey(range) => {
                    let written = text.value.get(range.clone()).unwrap_or_default().to_owned();
                    Diagnostic::new(&checks::BAD_ESCAPE, place(range), format!("`{written}` is no policy variable"))
                        .note("in JSON nothing of the workspace is put in; a policy variable is a key with a colon")
                        .help("write it as a statement of iamx, where `${name}` is a value of yours")
                }
            };
            self.fail(diagnostic);
        }
    }

    fn wrong_type(&mut self, node: &JsonNode, what: &str, wanted: &str) {
        let message = format!("{what} is {wanted}, and this is {}", node.describe());
        self.fail(Diagnostic::new(&checks::DATA_TYPE_MISMATCH, node.span, message));
    }
}

fn element<T: Eq + std::hash::Hash>(patterns: Vec<Sourced<T>>, negated: bool) -> Element<T> {
    if negated { Element::except(patterns) } else { Element::of(patterns) }
}

fn did_you_mean<const N: usize>(diagnostic: Diagnostic, text: &str, span: Span, known: [&str; N]) -> Diagnostic {
    match nearest(text, known) {
        Some(near) => diagnostic
            .fix(format!("replace with `{near}`"), inside(span), near, Applicability::Unsafe)
            .help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("what may stand there is {}", one_of(known))),
    }
}

/// The nearest of `known` to `text`, near enough to be meant.
fn nearest<'k>(text: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = text.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

fn one_of<const N: usize>(words: [&str; N]) -> String {
    let words = words.map(|word| format!("`{word}`"));
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        all => all.concat(),
    }
}

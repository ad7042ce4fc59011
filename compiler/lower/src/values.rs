//! Compile-time values: strings, and the parameters of the workspace.

use std::{collections::HashSet, ops::Range};

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Sourced;
use iamx_syntax::{
    SyntaxKind, TextSize,
    ast::{AstNode, DeclaredKind, Expr, Exprs, ParamItem, Postfix},
};
use iamx_text::{Span, TextRange};

use crate::{
    Program, bounds,
    lowerer::Lowerer,
    names::{DeclarationKind, nearest},
    scope::{Environment, Reference, Target, called, is_own_account, postfix_range, within},
    strings::{self, Fault, Piece},
};

impl Lowerer<'_> {
    /// The strings that `expr` stands for: one, or a list. `what` is what they are for.
    pub(crate) fn strings(
        &mut self,
        environment: &Environment,
        expr: &Expr,
        what: &str,
    ) -> Option<Vec<Sourced<String>>> {
        let span = self.span(environment.module, expr.range());
        match expr {
            Expr::String(token) => self.interpolated(environment, token.text(), span),
            Expr::Bracketed(list) => {
                let Some(list) = list.list() else { return Some(Vec::new()) };
                self.string_list(environment, &list, what)
            }
            // In a text a number or a date is as it is written.
            Expr::Number(token) | Expr::Date(token) | Expr::Duration(token) if self.in_text => {
                Some(vec![Sourced::new(token.text().to_owned(), span)])
            }
            Expr::Call(_) | Expr::CallIn(_) => {
                let reference = self.reference(environment, expr, what)?;
                self.referenced_strings(environment, &reference, what)
            }
            Expr::Principal(principal) if principal.kind() == Some(SyntaxKind::SERVICE_KW) => {
                let name = self.service_principal(environment, principal)?;
                Some(vec![Sourced::new(name, span)])
            }
            _ => {
                self.expected(what, expr, span);
                None
            }
        }
    }

    pub(crate) fn string_list(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        what: &str,
    ) -> Option<Vec<Sourced<String>>> {
        self.of_values(environment, list, |lowerer, item| lowerer.strings(environment, item, what))
    }

    /// What `one` makes of the values of a list, from which nothing can be taken away.
    pub(crate) fn of_values<T>(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        one: impl FnMut(&mut Self, &Expr) -> Option<Vec<T>>,
    ) -> Option<Vec<T>> {
        if !list.excepted().is_empty() {
            let span = self.span(environment.module, list.range());
            self.error(&checks::MISMATCHED_TYPE, span, "`except` is for actions, resources and principals");
            return None;
        }
        self.of_each(environment, &list.items(), one)
    }

    /// What `one` makes of the items, one after the other; each of them is looked at, and `None` of one is `None` of all.
    pub(crate) fn of_each<T>(
        &mut self,
        environment: &Environment,
        items: &[Expr],
        mut one: impl FnMut(&mut Self, &Expr) -> Option<Vec<T>>,
    ) -> Option<Vec<T>> {
        let mut all = Vec::new();
        let mut whole = true;
        for item in items {
            match one(self, item) {
                Some(mut more) => {
                    self.spend(more.len(), self.span(environment.module, item.range()))?;
                    all.append(&mut more);
                }
                None => whole = false,
            }
        }
        whole.then_some(all)
    }

    /// The single string that `expr` stands for.
    pub(crate) fn one_string(&mut self, environment: &Environment, expr: &Expr, what: &str) -> Option<Sourced<String>> {
        let mut strings = self.strings(environment, expr, what)?;
        if strings.len() == 1 {
            return strings.pop();
        }
        let span = self.span(environment.module, expr.range());
        self.error(&checks::MISMATCHED_TYPE, span, format!("expected {what}, and this is a list of {}", strings.len()));
        None
    }

    /// The strings that a name with what follows it stands for.
    pub(crate) fn referenced_strings(
        &mut self,
        environment: &Environment,
        reference: &Reference,
        what: &str,
    ) -> Option<Vec<Sourced<String>>> {
        let one = |text: String| Some(vec![Sourced::new(text, reference.span)]);
        match &reference.target {
            Target::Argument(binding) => {
                if reference.rest.is_empty() {
                    return self.strings(&binding.environment, &binding.argument, what);
                }
                let reference = self.argument_part(reference, binding)?;
                self.referenced_strings(&binding.environment, &reference, what)
            }
            Target::Account(account) => {
                let part = self.only_part(reference, "an account's parts are `id`, `name` and `tags.…`")?;
                let index = *account;
                let account = self.program.accounts.get(index)?;
                match part.as_slice() {
                    ["id"] => one(account.id.clone()),
                    ["name"] => one(account.name.clone()),
                    ["tags", tag] => {
                        if let Some(found) = account.tags.iter().find(|other| other.key == *tag) {
                            one(found.value.clone())
                        } else if self.lost_tags.contains(&index) {
                            // It may be the one whose value is wrong.
                            None
                        } else {
                            let message = format!("account `{}` has no tag `{tag}`", account.name);
                            self.error(&checks::UNKNOWN_NAME, reference.span, message);
                            None
                        }
                    }
                    _ => {
                        let message = format!("expected {what}; an account's parts are `id`, `name` and `tags.…`");
                        self.error(&checks::MISMATCHED_TYPE, reference.span, message);
                        None
                    }
                }
            }
            Target::DeployedAccount => one(Program::deployed_account()),
            Target::Organization => {
                let part = self.only_part(reference, "an organization's parts are `id` and `name`")?;
                let organization = self.program.organization.as_ref()?;
                match part.as_slice() {
                    ["id"] => one(organization.id.clone()).filter(|_| !organization.id.is_empty()),
                    ["name"] => one(organization.name.clone()),
                    _ => {
                        let message = format!("expected {what}; an organization's parts are `id` and `name`");
                        self.report(
                            Diagnostic::new(&checks::MISMATCHED_TYPE, reference.span, message)
                                .help("write `.id` behind it"),
                        );
                        None
                    }
                }
            }
            Target::Declaration(id) => {
                let declaration = self.names.get(*id)?.clone();
                match declaration.kind {
                    DeclarationKind::Let(_) => self.with_let(environment, *id, reference, |lowerer, inner, list| {
                        lowerer.string_list(inner, list, what)
                    }),
                    DeclarationKind::Param(param) => self.param_string(&param, declaration.module, reference, what),
                    DeclarationKind::Entity(..) => self.entity_string(environment, *id, reference, what),
                    DeclarationKind::Account
                    | DeclarationKind::Ou
                    | DeclarationKind::Organization
                    | DeclarationKind::Repeated(_) => {
                        let message =
                            format!("expected {what}, and `{}` is {}", declaration.name, declaration.kind.describe());
                        self.error(&checks::MISMATCHED_TYPE, reference.span, message);
                        None
                    }
                }
            }
            Target::Several(ids) => self.entity_string(environment, *ids.first()?, reference, what),
            Target::Itself | Target::Service(_) => {
                let arns = self.referenced_resources(environment, reference)?;
                Some(arns.into_iter().map(|arn| Sourced::new(arn.value.arn, arn.span)).collect())
            }
        }
    }

    /// The names that follow `reference`, all plain.
    fn only_part<'r>(&mut self, reference: &'r Reference, note: &str) -> Option<Vec<&'r str>> {
        let mut names = Vec::new();
        for postfix in &reference.rest {
            let Postfix::Name(token) = postfix else {
                let span = within(reference.span, postfix_range(postfix));
                self.report(Diagnostic::new(&checks::MISMATCHED_TYPE, span, "this takes no arguments").note(note));
                return None;
            };
            names.push(token.text());
        }
        Some(names)
    }

    /// `parameter.part`: the argument, which must be a name, with the part behind it.
    pub(crate) fn argument_part(
        &mut self,
        reference: &Reference,
        binding: &crate::scope::Binding,
    ) -> Option<Reference> {
        if called(&binding.argument).is_none() {
            let span = self.span(binding.environment.module, binding.argument.range());
            let part = reference.rest.first().map(postfix_range).map(|range| within(reference.span, range));
            let mut diagnostic = Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("`{}` is {}, which has no parts", binding.name, binding.argument.describe()),
            );
            if let Some(part) = part {
                diagnostic = diagnostic.related(part, "a part of it is used here");
            }
            self.report(diagnostic);
            return None;
        }
        if let Expr::Call(call) = &binding.argument
            && is_own_account(call)
        {
            let span = self.span(binding.environment.module, call.range());
            return self.resolve_parts(&binding.environment, &call.name()?, reference.rest.clone(), span);
        }
        let mut inner = self.reference(&binding.environment, &binding.argument, "a name")?;
        inner.rest.extend(reference.rest.iter().cloned());
        Some(inner)
    }

    fn param_string(
        &mut self,
        param: &ParamItem,
        module: usize,
        reference: &Reference,
        what: &str,
    ) -> Option<Vec<Sourced<String>>> {
        let name = param.name()?;
        if self.bad_params.contains(name.text()) {
            return None;
        }
        let type_name = param.type_ref().map(|type_ref| type_ref.words().join(".")).unwrap_or_default();
        if type_name != "string" {
            let message = format!("expected {what}, and `{}` is a {type_name}", name.text());
            self.error(&checks::MISMATCHED_TYPE, reference.span, message);
            return None;
        }
        if let Some(value) = self.settings().params.get(name.text()) {
            return Some(vec![Sourced::new(value.clone(), reference.span)]);
        }
        let default = param.default()?;
        let environment = Environment::of(module);
        self.strings(&environment, &default, "a string")
    }

    /// What is wrong with the parameters themselves: no value, a type that none can have, values for none.
    pub(crate) fn check_params(&mut self) {
        let params: Vec<_> = self
            .names
            .declarations
            .iter()
            .filter_map(|declaration| match &declaration.kind {
                DeclarationKind::Param(param) => {
                    Some((declaration.module, declaration.name.clone(), declaration.span, param.clone()))
                }
                _ => None,
            })
            .collect();
        for (module, name, span, param) in &params {
            let before = self.diagnostics.len();
            self.check_param(*module, name, *span, param);
            if self.diagnostics.len() > before {
                self.bad_params.insert(name.clone());
            }
        }
        let externs = self.names.declarations.iter().filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Entity(DeclaredKind::Extern, _) => Some(&declaration.name),
            _ => None,
        });
        let known: HashSet<String> = params.iter().map(|(_, name, ..)| name).chain(externs).cloned().collect();
        let unknown: Vec<_> = self.settings().params.keys().filter(|given| !known.contains(*given)).cloned().collect();
        for given in unknown {
            let near = nearest(&given, known.iter().cloned());
            let place = self.settings().param_places.get(&given).map(|place| place.name);
            let span = place.unwrap_or_else(|| Span::at(self.file(0), TextSize::new(0)));
            let mut diagnostic =
                Diagnostic::new(&checks::UNKNOWN_PARAMETER, span, format!("no module declares a parameter `{given}`"))
                    .note("values for parameters and externs come from `[params]` in `iamx.toml` and from `--set`");
            if let Some(near) = near {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            self.report(diagnostic);
        }
    }

    /// Where `iamx.toml` gives `name` in `section`; its beginning where that isn't found.
    pub(crate) fn setting(&self, section: &str, name: &str) -> Span {
        let file = self.settings().settings_file.unwrap_or_else(|| self.file(0));
        let text = self.input.sources.get(file).map(iamx_text::SourceFile::text).unwrap_or_default();
        let section = text.find(section).unwrap_or(text.len());
        let found = text.get(section..).and_then(|rest| {
            rest.match_indices(name).map(|(at, _)| section + at).find(|at| {
                let begins =
                    text.get(..*at).is_some_and(|before| before.trim_end_matches([' ', '\t', '"']).ends_with('\n'));
                let ends = text
                    .get(at + name.len()..)
                    .is_some_and(|after| after.trim_start_matches([' ', '\t', '"']).starts_with('='));
                begins && ends
            })
        });
        let offset = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
        match found {
            Some(at) => Span::new(file, TextRange::new(offset(at), offset(at + name.len()))),
            None => Span::at(file, TextSize::new(0)),
        }
    }

    fn check_param(&mut self, module: usize, name: &str, span: Span, param: &ParamItem) {
        let Some(type_ref) = param.type_ref() else { return };
        let type_name = type_ref.words().join(".");
        if type_ref.element().is_some()
            || !matches!(type_name.as_str(), "string" | "number" | "bool" | "date" | "duration")
        {
            let at = self.span(module, type_ref.range());
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, at, "a parameter of the workspace can't have this type")
                    .note(
                        "its value is given as text, so its type is `string`, `number`, `bool`, `date` or `duration`",
                    ),
            );
            return;
        }
        if let Some(default) = param.default() {
            self.check_default(module, &default, &type_name);
        }
        match self.settings().params.get(name) {
            // What comes from outside is text: in a document these would mean more than themselves.
            Some(value) if type_name == "string" && (value.contains(['*', '?']) || value.contains("${")) => {
                let message =
                    format!("`{name}` is given `{value}`, and a value from outside holds no `*`, `?` or `${{`");
                let diagnostic = self
                    .bad_param(name, span, message)
                    .note("IAM would take them for wildcards and variables")
                    .help(format!("write the pattern in the source, around the value: `\"${{{name}}}-*\"`"));
                self.report(diagnostic);
            }
            Some(value) if !bounds::text_is(value, &type_name) => {
                let message = format!("`{name}` is given `{value}`, which is no {type_name}");
                let diagnostic = self.bad_param(name, span, message);
                self.report(diagnostic);
            }
            None if param.default().is_none() => self.report(
                Diagnostic::new(&checks::MISSING_PARAMETER_VALUE, span, format!("`{name}` has no value"))
                    .help(format!("give it with `--set {name}=…`, under `[params]` in `iamx.toml`, or a default here")),
            ),
            _ => {}
        }
    }

    /// A finding about the value that the parameter declared at `declared` is given, where that was given.
    fn bad_param(&self, name: &str, declared: Span, message: String) -> Diagnostic {
        match self.settings().param_places.get(name) {
            Some(place) => Diagnostic::new(&checks::BAD_PARAMETER_VALUE, place.value, message)
                .related(declared, format!("`{name}` is declared here")),
            None => Diagnostic::new(&checks::BAD_PARAMETER_VALUE, declared, message)
                .note("the value comes from `--set` on the command line"),
        }
    }

    fn check_default(&mut self, module: usize, default: &Expr, type_name: &str) {
        let fits = match (type_name, default) {
            ("string", _) => {
                self.one_string(&Environment::of(module), default, "a string");
                return;
            }
            ("number", Expr::Number(_)) | ("bool", Expr::Bool(_)) | ("date", Expr::Date(_)) => true,
            ("duration", Expr::Duration(token)) => {
                let span = self.span(module, token.text_range());
                if bounds::seconds(token.text()).is_none() {
                    self.bad_duration(token.text(), span);
                }
                true
            }
            _ => false,
        };
        if !fits {
            let span = self.span(module, default.range());
            self.expected(&format!("a {type_name}"), default, span);
        }
    }

    /// The text of a string with its values put in; several texts where one value is a list.
    pub(crate) fn interpolated(
        &mut self,
        environment: &Environment,
        written: &str,
        span: Span,
    ) -> Option<Vec<Sourced<String>>> {
        let pieces = match strings::pieces(written) {
            Ok(pieces) => pieces,
            Err(fault) => {
                self.string_fault(span, fault);
                return None;
            }
        };
        let mut texts = vec![String::new()];
        let mut lists = 0;
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    // Written with an escape, it is no variable; IAM has its own way to say that.
                    let text = text.replace("${", "${$}{");
                    for whole in &mut texts {
                        whole.push_str(&text);
                    }
                }
                Piece::Variable(text, range) => {
                    self.check_variable(&text, part_of(span, range));
                    for whole in &mut texts {
                        whole.push_str(&text);
                    }
                }
                Piece::Value(names, range) => {
                    let values = self.value_of(environment, &names, part_of(span, range.clone()))?;
                    if values.len() != 1 {
                        lists += 1;
                        if lists > 1 {
                            self.error(
                                &checks::MISMATCHED_TYPE,
                                part_of(span, range),
                                "a string takes one list, and this is the second",
                            );
                            return None;
                        }
                    }
                    self.spend(texts.len().saturating_mul(values.len()), span)?;
                    texts = texts
                        .iter()
                        .flat_map(|whole| values.iter().map(move |value| format!("{whole}{}", value.value)))
                        .collect();
                }
            }
        }
        let texts: Vec<_> = texts.into_iter().map(|text| Sourced::new(text, span)).collect();
        // In a turn of a `for` that goes through them, it is one of them.
        match environment.chosen.filter(|(string, _)| *string == span) {
            Some((_, index)) => Some(texts.into_iter().skip(index).take(1).collect()),
            None => Some(texts),
        }
    }

    /// The value of `${names}`.
    fn value_of(&mut self, environment: &Environment, names: &[String], span: Span) -> Option<Vec<Sourced<String>>> {
        self.evaluate_in_text(environment, names, span, |lowerer, reference| {
            lowerer.referenced_strings(environment, reference, "a string")
        })
    }

    /// What `${names}` stands for.
    pub(crate) fn resolve_in_text(
        &mut self,
        environment: &Environment,
        names: &[String],
        span: Span,
    ) -> Option<Reference> {
        self.evaluate_in_text(environment, names, span, |_, reference| Some(reference.clone()))
    }

    fn evaluate_in_text<T>(
        &mut self,
        environment: &Environment,
        names: &[String],
        span: Span,
        evaluate: impl FnOnce(&mut Self, &Reference) -> Option<T>,
    ) -> Option<T> {
        // Names in a string have no tokens of their own, so they are read as the call that they spell.
        let text = format!("let x = {}", names.join("."));
        let parse = iamx_syntax::parse(&text);
        let call = parse.syntax().descendants().find_map(iamx_syntax::ast::Call::cast)?;
        let before = self.diagnostics.len();
        let reference = self.resolve(environment, &call);
        let outside = std::mem::replace(&mut self.in_text, true);
        let result = reference.and_then(|mut reference| {
            reference.span = span;
            evaluate(self, &reference)
        });
        self.in_text = outside;
        for diagnostic in self.diagnostics.iter_mut().skip(before) {
            diagnostic.fixes.clear();
            for label in diagnostic.labels.iter_mut().filter(|label| label.primary) {
                label.span = span;
            }
        }
        result
    }

    pub(crate) fn check_variable(&mut self, variable: &str, span: Span) {
        let inner = variable.trim_start_matches("${").trim_end_matches('}');
        if matches!(inner, "*" | "?" | "$") {
            return;
        }
        let key = inner.split_once(',').map_or(inner, |(key, _)| key).trim_end();
        let known = self.catalog().condition_key(key).map(|found| found.key);
        if key.contains(' ') {
            self.unreadable_variable(key, span);
        } else if known.is_some_and(|known| known.multi_valued && !known.single_valued_too) {
            self.multi_valued_variable(key, span);
        } else if known.is_none() {
            self.unknown_key(key, span);
            // The key stands inside the braces of the variable, which a fix of the whole would take away.
            if let Some(diagnostic) = self.diagnostics.last_mut() {
                diagnostic.fixes.clear();
            }
        }
        if let Some((_, default)) = inner.split_once(',') {
            let default = default.trim();
            let quoted = default.len() >= 2 && default.starts_with('\'') && default.ends_with('\'');
            if !quoted {
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, span, "a variable's default stands in single quotes")
                        .help(format!("write `${{{key}, '{default}'}}`")),
                );
            }
        }
    }

    pub(crate) fn string_fault(&mut self, span: Span, fault: Fault) {
        match fault {
            Fault::Escape(range) => self.bad_escape(span, range),
            Fault::Unclosed(range) => self.report(
                Diagnostic::new(&checks::BAD_ESCAPE, part_of(span, range), "`${` has no `}`")
                    .help("write `$\\u{7b}` for a `${` that is meant as it stands"),
            ),
            Fault::NotAName(range) => self.report(
                Diagnostic::new(
                    &checks::BAD_ESCAPE,
                    part_of(span, range),
                    "this is neither a value nor a policy variable",
                )
                .note("`${name}` is a value of this workspace, `${aws:username}` a variable that AWS fills in"),
            ),
        }
    }

    fn bad_escape(&mut self, span: Span, range: Range<usize>) {
        self.report(
            Diagnostic::new(&checks::BAD_ESCAPE, part_of(span, range), "a string has no such escape")
                .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`"),
        );
    }

    pub(crate) fn expected(&mut self, what: &str, found: &Expr, span: Span) {
        self.error(&checks::MISMATCHED_TYPE, span, format!("expected {what}, found {}", found.describe()));
    }
}

/// The part of a string's token at `range` of its text.
pub(crate) fn part_of(token: Span, range: Range<usize>) -> Span {
    let offset = |at: usize| token.range.start() + TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    let (start, end) = (offset(range.start).min(token.range.end()), offset(range.end).min(token.range.end()));
    Span::new(token.file, TextRange::new(start, end.max(start)))
}

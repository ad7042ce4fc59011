//! `for`: items that are made once for each value of a list.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::{
    NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{AstNode, Expr, Exprs, ForItem, Item, Postfix},
};
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    names::{Declaration, DeclarationId, DeclarationKind, nearest},
    scope::{Binding, Environment, Reference, Target},
};

/// One turn of a `for`: where its variable is declared, and the value as it is written in `X["value"]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) variable: Span,
    pub(crate) value: Rc<str>,
}

/// The turn of the `for`s around a declaration that makes it.
#[derive(Debug)]
pub(crate) struct Turn {
    /// What all turns make.
    pub(crate) of: DeclarationId,
    /// The variables with their values.
    pub(crate) bindings: Rc<Vec<Binding>>,
    /// The turns, the outermost `for` first.
    pub(crate) keys: Rc<[Key]>,
    /// Where the value of the innermost `for` is written.
    pub(crate) value: Span,
}

/// What the turns of the `for`s around a declaration make of it.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// In the order of the turns.
    made: Vec<DeclarationId>,
    by_keys: HashMap<Vec<Rc<str>>, DeclarationId>,
}

/// A value that a `for` goes through.
struct Value {
    key: Rc<str>,
    argument: Expr,
    environment: Environment,
    /// The account that it is.
    account: Option<usize>,
    span: Span,
}

impl Lowerer<'_> {
    /// Declares what every turn of the `for` makes, and keeps the turns.
    pub(crate) fn expand(&mut self, environment: &Environment, item: &ForItem) {
        self.check_repeated(environment.module, item);
        let hides = self.hides_a_name(environment, item);
        let Some(name) = item.name() else { return };
        let variable = self.span(environment.module, name.text_range());
        let mut turns = Vec::new();
        let values = if hides { None } else { self.turns_of(environment, item, variable) };
        for (turn, value) in values.unwrap_or_default() {
            for inner in item.items() {
                match inner {
                    Item::For(inner) => self.expand(&turn, &inner),
                    Item::Declared(declared) => self.declare_turn(&turn, declared.name(), value),
                    Item::Let(declared) => self.declare_turn(&turn, declared.name(), value),
                    _ => {}
                }
            }
            turns.push(turn);
        }
        // Of a `for` that is too large nothing is made.
        if self.is_spent() {
            turns.clear();
        }
        self.turns.insert((variable, Rc::clone(&environment.turns)), turns);
    }

    /// Where the items of each turn stand, and where its value is written.
    fn turns_of(
        &mut self,
        environment: &Environment,
        item: &ForItem,
        variable: Span,
    ) -> Option<Vec<(Environment, Span)>> {
        let name = item.name()?.text().to_owned();
        let list = item.list()?;
        let span = self.span(environment.module, list.range());
        let values = self.values_of_for(environment, &list)?;
        if values.is_empty() {
            self.error(&checks::EMPTY_LIST, span, "this list has no values, so nothing is made");
            return None;
        }
        let mut seen: HashMap<Rc<str>, Span> = HashMap::new();
        let mut turns = Vec::new();
        for value in values {
            if let Some(first) = seen.insert(Rc::clone(&value.key), value.span) {
                let mut diagnostic = Diagnostic::new(
                    &checks::DUPLICATE_CLAUSE,
                    value.span,
                    format!("the value `{}` stands in this list twice", value.key),
                );
                if first != value.span {
                    diagnostic = diagnostic.related(first, "first listed here");
                }
                self.report(
                    diagnostic
                        .note("`for` makes its items once for each value, and they are told apart by it")
                        .help("leave one of them out"),
                );
                return None;
            }
            self.spend(item.items().count().max(1), value.span)?;
            let Value { key, argument, environment: of_value, account, .. } = value;
            let binding = Binding { name: name.clone(), argument, environment: of_value, account };
            let bindings = std::iter::once(binding).chain(environment.bindings.iter().cloned()).collect();
            let key = Key { variable, value: key };
            let turns_around = environment.turns.iter().cloned().chain([key]).collect();
            let turn = Environment { bindings: Rc::new(bindings), turns: turns_around, ..environment.clone() };
            turns.push((turn, value.span));
        }
        Some(turns)
    }

    fn declare_turn(&mut self, turn: &Environment, name: Option<iamx_syntax::SyntaxToken>, value: Span) {
        let Some(of) = name.and_then(|name| self.names.at(self.span(turn.module, name.text_range()))) else { return };
        let Some(Declaration { kind: DeclarationKind::Repeated(kind), .. }) = self.names.get(of) else { return };
        let kind = (**kind).clone();
        let keys: Vec<Rc<str>> = turn.turns.iter().map(|key| Rc::clone(&key.value)).collect();
        let own = Turn { of, bindings: Rc::clone(&turn.bindings), keys: Rc::clone(&turn.turns), value };
        let Some(id) = self.names.declare_turn(of, kind, own) else { return };
        let turns = self.repeated.entry(of).or_default();
        turns.made.push(id);
        turns.by_keys.insert(keys, id);
    }

    /// What can't stand in a `for`.
    fn check_repeated(&mut self, module: usize, item: &ForItem) {
        for inner in item.items() {
            let span = self.span(module, inner.range());
            let word = match inner {
                Item::Use(_) => "use",
                Item::Within(_) => "within",
                Item::Param(_) => "param",
                Item::Organization(_) => "organization",
                Item::Account(_) => "account",
                Item::Test(_) => "test",
                Item::Invariant(_) => "invariant",
                Item::Let(_) | Item::For(_) | Item::Declared(_) | Item::Grant(_) => continue,
            };
            self.report(
                Diagnostic::new(&checks::MISPLACED_ITEM, span, format!("`{word}` can't stand in a `for`"))
                    .note("there is one of it, whatever the list holds")
                    .help("move it out"),
            );
        }
    }

    /// Whether the variable has the name of something else, which is said.
    fn hides_a_name(&mut self, environment: &Environment, item: &ForItem) -> bool {
        let Some(name) = item.name() else { return false };
        let around = environment.bindings.iter().zip(environment.turns.iter().rev());
        let around = around.filter(|(binding, _)| binding.name == name.text()).map(|(_, key)| key.variable).next();
        let Some(first) = self.names.declared_at(environment.module, name.text()).or(around) else { return false };
        let span = self.span(environment.module, name.text_range());
        let message = format!("`{}` is declared twice in this module", name.text());
        self.report(
            Diagnostic::new(&checks::DUPLICATE_NAME, span, message)
                .label("declared again")
                .related(first, "first declared here")
                .help("give the variable another name"),
        );
        true
    }

    /// The values that a `for` goes through, those of lists in lists too.
    fn values_of_for(&mut self, environment: &Environment, expr: &Expr) -> Option<Vec<Value>> {
        let span = self.span(environment.module, expr.range());
        self.spend(1, span)?;
        let value = |key: &str, account| {
            let (argument, environment) = (expr.clone(), environment.clone());
            Value { key: key.into(), argument, environment, account, span }
        };
        let one = |key: &str| Some(vec![value(key, None)]);
        match expr {
            Expr::Bracketed(list) => match list.list() {
                Some(list) => self.listed_values_of_for(environment, &list),
                None => Some(Vec::new()),
            },
            Expr::String(_) => {
                let texts = self.strings(environment, expr, "a string")?;
                if let [text] = texts.as_slice() {
                    return one(&text.value);
                }
                let values = texts.into_iter().enumerate().map(|(index, text)| Value {
                    key: text.value.as_str().into(),
                    argument: expr.clone(),
                    environment: Environment { chosen: Some((span, index)), ..environment.clone() },
                    account: None,
                    span,
                });
                Some(values.collect())
            }
            Expr::Number(token) | Expr::Date(token) | Expr::Duration(token) | Expr::Word(token) | Expr::Bool(token) => {
                one(token.text())
            }
            Expr::Principal(group) if matches!(group.kind(), Some(SyntaxKind::OU_KW | SyntaxKind::ORGANIZATION_KW)) => {
                let accounts = self.accounts_of_group(environment, group)?;
                Some(accounts.into_iter().map(|account| value(&self.account_name(account), Some(account))).collect())
            }
            Expr::Principal(_) | Expr::Group(_) | Expr::Level(_) | Expr::CallIn(_) | Expr::Unchecked(_) => {
                one(&written(expr))
            }
            Expr::Except(list) => self.listed_values_of_for(environment, list),
            Expr::Call(call) => {
                let reference = self.resolve(environment, call)?;
                match (&reference.target, reference.rest.as_slice()) {
                    (Target::Argument(binding), []) => {
                        let values = self.values_of_for(&binding.environment, &binding.argument)?;
                        Some(values.into_iter().map(|value| Value { span, ..value }).collect())
                    }
                    (Target::Account(account), []) => Some(vec![value(&self.account_name(*account), Some(*account))]),
                    (Target::Declaration(id), _)
                        if self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Let(_))) =>
                    {
                        self.with_let(environment, *id, &reference, Self::listed_values_of_for)
                    }
                    (Target::Declaration(id), [])
                        if self.names.get(*id).is_some_and(|one| matches!(one.kind, DeclarationKind::Entity(..))) =>
                    {
                        one(&written(expr))
                    }
                    (Target::Service(_), [_, ..]) => one(&written(expr)),
                    (Target::Several(_) | Target::Organization | Target::Itself | Target::Service(_), _) => {
                        self.no_values(expr, span);
                        None
                    }
                    _ => {
                        let texts = self.referenced_strings(environment, &reference, "a list of values")?;
                        if let [text] = texts.as_slice() {
                            return one(&text.value);
                        }
                        self.no_values(expr, span);
                        None
                    }
                }
            }
            _ => {
                self.no_values(expr, span);
                None
            }
        }
    }

    fn listed_values_of_for(&mut self, environment: &Environment, list: &Exprs) -> Option<Vec<Value>> {
        let span = self.span(environment.module, list.range());
        let mut values = Vec::new();
        for item in list.items() {
            values.append(&mut self.values_of_for(environment, &item)?);
        }
        let mut excepted = Vec::new();
        for item in list.excepted() {
            excepted.append(&mut self.values_of_for(environment, &item)?);
        }
        if excepted.is_empty() {
            return Some(values);
        }
        if let Some(other) = values.iter().chain(&excepted).find(|value| value.account.is_none()) {
            let diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, other.span, "this is no account")
                .related(span, "a `for` goes through these")
                .note("in the list of a `for` `except` takes accounts from accounts")
                .help("list the values that are meant");
            self.report(diagnostic);
            return None;
        }
        let known: HashSet<_> = values.iter().map(|value| value.account).collect();
        if let Some(idle) = excepted.iter().find(|value| !known.contains(&value.account)) {
            let message = format!("`{}` isn't one of these accounts", idle.key);
            let diagnostic = Diagnostic::new(&checks::UNKNOWN_NAME, idle.span, message)
                .related(span, "what `except` takes from")
                .help("leave it out: there is nothing to take away");
            self.report(diagnostic);
            return None;
        }
        let excepted: HashSet<_> = excepted.into_iter().map(|value| value.account).collect();
        values.retain(|value| !excepted.contains(&value.account));
        if values.is_empty() {
            self.error(&checks::EMPTY_LIST, span, "`except` takes every account away");
            return None;
        }
        Some(values)
    }

    fn no_values(&mut self, expr: &Expr, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("`for` goes through a list of values, and this is {}", expr.describe()),
            )
            .help("write the values, as in `for team in [\"data\", \"web\"]`, or name a `let` of such a list"),
        );
    }

    /// `Deploy["data"]`, or plain `Deploy`: inside the `for` that makes it the one of the same turn, elsewhere all of them.
    pub(crate) fn resolve_repeated(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        mut rest: Vec<Postfix>,
        span: Span,
    ) -> Option<Reference> {
        let variables = self.names.variables(id)?;
        let mut keys: Vec<Rc<str>> = Vec::new();
        while let Some(Postfix::Index(node)) = rest.first().cloned() {
            rest.remove(0);
            if keys.len() == variables.len() {
                let at = crate::scope::within(span, node.text_range());
                let count = crate::scope::counted(variables.len(), "`for`");
                self.error(&checks::WRONG_ARITY, at, format!("this is made by {count}, and takes no further `[…]`"));
                return None;
            }
            let key = self.index(environment, &node)?;
            keys.push(key.as_str().into());
        }
        let Some(turns) = self.repeated.get(&id) else {
            if self.expanding {
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, span, "a `for` makes this, and none goes through it")
                        .help("name the list that the `for` goes through"),
                );
            }
            // A fault in the `for` was said.
            return None;
        };
        let given = keys.len();
        let same = |(key, turn): (&Rc<str>, (&Span, &Key))| *turn.0 == turn.1.variable && *key == turn.1.value;
        let around = || variables.iter().zip(environment.turns.iter());
        if keys.iter().zip(around()).filter(|pair| same((pair.0, pair.1))).count() == given {
            let own = around().skip(given).take_while(|(variable, key)| **variable == key.variable);
            keys.extend(own.map(|(_, key)| Rc::clone(&key.value)));
        }
        let found: Rc<[DeclarationId]> = if keys.len() == variables.len() {
            turns.by_keys.get(&keys).copied().into_iter().collect()
        } else {
            let fits = |id: &DeclarationId| {
                let turn = self.names.get(*id).and_then(|one| one.turn.as_ref());
                turn.is_some_and(|turn| turn.keys.iter().zip(&keys).all(|(one, wanted)| one.value == *wanted))
            };
            turns.made.iter().copied().filter(fits).collect()
        };
        match *found {
            [] => {
                self.no_such_turn(id, &keys, span);
                None
            }
            [one] => Some(Reference { target: Target::Declaration(one), rest, span, place: None }),
            _ if self.is_repeated_let(id) => {
                let name = self.names.get(id).map(|one| one.name.clone()).unwrap_or_default();
                self.report(
                    Diagnostic::new(
                        &checks::MISMATCHED_TYPE,
                        span,
                        format!("`{name}` is another thing in each turn of its `for`"),
                    )
                    .help(format!("say which: `{name}[\"…\"]`")),
                );
                None
            }
            _ => Some(Reference { target: Target::Several(found), rest, span, place: None }),
        }
    }

    /// What the turn of `environment` makes of the declaration, which stands in it.
    pub(crate) fn turn_of(&self, environment: &Environment, id: DeclarationId) -> Option<DeclarationId> {
        let keys: Vec<Rc<str>> = environment.turns.iter().map(|key| Rc::clone(&key.value)).collect();
        self.repeated.get(&id)?.by_keys.get(&keys).copied()
    }

    fn is_repeated_let(&self, id: DeclarationId) -> bool {
        self.names.get(id).is_some_and(
            |one| matches!(&one.kind, DeclarationKind::Repeated(kind) if matches!(**kind, DeclarationKind::Let(_))),
        )
    }

    /// The text in `["…"]`.
    fn index(&mut self, environment: &Environment, node: &SyntaxNode) -> Option<String> {
        let token = node
            .children_with_tokens()
            .filter_map(NodeOrToken::into_token)
            .find(|token| token.kind() == SyntaxKind::STRING)?;
        Some(self.one_string(environment, &Expr::String(token), "a value of the list")?.value)
    }

    fn no_such_turn(&mut self, id: DeclarationId, keys: &[Rc<str>], span: Span) {
        let Some(declaration) = self.names.get(id).cloned() else { return };
        let Some(turns) = self.repeated.get(&id) else { return };
        let turns: Vec<Rc<[Key]>> = turns
            .made
            .iter()
            .filter_map(|id| self.names.get(*id)?.turn.as_ref().map(|turn| Rc::clone(&turn.keys)))
            .collect();
        // The first of the values that no turn has, and what may stand there.
        let mut missing: Rc<str> = "".into();
        let mut known: HashSet<Rc<str>> = HashSet::new();
        for depth in 0..keys.len() {
            let before =
                |turn: &&Rc<[Key]>| turn.iter().zip(keys.iter().take(depth)).all(|(one, key)| one.value == *key);
            known = turns
                .iter()
                .filter(before)
                .filter_map(|turn| turn.get(depth))
                .map(|key| Rc::clone(&key.value))
                .collect();
            if let Some(key) = keys.get(depth)
                && !known.contains(key)
            {
                missing = Rc::clone(key);
                break;
            }
        }
        let message = format!("`{}` isn't made for the value `{missing}`", declaration.name);
        let mut diagnostic = Diagnostic::new(&checks::UNKNOWN_NAME, span, message)
            .related(declaration.span, "made by a `for` around it");
        if let Some(near) = nearest(&missing, known.into_iter().map(|key| key.to_string())) {
            diagnostic = diagnostic.help(format!("did you mean `{}[\"{near}\"]`?", declaration.name));
        }
        self.report(diagnostic);
    }
}

impl Declaration {
    /// Its name for a message: `Deploy`, `Deploy["data"]`.
    pub(crate) fn shown(&self) -> String {
        let keys = self.turn.iter().flat_map(|turn| turn.keys.iter());
        keys.fold(self.name.clone(), |shown, key| format!("{shown}[\"{}\"]", key.value))
    }

    /// The name for what has no name of its own in AWS, a file among them: `box`, and `box--data` where a `for` makes it for the
    /// value `data`. What a file's name can't hold everywhere is written as hexadecimal digits between underscores.
    pub(crate) fn name_with_values(&self) -> String {
        let stays = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let written = |byte: u8| if stays(&byte) { char::from(byte).to_string() } else { format!("_{byte:02x}_") };
        let mut name = self.name.clone();
        for key in self.turn.iter().flat_map(|turn| turn.keys.iter()) {
            name.push_str("--");
            name.extend(key.value.bytes().map(written));
        }
        name
    }
}

/// The text of `expr`, without blanks and comments.
fn written(expr: &Expr) -> String {
    let node = match expr {
        Expr::Call(call) => call.syntax().clone(),
        Expr::CallIn(call) => call.syntax().clone(),
        Expr::Principal(principal) => principal.syntax().clone(),
        Expr::Group(group) => group.syntax().clone(),
        Expr::Unchecked(node) => node.clone(),
        Expr::Level(token) => return token.text().to_owned(),
        _ => return String::new(),
    };
    let tokens = node.descendants_with_tokens().filter_map(NodeOrToken::into_token);
    let mut words: Vec<String> = Vec::new();
    let mut apart = false;
    for token in tokens {
        if token.kind().is_trivia() {
            apart = true;
            continue;
        }
        if apart && !words.is_empty() {
            words.push(" ".to_owned());
        }
        apart = false;
        words.push(token.text().to_owned());
    }
    words.concat()
}

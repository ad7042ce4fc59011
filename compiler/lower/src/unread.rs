//! What nothing uses: its words are looked up all the same.
//!
//! A `let` is evaluated where it is used, a policy with parameters where it is given some. Where that is nowhere the words
//! alone are looked at: actions, keys, types, names, strings. What depends on values is not.

use std::{collections::HashSet, rc::Rc};

use iamx_syntax::{
    NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, WalkEvent,
    ast::{AstNode, Call, DeclaredKind, Expr, Parameters, Path, Postfix, Principal, Raw, TypeRef},
};
use iamx_text::Span;

use crate::{
    actions::prefix_of,
    bounds,
    conditions::{Formula, operator_of},
    item_parts::is_resource_part,
    lowerer::Lowerer,
    names::{Declaration, DeclarationId, DeclarationKind},
    scope::{Binding, Environment, Reference, Target, within},
    statements::DocumentKind,
    strings::{self, Piece},
    values::part_of,
};

/// What a word `prefix:rest` is, by where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Action,
    Key,
    /// One of these two: only using it will tell.
    Either,
    /// The name of a condition operator.
    Operator,
}

/// The words that are being looked at.
struct Text {
    environment: Environment,
    /// The parameters around with their types, and the variables of the `for`s.
    parameters: Vec<(String, Option<TypeRef>)>,
    /// Whether it is a policy that only resources and roles include.
    is_template: bool,
}

/// Whether what a node holds is still to be looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Open,
    Done,
}

impl Lowerer<'_> {
    /// Looks up the words of everything that nothing uses.
    pub(crate) fn look_at_unread(&mut self) {
        let unread: Vec<DeclarationId> = (0..self.names.declarations.len())
            .map(DeclarationId)
            .filter(|id| !self.used.contains(id) && self.is_unread(*id))
            .collect();
        let mut looked_at = HashSet::new();
        for id in unread {
            let Some(span) = self.names.get(id).map(|declaration| declaration.span) else { continue };
            self.begin_item();
            self.look_into(id, span, &mut looked_at);
        }
    }

    /// Whether a declaration is evaluated nowhere but where it is used.
    fn is_unread(&mut self, id: DeclarationId) -> bool {
        let Some(declaration) = self.names.get(id) else { return false };
        if self.is_library(declaration.module) {
            return false;
        }
        match &declaration.kind {
            DeclarationKind::Let(_) => true,
            DeclarationKind::Entity(kind, item) => {
                let has_parameters = item.parameters().is_some();
                matches!(kind, DeclaredKind::Policy | DeclaredKind::Boundary)
                    && (has_parameters || self.is_template(id))
            }
            _ => false,
        }
    }

    fn look_into(&mut self, id: DeclarationId, span: Span, looked_at: &mut HashSet<DeclarationId>) {
        // A circle is found before what it leads back to is passed over.
        if self.enter(id, span).is_none() {
            return;
        }
        if looked_at.insert(id)
            && let Some(declaration) = self.names.get(id).cloned()
        {
            match &declaration.kind {
                DeclarationKind::Let(item) => {
                    let text = text_of(&declaration, item.parameters().as_ref(), false);
                    if let Some(value) = item.value() {
                        self.look_over(&text, value.syntax(), looked_at);
                    }
                }
                DeclarationKind::Entity(_, item) => {
                    let is_template = self.is_template(id);
                    let text = text_of(&declaration, item.parameters().as_ref(), is_template);
                    if let Some(body) = item.body() {
                        self.look_over(&text, body.syntax(), looked_at);
                    }
                }
                _ => {}
            }
        }
        self.leave();
    }

    fn look_over(&mut self, text: &Text, root: &SyntaxNode, looked_at: &mut HashSet<DeclarationId>) {
        let module = text.environment.module;
        if self.is_damaged(module, root.text_range()) {
            return;
        }
        let mut walk = root.preorder_with_tokens();
        while let Some(event) = walk.next() {
            match event {
                WalkEvent::Leave(_) => {}
                WalkEvent::Enter(NodeOrToken::Token(token)) => self.look_at_token(text, root, &token, looked_at),
                WalkEvent::Enter(NodeOrToken::Node(node)) => {
                    if self.look_at_node(text, &node, looked_at) == Inside::Done {
                        walk.skip_subtree();
                    }
                }
            }
        }
    }

    fn look_at_node(&mut self, text: &Text, node: &SyntaxNode, looked_at: &mut HashSet<DeclarationId>) -> Inside {
        let environment = &text.environment;
        let expr = || Expr::cast(node.clone().into());
        match node.kind() {
            SyntaxKind::GROUP => {
                if let Some(expr) = expr() {
                    let _ = self.actions(environment, &expr, None);
                }
                Inside::Done
            }
            SyntaxKind::RAW => {
                // What a template may say depends on what includes it.
                if let Some(raw) = Raw::cast(node.clone())
                    && !text.is_template
                {
                    let _ = self.raw(environment, &raw, DocumentKind::Identity, &Formula::ALWAYS);
                }
                Inside::Done
            }
            SyntaxKind::PRINCIPAL => {
                let Some(principal) = Principal::cast(node.clone()) else { return Inside::Open };
                if principal.kind() != Some(SyntaxKind::SERVICE_KW) {
                    return Inside::Open;
                }
                let is_plain = |target: &Expr| match target {
                    Expr::String(token) => !token.text().contains("${"),
                    Expr::Call(_) => true,
                    _ => false,
                };
                if principal.target().is_some_and(|target| is_plain(&target)) {
                    let _ = self.service_principal(environment, &principal);
                }
                Inside::Done
            }
            SyntaxKind::CALL => {
                if let Some(call) = Call::cast(node.clone()) {
                    self.look_at_call(text, &call, looked_at);
                }
                Inside::Open
            }
            SyntaxKind::PATH => {
                if let Some(path) = Path::cast(node.clone())
                    && let Some(reference) = self.resolve_path(environment, &path)
                {
                    self.look_behind(&reference, looked_at);
                }
                Inside::Done
            }
            // What `unchecked` accepts, and names of providers and of AWS's.
            SyntaxKind::UNCHECKED | SyntaxKind::CLAIM | SyntaxKind::AWS_REF | SyntaxKind::ATTRIBUTE => Inside::Done,
            _ => Inside::Open,
        }
    }

    fn look_at_token(
        &mut self,
        text: &Text,
        root: &SyntaxNode,
        token: &SyntaxToken,
        looked_at: &mut HashSet<DeclarationId>,
    ) {
        let environment = &text.environment;
        let span = self.span(environment.module, token.text_range());
        match token.kind() {
            SyntaxKind::WORD => self.look_at_word(environment, role(root, token), token, span),
            SyntaxKind::LEVEL => self.look_at_level(token, span),
            SyntaxKind::DURATION if bounds::seconds(token.text()).is_none() => self.bad_duration(token.text(), span),
            SyntaxKind::DATE if !bounds::is_date(token.text()) => self.bad_date(token.text(), span),
            SyntaxKind::STRING => match strings::pieces(token.text()) {
                Err(fault) => self.string_fault(span, fault),
                Ok(pieces) => {
                    for piece in pieces {
                        match piece {
                            Piece::Text(_) => {}
                            Piece::Variable(variable, range) => {
                                self.check_variable(&variable, part_of(span, range));
                            }
                            Piece::Value(names, range) => {
                                self.look_at_value(text, &names, part_of(span, range), looked_at);
                            }
                        }
                    }
                }
            },
            _ => {}
        }
    }

    fn look_at_word(&mut self, environment: &Environment, role: Role, token: &SyntaxToken, span: Span) {
        let Some((prefix, name)) = token.text().split_once(':') else { return };
        let is_action = || self.catalog().actions_matching(token.text()).next().is_some();
        let is_key = || self.catalog().condition_key(token.text()).is_some();
        let role = match role {
            Role::Either if is_action() || is_key() => return,
            Role::Either
                if self.catalog().nearest_action(token.text()).is_empty()
                    && !self.catalog().nearest_key(token.text()).is_empty() =>
            {
                Role::Key
            }
            role => role,
        };
        match role {
            Role::Operator if operator_of(token.text()).is_none() => self.unknown_operator(token.text(), span),
            Role::Operator => {}
            Role::Key => {
                let _ = self.key(environment, &Expr::Word(token.clone()));
            }
            Role::Action | Role::Either => {
                let _ = self.action(prefix, name, span, prefix_of(span, prefix));
            }
        }
    }

    fn look_at_level(&mut self, token: &SyntaxToken, span: Span) {
        let Some((prefix, word)) = token.text().split_once('@') else { return };
        let prefix = prefix.trim_end_matches(':');
        if self.known_level(word, span).is_some() && !prefix.is_empty() && !self.catalog().has_service(prefix) {
            self.unknown_service(prefix, prefix_of(span, prefix));
        }
    }

    /// `${name.part}` in a string.
    fn look_at_value(&mut self, text: &Text, names: &[String], span: Span, looked_at: &mut HashSet<DeclarationId>) {
        if names.first().is_some_and(|first| is_given(text, first)) {
            return;
        }
        if let Some(reference) = self.resolve_in_text(&text.environment, names, span) {
            self.look_behind(&reference, looked_at);
        }
    }

    fn look_at_call(&mut self, text: &Text, call: &Call, looked_at: &mut HashSet<DeclarationId>) {
        let Some(name) = call.name() else { return };
        let postfixes = call.postfixes();
        if let Some((_, type_ref)) = text.parameters.iter().find(|(known, _)| known == name.text()) {
            if let Some([service, type_name]) = type_ref.as_ref().map(TypeRef::words).as_deref() {
                self.look_at_children(&text.environment, service, type_name, &postfixes);
            }
            return;
        }
        if is_given(text, name.text()) {
            return;
        }
        let is_operator = matches!(postfixes.as_slice(), [Postfix::Arguments(_)]) && operator_of(name.text()).is_some();
        if is_operator {
            return;
        }
        if self.is_mistyped_operator(&text.environment, call) {
            let span = self.span(text.environment.module, name.text_range());
            self.unknown_operator(name.text(), span);
            return;
        }
        let Some(reference) = self.resolve(&text.environment, call) else { return };
        self.look_behind(&reference, looked_at);
        match &reference.target {
            Target::Service(prefix) => self.look_at_type(&text.environment, prefix, &reference),
            Target::Declaration(id) => {
                let words = match self.names.get(*id).map(|declaration| declaration.kind.clone()) {
                    Some(DeclarationKind::Entity(DeclaredKind::Resource, item)) => {
                        item.type_call().map(|call| call.words())
                    }
                    _ => None,
                };
                if let Some([service, type_name]) = words.as_deref() {
                    self.look_at_children(&text.environment, service, type_name, &reference.rest);
                }
            }
            _ => {}
        }
    }

    /// Goes into a `let` that a name stands for: what it stands for may lead back.
    fn look_behind(&mut self, reference: &Reference, looked_at: &mut HashSet<DeclarationId>) {
        if let Target::Declaration(id) = reference.target
            && self.is_unread(id)
        {
            self.look_into(id, reference.span, looked_at);
        }
    }

    /// `service.type(arguments).child(…)`.
    fn look_at_type(&mut self, environment: &Environment, prefix: &str, reference: &Reference) {
        let Some(service) = self.catalog().service(prefix) else { return };
        let Some((Postfix::Name(name), rest)) = reference.rest.split_first() else { return };
        let span = within(reference.span, name.text_range());
        let Some(resource_type) = service.resource_type(name.text()) else {
            self.unknown_type(service, name.text(), span);
            return;
        };
        let (given, rest) = match rest.split_first() {
            Some((Postfix::Arguments(arguments), rest)) => (arguments.arguments().len(), rest),
            _ => (0, rest),
        };
        if resource_type.arn_templates.iter().all(|template| template.arity() != given) {
            self.wrong_type_arguments(service, resource_type, &resource_type.arn_templates, given, span);
            return;
        }
        self.look_at_children(environment, prefix, name.text(), rest);
    }

    /// `.child(…)` behind a resource of that type.
    fn look_at_children(&mut self, environment: &Environment, prefix: &str, type_name: &str, postfixes: &[Postfix]) {
        let Some(service) = self.catalog().service(prefix) else { return };
        let Some(mut parent) = service.resource_type(type_name) else { return };
        for postfix in postfixes {
            let Postfix::Name(name) = postfix else { continue };
            if is_resource_part(name.text()) || name.text() == "arn" {
                return;
            }
            let Some(child) = service.children(parent).find(|child| child.resource_type.slug() == name.text()) else {
                let span = self.span(environment.module, name.text_range());
                self.no_such_child(service, parent, name.text(), span);
                return;
            };
            parent = child.resource_type;
        }
    }
}

fn text_of(declaration: &Declaration, parameters: Option<&Parameters>, is_template: bool) -> Text {
    let mut environment = Environment::of(declaration.module);
    let mut bindings = Vec::new();
    let mut given: Vec<(String, Option<TypeRef>)> = parameters
        .into_iter()
        .flat_map(Parameters::parameters)
        .filter_map(|parameter| Some((parameter.name()?.text().to_owned(), parameter.type_ref())))
        .collect();
    // What it will be given is known by its name alone, so anything stands for it.
    if let Some(argument) = anything() {
        bindings.extend(given.iter().map(|(name, _)| Binding {
            name: name.clone(),
            argument: argument.clone(),
            environment: environment.clone(),
            account: None,
        }));
    }
    if let Some(turn) = &declaration.turn {
        environment.turns = Rc::clone(&turn.keys);
        bindings.extend(turn.bindings.iter().cloned());
        given.extend(turn.bindings.iter().map(|variable| (variable.name.clone(), None)));
    }
    environment.bindings = Rc::new(bindings);
    Text { environment, parameters: given, is_template }
}

/// An expression that stands for whatever a parameter will be given.
fn anything() -> Option<Expr> {
    iamx_syntax::parse("let x = 0").syntax().descendants_with_tokens().find_map(Expr::cast)
}

/// Whether a name is no declaration's: a parameter, or what an item is given by where it is used.
fn is_given(text: &Text, name: &str) -> bool {
    matches!(name, "self" | "account") || text.parameters.iter().any(|(known, _)| known == name)
}

/// What `token` is, by where it stands in `root`.
fn role(root: &SyntaxNode, token: &SyntaxToken) -> Role {
    if token.parent().is_some_and(|parent| parent.kind() == SyntaxKind::WORD_CALL) {
        return Role::Operator;
    }
    for node in token.parent_ancestors().take_while(|node| node != root) {
        match node.kind() {
            SyntaxKind::PERMISSION => return Role::Action,
            SyntaxKind::WORD_CALL
            | SyntaxKind::TEST
            | SyntaxKind::EXISTS
            | SyntaxKind::NEGATION
            | SyntaxKind::CONDITION
            | SyntaxKind::WHEN_CLAUSE
            | SyntaxKind::UNLESS_CLAUSE
            | SyntaxKind::IF_STATEMENT => return Role::Key,
            SyntaxKind::ARGUMENTS => return Role::Either,
            _ => {}
        }
    }
    Role::Either
}

//! Statements of the source as statements of policy documents.

use iamx_catalog::ResourcePolicyForm;
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{
    ActionPattern, ConditionBlock, Document, Effect, Element, Principal, PrincipalElement, Sourced,
    Statement as PolicyStatement,
};
use iamx_syntax::{
    SyntaxKind, SyntaxToken,
    ast::{AstNode, Body, Call, Clause, DeclaredKind, Expr, Include, Permission, Statement},
};
use iamx_text::{Span, TextRange};

use crate::{
    actions::ActionSet,
    conditions::Formula,
    lowerer::Lowerer,
    names::DeclarationKind,
    principals::{NamedIn, PrincipalGroup, everyone},
    resources::ResourceSet,
    scope::{Environment, Target},
};

/// What a statement counts for: no document that AWS takes has a thousand.
pub(crate) const PARTS_OF_A_STATEMENT: usize = 100;

/// So many actions are named in a message.
const MAX_NAMED: usize = 3;

/// What a statement is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    /// An identity's inline policy, a managed policy, a boundary.
    Identity,
    /// A role's trust policy.
    Trust,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// The policy of a resource or account.
    Resource(&'static ResourcePolicyForm),
}

impl Lowerer<'_> {
    /// The statements of a body, each under the conditions of the `if`s around it.
    pub(crate) fn statements(
        &mut self,
        environment: &Environment,
        body: &Body,
        kind: DocumentKind,
        conditions: &Formula,
        document: &mut Document,
    ) {
        for statement in body.statements() {
            self.statement(environment, &statement, kind, conditions, document);
        }
    }

    pub(crate) fn statement(
        &mut self,
        environment: &Environment,
        statement: &Statement,
        kind: DocumentKind,
        conditions: &Formula,
        document: &mut Document,
    ) {
        match statement {
            Statement::Permission(permission) => {
                let lowered = self.permission(environment, permission, kind, conditions);
                document.statements.extend(lowered.unwrap_or_default());
            }
            Statement::If(statement) => {
                let (Some(condition), Some(body)) = (statement.condition(), statement.body()) else { return };
                let Some(more) = self.condition(environment, &condition) else { return };
                let both = Formula::all([conditions.clone(), more]);
                self.statements(environment, &body, kind, &both, document);
            }
            Statement::Include(include) => self.include(environment, include, kind, conditions, document),
            Statement::Raw(raw) => {
                let lowered = self.raw(environment, raw, kind, conditions);
                document.statements.extend(lowered.unwrap_or_default());
            }
        }
    }

    fn include(
        &mut self,
        environment: &Environment,
        include: &Include,
        kind: DocumentKind,
        conditions: &Formula,
        document: &mut Document,
    ) {
        if let Some(call) = include.call() {
            self.include_policy(environment, &call, kind, conditions, document);
        }
    }

    /// The statements of the policy that `call` names.
    pub(crate) fn include_policy(
        &mut self,
        environment: &Environment,
        call: &Call,
        kind: DocumentKind,
        conditions: &Formula,
        document: &mut Document,
    ) {
        let Some(reference) = self.resolve(environment, call) else { return };
        let declaration = match reference.target {
            Target::Declaration(id) => self.names.get(id).cloned().map(|declaration| (id, declaration)),
            _ => None,
        };
        let Some((id, declaration)) = declaration else {
            self.error(&checks::MISMATCHED_TYPE, reference.span, "expected a policy to include");
            return;
        };
        let DeclarationKind::Entity(DeclaredKind::Policy, item) = &declaration.kind else {
            let message = format!("expected a policy, and `{}` is {}", declaration.name, declaration.kind.describe());
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, reference.span, message)
                    .related(declaration.span, "declared here"),
            );
            return;
        };
        if !matches!(kind, DocumentKind::Trust | DocumentKind::Resource(_)) && self.is_template(id) {
            self.template_attached(&declaration.name, declaration.span, reference.span);
            return;
        }
        let arguments = match reference.only_arguments() {
            Ok(arguments) => arguments,
            Err(span) => {
                self.error(&checks::MISMATCHED_TYPE, span, "a policy has no parts");
                return;
            }
        };
        let Some(inner) = self.bind(environment, &declaration, arguments, reference.span) else {
            return;
        };
        let (Some(body), Some(end)) = (item.body(), self.item_end(&inner, item)) else { return };
        if self.enter(id, reference.span).is_some() {
            let both = Formula::all([conditions.clone(), end]);
            self.statements(&inner, &body, kind, &both, document);
            self.leave();
        }
    }

    /// The statements of a permission: one for each alternative of its condition.
    fn permission(
        &mut self,
        environment: &Environment,
        permission: &Permission,
        kind: DocumentKind,
        conditions: &Formula,
    ) -> Option<Vec<PolicyStatement>> {
        let span = self.span(environment.module, permission.range());
        self.spend(PARTS_OF_A_STATEMENT, span)?;
        if self.is_damaged(environment.module, permission.range()) || is_followed_by_junk(permission) {
            return None;
        }
        self.check_label(environment.module, permission.label())?;
        let effect = permission.effect()?;
        let effect_span = self.span(environment.module, effect.text_range());
        let effect = if effect.kind() == SyntaxKind::ALLOW_KW { Effect::Allow } else { Effect::Deny };
        let clauses = self.clauses(environment, permission.clauses())?;
        if !self.is_for_this_account(environment, &clauses, "say where the item lives with `in`")? {
            return Some(Vec::new());
        }
        let list = permission.actions()?;

        let groups = self.statement_principals(environment, &clauses, kind, effect, effect_span);
        let on = clauses.on.as_ref().map(|clause| self.said_resources(environment, clause, kind));
        let own = match kind {
            DocumentKind::Resource(form) if on.is_none() => self.own_resources(environment, form, effect_span),
            _ => None,
        };
        // What failed was said; the other parts are still looked at, so that each fault is said at once.
        let named = on.as_ref().and_then(Option::as_ref).or(own.as_ref());
        let actions = match kind {
            DocumentKind::Resource(form) => self.own_actions(environment, &list, named, form),
            _ => self.action_set(environment, &list, named),
        };
        let claims = match groups.as_deref() {
            Some([group]) => self.claims_of(&group.principals),
            _ => None,
        };
        let speaking = claims.map_or_else(|| environment.clone(), |prefix| environment.with_claims(&prefix));
        let condition = self.statement_condition(&speaking, &clauses, conditions);
        let callers = match (&clauses.to, kind) {
            (Some(clause), DocumentKind::Scp | DocumentKind::Rcp) => {
                self.guardrail_callers(environment, clause, effect)
            }
            _ => Some(Formula::ALWAYS),
        };
        let actions = actions?;
        let resources = match (on, kind) {
            (Some(None), _) => return None,
            (_, DocumentKind::Trust) => None,
            (Some(Some(set)), DocumentKind::Identity | DocumentKind::Scp | DocumentKind::Rcp) => {
                Some(self.asked_element(&set, &actions))
            }
            (None, DocumentKind::Scp | DocumentKind::Rcp) => {
                Some(self.asked_element(&ResourceSet::everything(effect_span), &actions))
            }
            (None, DocumentKind::Identity) => {
                let set = self.unsaid_resources(&actions, effect, effect_span)?;
                Some(self.asked_element(&set, &actions))
            }
            (said, DocumentKind::Resource(form)) => {
                self.own_element(environment, form, said.flatten(), &actions, effect_span)?
            }
        };
        let (condition, groups) = (Formula::all([condition?, callers?]), groups?);
        if effect == Effect::Deny {
            self.check_deny_for_all(&condition)?;
            self.check_rot(&actions, effect_span);
        }
        let mut statements = Vec::new();
        for group in groups {
            let named = !group.principals.is_empty();
            let statement = PolicyStatement {
                sid: permission.label().map(|label| label.text().trim_end_matches(':').to_owned()),
                effect,
                principal: named.then_some(PrincipalElement { negated: false, principals: group.principals }),
                actions: element(actions.negated, actions.patterns.clone()),
                resources: resources.clone(),
                conditions: ConditionBlock::default(),
                span,
                documentation: permission.documentation(),
            };
            let condition = Formula::all([condition.clone(), group.condition]);
            statements.extend(self.alternatives(&statement, &condition)?);
        }
        match kind {
            DocumentKind::Resource(form) => self.permissions(form, statements),
            _ => Some(statements),
        }
    }

    /// `statement` once for each alternative of `condition`, with that; never, where it never holds.
    pub(crate) fn alternatives(
        &mut self,
        statement: &PolicyStatement,
        condition: &Formula,
    ) -> Option<Vec<PolicyStatement>> {
        let blocks = self.compile(condition, statement.span)?;
        self.spend(blocks.len().saturating_sub(1).saturating_mul(PARTS_OF_A_STATEMENT), statement.span)?;
        Some(blocks.into_iter().map(|conditions| PolicyStatement { conditions, ..statement.clone() }).collect())
    }

    /// In a deny, a wildcard that was written out lets the actions pass that AWS adds.
    fn check_rot(&mut self, actions: &ActionSet, effect: Span) {
        if let Some(span) = actions.written_out.first() {
            let date = self.catalog_date();
            self.report(
                Diagnostic::new(
                    &checks::WILDCARD_ROT,
                    *span,
                    "this deny is written out as a list: actions that AWS adds to it later pass",
                )
                .related(effect, "denied here")
                .note("no form of IAM's says these actions without those after `except`")
                .note(date)
                .help("deny `* except …`, or the actions that matter by name; build again under each newer catalog"),
            );
        }
    }

    /// Whether the accounts of `only in` hold the one that this is made in.
    ///
    /// `place` says how what the statement is part of says where it lives.
    pub(crate) fn is_for_this_account(
        &mut self,
        environment: &Environment,
        clauses: &Clauses,
        place: &str,
    ) -> Option<bool> {
        let Some(clause) = &clauses.only else { return Some(true) };
        let accounts = self.scope_accounts(environment, &clause.scope()?)?;
        let Some(account) = environment.account() else {
            let at = self.span(environment.module, iamx_syntax::ast::significant_range(clause.syntax()));
            let note = "`only in` keeps a statement to some of the accounts that an item is made in";
            let message = match environment.assigned {
                Some(2..) => "what this is part of is the same in several accounts",
                _ => "what this is part of is made in no account",
            };
            self.no_account(environment, at, message, (note, place));
            return None;
        };
        Some(accounts.binary_search(&account).is_ok())
    }

    /// Whether IAM takes the label as a `Sid`.
    pub(crate) fn check_label(&mut self, module: usize, label: Option<SyntaxToken>) -> Option<()> {
        let Some(label) = label.filter(|label| label.text().contains(['_', '-'])) else { return Some(()) };
        let at = self.span(module, label.text_range());
        self.report(
            Diagnostic::new(&checks::INVALID_AWS_NAME, at, "a label is letters and digits")
                .note("it becomes the statement's `Sid`, which IAM takes in no other form"),
        );
        None
    }

    /// What stands after `on`. A trust policy is about its role, which needn't be said and can't be anything else.
    fn said_resources(
        &mut self,
        environment: &Environment,
        clause: &Clause,
        kind: DocumentKind,
    ) -> Option<ResourceSet> {
        let list = clause.list()?;
        if kind != DocumentKind::Trust {
            return self.resource_set(environment, &list);
        }
        if let [Expr::Call(call)] = list.items().as_slice()
            && list.excepted().is_empty()
            && call.name().is_some_and(|name| name.text() == "self")
            && call.postfixes().is_empty()
        {
            return Some(ResourceSet::everything(self.span(environment.module, call.range())));
        }
        let at = self.span(environment.module, clause.syntax().text_range());
        self.report(
            Diagnostic::new(&checks::MISPLACED_MEMBER, at, "a trust policy's statements name no resource")
                .note("the resource is the role itself")
                .fix("leave `on` out", at, "", Applicability::Safe),
        );
        None
    }

    /// Whom the statement is about, by the statements that this takes; in a policy of an identity one that names nobody.
    fn statement_principals(
        &mut self,
        environment: &Environment,
        clauses: &Clauses,
        kind: DocumentKind,
        effect: Effect,
        effect_span: Span,
    ) -> Option<Vec<PrincipalGroup>> {
        let named_in = match kind {
            DocumentKind::Trust => NamedIn::Trust,
            DocumentKind::Resource(form) => NamedIn::Resource(form),
            // Whom `to` names in a guardrail is a condition.
            DocumentKind::Scp => return Some(vec![PrincipalGroup::nobody()]),
            DocumentKind::Rcp => return Some(vec![PrincipalGroup::of(Principal::Everyone, effect_span)]),
            DocumentKind::Identity => {
                let Some(clause) = &clauses.to else { return Some(vec![PrincipalGroup::nobody()]) };
                let at = self.span(environment.module, clause.syntax().text_range());
                self.report(
                    Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, at, "an identity policy names no principal")
                        .note("it is about whoever it is attached to")
                        .fix("leave `to` out", at, "", Applicability::Unsafe)
                        .help("attach the policy to whom it is meant for"),
                );
                return None;
            }
        };
        if let Some(clause) = &clauses.to {
            return self.principals(environment, &clause.list()?, named_in, effect);
        }
        let (what, help) = match kind {
            DocumentKind::Resource(form) if form.about_others => {
                return Some(vec![PrincipalGroup::of(everyone(named_in), effect_span)]);
            }
            DocumentKind::Resource(_) => ("a resource policy", "add `to`, as in `to account partner`"),
            _ => ("a trust policy", "add `to`, as in `to service ec2`"),
        };
        self.report(
            Diagnostic::new(
                &checks::MISSING_PRINCIPAL,
                effect_span,
                format!("{what}'s statement says whom it is about"),
            )
            .help(help),
        );
        None
    }

    /// All that must hold: the `if`s around, `when`, not `unless`, before `until`.
    pub(crate) fn statement_condition(
        &mut self,
        environment: &Environment,
        clauses: &Clauses,
        conditions: &Formula,
    ) -> Option<Formula> {
        self.written_ors.clear();
        self.empty_lists.clear();
        let mut all = Vec::new();
        if let Some(expr) = clauses.when.as_ref().map(Clause::expression) {
            all.push(expr.and_then(|expr| self.condition(environment, &expr)));
        }
        if let Some(expr) = clauses.unless.as_ref().map(Clause::expression) {
            all.push(expr.and_then(|expr| {
                let formula = self.condition(environment, &expr)?;
                self.exception(&formula, self.span(environment.module, expr.range()))
            }));
        }
        if let Some(clause) = &clauses.until {
            all.push(self.until(environment, clause));
        }
        // What failed was said; the others were looked at all the same, so that each fault is said at once.
        let own = Formula::all(all.into_iter().collect::<Option<Vec<_>>>()?);
        let when = clauses.when.as_ref().and_then(Clause::expression).map(|expr| expr.range());
        let written = [&clauses.when, &clauses.unless, &clauses.until].into_iter().flatten();
        let ranges = written.map(|clause| clause.syntax().text_range());
        let (module, whole) = (environment.module, ranges.reduce(TextRange::cover));
        let at = |range: Option<TextRange>| range.map(|range| self.span(module, range));
        let (when, whole) = (at(when), at(whole));
        self.find_dead_alternatives(environment, &own, when, whole);
        Some(Formula::all([conditions.clone(), own]))
    }

    /// The resources of a statement that says none: `*` where nothing else can be meant.
    fn unsaid_resources(&mut self, actions: &ActionSet, effect: Effect, span: Span) -> Option<ResourceSet> {
        if effect == Effect::Deny || self.takes_only_star(actions) {
            return Some(ResourceSet::everything(span));
        }
        let catalog = self.catalog();
        let on_resources = |pattern: &&Sourced<ActionPattern>| {
            let written = pattern.value.to_string();
            actions.negated || catalog.actions_matching(&written).any(|(_, action)| !action.resource_types.is_empty())
        };
        let named: Vec<_> =
            actions.patterns.iter().filter(on_resources).map(|one| format!("`{}`", one.value)).collect();
        let more = named.len().saturating_sub(MAX_NAMED);
        let mut listed = named.into_iter().take(MAX_NAMED).collect::<Vec<_>>().join(", ");
        if more > 0 {
            listed = format!("{listed} and {more} more");
        }
        let note = if actions.negated {
            "actions of all services but some are about resources".to_owned()
        } else {
            format!("AWS decides resource by resource on {listed}")
        };
        self.report(
            Diagnostic::new(&checks::MISSING_RESOURCE, span, "this says not on which resources")
                .note(note)
                .help("add `on` and the resources; all of them are `on *`"),
        );
        None
    }

    /// The clauses by kind, each at most once.
    pub(crate) fn clauses(
        &mut self,
        environment: &Environment,
        clauses: impl Iterator<Item = Clause>,
    ) -> Option<Clauses> {
        let mut sorted = Clauses::default();
        let mut whole = true;
        for clause in clauses {
            let slot = match &clause {
                Clause::On(_) => &mut sorted.on,
                Clause::To(_) => &mut sorted.to,
                Clause::When(_) => &mut sorted.when,
                Clause::Unless(_) => &mut sorted.unless,
                Clause::Until(_) => &mut sorted.until,
                Clause::Only(_) => &mut sorted.only,
            };
            if let Some(first) = slot {
                let word = clause.word();
                let first = self.span(environment.module, first.syntax().text_range());
                let span = self.span(environment.module, clause.syntax().text_range());
                self.report(
                    Diagnostic::new(
                        &checks::DUPLICATE_CLAUSE,
                        span,
                        format!("`{word}` stands twice in this statement"),
                    )
                    .related(first, "the first one")
                    .help(match word {
                        "when" | "unless" => "join the conditions with `and`",
                        _ => "put both into one list",
                    }),
                );
                whole = false;
                continue;
            }
            *slot = Some(clause);
        }
        whole.then_some(sorted)
    }
}

/// Whether text that fits nowhere stands behind the statement on its line.
fn is_followed_by_junk(permission: &Permission) -> bool {
    let mut next = permission.syntax().next_sibling_or_token();
    while let Some(element) = next {
        if element.kind() == SyntaxKind::ERROR {
            return true;
        }
        let goes_on = element.as_token().is_some_and(|token| token.kind().is_trivia() && !token.text().contains('\n'));
        if !goes_on {
            return false;
        }
        next = element.next_sibling_or_token();
    }
    false
}

/// A statement's clauses by kind.
#[derive(Debug, Default)]
pub(crate) struct Clauses {
    pub(crate) on: Option<Clause>,
    pub(crate) to: Option<Clause>,
    pub(crate) when: Option<Clause>,
    pub(crate) unless: Option<Clause>,
    pub(crate) until: Option<Clause>,
    pub(crate) only: Option<Clause>,
}

fn element<T: Eq + std::hash::Hash>(negated: bool, patterns: Vec<Sourced<T>>) -> Element<T> {
    if negated { Element::except(patterns) } else { Element::of(patterns) }
}

/// Makes the statement ids of a document unique: those that clash are numbered, in their order.
pub(crate) fn number_sids(document: &mut Document) {
    let sids: Vec<String> = document.statements.iter().filter_map(|statement| statement.sid.clone()).collect();
    let mut taken: Vec<String> = sids.clone();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for statement in &mut document.statements {
        let Some(sid) = &mut statement.sid else { continue };
        if sids.iter().filter(|other| *other == sid).count() < 2 {
            continue;
        }
        let index = counts.iter().position(|(name, _)| name == sid).unwrap_or_else(|| {
            counts.push((sid.clone(), 0));
            counts.len() - 1
        });
        let Some((name, count)) = counts.get_mut(index) else { continue };
        let numbered = loop {
            *count += 1;
            let numbered = format!("{name}{count}");
            if !taken.contains(&numbered) {
                break numbered;
            }
        };
        taken.push(numbered.clone());
        *sid = numbered;
    }
}

//! `trust`: who may assume a role.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{
    ActionPattern, ConditionBlock, Document, Effect, Element, PrincipalElement, Sourced, Statement as PolicyStatement,
};
use iamx_syntax::ast::{AstNode, Clause, Trust};
use iamx_text::Span;

use crate::{
    Brought,
    conditions::Formula,
    lowerer::Lowerer,
    principals::{NamedIn, PrincipalGroup},
    scope::Environment,
    statements::DocumentKind,
};

impl Lowerer<'_> {
    pub(crate) fn trust(&mut self, environment: &Environment, member: &Trust, document: &mut Document) {
        if let Some(body) = member.body() {
            self.statements(environment, &body, DocumentKind::Trust, &Formula::ALWAYS, document);
            return;
        }
        let Some(list) = member.principals() else { return };
        let span = self.span(environment.module, member.range());
        let Some(groups) = self.principals(environment, &list, NamedIn::Trust, Effect::Allow) else { return };
        let mut actions = Vec::new();
        for name in member.with().unwrap_or_default() {
            let at = self.span(environment.module, name.text_range());
            let Some(Brought { action, .. }) = Brought::named(name.text()) else {
                self.report(
                    Diagnostic::new(&checks::UNKNOWN_NAME, at, format!("a session carries no `{}`", name.text()))
                        .help("what it may carry is `session-tags` and `source-identity`"),
                );
                return;
            };
            if actions.contains(action) {
                self.error(&checks::DUPLICATE_CLAUSE, at, format!("`{}` is said twice", name.text()));
                return;
            }
            actions.push(*action);
        }
        for PrincipalGroup { principals, condition } in groups {
            for entrance in self.entrances(principals).unwrap_or_default() {
                let environment = match &entrance.claims {
                    Some(prefix) => environment.with_claims(prefix),
                    None => environment.clone(),
                };
                let actions: Vec<_> = [entrance.action].into_iter().chain(actions.iter().copied()).collect();
                let around = Formula::all([entrance.condition, condition.clone()]);
                let statements = self.trust_statements(&environment, member, span, &actions, &around);
                // Principals of different kinds stand in one statement: the principal element takes a list of each.
                let principal = PrincipalElement { negated: false, principals: entrance.principals };
                let statements = statements.unwrap_or_default().into_iter();
                document
                    .statements
                    .extend(statements.map(|rest| PolicyStatement { principal: Some(principal.clone()), ..rest }));
            }
        }
    }

    /// The statements of a trust, still without its principals: one for each alternative of its condition.
    pub(crate) fn trust_statements(
        &mut self,
        environment: &Environment,
        member: &Trust,
        span: Span,
        actions: &[&str],
        around: &Formula,
    ) -> Option<Vec<PolicyStatement>> {
        let clauses: Vec<Clause> = member.clauses().collect();
        for clause in &clauses {
            if matches!(clause, Clause::On(_) | Clause::To(_)) {
                let at = self.span(environment.module, clause.syntax().text_range());
                self.error(&checks::MISPLACED_MEMBER, at, format!("`trust` takes no `{}`", clause.word()));
                return None;
            }
        }
        let clauses = self.clauses(environment, clauses.into_iter())?;
        if !self.is_for_this_account(environment, &clauses, "say where the item lives with `in`")? {
            return Some(Vec::new());
        }
        let condition = self.statement_condition(environment, &clauses, around)?;
        let patterns = actions.iter().map(|name| Sourced::new(ActionPattern::new("sts", *name), span)).collect();
        let statement = PolicyStatement {
            sid: None,
            effect: Effect::Allow,
            principal: None,
            actions: Element::of(patterns),
            resources: None,
            conditions: ConditionBlock::default(),
            span,
            documentation: iamx_syntax::ast::documentation(member.syntax()),
        };
        self.alternatives(&statement, &condition)
    }
}

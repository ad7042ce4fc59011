//! `grant assume`: the trust of a role and the permission of who may assume it.
//!
//! In one account the trust alone suffices, since it names the caller; across accounts both must allow.

use std::collections::HashSet;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{
    ActionPattern, ConditionBlock, Effect, Element, Principal as PolicyPrincipal, PrincipalElement, Sourced, Statement,
};
use iamx_syntax::ast::{AstNode, DeclaredKind, Exprs, Grant};
use iamx_text::Span;

use super::{Holder, Made, grantees::Grantee, same_caller::same_caller};
use crate::{
    Brought,
    conditions::Formula,
    lowerer::Lowerer,
    named_lists::{ListOf, Written},
    principals::Conditioned,
    scope::Environment,
};

const ROLES: ListOf = ListOf {
    what: "a role",
    services: false,
    no_except: (&checks::MISMATCHED_TYPE, "`assume` takes roles, and no `except`"),
};

/// What a grant lets whom do, before it is written.
struct Assumption {
    roles: Vec<GrantedRole>,
    callers: Vec<Caller>,
    condition: Formula,
    span: Span,
    documentation: Option<String>,
}

/// A role that is granted.
struct GrantedRole {
    /// Its position in [`crate::Program::roles`].
    index: usize,
    account: Option<usize>,
    arn: String,
    /// How many statements its trust has from its own body.
    own_statements: usize,
}

/// Whom it is granted to.
struct Caller {
    account: Option<usize>,
    holder: Holder,
    /// The principals that stand for it in a trust policy, each with what says who is meant.
    principals: Vec<Conditioned>,
    /// Whether a trust policy can't name it, so that its own policy has to allow the call in the same account too.
    by_account: bool,
    /// What its own policy asks beside.
    own_condition: Formula,
}

impl Lowerer<'_> {
    pub(super) fn grant_assume(&mut self, environment: &Environment, grant: &Grant, roles: &Exprs, made: &Made) {
        if let Some(assumption) = self.assumption(environment, grant, roles, made) {
            self.write_assumption(&assumption);
        }
    }

    fn assumption(
        &mut self,
        environment: &Environment,
        grant: &Grant,
        roles: &Exprs,
        made: &Made,
    ) -> Option<Assumption> {
        let span = self.span(environment.module, grant.range());
        let clauses = self.clauses(environment, grant.clauses())?;
        if let Some(on) = &clauses.on {
            let at = self.span(environment.module, on.syntax().text_range());
            self.error(&checks::MISPLACED_MEMBER, at, "`grant assume` takes no `on`: the role is said after `assume`");
            return None;
        }
        if !self.is_for_this_account(environment, &clauses, "begin the file with `within` and its accounts")? {
            return None;
        }
        let roles = self.each_of(environment, roles, ROLES, &mut |lowerer, environment, written| {
            lowerer.granted_roles(environment, written, made)
        });
        let Some(to) = &clauses.to else {
            self.no_one_named(span);
            return None;
        };
        let grantees = self.grantees(environment, &to.list()?, true);
        let condition = self.statement_condition(environment, &clauses, &Formula::ALWAYS)?;
        let (roles, grantees) = (roles?, grantees?);
        self.check_sent(&condition, &["sts:AssumeRole"], span)?;
        self.spend(roles.len().saturating_mul(grantees.len()), span)?;
        let callers = grantees.iter().map(|grantee| self.caller_of(grantee)).collect::<Option<Vec<_>>>()?;
        let documentation = iamx_syntax::ast::documentation(grant.syntax());
        Some(Assumption { roles, callers, condition, span, documentation })
    }

    fn caller_of(&mut self, grantee: &Grantee) -> Option<Caller> {
        let named = self.named(grantee)?.into_iter();
        Some(Caller {
            account: grantee.account,
            holder: grantee.holder()?,
            principals: named.map(|(who, condition)| (who, Formula::all([condition, grantee.end.clone()]))).collect(),
            by_account: self.is_by_account(grantee),
            own_condition: grantee.in_own_policy(),
        })
    }

    fn granted_roles(
        &mut self,
        environment: &Environment,
        written: &Written<'_>,
        made: &Made,
    ) -> Option<Vec<GrantedRole>> {
        let Some(reference) = written.reference else {
            self.expected("a role", written.expr, written.span);
            return None;
        };
        let mut roles = Vec::new();
        for item in self.items_of_kind(environment, reference, DeclaredKind::Role, "a role", written.span)? {
            let arn = self.item_resource(item, reference.span)?.arn;
            // One that couldn't be made was spoken of there.
            let index = *self.entities.get(&item)?;
            let own_statements = made.trusts.get(index).copied().unwrap_or_default();
            roles.push(GrantedRole { index, account: item.account, arn, own_statements });
        }
        Some(roles)
    }

    fn write_assumption(&mut self, assumption: &Assumption) {
        for role in &assumption.roles {
            self.write_trust(assumption, role);
        }
        let mut holders: Vec<(&Caller, Vec<&str>)> = Vec::new();
        for caller in &assumption.callers {
            let roles = assumption.roles.iter().filter(|role| caller.by_account || role.account != caller.account);
            let arns: Vec<_> = roles.map(|role| role.arn.as_str()).collect();
            match holders.iter_mut().find(|(other, _)| other.holder == caller.holder) {
                // A permission set is several callers, one an account, and one policy.
                Some((_, known)) => known.extend(arns),
                None => holders.push((caller, arns)),
            }
        }
        for (caller, arns) in holders {
            if !arns.is_empty() {
                self.write_permission(assumption, caller, &arns);
            }
        }
    }

    fn write_trust(&mut self, assumption: &Assumption, role: &GrantedRole) {
        let principals = assumption.callers.iter().flat_map(|caller| caller.principals.iter().cloned());
        let mut written = Vec::new();
        for (principals, condition) in by_statement(principals.collect()) {
            let element = PrincipalElement { negated: false, principals };
            let statement = Statement { principal: Some(element), ..permission(None, assumption) };
            let condition = Formula::all([assumption.condition.clone(), condition]);
            let Some(statements) = self.alternatives(&statement, &condition) else { return };
            written.extend(statements);
        }
        self.check_not_trusted(role, &written);
        if let Some(role) = self.program.roles.get_mut(role.index) {
            Self::add_statements(&mut role.trust, written.into_iter().map(bringing).collect());
        }
    }

    /// Whoever a `trust` lets in needs no grant.
    fn check_not_trusted(&mut self, role: &GrantedRole, granted: &[Statement]) {
        let Some(trusted) = self.program.roles.get(role.index) else { return };
        let mut own = trusted.trust.statements.iter().take(role.own_statements);
        let twice = own.find_map(|trust| {
            let principal = granted.iter().find_map(|statement| same_caller(statement, trust))?;
            Some((principal.span, trust.span))
        });
        if let Some((principal, trust)) = twice {
            let name = trusted.identity.name.clone();
            self.report(
                Diagnostic::new(
                    &checks::GRANTED_AND_TRUSTED,
                    principal,
                    format!("`{name}` trusts this caller already"),
                )
                .related(trust, "trusted here")
                .note("either lets the caller in, so the wider of the two conditions holds")
                .help("keep the grant, which writes the caller's side too, and take the caller out of the trust"),
            );
        }
    }

    fn write_permission(&mut self, assumption: &Assumption, caller: &Caller, arns: &[&str]) {
        let resources: Vec<_> = arns.iter().map(|arn| Sourced::new((*arn).to_owned(), assumption.span)).collect();
        let statement = permission(Some(Element::of(resources)), assumption);
        let condition = Formula::all([assumption.condition.clone(), caller.own_condition.clone()]);
        let Some(statements) = self.alternatives(&statement, &condition) else { return };
        if let Some(inline) = self.inline_of(caller.holder) {
            Self::add_statements(inline, statements.into_iter().map(bringing).collect());
        }
    }
}

/// The principals by the statements that they take: those under one condition, or under none, stand in one; each once.
pub(super) fn by_statement(named: Vec<Conditioned>) -> Vec<(Vec<Sourced<PolicyPrincipal>>, Formula)> {
    let mut groups: Vec<(Vec<Sourced<PolicyPrincipal>>, Formula)> = Vec::new();
    for (principal, condition) in named {
        match groups.iter_mut().find(|(_, other)| other.is_same(&condition)) {
            Some((principals, _)) => principals.push(principal),
            None => groups.push((vec![principal], condition)),
        }
    }
    for (principals, _) in &mut groups {
        let mut seen = HashSet::new();
        principals.retain(|principal| seen.insert(principal.value.clone()));
    }
    groups
}

/// The statement with the actions that a caller needs for what its conditions demand of it: session tags, a source identity.
fn bringing(mut statement: Statement) -> Statement {
    let span = statement.span;
    let mut demanded: Vec<&str> = Vec::new();
    for brought in statement.conditions.entries.iter().filter_map(Brought::demanded_by) {
        if !demanded.contains(&brought.action) {
            demanded.push(brought.action);
        }
    }
    let actions = demanded.into_iter().map(|action| Sourced::new(ActionPattern::new("sts", action), span));
    statement.actions.patterns.extend(actions);
    statement
}

/// An allow of `sts:AssumeRole`.
fn permission(resources: Option<Element<String>>, assumption: &Assumption) -> Statement {
    let action = Sourced::new(ActionPattern::new("sts", "AssumeRole"), assumption.span);
    Statement {
        sid: None,
        effect: Effect::Allow,
        principal: None,
        actions: Element::of(vec![action]),
        resources,
        conditions: ConditionBlock::default(),
        span: assumption.span,
        documentation: assumption.documentation.clone(),
    }
}

//! `grant assume`: the trust of a role and the permission of who may assume it, from one line.
//!
//! In one account the trust alone suffices, since it names the caller; across accounts both must allow.
//! See [cross-account evaluation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html).

mod callers;

use std::collections::HashMap;

use iamx_diagnostic::{Diagnostic, Severity, checks};
use iamx_policy::{
    ActionPattern, ConditionBlock, Effect, Element, Principal as PolicyPrincipal, PrincipalElement, Sourced, Statement,
};
use iamx_syntax::ast::{AstNode, DeclaredKind, Expr, Exprs, Grant};
use iamx_text::Span;

use crate::{
    IdentityKind,
    accounts::SaidHomes,
    conditions::Formula,
    lowerer::Lowerer,
    names::DeclarationKind,
    scope::{Environment, Target},
};

/// What a grant lets whom do, before it is written.
struct Assumption {
    roles: Vec<GrantedRole>,
    callers: Vec<Caller>,
    condition: Formula,
    span: Span,
}

/// A role that is granted.
struct GrantedRole {
    /// Its position among the program's roles.
    index: usize,
    account: Option<usize>,
    arn: String,
    /// How many statements its trust has from its own body.
    own_statements: usize,
}

/// Whom a grant is to.
struct Caller {
    account: Option<usize>,
    holder: Holder,
    /// The principals that stand for it in a trust policy.
    principals: Vec<Sourced<PolicyPrincipal>>,
    /// What says who of the principals is meant.
    condition: Formula,
    /// Whether a trust policy can't name it, so that its own policy has to allow the call in the same account too.
    by_account: bool,
}

/// Whose own policy allows the call.
#[derive(Clone, Copy)]
enum Holder {
    /// By its position among the program's entities of the kind.
    Identity(IdentityKind, usize),
    PermissionSet(usize),
}

impl Lowerer<'_> {
    /// Writes what the grants say, once every identity is made; then says which roles nobody may assume.
    pub(crate) fn write_grants(&mut self) {
        let own_statements: Vec<_> = self.program.roles.iter().map(|role| role.trust.statements.len()).collect();
        for (environment, grant) in std::mem::take(&mut self.grants) {
            if self.is_damaged(environment.module, grant.range()) {
                continue;
            }
            // As an item it belongs to the accounts of its module's `within`, and speaks in each of them.
            let homes = match self.within.get(environment.module).cloned() {
                Some(SaidHomes::Fault) => continue,
                Some(SaidHomes::Accounts(homes)) => homes,
                Some(SaidHomes::Unsaid) | None => std::rc::Rc::from([self.default_account()]),
            };
            for account in homes.iter() {
                self.begin_item();
                let assumption = self.assumption(&environment.in_account(*account), &grant, &own_statements);
                if let Some(Some(assumption)) = assumption {
                    self.write(&assumption);
                }
            }
        }
        let errors = self.errors();
        for (item, declared) in std::mem::take(&mut self.untrusting) {
            let role = self.entities.get(&item).and_then(|index| self.program.roles.get(*index));
            // A grant that has a fault may be the one that is missing.
            if errors == 0
                && let Some(role) = role.filter(|role| role.trust.statements.is_empty())
            {
                self.nobody_assumes(&declared, role.identity.span);
            }
        }
    }

    pub(crate) fn nobody_assumes(&mut self, declared: &str, span: Span) {
        self.report(
            Diagnostic::new(&checks::MISSING_PRINCIPAL, span, format!("nobody may assume `{declared}`"))
                .note("IAM makes no role without a trust policy")
                .help("say who may: `trust service ec2`, `trust account partner`, `trust role Deploy`"),
        );
    }

    /// What the grant says; the inner `None` where `only in` leaves this account out.
    #[allow(clippy::option_option, reason = "the outer one says that something is wrong")]
    fn assumption(
        &mut self,
        environment: &Environment,
        grant: &Grant,
        own_statements: &[usize],
    ) -> Option<Option<Assumption>> {
        let span = self.span(environment.module, grant.range());
        let Some(roles) = grant.assumed() else {
            self.not_yet(environment.module, grant.syntax(), "`grant` of actions");
            return None;
        };
        let clauses = self.clauses(environment, grant.clauses())?;
        if let Some(on) = &clauses.on {
            let at = self.span(environment.module, on.syntax().text_range());
            self.error(&checks::MISPLACED_MEMBER, at, "`grant assume` takes no `on`: the role is said after `assume`");
            return None;
        }
        if !self.is_for_this_account(environment, &clauses)? {
            return Some(None);
        }
        let roles = self.granted_roles(environment, &roles, own_statements);
        let Some(to) = &clauses.to else {
            self.report(
                Diagnostic::new(&checks::MISSING_PRINCIPAL, span, "this grant says not to whom")
                    .help("add `to`, as in `to group DevOps`"),
            );
            return None;
        };
        let callers = self.callers_of_grant(environment, &to.list()?);
        let condition = self.statement_condition(environment, &clauses, &Formula::ALWAYS)?;
        let (roles, callers) = (roles?, callers?);
        self.check_sent(&condition, span)?;
        self.spend(roles.len().saturating_mul(callers.len()), span)?;
        Some(Some(Assumption { roles, callers, condition, span }))
    }

    /// Neither end can see a key that `sts:AssumeRole` never sends.
    fn check_sent(&mut self, condition: &Formula, span: Span) -> Option<()> {
        let mut right = true;
        for block in self.compile(condition, span)? {
            for entry in block.entries {
                let Some(found) = self.catalog().condition_key(&entry.key) else { continue };
                let action = self.catalog().service("sts").zip(self.catalog().action("sts:AssumeRole"));
                let sent = action.is_some_and(|(service, action)| {
                    service.keys_of(action).iter().any(|key| key.eq_ignore_ascii_case(&found.key.name))
                });
                if found.key.global || sent {
                    continue;
                }
                right = false;
                let message = format!("neither end of this grant sees `{}`", entry.key);
                let mut diagnostic = Diagnostic::new(&checks::CONDITION_KEY_NOT_SENT, entry.span, message)
                    .label("absent from every request for `sts:AssumeRole`")
                    .note(self.catalog_date());
                diagnostic.severity = Severity::Error;
                self.report(diagnostic);
            }
        }
        right.then_some(())
    }

    fn granted_roles(
        &mut self,
        environment: &Environment,
        list: &Exprs,
        own_statements: &[usize],
    ) -> Option<Vec<GrantedRole>> {
        let mut roles = Vec::new();
        let mut whole = true;
        if let Some(first) = list.excepted().first() {
            let at = self.span(environment.module, first.range());
            self.error(&checks::MISMATCHED_TYPE, at, "`assume` takes roles, and no `except`");
            return None;
        }
        for expr in list.items() {
            match self.granted_role(environment, &expr, own_statements) {
                Some(mut more) => {
                    self.spend(more.len(), self.span(environment.module, expr.range()))?;
                    roles.append(&mut more);
                }
                None => whole = false,
            }
        }
        whole.then_some(roles)
    }

    fn granted_role(
        &mut self,
        environment: &Environment,
        expr: &Expr,
        own_statements: &[usize],
    ) -> Option<Vec<GrantedRole>> {
        let span = self.span(environment.module, expr.range());
        if let Expr::Bracketed(list) = expr {
            let Some(list) = list.list() else {
                self.error(&checks::EMPTY_LIST, span, "this list names no role");
                return None;
            };
            return self.granted_roles(environment, &list, own_statements);
        }
        let reference = self.reference(environment, expr, "a role")?;
        let reference = self.followed(reference)?;
        if let Target::Declaration(id) = reference.target
            && self.names.get(id).is_some_and(|one| matches!(one.kind, DeclarationKind::Let(_)))
        {
            return self.with_let(environment, id, &reference, |lowerer, inner, list| {
                lowerer.granted_roles(inner, list, own_statements)
            });
        }
        let mut roles = Vec::new();
        for item in self.items_of_kind(environment, &reference, DeclaredKind::Role, "a role", span)? {
            let arn = self.item_resource(item, reference.span)?.arn;
            // One that couldn't be made was spoken of there.
            let index = *self.entities.get(&item)?;
            let own_statements = own_statements.get(index).copied().unwrap_or_default();
            roles.push(GrantedRole { index, account: item.account, arn, own_statements });
        }
        Some(roles)
    }

    fn write(&mut self, assumption: &Assumption) {
        for role in &assumption.roles {
            self.write_trust(assumption, role);
        }
        let mut holders: Vec<(Holder, Vec<&str>)> = Vec::new();
        for caller in &assumption.callers {
            let roles = assumption.roles.iter().filter(|role| caller.by_account || role.account != caller.account);
            let arns: Vec<_> = roles.map(|role| role.arn.as_str()).collect();
            match holders.iter_mut().find(|(holder, _)| holder.is(caller.holder)) {
                // A permission set is several callers, one an account, and one policy.
                Some((_, known)) => known.extend(arns),
                None => holders.push((caller.holder, arns)),
            }
        }
        for (holder, arns) in holders {
            if !arns.is_empty() {
                self.write_permission(assumption, holder, &arns);
            }
        }
    }

    fn write_trust(&mut self, assumption: &Assumption, role: &GrantedRole) {
        let mut groups: Vec<(Vec<Sourced<PolicyPrincipal>>, Formula)> = Vec::new();
        for caller in &assumption.callers {
            let plain = matches!(caller.condition, Formula::Constant(true));
            let same = groups.iter_mut().find(|(_, other)| plain && matches!(other, Formula::Constant(true)));
            match same {
                Some((principals, _)) => principals.extend(caller.principals.iter().cloned()),
                None => groups.push((caller.principals.clone(), caller.condition.clone())),
            }
        }
        self.check_not_trusted(role, &groups);
        for (mut principals, condition) in groups {
            let mut seen = std::collections::HashSet::new();
            principals.retain(|principal| seen.insert(principal.value.clone()));
            let element = PrincipalElement { negated: false, principals };
            let statement = Statement { principal: Some(element), ..permission(None, assumption.span) };
            let condition = Formula::all([assumption.condition.clone(), condition]);
            let Some(statements) = self.alternatives(&statement, &condition) else { return };
            if let Some(role) = self.program.roles.get_mut(role.index) {
                role.trust.statements.extend(statements);
            }
        }
    }

    /// Whoever a `trust` lets in needs no grant.
    fn check_not_trusted(&mut self, role: &GrantedRole, groups: &[(Vec<Sourced<PolicyPrincipal>>, Formula)]) {
        let Some(trusted) = self.program.roles.get(role.index) else { return };
        let own = trusted.trust.statements.iter().take(role.own_statements);
        let named = own.flat_map(|statement| {
            let principals = statement.principal.iter().flat_map(|element| &element.principals);
            principals.map(move |principal| (&principal.value, statement.span))
        });
        let known: HashMap<_, _> = named.collect();
        let twice = groups.iter().flat_map(|(principals, _)| principals).find_map(|principal| {
            let trust = known.get(&principal.value)?;
            Some((principal.span, *trust))
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
                .help("keep the grant, which writes the caller's side too, and delete the trust"),
            );
        }
    }

    fn write_permission(&mut self, assumption: &Assumption, holder: Holder, arns: &[&str]) {
        let resources: Vec<_> = arns.iter().map(|arn| Sourced::new((*arn).to_owned(), assumption.span)).collect();
        let statement = permission(Some(Element::of(resources)), assumption.span);
        let Some(statements) = self.alternatives(&statement, &assumption.condition) else { return };
        let inline = match holder {
            Holder::Identity(IdentityKind::Role, index) => {
                self.program.roles.get_mut(index).map(|role| &mut role.identity.inline)
            }
            Holder::Identity(IdentityKind::User, index) => {
                self.program.users.get_mut(index).map(|user| &mut user.identity.inline)
            }
            Holder::Identity(IdentityKind::Group, index) => {
                self.program.groups.get_mut(index).map(|group| &mut group.identity.inline)
            }
            Holder::PermissionSet(index) => self.program.permission_sets.get_mut(index).map(|set| &mut set.inline),
        };
        if let Some(inline) = inline {
            inline.statements.extend(statements);
        }
    }
}

impl Holder {
    fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Identity(a, i), Self::Identity(b, j)) => a == b && i == j,
            (Self::PermissionSet(i), Self::PermissionSet(j)) => i == j,
            _ => false,
        }
    }
}

/// An allow of `sts:AssumeRole`.
fn permission(resources: Option<Element<String>>, span: Span) -> Statement {
    Statement {
        sid: None,
        effect: Effect::Allow,
        principal: None,
        actions: Element::of(vec![Sourced::new(ActionPattern::new("sts", "AssumeRole"), span)]),
        resources,
        conditions: ConditionBlock::default(),
        span,
        documentation: None,
    }
}

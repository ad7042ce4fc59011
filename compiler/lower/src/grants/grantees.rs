//! Whom a grant is to.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{BaseOperator, Operator, Principal as PolicyPrincipal, Sourced};
use iamx_syntax::{
    SyntaxKind,
    ast::{DeclaredKind, Expr, Exprs, Principal},
};
use iamx_text::Span;

use super::Holder;
use crate::{
    Identity, IdentityKind,
    conditions::Formula,
    expiry::Ending,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    named_lists::Written,
    principal_conditions::caller_like,
    principals::{Conditioned, NamedIn, PRINCIPALS},
    scope::Environment,
};

/// Whom a grant is to.
#[derive(Clone, Debug)]
pub(super) struct Grantee {
    pub(super) who: Who,
    /// The account that it is in, where it is in one.
    pub(super) account: Option<usize>,
    /// As it is written: its kind word, or `*`.
    pub(super) word: String,
    /// When what it is granted ends: with a group.
    pub(super) end: Formula,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Who {
    /// By its position among the program's entities of the kind.
    Identity(IdentityKind, usize),
    /// A session of the role at that position, by its name.
    Session(usize, String),
    /// A permission set by its position, and the pattern of its role's ARN in the account.
    PermissionSet(usize, String),
    /// Someone with no policy here: a service, an account, an organization, everyone.
    Named(Vec<Conditioned>),
}

impl Grantee {
    /// Whose own policy gives it permissions.
    pub(super) fn holder(&self) -> Option<Holder> {
        match &self.who {
            Who::Identity(kind, index) => Some(Holder::Identity(*kind, *index)),
            Who::Session(role, _) => Some(Holder::Identity(IdentityKind::Role, *role)),
            Who::PermissionSet(index, _) => Some(Holder::PermissionSet(*index)),
            Who::Named(_) => None,
        }
    }

    /// What its own policy asks beside: a group's end, and a session's name, since a role's is that of all of its sessions.
    ///
    /// A session's `aws:userid` is its role's id, a colon and its name; neither holds a colon itself. See
    /// [principal key values](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable).
    pub(super) fn in_own_policy(&self) -> Formula {
        let Who::Session(_, name) = &self.who else { return self.end.clone() };
        let value = Sourced::new(format!("*:{name}"), self.span);
        Formula::compare(Operator::plain(BaseOperator::StringLike), "aws:userid", vec![value], self.span)
    }

    /// Whether it is AWS services alone.
    pub(super) fn is_service(&self) -> bool {
        matches!(&self.who, Who::Named(named) if named.iter().all(|(one, _)| matches!(one.value, PolicyPrincipal::Service(_))))
    }

    /// Whether it is the root user of one account.
    pub(super) fn is_root(&self) -> bool {
        self.word == "root" && self.account.is_some()
    }

    /// Whether it is one whole account.
    pub(super) fn is_account(&self) -> bool {
        self.word == "account"
    }
}

impl Lowerer<'_> {
    /// Whom the list names. `assume` says that a role is granted, whose trust is for all who aren't declared here.
    pub(super) fn grantees(&mut self, environment: &Environment, list: &Exprs, assume: bool) -> Option<Vec<Grantee>> {
        if let Some(first) = list.excepted().first() {
            let at = self.span(environment.module, first.range());
            self.error(&checks::PRINCIPAL_NOT_ALLOWED, at, "a grant names whom it is to, and takes no `except`");
            return None;
        }
        self.each_of(environment, list, PRINCIPALS, &mut |lowerer, environment, written| {
            lowerer.grantee(environment, written, assume)
        })
    }

    fn grantee(&mut self, environment: &Environment, written: &Written<'_>, assume: bool) -> Option<Vec<Grantee>> {
        let span = written.span;
        let Expr::Principal(principal) = written.expr else {
            if assume && written.reference.is_none() {
                self.not_a_caller(span);
                return None;
            }
            let named = self.principal(environment, written, NamedIn::Grant)?;
            return Some(vec![Grantee {
                who: Who::Named(named),
                account: None,
                word: "*".to_owned(),
                end: Formula::ALWAYS,
                span,
            }]);
        };
        let kind = principal.kind()?;
        let is_any = matches!(principal.target(), Some(Expr::Star(_)));
        match kind {
            SyntaxKind::ROLE_KW if !is_any => self.identity_grantees(environment, principal, IdentityKind::Role, span),
            SyntaxKind::USER_KW if !is_any => self.identity_grantees(environment, principal, IdentityKind::User, span),
            SyntaxKind::GROUP_KW => self.identity_grantees(environment, principal, IdentityKind::Group, span),
            SyntaxKind::PERMISSION_SET_KW => self.permission_set_grantees(environment, principal, span),
            SyntaxKind::ROLE_KW | SyntaxKind::USER_KW if assume => {
                self.not_a_caller(span);
                None
            }
            _ if assume => {
                self.not_granted(principal, span);
                None
            }
            SyntaxKind::SESSION_KW => self.sessions(environment, principal, span),
            _ => self.named_grantee(environment, principal, span),
        }
    }

    fn not_granted(&mut self, principal: &Principal, span: Span) {
        let word = principal.word().map(|token| token.text().to_owned()).unwrap_or_default();
        self.report(
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, format!("a grant is to no `{word}`"))
                .note("it writes the caller's own policy too, so the caller is declared here")
                .help("write `trust` in the role, which is for all others"),
        );
    }

    fn not_a_caller(&mut self, span: Span) {
        self.report(
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "a grant is to those who are declared here")
                .help("name a `role`, `user`, `group` or `permission-set`; `trust` in the role is for all others"),
        );
    }

    /// Whoever has no policy here: it is named at the other end alone.
    fn named_grantee(&mut self, environment: &Environment, principal: &Principal, span: Span) -> Option<Vec<Grantee>> {
        let word = principal.word().map(|token| token.text().to_owned()).unwrap_or_default();
        let kind = principal.kind()?;
        let named = self.kind_of_principal(environment, principal, NamedIn::Grant, span)?;
        let is_any = matches!(principal.target(), Some(Expr::Star(_)));
        let account = match kind {
            SyntaxKind::ACCOUNT_KW | SyntaxKind::ROOT_KW if !is_any => {
                self.principal_account(environment, principal).and_then(|account| account.index)
            }
            SyntaxKind::ARN_KW => named.first().and_then(|(one, _)| match &one.value {
                PolicyPrincipal::Aws(arn) => self.account_with_id(arn.split(':').nth(4)?),
                _ => None,
            }),
            _ => None,
        };
        Some(vec![Grantee { who: Who::Named(named), account, word, end: Formula::ALWAYS, span }])
    }

    fn account_with_id(&self, id: &str) -> Option<usize> {
        self.program.accounts.iter().position(|account| account.id == id)
    }

    /// The roles, users or groups that `principal` names.
    fn identity_grantees(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        kind: IdentityKind,
        span: Span,
    ) -> Option<Vec<Grantee>> {
        let mut grantees = Vec::new();
        for (item, index) in self.named_identities(environment, principal, kind, span)? {
            if kind == IdentityKind::Group {
                self.check_has_members(index, item, span)?;
            }
            let (who, word) = (Who::Identity(kind, index), kind.word().to_owned());
            let ending = if kind == IdentityKind::Group { self.group_endings.get(&item) } else { None };
            let end = ending.map_or(Formula::ALWAYS, Ending::condition);
            grantees.push(Grantee { who, account: item.account, word, end, span });
        }
        Some(grantees)
    }

    fn sessions(&mut self, environment: &Environment, principal: &Principal, span: Span) -> Option<Vec<Grantee>> {
        let name = self.session_name(environment, principal)?;
        let mut grantees = Vec::new();
        for (item, index) in self.named_identities(environment, principal, IdentityKind::Role, span)? {
            let who = Who::Session(index, name.clone());
            grantees.push(Grantee {
                who,
                account: item.account,
                word: "session".to_owned(),
                end: Formula::ALWAYS,
                span,
            });
        }
        Some(grantees)
    }

    /// The identities that the name behind the kind word stands for, each with its position in the program.
    fn named_identities(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        kind: IdentityKind,
        span: Span,
    ) -> Option<Vec<(ItemInAccount, usize)>> {
        let wanted = match kind {
            IdentityKind::Role => DeclaredKind::Role,
            IdentityKind::User => DeclaredKind::User,
            IdentityKind::Group => DeclaredKind::Group,
        };
        let (items, _) = self.identity_items(environment, principal, wanted, span)?;
        // One that couldn't be made was spoken of there.
        items.into_iter().map(|item| Some((item, *self.entities.get(&item)?))).collect()
    }

    fn identity(&self, kind: IdentityKind, index: usize) -> Option<&Identity> {
        match kind {
            IdentityKind::Role => self.program.roles.get(index).map(|role| &role.identity),
            IdentityKind::User => self.program.users.get(index).map(|user| &user.identity),
            IdentityKind::Group => self.program.groups.get(index).map(|group| &group.identity),
        }
    }

    /// A group is its declared members: with none it is nobody, unless others keep them.
    fn check_has_members(&mut self, index: usize, item: ItemInAccount, span: Span) -> Option<()> {
        let group = self.program.groups.get(index)?;
        if group.members_external || !group.members.is_empty() {
            return Some(());
        }
        let declaration = self.names.get(item.id)?.clone();
        self.report(
            Diagnostic::new(&checks::MISSING_PRINCIPAL, span, format!("`{}` has no members", declaration.name))
                .related(declaration.span, "declared here")
                .note("a group is no principal: at the other end its members are named")
                .help("say `members alice, bob`, or `members external` where others keep them"),
        );
        None
    }

    /// A permission set is, in each account that it is assigned to, the account with the condition of its role's name.
    fn permission_set_grantees(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Vec<Grantee>> {
        let roles = self.roles_of_permission_set(environment, principal)?;
        let target = principal.target()?;
        let reference = self.principal_reference(environment, &target, "a permission set")?;
        let set = self.items_named(environment, &reference)?;
        let index = *self.entities.get(set.first()?)?;
        let grantee = |(account, pattern)| Grantee {
            who: Who::PermissionSet(index, pattern),
            account: Some(account),
            word: "permission-set".to_owned(),
            end: Formula::ALWAYS,
            span,
        };
        Some(roles.into_iter().map(grantee).collect())
    }

    /// Whom a policy at the other end names for `grantee`. A group is its members; where others keep them, its account, with
    /// its own policy as the gate.
    pub(super) fn named(&mut self, grantee: &Grantee) -> Option<Vec<Conditioned>> {
        let span = grantee.span;
        let plain = |arn: String| (Sourced::new(PolicyPrincipal::Aws(arn), span), Formula::ALWAYS);
        let (kind, index) = match &grantee.who {
            Who::Named(named) => return Some(named.clone()),
            Who::PermissionSet(_, pattern) => {
                let root = Sourced::new(self.account_principal(grantee.account?)?, span);
                return Some(vec![(root, caller_like(pattern.clone(), span))]);
            }
            Who::Session(role, _) => (IdentityKind::Role, *role),
            Who::Identity(kind, index) => (*kind, *index),
        };
        let identity = self.identity(kind, index)?.clone();
        let Some(id) = self.program.account_id(grantee.account) else {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_ACCOUNT,
                    span,
                    format!("a grant to `{}` needs the id of its account, and there is none", identity.name),
                )
                .related(identity.span, "declared here")
                .help("declare the account and say `in` where it lives, or set `account` in `iamx.toml`"),
            );
            return None;
        };
        let partition = self.settings().partition.clone();
        match (&grantee.who, kind) {
            (Who::Session(_, session), _) => {
                Some(vec![plain(format!("arn:{partition}:sts::{id}:assumed-role/{}/{session}", identity.name))])
            }
            (_, IdentityKind::Group) => {
                let group = self.program.groups.get(index)?;
                if group.members_external {
                    return Some(vec![plain(format!("arn:{partition}:iam::{id}:root"))]);
                }
                let users = self.program.users.iter().filter(|user| user.identity.account == grantee.account);
                let members = users.filter(|user| group.members.contains(&user.identity.name));
                let arns = members.filter_map(|user| {
                    self.program.iam_arn(grantee.account, "user", &user.identity.path, &user.identity.name)
                });
                Some(arns.map(plain).collect())
            }
            _ => self
                .program
                .iam_arn(grantee.account, kind.word(), &identity.path, &identity.name)
                .map(|arn| vec![plain(arn)]),
        }
    }

    /// Whether the grantee's own policy is the gate in its account, since the other end can't name it alone.
    pub(super) fn is_by_account(&self, grantee: &Grantee) -> bool {
        match &grantee.who {
            Who::PermissionSet(..) => true,
            Who::Identity(IdentityKind::Group, index) => {
                self.program.groups.get(*index).is_some_and(|group| group.members_external)
            }
            _ => false,
        }
    }
}

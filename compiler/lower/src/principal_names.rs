//! What the name behind a principal's kind word stands for: an account, an ARN, an id.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{AccountId, Principal as PolicyPrincipal};
use iamx_syntax::ast::{AstNode, DeclaredKind, Expr, Postfix, Principal};
use iamx_text::Span;

use crate::{
    bounds,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::{Declaration, DeclarationKind},
    principals::NamedIn,
    scope::{Environment, Reference, Target, called},
};

/// An account that is named as a principal.
pub(crate) struct PrincipalAccount {
    /// Its id, or what stands for it until it is deployed.
    pub(crate) id: String,
    /// Its position in the program, where it is declared.
    pub(crate) index: Option<usize>,
}

impl Lowerer<'_> {
    pub(crate) fn anonymous_principal(&mut self, span: Span) {
        self.report(
            Diagnostic::new(&checks::PRINCIPAL_NOT_ALLOWED, span, "`anonymous` is a principal of tests alone")
                .help("everyone, anonymous callers too, is `*`"),
        );
    }

    /// The account behind `account` or `root`: a declared one, or the one that a resource is in, as in `self.account`.
    pub(crate) fn principal_account(
        &mut self,
        environment: &Environment,
        principal: &Principal,
    ) -> Option<PrincipalAccount> {
        let target = principal.target()?;
        let span = self.span(environment.module, target.range());
        let mut reference = self.principal_reference(environment, &target, "an account")?;
        if let (Target::Argument(binding), false) = (&reference.target, reference.rest.is_empty()) {
            reference = self.argument_part(&reference, &binding.clone())?;
        }
        let of_item = matches!(reference.rest.as_slice(), [Postfix::Name(part)] if part.text() == "account");
        let id = match &reference.target {
            Target::Account(index) if reference.rest.is_empty() => {
                let id = self.program.accounts.get(*index)?.id.clone();
                return Some(PrincipalAccount { id, index: Some(*index) });
            }
            Target::Itself if of_item && environment.itself.is_some() => {
                self.account_of_item("self", environment.account(), span)?
            }
            Target::Declaration(_) | Target::Several(_) if of_item && self.names_resource(&reference) => {
                self.one_account_of(environment, &reference)?
            }
            _ => {
                self.report(
                    Diagnostic::new(&checks::MISMATCHED_TYPE, span, "expected an account")
                        .help("name a declared one, or that of a resource: `self.account`"),
                );
                return None;
            }
        };
        let index = self.program.accounts.iter().position(|account| account.id == id);
        Some(PrincipalAccount { id, index })
    }

    /// The declared account behind `account` or `root`.
    pub(crate) fn declared_account(&mut self, environment: &Environment, principal: &Principal) -> Option<usize> {
        let account = self.principal_account(environment, principal)?;
        if account.index.is_none() {
            let span = self.span(environment.module, principal.range());
            self.error(&checks::MISMATCHED_TYPE, span, "expected an account that is declared");
        }
        account.index
    }

    fn names_resource(&self, reference: &Reference) -> bool {
        self.first_named(reference)
            .is_some_and(|one| matches!(one.kind, DeclarationKind::Entity(kind, _) if kind.is_resource()))
    }

    fn one_account_of(&mut self, environment: &Environment, reference: &Reference) -> Option<String> {
        let mut ids = self.referenced_strings(environment, reference, "an account")?;
        let id = ids.pop()?;
        if !ids.is_empty() {
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, reference.span, "expected one account, and this is several")
                    .help("name one of them, as in `prod.lake.account`"),
            );
            return None;
        }
        Some(id.value)
    }

    /// The id of the account that an item is in, or what stands for it.
    pub(crate) fn account_of_item(&mut self, name: &str, account: Option<usize>, span: Span) -> Option<String> {
        let id = self.program.account_id(account);
        if id.is_none() {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_ACCOUNT,
                    span,
                    format!("the account of `{name}` isn't known, and its id is wanted here"),
                )
                .help("declare the account and say `in` where the item lives, or set `account` in `iamx.toml`"),
            );
        }
        id
    }

    /// What the name behind a kind word stands for, through the parameters of templates.
    pub(crate) fn principal_reference(
        &mut self,
        environment: &Environment,
        target: &Expr,
        what: &str,
    ) -> Option<Reference> {
        if let Expr::String(token) = target {
            let span = self.span(environment.module, target.range());
            self.named_in_quotes(environment.module, token, what, span);
            return None;
        }
        let reference = self.reference(environment, target, what)?;
        self.followed(reference)
    }

    /// The roles or users that `principal` names, with their ARNs.
    pub(crate) fn identities(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        wanted: DeclaredKind,
        span: Span,
    ) -> Option<Vec<(ItemInAccount, String)>> {
        let (items, reference) = self.identity_items(environment, principal, wanted, span)?;
        items.into_iter().map(|item| Some((item, self.item_resource(item, reference.span)?.arn))).collect()
    }

    /// The items that the name behind the kind word stands for, with how they were named.
    pub(crate) fn identity_items(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        wanted: DeclaredKind,
        span: Span,
    ) -> Option<(Vec<ItemInAccount>, Reference)> {
        let target = principal.target()?;
        let target_span = self.span(environment.module, target.range());
        let what = format!("a {}", wanted.word());
        let reference = self.principal_reference(environment, &target, &what)?;
        if let Some(Declaration {
            kind: DeclarationKind::Entity(DeclaredKind::Group, _), name, span: declared, ..
        }) = self.first_named(&reference).filter(|_| wanted != DeclaredKind::Group)
        {
            self.group_as_principal(&name, span, Some(declared));
            return None;
        }
        let items = self.items_of_kind(environment, &reference, wanted, &what, target_span)?;
        Some((items, reference))
    }

    /// The first of the declarations that `reference` names.
    pub(crate) fn first_named(&self, reference: &Reference) -> Option<Declaration> {
        let id = match &reference.target {
            Target::Declaration(id) => id,
            Target::Several(ids) => ids.first()?,
            _ => return None,
        };
        self.names.get(*id).cloned()
    }

    /// `session role R "name"`: a session's ARN carries its role's name without the path. One a role that is named.
    ///
    /// See [role session principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session).
    pub(crate) fn session_arns(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        span: Span,
    ) -> Option<Vec<String>> {
        let session = self.session_name(environment, principal)?;
        let partition = &self.settings().partition;
        let roles = self.identities(environment, principal, DeclaredKind::Role, span)?;
        let arns = roles.iter().map(|(_, arn)| {
            let (before, role) = arn.split_once(":role/")?;
            let account = before.rsplit(':').next()?;
            let name = role.rsplit('/').next()?;
            Some(format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}"))
        });
        arns.collect()
    }

    /// The name of `session role R "name"`.
    pub(crate) fn session_name(&mut self, environment: &Environment, principal: &Principal) -> Option<String> {
        let token = principal.session_name()?;
        let session = self.text(environment, &token)?;
        if !bounds::is_session_name(&session) {
            let at = self.span(environment.module, token.text_range());
            self.report(
                Diagnostic::new(&checks::INVALID_AWS_NAME, at, format!("`{session}` can't be the name of a session"))
                    .note("it is 2 to 64 letters, digits and `+=,.@_-`"),
            );
            return None;
        }
        Some(session)
    }

    /// Whether `arn` is that of a principal; says so if it isn't.
    pub(crate) fn principal_arn(&mut self, arn: &str, span: Span) -> Option<()> {
        if !arn.starts_with("arn:") || arn.splitn(6, ':').count() != 6 {
            let diagnostic = self.no_principal_arn(arn, span);
            self.report(diagnostic);
            return None;
        }
        if arn.contains(['*', '?']) {
            self.report(
                Diagnostic::new(
                    &checks::UNSUPPORTED_WILDCARD_IN_PRINCIPAL,
                    span,
                    "IAM takes no wildcard in a principal's ARN",
                )
                .note("it is compared as it stands, so this would name no one")
                .help(format!("name everyone, `*`, `when aws:PrincipalArn like \"{arn}\"`")),
            );
            return None;
        }
        if let Some((_, name)) = arn.split_once(":group/") {
            self.group_as_principal(name, span, None);
            return None;
        }
        let part = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let kinds = ["root", "user/", "role/", "assumed-role/", "federated-user/"];
        if !kinds.iter().any(|kind| part.starts_with(kind)) {
            self.report(
                Diagnostic::new(&checks::INVALID_ARN, span, format!("`{arn}` is no principal's ARN"))
                    .note("a principal is an account (`…:root`), a user, a role or a session of one"),
            );
            return None;
        }
        Some(())
    }

    /// What is meant by `text`, which stands for a principal's ARN.
    fn no_principal_arn(&self, text: &str, span: Span) -> Diagnostic {
        if AccountId::of(text).is_some() {
            let message = format!("`{text}` is an account's id, and no ARN");
            let diagnostic = Diagnostic::new(&checks::INVALID_ARN, span, message);
            return match self.program.accounts.iter().find(|account| account.id == text) {
                Some(account) => diagnostic.help(format!("write `account {}`", account.name)),
                None => diagnostic
                    .help(format!("declare the account, `account partner \"{text}\"`, and write `account partner`")),
            };
        }
        if let Some(kind) = kind_of_unique_id(text) {
            return Diagnostic::new(&checks::INVALID_ARN, span, format!("`{text}` is the id of a {kind}, and no ARN"))
                .note(format!("IAM shows it in a policy in place of a {kind} that was deleted, and it lets nobody in"))
                .help(format!("write the ARN, `arn:aws:iam::111122223333:{kind}/…`, or leave it out"));
        }
        Diagnostic::new(&checks::INVALID_ARN, span, format!("`{text}` is no ARN"))
            .help("a principal's ARN is such as `arn:aws:iam::111122223333:role/Reader`")
    }

    /// `canonical "…"`: an account by the id that S3 gives it.
    ///
    /// See [canonical user ids](https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html).
    pub(crate) fn canonical_user(
        &mut self,
        environment: &Environment,
        principal: &Principal,
        named_in: NamedIn,
        span: Span,
    ) -> Option<PolicyPrincipal> {
        let Some(Expr::String(token)) = principal.target() else { return None };
        let id = self.text(environment, &token)?;
        // Which policies a grant writes is asked later.
        let in_s3 = match named_in {
            NamedIn::Resource(form) => form.service == Some("s3"),
            NamedIn::Grant => true,
            NamedIn::Trust => false,
        };
        if !in_s3 {
            self.canonical_elsewhere(span);
            return None;
        }
        if id.len() != 64 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.report(
                Diagnostic::new(&checks::INVALID_ACCOUNT_ID, span, format!("`{id}` is no canonical id"))
                    .note("it is 64 hexadecimal digits"),
            );
            return None;
        }
        Some(PolicyPrincipal::CanonicalUser(id))
    }

    pub(crate) fn canonical_elsewhere(&mut self, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::PRINCIPAL_NOT_ALLOWED,
                span,
                "a canonical id is a principal of S3's policies alone",
            )
            .help("name the account: `account …`"),
        );
    }

    pub(crate) fn federated_in_resource_policy(&mut self, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::FEDERATED_PRINCIPAL_NOT_SUPPORTED,
                span,
                "an identity provider is a principal of trust policies alone",
            )
            .help("name the role that those who come from the provider assume"),
        );
    }

    pub(crate) fn named_group(&mut self, environment: &Environment, principal: &Principal, span: Span) {
        if let Some(call) = principal.target().as_ref().and_then(called)
            && let Some(reference) = self.resolve(environment, &call)
            && let Some(declaration) = self.first_named(&reference)
        {
            self.group_as_principal(&declaration.name, span, Some(declaration.span));
        }
    }

    /// See [Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
    pub(crate) fn group_as_principal(&mut self, name: &str, span: Span, declared: Option<Span>) {
        let mut diagnostic = Diagnostic::new(
            &checks::GROUP_AS_PRINCIPAL,
            span,
            format!("`{name}` is a group, and a group is never a principal"),
        )
        .note("IAM refuses such a policy: a group holds permissions, and makes no requests")
        .help(format!("write `grant assume … to group {name}` beside the role, or name the users of `{name}`"));
        if let Some(declared) = declared {
            diagnostic = diagnostic.related(declared, "the group is declared here");
        }
        self.report(diagnostic);
    }
}

/// What the unique id is of, which IAM gives each user and role.
///
/// See [unique identifiers](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
fn kind_of_unique_id(text: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 2] = [("AIDA", "user"), ("AROA", "role")];
    let (kind, rest) = KINDS.iter().find_map(|(prefix, kind)| Some((*kind, text.strip_prefix(prefix)?)))?;
    // Of a role's session its name may follow.
    let id = rest.split(':').next().unwrap_or_default();
    let is_id = id.len() >= 12 && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_id.then_some(kind)
}

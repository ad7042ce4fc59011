//! Managed policies and boundaries: made where an identity attaches them.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Document;
use iamx_syntax::{
    SyntaxKind,
    ast::{AstNode, Attachment as AttachmentNode, Declared, DeclaredKind, Expr},
};
use iamx_text::Span;

use crate::{
    Attachment, AttachmentTarget, Identity, ManagedPolicy, ManagedPolicyKind, SessionPolicy,
    accounts::{Homes, SaidHomes},
    bounds,
    conditions::Formula,
    lowerer::{Lowerer, Sharing},
    named_items::ItemInAccount,
    names::{Declaration, DeclarationId, DeclarationKind},
    scope::{Environment, Reference, Target},
    shared_roles::{MadePolicy, policy_is, policy_moves},
    statements::{DocumentKind, number_sids},
};

/// What to do about a policy without a body.
pub(crate) const ADD_BODY: &str = "add a body with statements: `{ allow … }`";

/// What policies are attached to.
#[derive(Clone, Copy)]
pub(crate) struct Holder<'n> {
    /// Its name in AWS, which those that are made for it alone begin with.
    pub(crate) name: &'n str,
    /// Where it is declared.
    pub(crate) span: Span,
}

impl Lowerer<'_> {
    /// What is said of a policy by itself; a boundary with an account of its own is made whether or not something uses it.
    pub(crate) fn standalone_policy(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        item: &Declared,
        kind: DeclaredKind,
    ) {
        let Some(body) = item.body() else {
            self.no_statement(id, item);
            return;
        };
        self.misplaced_members(environment.module, &body, kind);
        if body.statements().next().is_none() {
            self.no_statement(id, item);
            return;
        }
        if item.parameters().is_some() || self.is_template(id) {
            return;
        }
        if kind == DeclaredKind::Boundary && environment.account().is_some() {
            self.use_declaration(id);
            self.shared_policy(
                environment,
                id,
                ManagedPolicyKind::Boundary,
                self.span(environment.module, body.range()),
            );
            return;
        }
        self.unmade.push((environment.clone(), id));
    }

    /// Looks at the policies that nothing attaches or includes, so that what is wrong in them is said too.
    pub(crate) fn look_at_unmade(&mut self) {
        for (environment, id) in std::mem::take(&mut self.unmade) {
            let Some(declaration) = self.names.get(id).cloned() else { continue };
            let DeclarationKind::Entity(_, item) = &declaration.kind else { continue };
            if self.used.contains(&id) {
                continue;
            }
            // It would be made in the account of whoever uses it: any will do.
            let account = environment.account().or((!self.program.accounts.is_empty()).then_some(0));
            let environment = environment.in_account(account);
            let Some(body) = item.body() else { continue };
            let mut document = Document::default();
            let Some(end) = self.item_end(&environment, item) else { continue };
            if self.enter(id, declaration.span).is_some() {
                self.statements(&environment, &body, DocumentKind::Identity, &end, &mut document);
                self.expiry(&environment, item);
                self.leave();
            }
        }
    }

    /// A policy for callers of STS, which is written and given to nobody.
    pub(crate) fn session_policy(
        &mut self,
        environment: &Environment,
        item: &Declared,
        name: &str,
        span: Span,
        own: ItemInAccount,
    ) {
        let mut document = Document::default();
        if let Some(body) = item.body() {
            self.misplaced_members(environment.module, &body, DeclaredKind::SessionPolicy);
            self.statements(environment, &body, DocumentKind::Identity, &Formula::ALWAYS, &mut document);
        }
        if item.body().is_none_or(|body| body.statements().next().is_none()) {
            self.no_statement(own.id, item);
        }
        document.statements.extend(self.expiry(environment, item));
        number_sids(&mut document);
        self.entities.insert(own, self.program.session_policies.len());
        self.program.session_policies.push(SessionPolicy {
            account: environment.account(),
            name: name.to_owned(),
            document,
            span,
        });
    }

    /// What AWS refuses: a policy without statements.
    pub(crate) fn no_statement(&mut self, id: DeclarationId, item: &Declared) {
        let Some(declaration) = self.names.get(id).cloned() else { return };
        if self.is_damaged(declaration.module, item.range()) {
            return;
        }
        self.report(
            Diagnostic::new(
                &checks::MISSING_STATEMENT,
                declaration.span,
                format!("`{}` has no statement", declaration.name),
            )
            .note("AWS makes no policy without one")
            .help(match item.body() {
                Some(_) => "add a statement, or delete it and what attaches it",
                None => ADD_BODY,
            }),
        );
    }

    /// The same of a policy whose statements are all for other accounts than this.
    fn no_statement_there(&mut self, id: DeclarationId, account: &str, at: Span) {
        let Some(declaration) = self.names.get(id).cloned() else { return };
        let message = format!("`{}` has no statement in `{account}`", declaration.name);
        let diagnostic = Diagnostic::new(&checks::MISSING_STATEMENT, declaration.span, message)
            .note("each of its statements is `only in` other accounts, and AWS makes no policy without one");
        let is_boundary = matches!(declaration.kind, DeclarationKind::Entity(DeclaredKind::Boundary, _));
        self.report(if is_boundary {
            diagnostic.help(format!("add a statement that is for `{account}`, or make the boundary elsewhere alone"))
        } else {
            diagnostic
                .related(at, format!("attached in `{account}`"))
                .help("`include` it in place of `attach`: that takes the statements of each account, and may take none")
        });
    }

    /// The single policy that `boundary` names.
    pub(crate) fn one_attachment(
        &mut self,
        environment: &Environment,
        node: &AttachmentNode,
        identity: Holder<'_>,
        kind: ManagedPolicyKind,
    ) -> Option<Attachment> {
        let mut attachments = self.attachments(environment, node, identity, kind)?;
        if attachments.len() == 1 {
            return attachments.pop();
        }
        let span = self.span(environment.module, node.range());
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("a boundary is one policy, and this is {}", attachments.len()),
            )
            .help("say which, with the value of its `for`: `Name[\"…\"]`"),
        );
        None
    }

    /// The policies that `attach` or `boundary` names, made where that is to be done: one, or what several turns of a `for`
    /// make.
    pub(crate) fn attachments(
        &mut self,
        environment: &Environment,
        node: &AttachmentNode,
        identity: Holder<'_>,
        kind: ManagedPolicyKind,
    ) -> Option<Vec<Attachment>> {
        let span = self.span(environment.module, node.range());
        if let Some(alias) = node.alias()
            && !matches!(node.target(), Some(Expr::Call(_)))
        {
            let at = self.span(environment.module, alias.text_range());
            self.report(
                Diagnostic::new(&checks::MISPLACED_MEMBER, at, "`as` names a policy that is made here")
                    .note("this one exists elsewhere and has its name"),
            );
            return None;
        }
        let target = match node.target()? {
            Expr::AwsRef(node) => {
                let token = node
                    .children_with_tokens()
                    .filter_map(iamx_syntax::NodeOrToken::into_token)
                    .find(|token| token.kind() == SyntaxKind::STRING)?;
                let name = self.text(environment, &token)?;
                let at = self.span(environment.module, token.text_range());
                AttachmentTarget::Arn(self.aws_managed_policy(&name, at)?)
            }
            Expr::String(token) => {
                let arn = self.text(environment, &token)?;
                let is_policy = arn.starts_with("arn:")
                    && arn.splitn(6, ':').nth(5).is_some_and(|rest| rest.starts_with("policy/"));
                if !is_policy {
                    self.report(
                        Diagnostic::new(&checks::INVALID_ARN, span, format!("`{arn}` is no ARN of a managed policy"))
                            .help("it is `arn:aws:iam::111122223333:policy/name`; a policy of AWS's is `aws \"name\"`"),
                    );
                    return None;
                }
                AttachmentTarget::Arn(arn)
            }
            Expr::Call(call) => {
                let reference = self.resolve(environment, &call)?;
                let alias = match node.alias() {
                    Some(token) => Some(self.text(environment, &token)?),
                    None => None,
                };
                let ids: Vec<_> = match &reference.target {
                    Target::Several(ids) => ids.to_vec(),
                    Target::Declaration(id) => vec![*id],
                    _ => {
                        self.error(&checks::MISMATCHED_TYPE, reference.span, "expected a policy");
                        return None;
                    }
                };
                let mut attachments = Vec::new();
                for id in ids {
                    let policy = self.attached_policy(environment, id, &reference, (identity, alias.clone()), kind)?;
                    let shared = self.made.get(&ItemInAccount { id, account: environment.kept_in() });
                    let of_all = shared.filter(|made| **made == policy).map(|_| id);
                    self.made_policies.push(MadePolicy { index: policy, of_all, kind, span: reference.span });
                    attachments.push(Attachment { target: AttachmentTarget::Made(policy), span });
                }
                return Some(attachments);
            }
            other => {
                self.expected("a policy", &other, span);
                return None;
            }
        };
        Some(vec![Attachment { target, span }])
    }

    /// Whether a policy that is named by its ARN is of the identity's account, or AWS's; says so if it isn't.
    ///
    /// See [attaching policies](https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html).
    pub(crate) fn is_of_one_account(&mut self, identity: &Identity, attachment: &Attachment) -> bool {
        let own = identity.account.and_then(|account| self.program.accounts.get(account));
        let (AttachmentTarget::Arn(arn), Some(own)) = (&attachment.target, own) else { return true };
        let theirs = arn.split(':').nth(4).unwrap_or_default();
        if theirs == own.id || theirs == "aws" {
            return true;
        }
        let message = format!("this policy is of account `{theirs}`, and `{}` of `{}`", identity.name, own.id);
        let diagnostic = Diagnostic::new(&checks::POLICY_OF_ANOTHER_ACCOUNT, attachment.span, message)
            .related(identity.span, format!("`{}` is declared here", identity.name))
            .note("IAM attaches policies of the same account alone, and AWS's")
            .help("make one in the identity's account");
        self.report(diagnostic);
        false
    }

    pub(crate) fn aws_managed_policy(&mut self, name: &str, span: Span) -> Option<String> {
        if let Some(policy) = self.catalog().managed_policy(name) {
            return Some(policy.arn(&self.settings().partition));
        }
        let mut diagnostic =
            Diagnostic::new(&checks::UNKNOWN_MANAGED_POLICY, span, format!("AWS has no managed policy `{name}`"))
                .note(self.catalog_date());
        if let Some(near) = self.catalog().nearest_managed_policy(name).into_iter().next() {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
        None
    }

    pub(crate) fn attached_policy(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        reference: &Reference,
        (identity, alias): (Holder<'_>, Option<String>),
        kind: ManagedPolicyKind,
    ) -> Option<usize> {
        let (wanted, what) = match kind {
            ManagedPolicyKind::Policy => (DeclaredKind::Policy, "a policy"),
            ManagedPolicyKind::Boundary => (DeclaredKind::Boundary, "a permissions boundary"),
        };
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(found, item) = &declaration.kind else {
            self.wrong_kind(&declaration, what, reference.span);
            return None;
        };
        if *found != wanted {
            self.wrong_kind(&declaration, what, reference.span);
            return None;
        }
        if self.is_template(id) {
            self.template_attached(&declaration.name, declaration.span, reference.span);
            return None;
        }
        let homes = match (&reference.place, self.said_homes_of(id)) {
            (_, SaidHomes::Fault) => return None,
            (Some(place), _) => Some(place.accounts.iter().map(|account| Some(*account)).collect()),
            (None, SaidHomes::Accounts(homes)) => Some(homes),
            (None, SaidHomes::Unsaid) => None,
        };
        if let Some(homes) = homes
            // What is made in every account is made in this one.
            && (homes.len() < self.program.accounts.len() || environment.kept_in().is_none())
            && homes.binary_search(&environment.account()).is_err()
        {
            self.policy_of_another_account(&declaration, &homes, reference.span);
            return None;
        }
        // `prod.X`, which is made elsewhere.
        if reference.place.is_some() && !self.is_made_where_used(id) {
            self.items_named(environment, reference)?;
        }
        let arguments = match reference.only_arguments() {
            Ok(arguments) => arguments,
            Err(span) => {
                self.error(&checks::MISMATCHED_TYPE, span, "a policy has no parts");
                return None;
            }
        };
        if item.parameters().is_none() && arguments.is_none() {
            if alias.is_some() {
                self.report(
                    Diagnostic::new(
                        &checks::MISPLACED_MEMBER,
                        reference.span,
                        "`as` names a policy that is made for one identity",
                    )
                    .note("a policy without parameters is one for all, under its own name"),
                );
                return None;
            }
            return self.shared_policy(environment, id, kind, reference.span);
        }
        let inner = self.bind(environment, &declaration, arguments, reference.span)?;
        let (declared, path) = self.aws_name(&inner, item, &declaration.name, 128)?;
        let name = alias.unwrap_or_else(|| format!("{}-{declared}", identity.name));
        if !bounds::is_iam_name(&name, 128) {
            self.invalid_name(&name, 128, reference.span);
            return None;
        }
        if !self.policy_names.insert((environment.kept_in(), name.to_lowercase())) {
            if self.names.is_named_again(identity.span) {
                return None;
            }
            self.report(
                Diagnostic::new(
                    &checks::DUPLICATE_AWS_NAME,
                    reference.span,
                    format!("a policy called `{name}` is already made in this account"),
                )
                .help("give this one a name of its own: `as \"name\"`"),
            );
            return None;
        }
        let document = self.policy_document(&inner, id, item, reference.span)?;
        self.program.policies.push(ManagedPolicy {
            kind,
            account: environment.kept_in(),
            name,
            path,
            description: item.documentation(),
            document,
            span: declaration.span,
        });
        Some(self.program.policies.len() - 1)
    }

    fn policy_of_another_account(&mut self, declaration: &Declaration, homes: &Homes, span: Span) {
        let own = self.account_names(homes.iter().copied());
        self.report(
            Diagnostic::new(
                &checks::POLICY_OF_ANOTHER_ACCOUNT,
                span,
                format!("`{}` is made in {own}, and this identity isn't", declaration.name),
            )
            .related(declaration.span, "declared here")
            .note("IAM attaches policies of the same account alone")
            .help(format!(
                "leave the account of `{}` out: it is then made in each account that uses it",
                declaration.name
            )),
        );
    }

    /// The one policy that a declaration without parameters makes in an account.
    pub(crate) fn shared_policy(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        kind: ManagedPolicyKind,
        at: Span,
    ) -> Option<usize> {
        let account = environment.kept_in();
        if let Some(index) = self.made.get(&ItemInAccount { id, account }) {
            return Some(*index);
        }
        if let Some(known) = self.same_policies.get(&id).filter(|_| self.sharing == Sharing::Shared)
            && let Some((same, moves)) = self.program.account(account).and_then(|account| known.find(account))
        {
            let same = *same;
            self.policy_again(same, account, moves)?;
            return self.keep_made(id, account);
        }
        let findings = self.diagnostics.len();
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(_, item) = &declaration.kind else { return None };
        let inner = Environment::of_declaration(&declaration).in_account(account);
        let (name, path) = self.aws_name(&inner, item, &declaration.name, 128)?;
        let document = self.policy_document(&inner, id, item, at)?;
        self.program.policies.push(ManagedPolicy {
            kind,
            account,
            name,
            path,
            description: item.documentation(),
            document,
            span: declaration.span,
        });
        let index = self.program.policies.len() - 1;
        if self.diagnostics.len() == findings
            && let (Some(made), Some(account)) = (self.program.policies.get(index), self.program.account(account))
        {
            let (read, policies) = (inner.read().clone(), &self.program.policies);
            if read.can_be_shared(|| policy_moves(made, &self.program)) {
                let is = |kept: &usize, moves| policies.get(*kept).is_some_and(|kept| policy_is(kept, made, moves));
                self.same_policies.entry(id).or_default().add(account, read, index, is);
            }
        }
        self.keep_made(id, account)
    }

    /// Says that the declaration's policy of that account is the last of the program.
    fn keep_made(&mut self, id: DeclarationId, account: Option<usize>) -> Option<usize> {
        let index = self.program.policies.len().checked_sub(1)?;
        self.made.insert(ItemInAccount { id, account }, index);
        Some(index)
    }

    pub(crate) fn policy_document(
        &mut self,
        inner: &Environment,
        id: DeclarationId,
        item: &Declared,
        at: Span,
    ) -> Option<Document> {
        let mut document = Document::default();
        let end = self.item_end(inner, item)?;
        self.enter(id, at)?;
        if let Some(body) = item.body() {
            self.statements(inner, &body, DocumentKind::Identity, &end, &mut document);
        }
        self.leave();
        // A condition that a parameter decides may leave none of them; so may a fault, which may have been told elsewhere.
        if document.statements.is_empty() && self.errors() == 0 {
            match self.program.account(inner.kept_in()) {
                Some(account) if has_only_in(item) => {
                    let account = account.name.clone();
                    self.no_statement_there(id, &account, at);
                }
                _ => self.no_statement(id, item),
            }
        }
        if document.statements.is_empty() {
            return None;
        }
        document.statements.extend(self.expiry(inner, item));
        number_sids(&mut document);
        Some(document)
    }
}

/// Whether a statement of the item is for some accounts alone.
fn has_only_in(item: &Declared) -> bool {
    item.syntax().descendants().any(|node| node.kind() == SyntaxKind::ONLY_CLAUSE)
}

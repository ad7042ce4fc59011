//! Roles, users, groups, managed policies, resources: what is made in which account.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{
    ActionPattern, ConditionBlock, Document, Effect, Element, PrincipalElement, Sourced, Statement as PolicyStatement,
};
use iamx_syntax::{
    SyntaxKind,
    ast::{
        AccessKey as AccessKeyNode, AstNode, Attachment as AttachmentNode, Body, BodyPart, Clause, Declared,
        DeclaredKind, Expr, Header, Member, Postfix, Trust,
    },
};
use iamx_text::Span;

use crate::{
    AccessKey, Attachment, AttachmentTarget, Group, ManagedPolicy, ManagedPolicyKind, Role, Tag, User, bounds,
    lowerer::Lowerer,
    names::{Declaration, DeclarationId, DeclarationKind},
    resources::{Resource, Typed},
    scope::{Environment, Reference, Target},
    statements::{DocumentKind, number_sids},
};

/// What the bodies of roles, users and groups have in common.
#[derive(Debug, Default)]
struct IdentityParts {
    inline: Document,
    attachments: Vec<Attachment>,
    boundary: Option<Attachment>,
    tags: Vec<Tag>,
}

impl Lowerer<'_> {
    pub(crate) fn entity(&mut self, environment: &Environment, item: &Declared) {
        let Some(kind) = item.kind() else { return };
        let node = item.syntax();
        let supported = matches!(
            kind,
            DeclaredKind::Resource
                | DeclaredKind::Policy
                | DeclaredKind::Boundary
                | DeclaredKind::Role
                | DeclaredKind::User
                | DeclaredKind::Group
        );
        if !supported {
            self.not_yet(environment.module, node, &format!("`{}`", kind.word()));
            return;
        }
        let Some(name) = item.name() else { return };
        let span = self.span(environment.module, name.text_range());
        let Some(id) = self.names.at(span) else { return };
        if !self.check_headers(environment.module, item, kind) {
            return;
        }
        let account = self.home(id);
        let environment = environment.in_account(account);
        self.check_members_once(environment.module, item);
        match kind {
            DeclaredKind::Resource => self.resource(&environment, id, item),
            DeclaredKind::Policy | DeclaredKind::Boundary => self.standalone_policy(&environment, id, item, kind),
            DeclaredKind::Role => self.role(&environment, item, name.text(), span),
            DeclaredKind::User => self.user(&environment, item, name.text(), span),
            DeclaredKind::Group => self.group(&environment, item, name.text(), span),
            _ => {}
        }
    }

    /// Headers each at most once, and of use for the kind.
    fn check_headers(&mut self, module: usize, item: &Declared, kind: DeclaredKind) -> bool {
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        let mut right = true;
        for header in item.headers() {
            let span = self.span(module, header.syntax().text_range());
            let word = match &header {
                Header::In(_) => "in",
                Header::Named(_) => "named",
                Header::Path(_) => "path",
                Header::Region(_) => "region",
                Header::EncryptedBy(_) => "encrypted-by",
                Header::Until(_) => "until",
            };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == word) {
                let diagnostic = Diagnostic::new(&checks::DUPLICATE_CLAUSE, span, format!("`{word}` is said twice"))
                    .related(*first, "first said here");
                self.report(diagnostic);
                right = false;
                continue;
            }
            seen.push((word, span));
            let fits = match header {
                Header::In(_) => true,
                Header::Named(_) | Header::Path(_) => kind != DeclaredKind::Resource,
                Header::Region(_) | Header::EncryptedBy(_) => kind == DeclaredKind::Resource,
                Header::Until(_) => matches!(kind, DeclaredKind::Role | DeclaredKind::User),
            };
            if !fits {
                self.error(&checks::MISPLACED_MEMBER, span, format!("a {} takes no `{word}`", kind.word()));
                right = false;
            } else if matches!(header, Header::Until(_) | Header::EncryptedBy(_)) {
                self.not_yet(module, header.syntax(), &format!("`{word}` on an item"));
                right = false;
            }
        }
        right
    }

    /// What a body can say once, it says once.
    fn check_members_once(&mut self, module: usize, item: &Declared) {
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for part in item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            let BodyPart::Member(member) = part else { continue };
            if matches!(member, Member::Trust(_) | Member::Attach(_) | Member::Other(_)) {
                continue;
            }
            let span = self.span(module, iamx_syntax::ast::significant_range(member.syntax()));
            match seen.iter().find(|(word, _)| *word == member.word()) {
                Some((word, first)) => {
                    let diagnostic =
                        Diagnostic::new(&checks::DUPLICATE_CLAUSE, span, format!("`{word}` is said twice"))
                            .related(*first, "first said here");
                    self.report(diagnostic);
                }
                None => seen.push((member.word(), span)),
            }
        }
    }

    /// The account that the declaration is made in: its own `in`, its module's `within`, the workspace's.
    pub(crate) fn home(&mut self, id: DeclarationId) -> Option<usize> {
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(_, item) = &declaration.kind else { return None };
        let own = item.headers().find_map(|header| match header {
            Header::In(_) => header.scope(),
            _ => None,
        });
        match own {
            Some(scope) => self.one_account(declaration.module, &scope),
            None => self.within.get(declaration.module).copied().flatten().or_else(|| self.default_account()),
        }
    }

    fn says_account(&mut self, id: DeclarationId) -> bool {
        self.home(id).is_some()
    }

    fn resource(&mut self, environment: &Environment, id: DeclarationId, item: &Declared) {
        if item.type_call().is_some() {
            self.declared_resource(id, item);
        }
        let Some(body) = item.body() else { return };
        let parts: Vec<_> = body.parts().collect();
        for part in &parts {
            match part {
                BodyPart::Member(Member::Tags(tags)) => {
                    self.tags(environment, tags);
                }
                BodyPart::Member(member) => self.misplaced(environment.module, member, DeclaredKind::Resource),
                BodyPart::Statement(_) => {}
            }
        }
        if parts.is_empty() || parts.iter().any(|part| matches!(part, BodyPart::Statement(_))) {
            self.not_yet(environment.module, body.syntax(), "a resource's own policy");
        }
    }

    /// Looks at a policy by itself, so that what is wrong in it is said even if nothing attaches it; a boundary with an
    /// account of its own is made whether or not something uses it.
    fn standalone_policy(&mut self, environment: &Environment, id: DeclarationId, item: &Declared, kind: DeclaredKind) {
        let Some(body) = item.body() else {
            if let Some(name) = item.name() {
                let span = self.span(environment.module, name.text_range());
                self.report(
                    Diagnostic::new(&checks::SYNTAX_ERROR, span, format!("`{}` says nothing", name.text()))
                        .help("add a body with statements: `{ allow … }`"),
                );
            }
            return;
        };
        self.misplaced_members(environment.module, &body, kind);
        if item.parameters().is_some() {
            return;
        }
        if kind == DeclaredKind::Boundary && self.says_account(id) {
            self.used.insert(id);
            self.shared_policy(environment, id, ManagedPolicyKind::Boundary);
            return;
        }
        let mut document = Document::default();
        if self.enter(id, self.span(environment.module, body.range())).is_some() {
            self.statements(environment, &body, DocumentKind::Identity, &[], &mut document);
            self.leave();
        }
    }

    fn misplaced_members(&mut self, module: usize, body: &Body, kind: DeclaredKind) {
        for part in body.parts() {
            if let BodyPart::Member(member) = part {
                self.misplaced(module, &member, kind);
            }
        }
    }

    fn misplaced(&mut self, module: usize, member: &Member, kind: DeclaredKind) {
        let span = self.span(module, iamx_syntax::ast::significant_range(member.syntax()));
        self.error(&checks::MISPLACED_MEMBER, span, format!("a {} takes no `{}`", kind.word(), member.word()));
    }

    fn role(&mut self, environment: &Environment, item: &Declared, declared: &str, span: Span) {
        let Some((name, path)) = self.aws_name(environment.module, item, declared, 64) else { return };
        let mut parts = IdentityParts::default();
        let mut trust = Document::default();
        let (mut max_session, mut instance_profile, mut trusts) = (None, false, 0);
        let errors = self.errors();
        for part in item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            match part {
                BodyPart::Member(Member::Trust(member)) => {
                    trusts += 1;
                    self.trust(environment, &member, &mut trust);
                }
                BodyPart::Member(Member::Session(member)) => {
                    max_session = member.duration().and_then(|duration| self.session(environment, &duration));
                }
                BodyPart::Member(Member::InstanceProfile(_)) => instance_profile = true,
                other => self.identity_part(environment, other, DeclaredKind::Role, &name, &mut parts),
            }
        }
        if trusts == 0
            && self.errors() == errors
            && !self.has_grants
            && !self.is_damaged(environment.module, item.range())
        {
            self.report(
                Diagnostic::new(&checks::MISSING_PRINCIPAL, span, format!("nobody may assume `{declared}`"))
                    .note("IAM makes no role without a trust policy")
                    .help("say who may: `trust service ec2`, `trust account partner`, `trust role Deploy`"),
            );
        }
        number_sids(&mut trust);
        number_sids(&mut parts.inline);
        self.program.roles.push(Role {
            account: environment.account,
            name,
            path,
            description: item.documentation(),
            trust,
            inline: parts.inline,
            attachments: parts.attachments,
            boundary: parts.boundary,
            max_session,
            instance_profile,
            tags: parts.tags,
            span,
        });
    }

    fn user(&mut self, environment: &Environment, item: &Declared, declared: &str, span: Span) {
        let Some((name, path)) = self.aws_name(environment.module, item, declared, 64) else { return };
        let mut parts = IdentityParts::default();
        let (mut console, mut access_key) = (false, None);
        for part in item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            match part {
                BodyPart::Member(Member::Console(_)) => console = true,
                BodyPart::Member(Member::AccessKey(member)) => access_key = self.access_key(environment, &member),
                other => self.identity_part(environment, other, DeclaredKind::User, &name, &mut parts),
            }
        }
        number_sids(&mut parts.inline);
        self.program.users.push(User {
            account: environment.account,
            name,
            path,
            inline: parts.inline,
            attachments: parts.attachments,
            boundary: parts.boundary,
            console,
            access_key,
            tags: parts.tags,
            span,
        });
    }

    fn group(&mut self, environment: &Environment, item: &Declared, declared: &str, span: Span) {
        let Some((name, path)) = self.aws_name(environment.module, item, declared, 128) else { return };
        let mut parts = IdentityParts::default();
        let (mut members, mut members_external) = (Vec::new(), false);
        for part in item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            match part {
                BodyPart::Member(member @ Member::Members(_)) => {
                    let expressions = member.expressions().map(|list| list.items()).unwrap_or_default();
                    if let [Expr::Call(call)] = expressions.as_slice()
                        && call.syntax().text() == "external"
                    {
                        members_external = true;
                        continue;
                    }
                    if member.expressions().is_some_and(|list| !list.excepted().is_empty()) {
                        self.not_yet(environment.module, member.syntax(), "`except` in `members`");
                        continue;
                    }
                    for expr in expressions {
                        let Some(user) = self.member(environment, &expr) else { continue };
                        if members.contains(&user) {
                            let at = self.span(environment.module, expr.range());
                            self.error(&checks::DUPLICATE_CLAUSE, at, format!("`{user}` is listed twice"));
                            continue;
                        }
                        members.push(user);
                    }
                }
                other => self.identity_part(environment, other, DeclaredKind::Group, &name, &mut parts),
            }
        }
        number_sids(&mut parts.inline);
        self.program.groups.push(Group {
            account: environment.account,
            name,
            path,
            members,
            members_external,
            inline: parts.inline,
            attachments: parts.attachments,
            span,
        });
    }

    /// The name in AWS of the user that `members` names.
    fn member(&mut self, environment: &Environment, expr: &Expr) -> Option<String> {
        let span = self.span(environment.module, expr.range());
        let call = self.call_of(environment, expr, "a user")?.clone();
        let reference = self.resolve(environment, &call)?;
        let (Target::Declaration(id), []) = (&reference.target, reference.rest.as_slice()) else {
            self.error(&checks::MISMATCHED_TYPE, span, "expected a user");
            return None;
        };
        let id = *id;
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(DeclaredKind::User, item) = &declaration.kind else {
            let message = format!("expected a user, and `{}` is {}", declaration.name, declaration.kind.describe());
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, span, message).related(declaration.span, "declared here"),
            );
            return None;
        };
        if self.home(id) != environment.account {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    span,
                    format!("`{}` lives in another account than this group", declaration.name),
                )
                .related(declaration.span, "declared here")
                .note("an IAM group holds users of its own account"),
            );
            return None;
        }
        self.aws_name(declaration.module, item, &declaration.name, 64).map(|(name, _)| name)
    }

    /// A part of a body that roles, users and groups share.
    fn identity_part(
        &mut self,
        environment: &Environment,
        part: BodyPart,
        kind: DeclaredKind,
        name: &str,
        parts: &mut IdentityParts,
    ) {
        match part {
            BodyPart::Statement(statement) => {
                self.statement(environment, &statement, DocumentKind::Identity, &[], &mut parts.inline);
            }
            BodyPart::Member(member) if self.is_damaged(environment.module, member.syntax().text_range()) => {}
            BodyPart::Member(member @ Member::Attach(_)) => {
                for node in member.attachments() {
                    let attachment = self.attachment(environment, &node, name, ManagedPolicyKind::Policy);
                    let Some(attachment) = attachment else { continue };
                    if let Some(first) = parts.attachments.iter().find(|other| other.target == attachment.target) {
                        let diagnostic = Diagnostic::new(
                            &checks::DUPLICATE_CLAUSE,
                            attachment.span,
                            "this policy is attached twice",
                        )
                        .related(first.span, "first attached here");
                        self.report(diagnostic);
                        continue;
                    }
                    parts.attachments.push(attachment);
                }
            }
            BodyPart::Member(member @ Member::Boundary(_)) if kind != DeclaredKind::Group => {
                let node = member.attachments().next();
                parts.boundary = node
                    .and_then(|node| self.attachment(environment, &node, name, ManagedPolicyKind::Boundary))
                    .or(parts.boundary.take());
            }
            BodyPart::Member(Member::Tags(tags)) if kind != DeclaredKind::Group => {
                parts.tags = self.tags(environment, &tags);
            }
            BodyPart::Member(member) => self.misplaced(environment.module, &member, kind),
        }
    }

    fn access_key(&mut self, environment: &Environment, member: &AccessKeyNode) -> Option<AccessKey> {
        let Some(rotate) = member.rotate() else { return Some(AccessKey { rotate: None }) };
        let span = self.span(environment.module, rotate.range());
        let seconds = self.duration(environment, &rotate, span)?;
        Some(AccessKey { rotate: Some(seconds) })
    }

    fn duration(&mut self, environment: &Environment, expr: &Expr, span: Span) -> Option<u64> {
        if let Expr::Call(call) = expr {
            let reference = self.resolve(environment, call)?;
            return self.referenced_duration(environment, &reference);
        }
        let Expr::Duration(token) = expr else {
            self.report(
                Diagnostic::new(&checks::INVALID_DURATION, span, "expected a duration")
                    .help("a duration is a whole number and `s`, `m`, `h`, `d` or `w`"),
            );
            return None;
        };
        let seconds = bounds::seconds(token.text());
        if seconds.is_none() {
            self.bad_duration(token.text(), span);
        }
        seconds
    }

    fn referenced_duration(&mut self, environment: &Environment, reference: &Reference) -> Option<u64> {
        if let (Target::Argument(binding), []) = (&reference.target, reference.rest.as_slice()) {
            return self.duration(&binding.environment, &binding.argument, reference.span);
        }
        if let Target::Declaration(id) = reference.target {
            let declaration = self.names.get(id)?.clone();
            match declaration.kind {
                DeclarationKind::Let(_) => {
                    return self.with_let(environment, id, reference, |lowerer, inner, list| {
                        let [value] = list.items().try_into().ok()?;
                        lowerer.duration(inner, &value, reference.span)
                    });
                }
                DeclarationKind::Param(param) if reference.rest.is_empty() => {
                    if self.bad_params.contains(&declaration.name) {
                        return None;
                    }
                    if param.type_ref().is_some_and(|type_ref| type_ref.words() == ["duration"]) {
                        return match self.settings().params.get(&declaration.name) {
                            Some(given) => bounds::seconds(given),
                            None => {
                                self.duration(&Environment::of(declaration.module), &param.default()?, reference.span)
                            }
                        };
                    }
                }
                _ => {}
            }
        }
        self.error(&checks::INVALID_DURATION, reference.span, "expected a duration");
        None
    }

    /// The longest session, which IAM keeps between one and twelve hours.
    ///
    /// See [`CreateRole`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html).
    fn session(&mut self, environment: &Environment, expr: &Expr) -> Option<u32> {
        let span = self.span(environment.module, expr.range());
        let seconds = self.duration(environment, expr, span)?;
        match u32::try_from(seconds) {
            Ok(seconds) if (3_600..=43_200).contains(&seconds) => Some(seconds),
            _ => {
                self.report(
                    Diagnostic::new(
                        &checks::INVALID_SESSION_DURATION,
                        span,
                        "a role's longest session lies between 1h and 12h",
                    )
                    .note("a caller can always ask for a shorter one"),
                );
                None
            }
        }
    }

    fn trust(&mut self, environment: &Environment, member: &Trust, document: &mut Document) {
        if let Some(body) = member.body() {
            self.statements(environment, &body, DocumentKind::Trust, &[], document);
            return;
        }
        let Some(list) = member.principals() else { return };
        let span = self.span(environment.module, member.range());
        let Some(principals) = self.principals(environment, &list) else { return };
        let mut actions = vec!["AssumeRole"];
        for name in member.with().unwrap_or_default() {
            match name.text() {
                "session-tags" => actions.push("TagSession"),
                "source-identity" => actions.push("SetSourceIdentity"),
                other => {
                    let at = self.span(environment.module, name.text_range());
                    self.report(
                        Diagnostic::new(&checks::UNKNOWN_NAME, at, format!("a session carries no `{other}`"))
                            .help("what it may carry is `session-tags` and `source-identity`"),
                    );
                    return;
                }
            }
        }
        let Some(statement) = self.trust_statement(environment, member, span, &actions) else { return };
        // Principals of different kinds stand in one statement: IAM's principal element takes a list of each.
        document
            .statements
            .push(PolicyStatement { principal: Some(PrincipalElement { negated: false, principals }), ..statement });
    }

    fn trust_statement(
        &mut self,
        environment: &Environment,
        member: &Trust,
        span: Span,
        actions: &[&str],
    ) -> Option<PolicyStatement> {
        let clauses: Vec<Clause> = member.clauses().collect();
        for clause in &clauses {
            if matches!(clause, Clause::On(_) | Clause::To(_)) {
                let at = self.span(environment.module, clause.syntax().text_range());
                self.error(&checks::MISPLACED_MEMBER, at, format!("`trust` takes no `{}`", clause.word()));
                return None;
            }
        }
        let clauses = self.clauses(environment, clauses.into_iter())?;
        let conditions: ConditionBlock = self.statement_conditions(environment, &clauses, &[])?;
        let patterns = actions.iter().map(|name| Sourced::new(ActionPattern::new("sts", *name), span)).collect();
        Some(PolicyStatement {
            sid: None,
            effect: Effect::Allow,
            principal: None,
            actions: Element::of(patterns),
            resources: None,
            conditions,
            span,
            documentation: iamx_syntax::ast::documentation(member.syntax()),
        })
    }

    /// The policy that `attach` or `boundary` names, made where that is to be done.
    fn attachment(
        &mut self,
        environment: &Environment,
        node: &AttachmentNode,
        identity: &str,
        kind: ManagedPolicyKind,
    ) -> Option<Attachment> {
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
                let name = self.plain_string(environment.module, &token)?;
                let at = self.span(environment.module, token.text_range());
                AttachmentTarget::Arn(self.aws_managed_policy(&name, at)?)
            }
            Expr::String(token) => {
                let arn = self.plain_string(environment.module, &token)?;
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
                    Some(token) => Some(self.plain_string(environment.module, &token)?),
                    None => None,
                };
                AttachmentTarget::Made(self.attached_policy(environment, &reference, identity, alias, kind)?)
            }
            other => {
                self.expected("a policy", &other, span);
                return None;
            }
        };
        Some(Attachment { target, span })
    }

    fn aws_managed_policy(&mut self, name: &str, span: Span) -> Option<String> {
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

    fn attached_policy(
        &mut self,
        environment: &Environment,
        reference: &Reference,
        identity: &str,
        alias: Option<String>,
        kind: ManagedPolicyKind,
    ) -> Option<usize> {
        let (wanted, what) = match kind {
            ManagedPolicyKind::Policy => (DeclaredKind::Policy, "a policy"),
            ManagedPolicyKind::Boundary => (DeclaredKind::Boundary, "a permissions boundary"),
        };
        let Target::Declaration(id) = reference.target else {
            self.error(&checks::MISMATCHED_TYPE, reference.span, format!("expected {what}"));
            return None;
        };
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(found, item) = &declaration.kind else {
            self.not_a_policy(&declaration, reference.span, what);
            return None;
        };
        if *found != wanted {
            self.not_a_policy(&declaration, reference.span, what);
            return None;
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
            return self.shared_policy(environment, id, kind);
        }
        let inner = self.bind(
            environment,
            declaration.module,
            &declaration.name,
            item.parameters().as_ref(),
            arguments,
            reference.span,
        )?;
        let (declared, path) = self.aws_name(declaration.module, item, &declaration.name, 128)?;
        let name = alias.unwrap_or_else(|| format!("{identity}-{declared}"));
        if !bounds::is_iam_name(&name, 128) {
            self.invalid_name(&name, 128, reference.span);
            return None;
        }
        if !self.policy_names.insert((environment.account, name.to_lowercase())) {
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
        let document = self.policy_document(&inner, id, item)?;
        self.program.policies.push(ManagedPolicy {
            kind,
            account: environment.account,
            name,
            path,
            description: item.documentation(),
            document,
            span: declaration.span,
        });
        Some(self.program.policies.len() - 1)
    }

    fn not_a_policy(&mut self, declaration: &Declaration, span: Span, what: &str) {
        let message = format!("expected {what}, and `{}` is {}", declaration.name, declaration.kind.describe());
        self.report(
            Diagnostic::new(&checks::MISMATCHED_TYPE, span, message).related(declaration.span, "declared here"),
        );
    }

    /// The one policy that a declaration without parameters makes in an account.
    fn shared_policy(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        kind: ManagedPolicyKind,
    ) -> Option<usize> {
        let account = self.home(id).or(environment.account);
        if let Some(index) = self.made.get(&(id, account)) {
            return Some(*index);
        }
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(_, item) = &declaration.kind else { return None };
        let (name, path) = self.aws_name(declaration.module, item, &declaration.name, 128)?;
        let inner = Environment::of(declaration.module).in_account(account);
        let document = self.policy_document(&inner, id, item)?;
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
        self.made.insert((id, account), index);
        Some(index)
    }

    fn policy_document(&mut self, inner: &Environment, id: DeclarationId, item: &Declared) -> Option<Document> {
        let declaration = self.names.get(id)?.clone();
        let mut document = Document::default();
        self.enter(id, declaration.span)?;
        if let Some(body) = item.body() {
            self.statements(inner, &body, DocumentKind::Identity, &[], &mut document);
        }
        self.leave();
        number_sids(&mut document);
        Some(document)
    }

    /// The name and path in AWS: `named` and `path`, else the item's name and `/`.
    fn aws_name(&mut self, module: usize, item: &Declared, declared: &str, max: usize) -> Option<(String, String)> {
        let (mut name, mut path) = (declared.to_owned(), "/".to_owned());
        for header in item.headers() {
            let slot = match header {
                Header::Named(_) => &mut name,
                Header::Path(_) => &mut path,
                _ => continue,
            };
            let token = header.string()?;
            *slot = self.plain_string(module, &token)?;
            let span = self.span(module, token.text_range());
            if matches!(header, Header::Named(_)) && !bounds::is_iam_name(&name, max) {
                self.invalid_name(&name, max, span);
                return None;
            }
            if matches!(header, Header::Path(_)) && !bounds::is_iam_path(&path) {
                self.report(
                    Diagnostic::new(&checks::INVALID_AWS_NAME, span, format!("`{path}` is no path of IAM's"))
                        .note("a path begins and ends with `/` and holds no blanks, as in `/data/`"),
                );
                return None;
            }
        }
        if !bounds::is_iam_name(&name, max) {
            let span = item.name().map(|token| self.span(module, token.text_range()))?;
            self.invalid_name(&name, max, span);
            return None;
        }
        Some((name, path))
    }

    fn invalid_name(&mut self, name: &str, max: usize, span: Span) {
        self.report(
            Diagnostic::new(&checks::INVALID_AWS_NAME, span, format!("`{name}` can't be a name in IAM"))
                .note(format!("a name is 1 to {max} letters, digits and `+=,.@_-`"))
                .help("give it another with `named \"…\"`"),
        );
    }

    /// An identity or policy as a resource: its ARN.
    pub(crate) fn entity_resource(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        item: &Declared,
        reference: &Reference,
    ) -> Option<Resource> {
        let declaration = self.names.get(id)?.clone();
        let (kind, max) = match item.kind()? {
            DeclaredKind::Role => ("role", 64),
            DeclaredKind::User => ("user", 64),
            DeclaredKind::Group => ("group", 128),
            DeclaredKind::Policy | DeclaredKind::Boundary => ("policy", 128),
            other => {
                self.not_yet_at(reference.span, &format!("the ARN of a `{}`", other.word()));
                return None;
            }
        };
        let home = self.home(id);
        if let (Some(said), Some(home)) = (reference.account, home)
            && said != home
        {
            let name =
                |index: usize| self.program.accounts.get(index).map(|account| account.name.clone()).unwrap_or_default();
            let message = format!("`{}` lives in `{}`, not in `{}`", declaration.name, name(home), name(said));
            self.report(
                Diagnostic::new(&checks::UNKNOWN_NAME, reference.span, message)
                    .related(declaration.span, "declared here"),
            );
            return None;
        }
        let account = home.or(reference.account).or(environment.account);
        let (name, path) = self.aws_name(declaration.module, item, &declaration.name, max)?;
        let Some(arn) = self.program.iam_arn(account, kind, &path, &name) else {
            self.report(
                Diagnostic::new(
                    &checks::MISSING_ACCOUNT,
                    reference.span,
                    format!("the ARN of `{}` needs an account id, and there is none", declaration.name),
                )
                .related(declaration.span, "declared here")
                .help("declare the account and say `in` where the item lives, or set `account` in `iamx.toml`"),
            );
            return None;
        };
        let argument = format!("{}{name}", path.trim_start_matches('/'));
        let typed = Typed {
            service: "iam".to_owned(),
            type_name: kind.to_owned(),
            arguments: vec![argument],
            region: None,
            account,
        };
        Some(Resource { arn, typed: Some(typed) })
    }

    /// `Reader.arn`, `Reader.name` as text.
    pub(crate) fn entity_string(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        reference: &Reference,
        what: &str,
    ) -> Option<Vec<Sourced<String>>> {
        let declaration = self.names.get(id)?.clone();
        let DeclarationKind::Entity(kind, item) = &declaration.kind else { return None };
        if let [Postfix::Name(part)] = reference.rest.as_slice()
            && part.text() == "name"
            && !matches!(kind, DeclaredKind::Resource)
        {
            let (name, _) = self.aws_name(declaration.module, item, &declaration.name, 128)?;
            return Some(vec![Sourced::new(name, reference.span)]);
        }
        if let (DeclaredKind::Resource, [Postfix::Name(part), ..]) = (kind, reference.rest.as_slice())
            && matches!(part.text(), "id" | "name" | "account" | "region" | "tags")
        {
            self.not_yet_at(reference.span, &format!("`.{}` of a resource", part.text()));
            return None;
        }
        if !matches!(kind, DeclaredKind::Resource)
            && !reference.rest.is_empty()
            && !matches!(reference.rest.as_slice(), [Postfix::Name(part)] if part.text() == "arn")
        {
            self.error(
                &checks::MISMATCHED_TYPE,
                reference.span,
                format!("expected {what}; the parts of {} are `arn` and `name`", declaration.kind.describe()),
            );
            return None;
        }
        let resources = self.referenced_resources(environment, reference)?;
        Some(resources.into_iter().map(|resource| Sourced::new(resource.value.arn, resource.span)).collect())
    }

    /// How many errors there are so far.
    fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == iamx_diagnostic::Severity::Error).count()
    }

    /// Two entities of a kind with one name in an account would be one.
    ///
    /// See [IAM names](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html), which ignore case.
    pub(crate) fn check_entities_named_once(&mut self) {
        let mut named: Vec<(&'static str, Option<usize>, String, Span)> = Vec::new();
        let program = &self.program;
        named
            .extend(program.policies.iter().map(|policy| ("policy", policy.account, policy.name.clone(), policy.span)));
        named.extend(program.roles.iter().map(|role| ("role", role.account, role.name.clone(), role.span)));
        named.extend(program.users.iter().map(|user| ("user", user.account, user.name.clone(), user.span)));
        named.extend(program.groups.iter().map(|group| ("group", group.account, group.name.clone(), group.span)));
        let mut first: std::collections::HashMap<(&'static str, Option<usize>, String), Span> =
            std::collections::HashMap::new();
        for (kind, account, name, span) in named {
            match first.entry((kind, account, name.to_lowercase())) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(span);
                }
                std::collections::hash_map::Entry::Occupied(entry) => {
                    let message = format!(
                        "two {}s of one account are called `{name}` in AWS",
                        kind.trim_end_matches('y').to_owned() + if kind == "policy" { "ie" } else { "" }
                    );
                    let diagnostic = Diagnostic::new(&checks::DUPLICATE_AWS_NAME, span, message)
                        .related(*entry.get(), "the other one")
                        .note("names in IAM ignore case")
                        .help("give one of them another name with `named \"…\"`");
                    self.diagnostics.push(diagnostic);
                }
            }
        }
    }
}

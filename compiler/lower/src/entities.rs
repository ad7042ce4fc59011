//! Roles, users, groups, managed policies, resources: what is made in which account.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Document, Sourced};
use iamx_syntax::ast::{AstNode, Body, BodyPart, Declared, DeclaredKind, Expr, Exprs, Header, Member};
use iamx_text::Span;

use crate::{
    Group, Identity, ManagedPolicyKind, Role, User,
    conditions::Formula,
    expiry::Ending,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    named_lists::ListOf,
    names::DeclarationId,
    organization::TagKeys,
    policies::Holder,
    scope::{Environment, Itself, Reference},
    shared::Shared,
    statements::{DocumentKind, number_sids},
};

/// Users of a group.
const MEMBERS: ListOf = ListOf {
    what: "a user",
    services: false,
    no_except: (&checks::MISMATCHED_TYPE, "among members `except` stands once, behind all of them"),
};

impl Lowerer<'_> {
    pub(crate) fn entity(&mut self, environment: &Environment, item: &Declared) {
        let Some(kind) = item.kind() else { return };
        let Some(name) = item.name() else { return };
        let span = self.span(environment.module, name.text_range());
        if !self.check_headers(environment.module, item, kind) {
            if matches!(kind, DeclaredKind::Resource | DeclaredKind::Extern) {
                self.refused_resources.insert(span);
            }
            // What it is used for isn't known then.
            self.used.extend(self.names.at(span));
            return;
        }
        self.check_members_once(environment.module, item);
        if kind == DeclaredKind::AccountPolicy {
            for account in self.homes_of(environment, item).iter().flat_map(|homes| homes.iter()) {
                self.begin_item();
                self.account_policy(&environment.in_account(*account), item, span);
            }
            return;
        }
        let Some(id) = self.names.at(span).and_then(|id| self.in_turn(environment, id)) else { return };
        let Some(homes) = self.homes(id) else {
            // What has a fault in its `in` is made nowhere, and nobody can use it.
            self.use_declaration(id);
            return;
        };
        if kind == DeclaredKind::Resource {
            self.check_one_account(id, item, &homes);
        }
        let mut shared = Shared::default();
        for account in homes.iter() {
            self.begin_item();
            let own = ItemInAccount { id, account: *account };
            let environment = environment.in_account(*account);
            if kind == DeclaredKind::Role {
                self.role_in_account(&environment, own, item, (name.text(), span), &mut shared);
            } else {
                self.entity_in_account(&environment, own, item, (kind, name.text(), span));
            }
        }
    }

    fn entity_in_account(
        &mut self,
        environment: &Environment,
        own: ItemInAccount,
        item: &Declared,
        (kind, name, span): (DeclaredKind, &str, Span),
    ) {
        let id = own.id;
        match kind {
            DeclaredKind::Resource | DeclaredKind::Extern => self.resource(environment, id, item),
            DeclaredKind::Policy | DeclaredKind::Boundary => self.standalone_policy(environment, id, item, kind),
            DeclaredKind::User => self.user(environment, item, name, span, own),
            DeclaredKind::Group => self.group(environment, item, name, span, own),
            DeclaredKind::Scp | DeclaredKind::Rcp => self.guardrail(environment, id, item),
            DeclaredKind::Oidc | DeclaredKind::Saml => self.provider_item(environment, id, item),
            DeclaredKind::PermissionSet => self.permission_set(environment, item, name, span, own),
            DeclaredKind::SessionPolicy => self.session_policy(environment, item, name, span, own),
            DeclaredKind::Role | DeclaredKind::AccountPolicy => {}
        }
    }

    /// What the turn of `environment` makes of the declaration.
    fn in_turn(&mut self, environment: &Environment, id: DeclarationId) -> Option<DeclarationId> {
        if environment.turns.is_empty() {
            return Some(id);
        }
        self.turn_of(environment, id)
    }

    /// Whether the kind takes the item's parameters, if it has any.
    fn check_item_parameters(&mut self, module: usize, item: &Declared, kind: DeclaredKind) -> bool {
        let Some(parameters) = item.parameters() else { return true };
        let (note, help) = match kind {
            DeclaredKind::Policy | DeclaredKind::Boundary => return true,
            DeclaredKind::SessionPolicy => (
                "whoever calls STS hands it over as it is, so nobody gives it arguments",
                "make the statements a `policy` with these parameters, and `include` it in a session policy for each use",
            ),
            _ => ("it is made as it stands, so nothing gives it arguments", "leave the parameters out"),
        };
        let at = self.span(module, iamx_syntax::ast::significant_range(parameters.syntax()));
        self.report(
            Diagnostic::new(&checks::MISPLACED_MEMBER, at, format!("{} takes no parameters", kind.with_article()))
                .note(note)
                .help(help),
        );
        false
    }

    /// Headers each at most once, and of use for the kind.
    fn check_headers(&mut self, module: usize, item: &Declared, kind: DeclaredKind) -> bool {
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        let mut right = self.check_item_parameters(module, item, kind);
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
            let fits = match &header {
                Header::In(_) => true,
                Header::Named(_) => !matches!(
                    kind,
                    DeclaredKind::Resource
                        | DeclaredKind::Extern
                        | DeclaredKind::AccountPolicy
                        | DeclaredKind::Oidc
                        | DeclaredKind::SessionPolicy
                ),
                Header::Path(_) => matches!(
                    kind,
                    DeclaredKind::Role
                        | DeclaredKind::User
                        | DeclaredKind::Group
                        | DeclaredKind::Policy
                        | DeclaredKind::Boundary
                ),
                Header::Region(_) | Header::EncryptedBy(_) => kind.is_resource(),
                // Said there where it doesn't.
                Header::Until(_) => {
                    right &= self.check_end(module, item, &header);
                    true
                }
            };
            if !fits {
                self.error(&checks::MISPLACED_MEMBER, span, format!("{} takes no `{word}`", kind.with_article()));
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
            if matches!(member, Member::Trust(_) | Member::Attach(_) | Member::Assign(_)) {
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

    pub(crate) fn misplaced_members(&mut self, module: usize, body: &Body, kind: DeclaredKind) {
        for part in body.parts() {
            if let BodyPart::Member(member) = part {
                self.misplaced(module, &member, kind);
            }
        }
    }

    pub(crate) fn misplaced(&mut self, module: usize, member: &Member, kind: DeclaredKind) {
        let span = self.span(module, iamx_syntax::ast::significant_range(member.syntax()));
        self.error(&checks::MISPLACED_MEMBER, span, format!("{} takes no `{}`", kind.with_article(), member.word()));
    }

    pub(crate) fn role(
        &mut self,
        environment: &Environment,
        item: &Declared,
        declared: &str,
        span: Span,
        id: DeclarationId,
    ) {
        let own = ItemInAccount { id, account: environment.kept_in() };
        let Some(mut identity) = self.new_identity(environment, item, declared, 64, span) else { return };
        let mut trust = Document::default();
        let (mut max_session, mut instance_profile) = (None, false);
        let errors = self.errors();
        for part in item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            match part {
                BodyPart::Member(Member::Trust(member)) => {
                    self.trust(&environment.within(Itself::Role(id)), &member, &mut trust);
                }
                BodyPart::Member(Member::Session(member)) => {
                    max_session = member.duration().and_then(|duration| self.session(environment, &duration));
                }
                BodyPart::Member(Member::InstanceProfile(_)) => instance_profile = true,
                other => self.identity_part(environment, other, DeclaredKind::Role, &Formula::ALWAYS, &mut identity),
            }
        }
        if trust.statements.is_empty() && self.errors() == errors && !self.is_damaged(environment.module, item.range())
        {
            self.untrusting.push((own, declared.to_owned()));
        }
        identity.inline.statements.extend(self.expiry(environment, item));
        number_sids(&mut trust);
        number_sids(&mut identity.inline);
        self.entities.insert(own, self.program.roles.len());
        self.program.roles.push(Role {
            identity,
            description: item.documentation(),
            trust,
            max_session,
            instance_profile,
        });
    }

    fn user(&mut self, environment: &Environment, item: &Declared, declared: &str, span: Span, own: ItemInAccount) {
        let Some(mut identity) = self.new_identity(environment, item, declared, 64, span) else { return };
        let (mut console, mut access_key) = (false, None);
        for part in item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()) {
            match part {
                BodyPart::Member(Member::Console(_)) => console = true,
                BodyPart::Member(Member::AccessKey(member)) => access_key = self.access_key(environment, &member),
                other => self.identity_part(environment, other, DeclaredKind::User, &Formula::ALWAYS, &mut identity),
            }
        }
        identity.inline.statements.extend(self.expiry(environment, item));
        number_sids(&mut identity.inline);
        self.entities.insert(own, self.program.users.len());
        self.program.users.push(User { identity, console, access_key });
    }

    fn group(&mut self, environment: &Environment, item: &Declared, declared: &str, span: Span, own: ItemInAccount) {
        let Some(mut identity) = self.new_identity(environment, item, declared, 128, span) else { return };
        let Some(end) = self.item_end(environment, item) else { return };
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
                    let Some(list) = member.expressions() else { continue };
                    for user in self.members(environment, &list).unwrap_or_default() {
                        if members.contains(&user.value) {
                            let message = format!("`{}` is listed twice", user.value);
                            self.error(&checks::DUPLICATE_CLAUSE, user.span, message);
                            continue;
                        }
                        members.push(user.value);
                    }
                }
                other => self.identity_part(environment, other, DeclaredKind::Group, &end, &mut identity),
            }
        }
        number_sids(&mut identity.inline);
        self.group_endings.extend(Ending::of(&end).map(|ending| (own, ending)));
        self.entities.insert(own, self.program.groups.len());
        self.program.groups.push(Group { identity, members, members_external });
    }

    /// The names in AWS of the users that `members` names, without those behind `except`.
    fn members(&mut self, environment: &Environment, list: &Exprs) -> Option<Vec<Sourced<String>>> {
        let kept = self.users_named(environment, &list.items());
        let taken = self.users_named(environment, &list.excepted());
        let (mut kept, taken) = (kept?, taken?);
        for user in &taken {
            if kept.iter().all(|one| one.value != user.value) {
                let message = format!("`{}` isn't among those that it is taken from", user.value);
                self.error(&checks::MISMATCHED_TYPE, user.span, message);
            }
        }
        kept.retain(|user| taken.iter().all(|other| other.value != user.value));
        if kept.is_empty() {
            let span = self.span(environment.module, list.range());
            self.error(&checks::EMPTY_LIST, span, "`except` takes everyone away");
            return None;
        }
        Some(kept)
    }

    fn users_named(&mut self, environment: &Environment, items: &[Expr]) -> Option<Vec<Sourced<String>>> {
        self.each_of_items(environment, items, MEMBERS, &mut |lowerer, inner, written| {
            let Some(reference) = written.reference else {
                lowerer.expected("a user", written.expr, written.span);
                return None;
            };
            lowerer.users_of(environment, inner, reference, written.span)
        })
    }

    /// The users that `reference` names, which are of the group's account.
    fn users_of(
        &mut self,
        group: &Environment,
        environment: &Environment,
        reference: &Reference,
        span: Span,
    ) -> Option<Vec<Sourced<String>>> {
        let reference = self.followed(reference.clone())?;
        let own = environment.in_account(group.account());
        let users = self.items_of_kind(&own, &reference, DeclaredKind::User, "a user", span)?;
        let mut names = Vec::new();
        for user in users {
            let declaration = self.names.get(user.id)?.clone();
            if user.account != group.account() {
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
            names.push(Sourced::new(self.name_of(user, 64)?, span));
        }
        Some(names)
    }

    /// What a role, user or group has before its body is read.
    fn new_identity(
        &mut self,
        environment: &Environment,
        item: &Declared,
        declared: &str,
        longest_name: usize,
        span: Span,
    ) -> Option<Identity> {
        let (name, path) = self.aws_name(environment, item, declared, longest_name)?;
        Some(Identity {
            account: environment.kept_in(),
            name,
            path,
            inline: Document::default(),
            attachments: Vec::new(),
            boundary: None,
            tags: Vec::new(),
            span,
        })
    }

    /// A part of a body that roles, users and groups share; its statements are under the conditions.
    fn identity_part(
        &mut self,
        environment: &Environment,
        part: BodyPart,
        kind: DeclaredKind,
        conditions: &Formula,
        identity: &mut Identity,
    ) {
        let name = identity.name.clone();
        let holder = Holder { name: &name, span: identity.span };
        match part {
            BodyPart::Statement(statement) => {
                self.statement(environment, &statement, DocumentKind::Identity, conditions, &mut identity.inline);
            }
            BodyPart::Member(member) if self.is_damaged(environment.module, member.syntax().text_range()) => {}
            BodyPart::Member(member @ Member::Attach(_)) => {
                for node in member.attachments() {
                    let kind = ManagedPolicyKind::Policy;
                    for attachment in self.attachments(environment, &node, holder, kind).unwrap_or_default() {
                        if !self.is_of_one_account(identity, &attachment) {
                            continue;
                        }
                        if let Some(first) = identity.attachments.iter().find(|other| other.target == attachment.target)
                        {
                            let diagnostic = Diagnostic::new(
                                &checks::DUPLICATE_CLAUSE,
                                attachment.span,
                                "this policy is attached twice",
                            )
                            .related(first.span, "first attached here");
                            self.report(diagnostic);
                            continue;
                        }
                        identity.attachments.push(attachment);
                    }
                }
            }
            BodyPart::Member(member @ Member::Boundary(_)) if kind != DeclaredKind::Group => {
                let node = member.attachments().next();
                let boundary = node
                    .and_then(|node| self.one_attachment(environment, &node, holder, ManagedPolicyKind::Boundary))
                    .filter(|boundary| self.is_of_one_account(identity, boundary));
                identity.boundary = boundary.or(identity.boundary.take());
            }
            BodyPart::Member(Member::Tags(tags)) if kind != DeclaredKind::Group => {
                identity.tags = self.tags(environment, &tags, TagKeys::WithoutCase);
            }
            BodyPart::Member(member) => self.misplaced(environment.module, &member, kind),
        }
    }
}

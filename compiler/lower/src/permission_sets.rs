//! Permission sets of IAM Identity Center.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Document;
use iamx_syntax::{
    SyntaxKind,
    ast::{Assign, AstNode, Attachment as AttachmentNode, BodyPart, Declared, DeclaredKind, Member},
};
use iamx_text::Span;

use crate::{
    Assignment, AttachmentTarget, ManagedPolicyKind, PermissionSet, PermissionSetPolicy, PermissionSetTarget,
    conditions::Formula,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    organization::TagKeys,
    policies::Holder,
    scope::Environment,
    statements::{DocumentKind, number_sids},
};

/// The longest name of a permission set.
///
/// See [`CreatePermissionSet`](https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html).
const LONGEST_NAME: usize = 32;

impl Lowerer<'_> {
    pub(crate) fn permission_set(
        &mut self,
        environment: &Environment,
        item: &Declared,
        declared: &str,
        span: Span,
        own: ItemInAccount,
    ) {
        let Some((name, _)) = self.aws_name(environment, item, declared, LONGEST_NAME) else { return };
        let parts: Vec<_> = item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>()).collect();
        let mut assignments = Vec::new();
        for part in &parts {
            if let BodyPart::Member(Member::Assign(assign)) = part {
                self.assignment(environment, assign, &mut assignments);
            }
        }
        let accounts = assigned(&assignments);
        // Its statements speak of the account that they are used in, where that is one.
        let inner = environment.assigned_to(&accounts);
        let holder = Holder { name: &name, span };
        let mut set = PermissionSet {
            account: environment.account(),
            name: name.clone(),
            description: item.documentation(),
            session: None,
            inline: Document::default(),
            attachments: Vec::new(),
            boundary: None,
            assignments,
            tags: Vec::new(),
            span,
        };
        for part in parts {
            match part {
                BodyPart::Statement(statement) => {
                    self.statement(&inner, &statement, DocumentKind::Identity, &Formula::ALWAYS, &mut set.inline);
                }
                BodyPart::Member(member) if self.is_damaged(environment.module, member.syntax().text_range()) => {}
                BodyPart::Member(Member::Assign(_)) => {}
                BodyPart::Member(Member::Session(member)) => {
                    set.session = member.duration().and_then(|duration| self.session(environment, &duration));
                }
                BodyPart::Member(Member::Tags(tags)) => set.tags = self.tags(environment, &tags, TagKeys::WithCase),
                BodyPart::Member(member @ Member::Attach(_)) => {
                    for node in member.attachments() {
                        let kind = ManagedPolicyKind::Policy;
                        let policies = self.policies_of_set(environment, &node, holder, kind, &accounts);
                        for policy in policies.unwrap_or_default() {
                            if let Some(first) = set.attachments.iter().find(|other| other.target == policy.target) {
                                let diagnostic = Diagnostic::new(
                                    &checks::DUPLICATE_CLAUSE,
                                    policy.span,
                                    "this policy is attached twice",
                                )
                                .related(first.span, "first attached here");
                                self.report(diagnostic);
                                continue;
                            }
                            set.attachments.push(policy);
                        }
                    }
                }
                BodyPart::Member(member @ Member::Boundary(_)) => {
                    let kind = ManagedPolicyKind::Boundary;
                    if let Some(node) = member.attachments().next() {
                        let policies = self.policies_of_set(environment, &node, holder, kind, &accounts);
                        set.boundary = policies.unwrap_or_default().pop();
                    }
                }
                BodyPart::Member(member) => {
                    self.misplaced(environment.module, &member, DeclaredKind::PermissionSet);
                }
            }
        }
        set.inline.statements.extend(self.expiry(environment, item));
        number_sids(&mut set.inline);
        self.entities.insert(own, self.program.permission_sets.len());
        self.program.permission_sets.push(set);
    }

    fn assignment(&mut self, environment: &Environment, assign: &Assign, assignments: &mut Vec<Assignment>) {
        let (Some(kind), Some(scope)) = (assign.kind(), assign.scope()) else { return };
        let group = kind.kind() == SyntaxKind::GROUP_KW;
        let Some(accounts) = self.scope_accounts(environment, &scope) else { return };
        for token in assign.names() {
            let span = self.span(environment.module, token.text_range());
            let Some(name) = self.text(environment, &token) else { continue };
            for account in accounts.iter() {
                let same = |one: &&Assignment| one.group == group && one.name == name && one.account == *account;
                if let Some(first) = assignments.iter().find(same) {
                    let account = self.program.account(Some(*account)).map(|account| account.name.clone());
                    let message = format!("`{name}` is assigned to `{}` twice", account.unwrap_or_default());
                    let diagnostic = Diagnostic::new(&checks::DUPLICATE_CLAUSE, span, message)
                        .related(first.span, "first assigned here");
                    self.report(diagnostic);
                    break;
                }
                assignments.push(Assignment { group, name: name.clone(), account: *account, span });
            }
        }
    }

    /// The policies of the set that `attach` or `boundary` names: one of AWS's, or those that are made in every account that
    /// the set is assigned to.
    fn policies_of_set(
        &mut self,
        environment: &Environment,
        node: &AttachmentNode,
        set: Holder<'_>,
        kind: ManagedPolicyKind,
        accounts: &[usize],
    ) -> Option<Vec<PermissionSetPolicy>> {
        let span = self.span(environment.module, node.range());
        // By policy, what is made of it in each account.
        let mut made: Vec<Vec<usize>> = Vec::new();
        let first = accounts.first().copied();
        for account in first.map_or(vec![None], |_| accounts.iter().copied().map(Some).collect()) {
            let own = environment.in_account(account);
            let before = self.diagnostics.len();
            let attachments = match kind {
                ManagedPolicyKind::Policy => self.attachments(&own, node, set, kind),
                ManagedPolicyKind::Boundary => self.one_attachment(&own, node, set, kind).map(|one| vec![one]),
            };
            let Some(attachments) = attachments else {
                self.needed_in_each(before);
                return None;
            };
            for (policy, attachment) in attachments.into_iter().enumerate() {
                match attachment.target {
                    AttachmentTarget::Arn(arn) if arn.split(':').nth(4) == Some("aws") => {
                        return Some(vec![PermissionSetPolicy { target: PermissionSetTarget::Aws(arn), span }]);
                    }
                    AttachmentTarget::Arn(arn) => {
                        self.one_for_all_accounts(&arn, span);
                        return None;
                    }
                    AttachmentTarget::Made(_) if account.is_none() => {
                        self.report(
                            Diagnostic::new(&checks::MISSING_MEMBER, span, "this policy is made in no account")
                                .note("it is made in those that the permission set is assigned to, and there are none")
                                .help("say who has the set where, as in `assign group \"analysts\" to prod`"),
                        );
                        return None;
                    }
                    AttachmentTarget::Made(index) => {
                        made.resize(made.len().max(policy + 1), Vec::new());
                        made.get_mut(policy)?.push(index);
                    }
                }
            }
        }
        made.into_iter().map(|made| self.policy_of_accounts(made, span)).collect()
    }

    /// Findings since `before` that the set's policy has no statement in an account: it is needed there all the same.
    fn needed_in_each(&mut self, before: usize) {
        let found = self.diagnostics.iter_mut().skip(before);
        for diagnostic in found.filter(|one| one.check == &checks::MISSING_STATEMENT) {
            diagnostic.help = Some(
                "add a statement for that account, or assign a permission set without this policy there: IAM Identity Center \
                 looks for it in each account that the set is assigned to"
                    .to_owned(),
            );
        }
    }

    /// A permission set knows its policies by name and path, the same in every account.
    ///
    /// See [custom permissions](https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html).
    fn policy_of_accounts(&mut self, made: Vec<usize>, span: Span) -> Option<PermissionSetPolicy> {
        let mut policies = made.iter().filter_map(|index| self.program.policies.get(*index));
        let first = policies.next()?;
        if let Some(other) = policies.find(|other| (&other.name, &other.path) != (&first.name, &first.path)) {
            let called = |policy: &crate::ManagedPolicy| format!("{}{}", policy.path, policy.name);
            let accounts = (first.account.map_or_else(String::new, |one| self.account_name(one)), other.account);
            let message = format!(
                "this policy is `{}` in `{}` and `{}` in `{}`",
                called(first),
                accounts.0,
                called(other),
                accounts.1.map_or_else(String::new, |one| self.account_name(one))
            );
            let diagnostic = Diagnostic::new(&checks::MISMATCHED_TYPE, span, message)
                .related(first.span, "declared here")
                .note("a permission set knows a policy by one name and path, in every account that it is assigned to")
                .help("leave what differs out of `named` and `path`");
            self.report(diagnostic);
            return None;
        }
        let target = PermissionSetTarget::Customer { name: first.name.clone(), path: first.path.clone(), made };
        Some(PermissionSetPolicy { target, span })
    }

    fn one_for_all_accounts(&mut self, arn: &str, span: Span) {
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("a permission set can't have the one policy `{arn}`"),
            )
            .note("it is used in many accounts, each of which has a policy of its own under the name")
            .help("declare the policy: it is then made in every account that the set is assigned to"),
        );
    }
}

/// The accounts of the assignments, each once.
fn assigned(assignments: &[Assignment]) -> Vec<usize> {
    let mut accounts = Vec::new();
    for assignment in assignments {
        if !accounts.contains(&assignment.account) {
            accounts.push(assignment.account);
        }
    }
    accounts
}

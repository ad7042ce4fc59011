//! The policies of resources, and those that a service keeps for an account.

use std::collections::HashMap;

use iamx_catalog::{
    PolicyCarrier, ResourcePolicyForm, account_policy_form, resource_policy_form, resource_policy_forms,
};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Document, deployed_names};
use iamx_syntax::ast::{AstNode, Body, BodyPart, Declared, DeclaredKind, Member};
use iamx_text::Span;

use crate::{
    PolicyHolder, ResourcePolicy,
    accounts::Homes,
    bounds,
    conditions::Formula,
    encryption::MadeResource,
    expiry::Ending,
    lowerer::Lowerer,
    names::{DeclarationId, nearest},
    organization::TagKeys,
    policies::ADD_BODY,
    resources::{Resource, Typed, quoted},
    scope::{Environment, Itself},
    statements::{DocumentKind, number_sids},
};

impl Lowerer<'_> {
    /// `resource name: service.type(…) { … }`, or an `extern` with its body.
    pub(crate) fn resource(&mut self, environment: &Environment, id: DeclarationId, item: &Declared) {
        let resources = item.type_call().and_then(|_| self.declared_resource(id, item, environment.account()));
        let before = self.program.resource_policies.len();
        let end = self.resource_body(environment, id, item, resources.as_deref());
        let ending = end.as_ref().and_then(Ending::of);
        let policy = (self.program.resource_policies.len() > before).then_some(before);
        let key = self.encryption_key(environment, item, resources.as_deref().unwrap_or_default());
        for resource in resources.unwrap_or_default() {
            let account = environment.account();
            let ending = ending.clone();
            self.resources_made.push(MadeResource { declaration: id, account, resource, policy, key, ending });
        }
    }

    /// The policy that the body is, if it is one; gives when its statements hold.
    fn resource_body(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        item: &Declared,
        resources: Option<&[Resource]>,
    ) -> Option<Formula> {
        let body = item.body()?;
        let (mut tags, mut is_policy) = (false, body.parts().next().is_none());
        for part in body.parts() {
            match part {
                BodyPart::Member(Member::Tags(node)) => {
                    self.tags(environment, &node, TagKeys::WithCase);
                    tags = true;
                }
                BodyPart::Member(member) => {
                    self.misplaced(environment.module, &member, item.kind().unwrap_or(DeclaredKind::Resource));
                }
                BodyPart::Statement(_) => is_policy = true,
            }
        }
        if !is_policy || (tags && body.statements().next().is_none()) {
            return None;
        }
        self.use_declaration(id);
        self.policy_of_resource(environment, id, item, &body, resources?.to_vec())
    }

    /// A resource whose ARN names no account is one in all of AWS, and so in one account.
    pub(crate) fn check_one_account(&mut self, id: DeclarationId, item: &Declared, homes: &Homes) {
        let (first, last) = match &**homes {
            [Some(first), .., Some(last)] => (*first, *last),
            _ => return,
        };
        let errors = self.errors();
        let mut arn = |account| {
            let resources = item.type_call().and_then(|_| self.declared_resource(id, item, Some(account)))?;
            resources.into_iter().map(|resource| resource.arn).find(|arn| !arn.contains(['*', '?']))
        };
        let (Some(one), Some(other)) = (arn(first), arn(last)) else { return };
        if one != other || self.errors() > errors {
            return;
        }
        let Some(declared) = self.names.get(id).map(|declaration| declaration.span) else { return };
        let message = format!("`{one}` can't be in `{}` and `{}`", self.account_name(first), self.account_name(last));
        self.report(
            Diagnostic::new(&checks::DUPLICATE_AWS_NAME, declared, message)
                .note("its ARN names no account, so there is one of it in all of AWS")
                .help("say the account in its name, as in `\"…-${account.name}\"`, or name one account after `in`"),
        );
    }

    fn policy_of_resource(
        &mut self,
        environment: &Environment,
        id: DeclarationId,
        item: &Declared,
        body: &Body,
        mut resources: Vec<Resource>,
    ) -> Option<Formula> {
        let declaration = self.names.get(id).cloned()?;
        let span = item
            .type_call()
            .and_then(|call| call.path())
            .map_or(declaration.span, |path| self.span(environment.module, path.range()));
        let (Some(Resource { arn, typed: Some(typed) }), true) = (resources.pop(), resources.is_empty()) else {
            let message = "a policy is one resource's, and this is several";
            self.error(&checks::MISMATCHED_TYPE, span, message);
            return None;
        };
        if typed.arguments.iter().any(|argument| argument.contains(['*', '?'])) {
            self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, span, "a policy is one resource's, and this is a pattern")
                    .help("name the resource whose policy it is"),
            );
            return None;
        }
        let Some(form) = resource_policy_form(&typed.service, &typed.type_name) else {
            self.no_resource_policy(&typed, span);
            return None;
        };
        let own = self.policy_subject(form, Resource { arn: arn.clone(), typed: Some(typed.clone()) }, span)?;
        let end = self.item_end(environment, item)?;
        let mut document = Document::default();
        let inner = environment.within(Itself::Resource(own, id));
        self.statements(&inner, body, DocumentKind::Resource(form), &end, &mut document);
        self.finish_sids(form, &mut document);
        let holder = self.policy_holder(typed, arn);
        self.program.resource_policies.push(ResourcePolicy {
            account: environment.account(),
            name: declaration.name_with_values(),
            form,
            holder,
            document,
            span: declaration.span,
        });
        Some(end)
    }

    /// The resource with that ARN, as it holds a policy.
    pub(crate) fn policy_holder(&self, typed: Typed, arn: String) -> PolicyHolder {
        PolicyHolder::Resource {
            service: typed.service,
            resource_type: typed.type_name,
            arguments: typed.arguments,
            region: typed.region.filter(|region| deployed_names(region).next().is_none()),
            deployed: self.program.externs.found_in(&arn).into_iter().next(),
            arn,
        }
    }

    /// What `self` is in the policy.
    pub(crate) fn policy_subject(&mut self, form: &ResourcePolicyForm, own: Resource, span: Span) -> Option<Resource> {
        let iamx_catalog::PolicySubject::OtherType(prefix, name) = form.subject else { return Some(own) };
        let typed = own.typed?;
        let resource_type = self.catalog().service(prefix)?.resource_type(name)?;
        let template = resource_type.arn_templates.first()?;
        let mut arguments = typed.arguments;
        arguments.resize(template.arity(), "*".to_owned());
        let typed = Typed { service: prefix.to_owned(), type_name: name.to_owned(), arguments, ..typed };
        let arn = self.fill(template, &typed, span)?;
        Some(Resource { arn, typed: Some(typed) })
    }

    fn no_resource_policy(&mut self, typed: &Typed, span: Span) {
        // Its permissions are given to accounts and roles alone, by `AddProfilePermission`.
        if (typed.service.as_str(), typed.type_name.as_str()) == ("signer", "signing-profile") {
            self.not_yet_at(span, "the permissions of a signing profile");
            return;
        }
        let message = format!("`{}.{}` has no policy of its own", typed.service, typed.type_name);
        let others: Vec<String> = resource_policy_forms()
            .iter()
            .filter_map(|form| match form.carrier {
                PolicyCarrier::Type(service, name) if service == typed.service => Some(format!("{service}.{name}")),
                _ => None,
            })
            .collect();
        let mut diagnostic = Diagnostic::new(&checks::NO_RESOURCE_POLICY, span, message);
        diagnostic = match others.as_slice() {
            [] => diagnostic.note("AWS keeps policies of resources for some services only"),
            _ => diagnostic.note(format!("of `{}`, those that have one are {}", typed.service, quoted(&others))),
        };
        self.report(diagnostic.help("leave the body out, and say in identities' policies who may use it"));
    }

    /// `account-policy logs "to-opensearch" in prod { … }`
    pub(crate) fn account_policy(&mut self, environment: &Environment, item: &Declared, span: Span) {
        let Some(kind) = item.name() else { return };
        let Some(form) = account_policy_form(kind.text()) else {
            self.no_account_policy(kind.text(), span);
            return;
        };
        let PolicyCarrier::Account { service, named } = form.carrier else { return };
        let Some(name) = self.account_policy_name(environment, item, service, named, span) else { return };
        let body = item.body();
        if body.as_ref().is_none_or(|body| body.statements().next().is_none())
            && !self.is_damaged(environment.module, item.range())
        {
            self.report(
                Diagnostic::new(&checks::MISSING_STATEMENT, span, "this policy has no statement")
                    .note("AWS makes no policy without one")
                    .help(if body.is_some() { "add a statement, or delete it" } else { ADD_BODY }),
            );
        }
        let Some(body) = body else { return };
        self.misplaced_members(environment.module, &body, DeclaredKind::AccountPolicy);
        let Some(end) = self.item_end(environment, item) else { return };
        let mut document = Document::default();
        self.statements(environment, &body, DocumentKind::Resource(form), &end, &mut document);
        self.finish_sids(form, &mut document);
        // It has no name that could be used, and so is no declaration.
        self.program.item_ends.insert(span, item.range().end());
        self.program.resource_policies.push(ResourcePolicy {
            account: environment.account(),
            name: name.unwrap_or_else(|| service.to_owned()),
            form,
            holder: PolicyHolder::Account { service: service.to_owned(), named },
            document,
            span,
        });
    }

    /// The name of an account's policy; the inner `None` where the service keeps one without a name.
    #[allow(clippy::option_option, reason = "the outer one says that something is wrong")]
    fn account_policy_name(
        &mut self,
        environment: &Environment,
        item: &Declared,
        service: &str,
        named: bool,
        span: Span,
    ) -> Option<Option<String>> {
        let token = item.text();
        match (token, named) {
            (None, false) => Some(None),
            (None, true) => {
                self.report(
                    Diagnostic::new(&checks::MISSING_NAME, span, format!("a policy of `{service}` has a name"))
                        .help(format!("write it behind the service: `account-policy {service} \"…\"`")),
                );
                None
            }
            (Some(token), false) => {
                let at = self.span(environment.module, token.text_range());
                self.report(
                    Diagnostic::new(
                        &checks::MISPLACED_MEMBER,
                        at,
                        format!("`{service}` keeps one policy an account, without a name"),
                    )
                    .help("leave the name out"),
                );
                None
            }
            (Some(token), true) => {
                let name = self.text(environment, &token)?;
                if !bounds::is_iam_name(&name, 128) {
                    let at = self.span(environment.module, token.text_range());
                    self.report(
                        Diagnostic::new(
                            &checks::INVALID_AWS_NAME,
                            at,
                            format!("`{name}` can't be the name of a policy of `{service}`"),
                        )
                        .note("a name is 1 to 128 letters, digits and `+=,.@_-`, and neither `.` nor `..`")
                        .help("give it another name"),
                    );
                    return None;
                }
                Some(Some(name))
            }
        }
    }

    fn no_account_policy(&mut self, written: &str, span: Span) {
        let known: Vec<String> = resource_policy_forms()
            .iter()
            .filter_map(|form| match form.carrier {
                PolicyCarrier::Account { service, .. } => Some(service.to_owned()),
                PolicyCarrier::Type(..) => None,
            })
            .collect();
        let mut diagnostic =
            Diagnostic::new(&checks::NO_RESOURCE_POLICY, span, format!("`{written}` keeps no policy for an account"))
                .note(format!("services that do are {}", quoted(&known)));
        if let Some(near) = nearest(written, known.into_iter()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    /// Statement ids that differ; one for every statement, where the service asks for that.
    pub(crate) fn finish_sids(&mut self, form: &ResourcePolicyForm, document: &mut Document) {
        let quota = form.quota.and_then(|kind| self.catalog().quota(kind));
        let permissions = matches!(form.statements, iamx_catalog::PolicyStatements::Permissions(_));
        number_sids(document);
        if permissions || quota.is_some_and(|quota| quota.unique_sids) {
            name_every_statement(document);
        }
    }

    /// Two policies of one resource would be one, and two of one name one file.
    pub(crate) fn check_resource_policies_once(&mut self) {
        let mut findings = Vec::new();
        let mut holders: HashMap<Holder<'_>, Span> = HashMap::new();
        let mut files: HashMap<(Option<usize>, String), (&str, Span)> = HashMap::new();
        let mut references: HashMap<(Option<usize>, &str), (Span, &str)> = HashMap::new();
        for policy in &self.program.resource_policies {
            // Of a name that is declared twice that was said.
            if self.names.is_named_again(policy.span) {
                continue;
            }
            // A resource is known by its ARN, an account's policy by the service and its name.
            let holder = match &policy.holder {
                PolicyHolder::Resource { arn, .. } => (Some(arn.as_str()), None, "", ""),
                PolicyHolder::Account { service, .. } => (None, policy.account, service.as_str(), policy.name.as_str()),
            };
            if let Some(first) = holders.get(&holder) {
                findings.push(
                    Diagnostic::new(
                        &checks::DUPLICATE_AWS_NAME,
                        policy.span,
                        format!("{} has two policies", policy.holder.describe()),
                    )
                    .related(*first, "the other one")
                    .help(if *first == policy.span {
                        "a `for` makes both: say its value in what the resource is called, `\"…-${…}\"`"
                    } else {
                        "put the statements into one of them"
                    }),
                );
                continue;
            }
            holders.insert(holder, policy.span);
            if !policy.holder.is_resource() {
                continue;
            }
            // Two externs may be one, and are where Terraform makes them under one reference.
            if let PolicyHolder::Resource { deployed: Some(index), .. } = policy.holder
                && let Some(made) = self.program.externs.get(index)
                && let Some((first, name)) =
                    references.insert((policy.account, &made.reference.text), (policy.span, &policy.name))
            {
                let message = format!("`{name}` and `{}` are one resource, which has one policy", policy.name);
                findings.push(
                    Diagnostic::new(&checks::DUPLICATE_AWS_NAME, policy.span, message)
                        .related(first, "the other one")
                        .help("put the statements into one of them"),
                );
                continue;
            }
            let file = (policy.account, policy.name.to_lowercase());
            if let Some((name, first)) = files.insert(file, (&policy.name, policy.span)) {
                let message = if name == policy.name {
                    format!("two resources of one account that have policies are called `{name}`")
                } else {
                    format!(
                        "the policies of `{name}` and `{}` are one file where letters' case says nothing",
                        policy.name
                    )
                };
                findings.push(
                    Diagnostic::new(&checks::DUPLICATE_AWS_NAME, policy.span, message)
                        .related(first, "the other one")
                        .note("a policy's file is named for its resource, and in a `for` for the value too")
                        .help("give one of them another name"),
                );
            }
        }
        self.diagnostics.append(&mut findings);
    }
}

/// What a policy is of: a resource by its ARN, or an account, with the service and the name of the policy.
type Holder<'p> = (Option<&'p str>, Option<usize>, &'p str, &'p str);

/// Gives each statement without an id one that no other has.
fn name_every_statement(document: &mut Document) {
    let mut taken: std::collections::HashSet<String> =
        document.statements.iter().filter_map(|statement| statement.sid.clone()).collect();
    let mut count = 0;
    for statement in &mut document.statements {
        while statement.sid.is_none() {
            count += 1;
            let sid = format!("Statement{count}");
            if taken.insert(sid.clone()) {
                statement.sid = Some(sid);
            }
        }
    }
}

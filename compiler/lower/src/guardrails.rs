//! Service and resource control policies, and what they are attached to.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Document;
use iamx_syntax::ast::{AstNode, Declared, DeclaredKind, Expr, NodePart, Path};
use iamx_text::Span;

use crate::{
    Guardrail, GuardrailAttachment, GuardrailKind, OrganizationNode,
    lowerer::Lowerer,
    names::{DeclarationId, DeclarationKind},
    scope::{Environment, Target},
    statements::{DocumentKind, number_sids},
};

/// AWS's own SCP, which is attached to every node from the beginning.
const FULL_ACCESS: &str = "FullAWSAccess";
/// AWS's own RCP, which no one can detach.
const RCP_FULL_ACCESS: &str = "RCPFullAWSAccess";

impl Lowerer<'_> {
    pub(crate) fn guardrail(&mut self, environment: &Environment, id: DeclarationId, item: &Declared) {
        let Some(kind) = item.kind() else { return };
        let Some(declaration) = self.names.get(id).cloned() else { return };
        let (guardrail, statements) = match kind {
            DeclaredKind::Rcp => (GuardrailKind::Rcp, DocumentKind::Rcp),
            _ => (GuardrailKind::Scp, DocumentKind::Scp),
        };
        let Some((name, _)) = self.aws_name(environment, item, &declaration.name, 128) else { return };
        let mut document = Document::default();
        let says_something = item.body().is_some_and(|body| body.statements().next().is_some());
        if let Some(body) = item.body() {
            self.misplaced_members(environment.module, &body, kind);
            let Some(end) = self.item_end(environment, item) else { return };
            // Its account is where it is kept, and says nothing of whom it binds.
            self.statements(&environment.of_any_account(), &body, statements, &end, &mut document);
            self.check_ending_guardrail(environment, item, &document);
        }
        // A condition that never holds takes its statement along, and so may a fault that was told elsewhere.
        if document.statements.is_empty() && (!says_something || self.errors() == 0) {
            self.no_statement(id, item);
        }
        number_sids(&mut document);
        self.guardrails.insert(id, self.program.guardrails.len());
        self.program.guardrails.push(Guardrail {
            kind: guardrail,
            account: environment.account(),
            name,
            description: item.documentation(),
            document,
            span: declaration.span,
        });
    }

    /// What the organization's bodies attach and detach, once every guardrail is made.
    pub(crate) fn attach_guardrails(&mut self) {
        let mut parts = std::mem::take(&mut self.guardrail_parts);
        parts.retain(|(module, _, part)| !self.is_damaged(*module, part.syntax().text_range()));
        let (detached, attached): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|(_, _, part)| matches!(part, NodePart::Detach(_)));
        for (module, node, part) in attached {
            self.attach_to_node(module, node, &part);
        }
        for (module, node, part) in detached {
            self.detach(module, node, &part);
        }
        self.check_last_scp();
    }

    fn attach_to_node(&mut self, module: usize, node: usize, part: &NodePart) {
        for attachment in part.attachments() {
            let span = self.span(module, attachment.range());
            if let Some(alias) = attachment.alias() {
                let at = self.span(module, alias.text_range());
                self.error(&checks::MISPLACED_MEMBER, at, "a guardrail has its own name, and takes no `as`");
                continue;
            }
            let Some(target) = attachment.target() else { continue };
            let Expr::Call(call) = &target else {
                let mut diagnostic = Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    span,
                    format!("expected a service or resource control policy, found {}", target.describe()),
                );
                if matches!(target, Expr::AwsRef(_)) {
                    diagnostic = diagnostic.note(
                        "AWS's own `FullAWSAccess` is attached everywhere, unless `detach aws \"FullAWSAccess\"`",
                    );
                }
                self.report(diagnostic);
                continue;
            };
            let Some(reference) = self.resolve(&Environment::of(module), call) else { continue };
            let (Target::Declaration(id), []) = (&reference.target, reference.rest.as_slice()) else {
                self.error(&checks::MISMATCHED_TYPE, span, "expected a service or resource control policy");
                continue;
            };
            let id = *id;
            let Some(declaration) = self.names.get(id).cloned() else { continue };
            if !matches!(declaration.kind, DeclarationKind::Entity(DeclaredKind::Scp | DeclaredKind::Rcp, _)) {
                self.wrong_kind(&declaration, "a service or resource control policy", span);
                continue;
            }
            // One that couldn't be made was spoken of there.
            let Some(guardrail) = self.guardrails.get(&id).copied() else { continue };
            self.push_attachment(node, GuardrailAttachment { guardrail, span });
        }
    }

    fn push_attachment(&mut self, node: usize, attachment: GuardrailAttachment) {
        let Some(organization) = &mut self.program.organization else { return };
        let Some(node) = organization.nodes.get_mut(node) else { return };
        if let Some(first) = node.attachments.iter().find(|other| other.guardrail == attachment.guardrail) {
            let diagnostic =
                Diagnostic::new(&checks::DUPLICATE_CLAUSE, attachment.span, "this policy is attached twice here")
                    .related(first.span, "first attached here");
            self.report(diagnostic);
            return;
        }
        node.attachments.push(attachment);
    }

    fn detach(&mut self, module: usize, node: usize, part: &NodePart) {
        if let Some(path) = part.detached_path() {
            return self.detach_own(module, node, &path);
        }
        let Some(token) = part.detached() else { return };
        let span = self.span(module, token.text_range());
        let Some(name) = self.plain_string(module, &token) else { return };
        match name.as_str() {
            FULL_ACCESS => {
                let node = self.program.organization.as_mut().and_then(|organization| organization.nodes.get_mut(node));
                let Some(node) = node else { return };
                if !std::mem::replace(&mut node.full_access, false) {
                    let message = format!("`{FULL_ACCESS}` is detached twice here");
                    self.error(&checks::DUPLICATE_CLAUSE, span, message);
                }
            }
            RCP_FULL_ACCESS => self.report(
                Diagnostic::new(
                    &checks::UNKNOWN_MANAGED_POLICY,
                    span,
                    format!("`{RCP_FULL_ACCESS}` can't be detached"),
                )
                .note("AWS keeps it attached everywhere: resource control policies only take access away"),
            ),
            _ if let Some(own) = self.program.guardrails.iter().position(|guardrail| guardrail.name == name) => {
                self.not_detachable(node, own, span);
            }
            _ => self.report(
                Diagnostic::new(
                    &checks::UNKNOWN_MANAGED_POLICY,
                    span,
                    format!("AWS attaches no policy `{name}` itself"),
                )
                .help(format!("what can be detached is `{FULL_ACCESS}`; leave out the `attach` of any other")),
            ),
        }
    }

    /// `detach S`, where `S` is a guardrail of the workspace's.
    fn detach_own(&mut self, module: usize, node: usize, path: &Path) {
        let span = self.span(module, path.range());
        let Some(reference) = self.resolve_path(&Environment::of(module), path) else { return };
        let guardrail = match (&reference.target, reference.rest.as_slice()) {
            (Target::Declaration(id), []) => {
                let is_guardrail = self.names.get(*id).is_some_and(|one| {
                    matches!(one.kind, DeclarationKind::Entity(DeclaredKind::Scp | DeclaredKind::Rcp, _))
                });
                // One that couldn't be made was spoken of there.
                if is_guardrail && !self.guardrails.contains_key(id) {
                    return;
                }
                self.guardrails.get(id).copied()
            }
            _ => None,
        };
        match guardrail {
            Some(guardrail) => self.not_detachable(node, guardrail, span),
            None => self.report(
                Diagnostic::new(&checks::MISMATCHED_TYPE, span, "this is no policy that AWS attaches itself")
                    .help(format!("what can be detached is AWS's own: `detach aws \"{FULL_ACCESS}\"`")),
            ),
        }
    }

    /// Says that a guardrail of the workspace's is attached where an `attach` says so, and nowhere else; and where that is.
    fn not_detachable(&mut self, node: usize, guardrail: usize, span: Span) {
        let (Some(organization), Some(named)) = (&self.program.organization, self.program.guardrails.get(guardrail))
        else {
            return;
        };
        let own = |node: &&OrganizationNode| node.attachments.iter().any(|one| one.guardrail == guardrail);
        let here = organization.path(node).find(own).or_else(|| organization.nodes.iter().find(own));
        let name = &named.name;
        let diagnostic = Diagnostic::new(
            &checks::MISMATCHED_TYPE,
            span,
            format!("`{name}` is attached where an `attach` says so, and nothing detaches it"),
        )
        .note("a guardrail binds everything below the node that it is attached to, and no node below can take it off");
        let attached = here.and_then(|node| {
            let one = node.attachments.iter().find(|one| one.guardrail == guardrail)?;
            Some((node.name.clone(), one.span))
        });
        let diagnostic = match attached {
            Some((there, at)) => diagnostic
                .related(at, format!("attached to `{there}`"))
                .help("take it out of that `attach`, and attach it to what it is to bind"),
            None => diagnostic.help("leave this out: nothing attaches it"),
        };
        self.report(diagnostic);
    }

    /// See [detaching policies](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_policies_detach.html).
    fn check_last_scp(&mut self) {
        let Some(organization) = &self.program.organization else { return };
        let is_scp = |attachment: &GuardrailAttachment| {
            self.program.guardrails.get(attachment.guardrail).is_some_and(|one| one.kind == GuardrailKind::Scp)
        };
        let bare: Vec<_> = organization
            .nodes
            .iter()
            .filter(|node| !node.full_access && !node.attachments.iter().any(is_scp))
            .map(|node| (node.name.clone(), node.span))
            .collect();
        // An SCP that couldn't be made may be the one that is missing here.
        if self.errors() > 0 {
            return;
        }
        for (name, span) in bare {
            self.report(
                Diagnostic::new(
                    &checks::LAST_SCP_DETACHED,
                    span,
                    format!("no service control policy is left on `{name}`"),
                )
                .note("AWS refuses to detach the last one: with none, nothing would be allowed below")
                .help("attach an SCP that allows what is wanted, in place of `FullAWSAccess`"),
            );
        }
    }
}

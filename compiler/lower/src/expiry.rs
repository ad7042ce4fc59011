//! `until` after an item's name: how each kind of item ends on a day.
//!
//! What limits or is somebody (a role, a user, a boundary, a session policy, a permission set) denies everything from then on: an
//! attached policy takes no condition, and a limit that only fell away would leave more than before. Elsewhere each statement ends.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{
    ActionPattern, BaseOperator, ConditionBlock, ConditionEntry, Document, Effect, Element, Operator, Sourced,
    Statement,
};
use iamx_syntax::ast::{AstNode, BodyPart, Clause, Declared, DeclaredKind, Header, Member};

use crate::{conditions::Formula, lowerer::Lowerer, names::DeclarationKind, scope::Environment};

/// How an item of a kind ends.
enum End {
    /// It denies everything from then on.
    Denies,
    /// Each of its statements ends.
    Statements,
    /// It can't, for this reason; what to do instead.
    Never(&'static str, &'static str),
}

/// When what an item has made ends: for what is added to it later.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) entry: ConditionEntry,
    given: bool,
}

impl Ending {
    /// That of an item whose statements hold under `end`; `None` where they don't end.
    pub(crate) fn of(end: &Formula) -> Option<Self> {
        match end {
            Formula::Atom(atom) => Some(Self { entry: atom.entry.clone(), given: atom.given }),
            _ => None,
        }
    }

    pub(crate) fn condition(&self) -> Formula {
        Formula::entry(self.entry.clone(), self.given)
    }
}

const NO_POLICY_ENDS: &str = "a resource without statements has no policy that could end";

fn end_of(item: &Declared) -> End {
    // An empty body is a policy too, which grants add to.
    let is_policy = item.body().is_some_and(|body| body.statements().next().is_some() || body.parts().next().is_none());
    match item.kind() {
        Some(
            DeclaredKind::Role
            | DeclaredKind::User
            | DeclaredKind::Boundary
            | DeclaredKind::SessionPolicy
            | DeclaredKind::PermissionSet,
        ) => End::Denies,
        Some(DeclaredKind::Resource | DeclaredKind::Extern) if !is_policy => End::Never(NO_POLICY_ENDS, "leave it out"),
        Some(DeclaredKind::Resource | DeclaredKind::Extern) if is_key(item) => End::Never(
            "a key whose policy has ended can't be used or managed by anyone, the root user included",
            "put `until` behind single statements",
        ),
        Some(DeclaredKind::Oidc | DeclaredKind::Saml) => End::Never(
            "a provider has no policy that could say when it ends",
            "put `until` behind `trust`, where a role trusts it",
        ),
        Some(
            DeclaredKind::Policy
            | DeclaredKind::Group
            | DeclaredKind::Scp
            | DeclaredKind::Rcp
            | DeclaredKind::Resource
            | DeclaredKind::Extern
            | DeclaredKind::AccountPolicy,
        ) => End::Statements,
        _ => End::Never("nothing is written of it that could end", "leave it out"),
    }
}

/// Whether the resource is a key of KMS, which has no other way in than its policy.
fn is_key(item: &Declared) -> bool {
    let path = item.type_call().and_then(|call| call.path());
    path.is_some_and(|path| path.syntax().text().to_string().trim().to_ascii_lowercase().starts_with("kms.key"))
}

impl Lowerer<'_> {
    /// Whether an item that says `until` can end; says why it can't.
    pub(crate) fn check_end(&mut self, module: usize, item: &Declared, header: &Header) -> bool {
        let Some(kind) = item.kind() else { return false };
        let span = self.span(module, header.syntax().text_range());
        let refusal = match end_of(item) {
            End::Denies => return true,
            End::Never(note, help) => (span, format!("{} takes no `until`", kind.with_article()), note, help),
            End::Statements => {
                let parts = item.body().into_iter().flat_map(|body| body.parts().collect::<Vec<_>>());
                let attach = parts.into_iter().find_map(|part| match part {
                    BodyPart::Member(member @ Member::Attach(_)) if kind == DeclaredKind::Group => Some(member),
                    _ => None,
                });
                let Some(attach) = attach else { return true };
                (
                    self.span(module, iamx_syntax::ast::significant_range(attach.syntax())),
                    "a group that ends takes no `attach`".to_owned(),
                    "an attached policy takes no condition, so its members would keep it",
                    "put its statements into the body, or `include` it; a policy of AWS's goes to a user or role that ends",
                )
            }
        };
        let (span, message, note, help) = refusal;
        self.report(Diagnostic::new(&checks::MISPLACED_MEMBER, span, message).note(note).help(help));
        false
    }

    /// Says so where a policy ends that has no statement, once the grants have added theirs.
    pub(crate) fn check_endings_of_policies(&mut self) {
        if self.errors() > 0 {
            return;
        }
        for index in 0..self.resources_made.len() {
            let Some(made) = self.resources_made.get(index) else { continue };
            let (Some(ending), Some(policy)) = (&made.ending, made.policy) else { continue };
            let at = ending.entry.span;
            let declaration = self.names.get(made.declaration).map(|declaration| &declaration.kind);
            let Some(DeclarationKind::Entity(_, item)) = declaration else { continue };
            let says_nothing = item.body().is_some_and(|body| body.parts().next().is_none());
            let is_empty =
                self.program.resource_policies.get(policy).is_some_and(|policy| policy.document.statements.is_empty());
            if says_nothing && is_empty {
                let diagnostic = Diagnostic::new(&checks::MISPLACED_MEMBER, at, "nothing of this resource ends");
                self.report(diagnostic.note(NO_POLICY_ENDS).help("leave `until` out, or grant something on it"));
            }
        }
    }

    /// When the statements of an item hold whose statements end with it.
    pub(crate) fn item_end(&mut self, environment: &Environment, item: &Declared) -> Option<Formula> {
        match (end_clause(item), end_of(item)) {
            (Some(clause), End::Statements) => self.until(environment, &clause),
            _ => Some(Formula::ALWAYS),
        }
    }

    /// What denies an item that ends everything from then on.
    pub(crate) fn expiry(&mut self, environment: &Environment, item: &Declared) -> Option<Statement> {
        let clause = end_clause(item).filter(|_| matches!(end_of(item), End::Denies))?;
        let span = self.span(environment.module, clause.syntax().text_range());
        let moment = self.moment(environment, &clause)?;
        let entry = ConditionEntry {
            operator: Operator::plain(BaseOperator::DateGreaterThanEquals),
            key: "aws:CurrentTime".to_owned(),
            values: vec![moment],
            span,
        };
        Some(Statement {
            sid: None,
            effect: Effect::Deny,
            principal: None,
            actions: Element::of(vec![Sourced::new(ActionPattern::all(), span)]),
            resources: Some(Element::of(vec![Sourced::new("*".to_owned(), span)])),
            conditions: ConditionBlock { entries: vec![entry] },
            span,
            documentation: None,
        })
    }

    /// An SCP that ends can only deny: what it allowed would end too, and its accounts could do nothing any more.
    pub(crate) fn check_ending_guardrail(&mut self, environment: &Environment, item: &Declared, document: &Document) {
        let Some(clause) = end_clause(item) else { return };
        let Some(allow) = document.statements.iter().find(|statement| statement.effect == Effect::Allow) else {
            return;
        };
        let span = self.span(environment.module, clause.syntax().text_range());
        self.report(
            Diagnostic::new(&checks::MISPLACED_MEMBER, span, "an SCP that allows takes no `until`")
                .related(allow.span, "allowed here")
                .note("from then on it allows nothing, so those whom it binds can do nothing")
                .help("put `until` behind the statements that are to end"),
        );
    }
}

/// The header as a clause.
fn end_clause(item: &Declared) -> Option<Clause> {
    item.headers().find_map(|header| match header {
        Header::Until(node) => Some(Clause::Until(node)),
        _ => None,
    })
}

//! Tests and invariants: what is expected of the policies.

use super::{AstNode, Body, Call, Clause, Expr, Exprs, Path, Scope, ast_node, child, children, expressions, token};
use crate::{SyntaxKind, SyntaxNode, SyntaxToken};

ast_node!(/// `test "…" { … }`.
    TestItem, TEST_ITEM);
ast_node!(/// `invariant "…" { … }`, perhaps `open`.
    InvariantItem, INVARIANT_ITEM);
ast_node!(/// A line of a test: who can, or cannot, do what.
    Assertion, ASSERTION);
ast_node!(/// `{ key = value, … }`: what a request says.
    Context, CONTEXT);
ast_node!(/// `key = value` of a [`Context`].
    Binding, BINDING);
ast_node!(/// What is asked: `assume R`, or actions with their resources.
    Asked, ASKED);
ast_node!(/// A line of an invariant.
    ClaimLine, CLAIM_LINE);
ast_node!(/// Whom a [`ClaimLine`] is about.
    ClaimSubject, SUBJECT);
ast_node!(/// `at most { … }`, `at most P(…)`.
    AtMost, AT_MOST);

impl TestItem {
    /// The title, a string.
    pub fn title(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::STRING)
    }

    /// What `given` says of every request of the test.
    pub fn given(&self) -> impl Iterator<Item = Context> + use<> {
        let given = self.body().into_iter().flat_map(|body| body.children());
        given.filter(|node| node.kind() == SyntaxKind::GIVEN).filter_map(|node| child(&node))
    }

    /// The lines.
    pub fn assertions(&self) -> impl Iterator<Item = Assertion> + use<> {
        self.body().into_iter().flat_map(|body| children(&body))
    }

    fn body(&self) -> Option<SyntaxNode> {
        self.syntax().children().find(|node| node.kind() == SyntaxKind::TEST_BODY)
    }
}

impl InvariantItem {
    /// Whether undeclared identities may hold every permission.
    pub fn is_open(&self) -> bool {
        token(self.syntax(), SyntaxKind::OPEN_KW).is_some()
    }

    /// The title, a string.
    pub fn title(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::STRING)
    }

    /// The lines.
    pub fn claims(&self) -> impl Iterator<Item = ClaimLine> + use<> {
        let body = self.syntax().children().find(|node| node.kind() == SyntaxKind::INVARIANT_BODY);
        body.into_iter().flat_map(|body| children(&body))
    }
}

impl Assertion {
    /// Who asks.
    pub fn subjects(&self) -> Option<Exprs> {
        child(self.syntax())
    }

    /// What the subject brings along.
    pub fn brought(&self) -> Option<Context> {
        child(self.syntax())
    }

    /// The session policy after `using`.
    pub fn using(&self) -> Option<Path> {
        self.syntax().children().find(|node| node.kind() == SyntaxKind::USING).and_then(|node| child(&node))
    }

    /// The roles that are assumed one after the other, each after `as role`.
    pub fn roles(&self) -> impl Iterator<Item = Path> + use<> {
        self.syntax().children().filter(|node| node.kind() == SyntaxKind::AS_ROLE).filter_map(|node| child(&node))
    }

    /// `can` is true, `cannot` false; `None` where neither is said.
    pub fn is_allowed(&self) -> Option<bool> {
        let said = |kind| token(self.syntax(), kind).is_some();
        if said(SyntaxKind::CANNOT_KW) { Some(false) } else { said(SyntaxKind::CAN_KW).then_some(true) }
    }

    /// What is asked.
    pub fn asked(&self) -> Option<Asked> {
        child(self.syntax())
    }

    /// What `with` says of the line's requests.
    pub fn with(&self) -> Option<Context> {
        let with = self.syntax().children().find(|node| node.kind() == SyntaxKind::WITH_CONTEXT)?;
        child(&with)
    }
}

impl Context {
    /// Keys and their values.
    pub fn bindings(&self) -> impl Iterator<Item = Binding> + use<> {
        children(self.syntax())
    }
}

impl Binding {
    /// The key, a word or `claim name`; `None` where it is the bare name of a claim.
    pub fn key(&self) -> Option<Expr> {
        let equals = self.equals()?;
        expressions(self.syntax()).find(|expr| expr.range().start() < equals.text_range().start())
    }

    /// The bare name of a claim.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::NAME)
    }

    /// The value.
    pub fn value(&self) -> Option<Expr> {
        let equals = self.equals()?;
        expressions(self.syntax()).find(|expr| expr.range().start() > equals.text_range().start())
    }

    fn equals(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::EQUALS)
    }
}

impl Asked {
    /// The role after `assume`.
    pub fn assumed(&self) -> Option<Path> {
        token(self.syntax(), SyntaxKind::ASSUME_KW)?;
        child(self.syntax())
    }

    /// The actions.
    pub fn actions(&self) -> Option<Exprs> {
        child(self.syntax())
    }

    /// The resources after `on`.
    pub fn resources(&self) -> Option<Exprs> {
        let on = self.syntax().children().find(|node| node.kind() == SyntaxKind::ON_CLAUSE)?;
        child(&on)
    }
}

impl ClaimLine {
    /// Whom it is about.
    pub fn subject(&self) -> Option<ClaimSubject> {
        child(self.syntax())
    }

    /// `can` is true, `cannot` false; `None` where neither is said.
    pub fn is_allowed(&self) -> Option<bool> {
        self.verb().map(|node| node.kind() == SyntaxKind::CAN)
    }

    /// Whether it is `can always`.
    pub fn is_always(&self) -> bool {
        self.verb().is_some_and(|node| token(&node, SyntaxKind::ALWAYS_KW).is_some())
    }

    /// What is asked; `None` where it is `at most` or `escalate privileges`.
    pub fn asked(&self) -> Option<Asked> {
        child(&self.verb()?)
    }

    /// The bound of `at most`.
    pub fn at_most(&self) -> Option<AtMost> {
        child(&self.verb()?)
    }

    /// Whether it is about gaining permissions.
    pub fn is_escalation(&self) -> bool {
        self.verb().is_some_and(|node| node.children().any(|node| node.kind() == SyntaxKind::ESCALATE))
    }

    /// `when` and `unless`, in the order of the text.
    pub fn clauses(&self) -> impl Iterator<Item = Clause> + use<> {
        self.syntax().children().filter_map(Clause::cast)
    }

    fn verb(&self) -> Option<SyntaxNode> {
        self.syntax().children().find(|node| matches!(node.kind(), SyntaxKind::CAN | SyntaxKind::CANNOT))
    }
}

impl ClaimSubject {
    /// Whether it is `no one`.
    pub fn is_no_one(&self) -> bool {
        self.no_one().is_some()
    }

    /// Whether it is `only P`.
    pub fn is_only(&self) -> bool {
        token(self.syntax(), SyntaxKind::ONLY_KW).is_some()
    }

    /// Where `no one` is, or isn't.
    pub fn place(&self) -> Option<Scope> {
        child(&self.no_one()?)
    }

    /// Whether `no one` is of those outside of the place.
    pub fn is_outside(&self) -> bool {
        self.no_one().is_some_and(|node| token(&node, SyntaxKind::OUTSIDE_KW).is_some())
    }

    /// The principals: of `no one`, those after `except`.
    pub fn principals(&self) -> Option<Exprs> {
        child(self.syntax())
    }

    fn no_one(&self) -> Option<SyntaxNode> {
        self.syntax().children().find(|node| node.kind() == SyntaxKind::NO_ONE)
    }
}

impl AtMost {
    /// The statements.
    pub fn body(&self) -> Option<Body> {
        child(self.syntax())
    }

    /// The policy.
    pub fn policy(&self) -> Option<Call> {
        child(self.syntax())
    }
}

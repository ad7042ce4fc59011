use super::{
    AstNode, Call, Expr, Exprs, JsonObject, Scope, Tags, ast_node, child, children, documentation, expressions, token,
    tokens,
};
use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

ast_node!(/// The body of an item or statement, in braces.
    Body, MEMBER_BODY | STATEMENT_BODY);
ast_node!(/// `allow …` or `deny …`.
    Permission, PERMISSION);
ast_node!(/// `if condition { … }`.
    IfStatement, IF_STATEMENT);
ast_node!(/// `include P(…)`.
    Include, INCLUDE);
ast_node!(/// `raw { … }`.
    Raw, RAW);
ast_node!(/// `on resources`.
    OnClause, ON_CLAUSE);
ast_node!(/// `trust …`.
    Trust, TRUST);
ast_node!(/// One of what `attach` or `boundary` names.
    Attachment, ATTACHMENT);
ast_node!(/// `session 6h`.
    Session, SESSION);
ast_node!(/// `access-key`.
    AccessKey, ACCESS_KEY);
ast_node!(/// `grant assume R to P`, `grant actions on R to P`.
    Grant, GRANT_ITEM);
ast_node!(/// `assign group "…" to scope`.
    Assign, ASSIGN);

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyPart {
    /// A statement.
    Statement(Statement),
    /// What only some kinds of item have.
    Member(Member),
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `allow` or `deny`
    Permission(Permission),
    /// `if`
    If(IfStatement),
    /// `include`
    Include(Include),
    /// `raw`
    Raw(Raw),
}

/// A member of an identity, provider or permission set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// `trust`
    Trust(Trust),
    /// `attach`
    Attach(SyntaxNode),
    /// `boundary`
    Boundary(SyntaxNode),
    /// `session`
    Session(Session),
    /// `instance-profile`
    InstanceProfile(SyntaxNode),
    /// `tags`
    Tags(Tags),
    /// `members`
    Members(SyntaxNode),
    /// `console`
    Console(SyntaxNode),
    /// `access-key`
    AccessKey(AccessKey),
    /// `audience`
    Audience(SyntaxNode),
    /// `metadata`
    Metadata(SyntaxNode),
    /// `assign`
    Assign(Assign),
}

impl Statement {
    /// The statement that `node` is.
    pub fn cast(node: SyntaxNode) -> Option<Self> {
        Some(match node.kind() {
            SyntaxKind::PERMISSION => Self::Permission(Permission(node)),
            SyntaxKind::IF_STATEMENT => Self::If(IfStatement(node)),
            SyntaxKind::INCLUDE => Self::Include(Include(node)),
            SyntaxKind::RAW => Self::Raw(Raw(node)),
            _ => return None,
        })
    }

    /// Its node.
    pub fn syntax(&self) -> &SyntaxNode {
        match self {
            Self::Permission(statement) => statement.syntax(),
            Self::If(statement) => statement.syntax(),
            Self::Include(statement) => statement.syntax(),
            Self::Raw(statement) => statement.syntax(),
        }
    }
}

impl Member {
    /// The member that `node` is.
    pub fn cast(node: SyntaxNode) -> Option<Self> {
        Some(match node.kind() {
            SyntaxKind::TRUST => Self::Trust(Trust(node)),
            SyntaxKind::ATTACH => Self::Attach(node),
            SyntaxKind::BOUNDARY => Self::Boundary(node),
            SyntaxKind::SESSION => Self::Session(Session(node)),
            SyntaxKind::INSTANCE_PROFILE => Self::InstanceProfile(node),
            SyntaxKind::TAGS => Self::Tags(Tags::cast(node)?),
            SyntaxKind::MEMBERS => Self::Members(node),
            SyntaxKind::CONSOLE => Self::Console(node),
            SyntaxKind::ACCESS_KEY => Self::AccessKey(AccessKey(node)),
            SyntaxKind::AUDIENCE => Self::Audience(node),
            SyntaxKind::METADATA => Self::Metadata(node),
            SyntaxKind::ASSIGN => Self::Assign(Assign(node)),
            _ => return None,
        })
    }

    /// Its node.
    pub fn syntax(&self) -> &SyntaxNode {
        match self {
            Self::Trust(member) => member.syntax(),
            Self::Session(member) => member.syntax(),
            Self::Tags(member) => member.syntax(),
            Self::AccessKey(member) => member.syntax(),
            Self::Assign(member) => member.syntax(),
            Self::Attach(node)
            | Self::Boundary(node)
            | Self::InstanceProfile(node)
            | Self::Members(node)
            | Self::Console(node)
            | Self::Audience(node)
            | Self::Metadata(node) => node,
        }
    }

    /// The word that it begins with.
    pub fn word(&self) -> &'static str {
        self.syntax()
            .children_with_tokens()
            .find(|element| !element.kind().is_trivia())
            .and_then(|element| element.kind().keyword())
            .unwrap_or_default()
    }

    /// The named policies of `attach` or `boundary`.
    pub fn attachments(&self) -> impl Iterator<Item = Attachment> + use<> {
        children(self.syntax())
    }

    /// The file of `metadata`, a string.
    pub fn string(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::STRING)
    }

    /// The names of `members`, the strings of `audience`.
    pub fn expressions(&self) -> Option<Exprs> {
        child(self.syntax())
    }
}

impl Grant {
    /// The roles after `assume`; `None` for a grant of actions.
    pub fn assumed(&self) -> Option<Exprs> {
        token(&self.0, SyntaxKind::ASSUME_KW)?;
        child(&self.0)
    }

    /// The actions of a grant of these.
    pub fn actions(&self) -> Option<Exprs> {
        child(&self.0)
    }

    /// The clauses, in the order of the text.
    pub fn clauses(&self) -> impl Iterator<Item = Clause> + use<> {
        self.0.children().filter_map(Clause::cast)
    }
}

impl Assign {
    /// `group` or `user`.
    pub fn kind(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::GROUP_KW).or_else(|| token(&self.0, SyntaxKind::USER_KW))
    }

    /// The names of the groups or users, strings.
    pub fn names(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        tokens(&self.0, SyntaxKind::STRING)
    }

    /// The accounts.
    pub fn scope(&self) -> Option<Scope> {
        child(&self.0)
    }
}

impl Body {
    /// Statements and members, in the order of the text.
    pub fn parts(&self) -> impl Iterator<Item = BodyPart> + use<> {
        self.0.children().filter_map(|node| {
            Statement::cast(node.clone()).map(BodyPart::Statement).or_else(|| Member::cast(node).map(BodyPart::Member))
        })
    }

    /// The statements alone.
    pub fn statements(&self) -> impl Iterator<Item = Statement> + use<> {
        self.0.children().filter_map(Statement::cast)
    }
}

/// A clause of a statement, with its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clause {
    /// `on resources`
    On(SyntaxNode),
    /// `to principals`
    To(SyntaxNode),
    /// `when condition`
    When(SyntaxNode),
    /// `unless condition`
    Unless(SyntaxNode),
    /// `until date`
    Until(SyntaxNode),
    /// `only in scope`
    Only(SyntaxNode),
}

impl Clause {
    pub(super) fn cast(node: SyntaxNode) -> Option<Self> {
        Some(match node.kind() {
            SyntaxKind::ON_CLAUSE => Self::On(node),
            SyntaxKind::TO_CLAUSE => Self::To(node),
            SyntaxKind::WHEN_CLAUSE => Self::When(node),
            SyntaxKind::UNLESS_CLAUSE => Self::Unless(node),
            SyntaxKind::UNTIL_CLAUSE => Self::Until(node),
            SyntaxKind::ONLY_CLAUSE => Self::Only(node),
            _ => return None,
        })
    }

    /// Its node.
    pub fn syntax(&self) -> &SyntaxNode {
        match self {
            Self::On(node)
            | Self::To(node)
            | Self::When(node)
            | Self::Unless(node)
            | Self::Until(node)
            | Self::Only(node) => node,
        }
    }

    /// The word that it begins with.
    pub fn word(&self) -> &'static str {
        match self {
            Self::On(_) => "on",
            Self::To(_) => "to",
            Self::When(_) => "when",
            Self::Unless(_) => "unless",
            Self::Until(_) => "until",
            Self::Only(_) => "only in",
        }
    }

    /// The listed resources or principals.
    pub fn list(&self) -> Option<Exprs> {
        child(self.syntax())
    }

    /// The condition, or the date.
    pub fn expression(&self) -> Option<Expr> {
        expressions(self.syntax()).next()
    }

    /// The accounts of `only in`.
    pub fn scope(&self) -> Option<Scope> {
        child(self.syntax())
    }
}

impl Permission {
    /// The label with its colon.
    pub fn label(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::LABEL)
    }

    /// `allow` or `deny`.
    pub fn effect(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::ALLOW_KW).or_else(|| token(&self.0, SyntaxKind::DENY_KW))
    }

    /// The actions.
    pub fn actions(&self) -> Option<Exprs> {
        child(&self.0)
    }

    /// The clauses, in the order of the text.
    pub fn clauses(&self) -> impl Iterator<Item = Clause> + use<> {
        self.0.children().filter_map(Clause::cast)
    }

    /// The doc comment.
    pub fn documentation(&self) -> Option<String> {
        documentation(&self.0)
    }
}

impl IfStatement {
    /// The condition.
    pub fn condition(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }

    /// The statements that it holds for.
    pub fn body(&self) -> Option<Body> {
        child(&self.0)
    }
}

impl Include {
    /// The policy, with its arguments.
    pub fn call(&self) -> Option<Call> {
        child(&self.0)
    }
}

impl Raw {
    /// The label with its colon.
    pub fn label(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::LABEL)
    }

    /// The word `raw`.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::RAW_KW)
    }

    /// The statement in JSON.
    pub fn json(&self) -> Option<JsonObject> {
        child(&self.0)
    }

    /// The doc comment.
    pub fn documentation(&self) -> Option<String> {
        documentation(&self.0)
    }
}

impl Trust {
    /// The statements of `trust { … }`.
    pub fn body(&self) -> Option<Body> {
        child(&self.0)
    }

    /// The principals of `trust P`.
    pub fn principals(&self) -> Option<Exprs> {
        child(&self.0)
    }

    /// The names after `with`.
    pub fn with(&self) -> Option<Vec<SyntaxToken>> {
        let names = self.0.children().find(|node| node.kind() == SyntaxKind::WITH_NAMES)?;
        Some(
            names
                .children_with_tokens()
                .filter_map(SyntaxElement::into_token)
                .filter(|token| token.kind() == SyntaxKind::NAME)
                .collect(),
        )
    }

    /// The clauses, in the order of the text.
    pub fn clauses(&self) -> impl Iterator<Item = Clause> + use<> {
        self.0.children().filter_map(Clause::cast)
    }
}

impl Attachment {
    /// What is attached: a call, `aws "…"` or an ARN.
    pub fn target(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }

    /// The name after `as`.
    pub fn alias(&self) -> Option<SyntaxToken> {
        let keyword = token(&self.0, SyntaxKind::AS_KW)?;
        self.0.children_with_tokens().filter_map(SyntaxElement::into_token).find(|token| {
            token.kind() == SyntaxKind::STRING && token.text_range().start() > keyword.text_range().start()
        })
    }
}

impl Session {
    /// The longest session.
    pub fn duration(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }
}

impl AccessKey {
    /// The time after which it is rotated.
    pub fn rotate(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }
}

use super::{
    Arguments, AstNode, Attachment, Body, Expr, Exprs, Grant, InvariantItem, TestItem, ast_node, child, children,
    documentation, expressions, token, tokens,
};
use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextSize};

ast_node!(/// A whole file.
    File, FILE);
ast_node!(/// `#allow(check, "reason")`.
    Attribute, ATTRIBUTE);
ast_node!(/// `use path.{names} as name`.
    UseItem, USE_ITEM);
ast_node!(/// `within scope`.
    WithinItem, WITHIN_ITEM);
ast_node!(/// `param name: type = value`.
    ParamItem, PARAM_ITEM);
ast_node!(/// `let name(parameters) = value`.
    LetItem, LET_ITEM);
ast_node!(/// `for name in list { … }`.
    ForItem, FOR_ITEM);
ast_node!(/// `organization name "id" { … }`.
    OrganizationItem, ORGANIZATION_ITEM);
ast_node!(/// An account, in an organization's tree or outside every one.
    AccountNode, ACCOUNT_NODE | ACCOUNT_ITEM);
ast_node!(/// `ou name "id" { … }`.
    OuNode, OU_NODE);
ast_node!(/// An item with a kind word, a name and perhaps a body: a role, a policy, a resource …
    Declared, DECLARED);
ast_node!(/// `(name: type, …)`.
    Parameters, PARAMETERS);
ast_node!(/// One parameter of a template.
    Parameter, PARAMETER);
ast_node!(/// The type of a parameter.
    TypeRef, TYPE_PATH | LIST_TYPE);
ast_node!(/// `service.type(arguments)`.
    TypeCall, TYPE_CALL);
ast_node!(/// `terraform("…")` or `cloudformation("…")`.
    Foreign, FOREIGN);
ast_node!(/// A dotted name.
    Path, PATH | USE_PATH);
ast_node!(/// Accounts: after `in`, `only in`, `within`.
    Scope, SCOPE | PLACE);
ast_node!(/// `tags { name = value }`.
    Tags, TAGS);

/// What a [`Scope`] names.
#[derive(Clone, Debug)]
pub struct ScopePart {
    /// `ou` or `organization`, where it is all accounts in one.
    pub keyword: Option<SyntaxKind>,
    /// Its name.
    pub path: Path,
}

/// An item of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `use`
    Use(UseItem),
    /// `within`
    Within(WithinItem),
    /// `param`
    Param(ParamItem),
    /// `let`
    Let(LetItem),
    /// `for`
    For(ForItem),
    /// `organization`
    Organization(OrganizationItem),
    /// `account`, outside every organization
    Account(AccountNode),
    /// An entity or template
    Declared(Declared),
    /// `grant`
    Grant(Grant),
    /// `test`
    Test(TestItem),
    /// `invariant`
    Invariant(InvariantItem),
}

impl AstNode for Item {
    fn cast(node: SyntaxNode) -> Option<Self> {
        Some(match node.kind() {
            SyntaxKind::USE_ITEM => Self::Use(UseItem(node)),
            SyntaxKind::WITHIN_ITEM => Self::Within(WithinItem(node)),
            SyntaxKind::PARAM_ITEM => Self::Param(ParamItem(node)),
            SyntaxKind::LET_ITEM => Self::Let(LetItem(node)),
            SyntaxKind::FOR_ITEM => Self::For(ForItem(node)),
            SyntaxKind::ORGANIZATION_ITEM => Self::Organization(OrganizationItem(node)),
            SyntaxKind::ACCOUNT_ITEM => Self::Account(AccountNode(node)),
            SyntaxKind::DECLARED => Self::Declared(Declared(node)),
            SyntaxKind::GRANT_ITEM => Self::Grant(Grant::cast(node)?),
            SyntaxKind::TEST_ITEM => Self::Test(TestItem::cast(node)?),
            SyntaxKind::INVARIANT_ITEM => Self::Invariant(InvariantItem::cast(node)?),
            _ => return None,
        })
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Self::Use(item) => item.syntax(),
            Self::Within(item) => item.syntax(),
            Self::Param(item) => item.syntax(),
            Self::Let(item) => item.syntax(),
            Self::For(item) => item.syntax(),
            Self::Organization(item) => item.syntax(),
            Self::Account(item) => item.syntax(),
            Self::Declared(item) => item.syntax(),
            Self::Grant(item) => item.syntax(),
            Self::Test(item) => item.syntax(),
            Self::Invariant(item) => item.syntax(),
        }
    }
}

impl File {
    /// The items, in the order of the text.
    pub fn items(&self) -> impl Iterator<Item = Item> + use<> {
        children(&self.0)
    }
}

impl Attribute {
    /// The check's name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }

    /// The reason, a string.
    pub fn reason(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::STRING)
    }

    /// What the attribute stands before: the next sibling that is no attribute.
    pub fn target(&self) -> Option<SyntaxNode> {
        std::iter::successors(self.0.next_sibling(), SyntaxNode::next_sibling)
            .find(|node| node.kind() != SyntaxKind::ATTRIBUTE)
    }
}

impl UseItem {
    /// The path before the braces.
    pub fn path(&self) -> Option<Path> {
        child(&self.0)
    }

    /// The names in braces; `None` without braces.
    pub fn names(&self) -> Option<Vec<SyntaxToken>> {
        let group = self.0.children().find(|node| node.kind() == SyntaxKind::USE_GROUP)?;
        Some(tokens(&group, SyntaxKind::NAME).collect())
    }

    /// Names in braces that can't stand there, such as one after `as`.
    pub fn misplaced_names(&self) -> Vec<SyntaxToken> {
        let group = self.0.children().find(|node| node.kind() == SyntaxKind::USE_GROUP);
        let errors = group.into_iter().flat_map(|group| group.children());
        errors.flat_map(|error| tokens(&error, SyntaxKind::NAME).collect::<Vec<_>>()).collect()
    }

    /// The name after `as`.
    pub fn alias(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }
}

impl WithinItem {
    /// The accounts.
    pub fn scope(&self) -> Option<Scope> {
        child(&self.0)
    }
}

impl ParamItem {
    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }

    /// The type.
    pub fn type_ref(&self) -> Option<TypeRef> {
        child(&self.0)
    }

    /// The default value.
    pub fn default(&self) -> Option<Expr> {
        let equals = token(&self.0, SyntaxKind::EQUALS)?;
        self.0
            .children_with_tokens()
            .filter(|element| element.text_range().start() > equals.text_range().start())
            .find_map(Expr::cast)
    }
}

impl LetItem {
    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }

    /// The parameters of a template.
    pub fn parameters(&self) -> Option<Parameters> {
        child(&self.0)
    }

    /// The named expression.
    pub fn value(&self) -> Option<Exprs> {
        child(&self.0)
    }
}

impl ForItem {
    /// The loop's name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }

    /// The list that it goes through.
    pub fn list(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }

    /// The items inside.
    pub fn items(&self) -> impl Iterator<Item = Item> + use<> {
        let body = self.0.children().find(|node| node.kind() == SyntaxKind::ITEM_BODY);
        body.into_iter().flat_map(|body| children(&body))
    }
}

/// What organizations, organizational units and accounts have in common.
pub trait OrganizationNode: AstNode {
    /// The name.
    fn name(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::NAME)
    }

    /// The id: `o-…`, `ou-…` or 12 digits, a string.
    fn id(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::STRING)
    }

    /// What stands straight under it, in the order of the text.
    fn parts(&self) -> impl Iterator<Item = NodePart> + use<Self> {
        let body = self.syntax().children().find(|node| node.kind() == SyntaxKind::NODE_BODY);
        body.into_iter().flat_map(|body| body.children()).filter_map(NodePart::cast)
    }
}

impl OrganizationNode for OrganizationItem {}
impl OrganizationNode for OuNode {}
impl OrganizationNode for AccountNode {}

/// A part of the body of an organization, OU or account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodePart {
    /// An account.
    Account(AccountNode),
    /// `ou`
    Ou(OuNode),
    /// `attach`
    Attach(SyntaxNode),
    /// `detach`
    Detach(SyntaxNode),
    /// `tags`
    Tags(Tags),
}

impl NodePart {
    fn cast(node: SyntaxNode) -> Option<Self> {
        Some(match node.kind() {
            SyntaxKind::ACCOUNT_NODE => Self::Account(AccountNode(node)),
            SyntaxKind::OU_NODE => Self::Ou(OuNode(node)),
            SyntaxKind::ATTACH => Self::Attach(node),
            SyntaxKind::DETACH => Self::Detach(node),
            SyntaxKind::TAGS => Self::Tags(Tags(node)),
            _ => return None,
        })
    }

    /// Its node.
    pub fn syntax(&self) -> &SyntaxNode {
        match self {
            Self::Account(part) => part.syntax(),
            Self::Ou(part) => part.syntax(),
            Self::Tags(part) => part.syntax(),
            Self::Attach(node) | Self::Detach(node) => node,
        }
    }

    /// The policies that `attach` names.
    pub fn attachments(&self) -> impl Iterator<Item = Attachment> + use<> {
        children(self.syntax())
    }

    /// The name of AWS's policy that `detach` names, a string.
    pub fn detached(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::STRING)
    }

    /// What `detach` names without `aws`: a policy of the workspace's.
    pub fn detached_path(&self) -> Option<Path> {
        child(self.syntax())
    }
}

impl AccountNode {
    /// Whether it is the organization's management account.
    pub fn is_management(&self) -> bool {
        token(&self.0, SyntaxKind::MANAGEMENT_KW).is_some()
    }
}

/// What a [`Declared`] declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum DeclaredKind {
    Resource,
    Extern,
    AccountPolicy,
    Policy,
    Role,
    User,
    Group,
    Boundary,
    SessionPolicy,
    Oidc,
    Saml,
    PermissionSet,
    Scp,
    Rcp,
}

impl DeclaredKind {
    fn of(kind: SyntaxKind) -> Option<Self> {
        Some(match kind {
            SyntaxKind::RESOURCE_KW => Self::Resource,
            SyntaxKind::EXTERN_KW => Self::Extern,
            SyntaxKind::ACCOUNT_POLICY_KW => Self::AccountPolicy,
            SyntaxKind::POLICY_KW => Self::Policy,
            SyntaxKind::ROLE_KW => Self::Role,
            SyntaxKind::USER_KW => Self::User,
            SyntaxKind::GROUP_KW => Self::Group,
            SyntaxKind::BOUNDARY_KW => Self::Boundary,
            SyntaxKind::SESSION_POLICY_KW => Self::SessionPolicy,
            SyntaxKind::OIDC_KW => Self::Oidc,
            SyntaxKind::SAML_KW => Self::Saml,
            SyntaxKind::PERMISSION_SET_KW => Self::PermissionSet,
            SyntaxKind::SCP_KW => Self::Scp,
            SyntaxKind::RCP_KW => Self::Rcp,
            _ => return None,
        })
    }

    /// Whether it declares a resource that others make: `resource` or `extern`.
    pub fn is_resource(self) -> bool {
        matches!(self, Self::Resource | Self::Extern)
    }

    /// The kind word with its article, for a message.
    pub fn with_article(self) -> String {
        let article = match self {
            Self::Extern | Self::AccountPolicy | Self::Oidc | Self::Scp | Self::Rcp => "an",
            _ => "a",
        };
        format!("{article} {}", self.word())
    }

    /// The kind word, as it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Extern => "extern",
            Self::AccountPolicy => "account-policy",
            Self::Policy => "policy",
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
            Self::Boundary => "boundary",
            Self::SessionPolicy => "session-policy",
            Self::Oidc => "oidc",
            Self::Saml => "saml",
            Self::PermissionSet => "permission-set",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
        }
    }
}

/// A header of a [`Declared`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header {
    /// `in scope`
    In(SyntaxNode),
    /// `named "…"`
    Named(SyntaxNode),
    /// `path "…"`
    Path(SyntaxNode),
    /// `region "…"`
    Region(SyntaxNode),
    /// `encrypted-by path`
    EncryptedBy(SyntaxNode),
    /// `until date`
    Until(SyntaxNode),
}

impl Declared {
    /// What it declares.
    pub fn kind(&self) -> Option<DeclaredKind> {
        self.0.children_with_tokens().find_map(|element| DeclaredKind::of(element.kind()))
    }

    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }

    /// The string after the name (a provider's address).
    pub fn text(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::STRING)
    }

    /// The parameters of a policy.
    pub fn parameters(&self) -> Option<Parameters> {
        child(&self.0)
    }

    /// The resource type with its arguments.
    pub fn type_call(&self) -> Option<TypeCall> {
        child(&self.0)
    }

    /// Where an extern comes from.
    pub fn foreign(&self) -> Option<Foreign> {
        child(&self.0)
    }

    /// The headers, in the order of the text.
    pub fn headers(&self) -> impl Iterator<Item = Header> + use<> {
        self.0.children().filter_map(|node| {
            Some(match node.kind() {
                SyntaxKind::IN_HEADER => Header::In(node),
                SyntaxKind::NAMED_HEADER => Header::Named(node),
                SyntaxKind::PATH_HEADER => Header::Path(node),
                SyntaxKind::REGION_HEADER => Header::Region(node),
                SyntaxKind::ENCRYPTED_BY_HEADER => Header::EncryptedBy(node),
                SyntaxKind::UNTIL_CLAUSE => Header::Until(node),
                _ => return None,
            })
        })
    }

    /// The string after `region`.
    pub fn region(&self) -> Option<SyntaxToken> {
        self.headers().find_map(|header| match header {
            Header::Region(_) => header.string(),
            _ => None,
        })
    }

    /// The body in braces.
    pub fn body(&self) -> Option<Body> {
        child(&self.0)
    }

    /// The doc comment.
    pub fn documentation(&self) -> Option<String> {
        documentation(&self.0)
    }
}

impl Foreign {
    /// The word of the tool: `terraform` or `cloudformation`.
    pub fn tool(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::TERRAFORM_KW).or_else(|| token(&self.0, SyntaxKind::CLOUDFORMATION_KW))
    }

    /// What the tool calls it, a string.
    pub fn reference(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::STRING)
    }
}

impl Header {
    /// The header's node.
    pub fn syntax(&self) -> &SyntaxNode {
        match self {
            Self::In(node)
            | Self::Named(node)
            | Self::Path(node)
            | Self::Region(node)
            | Self::EncryptedBy(node)
            | Self::Until(node) => node,
        }
    }

    /// Its string.
    pub fn string(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::STRING)
    }

    /// Its accounts.
    pub fn scope(&self) -> Option<Scope> {
        child(self.syntax())
    }

    /// The name that it says: the key of `encrypted-by`.
    pub fn path(&self) -> Option<Path> {
        child(self.syntax())
    }
}

impl Parameters {
    /// The parameters.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        children(&self.0)
    }
}

impl Parameter {
    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }

    /// The type.
    pub fn type_ref(&self) -> Option<TypeRef> {
        child(&self.0)
    }
}

impl TypeRef {
    /// The element type of `[T]`.
    pub fn element(&self) -> Option<TypeRef> {
        (self.0.kind() == SyntaxKind::LIST_TYPE).then(|| child(&self.0)).flatten()
    }

    /// The words of `string` or `service.type`; a word may be a keyword.
    pub fn words(&self) -> Vec<String> {
        words(&self.0)
    }
}

impl TypeCall {
    /// The words of `service.type`.
    pub fn words(&self) -> Vec<String> {
        child::<TypeRef>(&self.0).map(|path| path.words()).unwrap_or_default()
    }

    /// The node of `service.type`.
    pub fn path(&self) -> Option<TypeRef> {
        child(&self.0)
    }

    /// The arguments.
    pub fn arguments(&self) -> Option<Arguments> {
        child(&self.0)
    }
}

impl Path {
    /// The names.
    pub fn names(&self) -> Vec<SyntaxToken> {
        tokens(&self.0, SyntaxKind::NAME).collect()
    }

    /// The names with dots between.
    pub fn text(&self) -> String {
        words(&self.0).join(".")
    }
}

impl Scope {
    /// The accounts, OUs and organizations named, without those after `except`.
    pub fn parts(&self) -> Vec<ScopePart> {
        self.parts_where(|node, except| except.is_none_or(|at| node < at))
    }

    /// Those that `except` takes away.
    pub fn excepted(&self) -> Vec<ScopePart> {
        self.parts_where(|node, except| except.is_some_and(|at| node > at))
    }

    fn parts_where(&self, wanted: impl Fn(TextSize, Option<TextSize>) -> bool) -> Vec<ScopePart> {
        let except = token(&self.0, SyntaxKind::EXCEPT_KW).map(|token| token.text_range().start());
        let wanted = |node: &SyntaxNode| wanted(node.text_range().start(), except);
        if let Some(list) = self.0.children().find(|node| node.kind() == SyntaxKind::PLACE_LIST && wanted(node)) {
            return list.children().filter_map(|node| ScopePart::of(&node)).collect();
        }
        let keyword = group_keyword(&self.0);
        self.0.children().filter(wanted).filter_map(Path::cast).map(|path| ScopePart { keyword, path }).collect()
    }

    /// Whether `except` takes accounts away.
    pub fn has_except(&self) -> bool {
        token(&self.0, SyntaxKind::EXCEPT_KW).is_some()
    }
}

impl ScopePart {
    /// What `node` in a list is.
    fn of(node: &SyntaxNode) -> Option<Self> {
        match node.kind() {
            SyntaxKind::LISTED_PLACE => Some(Self { keyword: group_keyword(node), path: child(node)? }),
            _ => Path::cast(node.clone()).map(|path| Self { keyword: None, path }),
        }
    }
}

/// The `ou` or `organization` in `node` itself.
fn group_keyword(node: &SyntaxNode) -> Option<SyntaxKind> {
    let mut kinds = node.children_with_tokens().map(|element| element.kind());
    kinds.find(|kind| matches!(kind, SyntaxKind::OU_KW | SyntaxKind::ORGANIZATION_KW))
}

impl Tags {
    /// Names and values: the name's token, and the value.
    pub fn tags(&self) -> Vec<(SyntaxToken, Option<Expr>)> {
        self.0
            .children()
            .filter(|node| node.kind() == SyntaxKind::TAG)
            .filter_map(|tag| {
                let name = tag.first_token()?;
                let value = expressions(&tag).find(|expr| expr.range().start() > name.text_range().start());
                Some((name, value))
            })
            .collect()
    }
}

fn words(node: &SyntaxNode) -> Vec<String> {
    node.children_with_tokens()
        .filter_map(SyntaxElement::into_token)
        .filter(|token| token.kind() == SyntaxKind::NAME)
        .map(|token| token.text().to_owned())
        .collect()
}

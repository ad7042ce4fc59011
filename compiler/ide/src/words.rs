//! What each word of a file is, for highlighting.

use iamx_syntax::{
    KEYWORDS, NodeOrToken, Parse, SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
    ast::{AstNode, Attachment},
};

/// A word and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands; never over a line's end.
    pub range: TextRange,
    /// What it is.
    pub kind: WordKind,
    /// Whether it is the name of what is declared there.
    pub declares: bool,
}

/// What a [`Word`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordKind {
    /// A keyword.
    Keyword,
    /// A comment.
    Comment,
    /// A comment that documents what follows.
    DocComment,
    /// A string.
    String,
    /// A number, duration or date.
    Number,
    /// A comparison, a wildcard, a sign between.
    Operator,
    /// An action, a pattern of actions or an access level.
    Action,
    /// A condition key or a claim.
    ConditionKey,
    /// An operator by its IAM name.
    ConditionOperator,
    /// A statement's label.
    Label,
    /// The name of an account, organizational unit or organization.
    Account,
    /// The name of a role, user, group or permission set.
    Identity,
    /// The name of a policy, boundary or guardrail.
    Policy,
    /// The name of a resource.
    Resource,
    /// A `let`, a `param` or a loop's name.
    Value,
    /// A parameter.
    Parameter,
    /// A service, a resource type or the type of a parameter.
    Type,
    /// The name of a tag.
    Tag,
    /// A module.
    Module,
    /// `#allow` and the name of its check.
    Attribute,
    /// A name that only a look at the whole workspace tells more of.
    Name,
}

/// The words of a file in its order. Blanks and brackets aren't among them.
pub fn words(parse: &Parse) -> Vec<Word> {
    let mut words = Vec::new();
    for token in parse.syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token) {
        let Some((kind, declares)) = kind_of(&token) else { continue };
        words.push(Word { range: token.text_range(), kind, declares });
    }
    words
}

fn kind_of(token: &SyntaxToken) -> Option<(WordKind, bool)> {
    use SyntaxKind as S;
    let parent = token.parent()?;
    let used = |kind| Some((kind, false));
    match token.kind() {
        S::WHITESPACE | S::JUNK_CHAR => None,
        S::COMMENT if token.text().starts_with("///") => used(WordKind::DocComment),
        S::COMMENT => used(WordKind::Comment),
        S::STRING | S::BAD_STRING => used(WordKind::String),
        S::DATE | S::DURATION | S::NUMBER | S::JSON_NUMBER => used(WordKind::Number),
        S::JSON_WORD => used(WordKind::Keyword),
        S::PREFIX | S::PATTERN | S::LEVEL => used(WordKind::Action),
        S::LABEL => Some((WordKind::Label, true)),
        S::WORD | S::HALF_WORD => {
            used(if is_in_condition(&parent) { WordKind::ConditionKey } else { WordKind::Action })
        }
        S::EQ_EQ | S::NOT_EQ | S::LT_EQ | S::GT_EQ | S::LT | S::GT | S::STAR | S::QUESTION | S::EQUALS => {
            used(WordKind::Operator)
        }
        S::HASH_ALLOW => used(WordKind::Attribute),
        S::NAME => Some(name_in(&parent, token)),
        kind => KEYWORDS.iter().any(|(_, keyword)| *keyword == kind).then_some((WordKind::Keyword, false)),
    }
}

/// Whether a `prefix:rest` there is a condition key.
pub(crate) fn is_in_condition(node: &SyntaxNode) -> bool {
    for node in node.ancestors() {
        match node.kind() {
            SyntaxKind::TEST
            | SyntaxKind::EXISTS
            | SyntaxKind::COMPARE
            | SyntaxKind::CONDITION
            | SyntaxKind::NEGATION
            | SyntaxKind::WHEN_CLAUSE
            | SyntaxKind::UNLESS_CLAUSE
            | SyntaxKind::WORD_CALL
            | SyntaxKind::IF_STATEMENT
            | SyntaxKind::BINDING => return true,
            SyntaxKind::PERMISSION | SyntaxKind::GRANT_ITEM | SyntaxKind::LET_ITEM | SyntaxKind::ASKED => return false,
            _ => {}
        }
    }
    false
}

fn name_in(parent: &SyntaxNode, token: &SyntaxToken) -> (WordKind, bool) {
    use SyntaxKind as S;
    match parent.kind() {
        S::LET_ITEM | S::PARAM_ITEM | S::FOR_ITEM => (WordKind::Value, true),
        S::PARAMETER => (WordKind::Parameter, true),
        S::TYPE_PATH => (WordKind::Type, false),
        S::ACCOUNT_ITEM | S::ACCOUNT_NODE | S::OU_NODE | S::ORGANIZATION_ITEM => (WordKind::Account, true),
        S::DECLARED => (declared(parent), true),
        S::USE_PATH => (WordKind::Module, false),
        S::ATTRIBUTE => (WordKind::Attribute, false),
        S::TAG => (WordKind::Tag, false),
        S::CLAIM => (WordKind::ConditionKey, false),
        S::WITH_NAMES => (WordKind::Keyword, false),
        S::PATH
            if parent
                .parent()
                .is_some_and(|place| matches!(place.kind(), S::SCOPE | S::PLACE | S::PLACE_LIST | S::LISTED_PLACE)) =>
        {
            (WordKind::Account, false)
        }
        S::ATTACHMENT if Attachment::cast(parent.clone()).and_then(|one| one.alias()).as_ref() == Some(token) => {
            (WordKind::Policy, true)
        }
        S::CALL | S::WORD_CALL if is_operator(token.text()) => (WordKind::ConditionOperator, false),
        _ => (WordKind::Name, false),
    }
}

fn declared(node: &SyntaxNode) -> WordKind {
    use iamx_syntax::ast::{Declared, DeclaredKind as D};
    match Declared::cast(node.clone()).and_then(|item| item.kind()) {
        Some(D::Resource | D::Extern | D::AccountPolicy) => WordKind::Resource,
        Some(D::Policy | D::Boundary | D::SessionPolicy | D::Scp | D::Rcp) => WordKind::Policy,
        Some(D::Role | D::User | D::Group | D::PermissionSet | D::Oidc | D::Saml) => WordKind::Identity,
        None => WordKind::Name,
    }
}

/// Whether the name is one of IAM's for an operator, which begin with what they compare.
fn is_operator(name: &str) -> bool {
    const FAMILIES: [&str; 8] = ["String", "Numeric", "Date", "Bool", "Binary", "Ip", "NotIp", "Arn"];
    name.starts_with(|first: char| first.is_ascii_uppercase()) && FAMILIES.iter().any(|family| name.starts_with(family))
}

use super::{AstNode, Scope, ast_node, child, expressions, significant_range, token, tokens};
use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

ast_node!(/// A list with commas, and what `except` takes from it.
    Exprs, EXPRS | EXPR);
ast_node!(/// `[…]`.
    Bracketed, BRACKETED);
ast_node!(/// `(…)`.
    Parenthesized, PARENTHESIZED);
ast_node!(/// Conditions joined by `and` and `or`.
    Condition, CONDITION);
ast_node!(/// `not …`.
    Negation, NEGATION);
ast_node!(/// What is compared, with `any`, `all`, `?` or a comparison.
    Test, TEST);
ast_node!(/// `prefix:{a, b}`.
    Group, GROUP);
ast_node!(/// `Operator:Name(key, value)`: a word with arguments.
    WordCall, WORD_CALL);
ast_node!(/// A principal with its kind word.
    Principal, PRINCIPAL);
ast_node!(/// A dotted name with arguments and indices.
    Call, CALL);
ast_node!(/// `name in place`.
    CallIn, CALL_IN);
ast_node!(/// Arguments in parentheses.
    Arguments, ARGUMENTS);
ast_node!(/// The operator of a comparison.
    Comparison, COMPARE);

/// Accounts after `in` behind a name.
pub type Place = Scope;

/// An expression: actions, resources, principals, a value or a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Expr {
    /// `prefix:rest`
    Word(SyntaxToken),
    /// `prefix:`
    HalfWord(SyntaxToken),
    /// `@read`, `s3:@read`
    Level(SyntaxToken),
    String(SyntaxToken),
    Number(SyntaxToken),
    Date(SyntaxToken),
    Duration(SyntaxToken),
    /// `*`
    Star(SyntaxToken),
    /// `true` or `false`
    Bool(SyntaxToken),
    /// `absent`
    Absent(SyntaxToken),
    Group(Group),
    /// `unchecked svc:Action`
    Unchecked(SyntaxNode),
    WordCall(WordCall),
    Parenthesized(Parenthesized),
    Bracketed(Bracketed),
    /// `a except b`
    Except(Exprs),
    /// `aws "…"`
    AwsRef(SyntaxNode),
    Principal(Principal),
    Call(Call),
    CallIn(CallIn),
    Test(Test),
    /// `exists key`
    Exists(SyntaxNode),
    /// `claim name`
    Claim(SyntaxNode),
    /// `principal is …`
    PrincipalIs(SyntaxNode),
    Negation(Negation),
    Condition(Condition),
}

impl Expr {
    /// The expression that `element` is.
    pub fn cast(element: SyntaxElement) -> Option<Self> {
        match element {
            SyntaxElement::Token(token) => Some(match token.kind() {
                SyntaxKind::WORD => Self::Word(token),
                SyntaxKind::HALF_WORD => Self::HalfWord(token),
                SyntaxKind::LEVEL => Self::Level(token),
                SyntaxKind::STRING | SyntaxKind::BAD_STRING => Self::String(token),
                SyntaxKind::NUMBER => Self::Number(token),
                SyntaxKind::DATE => Self::Date(token),
                SyntaxKind::DURATION => Self::Duration(token),
                SyntaxKind::STAR => Self::Star(token),
                SyntaxKind::TRUE_KW | SyntaxKind::FALSE_KW => Self::Bool(token),
                SyntaxKind::ABSENT_KW => Self::Absent(token),
                _ => return None,
            }),
            SyntaxElement::Node(node) => Some(match node.kind() {
                SyntaxKind::GROUP => Self::Group(Group(node)),
                SyntaxKind::UNCHECKED => Self::Unchecked(node),
                SyntaxKind::WORD_CALL => Self::WordCall(WordCall(node)),
                SyntaxKind::PARENTHESIZED => Self::Parenthesized(Parenthesized(node)),
                SyntaxKind::BRACKETED => Self::Bracketed(Bracketed(node)),
                SyntaxKind::EXPR => Self::Except(Exprs(node)),
                SyntaxKind::AWS_REF => Self::AwsRef(node),
                SyntaxKind::PRINCIPAL => Self::Principal(Principal(node)),
                SyntaxKind::CALL => Self::Call(Call(node)),
                SyntaxKind::CALL_IN => Self::CallIn(CallIn(node)),
                SyntaxKind::TEST => Self::Test(Test(node)),
                SyntaxKind::EXISTS => Self::Exists(node),
                SyntaxKind::CLAIM => Self::Claim(node),
                SyntaxKind::PRINCIPAL_IS => Self::PrincipalIs(node),
                SyntaxKind::NEGATION => Self::Negation(Negation(node)),
                SyntaxKind::CONDITION => Self::Condition(Condition(node)),
                _ => return None,
            }),
        }
    }

    /// The text's range.
    pub fn range(&self) -> TextRange {
        match self {
            Self::Word(token)
            | Self::HalfWord(token)
            | Self::Level(token)
            | Self::String(token)
            | Self::Number(token)
            | Self::Date(token)
            | Self::Duration(token)
            | Self::Star(token)
            | Self::Bool(token)
            | Self::Absent(token) => token.text_range(),
            Self::Group(node) => node.range(),
            Self::WordCall(node) => node.range(),
            Self::Parenthesized(node) => node.range(),
            Self::Bracketed(node) => node.range(),
            Self::Except(node) => node.range(),
            Self::Principal(node) => node.range(),
            Self::Call(node) => node.range(),
            Self::CallIn(node) => node.range(),
            Self::Test(node) => node.range(),
            Self::Negation(node) => node.range(),
            Self::Condition(node) => node.range(),
            Self::Unchecked(node)
            | Self::AwsRef(node)
            | Self::Exists(node)
            | Self::Claim(node)
            | Self::PrincipalIs(node) => significant_range(node),
        }
    }

    /// What it is, for a message: "a condition", "a string".
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Word(_) | Self::HalfWord(_) => "an action or a condition key",
            Self::Level(_) => "an access level",
            Self::String(_) => "a string",
            Self::Number(_) => "a number",
            Self::Date(_) => "a date",
            Self::Duration(_) => "a duration",
            Self::Star(_) => "`*`",
            Self::Bool(_) => "a truth value",
            Self::Absent(_) => "`absent`",
            Self::Group(_) => "actions",
            Self::Unchecked(_) => "an unchecked name",
            Self::Parenthesized(_)
            | Self::Test(_)
            | Self::Exists(_)
            | Self::PrincipalIs(_)
            | Self::Negation(_)
            | Self::Condition(_)
            | Self::WordCall(_) => "a condition",
            Self::Claim(_) => "a claim",
            Self::Bracketed(_) | Self::Except(_) => "a list",
            Self::AwsRef(_) => "an AWS managed policy",
            Self::Principal(_) => "a principal",
            Self::Call(_) | Self::CallIn(_) => "a name",
        }
    }
}

impl Exprs {
    fn split(&self) -> (Vec<Expr>, Vec<Expr>) {
        let except = token(&self.0, SyntaxKind::EXCEPT_KW).map(|token| token.text_range().start());
        expressions(&self.0).partition(|expr| except.is_none_or(|at| expr.range().start() < at))
    }

    /// What is listed before `except`.
    pub fn items(&self) -> Vec<Expr> {
        self.split().0
    }

    /// What is listed after `except`.
    pub fn excepted(&self) -> Vec<Expr> {
        self.split().1
    }
}

impl Bracketed {
    /// The list inside.
    pub fn list(&self) -> Option<Exprs> {
        child(&self.0)
    }
}

impl Parenthesized {
    /// What is inside.
    pub fn inner(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }
}

impl Negation {
    /// Whether an odd number of `not` stands before it.
    pub fn negates(&self) -> bool {
        tokens(&self.0, SyntaxKind::NOT_KW).count() % 2 == 1
    }

    /// What is negated.
    pub fn operand(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }
}

impl Condition {
    /// The disjuncts, each the list of its conjuncts: `and` binds tighter than `or`.
    pub fn disjuncts(&self) -> Vec<Vec<Expr>> {
        let mut disjuncts = vec![Vec::new()];
        for element in self.0.children_with_tokens() {
            if element.kind() == SyntaxKind::OR_KW {
                disjuncts.push(Vec::new());
            } else if let (Some(expr), Some(last)) = (Expr::cast(element), disjuncts.last_mut()) {
                last.push(expr);
            }
        }
        disjuncts
    }
}

impl Test {
    /// `any` or `all`.
    pub fn quantifier(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::ANY_KW).or_else(|| token(&self.0, SyntaxKind::ALL_KW))
    }

    /// What is tested.
    pub fn subject(&self) -> Option<Expr> {
        let compare = self.comparison().map(|compare| compare.range().start());
        expressions(&self.0).find(|expr| compare.is_none_or(|at| expr.range().start() < at))
    }

    /// The `?` after the key.
    pub fn absent_mark(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::QUESTION)
    }

    /// The comparison's operator.
    pub fn comparison(&self) -> Option<Comparison> {
        child(&self.0)
    }

    /// The right side.
    pub fn value(&self) -> Option<Expr> {
        let at = self.comparison()?.range().start();
        expressions(&self.0).find(|expr| expr.range().start() > at)
    }
}

impl Comparison {
    /// The operator, without the blanks in it: `not like` is `not like`.
    pub fn text(&self) -> String {
        let parts: Vec<_> = self
            .0
            .children_with_tokens()
            .filter_map(SyntaxElement::into_token)
            .filter(|token| !token.kind().is_trivia())
            .map(|token| token.text().to_owned())
            .collect();
        parts.join(" ")
    }
}

impl Group {
    /// The prefix without its colon.
    pub fn prefix(&self) -> Option<String> {
        token(&self.0, SyntaxKind::PREFIX).map(|token| token.text().trim_end_matches(':').to_owned())
    }

    /// The prefix's token.
    pub fn prefix_token(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::PREFIX)
    }

    /// The patterns.
    pub fn patterns(&self) -> Vec<SyntaxToken> {
        tokens(&self.0, SyntaxKind::PATTERN).collect()
    }
}

impl WordCall {
    /// The word before the arguments.
    pub fn word(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::WORD)
    }

    /// The arguments.
    pub fn arguments(&self) -> Option<Arguments> {
        child(&self.0)
    }
}

impl Arguments {
    /// The arguments.
    pub fn arguments(&self) -> Vec<Expr> {
        expressions(&self.0).collect()
    }
}

impl Principal {
    /// The kind word.
    pub fn kind(&self) -> Option<SyntaxKind> {
        self.0.children_with_tokens().map(|element| element.kind()).find(|kind| !kind.is_trivia())
    }

    /// The kind word's token.
    pub fn word(&self) -> Option<SyntaxToken> {
        self.0.children_with_tokens().filter_map(SyntaxElement::into_token).find(|token| !token.kind().is_trivia())
    }

    /// The name of `session role R "name"`.
    pub fn session_name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::SESSION_KW)?;
        token(&self.0, SyntaxKind::STRING)
    }

    /// What follows the kind word: a name, a string or `*`.
    pub fn target(&self) -> Option<Expr> {
        expressions(&self.0).next()
    }
}

/// What follows a name in a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Postfix {
    /// `.name`
    Name(SyntaxToken),
    /// `(arguments)`
    Arguments(Arguments),
    /// `["text"]`
    Index(SyntaxNode),
}

impl Call {
    /// The first name.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::NAME)
    }

    /// What follows the first name.
    pub fn postfixes(&self) -> Vec<Postfix> {
        self.0
            .children_with_tokens()
            .filter_map(|element| match element {
                SyntaxElement::Token(token) if token.kind() == SyntaxKind::NAME => Some(Postfix::Name(token)),
                SyntaxElement::Node(node) if node.kind() == SyntaxKind::INDEX => Some(Postfix::Index(node)),
                SyntaxElement::Node(node) => Arguments::cast(node).map(Postfix::Arguments),
                SyntaxElement::Token(_) => None,
            })
            .skip(1)
            .collect()
    }
}

impl CallIn {
    /// The name, with arguments and indices.
    pub fn call(&self) -> Option<Call> {
        child(&self.0)
    }

    /// The accounts.
    pub fn place(&self) -> Option<Scope> {
        child(&self.0)
    }
}

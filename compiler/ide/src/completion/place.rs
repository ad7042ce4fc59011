//! Where the cursor is: which part of which thing would be written there.

use iamx_catalog::Catalog;
use iamx_lower::NameIndex;
use iamx_syntax::{
    KEYWORDS, NodeOrToken, SyntaxKind as S, SyntaxNode, SyntaxToken,
    ast::{AstNode, Declared, DeclaredKind},
};
use iamx_text::{FileId, TextRange, TextSize};

/// The word that is put where the cursor is.
const PROBE: &str = "zqx";

/// A place in a text, with the item around it as it would be with a word there.
pub(crate) struct Cursor<'i> {
    pub(crate) index: &'i NameIndex,
    pub(crate) file: FileId,
    pub(crate) offset: TextSize,
    /// The text before the word, from the beginning of its item.
    pub(crate) before: &'i str,
    /// The text behind the cursor.
    pub(crate) behind: &'i str,
    /// The word there, in the whole file.
    pub(crate) range: TextRange,
    /// The letters of the word before the cursor.
    pub(crate) letters: &'i str,
    /// The word in the tree of its item.
    pub(crate) token: SyntaxToken,
    /// What stands before it.
    pub(crate) previous: Option<SyntaxToken>,
}

/// What can stand where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing that is known: a comment, or a name that is given there.
    Nothing,
    /// Within a string, so many bytes behind its quote.
    Text { within: usize },
    /// In `s3:{…}`.
    Pattern(String),
    /// After `@`.
    Level(Option<String>),
    /// After `prefix:`.
    Word(String, Class),
    /// After these names and a dot.
    Dot(Vec<String>, Class),
    /// Where such a thing begins.
    Operand(Class),
    /// After such a thing, or where something else begins.
    After(Class),
}

/// Kinds of things that stand in places of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Actions,
    Resources,
    Principals,
    Condition,
    /// The value that a key is compared with.
    Value(Option<String>),
    /// A key with a value in a test.
    ContextKey,
    Accounts,
    Units,
    Organizations,
    /// What is attached to an identity.
    Policies,
    /// What is attached to an account.
    Guardrails,
    Boundaries,
    SessionPolicies,
    Roles,
    Users,
    Groups,
    Providers(DeclaredKind),
    PermissionSets,
    /// A service principal.
    Service,
    ParameterType,
    ResourceType,
    UsePath,
    /// The names of this module.
    UsedNames(Vec<String>),
    Check,
    /// An argument of what is called.
    Argument(Option<String>),
    /// The value of a `let`, and others that can be anything.
    Anything,
    /// Nothing that has names.
    None,
}

impl<'i> Cursor<'i> {
    pub(crate) fn at(index: &'i NameIndex, file: FileId, offset: TextSize) -> Option<Self> {
        let text = index.sources().get(file)?.text();
        let at = usize::from(offset);
        let start = text.get(..at)?.split_inclusive('\n').fold((0, 0), |(start, line), content| {
            (if begins_item(content) { line } else { start }, line + content.len())
        });
        let start = start.0;
        let behind = text.get(at..)?;
        let rest = behind.find(|c: char| !is_in_name(c)).unwrap_or(behind.len());
        let rest_of_line = behind.find('\n').map_or(behind.len(), |end| end + 1);
        let end = behind.get(rest_of_line..)?.split_inclusive('\n').try_fold(rest_of_line, |end, content| {
            if begins_item(content) { Err(end) } else { Ok(end + content.len()) }
        });
        let (Ok(end) | Err(end)) = end;
        let section = text.get(start..at)?;
        let probed = format!("{section}{PROBE}{}", behind.get(rest..end.max(rest))?);
        let root = iamx_syntax::parse(&probed).syntax();
        let probe = TextRange::at(size(section.len()), TextSize::of(PROBE));
        let token = match root.covering_element(probe) {
            NodeOrToken::Token(token) => token,
            NodeOrToken::Node(_) => return None,
        };
        let word = usize::from(token.text_range().start());
        let is_text = matches!(token.kind(), S::STRING | S::BAD_STRING | S::COMMENT);
        let range =
            // In a key or an action, all of it.
            if is_text { TextRange::empty(offset) } else { TextRange::new(size(start + word), offset + size(rest) + (token.text_range().end() - probe.end())) };
        Some(Self {
            index,
            file,
            offset,
            before: section.get(..word)?,
            behind,
            range,
            letters: section.get(word..)?,
            previous: previous(&token),
            token,
        })
    }

    pub(crate) fn catalog(&self) -> &'static Catalog {
        self.index.catalog()
    }

    /// What kind of thing the word is a part of.
    pub(crate) fn class(&self) -> Class {
        class_of(&self.token)
    }

    /// What can stand here.
    pub(crate) fn place(&self) -> Place {
        let Some(parent) = self.token.parent() else { return Place::Nothing };
        match self.token.kind() {
            S::STRING | S::BAD_STRING => {
                Place::Text { within: self.letters.find('"').map_or(0, |quote| self.letters.len() - quote - 1) }
            }
            S::LEVEL => Place::Level(self.letters.split_once(":@").map(|(prefix, _)| prefix.to_owned())),
            S::PATTERN => match tokens(&parent).find(|token| token.kind() == S::PREFIX) {
                Some(prefix) => Place::Pattern(prefix.text().trim_end_matches(':').to_owned()),
                None => Place::Nothing,
            },
            S::WORD if !self.letters.contains('"') => match self.letters.split_once(':') {
                Some((prefix, _)) => Place::Word(prefix.to_owned(), class_of(&self.token)),
                // Before its colon.
                None => Place::Operand(class_of(&self.token)),
            },
            S::NAME => self.place_of_name(&parent),
            _ => Place::Nothing,
        }
    }

    fn place_of_name(&self, parent: &SyntaxNode) -> Place {
        let before: Vec<SyntaxToken> =
            tokens(parent).take_while(|token| token != &self.token).filter(|token| !token.kind().is_trivia()).collect();
        let is_first = !before.iter().any(|token| token.kind() == S::NAME);
        match parent.kind() {
            S::ERROR => return self.after(),
            S::DECLARED
            | S::PARAM_ITEM
            | S::LET_ITEM
            | S::FOR_ITEM
            | S::ORGANIZATION_ITEM
            | S::ACCOUNT_ITEM
            | S::ACCOUNT_NODE
            | S::OU_NODE
            | S::PARAMETER
            | S::TAG
            | S::CLAIM
            | S::WITH_NAMES
            | S::USE_ITEM => return Place::Nothing,
            _ => {}
        }
        let class = class_of(&self.token);
        if class == Class::Service {
            return Place::Operand(class);
        }
        let is_behind_dot = before.last().is_some_and(|token| token.kind() == S::DOT);
        if is_behind_dot && parent.kind() != S::USE_GROUP {
            let names = before.iter().filter(|token| token.kind() == S::NAME).map(|name| name.text().to_owned());
            return Place::Dot(names.collect(), class);
        }
        if !is_first && matches!(parent.kind(), S::CALL | S::PATH | S::TYPE_PATH | S::USE_PATH) {
            return Place::Nothing;
        }
        Place::Operand(class)
    }

    /// After what stands before.
    fn after(&self) -> Place {
        match &self.previous {
            Some(previous) if matches!(previous.kind(), S::EQUALS | S::COLON | S::DOT) => Place::Nothing,
            Some(previous) => Place::After(class_of(previous)),
            None => Place::After(Class::None),
        }
    }

    /// The key before the cursor that nothing is compared with yet.
    pub(crate) fn key_before(&self) -> Option<String> {
        let previous = self.previous.as_ref()?;
        let key = match previous.kind() {
            S::WORD => previous.clone(),
            // `key?`, `key not`
            _ if previous.kind() == S::QUESTION || is_not(previous) => {
                self::previous(previous).filter(|token| token.kind() == S::WORD)?
            }
            _ => return None,
        };
        let is_compared = key.parent_ancestors().take_while(|node| !is_clause(node.kind())).any(|node| {
            matches!(node.kind(), S::EXISTS | S::WORD_CALL | S::ARGUMENTS)
                || node.kind() == S::TEST
                    && node
                        .children()
                        .any(|child| child.kind() == S::COMPARE && child.text_range().end() <= key.text_range().start())
        });
        (is_a_condition(&class_of(&key)) && !is_compared).then(|| key.text().to_owned())
    }

    pub(crate) fn is_after_key(&self) -> bool {
        self.key_before().is_some()
    }

    /// Whether a keyword, an operator or a comma stands right before.
    pub(crate) fn is_after_word(&self) -> bool {
        self.previous.as_ref().is_some_and(|token| {
            token.kind() == S::COMMA
                || is_operator(token.kind())
                || KEYWORDS.iter().any(|(_, keyword)| *keyword == token.kind())
        })
    }

    /// Whether nothing stands before the word on its line, or a bracket of a body does.
    pub(crate) fn is_at_start(&self) -> bool {
        let line = self.before.rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty()
            || self.previous.as_ref().is_some_and(|token| matches!(token.kind(), S::LBRACE | S::RBRACE | S::LABEL))
    }

    /// Whether the word begins its line.
    pub(crate) fn is_in_column_0(&self) -> bool {
        self.before.is_empty() || self.before.ends_with('\n')
    }

    /// The innermost node around the cursor that holds items, members or statements.
    pub(crate) fn body(&self) -> SyntaxNode {
        let mut last = None;
        for node in self.token.parent_ancestors() {
            if is_body(node.kind()) {
                return node;
            }
            last = Some(node);
        }
        last.unwrap_or_else(|| iamx_syntax::parse("").syntax())
    }

    /// The item with a kind around the cursor.
    pub(crate) fn declared(&self) -> Option<Declared> {
        self.token.parent_ancestors().find_map(Declared::cast)
    }

    pub(crate) fn declared_kind(&self) -> Option<DeclaredKind> {
        self.declared()?.kind()
    }
}

pub(crate) fn is_body(kind: S) -> bool {
    matches!(
        kind,
        S::FILE | S::ITEM_BODY | S::NODE_BODY | S::MEMBER_BODY | S::STATEMENT_BODY | S::TEST_BODY | S::INVARIANT_BODY
    )
}

fn is_clause(kind: S) -> bool {
    is_body(kind)
        || matches!(
            kind,
            S::WHEN_CLAUSE | S::UNLESS_CLAUSE | S::IF_STATEMENT | S::PERMISSION | S::LET_ITEM | S::BRACKETED
        )
}

pub(crate) fn is_a_condition(class: &Class) -> bool {
    matches!(class, Class::Condition | Class::Anything | Class::Argument(_))
}

fn is_operator(kind: S) -> bool {
    matches!(kind, S::EQ_EQ | S::NOT_EQ | S::LT | S::LT_EQ | S::GT | S::GT_EQ)
}

fn begins_item(line: &str) -> bool {
    if line.starts_with('#') {
        return true;
    }
    let word = line.find(|c: char| !is_in_name(c)).map_or(line, |end| line.get(..end).unwrap_or_default());
    KEYWORDS.iter().any(|(text, kind)| *text == word && is_item_keyword(*kind))
}

/// Whether the keyword begins an item.
pub(crate) fn is_item_keyword(kind: S) -> bool {
    S::USE_KW <= kind && kind <= S::WITHIN_KW
}

fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Whether it is a `not`, which is a name where nothing follows it.
pub(crate) fn is_not(token: &SyntaxToken) -> bool {
    token.kind() == S::NOT_KW || token.kind() == S::NAME && token.text() == "not"
}

/// What stands before `token`, white space and comments left out.
pub(crate) fn previous(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut token = token.prev_token();
    while let Some(found) = token {
        if !found.kind().is_trivia() {
            return Some(found);
        }
        token = found.prev_token();
    }
    None
}

pub(crate) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.children_with_tokens().filter_map(NodeOrToken::into_token)
}

fn has(node: &SyntaxNode, kind: S) -> bool {
    tokens(node).any(|token| token.kind() == kind)
}

pub(crate) fn size(bytes: usize) -> TextSize {
    TextSize::try_from(bytes).unwrap_or_default()
}

/// What kind of thing `token` is a part of, by what is around it.
fn class_of(token: &SyntaxToken) -> Class {
    let at = token.text_range().start();
    for node in token.parent_ancestors() {
        // What stands before `at` in the node itself.
        let after = |kind: S| tokens(&node).any(|one| one.kind() == kind && one.text_range().end() <= at);
        match node.kind() {
            S::ATTRIBUTE => return Class::Check,
            S::USE_GROUP => {
                let path = node.prev_sibling().filter(|one| one.kind() == S::USE_PATH);
                let names = path.iter().flat_map(tokens).filter(|one| one.kind() == S::NAME);
                return Class::UsedNames(names.map(|name| name.text().to_owned()).collect());
            }
            S::USE_PATH => return Class::UsePath,
            S::TYPE_PATH if node.parent().is_some_and(|parent| parent.kind() == S::TYPE_CALL) => {
                return Class::ResourceType;
            }
            S::TYPE_PATH | S::LIST_TYPE | S::PARAM_ITEM => return Class::ParameterType,
            S::TYPE_CALL | S::INDEX => return Class::None,
            S::ARGUMENTS => return Class::Argument(called_before(&node)),
            S::PRINCIPAL => return class_of_principal(&node),
            S::TEST => {
                if let Some(compare) = node.children().find(|child| child.kind() == S::COMPARE)
                    && compare.text_range().end() <= at
                {
                    let mut inside = node.descendants_with_tokens().filter_map(NodeOrToken::into_token);
                    let key = inside.find(|one| one.kind() == S::WORD).map(|key| key.text().to_owned());
                    return Class::Value(key);
                }
                return Class::Condition;
            }
            S::BINDING if after(S::EQUALS) => {
                let key = tokens(&node).find(|one| one.kind() == S::WORD);
                return Class::Value(key.map(|key| key.text().to_owned()));
            }
            S::BINDING | S::CONTEXT => return Class::ContextKey,
            S::TAG if after(S::EQUALS) => return Class::Value(None),
            S::WHEN_CLAUSE
            | S::UNLESS_CLAUSE
            | S::IF_STATEMENT
            | S::CONDITION
            | S::NEGATION
            | S::EXISTS
            | S::PARENTHESIZED
                if !is_list(&node) =>
            {
                return Class::Condition;
            }
            S::PRINCIPAL_IS | S::TO_CLAUSE | S::TRUST | S::ASSERTION | S::CLAIM_LINE | S::SUBJECT => {
                return Class::Principals;
            }
            S::ON_CLAUSE | S::ENCRYPTED_BY_HEADER => return Class::Resources,
            S::PERMISSION | S::GROUP | S::CAN | S::CANNOT => return Class::Actions,
            S::GRANT_ITEM | S::ASKED => return if has(&node, S::ASSUME_KW) { Class::Roles } else { Class::Actions },
            S::AT_MOST | S::INCLUDE => return Class::Policies,
            S::ATTACH | S::ATTACHMENT => {
                if after(S::AS_KW) {
                    return Class::None;
                }
                let body = node.ancestors().find(|one| is_body(one.kind()));
                if node.ancestors().any(|one| one.kind() == S::BOUNDARY) {
                    return Class::Boundaries;
                }
                let is_of_account = body.is_some_and(|body| body.kind() == S::NODE_BODY);
                return if is_of_account { Class::Guardrails } else { Class::Policies };
            }
            S::DETACH => return Class::Guardrails,
            S::BOUNDARY => return Class::Boundaries,
            S::MEMBERS => return Class::Users,
            S::USING => return Class::SessionPolicies,
            S::AS_ROLE => return Class::Roles,
            S::SCOPE | S::PLACE | S::LISTED_PLACE if after(S::OU_KW) => return Class::Units,
            S::SCOPE | S::PLACE | S::LISTED_PLACE if after(S::ORGANIZATION_KW) => return Class::Organizations,
            S::SCOPE
            | S::PLACE
            | S::LISTED_PLACE
            | S::PLACE_LIST
            | S::IN_HEADER
            | S::NO_ONE
            | S::ONLY_CLAUSE
            | S::WITHIN_ITEM => {
                return Class::Accounts;
            }
            S::LET_ITEM | S::FOR_ITEM => return Class::Anything,
            kind if is_body(kind) => return Class::None,
            _ => {}
        }
    }
    Class::None
}

/// Whether a node in brackets stands where a list does.
fn is_list(node: &SyntaxNode) -> bool {
    node.kind() == S::PARENTHESIZED
        && !node.ancestors().any(|one| matches!(one.kind(), S::WHEN_CLAUSE | S::UNLESS_CLAUSE | S::IF_STATEMENT))
}

fn class_of_principal(node: &SyntaxNode) -> Class {
    match tokens(node).find(|token| !token.kind().is_trivia()).map(|token| token.kind()) {
        Some(S::ROLE_KW | S::SESSION_KW) => Class::Roles,
        Some(S::USER_KW) => Class::Users,
        Some(S::GROUP_KW) => Class::Groups,
        Some(S::ACCOUNT_KW | S::ROOT_KW) => Class::Accounts,
        Some(S::ORGANIZATION_KW) => Class::Organizations,
        Some(S::OU_KW) => Class::Units,
        Some(S::OIDC_KW) => Class::Providers(DeclaredKind::Oidc),
        Some(S::SAML_KW) => Class::Providers(DeclaredKind::Saml),
        Some(S::PERMISSION_SET_KW) => Class::PermissionSets,
        Some(S::SERVICE_KW) => Class::Service,
        _ => Class::None,
    }
}

/// What is called with the arguments.
fn called_before(arguments: &SyntaxNode) -> Option<String> {
    let call = arguments.parent()?;
    let before = call.children_with_tokens().take_while(|child| child.as_node() != Some(arguments));
    let text: String = before.map(|child| child.to_string()).collect();
    Some(text.trim().to_owned())
}

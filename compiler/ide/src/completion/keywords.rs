//! Which words of the language can stand at a place. The grammar is asked: each word that could be meant there is put in, and
//! those that it doesn't take are left out.

use iamx_catalog::KeyType;
use iamx_syntax::{
    KEYWORDS, NodeOrToken, SyntaxErrorKind, SyntaxKind as S, SyntaxNode, SyntaxToken, ast::DeclaredKind as D,
};
use iamx_text::{TextRange, TextSize};

use super::{
    Completion, CompletionKind, Completions,
    conditions::{Holds, holds},
    place::{Class, Cursor, Place, is_a_condition, is_body, is_item_keyword, size, tokens},
};

/// Offers the words that fit.
pub(crate) fn offer(cursor: &Cursor<'_>, place: &Place, found: &mut Completions) {
    if !matches!(place, Place::Operand(_) | Place::After(_)) {
        return;
    }
    // A key that is no yes-or-no is to be compared first.
    if matches!(place, Place::After(_)) && cursor.key_before().is_some_and(|key| !is_yes_or_no(cursor, &key)) {
        return;
    }
    let wanted = Wanted::at(cursor, place);
    let likely: Vec<_> = KEYWORDS.iter().filter(|(_, kind)| wanted.holds(*kind)).collect();
    if likely.is_empty() {
        return;
    }
    // In column 0 an item begins whatever is open.
    let outline = Outline::of(if cursor.is_in_column_0() { "" } else { cursor.before });
    for (word, kind) in likely {
        if outline.takes(word, *kind) {
            let rank = u8::from(!wanted.begins(*kind));
            found.items.push(Completion::new(*word, CompletionKind::Keyword, "", rank));
        }
    }
}

fn is_yes_or_no(cursor: &Cursor<'_>, key: &str) -> bool {
    cursor.catalog().condition_key(key).is_none_or(|found| found.key.types.contains(KeyType::Bool))
}

/// The words that could be meant.
struct Wanted<'p> {
    place: &'p Place,
    body: S,
    /// Whether an item, a member or a statement may begin.
    may_begin: bool,
    item: Option<D>,
    /// What the statement says already.
    said: Vec<S>,
    is_trust_body: bool,
}

impl<'p> Wanted<'p> {
    fn at(cursor: &Cursor<'_>, place: &'p Place) -> Self {
        let body = cursor.body();
        let may_begin = match body.kind() {
            S::FILE => cursor.is_in_column_0(),
            _ => cursor.is_at_start(),
        };
        // A keyword of an item in column 0 ends what is open.
        let body_kind = if cursor.is_in_column_0() { S::FILE } else { body.kind() };
        Self {
            place,
            body: body_kind,
            may_begin,
            item: cursor.declared_kind(),
            said: said_by_statement(cursor),
            is_trust_body: body.parent().is_some_and(|parent| parent.kind() == S::TRUST),
        }
    }

    fn holds(&self, kind: S) -> bool {
        self.begins(kind)
            || match self.place {
                Place::Operand(class) => self.begins_operand(class, kind),
                Place::After(class) => self.follows(class, kind),
                _ => false,
            }
    }

    /// Whether it begins an item, a member or a statement here.
    fn begins(&self, kind: S) -> bool {
        if !self.may_begin {
            return false;
        }
        let begins_statement = matches!(kind, S::ALLOW_KW | S::DENY_KW | S::IF_KW | S::INCLUDE_KW | S::RAW_KW);
        match self.body {
            S::FILE => is_item_keyword(kind),
            S::ITEM_BODY => is_item_keyword(kind) && !matches!(kind, S::USE_KW | S::WITHIN_KW),
            S::NODE_BODY => {
                matches!(kind, S::MANAGEMENT_KW | S::ACCOUNT_KW | S::OU_KW | S::ATTACH_KW | S::DETACH_KW | S::TAGS_KW)
            }
            S::MEMBER_BODY => {
                begins_statement && !matches!(self.item, Some(D::Oidc | D::Saml)) || self.begins_member(kind)
            }
            S::STATEMENT_BODY => begins_statement,
            S::TEST_BODY => kind == S::GIVEN_KW,
            _ => false,
        }
    }

    fn begins_member(&self, kind: S) -> bool {
        let Some(item) = self.item else { return false };
        match kind {
            S::TRUST_KW | S::INSTANCE_PROFILE_KW => item == D::Role,
            S::ATTACH_KW => matches!(item, D::Role | D::User | D::Group | D::PermissionSet),
            S::BOUNDARY_KW => matches!(item, D::Role | D::User | D::PermissionSet),
            S::SESSION_KW => matches!(item, D::Role | D::PermissionSet),
            S::TAGS_KW => !matches!(item, D::Group | D::AccountPolicy | D::SessionPolicy),
            S::MEMBERS_KW => item == D::Group,
            S::CONSOLE_KW | S::ACCESS_KEY_KW => item == D::User,
            S::AUDIENCE_KW => item == D::Oidc,
            S::METADATA_KW => item == D::Saml,
            S::ASSIGN_KW => item == D::PermissionSet,
            _ => false,
        }
    }

    fn begins_operand(&self, class: &Class, kind: S) -> bool {
        let of_principal = matches!(
            kind,
            S::ROLE_KW
                | S::USER_KW
                | S::GROUP_KW
                | S::ACCOUNT_KW
                | S::ORGANIZATION_KW
                | S::OU_KW
                | S::PERMISSION_SET_KW
                | S::SAML_KW
                | S::OIDC_KW
                | S::SERVICE_KW
                | S::ROOT_KW
                | S::SESSION_KW
                | S::ARN_KW
                | S::CANONICAL_KW
        );
        let of_condition = matches!(
            kind,
            S::NOT_KW | S::EXISTS_KW | S::ANY_KW | S::ALL_KW | S::PRINCIPAL_KW | S::CLAIM_KW | S::UNCHECKED_KW
        );
        match class {
            Class::Actions => {
                matches!(kind, S::UNCHECKED_KW | S::ASSUME_KW | S::ALWAYS_KW | S::ESCALATE_KW | S::AT_KW)
            }
            Class::Resources => kind == S::UNCHECKED_KW,
            Class::Principals => {
                of_principal && (kind != S::GROUP_KW || self.body == S::FILE)
                    || matches!(self.body, S::TEST_BODY | S::INVARIANT_BODY)
                        && matches!(kind, S::ANONYMOUS_KW | S::NO_KW | S::ONLY_KW)
            }
            Class::Condition => of_condition,
            Class::Value(Some(key)) if kind == S::SERVICE_KW => holds(key) == Holds::Service,
            Class::Value(_) => self.body == S::TEST_BODY && matches!(kind, S::ABSENT_KW | S::TRUE_KW | S::FALSE_KW),
            Class::Accounts => matches!(kind, S::OU_KW | S::ORGANIZATION_KW),
            Class::Policies | Class::Guardrails | Class::Boundaries => kind == S::AWS_KW,
            Class::Anything => {
                of_principal && kind != S::GROUP_KW || of_condition || matches!(kind, S::TRUE_KW | S::FALSE_KW)
            }
            _ => false,
        }
    }

    fn follows(&self, class: &Class, kind: S) -> bool {
        if self.said.contains(&kind) {
            return false;
        }
        match kind {
            S::ON_KW
            | S::WHEN_KW
            | S::UNLESS_KW
            | S::WITH_KW
            | S::AS_KW
            | S::CAN_KW
            | S::CANNOT_KW
            | S::USING_KW
            | S::ROTATE_KW
            | S::ONE_KW
            | S::OUTSIDE_KW
            | S::MOST_KW
            | S::PRIVILEGES_KW => true,
            S::UNTIL_KW => {
                matches!(self.body, S::MEMBER_BODY | S::STATEMENT_BODY)
                    || !self.item.is_some_and(|item| matches!(item, D::Oidc | D::Saml))
            }
            S::ONLY_KW => matches!(self.body, S::MEMBER_BODY | S::STATEMENT_BODY),
            S::TO_KW => {
                self.is_trust_body
                    || !matches!(
                        self.item,
                        Some(D::Role | D::User | D::Group | D::Boundary | D::PermissionSet | D::SessionPolicy)
                    )
                    || *class == Class::None
            }
            S::NAMED_KW => !matches!(
                self.item,
                Some(D::Resource | D::Extern | D::AccountPolicy | D::Oidc | D::SessionPolicy) | None
            ),
            S::PATH_KW => matches!(self.item, Some(D::Role | D::User | D::Group | D::Policy | D::Boundary)),
            S::REGION_KW | S::ENCRYPTED_BY_KW => self.item.is_some_and(D::is_resource),
            S::IN_KW => !matches!(class, Class::Actions | Class::Condition | Class::Value(_)),
            S::EXCEPT_KW => {
                matches!(
                    class,
                    Class::Actions | Class::Resources | Class::Principals | Class::Accounts | Class::Anything
                ) || is_of_principal(class)
            }
            S::AND_KW | S::OR_KW => is_a_condition(class) || matches!(class, Class::Value(_)),
            S::IS_KW => is_a_condition(class),
            _ => false,
        }
    }
}

/// Whether something else of the kind may follow a principal.
fn is_of_principal(class: &Class) -> bool {
    matches!(
        class,
        Class::Roles | Class::Users | Class::Groups | Class::Service | Class::PermissionSets | Class::Organizations
    )
}

/// The keywords of the clauses and headers that what is before the cursor has already.
fn said_by_statement(cursor: &Cursor<'_>) -> Vec<S> {
    let Some(previous) = &cursor.previous else { return Vec::new() };
    let statement = previous
        .parent_ancestors()
        .take_while(|node| !is_body(node.kind()))
        .find(|node| matches!(node.kind(), S::PERMISSION | S::GRANT_ITEM | S::TRUST | S::DECLARED | S::ASSERTION));
    let clauses = statement.iter().flat_map(SyntaxNode::children).filter(|node| {
        matches!(
            node.kind(),
            S::ON_CLAUSE
                | S::TO_CLAUSE
                | S::WHEN_CLAUSE
                | S::UNLESS_CLAUSE
                | S::UNTIL_CLAUSE
                | S::ONLY_CLAUSE
                | S::IN_HEADER
                | S::NAMED_HEADER
                | S::PATH_HEADER
                | S::REGION_HEADER
                | S::ENCRYPTED_BY_HEADER
        )
    });
    clauses.filter_map(|clause| tokens(&clause).next()).map(|keyword| keyword.kind()).collect()
}

/// What is open where the cursor is: the text before it without what is whole.
struct Outline {
    text: String,
    /// Where the last word of it ends.
    end: TextSize,
    /// What closes what is open.
    closing: String,
}

impl Outline {
    fn of(before: &str) -> Self {
        let root = iamx_syntax::parse(before).syntax();
        let mut token = root.last_token();
        while let Some(found) = token.as_ref().filter(|token| token.kind().is_trivia()) {
            token = found.prev_token();
        }
        let mut cuts: Vec<TextRange> = Vec::new();
        for body in token.iter().flat_map(SyntaxToken::parent_ancestors).filter(|node| is_body(node.kind())) {
            let whole: Vec<SyntaxNode> = body.children().collect();
            let whole = whole.split_last().map_or(&[][..], |(_, whole)| whole);
            if let (Some(first), Some(last)) = (whole.first(), whole.last()) {
                cuts.push(first.text_range().cover(last.text_range()));
            }
        }
        let (mut text, mut end, mut open) = (String::new(), TextSize::new(0), Vec::new());
        for token in root.descendants_with_tokens().filter_map(NodeOrToken::into_token) {
            if cuts.iter().any(|cut| cut.contains_range(token.text_range())) {
                continue;
            }
            text.push_str(token.text());
            match token.kind() {
                S::LBRACE => open.push('}'),
                S::LBRACKET => open.push(']'),
                S::LPAREN => open.push(')'),
                S::RBRACE | S::RBRACKET | S::RPAREN => drop(open.pop()),
                _ => {}
            }
            if !token.kind().is_trivia() {
                end = size(text.len());
            }
        }
        Self { text, end, closing: open.into_iter().rev().collect() }
    }

    /// Whether the grammar takes the keyword at the end.
    fn takes(&self, word: &str, kind: S) -> bool {
        let parse = iamx_syntax::parse(&format!("{}{word} {}", self.text, self.closing));
        let range = TextRange::at(size(self.text.len()), TextSize::of(word));
        let NodeOrToken::Token(token) = parse.syntax().covering_element(range) else { return false };
        token.kind() == kind
            && token.parent().is_some_and(|parent| parent.kind() != S::ERROR)
            // What is missing before it would be its fault; what is missing behind it is still to be written.
            && !parse.errors().iter().any(|error| match error.kind {
                SyntaxErrorKind::Expected(_) => self.end <= error.range.start() && error.range.start() < range.end(),
                _ => error.range.start() < range.end() && self.end < error.range.end(),
            })
    }
}

use super::{AstNode, ast_node, children};
use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

ast_node!(/// `{ "name": value, … }`
    JsonObject, JSON_OBJECT);
ast_node!(/// `[value, …]`
    JsonArray, JSON_ARRAY);
ast_node!(/// `"name": value`
    JsonMember, JSON_MEMBER);

/// A value of a `raw` statement's JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// An object.
    Object(JsonObject),
    /// A list.
    Array(JsonArray),
    /// A string, in its quotes.
    String(SyntaxToken),
    /// A number, `true`, `false` or `null`.
    Plain(SyntaxToken),
}

impl Json {
    fn cast(element: SyntaxElement) -> Option<Self> {
        match element {
            SyntaxElement::Node(node) => {
                JsonObject::cast(node.clone()).map(Self::Object).or_else(|| JsonArray::cast(node).map(Self::Array))
            }
            SyntaxElement::Token(token) => match token.kind() {
                SyntaxKind::STRING => Some(Self::String(token)),
                SyntaxKind::JSON_NUMBER | SyntaxKind::JSON_WORD => Some(Self::Plain(token)),
                _ => None,
            },
        }
    }
}

impl JsonObject {
    /// The members, in the order of the text.
    pub fn members(&self) -> impl Iterator<Item = JsonMember> + use<> {
        children(&self.0)
    }
}

impl JsonArray {
    /// The values, in the order of the text.
    pub fn values(&self) -> impl Iterator<Item = Json> + use<> {
        self.0.children_with_tokens().filter_map(Json::cast)
    }
}

impl JsonMember {
    /// The name, in its quotes.
    pub fn name(&self) -> Option<SyntaxToken> {
        super::token(&self.0, SyntaxKind::STRING)
    }

    /// The value behind the colon.
    pub fn value(&self) -> Option<Json> {
        let colon = super::token(&self.0, SyntaxKind::COLON)?.text_range().end();
        self.0.children_with_tokens().filter(|element| element.text_range().start() >= colon).find_map(Json::cast)
    }
}

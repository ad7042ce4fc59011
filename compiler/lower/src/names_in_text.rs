//! What the text names, whether or not it came to be evaluated.
//!
//! A fault costs the rest of what it is in: names there were never asked for, and yet they are used.

use iamx_syntax::{SyntaxKind, SyntaxToken};

use crate::{
    lowerer::Lowerer,
    names::Named,
    strings::{self, Piece},
};

impl Lowerer<'_> {
    /// Counts everything that the text of any module names as used, once something is wrong.
    pub(crate) fn count_names_in_text(&mut self) {
        if self.errors() == 0 {
            return;
        }
        for (module, source) in self.input.modules.iter().enumerate() {
            let tokens =
                source.parse.syntax().descendants_with_tokens().filter_map(iamx_syntax::NodeOrToken::into_token);
            for token in tokens {
                match token.kind() {
                    SyntaxKind::NAME if !is_declaring(&token) => {
                        let part = part_after(&token);
                        self.count_name(module, token.text(), part.as_ref().map(SyntaxToken::text));
                    }
                    SyntaxKind::STRING if token.text().contains("${") => {
                        for piece in strings::pieces(token.text()).unwrap_or_default() {
                            if let Piece::Value(names, _) = piece
                                && let Some(first) = names.first()
                            {
                                self.count_name(module, first, names.get(1).map(String::as_str));
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Counts `name`, and the `part` behind it where that is an item: of a module, or of an account.
    fn count_name(&mut self, module: usize, name: &str, part: Option<&str>) {
        let of_part = match (self.names.look_up(module, name), part) {
            (Some(Named::Module(from)), Some(part)) => self.names.look_up_declared(from, part),
            (Some(Named::Declaration(id)), part) => {
                self.used.insert(id);
                match part.and_then(|part| self.names.look_up(module, part)) {
                    Some(Named::Declaration(id)) => Some(id),
                    _ => None,
                }
            }
            _ => None,
        };
        self.used.extend(of_part);
    }
}

/// Whether the name is one that is being given here, or none of the workspace's.
fn is_declaring(token: &SyntaxToken) -> bool {
    let after_a_dot = std::iter::successors(token.prev_token(), SyntaxToken::prev_token)
        .find(|before| !before.kind().is_trivia())
        .is_some_and(|before| before.kind() == SyntaxKind::DOT);
    after_a_dot
        || token.parent().is_some_and(|parent| {
            matches!(
                parent.kind(),
                SyntaxKind::LET_ITEM
                    | SyntaxKind::PARAM_ITEM
                    | SyntaxKind::PARAMETER
                    | SyntaxKind::DECLARED
                    | SyntaxKind::ACCOUNT_ITEM
                    | SyntaxKind::ACCOUNT_NODE
                    | SyntaxKind::OU_NODE
                    | SyntaxKind::ORGANIZATION_ITEM
                    | SyntaxKind::USE_ITEM
                    | SyntaxKind::USE_PATH
                    | SyntaxKind::USE_GROUP
                    | SyntaxKind::TYPE_PATH
                    | SyntaxKind::TAGS
                    | SyntaxKind::ATTRIBUTE
            )
        })
}

/// The name behind `token` and a dot.
fn part_after(token: &SyntaxToken) -> Option<SyntaxToken> {
    let dot = token.next_token().filter(|next| next.kind() == SyntaxKind::DOT)?;
    dot.next_token().filter(|next| next.kind() == SyntaxKind::NAME)
}

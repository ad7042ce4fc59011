//! Strings that are text for iamx or IAM to read, and no pattern: a principal's ARN, a name, an address. Values of the source are
//! put in; a policy variable isn't one that AWS would fill in there.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_syntax::SyntaxToken;
use iamx_text::Span;

use crate::{
    lowerer::Lowerer,
    scope::Environment,
    strings::{self, Piece},
    values::part_of,
};

impl Lowerer<'_> {
    /// The text of a string.
    pub(crate) fn text(&mut self, environment: &Environment, token: &SyntaxToken) -> Option<String> {
        let span = self.span(environment.module, token.text_range());
        self.text_of(environment, token.text(), span)
    }

    /// The text of what is written, quotes included, at `span`.
    pub(crate) fn text_of(&mut self, environment: &Environment, written: &str, span: Span) -> Option<String> {
        if let Some((variable, at)) = variable_in(written, span) {
            self.report(
                Diagnostic::new(
                    &checks::VARIABLE_UNSUPPORTED_IN_ELEMENT,
                    at,
                    format!("AWS fills in `{variable}` only in resources and the values of conditions"),
                )
                .help("write the text that is meant"),
            );
            return None;
        }
        let mut texts = self.interpolated(environment, written, span)?;
        let (Some(text), true) = (texts.pop(), texts.is_empty()) else {
            self.error(&checks::MISMATCHED_TYPE, span, "expected one text, and this is a list");
            return None;
        };
        // What a string says with an escape stands for itself here.
        let text = text.value.replace("${$}", "$");
        if strings::pieces(&text).is_ok_and(|pieces| pieces.iter().any(|piece| matches!(piece, Piece::Variable(..)))) {
            self.report(
                Diagnostic::new(
                    &checks::MISMATCHED_TYPE,
                    span,
                    "a value in this text is known only when it is deployed",
                )
                .help("write the text that is meant, or give the value in `[params]`"),
            );
            return None;
        }
        Some(text)
    }

    /// The text of a string that is read before values are: an id of the organization's tree, an address.
    pub(crate) fn plain_string(&mut self, module: usize, token: &SyntaxToken) -> Option<String> {
        let span = self.span(module, token.text_range());
        let pieces = match strings::pieces(token.text()) {
            Ok(pieces) => pieces,
            Err(fault) => {
                self.string_fault(span, fault);
                return None;
            }
        };
        let mut whole = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => whole.push_str(&text),
                Piece::Value(_, range) | Piece::Variable(_, range) => {
                    self.report(
                        Diagnostic::new(
                            &checks::MISMATCHED_TYPE,
                            part_of(span, range),
                            "no value is put into this text",
                        )
                        .help("write it out"),
                    );
                    return None;
                }
            }
        }
        Some(whole)
    }
}

/// The first policy variable of a string, and where it is.
fn variable_in(written: &str, span: Span) -> Option<(String, Span)> {
    strings::pieces(written).ok()?.into_iter().find_map(|piece| match piece {
        Piece::Variable(variable, range) => Some((variable, part_of(span, range))),
        Piece::Text(_) | Piece::Value(..) => None,
    })
}

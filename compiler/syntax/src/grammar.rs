//! The pest grammars. Nothing outside this crate knows that there are any.

pub(crate) use syntax::Rule;

/// Text to lexemes.
pub(crate) mod lexical {
    use pest_derive::Parser;

    #[derive(Parser)]
    #[grammar = "grammar/lex.pest"]
    pub(crate) struct Grammar;
}

/// The letters of lexemes to the shape of a tree.
pub(crate) mod syntax {
    use pest_derive::Parser;

    #[derive(Parser)]
    #[grammar = "grammar/letters.pest"]
    #[grammar = "grammar/syntax.pest"]
    pub(crate) struct Grammar;
}

//! The parameters of what is being called: of a template, or of a resource type.

use iamx_catalog::Catalog;
use iamx_lower::{Meaning, NameIndex};
use iamx_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken};
use iamx_text::{FileId, TextSize};

use crate::hover::names_in;

/// What is called, with the parameter that the cursor is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSignature {
    /// The call as it would be written with its parameters in the place of arguments: `Reader(bucket: s3.bucket)`.
    pub label: String,
    /// Each parameter as it stands in the label.
    pub parameters: Vec<String>,
    /// The parameter of the cursor, counted from 0; one past the last where there are too many arguments.
    pub active: usize,
    /// What is said of it.
    pub documentation: Option<String>,
}

/// The call whose brackets are around `offset`, the innermost of them.
pub fn signature(index: &NameIndex, file: FileId, offset: TextSize) -> Option<CallSignature> {
    let root = index.module(file)?.parse.syntax();
    let token = root.token_at_offset(offset).left_biased()?;
    let arguments = token.parent_ancestors().find(|node| is_around(node, offset))?;
    let active = commas_before(&arguments, offset);
    let call = arguments.parent()?;
    let name = name_before(&arguments)?;
    let mut occurrences = index.occurrences(file).into_iter();
    if let Some(one) = occurrences.find(|one| one.span.range == name.text_range())
        && let Meaning::Declared(span) = one.meaning
    {
        let declared = index.declared_at(span)?;
        let signature = index.signature(declared);
        let label = format!("{}({})", declared.name, signature.parameters.join(", "));
        let documentation = signature.documentation;
        return signature.is_template.then_some(CallSignature {
            label,
            parameters: signature.parameters,
            active,
            documentation,
        });
    }
    resource(index.catalog(), &call, &name, active)
}

/// `s3.bucket(…)`: the arguments are what fills the ARN.
fn resource(catalog: &Catalog, call: &SyntaxNode, name: &SyntaxToken, active: usize) -> Option<CallSignature> {
    let names: Vec<SyntaxToken> = names_of_call(call);
    let at = names.iter().position(|one| one == name)?;
    let before = names.get(at.checked_sub(1)?)?;
    let service = catalog.service(before.text())?;
    let resource_type = service.resource_type(name.text())?;
    let template = resource_type.arn_templates.first()?;
    let parameters: Vec<String> = template.placeholders().map(str::to_owned).collect();
    let label = format!("{}.{}({})", service.prefix(), resource_type.slug(), parameters.join(", "));
    Some(CallSignature { label, parameters, active, documentation: Some(format!("`{}`", template.text())) })
}

/// Whether `node` is arguments whose brackets are around `offset`.
fn is_around(node: &SyntaxNode, offset: TextSize) -> bool {
    let bracket = |kind| {
        let mut tokens = node.children_with_tokens().filter_map(NodeOrToken::into_token);
        tokens.find(|token| token.kind() == kind).map(|token| token.text_range())
    };
    node.kind() == SyntaxKind::ARGUMENTS
        && bracket(SyntaxKind::LPAREN).is_some_and(|open| open.end() <= offset)
        && bracket(SyntaxKind::RPAREN).is_none_or(|close| offset <= close.start())
}

fn commas_before(arguments: &SyntaxNode, offset: TextSize) -> usize {
    let tokens = arguments.children_with_tokens().filter_map(NodeOrToken::into_token);
    tokens.filter(|token| token.kind() == SyntaxKind::COMMA && token.text_range().end() <= offset).count()
}

/// The name right before the brackets.
fn name_before(arguments: &SyntaxNode) -> Option<SyntaxToken> {
    let call = arguments.parent()?;
    let before =
        names_of_call(&call).into_iter().filter(|name| name.text_range().end() <= arguments.text_range().start());
    before.last()
}

/// The names of a call, those of a resource's type too.
fn names_of_call(node: &SyntaxNode) -> Vec<SyntaxToken> {
    let path = node.children().filter(|child| child.kind() == SyntaxKind::TYPE_PATH);
    path.chain(std::iter::once(node.clone())).flat_map(|node| names_in(&node)).collect()
}

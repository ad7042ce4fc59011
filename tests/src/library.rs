//! What the tests of `std` share: its items with their comments, and what a template is given.

use iamx_syntax::{
    SyntaxElement, SyntaxKind, SyntaxNode,
    ast::{AstNode, DeclaredKind, File, Item, Parameters, TypeRef},
    parse,
};
use iamx_workspace::LIBRARY;

/// A module of `std`.
pub struct LibraryModule {
    /// Its name behind `std.`.
    pub name: String,
    /// Its text.
    pub text: &'static str,
    /// What it declares, in the order of the text.
    pub items: Vec<LibraryItem>,
}

/// An item of `std`.
pub struct LibraryItem {
    /// Its name.
    pub name: String,
    /// Its parameters with their types.
    pub parameters: Vec<(String, String)>,
    /// The lines of its doc comment.
    pub documentation: Vec<String>,
    /// Whether it is a policy; else it is a `let`.
    pub is_policy: bool,
    /// Its text, without comments before it.
    pub text: String,
}

impl LibraryItem {
    /// The item as it is used, with an argument for each parameter.
    pub fn call(&self, module: &str) -> String {
        let arguments: Vec<_> = self.parameters.iter().map(|(name, _)| argument(&self.name, name)).collect();
        let name = format!("std.{module}.{}", self.name);
        if arguments.is_empty() { name } else { format!("{name}({})", arguments.join(", ")) }
    }

    /// The name with the parameters and their types.
    pub fn signature(&self) -> String {
        let parameters: Vec<_> = self.parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        if parameters.is_empty() { self.name.clone() } else { format!("{}({})", self.name, parameters.join(", ")) }
    }
}

/// The modules of `std`.
///
/// # Panics
///
/// Where one doesn't parse, or declares what no module of `std` has.
pub fn library() -> Vec<LibraryModule> {
    let module = |(path, text): &(&str, &'static str)| {
        let parse = parse(text);
        assert_eq!(parse.errors(), [], "{path}");
        let file = File::cast(parse.syntax()).expect("it is a file");
        let name = path.trim_start_matches("std/").trim_end_matches(".iamx").to_owned();
        let items = file.items().filter(|item| !matches!(item, Item::Use(_))).map(|item| library_item(path, &item));
        LibraryModule { name, text, items: items.collect() }
    };
    LIBRARY.iter().map(module).collect()
}

fn library_item(path: &str, item: &Item) -> LibraryItem {
    let (name, parameters, is_policy) = match item {
        Item::Let(item) => (item.name(), item.parameters(), false),
        Item::Declared(item) if item.kind() == Some(DeclaredKind::Policy) => (item.name(), item.parameters(), true),
        _ => panic!("{path}: {}", item.syntax()),
    };
    let parameters = parameters.iter().flat_map(Parameters::parameters).collect::<Vec<_>>();
    let typed = |one: &TypeRef| one.syntax().text().to_string().trim().to_owned();
    LibraryItem {
        name: name.expect("it has a name").text().to_owned(),
        parameters: parameters
            .iter()
            .map(|one| (one.name().expect("it has a name").text().to_owned(), typed(&one.type_ref().expect("a type"))))
            .collect(),
        documentation: comment(item.syntax()),
        is_policy,
        text: item.syntax().text().to_string().get(start(item)..).unwrap_or_default().trim().to_owned(),
    }
}

/// Where the item's text begins behind its comments.
fn start(item: &Item) -> usize {
    usize::from(iamx_syntax::ast::significant_range(item.syntax()).start() - item.syntax().text_range().start())
}

/// The lines of the doc comment before `node`.
fn comment(node: &SyntaxNode) -> Vec<String> {
    node.children_with_tokens()
        .take_while(|element| element.kind().is_trivia())
        .filter_map(SyntaxElement::into_token)
        .filter(|token| token.kind() == SyntaxKind::COMMENT)
        .filter_map(|token| token.text().strip_prefix("///").map(|line| line.trim().to_owned()))
        .collect()
}

/// What the parameter of an item is given.
fn argument(item: &str, parameter: &str) -> &'static str {
    match (item, parameter) {
        (_, "org") => "acme",
        ("for-account" | "for-resource-in" | "in-account", _) if parameter != "pattern" => "prod",
        (_, "age") => "1h",
        ("via-service", "name") => "\"s3\"",
        ("called-via", "name") => "\"athena.amazonaws.com\"",
        ("by-service", "name") => "\"cloudtrail.amazonaws.com\"",
        ("eks-service-account", "name") => "\"checkout\"",
        (_, "name") => "\"ecs-tasks.amazonaws.com\"",
        (_, "pattern") => "\"arn:aws:s3:::acme-*\"",
        (_, "networks") => "[\"203.0.113.0/24\"]",
        (_, "vpcs") => "[\"vpc-12345678\"]",
        (_, "accounts") => "[\"444455556666\"]",
        (_, "regions") => "[\"eu-west-1\", \"eu-central-1\"]",
        (_, "keys") => "[\"team\", \"stage\"]",
        (_, "vpc") => "\"vpc-12345678\"",
        (_, "endpoint") => "\"vpce-12345678\"",
        (_, "owner") => "\"acme\"",
        (_, "owner-id") => "\"1234\"",
        (_, "repository-id" | "id") => "\"5678\"",
        (_, "branch") => "\"main\"",
        (_, "tag") => "\"v1.0\"",
        (_, "environment") => "\"production\"",
        (_, "workflow") => "\"acme/shared/.github/workflows/deploy.yml@refs/heads/main\"",
        (_, "project") => "\"acme/shop\"",
        (_, "repository" | "namespace") => "\"shop\"",
        (_, "owned") => "std.guardrails.aws-owned",
        (_, "who") => "aws:PrincipalTag/network == \"expected\"",
        (_, "itself") => "DeveloperBoundary",
        (_, "path") => "\"team\"",
        (_, "services") => "[s3:*, dynamodb:*]",
        _ => panic!("an argument for {parameter} of {item}"),
    }
}

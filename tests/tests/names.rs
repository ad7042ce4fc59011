//! What editors are told of names is what the compiler makes of them: renamed, every workspace compiles to the same.

use std::{collections::BTreeSet, sync::Arc};

use iamx_catalog::Catalog;
use iamx_lower::{Meaning, NameIndex, NameKind, Occurrence};
use iamx_syntax::{
    NodeOrToken, SyntaxKind,
    ast::{AstNode, Call, Path},
};
use iamx_tests::{
    files::{self, SourceText},
    pipeline::{self, run},
};
use iamx_text::Span;

/// Workspaces that compile.
fn workspaces() -> Vec<(String, Vec<SourceText>)> {
    let folders = files::examples().into_iter().chain(files::baselines());
    let all: Vec<_> = folders.map(|folder| (files::name(&folder), files::workspace(&folder))).collect();
    let whole: Vec<_> = all.into_iter().filter(|(_, files)| run(files).errors().is_empty()).collect();
    assert!(whole.len() > 100, "{} compile", whole.len());
    whole
}

fn index(files: &[SourceText]) -> NameIndex {
    let workspace = pipeline::workspace(files);
    NameIndex::new(Arc::clone(workspace.sources()), workspace.parsed(), Catalog::builtin())
}

/// The files with another name in each of these places.
fn edited(files: &[SourceText], index: &NameIndex, edits: &[(Span, String)]) -> Vec<SourceText> {
    let mut files = files.to_vec();
    for (path, text) in &mut files {
        let of_file =
            |(span, _): &&(Span, String)| index.sources().get(span.file).is_some_and(|one| one.path() == path);
        let mut edits: Vec<_> = edits.iter().filter(of_file).collect();
        edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.range.start()));
        for (span, to) in edits {
            text.replace_range(std::ops::Range::<usize>::from(span.range), to);
        }
    }
    files
}

/// Every name that can be renamed, each with the place where it is declared.
fn declared(index: &NameIndex) -> Vec<Occurrence> {
    let own = index.modules().iter().filter(|module| !module.is_library());
    own.flat_map(|module| index.occurrences(module.file)).filter(|one| one.declares).collect()
}

/// Each of `names` under a name of its own.
fn renamed(files: &[SourceText], index: &NameIndex, names: &[Occurrence]) -> Vec<SourceText> {
    let mut edits = Vec::new();
    for (number, one) in names.iter().enumerate() {
        let to = format!("renamed_{number}");
        let places = match iamx_ide::rename(index, one.span.file, one.span.range.start(), &to) {
            Ok(places) => places,
            Err(reason) => {
                assert!(reason.contains("names what a `for` makes"), "{reason}");
                continue;
            }
        };
        assert!(places.contains(&one.span), "the declaration is among them");
        edits.extend(places.into_iter().map(|span| (span, to.clone())));
    }
    let distinct: BTreeSet<_> = edits.iter().map(|(span, _)| *span).collect();
    assert_eq!(distinct.len(), edits.len(), "no place stands for two things");
    edited(files, index, &edits)
}

#[test]
fn names_that_nobody_deploys_can_be_any_others() {
    for (name, files) in workspaces() {
        let index = index(&files);
        let names: Vec<_> = declared(&index)
            .into_iter()
            .filter(|one| match &one.meaning {
                Meaning::Local(_) => true,
                Meaning::Declared(span) => index.declared_at(*span).is_some_and(|one| one.kind == NameKind::Let),
                _ => false,
            })
            .collect();
        let renamed = renamed(&files, &index, &names);
        let (before, after) = (run(&files), run(&renamed));
        assert!(after.errors().is_empty(), "{name}:\n{}", after.rendered());
        for (before, after) in before.files.iter().zip(&after.files).filter(|(one, _)| one.path != "manifest.json") {
            assert_eq!(before, after, "{name}");
        }
        assert_eq!(before.files.len(), after.files.len(), "{name}");
    }
}

#[test]
fn whatever_is_declared_can_be_renamed() {
    for (name, files) in workspaces() {
        let index = index(&files);
        let names: Vec<_> = declared(&index)
            .into_iter()
            .filter(|one| match &one.meaning {
                // `iamx.toml` names these, and a bucket is called as it is declared.
                Meaning::Declared(span) => {
                    !index.declared_at(*span).is_some_and(|one| matches!(one.kind, NameKind::Param | NameKind::Account))
                }
                _ => true,
            })
            .collect();
        let after = run(&renamed(&files, &index, &names));
        let gone: Vec<_> = after.diagnostics.iter().filter(|one| one.check.name == "unknown-name").collect();
        assert!(gone.is_empty(), "{name}: {gone:#?}");
    }
}

/// Whether it is IAM's name of an operator, which is called like a template.
fn is_operator(name: &str) -> bool {
    let base = name.strip_suffix("IfExists").unwrap_or(name);
    ["Equals", "IgnoreCase", "Like", "Than", "Bool", "IpAddress", "Null"].iter().any(|end| base.ends_with(end))
}

#[test]
fn every_name_stands_for_something() {
    for (name, files) in workspaces() {
        let index = index(&files);
        for module in index.modules() {
            let known: BTreeSet<_> = index.occurrences(module.file).iter().map(|one| one.span.range.start()).collect();
            let tree = module.parse.syntax();
            let firsts = tree.descendants().filter_map(|node| {
                let aws = node.parent().is_some_and(|parent| {
                    parent.kind() == SyntaxKind::PRINCIPAL
                        && matches!(
                            parent.first_child_or_token().map(|first| first.kind()),
                            Some(SyntaxKind::SERVICE_KW | SyntaxKind::ARN_KW | SyntaxKind::CANONICAL_KW)
                        )
                });
                let call = Call::cast(node.clone()).and_then(|call| call.name());
                let is_path = node.kind() == SyntaxKind::PATH;
                let path =
                    || Path::cast(node.clone()).filter(|_| is_path).and_then(|path| path.names().into_iter().next());
                call.or_else(path).filter(|first| {
                    !aws && !matches!(first.text(), "aws" | "std" | "external") && !is_operator(first.text())
                })
            });
            for first in firsts {
                let at = first.text_range().start();
                let file = index.sources().get(module.file).map(|file| file.path().to_owned());
                assert!(known.contains(&at), "{name}, {file:?}: `{}` at {at:?}", first.text());
            }
            // No name is read into what is none.
            for one in index.occurrences(module.file) {
                let covered = tree.covering_element(one.span.range);
                let token = match covered {
                    NodeOrToken::Token(token) => token.kind(),
                    NodeOrToken::Node(node) => node.kind(),
                };
                assert!(matches!(token, SyntaxKind::NAME | SyntaxKind::STRING | SyntaxKind::WORD), "{name}: {token:?}");
            }
        }
    }
}

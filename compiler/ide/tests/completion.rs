//! What can be written at the `|` of a text: the first of it, for each kind of place.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A helper of tests fails as a test does.

use std::{fmt::Write as _, sync::Arc};

use iamx_catalog::Catalog;
use iamx_ide::{Asked, Completion, CompletionKind, Completions, Insert, completions, documentation};
use iamx_lower::{Module, NameIndex};
use iamx_text::{FileId, SourceMap, TextRange, TextSize};

/// What the texts can bring in.
const OTHER: &str = r#"
organization acme "o-a1b2c3d4e5" { account dev "111111111111" account prod "222222222222" ou Workloads { } }
let office = ["203.0.113.0/24"]
policy Shared(bucket: s3.bucket, prefix: string) { allow s3:ListBucket on bucket }
"#;

/// What each text has besides.
const OWN: &str = r#"
use other.{dev, prod, acme}
resource logs: s3.bucket("prod-logs") in prod
let reads = [s3:GetObject]
let mfa = aws:MultiFactorAuthPresent
policy ReadLogs(bucket: s3.bucket, prefix: string) { allow s3:GetObject on bucket.object(prefix) }
role Reader in prod { trust service ec2 }
user alice in dev
boundary Limit { allow s3:* on * }
scp Lock { deny * to root * }
"#;

fn index(text: &str) -> (NameIndex, FileId) {
    let mut sources = SourceMap::default();
    let mut modules = Vec::new();
    for (path, text) in [("other", OTHER), ("main", text)] {
        let file = sources.add(format!("{path}.iamx"), text.to_owned());
        modules.push(Module { path: vec![path.to_owned()], file, parse: iamx_syntax::parse(text), is_read: true });
    }
    let file = modules[1].file;
    (NameIndex::new(Arc::new(sources), modules, Catalog::builtin()), file)
}

/// What is offered at the `|` of `text`, with the text before it and without the `|`.
fn offered(text: &str, asked: Asked) -> (String, Completions) {
    let whole = format!("{OWN}{text}");
    let at = whole.rfind('|').unwrap();
    let whole = format!("{}{}", &whole[..at], &whole[at + 1..]);
    let (index, file) = index(&whole);
    let found = completions(&index, file, TextSize::try_from(at).unwrap(), asked);
    (whole, found)
}

fn drawn(one: &Completion) -> String {
    let mut text = format!("{:?} {}", one.kind, one.label);
    match &one.insert {
        Insert::Label => {}
        Insert::Text(other) if *other == one.label => {}
        Insert::Text(other) => write!(text, " -> {other}").unwrap(),
        Insert::Snippet { snippet, .. } => write!(text, " -> {snippet}").unwrap(),
    }
    if !one.detail.is_empty() {
        write!(text, " ({})", one.detail).unwrap();
    }
    if let Some((_, edit)) = &one.brings_in {
        write!(text, " and {edit:?}").unwrap();
    }
    text
}

/// The first of what is offered at each `|`.
fn pictures(texts: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut picture = String::new();
    for text in texts {
        let (whole, found) = offered(text, Asked::Plainly);
        writeln!(picture, "{text}\n    takes the place of `{}`", &whole[found.range]).unwrap();
        for one in found.items.iter().take(SHOWN) {
            writeln!(picture, "    {}", drawn(one)).unwrap();
        }
        if found.items.len() > SHOWN {
            writeln!(picture, "    and {} more", found.items.len() - SHOWN).unwrap();
        }
    }
    picture
}

#[test]
fn words_of_the_language() {
    insta::assert_snapshot!(pictures(&[
        "|",
        "po|",
        "role R |",
        "role R in prod |",
        "policy P {\n  |\n}",
        "role R {\n  |\n}",
        "user u {\n  |\n}",
        "for x in reads {\n  |\n}",
        "organization o \"o-1\" {\n  |\n}",
        "policy P { allow s3:GetObject | }",
        "policy P { allow s3:GetObject on logs | }",
        "policy P { allow s3:GetObject on logs when mfa | }",
        "policy P { allow s3:GetObject on logs\n  |\n}",
        "test \"t\" {\n  user alice | s3:GetObject on logs\n}",
        "test \"t\" {\n  user alice can |\n}",
        "invariant \"i\" {\n  |\n}",
    ]));
}

#[test]
fn actions() {
    insta::assert_snapshot!(pictures(&[
        "policy P { allow | }",
        "policy P { allow | on logs.object(\"*\") }",
        "policy P { allow s3:| on logs }",
        "policy P { allow s3:Get| on logs.object(\"*\") }",
        "policy P { allow s3:@| on logs }",
        "policy P { allow s3:{GetObject, |} on logs.object(\"*\") }",
        "grant | on logs to user alice",
        "grant assume | to user alice",
    ]));
}

#[test]
fn resources() {
    insta::assert_snapshot!(pictures(&[
        "policy P { allow s3:GetObject on | }",
        "policy P { allow s3:GetObject on s3.| }",
        "policy P { allow s3:GetObject on logs.| }",
        "policy P { allow s3:GetObject on s3.bucket(\"x\").| }",
        "resource x: |",
        "resource x: s3.|",
        "policy P(a: |) { }",
        "policy P(a: s3.b|) { }",
        "policy P(table: dynamodb.table) { allow dynamodb:GetItem on | }",
        "resource x: s3.bucket(\"x\") { allow | to role Reader }",
    ]));
}

#[test]
fn conditions() {
    insta::assert_snapshot!(pictures(&[
        "policy P { allow s3:ListBucket on logs when | }",
        "policy P { allow s3:ListBucket on logs when s3:| }",
        "policy P { allow s3:ListBucket on logs when mfa and aws:Src| }",
        "policy P { allow s3:ListBucket on logs when aw|:SourceIp in office }",
        "policy P { allow s3:ListBucket on logs when aws:SourceIp | }",
        "policy P { allow s3:ListBucket on logs when s3:prefix | }",
        "policy P { allow s3:ListBucket on logs when s3:prefix not | }",
        "policy P { allow s3:ListBucket on logs when aws:RequestedRegion == | }",
        "policy P { allow s3:ListBucket on logs when aws:RequestedRegion in [\"eu-|\"] }",
        "policy P { allow s3:ListBucket on logs when aws:PrincipalAccount == | }",
        "policy P { allow s3:ListBucket on logs when aws:PrincipalOrgID == | }",
        "policy P { allow iam:PassRole on Reader when iam:PassedToService == | }",
        "policy P { allow s3:ListBucket on logs when aws:PrincipalArn == | }",
    ]));
}

#[test]
fn principals_and_attachments() {
    insta::assert_snapshot!(pictures(&[
        "role R { trust | }",
        "role R { trust service lam| }",
        "role R { trust role | }",
        "role R { trust account | }",
        "scp S { deny * to * except | }",
        "role R { attach | }",
        "role R { attach aws \"ReadOnly|\" }",
        "role R { attach ReadLogs(|, \"x\") }",
        "role R { boundary | }",
        "organization o \"o-1\" { attach | }",
        "organization o \"o-1\" { detach aws \"|\" }",
        "group g { members | }",
        "policy P { include | }",
        "role R in |",
        "role R in ou |",
    ]));
}

#[test]
fn names_and_texts() {
    insta::assert_snapshot!(pictures(&[
        "use |",
        "use other.|",
        "use other.{dev, |}",
        "#allow(wild|",
        "let x = off|",
        "policy P { include Sh| }",
        "policy P(prefix: string) { allow s3:GetObject on logs.object(\"${|}\") }",
        "policy P(prefix: string) { allow s3:GetObject on logs.object(\"${aws:|\") }",
        "policy P(prefix: string) { allow s3:GetObject on logs.object(|) }",
        "for team in [\"a\"] { role R named \"${|}\" { } }",
        "let x = prod.|",
    ]));
}

#[test]
fn nothing_where_nothing_is_known() {
    for text in [
        "// allow |",
        "/// s3:|",
        "policy |",
        "let x = \"a plain |text\"",
        "policy P { Lis|: allow s3:GetObject on logs }",
        "role R named \"|\"",
        "let x = 1|",
    ] {
        assert_eq!(offered(text, Asked::Plainly).1.items, [], "{text}");
    }
    // What a character has brought up where it says nothing.
    for text in ["policy P { allow s3:GetObject on logs | }", "policy P { | }", "let x = logs |"] {
        assert_eq!(offered(text, Asked::By(' ')).1.items, [], "{text}");
    }
    assert_eq!(offered("policy P {|", Asked::By('{')).1.items, []);
    assert_ne!(offered("policy P { allow | }", Asked::By(' ')).1.items, []);
    assert_ne!(offered("policy P { allow s3:{|} on logs }", Asked::By('{')).1.items, []);
}

#[test]
fn everything_offered_can_be_read_about() {
    for text in
        ["policy P { allow s3:Get| }", "policy P { allow s3:GetObject on logs when | }", "let x = |", "use other.{|}"]
    {
        let whole = format!("{OWN}{}", text.replace('|', ""));
        let (index, _) = index(&whole);
        for one in offered(text, Asked::Plainly).1.items {
            if let Some(subject) = &one.subject {
                assert!(documentation(&index, subject).is_some_and(|text| !text.is_empty()), "{one:?}");
            }
        }
    }
}

/// At every place of every example there is an answer, and each word of the language that is offered can stand there.
#[test]
fn words_that_are_offered_fit() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut texts: Vec<String> = Vec::new();
    let mut folders = vec![examples];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "iamx") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts.sort();
    assert!(texts.len() > 20);
    for (number, text) in texts.iter().enumerate() {
        // Every file as far as the cursor, and whole; each place of some file.
        for (at, _) in text.char_indices().filter(|(at, _)| at % 61 == number % 61) {
            for whole in [&text[..at], text.as_str()] {
                let (index, file) = index(whole);
                let found = completions(&index, file, TextSize::try_from(at).unwrap(), Asked::Plainly);
                assert!(found.range.end() <= TextSize::of(whole));
                assert!(found.range.contains_inclusive(TextSize::try_from(at).unwrap()));
                if whole.len() == at {
                    fit(whole, &found);
                }
            }
        }
    }
}

/// Each word of the language, put at the end of `text`, brings no error in front of it or at it.
fn fit(text: &str, found: &Completions) {
    let start = usize::from(found.range.start());
    let before = text[..start].trim_end();
    let old: Vec<_> = iamx_syntax::parse(&text[..start]).errors().to_vec();
    for one in found.items.iter().filter(|one| one.kind == CompletionKind::Keyword) {
        if matches!(one.label.as_str(), "self" | "account") && !one.detail.is_empty() {
            continue;
        }
        let with = format!("{}{}", &text[..start], one.label);
        let here = TextRange::at(found.range.start(), TextSize::of(one.label.as_str()));
        for error in iamx_syntax::parse(&with).errors() {
            let is_of_brackets = matches!(
                error.kind,
                iamx_syntax::SyntaxErrorKind::Expected(
                    iamx_syntax::Expected::Rbrace | iamx_syntax::Expected::Rbracket | iamx_syntax::Expected::Rparen
                )
            );
            let is_at_fault = error.range.start() < here.end() && error.range.end() >= TextSize::of(before);
            assert!(is_of_brackets || !is_at_fault || old.contains(error), "{with}\n{} brings {error:?}", one.label);
        }
    }
}

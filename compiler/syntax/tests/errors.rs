//! What is said of broken text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::fmt::Write as _;

use iamx_diagnostic::{Applicability, Format, Style, render};
use iamx_syntax::{diagnostics, parse};
use iamx_text::SourceMap;

const BROKEN: &[&str] = &[
    "alow s3:GetObject on \"*\"",
    "polcy P { }",
    "policy P { alow s3:GetObject on x }",
    "policy P {\n  dney s3:* on x\n}",
    "policy P { allow s3:GetObject onn x }",
    "policy P { allow s3:GetObject on when mfa }",
    "policy P { allow s3:GetObject on\n  deny * on y }",
    "policy P { allow on x }",
    "policy P { allow s3: on x }",
    "policy P { allow s3:{Get Put} on x }",
    "policy P { allow s3:{} on x }",
    "policy P { allow s3:* on x to }",
    "policy P { allow s3:* on x when }",
    "policy P { allow s3:* on x when aws:SourceIp in }",
    "policy P { allow s3:* on x when aws:SourceIp = \"1.2.3.4\" }",
    "policy P { allow s3:* on x when a:b && c:d }",
    "policy P { allow s3:* on x when !mfa }",
    "policy P { allow s3:* on x; deny * on y }",
    "policy P { allow s3:* on x until tomorrow_or so }",
    "policy P { allow s3:* on x only [a] }",
    "policy P { Label: s3:GetObject on x }",
    "policy P { if mfa allow s3:* on x }",
    "policy P { raw \"x\" }",
    "policy P { raw { \"a\" 1 } }",
    "policy P {\n  allow s3:* on x\n\nrole R { }",
    "policy P { allow s3:* on [x, y when mfa }",
    "policy P { allow s3:* on b.object(\"x\" when mfa }",
    "policy P { allow s3:* on \"x }",
    "policy P { }\n}\nrole R { }",
    "policy P { } zzz",
    "policy { }",
    "policy when { }",
    "policy \"P\" { }",
    "policy P(bucket s3.bucket) { }",
    "resource r s3.bucket(\"x\")",
    "role R named prod { }",
    "role R at prod { }",
    "role R in { }",
    "role R {\n  trst service ec2\n  session\n}",
    "let = 3",
    "let x 3",
    "for x on [1] { }",
    "use std.",
    "use std.{a, b",
    "organization acme {\n  acount x \"1\"\n}",
    "test \"t\" {\n  user a s3:Get on x\n  user b ca s3:Get on x\n}",
    "invariant \"i\" {\n  no role A can x\n  only role can s3:Get on y\n}",
    "#allow(unused, )\nlet x = 'a'",
    "let from[\n  o: organization,\n  b: string,\n) = aws:PrincipalOrgID == o.id",
    "let from\n  o: organization,\n  b: string\n) = aws:PrincipalOrgID == o.id",
    "policy P[\n  a: string,\n  b: string,\n) { allow s3:* on a }",
    "policy P(a: string b: string) { allow s3:* on a }",
    "policy P { allow s3:(GetObject, PutObject) on x }",
    "policy P { allow s3:[GetObject, PutObject] on x }",
    "policy P { allow s3:* on (x, y) when mfa }",
    "policy P { raw { \"Action\": \"a\", \"b\"], \"Resource\": \"*\" } }",
    "test \"t\" {\n  aws:SourceIp = \"1.2.3.4\"\n  user a can s3:GetObject on x\n}",
    "test \"t\" {\n  user a can s3:GetObject on x with\n    aws:A = \"x\",\n    aws:B = \"y\",\n  }\n  user b can s3:GetObject on x\n}",
    "test \"t\" {\n  user a can s3:GetObject on x with { aws:A = ] \"x\", aws:B = \"y\" }\n  user b can s3:GetObject on x\n}",
    // Habits of JSON, Terraform and other languages.
    "/* Two lines,\n * of C. */\npolicy P {\n  /* here */ allow s3:* on x /* there\n}",
    "# a shell's\npolicy P {\n  allow s3:* on x # why\n}\n#alow(unused, \"a slip\")\n",
    "policy P {\n  Allow s3:GetObject on x\n  Deny s3:PutObject on x\n}",
    "policy P {\n  \"Effect\": \"Allow\",\n  \"Action\": \"s3:GetObject\"\n}",
    "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}",
    "policy P {\n  actions = [\"s3:GetObject\"]\n  resources = [\"*\"]\n}",
    "policy P {\n  allow {\n    actions = [\"s3:GetObject\"]\n  }\n}",
    "policy P { allow s3:GetObject resource x }",
    "policy P { allow s3:GetObject on x principal role R }",
    "policy P { allow s3:GetObject on x where mfa }",
    "policy P { allow s3:GetObject on x if mfa }",
    "policy P { allow s3: GetObject on x }",
    "policy P { allow s3::GetObject on x }",
    "policy P { allow s3:GetObject s3:PutObject on x }",
    "policy P { allow s3:GetObject on arn:aws:s3:::b/* }",
    "policy P { allow s3:GetObject on [arn:aws:s3:::b/*, arn:aws:s3:::c/*] }",
    "role R { trust arn:aws:iam::333333333333:root }",
    "policy P { allow s3:* on x when aws:username == ${aws:username} }",
    "policy P { allow s3:* on ${bucket} }",
    "policy P { allow s3:* on 'b' when a:b == 'say \"c\"' }",
    "let x == \"a\"",
    "role R { tags { team: \"data\", \"stage\": \"prod\" } }",
    "test \"t\" {\n  given { aws:SourceIp == \"1.2.3.4\" }\n  user a can s3:Get on x with { aws:A: \"b\" }\n}",
    "resource \"aws_iam_role\" \"r\" {\n}",
    "variable \"x\" {\n}",
    "resource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  tags = {\n    a = \"b\"\n  }\n}\nrole R {\n  trst service ec2\n}",
    "resource \"aws_s3_bucket\" \"r\" {bucket=\"x\"}",
    // Several of one line, and of what the first leaves unread.
    "policy P { allow s3:* on x when a:b && c:d && !e:f || g:h }",
    "policy P {\n  allow s3:* on x\n    when a:b &&\n      !c:d\n  allow s3:* on y when a:b and !c:d\n}",
    "policy P { allow s3:* on 'a' when a:b == 'it!' and c:d == \"!\" // don't; !\n}",
    "policy P { allow s3:* on x when a:b = \"1\" or c:d = \"2\" and e:f = 'x' }",
    "policy P {\n  allow s3:* on x;\n  deny s3:* on y; deny s3:* on z;\n}",
    "policy P { allow s3:* on [arn:aws:s3:::b, ${bucket}] when a:b == ${aws:username} }",
    "test \"t\" {\n  user a can s3:Get on 'x' with { aws:A = \"b\" }\n}",
    "policy P { allow s3.Get* on x }",
    "policy P { allow s3.*, s3.*Object, ec2.Describe?b on x }",
    "policy P { allow s3:GetObject on b.object* }",
    "import accounts\nlocals {\n}",
];

fn shown(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("broken.iamx", text);
    let diagnostics = diagnostics(file, text, &parse(text));
    let mut shown = render(Format::Human, &diagnostics, &sources, Style::default());
    for fix in diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes) {
        let safe = if fix.applicability == Applicability::Safe { "safe" } else { "unsafe" };
        writeln!(shown, "fix ({safe}): {}", fix.title).unwrap();
    }
    shown
}

#[test]
fn broken_texts() {
    let all: Vec<String> = BROKEN.iter().map(|text| format!("=== {text}\n{}\n", shown(text).trim_end())).collect();
    let all = all.concat();
    insta::assert_snapshot!(all);
}

#[test]
fn nothing_is_said_of_valid_files() {
    for (name, text) in support::valid_files() {
        assert_eq!(shown(&text), "", "{name}");
    }
}

/// Messages begin in lower case or with a quotation, end without a stop, and name no rule of the grammar.
#[test]
fn messages_keep_the_voice() {
    for (_, text) in support::valid_files() {
        for damaged in support::damages(&text).into_iter().step_by(if cfg!(debug_assertions) { 203 } else { 7 }) {
            let mut sources = SourceMap::new();
            let file = sources.add("damaged.iamx", damaged.text.as_str());
            for diagnostic in diagnostics(file, &damaged.text, &parse(&damaged.text)) {
                let message = &diagnostic.message;
                assert!(message.starts_with(|first: char| first.is_lowercase() || first == '`'), "{message}");
                assert!(!message.ends_with('.'), "{message}");
                let plain: String = message.split('`').step_by(2).collect();
                assert!(!plain.contains('_'), "{message}");
                for label in &diagnostic.labels {
                    assert!(
                        damaged
                            .text
                            .get(usize::from(label.span.range.start())..usize::from(label.span.range.end()))
                            .is_some()
                    );
                }
            }
        }
    }
}

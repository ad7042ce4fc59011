//! What is answered of a workspace that was evaluated: hints, lenses, documents, the hierarchy of calls.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A helper of tests fails as a test does.

use std::{fmt::Write, fs, ops::Range, path::Path};

use iamx_catalog::Catalog;
use iamx_ide::{
    Call, Evaluated, LensKind, call_item, call_item_named, compiled, holders, incoming_calls, inlay_hints, lenses,
    outgoing_calls, size_said, type_definition,
};
use iamx_lower::NameIndex;
use iamx_text::{FileId, Span, TextSize};
use iamx_workspace::{Analysis, TextFile, Workspace};

struct World {
    workspace: Workspace,
    index: NameIndex,
    analysis: Analysis,
}

impl World {
    fn new(settings: Option<&str>, files: &[(&str, &str)]) -> Self {
        let file = |path: &str, text: &str| TextFile { path: path.to_owned(), text: text.into() };
        let workspace = Workspace::new(
            settings.map(|text| file("iamx.toml", text)),
            files.iter().map(|(path, text)| file(path, text)).collect(),
        );
        let catalog = Catalog::builtin();
        let index = NameIndex::new(workspace.sources().clone(), workspace.parsed(), catalog);
        let analysis = workspace.check(catalog);
        Self { workspace, index, analysis }
    }

    fn one(text: &str) -> Self {
        Self::new(None, &[("main.iamx", text)])
    }

    fn evaluated(&self) -> Evaluated<'_> {
        Evaluated {
            index: &self.index,
            program: &self.analysis.program,
            diagnostics: &self.analysis.diagnostics,
            targets: &self.workspace.settings().targets,
        }
    }

    fn file(&self, path: &str) -> FileId {
        self.index.sources().id(path).unwrap()
    }

    fn text(&self, span: Span) -> &str {
        &self.index.sources().get(span.file).unwrap().text()[Range::<usize>::from(span.range)]
    }

    /// Behind the first `at` of a file.
    fn offset(&self, path: &str, at: &str) -> TextSize {
        let text = self.index.sources().get(self.file(path)).unwrap().text();
        TextSize::try_from(text.find(at).unwrap() + at.len()).unwrap()
    }

    /// The text of a file with its hints in it.
    fn hinted(&self, path: &str, sizes_are_shown: bool) -> String {
        let file = self.file(path);
        let mut text = self.index.sources().get(file).unwrap().text().to_owned();
        let whole = self.index.module(file).unwrap().parse.syntax().text_range();
        for hint in inlay_hints(&self.evaluated(), file, whole, sizes_are_shown).iter().rev() {
            text.insert_str(usize::from(hint.offset), &format!("⟨{}⟩", hint.label));
        }
        text
    }

    fn calls(&self, calls: &[Call]) -> Vec<String> {
        let places = |call: &Call| call.places.iter().map(|place| self.text(*place)).collect::<Vec<_>>().join(" | ");
        calls.iter().map(|call| format!("{} <- {}", call.item.name, places(call))).collect()
    }
}

const TEXT: &str = r#"use std.conditions.mfa
account prod "222222222222"
account dev "111111111111"
resource logs: s3.bucket("prod-logs-bucket") in prod
resource orders: dynamodb.table("orders") in prod region "eu-west-1" {
  deny dynamodb:* to * unless aws:PrincipalAccount == prod.id
}
let office = ["203.0.113.0/24"]
let archive = logs
policy Read(bucket: s3.bucket) {
  List: allow s3:List*, s3:@read on bucket, bucket.object("a/*") when mfa and aws:SourceIp in office
}
policy Plain {
  allow s3:{GetObject*, PutObject} on logs.object("x/*")
    when not (aws:PrincipalTag/team == "data") or aws:RequestedRegion in ["eu-west-1"]
  deny s3:* on * unless aws:SecureTransport
  allow s3:ListBucket on archive when StringLike(s3:prefix, "x/*")
}
policy Inside { allow s3:GetObject on logs.object("in") }
policy Unused { allow s3:GetObject on logs.object("u") }
role Reader in prod { trust service lambda  attach Read(logs)  allow dynamodb:@read on orders when aws:SourceIp in office }
role Other in dev { trust role Reader  attach Plain }
user alice in prod { attach Plain  allow s3:GetObject on logs.object("*") }
user bob in prod { attach Plain  include Inside }
group Ops in prod { members alice  attach Plain }
for team in ["data", "web"] { role Deploy named "deploy-${team}" in dev { trust service ec2  attach Plain } }
grant assume Other to group Ops when mfa
"#;

#[test]
fn hints_say_what_is_not_written() {
    let world = World::one(TEXT);
    insta::assert_snapshot!(world.hinted("main.iamx", false));
}

#[test]
fn hints_of_sizes_stay_away_where_lenses_say_them() {
    let names: Vec<String> = (0..125).map(|number| format!("\"arn:aws:s3:::bucket-{number:03}/*\"")).collect();
    let text = format!(
        "policy Small {{ allow s3:GetObject on s3.bucket(\"b\").object(\"k\") }}\npolicy Large {{ allow s3:GetObject on {} }}\nrole R {{ trust service ec2 attach Small, Large }}\n",
        names.join(", ")
    );
    let hinted = World::one(&text).hinted("main.iamx", true);
    assert!(hinted.contains("policy Small { allow"), "{hinted}");
    assert!(hinted.contains("policy Large {⟨3,"), "{hinted}");
    assert!(hinted.contains(" of 6,144 characters⟩"), "{hinted}");
}

#[test]
fn hints_of_a_range_are_those_of_the_whole_in_it() {
    let world = World::one(TEXT);
    let file = world.file("main.iamx");
    let whole = world.index.module(file).unwrap().parse.syntax().text_range();
    let all = inlay_hints(&world.evaluated(), file, whole, false);
    for line in world.index.sources().get(file).unwrap().text().split_inclusive('\n') {
        let start = world.offset("main.iamx", line) - TextSize::of(line);
        let range = iamx_text::TextRange::at(start, TextSize::of(line.trim_end()));
        for hint in inlay_hints(&world.evaluated(), file, range, false) {
            assert!(all.contains(&hint) && range.contains_inclusive(hint.offset), "{line} {hint:?}");
        }
    }
}

#[test]
fn hints_in_the_examples() {
    let mut drawn = String::new();
    for example in ["acme", "scenario-b", "terraform-module"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example);
        let settings = fs::read_to_string(root.join("iamx.toml")).unwrap();
        let mut files = Vec::new();
        for entry in fs::read_dir(&root).unwrap().chain(fs::read_dir(root.join("teams")).into_iter().flatten()) {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "iamx") {
                let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((relative, fs::read_to_string(&path).unwrap()));
            }
        }
        files.sort();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let world = World::new(Some(&settings), &files);
        for (path, _) in files {
            writeln!(drawn, "// {example}/{path}").unwrap();
            for line in world.hinted(path, false).lines().filter(|line| line.contains('⟨')) {
                writeln!(drawn, "{line}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(drawn);
}

#[test]
fn lenses_and_what_they_say() {
    let world = World::one(TEXT);
    let evaluated = world.evaluated();
    let said = lenses(&world.index, world.file("main.iamx")).into_iter().map(|lens| {
        let says = match lens.kind {
            LensKind::Compiled => "compiled JSON".to_owned(),
            LensKind::Size => size_said(&evaluated, lens.span).unwrap_or_else(|| "nothing".to_owned()),
            LensKind::Holders => holders(&evaluated, lens.span).said,
        };
        format!("{}: {says}", lens.name)
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"));
}

/// What a place compiles to, with what comes from it between marks.
fn drawn(world: &World, path: &str, at: &str) -> String {
    match compiled(&world.evaluated(), world.file(path), Some(world.offset(path, at))) {
        Ok(documents) => {
            let mut drawn = String::new();
            for mut document in documents {
                if let Some(range) = document.range {
                    document.text.insert(range.end, '»');
                    document.text.insert(range.start, '«');
                }
                writeln!(drawn, "{} ({})\n{}", document.title, document.path, document.text).unwrap();
            }
            drawn
        }
        Err(reason) => reason,
    }
}

#[test]
fn a_place_leads_to_its_statement_in_the_documents() {
    let world = World::one(TEXT);
    let mut text = drawn(&world, "main.iamx", "aws:PrincipalTag/");
    text += &drawn(&world, "main.iamx", "grant assume");
    text += &drawn(&world, "main.iamx", "account pro");
    insta::assert_snapshot!(text);
}

#[test]
fn documents_are_what_a_build_writes() {
    for settings in ["[workspace]\nname = \"a\"\n", "[workspace]\nname = \"a\"\n[build]\ntargets = [\"terraform\"]\n"] {
        let world = World::new(Some(settings), &[("main.iamx", TEXT)]);
        let files = world.workspace.files(&world.analysis, Catalog::builtin());
        assert!(!files.is_empty(), "{:?}", world.analysis.diagnostics);
        let documents = compiled(&world.evaluated(), world.file("main.iamx"), None).unwrap();
        // Everything but the manifest.
        assert_eq!(documents.len() + 1, files.len());
        for document in documents {
            let file = files.iter().find(|file| file.path == document.path).unwrap();
            assert_eq!(std::str::from_utf8(&file.bytes).unwrap(), document.text);
        }
    }
}

#[test]
fn an_error_keeps_back_what_it_bears_on() {
    let text = "let keys = [s3:GetObjct]\npolicy Bad { allow keys on s3.bucket(\"b\").object(\"k\")  allow s3:ListBucket on s3.bucket(\"b\") }\npolicy Good { allow s3:ListBucket on s3.bucket(\"b\") }\nrole R { trust service ec2  attach Bad, Good }\n";
    let world = World::one(text);
    let good = drawn(&world, "main.iamx", "policy Go");
    assert!(good.contains("\"s3:ListBucket\""), "{good}");
    let bad = drawn(&world, "main.iamx", "policy Ba");
    assert!(bad.contains("while there is an error: "), "{bad}");
    // What a grant adds may be anywhere.
    let world = World::one(&format!("{text}grant s3:GetObjct on s3.bucket(\"b\").object(\"k\") to role R\n"));
    assert!(drawn(&world, "main.iamx", "policy Go").contains("while there is an error: "));
}

#[test]
fn the_hierarchy_of_calls() {
    let world = World::one(TEXT);
    let evaluated = world.evaluated();
    let file = world.file("main.iamx");
    let item = |at: &str| call_item(&world.index, file, world.offset("main.iamx", at)).unwrap();
    let plain = item("trust role Reader  attach Pla");
    assert_eq!(plain.name, "Plain");
    assert_eq!(
        world.calls(&incoming_calls(&evaluated, plain.span)),
        ["Other <- Plain", "alice <- Plain", "bob <- Plain", "Ops <- Plain", "Deploy <- Plain"]
    );
    let other = item("role Oth");
    assert_eq!(
        world.calls(&incoming_calls(&evaluated, other.span)),
        ["Reader <- role Reader", "alice <- group Ops", "Ops <- grant assume Other to group Ops when mfa"]
    );
    let reader = item("role Read");
    assert_eq!(
        world.calls(&incoming_calls(&evaluated, reader.span)),
        ["service lambda.amazonaws.com <- service lambda"]
    );
    assert_eq!(world.calls(&outgoing_calls(&evaluated, reader.span)), ["Read <- Read(logs)", "Other <- role Reader"]);
    assert_eq!(call_item_named(&world.index, file, "Reader", 0.into()), Some(reader));
    assert_eq!(call_item_named(&world.index, file, "Gone", 0.into()), None);
}

#[test]
fn what_a_name_stands_for_in_the_end() {
    let world = World::one(TEXT);
    let file = world.file("main.iamx");
    let of = |at: &str| {
        let found = type_definition(&world.index, file, world.offset("main.iamx", at));
        found.map(|found| world.text(Span::new(found.name.file, found.whole)).lines().next().unwrap().to_owned())
    };
    let logs = Some("resource logs: s3.bucket(\"prod-logs-bucket\") in prod".to_owned());
    assert_eq!(of("s3:ListBucket on arch"), logs);
    assert_eq!(of("on logs.obj"), logs);
    assert_eq!(of("when mfa and aws:SourceIp in off"), Some("let office = [\"203.0.113.0/24\"]".to_owned()));
    assert_eq!(of("attach Read"), Some("policy Read(bucket: s3.bucket) {".to_owned()));
    assert_eq!(of("deploy-${te"), Some("team".to_owned()));
    assert_eq!(of("resource logs: s3"), None);
}

#[test]
fn texts_that_end_anywhere_are_answered() {
    for end in (0..=TEXT.len()).step_by(31).filter(|end| TEXT.is_char_boundary(*end)) {
        let text = &TEXT[..end];
        let world = World::one(text);
        let (evaluated, file, size) = (world.evaluated(), world.file("main.iamx"), TextSize::of(text));
        let whole = world.index.module(file).unwrap().parse.syntax().text_range();
        assert!(inlay_hints(&evaluated, file, whole, false).iter().all(|hint| hint.offset <= size), "{text}");
        for lens in lenses(&world.index, file) {
            let _ = (size_said(&evaluated, lens.span), holders(&evaluated, lens.span));
        }
        for offset in [size, TextSize::new(u32::from(size) / 2)] {
            for document in compiled(&evaluated, file, Some(offset)).unwrap_or_default() {
                assert!(document.range.is_none_or(|range| document.text.get(range).is_some()));
            }
            type_definition(&world.index, file, offset);
            if let Some(item) = call_item(&world.index, file, offset) {
                let _ = (incoming_calls(&evaluated, item.span), outgoing_calls(&evaluated, item.span));
            }
        }
        let _ = compiled(&evaluated, file, None);
    }
}

#[test]
fn what_differs_from_account_to_account_is_not_said() {
    let text = r#"account prod "222222222222"
account dev "111111111111"
resource jobs: sqs.queue("jobs") in [dev, prod]
resource data: s3.bucket("data") in prod
policy Work {
  allow sqs:SendMessage on sqs.queue("jobs-${account.name}").arn
  allow sqs:ReceiveMessage on sqs.queue("others")
  allow s3:GetObject on data.object("*")
}
role Worker in [dev, prod] { trust service ec2  attach Work }
"#;
    let world = World::one(text);
    assert_eq!(world.analysis.program.policies.len(), 2);
    assert!(world.analysis.program.policies.iter().all(|policy| policy.document.statements.len() == 3));
    let hinted = world.hinted("main.iamx", true);
    assert!(!hinted.contains("arn:aws:sqs"), "{hinted}");
    assert!(hinted.contains("⟨arn:aws:s3:::data/*⟩"), "{hinted}");
}

//! Random conditions, compiled to JSON and decided by an oracle that knows IAM's documentation alone, against what the
//! source says by the language's three rules: exact negation, absent keys, ordinary logic.
//!
//! `IAMX_CONDITIONS=20000 cargo test -p iamx-tests --test conditions` decides so many.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unwrap_used)]
// What was refused is worth reading, and no failure.
#![allow(clippy::print_stdout)]

mod oracle;

use std::{collections::BTreeMap, env, fmt::Write as _};

use iamx_catalog::Catalog;
use iamx_lower::{Input, Lowered, Module, WorkspaceSettings, lower};
use iamx_tests::random_program::{
    Random,
    conditions::{Condition, generator},
};
use iamx_text::SourceMap;
use serde_json::Value;

/// What a condition may be refused for: the limits that the language states.
const STATED: [&str; 2] = ["too-many-alternatives", "too-many-comparisons"];
/// Conditions compiled at once.
const BATCH: usize = 50;

#[test]
fn what_is_compiled_is_what_is_written() {
    let count = count(1_000);
    let refused = decide_all(count, 1, generator::condition);
    assert!(refused * 100 < count * 2, "{refused} of {} refused", count * 2);
}

/// Comparisons of one key that must all hold are merged, or find other places: where they don't, that is said.
#[test]
fn comparisons_of_one_key_mean_what_they_say_together() {
    decide_all(count(1_000), 2, generator::crowded);
}

/// The `if` around a statement, its `when` and its `unless` are one condition.
#[test]
fn clauses_are_joined() {
    let mut random = Random::new(3);
    for _ in 0..count(500) / BATCH {
        let clauses: Vec<[Condition; 3]> = (0..BATCH).map(|_| generator::clauses(&mut random)).collect();
        let statements = clauses.iter().map(|[around, when, unless]| {
            format!("if {around} {{ {{label}}: deny s3:GetObject when {when} unless {unless} }}")
        });
        let answers = compile_statements(&statements.collect::<Vec<_>>());
        for ([around, when, unless], answer) in clauses.into_iter().zip(answers) {
            let whole = Condition::All(vec![around, when, Condition::Not(Box::new(unless))]);
            match answer {
                Ok(blocks) => decide(&whole, false, &blocks),
                Err(checks) => assert!(STATED.contains(&checks.as_str()), "{checks}: {whole}"),
            }
        }
    }
}

/// The number that the environment asks for.
fn count(otherwise: usize) -> usize {
    env::var("IAMX_CONDITIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(otherwise)
}

/// Compiles and decides random conditions and their negations. Gives how many were refused, each for a stated limit.
fn decide_all(count: usize, seed: u64, condition: impl Fn(&mut Random) -> Condition) -> usize {
    let mut random = Random::new(seed);
    let (mut refused, mut statements): (BTreeMap<String, Vec<String>>, usize) = (BTreeMap::new(), 0);
    for from in (0..count).step_by(BATCH) {
        let conditions: Vec<Condition> = (from..count.min(from + BATCH)).map(|_| condition(&mut random)).collect();
        let compiled = compile(&conditions);
        for (condition, [positive, negative]) in conditions.iter().zip(compiled) {
            for (answer, negated) in [(positive, false), (negative, true)] {
                let word = if negated { "unless" } else { "when" };
                match answer {
                    Err(checks) => refused.entry(checks).or_default().push(format!("{word} {condition}")),
                    Ok(blocks) => {
                        statements += blocks.len();
                        decide(condition, negated, &blocks);
                    }
                }
            }
        }
    }
    let total: usize = refused.values().map(Vec::len).sum();
    println!("{count} conditions and their negations: {statements} statements, {total} refused");
    for (checks, conditions) in &refused {
        println!("  {checks}: {}, such as {}", conditions.len(), conditions[0]);
    }
    assert!(refused.keys().all(|checks| STATED.contains(&checks.as_str())), "{refused:#?}");
    total
}

/// The statements together hold exactly where the condition, or its negation, does.
fn decide(condition: &Condition, negated: bool, blocks: &[Value]) {
    for request in generator::requests(condition) {
        let expected = condition.holds(&request) != negated;
        for unsettled in [false, true] {
            let found = blocks.iter().any(|block| oracle::holds(block, &request, unsettled));
            assert_eq!(
                found,
                expected,
                "{} {condition}\n{request:?}\n{:#}",
                if negated { "unless" } else { "when" },
                Value::from(blocks.to_vec())
            );
        }
    }
}

/// For each condition the `Condition`s of its statements, and those of its negation; or the names of what is wrong.
fn compile(conditions: &[Condition]) -> Vec<[Result<Vec<Value>, String>; 2]> {
    let both = conditions.iter().flat_map(|condition| {
        ["when", "unless"].map(|word| format!("{{label}}: deny s3:GetObject {word} {condition}"))
    });
    let answers = compile_statements(&both.collect::<Vec<_>>());
    answers.chunks(2).map(|pair| [pair[0].clone(), pair[1].clone()]).collect()
}

/// For each statement, in a line of its own with `{label}` for a label, the `Condition`s of what it becomes; or the
/// names of what is wrong.
fn compile_statements(statements: &[String]) -> Vec<Result<Vec<Value>, String>> {
    let mut text = "role Tested {\n  trust service ec2\n".to_owned();
    for (index, statement) in statements.iter().enumerate() {
        let _ = writeln!(text, "  {}", statement.replace("{label}", &format!("S{index}x")));
    }
    text.push_str("}\n");
    let mut sources = SourceMap::new();
    let file = sources.add("main.iamx", text.as_str());
    let parse = iamx_syntax::parse(&text);
    assert!(parse.errors().is_empty(), "{:?}\n{text}", parse.errors());
    let modules = [Module { path: vec!["main".to_owned()], file, parse, is_read: true }];
    let settings = WorkspaceSettings::default();
    let input = Input { sources: &sources, modules: &modules, catalog: Catalog::builtin(), settings: &settings };
    let Lowered { program, diagnostics } = lower(&input);
    let mut faults: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for diagnostic in &diagnostics {
        if diagnostic.severity == iamx_diagnostic::Severity::Error {
            let at: usize = diagnostic.primary().expect("it has a place").range.start().into();
            let line = text[..at].matches('\n').count();
            faults.entry(line).or_default().push(diagnostic.check.name);
        }
    }
    let document = program.documents().find(|entry| entry.kind == iamx_lower::DocumentKind::RoleInline);
    let document = document.map(|entry| entry.document.to_value()).unwrap_or_default();
    let mut blocks: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for statement in document["Statement"].as_array().into_iter().flatten() {
        let sid = statement["Sid"].as_str().expect("each has a label");
        let (label, _) = sid.split_once('x').expect("a label has an x");
        blocks.entry(label.to_owned()).or_default().push(statement["Condition"].clone());
    }
    let answer = |index: usize| match faults.get(&(index + 2)) {
        Some(checks) => Err(checks.join(" ")),
        None => Ok(blocks.get(&format!("S{index}")).cloned().unwrap_or_default()),
    };
    (0..statements.len()).map(answer).collect()
}

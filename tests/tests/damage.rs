//! Whatever is done to a file, the pipeline gives an answer, and every finding is somewhere in a file.

// A helper of tests fails as a test does.
#![allow(clippy::panic)]

use iamx_syntax::{NodeOrToken, parse};
use iamx_tests::{
    files::{self, SourceText},
    pipeline::{Outcome, run},
    random_program::mutation::{INSTEAD, misplaced},
};

/// How many damaged workspaces are compiled.
const RUNS: usize = 2_500;

#[derive(Clone, Copy, Debug)]
enum Damage {
    Delete,
    Duplicate,
    Replace(&'static str),
}

/// The texts of the tokens of `text`, blanks and comments included.
fn tokens(text: &str) -> Vec<String> {
    let tokens = parse(text).syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token);
    tokens.map(|token| token.text().to_owned()).collect()
}

fn damaged(tokens: &[String], at: usize, damage: Damage) -> String {
    let mut text = String::new();
    for (index, token) in tokens.iter().enumerate() {
        match damage {
            Damage::Delete if index == at => {}
            Damage::Replace(other) if index == at => text.push_str(other),
            Damage::Duplicate if index == at => {
                text.push_str(token);
                text.push(' ');
                text.push_str(token);
            }
            _ => text.push_str(token),
        }
    }
    text
}

fn every_finding_is_in_a_file(outcome: &Outcome, what: &str) {
    if let Some(misplaced) = misplaced(outcome) {
        panic!("{what}: {misplaced}");
    }
}

/// Damages spread evenly over all tokens of all files: the step shares no factor with their number.
#[test]
fn no_damage_stops_the_compiler() {
    let folders: Vec<_> = files::examples().into_iter().chain(files::baselines()).collect();
    let mut places = Vec::new();
    let workspaces: Vec<Vec<SourceText>> = folders.iter().map(|folder| files::workspace(folder)).collect();
    for (workspace, sources) in workspaces.iter().enumerate() {
        for (file, (path, text)) in sources.iter().enumerate() {
            let tokens = if path == "iamx.toml" { Vec::new() } else { tokens(text) };
            places.extend((0..tokens.len()).map(|token| (workspace, file, token)));
        }
    }
    let mut step = places.len() / 7 * 5 + 1;
    while gcd(step, places.len()) != 1 {
        step += 1;
    }
    for run_number in 0..RUNS.min(places.len() * 3) {
        let (workspace, file, token) = places[run_number * step % places.len()];
        let damage = match run_number % 3 {
            0 => Damage::Delete,
            1 => Damage::Duplicate,
            _ => Damage::Replace(INSTEAD[run_number / 3 % INSTEAD.len()]),
        };
        let mut sources = workspaces[workspace].clone();
        sources[file].1 = damaged(&tokens(&sources[file].1), token, damage);
        let what = format!("{}/{} token {token} {damage:?}", folders[workspace].display(), sources[file].0);
        every_finding_is_in_a_file(&run(&sources), &what);
    }
}

#[test]
fn untouched_workspaces_have_their_findings_in_files() {
    for folder in files::examples().into_iter().chain(files::baselines()) {
        every_finding_is_in_a_file(&run(&files::workspace(&folder)), &folder.display().to_string());
    }
}

#[test]
fn a_hundred_thousand_of_any_bracket_end_in_a_finding() {
    for bracket in ["{", "}", "[", "]", "(", ")", "let x = (", "let x = not ", "a.b(", "if ", "s3:{"] {
        let text = bracket.repeat(100_000);
        let outcome = run(&[("main.iamx".to_owned(), text)]);
        assert!(!outcome.errors().is_empty(), "{bracket}");
        every_finding_is_in_a_file(&outcome, bracket);
    }
}

fn gcd(one: usize, other: usize) -> usize {
    if other == 0 { one } else { gcd(other, one % other) }
}

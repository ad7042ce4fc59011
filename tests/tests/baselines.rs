//! Every folder of `baselines/` is a workspace about one subject, with what each stage makes of it beside it.

use std::fs;

use iamx_syntax::{format, parse};
use iamx_tests::{
    files::{self, FORMATTED, files_below, read, repository},
    pipeline::run,
    snapshot::Snapshots,
};

const SNAPSHOTS: [&str; 4] = ["tree.txt", "diagnostics.txt", FORMATTED, "output.txt"];

#[test]
fn every_stage_of_every_baseline_is_as_written_down() {
    let mut snapshots = Snapshots::from_environment();
    for folder in files::baselines() {
        let main = read(&folder.join("main.iamx"));
        let outcome = run(&files::workspace(&folder));
        let formatted = format(&main).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        snapshots.compare(&folder.join("tree.txt"), &format!("{:#?}", parse(&main).syntax()));
        snapshots.compare(&folder.join("diagnostics.txt"), &outcome.rendered());
        snapshots.compare(&folder.join(FORMATTED), &formatted);
        snapshots.compare(&folder.join("output.txt"), &outcome.output());
        snapshots.no_others(&folder, &files_below(&folder), |path| files::is_source(path) || SNAPSHOTS.contains(&path));
    }
    snapshots.assert();
}

#[test]
fn there_are_enough_and_nothing_else_lies_among_them() {
    let folders = files::baselines();
    assert!(folders.len() >= 150, "{}", folders.len());
    let entries = fs::read_dir(repository("tests/baselines")).unwrap();
    let others: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    assert!(others.iter().all(|path| path.ends_with(".gitattributes")), "{others:?}");
    for folder in folders {
        let name = files::name(&folder);
        assert!(
            name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'),
            "{name}"
        );
    }
}

#[test]
fn the_tree_holds_every_byte() {
    for folder in files::baselines() {
        for (path, text) in files::workspace(&folder) {
            assert_eq!(parse(&text).syntax().text().to_string(), text, "{}/{path}", folder.display());
        }
    }
}

#[test]
fn formatting_twice_is_formatting_once() {
    for folder in files::baselines() {
        for (path, text) in files::workspace(&folder).into_iter().filter(|(path, _)| path != "iamx.toml") {
            let once = format(&text).unwrap();
            assert_eq!(format(&once).as_ref(), Ok(&once), "{}/{path}", folder.display());
        }
    }
}

/// A baseline that is broken on purpose is formatted around what is broken, so only the others are compiled again.
#[test]
fn formatted_text_compiles_to_the_same_documents() {
    for folder in files::baselines() {
        let before = files::workspace(&folder);
        let formatted: Vec<_> = before
            .iter()
            .map(|(path, text)| {
                let text = if path == "iamx.toml" { text.clone() } else { format(text).unwrap() };
                (path.clone(), text)
            })
            .collect();
        let documents = |files: &[_]| -> Vec<_> {
            let made = run(files).files.into_iter().filter(|file| file.path != "manifest.json");
            made.map(|file| (file.path, file.bytes)).collect()
        };
        assert_eq!(documents(&before), documents(&formatted), "{}", folder.display());
    }
}

#[test]
fn snapshots_that_are_missing_stale_or_of_nothing_are_found() {
    let folder = std::env::temp_dir().join(format!("iamx-snapshots-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let held = folder.join("held.txt");
    fs::write(&held, "a\nb\n").unwrap();
    let mut snapshots = Snapshots::new(false);
    snapshots.compare(&held, "a\nb\n");
    snapshots.compare(&folder.join("none.txt"), "");
    assert!(snapshots.wrong().is_empty(), "{:?}", snapshots.wrong());
    snapshots.compare(&held, "a\nc\n");
    snapshots.compare(&held, "");
    snapshots.compare(&folder.join("none.txt"), "a\n");
    snapshots.no_others(&folder, &["held.txt".to_owned()], |_| false);
    assert_eq!(snapshots.wrong().len(), 4);
    assert!(snapshots.wrong()[0].ends_with("differs\n  line 2\n  - b\n  + c"), "{}", snapshots.wrong()[0]);
    assert!(!folder.join("none.txt").exists());
    fs::remove_dir_all(&folder).unwrap();
}

//! Data enters at the bottom of the list of rooms and only ever moves down it; only the rim does I/O.

// A helper of tests fails as a test does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;

use iamx_tests::files::{files_below, folders, name, read, repository};
use toml::{Table, Value};

/// Each room uses only those before it.
const ORDER: [&str; 13] = [
    "iamx-text",
    "iamx-diagnostic",
    "iamx-catalog",
    "iamx-policy",
    "iamx-syntax",
    "iamx-lower",
    "iamx-check",
    "iamx-emit",
    "iamx-workspace",
    "iamx-ide",
    "iamx-lsp",
    "iamx",
    "iamx-tests",
];

/// What reaches outside; addresses as values (`std::net::IpAddr`) don't.
const IO: [&str; 10] = [
    "std::fs",
    "std::process",
    "std::env",
    "std::time",
    "std::io::std",
    "std::os",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
];

fn manifest(path: &str) -> Table {
    read(&repository(path)).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every manifest below the rooms, with the room's name.
fn manifests() -> Vec<(String, Table)> {
    let mut paths: Vec<_> =
        folders(&repository("compiler")).iter().map(|folder| format!("compiler/{}/Cargo.toml", name(folder))).collect();
    paths.extend(["lsp/Cargo.toml".to_owned(), "cli/Cargo.toml".to_owned(), "tests/Cargo.toml".to_owned()]);
    let named = paths.into_iter().map(|path| {
        let table = manifest(&path);
        (table["package"]["name"].as_str().expect("a package has a name").to_owned(), table)
    });
    named.collect()
}

/// The names of what a manifest takes from outside: to run, to build and to test with.
fn dependencies(manifest: &Table) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let names = manifest.get(section).and_then(Value::as_table);
        found.extend(names.into_iter().flat_map(Table::keys).map(|name| (section, name.as_str())));
    }
    found
}

#[test]
fn every_room_is_in_the_order_and_uses_only_those_before_it() {
    let place = |name: &str| ORDER.iter().position(|room| *room == name);
    for (room, manifest) in manifests() {
        let own = place(&room).unwrap_or_else(|| panic!("{room} has no place in the order"));
        for (section, used) in dependencies(&manifest) {
            let Some(other) = place(used) else {
                assert!(!used.starts_with("iamx-"), "{room} uses {used}, which has no place in the order");
                continue;
            };
            assert!(other < own, "{room} uses {used} ({section}), which stands above it");
        }
    }
}

#[test]
fn only_the_rim_does_io() {
    let mut found = Vec::new();
    for room in folders(&repository("compiler")) {
        let source = room.join("src");
        for path in files_below(&source) {
            let text = fs::read_to_string(source.join(&path)).unwrap();
            for word in IO {
                // The crate's own tests may look at the crate's own files.
                let code = text.split_once("#[cfg(test)]").map_or(text.as_str(), |(code, _)| code);
                if code.contains(word) {
                    found.push(format!("compiler/{}/src/{path}: {word}", name(&room)));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn only_syntax_knows_pest() {
    for (room, manifest) in manifests() {
        let knows = dependencies(&manifest).iter().any(|(_, used)| used.starts_with("pest"));
        assert_eq!(knows, room == "iamx-syntax", "{room}");
    }
}

/// A decider and a prover come later: who adds one gives it a place.
#[test]
fn every_room_of_the_order_is_there() {
    let rooms: Vec<_> = manifests().into_iter().map(|(room, _)| room).collect();
    for room in ORDER {
        assert!(rooms.iter().any(|found| found == room), "{room}");
    }
}

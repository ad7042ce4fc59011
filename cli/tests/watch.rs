//! `--watch` runs again after each change.
#![allow(clippy::unwrap_used)] // As in every test.

mod support;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use support::Folder;

struct Watching {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
}

impl Watching {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut command = folder.command(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { child, said }
    }

    /// What is said until it waits again.
    fn round(&mut self) -> String {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            assert!(self.said.read_line(&mut line).unwrap() > 0, "it ended: {text}");
            if line.starts_with("watching for changes") {
                return text;
            }
            text.push_str(&line);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_build_follows_the_source() {
    let folder = Folder::workspace();
    let mut watching = Watching::start(&folder, &["build", "--watch"]);
    assert!(watching.round().contains(" written to out"));
    folder.write(
        "more/new.iamx",
        "policy Extra { allow s3:ListAllMyBuckets }\nrole Uses { trust service ec2 attach Extra }\n",
    );
    // A folder and a file in it may be two changes.
    while !folder.exists("out/policies/Extra.json") {
        watching.round();
    }
    folder.write("more/new.iamx", "policy Extra {\n");
    while !watching.round().contains("nothing is written") {}
    folder.write("more/new.iamx", "");
    while !watching.round().contains("removed") {}
    assert!(!folder.exists("out/policies/Extra.json"));
}

#[test]
fn a_file_alone_is_watched() {
    let folder = Folder::new(&[("one.iamx", "policy {\n")]);
    let mut watching = Watching::start(&folder, &["check", "one.iamx", "--watch"]);
    assert!(watching.round().contains("1 error"));
    folder.write("one.iamx", "");
    while !watching.round().contains("no findings") {}
}

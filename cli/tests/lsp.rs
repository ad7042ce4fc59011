//! `iamx lsp` as a process: how it ends.
#![allow(clippy::unwrap_used)] // A helper of tests fails as a test does.

mod support;

use std::{
    io::{Read, Write},
    process::Stdio,
};

use support::Folder;

fn message(text: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{text}", text.len())
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;

/// Reads one message.
fn read(output: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        output.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    output.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}

#[test]
fn it_answers_and_ends_when_told() {
    let folder = Folder::workspace();
    let mut command = folder.command(&["lsp", "--stdio"]);
    let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, mut output) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
    input.write_all(message(INITIALIZE).as_bytes()).unwrap();
    let answer = read(&mut output);
    assert!(answer.contains(r#""documentFormattingProvider":true"#), "{answer}");
    input.write_all(message(r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#).as_bytes()).unwrap();
    assert!(read(&mut output).contains(r#""id":2"#));
    // It ends though its input stays open.
    input.write_all(message(r#"{"jsonrpc":"2.0","method":"exit"}"#).as_bytes()).unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(0));
    drop(input);
}

#[test]
fn it_ends_with_its_editor() {
    let folder = Folder::workspace();
    // Without `shutdown` before it.
    let run =
        folder.iamx_with_input(&["lsp"], &[INITIALIZE, r#"{"jsonrpc":"2.0","method":"exit"}"#].map(message).concat());
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(folder.iamx_with_input(&["lsp"], &message(INITIALIZE)).code, Some(1));
    // Half a message, and no message at all.
    assert_eq!(folder.iamx_with_input(&["lsp"], "Content-Length: 99\r\n\r\n{").code, Some(1));
}

//! A folder of files and the command run in it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // Each test file uses its part.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub struct Folder(tempfile::TempDir);

/// How a run of the command ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// A workspace that `iamx init` made.
    pub fn workspace() -> Self {
        let folder = Self::new(&[]);
        assert_eq!(folder.iamx(&["init"]).code, Some(0));
        folder
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn exists(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    /// Every file under a folder, relative to it, sorted.
    pub fn files(&self, under: &str) -> Vec<String> {
        fn walk(top: &Path, folder: &Path, files: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(top, &path, files);
                } else {
                    files.push(path.strip_prefix(top).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let (top, mut files) = (self.path(under), Vec::new());
        walk(&top, &top, &mut files);
        files.sort();
        files
    }

    pub fn iamx(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments), "")
    }

    pub fn iamx_with_input(&self, arguments: &[&str], input: &str) -> Run {
        run(self.command(arguments), input)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_iamx"));
        command.args(arguments).current_dir(self.0.path());
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "IAMX_CATALOG"] {
            command.env_remove(variable);
        }
        // 2026-01-01: what is said of dates doesn't change from day to day.
        command.env("SOURCE_DATE_EPOCH", "1767225600");
        command
    }
}

pub fn run(mut command: Command, input: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads no input closes it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The path of a document that the build of a workspace wrote.
pub fn document_of(folder: &Folder) -> String {
    let file = folder.files("out").into_iter().find(|file| file.contains('/')).unwrap();
    format!("out/{file}")
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(text.as_bytes());
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

//! Makes the registry of checks out of `pages/NAME.md`, so that a page is the one place that declares a check.

#![expect(clippy::print_stdout, reason = "Cargo reads a build script's standard output")]

mod page;

use std::{
    env, fs,
    io::Error,
    path::{Path, PathBuf},
};

use page::Page;

fn main() {
    println!("cargo::rerun-if-changed=pages");
    println!("cargo::rerun-if-changed=build");
    match read(Path::new("pages")) {
        Err(error) => println!("cargo::error=pages can't be read: {error}"),
        Ok(read) => {
            let mut pages = Vec::new();
            let mut wrong = false;
            for page in read {
                match page {
                    Ok(page) => pages.push(page),
                    Err(message) => {
                        wrong = true;
                        println!("cargo::error={message}");
                    }
                }
            }
            // By name, not by path: `.` sorts after `-`, and look-ups search by halves.
            pages.sort_by(|a, b| a.name.cmp(&b.name));
            if !wrong && let Err(error) = write(&pages) {
                println!("cargo::error=the registry can't be written: {error}");
            }
        }
    }
}

fn read(folder: &Path) -> Result<Vec<Result<Page, String>>, Error> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>, Error>>()?;
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path)?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(page::parse(&name, &text).map_err(|message| format!("{}: {message}", path.display())))
        })
        .collect()
}

fn write(pages: &[Page]) -> Result<(), Error> {
    let out = env::var_os("OUT_DIR").ok_or_else(|| Error::other("Cargo gave no OUT_DIR"))?;
    fs::write(Path::new(&out).join("checks.rs"), page::registry(pages))
}

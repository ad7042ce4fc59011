//! What a large build leaves behind, so that the next one sees that nothing has changed without reading every file again.
//!
//! The stamp holds a hash of all that the build was made of, and one of what the file system says of every file in the output
//! folder: its name, size, number, and when it was last changed. As with `make` and `git`, a file of which all of that is the
//! same is taken for the same. `iamx build --check` never looks at a stamp.

use std::{cell::LazyCell, fs::Metadata, io::Read, path::Path, time::Duration};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    manifest::{UNFINISHED, hex},
    output::Output,
    write,
};

/// The stamp's name in the output folder.
const STAMP: &str = ".iamx-stamp.json";
/// Fewer files than this are read as fast, and none is left among them.
const LARGE: usize = 5_000;
/// No stamp has so many bytes.
const LONGEST: u64 = 1_024;
/// Folders deeper than any that iamx makes are not looked through.
const DEEPEST: usize = 8;
/// File systems tell no times apart that are nearer than a tick of the kernel.
const TICK: Duration = Duration::from_millis(20);

/// What the stamp of a build is, or would be.
pub(crate) struct Stamp<'o> {
    output: &'o Output,
    /// Hash of the compiler and all that it reads, where there is a stamp to compare or to leave; `None` where that isn't known.
    inputs: LazyCell<Option<String>, Box<dyn FnOnce() -> Option<String> + 'o>>,
}

#[derive(Deserialize, Serialize, PartialEq, Eq)]
struct Left {
    inputs: String,
    /// How many files were made.
    files: usize,
    /// Hash of what the file system says of them.
    folder: String,
}

impl<'o> Stamp<'o> {
    /// The stamp of a build into that folder of what has this fingerprint.
    pub(crate) fn of(output: &'o Output, fingerprint: impl FnOnce() -> [u8; 32] + 'o) -> Self {
        let inputs = move || {
            let compiler = std::env::current_exe().and_then(std::fs::metadata).ok().and_then(|one| facts(&one))?;
            let mut hash = Sha256::new();
            hash.update(env!("CARGO_PKG_VERSION"));
            hash.update(compiler);
            hash.update(fingerprint());
            Some(hex(&hash.finalize()))
        };
        Self { output, inputs: LazyCell::new(Box::new(inputs)) }
    }

    /// How many files there are, where the same was built before and none of them has changed since.
    pub(crate) fn unchanged(&self) -> Option<usize> {
        let mut bytes = Vec::new();
        std::fs::File::open(self.output.folder().join(STAMP)).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
        let left: Left = serde_json::from_slice(&bytes).ok()?;
        if (*self.inputs).as_ref() != Some(&left.inputs) || self.output.folder().join(UNFINISHED).exists() {
            return None;
        }
        (folder(self.output.folder())? == left.folder).then_some(left.files)
    }

    /// Leaves the stamp of so many files, which are all there. Without one the next build is slower, and that is all.
    pub(crate) fn leave(&self, files: usize) {
        let path = self.output.folder().join(STAMP);
        let inputs = if files >= LARGE { (*self.inputs).clone() } else { None };
        let Some(inputs) = inputs else {
            let _ = std::fs::remove_file(path);
            return;
        };
        // What is changed after this has another time than what was written before.
        std::thread::sleep(TICK);
        let Some(folder) = folder(self.output.folder()) else { return };
        let left = serde_json::to_vec(&Left { inputs, files, folder }).unwrap_or_default();
        let _ = write::replace(&path, &left);
    }
}

/// Hash of what the file system says of all that is in a folder; `None` where it says too little.
fn folder(path: &Path) -> Option<String> {
    below(path, 0).map(|hash| hex(&hash))
}

fn below(path: &Path, depth: usize) -> Option<[u8; 32]> {
    if depth > DEEPEST {
        return None;
    }
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(path).ok()? {
        let entry = entry.ok()?;
        let name = entry.file_name();
        if depth == 0 && (name == STAMP || name == UNFINISHED) {
            continue;
        }
        if entry.file_type().ok()?.is_dir() {
            folders.push(name);
        } else {
            // Of a link itself.
            files.push((name, facts(&entry.metadata().ok()?)?));
        }
    }
    files.sort();
    folders.sort();
    let within: Option<Vec<_>> = folders
        .into_par_iter()
        .map(|name| {
            let hash = below(&path.join(&name), depth + 1)?;
            Some((name, hash))
        })
        .collect();
    let mut hash = Sha256::new();
    let mut add = |name: &std::ffi::OsStr, facts: &[u8]| {
        hash.update(name.len().to_le_bytes());
        hash.update(name.as_encoded_bytes());
        hash.update(facts);
    };
    for (name, facts) in &files {
        add(name, facts);
    }
    for (name, hash) in &within? {
        add(name, hash);
    }
    Some(hash.finalize().into())
}

/// What changes with a file: which it is, its size, and when it was last written or changed.
#[cfg(unix)]
fn facts(file: &Metadata) -> Option<[u8; 56]> {
    use std::os::unix::fs::MetadataExt;
    // Times to the second can't tell one write from the next.
    if file.ctime_nsec() == 0 && file.mtime_nsec() == 0 {
        return None;
    }
    let times = [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()].map(i64::to_le_bytes);
    let sizes = [file.ino(), file.len(), u64::from(file.mode())].map(u64::to_le_bytes);
    let mut facts = [0; 56];
    for (place, byte) in facts.iter_mut().zip(times.into_iter().chain(sizes).flatten()) {
        *place = byte;
    }
    Some(facts)
}

/// Elsewhere no time says that a file was changed and nothing else.
#[cfg(not(unix))]
fn facts(_: &Metadata) -> Option<[u8; 56]> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::{LARGE, STAMP, Stamp};
    use crate::io::output::Output;

    const INPUTS: [u8; 32] = [1; 32];
    const OTHERS: [u8; 32] = [2; 32];

    fn unchanged(folder: &Path, fingerprint: [u8; 32]) -> Option<usize> {
        Stamp::of(&Output::at(folder), move || fingerprint).unchanged()
    }

    #[test]
    fn a_stamp_holds_until_something_changes() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path();
        std::fs::create_dir_all(out.join("prod/roles")).unwrap();
        std::fs::write(out.join("manifest.json"), "{}").unwrap();
        std::fs::write(out.join("prod/roles/A.json"), "one").unwrap();
        let leave = || Stamp::of(&Output::at(out), || INPUTS).leave(LARGE);
        assert_eq!(unchanged(out, INPUTS), None);

        leave();
        assert_eq!(unchanged(out, INPUTS), Some(LARGE));
        assert_eq!(unchanged(out, OTHERS), None);

        std::fs::write(out.join("prod/roles/A.json"), "two").unwrap();
        assert_eq!(unchanged(out, INPUTS), None, "of the same size");
        leave();

        std::fs::write(out.join("prod/roles/B.json"), "").unwrap();
        assert_eq!(unchanged(out, INPUTS), None, "a file more");
        leave();

        std::fs::remove_file(out.join("prod/roles/B.json")).unwrap();
        assert_eq!(unchanged(out, INPUTS), None, "a file less");
        leave();

        std::fs::remove_file(out.join("prod/roles/A.json")).unwrap();
        std::os::unix::fs::symlink("/etc/hosts", out.join("prod/roles/A.json")).unwrap();
        assert_eq!(unchanged(out, INPUTS), None, "a link");
        leave();

        std::fs::write(out.join(".iamx-unfinished.json"), "{}").unwrap();
        assert_eq!(unchanged(out, INPUTS), None, "a write that was interrupted");
    }

    #[test]
    fn few_files_get_no_stamp() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("manifest.json"), "{}").unwrap();
        let stamp = |files| Stamp::of(&Output::at(root.path()), || INPUTS).leave(files);
        stamp(LARGE);
        assert!(root.path().join(STAMP).exists());
        stamp(LARGE - 1);
        assert!(!root.path().join(STAMP).exists());
    }
}

//! What the server knows: the texts that are open, the files of their workspaces, and a number that grows with each change.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use iamx_text::LineIndex;
use iamx_workspace::{EXTENSION, TextFile, UnreadFile, Workspace};
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::{
    capabilities::Abilities,
    position::{Encoding, Positions},
};

/// Where files are read, since this room reads none.
pub trait Disk: Send + Sync + 'static {
    /// The files of the workspace that `path` is in.
    ///
    /// # Errors
    ///
    /// Why they can't be read, in words.
    fn load(&self, path: &Path) -> Result<Loaded, String>;
}

/// The files of a workspace, as they are on the disk.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Its folder.
    pub root: PathBuf,
    /// `iamx.toml`; none for a file that is a workspace alone.
    pub settings: Option<TextFile>,
    /// `iamx.lock`.
    pub lock: Option<TextFile>,
    /// Its modules.
    pub modules: Vec<TextFile>,
    /// Modules that can't be read.
    pub unread: Vec<UnreadFile>,
}

/// A text that an editor has open.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) text: Arc<str>,
    pub(crate) lines: Arc<LineIndex>,
}

/// All of it at one moment; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct State {
    /// Grows with each change.
    pub(crate) revision: u64,
    pub(crate) encoding: Encoding,
    pub(crate) client: Abilities,
    /// The open texts by their paths.
    documents: Arc<BTreeMap<PathBuf, Document>>,
    /// The workspaces of the open texts, by the path of each text's folder.
    loaded: Arc<HashMap<PathBuf, Arc<Loaded>>>,
}

impl Document {
    fn new(uri: Uri, version: i32, text: String) -> Self {
        let lines = Arc::new(LineIndex::new(&text));
        Self { uri, version, text: text.into(), lines }
    }

    pub(crate) fn positions(&self, encoding: Encoding) -> Positions<'_> {
        Positions { text: &self.text, lines: &self.lines, encoding }
    }
}

impl State {
    pub(crate) fn open(&mut self, uri: Uri, version: i32, text: String) {
        self.revision += 1;
        if let Some(path) = path_of(&uri) {
            Arc::make_mut(&mut self.documents).insert(path, Document::new(uri, version, text));
        }
    }

    /// Applies edits in their order; each is of the text that the ones before it left.
    pub(crate) fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        self.revision += 1;
        let encoding = self.encoding;
        let Some(document) = path_of(uri).and_then(|path| Arc::make_mut(&mut self.documents).get_mut(&path)) else {
            return;
        };
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let range = document.positions(encoding).text_range(range);
                    let mut text = document.text.to_string();
                    text.replace_range(std::ops::Range::<usize>::from(range), &change.text);
                    text
                }
            };
            *document = Document::new(document.uri.clone(), version, text);
        }
        document.version = version;
    }

    pub(crate) fn close(&mut self, uri: &Uri) {
        self.revision += 1;
        if let Some(path) = path_of(uri) {
            Arc::make_mut(&mut self.documents).remove(&path);
        }
        // What was read may be another file's by now.
        self.forget();
    }

    /// Reads the disk anew when it is next asked for.
    pub(crate) fn forget(&mut self) {
        self.revision += 1;
        self.loaded = Arc::default();
    }

    pub(crate) fn document(&self, uri: &Uri) -> Option<&Document> {
        self.documents.get(&path_of(uri)?)
    }

    pub(crate) fn documents(&self) -> impl Iterator<Item = (&Path, &Document)> {
        self.documents.iter().map(|(path, document)| (path.as_path(), document))
    }

    /// The workspace that the file at `path` is in, if it was read already.
    pub(crate) fn known(&self, path: &Path) -> Option<Arc<Loaded>> {
        self.loaded.get(path.parent()?).cloned()
    }

    /// Keeps what was read for the file at `path`.
    pub(crate) fn keep(&mut self, path: &Path, loaded: Arc<Loaded>) {
        if let Some(folder) = path.parent().filter(|_| loaded.settings.is_some()) {
            Arc::make_mut(&mut self.loaded).insert(folder.to_owned(), loaded);
        }
    }

    /// The workspace with the open texts in the place of what is on the disk.
    pub(crate) fn workspace(&self, loaded: &Loaded) -> Workspace {
        let mut modules: BTreeMap<String, Arc<str>> =
            loaded.modules.iter().map(|file| (file.path.clone(), Arc::clone(&file.text))).collect();
        let mut settings = loaded.settings.clone();
        let is_unread = |path: &String| loaded.unread.iter().any(|file| file.path == *path);
        for (path, document) in self.documents() {
            let Some(relative) = relative(path, &loaded.root) else { continue };
            match &mut settings {
                Some(settings) if settings.path == relative => settings.text = Arc::clone(&document.text),
                // A file that was never saved is a module too; a workspace of one file stays one.
                Some(_) if path.extension().is_some_and(|extension| extension == EXTENSION) => {
                    modules.insert(relative, Arc::clone(&document.text));
                }
                None if modules.contains_key(&relative) || is_unread(&relative) => {
                    modules.insert(relative, Arc::clone(&document.text));
                }
                _ => {}
            }
        }
        let unread = loaded.unread.iter().filter(|file| !modules.contains_key(&file.path)).cloned().collect();
        let modules = modules.into_iter().map(|(path, text)| TextFile { path, text }).collect();
        let mut workspace = Workspace::new(settings, modules);
        workspace.set_unread(unread);
        if let Some(lock) = &loaded.lock {
            workspace.set_lock(lock.clone());
        }
        workspace
    }
}

/// The path that a URI names, if it names a file.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme().as_str() == "file").then(|| uri.to_file_path())?.map(std::borrow::Cow::into_owned)
}

/// `path` below `root`, with `/` between its parts.
pub(crate) fn relative(path: &Path, root: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

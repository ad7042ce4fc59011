//! A workspace at one moment, with its names: what requests about more than one text look at.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use iamx_catalog::Catalog;
use iamx_diagnostic::Diagnostic;
use iamx_ide::Evaluated;
use iamx_lower::{Module, NameIndex};
use iamx_syntax::Parse;
use iamx_text::{FileId, Span, TextRange};
use iamx_workspace::{Analysis, Workspace};
use tower_lsp::ls_types::{Location, Position, Range, Uri};

use crate::{
    position::{Encoding, Positions},
    requests,
    state::{Disk, Loaded, State, relative},
};

/// A workspace with its names.
pub(crate) struct View {
    root: PathBuf,
    encoding: Encoding,
    /// The addresses that the editor gives the texts that it has open, with their versions.
    open: HashMap<PathBuf, (Uri, i32)>,
    workspace: Workspace,
    analysis: OnceLock<Analysis>,
    /// Whether the client can show modules of `std` by their addresses.
    shows_std: bool,
    pub(crate) index: NameIndex,
    /// What was read from the disk for it.
    pub(crate) loaded: Arc<Loaded>,
}

/// What is known of earlier moments, so that a change of one text costs one text.
#[derive(Default)]
pub(crate) struct Views {
    /// The newest view of each workspace, with the number of the change that it is after.
    newest: Mutex<HashMap<PathBuf, (u64, Arc<View>)>>,
    trees: Trees,
}

/// The trees of texts.
#[derive(Default)]
struct Trees(Mutex<HashMap<PathBuf, (Arc<str>, Parse)>>);

impl Trees {
    /// The modules of a workspace, which gets their trees: those that are known, and the others parsed on all processors.
    fn parsed(&self, root: &Path, workspace: &mut Workspace) -> Vec<Module> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = Arc::clone(workspace.sources());
        for (file, source) in sources.iter() {
            if let Some((text, parse)) = known.get(&root.join(source.path()))
                && (Arc::ptr_eq(text, &source.shared_text()) || **text == *source.text())
            {
                workspace.set_parsed(file, parse.clone());
            }
        }
        let modules = workspace.parsed();
        for module in modules.iter().filter(|module| module.is_read) {
            let Some(source) = sources.get(module.file) else { continue };
            workspace.set_parsed(module.file, module.parse.clone());
            known.insert(root.join(source.path()), (source.shared_text(), module.parse.clone()));
        }
        modules
    }
}

impl Views {
    /// The workspace that the file at `path` is in, at the moment of `state`.
    ///
    /// # Errors
    ///
    /// Why its files can't be read, in words.
    pub(crate) fn of(&self, state: &State, disk: &dyn Disk, path: &Path) -> Result<Arc<View>, String> {
        let loaded = match state.known(path) {
            Some(loaded) => loaded,
            None => Arc::new(disk.load(path)?),
        };
        let key = if loaded.settings.is_some() { loaded.root.clone() } else { path.to_owned() };
        // Held while a view is made, so that each is made once.
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((revision, view)) = newest.get(&key)
            && *revision == state.revision
        {
            return Ok(Arc::clone(view));
        }
        let mut workspace = state.workspace(&loaded);
        let modules = self.trees.parsed(&loaded.root, &mut workspace);
        let index = NameIndex::new(Arc::clone(workspace.sources()), modules, Catalog::builtin());
        let view = Arc::new(View {
            root: loaded.root.clone(),
            encoding: state.encoding,
            open: state
                .documents()
                .map(|(path, document)| (path.to_owned(), (document.uri.clone(), document.version)))
                .collect(),
            workspace,
            analysis: OnceLock::new(),
            shows_std: state.client.shows_std,
            index,
            loaded,
        });
        if newest.get(&key).is_none_or(|(revision, _)| *revision < state.revision) {
            newest.insert(key, (state.revision, Arc::clone(&view)));
        }
        Ok(view)
    }
}

impl View {
    /// What columns count.
    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Where the workspace lies.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What the compiler finds and what the modules declare, evaluated when it is first asked for; without files.
    pub(crate) fn analysis(&self) -> &Analysis {
        self.analysis.get_or_init(|| self.workspace.check(self.index.catalog()))
    }

    /// What it declares, with its names.
    pub(crate) fn evaluated(&self) -> Evaluated<'_> {
        let Analysis { program, diagnostics, .. } = self.analysis();
        Evaluated { index: &self.index, program, diagnostics, targets: &self.workspace.settings().targets }
    }

    /// What the compiler finds.
    pub(crate) fn findings(&self) -> &[Diagnostic] {
        &self.analysis().diagnostics
    }

    /// The file at `path`.
    pub(crate) fn file(&self, path: &Path) -> Option<FileId> {
        let file = self.index.sources().id(&relative(path, &self.root)?)?;
        self.index.module(file).filter(|module| !module.is_library()).map(|module| module.file)
    }

    /// Offsets of a file as positions.
    pub(crate) fn positions(&self, file: FileId) -> Option<Positions<'_>> {
        let source = self.index.sources().get(file)?;
        Some(Positions { text: source.text(), lines: source.lines(), encoding: self.encoding })
    }

    /// The offset of a position in a file.
    pub(crate) fn offset(&self, file: FileId, position: Position) -> Option<iamx_text::TextSize> {
        Some(self.positions(file)?.offset(position))
    }

    /// A range of a file.
    pub(crate) fn range(&self, file: FileId, range: TextRange) -> Option<Range> {
        Some(self.positions(file)?.range(range))
    }

    /// The address of a file; none for a module of `std`, which lies in no folder.
    pub(crate) fn uri(&self, file: FileId) -> Option<Uri> {
        if self.index.module(file).is_some_and(Module::is_library) {
            return None;
        }
        self.uri_of(&self.root.join(self.index.sources().get(file)?.path()))
    }

    /// The address of a file that is shown and not changed: of a module of `std` too, where the client shows those.
    pub(crate) fn shown_uri(&self, file: FileId) -> Option<Uri> {
        if self.shows_std && self.index.module(file).is_some_and(Module::is_library) {
            return requests::source::address(self.index.sources().get(file)?.path());
        }
        self.uri(file)
    }

    /// The address of the file at `path`.
    pub(crate) fn uri_of(&self, path: &Path) -> Option<Uri> {
        self.open.get(path).map(|(uri, _)| uri.clone()).or_else(|| Uri::from_file_path(path))
    }

    /// The version of the text that an editor has open.
    pub(crate) fn version(&self, path: &Path) -> Option<i32> {
        self.open.get(path).map(|(_, version)| *version)
    }

    /// A place in the files.
    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span.file, span.range)? })
    }
}

//! The pipeline: parse, lower, check, emit.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use iamx_catalog::Catalog;
use iamx_check::{Day, check, is_of_the_whole};
use iamx_diagnostic::{Diagnostic, Severity, checks, sort};
use iamx_emit::{OutputFile, Target, emit, limits};
use iamx_lower::{Input, Module, Program, lower};
use iamx_policy::{MARK, shown};
use iamx_syntax::{
    Parse,
    ast::{AstNode, DeclaredKind, File, Item},
};
use iamx_text::{FileId, SourceMap, Span, TextSize};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use sha2::{Digest, Sha256};

use crate::{
    Settings,
    allow::Allows,
    credentials, library, lock,
    module::{check_module_path, module_path},
};

/// The size of the largest file that is read.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// A file of a workspace, in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// Its path relative to the workspace's root, with `/` between its parts.
    pub path: String,
    /// Its contents.
    pub text: Arc<str>,
}

/// A file of a workspace that can't be read as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadFile {
    /// Its path, as that of a [`TextFile`].
    pub path: String,
    /// What is in the way.
    pub fault: FileFault,
}

/// Why a file can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It has more than [`MAX_FILE_BYTES`].
    TooLarge {
        /// How many it has.
        bytes: u64,
    },
    /// It has bytes that aren't UTF-8.
    NotUtf8 {
        /// The text up to these.
        before: Arc<str>,
    },
}

/// A workspace's files and settings.
#[derive(Debug)]
pub struct Workspace {
    settings: Settings,
    settings_diagnostics: Vec<Diagnostic>,
    sources: Arc<SourceMap>,
    modules: Vec<FileId>,
    /// Those of the modules that can't be read, with what is said of each.
    unread: BTreeMap<FileId, Diagnostic>,
    /// The modules of `std`, where some module speaks of it.
    library: Vec<FileId>,
    lock: Option<FileId>,
    today: Option<Day>,
    /// Trees of modules that are known already.
    parsed: HashMap<FileId, Parse>,
}

/// What was found in a workspace, and made of it.
#[derive(Debug)]
pub struct Analysis {
    /// The files that the findings point into.
    pub sources: Arc<SourceMap>,
    /// What the modules declare, as far as they could be understood.
    pub program: Program,
    /// Every finding, in the order in which findings are shown.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents, the manifest among them; none where a finding is an error.
    pub files: Vec<OutputFile>,
}

impl Workspace {
    /// A workspace of the given `iamx.toml`, if there is one, and modules.
    pub fn new(settings: Option<TextFile>, mut modules: Vec<TextFile>) -> Self {
        let mut sources = SourceMap::new();
        let (mut read, mut settings_diagnostics) = (Settings::default(), Vec::new());
        if let Some(file) = settings {
            let id = sources.add(file.path, Arc::clone(&file.text));
            (read, settings_diagnostics) = Settings::parse(&file.text, id);
        }
        modules.sort_by(|a, b| a.path.cmp(&b.path));
        let spoken_of = library::spoken_of(modules.iter().map(|file| &*file.text));
        let modules = modules.into_iter().map(|file| sources.add(file.path, file.text)).collect();
        let library = spoken_of.into_iter().map(|(path, text)| sources.add(path, text)).collect();
        let (sources, targets) = (Arc::new(sources), read.targets.clone());
        let mut workspace = Self {
            settings: read,
            settings_diagnostics,
            sources,
            modules,
            unread: BTreeMap::new(),
            library,
            lock: None,
            today: None,
            parsed: HashMap::new(),
        };
        workspace.set_targets(targets);
        workspace
    }

    /// Gives the modules that can't be read. Each has a finding, and the others are looked at all the same.
    pub fn set_unread(&mut self, files: Vec<UnreadFile>) {
        for UnreadFile { path, fault } in files {
            let sources = Arc::make_mut(&mut self.sources);
            let (id, finding) = match fault {
                FileFault::TooLarge { bytes } => {
                    let id = sources.add(path, "");
                    (id, too_large(id, bytes))
                }
                FileFault::NotUtf8 { before } => {
                    let end = TextSize::new(u32::try_from(before.len()).unwrap_or(u32::MAX));
                    let id = sources.add(path, before);
                    let message = "the bytes from here on aren't UTF-8";
                    (id, Diagnostic::new(&checks::NOT_UTF8, Span::at(id, end), message).help("save the file as UTF-8"))
                }
            };
            self.modules.push(id);
            self.unread.insert(id, finding);
        }
        let sources = Arc::clone(&self.sources);
        self.modules.sort_by_key(|id| sources.get(*id).map(|file| file.path().to_owned()));
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its files.
    pub fn sources(&self) -> &Arc<SourceMap> {
        &self.sources
    }

    /// Its modules' files, by path.
    pub fn modules(&self) -> &[FileId] {
        &self.modules
    }

    /// Gives the `param` called `name` a value, before the one that `iamx.toml` gives.
    pub fn set_param(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.settings.workspace.param_places.remove(&name);
        self.settings.workspace.params.insert(name, value.into());
    }

    /// The names that its modules declare and that a value can be given to: parameters and externs.
    pub fn params(&self) -> Vec<String> {
        let mut names = Vec::new();
        let read = self.modules.iter().filter(|file| !self.unread.contains_key(*file));
        for source in read.filter_map(|&file| self.sources.get(file)) {
            let parse = iamx_syntax::parse(source.text());
            let items = File::cast(parse.syntax()).into_iter().flat_map(|file| file.items());
            names.extend(items.filter_map(|item| match item {
                Item::Param(item) => Some(item.name()?.text().to_owned()),
                Item::Declared(item) if item.kind() == Some(DeclaredKind::Extern) => {
                    Some(item.name()?.text().to_owned())
                }
                _ => None,
            }));
        }
        names
    }

    /// What is written, in place of the targets in `iamx.toml`.
    pub fn set_targets(&mut self, targets: Vec<Target>) {
        self.settings.workspace.account_when_deployed = targets.iter().all(|target| target.knows_its_account());
        self.settings.workspace.externs_when_deployed = targets.contains(&Target::Terraform);
        self.settings.targets = targets;
    }

    /// Gives the text of `iamx.lock`.
    pub fn set_lock(&mut self, file: TextFile) {
        self.lock = Some(Arc::make_mut(&mut self.sources).add(file.path, file.text));
    }

    /// Says which day it is, in UTC. Without a day nothing is said of permissions that have ended.
    pub fn set_today(&mut self, today: Day) {
        self.today = Some(today);
    }

    /// Gives the tree of a module, which must be of its text, so that it isn't parsed again.
    pub fn set_parsed(&mut self, file: FileId, parse: Parse) {
        self.parsed.insert(file, parse);
    }

    /// The trees of its modules, by their paths, and then those of the modules of `std` that some module speaks of.
    pub fn parsed(&self) -> Vec<Module> {
        let mut modules = self.parse(&mut Vec::new());
        modules.extend(self.parsed_library());
        modules
    }

    fn parsed_library(&self) -> impl Iterator<Item = Module> + '_ {
        self.library.iter().filter_map(|&file| {
            let source = self.sources.get(file)?;
            let parse = self.parse_of(file, source.text());
            Some(Module { path: module_path(source.path()), file, parse, is_read: true })
        })
    }

    fn parse_of(&self, file: FileId, text: &str) -> Parse {
        self.parsed.get(&file).cloned().unwrap_or_else(|| iamx_syntax::parse(text))
    }

    /// Runs the whole pipeline.
    pub fn analyze(&self, catalog: &Catalog) -> Analysis {
        let mut analysis = self.check(catalog);
        analysis.files = self.files(&analysis, catalog);
        analysis
    }

    /// The files of a workspace that was checked, the manifest last; none where a finding is an error.
    pub fn files(&self, analysis: &Analysis, catalog: &Catalog) -> Vec<OutputFile> {
        if has_error(&analysis.diagnostics) {
            return Vec::new();
        }
        emit(&analysis.program, &self.sources, catalog, &self.settings.targets)
    }

    /// The SHA-256 of all that the files are made of, but for the compiler itself: texts, settings, parameters, targets and the
    /// catalog.
    pub fn fingerprint(&self, catalog: &Catalog) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        };
        add(catalog.hash().as_bytes());
        // Every setting, those of a later version too.
        add(format!("{:?}", self.settings).as_bytes());
        for (_, source) in self.sources.iter() {
            add(source.path().as_bytes());
            add(source.text().as_bytes());
        }
        add(format!("{:?}", self.unread.keys()).as_bytes());
        hash.finalize().into()
    }

    /// Runs the pipeline up to its findings, and makes no file.
    pub fn check(&self, catalog: &Catalog) -> Analysis {
        let mut diagnostics = self.settings_diagnostics.clone();
        let mut allows = Allows::default();
        let mut modules = self.parse(&mut diagnostics);
        for module in &modules {
            allows.read(module.file, &module.parse, &mut diagnostics);
        }
        modules.extend(self.parsed_library());
        let input = Input { sources: &self.sources, modules: &modules, catalog, settings: &self.settings.workspace };
        let lowered = lower(&input);
        diagnostics.extend(lowered.diagnostics);
        let cut_short = has_error(&diagnostics);
        let found = check(&lowered.program, catalog, &self.sources, self.today);
        diagnostics.extend(found.into_iter().filter(|finding| !(cut_short && is_of_the_whole(finding))));
        diagnostics.extend(limits(&lowered.program, &self.settings.targets));
        diagnostics.iter_mut().for_each(show_deployed);
        credentials::check(&self.sources, &mut diagnostics);
        let lock = self.lock.and_then(|file| Some((file, self.sources.get(file)?)));
        diagnostics.extend(lock.and_then(|(file, lock)| lock::check(lock.text(), file, &lowered.program, catalog)));
        self.judge(&mut allows, &mut diagnostics);
        Analysis { sources: Arc::clone(&self.sources), program: lowered.program, diagnostics, files: Vec::new() }
    }

    /// Whether the workspace is one module without an `iamx.toml`.
    fn is_lone_file(&self) -> bool {
        self.settings.workspace.settings_file.is_none() && self.modules.len() == 1
    }

    /// Parses every module, on all processors; the result is in the modules' order.
    fn parse(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<Module> {
        let parsed: Vec<(Module, Vec<Diagnostic>)> =
            self.modules.par_iter().filter_map(|&file| self.parse_module(file)).collect();
        let mut modules = Vec::with_capacity(parsed.len());
        for (module, found) in parsed {
            modules.push(module);
            diagnostics.extend(found);
        }
        modules
    }

    fn parse_module(&self, file: FileId) -> Option<(Module, Vec<Diagnostic>)> {
        let source = self.sources.get(file)?;
        let path = module_path(source.path());
        // Nothing can `use` a file alone, so it may be called anything.
        let fault = if self.is_lone_file() { None } else { check_module_path(&path, file) };
        let mut diagnostics: Vec<Diagnostic> = fault.into_iter().collect();
        let large = source.text().len() > MAX_FILE_BYTES;
        let unread = self.unread.get(&file).cloned();
        let unread = unread.or_else(|| large.then(|| too_large(file, source.text().len() as u64)));
        let is_read = unread.is_none();
        diagnostics.extend(unread);
        let parse = if is_read { self.parse_of(file, source.text()) } else { iamx_syntax::parse("") };
        if is_read {
            diagnostics.extend(iamx_syntax::diagnostics(file, source.text(), &parse));
        }
        Some((Module { path, file, parse, is_read }, diagnostics))
    }

    /// Takes away what `#allow` and `[lint]` say, in this order: a check that is off makes no `#allow` unused.
    fn judge(&self, allows: &mut Allows, diagnostics: &mut Vec<Diagnostic>) {
        allows.apply(diagnostics);
        // Where an error kept a check from looking, its `#allow` isn't unused.
        if !has_error(diagnostics) {
            let mut unused = allows.unused();
            allows.apply(&mut unused);
            diagnostics.extend(unused);
        }
        self.settings.levels.apply(diagnostics);
        sort(diagnostics, &self.sources);
    }
}

/// Values that are known only when they are deployed, as people read them.
fn show_deployed(diagnostic: &mut Diagnostic) {
    let show = |text: &mut String| {
        if text.contains(MARK) {
            *text = shown(text);
        }
    };
    show(&mut diagnostic.message);
    diagnostic.labels.iter_mut().for_each(|label| show(&mut label.message));
    diagnostic.notes.iter_mut().for_each(show);
    diagnostic.help.iter_mut().for_each(show);
}

fn has_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn too_large(file: FileId, bytes: u64) -> Diagnostic {
    let message = format!("the file has {bytes} bytes, and the largest that is read has {MAX_FILE_BYTES}");
    Diagnostic::new(&checks::FILE_TOO_LARGE, Span::at(file, TextSize::new(0)), message).help("split it into modules")
}

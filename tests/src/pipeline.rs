//! The whole pipeline over a workspace in memory.

use std::{fmt::Write as _, sync::Arc};

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, Format, Severity, Style, render};
use iamx_text::SourceMap;
use iamx_workspace::{Day, OutputFile, SETTINGS_FILE, Target, TextFile, Workspace};
use serde_json::Value;

use crate::files::SourceText;

/// What comes out of a workspace.
#[derive(Debug)]
pub struct Outcome {
    /// The texts that the findings point into.
    pub sources: Arc<SourceMap>,
    /// Every finding, in the order in which findings are shown.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents and `manifest.json`; none where a finding is an error.
    pub files: Vec<OutputFile>,
}

/// The day on which every test runs.
const TODAY: &str = "2026-01-15";

/// Compiles a workspace: the file `iamx.toml`, if it is among the files, is its settings.
pub fn run(files: &[SourceText]) -> Outcome {
    compile(&workspace(files))
}

/// Compiles a workspace for `targets`, whatever its settings say.
pub fn run_for(files: &[SourceText], targets: &[Target]) -> Outcome {
    let mut workspace = workspace(files);
    workspace.set_targets(targets.to_vec());
    compile(&workspace)
}

/// Compiles a workspace for `targets` with values of parameters from the command line.
pub fn run_with_values(files: &[SourceText], targets: &[Target], values: &[(String, String)]) -> Outcome {
    let mut workspace = workspace(files);
    workspace.set_targets(targets.to_vec());
    for (name, value) in values {
        workspace.set_param(name.as_str(), value.as_str());
    }
    compile(&workspace)
}

/// A workspace of these files, on the day of the tests.
pub fn workspace(files: &[SourceText]) -> Workspace {
    let file = |(path, text): &SourceText| TextFile { path: path.clone(), text: text.as_str().into() };
    let settings = files.iter().find(|(path, _)| path == SETTINGS_FILE).map(file);
    let modules = files.iter().filter(|(path, _)| path != SETTINGS_FILE).map(file).collect();
    let mut workspace = Workspace::new(settings, modules);
    workspace.set_today(Day::parse(TODAY).expect("it is a day"));
    workspace
}

fn compile(workspace: &Workspace) -> Outcome {
    let analysis = workspace.analyze(Catalog::builtin());
    Outcome { sources: analysis.sources, diagnostics: analysis.diagnostics, files: analysis.files }
}

/// Compiles a workspace of one module and no settings.
pub fn run_text(text: &str) -> Outcome {
    run(&[("main.iamx".to_owned(), text.to_owned())])
}

impl Outcome {
    /// The findings as people see them.
    pub fn rendered(&self) -> String {
        render(Format::Human, &self.diagnostics, &self.sources, Style { color: false, width: 100 })
    }

    /// The names of the findings' checks, in order.
    pub fn checks(&self) -> Vec<&'static str> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.check.name).collect()
    }

    /// The names of the errors' checks, in order.
    pub fn errors(&self) -> Vec<&'static str> {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        errors.map(|diagnostic| diagnostic.check.name).collect()
    }

    /// Every document with its path, then what the manifest says; empty where nothing is written. Without the hashes and
    /// the catalog's version, which change with each refresh of the catalog.
    pub fn output(&self) -> String {
        let mut text = String::new();
        for file in &self.files {
            let contents = String::from_utf8_lossy(&file.bytes);
            if file.path == "manifest.json" {
                let manifest: Value = serde_json::from_str(&contents).expect("the manifest is JSON");
                let _ = write!(text, "== {} (shortened)\n{}", file.path, shortened(&manifest));
            } else {
                let _ = write!(text, "== {}\n{contents}", file.path);
            }
        }
        text
    }
}

/// A line a document and a statement, then what is no document.
fn shortened(manifest: &Value) -> String {
    let mut text = String::new();
    let place = |value: &Value| format!("{}:{}-{}", plain(&value["file"]), value["line"], value["end"]);
    for document in manifest["documents"].as_array().into_iter().flatten() {
        let (path, kind) = (plain(&document["path"]), plain(&document["kind"]));
        let (size, quota) = (&document["size"], &document["quota"]);
        let _ = writeln!(text, "{path} {kind} {size}/{quota} {}", place(&document["source"]));
        if let Some(terraform) = document.get("terraform") {
            let (path, address) = (plain(&terraform["path"]), plain(&terraform["address"]));
            let _ = writeln!(text, "  in {path} {address} {}", plain(&terraform["argument"]));
        }
        if let Some(deployed) = document["deployed"].as_array() {
            let _ = writeln!(text, "  holds {}", deployed.iter().map(plain).collect::<Vec<_>>().join(", "));
        }
        for statement in document["statements"].as_array().into_iter().flatten() {
            let sid = statement["sid"].as_str().unwrap_or("-");
            let _ = write!(text, "  {sid} {}", place(&statement["source"]));
            if let Some(documentation) = statement["documentation"].as_str() {
                let _ = write!(text, " {documentation:?}");
            }
            text.push('\n');
        }
    }
    for (key, value) in manifest.as_object().into_iter().flatten() {
        let hidden = matches!(key.as_str(), "catalog" | "documents" | "manifest" | "roots");
        let empty = value.as_array().is_some_and(Vec::is_empty);
        if !hidden && !empty {
            let _ = writeln!(text, "{key}: {value:#}");
        }
    }
    text
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

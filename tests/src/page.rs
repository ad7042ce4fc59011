//! A page of documentation whose examples are compiled, with what they compile to beside them.
//!
//! - ```` ```iamx ```` is a whole module without a finding. Its documents follow it, folded. `json=NAME,…` keeps to those
//!   whose paths end with one of the names, as `json=inline.json`.
//! - ```` ```iamx error=CHECK ```` has exactly that finding. What iamx says of it follows in a block of ```` ```text ````.
//! - ```` ```iamx target=terraform ```` is built for that target alone.
//! - ```` ```json PATH ```` further on is that document of the module before; it isn't folded too.
//!
//! [`refreshed`] writes what follows, so that nobody has to; what people write is the module and the words beside `iamx`.

use std::fmt::Write as _;

use iamx_workspace::{OutputFile, Target};

use crate::pipeline::{Outcome, run, run_for};

/// What the file is called that the pages speak of.
const FILE: &str = "try.iamx";

/// The words behind `iamx`.
const KNOWN: [&str; 3] = ["error=", "json=", "target="];

/// Begins and ends what is folded; no line of a document is either.
const FOLD: &str = "<details><summary>JSON</summary>";
const FOLD_END: &str = "</details>";

/// What is between two blocks, or a block with its fences.
enum Part {
    Prose(Vec<String>),
    Block(Block),
}

/// A block of code.
struct Block {
    /// The line of its opening fence, from 1.
    line: usize,
    /// What stands behind the opening fence.
    info: String,
    text: String,
}

/// What [`refreshed`] makes of a page.
#[derive(Debug)]
pub struct Refreshed {
    /// The page as it ought to be.
    pub text: String,
    /// What is wrong with its examples, each with its line.
    pub wrong: Vec<String>,
    /// How many modules the page has.
    pub modules: usize,
}

/// Compiles every example of a page and puts what it gives behind it. `folded`: whether documents that no block of JSON
/// shows are added.
pub fn refreshed(page: &str, folded: bool) -> Refreshed {
    let parts = without_what_was_added(parts(page));
    let mut page = Refreshed { text: String::new(), wrong: Vec::new(), modules: 0 };
    let mut written: Vec<OutputFile> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Prose(lines) => lines.iter().for_each(|line| push_line(&mut page.text, line)),
            Part::Block(block) if block.words().next() == Some("iamx") => {
                page.modules += 1;
                push_block(&mut page.text, &block.info, &block.text);
                let module = [(FILE.to_owned(), block.text.clone())];
                let targets = block.targets();
                let outcome = if targets.is_empty() { run(&module) } else { run_for(&module, &targets) };
                page.wrong.extend(block.faults(&outcome));
                if !outcome.diagnostics.is_empty() {
                    page.text.push('\n');
                    push_block(&mut page.text, "text", &message(&outcome));
                } else if folded {
                    let open = opened(parts.get(index + 1..).unwrap_or_default());
                    push_folded(&mut page.text, &block.shown(&outcome.files, &open));
                }
                written = outcome.files;
            }
            Part::Block(block) => {
                if block.info == "json" {
                    page.wrong.push(format!("{}: which document is this? write `json PATH`", block.line));
                }
                let text = block.document().map(|path| {
                    document(&written, path).ok_or_else(|| format!("{}: the module before has no `{path}`", block.line))
                });
                match text {
                    None => push_block(&mut page.text, &block.info, &block.text),
                    Some(Ok(text)) => push_block(&mut page.text, &block.info, &text),
                    Some(Err(fault)) => page.wrong.push(fault),
                }
            }
        }
    }
    page
}

impl Block {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.info.split_whitespace()
    }

    /// The path of the document that a block of JSON shows.
    fn document(&self) -> Option<&str> {
        self.info.strip_prefix("json ")
    }

    fn said(&self, what: &str) -> Vec<&str> {
        self.words().filter_map(|word| word.strip_prefix(what)?.strip_prefix('=')).collect()
    }

    fn faults(&self, outcome: &Outcome) -> Vec<String> {
        let mut wrong = Vec::new();
        let unknown: Vec<&str> =
            self.words().skip(1).filter(|word| !KNOWN.iter().any(|known| word.starts_with(known))).collect();
        if !unknown.is_empty() {
            wrong.push(format!("{}: {unknown:?} means nothing", self.line));
        }
        if outcome.checks() != self.said("error") {
            wrong.push(format!("{}: {:?}\n{}", self.line, outcome.checks(), outcome.rendered()));
        }
        for name in self.names() {
            if !outcome.files.iter().any(|file| is_called(&file.path, name)) {
                wrong.push(format!("{}: no document is called `{name}`", self.line));
            }
        }
        wrong
    }

    /// What it is built for; nothing where it doesn't say.
    fn targets(&self) -> Vec<Target> {
        let said = self.said("target");
        Target::ALL.into_iter().filter(|target| said.contains(&target.name())).collect()
    }

    fn names(&self) -> Vec<&str> {
        self.said("json").into_iter().flat_map(|names| names.split(',')).collect()
    }

    /// The documents to fold: those named, or all; not those `open`ly shown, nor the manifest unless it is named.
    fn shown<'a>(&self, files: &'a [OutputFile], open: &[&str]) -> Vec<&'a OutputFile> {
        let names = self.names();
        let wanted = |path: &str| match names.as_slice() {
            [] => path != "manifest.json",
            names => names.iter().any(|name| is_called(path, name)),
        };
        files.iter().filter(|file| wanted(&file.path) && !open.contains(&file.path.as_str())).collect()
    }
}

/// What people see, without the blanks at the ends of lines that their editors may take away.
fn message(outcome: &Outcome) -> String {
    let rendered = outcome.rendered();
    let lines: Vec<_> = rendered.trim_end().lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// Whether a path is `name`, or ends with it after a `/`.
fn is_called(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|front| front.is_empty() || front.ends_with('/'))
}

fn document(files: &[OutputFile], path: &str) -> Option<String> {
    let file = files.iter().find(|file| file.path == path)?;
    Some(String::from_utf8_lossy(&file.bytes).into_owned())
}

/// The documents that blocks show before the next module.
fn opened(parts: &[Part]) -> Vec<&str> {
    let blocks = parts.iter().filter_map(|part| match part {
        Part::Block(block) => Some(block),
        Part::Prose(_) => None,
    });
    blocks.take_while(|block| block.words().next() != Some("iamx")).filter_map(Block::document).collect()
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn push_block(page: &mut String, info: &str, text: &str) {
    let _ = write!(page, "```{info}\n{text}");
    if !text.is_empty() && !text.ends_with('\n') {
        page.push('\n');
    }
    push_line(page, "```");
}

fn push_folded(page: &mut String, files: &[&OutputFile]) {
    if files.is_empty() {
        return;
    }
    let _ = write!(page, "\n{FOLD}\n\n");
    for file in files {
        let _ = write!(page, "`{}`:\n\n", file.path);
        push_block(page, "json", &String::from_utf8_lossy(&file.bytes));
        page.push('\n');
    }
    push_line(page, FOLD_END);
}

fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut prose = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => parts.extend(open.take().map(Part::Block)),
            (Some(block), _) => push_line(&mut block.text, line),
            (None, Some(info)) => {
                parts.push(Part::Prose(std::mem::take(&mut prose)));
                open = Some(Block { line: index + 1, info: info.to_owned(), text: String::new() });
            }
            (None, None) => prose.push(line.to_owned()),
        }
    }
    assert!(open.is_none(), "a block is never closed");
    parts.push(Part::Prose(prose));
    parts
}

/// Without what [`refreshed`] puts behind a module: a message, or what is folded.
fn without_what_was_added(parts: Vec<Part>) -> Vec<Part> {
    let mut kept: Vec<Part> = Vec::new();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        let after_module = matches!(kept.last(), Some(Part::Block(block)) if block.words().next() == Some("iamx"));
        let Part::Prose(lines) = &part else {
            kept.push(part);
            continue;
        };
        if !after_module {
            kept.push(part);
        } else if lines.iter().all(String::is_empty)
            && parts.next_if(|next| matches!(next, Part::Block(block) if block.info == "text")).is_some()
        {
        } else if lines.iter().any(|line| line == FOLD) {
            for rest in parts.by_ref() {
                let Part::Prose(lines) = rest else { continue };
                if let Some(end) = lines.iter().position(|line| line == FOLD_END) {
                    kept.push(Part::Prose(lines.into_iter().skip(end + 1).collect()));
                    break;
                }
            }
        } else {
            kept.push(part);
        }
    }
    kept
}

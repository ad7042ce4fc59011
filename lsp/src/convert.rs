//! iamx's values as the protocol's.

use iamx_diagnostic::{Diagnostic, Severity};
use iamx_ide::{Fold, FoldKind, Symbol, SymbolKind};
use iamx_lower::NameKind;
use iamx_syntax::ast::DeclaredKind;
use iamx_text::{SourceMap, Span};
use tower_lsp::ls_types::{
    CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DocumentSymbol, FoldingRange, FoldingRangeKind,
    Location, NumberOrString, Uri,
};

use crate::position::{Encoding, Positions};

/// The folder of the checks' pages.
const PAGES: &str = "https://github.com/iamx-lang/iamx/blob/main/compiler/diagnostic/pages";

/// A finding at its first primary place; the other places are related ones. `uri` gives the address of a source.
pub(crate) fn diagnostic(
    finding: &Diagnostic,
    sources: &SourceMap,
    encoding: Encoding,
    uri: impl Fn(&str) -> Option<Uri>,
) -> Option<tower_lsp::ls_types::Diagnostic> {
    let range = |span: Span| {
        let file = sources.get(span.file)?;
        Some(Positions { text: file.text(), lines: file.lines(), encoding }.range(span.range))
    };
    let primary = finding.labels.iter().find(|label| label.primary)?;
    let related = finding.labels.iter().filter(|label| !std::ptr::eq(*label, primary) && !label.message.is_empty());
    let related: Vec<_> = related
        .filter_map(|label| {
            let uri = uri(sources.get(label.span.file)?.path())?;
            let location = Location { uri, range: range(label.span)? };
            Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
        })
        .collect();
    Some(tower_lsp::ls_types::Diagnostic {
        range: range(primary.span)?,
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.check.name.to_owned())),
        code_description: page(finding.check.name).map(|href| CodeDescription { href }),
        source: Some("iamx".to_owned()),
        message: message(finding, &primary.message),
        related_information: (!related.is_empty()).then_some(related),
        ..tower_lsp::ls_types::Diagnostic::default()
    })
}

/// Where the page of the check of that name is to be read.
pub(crate) fn page(check: &str) -> Option<Uri> {
    format!("{PAGES}/{check}.md").parse().ok()
}

/// The message with its label, help and notes below, as a person reads them in a tooltip.
fn message(finding: &Diagnostic, label: &str) -> String {
    let mut text = finding.message.clone();
    let label = (!label.is_empty()).then_some(label.to_owned());
    let notes = finding.notes.iter().map(|note| format!("note: {note}"));
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    for line in label.into_iter().chain(help).chain(notes) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Security | Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Suggestion => DiagnosticSeverity::INFORMATION,
    }
}

/// An outline's symbol with all below it.
#[allow(deprecated, reason = "the protocol's type has a field that is no longer to be used")]
pub(crate) fn symbol(symbol: &Symbol, positions: &Positions<'_>) -> DocumentSymbol {
    let children: Vec<_> = symbol.children.iter().map(|child| self::symbol(child, positions)).collect();
    DocumentSymbol {
        // An editor refuses an outline with an empty name.
        name: if symbol.name.is_empty() { symbol.kind.word().to_owned() } else { symbol.name.clone() },
        detail: Some(symbol.kind.word().to_owned()),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: positions.range(symbol.range.cover(symbol.name_range)),
        selection_range: positions.range(symbol.name_range),
        children: (!children.is_empty()).then_some(children),
    }
}

pub(crate) fn symbol_kind(kind: SymbolKind) -> tower_lsp::ls_types::SymbolKind {
    use tower_lsp::ls_types::SymbolKind as Protocol;
    match kind {
        SymbolKind::Let => Protocol::VARIABLE,
        SymbolKind::Param => Protocol::CONSTANT,
        SymbolKind::For => Protocol::ARRAY,
        SymbolKind::Organization | SymbolKind::OrganizationalUnit | SymbolKind::Account => Protocol::NAMESPACE,
        SymbolKind::Declared(DeclaredKind::Resource | DeclaredKind::Extern | DeclaredKind::AccountPolicy) => {
            Protocol::OBJECT
        }
        SymbolKind::Declared(
            DeclaredKind::Policy
            | DeclaredKind::Boundary
            | DeclaredKind::SessionPolicy
            | DeclaredKind::Scp
            | DeclaredKind::Rcp,
        ) => Protocol::INTERFACE,
        SymbolKind::Declared(_) => Protocol::CLASS,
        SymbolKind::Grant | SymbolKind::Statement => Protocol::METHOD,
        SymbolKind::Test => Protocol::FUNCTION,
    }
}

/// What is declared, as editors call it.
pub(crate) fn name_kind(kind: NameKind) -> tower_lsp::ls_types::SymbolKind {
    symbol_kind(match kind {
        NameKind::Let => SymbolKind::Let,
        NameKind::Param => SymbolKind::Param,
        NameKind::Account => SymbolKind::Account,
        NameKind::OrganizationalUnit => SymbolKind::OrganizationalUnit,
        NameKind::Organization => SymbolKind::Organization,
        NameKind::Declared(kind) => SymbolKind::Declared(kind),
    })
}

/// A foldable range, if it is of several lines.
pub(crate) fn fold(fold: &Fold, positions: &Positions<'_>) -> Option<FoldingRange> {
    let range = positions.range(fold.range);
    (range.start.line < range.end.line).then(|| FoldingRange {
        start_line: range.start.line,
        // The line of the closing bracket stays.
        end_line: if fold.kind == FoldKind::Brackets { range.end.line - 1 } else { range.end.line },
        kind: match fold.kind {
            FoldKind::Brackets => None,
            FoldKind::Comments => Some(FoldingRangeKind::Comment),
            FoldKind::Uses => Some(FoldingRangeKind::Imports),
        },
        ..FoldingRange::default()
    })
}

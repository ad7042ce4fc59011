//! `textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls` and `callHierarchy/outgoingCalls`.
//!
//! An item carries its name in `data`, by which it is found again in a text that has changed since.

use iamx_ide::{Call, CallItem};
use iamx_lower::NameKind;
use serde_json::json;
use tower_lsp::ls_types::{CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Range, SymbolKind};

use crate::{convert, requests::names::Asked, view::View};

/// The item that is named there.
pub(crate) fn prepare(view: &View, asked: Asked) -> Option<Vec<CallHierarchyItem>> {
    let found = iamx_ide::call_item(&view.index, asked.file, asked.offset)?;
    Some(vec![item(view, found)?])
}

/// Who attaches the policy, or may become the role; nothing of an item that has gone.
pub(crate) fn incoming(view: &View, asked: Asked, of: &CallHierarchyItem) -> Vec<CallHierarchyIncomingCall> {
    let Some(found) = again(view, asked, of) else { return Vec::new() };
    let calls = iamx_ide::incoming_calls(&view.evaluated(), found.span).into_iter();
    let shown = calls.filter_map(|call| {
        // The places must be in the caller's text; of one that is named elsewhere it is where it is declared.
        let from_ranges = ranges(view, &call, call.item.span);
        Some(CallHierarchyIncomingCall { from: item(view, call.item)?, from_ranges })
    });
    shown.collect()
}

/// Which policies it attaches, and which roles it may become; nothing of an item that has gone.
pub(crate) fn outgoing(view: &View, asked: Asked, of: &CallHierarchyItem) -> Vec<CallHierarchyOutgoingCall> {
    let Some(found) = again(view, asked, of) else { return Vec::new() };
    let calls = iamx_ide::outgoing_calls(&view.evaluated(), found.span).into_iter();
    let shown = calls.filter_map(|call| {
        let from_ranges = ranges(view, &call, found.span);
        Some(CallHierarchyOutgoingCall { to: item(view, call.item)?, from_ranges })
    });
    shown.collect()
}

/// The item as it is now.
fn again(view: &View, asked: Asked, of: &CallHierarchyItem) -> Option<CallItem> {
    let name = of.data.as_ref()?.get("name")?.as_str()?;
    iamx_ide::call_item_named(&view.index, asked.file, name, asked.offset)
}

/// The places of a call that are in the text of `caller`, or else the caller's name.
fn ranges(view: &View, call: &Call, caller: iamx_text::Span) -> Vec<Range> {
    let places = call.places.iter().filter(|place| place.file == caller.file);
    let ranges: Vec<Range> = places.filter_map(|place| view.range(place.file, place.range)).collect();
    if ranges.is_empty() { view.range(caller.file, caller.range).into_iter().collect() } else { ranges }
}

fn item(view: &View, one: CallItem) -> Option<CallHierarchyItem> {
    Some(CallHierarchyItem {
        kind: one.kind.map_or(SymbolKind::EVENT, convert::name_kind),
        tags: None,
        detail: one.kind.map(|kind| kind.word().to_owned()),
        uri: view.shown_uri(one.span.file)?,
        range: view.range(one.span.file, one.whole)?,
        selection_range: view.range(one.span.file, one.span.range)?,
        // Who isn't declared has no lines of its own.
        data: one.kind.map(|kind: NameKind| json!({ "name": one.name, "kind": kind.word() })),
        name: one.name,
    })
}

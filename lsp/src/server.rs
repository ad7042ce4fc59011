//! The protocol's methods. Each first changes the state or takes a copy of it, before it waits for anything: messages are
//! taken in their order, and what is computed aside is computed of one moment.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use iamx_text::FileId;
use tower_lsp::{
    Client, LanguageServer, LspService, Server,
    jsonrpc::{Error, ErrorCode, Result},
    ls_types::{
        CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
        CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeActionParams, CodeActionResponse, CodeLens,
        CodeLensParams, CompletionItem, CompletionParams, CompletionResponse, DidChangeTextDocumentParams,
        DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
        DocumentFormattingParams, DocumentHighlight, DocumentHighlightParams, DocumentLink, DocumentLinkParams,
        DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams, FoldingRange, FoldingRangeParams,
        GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult,
        InlayHint, InlayHintParams, LSPAny, Location, LocationLink, MessageType, Position, PrepareRenameResponse,
        ReferenceParams, RenameParams, SelectionRange, SelectionRangeParams, SemanticTokens, SemanticTokensParams,
        SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult, ServerInfo, SignatureHelp,
        SignatureHelpParams, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit, WorkspaceSymbolParams,
        WorkspaceSymbolResponse, request::GotoTypeDefinitionParams,
    },
};

use crate::{
    capabilities::{Abilities, capabilities},
    diagnostics,
    position::Encoding,
    requests::{
        self, call_hierarchy, code_action, code_lens,
        compiled::{self, Compiled, CompiledParams, SHOW_COMPILED, SHOW_REFERENCES},
        completion,
        names::{self, Asked},
        source::{self, Source, SourceParams},
    },
    run::aside,
    semantic_tokens,
    state::{Disk, Document, State, path_of},
    view::{View, Views},
};

/// What follows a change within this time is looked at together with it.
const SETTLING: Duration = Duration::from_millis(20);
/// The protocol's code for a request that was right and can't be done.
const REQUEST_FAILED: i64 = -32803;
/// So many requests are taken at once: with fewer, slow ones would keep a cancellation waiting.
const AT_ONCE: usize = 256;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The editor said that it would end it.
    AsAgreed,
    /// It ended without a word before.
    Abruptly,
}

/// Serves one editor over the given streams until it says `exit` or is gone.
pub async fn serve(
    input: impl tokio::io::AsyncRead + Unpin,
    output: impl tokio::io::AsyncWrite,
    disk: impl Disk,
) -> Ended {
    let shut_down = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&shut_down);
    let (service, socket) = LspService::build(move |client| IamxServer {
        shared: Arc::new(Shared {
            client,
            disk: Box::new(disk),
            state: Mutex::default(),
            published: tokio::sync::Mutex::default(),
            looking: tokio::sync::Mutex::default(),
            views: Views::default(),
            shut_down: told,
        }),
    })
    .custom_method("iamx/compiled", IamxServer::compiled)
    .custom_method("iamx/source", IamxServer::source)
    .finish();
    Server::new(input, output, socket).concurrency_level(AT_ONCE).serve(service).await;
    if shut_down.load(Ordering::SeqCst) { Ended::AsAgreed } else { Ended::Abruptly }
}

struct IamxServer {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    disk: Box<dyn Disk>,
    state: Mutex<State>,
    /// The files whose findings the editor shows. Held while findings are sent, so that none overtake newer ones.
    published: tokio::sync::Mutex<BTreeMap<PathBuf, Uri>>,
    /// Held by whoever looks for findings.
    looking: tokio::sync::Mutex<()>,
    views: Views,
    shut_down: Arc<AtomicBool>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held would have left it as it was before or after one change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The workspace that the file at `path` is in, at the moment of `state`; nothing where it can't be read, which those who
    /// look for findings say.
    fn view(&self, state: &State, path: &Path) -> Option<Arc<View>> {
        let view = self.views.of(state, &*self.disk, path).ok()?;
        let mut newest = self.state();
        if newest.revision == state.revision {
            newest.keep(path, Arc::clone(&view.loaded));
        }
        Some(view)
    }

    /// Looks for findings once no other change follows, and publishes them if they are still of the newest texts.
    async fn publish(self: Arc<Self>, revision: u64) {
        tokio::time::sleep(SETTLING).await;
        // One look at a time: what has changed meanwhile is looked at once, and requests have a processor left.
        let _looking = self.looking.lock().await;
        let state = self.state().clone();
        if state.revision != revision {
            return;
        }
        let shared = Arc::clone(&self);
        let Ok(findings) = aside("diagnostics", move || diagnostics::find(&state, &*shared.disk, &shared.views)).await
        else {
            return;
        };
        let mut published = self.published.lock().await;
        {
            let mut state = self.state();
            if state.revision != revision {
                return;
            }
            for (path, loaded) in findings.loaded {
                state.keep(&path, loaded);
            }
        }
        for reason in findings.failures {
            self.client.log_message(MessageType::WARNING, reason).await;
        }
        let gone: Vec<Uri> =
            published.iter().filter(|(path, _)| !findings.of.contains_key(*path)).map(|(_, uri)| uri.clone()).collect();
        published.clear();
        for uri in gone {
            self.client.publish_diagnostics(uri, Vec::new(), None).await;
        }
        for (path, (uri, version, diagnostics)) in findings.of {
            published.insert(path, uri.clone());
            self.client.publish_diagnostics(uri, diagnostics, version).await;
        }
    }
}

impl IamxServer {
    /// Changes the state, and looks at what that does.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let revision = {
            let mut state = self.shared.state();
            change(&mut state);
            state.revision
        };
        tokio::spawn(Arc::clone(&self.shared).publish(revision));
    }

    /// The text that is open as `uri`, and what columns count.
    fn document(&self, uri: &Uri) -> Option<(Document, Encoding)> {
        let state = self.shared.state();
        Some((state.document(uri)?.clone(), state.encoding))
    }

    /// What `compute` makes of a place in the text that is open as `at`; nothing where that isn't open.
    async fn of_place<T: Send + 'static>(
        &self,
        request: &'static str,
        at: TextDocumentPositionParams,
        compute: impl FnOnce(&View, Asked) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let state = self.shared.state().clone();
        let shared = Arc::clone(&self.shared);
        aside(request, move || {
            let path = path_of(&at.text_document.uri)?;
            state.document(&at.text_document.uri)?;
            let view = shared.view(&state, &path)?;
            let asked = Asked::at(&view, view.file(&path)?, at.position)?;
            Some(compute(&view, asked))
        })
        .await
    }

    /// What `compute` makes of the text that is open as `uri`; nothing for one that isn't open.
    async fn of_document<T: Send + 'static>(
        &self,
        request: &'static str,
        uri: &Uri,
        compute: impl FnOnce(&Document, Encoding) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some((document, encoding)) = self.document(uri) else { return Ok(None) };
        aside(request, move || compute(&document, encoding)).await.map(Some)
    }
}

/// What the protocol doesn't have.
impl IamxServer {
    /// What `compute` makes of a file of a workspace, whether it is open or not.
    async fn of_file<T: Send + 'static>(
        &self,
        request: &'static str,
        uri: &Uri,
        compute: impl FnOnce(&View, FileId) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let state = self.shared.state().clone();
        let (shared, path) = (Arc::clone(&self.shared), path_of(uri));
        aside(request, move || {
            let path = path?;
            let view = shared.view(&state, &path)?;
            let file = view.file(&path)?;
            Some(compute(&view, file))
        })
        .await
    }

    /// `iamx/compiled`
    async fn compiled(&self, params: CompiledParams) -> Result<Compiled> {
        let position = params.position;
        let answer = move |view: &View, file| compiled::answer(view, file, position);
        match self.of_file("iamx/compiled", &params.uri, answer).await? {
            Some(found) => found.map_err(refused),
            None => Err(refused(format!("`{}` is no module of a workspace", params.uri.as_str()))),
        }
    }

    /// `iamx/source`
    #[allow(clippy::unused_async, reason = "methods of the protocol are")]
    async fn source(&self, params: SourceParams) -> Result<Source> {
        source::answer(&params).map_err(refused)
    }
}

impl LanguageServer for IamxServer {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let client = Abilities::of(&params.capabilities);
        let general = params.capabilities.general;
        let offered = general.and_then(|general| general.position_encodings);
        let encoding = Encoding::of_client(offered.as_deref());
        {
            let mut state = self.shared.state();
            state.encoding = encoding;
            state.client = client;
        }
        Ok(InitializeResult {
            capabilities: capabilities(encoding, client),
            server_info: Some(ServerInfo {
                name: "iamx".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn shutdown(&self) -> Result<()> {
        self.shared.shut_down.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let opened = params.text_document;
        self.change(|state| state.open(opened.uri, opened.version, opened.text));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let changed = params.text_document;
        self.change(|state| state.change(&changed.uri, changed.version, params.content_changes));
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {
        self.change(State::forget);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.change(|state| state.close(&params.text_document.uri));
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.change(State::forget);
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let found =
            self.of_place("definition", params.text_document_position_params, names::definition).await?.flatten();
        let links = self.shared.state().client.links;
        Ok(found.map(|link| located(link, links)))
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let with_declaration = params.context.include_declaration;
        let answer = move |view: &View, asked| names::references(view, asked, with_declaration);
        self.of_place("references", params.text_document_position, answer).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        self.of_place("documentHighlight", params.text_document_position_params, names::highlights).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let found = self.of_place("prepareRename", params, names::prepare_rename).await?;
        Ok(found.transpose().map_err(refused)?.flatten())
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let to = params.new_name;
        let answer = move |view: &View, asked| names::rename(view, asked, &to);
        self.of_place("rename", params.text_document_position, answer).await?.transpose().map_err(refused)
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let (range, only) = (params.range, params.context.only);
        let at = TextDocumentPositionParams { text_document: params.text_document, position: range.start };
        let answer = move |view: &View, asked: Asked| code_action::answer(view, asked.file, range, only.as_deref());
        self.of_place("codeAction", at, answer).await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let at = params.text_document_position_params;
        Ok(self.of_place("signatureHelp", at, requests::signature_help::answer).await?.flatten())
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let at = TextDocumentPositionParams { text_document: params.text_document, position: Position::default() };
        self.of_place("documentLink", at, requests::document_link::answer).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let snippets = self.shared.state().client.snippets;
        let (at, context) = (params.text_document_position, params.context);
        let uri = at.text_document.uri.clone();
        let answer = move |view: &View, asked: Asked| completion::answer(view, asked, &uri, context, snippets);
        Ok(self.of_place("completion", at, answer).await?.map(CompletionResponse::List))
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        let state = self.shared.state().clone();
        let shared = Arc::clone(&self.shared);
        aside("completionItem/resolve", move || {
            let path = completion::uri_of(&item).as_ref().and_then(path_of);
            match path.and_then(|path| shared.view(&state, &path)) {
                Some(view) => completion::resolve(&view, item),
                None => item,
            }
        })
        .await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let markdown = self.shared.state().client.markdown;
        let answer = move |view: &View, asked| names::hover(view, asked, markdown);
        Ok(self.of_place("hover", params.text_document_position_params, answer).await?.flatten())
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let state = self.shared.state().clone();
        let shared = Arc::clone(&self.shared);
        let found = aside("workspace/symbol", move || {
            let paths: Vec<PathBuf> = state.documents().map(|(path, _)| path.to_owned()).collect();
            let mut views: Vec<Arc<View>> = Vec::new();
            for view in paths.iter().filter_map(|path| shared.view(&state, path)) {
                if !views.iter().any(|known| Arc::ptr_eq(known, &view)) {
                    views.push(view);
                }
            }
            views.iter().flat_map(|view| requests::workspace_symbol::answer(view, &params.query)).collect()
        });
        Ok(Some(WorkspaceSymbolResponse::Flat(found.await?)))
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let edits = self.of_document("formatting", &params.text_document.uri, requests::formatting::answer).await?;
        edits.transpose().map_err(refused)
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.of_document("documentSymbol", &params.text_document.uri, requests::document_symbol::answer).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.of_document("foldingRange", &params.text_document.uri, requests::folding_range::answer).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let asked = params.positions;
        let answer = move |document: &Document, encoding| requests::selection_range::answer(document, encoding, &asked);
        self.of_document("selectionRange", &params.text_document.uri, answer).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let answer = |document: &Document, encoding| semantic_tokens::tokens(document, encoding, None);
        let data = self.of_document("semanticTokens/full", &params.text_document.uri, answer).await?;
        Ok(data.map(|data| SemanticTokensResult::Tokens(SemanticTokens { result_id: None, data })))
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let asked = params.range;
        let answer = move |document: &Document, encoding| {
            let within = document.positions(encoding).text_range(asked);
            semantic_tokens::tokens(document, encoding, Some(within))
        };
        let data = self.of_document("semanticTokens/range", &params.text_document.uri, answer).await?;
        Ok(data.map(|data| SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
    }

    async fn goto_type_definition(&self, params: GotoTypeDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        let found = self.of_place("typeDefinition", at, requests::type_definition::answer).await?.flatten();
        let links = self.shared.state().client.links;
        Ok(found.map(|link| located(link, links)))
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let (range, lenses) = (params.range, self.shared.state().client.lenses);
        let at = TextDocumentPositionParams { text_document: params.text_document, position: range.start };
        let answer = move |view: &View, asked| requests::inlay_hint::answer(view, asked, range, lenses);
        self.of_place("inlayHint", at, answer).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let uri = params.text_document.uri.clone();
        let at = TextDocumentPositionParams { text_document: params.text_document, position: Position::default() };
        self.of_place("codeLens", at, move |view: &View, asked| code_lens::answer(view, asked, &uri)).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        let Some(uri) = code_lens::uri_of(&lens) else { return Ok(lens) };
        let kept = lens.clone();
        let answer = move |view: &View, file| {
            let asked = Asked::at(view, file, lens.range.start)?;
            Some(code_lens::resolve(view, asked, lens))
        };
        Ok(self.of_file("codeLens/resolve", &uri, answer).await?.flatten().unwrap_or(kept))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        Ok(self.of_place("prepareCallHierarchy", at, call_hierarchy::prepare).await?.flatten())
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let (item, uri) = (params.item.clone(), params.item.uri);
        let answer = move |view: &View, file| {
            let asked = Asked::at(view, file, item.selection_range.start)?;
            Some(call_hierarchy::incoming(view, asked, &item))
        };
        Ok(self.of_file("incomingCalls", &uri, answer).await?.flatten())
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let (item, uri) = (params.item.clone(), params.item.uri);
        let answer = move |view: &View, file| {
            let asked = Asked::at(view, file, item.selection_range.start)?;
            Some(call_hierarchy::outgoing(view, asked, &item))
        };
        Ok(self.of_file("outgoingCalls", &uri, answer).await?.flatten())
    }

    /// The commands of lenses for clients that have none: the result is what they show.
    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let mut arguments = params.arguments.into_iter();
        match params.command.as_str() {
            SHOW_COMPILED => {
                let (uri, position) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
                let asked = serde_json::json!({ "uri": uri, "position": position });
                let asked = serde_json::from_value(asked).map_err(|fault| Error::invalid_params(fault.to_string()))?;
                Ok(Some(LSPAny::String(self.compiled(asked).await?.into_text())))
            }
            SHOW_REFERENCES => Ok(arguments.nth(2)),
            other => Err(Error::invalid_params(format!("there is no command `{other}`"))),
        }
    }
}

/// A link, or what of it a client takes that knows none.
fn located(link: LocationLink, links: bool) -> GotoDefinitionResponse {
    if links {
        GotoDefinitionResponse::Link(vec![link])
    } else {
        GotoDefinitionResponse::Scalar(Location::new(link.target_uri, link.target_selection_range))
    }
}

/// That a request can't be done, and why.
fn refused(reason: String) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: reason.into(), data: None }
}

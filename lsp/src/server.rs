//! The protocol's methods. Each first changes the state or takes a copy of it, before it waits for anything: messages are
//! taken in their order, and what is computed aside is computed of one moment.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tower_lsp::{
    Client, LanguageServer, LspService, Server,
    jsonrpc::{Error, Result},
    ls_types::{
        DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
        DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentFormattingParams, DocumentSymbolParams,
        DocumentSymbolResponse, FoldingRange, FoldingRangeParams, InitializeParams, InitializeResult, MessageType,
        SelectionRange, SelectionRangeParams, SemanticTokens, SemanticTokensParams, SemanticTokensRangeParams,
        SemanticTokensRangeResult, SemanticTokensResult, ServerInfo, TextEdit, Uri,
    },
};

use crate::{
    capabilities::capabilities,
    diagnostics,
    position::Encoding,
    requests,
    run::aside,
    semantic_tokens,
    state::{Disk, Document, State},
};

/// What follows a change within this time is looked at together with it.
const SETTLING: Duration = Duration::from_millis(20);
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
    let (service, socket) = LspService::new(move |client| IamxServer {
        shared: Arc::new(Shared {
            client,
            disk: Box::new(disk),
            state: Mutex::default(),
            published: tokio::sync::Mutex::default(),
            shut_down: told,
        }),
    });
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
    shut_down: Arc<AtomicBool>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held would have left it as it was before or after one change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for findings once no other change follows, and publishes them if they are still of the newest texts.
    async fn publish(self: Arc<Self>, revision: u64) {
        tokio::time::sleep(SETTLING).await;
        let state = self.state().clone();
        if state.revision != revision {
            return;
        }
        let shared = Arc::clone(&self);
        let Ok(findings) = aside("diagnostics", move || diagnostics::find(&state, &*shared.disk)).await else { return };
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

impl LanguageServer for IamxServer {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let general = params.capabilities.general;
        let offered = general.and_then(|general| general.position_encodings);
        let encoding = Encoding::of_client(offered.as_deref());
        self.shared.state().encoding = encoding;
        Ok(InitializeResult {
            capabilities: capabilities(encoding),
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

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let edits = self.of_document("formatting", &params.text_document.uri, requests::formatting::answer).await?;
        edits.transpose().map_err(|message| {
            let mut error = Error::internal_error();
            error.message = message.into();
            error
        })
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
}

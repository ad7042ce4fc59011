//! Whole sessions over streams in memory: what an editor sends, and what it gets.
// A helper of tests fails as a test does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{collections::VecDeque, path::Path};

use iamx_lsp::{Disk, Ended, Loaded, serve};
use iamx_workspace::TextFile;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf},
    task::JoinHandle,
};

const MAIN: &str = "file:///acme/main.iamx";

struct Memory(Loaded);

impl Disk for Memory {
    fn load(&self, path: &Path) -> Result<Loaded, String> {
        if path.starts_with(&self.0.root) { Ok(self.0.clone()) } else { Err("not there".to_owned()) }
    }
}

/// An editor.
struct Client {
    input: WriteHalf<DuplexStream>,
    output: ReadHalf<DuplexStream>,
    server: JoinHandle<Ended>,
    /// Notifications that came before the answer that was waited for.
    told: VecDeque<Value>,
    last: u64,
}

impl Client {
    async fn start(files: &[(&str, &str)], encodings: &[&str]) -> Self {
        Self::able(files, json!({ "general": { "positionEncodings": encodings } })).await.0
    }

    /// A client that can do this, and what the server can.
    async fn able(files: &[(&str, &str)], capabilities: Value) -> (Self, Value) {
        let file = |path: &str, text: &str| TextFile { path: path.to_owned(), text: text.into() };
        let loaded = Loaded {
            root: "/acme".into(),
            settings: Some(file("iamx.toml", "[workspace]\nname = \"acme\"\n")),
            lock: None,
            modules: files.iter().map(|(path, text)| file(path, text)).collect(),
            unread: Vec::new(),
        };
        let (near, far) = tokio::io::duplex(1 << 16);
        let (far_output, far_input) = tokio::io::split(far);
        let server = tokio::spawn(serve(far_output, far_input, Memory(loaded)));
        let (output, input) = tokio::io::split(near);
        let mut client = Self { input, output, server, told: VecDeque::new(), last: 0 };
        let answer = client.ask("initialize", json!({ "capabilities": capabilities })).await;
        client.tell("initialized", json!({})).await;
        (client, answer["result"]["capabilities"].clone())
    }

    async fn send(&mut self, message: Value) {
        let text = message.to_string();
        let text = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        self.input.write_all(text.as_bytes()).await.unwrap();
    }

    async fn receive(&mut self) -> Value {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.output.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.output.read_exact(&mut body).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    async fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        loop {
            let message = self.receive().await;
            if message["id"] == id {
                return message;
            }
            self.told.push_back(message);
        }
    }

    /// What is asked of a document by its address alone.
    async fn ask_of(&mut self, method: &str, uri: &str) -> Value {
        let params = json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 2, "insertSpaces": true } });
        self.ask(method, params).await["result"].take()
    }

    async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "iamx", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    async fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes })).await;
    }

    /// The findings of the newest text of a document.
    async fn findings(&mut self, uri: &str, version: Option<i32>) -> Vec<Value> {
        loop {
            let message = match self.told.pop_front() {
                Some(message) => message,
                None => self.receive().await,
            };
            let params = &message["params"];
            if message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && version.is_none_or(|version| params["version"] == version)
            {
                return params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    async fn end(mut self) -> Ended {
        self.ask("shutdown", Value::Null).await;
        self.tell("exit", Value::Null).await;
        self.server.await.unwrap()
    }
}

fn run(session: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(session);
}

#[test]
fn findings_follow_the_text_and_go_with_it() {
    run(async {
        let mut client = Client::start(&[("main.iamx", "")], &["utf-16"]).await;
        client.open(MAIN, "policy P { allow s3:GetObjct on * }\n").await;
        let found = client.findings(MAIN, Some(1)).await;
        let unknown = found.iter().find(|finding| finding["code"] == "unknown-action").unwrap();
        assert_eq!(unknown["range"]["start"], json!({ "line": 0, "character": 17 }));
        assert!(unknown["message"].as_str().unwrap().contains("did you mean `s3:GetObject`?"));
        let range = json!({ "start": { "line": 0, "character": 26 }, "end": { "line": 0, "character": 26 } });
        client.change(MAIN, 2, json!([{ "range": range, "text": "e" }])).await;
        let found = client.findings(MAIN, Some(2)).await;
        assert!(found.iter().all(|finding| finding["code"] != "unknown-action"), "{found:?}");
        client.tell("textDocument/didClose", json!({ "textDocument": { "uri": MAIN } })).await;
        assert_eq!(client.findings(MAIN, None).await, Vec::<Value>::new());
        assert_eq!(client.end().await, Ended::AsAgreed);
    });
}

#[test]
fn a_change_is_seen_in_other_modules() {
    run(async {
        let uses =
            "use lib.{office}\nrole R { trust service ec2 allow s3:ListAllMyBuckets when aws:SourceIp in office }\n";
        let mut client =
            Client::start(&[("lib.iamx", "let office = [\"203.0.113.0/24\"]\n"), ("main.iamx", uses)], &[]).await;
        client.open("file:///acme/lib.iamx", "let offices = [\"203.0.113.0/24\"]\n").await;
        let found = client.findings(MAIN, None).await;
        assert_eq!(found[0]["code"], "unknown-name", "{found:?}");
        let whole = json!([{ "text": "let office = [\"203.0.113.0/24\"]\n" }]);
        client.change("file:///acme/lib.iamx", 2, whole).await;
        assert_eq!(client.findings(MAIN, None).await, Vec::<Value>::new());
        client.end().await;
    });
}

#[test]
fn positions_are_in_the_encoding_that_was_agreed_on() {
    for (encoding, column) in [("utf-8", 32), ("utf-16", 30), ("utf-32", 29)] {
        run(async {
            let mut client = Client::start(&[("main.iamx", "")], &[encoding]).await;
            client.open(MAIN, "let a = \"😀\" policy P { allow s3:GetObjct on * }\n").await;
            let found = client.findings(MAIN, Some(1)).await;
            let finding = found.iter().find(|finding| finding["code"] == "unknown-action").unwrap();
            assert_eq!(finding["range"]["start"]["character"], column, "{encoding}");
            client.end().await;
        });
    }
}

#[test]
fn what_is_advertised_is_answered() {
    run(async {
        let mut client = Client::start(&[("main.iamx", "")], &["utf-8"]).await;
        client.open(MAIN, "// one\n// two\npolicy   P {\n  allow s3:GetObject on *\n}\n").await;
        let edits = client.ask_of("textDocument/formatting", MAIN).await;
        assert_eq!(edits[0]["newText"], "policy P {\n", "{edits}");
        let symbols = client.ask_of("textDocument/documentSymbol", MAIN).await;
        assert_eq!((symbols[0]["name"].as_str(), symbols[0]["detail"].as_str()), (Some("P"), Some("policy")));
        assert_eq!(symbols[0]["children"][0]["name"], "allow s3:GetObject on *");
        let folds = client.ask_of("textDocument/foldingRange", MAIN).await;
        assert_eq!(folds.as_array().unwrap().len(), 2, "{folds}");
        let tokens = client.ask_of("textDocument/semanticTokens/full", MAIN).await;
        assert_eq!(tokens["data"].as_array().unwrap().len() % 5, 0);
        let params = json!({ "textDocument": { "uri": MAIN }, "positions": [{ "line": 3, "character": 10 }] });
        let steps = client.ask("textDocument/selectionRange", params).await;
        assert_eq!(steps["result"][0]["range"]["start"]["character"], 8, "{steps}");
        client.end().await;
    });
}

/// A place in a text: behind the first `at`.
fn place(text: &str, at: &str) -> Value {
    let end = text.find(at).unwrap() + at.len();
    let before = &text[..end];
    let line = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": line, "character": column })
}

const LIBRARY: &str = "/// Where we sit.\nlet office = [\"203.0.113.0/24\"]\n";
const USES: &str = "use lib.{office}

role Reader {
  trust service ec2
  allow s3:GetObject on s3.bucket(\"acme-data\").object(\"*\") when aws:SourceIp in office
}
";

/// What is asked of a place in [`USES`].
async fn ask_at(client: &mut Client, method: &str, at: &str, more: Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": MAIN }, "position": place(USES, at) });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.ask(method, params).await
}

#[test]
fn names_lead_from_file_to_file() {
    run(async {
        let mut client = Client::start(&[("lib.iamx", LIBRARY), ("main.iamx", "")], &["utf-8"]).await;
        client.open(MAIN, USES).await;
        let found = ask_at(&mut client, "textDocument/definition", "SourceIp in of", json!({})).await;
        assert_eq!(found["result"]["uri"], "file:///acme/lib.iamx", "{found}");
        assert_eq!(found["result"]["range"]["start"], json!({ "line": 1, "character": 4 }));

        let with = json!({ "context": { "includeDeclaration": true } });
        let found = ask_at(&mut client, "textDocument/references", "{off", with).await;
        assert_eq!(found["result"].as_array().unwrap().len(), 3, "{found}");
        let found = ask_at(&mut client, "textDocument/documentHighlight", "{off", json!({})).await;
        assert_eq!(found["result"].as_array().unwrap().len(), 2, "{found}");

        let found = ask_at(&mut client, "textDocument/prepareRename", "{off", json!({})).await;
        assert_eq!(found["result"]["start"], json!({ "line": 0, "character": 9 }), "{found}");
        let found = ask_at(&mut client, "textDocument/rename", "{off", json!({ "newName": "sites" })).await;
        let changes = found["result"]["changes"].as_object().unwrap();
        assert_eq!(changes["file:///acme/lib.iamx"].as_array().unwrap().len(), 1);
        assert_eq!(changes[MAIN].as_array().unwrap().len(), 2);
        for (name, why) in [("Reader", "something else"), ("allow", "is no name"), ("s3", "a service")] {
            let refused = ask_at(&mut client, "textDocument/rename", "{off", json!({ "newName": name })).await;
            assert!(refused["error"]["message"].as_str().unwrap().contains(why), "{refused}");
        }
        client.end().await;
    });
}

#[test]
fn words_say_what_they_are() {
    run(async {
        let mut client = Client::start(&[("lib.iamx", LIBRARY), ("main.iamx", "")], &["utf-8"]).await;
        client.open(MAIN, USES).await;
        for (at, known) in [
            ("s3:GetO", "**s3:GetObject** — read"),
            ("aws:Sour", "**aws:SourceIp** — IpAddress"),
            ("SourceIp in of", "Where we sit."),
            ("s3.buck", "arn:${Partition}:s3:::${BucketName}"),
            ("on s", "the service **s3**"),
        ] {
            let found = ask_at(&mut client, "textDocument/hover", at, json!({})).await;
            let text = found["result"]["contents"]["value"].as_str().unwrap_or_default().to_owned();
            assert!(text.to_lowercase().contains(&known.to_lowercase()), "{at}: {found}");
        }
        let found = client.ask("workspace/symbol", json!({ "query": "rdr" })).await;
        assert_eq!(found["result"][0]["name"], "Reader", "{found}");
        client.end().await;
    });
}

#[test]
fn calls_show_their_parameters_and_uses_lead_to_modules() {
    run(async {
        let library = "/// Who reads.\npolicy Reads(bucket: s3.bucket, prefix: String) { allow s3:GetObject on bucket.object(prefix) }\n";
        let text =
            "use lib.{Reads}\nrole R {\n  trust service ec2\n  attach Reads(s3.bucket(\"acme-data\"), \"a/*\")\n}\n";
        let mut client = Client::start(&[("lib.iamx", library), ("main.iamx", "")], &["utf-8"]).await;
        client.open(MAIN, text).await;
        let document = json!({ "uri": MAIN });
        for (at, label, active) in [
            ("Reads(s3", "Reads(bucket: s3.bucket, prefix: String)", 0),
            ("acme-data\"), \"", "Reads(bucket: s3.bucket, prefix: String)", 1),
            ("bucket(\"ac", "s3.bucket(BucketName)", 0),
        ] {
            let params = json!({ "textDocument": document, "position": place(text, at) });
            let found = client.ask("textDocument/signatureHelp", params).await;
            let one = &found["result"]["signatures"][0];
            assert_eq!(one["label"], label, "{at}: {found}");
            assert_eq!(found["result"]["activeParameter"], active, "{at}: {found}");
        }
        let params = json!({ "textDocument": document, "position": place(text, "trust ") });
        assert!(client.ask("textDocument/signatureHelp", params).await["result"].is_null());
        let links = client.ask("textDocument/documentLink", json!({ "textDocument": document })).await;
        assert_eq!(links["result"][0]["target"], "file:///acme/lib.iamx", "{links}");
        client.end().await;
    });
}

#[test]
fn findings_come_with_what_mends_them() {
    run(async {
        let mut client = Client::start(&[("main.iamx", "")], &["utf-8"]).await;
        let text = "role R {\n  trust service ec2\n  // Twice.\n  allow s3:GetObjct, s3:PutObjct on *\n}\n";
        client.open(MAIN, text).await;
        let at = place(text, "s3:GetO");
        let range = json!({ "start": at, "end": at });
        let document = json!({ "uri": MAIN });
        let params = json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
        let found = client.ask("textDocument/codeAction", params).await;
        let first = &found["result"][0];
        assert_eq!(first["kind"], "quickfix", "{found}");
        assert_eq!(first["diagnostics"][0]["code"], "unknown-action");
        assert_eq!(first["edit"]["changes"][MAIN][0]["newText"], "s3:GetObject");

        // What is no error can be allowed, with a reason.
        let text = "role R {\n  trust service ec2\n  allow s3:* on *\n}\n";
        client.change(MAIN, 2, json!([{ "text": text }])).await;
        let at = place(text, "s3:*");
        let params = json!({
            "textDocument": document, "range": { "start": at, "end": at },
            "context": { "diagnostics": [], "only": ["quickfix"] },
        });
        let found = client.ask("textDocument/codeAction", params).await;
        let allows = found["result"].as_array().unwrap();
        let allow = allows.iter().find(|one| one["title"].as_str().unwrap().starts_with("allow `")).unwrap();
        let edit = &allow["edit"]["changes"][MAIN][0];
        assert_eq!(edit["range"]["start"], json!({ "line": 2, "character": 2 }), "{allow}");
        assert!(edit["newText"].as_str().unwrap().ends_with("\n  "));

        // Asked for by its name.
        let text = "role R {\n  trust service ec2\n  allow 's3:GetObject' on *\n}\n";
        client.change(MAIN, 3, json!([{ "text": text }])).await;
        let params = json!({
            "textDocument": document, "range": { "start": at, "end": at },
            "context": { "diagnostics": [], "only": ["source.fixAll"] },
        });
        let found = client.ask("textDocument/codeAction", params).await;
        assert_eq!(found["result"][0]["kind"], "source.fixAll.iamx", "{found}");
        client.end().await;
    });
}

#[test]
fn an_editor_that_is_gone_ends_the_server() {
    run(async {
        let client = Client::start(&[], &[]).await;
        let Client { input, output, server, .. } = client;
        drop((input, output));
        assert_eq!(server.await.unwrap(), Ended::Abruptly);
    });
}

#[test]
fn what_can_be_written_is_offered_and_read_about() {
    run(async {
        let lib = "let office = [\"203.0.113.0/24\"]\n";
        let mut client = Client::start(&[("lib.iamx", lib), ("main.iamx", "")], &[]).await;
        let text = "resource logs: s3.bucket(\"logs\")\npolicy P { allow s3:Lis on logs when aws:SourceIp in off }\n";
        client.open(MAIN, text).await;
        let at = |character: u32| json!({ "textDocument": { "uri": MAIN }, "position": { "line": 1, "character": character } });
        let found = client.ask("textDocument/completion", at(23)).await["result"].take();
        let items = found["items"].as_array().unwrap();
        let item = items.iter().find(|one| one["label"] == "s3:ListBucket").unwrap().clone();
        assert_eq!(item["detail"], "List", "{item}");
        assert_eq!(item["textEdit"]["range"]["start"]["character"], 17);
        assert_eq!(item["textEdit"]["range"]["end"]["character"], 23);
        let read = client.ask("completionItem/resolve", item).await["result"].take();
        assert!(read["documentation"]["value"].as_str().unwrap().contains("s3.bucket"), "{read}");
        // A name of another module comes with its `use`.
        let found = client.ask("textDocument/completion", at(56)).await["result"].take();
        let item = found["items"].as_array().unwrap().iter().find(|one| one["label"] == "office").unwrap().clone();
        assert_eq!(item["additionalTextEdits"][0]["newText"], "use lib.{office}\n", "{item}");
        assert_eq!(found["isIncomplete"], true);
        // A blank after what is whole brings up nothing.
        let mut by_blank = at(32);
        by_blank["context"] = json!({ "triggerKind": 2, "triggerCharacter": " " });
        let found = client.ask("textDocument/completion", by_blank).await["result"].take();
        assert_eq!(found["items"], json!([]), "{found}");
        client.end().await;
    });
}

const HELD: &str = "use std.conditions.mfa
resource logs: s3.bucket(\"logs\")
policy Read { allow s3:Get* on logs.object(\"*\") when mfa }
role Reader { trust service ec2  attach Read }
role Other { trust service ec2  attach Read }
";

/// What is asked of a place in [`HELD`].
fn at(text: &str, at: &str) -> Value {
    json!({ "textDocument": { "uri": MAIN }, "position": place(text, at) })
}

#[test]
fn hints_are_of_the_asked_range() {
    run(async {
        let mut client = Client::start(&[("main.iamx", "")], &["utf-8"]).await;
        client.open(MAIN, HELD).await;
        let range = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 2, "character": 0 } });
        let params = json!({ "textDocument": { "uri": MAIN }, "range": range });
        let hints = client.ask("textDocument/inlayHint", params).await["result"].take();
        assert_eq!(hints.as_array().unwrap().len(), 1, "{hints}");
        assert_eq!(hints[0]["label"], "arn:aws:s3:::logs");
        assert_eq!(hints[0]["position"], json!({ "line": 1, "character": 32 }));
        let range = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 9, "character": 0 } });
        let params = json!({ "textDocument": { "uri": MAIN }, "range": range });
        let hints = client.ask("textDocument/inlayHint", params).await["result"].take();
        let labels: Vec<&str> = hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
        assert!(labels.contains(&"arn:aws:s3:::logs/*"), "{labels:?}");
        assert!(labels[0].ends_with(" of 6,144 characters"), "{labels:?}");
        client.end().await;
    });
}

#[test]
fn lenses_say_when_asked_what_an_item_becomes() {
    run(async {
        let (mut client, server) =
            Client::able(&[("main.iamx", "")], json!({ "textDocument": { "codeLens": {} } })).await;
        assert_eq!(server["codeLensProvider"]["resolveProvider"], true);
        assert_eq!(server["executeCommandProvider"]["commands"], json!(["iamx.showCompiled", "iamx.showReferences"]));
        assert_eq!(server["experimental"]["iamxCompiled"], true);
        client.open(MAIN, HELD).await;
        let lenses = client.ask_of("textDocument/codeLens", MAIN).await;
        let lenses = lenses.as_array().unwrap();
        assert_eq!(lenses.len(), 7);
        assert!(lenses.iter().all(|lens| lens["command"].is_null()));
        // They are found again where lines came before them.
        client.change(MAIN, 2, json!([{ "text": format!("// one\n// two\n{HELD}") }])).await;
        let mut commands = Vec::new();
        for lens in lenses {
            commands.push(client.ask("codeLens/resolve", lens.clone()).await["result"]["command"].take());
        }
        assert_eq!(commands[0]["title"], "compiled JSON");
        assert_eq!(commands[0]["arguments"], json!([MAIN, { "line": 4, "character": 7 }]));
        assert!(commands[1]["title"].as_str().unwrap().ends_with(" of 6,144 characters"), "{}", commands[1]);
        assert_eq!(commands[2]["title"], "attached to 2 roles");
        assert_eq!(commands[2]["arguments"][2].as_array().unwrap().len(), 2);
        for (command, expected) in [(&commands[0], "arn:aws:s3:::logs/*"), (&commands[2], MAIN)] {
            let params = json!({ "command": command["command"], "arguments": command["arguments"] });
            let shown = client.ask("workspace/executeCommand", params).await["result"].to_string();
            assert!(shown.contains(expected), "{shown}");
        }
        client.change(MAIN, 3, json!([{ "text": "" }])).await;
        let gone = client.ask("codeLens/resolve", lenses[0].clone()).await;
        assert_eq!(gone["result"]["command"]["title"], "no longer there", "{gone}");
        client.end().await;
        // Whoever has the commands isn't offered them, and who shows no lenses gets none.
        let own =
            json!({ "experimental": { "commands": { "commands": ["iamx.showCompiled", "iamx.showReferences"] } } });
        let (client, server) = Client::able(&[], own).await;
        assert!(server["executeCommandProvider"].is_null() && server["codeLensProvider"].is_null(), "{server}");
        client.end().await;
    });
}

#[test]
fn documents_are_of_the_newest_text() {
    run(async {
        let mut client = Client::start(&[("main.iamx", HELD)], &["utf-8"]).await;
        // It needs no open text.
        let all = client.ask("iamx/compiled", json!({ "uri": MAIN })).await["result"]["documents"].take();
        let paths: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["policies/Read.json", "roles/Reader/trust.json", "roles/Other/trust.json"]);
        client.open(MAIN, &HELD.replace("s3:Get*", "s3:GetObject")).await;
        let params = json!({ "uri": MAIN, "position": place(HELD, "allow s3:G") });
        let found = client.ask("iamx/compiled", params).await["result"]["documents"].take();
        let (text, range) = (found[0]["text"].as_str().unwrap(), &found[0]["range"]);
        assert!(text.contains("\"Action\": \"s3:GetObject\""), "{text}");
        let line = |at: &str| text.lines().nth(usize::try_from(range[at]["line"].as_u64().unwrap()).unwrap());
        assert_eq!((line("start"), line("end")), (Some("    {"), Some("    }")));
        client.change(MAIN, 2, json!([{ "text": HELD.replace("s3:Get*", "s3:GetObjct") }])).await;
        let params = json!({ "uri": MAIN, "position": place(HELD, "allow s3:G") });
        let fault = client.ask("iamx/compiled", params).await;
        assert_eq!(fault["error"]["code"], -32803, "{fault}");
        assert!(fault["error"]["message"].as_str().unwrap().contains("while there is an error"), "{fault}");
        let fault = client.ask("iamx/compiled", json!({ "uri": "file:///other/x.iamx" })).await;
        assert_eq!(fault["error"]["code"], -32803, "{fault}");
        client.end().await;
    });
}

#[test]
fn who_holds_a_policy_is_told_after_edits_too() {
    run(async {
        let mut client = Client::start(&[("main.iamx", "")], &["utf-8"]).await;
        client.open(MAIN, HELD).await;
        let found = client.ask("textDocument/prepareCallHierarchy", at(HELD, "policy Re")).await["result"].take();
        assert_eq!((found[0]["name"].as_str(), found[0]["detail"].as_str()), (Some("Read"), Some("policy")));
        client.change(MAIN, 2, json!([{ "text": format!("// before\n{HELD}") }])).await;
        let params = json!({ "item": found[0] });
        let calls = client.ask("callHierarchy/incomingCalls", params.clone()).await["result"].take();
        let names: Vec<&str> =
            calls.as_array().unwrap().iter().map(|call| call["from"]["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Reader", "Other"]);
        assert_eq!(calls[0]["fromRanges"][0]["start"], json!({ "line": 4, "character": 40 }));
        let outgoing = client.ask("callHierarchy/outgoingCalls", json!({ "item": calls[0]["from"] })).await;
        assert_eq!(outgoing["result"][0]["to"]["name"], "Read", "{outgoing}");
        let services = client.ask("callHierarchy/incomingCalls", json!({ "item": calls[0]["from"] })).await;
        assert_eq!(services["result"][0]["from"]["name"], "service ec2.amazonaws.com", "{services}");
        let none = client.ask("callHierarchy/incomingCalls", json!({ "item": services["result"][0]["from"] })).await;
        assert_eq!(none["result"], json!([]), "{none}");
        client.change(MAIN, 3, json!([{ "text": "" }])).await;
        assert_eq!(client.ask("callHierarchy/incomingCalls", params).await["result"], json!([]));
        client.end().await;
    });
}

#[test]
fn modules_of_std_are_shown_to_who_can_show_them() {
    run(async {
        let files = [("main.iamx", "")];
        let (mut client, _) = Client::able(&files, json!({ "experimental": { "iamxStd": true } })).await;
        client.open(MAIN, HELD).await;
        let found = client.ask("textDocument/definition", at(HELD, "when mf")).await["result"].take();
        assert_eq!(found["uri"], "iamx-std:/conditions.iamx", "{found}");
        let source = client.ask("iamx/source", json!({ "uri": found["uri"] })).await["result"].take();
        let line = usize::try_from(found["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        assert!(source["text"].as_str().unwrap().lines().nth(line).unwrap().starts_with("let mfa"), "{source}");
        let fault = client.ask("iamx/source", json!({ "uri": "iamx-std:/../Cargo.toml" })).await;
        assert_eq!(fault["error"]["code"], -32803, "{fault}");
        let of = client.ask("textDocument/typeDefinition", at(HELD, "on logs.ob")).await["result"].take();
        assert_eq!(of["range"]["start"], json!({ "line": 1, "character": 9 }), "{of}");
        client.end().await;
        let mut client = Client::start(&files, &["utf-8"]).await;
        client.open(MAIN, HELD).await;
        assert!(client.ask("textDocument/definition", at(HELD, "when mf")).await["result"].is_null());
        client.end().await;
    });
}

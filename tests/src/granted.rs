//! The cells of the table of grants, and who is let do what by the documents of one. The rules are written apart from the
//! compiler, from [cross-account evaluation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html)
//! and [evaluation in one account](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-id-rdp.html).

use std::{fs, path::Path};

use iamx_workspace::OutputFile;
use serde_json::Value;

const ORGANIZATION: &str = "o-a1b2c3d4e5";
const DEV: &str = "111111111111";
const PROD: &str = "222222222222";
const STRANGE: &str = "444455556666";

/// A kind of grantee.
#[derive(Clone, Debug)]
pub struct GranteeKind {
    main: bool,
    /// What it is called in the table.
    pub kind: String,
    to: String,
    declarations: String,
}

/// A kind of resource, with what is granted on it.
#[derive(Clone, Debug)]
pub struct ResourceKind {
    all: bool,
    /// What it is called in the table.
    pub name: String,
    declarations: String,
    /// The actions and what follows `on`.
    pub granted: String,
    requests: String,
    /// AWS's page that the cell follows.
    pub page: String,
}

/// Whether grantee and resource are of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are.
    Same,
    /// They aren't.
    Other,
    /// The grantee is of no account.
    Any,
}

impl Relation {
    /// As the table says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::Other => "another",
            Self::Any => "any",
        }
    }
}

/// The end of a grant that a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The caller's own policy.
    Own,
    /// The resource's.
    Resource,
    /// The key's.
    Key,
}

impl End {
    /// As the table says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Resource => "resource",
            Self::Key => "key",
        }
    }
}

/// One grant.
#[derive(Clone, Debug)]
pub struct Cell {
    /// To whom.
    pub grantee: GranteeKind,
    /// On what.
    pub resource: ResourceKind,
    /// Whether in one account.
    pub relation: Relation,
}

/// Every cell of the tables in `folder`.
pub fn cells(folder: &Path) -> Vec<Cell> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let rows = |text: &str| -> Vec<Vec<String>> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        lines.map(|line| line.split(" |").map(|part| part.trim().to_owned()).collect()).collect()
    };
    let grantees: Vec<GranteeKind> = rows(&read("grantees.txt"))
        .into_iter()
        .map(|row| {
            let [of, kind, to, declarations] = <[String; 4]>::try_from(row).expect("four columns");
            GranteeKind { main: of == "main", kind, to, declarations }
        })
        .collect();
    let mut cells = Vec::new();
    for row in rows(&read("resources.txt")) {
        let [of, name, declarations, granted, requests, page] = <[String; 6]>::try_from(row).expect("six columns");
        let resource = ResourceKind { all: of == "all", name, declarations, granted, requests, page };
        for grantee in grantees.iter().filter(|grantee| resource.all || grantee.main) {
            let relations: &[Relation] = if format!("{}{}", grantee.to, grantee.declarations).contains("ACCOUNT") {
                &[Relation::Same, Relation::Other]
            } else {
                &[Relation::Any]
            };
            for relation in relations {
                cells.push(Cell { grantee: grantee.clone(), resource: resource.clone(), relation: *relation });
            }
        }
    }
    cells
}

impl Cell {
    fn account(&self) -> (&'static str, &'static str) {
        if self.relation == Relation::Same { ("prod", PROD) } else { ("dev", DEV) }
    }

    /// The workspace.
    pub fn source(&self) -> String {
        let (name, id) = self.account();
        let placed = |text: &str| text.replace("ACCOUNTID", id).replace("ACCOUNT", name).replace("; ", "\n");
        format!(
            "organization acme \"{ORGANIZATION}\" {{\n  management account payer \"999999999999\"\n  ou Workloads \
             \"ou-ab12-11111111\" {{ account dev \"{DEV}\" account prod \"{PROD}\" }}\n}}\n{}\n{}\ngrant {} to {}\n",
            self.resource.declarations.replace("; ", "\n"),
            placed(&self.grantee.declarations),
            self.resource.granted,
            placed(&self.grantee.to),
        )
    }

    /// Which end the document at `path` is.
    pub fn end_of(&self, path: &str) -> Option<End> {
        match path {
            "prod/resources/it.json" => Some(End::Resource),
            "prod/resources/key.json" => Some(End::Key),
            _ if path.ends_with("/inline.json") || path.contains("permission-sets/") => Some(End::Own),
            _ => None,
        }
    }

    /// The statements of a document that aren't written by hand, without what they have in common.
    pub fn granted(&self, bytes: &[u8]) -> Vec<Value> {
        let document: Value = serde_json::from_slice(bytes).expect("it is JSON");
        let statements = document["Statement"].as_array().cloned().unwrap_or_default();
        let granted = statements.into_iter().filter(|statement| statement["Action"] != "kms:*");
        granted
            .map(|statement| {
                assert_eq!(statement["Effect"], "Allow");
                let parts = statement.as_object().expect("an object").clone();
                parts.into_iter().filter(|(name, _)| name != "Effect").collect()
            })
            .collect()
    }

    /// Who asks; `None` where it can't be said who that is.
    pub fn caller(&self) -> Option<Caller> {
        let (_, id) = self.account();
        let caller = |arn: String, documents: &[&str], admin: bool| Caller {
            account: id.to_owned(),
            arn,
            session: "other".to_owned(),
            service: None,
            documents: documents.iter().map(|part| (*part).to_owned()).collect(),
            admin,
        };
        let iam = |part: &str| format!("arn:aws:iam::{id}:{part}");
        let someone = || caller(iam("role/someone"), &[], true);
        Some(match self.grantee.kind.as_str() {
            "role" => caller(iam("role/Caller"), &["roles/Caller/"], false),
            "session" => {
                Caller { session: "night".to_owned(), ..caller(iam("role/Caller"), &["roles/Caller/"], false) }
            }
            "user" => caller(iam("user/caller"), &["users/caller/"], false),
            "group" => caller(iam("user/caller"), &["users/caller/", "groups/Callers/"], false),
            "group-external" => caller(iam("user/outsider"), &["groups/Callers/"], false),
            "permission-set" => caller(
                iam("role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Callers_0123456789abcdef"),
                &["permission-sets/Callers"],
                false,
            ),
            "account" | "organization" | "ou" | "everyone" => someone(),
            "root" => caller(iam("root"), &[], true),
            "arn" => caller(iam("role/elsewhere"), &[], self.relation == Relation::Other),
            "service" => Caller {
                account: String::new(),
                service: Some("events.amazonaws.com".to_owned()),
                ..caller(String::new(), &[], false)
            },
            _ => return None,
        })
    }

    /// The requests that the grant is about.
    pub fn requests(&self) -> Vec<Request> {
        let request = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let by_service = self.grantee.kind == "service";
            let via = words.get(3).filter(|_| !by_service).map(|via| (*via).to_owned());
            Request { action: words[0].to_owned(), arn: words[1].to_owned(), via }
        };
        self.resource.requests.split(" + ").map(request).collect()
    }

    /// Others, to whom nothing is granted.
    pub fn strangers(&self, caller: &Caller) -> Vec<Caller> {
        let kind = self.grantee.kind.as_str();
        let mut strangers = Vec::new();
        let nobody = Caller {
            arn: format!("arn:aws:iam::{}:role/stranger", caller.account),
            documents: Vec::new(),
            admin: false,
            service: None,
            session: "other".to_owned(),
            account: caller.account.clone(),
        };
        let outside = Caller {
            account: STRANGE.to_owned(),
            arn: format!("arn:aws:iam::{STRANGE}:role/stranger"),
            admin: true,
            ..nobody.clone()
        };
        if kind != "everyone" {
            strangers.push(outside);
        }
        if !matches!(kind, "everyone" | "organization" | "ou" | "service") {
            strangers.push(nobody.clone());
        }
        // In another account a policy there may let anyone: the resource's names the one that is meant.
        if self.relation == Relation::Other && !matches!(kind, "account" | "group-external") {
            strangers.push(Caller { admin: true, ..nobody.clone() });
        }
        if kind == "session" {
            strangers.push(Caller { session: "day".to_owned(), ..caller.clone() });
        }
        if kind == "service" {
            strangers.push(Caller { service: Some("s3.amazonaws.com".to_owned()), ..caller.clone() });
        }
        strangers
    }
}

/// Who makes a request.
#[derive(Clone, Debug)]
pub struct Caller {
    account: String,
    arn: String,
    session: String,
    service: Option<String>,
    /// Parts of the paths of its own policies.
    documents: Vec<String>,
    /// Whether its own policies let it everything.
    admin: bool,
}

impl Caller {
    fn session_arn(&self) -> String {
        let name = self.arn.rsplit('/').next().unwrap_or_default();
        format!("arn:aws:sts::{}:assumed-role/{name}/{}", self.account, self.session)
    }

    fn values(&self, key: &str, request: &Request) -> Vec<String> {
        let of_identity = |value: String| if self.service.is_some() { Vec::new() } else { vec![value] };
        let in_organization = [DEV, PROD].contains(&self.account.as_str());
        match key {
            "aws:PrincipalArn" => of_identity(self.arn.clone()),
            "aws:PrincipalAccount" => of_identity(self.account.clone()),
            "aws:userid" => of_identity(format!("AROAEXAMPLE:{}", self.session)),
            "aws:PrincipalOrgID" if in_organization => of_identity(ORGANIZATION.to_owned()),
            "aws:PrincipalOrgPaths" if in_organization => {
                of_identity(format!("{ORGANIZATION}/r-ab12/ou-ab12-11111111/"))
            }
            "kms:ViaService" => request.via.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    action: String,
    arn: String,
    via: Option<String>,
}

/// How a policy names whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    No,
    /// By the account, whose own policies then decide.
    ByAccount,
    Itself,
}

/// The documents of a cell.
#[derive(Debug)]
pub struct Policies {
    documents: Vec<(String, Value)>,
}

impl Policies {
    /// Those among the files of a cell.
    pub fn of(files: &[OutputFile]) -> Self {
        let documents = files.iter().filter(|file| file.path != "manifest.json");
        let read = |file: &OutputFile| Some((file.path.clone(), serde_json::from_slice(&file.bytes).ok()?));
        Self { documents: documents.filter_map(read).collect() }
    }

    /// Whether the request is allowed.
    pub fn allow(&self, caller: &Caller, request: &Request) -> bool {
        let is_key = request.action.starts_with("kms:");
        let own = caller.admin || self.own_allows(caller, request);
        let resource = self.resource_lets(caller, request, is_key);
        if caller.service.is_some() {
            return resource == Named::Itself;
        }
        if caller.account != PROD {
            return own && resource != Named::No;
        }
        match resource {
            Named::Itself => true,
            Named::ByAccount => own,
            // A key's own policy decides; of every other resource the caller's suffices.
            Named::No => own && !is_key,
        }
    }

    fn own_allows(&self, caller: &Caller, request: &Request) -> bool {
        let is_own = |path: &str| {
            (path.starts_with("organization/") || !caller.account.is_empty())
                && caller.documents.iter().any(|part| path.contains(part.as_str()))
                && !path.ends_with("trust.json")
        };
        let own = self.documents.iter().filter(|(path, _)| is_own(path)).flat_map(|(_, document)| statements(document));
        own.into_iter().any(|statement| is_about(statement, request) && holds(statement, caller, request))
    }

    fn resource_lets(&self, caller: &Caller, request: &Request, is_key: bool) -> Named {
        let is_its = |path: &str| {
            path == "prod/resources/key.json" && is_key
                || path == "prod/resources/it.json"
                    && (!is_key || !self.documents.iter().any(|(path, _)| path == "prod/resources/key.json"))
        };
        let its = self.documents.iter().filter(|(path, _)| is_its(path)).flat_map(|(_, document)| statements(document));
        its.into_iter()
            .filter(|statement| is_about(statement, request) && holds(statement, caller, request))
            .map(|statement| named(&statement["Principal"], caller))
            .max()
            .unwrap_or(Named::No)
    }
}

fn statements(document: &Value) -> &[Value] {
    document["Statement"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn is_about(statement: &Value, request: &Request) -> bool {
    statement["Effect"] == "Allow"
        && texts(&statement["Action"]).iter().any(|pattern| fits(pattern, &request.action))
        && (statement.get("Resource").is_none()
            || texts(&statement["Resource"]).iter().any(|pattern| fits(pattern, &request.arn)))
}

fn named(principal: &Value, caller: &Caller) -> Named {
    if principal == "*" {
        return Named::Itself;
    }
    if let Some(service) = &caller.service {
        return if texts(&principal["Service"]).contains(&service.as_str()) { Named::Itself } else { Named::No };
    }
    let root = format!("arn:aws:iam::{}:root", caller.account);
    let session = caller.session_arn();
    let by = |named: &&str| match *named {
        "*" => Named::Itself,
        one if one == root || one == caller.account => Named::ByAccount,
        one if one == caller.arn || one == session => Named::Itself,
        _ => Named::No,
    };
    texts(&principal["AWS"]).iter().map(by).max().unwrap_or(Named::No)
}

fn holds(statement: &Value, caller: &Caller, request: &Request) -> bool {
    let Some(condition) = statement.get("Condition").and_then(Value::as_object) else { return true };
    condition.iter().all(|(operator, keys)| {
        keys.as_object().is_some_and(|keys| {
            keys.iter().all(|(key, wanted)| {
                let wanted = texts(wanted);
                let given = caller.values(key, request);
                match operator.as_str() {
                    "StringEquals" | "ArnEquals" => given.iter().any(|value| wanted.contains(&value.as_str())),
                    "StringLike" | "ArnLike" | "ForAnyValue:StringLike" => {
                        given.iter().any(|value| wanted.iter().any(|pattern| fits(pattern, value)))
                    }
                    other => panic!("no rule for {other}"),
                }
            })
        })
    })
}

/// Whether a text fits a pattern: `*` is any characters, `?` is one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for letter in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            if !reached[at] {
                continue;
            }
            match letter {
                '*' => next[at..].fill(true),
                '?' if at < text.len() => next[at + 1] = true,
                _ if at < text.len() && text[at] == letter => next[at + 1] = true,
                _ => {}
            }
        }
        reached = next;
    }
    reached[text.len()]
}

//! The places of a workspace that take a text or a name, and what is put into them.

use std::collections::BTreeSet;

use iamx_tests::files::SourceText;
use iamx_workspace::Target;

/// Where a text can stand.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    kind: Kind,
    /// A module with `@@` in the place.
    module: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Within quotation marks: the text as it is, and each character as an escape.
    String,
    /// Characters of the source: a name, a comment.
    Source,
    /// A string of JSON.
    Json,
    /// A string of `iamx.toml`, which is `@@` there.
    Settings(&'static str),
    /// The value of the parameter `x` from the command line.
    Set,
    /// The path of a second module.
    ModulePath,
}

const fn place(name: &'static str, kind: Kind, module: &'static str) -> Place {
    Place { name, kind, module }
}

use Kind::{Json, ModulePath, Set, Settings, Source, String as Quoted};

pub(crate) const PLACES: &[Place] = &[
    place("named of a role", Quoted, "role R named \"@@\" {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n"),
    place(
        "named of a policy",
        Quoted,
        "policy P named \"@@\" { allow s3:ListAllMyBuckets }\nrole R {\n  trust service ec2\n  attach P\n}\n",
    ),
    place("named of a user", Quoted, "group G {\n  members u\n  allow s3:ListAllMyBuckets\n}\nuser u named \"@@\"\n"),
    place("the name of a role", Source, "role @@ {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n"),
    place("path", Quoted, "role R path \"@@\" {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n"),
    place("part of a path", Quoted, "role R path \"/@@/\" {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n"),
    place(
        "key of a tag",
        Quoted,
        "role R {\n  trust service ec2\n  tags { \"@@\" = \"v\" }\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "value of a tag",
        Quoted,
        "role R {\n  trust service ec2\n  tags { team = \"@@\" }\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place("description of a role", Source, "/// @@\nrole R {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n"),
    place(
        "description of a policy",
        Source,
        "/// @@\npolicy P { allow s3:ListAllMyBuckets }\nrole R {\n  trust service ec2\n  attach P\n}\n",
    ),
    place(
        "description of a permission set",
        Source,
        "organization acme \"o-a1b2c3d4e5\" { account prod \"222222222222\" }\n/// @@\npermission-set P {\n  assign group \"g\" to prod\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "documentation of a statement",
        Source,
        "role R {\n  trust service ec2\n  /// @@\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place("label of a statement", Source, "role R {\n  trust service ec2\n  @@: allow s3:ListAllMyBuckets\n}\n"),
    place(
        "argument of a resource",
        Quoted,
        "role R {\n  trust service ec2\n  allow s3:GetObject on s3.bucket(\"acme\").object(\"@@\")\n}\n",
    ),
    place(
        "name of a resource with a policy",
        Quoted,
        "account prod \"222222222222\"\nresource b: s3.bucket(\"@@\") in prod { allow s3:GetObject on self.object(\"*\") to service ec2 when aws:SourceAccount == prod.id }\n",
    ),
    place(
        "name of a queue",
        Quoted,
        "account prod \"222222222222\"\nresource q: sqs.queue(\"@@\") in prod region \"eu-west-1\" { allow sqs:SendMessage to account prod }\n",
    ),
    place(
        "name of a secret",
        Quoted,
        "account prod \"222222222222\"\nresource q: secretsmanager.secret(\"@@\") in prod region \"eu-west-1\" { allow secretsmanager:GetSecretValue to account prod }\n",
    ),
    place(
        "name of a function",
        Quoted,
        "account prod \"222222222222\"\nresource f: lambda.function(\"@@\") in prod region \"eu-west-1\" { allow lambda:InvokeFunction to account prod }\n",
    ),
    place(
        "name of a declared resource",
        Source,
        "account prod \"222222222222\"\nresource @@: sqs.queue(\"q\") in prod region \"eu-west-1\" { allow sqs:SendMessage to account prod }\n",
    ),
    place(
        "region",
        Quoted,
        "account prod \"222222222222\"\nresource q: sqs.queue(\"q\") in prod region \"@@\" { allow sqs:SendMessage to account prod }\n",
    ),
    place("an ARN", Quoted, "role R {\n  trust service ec2\n  allow s3:GetObject on \"arn:aws:s3:::acme/@@\"\n}\n"),
    place(
        "a whole ARN",
        Quoted,
        "role R {\n  trust service ec2\n  allow s3:GetObject on \"@@\", \"arn:aws:s3:::acme/x\"\n}\n",
    ),
    place(
        "name of an account",
        Source,
        "account @@ \"222222222222\"\nrole R in @@ {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "id of an account",
        Quoted,
        "account prod \"@@\"\nrole R in prod {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "tag of an account",
        Quoted,
        "account prod \"222222222222\" { tags { stage = \"@@\" } }\nrole R in prod named \"r-${account.tags.stage}\" {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "id of an organization",
        Quoted,
        "organization acme \"@@\" { account prod \"222222222222\" }\nscp S { deny s3:DeleteBucket when aws:PrincipalOrgID == acme.id }\n",
    ),
    place(
        "name of an OU",
        Source,
        "organization acme \"o-a1b2c3d4e5\" {\n  ou @@ {\n    attach S\n    account prod \"222222222222\"\n  }\n}\nscp S { deny s3:DeleteBucket }\n",
    ),
    place(
        "id of an OU",
        Quoted,
        "organization acme \"o-a1b2c3d4e5\" {\n  ou W \"@@\" {\n    attach S\n    account prod \"222222222222\"\n  }\n}\nscp S { deny s3:DeleteBucket }\n",
    ),
    place(
        "named of an SCP",
        Quoted,
        "organization acme \"o-a1b2c3d4e5\" {\n  attach S\n  account prod \"222222222222\"\n}\nscp S named \"@@\" { deny s3:DeleteBucket }\n",
    ),
    place(
        "group of an assignment",
        Quoted,
        "organization acme \"o-a1b2c3d4e5\" { account prod \"222222222222\" }\npermission-set P {\n  assign group \"@@\" to prod\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "user of an assignment",
        Quoted,
        "organization acme \"o-a1b2c3d4e5\" { account prod \"222222222222\" }\npermission-set P {\n  assign user \"@@\" to prod\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "named of a permission set",
        Quoted,
        "organization acme \"o-a1b2c3d4e5\" { account prod \"222222222222\" }\npermission-set P named \"@@\" {\n  assign group \"g\" to prod\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "address of a provider",
        Quoted,
        "account prod \"222222222222\"\noidc o \"@@\" in prod { audience \"a\" }\nrole R in prod {\n  trust oidc o when claim sub == \"x\"\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "part of an address",
        Quoted,
        "account prod \"222222222222\"\noidc o \"https://id.example.com/@@\" in prod { audience \"a\" }\nrole R in prod {\n  trust oidc o when claim sub == \"x\"\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "audience",
        Quoted,
        "account prod \"222222222222\"\noidc o \"https://id.example.com\" in prod { audience \"@@\" }\nrole R in prod {\n  trust oidc o when claim sub == \"x\"\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "metadata",
        Quoted,
        "account prod \"222222222222\"\nsaml s in prod { metadata \"@@\" }\nrole R in prod {\n  trust saml s\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "value of a claim",
        Quoted,
        "account prod \"222222222222\"\noidc o \"https://id.example.com\" in prod { audience \"a\" }\nrole R in prod {\n  trust oidc o when claim sub == \"@@\"\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "value of a condition",
        Quoted,
        "role R {\n  trust service ec2\n  allow s3:ListBucket on s3.bucket(\"acme\") when s3:prefix == \"@@\"\n}\n",
    ),
    place(
        "pattern of a condition",
        Quoted,
        "role R {\n  trust service ec2\n  allow s3:ListBucket on s3.bucket(\"acme\") when s3:prefix like \"a@@\"\n}\n",
    ),
    place(
        "key of a condition",
        Quoted,
        "role R {\n  trust service ec2\n  allow s3:ListBucket on s3.bucket(\"acme\") when aws:PrincipalTag/\"@@\" == \"x\"\n}\n",
    ),
    place(
        "name of a session",
        Quoted,
        "account prod \"222222222222\"\nrole Ops in prod {\n  trust service ec2\n}\nrole R in prod {\n  trust session role Ops \"@@\"\n}\n",
    ),
    place(
        "Sid of a raw statement",
        Json,
        "role R {\n  trust service ec2\n  raw { \"Sid\": \"@@\", \"Effect\": \"Allow\", \"Action\": \"s3:ListAllMyBuckets\", \"Resource\": \"*\" }\n}\n",
    ),
    place(
        "resource of a raw statement",
        Json,
        "role R {\n  trust service ec2\n  raw { \"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::acme/@@\" }\n}\n",
    ),
    place(
        "action of a raw statement",
        Json,
        "role R {\n  trust service ec2\n  raw { \"Effect\": \"Deny\", \"Action\": \"s3:@@\", \"Resource\": \"*\" }\n}\n",
    ),
    place(
        "condition of a raw statement",
        Json,
        "role R {\n  trust service ec2\n  raw { \"Effect\": \"Allow\", \"Action\": \"s3:ListBucket\", \"Resource\": \"arn:aws:s3:::acme\", \"Condition\": { \"StringEquals\": { \"s3:prefix\": \"@@\" } } }\n}\n",
    ),
    place(
        "name of an account policy",
        Quoted,
        "account prod \"222222222222\"\naccount-policy logs \"@@\" in prod {\n  allow logs:PutLogEvents on \"arn:aws:logs:eu-west-1:222222222222:log-group:/aws/es/*\" to service es when aws:SourceAccount == prod.id\n}\n",
    ),
    place(
        "a managed policy",
        Quoted,
        "role R {\n  trust service ec2\n  attach aws \"@@\"\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "reference to Terraform",
        Quoted,
        "account prod \"222222222222\"\nextern b: s3.bucket = terraform(\"@@\") in prod\nrole R in prod {\n  trust service ec2\n  allow s3:GetObject on b.object(\"x\")\n}\n",
    ),
    place(
        "key of a reference",
        Quoted,
        "account prod \"222222222222\"\nextern b: s3.bucket = terraform(\"aws_s3_bucket.b[\\\"@@\\\"]\") in prod\nrole R in prod {\n  trust service ec2\n  allow s3:GetObject on b.object(\"x\")\n}\n",
    ),
    place(
        "text beside a reference",
        Quoted,
        "account prod \"222222222222\"\nextern b: s3.bucket = terraform(\"aws_s3_bucket.b\") in prod\nrole R in prod {\n  trust service ec2\n  allow s3:GetObject on b.object(\"@@\")\n}\n",
    ),
    place(
        "value of an extern",
        Settings("[workspace]\nname = \"acme\"\n[params]\nb = \"@@\"\n"),
        "account prod \"222222222222\"\nextern b: s3.bucket = terraform(\"var.b\") in prod\nrole R in prod {\n  trust service ec2\n  allow s3:GetObject on b.object(\"x\")\n}\n",
    ),
    place(
        "value from the command line",
        Set,
        "param x: string = \"d\"\nrole R named \"r-${x}\" {\n  trust service ec2\n  tags { x = \"${x}\" }\n  allow s3:GetObject on s3.bucket(\"acme\").object(\"${x}\")\n}\n",
    ),
    place(
        "value of a parameter",
        Settings("[workspace]\nname = \"acme\"\n[params]\nx = \"@@\"\n"),
        "param x: string = \"d\"\nrole R {\n  trust service ec2\n  allow s3:GetObject on s3.bucket(\"acme\").object(\"${x}\")\n}\n",
    ),
    place(
        "name of the workspace",
        Settings("[workspace]\nname = \"@@\"\n"),
        "role R {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "account of the workspace",
        Settings("[workspace]\naccount = \"@@\"\n"),
        "account harmless \"222222222222\"\nrole R {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n",
    ),
    place(
        "region of the workspace",
        Settings("[workspace]\nregion = \"@@\"\n"),
        "account prod \"222222222222\"\nresource q: sqs.queue(\"q\") in prod { allow sqs:SendMessage to account prod }\n",
    ),
    place("name of a module", ModulePath, "role R {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n"),
    place(
        "value of a for",
        Quoted,
        "for v in [\"@@\"] {\n  role R named \"x-${v}\" {\n    trust service ec2\n    allow s3:ListAllMyBuckets\n  }\n}\n",
    ),
    place(
        "reason of an allow",
        Quoted,
        "role R {\n  trust service ec2\n  #allow(full-admin, \"@@\")\n  allow * on *\n}\n",
    ),
    place("name of a user that signs in", Source, "/// @@\nuser u {\n  console\n  allow s3:ListAllMyBuckets\n}\n"),
];

/// A text of each form that some place takes.
const HARMLESS: &[&str] = &[
    "harmless",
    "/harmless/",
    "222222222222",
    "o-a1b2c3d4e5",
    "ou-ab12-workload",
    "https://id.example.com",
    "eu-west-1",
    "arn:aws:s3:::harmless",
    "aws_s3_bucket.b",
    "ReadOnlyAccess",
    "GetObject",
];

/// What means something to JSON, IAM, Terraform, a file system or who looks at it.
const HOSTILE: &[&str] = &[
    "\"",
    "\\",
    "${",
    "${x}",
    "${aws:username}",
    "$${",
    "${$}",
    "%{",
    "%%{",
    "\n",
    "a\tb",
    "\r",
    "a\0b",
    "../../etc/passwd",
    "/abs",
    "..",
    ".",
    "a/../b",
    "con",
    "",
    " ",
    "\u{1f600}",
    "e\u{301}",
    "\u{202e}abc",
    "</script>",
    "*/",
    "#{",
    "{{",
];

/// What may, too: each is put into one place of [`SPREAD`].
const ODD: &[&str] = &[
    "\\\"",
    "${x",
    "$${aws:username}",
    "${*}",
    "%{if true}",
    "a$",
    "}",
    "a\nb",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{212b}",
    "\u{e9}",
    "\u{feff}",
    "\u{e000}",
    "/",
    "//",
    "C:\\x",
    "nul.",
    "--",
    "a--b",
    "_",
    " a",
    "a ",
    "<%",
    "`",
    "'",
    "$(x)",
    ";",
    "*",
    "a?b",
    "terraform",
    "count",
    "_2e_",
    "null",
    "iamx",
];

const SPREAD: usize = 5;

impl Place {
    /// Harmless texts as they are written here, of which it takes one, then hostile ones.
    pub(crate) fn texts(&self, number: usize) -> (Vec<String>, BTreeSet<String>) {
        let odd = ODD.iter().skip(number % SPREAD).step_by(SPREAD);
        let mut hostile: BTreeSet<_> = HOSTILE.iter().chain(odd).flat_map(|text| self.writings(text)).collect();
        hostile.extend(self.writings(&"x".repeat(10_000)));
        (HARMLESS.iter().flat_map(|text| self.writings(text)).collect(), hostile)
    }

    /// How `text` is written here.
    fn writings(&self, text: &str) -> Vec<String> {
        let escaped = |also: &str| -> String {
            text.chars().map(|c| if also.contains(c) { format!("\\{c}") } else { c.to_string() }).collect()
        };
        match self.kind {
            Kind::Source | Kind::ModulePath | Kind::Set => vec![text.to_owned()],
            Kind::String if text.chars().all(|c| !"$%\"\\".contains(c)) => vec![escaped("").replace('\n', "\\n")],
            // As it is, and with each character by its number.
            Kind::String => {
                let numbers: Vec<_> = text.chars().map(|c| format!("\\u{{{:x}}}", u32::from(c))).collect();
                vec![escaped("\"\\").replace('\n', "\\n"), numbers.concat()]
            }
            Kind::Json => vec![serde_json::json!(text).to_string().trim_matches('"').to_owned(), text.to_owned()],
            Kind::Settings(_) => vec![toml::Value::from(text).to_string()],
        }
    }

    /// The files with `written` in the place.
    pub(crate) fn workspace(&self, written: &str) -> Vec<SourceText> {
        let main = ("main.iamx".to_owned(), self.module.replace("@@", written));
        match self.kind {
            Kind::Settings(settings) => {
                vec![
                    ("iamx.toml".to_owned(), settings.replace("\"@@\"", written)),
                    ("main.iamx".to_owned(), self.module.to_owned()),
                ]
            }
            Kind::Set => vec![("main.iamx".to_owned(), self.module.to_owned())],
            Kind::ModulePath => vec![(format!("{written}.iamx"), self.module.to_owned())],
            _ => vec![main],
        }
    }

    /// Whether what is put here may break the source itself, where each piece that is left is looked at.
    pub(crate) fn breaks_the_source(&self) -> bool {
        matches!(self.kind, Kind::Source | Kind::Json)
    }

    /// Whether each text is refused: a raw statement's Sid is its label.
    pub(crate) fn takes_nothing(&self) -> bool {
        self.module.contains("\"Sid\"")
    }

    /// Whether a reference to what another tool makes stands in place of a text.
    pub(crate) fn has_extern(&self) -> bool {
        self.module.contains("terraform(")
    }

    /// What is written. JSON has no form for what isn't known yet.
    pub(crate) fn targets(&self) -> &'static [Target] {
        if self.has_extern() && !matches!(self.kind, Kind::Settings(_)) {
            &[Target::Terraform]
        } else {
            &[Target::Json, Target::Terraform]
        }
    }

    /// The values from the command line.
    pub(crate) fn values(&self, written: &str) -> Vec<(String, String)> {
        if self.kind == Kind::Set { vec![("x".to_owned(), written.to_owned())] } else { Vec::new() }
    }
}

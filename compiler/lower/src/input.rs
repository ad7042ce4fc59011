use std::collections::BTreeMap;

use iamx_catalog::Catalog;
use iamx_syntax::Parse;
use iamx_text::{FileId, SourceMap, Span};

/// All that lowering looks at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The texts, for spans and messages.
    pub sources: &'a SourceMap,
    /// The modules, in the order of their paths.
    pub modules: &'a [Module],
    /// AWS's facts.
    pub catalog: &'a Catalog,
    /// What `iamx.toml` and the command line say.
    pub settings: &'a WorkspaceSettings,
}

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Module {
    /// The parts of its name: `teams/data.iamx` is `["teams", "data"]`.
    pub path: Vec<String>,
    /// Its text.
    pub file: FileId,
    /// Its tree; an empty one, where the file can't be read.
    pub parse: Parse,
    /// Whether the file can be read, so that what isn't declared in it isn't there.
    pub is_read: bool,
}

impl Module {
    /// Whether it is a module of `std`, which comes with iamx: what is wrong in it is nobody's to mend.
    pub fn is_library(&self) -> bool {
        self.path.first().is_some_and(|part| part == "std")
    }
}

/// What the workspace says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSettings {
    /// The workspace's name.
    pub name: String,
    /// The partition of its ARNs, such as `aws`.
    pub partition: String,
    /// The account of items that name none.
    pub account: Option<String>,
    /// The region of regional ARNs; `*` if there is none.
    pub region: Option<String>,
    /// Whether what is written can take an account's id from where it is deployed.
    pub account_when_deployed: bool,
    /// Whether something is written that can refer to what Terraform makes.
    pub externs_when_deployed: bool,
    /// Values for `param` items and for externs, by name.
    pub params: BTreeMap<String, String>,
    /// Where `iamx.toml` gives them; not those of the command line.
    pub param_places: BTreeMap<String, ParamPlace>,
    /// The text of `iamx.toml`, where there is one.
    pub settings_file: Option<FileId>,
}

/// Where `iamx.toml` gives a parameter its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamPlace {
    /// The parameter's name.
    pub name: Span,
    /// The value.
    pub value: Span,
}

impl Default for WorkspaceSettings {
    fn default() -> Self {
        Self {
            name: "workspace".to_owned(),
            partition: "aws".to_owned(),
            account: None,
            region: None,
            account_when_deployed: false,
            externs_when_deployed: false,
            params: BTreeMap::new(),
            param_places: BTreeMap::new(),
            settings_file: None,
        }
    }
}

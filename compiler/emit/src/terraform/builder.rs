//! A root as it grows: resources by type and label, outputs, and the bytes of it all.

use std::collections::BTreeMap;

use iamx_lower::Program;
use serde_json::{Map, Value, json};

use super::{
    RootKind,
    address::Address,
    deployed::Deployed,
    order::Principals,
    text::{ACCOUNT_ID, literal},
};

/// The oldest Terraform with conditions on what is read, which the account is checked with.
const TERRAFORM: &str = ">= 1.2.0";
/// The oldest provider with every resource type that is written.
const PROVIDER: &str = ">= 5.60.0";
/// The oldest provider whose resources say their region.
const PROVIDER_WITH_REGIONS: &str = ">= 6.0.0";

/// The label of the caller's account, which no file beside the root's takes.
const CALLER: &str = "iamx";

/// The arguments of a resource, in the order in which they are written.
pub(super) type Arguments = Map<String, Value>;

/// One account's root.
pub(super) struct Builder<'p> {
    pub(super) program: &'p Program,
    pub(super) account: Option<usize>,
    pub(super) principals: Principals,
    pub(super) deployed: Deployed<'p>,
    says_regions: bool,
    variables: BTreeMap<String, Value>,
    data: BTreeMap<&'static str, BTreeMap<String, Value>>,
    resources: BTreeMap<&'static str, BTreeMap<String, Value>>,
    outputs: BTreeMap<&'static str, BTreeMap<String, Value>>,
}

impl<'p> Builder<'p> {
    pub(super) fn new(program: &'p Program, kind: RootKind) -> Self {
        let account = kind.account(program);
        Self {
            deployed: Deployed::new(program, kind),
            program,
            account,
            principals: Principals::of(program, account),
            says_regions: false,
            variables: BTreeMap::new(),
            data: BTreeMap::new(),
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
        }
    }

    /// Adds a resource; what has no value is no argument.
    pub(super) fn resource(&mut self, address: &Address, arguments: Vec<(&str, Option<Value>)>) {
        let body = arguments.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        self.resources.entry(address.resource_type).or_default().insert(address.label.clone(), Value::Object(body));
    }

    /// The argument that says in which region a resource is; without one it is the provider's.
    pub(super) fn region(&mut self, region: Option<&str>) -> Option<Value> {
        self.says_regions |= region.is_some();
        region.map(literal)
    }

    /// Adds what whoever applies the root may say, if it isn't there yet.
    pub(super) fn variable(&mut self, name: &str, body: Value) {
        self.variables.insert(name.to_owned(), body);
    }

    /// Adds what is read, if it isn't there yet.
    pub(super) fn data(&mut self, data_type: &'static str, label: String, body: Value) {
        self.data.entry(data_type).or_default().insert(label, body);
    }

    /// Adds what `name` in AWS is to the output called `output`, a map by such names.
    pub(super) fn output(&mut self, output: &'static str, name: &str, value: Value) {
        self.outputs.entry(output).or_default().insert(super::text::escaped(name), value);
    }

    /// The root's bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if let Some(account) = self.program.account(self.account) {
            self.data("aws_caller_identity", CALLER.to_owned(), only_in(&account.name, &account.id));
        }
        let (resources, outputs) = (json!(self.resources), json!(self.outputs));
        let needs_account = [&resources, &outputs].iter().any(|part| part.to_string().contains(ACCOUNT_ID));
        if self.program.account_when_deployed && needs_account {
            self.data("aws_caller_identity", CALLER.to_owned(), json!({}));
        }
        let mut root = Arguments::new();
        let origin = format!("Written by iamx from the workspace {}. Change its sources instead.", self.program.name);
        root.insert("//".to_owned(), json!(origin));
        self.variables.extend(self.deployed.variables());
        let provider = if self.says_regions { PROVIDER_WITH_REGIONS } else { PROVIDER };
        let mut terraform = json!({ "required_version": TERRAFORM });
        // A configuration says once which providers it needs: where files stand beside this one, they do.
        if let (false, Some(entries)) = (self.deployed.has_files_beside(), terraform.as_object_mut()) {
            let providers = json!({ "aws": { "source": "hashicorp/aws", "version": provider } });
            entries.insert("required_providers".to_owned(), providers);
        }
        root.insert("terraform".to_owned(), terraform);
        if !self.variables.is_empty() {
            root.insert("variable".to_owned(), json!(self.variables));
        }
        if !self.data.is_empty() {
            root.insert("data".to_owned(), json!(self.data));
        }
        if !self.resources.is_empty() {
            root.insert("resource".to_owned(), resources);
        }
        let outputs: Map<_, _> =
            self.outputs.into_iter().map(|(name, value)| (name.to_owned(), json!({ "value": value }))).collect();
        if !outputs.is_empty() {
            root.insert("output".to_owned(), Value::Object(outputs));
        }
        format!("{:#}\n", Value::Object(root)).into_bytes()
    }
}

/// Ends a plan that is made with the credentials of another account.
fn only_in(name: &str, id: &str) -> Value {
    let message = format!("This root belongs to the account {name} ({id}), and the credentials are another account's.");
    json!({
        "lifecycle": {
            "postcondition": {
                "condition": format!("${{self.account_id == \"{id}\"}}"),
                "error_message": literal(&message),
            },
        },
    })
}

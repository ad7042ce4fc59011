//! Identity providers.

use iamx_lower::{Provider, ProviderKind};
use serde_json::{Value, json};

use super::{
    address::Address,
    builder::Builder,
    identities::tags,
    text::{expression, literal, quoted},
};

const METADATA_FOLDER: &str = "saml_metadata_folder";

pub(super) fn add(root: &mut Builder<'_>) {
    let (program, account) = (root.program, root.account);
    for provider in program.providers.iter().filter(|provider| provider.account == account) {
        self::provider(root, provider);
    }
}

fn provider(root: &mut Builder<'_>, provider: &Provider) {
    let address = Address::provider(provider);
    let (arguments, output) = match &provider.kind {
        ProviderKind::Oidc { audiences } => {
            let audiences: Vec<_> = audiences.iter().map(|audience| literal(audience)).collect();
            let arguments = vec![
                ("url", Some(literal(&format!("https://{}", provider.name)))),
                ("client_id_list", Some(json!(audiences))),
                ("tags", tags(root, &provider.tags)),
            ];
            (arguments, "oidc_provider_arns")
        }
        ProviderKind::Saml { metadata } => {
            let arguments = vec![
                ("name", Some(literal(&provider.name))),
                ("saml_metadata_document", Some(metadata_file(root, metadata))),
                ("tags", tags(root, &provider.tags)),
            ];
            (arguments, "saml_provider_arns")
        }
    };
    root.resource(&address, arguments);
    root.output(output, &provider.name, address.attribute("arn"));
}

/// The contents of a file, in the folder that the root's variable says.
fn metadata_file(root: &mut Builder<'_>, path: &str) -> Value {
    root.variable(
        METADATA_FOLDER,
        json!({
            "type": "string",
            "description": "The folder that the metadata of SAML providers is in; left out, it is that of this file.",
            "default": null,
        }),
    );
    expression(&format!("file(\"${{coalesce(var.{METADATA_FOLDER}, path.module)}}/{}\")", quoted(path)))
}

//! Identity providers.

use iamx_lower::{Provider, ProviderKind};
use serde_json::{Value, json};

use super::{
    address::Address,
    builder::Builder,
    identities::tags,
    text::{escaped, literal},
};

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
                ("tags", tags(&provider.tags)),
            ];
            (arguments, "oidc_provider_arns")
        }
        ProviderKind::Saml { metadata } => {
            let arguments = vec![
                ("name", Some(literal(&provider.name))),
                ("saml_metadata_document", Some(file(metadata))),
                ("tags", tags(&provider.tags)),
            ];
            (arguments, "saml_provider_arns")
        }
    };
    root.resource(&address, arguments);
    root.output(output, &provider.name, address.attribute("arn"));
}

/// The contents of a file beside the root.
fn file(path: &str) -> Value {
    let quoted = escaped(path).replace('\\', "\\\\").replace('"', "\\\"");
    Value::String(format!("${{file(\"${{path.module}}/{quoted}\")}}"))
}

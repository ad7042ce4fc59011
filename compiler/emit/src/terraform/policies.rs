//! Managed policies and permissions boundaries.

use super::{
    address::Address,
    builder::Builder,
    text::{document, literal},
};

pub(super) fn add(root: &mut Builder<'_>) {
    let (program, account) = (root.program, root.account);
    for policy in program.policies.iter().filter(|policy| policy.account == account) {
        let address = Address::policy(&policy.name);
        root.resource(
            &address,
            vec![
                ("name", Some(literal(&policy.name))),
                ("path", path(&policy.path)),
                ("description", policy.description.as_deref().map(literal)),
                ("policy", Some(document(&policy.document))),
            ],
        );
        root.output("policy_arns", &policy.name, address.attribute("arn"));
    }
}

/// The path, where it isn't the one that AWS takes if none is said.
pub(super) fn path(path: &str) -> Option<serde_json::Value> {
    (path != "/").then(|| literal(path))
}

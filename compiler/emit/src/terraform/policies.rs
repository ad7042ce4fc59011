//! Managed policies and permissions boundaries; session policies.

use super::{address::Address, builder::Builder, text::literal};

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
                ("policy", Some(root.deployed.document(&policy.document))),
            ],
        );
        root.output("policy_arns", &policy.name, address.attribute("arn"));
    }
}

/// Adds the session policies, which exist nowhere in AWS, as outputs for whoever passes them along.
pub(super) fn add_session_policies(root: &mut Builder<'_>) {
    let (program, account) = (root.program, root.account);
    for policy in program.session_policies.iter().filter(|policy| policy.account == account) {
        root.output("session_policies", &policy.name, root.deployed.document(&policy.document));
    }
}

/// The path, where it isn't the one that AWS takes if none is said.
pub(super) fn path(path: &str) -> Option<serde_json::Value> {
    (path != "/").then(|| literal(path))
}

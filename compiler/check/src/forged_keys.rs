//! Keys that say nothing alone: what the caller can set, and addresses without the VPC that they are of.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{ConditionEntry, Effect, Statement};

use crate::{inclusion::target_includes, rules::Seen};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(untrustworthy(statement));
    for entry in statement.conditions.entries.iter().filter(|entry| restricts(statement, entry)) {
        diagnostics.extend(unpaired(seen, statement, entry));
    }
}

/// Keys that hold what the caller writes into its request: anyone can write the same.
///
/// See [`aws:referer`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer).
const FORGED: [&str; 2] = ["aws:Referer", "aws:UserAgent"];

/// Keys of private addresses, each with those of the network that the address is in: two networks use the same addresses.
///
/// See [`aws:VpcSourceIp`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpcsourceip).
const PAIRED: [(&str, &[&str]); 2] = [
    ("aws:VpcSourceIp", &["aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"]),
    ("aws:Ec2InstanceSourcePrivateIPv4", &["aws:Ec2InstanceSourceVpc"]),
];

fn untrustworthy(statement: &Statement) -> Option<Diagnostic> {
    let forged = |entry: &ConditionEntry| FORGED.iter().any(|key| entry.is_of(key));
    let entry = statement.conditions.entries.iter().find(|entry| forged(entry) && restricts(statement, entry))?;
    // Beside a condition that can't be forged it narrows what is let in already.
    if statement.conditions.entries.iter().any(|other| !forged(other) && !other.operator.holds_when_absent()) {
        return None;
    }
    let message = format!("whoever calls can set `{}` to what this asks for", entry.key);
    Some(
        Diagnostic::new(&checks::UNTRUSTWORTHY_CONDITION_KEY, entry.span, message)
            .note("the key is a header of the request, written by the caller's software")
            .help("ask for what AWS itself sets, such as `aws:SourceVpce`, `aws:SourceIp` or `aws:PrincipalOrgID`"),
    )
}

fn unpaired(seen: &Seen<'_>, statement: &Statement, entry: &ConditionEntry) -> Option<Diagnostic> {
    let (_, partners) = PAIRED.iter().find(|(key, _)| entry.is_of(key))?;
    let says = |statement: &Statement| partners.iter().any(|key| statement.conditions.of(key).next().is_some());
    // What a deny spares must pass every deny, so the network may be said in another.
    let beside = seen.entry.document.statements.iter().filter(|other| {
        statement.effect == Effect::Deny && other.effect == Effect::Deny && target_includes(other, statement)
    });
    if says(statement) || beside.into_iter().any(says) {
        return None;
    }
    let listed: Vec<_> = partners.iter().map(|partner| format!("`{partner}`")).collect();
    let message = format!("the same private addresses exist in every VPC, and `{}` doesn't say in which", entry.key);
    Some(
        Diagnostic::new(&checks::MISSING_PAIRED_CONDITION_KEYS, entry.span, message)
            .note("anyone can make a VPC with these addresses")
            .help(format!("say the network too: {}", listed.join(" or "))),
    )
}

/// Whether the entry is what keeps others out: a condition of an allow, or what a deny spares.
fn restricts(statement: &Statement, entry: &ConditionEntry) -> bool {
    (statement.effect == Effect::Deny) == entry.operator.base.is_negated()
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{FORGED, PAIRED};

    #[test]
    fn every_key_exists() {
        let paired = PAIRED.iter().flat_map(|(key, partners)| partners.iter().chain([key]));
        for key in FORGED.iter().chain(paired) {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}

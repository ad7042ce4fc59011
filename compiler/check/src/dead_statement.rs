//! A statement whose conditions no request can meet together: two on one key, which IAM's own JSON alone may have, or on two keys
//! that never come with one request.

use iamx_catalog::Catalog;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_lower::contradiction;
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Principal, Statement};

use crate::{principal_keys::OF_ACCOUNTS, rules::Seen, source_keys::OF_CALLING_SERVICES, source_network};

/// Keys of requests that come through a VPC endpoint.
///
/// See [properties of the network](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-network-properties).
const OF_ENDPOINTS: [&str; 7] = [
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
];

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let entries = &statement.conditions.entries;
    let single: Vec<&ConditionEntry> = entries.iter().filter(|entry| is_clear(seen.world.catalog, entry)).collect();
    let Some((earlier, later)) = contradiction(&single) else { return };
    let (Some(earlier), Some(later)) = (single.get(earlier), single.get(later)) else { return };
    let does = if statement.effect == Effect::Allow { "allows" } else { "denies" };
    diagnostics.push(
        Diagnostic::new(
            &checks::DEAD_STATEMENT,
            later.span,
            format!("no request meets both of these conditions on `{}`: this {does} nothing", later.key),
        )
        .related(earlier.span, "the other one")
        .help("leave the statement out, or one of the conditions"),
    );
}

/// Two conditions that each ask for a key, where no request carries both.
pub(crate) fn keys_apart(_: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let asks = |keys: &'static [&'static str]| {
        let is_asked =
            move |entry: &&ConditionEntry| keys.iter().any(|key| entry.is_of(key)) && !entry.holds_when_absent();
        statement.conditions.entries.iter().find(is_asked)
    };
    let network = asks(&["aws:SourceIp"]).filter(|entry| !source_network::is_never(entry)).zip(asks(&OF_ENDPOINTS));
    // Where principals are named, the keys that these lack are told.
    let caller = asks(&OF_ACCOUNTS).zip(asks(&OF_CALLING_SERVICES)).filter(|_| names_everyone(statement));
    let found = [
        network.map(|pair| {
            (pair, "through a VPC endpoint requests carry no `aws:SourceIp`, and otherwise no key of an endpoint")
        }),
        caller.map(|pair| {
            (pair, "a service that calls as itself has no keys of a principal's account, and others have none of its source")
        }),
    ];
    let does = if statement.effect == Effect::Allow { "allows" } else { "denies" };
    for ((one, other), note) in found.into_iter().flatten() {
        let (earlier, later) =
            if one.span.range.start() <= other.span.range.start() { (one, other) } else { (other, one) };
        let message = format!("no request carries both `{}` and `{}`: this {does} nothing", earlier.key, later.key);
        diagnostics.push(
            Diagnostic::new(&checks::DEAD_STATEMENT, later.span, message)
                .related(earlier.span, "the other one")
                .note(note)
                .help("say `or` between them, which makes a statement of each"),
        );
    }
}

fn names_everyone(statement: &Statement) -> bool {
    let principals = statement.principal.iter().flat_map(|element| &element.principals);
    principals.into_iter().any(|principal| match &principal.value {
        Principal::Everyone => true,
        Principal::Aws(name) => name == "*",
        _ => false,
    })
}

/// Whether it is settled what the comparison says: AWS doesn't say what one without qualifier does with many values.
fn is_clear(catalog: &Catalog, entry: &ConditionEntry) -> bool {
    entry.operator.qualifier.is_some()
        || entry.operator.base == BaseOperator::Null
        || catalog.condition_key(&entry.key).is_some_and(|found| !found.key.multi_valued)
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::OF_ENDPOINTS;

    #[test]
    fn every_key_exists() {
        for key in OF_ENDPOINTS {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}

//! The sources that are files of the project: global keys, principals, quotas, the escalation table, the hand-kept tables.

use std::collections::BTreeMap;

use iamx_catalog::normalize::{condition_key, placeholder};
use iamx_catalog::{
    ApiName, AskedWith, Catalog, ConditionKey, Escalation, KmsUse, PresenceException, Quota, QuotaKind, QuotaUnit,
    Quotas, Service, ServicePrincipal, Tally,
};
use serde::Deserialize;

use super::Notes;
use crate::Result;

#[derive(Deserialize)]
struct GlobalKey {
    name: String,
    types: Vec<String>,
    always_present: bool,
}

/// The global keys, by `global-condition-keys.json`; the package's own list and the services' mentions are compared with it,
/// and those mentions are marked as global.
pub(crate) fn global_keys(
    bytes: &[u8],
    package: &[(String, String)],
    services: &mut BTreeMap<String, Service>,
    notes: &mut Notes,
) -> Result<Vec<ConditionKey>> {
    let listed: Vec<GlobalKey> = serde_json::from_slice(bytes)?;
    let mut keys = Vec::new();
    for one in &listed {
        let types: Vec<&str> = one.types.iter().map(String::as_str).collect();
        let key = condition_key(&one.name, &types).map_err(|word| format!("{}: type `{word}`", one.name))?;
        keys.push(ConditionKey { global: true, always_present: Some(one.always_present), ..key });
    }
    for (name, word) in package {
        let other = condition_key(name, &[word]).map_err(|word| format!("{name}: type `{word}`"))?;
        match keys.iter().find(|key| key.name.eq_ignore_ascii_case(&other.name)) {
            None => {
                notes.tally.count("global-key-only-in-newer", || other.name.to_string());
                keys.push(ConditionKey { global: true, ..other });
            }
            Some(key) if (key.types, key.multi_valued) != (other.types, other.multi_valued) => {
                notes.tally.count("global-key-types", || key.name.to_string());
            }
            Some(_) => {}
        }
    }
    for service in services.values_mut() {
        let marked: Vec<ConditionKey> = service
            .condition_keys()
            .iter()
            .map(|mention| match keys.iter().find(|key| key.name.eq_ignore_ascii_case(&mention.name)) {
                Some(key) => {
                    if (key.types, key.multi_valued) != (mention.types, mention.multi_valued) {
                        notes.tally.count("global-key-types", || format!("{} in {}", key.name, service.prefix()));
                    }
                    key.clone()
                }
                None => mention.clone(),
            })
            .collect();
        *service = with_keys(service, marked);
    }
    Ok(keys)
}

fn with_keys(service: &Service, keys: Vec<ConditionKey>) -> Service {
    Service::new(
        service.prefix(),
        service.rcp_supported(),
        service.actions().to_vec(),
        service.resource_types().to_vec(),
        keys,
    )
}

#[derive(Deserialize)]
struct Principals {
    principals: Vec<ServicePrincipal>,
}

/// The service principals; whatever names a region in one is written `${Region}`.
pub(crate) fn principals(bytes: &[u8], notes: &mut Notes) -> Result<Vec<ServicePrincipal>> {
    let mut list: Principals = serde_json::from_slice(bytes)?;
    for one in &mut list.principals {
        let name = placeholder(&one.name);
        if let Some((before, rest)) = name.split_once("${")
            && let Some((_, after)) = rest.split_once('}')
        {
            notes.tally.count("principal-spelling", || one.name.clone());
            one.name = format!("{before}${{Region}}{after}");
        }
    }
    Ok(list.principals)
}

#[derive(Deserialize)]
struct QuotaFile {
    as_of: String,
    limits: Vec<QuotaLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaLine {
    what: String,
    max: Option<u32>,
    raisable_to: Option<u32>,
    counts_white_space: Option<bool>,
    since: Option<String>,
    before: Option<u32>,
    doubt: Option<String>,
    note: Option<String>,
    statements: Option<u32>,
    principals: Option<u32>,
    conditions: Option<u32>,
    actions_per_statement: Option<u32>,
    resources_per_statement: Option<u32>,
    arns: Option<u32>,
    #[serde(default)]
    unique_sids: bool,
    allowed: Option<String>,
    exempt_from: Option<String>,
}

/// What each line of the quota file is about. A line that is not here stops the task, so that none is lost.
const QUOTAS: [(&str, QuotaKind, QuotaUnit); 45] = {
    use QuotaKind as K;
    use QuotaUnit::{Bytes, Characters, Count};
    [
        ("managed policy (and boundary)", K::ManagedPolicy, Characters),
        ("inline policies of one user, all together", K::UserInlinePolicies, Characters),
        ("inline policies of one group, all together", K::GroupInlinePolicies, Characters),
        ("inline policies of one role, all together", K::RoleInlinePolicies, Characters),
        ("role trust policy", K::TrustPolicy, Characters),
        ("managed policies attached to a role", K::PoliciesPerRole, Count),
        ("managed policies attached to a user", K::PoliciesPerUser, Count),
        ("managed policies attached to a group", K::PoliciesPerGroup, Count),
        ("versions of a managed policy", K::ManagedPolicyVersions, Count),
        ("SCP", K::Scp, Characters),
        ("SCPs attached to a root, OU or account", K::ScpsPerTarget, Count),
        ("RCP", K::Rcp, Characters),
        ("RCPs attached to a root, OU or account (RCPFullAWSAccess counts)", K::RcpsPerTarget, Count),
        ("session policy: JSON plus all passed policy ARNs", K::SessionPolicy, Characters),
        ("permission set inline policy, bytes without white space", K::PermissionSetInlinePolicy, Bytes),
        ("permission set inline policy, bytes as sent", K::PermissionSetInlinePolicySent, Bytes),
        ("managed policies of a permission set (AWS and customer)", K::PoliciesPerPermissionSet, Count),
        ("Organizations delegation policy", K::DelegationPolicy, Characters),
        ("S3 bucket or access point policy, bytes", K::S3Policy, Bytes),
        ("KMS key policy, bytes", K::KmsKeyPolicy, Bytes),
        ("SQS queue policy, bytes", K::SqsPolicy, Bytes),
        ("SNS topic policy, bytes", K::SnsPolicy, Bytes),
        ("Lambda function policy, characters", K::LambdaPolicy, Characters),
        ("Secrets Manager resource policy, characters", K::SecretsManagerPolicy, Characters),
        ("DynamoDB resource policy, bytes", K::DynamodbPolicy, Bytes),
        ("ECR repository or registry policy, characters", K::EcrPolicy, Characters),
        ("EventBridge bus policy, bytes", K::EventBusPolicy, Bytes),
        ("EFS file system policy, characters", K::EfsPolicy, Characters),
        ("OpenSearch access policy, characters", K::OpensearchPolicy, Characters),
        ("CodeArtifact policy, characters", K::CodeartifactPolicy, Characters),
        ("VPC endpoint policy, characters", K::VpcEndpointPolicy, Characters),
        ("CloudWatch Logs resource policy, characters", K::LogsPolicy, Characters),
        ("API Gateway resource policy, characters", K::ApiGatewayPolicy, Characters),
        ("groups that a user is in", K::GroupsPerUser, Count),
        ("roles of an account", K::RolesPerAccount, Count),
        ("users of an account", K::UsersPerAccount, Count),
        ("groups of an account", K::GroupsPerAccount, Count),
        ("customer managed policies of an account", K::ManagedPoliciesPerAccount, Count),
        ("instance profiles of an account", K::InstanceProfilesPerAccount, Count),
        ("OpenID Connect providers of an account", K::OidcProvidersPerAccount, Count),
        ("SAML providers of an account", K::SamlProvidersPerAccount, Count),
        ("tags of a role, user, policy or provider", K::TagsPerEntity, Count),
        ("tag key, characters", K::TagKey, Characters),
        ("tag value, characters", K::TagValue, Characters),
        ("description of a role or policy, characters", K::Description, Characters),
    ]
};

/// The quotas.
pub(crate) fn quotas(bytes: &[u8]) -> Result<Quotas> {
    let file: QuotaFile = serde_json::from_slice(bytes)?;
    let mut quotas = Quotas { as_of: file.as_of, ..Quotas::default() };
    for line in file.limits {
        if let Some(allowed) = &line.allowed {
            quotas.policy_characters = allowed.split_whitespace().map(character_range).collect::<Result<_>>()?;
        } else if line.exempt_from.is_some() {
            quotas.aws_managed_policies_exempt = true;
        } else {
            let (_, kind, unit) = QUOTAS
                .iter()
                .find(|(what, _, _)| *what == line.what)
                .ok_or_else(|| format!("quotas.json: `{}` is not known to xtask", line.what))?;
            quotas.quotas.push(Quota {
                kind: *kind,
                max: line.max.ok_or_else(|| format!("quotas.json: `{}` has no max", line.what))?,
                unit: *unit,
                raisable_to: line.raisable_to,
                counts_white_space: line.counts_white_space,
                since: line.since,
                before: line.before,
                doubt: line.doubt,
                note: line.note,
                statements: line.statements,
                principals: line.principals,
                conditions: line.conditions,
                actions_per_statement: line.actions_per_statement,
                resources_per_statement: line.resources_per_statement,
                arns: line.arns,
                unique_sids: line.unique_sids,
            });
        }
    }
    Ok(quotas)
}

/// `U+0020-U+00FF` or `U+0009`.
fn character_range(text: &str) -> Result<(char, char)> {
    let one = |text: &str| -> Result<char> {
        let number = text.strip_prefix("U+").ok_or_else(|| format!("`{text}` is no character"))?;
        Ok(char::from_u32(u32::from_str_radix(number, 16)?).ok_or_else(|| format!("`{text}` is no character"))?)
    };
    match text.split_once('-') {
        Some((first, last)) => Ok((one(first)?, one(last)?)),
        None => Ok((one(text)?, one(text)?)),
    }
}

/// The privilege escalation table. A set with an action that no source lists can't be used any more and is left out.
pub(crate) fn escalations(
    bytes: &[u8],
    services: &BTreeMap<String, Service>,
    notes: &mut Notes,
) -> Result<Vec<Escalation>> {
    let exists = |name: &str| {
        let found = name.split_once(':').and_then(|(prefix, action)| services.get(prefix)?.action(action));
        found.is_some()
    };
    let mut sets: Vec<Escalation> = serde_json::from_slice(bytes)?;
    sets.retain(|set| match set.actions.iter().find(|name| !exists(name)) {
        Some(gone) => {
            notes.left_out(format!("escalation by {}", set.actions.join(" + ")), format!("no source lists {gone}"));
            false
        }
        None => true,
    });
    Ok(sets)
}

#[derive(Deserialize)]
struct TableFile {
    api_names: Operations,
    kms_uses: Services,
    asked_with: Texts,
    presence_exceptions: Keys,
    rcp_exempt_actions: ActionList,
    built_in_providers: Providers,
    multi_valued_claims: Claims,
}

#[derive(Deserialize)]
struct Operations {
    operations: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Services {
    services: BTreeMap<String, Lists>,
}

#[derive(Deserialize)]
struct Lists {
    actions: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Texts {
    actions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct ActionList {
    actions: Vec<String>,
}

#[derive(Deserialize)]
struct Providers {
    providers: Vec<String>,
}

#[derive(Deserialize)]
struct Claims {
    claims: Vec<String>,
}

/// The tables kept by hand.
pub(crate) struct Tables {
    pub(crate) facts: iamx_catalog::Tables,
}

impl Tables {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let file: TableFile = serde_json::from_slice(bytes).map_err(|error| format!("tables.json: {error}"))?;
        Ok(Self {
            facts: iamx_catalog::Tables {
                api_names: file
                    .api_names
                    .operations
                    .into_iter()
                    .map(|(operation, actions)| ApiName { operation, actions })
                    .collect(),
                kms_uses: file
                    .kms_uses
                    .services
                    .into_iter()
                    .flat_map(|(service, of)| {
                        let used = of.actions.into_iter();
                        used.map(move |(name, kms)| KmsUse { action: format!("{service}:{name}"), kms })
                    })
                    .collect(),
                asked_with: file
                    .asked_with
                    .actions
                    .into_iter()
                    .map(|(action, arn)| AskedWith { action, arn })
                    .collect(),
                presence_exceptions: file
                    .presence_exceptions
                    .keys
                    .into_iter()
                    .map(|(key, absent)| PresenceException { key, absent })
                    .collect(),
                rcp_exempt_actions: file.rcp_exempt_actions.actions,
                built_in_providers: file.built_in_providers.providers,
                multi_valued_claims: file.multi_valued_claims.claims,
            },
        })
    }

    /// Corrects what the sources get wrong about claims: `amr` has many values whatever type they list it with.
    pub(crate) fn correct_keys(&self, services: &mut BTreeMap<String, Service>, tally: &mut Tally) {
        for service in services.values_mut() {
            let mut keys = service.condition_keys().to_vec();
            for key in &mut keys {
                let Some((provider, claim)) = key.name.split_once(':') else { continue };
                let many = self.facts.multi_valued_claims.iter().any(|one| one == claim);
                if provider.contains('.') && many && !key.multi_valued {
                    tally.count("claim-has-many-values", || key.name.to_string());
                    key.multi_valued = true;
                }
            }
            *service = with_keys(service, keys);
        }
    }
}

/// Checks that every action of the hand-kept tables exists, and that no operation which is said to be no action is one.
pub(crate) fn check_tables(catalog: &Catalog) -> Result<()> {
    let tables = catalog.tables();
    let mut wrong: Vec<String> = Vec::new();
    let mut named: Vec<&String> = tables.rcp_exempt_actions.iter().collect();
    for one in &tables.api_names {
        if catalog.action(&one.operation).is_some() {
            wrong.push(format!("{} is an action", one.operation));
        }
        named.extend(&one.actions);
    }
    for one in &tables.kms_uses {
        named.push(&one.action);
        named.extend(&one.kms);
    }
    let global =
        |key: &str| catalog.global_keys().iter().any(|one| *one.name == *key && one.always_present == Some(true));
    let unknown = tables.presence_exceptions.iter().filter(|one| !global(&one.key));
    wrong.extend(unknown.map(|one| format!("{} is no key that is called always present", one.key)));
    named.extend(tables.asked_with.iter().map(|one| &one.action));
    named.extend(catalog.escalations().iter().flat_map(|one| &one.actions));
    wrong.extend(named.iter().filter(|name| catalog.action(name).is_none()).map(|name| format!("{name} is no action")));
    if wrong.is_empty() { Ok(()) } else { Err(format!("tables: {}", wrong.join(", ")).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_ranges() {
        assert_eq!(character_range("U+0020-U+00FF").unwrap(), (' ', 'ÿ'));
        assert_eq!(character_range("U+0009").unwrap(), ('\t', '\t'));
        assert!(character_range("x").is_err());
    }

    #[test]
    fn a_quota_that_is_not_known_stops_the_task() {
        let file = br#"{"as_of": "2026-11", "limits": [{"what": "new thing", "max": 1}]}"#;
        assert!(quotas(file).unwrap_err().to_string().contains("new thing"));
    }
}

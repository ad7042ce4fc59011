//! The catalog and its look-ups.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use iamx_text::glob_matches_ignoring_case;

use crate::condition_key::{KeyTypes, best_match};
use crate::file::{self, Index, Section};
use crate::managed_policy;
use crate::principal::Principals;
use crate::tables::{AskedWith, KmsUse};
use crate::{
    Action, ApiName, CatalogError, ConditionKey, Escalation, Info, KeyMatch, KeyType, ManagedPolicy, Partition,
    PrincipalGrade, Quota, QuotaKind, Quotas, ResourceType, Service, ServicePrincipal, Tables, pattern, wire,
};

/// AWS's facts, as of a day. Parts are decoded when they are first asked for, and kept.
#[derive(Debug, Default)]
pub struct Catalog {
    bytes: Cow<'static, [u8]>,
    index: Index,
    services: Vec<OnceLock<Service>>,
    info: OnceLock<Info>,
    global_keys: OnceLock<Vec<ConditionKey>>,
    principals: OnceLock<Principals>,
    managed_policies: OnceLock<Vec<ManagedPolicy>>,
    partitions: OnceLock<Vec<Partition>>,
    quotas: OnceLock<Quotas>,
    escalations: OnceLock<Vec<Escalation>>,
    tables: OnceLock<Tables>,
}

/// The key that any claim of a web identity stands for, if the catalog does not list it.
static OPEN_CLAIM: LazyLock<[ConditionKey; 2]> = LazyLock::new(|| {
    [false, true].map(|multi_valued| ConditionKey {
        name: "${Provider}:${Claim}".into(),
        types: KeyTypes::of([KeyType::String]),
        multi_valued,
        single_valued_too: false,
        global: false,
        always_present: None,
    })
});

impl Catalog {
    /// The catalog that is built into the program.
    pub fn builtin() -> &'static Self {
        // The file is made and checked by `cargo xtask catalog` and by this crate's tests, so it can be read; were it not, an
        // empty catalog would find every name unknown.
        static BUILTIN: LazyLock<Catalog> = LazyLock::new(|| {
            let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../stdlib/catalog/catalog.bin"));
            Index::read(bytes).map_or_else(|_| Catalog::default(), |index| Catalog::new(Cow::Borrowed(bytes), index))
        });
        &BUILTIN
    }

    /// Reads a catalog file, which may come from anyone: its hash and every part of it are checked before it is used.
    ///
    /// # Errors
    ///
    /// If it is no catalog file, is of another format, larger than 8 MiB, damaged, or holds what no catalog may hold.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, CatalogError> {
        let index = Index::read(&bytes)?;
        file::verify_hash(&bytes)?;
        Self::validated(bytes, index)
    }

    /// Reads a catalog file without looking at its hash, so that a fuzzer gets past it. For tests.
    ///
    /// # Errors
    ///
    /// As [`from_bytes`](Self::from_bytes).
    #[doc(hidden)]
    pub fn from_unhashed_bytes(bytes: Vec<u8>) -> Result<Self, CatalogError> {
        let index = Index::read(&bytes)?;
        Self::validated(bytes, index)
    }

    fn validated(bytes: Vec<u8>, index: Index) -> Result<Self, CatalogError> {
        index.validate()?;
        let catalog = Self::new(Cow::Owned(bytes), index);
        for place in 0..catalog.index.services.len() {
            catalog.decode_service(place)?;
        }
        crate::data::decode_sections(&catalog)?;
        Ok(catalog)
    }

    fn new(bytes: Cow<'static, [u8]>, index: Index) -> Self {
        let services = index.services.iter().map(|_| OnceLock::new()).collect();
        Self { bytes, index, services, ..Self::default() }
    }

    /// The file that this catalog is.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the content, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.index.hash
    }

    /// Version, sources and counts.
    pub fn info(&self) -> &Info {
        self.info.get_or_init(|| file::read_info(self.section(Section::Info), &self.index.hash).unwrap_or_default())
    }

    /// Every service prefix, sorted. Cheaper than [`services`](Self::services): nothing is decoded.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.index.services.iter().map(|entry| &*entry.prefix)
    }

    /// Every service, sorted by prefix. Decodes those that were not asked for yet.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        (0..self.index.services.len()).filter_map(|place| self.service_at(place))
    }

    /// The service of that prefix, ignoring ASCII case.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        self.service_at(self.place_of(prefix)?)
    }

    /// Whether there is a service of that prefix, ignoring ASCII case. Nothing is decoded.
    pub fn has_service(&self, prefix: &str) -> bool {
        self.place_of(prefix).is_some()
    }

    /// The action of that whole name (`s3:GetObject`), ignoring ASCII case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        let (prefix, action) = name.split_once(':')?;
        self.service(prefix)?.action(action)
    }

    /// The actions that match a pattern such as `s3:Get*`, `*` or `s?:*`, with their services, sorted.
    pub fn actions_matching<'c>(&'c self, written: &str) -> impl Iterator<Item = (&'c Service, &'c Action)> {
        let (prefix, name) = match written.split_once(':') {
            Some(parts) => parts,
            None if written == "*" => ("*", "*"),
            None => ("", ""),
        };
        let places = if pattern::is_plain(prefix) {
            self.place_of(prefix).map_or(0..0, |place| place..place + 1)
        } else {
            0..self.index.services.len()
        };
        places
            .filter(move |place| {
                self.index.services.get(*place).is_some_and(|entry| glob_matches_ignoring_case(prefix, &entry.prefix))
            })
            .filter_map(|place| self.service_at(place))
            .flat_map(move |service| service.actions_matching(name).map(move |action| (service, action)))
    }

    /// The resource types that have an ARN format with that service field, with their services. The field is not always a
    /// service's prefix, and can be that of several services (`kafka-cluster` acts on ARNs of `kafka`). `*` and `?` in it
    /// are wildcards. Types whose format leaves the field open are among them.
    pub fn resource_types_in_arns<'a>(
        &'a self,
        field: &'a str,
    ) -> impl Iterator<Item = (&'a Service, &'a ResourceType)> {
        let fits = move |name: &str| name == "*" || glob_matches_ignoring_case(field, name);
        let found = self.index.arn_services.iter().filter(move |(name, _)| fits(name));
        let places: BTreeSet<u16> = found.flat_map(|(_, places)| places).copied().collect();
        places.into_iter().filter_map(|place| self.service_at(usize::from(place))).flat_map(move |service| {
            let of_field = move |one: &&ResourceType| one.arn_templates.iter().any(|template| fits(template.service()));
            service.resource_types().iter().filter(of_field).map(move |one| (service, one))
        })
    }

    /// Whether some ARN format has that service field, or some service that prefix.
    pub fn is_arn_service(&self, field: &str) -> bool {
        self.has_service(field) || self.index.arn_services.iter().any(|(name, _)| **name == *field && field != "*")
    }

    /// The condition key that a written name means, ignoring ASCII case: a global key, one that the service of its prefix or
    /// any other service lists, or a claim of a web identity (`token.actions.githubusercontent.com:sub`), which is a String
    /// whether the catalog lists it or not.
    pub fn condition_key<'n>(&self, name: &'n str) -> Option<KeyMatch<'_, 'n>> {
        let prefix = key_prefix(name)?;
        if let Some(found) = best_match(self.global_keys(), name) {
            return Some(found);
        }
        let listed = self.service(prefix).and_then(|service| service.condition_key(name)).or_else(|| {
            self.index
                .foreign
                .iter()
                .filter(|(written, _)| written.contains("${") || written.eq_ignore_ascii_case(prefix))
                .flat_map(|(_, places)| places)
                .find_map(|place| self.service_at(usize::from(*place))?.condition_key(name))
        });
        let claim =
            prefix.contains('.').then(|| name.get(prefix.len() + 1..)).flatten().filter(|claim| !claim.is_empty());
        let open = |claim: &str| {
            let multi = self.tables().multi_valued_claims.iter().any(|one| one.eq_ignore_ascii_case(claim));
            let [single, many] = &*OPEN_CLAIM;
            KeyMatch { key: if multi { many } else { single }, argument: None }
        };
        listed.or_else(|| claim.map(open))
    }

    /// Every global key, sorted. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    pub fn global_keys(&self) -> &[ConditionKey] {
        self.global_keys.get_or_init(|| self.decode_global_keys().unwrap_or_default())
    }

    /// Whether every request of every kind holds the global key: the sources call it always present, and no request is known
    /// that lacks it ([`Tables::presence_exceptions`]).
    pub fn always_sent(&self, key: &str) -> bool {
        pattern::find(self.global_keys(), key, |one| &one.name).is_some_and(|one| one.always_present == Some(true))
            && pattern::find(&self.tables().presence_exceptions, key, |one| &one.key).is_none()
    }

    /// Every service principal that is listed, sorted.
    pub fn principals(&self) -> &[ServicePrincipal] {
        &self.principal_list().listed
    }

    /// What a service principal's name is worth. Case, regions and partition suffixes do not count.
    pub fn principal(&self, name: &str) -> PrincipalGrade {
        self.principal_list().grade(name, self.partitions(), |prefix| self.has_service(prefix))
    }

    /// The listed service principal that the language calls by its first labels: `lambda` is `lambda.amazonaws.com`,
    /// `delivery.logs` is `delivery.logs.amazonaws.com`. A plausible one is found by [`principal`](Self::principal).
    pub fn service_principal_named(&self, short: &str) -> Option<&str> {
        self.principal_list().named(short)
    }

    /// The AWS managed policy of that name (`SecurityAudit`), or path and name (`job-function/ViewOnlyAccess`). Case counts.
    pub fn managed_policy(&self, written: &str) -> Option<&ManagedPolicy> {
        managed_policy::find(self.managed_policies(), written)
    }

    /// Every AWS managed policy, sorted by name.
    pub fn managed_policies(&self) -> &[ManagedPolicy] {
        self.managed_policies.get_or_init(|| self.decode(Section::ManagedPolicies).unwrap_or_default())
    }

    /// Every partition, the commercial one first.
    pub fn partitions(&self) -> &[Partition] {
        self.partitions.get_or_init(|| self.decode(Section::Partitions).unwrap_or_default())
    }

    /// The partition of that id.
    pub fn partition(&self, id: &str) -> Option<&Partition> {
        self.partitions().iter().find(|partition| partition.id == id)
    }

    /// The partition that a region is in; `None` if the region is not known.
    pub fn partition_of_region(&self, region: &str) -> Option<&Partition> {
        self.partitions().iter().find(|partition| partition.regions.iter().any(|one| one == region))
    }

    /// Every quota, with the date of the table.
    pub fn quotas(&self) -> &Quotas {
        self.quotas.get_or_init(|| self.decode(Section::Quotas).unwrap_or_default())
    }

    /// The quota of that kind.
    pub fn quota(&self, kind: QuotaKind) -> Option<&Quota> {
        self.quotas().get(kind)
    }

    /// Sets of actions with which a principal can gain permissions.
    pub fn escalations(&self) -> &[Escalation] {
        self.escalations.get_or_init(|| self.decode(Section::Escalations).unwrap_or_default())
    }

    /// The tables kept by hand.
    pub fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| self.decode(Section::Tables).unwrap_or_default())
    }

    /// If that is an API operation which is no action (`s3:HeadObject`), what authorizes it. Ignores ASCII case.
    pub fn api_name(&self, name: &str) -> Option<&ApiName> {
        pattern::find(&self.tables().api_names, name, |one| &one.operation)
    }

    /// The KMS actions that the caller of an action needs where the resource is encrypted by a customer managed key: what
    /// the hand-kept table says, else those that AWS lists as dependent actions. Empty for an action that is known to need
    /// none; `None` where nothing is known. Ignores ASCII case.
    pub fn kms_actions(&self, action: &str) -> Option<Vec<&str>> {
        if let Some(listed) = pattern::find(&self.tables().kms_uses, action, |one: &KmsUse| &one.action) {
            return Some(listed.kms.iter().map(String::as_str).collect());
        }
        let dependent = self.action(action).map_or(&[][..], |found| &found.dependent_actions);
        let kms: Vec<&str> = dependent.iter().map(|name| &**name).filter(|name| name.starts_with("kms:")).collect();
        (!kms.is_empty()).then_some(kms)
    }

    /// The ARN that a service asks with about an action without resource types, where it is not `*`. Ignores ASCII case.
    pub fn asked_with(&self, action: &str) -> Option<&str> {
        pattern::find(&self.tables().asked_with, action, |one: &AskedWith| &one.action).map(|one| one.arn.as_str())
    }

    pub(crate) fn section(&self, section: Section) -> &[u8] {
        self.index.sections.get(section as usize).and_then(|range| self.bytes.get(range.clone())).unwrap_or_default()
    }

    pub(crate) fn decode<'a, T: serde::Deserialize<'a>>(&'a self, section: Section) -> Result<T, CatalogError> {
        wire::from_slice(self.section(section), || section.name().to_owned())
    }

    pub(crate) fn decode_global_keys(&self) -> Result<Vec<ConditionKey>, CatalogError> {
        wire::decode_keys(self.section(Section::GlobalKeys))
    }

    fn principal_list(&self) -> &Principals {
        self.principals.get_or_init(|| Principals { listed: self.decode(Section::Principals).unwrap_or_default() })
    }

    fn place_of(&self, prefix: &str) -> Option<usize> {
        self.index.services.binary_search_by(|entry| pattern::compare(&entry.prefix, prefix)).ok()
    }

    fn service_at(&self, place: usize) -> Option<&Service> {
        self.services.get(place).map(|cell| cell.get_or_init(|| self.decode_service(place).unwrap_or_default()))
    }

    fn decode_service(&self, place: usize) -> Result<Service, CatalogError> {
        let damaged = || CatalogError::damaged("header");
        let entry = self.index.services.get(place).ok_or_else(damaged)?;
        let bytes = self.bytes.get(entry.bytes.clone()).ok_or_else(damaged)?;
        wire::decode(&entry.prefix, entry.rcp_supported, bytes)
    }
}

/// What stands before the colon of a key's name; the provider's name may hold slashes.
pub(crate) fn key_prefix(name: &str) -> Option<&str> {
    name.split_once(':').map(|(prefix, _)| prefix).filter(|prefix| !prefix.is_empty())
}

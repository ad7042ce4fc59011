//! A catalog in the making: everything that goes into a file.

use std::collections::BTreeMap;

use crate::catalog::key_prefix;
use crate::file::{self, Blob, Places, Section};
use crate::wire::{checked, encode, encode_keys, to_vec};
use crate::{
    ArnTemplate, Catalog, CatalogError, ConditionKey, Counts, Escalation, Info, ManagedPolicy, Partition, Quotas,
    Service, ServicePrincipal, Tables, pattern,
};

/// The facts of a catalog, to be changed and written. Made by `cargo xtask catalog` from the sources, or from a catalog.
#[derive(Debug, Clone, Default)]
pub struct CatalogData {
    /// Version, sources, differences and what was left out; hash and counts are filled in by [`to_bytes`](Self::to_bytes).
    pub info: Info,
    /// The services, by prefix.
    pub services: BTreeMap<String, Service>,
    /// The global condition keys.
    pub global_keys: Vec<ConditionKey>,
    /// The service principals.
    pub principals: Vec<ServicePrincipal>,
    /// The AWS managed policies.
    pub managed_policies: Vec<ManagedPolicy>,
    /// The partitions, the commercial one first.
    pub partitions: Vec<Partition>,
    /// The quotas.
    pub quotas: Quotas,
    /// The privilege escalation table.
    pub escalations: Vec<Escalation>,
    /// The tables kept by hand.
    pub tables: Tables,
}

impl CatalogData {
    /// Everything in a catalog.
    pub fn from_catalog(catalog: &Catalog) -> Self {
        Self {
            info: catalog.info().clone(),
            services: catalog.services().map(|one| (one.prefix().to_owned(), one.clone())).collect(),
            global_keys: catalog.global_keys().to_vec(),
            principals: catalog.principals().to_vec(),
            managed_policies: catalog.managed_policies().to_vec(),
            partitions: catalog.partitions().to_vec(),
            quotas: catalog.quotas().clone(),
            escalations: catalog.escalations().to_vec(),
            tables: catalog.tables().clone(),
        }
    }

    /// The catalog file of these facts. The same facts give the same bytes.
    ///
    /// # Errors
    ///
    /// If a name may not stand in a catalog, or there is more than a file may hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CatalogError> {
        let mut data = self.clone();
        data.sort();
        data.info.counts = data.count();
        let mut services: Vec<&Service> = data.services.values().collect();
        services.sort_by(|a, b| pattern::compare(a.prefix(), b.prefix()));
        let blobs = services
            .iter()
            .map(|one| {
                let bytes = encode(one)?;
                Ok(Blob { prefix: one.prefix(), rcp_supported: one.rcp_supported(), bytes })
            })
            .collect::<Result<Vec<_>, CatalogError>>()?;
        let sections = Section::ALL
            .into_iter()
            .map(|section| match section {
                Section::Info => to_vec(&data.info, section.name()),
                Section::GlobalKeys => encode_keys(&data.global_keys),
                Section::Principals => to_vec(&data.principals, section.name()),
                Section::ManagedPolicies => to_vec(&data.managed_policies, section.name()),
                Section::Partitions => to_vec(&data.partitions, section.name()),
                Section::Quotas => to_vec(&data.quotas, section.name()),
                Section::Escalations => to_vec(&data.escalations, section.name()),
                Section::Tables => to_vec(&data.tables, section.name()),
            })
            .collect::<Result<Vec<_>, _>>()?;
        file::write(&sections, &blobs, &foreign_prefixes(&services), &arn_services(&services))
    }

    fn sort(&mut self) {
        self.global_keys.sort_by(|a, b| pattern::compare(&a.name, &b.name));
        self.principals.sort_by(|a, b| a.name.cmp(&b.name));
        self.principals.dedup_by(|b, a| a.name == b.name);
        self.managed_policies.sort_by(|a, b| a.name.cmp(&b.name));
        self.quotas.quotas.sort_by_key(|quota| quota.kind);
        self.tables.api_names.sort_by(|a, b| pattern::compare(&a.operation, &b.operation));
        self.tables.presence_exceptions.sort_by(|a, b| pattern::compare(&a.key, &b.key));
        self.tables.kms_uses.sort_by(|a, b| pattern::compare(&a.action, &b.action));
        self.tables.asked_with.sort_by(|a, b| pattern::compare(&a.action, &b.action));
    }

    fn count(&self) -> Counts {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let each = |count: fn(&Service) -> usize| number(self.services.values().map(count).sum());
        Counts {
            services: number(self.services.len()),
            rcp_services: number(self.services.values().filter(|one| one.rcp_supported()).count()),
            actions: each(|one| one.actions().len()),
            resource_types: each(|one| one.resource_types().len()),
            arn_templates: each(|one| one.resource_types().iter().map(|of| of.arn_templates.len()).sum()),
            condition_keys: each(|one| one.condition_keys().len()),
            global_keys: number(self.global_keys.len()),
            principals: number(self.principals.len()),
            managed_policies: number(self.managed_policies.len()),
            partitions: number(self.partitions.len()),
            regions: number(self.partitions.iter().map(|one| one.regions.len()).sum()),
            quotas: number(self.quotas.quotas.len()),
        }
    }
}

/// Key prefixes other than `aws` that a service lists though they are not its own, with the places of the services.
fn foreign_prefixes(services: &[&Service]) -> Places<String> {
    places(services, |service| {
        let prefixes = service.condition_keys().iter().filter_map(|key| key_prefix(&key.name));
        let foreign = prefixes
            .filter(|prefix| !prefix.eq_ignore_ascii_case("aws") && !prefix.eq_ignore_ascii_case(service.prefix()));
        foreign.collect()
    })
}

/// The service fields of ARN formats, with the places of the services.
fn arn_services(services: &[&Service]) -> Places<String> {
    places(services, |service| {
        let templates = service.resource_types().iter().flat_map(|one| &one.arn_templates);
        templates.map(ArnTemplate::service).collect()
    })
}

fn places<'a>(services: &[&'a Service], names: impl Fn(&'a Service) -> Vec<&'a str>) -> Places<String> {
    let mut found: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
    for (place, service) in (0u16..).zip(services) {
        for name in names(service) {
            let places = found.entry(name).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    found.into_iter().map(|(name, places)| (name.to_owned(), places)).collect()
}

/// Decodes every section that is not a service and checks what look-ups count on.
pub(crate) fn decode_sections(catalog: &Catalog) -> Result<(), CatalogError> {
    let info = file::read_info(catalog.section(Section::Info), catalog.hash())?;
    let of_info = || Section::Info.name().to_owned();
    checked(&info.version, of_info)?;
    for source in &info.sources {
        for text in [&source.name, &source.version, &source.date] {
            checked(text, of_info)?;
        }
    }
    for difference in &info.differences {
        for text in [&difference.rule, &difference.meaning].into_iter().chain(&difference.examples) {
            checked(text, of_info)?;
        }
    }
    for left in &info.left_out {
        checked(&left.what, of_info)?;
        checked(&left.reason, of_info)?;
    }
    catalog.decode_global_keys()?;
    let principals: Vec<ServicePrincipal> = catalog.decode(Section::Principals)?;
    let policies: Vec<ManagedPolicy> = catalog.decode(Section::ManagedPolicies)?;
    let partitions: Vec<Partition> = catalog.decode(Section::Partitions)?;
    let quotas: Quotas = catalog.decode(Section::Quotas)?;
    let escalations: Vec<Escalation> = catalog.decode(Section::Escalations)?;
    let tables: Tables = catalog.decode(Section::Tables)?;
    in_order(principals.iter().map(|one| one.name.as_str()), Section::Principals)?;
    in_order(policies.iter().map(|one| one.name.as_str()), Section::ManagedPolicies)?;
    let mut texts: Vec<&str> = principals.iter().flat_map(|one| [one.name.as_str(), &one.source]).collect();
    texts.extend(policies.iter().flat_map(|one| [one.name.as_str(), &one.path]));
    for partition in &partitions {
        texts.extend([partition.id.as_str(), &partition.dns_suffix, &partition.global_region]);
        texts.extend(partition.regions.iter().map(String::as_str));
    }
    texts.push(&quotas.as_of);
    for quota in &quotas.quotas {
        texts.extend([&quota.since, &quota.doubt, &quota.note].into_iter().flatten().map(String::as_str));
    }
    for set in &escalations {
        texts.push(&set.kind);
        texts.extend(set.actions.iter().chain(&set.sources).map(String::as_str));
    }
    for one in &tables.api_names {
        texts.push(&one.operation);
        texts.extend(one.actions.iter().map(String::as_str));
    }
    for one in &tables.kms_uses {
        texts.push(&one.action);
        texts.extend(one.kms.iter().map(String::as_str));
    }
    texts.extend(tables.asked_with.iter().flat_map(|one| [one.action.as_str(), &one.arn]));
    texts.extend(tables.presence_exceptions.iter().flat_map(|one| [one.key.as_str(), &one.absent]));
    texts.extend(tables.rcp_exempt_actions.iter().map(String::as_str));
    texts.extend(tables.built_in_providers.iter().chain(&tables.multi_valued_claims).map(String::as_str));
    for text in texts {
        checked(text, || "sections".to_owned())?;
    }
    let of_tables = || Section::Tables.name().to_owned();
    crate::wire::sorted(tables.api_names.iter().map(|one| one.operation.as_str()), of_tables)?;
    crate::wire::sorted(tables.presence_exceptions.iter().map(|one| one.key.as_str()), of_tables)?;
    crate::wire::sorted(tables.kms_uses.iter().map(|one| one.action.as_str()), of_tables)?;
    crate::wire::sorted(tables.asked_with.iter().map(|one| one.action.as_str()), of_tables)
}

fn in_order<'a>(names: impl Iterator<Item = &'a str> + Clone, section: Section) -> Result<(), CatalogError> {
    if names.clone().zip(names.skip(1)).all(|(one, next)| one < next) {
        Ok(())
    } else {
        Err(CatalogError::invalid(section.name(), "names are out of order"))
    }
}

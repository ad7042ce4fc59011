//! How a service is written in a catalog file: names once, and numbers that point at them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::condition_key::KeyTypes;
use crate::{Action, ArnTemplate, CatalogError, ConditionKey, LevelSet, ResourceType, ResourceUse, Service, pattern};

/// The longest name or ARN format that a catalog may hold, in bytes.
const LONGEST_NAME: usize = 1024;

#[derive(Serialize, Deserialize)]
struct WireService<'a> {
    /// Names of keys, resource types and dependent actions that are referred to by place.
    #[serde(borrow)]
    names: Vec<&'a str>,
    #[serde(borrow)]
    keys: Vec<WireKey<'a>>,
    #[serde(borrow)]
    types: Vec<WireType<'a>>,
    #[serde(borrow)]
    actions: Vec<WireAction<'a>>,
}

#[derive(Serialize, Deserialize)]
struct WireKey<'a> {
    name: &'a str,
    types: u8,
    flags: u8,
}

#[derive(Serialize, Deserialize)]
struct WireType<'a> {
    name: &'a str,
    #[serde(borrow)]
    templates: Vec<&'a str>,
    keys: Vec<u16>,
}

#[derive(Serialize, Deserialize)]
struct WireAction<'a> {
    name: &'a str,
    levels: u8,
    permission_only: bool,
    uses: Vec<WireUse>,
    keys: Vec<u16>,
    dependent: Vec<u16>,
}

#[derive(Serialize, Deserialize)]
struct WireUse {
    /// Twice the place of the type's name, and one more if it is required.
    name_and_required: u16,
    keys: Vec<u16>,
}

const MULTI_VALUED: u8 = 1;
const SINGLE_VALUED_TOO: u8 = 2;
const GLOBAL: u8 = 4;
const PRESENCE_KNOWN: u8 = 8;
const ALWAYS_PRESENT: u8 = 16;

/// Names, each once, by place.
#[derive(Default)]
struct Names<'a> {
    places: BTreeMap<&'a str, u16>,
}

impl<'a> Names<'a> {
    fn collect(names: impl Iterator<Item = &'a str>) -> Result<Self, CatalogError> {
        let mut places: BTreeMap<&str, u16> = names.map(|name| (name, 0)).collect();
        for (place, value) in places.values_mut().enumerate() {
            *value = u16::try_from(place)
                .ok()
                .filter(|place| *place < u16::MAX / 2)
                .ok_or_else(|| CatalogError::invalid("service", "too many names in one service"))?;
        }
        Ok(Self { places })
    }

    fn at(&self, name: &str) -> u16 {
        self.places.get(name).copied().unwrap_or_default()
    }

    fn each(&self, names: &[Arc<str>]) -> Vec<u16> {
        names.iter().map(|name| self.at(name)).collect()
    }
}

/// The bytes of a service, without its prefix.
pub(crate) fn encode(service: &Service) -> Result<Vec<u8>, CatalogError> {
    let of_types = service.resource_types.iter().flat_map(|one| one.condition_keys.iter());
    let of_actions = service.actions.iter().flat_map(|action| {
        let uses = action.resource_types.iter().flat_map(|used| used.condition_keys.iter().chain([&used.name]));
        action.condition_keys.iter().chain(&action.dependent_actions).chain(uses)
    });
    let names = Names::collect(of_types.chain(of_actions).map(|name| &**name))?;
    let wire = WireService {
        names: names.places.keys().copied().collect(),
        keys: service.condition_keys.iter().map(encode_key).collect(),
        types: service
            .resource_types
            .iter()
            .map(|one| WireType {
                name: &one.name,
                templates: one.arn_templates.iter().map(ArnTemplate::text).collect(),
                keys: names.each(&one.condition_keys),
            })
            .collect(),
        actions: service
            .actions
            .iter()
            .map(|action| WireAction {
                name: &action.name,
                levels: action.levels.bits(),
                permission_only: action.permission_only,
                uses: action
                    .resource_types
                    .iter()
                    .map(|used| WireUse {
                        name_and_required: names.at(&used.name) * 2 + u16::from(used.required),
                        keys: names.each(&used.condition_keys),
                    })
                    .collect(),
                keys: names.each(&action.condition_keys),
                dependent: names.each(&action.dependent_actions),
            })
            .collect(),
    };
    to_vec(&wire, &service.prefix)
}

/// The service of those bytes. Everything that the rest of the crate counts on is checked: places are within bounds, names
/// are printable and sorted, formats can be parsed.
pub(crate) fn decode(prefix: &str, rcp_supported: bool, bytes: &[u8]) -> Result<Service, CatalogError> {
    let part = || format!("service {prefix}");
    let wire: WireService<'_> = from_slice(bytes, part)?;
    let names =
        wire.names.iter().map(|name| checked(name, part).map(Arc::from)).collect::<Result<Vec<Arc<str>>, _>>()?;
    let at = |place: u16| names.get(usize::from(place)).cloned().ok_or_else(|| CatalogError::damaged(part()));
    let each = |places: &[u16]| places.iter().map(|place| at(*place)).collect::<Result<Vec<_>, _>>();
    let condition_keys = wire.keys.iter().map(|key| decode_key(key, part)).collect::<Result<Vec<_>, _>>()?;
    let mut resource_types = Vec::with_capacity(wire.types.len());
    for one in &wire.types {
        let arn_templates = one
            .templates
            .iter()
            .map(|text| {
                ArnTemplate::parse(checked(text, part)?)
                    .ok_or_else(|| CatalogError::invalid(part(), format!("`{text}` is no ARN format")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let name = checked(one.name, part)?.into();
        resource_types.push(ResourceType { name, arn_templates, condition_keys: each(&one.keys)? });
    }
    let mut actions = Vec::with_capacity(wire.actions.len());
    for action in &wire.actions {
        let mut uses = Vec::with_capacity(action.uses.len());
        for used in &action.uses {
            uses.push(ResourceUse {
                name: at(used.name_and_required / 2)?,
                required: used.name_and_required % 2 == 1,
                condition_keys: each(&used.keys)?,
            });
        }
        actions.push(Action {
            name: checked(action.name, part)?.into(),
            levels: LevelSet::from_bits(action.levels).ok_or_else(|| CatalogError::damaged(part()))?,
            resource_types: uses,
            condition_keys: each(&action.keys)?,
            dependent_actions: each(&action.dependent)?,
            permission_only: action.permission_only,
        });
    }
    sorted(actions.iter().map(|action| &*action.name), part)?;
    sorted(resource_types.iter().map(|one| &*one.name), part)?;
    sorted(condition_keys.iter().map(|key| &*key.name), part)?;
    Ok(Service { prefix: prefix.into(), rcp_supported, actions, resource_types, condition_keys })
}

/// The bytes of a list of keys.
pub(crate) fn encode_keys(keys: &[ConditionKey]) -> Result<Vec<u8>, CatalogError> {
    to_vec(&keys.iter().map(encode_key).collect::<Vec<_>>(), "global keys")
}

/// The keys of those bytes, which are sorted by name.
pub(crate) fn decode_keys(bytes: &[u8]) -> Result<Vec<ConditionKey>, CatalogError> {
    let part = || "global keys".to_owned();
    let wire: Vec<WireKey<'_>> = from_slice(bytes, part)?;
    let keys = wire.iter().map(|key| decode_key(key, part)).collect::<Result<Vec<_>, _>>()?;
    sorted(keys.iter().map(|key| &*key.name), part)?;
    Ok(keys)
}

fn encode_key(key: &ConditionKey) -> WireKey<'_> {
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    WireKey {
        name: &key.name,
        types: key.types.bits(),
        flags: flag(key.multi_valued, MULTI_VALUED)
            | flag(key.single_valued_too, SINGLE_VALUED_TOO)
            | flag(key.global, GLOBAL)
            | flag(key.always_present.is_some(), PRESENCE_KNOWN)
            | flag(key.always_present == Some(true), ALWAYS_PRESENT),
    }
}

fn decode_key(key: &WireKey<'_>, part: impl Fn() -> String + Copy) -> Result<ConditionKey, CatalogError> {
    let has = |bit: u8| key.flags & bit != 0;
    let types = KeyTypes::from_bits(key.types).filter(|types| !types.is_empty());
    Ok(ConditionKey {
        name: checked(key.name, part)?.into(),
        types: types.ok_or_else(|| CatalogError::damaged(part()))?,
        multi_valued: has(MULTI_VALUED),
        single_valued_too: has(SINGLE_VALUED_TOO),
        global: has(GLOBAL),
        always_present: has(PRESENCE_KNOWN).then(|| has(ALWAYS_PRESENT)),
    })
}

/// Encodes any part of a catalog.
pub(crate) fn to_vec<T: Serialize>(value: &T, part: &str) -> Result<Vec<u8>, CatalogError> {
    postcard::to_allocvec(value).map_err(|error| CatalogError::invalid(part, error.to_string()))
}

/// Decodes any part of a catalog; what is left over is an error.
pub(crate) fn from_slice<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    part: impl Fn() -> String,
) -> Result<T, CatalogError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(CatalogError::damaged(part())),
    }
}

/// The name, if it may stand in a catalog: printable ASCII, so that no name can move a terminal's cursor, and not too long.
pub(crate) fn checked(name: &str, part: impl Fn() -> String) -> Result<&str, CatalogError> {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(CatalogError::invalid(part(), "a name is empty or too long"));
    }
    if !name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Err(CatalogError::invalid(part(), "a name has characters other than printable ASCII"));
    }
    Ok(name)
}

/// Whether names are in order and each there once, ignoring case.
pub(crate) fn sorted<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    part: impl Fn() -> String,
) -> Result<(), CatalogError> {
    let mut next = names.clone();
    next.next();
    match names.zip(next).find(|(one, other)| pattern::compare(one, other).is_ge()) {
        Some((one, other)) => Err(CatalogError::invalid(part(), format!("`{one}` and `{other}` are out of order"))),
        None => Ok(()),
    }
}

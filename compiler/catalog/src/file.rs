//! The catalog file: a fixed start, a header, and a blob for each service and each other section.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `iamxcat` and a zero |
//! | 2 | format number, little-endian |
//! | 32 | SHA-256 of everything after it |
//! | 4 | length of the header, little-endian |
//! | … | header: information, sections, services with the lengths of their blobs (postcard) |
//! | … | the blobs, in the header's order, without gaps |
//!
//! Reading the header costs a few microseconds for each hundred services; a blob is decoded when it is first asked for.

use std::fmt::Write as _;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::wire::{checked, from_slice, sorted, to_vec};
use crate::{CatalogError, Info};

const MAGIC: &[u8; 8] = b"iamxcat\0";
const FORMAT: u16 = 1;
const HASH_AT: Range<usize> = 10..42;
const HEADER_AT: usize = 46;
/// The largest file that is read, in bytes: several times the built-in one.
pub(crate) const LARGEST: usize = 8 << 20;
/// The largest header, section or service that is read, in bytes: several times the built-in ones. With [`LARGEST`] it bounds
/// the memory that a file made to do harm can take: decoded, a byte becomes some thirty at most.
const LARGEST_PART: usize = 1 << 20;

/// The sections that are not services, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Info,
    GlobalKeys,
    Principals,
    ManagedPolicies,
    Partitions,
    Quotas,
    Escalations,
    Tables,
}

impl Section {
    pub(crate) const ALL: [Self; 8] = [
        Self::Info,
        Self::GlobalKeys,
        Self::Principals,
        Self::ManagedPolicies,
        Self::Partitions,
        Self::Quotas,
        Self::Escalations,
        Self::Tables,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Info => "information",
            Self::GlobalKeys => "global keys",
            Self::Principals => "service principals",
            Self::ManagedPolicies => "managed policies",
            Self::Partitions => "partitions",
            Self::Quotas => "quotas",
            Self::Escalations => "privilege escalation table",
            Self::Tables => "hand-kept tables",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    sections: Vec<u32>,
    #[serde(borrow)]
    services: Vec<HeaderService<'a>>,
    /// Prefixes of keys that services list though the prefix is another's, with the places of those services.
    #[serde(borrow)]
    foreign: Places<&'a str>,
    /// Service fields of ARN formats, with the places of the services that have such formats.
    #[serde(borrow)]
    arn_services: Places<&'a str>,
}

/// Names, with the places of the services that they lead to.
pub(crate) type Places<N> = Vec<(N, Vec<u16>)>;

#[derive(Serialize, Deserialize)]
struct HeaderService<'a> {
    prefix: &'a str,
    rcp_supported: bool,
    length: u32,
}

/// Where a service's blob lies.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) prefix: Box<str>,
    pub(crate) rcp_supported: bool,
    pub(crate) bytes: Range<usize>,
}

/// Where everything lies in a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    pub(crate) hash: String,
    pub(crate) sections: Vec<Range<usize>>,
    /// Sorted by prefix.
    pub(crate) services: Vec<Entry>,
    pub(crate) foreign: Places<Box<str>>,
    pub(crate) arn_services: Places<Box<str>>,
}

impl Index {
    /// Reads a file's index. Neither the hash nor the blobs are looked at.
    pub(crate) fn read(file: &[u8]) -> Result<Self, CatalogError> {
        if file.len() > LARGEST {
            return Err(CatalogError::TooLarge { bytes: file.len(), limit: LARGEST });
        }
        let (magic, rest) = file.split_first_chunk::<8>().ok_or(CatalogError::NotACatalog)?;
        if magic != MAGIC {
            return Err(CatalogError::NotACatalog);
        }
        let (format, _) = rest.split_first_chunk::<2>().ok_or(CatalogError::NotACatalog)?;
        let format = u16::from_le_bytes(*format);
        if format != FORMAT {
            return Err(CatalogError::Format { found: format, read: FORMAT });
        }
        let damaged = || CatalogError::damaged("header");
        let hash = file.get(HASH_AT).ok_or_else(damaged)?;
        let (length, rest) =
            file.get(HASH_AT.end..).and_then(|rest| rest.split_first_chunk::<4>()).ok_or_else(damaged)?;
        let length = u32::from_le_bytes(*length) as usize;
        limited(length)?;
        let header: Header<'_> = from_slice(rest.get(..length).ok_or_else(damaged)?, || "header".to_owned())?;
        if header.sections.len() != Section::ALL.len() {
            return Err(damaged());
        }
        let mut at = HEADER_AT + length;
        let mut take = |length: u32| {
            let start = at;
            at = at.saturating_add(length as usize);
            start..at
        };
        let sections = header.sections.iter().map(|length| take(*length)).collect();
        let services: Vec<Entry> = header
            .services
            .iter()
            .map(|one| Entry { prefix: one.prefix.into(), rcp_supported: one.rcp_supported, bytes: take(one.length) })
            .collect();
        if at != file.len() {
            return Err(damaged());
        }
        let lengths = header.sections.iter().chain(header.services.iter().map(|one| &one.length));
        for length in lengths {
            limited(*length as usize)?;
        }
        let owned = |places: Places<&str>| places.into_iter().map(|(name, places)| (name.into(), places)).collect();
        Ok(Self {
            hash: hexadecimal(hash),
            sections,
            services,
            foreign: owned(header.foreign),
            arn_services: owned(header.arn_services),
        })
    }

    /// Checks what lookups count on.
    pub(crate) fn validate(&self) -> Result<(), CatalogError> {
        let part = || "header".to_owned();
        for entry in &self.services {
            checked(&entry.prefix, part)?;
        }
        sorted(self.services.iter().map(|one| &*one.prefix), part)?;
        for (prefix, places) in self.foreign.iter().chain(&self.arn_services) {
            checked(prefix, part)?;
            if places.iter().any(|place| usize::from(*place) >= self.services.len()) {
                return Err(CatalogError::damaged("header"));
            }
        }
        Ok(())
    }
}

/// Whether the file's content has the hash that it names.
pub(crate) fn verify_hash(file: &[u8]) -> Result<(), CatalogError> {
    let named = file.get(HASH_AT).ok_or(CatalogError::NotACatalog)?;
    let content = file.get(HASH_AT.end..).unwrap_or_default();
    if Sha256::digest(content).as_slice() == named { Ok(()) } else { Err(CatalogError::HashDiffers) }
}

/// A service's blob, to be written.
pub(crate) struct Blob<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) rcp_supported: bool,
    pub(crate) bytes: Vec<u8>,
}

/// Writes a file of these sections (in the order of [`Section::ALL`]) and services (sorted by prefix).
pub(crate) fn write(
    sections: &[Vec<u8>],
    services: &[Blob<'_>],
    foreign: &Places<String>,
    arn_services: &Places<String>,
) -> Result<Vec<u8>, CatalogError> {
    let length = |bytes: &[u8]| {
        limited(bytes.len())?;
        u32::try_from(bytes.len()).map_err(|_| CatalogError::invalid("file", "a part of it is too long"))
    };
    let header = Header {
        sections: sections.iter().map(|bytes| length(bytes)).collect::<Result<_, _>>()?,
        services: services
            .iter()
            .map(|one| {
                length(&one.bytes).map(|length| HeaderService {
                    prefix: one.prefix,
                    rcp_supported: one.rcp_supported,
                    length,
                })
            })
            .collect::<Result<_, _>>()?,
        foreign: foreign.iter().map(|(name, places)| (name.as_str(), places.clone())).collect(),
        arn_services: arn_services.iter().map(|(name, places)| (name.as_str(), places.clone())).collect(),
    };
    let header = to_vec(&header, "header")?;
    let mut content = length(&header)?.to_le_bytes().to_vec();
    content.extend_from_slice(&header);
    for bytes in sections.iter().chain(services.iter().map(|one| &one.bytes)) {
        content.extend_from_slice(bytes);
    }
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&FORMAT.to_le_bytes());
    file.extend_from_slice(&Sha256::digest(&content));
    file.append(&mut content);
    if file.len() > LARGEST {
        return Err(CatalogError::TooLarge { bytes: file.len(), limit: LARGEST });
    }
    Ok(file)
}

/// The information section with the hash that the file names.
pub(crate) fn read_info(bytes: &[u8], hash: &str) -> Result<Info, CatalogError> {
    let mut info: Info = from_slice(bytes, || Section::Info.name().to_owned())?;
    hash.clone_into(&mut info.hash);
    Ok(info)
}

fn limited(length: usize) -> Result<(), CatalogError> {
    if length > LARGEST_PART {
        return Err(CatalogError::invalid("file", format!("a part has {length} bytes, more than {LARGEST_PART}")));
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

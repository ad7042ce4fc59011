//! Catalog files that are damaged or made to do harm: an error in words, never a panic.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]

use iamx_catalog::{Catalog, CatalogData, CatalogError, Service};

/// A catalog small enough to be damaged in every byte.
fn small() -> Vec<u8> {
    let whole = Catalog::builtin();
    let mut data = CatalogData::from_catalog(whole);
    data.services.retain(|prefix, _| ["sts", "account"].contains(&prefix.as_str()));
    data.managed_policies.truncate(20);
    data.principals.truncate(20);
    data.escalations.truncate(5);
    data.info.differences.truncate(2);
    data.to_bytes().unwrap()
}

/// Asks a catalog for everything.
fn exercise(catalog: &Catalog) -> usize {
    let services: usize = catalog.services().map(|service| service.actions().len()).sum();
    let _ = catalog.nearest_action("sts:AssumeRol");
    let _ = catalog.condition_key("example.com:sub");
    let _ = catalog.principal("ec2.amazonaws.com");
    services + catalog.info().sources.len() + catalog.managed_policies().len()
}

#[test]
fn files_that_are_no_catalogs_are_told_so() {
    assert_eq!(Catalog::from_bytes(Vec::new()).unwrap_err(), CatalogError::NotACatalog);
    assert_eq!(Catalog::from_bytes(b"{\"Name\": \"s3\"}".to_vec()).unwrap_err(), CatalogError::NotACatalog);
    let mut newer = small();
    newer[8] = 9;
    let error = Catalog::from_bytes(newer).unwrap_err();
    assert_eq!(error.to_string(), "the catalog file has format 9, and this iamx reads format 1");
    assert!(matches!(Catalog::from_bytes(vec![0; 9 << 20]), Err(CatalogError::TooLarge { .. })));
}

#[test]
fn one_changed_byte_is_found_by_the_hash() {
    let whole = small();
    for at in (0..whole.len()).step_by(97) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(Catalog::from_bytes(changed).is_err(), "byte {at}");
    }
}

#[test]
fn no_damage_that_passes_the_hash_panics() {
    let whole = small();
    let mut accepted = 0;
    for at in (42..whole.len()).step_by(11) {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = whole.clone();
            changed[at] ^= change;
            if let Ok(catalog) = Catalog::from_unhashed_bytes(changed) {
                accepted += exercise(&catalog).min(1);
            }
        }
    }
    assert!(accepted > 0);
    for length in (0..whole.len()).step_by(13) {
        assert!(Catalog::from_unhashed_bytes(whole[..length].to_vec()).is_err(), "{length} bytes");
    }
}

#[test]
fn names_that_could_move_a_terminal_are_refused() {
    let mut data = CatalogData::from_catalog(&Catalog::from_bytes(small()).unwrap());
    data.info.version = "2026\u{1b}[2J".to_owned();
    assert!(matches!(Catalog::from_bytes(data.to_bytes().unwrap()), Err(CatalogError::Invalid { .. })));
    let mut data = CatalogData::from_catalog(&Catalog::from_bytes(small()).unwrap());
    data.services.insert("x\n".to_owned(), Service::new("x\n", false, Vec::new(), Vec::new(), Vec::new()));
    assert!(matches!(Catalog::from_bytes(data.to_bytes().unwrap()), Err(CatalogError::Invalid { .. })));
}

#[test]
fn what_the_fuzzer_calls_takes_anything() {
    let whole = small();
    for bytes in [&whole[..], &whole[..60], b"", b"{}", b"{\"Name\":\"s3\"}", b"iamxcat\0\x01\0"] {
        iamx_catalog::fuzz(bytes);
    }
}

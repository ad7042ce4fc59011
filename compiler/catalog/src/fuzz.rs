//! What a fuzzer calls.

use crate::{Catalog, diff, import_service_reference};

/// Reads any bytes as a catalog file, without the hash that would keep a fuzzer out, asks what comes of it for everything, and
/// reads the bytes as a file of AWS's service reference. Never panics; takes some hundred megabytes at the most.
#[doc(hidden)]
pub fn fuzz(bytes: &[u8]) {
    if let Ok(catalog) = Catalog::from_unhashed_bytes(bytes.to_vec()) {
        for service in catalog.services() {
            for one in service.resource_types() {
                for child in service.children(one) {
                    let _ = child.template.pattern();
                }
            }
            for action in service.actions() {
                let _ = service.keys_of(action);
            }
        }
        let _ = catalog.info();
        let _ = catalog.nearest_action("s3:GetObjct");
        let _ = catalog.nearest_key("aws:SourceIpp/x");
        let _ = catalog.condition_key("example.com:sub");
        let _ = catalog.principal("x.eu-west-1.amazonaws.com");
        let _ = catalog.resource_types_in_arns("s*").count();
        let _ = diff(Catalog::builtin(), &catalog);
    }
    let _ = import_service_reference([("file.json".to_owned(), bytes.to_vec())], Catalog::builtin(), "2026-01-01");
}

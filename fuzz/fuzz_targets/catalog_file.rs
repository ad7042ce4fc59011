//! A file given as a catalog is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| iamx_catalog::fuzz(bytes));

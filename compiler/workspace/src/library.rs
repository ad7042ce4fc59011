//! `std`: the modules that come with iamx.

/// The modules by path, and their texts.
pub const LIBRARY: [(&str, &str); 2] = [
    ("std/conditions.iamx", include_str!("../../../stdlib/conditions.iamx")),
    ("std/guardrails.iamx", include_str!("../../../stdlib/guardrails.iamx")),
];

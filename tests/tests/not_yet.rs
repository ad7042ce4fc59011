//! What this version doesn't compile is one error a construct, never silence and never a second error that follows from it.

use iamx_tests::{
    files::{self, repository},
    pipeline::run,
};

/// Baselines that hold one such construct each.
const ONE: &[&str] = &["item-extern"];

#[test]
fn a_construct_that_is_not_compiled_is_one_error() {
    for name in ONE {
        let outcome = run(&files::workspace(&repository("tests/baselines").join(name)));
        assert_eq!(outcome.errors(), ["not-yet-supported"], "{name}\n{}", outcome.rendered());
        assert!(outcome.files.is_empty(), "{name}");
    }
}

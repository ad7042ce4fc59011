//! What this version doesn't compile is one error a construct, never silence and never a second error that follows from it.

use iamx_tests::{
    files::{self, repository},
    pipeline::run,
};

/// Baselines that hold such constructs, each with how many.
const HELD: &[(&str, usize)] = &[("resource-policy-unwritten", 1)];

#[test]
fn a_construct_that_is_not_compiled_is_one_error() {
    for (name, count) in HELD {
        let outcome = run(&files::workspace(&repository("tests/baselines").join(name)));
        assert_eq!(outcome.errors(), vec!["not-yet-supported"; *count], "{name}\n{}", outcome.rendered());
        assert!(outcome.files.is_empty(), "{name}");
    }
}

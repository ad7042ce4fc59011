//! The same files give the same bytes and the same findings, in whatever order they come and on however many threads.

use std::{sync::LazyLock, thread};

use iamx_tests::{
    files::{self, SourceText},
    pipeline::{Outcome, run},
};
use proptest::prelude::*;

/// Workspaces of several files, valid ones and broken ones.
static WORKSPACES: LazyLock<Vec<Vec<SourceText>>> = LazyLock::new(|| {
    let folders = files::examples().into_iter().chain(files::baselines());
    let workspaces: Vec<_> = folders.map(|folder| files::workspace(&folder)).filter(|files| files.len() > 2).collect();
    assert!(workspaces.len() > 3);
    workspaces
});

fn bytes(outcome: &Outcome) -> (Vec<(&str, &[u8])>, String) {
    let files = outcome.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect();
    (files, outcome.rendered())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn the_order_of_files_changes_nothing(
        (index, shuffled) in (0..WORKSPACES.len()).prop_flat_map(|index| (Just(index), Just(WORKSPACES[index].clone()).prop_shuffle()))
    ) {
        let (expected, got) = (run(&WORKSPACES[index]), run(&shuffled));
        prop_assert_eq!(bytes(&expected), bytes(&got));
    }
}

#[test]
fn threads_change_nothing() {
    let alone: Vec<_> = WORKSPACES.iter().map(|files| run(files)).collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (files, expected) in WORKSPACES.iter().zip(&alone) {
                    assert_eq!(bytes(&run(files)), bytes(expected));
                }
            });
        }
    });
}

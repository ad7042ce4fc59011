//! The day that a build is made on.

mod support;

use support::{Folder, Run, run};

const TEXT: &str = "role Reader {\n  trust service ec2\n  allow s3:ListAllMyBuckets until 2026-12-31\n}\n";

fn check_at(folder: &Folder, time: &str) -> Run {
    let mut command = folder.command(&["check", "main.iamx"]);
    command.env("SOURCE_DATE_EPOCH", time);
    run(command, "")
}

#[test]
fn source_date_epoch_says_which_day_it_is() {
    let folder = Folder::new(&[("main.iamx", TEXT)]);
    let found = |seconds: &str| check_at(&folder, seconds);
    // 2026-01-01, 2026-12-20, 2027-01-01.
    assert_eq!(found("1767225600").stdout, "");
    assert!(found("1797724800").stdout.contains("warning[expires-soon]: this ends in 11 days"));
    assert!(found("1798761600").stdout.contains("warning[expired-grant]"));
}

#[test]
fn a_time_that_is_none_is_an_error_of_usage() {
    let folder = Folder::new(&[("main.iamx", TEXT)]);
    for value in ["yesterday", "-1", "99999999999999999999"] {
        let run = check_at(&folder, value);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains("that is no time"), "{}", run.stderr);
    }
}

//! The registry that the pages make.

use iamx_diagnostic::{Severity, check, checks, nearest_check};

#[test]
fn every_check_is_found_by_its_name() {
    assert!(checks::ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
    for declared in checks::ALL {
        assert_eq!(check(declared.name), Some(*declared));
        assert!(declared.url().ends_with(&format!("/{}.md", declared.name)));
    }
    assert_eq!(check("no-such-check"), None);
}

#[test]
fn a_check_is_what_its_page_says() {
    assert_eq!(checks::FULL_ADMIN.name, "full-admin");
    assert_eq!(checks::FULL_ADMIN.default_severity, Severity::Security);
    assert_eq!(checks::FULL_ADMIN.since, "0.1.0");
    assert!(checks::FULL_ADMIN.page.starts_with("# `full-admin`\n"));
}

#[test]
fn near_names_are_found() {
    assert_eq!(nearest_check("wildcard-resorce"), Some(&checks::WILDCARD_RESOURCE));
    assert_eq!(nearest_check("Unknown_Action"), Some(&checks::UNKNOWN_ACTION));
    assert_eq!(nearest_check("unknown action"), Some(&checks::UNKNOWN_ACTION));
    assert_eq!(nearest_check("zebra"), None);
    assert_eq!(nearest_check(""), None);
}

#[test]
fn titles_are_plain_lines() {
    for check in checks::ALL {
        assert!(!check.title.ends_with('.'), "{}", check.name);
        assert!(check.title.chars().count() <= 80, "{}", check.name);
        assert!(!check.page.contains('\t'), "{}", check.name);
    }
}

//! Items of many accounts and of many turns: what is bounded ends in one finding, and what is told is told once.

use std::fmt::Write as _;

use iamx_tests::pipeline::run_text;

fn strings(count: usize) -> String {
    (0..count).map(|index| format!("\"v{index}\"")).collect::<Vec<_>>().join(", ")
}

/// An organization with so many accounts.
fn organization(accounts: usize) -> String {
    let mut text = "organization acme \"o-a1b2c3d4e5\" {\n  ou Workloads {\n".to_owned();
    for account in 0..accounts {
        let _ = writeln!(text, "    account a{account} \"{:012}\"", 100_000_000_000_u64 + account as u64);
    }
    text + "  }\n}\n"
}

#[test]
fn a_list_of_a_hundred_thousand_values_is_too_large() {
    let text = format!("for x in [{}] {{\n  role R named \"r-${{x}}\" {{ trust service ec2 }}\n}}\n", strings(100_000));
    assert_eq!(run_text(&text).errors(), ["expansion-too-large"]);
}

#[test]
fn lists_in_lists_of_turns_are_too_large() {
    let text = format!(
        "let values = [{}]\nfor x in values {{\n  for y in values {{\n    for z in values {{\n      role R named \"r-${{x}}-${{y}}-${{z}}\" {{ trust service ec2 }}\n    }}\n  }}\n}}\n",
        strings(100)
    );
    assert_eq!(run_text(&text).errors(), ["expansion-too-large"]);
}

#[test]
fn many_turns_are_made() {
    let text = format!(
        "for x in [{}] {{\n  policy P named \"p-${{x}}\" {{ allow s3:ListAllMyBuckets }}\n  role R named \"r-${{x}}\" {{\n    trust service ec2\n    attach P\n  }}\n}}\n",
        strings(300)
    );
    let outcome = run_text(&text);
    assert!(outcome.errors().is_empty(), "{}", outcome.rendered());
    assert_eq!(outcome.files.len(), 601);
}

#[test]
fn a_fault_in_an_item_of_many_accounts_is_told_once() {
    let text = organization(300)
        + "role R in ou Workloads {\n  trust service ec2\n  allow s3:GetObjects on s3.bucket(\"b\").object(\"*\")\n}\n"
        + "role S in organization acme named \"R\" { trust service ec2 }\n";
    let errors = run_text(&text);
    assert_eq!(errors.errors(), ["unknown-action", "duplicate-aws-name"], "{}", errors.rendered());
}

#[test]
fn an_item_of_many_accounts_is_made_in_each() {
    let text = organization(300)
        + "role R in organization acme except [a7] {\n  trust service ec2\n  allow sts:AssumeRole on S\n}\n"
        + "role S in ou Workloads except [a7] { trust role R }\n";
    let outcome = run_text(&text);
    assert!(outcome.errors().is_empty(), "{}", outcome.rendered());
    assert_eq!(outcome.files.len(), 299 * 3 + 1);
}

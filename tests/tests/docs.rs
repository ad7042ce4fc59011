//! Every block of iamx in the pages that users read is compiled, and what it compiles to, or what is said of it, is beside
//! it as it is.
//!
//! `UPDATE_BASELINES=1 cargo test -p iamx-tests --test docs` writes that.

use iamx_tests::{
    files::{read, repository},
    page::{Refreshed, refreshed},
    snapshot::Snapshots,
};

/// Whether the documents of an example that the text doesn't show are put behind it, folded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Documents {
    All,
    ShownByTheText,
}

fn check_page(path: &str, documents: Documents) {
    let file = repository(path);
    let held = read(&file);
    let Refreshed { text, wrong, modules } = refreshed(&held, documents == Documents::All);
    let wrong: Vec<_> = wrong.iter().map(|wrong| format!("{path}:{wrong}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(modules > 0, "{path} has no block of iamx");
    let mut snapshots = Snapshots::from_environment();
    snapshots.compare(&file, &text);
    snapshots.assert();
}

#[test]
fn the_language_page_compiles_to_what_it_shows() {
    check_page("docs/language.md", Documents::All);
}

#[test]
fn the_terraform_page_compiles_to_what_it_shows() {
    check_page("docs/terraform.md", Documents::ShownByTheText);
}

#[test]
fn the_readme_compiles_to_what_it_shows() {
    check_page("README.md", Documents::ShownByTheText);
}

const ROLE: &str = "role A {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n";

#[test]
fn what_is_shown_is_written_once_and_again_the_same() {
    let faulty = ROLE.replace("s3:", "zz9:");
    let page = format!("# A\n\n```iamx\n{ROLE}```\n\nText.\n\n```iamx error=unknown-service\n{faulty}```\n\nMore.\n");
    let once = refreshed(&page, true);
    assert_eq!(once.wrong, Vec::<String>::new());
    assert_eq!(once.modules, 2);
    for part in
        ["\n\n<details>", "`roles/A/inline.json`:\n\n```json\n{\n", "\n</details>\n\nText.\n", "error[unknown-service]"]
    {
        assert_eq!(once.text.matches(part).count(), 1, "{part} in {}", once.text);
    }
    assert!(once.text.ends_with("```\n\nMore.\n"), "{}", once.text);
    assert_eq!(refreshed(&once.text, true).text, once.text);
    assert_eq!(refreshed(&once.text, false).text.matches("<details>").count(), 0);
}

#[test]
fn a_page_chooses_its_documents() {
    let page = format!("```iamx json=inline.json\n{ROLE}```\n");
    let text = refreshed(&page, true).text;
    assert!(text.contains("`roles/A/inline.json`") && !text.contains("trust.json"), "{text}");
    let shown = format!("```iamx\n{ROLE}```\n\nIt is:\n\n```json roles/A/inline.json\nold\n```\n");
    let text = refreshed(&shown, true).text;
    assert!(text.contains("`roles/A/trust.json`") && !text.contains("`roles/A/inline.json`"), "{text}");
    assert!(text.ends_with("\"Resource\": \"*\"\n    }\n  ]\n}\n```\n"), "{text}");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let wrong = |page: &str| refreshed(page, true).wrong.join("\n");
    assert!(wrong("\n```iamx error=unknown-name\nlet _a = 1\n```\n").starts_with("2: []"));
    assert!(wrong("```iamx eror=unknown-name\n```\n").contains("1: [\"eror=unknown-name\"] means nothing"));
    assert!(wrong(&format!("```iamx json=zz.json\n{ROLE}```\n")).contains("no document is called `zz.json`"));
    assert!(wrong("```json roles/A/inline.json\n```\n").contains("the module before has no `roles/A/inline.json`"));
}

//! What the build says about pages that it can't take.

#[path = "../build/page.rs"]
mod page;

const GOOD: &str = "+++\nlevel = \"error\"\nsince = \"0.1.0\"\ntitle = \"a title\"\n+++\n\n# `a-check`\n\nText.\n\n## Avoid\n\n\
                    ```iamx\na\n```\n\n## Prefer\n\n```iamx\nb\n```\n";

fn refusal(file: &str, text: &str) -> String {
    page::parse(file, text).err().unwrap_or_default()
}

#[test]
fn a_good_page_is_taken() {
    let page = page::parse("a-check.md", GOOD).unwrap();
    assert_eq!(page.name, "a-check");
    assert!(page.body.starts_with("# `a-check`\n"));
    assert!(page::registry(&[page]).contains("pub static A_CHECK: Check"));
}

#[test]
fn line_endings_make_no_difference() {
    let page = page::parse("a-check.md", &GOOD.replace('\n', "\r\n")).unwrap();
    assert_eq!(page.body, page::parse("a-check.md", GOOD).unwrap().body);
}

#[test]
fn names_are_kebab_case() {
    for name in ["A-check.md", "a_check.md", "-a.md", "a--b.md", "a-.md", "1a.md", ".md", "ä.md"] {
        assert!(refusal(name, GOOD).contains("is no check's name"), "{name}");
    }
    assert!(refusal("a-check.txt", GOOD).contains("NAME.md"));
}

#[test]
fn front_matter_is_whole() {
    let without = |line: &str| refusal("a-check.md", &GOOD.replace(line, ""));
    assert!(without("+++\n").contains("front matter is missing"));
    assert!(without("level = \"error\"\n").contains("level"));
    assert!(without("since = \"0.1.0\"\n").contains("since"));
    assert!(without("title = \"a title\"\n").contains("title"));
    let with = |from: &str, to: &str| refusal("a-check.md", &GOOD.replace(from, to));
    assert!(with("\"error\"", "\"fatal\"").contains("fatal"));
    assert!(with("0.1.0", "soon").contains("soon"));
    assert!(with("a title", " ").contains("title"));
    assert!(with("level", "owner = \"x\"\nlevel").contains("owner"));
}

#[test]
fn sections_are_there_and_have_examples() {
    let with = |from: &str, to: &str| refusal("a-check.md", &GOOD.replace(from, to));
    assert!(with("## Avoid", "## Example").contains("`## Avoid` is missing"));
    assert!(with("## Prefer", "## Better").contains("`## Prefer` is missing"));
    assert!(with("```iamx\nb\n```", "text").contains("`## Prefer` has no block"));
    assert!(with("# `a-check`", "# a-check").contains("the heading"));
}

//! `iamx.toml`: what is read, and what is said of what can't be.

use iamx_diagnostic::{Diagnostic, Format, Style, checks, render, sort};
use iamx_text::{SourceMap, Span};
use iamx_workspace::{Level, Settings, Size, Target};

fn parse(text: &str) -> (Settings, Vec<Diagnostic>, SourceMap) {
    let mut sources = SourceMap::new();
    let file = sources.add("iamx.toml", text);
    let (settings, mut diagnostics) = Settings::parse(text, file);
    sort(&mut diagnostics, &sources);
    (settings, diagnostics, sources)
}

fn findings(text: &str) -> String {
    let (_, diagnostics, sources) = parse(text);
    render(Format::Human, &diagnostics, &sources, Style::default())
}

#[test]
fn everything_is_read() {
    let (settings, diagnostics, _) = parse(
        r#"
[workspace]
name = "acme"
partition = "aws-us-gov"
account = "org.prod"
region = "eu-west-1"

[build]
out = "./build/iam/"
targets = ["terraform", "json", "json"]
size = "as-written"

[params]
env = "prod"
max = 3
ratio = 1.5
strict = true
from = 2026-12-31

[lint]
wildcard-resource = "error"
unused-policy = "off"
"#,
    );
    assert_eq!(diagnostics, []);
    assert_eq!((settings.workspace.name.as_str(), settings.workspace.partition.as_str()), ("acme", "aws-us-gov"));
    assert_eq!(
        (settings.workspace.account.as_deref(), settings.workspace.region.as_deref()),
        (Some("org.prod"), Some("eu-west-1"))
    );
    assert_eq!(
        (settings.out.as_str(), settings.targets, settings.size),
        ("build/iam", vec![Target::Json, Target::Terraform], Size::AsWritten)
    );
    let params: Vec<_> = settings.workspace.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(params, ["env=prod", "from=2026-12-31", "max=3", "ratio=1.5", "strict=true"]);
    assert_eq!(settings.levels.get(&checks::WILDCARD_RESOURCE), Some(Level::Error));
    assert_eq!(settings.levels.get(&checks::UNUSED_POLICY), Some(Level::Off));
    assert_eq!(settings.levels.get(&checks::UNUSED_ALLOW), None);
}

#[test]
fn an_empty_file_is_the_default() {
    let (mut settings, diagnostics, _) = parse("");
    assert!(settings.workspace.settings_file.take().is_some());
    assert_eq!((settings, diagnostics), (Settings::default(), Vec::new()));
}

#[test]
fn everything_wrong_is_found_at_once() {
    insta::assert_snapshot!(findings(
        r#"name = "acme"
wrokspace = 1

[workspace]
nmae = "acme"
name = ""
partition = "asw"
account = 111111111111

[build]
out = "../elsewhere"
targets = ["jsno", 1]
size = "tiny"

[params]
list = ["a"]
allow = "x"
hex = 0xff

[lint]
wildcard-resouce = "error"
wildcard-resource = "eror"
unknown-name = "off"
"#
    ));
}

#[test]
fn what_is_no_toml_is_found_and_the_rest_is_read() {
    let text = "[workspace]\nname = acme\nregion = \"eu-west-1\"\nregion = \"x\"\n[build\nout = \"o\"\n";
    let (settings, ..) = parse(text);
    assert_eq!(settings.workspace.region.as_deref(), Some("eu-west-1"));
    insta::assert_snapshot!(findings(text));
}

#[test]
fn tables_of_the_wrong_type_are_found() {
    insta::assert_snapshot!(findings("workspace = 1\nbuild = []\nparams = \"x\"\nlint = true\n"));
}

#[test]
fn what_cannot_be_built_yet_is_said() {
    insta::assert_snapshot!(findings("[build]\ntargets = [\"json\", \"cloudformation\"]\nsize = \"smallest\"\n"));
}

#[test]
fn no_output_folder_leaves_the_workspace() {
    for out in ["/tmp", "..", "a/../b", ".", "./", "a//b", "C:/x", "a\\\\b", "a\\u0007"] {
        let (settings, diagnostics, _) = parse(&format!("[build]\nout = \"{out}\"\n"));
        assert_eq!((settings.out.as_str(), diagnostics.len()), ("out", 1), "{out}");
    }
}

#[test]
fn spans_lie_in_the_text_whatever_it_is() {
    for text in [
        "é = \"ü\"",
        "\u{feff}[workspace]\nx = 1",
        "[[lint]]",
        "a.b.c = 1",
        "x = \"",
        "[",
        "\u{0}",
        "[lint]\n\"a b\" = 1",
    ] {
        let (_, diagnostics, sources) = parse(text);
        assert!(!diagnostics.is_empty(), "{text:?}");
        for Span { range, .. } in diagnostics.iter().filter_map(Diagnostic::primary) {
            assert!(text.get(usize::from(range.start())..usize::from(range.end())).is_some(), "{text:?} {range:?}");
        }
        render(Format::Human, &diagnostics, &sources, Style::default());
    }
}

#[test]
fn the_partitions_are_the_catalogs() {
    for partition in iamx_catalog::Catalog::builtin().partitions() {
        let (settings, diagnostics, _) = parse(&format!("[workspace]\npartition = \"{}\"\n", partition.id));
        assert_eq!((settings.workspace.partition.as_str(), diagnostics), (&*partition.id, Vec::new()));
    }
}

//! What each format looks like: a golden set for all, with the text that is hard to draw.

#![expect(clippy::unwrap_used, reason = "test helpers outside of test functions")]

use iamx_diagnostic::{Applicability, Diagnostic, Edit, Format, Severity, Style, checks, render, sort, summary};
use iamx_text::{FileId, SourceMap, Span, TextRange, TextSize};

/// The span of the `nth` occurrence (from 0) of `needle`.
fn nth(sources: &SourceMap, file: FileId, needle: &str, nth: usize) -> Span {
    let text = sources.get(file).unwrap().text();
    let (start, _) = text.match_indices(needle).nth(nth).unwrap();
    let start = TextSize::try_from(start).unwrap();
    Span::new(file, TextRange::at(start, TextSize::of(needle)))
}

fn find(sources: &SourceMap, file: FileId, needle: &str) -> Span {
    nth(sources, file, needle, 0)
}

fn at_end(sources: &SourceMap, file: FileId) -> Span {
    Span::at(file, TextSize::of(sources.get(file).unwrap().text()))
}

fn file(path: &str, text: &str) -> (SourceMap, FileId) {
    let mut sources = SourceMap::new();
    let id = sources.add(path, text);
    (sources, id)
}

fn human(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    render(Format::Human, diagnostics, sources, Style::default())
}

/// Two files, notes, help and fixes: everything that a finding can have.
fn whole() -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let main = sources.add(
        "teams/main.iamx",
        "role Reader {\n  trust service ec2\n  allow s3:GetObjct on logs.object(\"*\")\n  allow s3:ListBucket on *\n}\n",
    );
    let names = sources.add("names.iamx", "resource logs: s3.bucket(\"acme-logs\")\nlet unused = 1\n");
    let action = find(&sources, main, "s3:GetObjct");
    let star = nth(&sources, main, "*", 1);
    let logs = find(&sources, names, "logs");
    let line = find(&sources, names, "let unused = 1\n");
    let diagnostics = vec![
        Diagnostic::new(&checks::UNKNOWN_ACTION, action, "`s3` has no action `GetObjct`")
            .label("no such action")
            .related(logs, "the bucket, 100% here")
            .note("IAM takes a policy with a misspelt action and matches nothing with it, so the role would read nothing at all")
            .help("the nearest action is `s3:GetObject`")
            .fix("replace with `s3:GetObject`", action, "s3:GetObject", Applicability::Safe),
        Diagnostic::new(&checks::WILDCARD_RESOURCE, star, "`s3:ListBucket` takes a bucket, and is allowed on all")
            .fix("name the bucket", star, "logs", Applicability::Unsafe),
        Diagnostic::new(&checks::UNUSED_DECLARATION, find(&sources, names, "unused"), "nothing uses `unused`")
            .fix_edits("remove it", vec![Edit { span: line, text: String::new() }], Applicability::Safe),
        Diagnostic::new(&checks::FULL_ADMIN, find(&sources, main, "Reader"), "`Reader` can do everything"),
    ];
    (sources, diagnostics)
}

#[test]
fn human_whole() {
    let (sources, mut diagnostics) = whole();
    sort(&mut diagnostics, &sources);
    insta::assert_snapshot!(human(&diagnostics, &sources));
}

#[test]
fn human_in_colour() {
    let (sources, diagnostics) = whole();
    let style = Style { color: true, width: 60 };
    insta::assert_snapshot!(render(Format::Human, &diagnostics[..1], &sources, style).replace('\u{1b}', "<ESC>"));
}

#[test]
fn short_whole() {
    let (sources, diagnostics) = whole();
    insta::assert_snapshot!(render(Format::Short, &diagnostics, &sources, Style::default()));
}

#[test]
fn json_whole() {
    let (sources, diagnostics) = whole();
    let text = render(Format::Json, &diagnostics, &sources, Style::default());
    assert_eq!(text.lines().count(), diagnostics.len());
    for line in text.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).unwrap().is_object());
    }
    insta::assert_snapshot!(text);
}

#[test]
fn github_whole() {
    let (sources, diagnostics) = whole();
    insta::assert_snapshot!(render(Format::Github, &diagnostics, &sources, Style::default()));
}

#[test]
fn github_escapes_what_ends_a_command_or_a_property() {
    let (sources, id) = file("a,b:c%.iamx", "x\ny\n");
    let span = Span::new(id, TextRange::new(0.into(), 3.into()));
    let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, span, "50%\r\n::error::no, yes: `\u{1b}[0m`");
    assert_eq!(
        render(Format::Github, &[diagnostic], &sources, Style::default()),
        "::error file=a%2Cb%3Ac%25.iamx,line=1,endLine=2,title=error[syntax-error]::50%25\\u{d}%0A::error::no, yes: `\\u{1b}[0m`\n"
    );
}

#[test]
fn sarif_whole() {
    let (sources, diagnostics) = whole();
    let text = render(Format::Sarif, &diagnostics, &sources, Style::default());
    let mut log: serde_json::Value = serde_json::from_str(&text).unwrap();
    let run = &mut log["runs"][0];
    let rules: Vec<String> = run["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap().into())
        .collect();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"].as_str().unwrap(), rules[index]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    }
    // The pages' text is the pages' business.
    for rule in run["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Prefer"));
        rule["help"] = "…".into();
    }
    insta::assert_snapshot!(format!("{log:#}"));
}

#[test]
fn sarif_of_nothing_is_a_document() {
    let text = render(Format::Sarif, &[], &SourceMap::new(), Style::default());
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn sarif_doubles_braces_counts_utf16_and_encodes_paths() {
    let (sources, id) = file("teams/ä b.iamx", "😀é \"${name}\"\n");
    let diagnostic = Diagnostic::new(&checks::UNKNOWN_NAME, find(&sources, id, "name"), "`${name}` is nothing");
    let text = render(Format::Sarif, &[diagnostic], &sources, Style::default());
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["message"]["text"], "`${{name}}` is nothing");
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "teams/%C3%A4%20b.iamx");
    assert_eq!(location["region"]["startColumn"], 8);
    assert_eq!(location["region"]["endColumn"], 12);
}

#[test]
fn no_findings_are_no_text() {
    for format in [Format::Human, Format::Short, Format::Json, Format::Github] {
        assert_eq!(render(format, &[], &SourceMap::new(), Style::default()), "");
    }
}

#[test]
fn end_of_file_is_drawn() {
    let mut sources = SourceMap::new();
    let with = sources.add("with-newline.iamx", "role Reader {\n");
    let without = sources.add("without.iamx", "role Reader {");
    let empty = sources.add("empty.iamx", "");
    let unclosed =
        |span| Diagnostic::new(&checks::UNCLOSED_BRACKET, span, "`{` is never closed").label("closed by here");
    let diagnostics = [
        unclosed(at_end(&sources, with)).related(find(&sources, with, "{"), "opened here"),
        unclosed(at_end(&sources, without)),
        unclosed(at_end(&sources, empty)),
        unclosed(Span::new(without, TextRange::new(5.into(), 900.into()))),
    ];
    insta::assert_snapshot!(human(&diagnostics, &sources));
    insta::assert_snapshot!("end_of_file_short", render(Format::Short, &diagnostics, &sources, Style::default()));
}

#[test]
fn windows_line_endings_and_tabs_are_drawn() {
    let (sources, id) = file("main.iamx", "role Reader {\r\n\tallow\ts3:Get\ton b\r\n}\r\n");
    let span = find(&sources, id, "s3:Get");
    let diagnostics = [
        Diagnostic::new(&checks::UNKNOWN_ACTION, span, "`s3` has no action `Get`").label("here").fix(
            "replace with `s3:GetObject`",
            span,
            "s3:GetObject",
            Applicability::Safe,
        ),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "b\r\n"), "to the end of the line").label("here"),
    ];
    insta::assert_snapshot!(human(&diagnostics, &sources));
}

#[test]
fn wide_characters_are_drawn() {
    let (sources, id) = file("main.iamx", "let é = \"日本\" x\nlet 😀 = \"a\" y\n");
    let diagnostics = [
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "日本"), "wide")
            .label("two characters, four columns"),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "x"), "after wide").label("here"),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "😀"), "emoji").label("here"),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "y"), "after emoji").label("here"),
    ];
    insta::assert_snapshot!(human(&diagnostics, &sources));
    let short = render(Format::Short, &diagnostics, &sources, Style::default());
    let places: Vec<&str> = short.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["main.iamx:1:10", "main.iamx:1:14", "main.iamx:2:5", "main.iamx:2:13"]);
}

#[test]
fn many_lines_are_drawn() {
    let text = (1..=12).map(|n| format!("line {n}")).collect::<Vec<String>>().join("\n");
    let (sources, id) = file("main.iamx", &text);
    let long = find(&sources, id, "line 2").cover(find(&sources, id, "line 11"));
    let diagnostics = [
        Diagnostic::new(&checks::SYNTAX_ERROR, long, "ten lines")
            .label("all of it")
            .related(find(&sources, id, "5"), "five"),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "line 3\nline 4\n"), "two whole lines").label("both"),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "line 1"), "far apart")
            .label("first")
            .related(find(&sources, id, "line 3"), "third")
            .related(find(&sources, id, "line 12"), "last"),
    ];
    insta::assert_snapshot!(human(&diagnostics, &sources));
}

#[test]
fn control_characters_are_shown_and_markers_stay_right() {
    let text = "let a = \"\u{1b}[31m\u{202e}evil\u{2066}\" bad\r\0 x\n";
    let (sources, id) = file("a\u{1b}]0;b\u{7}.iamx", text);
    let bad = find(&sources, id, "bad");
    let diagnostics = [
        Diagnostic::new(&checks::SYNTAX_ERROR, bad, "message \u{1b}[0m with \u{9b}controls\nand a newline")
            .label("la\u{7f}bel")
            .note("no\u{202e}te\nsecond line")
            .help("he\u{8}lp")
            .fix("ti\u{0}tle", bad, "go\u{1b}od", Applicability::Safe),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "\u{202e}evil\u{2066}"), "around the text")
            .label("here"),
        Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "x"), "after them all").label("here"),
    ];
    insta::assert_snapshot!(human(&diagnostics, &sources));
    for format in Format::ALL {
        let text = render(*format, &diagnostics, &sources, Style::default());
        let bad = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c) || *c == '\u{2066}');
        assert_eq!(bad, None, "{}", format.name());
    }
}

#[test]
fn long_lines_are_shown_in_part() {
    let filler = "\"s3:GetObject\",".repeat(400);
    let text = format!("{{\"Action\":[{filler}\"s3:Bad\",{filler}\"s3:Worse\"]}}\nnext\n");
    let (sources, id) = file("policy.json", &text);
    let diagnostics = [
        Diagnostic::new(&checks::UNKNOWN_ACTION, find(&sources, id, "s3:Bad"), "`s3` has no action `Bad`")
            .label("here")
            .related(find(&sources, id, "s3:Worse"), "and here")
            .fix("replace", find(&sources, id, "s3:Bad"), "s3:Good", Applicability::Unsafe),
        Diagnostic::new(
            &checks::SYNTAX_ERROR,
            Span::new(id, TextRange::up_to(TextSize::of(text.as_str()))),
            "all of it",
        ),
    ];
    let drawn = human(&diagnostics, &sources);
    assert!(drawn.lines().all(|line| line.chars().count() < 260), "{drawn}");
    insta::assert_snapshot!(drawn);
}

#[test]
fn places_that_are_wrong_cost_a_marker_and_no_report() {
    let (sources, id) = file("main.iamx", "é\n");
    let mut other = SourceMap::new();
    other.add("a", "");
    let foreign = other.add("b", "text");
    let diagnostics = [
        Diagnostic::new(
            &checks::SYNTAX_ERROR,
            Span::new(foreign, TextRange::new(0.into(), 2.into())),
            "of another map",
        ),
        Diagnostic::new(&checks::SYNTAX_ERROR, Span::new(id, TextRange::new(1.into(), 1.into())), "inside a character"),
    ];
    for format in Format::ALL {
        let text = render(*format, &diagnostics, &sources, Style::default());
        assert!(text.contains("of another map") && text.contains("inside a character"), "{}", format.name());
    }
}

#[test]
fn a_fix_of_many_lines_is_shown_as_lines() {
    let (sources, id) = file("main.iamx", "role A {\n  x\n  y\n  z\n}\nrole B {\n  w\n}\n");
    let edits = vec![
        Edit { span: find(&sources, id, "x"), text: "allow x\n  allow xx".to_owned() },
        Edit { span: find(&sources, id, "y"), text: "allow y".to_owned() },
        Edit { span: find(&sources, id, "w"), text: "allow w".to_owned() },
        Edit { span: at_end(&sources, id), text: "role C\n".to_owned() },
    ];
    let diagnostic = Diagnostic::new(&checks::SYNTAX_ERROR, find(&sources, id, "x"), "statements begin with a word")
        .fix_edits("write `allow`", edits, Applicability::Unsafe);
    insta::assert_snapshot!(human(&[diagnostic], &sources));
}

#[test]
fn order_is_path_offset_severity_name() {
    let mut sources = SourceMap::new();
    let b = sources.add("b.iamx", "0123456789");
    let a = sources.add("a.iamx", "0123456789");
    let at = |file, offset: u32| Span::at(file, offset.into());
    let mut diagnostics = vec![
        Diagnostic::new(&checks::UNUSED_POLICY, at(b, 1), "5"),
        Diagnostic::new(&checks::UNKNOWN_NAME, at(a, 9), "4"),
        Diagnostic::new(&checks::UNUSED_POLICY, at(a, 2), "3"),
        Diagnostic::new(&checks::UNKNOWN_NAME, at(a, 2), "2"),
        Diagnostic::new(&checks::UNKNOWN_ACTION, at(a, 2), "1"),
    ];
    sort(&mut diagnostics, &sources);
    let order: String = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(order, "12345");
}

#[test]
fn the_summary_counts() {
    let (sources, id) = file("a", "");
    let one = |severity| Diagnostic::new(&checks::SYNTAX_ERROR, at_end(&sources, id), "x").severity(severity);
    assert_eq!(summary(&[]), "no findings");
    assert_eq!(summary(&[one(Severity::Warning)]), "1 warning");
    let all = [Severity::Warning, Severity::Error, Severity::Error, Severity::Security, Severity::Suggestion].map(one);
    assert_eq!(summary(&all), "2 errors, 1 security finding, 1 warning, 1 suggestion");
}

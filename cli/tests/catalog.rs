//! `iamx catalog`: look-ups and catalog files.

mod support;

use support::Folder;

#[test]
fn a_name_is_shown_or_the_nearest() {
    let folder = Folder::new(&[]);
    for (name, says) in [
        ("s3:GetObject", "action s3:GetObject\n  level           @read\n  acts on         s3."),
        ("s3:getobject", "action s3:GetObject\n"),
        ("dynamodb:Batch*", "dynamodb:BatchGetItem  @read\n"),
        ("s3.bucket", "resource type s3.bucket\n  ARN             arn:${Partition}:s3:::${BucketName}\n"),
        ("aws:SourceIp", "condition key aws:SourceIp\n  type            IPAddress\n"),
        ("sqs", "service sqs\n"),
    ] {
        let run = folder.iamx(&["catalog", "show", name]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{name}");
        assert!(run.stdout.contains(says), "{name}: {}", run.stdout);
    }
    for (name, says) in
        [("s3:GetObjct", "`s3:GetObject`"), ("s3.buckt", "`s3.bucket`"), ("aws:SourceIpp", "`aws:SourceIp`")]
    {
        let run = folder.iamx(&["catalog", "show", name]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{name}");
        assert!(run.stderr.contains("did you mean") && run.stderr.contains(says), "{name}: {}", run.stderr);
    }
}

#[test]
fn the_catalog_says_its_date() {
    let run = Folder::new(&[]).iamx(&["catalog", "info"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.starts_with("version  20") && run.stdout.contains("  actions\n"), "{}", run.stdout);
}

#[test]
fn a_catalog_is_imported_compared_and_used() {
    let folder = Folder::workspace();
    folder.write(
        "reference/s3.json",
        r#"{"Name": "s3", "Version": "v1.4", "Actions": [{"Name": "InventedAction", "Resources": [{"Name": "bucket"}]}],
            "Resources": [{"Name": "bucket", "ARNFormats": ["arn:${Partition}:s3:::${BucketName}"]}]}"#,
    );
    let run = folder.iamx(&["catalog", "import", "reference", "--date", "2099-01-01", "--out", "new.bin"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = folder.iamx(&["catalog", "diff", "new.bin"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("- action s3:InventedAction\n"), "{}", run.stdout);
    assert_eq!(folder.iamx(&["catalog", "diff", "new.bin", "new.bin"]).code, Some(0));
    let run = folder.iamx(&["catalog", "show", "s3:InventedAction", "--catalog", "new.bin"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut command = folder.command(&["catalog", "info"]);
    command.env("IAMX_CATALOG", "new.bin");
    assert!(support::run(command, "").stdout.starts_with("version  2099-01-01\n"));
    assert_eq!(folder.iamx(&["check", "--catalog", "new.bin"]).code, Some(0));
}

#[test]
fn a_file_that_is_no_catalog_is_named() {
    let folder = Folder::workspace();
    for path in ["main.iamx", "missing.bin", "."] {
        let run = folder.iamx(&["check", "--catalog", path]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{path}");
        assert!(run.stderr.contains(path), "{}", run.stderr);
    }
    assert_eq!(folder.iamx(&["catalog", "import", "main.iamx", "--date", "2099-01-01", "--out", "x"]).code, Some(2));
    assert!(!folder.exists("x"));
}

#[test]
fn an_empty_variable_names_no_catalog() {
    let folder = Folder::workspace();
    let mut command = folder.command(&["check"]);
    command.env("IAMX_CATALOG", "");
    let run = support::run(command, "");
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = folder.iamx(&["check", "--catalog", "."]);
    assert!(run.stderr.contains("it is a folder, and a catalog is a file"), "{run:?}");
}

#[test]
fn an_import_says_what_it_leaves_out() {
    let service = r#"{"Name": "brandnew", "Actions": [{"Name": "Do"}],
        "Resources": [{"Name": "thing", "ARNFormats": ["garbage"]}],
        "ConditionKeys": [{"Name": "brandnew:Key", "Types": ["Quux"]}]}"#;
    let folder = Folder::new(&[("in/a.json", service), ("in/b.json", service)]);
    let run = folder.iamx(&["catalog", "import", "in", "--date", "2026-11-24", "--out", "new.bin"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    for says in [
        "in/b.json is left out: another description of `brandnew`, after that in in/a.json\n",
        "resource type brandnew `thing` is left out: `garbage` is no ARN format\n",
        "condition key `brandnew:Key` is left out: its type `Quux` is unknown\n",
    ] {
        assert!(run.stderr.contains(says), "{says}{}", run.stderr);
    }
    folder.write(
        "typo/s3.json",
        r#"{"Name": "s3", "Actions": [
            {"Name": "InventedAction", "Resources": [{"Name": "bukket"}, {"Name": "bucket"}, {"Name": "shapeless"}]},
            {"Name": "OtherAction", "Resources": [{"Name": "bukket"}]}],
            "Resources": [{"Name": "shapeless", "ARNFormats": []}]}"#,
    );
    let run = folder.iamx(&["catalog", "import", "typo", "--date", "2026-11-24", "--out", "typo.bin"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let says = "resource type `bukket` of `s3:InventedAction` and 1 more is left out: nothing describes it\n";
    assert!(run.stderr.contains(says), "{}", run.stderr);
    // Said of the type, and not again of the action.
    assert_eq!(run.stderr.matches("shapeless").count(), 1, "{}", run.stderr);
    let run = folder.iamx(&["catalog", "show", "s3:InventedAction", "--catalog", "typo.bin"]);
    assert!(run.stdout.contains("bucket") && !run.stdout.contains("bukket"), "{run:?}");
    folder.write("broken/a.json", "{");
    let run = folder.iamx(&["catalog", "import", "broken", "--date", "2026-11-24", "--out", "new.bin"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is not JSON"), "{}", run.stderr);
}

#[test]
fn an_import_has_a_day_and_overwrites_catalogs_alone() {
    let folder = Folder::new(&[("in/s3.json", "{}"), ("keep.txt", "mine\n")]);
    for date in ["2026-13-01", "2026-02-29", "2026-04-31", "2026-01-00"] {
        let run = folder.iamx(&["catalog", "import", "in", "--date", date, "--out", "new.bin"]);
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains("there is no such day"), "{date}: {run:?}");
    }
    folder.iamx(&["catalog", "import", "in", "--date", "2026-11-24", "--out", "keep.txt"]);
    assert_eq!(folder.read("keep.txt"), "mine\n");
}

//! What a build writes, and what it never touches.

mod support;

use support::{Folder, document_of, sha256};

#[test]
fn init_then_build_then_nothing_to_do() {
    let folder = Folder::workspace();
    let run = folder.iamx(&["build"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.stderr.contains(" written to out\n"), "{}", run.stderr);
    let files = folder.files("out");
    assert!(files.contains(&"manifest.json".to_owned()), "{files:?}");
    let manifest = folder.path("out/manifest.json").metadata().unwrap().modified().unwrap();
    let run = folder.iamx(&["build"]);
    assert!(run.stderr.contains("in out, all unchanged\n"), "{}", run.stderr);
    assert_eq!(folder.path("out/manifest.json").metadata().unwrap().modified().unwrap(), manifest);
    assert_eq!(folder.files("out"), files);
}

#[test]
fn init_leaves_what_exists() {
    let folder = Folder::new(&[("main.iamx", "// mine\n"), (".gitignore", "target")]);
    let run = folder.iamx(&["init"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(folder.read("main.iamx"), "// mine\n");
    assert_eq!(folder.read(".gitignore"), "target\n/out/\n");
    let again = folder.iamx(&["init"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("iamx.toml` exists"), "{}", again.stderr);
    assert_eq!(folder.iamx(&["init", "deep/down"]).code, Some(0));
    assert!(folder.exists("deep/down/main.iamx"));
}

#[test]
fn quiet_says_nothing() {
    let folder = Folder::workspace();
    let run = folder.iamx(&["build", "--quiet"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn an_error_writes_nothing() {
    let folder = Folder::workspace();
    folder.write("broken.iamx", "policy {\n");
    let run = folder.iamx(&["build"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("broken.iamx"), "{}", run.stdout);
    assert!(run.stderr.contains("nothing is written"), "{}", run.stderr);
    assert!(!folder.exists("out"));
}

#[test]
fn check_says_what_is_stale_and_writes_nothing() {
    let folder = Folder::workspace();
    let run = folder.iamx(&["build", "--check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("out/manifest.json is missing\n"), "{}", run.stderr);
    assert!(!folder.exists("out"));
    folder.iamx(&["build"]);
    assert_eq!(folder.iamx(&["build", "--check"]).code, Some(0));
    let document = document_of(&folder);
    folder.write(&document, "{}");
    let run = folder.iamx(&["build", "--check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains(&format!("{document} differs\n")), "{}", run.stderr);
    assert_eq!(folder.read(&document), "{}");
}

#[test]
fn what_iamx_did_not_write_is_left() {
    let folder = Folder::workspace();
    folder.iamx(&["build"]);
    let document = document_of(&folder);
    let made = folder.read(&document);
    folder.write("out/notes.txt", "mine");
    folder.write(&document, "changed by hand");
    let run = folder.iamx(&["build"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("was changed since iamx wrote it"), "{}", run.stderr);
    assert_eq!(folder.read(&document), "changed by hand");
    std::fs::remove_file(folder.path(&document)).unwrap();
    assert_eq!(folder.iamx(&["build"]).code, Some(0));
    assert_eq!(folder.read(&document), made);
    assert_eq!(folder.read("out/notes.txt"), "mine");
}

#[test]
fn a_file_that_no_manifest_names_is_left() {
    let folder = Folder::workspace();
    folder.iamx(&["build"]);
    let document = document_of(&folder);
    folder.write(&document, "another's");
    std::fs::remove_file(folder.path("out/manifest.json")).unwrap();
    let run = folder.iamx(&["build"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("isn't iamx's"), "{}", run.stderr);
    assert!(!folder.exists("out/manifest.json"));
}

#[test]
fn a_manifest_of_another_program_is_left() {
    let folder = Folder::workspace();
    folder.write("out/manifest.json", "{\"name\": \"my app\"}");
    assert_eq!(folder.iamx(&["build"]).code, Some(2));
    assert_eq!(folder.read("out/manifest.json"), "{\"name\": \"my app\"}");
}

#[test]
fn what_is_no_longer_made_is_removed() {
    let folder = Folder::workspace();
    folder.iamx(&["build"]);
    let manifest = folder.read("out/manifest.json");
    let digest = sha256("old");
    folder.write("out/gone/old.json", "old");
    folder.write(
        "out/.iamx-unfinished.json",
        format!("{{\"documents\":[{{\"path\":\"gone/old.json\",\"sha256\":\"{digest}\"}}]}}"),
    );
    let run = folder.iamx(&["build"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("1 removed"), "{}", run.stderr);
    assert!(!folder.exists("out/gone") && !folder.exists("out/.iamx-unfinished.json"));
    assert_eq!(folder.read("out/manifest.json"), manifest);
}

#[test]
fn a_manifest_that_leads_out_removes_nothing() {
    let folder = Folder::workspace();
    folder.iamx(&["build"]);
    let digest = sha256("precious");
    folder.write("precious.txt", "precious");
    folder.write(
        "out/.iamx-unfinished.json",
        format!("{{\"documents\":[{{\"path\":\"../precious.txt\",\"sha256\":\"{digest}\"}}]}}"),
    );
    assert_eq!(folder.iamx(&["build"]).code, Some(0));
    assert_eq!(folder.read("precious.txt"), "precious");
}

#[test]
fn another_folder_can_be_named() {
    let folder = Folder::workspace();
    let run = folder.iamx(&["build", "--out", "elsewhere/deep"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(folder.exists("elsewhere/deep/manifest.json") && !folder.exists("out"));
}

#[cfg(unix)]
#[test]
fn links_in_the_output_folder_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new(&[]);
    let folder = Folder::workspace();
    folder.iamx(&["build"]);
    let document = document_of(&folder);
    let parent = folder.path(&document).parent().unwrap().to_owned();
    std::fs::remove_dir_all(&parent).unwrap();
    symlink(outside.path(""), &parent).unwrap();
    assert_eq!(folder.iamx(&["build"]).code, Some(2));
    assert_eq!(outside.files(""), Vec::<String>::new());
    std::fs::remove_dir_all(folder.path("out")).unwrap();
    symlink(outside.path(""), folder.path("out")).unwrap();
    let run = folder.iamx(&["build"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is a link that leads out of the workspace"), "{}", run.stderr);
    assert_eq!(outside.files(""), Vec::<String>::new());
}

#[test]
fn a_target_that_is_no_longer_built_is_removed() {
    let folder = Folder::workspace();
    let run = folder.iamx(&["build", "--target", "json,terraform"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let root = folder.files("out").into_iter().find(|path| path.ends_with("iam.tf.json")).unwrap();
    assert_eq!(folder.iamx(&["build", "--check", "--target", "terraform", "--target", "json"]).code, Some(0));
    let run = folder.iamx(&["build", "--check"]);
    assert!(run.stderr.contains(&format!("out/{root} is no longer made\n")), "{}", run.stderr);
    assert_eq!(folder.iamx(&["build", "--target", "terraform"]).code, Some(0));
    assert_eq!(folder.files("out"), [root.as_str(), "manifest.json"]);
    let run = folder.iamx(&["build"]);
    assert!(run.stderr.contains("1 removed"), "{}", run.stderr);
    assert!(!folder.exists(&format!("out/{root}")));
}

#[test]
fn a_root_that_was_changed_is_left() {
    let folder = Folder::workspace();
    folder.iamx(&["build", "--target", "terraform"]);
    let root = folder.files("out").into_iter().find(|path| path.ends_with("iam.tf.json")).unwrap();
    folder.write(&format!("out/{root}"), "{}");
    folder.write("out/terraform.tfstate", "{}");
    let run = folder.iamx(&["build"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("was changed since iamx wrote it"), "{}", run.stderr);
    std::fs::remove_file(folder.path(&format!("out/{root}"))).unwrap();
    assert_eq!(folder.iamx(&["build"]).code, Some(0));
    assert!(folder.exists("out/terraform.tfstate"));
}

#[test]
fn what_stands_among_the_documents_fails_the_check() {
    let folder = Folder::workspace();
    folder.iamx(&["build"]);
    folder.write("out/README.md", "mine");
    folder.write("out/prod/provider.tf.json", "{}");
    assert_eq!(folder.iamx(&["build", "--check"]).code, Some(0));
    folder.write("out/prod/policies/Extra.json", "{}");
    let run = folder.iamx(&["build", "--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("out/prod/policies/Extra.json isn't iamx's\n"), "{}", run.stderr);
    assert!(run.stderr.contains("the output holds more than the source says"), "{}", run.stderr);
    // A build leaves it alone.
    assert_eq!(folder.iamx(&["build"]).code, Some(0));
    assert!(folder.exists("out/prod/policies/Extra.json"));
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_folder_is_told_once() {
    let folder = Folder::new(&[(
        "one.iamx",
        "role A {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n\nrole B {\n  trust service ec2\n}\n",
    )]);
    folder.iamx(&["build", "one.iamx"]);
    std::fs::rename(folder.path("out/roles"), folder.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path("elsewhere"), folder.path("out/roles")).unwrap();
    let run = folder.iamx(&["build", "one.iamx", "--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(run.stderr.matches("out/roles").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("out/roles is a link, and none is followed\n"), "{}", run.stderr);
    let run = folder.iamx(&["build", "one.iamx"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(run.stderr.matches("roles is a link").count(), 1, "{}", run.stderr);
}

#[test]
fn a_target_that_is_not_written_yet_is_an_error() {
    let folder = Folder::workspace();
    let run = folder.iamx(&["build", "--target", "cloudformation"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("this version doesn't write it yet"), "{}", run.stderr);
    let run = folder.iamx(&["build", "--target", "terrafrom"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("a similar value exists: 'terraform'"), "{}", run.stderr);
    assert!(!folder.exists("out"));
}

#[test]
fn a_manifest_alone_that_changes_is_said_to_be_written() {
    let folder = Folder::new(&[("one.iamx", "user alice\n")]);
    let run = folder.iamx(&["build", "one.iamx"]);
    assert_eq!(run.stderr, "manifest.json written to out, and no document\n", "{run:?}");
    assert_eq!(folder.iamx(&["build", "one.iamx"]).stderr, "0 documents in out, all unchanged\n");
}

#[test]
fn a_workspace_is_made_in_a_folder() {
    let folder = Folder::new(&[("main.iamx", "")]);
    let run = folder.iamx(&["init", "main.iamx"]);
    assert!(run.stderr.contains("`main.iamx` is a file, and no folder"), "{run:?}");
    for below in ["main.iamx/x", "main.iamx/x/y"] {
        let run = folder.iamx(&["init", below]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("`main.iamx` is a file, and no folder"), "{run:?}");
    }
}

#[test]
fn a_depfile_names_all_that_was_read() {
    let folder = Folder::workspace();
    folder.write("teams/data.iamx", "use std.conditions.{tls}\npolicy P { allow s3:ListAllMyBuckets when tls }\nrole R { trust service ec2 attach P }\n");
    let run = folder.iamx(&["build", "--depfile", "out/iamx.d"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let text = folder.read("out/iamx.d");
    assert_eq!(
        text,
        "out/manifest.json: iamx.toml \\\n  main.iamx \\\n  teams/data.iamx\n\niamx.toml:\n\nmain.iamx:\n\nteams/data.iamx:\n"
    );
    // Nothing of it is stale after a build that changed nothing.
    let old = std::time::SystemTime::UNIX_EPOCH;
    std::fs::File::options().append(true).open(folder.path("out/manifest.json")).unwrap().set_modified(old).unwrap();
    let run = folder.iamx(&["build", "--depfile", "out/iamx.d"]);
    assert!(run.stderr.contains("all unchanged"), "{}", run.stderr);
    assert!(folder.path("out/manifest.json").metadata().unwrap().modified().unwrap() > old);
    assert_eq!(folder.iamx(&["build", "--check", "--depfile", "x"]).code, Some(2));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = Folder::workspace();
    assert_eq!(folder.iamx(&["build", "--jobs", "1"]).code, Some(0));
    assert_eq!(folder.iamx(&["build", "--jobs", "3", "--check"]).code, Some(0));
    assert_eq!(folder.iamx(&["build", "-j", "0"]).code, Some(2));
}

#[test]
fn make_builds_where_something_changed_and_only_there() {
    let make = std::process::Command::new("make").arg("--version").output();
    if make.is_err() {
        return; // Not on every machine.
    }
    let folder = Folder::workspace();
    let iamx = env!("CARGO_BIN_EXE_iamx");
    folder.write(
        "Makefile",
        format!("out/manifest.json: iamx.toml\n\t{iamx} build --depfile out/iamx.d\n-include out/iamx.d\n"),
    );
    let make = || {
        let mut command = std::process::Command::new("make");
        command.current_dir(folder.path(""));
        support::run(command, "")
    };
    let built = |run: &support::Run| run.stderr.contains(" out");
    assert!(built(&make()));
    let run = make();
    assert!(!built(&run) && run.code == Some(0), "{run:?}");
    let later = std::time::SystemTime::now() + std::time::Duration::from_mins(1);
    let module = std::fs::File::options().append(true).open(folder.path("main.iamx")).unwrap();
    module.set_modified(later).unwrap();
    assert!(built(&make()));
}

//! Which files are read, and what is said of those that can't be.

mod support;

use support::Folder;

const BROKEN: &str = "policy {\n";

#[test]
fn a_workspace_is_found_from_below() {
    let folder = Folder::workspace();
    folder.write("teams/data.iamx", BROKEN);
    let from_above = folder.iamx(&["check", "--format", "short"]);
    assert_eq!(from_above.code, Some(1));
    assert!(from_above.stdout.starts_with("teams/data.iamx:1:"), "{}", from_above.stdout);
    for path in ["teams", "teams/data.iamx", "main.iamx", "iamx.toml"] {
        assert_eq!(folder.iamx(&["check", path, "--format", "short"]).stdout, from_above.stdout, "{path}");
    }
}

/// As `fmt` prints them, so that an editor, or GitHub, finds the file.
#[test]
fn paths_are_those_of_the_current_folder() {
    let folder = Folder::new(&[("infra/iam/iamx.toml", ""), ("infra/iam/teams/data.iamx", BROKEN)]);
    for (at, argument, seen) in [
        ("", "infra/iam", "infra/iam/teams/data.iamx"),
        ("infra/iam/teams", ".", "data.iamx"),
        ("infra/iam/teams", "..", "data.iamx"),
    ] {
        let format = |format: &str| {
            let mut command = folder.command(&["check", argument, "--format", format]);
            command.current_dir(folder.path(at));
            support::run(command, "").stdout
        };
        assert!(format("short").starts_with(&format!("{seen}:1:")), "{}", format("short"));
        assert!(format("github").contains(&format!("file={seen},")), "{}", format("github"));
        assert!(format("sarif").contains(&format!("\"uri\": \"{seen}\"")), "{}", format("sarif"));
        assert!(format("json").contains(&format!("\"{seen}\"")), "{}", format("json"));
        assert!(format("human").contains(&format!("{seen}:1:")), "{}", format("human"));
    }
    folder.write("infra/iam/main.iamx", BROKEN);
    let mut command = folder.command(&["check", "--format", "short"]);
    command.current_dir(folder.path("infra/iam/teams"));
    assert!(support::run(command, "").stdout.starts_with("../main.iamx:1:"));
}

#[test]
fn a_lone_file_may_have_any_name() {
    for name in ["policy.iamx", "2026-roles.iamx", "my roles.iamx"] {
        let run = Folder::new(&[(name, "")]).iamx(&["check", name]);
        assert_eq!(run.stderr, "no findings in 1 module\n", "{name}: {run:?}");
    }
    let run = Folder::new(&[("iamx.toml", ""), ("policy.iamx", "")]).iamx(&["check", "--format", "short"]);
    assert!(run.stdout.contains("error[reserved-module-name]"), "{run:?}");
}

#[test]
fn one_fault_in_the_settings_is_told_once() {
    let run = Folder::new(&[("iamx.toml", &"[".repeat(100_000))]).iamx(&["check", "--format", "short"]);
    let nested = run.stdout.lines().filter(|line| line.contains("recursion")).count();
    assert!(nested <= 1, "{}", run.stdout.lines().take(5).collect::<String>());
    assert!(run.stdout.lines().count() <= 3, "{}", run.stdout.lines().take(5).collect::<String>());
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_or_nowhere_are_told_so() {
    let outside = Folder::new(&[("iamx.toml", "secret\n")]);
    let folder = Folder::new(&[("main.iamx", "")]);
    std::os::unix::fs::symlink(outside.path("iamx.toml"), folder.path("iamx.toml")).unwrap();
    let run = folder.iamx(&["check"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is a link that leads out of the workspace"), "{run:?}");
    assert!(!run.stderr.contains("secret") && !run.stdout.contains("secret"), "{run:?}");

    let folder = Folder::workspace();
    std::os::unix::fs::symlink("nothing", folder.path("dangling.iamx")).unwrap();
    let run = folder.iamx(&["check"]);
    assert!(run.stderr.contains("`dangling.iamx` is a link to what isn't there"), "{run:?}");
}

#[test]
fn a_lone_file_is_a_workspace() {
    let folder = Folder::new(&[("one.iamx", ""), ("two.iamx", BROKEN)]);
    let run = folder.iamx(&["check", "one.iamx"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stderr, "no findings in 1 module\n");
    assert_eq!(folder.iamx(&["check", "two.iamx"]).code, Some(1));
}

#[test]
fn a_folder_outside_every_workspace_says_what_to_do() {
    let run = Folder::new(&[("one.iamx", "")]).iamx(&["check"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("there is no iamx.toml") && run.stderr.contains("iamx init"), "{}", run.stderr);
}

#[test]
fn only_the_workspaces_own_files_are_modules() {
    let folder = Folder::workspace();
    folder.write(".gitignore", "/out/\n/left-out/\n");
    folder.write(".hidden/a.iamx", BROKEN);
    folder.write("left-out/a.iamx", BROKEN);
    folder.write("out/a.iamx", BROKEN);
    folder.write("inner/iamx.toml", "");
    folder.write("inner/a.iamx", BROKEN);
    let run = folder.iamx(&["check"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = folder.iamx(&["check", "left-out/a.iamx"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is no module of the workspace"), "{}", run.stderr);
}

#[test]
fn the_settings_are_checked() {
    let folder = Folder::new(&[("iamx.toml", "[workspace]\npartiton = \"aws\"\n[lint]\nunknwon-name = \"warn\"\n")]);
    let run = folder.iamx(&["check", "--format", "short"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("iamx.toml:2:1: error[invalid-settings]"), "{}", run.stdout);
    assert!(run.stdout.contains("iamx.toml:4:1: error[unknown-check]"), "{}", run.stdout);
}

#[test]
fn files_that_cannot_be_read_are_findings_beside_those_of_others() {
    let folder = Folder::workspace();
    let file = std::fs::File::create(folder.path("large.iamx")).unwrap();
    file.set_len(16 * 1024 * 1024 + 1).unwrap();
    std::fs::write(folder.path("latin.iamx"), b"role R {}\n// caf\xe9\n").unwrap();
    // What it takes of them isn't told again.
    folder.write("other.iamx", "use large.{x}\nuse latin\nrole Z { trust service nothing attach x, latin.y }\n");
    let run = folder.iamx(&["check", "--format", "short"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let mut lines = run.stdout.lines();
    let first = lines.next().unwrap();
    assert!(first.starts_with("large.iamx:1:1: error[file-too-large]: the file has 16777217 bytes"), "{}", run.stdout);
    assert_eq!(lines.next(), Some("latin.iamx:2:7: error[not-utf8]: the bytes from here on aren't UTF-8"));
    assert!(lines.next().unwrap().starts_with("other.iamx:3:24: error[unknown-service-principal]"), "{}", run.stdout);
    assert_eq!(lines.next(), None);
    for format in ["json", "sarif"] {
        let run = folder.iamx(&["check", "--format", format]);
        assert!(run.stdout.contains("not-utf8") && run.stdout.contains("file-too-large"), "{}", run.stdout);
    }
    assert_eq!(folder.iamx(&["check", "latin.iamx"]).code, Some(1));
}

#[test]
fn a_path_that_is_no_module_is_usage() {
    let folder = Folder::new(&[("notes.txt", "")]);
    for (path, says) in [("notes.txt", "isn't an `.iamx` file"), ("missing", "doesn't exist")] {
        let run = folder.iamx(&["check", path]);
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
}

#[test]
fn control_characters_of_a_name_stay_off_the_terminal() {
    let run = Folder::new(&[]).iamx(&["check", "\u{1b}[31mred"]);
    assert_eq!(run.code, Some(2));
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::{BROKEN, Folder};

    #[test]
    fn a_link_out_of_the_workspace_is_not_followed() {
        let outside = Folder::new(&[("secret.iamx", BROKEN)]);
        let folder = Folder::workspace();
        symlink(outside.path("secret.iamx"), folder.path("link.iamx")).unwrap();
        let run = folder.iamx(&["check"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        assert!(run.stderr.contains("link.iamx` is a link that leads out"), "{}", run.stderr);
    }

    #[test]
    fn a_linked_folder_is_not_entered() {
        let outside = Folder::new(&[("secret.iamx", BROKEN)]);
        let folder = Folder::workspace();
        symlink(outside.path(""), folder.path("link")).unwrap();
        symlink(folder.path(""), folder.path("circle")).unwrap();
        assert_eq!(folder.iamx(&["check"]).code, Some(0));
    }

    #[test]
    fn a_pipe_is_no_module() {
        let folder = Folder::workspace();
        let made = std::process::Command::new("mkfifo").arg(folder.path("pipe.iamx")).status();
        if made.is_ok_and(|status| status.success()) {
            let run = folder.iamx(&["check"]);
            assert_eq!(run.code, Some(2));
            assert!(run.stderr.contains("is neither a file nor a folder"), "{}", run.stderr);
        }
    }

    #[test]
    fn an_unreadable_file_is_named() {
        let folder = Folder::workspace();
        std::fs::set_permissions(folder.path("main.iamx"), PermissionsExt::from_mode(0o000)).unwrap();
        // The superuser reads it all the same.
        if std::fs::read(folder.path("main.iamx")).is_err() {
            let run = folder.iamx(&["check"]);
            assert_eq!(run.code, Some(2));
            assert!(run.stderr.contains("main.iamx` can't be read"), "{}", run.stderr);
        }
    }
}

/// Whoever writes a test must not believe that it passed.
#[test]
fn tests_and_invariants_are_said_not_to_be_run() {
    let source = "role Reader {\n  trust service ec2\n  allow s3:ListAllMyBuckets\n}\n\ntest \"lists\" {\n  role Reader can \
                  s3:ListAllMyBuckets\n}\n\ntest \"more\" {\n  role Reader cannot s3:CreateJob\n}\n\ninvariant \"alone\" {\n  \
                  only role Reader can s3:ListAllMyBuckets\n}\n";
    let folder = Folder::new(&[("main.iamx", source)]);
    let said = "2 tests and 1 invariant are looked up and not run: this version decides no requests\n";
    let check = folder.iamx(&["check", "--deny-warnings", "main.iamx"]);
    assert_eq!(
        (check.code, check.stderr.as_str()),
        (Some(0), &*format!("no findings in 1 module\n{said}")),
        "{check:?}"
    );
    let build = folder.iamx(&["build", "main.iamx", "--out", "out"]);
    assert!(build.code == Some(0) && build.stderr.starts_with(said), "{build:?}");
    folder.write("main.iamx", source.replace("can s3:ListAllMyBuckets\n}\n\ntest", "can s3:ListBuckets\n}\n\ntest"));
    let broken = folder.iamx(&["check", "main.iamx"]);
    assert!(broken.code == Some(1) && !broken.stderr.contains("not run"), "{broken:?}");
}

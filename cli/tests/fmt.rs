//! `iamx fmt`: which files change, and which never do.

mod support;

use support::Folder;

const UGLY: &str = "let  office =  \"203.0.113.0/24\"   \n";
const BROKEN: &str = "policy {\n";

#[test]
fn files_are_laid_out_in_place() {
    let folder = Folder::workspace();
    folder.write("ugly.iamx", UGLY);
    let check = folder.iamx(&["fmt", "--check"]);
    assert_eq!((check.code, check.stdout.as_str()), (Some(1), "ugly.iamx\n"), "{}", check.stderr);
    assert_eq!(folder.read("ugly.iamx"), UGLY);
    let run = folder.iamx(&["fmt"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    assert_ne!(folder.read("ugly.iamx"), UGLY);
    assert_eq!(folder.iamx(&["fmt", "--check"]).code, Some(0));
}

#[test]
fn what_init_writes_is_laid_out() {
    assert_eq!(Folder::workspace().iamx(&["fmt", "--check"]).code, Some(0));
}

#[test]
fn an_item_with_wrong_syntax_is_left() {
    let half = format!("{UGLY}\n{BROKEN}");
    let folder = Folder::new(&[("half.iamx", &half), ("ugly.iamx", UGLY)]);
    let run = folder.iamx(&["fmt", "half.iamx", "ugly.iamx"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("half.iamx: an item whose syntax is wrong is left as written"), "{}", run.stderr);
    assert!(folder.read("half.iamx").ends_with(BROKEN));
    assert!(!folder.read("half.iamx").starts_with(UGLY));
    assert_ne!(folder.read("ugly.iamx"), UGLY);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new(&[]);
    let run = folder.iamx_with_input(&["fmt", "-"], UGLY);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("let ") && run.stdout != UGLY, "{}", run.stdout);
    assert_eq!(folder.iamx_with_input(&["fmt", "--check", "-"], UGLY).code, Some(1));
    assert_eq!(folder.iamx_with_input(&["fmt", "-", "a.iamx"], UGLY).code, Some(2));
    let broken = folder.iamx_with_input(&["fmt", "-"], BROKEN);
    assert_eq!((broken.code, broken.stdout.as_str()), (Some(0), BROKEN));
    assert!(broken.stderr.contains("syntax is wrong"), "{}", broken.stderr);
    assert_eq!(folder.iamx_with_input(&["fmt", "--check", "-"], BROKEN).code, Some(1));
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new(&[("ugly.iamx", UGLY)]);
    std::fs::set_permissions(folder.path("ugly.iamx"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("ugly.iamx", folder.path("link.iamx")).unwrap();
    assert_eq!(folder.iamx(&["fmt", "link.iamx"]).code, Some(0));
    assert_ne!(folder.read("ugly.iamx"), UGLY);
    assert_eq!(folder.path("ugly.iamx").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert!(folder.path("link.iamx").symlink_metadata().unwrap().is_symlink());
    assert_eq!(folder.files(""), ["link.iamx", "ugly.iamx"]);
}

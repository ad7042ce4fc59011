//! Writes the generated workspace to a folder, for measuring the program from outside:
//! `cargo run -p iamx-tests --example generate -- FOLDER MODULES`, or `… FOLDER ACCOUNTS ROLES` for an organization with so many
//! roles in each of its accounts.

#![allow(clippy::expect_used)]

use std::{fs, path::Path};

use iamx_tests::generated::{landing_zone, workspace};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("the folder to write to");
    let modules = arguments.next().and_then(|modules| modules.parse().ok()).expect("how many modules");
    let roles = arguments.next().map(|roles| roles.parse().expect("how many roles"));
    let files = roles.map_or_else(|| workspace(modules), |roles| landing_zone(modules, roles));
    for (path, text) in files {
        let path = Path::new(&folder).join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("the folder is made");
        fs::write(&path, text).expect("the file is written");
    }
}

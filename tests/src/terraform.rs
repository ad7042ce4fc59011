//! The real terraform, where it is installed.

use std::{collections::BTreeMap, fs, process::Command};

use serde_json::{Map, Value, json};

/// What terraform reads each of the values as, in a configuration in JSON; `None` where it isn't installed. Outputs need no
/// provider, and give what Terraform would hand to one.
pub fn read_back(values: &[Value]) -> Option<Vec<Value>> {
    let folder = tempfile::tempdir().expect("a folder");
    let terraform = |arguments: &[&str]| {
        Command::new("terraform")
            .args(arguments)
            .current_dir(folder.path())
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_CLI_CONFIG_FILE")
            .output()
    };
    terraform(&["version"]).ok()?;
    let name = |index: usize| format!("text{index}");
    let outputs: Map<_, _> =
        values.iter().enumerate().map(|(index, value)| (name(index), json!({ "value": value }))).collect();
    fs::write(folder.path().join("main.tf.json"), json!({ "output": outputs }).to_string()).expect("it can be written");
    let applied = terraform(&["apply", "-auto-approve", "-no-color"]).expect("it runs");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let read = terraform(&["output", "-json", "-no-color"]).expect("it runs");
    let mut read: BTreeMap<String, Value> = serde_json::from_slice(&read.stdout).expect("it is JSON");
    let value = |index| read.remove(&name(index)).map_or(Value::Null, |mut output| output["value"].take());
    Some((0..values.len()).map(value).collect())
}

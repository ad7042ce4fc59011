//! `std`: the modules that come with iamx.

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        /// The modules by path, and their texts.
        pub const LIBRARY: &[(&str, &str)] =
            &[$((concat!("std/", $name, ".iamx"), include_str!(concat!("../../../stdlib/", $name, ".iamx")))),*];
    };
}

library![
    "boundaries",
    "conditions",
    "dynamodb",
    "ec2",
    "ecr",
    "events",
    "firehose",
    "guardrails",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
];

/// The modules that texts may speak of, and those that these use: where a text has `std` in it, all whose name it has.
pub(crate) fn spoken_of<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<(&'static str, &'static str)> {
    let name = |path: &'static str| path.trim_start_matches("std/").trim_end_matches(".iamx");
    let mut wanted: Vec<bool> = vec![false; LIBRARY.len()];
    for text in texts.filter(|text| text.contains("std")) {
        for (wanted, (path, _)) in wanted.iter_mut().zip(LIBRARY) {
            *wanted |= text.contains(name(path));
        }
    }
    // Its own modules say it whole.
    loop {
        let used: Vec<bool> = LIBRARY
            .iter()
            .map(|(path, _)| {
                let whole = format!("std.{}.", name(path));
                wanted.iter().zip(LIBRARY).any(|(wanted, (_, text))| *wanted && text.contains(&whole))
            })
            .collect();
        if used.iter().zip(&wanted).all(|(used, wanted)| *wanted || !used) {
            break;
        }
        for (wanted, used) in wanted.iter_mut().zip(used) {
            *wanted |= used;
        }
    }
    LIBRARY.iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(module, _)| *module).collect()
}

#[cfg(test)]
mod tests {
    use super::spoken_of;

    #[test]
    fn modules_come_with_those_that_they_use() {
        let paths = |text: &str| spoken_of([text].into_iter()).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        assert_eq!(paths("role Reader { trust service ec2 }"), [""; 0]);
        assert_eq!(paths("use std.boundaries.Developer"), ["std/boundaries.iamx"]);
        assert_eq!(paths("include std.guardrails.KeepTrails"), ["std/conditions.iamx", "std/guardrails.iamx"]);
    }
}

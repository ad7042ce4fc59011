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

/// The modules that texts may speak of: those whose name stands in one of them, where `std` does too.
pub(crate) fn spoken_of<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Vec<(&'static str, &'static str)> {
    let named = |path: &str, text: &str| {
        let name = path.trim_start_matches("std/").trim_end_matches(".iamx");
        text.contains("std") && text.contains(name)
    };
    LIBRARY.iter().filter(|(path, _)| texts.clone().any(|text| named(path, text))).copied().collect()
}

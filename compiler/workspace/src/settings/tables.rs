//! The tables of `iamx.toml`, one function each.

use iamx_diagnostic::{Diagnostic, Severity, check, checks, nearest_check};
use iamx_emit::Target;
use iamx_lower::ParamPlace;
use iamx_text::FileId;
use toml::de::{DeTable, DeValue};

use super::{
    Settings, Size,
    reader::{Key, Reader, Value, invalid, suggest},
};
use crate::{Level, module::is_name};

const TABLES: &[&str] = &["workspace", "build", "params", "lint"];
const WORKSPACE_KEYS: &[&str] = &["name", "partition", "account", "region"];
const BUILD_KEYS: &[&str] = &["out", "targets", "size"];

/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html> and the ISO partitions
/// that the SDKs' endpoint data list.
const PARTITIONS: &[(&str, &str)] = &[
    ("aws", "aws"),
    ("aws-cn", "aws-cn"),
    ("aws-us-gov", "aws-us-gov"),
    ("aws-eusc", "aws-eusc"),
    ("aws-iso", "aws-iso"),
    ("aws-iso-b", "aws-iso-b"),
    ("aws-iso-e", "aws-iso-e"),
    ("aws-iso-f", "aws-iso-f"),
];
const SIZES: &[(&str, Size)] = &[("as-written", Size::AsWritten), ("smallest", Size::Smallest)];
const LEVELS: &[(&str, Level)] = &[("error", Level::Error), ("warn", Level::Warn), ("off", Level::Off)];

pub(super) fn read(text: &str, file: FileId) -> (Settings, Vec<Diagnostic>) {
    let mut reader = Reader::new(file);
    let mut settings = Settings::default();
    settings.workspace.settings_file = Some(file);
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut told = std::collections::BTreeSet::new();
    for error in errors {
        // Brackets that nest too deep are an error each.
        if !told.insert(error.message().to_owned()) {
            continue;
        }
        let span = reader.span(error.span().unwrap_or(0..0));
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        reader.report(invalid(span, format!("this isn't TOML: {message}")));
    }
    let broken = reader.diagnostics.len();
    for (key, value) in reader.entries(root.get_ref()) {
        match key.text {
            "workspace" => workspace(&mut reader, key, value, &mut settings),
            "build" => build(&mut reader, key, value, &mut settings),
            "params" => params(&mut reader, key, value, &mut settings),
            "lint" => lint(&mut reader, key, value, &mut settings),
            other => match home_of(other) {
                Some(home) => reader.report(
                    invalid(key.span, format!("`{other}` stands outside every table"))
                        .help(format!("put it under `[{home}]`")),
                ),
                None => reader.unknown_key(key, "`iamx.toml`", TABLES),
            },
        }
    }
    // What is said of the rest of a broken text may follow from the break.
    if broken > 0 {
        reader.diagnostics.truncate(broken);
    }
    (settings, reader.diagnostics)
}

/// The table that a key belongs to, for one that was written above all tables.
fn home_of(key: &str) -> Option<&'static str> {
    [("workspace", WORKSPACE_KEYS), ("build", BUILD_KEYS)]
        .into_iter()
        .find(|(_, keys)| keys.contains(&key))
        .map(|(table, _)| table)
}

fn workspace(reader: &mut Reader, key: Key<'_>, value: &Value<'_>, settings: &mut Settings) {
    let Some(table) = reader.table(key, value) else { return };
    for (key, value) in reader.entries(table) {
        match key.text {
            "name" => set(&mut settings.workspace.name, reader.string(key, value).map(str::to_owned)),
            "partition" => {
                set(&mut settings.workspace.partition, reader.choice(key, value, PARTITIONS).map(str::to_owned));
            }
            "account" => settings.workspace.account = reader.string(key, value).map(str::to_owned),
            "region" => settings.workspace.region = reader.string(key, value).map(str::to_owned),
            _ => reader.unknown_key(key, "`[workspace]`", WORKSPACE_KEYS),
        }
    }
}

fn build(reader: &mut Reader, key: Key<'_>, value: &Value<'_>, settings: &mut Settings) {
    let Some(table) = reader.table(key, value) else { return };
    for (key, value) in reader.entries(table) {
        match key.text {
            "out" => set(&mut settings.out, out(reader, key, value)),
            "targets" => set(&mut settings.targets, targets(reader, key, value)),
            "size" => {
                set(&mut settings.size, reader.choice(key, value, SIZES));
                if settings.size == Size::Smallest {
                    not_yet(reader, value, "`smallest`");
                }
            }
            _ => reader.unknown_key(key, "`[build]`", BUILD_KEYS),
        }
    }
}

/// The output folder: below the root, so that cloning a workspace and building it writes nowhere else.
fn out(reader: &mut Reader, key: Key<'_>, value: &Value<'_>) -> Option<String> {
    let out = reader.string(key, value)?;
    let trimmed = out.trim_start_matches("./").trim_end_matches('/');
    let below = trimmed.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if below && !trimmed.contains(['\\', ':']) && !trimmed.chars().any(char::is_control) {
        return Some(trimmed.to_owned());
    }
    let span = reader.span(value.span());
    reader
        .report(invalid(span, "`out` is no folder below the workspace's root").help(
            "write a path such as `\"out\"`, with `/` between its parts; `iamx build --out DIR` may be anywhere",
        ));
    None
}

fn targets(reader: &mut Reader, key: Key<'_>, value: &Value<'_>) -> Option<Vec<Target>> {
    let Some(list) = value.get_ref().as_array() else {
        reader.report(
            reader.wrong_type(key, value, "a list of strings").help("write `targets = [\"json\", \"terraform\"]`"),
        );
        return None;
    };
    let mut targets = Vec::new();
    for value in list {
        if !value.get_ref().is_str() {
            reader.report(invalid(reader.span(value.span()), "an entry of `targets` must be a string"));
            continue;
        }
        let Some(target) = reader.choice(key, value, &Target::ALL.map(|target| (target.name(), target))) else {
            continue;
        };
        if !target.is_written() {
            not_yet(reader, value, &format!("`{}`", target.name()));
        }
        targets.push(target);
    }
    if list.is_empty() {
        let span = reader.span(value.span());
        reader.report(invalid(span, "`targets` is empty").help("write `targets = [\"json\"]`"));
    }
    targets.sort_unstable();
    targets.dedup();
    (!targets.is_empty()).then_some(targets)
}

fn not_yet(reader: &mut Reader, value: &Value<'_>, what: &str) {
    let span = reader.span(value.span());
    let message = format!("{what} can't be built by this version yet");
    reader.report(Diagnostic::new(&checks::NOT_YET_SUPPORTED, span, message));
}

fn params(reader: &mut Reader, key: Key<'_>, value: &Value<'_>, settings: &mut Settings) {
    let Some(table) = reader.table(key, value) else { return };
    for (key, value) in reader.entries(table) {
        let text = match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(truth) => Some(truth.to_string()),
            DeValue::Datetime(date) => Some(date.to_string()),
            DeValue::Integer(_) | DeValue::Array(_) | DeValue::Table(_) => {
                reader.report(reader.wrong_type(key, value, "a string, a decimal number, true, false or a date"));
                None
            }
        };
        if !is_name(key.text) {
            reader.report(invalid(key.span, format!("`{}` can't be the name of a `param`", key.text)));
        } else if let Some(text) = text {
            settings.workspace.params.insert(key.text.to_owned(), text);
            let place = ParamPlace { name: key.span, value: reader.span(value.span()) };
            settings.workspace.param_places.insert(key.text.to_owned(), place);
        }
    }
}

fn lint(reader: &mut Reader, key: Key<'_>, value: &Value<'_>, settings: &mut Settings) {
    let Some(table) = reader.table(key, value) else { return };
    for (key, value) in reader.entries(table) {
        let level = reader.choice(key, value, LEVELS);
        let Some(check) = check(key.text) else {
            let near = nearest_check(key.text).map(|check| check.name);
            let diagnostic =
                Diagnostic::new(&checks::UNKNOWN_CHECK, key.span, format!("no check is called `{}`", key.text))
                    .help("`iamx explain --list` prints every check");
            reader.report(suggest(diagnostic, key.span, near, str::to_owned));
            continue;
        };
        match level {
            Some(Level::Warn | Level::Off) if check.default_severity == Severity::Error => {
                let span = reader.span(value.span());
                reader.report(invalid(span, format!("`{}` is an error, and stays one", check.name)).note(
                    "what it reports can't be compiled, or would compile to something other than what is written",
                ));
            }
            Some(level) => settings.levels.set(check, level),
            None => {}
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

//! Values that hold everything: a pattern that any value matches asks whether the key is there, or nothing at all.

use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Effect, Statement};

use crate::rules::Seen;

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        if !entry.values.iter().any(|value| value.value == "*") {
            diagnostics.extend(too_permissive(entry));
            continue;
        }
        let like = matches!(entry.operator.base, BaseOperator::StringLike | BaseOperator::ArnLike);
        let not_like = matches!(entry.operator.base, BaseOperator::StringNotLike | BaseOperator::ArnNotLike);
        if !(like || not_like) || entry.operator.qualifier.is_some() {
            continue;
        }
        let always_sent = seen.world.catalog.always_sent(&entry.key);
        diagnostics.push(if like && (entry.operator.if_exists || always_sent) {
            redundant(entry, always_sent)
        } else if like {
            presence(seen, entry)
        } else if always_sent {
            dead(statement, entry)
        } else {
            presence(seen, entry)
        });
    }
}

fn redundant(entry: &ConditionEntry, always_sent: bool) -> Diagnostic {
    let message = format!("every value of `{}` matches `*`: this is always true", entry.key);
    let diagnostic = Diagnostic::new(&checks::REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION, entry.span, message)
        .help("leave the condition out, or say the values that are meant");
    if always_sent { diagnostic.note("every request carries the key") } else { diagnostic }
}

fn dead(statement: &Statement, entry: &ConditionEntry) -> Diagnostic {
    let does = if statement.effect == Effect::Allow { "allows" } else { "denies" };
    let message = format!("every request carries `{}`, and `*` matches every value: this {does} nothing", entry.key);
    Diagnostic::new(&checks::REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION, entry.span, message)
        .related(statement.span, "the statement")
        .help("say the values that are meant, or leave the statement out")
}

/// `like "*"`, which only asks whether the key is there.
fn presence(seen: &Seen<'_>, entry: &ConditionEntry) -> Diagnostic {
    let negated = entry.operator.base.is_negated();
    let (check, is) = if negated {
        (&checks::EQUIVALENT_TO_NULL_TRUE, "absent")
    } else {
        (&checks::EQUIVALENT_TO_NULL_FALSE, "there")
    };
    let message = format!("`*` matches every value: this asks whether `{}` is {is}", entry.key);
    let plain = if negated { "not exists" } else { "exists" };
    let diagnostic = Diagnostic::new(check, entry.span, message).help(format!("write `{plain} {}`", entry.key));
    // A negation around the condition stays where it is, so what is written decides.
    let written: Vec<&str> = seen.world.sources.slice(entry.span).split_whitespace().collect();
    match written.as_slice() {
        [key, "like", "\"*\""] if entry.is_of(key) => {
            let text = format!("exists {key}");
            diagnostic.fix(format!("write `{text}`"), entry.span, text, Applicability::Safe)
        }
        [key, "not", "like", "\"*\""] if entry.is_of(key) => {
            let text = format!("not exists {key}");
            diagnostic.fix(format!("write `{text}`"), entry.span, text, Applicability::Safe)
        }
        _ => diagnostic,
    }
}

/// Keys that hold one whole id, which AWS makes and nobody chooses: a part of one says nothing of who has the rest.
///
/// See [wildcard usage too permissive](https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html).
const IDS: [&str; 15] = [
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:Ec2InstanceSourceVpc",
    "kms:CallerAccount",
    "s3:ResourceAccount",
    "s3:DataAccessPointAccount",
    "sts:ExternalId",
];

/// A pattern for a part of an id, or one that a policy variable is a part of.
fn too_permissive(entry: &ConditionEntry) -> Option<Diagnostic> {
    let like = matches!(entry.operator.base, BaseOperator::StringLike | BaseOperator::StringNotLike);
    if !IDS.iter().any(|key| entry.is_of(key)) || !like {
        return None;
    }
    let (check, value, what) = entry.values.iter().find_map(|value| {
        if value.value.contains("${") {
            // A variable that is the whole value compares two keys.
            let whole = value.value.starts_with("${") && value.value.find('}') == Some(value.value.len() - 1);
            (!whole).then_some((&checks::VARIABLE_USAGE_TOO_PERMISSIVE, value, "a policy variable in a pattern"))
        } else {
            let wild = value.value.contains(['*', '?']);
            wild.then_some((&checks::WILDCARD_USAGE_TOO_PERMISSIVE, value, "a wildcard"))
        }
    })?;
    let message = format!("`{}` is an id, and {what} holds those of strangers too", entry.key);
    Some(
        Diagnostic::new(check, value.span, message)
            .note("ids are handed out by AWS: ids that are alike have nothing in common")
            .help("write the ids out"),
    )
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::IDS;

    #[test]
    fn every_key_exists() {
        for key in IDS {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }
}

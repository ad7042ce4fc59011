//! Which conditions a stranger can meet, in an account and a network of their own; where that isn't certain, none can.
//!
//! See [the meaning of public](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status).

use iamx_policy::{
    ActionPattern, BaseOperator, Bound, ConditionEntry, Document, Effect, Operator, Principal, PrincipalElement,
    Sourced, Statement, ValueType,
};
use iamx_text::Span;

use crate::{Day, inclusion, source_network};

/// An allow that lets strangers in.
pub(crate) struct Open<'d> {
    /// The allow.
    pub statement: &'d Statement,
    /// Where everyone is said.
    pub everyone: Span,
    /// The actions that no deny keeps from strangers; empty where the statement is about all but some actions.
    pub actions: Vec<&'d Sourced<ActionPattern>>,
    /// What a stranger has to meet.
    pub met: Vec<ConditionEntry>,
}

impl Open<'_> {
    /// Whether it takes an account to come in.
    pub(crate) fn wants_account(&self) -> bool {
        let free = |entry: &ConditionEntry| {
            asks_for_absence(entry) || is_one_of(entry, &OF_TRANSPORT) || is_one_of(entry, &OF_TIME)
        };
        self.met.iter().any(|entry| !entry.operator.holds_when_absent() && !free(entry))
    }

    /// Whether it is everyone but some.
    pub(crate) fn is_all_but_some(&self) -> bool {
        self.statement.principal.as_ref().is_some_and(|element| element.negated)
    }
}

/// The allows of the document that let strangers in, from `today` on or later. Without a day dates keep everyone out.
pub(crate) fn open(document: &Document, today: Option<Day>) -> impl Iterator<Item = Open<'_>> {
    document.statements.iter().filter_map(move |statement| open_allow(document, statement, today))
}

fn open_allow<'d>(document: &'d Document, statement: &'d Statement, today: Option<Day>) -> Option<Open<'d>> {
    if statement.effect != Effect::Allow {
        return None;
    }
    let everyone = everyone(statement.principal.as_ref()?)?;
    let mut met: Vec<ConditionEntry> = Vec::new();
    for entry in &statement.conditions.entries {
        if !can_meet(entry, today) || !met.iter().all(|other| can_meet_both(other, entry)) {
            return None;
        }
        met.push(entry.clone());
    }
    let denies = || document.statements.iter().filter(|one| one.effect == Effect::Deny && is_about_strangers(one));
    if statement.actions.negated {
        let escapes = denies().all(|deny| !inclusion::may_share(statement, deny) || escape(deny, &mut met, today));
        return escapes.then_some(Open { statement, everyone, actions: Vec::new(), met });
    }
    let mut actions = Vec::new();
    let mut all_met = met.clone();
    for action in &statement.actions.patterns {
        let mut one = statement.clone();
        one.actions.patterns = vec![action.clone()];
        let mut met = met.clone();
        if denies().all(|deny| !inclusion::may_share(&one, deny) || escape(deny, &mut met, today)) {
            actions.push(action);
            let more: Vec<_> = met.into_iter().filter(|entry| !all_met.contains(entry)).collect();
            all_met.extend(more);
        }
    }
    (!actions.is_empty()).then_some(Open { statement, everyone, actions, met: all_met })
}

/// Where an allow to these says everyone, or everyone but some.
fn everyone(element: &PrincipalElement) -> Option<Span> {
    let star = element.principals.iter().find(|one| is_everyone(&one.value));
    match (element.negated, star) {
        (false, star) => star.map(|star| star.span),
        (true, Some(_)) => None,
        (true, None) => element.principals.first().map(|first| first.span),
    }
}

fn is_everyone(principal: &Principal) -> bool {
    match principal {
        Principal::Everyone => true,
        Principal::Aws(name) => name == "*",
        _ => false,
    }
}

fn is_about_strangers(deny: &Statement) -> bool {
    let Some(element) = &deny.principal else { return true };
    element.negated || element.principals.iter().any(|one| is_everyone(&one.value))
}

/// Whether a stranger who meets `met` can make one of the deny's conditions false: what that takes is then among `met`.
fn escape(deny: &Statement, met: &mut Vec<ConditionEntry>, today: Option<Day>) -> bool {
    let way = deny
        .conditions
        .entries
        .iter()
        .filter_map(opposite)
        .find(|wanted| can_meet(wanted, today) && met.iter().all(|other| can_meet_both(other, wanted)));
    let Some(way) = way else { return false };
    if !met.contains(&way) {
        met.push(way);
    }
    true
}

/// How a request comes, which anyone decides who makes one, without an account too.
const OF_TRANSPORT: [&str; 4] = ["aws:SecureTransport", "aws:SourceIp", "s3:TlsVersion", "aws:RequestedRegion"];

/// What says who calls, from where, or for whose resource a service does: everyone has a value of their own for these.
const OF_CALLERS: [&str; 11] = [
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:userid",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "kms:CallerAccount",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
];

/// Those of [`OF_CALLERS`] that aren't sent for every caller.
const SOMETIMES: [&str; 8] = [
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
];

/// The keys whose values are ARNs: of the caller, and of what a service calls for.
const OF_ARNS: [&str; 2] = ["aws:PrincipalArn", "aws:SourceArn"];

/// The time of the request.
const OF_TIME: [&str; 2] = ["aws:CurrentTime", "aws:EpochTime"];

/// The starts of keys for tags that the caller chooses: those of the request, and those of the caller's own role or user.
const OF_TAGS: [&str; 2] = ["aws:RequestTag/", "aws:PrincipalTag/"];

fn is_one_of(entry: &ConditionEntry, keys: &[&str]) -> bool {
    keys.iter().any(|key| entry.is_of(key))
}

fn asks_for_absence(entry: &ConditionEntry) -> bool {
    entry.operator.base == BaseOperator::Null
        && entry.values.iter().any(|value| value.value.eq_ignore_ascii_case("true"))
}

/// Whether a stranger can certainly meet the condition, today or later.
fn can_meet(entry: &ConditionEntry, today: Option<Day>) -> bool {
    let base = entry.operator.base;
    if entry.values.iter().any(|value| value.value.contains("${")) {
        return false;
    }
    if base == BaseOperator::Null {
        return if asks_for_absence(entry) {
            is_one_of(entry, &SOMETIMES)
        } else {
            is_one_of(entry, &OF_CALLERS) || is_one_of(entry, &OF_ARNS)
        };
    }
    if is_one_of(entry, &OF_TIME) {
        // A time that hasn't come yet comes.
        return base.bound() == Some(Bound::Lower)
            || base == BaseOperator::DateNotEquals
            || (base.bound() == Some(Bound::Upper)
                && today.is_some_and(|today| limit(entry).is_some_and(|end| end > today)));
    }
    let any = |holds: fn(&str) -> bool| entry.values.iter().any(|value| holds(&value.value));
    let every = |holds: fn(&str) -> bool| entry.values.iter().all(|value| holds(&value.value));
    if entry.is_of("aws:SourceIp") {
        return match base {
            BaseOperator::IpAddress => source_network::hold_every_address(values(entry)),
            // There is more of the internet than a few narrow blocks.
            BaseOperator::NotIpAddress => every(is_narrow),
            _ => false,
        };
    }
    if entry.is_of("aws:SecureTransport") {
        return base == BaseOperator::Bool && every(|value| value.eq_ignore_ascii_case("true"));
    }
    if entry.is_of("aws:MultiFactorAuthPresent") {
        return base == BaseOperator::Bool;
    }
    // Whoever takes on a role says which: it is no secret.
    if entry.is_of("sts:ExternalId") {
        return matches!(base, BaseOperator::StringEquals | BaseOperator::StringLike)
            || (base.is_negated() && entry.operator.qualifier.is_none());
    }
    if entry.is_of("s3:TlsVersion") {
        let newest = base == BaseOperator::NumericGreaterThanEquals && any(|value| value == "1.3");
        return newest || (base.bound() == Some(Bound::Lower) && any(|value| matches!(value, "1.0" | "1.1" | "1.2")));
    }
    if entry.is_of("aws:MultiFactorAuthAge") {
        return base.bound() == Some(Bound::Upper) && any(|value| value.parse().is_ok_and(|age: u64| age > 60));
    }
    if entry.is_of("aws:RequestedRegion") {
        return matches!(base, BaseOperator::StringEquals | BaseOperator::StringLike);
    }
    let has_start = |start: &str| entry.key.get(..start.len()).is_some_and(|of| of.eq_ignore_ascii_case(start));
    if OF_TAGS.into_iter().any(has_start) {
        return matches!(base, BaseOperator::StringEquals | BaseOperator::StringLike);
    }
    let of_arn = is_one_of(entry, &OF_ARNS);
    if !of_arn && !is_one_of(entry, &OF_CALLERS) {
        return false;
    }
    if base.is_negated() {
        return entry.operator.qualifier.is_none() && every(|value| !value.contains(['*', '?']));
    }
    (entry.operator.holds_when_absent() && is_one_of(entry, &SOMETIMES)) || is_anyones(entry)
}

/// Whether everyone has a value that one of the patterns holds, of a key that says who calls, or for what.
pub(crate) fn is_anyones(entry: &ConditionEntry) -> bool {
    let any = |holds: fn(&str) -> bool| entry.values.iter().any(|value| holds(&value.value));
    let of_arn = is_one_of(entry, &OF_ARNS);
    match entry.operator.base {
        BaseOperator::ArnEquals | BaseOperator::ArnLike | BaseOperator::StringLike if of_arn => any(is_of_any_account),
        BaseOperator::StringLike => is_one_of(entry, &OF_CALLERS) && any(is_any_id),
        _ => false,
    }
}

/// The day up to which, or from which on, the condition on the time holds; the latest of several.
fn limit(entry: &ConditionEntry) -> Option<Day> {
    let day = |text: &str| match text.parse() {
        Ok(seconds) => Some(Day::of_unix_seconds(seconds)),
        Err(_) => Day::parse(text.split_once('T').map_or(text, |(date, _)| date)),
    };
    entry.values.iter().map(|value| day(&value.value)).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// Whether some request meets both: where they are about one key, only what is seen at a glance to go together.
fn can_meet_both(one: &ConditionEntry, other: &ConditionEntry) -> bool {
    let (a, b) = (one.operator.base, other.operator.base);
    let excludes = |base: BaseOperator| base.is_negated();
    !one.key.eq_ignore_ascii_case(&other.key)
        || excludes(a)
        || excludes(b)
        || (a.bound().is_some() && a.bound() == b.bound())
        || (is_one_of(one, &OF_TIME) && in_between(one, other))
        || (a == b && values(one).eq(values(other)))
}

/// Whether there is a day between a condition on the time from then on, and one until then.
fn in_between(one: &ConditionEntry, other: &ConditionEntry) -> bool {
    let (from, until) = if one.operator.base.bound() == Some(Bound::Lower) { (one, other) } else { (other, one) };
    limit(from).zip(limit(until)).is_some_and(|(from, until)| from < until)
}

fn values(entry: &ConditionEntry) -> impl Iterator<Item = &str> {
    entry.values.iter().map(|value| value.value.as_str())
}

/// The condition that is true of the requests that carry the key where `entry` is false of them.
fn opposite(entry: &ConditionEntry) -> Option<ConditionEntry> {
    use BaseOperator as Op;
    let asks_of_absent =
        entry.operator.if_exists && matches!(entry.operator.base.value_type(), ValueType::String | ValueType::Arn);
    if entry.operator.qualifier.is_some() || (asks_of_absent && !entry.operator.base.is_negated()) {
        return None;
    }
    let base = match (entry.operator.base, entry.operator.base.value_type()) {
        (base @ (Op::Bool | Op::Null), _) => base,
        (base, ValueType::String | ValueType::Arn | ValueType::Ip) => base.opposite()?,
        (base, ValueType::Numeric | ValueType::Date) if base.bound().is_some() => base.opposite()?,
        _ => return None,
    };
    // The opposite of several limits is one more than all of them.
    if base.bound().is_some() && entry.values.len() > 1 {
        return None;
    }
    let mut opposite = ConditionEntry { operator: Operator::plain(base), ..entry.clone() };
    if matches!(base, Op::Bool | Op::Null) {
        for value in &mut opposite.values {
            let was = value.value.eq_ignore_ascii_case("true");
            value.value = (!was).to_string();
        }
    }
    Some(opposite)
}

fn is_all_wildcards(value: &str) -> bool {
    value.contains('*') && value.chars().all(|character| matches!(character, '*' | '?'))
}

/// Whether every id is like that, each of its parts where it is a path: after the letters that all of its kind begin with.
///
/// See [the ids of IAM](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids) and
/// [of an organization](https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html).
fn is_any_id(value: &str) -> bool {
    let starts = ["vpce-", "vpc-", "ou-", "o-", "r-", "AROA", "AIDA"];
    let is_any = |part: &str| {
        let rest = starts.iter().find_map(|start| part.strip_prefix(start)).unwrap_or(part);
        part.is_empty() || is_all_wildcards(rest)
    };
    is_any_account(value) || (value.contains('*') && value.split(['/', ':']).all(is_any))
}

/// Whether every account's id is like that.
fn is_any_account(value: &str) -> bool {
    is_all_wildcards(value) || value == "????????????"
}

/// Whether someone of every account may have an ARN like that: anyone can make a role, a user or a resource of any name.
fn is_of_any_account(arn: &str) -> bool {
    if is_all_wildcards(arn) {
        return true;
    }
    match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        // No two buckets have one name, whosever they are.
        ["arn", _, "s3", "", "", bucket] => bucket.split('/').next().is_some_and(|name| name.contains('*')),
        ["arn", _, service, _, account, _] => *service != "sts" && is_any_account(account),
        _ => false,
    }
}

fn is_narrow(block: &str) -> bool {
    block.split_once('/').is_none_or(|(_, bits)| bits.parse().is_ok_and(|bits: u32| bits >= 8))
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{OF_ARNS, OF_CALLERS, OF_TIME, OF_TRANSPORT, SOMETIMES, is_any_id, is_of_any_account};

    #[test]
    fn every_key_exists() {
        for key in OF_CALLERS.into_iter().chain(OF_TRANSPORT).chain(SOMETIMES).chain(OF_ARNS).chain(OF_TIME) {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }

    #[test]
    fn an_arn_is_of_any_account_where_the_account_is_open() {
        for arn in [
            "*",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::*:root",
            "arn:*:iam::*:user/anna",
            "arn:aws:sns:*:*:alarms",
            "arn:aws:sns:eu-west-1:????????????:*",
            "arn:aws:s3:::*",
            "arn:aws:s3:::acme-*",
        ] {
            assert!(is_of_any_account(arn), "{arn}");
        }
        for arn in [
            "arn:aws:iam::222222222222:role/*",
            "arn:aws:iam::2*:role/*",
            "arn:aws:sts::*:assumed-role/a/b",
            "arn:aws:sns:*:222222222222:*",
            "arn:aws:s3:::acme-inbox",
            "arn:aws:s3:::acme-inbox/*",
        ] {
            assert!(!is_of_any_account(arn), "{arn}");
        }
    }

    #[test]
    fn an_id_is_anyones_where_only_its_kind_is_said() {
        for id in ["*", "o-*", "vpc-*", "vpce-*", "????????????", "o-*/r-*/*", "o-*/r-*/ou-*/", "AROA*:*", "*/*"] {
            assert!(is_any_id(id), "{id}");
        }
        for id in ["o-a1b2c3d4e5", "o-a*", "o-a1b2c3d4e5/*", "222222222222", "vpc-1*", "AROA*:anna", "o-", ""] {
            assert!(!is_any_id(id), "{id}");
        }
    }
}

//! Regions and accounts of ARNs: IAM refuses some wrong ones and takes others, and what has one matches nothing.
//!
//! See [ARNs](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html) and
//! [policy checks](https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html).

use std::borrow::Cow;

use iamx_catalog::{ArnTemplate, Catalog, Service};
use iamx_diagnostic::{Check, Diagnostic, checks};
use iamx_policy::{BaseOperator, Principal, Sourced, Statement, globs_intersect};
use iamx_text::Span;

use crate::{
    rules::Seen,
    value_formats::{self, KEYS},
};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let catalog = seen.world.catalog;
    for arn in statement.resources.iter().flat_map(|resources| &resources.patterns) {
        let Some(parts) = Parts::of(&arn.value) else { continue };
        let fault = parts.malformed(catalog).or_else(|| parts.unlike_its_type(catalog));
        diagnostics.extend(fault.map(|fault| fault.finding(arn, catalog)));
    }
    for principal in statement.principal.iter().flat_map(|element| &element.principals) {
        let Principal::Aws(arn) = &principal.value else { continue };
        let Some(parts) = Parts::of(arn) else { continue };
        let fault = parts.malformed(catalog).or_else(|| parts.unlike_a_principal());
        let arn = Sourced::new(arn.clone(), principal.span);
        diagnostics.extend(fault.map(|fault| fault.finding(&arn, catalog)));
    }
    for entry in &statement.conditions.entries {
        let of_arns = matches!(
            entry.operator.base,
            BaseOperator::ArnEquals | BaseOperator::ArnNotEquals | BaseOperator::ArnLike | BaseOperator::ArnNotLike
        );
        // What has a form of its own is another check's.
        if !of_arns || KEYS.iter().any(|(key, _)| entry.is_of(key)) {
            continue;
        }
        for value in &entry.values {
            let fault = Parts::of(&value.value).and_then(|parts| parts.malformed(catalog));
            diagnostics.extend(fault.map(|fault| fault.finding(value, catalog)));
        }
    }
}

/// Whether something is said of a resource's region or account.
pub(crate) fn is_at_fault(arn: &str, catalog: &Catalog) -> bool {
    Parts::of(arn).is_some_and(|parts| parts.malformed(catalog).or_else(|| parts.unlike_its_type(catalog)).is_some())
}

/// What stands where an account's id does and is none: the accounts of AWS's own things.
const OWNERS: [&str; 4] = ["aws", "aws-managed", "cloudfront", "third-party"];

/// Services that own none of their things themselves: elsewhere what is AWS's own may have no account, as documents of
/// Systems Manager.
const OF_ACCOUNTS: [&str; 9] =
    ["cloudfront", "dynamodb", "iam", "kinesis", "lambda", "secretsmanager", "sns", "sqs", "states"];

/// The parts of an ARN, `*` for each policy variable in it.
struct Parts {
    service: String,
    region: String,
    account: String,
    resource: String,
}

/// What is wrong with an ARN.
enum Fault {
    UnknownRegion(String),
    NoAccountId(String),
    WithRegion(String),
    WithoutRegion,
    WithAccount(String),
    WithoutAccount,
}

impl Parts {
    /// `None` where the parts can't be told apart: a wildcard in one of them may stand for several.
    fn of(arn: &str) -> Option<Self> {
        let plain = with_variables_as(arn, "*");
        let parts: Vec<&str> = plain.splitn(6, ':').collect();
        let ["arn", _, service, region, account, resource] = parts.as_slice() else { return None };
        let open = |text: &str| text.contains(['*', '?']);
        (!open(service) && (!open(region) || *region == "*")).then(|| Self {
            service: (*service).to_owned(),
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            resource: (*resource).to_owned(),
        })
    }

    /// A region or an account's id that is none.
    fn malformed(&self, catalog: &Catalog) -> Option<Fault> {
        let Self { region, account, .. } = self;
        if !region.is_empty() && region != "*" && catalog.partition_of_region(region).is_none() {
            return Some(Fault::UnknownRegion(region.clone()));
        }
        let is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_owner =
            OWNERS.contains(&account.as_str()) || self.templates(catalog).any(|one| one.account_field() == account);
        let open = account.is_empty() || account.contains(['*', '?']);
        (!open && !is_id && !is_owner).then(|| Fault::NoAccountId(account.clone()))
    }

    /// A region or account where no type that the rest is of has one, or none where each has one.
    fn unlike_its_type(&self, catalog: &Catalog) -> Option<Fault> {
        let mut fitting =
            self.templates(catalog).filter(|template| globs_intersect(template.resource_pattern(), &self.resource));
        let first = fitting.next()?;
        let fitting: Vec<_> = std::iter::once(first).chain(fitting).collect();
        let none = |field: fn(&ArnTemplate) -> &str| fitting.iter().all(|one| field(one).is_empty());
        let each = |field: fn(&ArnTemplate) -> &str| fitting.iter().all(|one| !matches!(field(one), "" | "*"));
        let said = |field: &str| !field.is_empty() && !field.contains(['*', '?']);
        if self.region.is_empty() && each(ArnTemplate::region_field) {
            Some(Fault::WithoutRegion)
        } else if said(&self.region) && none(ArnTemplate::region_field) {
            Some(Fault::WithRegion(self.region.clone()))
        } else if self.account.is_empty()
            && OF_ACCOUNTS.contains(&self.service.as_str())
            && each(ArnTemplate::account_field)
        {
            Some(Fault::WithoutAccount)
        } else if said(&self.account) && none(ArnTemplate::account_field) {
            Some(Fault::WithAccount(self.account.clone()))
        } else {
            None
        }
    }

    /// Principals are of no region and of one account.
    fn unlike_a_principal(&self) -> Option<Fault> {
        if !self.region.is_empty() {
            return Some(Fault::WithRegion(self.region.clone()));
        }
        self.account.is_empty().then_some(Fault::WithoutAccount)
    }

    fn templates<'c>(&self, catalog: &'c Catalog) -> impl Iterator<Item = &'c ArnTemplate> + use<'c, '_> {
        let types = catalog.service(&self.service).map(Service::resource_types).unwrap_or_default();
        types.iter().flat_map(|one| &one.arn_templates).filter(move |template| template.service() == self.service)
    }
}

impl Fault {
    fn finding(self, arn: &Sourced<String>, catalog: &Catalog) -> Diagnostic {
        let text = &arn.value;
        let of = |check: &'static Check, message: String| diagnostic(check, arn.span, message);
        match self {
            Self::UnknownRegion(region) => {
                let message = format!("`{region}` is no region of AWS's");
                value_formats::about_region(of(&checks::INVALID_ARN_REGION, message), catalog, &region)
            }
            Self::NoAccountId(account) => {
                of(&checks::INVALID_ARN_ACCOUNT, format!("`{account}` in this ARN is no account's id"))
                    .help("an account's id is 12 digits; `*` stands for any")
            }
            Self::WithRegion(region) => of(
                &checks::ARN_REGION_NOT_ALLOWED,
                format!("the ARN of such a thing holds no region, and this has `{region}`"),
            )
            .help("leave it empty: two colons in a row"),
            Self::WithoutRegion => of(&checks::MISSING_ARN_REGION, format!("`{text}` lacks its region"))
                .help("write the region behind the service's name; `*` stands for any"),
            Self::WithAccount(account) => of(
                &checks::ARN_ACCOUNT_NOT_ALLOWED,
                format!("the ARN of such a thing holds no account, and this has `{account}`"),
            )
            .help("leave it empty: two colons in a row; whose it is can be asked with `aws:ResourceAccount`"),
            Self::WithoutAccount => of(&checks::MISSING_ARN_ACCOUNT, format!("`{text}` lacks its account"))
                .help("write the account's id behind the region; `*` stands for any"),
        }
    }
}

fn diagnostic(check: &'static Check, span: Span, message: String) -> Diagnostic {
    Diagnostic::new(check, span, message).note("an ARN is `arn:partition:service:region:account:resource`")
}

/// The text with `mark` for each `${…}`.
pub(crate) fn with_variables_as<'t>(text: &'t str, mark: &str) -> Cow<'t, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push_str(mark);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

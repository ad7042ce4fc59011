//! Values of keys that hold an id: one that has another form is never the key's value.
//!
//! See [global condition keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).

use iamx_catalog::{Catalog, PrincipalGrade};
use iamx_diagnostic::{Applicability, Check, Diagnostic, Severity, checks};
use iamx_policy::{BaseOperator, Sourced, Statement, globs_intersect};

use crate::{rules::Seen, written};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        let Some((_, format)) = KEYS.iter().find(|(key, _)| entry.is_of(key)) else { continue };
        let like = match entry.operator.base {
            BaseOperator::StringLike
            | BaseOperator::StringNotLike
            | BaseOperator::ArnEquals
            | BaseOperator::ArnNotEquals
            | BaseOperator::ArnLike
            | BaseOperator::ArnNotLike => true,
            BaseOperator::StringEquals
            | BaseOperator::StringNotEquals
            | BaseOperator::StringEqualsIgnoreCase
            | BaseOperator::StringNotEqualsIgnoreCase => false,
            _ => continue,
        };
        for value in &entry.values {
            let text = value.value.as_str();
            // What a policy variable becomes isn't known; `*` in a plain comparison is another finding.
            if text.contains("${") || (!like && text.contains(['*', '?'])) {
                continue;
            }
            if !format.admits(text, seen.world.catalog) {
                diagnostics.push(format.finding(seen, &entry.key, value));
            }
        }
    }
}

/// The keys whose values have a form of their own.
pub(crate) const KEYS: &[(&str, Format)] = &[
    ("aws:SourceVpc", Format::Vpc),
    ("aws:Ec2InstanceSourceVpc", Format::Vpc),
    ("aws:SourceVpce", Format::VpcEndpoint),
    ("aws:PrincipalAccount", Format::Account),
    ("aws:ResourceAccount", Format::Account),
    ("aws:SourceAccount", Format::Account),
    ("aws:VpceAccount", Format::Account),
    ("kms:CallerAccount", Format::Account),
    ("s3:ResourceAccount", Format::Account),
    ("aws:PrincipalOrgID", Format::Organization),
    ("aws:ResourceOrgID", Format::Organization),
    ("aws:SourceOrgID", Format::Organization),
    ("aws:VpceOrgID", Format::Organization),
    ("aws:PrincipalOrgPaths", Format::OrganizationPath),
    ("aws:ResourceOrgPaths", Format::OrganizationPath),
    ("aws:SourceOrgPaths", Format::OrganizationPath),
    ("aws:VpceOrgPaths", Format::OrganizationPath),
    ("aws:RequestedRegion", Format::Region),
    ("ec2:Region", Format::Region),
    ("iam:PassedToService", Format::Service),
    ("iam:AWSServiceName", Format::Service),
    ("aws:PrincipalServiceName", Format::Service),
    ("aws:PrincipalServiceNamesList", Format::Service),
    ("aws:CalledVia", Format::Service),
    ("aws:CalledViaFirst", Format::Service),
    ("aws:CalledViaLast", Format::Service),
    ("kms:ViaService", Format::ViaService),
    ("s3:x-amz-server-side-encryption-aws-kms-key-id", Format::KmsKey),
    ("s3express:x-amz-server-side-encryption-aws-kms-key-id", Format::KmsKey),
    ("s3tables:KMSKeyArn", Format::KmsKey),
    ("s3vectors:kmsKeyArn", Format::KmsKey),
    ("secretsmanager:KmsKeyArn", Format::KmsKey),
    ("sagemaker:OutputKmsKeyArn", Format::KmsKey),
    ("sagemaker:VolumeKmsKeyArn", Format::KmsKey),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Vpc,
    VpcEndpoint,
    Account,
    Organization,
    OrganizationPath,
    Region,
    KmsKey,
    /// A service principal.
    Service,
    /// A service in a region.
    ViaService,
}

impl Format {
    /// Whether some value of the key matches `pattern`, which may hold wildcards.
    fn admits(self, pattern: &str, catalog: &Catalog) -> bool {
        let fits = |form: &str| globs_intersect(pattern, form);
        let open = pattern.contains(['*', '?']);
        match self {
            Self::Vpc => open && (fits("vpc-????????") || fits("vpc-?????????????????")) || is_id(pattern, "vpc-"),
            Self::VpcEndpoint => {
                open && (fits("vpce-????????") || fits("vpce-?????????????????")) || is_id(pattern, "vpce-")
            }
            Self::Account => {
                fits("????????????") && pattern.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '?'))
            }
            Self::Organization => open && fits("o-??????????*") || is_organization(pattern),
            // `o-…/r-…/ou-…/`, and `*` behind a slash for what is below.
            Self::OrganizationPath => {
                fits("o-??????????*/*")
                    && pattern.split('/').next().is_some_and(|id| id.contains(['*', '?']) || is_organization(id))
                    && (pattern.ends_with('/') || pattern.ends_with('*') || pattern.ends_with('?'))
            }
            Self::Region if open => {
                catalog.partitions().iter().flat_map(|partition| &partition.regions).any(|region| fits(region))
            }
            Self::Region => catalog.partition_of_region(pattern).is_some(),
            Self::Service if open => true,
            Self::Service => pattern.contains('.') && !matches!(catalog.principal(pattern), PrincipalGrade::Near(_)),
            // See https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
            Self::ViaService => fits("?*.?*.amazonaws.com*"),
            Self::KmsKey => {
                let parts: Vec<&str> = pattern.splitn(6, ':').collect();
                match parts.as_slice() {
                    ["arn", _, service, _, _, resource] => {
                        globs_intersect(service, "kms") && globs_intersect(resource, "key/?*")
                    }
                    // That it is no ARN at all is said where it is read.
                    _ => true,
                }
            }
        }
    }

    fn check(self) -> &'static Check {
        match self {
            Self::Vpc => &checks::INVALID_VPC_FORMAT,
            Self::VpcEndpoint => &checks::INVALID_VPCE_FORMAT,
            Self::Account => &checks::INVALID_ACCOUNT_ID,
            Self::Organization | Self::OrganizationPath => &checks::INVALID_ORGANIZATION_ID,
            Self::Region => &checks::INVALID_REGION,
            Self::KmsKey => &checks::INVALID_KMS_KEY_VALUE,
            Self::Service | Self::ViaService => &checks::INVALID_SERVICE_PRINCIPAL_FORMAT,
        }
    }

    fn finding(self, seen: &Seen<'_>, key: &str, value: &Sourced<String>) -> Diagnostic {
        let text = &value.value;
        let (what, help) = match self {
            Self::Vpc => ("VPC", "a VPC's id is `vpc-` and 8 or 17 hexadecimal digits"),
            Self::VpcEndpoint => ("VPC endpoint", "an endpoint's id is `vpce-` and 8 or 17 hexadecimal digits"),
            Self::Account => ("account", "an account's id is 12 digits"),
            Self::Organization => ("organization", "an organization's id is `o-` and 10 to 32 letters and digits"),
            Self::OrganizationPath => (
                "organization's path",
                "a path is `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`, or ends in `*` for all that is below",
            ),
            Self::Region => ("region", "regions are written as AWS codes, such as `eu-west-1`"),
            Self::Service => ("service principal", "a service principal is a name such as `lambda.amazonaws.com`"),
            Self::ViaService => {
                ("service", "say in which region, as in `s3.eu-west-1.amazonaws.com`, or `like \"s3.*.amazonaws.com\"`")
            }
            Self::KmsKey => ("KMS key", "write the key's ARN, `arn:aws:kms:eu-west-1:111122223333:key/…`; no alias"),
        };
        let message = format!("`{key}` holds the id of a {what}, and `{text}` is none");
        let message = match self {
            Self::Region => format!("`{key}` holds a region, and `{text}` is none"),
            Self::OrganizationPath => format!("`{key}` holds an organization's paths, and `{text}` is none"),
            Self::KmsKey => format!("`{key}` holds the ARN of a KMS key, and `{text}` is none"),
            Self::Service => format!("`{key}` holds a service principal, and `{text}` is none"),
            Self::ViaService => format!("`{key}` holds a service in a region, and `{text}` names no region"),
            Self::Account | Self::Organization => message.replace("of a ", "of an "),
            _ => message,
        };
        let mut diagnostic = Diagnostic::new(self.check(), value.span, message).help(help);
        if self == Self::Region {
            let catalog = seen.world.catalog;
            diagnostic = about_region(diagnostic, catalog, text);
            let near = catalog.nearest_region(text).into_iter().next();
            // One that may be newer than the catalog is no slip.
            if let Some(near) = near.filter(|_| diagnostic.severity == Severity::Error)
                && written::is_literal(seen.world.sources, value)
            {
                let title = format!("write `{near}`");
                diagnostic = diagnostic.fix(title, value.span, format!("\"{near}\""), Applicability::Unsafe);
            }
        }
        if self == Self::Service
            && let Some(right) = meant_service(seen.world.catalog, text)
            && written::is_literal(seen.world.sources, value)
        {
            let title = format!("write `{right}`");
            diagnostic = diagnostic.fix(title, value.span, format!("\"{right}\""), Applicability::Unsafe);
        }
        diagnostic
    }
}

/// The service principal that is meant by a short or misspelt name.
fn meant_service(catalog: &Catalog, text: &str) -> Option<String> {
    match catalog.principal(text) {
        PrincipalGrade::Near(near) => Some(near),
        _ => catalog.service_principal_named(text).map(str::to_owned),
    }
}

/// The finding with what is known of regions like `region`, which the catalog lacks.
pub(crate) fn about_region(diagnostic: Diagnostic, catalog: &Catalog, region: &str) -> Diagnostic {
    let diagnostic = diagnostic.note(format!("as of the catalog of {}", catalog.info().version));
    // Of the form of a region and unlike any: it may be newer than the catalog.
    if is_regional(region) && !catalog.partitions().iter().flat_map(|one| &one.regions).any(|one| is_slip(region, one))
    {
        return diagnostic.severity(Severity::Warning);
    }
    match catalog.nearest_region(region).into_iter().next() {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// `prefix` and 8 or 17 letters and digits, as AWS makes ids of resources.
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| matches!(rest.len(), 8 | 17) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// See [Organization](https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html).
fn is_organization(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|rest| {
        (10..=32).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// Whether the text is `xx-word-9`, as regions are called.
fn is_regional(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() >= 3
        && parts.iter().rev().skip(1).all(|part| part.len() >= 2 && part.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.last().is_some_and(|last| last.len() == 1 && last.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the texts differ in one word before the number: `us-esat-1`, for which no new region is made.
fn is_slip(text: &str, region: &str) -> bool {
    let (words, others): (Vec<&str>, Vec<&str>) = (text.split('-').collect(), region.split('-').collect());
    words.len() == others.len()
        && words.last() == others.last()
        && words.iter().zip(&others).filter(|(word, other)| word != other).count() == 1
}

#[cfg(test)]
mod tests {
    use iamx_catalog::Catalog;

    use super::{Format, KEYS};

    #[test]
    fn every_key_exists() {
        for (key, _) in KEYS {
            assert!(Catalog::builtin().condition_key(key).is_some(), "{key}");
        }
    }

    #[test]
    fn patterns_are_admitted_where_some_id_matches_them() {
        let admits = |format: Format, text| format.admits(text, Catalog::builtin());
        for text in ["vpc-12345678", "vpc-0a1b2c3d4e5f67890", "vpc-*", "vpc-0a1b*", "*"] {
            assert!(admits(Format::Vpc, text), "{text}");
        }
        for text in ["vpc-123", "vpce-12345678", "vpc_12345678", "subnet-*", "vpc-123456789"] {
            assert!(!admits(Format::Vpc, text), "{text}");
        }
        for text in ["123456789012", "1234*", "*", "????????????"] {
            assert!(admits(Format::Account, text), "{text}");
        }
        for text in ["12345678901", "1234567890123", "prod", "arn:aws:iam::123456789012:root", "1234-5678-9012"] {
            assert!(!admits(Format::Account, text), "{text}");
        }
        for text in ["o-a1b2c3d4e5", "o-*", "*"] {
            assert!(admits(Format::Organization, text), "{text}");
        }
        for text in ["o-a1b2", "a1b2c3d4e5", "o-A1B2C3D4E5", "r-ab12", "ou-*"] {
            assert!(!admits(Format::Organization, text), "{text}");
        }
        for text in ["o-a1b2c3d4e5/*", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/", "o-a1b2c3d4e5/*/ou-ab12-11111111/*"] {
            assert!(admits(Format::OrganizationPath, text), "{text}");
        }
        for text in ["o-a1b2c3d4e5", "r-ab12/*", "ou-ab12-11111111", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111"] {
            assert!(!admits(Format::OrganizationPath, text), "{text}");
        }
        for text in ["eu-west-1", "eu-*", "cn-north-1"] {
            assert!(admits(Format::Region, text), "{text}");
        }
        for text in ["eu-west-99", "eu_west_1", "EU-*"] {
            assert!(!admits(Format::Region, text), "{text}");
        }
        for text in
            ["lambda.amazonaws.com", "states.eu-west-1.amazonaws.com", "*.amazonaws.com", "ec2.*", "x.aws.internal"]
        {
            assert!(admits(Format::Service, text), "{text}");
        }
        for text in ["lambda", "lamda.amazonaws.com"] {
            assert!(!admits(Format::Service, text), "{text}");
        }
        for text in ["s3.eu-west-1.amazonaws.com", "s3.*.amazonaws.com", "s3.*", "*", "s3.cn-north-1.amazonaws.com.cn"]
        {
            assert!(admits(Format::ViaService, text), "{text}");
        }
        for text in ["s3.amazonaws.com", "s3", "s3.eu-west-1"] {
            assert!(!admits(Format::ViaService, text), "{text}");
        }
        for text in ["arn:aws:kms:eu-west-1:111122223333:key/1234", "arn:aws:kms:*:*:*", "arn:aws:*:*:*:key/*"] {
            assert!(admits(Format::KmsKey, text), "{text}");
        }
        for text in ["arn:aws:kms:eu-west-1:111122223333:alias/a", "arn:aws:s3:::b"] {
            assert!(!admits(Format::KmsKey, text), "{text}");
        }
    }
}

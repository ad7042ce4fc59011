//! Where requests name a resource by more than the ARN format that AWS lists for its type. A table kept by hand, since no source
//! of AWS's lists it; each row names its page.

/// What requests have behind a resource's ARN, which is its type's format filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedArn {
    /// The resource type, by its service and its name in the language.
    pub resource_type: (&'static str, &'static str),
    /// What stands behind, as a pattern that holds each text that can stand there.
    pub behind: &'static str,
    /// For which actions on the type it does.
    pub actions: AskedBy,
    /// AWS's page about it.
    pub page: &'static str,
}

/// For which actions something stands behind a resource's ARN. Names are without the service's prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// For all: AWS makes it up when the resource is made, so that an ARN that is known has it already.
    Every,
    /// For these.
    Only(&'static [&'static str]),
    /// For all but these.
    But(&'static [&'static str]),
}

impl AskedBy {
    /// Whether it stands there in a request for the action of that name, which has no prefix.
    pub fn holds(self, action: &str) -> bool {
        let holds = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(action));
        match self {
            Self::Every => true,
            Self::Only(names) => holds(names),
            Self::But(names) => !holds(names),
        }
    }
}

impl AskedArn {
    /// Whether what AWS makes up may stand at the end of `name` already. Of a text that ends so by chance nobody can tell.
    pub fn may_be_in(&self, name: &str) -> bool {
        let end = name.len().checked_sub(self.behind.len()).and_then(|at| name.get(at..));
        self.actions == AskedBy::Every
            && end.is_some_and(|end| {
                end.chars().zip(self.behind.chars()).all(|(character, pattern)| match pattern {
                    '?' => character.is_ascii_alphanumeric(),
                    _ => character == pattern,
                })
            })
    }
}

/// What requests have behind the ARN of a resource of that type; `None` where they name it by its ARN alone.
pub fn asked_arn(service: &str, resource_type: &str) -> Option<&'static AskedArn> {
    ROWS.iter().find(|row| row.resource_type == (service, resource_type))
}

const ROWS: &[AskedArn] = &[
    // "Secrets Manager constructs the last part of the secret ARN by appending a dash and six random alphanumeric characters".
    AskedArn {
        resource_type: ("secretsmanager", "secret"),
        behind: "-??????",
        actions: AskedBy::Every,
        page: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html",
    },
    // "Use the second version, with the trailing :*, … when specifying permissions in IAM policies for all other API actions."
    AskedArn {
        resource_type: ("logs", "log-group"),
        behind: ":*",
        actions: AskedBy::But(&["ListTagsForResource", "TagResource", "UntagResource"]),
        page: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
    },
    // "The trailing /* in the Resource element is significant": requests to a domain name what is below it, and those about it, as
    // cross-cluster search, the domain.
    AskedArn {
        resource_type: ("es", "domain"),
        behind: "/*",
        actions: AskedBy::Only(&["ESHttpDelete", "ESHttpGet", "ESHttpHead", "ESHttpPatch", "ESHttpPost", "ESHttpPut"]),
        page: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;

    #[test]
    fn every_row_names_a_type_and_actions_on_it() {
        let catalog = Catalog::builtin();
        for row in ROWS {
            let (service, name) = row.resource_type;
            let resource_type = catalog.service(service).unwrap().resource_type(name).unwrap();
            if let AskedBy::Only(names) | AskedBy::But(names) = row.actions {
                for name in names {
                    let action = catalog.action(&format!("{service}:{name}")).unwrap();
                    assert!(action.resource_use(&resource_type.name).is_some(), "{service}:{name}");
                }
            }
            assert!(row.page.starts_with("https://docs.aws.amazon.com/"), "{}", row.page);
        }
    }

    #[test]
    fn every_request_to_a_domain_goes_below_it() {
        let domain = asked_arn("es", "domain").unwrap();
        for (_, action) in Catalog::builtin().actions_matching("es:*") {
            assert_eq!(domain.actions.holds(&action.name), action.name.starts_with("ESHttp"), "{}", action.name);
        }
    }

    #[test]
    fn what_may_be_of_a_secrets_name_or_of_aws() {
        let secret = asked_arn("secretsmanager", "secret").unwrap();
        for name in ["db-AbCdEf", "prod-tables", "db-123456"] {
            assert!(secret.may_be_in(name), "{name}");
        }
        for name in ["db", "prod/db", "db-AbCdE", "db_AbCdEf", "tables", "db-AbCdE/", "db-??????", "dö-äöüßab"] {
            assert!(!secret.may_be_in(name), "{name}");
        }
        assert!(!asked_arn("logs", "log-group").unwrap().may_be_in("/acme:*"));
    }
}

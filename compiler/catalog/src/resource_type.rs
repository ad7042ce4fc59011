//! Resource types.

use std::sync::Arc;

use crate::ArnTemplate;

/// A resource type of a service, as the service authorization reference lists it:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html#resources_table>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// The name as AWS writes it (`bucket`, `function alias`, `loadbalancer/app/`).
    pub name: Box<str>,
    /// Every ARN format, in AWS's order; at least one.
    pub arn_templates: Vec<ArnTemplate>,
    /// The condition keys that AWS lists for the type, sorted.
    pub condition_keys: Vec<Arc<str>>,
}

impl ResourceType {
    /// The name in the language: lower case, blanks and slashes as hyphens, a trailing slash dropped.
    pub fn slug(&self) -> String {
        slug(&self.name)
    }
}

/// A child of a resource type: a type of which a format goes on from a format of the parent at `/` or `:`.
#[derive(Debug, Clone)]
pub struct Child<'a> {
    /// The child type.
    pub resource_type: &'a ResourceType,
    /// The parent's format.
    pub parent: &'a ArnTemplate,
    /// The child's format that goes on from it.
    pub template: &'a ArnTemplate,
    /// The placeholders that the child adds, in order.
    pub placeholders: Vec<&'a str>,
}

/// The language's spelling of a resource type's name.
pub(crate) fn slug(name: &str) -> String {
    name.trim_end_matches('/')
        .chars()
        .map(|c| if matches!(c, ' ' | '/') { '-' } else { c.to_ascii_lowercase() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs_are_names_of_the_language() {
        assert_eq!(slug("loadbalancer/app/"), "loadbalancer-app");
        assert_eq!(slug("function alias"), "function-alias");
        assert_eq!(slug("CIS Scan Configuration"), "cis-scan-configuration");
        assert_eq!(slug("es_role"), "es_role");
    }
}

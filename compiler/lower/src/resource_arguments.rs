//! What can't be an argument of a resource type: what has a form of its own, and is put into an ARN as if it were a name.

use iamx_catalog::ResourceType;
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::Sourced;

use crate::lowerer::Lowerer;

impl Lowerer<'_> {
    /// Says so where the first argument of a type is an ARN, a queue's URL or a key's alias. Arguments that follow may be any text:
    /// keys of objects are.
    pub(crate) fn check_first_argument(
        &mut self,
        service: &str,
        resource_type: &ResourceType,
        arguments: &[Sourced<String>],
    ) -> Option<()> {
        let Some(first) = arguments.first() else { return Some(()) };
        let text = &first.value;
        let slug = resource_type.slug();
        let of = |message: String| Diagnostic::new(&checks::INVALID_ARN, first.span, message);
        let diagnostic = if is_arn(text) && !takes_arn(resource_type) {
            of(format!("`{service}.{slug}` is given a whole ARN, and would put it into another"))
                .help(format!("write the ARN itself in quotes: `on \"{text}\"`"))
        } else if (service, slug.as_str()) == ("sqs", "queue") && text.contains("://") {
            let name = text.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("…");
            of("this is a queue's URL, and its ARN holds its name".to_owned())
                .help(format!("write `sqs.queue(\"{name}\")`, or its ARN itself in quotes"))
        } else if (service, slug.as_str()) == ("kms", "key") && text.starts_with("alias/") {
            of("the ARN of a key holds its id, and this is an alias".to_owned())
                .note("AWS decides about the use of a key by the key's own ARN, whatever alias it is called by")
                .help(format!(
                    "write the key's id, or `kms.key(\"*\")` with `when any kms:ResourceAliases in [\"{text}\"]`"
                ))
        } else {
            return Some(());
        };
        self.report(diagnostic);
        None
    }
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.splitn(6, ':').count() == 6
}

/// Whether AWS's format has an ARN in it.
fn takes_arn(resource_type: &ResourceType) -> bool {
    let mut first = resource_type.arn_templates.iter().filter_map(|template| template.placeholders().next());
    first.any(|name| name.to_ascii_lowercase().ends_with("arn"))
}

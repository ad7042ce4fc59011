//! What can't be an argument of a resource type: what has a form of its own, and is put into an ARN as if it were a name.

use iamx_catalog::{ArnTemplate, ResourceType};
use iamx_diagnostic::{Applicability, Diagnostic, checks};
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
            let whole = of(format!("`{service}.{slug}` is given a whole ARN, and would put it into another"))
                .help(format!("write the ARN itself in quotes: `on \"{text}\"`"));
            match name_in(text, resource_type).filter(|_| self.is_written_so(first)) {
                Some(name) => {
                    let title = format!("give its name alone: `{service}.{slug}(\"{name}\")`");
                    whole.fix(title, first.span, format!("\"{name}\""), Applicability::Unsafe)
                }
                None => whole,
            }
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

    /// Says so where an argument begins with what the ARN has before it anyway: `alias/` of `kms.alias("alias/lake")`. The first
    /// `inherited` are a parent's.
    pub(crate) fn check_repeated_start(&mut self, template: &ArnTemplate, given: &[Sourced<String>], inherited: usize) {
        let mut findings = Vec::new();
        for (before, argument) in template.texts_before_arguments().skip(inherited).zip(given) {
            let Some(repeated) = repeated_start(before, &argument.value) else { continue };
            let rest = argument.value.get(repeated.len()..).unwrap_or_default();
            let message = format!("the ARN has `{repeated}` before this anyway, and so has it twice");
            let diagnostic = Diagnostic::new(&checks::REPEATED_ARN_PART, argument.span, message)
                .note(format!("its form is `{}`", template.text()));
            findings.push(if self.is_written_so(argument) {
                let text = format!("\"{rest}\"");
                diagnostic.fix(format!("write `{text}`"), argument.span, text, Applicability::Unsafe)
            } else {
                diagnostic.help(format!("give it `{rest}`"))
            });
        }
        for finding in findings {
            self.report(finding);
        }
    }

    /// Whether the text stands in the source as it is, between quotes.
    fn is_written_so(&self, text: &Sourced<String>) -> bool {
        let written = self.input.sources.slice(text.span);
        written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(&text.value)
    }
}

/// What `value` begins with of the end of `before`, from a slash or colon on.
fn repeated_start<'t>(before: &'t str, value: &str) -> Option<&'t str> {
    let text = before.trim_start_matches(['/', ':']);
    if !text.ends_with(|last: char| !last.is_alphanumeric()) {
        return None;
    }
    let starts = text.match_indices(['/', ':']).map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(starts)
        .filter_map(|at| text.get(at..))
        .find(|part| !part.is_empty() && value.len() > part.len() && value.starts_with(part))
}

/// The name in an ARN of the type, where it has one alone.
fn name_in<'t>(arn: &'t str, resource_type: &ResourceType) -> Option<&'t str> {
    let resource = arn.splitn(6, ':').nth(5)?;
    let service = arn.split(':').nth(2)?;
    resource_type.arn_templates.iter().find_map(|template| {
        let before = template.texts_before_arguments().next().filter(|_| template.arity() == 1)?;
        let name = resource.strip_prefix(before).filter(|_| template.service() == service)?;
        (!name.is_empty() && !name.contains(['/', ':'])).then_some(name)
    })
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.splitn(6, ':').count() == 6
}

/// Whether AWS's format has an ARN in it.
fn takes_arn(resource_type: &ResourceType) -> bool {
    let mut first = resource_type.arn_templates.iter().filter_map(|template| template.placeholders().next());
    first.any(|name| name.to_ascii_lowercase().ends_with("arn"))
}

#[cfg(test)]
mod tests {
    use super::repeated_start;

    #[test]
    fn what_stands_before_an_argument_is_repeated_whole_or_from_a_slash_on() {
        assert_eq!(repeated_start("alias/", "alias/lake"), Some("alias/"));
        assert_eq!(repeated_start("account/o-", "o-a1b2c3"), Some("o-"));
        assert_eq!(repeated_start(":log-stream:", "log-stream:web"), Some("log-stream:"));
        for (before, value) in
            [("alias/", "aliases"), ("alias/", "alias/"), ("/", "/a"), ("", "a"), ("role/", "team/role/a")]
        {
            assert_eq!(repeated_start(before, value), None, "{before} {value}");
        }
    }
}

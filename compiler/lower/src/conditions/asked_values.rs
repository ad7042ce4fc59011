//! ARNs in conditions that lack what AWS adds to a secret's name: as they stand no request carries them.

use iamx_catalog::{AskedArn, AskedBy, KeyType, asked_arn};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Sourced, deployed_names};
use iamx_text::Span;

use crate::lowerer::Lowerer;

use super::comparisons::{Compare, Subject};

impl Lowerer<'_> {
    /// The values as requests carry them, and whether one has become a pattern. A resource that is named gets what stands behind
    /// its ARN where the operator takes patterns; of a text without it, it is said that nothing is equal to it.
    pub(super) fn asked_values(
        &mut self,
        subject: &Subject<'_>,
        mut values: Vec<Sourced<String>>,
    ) -> (Vec<Sourced<String>>, bool) {
        let takes_patterns = match subject.key_type {
            KeyType::Arn => true,
            KeyType::String => subject.compare == Compare::Like,
            _ => return (values, false),
        };
        let mut has_patterns = false;
        for value in &mut values {
            let Some(row) = lacking(&value.value) else { continue };
            if takes_patterns && !self.is_in_quotes(value.span) {
                value.value.push_str(row.behind);
                has_patterns = true;
            } else {
                self.incomplete_arn(subject, value, row);
            }
        }
        (values, has_patterns)
    }

    fn incomplete_arn(&mut self, subject: &Subject<'_>, value: &Sourced<String>, row: &AskedArn) {
        let (arn, behind) = (&value.value, row.behind);
        let like = subject.written(Compare::Like);
        let help = format!("compare with the whole ARN, or write `{like} \"{arn}{behind}\"`");
        self.report(
            Diagnostic::new(&checks::INCOMPLETE_SECRET_ARN, value.span, format!("no secret has the ARN `{arn}`"))
                .note(format!("AWS adds a hyphen and six characters to a secret's name: `{behind}`"))
                .note(format!("see {}", row.page))
                .help(if subject.key_type == KeyType::Arn {
                    format!("name the secret without quotes; or {help}")
                } else {
                    help
                }),
        );
    }

    fn is_in_quotes(&self, span: Span) -> bool {
        let text = self.input.sources.get(span.file).map(iamx_text::SourceFile::text).unwrap_or_default();
        text.get(usize::from(span.range.start())..).is_some_and(|text| text.starts_with('"'))
    }
}

/// What the ARN lacks, where it is certain that it does.
fn lacking(arn: &str) -> Option<&'static AskedArn> {
    let mut parts = arn.splitn(6, ':');
    let (_, _, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (resource_type, name) = parts.nth(2)?.split_once(':')?;
    let row = asked_arn(service, resource_type).filter(|row| row.actions == AskedBy::Every)?;
    let is_plain = !name.is_empty() && !name.contains(['*', '?', '$', ':']) && deployed_names(name).next().is_none();
    (is_plain && !row.may_be_in(name)).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::lacking;

    #[test]
    fn what_certainly_lacks_its_end() {
        let arn = |name: &str| format!("arn:aws:secretsmanager:eu-west-1:111111111111:secret:{name}");
        assert!(lacking(&arn("shop/db")).is_some());
        for name in ["", "*", "shop/db-??????", "shop/*x", "shop/db-AbCdEf", "prod-tables", "${aws:username}"] {
            assert!(lacking(&arn(name)).is_none(), "{name}");
        }
        for text in ["shop/db", "arn:aws:s3:::acme", "arn:aws:secretsmanager:eu-west-1:111111111111:secret", ""] {
            assert!(lacking(text).is_none(), "{text}");
        }
    }
}

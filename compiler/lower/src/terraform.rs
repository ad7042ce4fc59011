//! References to what Terraform makes: `aws_kms_key.lake`, `module.data.key_arn`, `var.key_arns["lake"]`.
//!
//! See [references to named values](https://developer.hashicorp.com/terraform/language/expressions/references).

mod types;

use std::ops::Range;

pub(crate) use types::{KNOWN, KnownType};

/// A reference, as it is written in Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerraformReference {
    /// Its text, which is an expression of Terraform.
    pub text: String,
    /// What it begins with.
    pub head: ReferenceHead,
    /// Whether it goes on to an attribute: that is then the ARN itself.
    pub is_attribute: bool,
}

/// What a reference begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceHead {
    /// `aws_kms_key.lake`: a resource, by its type.
    Resource(String),
    /// `data.aws_kms_key.lake`: a data source, by its type.
    Data(String),
    /// `module.data`
    Module,
    /// `var.key_arn`: a variable, by its name.
    Variable(String),
    /// `local.key_arn`
    Local,
}

/// Why a text is no reference, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReferenceFault {
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
}

/// Words that Terraform gives another meaning than that of a resource's type.
const OTHER_HEADS: [&str; 8] = ["count", "each", "self", "path", "terraform", "ephemeral", "resource", "provider"];

impl TerraformReference {
    /// Reads a reference: names with dots between them, and indices that are a number or a plain text.
    pub(crate) fn read(text: &str) -> Result<Self, ReferenceFault> {
        let mut reader = Reader { text, position: 0 };
        let first = reader.name()?.to_owned();
        let head = match first.as_str() {
            "data" => {
                let data_type = reader.part()?.to_owned();
                reader.part()?;
                ReferenceHead::Data(data_type)
            }
            "module" => {
                reader.part()?;
                ReferenceHead::Module
            }
            "var" => ReferenceHead::Variable(reader.part()?.to_owned()),
            "local" => {
                reader.part()?;
                ReferenceHead::Local
            }
            other if OTHER_HEADS.contains(&other) => {
                let message = format!("`{other}` is known inside a resource of Terraform alone");
                return Err(ReferenceFault { range: 0..other.len(), message });
            }
            _ => {
                reader.part()?;
                ReferenceHead::Resource(first.clone())
            }
        };
        let mut is_attribute = matches!(head, ReferenceHead::Variable(_) | ReferenceHead::Local);
        while reader.position < text.len() {
            if reader.eat("[") {
                reader.index()?;
            } else {
                reader.part()?;
                is_attribute = true;
            }
        }
        let whole = || 0..text.len();
        match &head {
            ReferenceHead::Module if !is_attribute => {
                let message = "this is a whole module; an output of it follows: `module.name.output`".to_owned();
                Err(ReferenceFault { range: whole(), message })
            }
            ReferenceHead::Resource(kind) | ReferenceHead::Data(kind) if !is_attribute && !kind.starts_with("aws_") => {
                let message =
                    format!("`{kind}` is no type of the AWS provider, so that the attribute with its ARN must follow");
                Err(ReferenceFault { range: whole(), message })
            }
            _ => Ok(Self { text: text.to_owned(), head, is_attribute }),
        }
    }

    /// The expression of Terraform whose value is the ARN.
    pub fn arn(&self) -> String {
        match &self.head {
            ReferenceHead::Resource(kind) if !self.is_attribute => {
                format!("{}.{}", self.text, types::arn_attribute(kind))
            }
            ReferenceHead::Data(kind) if !self.is_attribute => {
                format!("{}.{}", self.text, types::data_arn_attribute(kind))
            }
            _ => self.text.clone(),
        }
    }

    /// The expression of Terraform whose value fills the ARN, where an attribute has just that. Else it is taken from the ARN.
    pub fn name(&self) -> Option<String> {
        let ReferenceHead::Resource(kind) = &self.head else { return None };
        let known = KNOWN.iter().find(|known| known.terraform == kind)?;
        (!self.is_attribute).then_some(())?;
        Some(format!("{}.{}", self.text, known.name?))
    }

    /// The expression of Terraform whose value is a queue's address, where an attribute has that.
    pub fn attribute(&self, of_type: &str, attribute: &str) -> Option<String> {
        let is_of_type = matches!(&self.head, ReferenceHead::Resource(kind) if kind == of_type);
        (is_of_type && !self.is_attribute).then(|| format!("{}.{attribute}", self.text))
    }

    /// The variable that the root has to declare: the reference is that alone.
    pub fn variable(&self) -> Option<&str> {
        match &self.head {
            ReferenceHead::Variable(name) if self.text.len() == "var.".len() + name.len() => Some(name),
            _ => None,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    position: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.position += text.len();
        }
        found
    }

    fn fault<T>(&self, expected: &str) -> Result<T, ReferenceFault> {
        let (end, message) = match self.rest().chars().next() {
            Some(c) => (self.position + c.len_utf8(), format!("expected {expected}, found `{}`", c.escape_debug())),
            None => (self.position, format!("expected {expected}, and the reference ends here")),
        };
        Err(ReferenceFault { range: self.position..end, message })
    }

    /// A name: letters, digits, `_` and `-`, with no digit or `-` first.
    fn name(&mut self) -> Result<&'t str, ReferenceFault> {
        let rest = self.rest();
        let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
        let length = rest.find(|c: char| !(is_first(c) || c.is_ascii_digit() || c == '-')).unwrap_or(rest.len());
        if length == 0 || !rest.starts_with(is_first) {
            return self.fault("a name");
        }
        self.position += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// A dot and a name.
    fn part(&mut self) -> Result<&'t str, ReferenceFault> {
        if !self.eat(".") {
            return self.fault("a dot and a name");
        }
        self.name()
    }

    /// What stands in brackets, with the closing one.
    fn index(&mut self) -> Result<(), ReferenceFault> {
        let rest = self.rest();
        let length = if rest.starts_with('"') {
            let plain = |c: char| !matches!(c, '"' | '\\' | '$' | '%') && !c.is_control();
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner.find(|c| !plain(c)).unwrap_or(inner.len());
            if !inner.get(end..).is_some_and(|end| end.starts_with('"')) {
                self.position += 1 + end;
                return self.fault("the end of a plain text in quotes");
            }
            end + 2
        } else {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        };
        if length == 0 {
            return self.fault("a number, or a text in quotes");
        }
        self.position += length;
        if self.eat("]") { Ok(()) } else { self.fault("`]`") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(text: &str) -> String {
        TerraformReference::read(text).unwrap().arn()
    }

    #[test]
    fn a_reference_leads_to_an_arn() {
        for (text, expression) in [
            ("aws_kms_key.lake", "aws_kms_key.lake.arn"),
            ("aws_kms_key.lake[0]", "aws_kms_key.lake[0].arn"),
            ("aws_s3_bucket.b[\"a.b/c é\"]", "aws_s3_bucket.b[\"a.b/c é\"].arn"),
            ("aws_dynamodb_table.t.stream_arn", "aws_dynamodb_table.t.stream_arn"),
            ("aws_dms_endpoint.e", "aws_dms_endpoint.e.endpoint_arn"),
            ("data.aws_kms_key.lake", "data.aws_kms_key.lake.arn"),
            ("module.data.key_arn", "module.data.key_arn"),
            ("module.data[\"eu\"].keys[0].arn", "module.data[\"eu\"].keys[0].arn"),
            ("var.key_arn", "var.key_arn"),
            ("var.keys[\"lake\"]", "var.keys[\"lake\"]"),
            ("local.key-arn", "local.key-arn"),
            ("awscc_kms_key.lake.arn", "awscc_kms_key.lake.arn"),
        ] {
            assert_eq!(arn(text), expression);
        }
    }

    #[test]
    fn anything_else_is_none() {
        for (text, at) in [
            ("", 0..0),
            ("aws_kms_key", 11..11),
            ("aws_kms_key.", 12..12),
            ("aws_kms_key.lake.*.arn", 17..18),
            ("aws_kms_key.lake[*]", 17..18),
            ("aws_kms_key.lake[\"${x}\"]", 18..19),
            ("aws_kms_key.lake[0", 18..18),
            ("aws_kms_key.0lake", 12..13),
            ("aws_kms_key.lake.arn}", 20..21),
            ("aws_kms_key.lake .arn", 16..17),
            ("aws_kms_key.lake\n", 16..17),
            ("${aws_kms_key.lake}", 0..1),
            ("each.value", 0..4),
            ("module.data", 0..11),
            ("kms_key.lake", 0..12),
            ("file(\"x\")", 4..5),
            ("aws_kms_key.läke", 13..15),
        ] {
            assert_eq!(TerraformReference::read(text).unwrap_err().range, at, "{text}");
        }
    }
}

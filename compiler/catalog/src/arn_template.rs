//! ARN formats as AWS publishes them: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.

use std::fmt;

/// One piece of an ARN template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Characters that stand as they are.
    Text(Box<str>),
    /// A `*` that AWS wrote into the format itself: any characters.
    Any,
    /// Where the partition stands.
    Partition,
    /// Where the region stands.
    Region,
    /// Where the account id stands, whatever AWS calls it there (`${Account}`, `${AccountId}`, `${ManagementAccountId}`).
    Account,
    /// Any other placeholder, by the name that AWS gives it: an argument of the resource type.
    Argument(Box<str>),
}

/// An ARN format of a resource type, parsed into pieces.
///
/// The fields of an ARN are told apart by their place: what fills the fourth is the region, the fifth the account; a
/// placeholder within the resource part is an argument even if it is called `${AccountId}`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, PartialEq, Eq)]
pub struct ArnTemplate {
    text: Box<str>,
    pieces: Vec<Piece>,
    /// A `*` for every placeholder.
    pattern: Box<str>,
    /// A control character for each placeholder, so that names do not matter.
    shape: Box<str>,
    /// Where the service, the region, the account and the resource begin in the format.
    fields: [usize; 4],
    /// Where the resource begins in the pattern.
    resource_of_pattern: usize,
}

impl ArnTemplate {
    /// Parses a format. `None` if it does not have the six fields of an ARN or a placeholder is not closed.
    pub fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, resource] = fields.as_slice() else { return None };
        if *arn != "arn" || resource.is_empty() {
            return None;
        }
        let mut pieces = vec![Piece::Text("arn:".into())];
        for (field, placeholder) in [
            (partition, Some(Piece::Partition)),
            (service, None),
            (region, Some(Piece::Region)),
            (account, Some(Piece::Account)),
        ] {
            match placeholder {
                Some(piece) if is_placeholder(field) => pieces.push(piece),
                _ => parse_pieces(field, &mut pieces)?,
            }
            push_text(&mut pieces, ":");
        }
        parse_pieces(resource, &mut pieces)?;
        let (pattern, shape) = (joined(&pieces, |_| "*"), joined(&pieces, mark));
        let begin = |parts: &[&str]| parts.iter().map(|part| part.len() + 1).sum();
        let fields = [2, 3, 4, 5].map(|count| begin(fields.get(..count).unwrap_or_default()));
        let resource_of_pattern = begin(&pattern.splitn(6, ':').take(5).collect::<Vec<_>>());
        Some(Self { text: text.into(), pieces, pattern, shape, fields, resource_of_pattern })
    }

    /// The format as AWS writes it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The pieces, in order; joined they are the format.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The service field. It is not always the prefix of the service that the type belongs to (`backup` has types of
    /// others), and is `*` where the format leaves it to a placeholder.
    pub fn service(&self) -> &str {
        let field = self.field(0);
        if field.contains("${") { "*" } else { field }
    }

    /// The region field as written: a placeholder, a region, `*` or nothing.
    pub fn region_field(&self) -> &str {
        self.field(1)
    }

    /// The account field as written: a placeholder, a word such as `aws`, `*` or nothing.
    pub fn account_field(&self) -> &str {
        self.field(2)
    }

    /// The service, the region or the account as written.
    fn field(&self, index: usize) -> &str {
        let (start, end) = (self.fields.get(index).copied(), self.fields.get(index + 1).copied());
        let range = start.zip(end).map(|(start, next)| start..next.saturating_sub(1));
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// The resource, the last of the fields, as written.
    pub fn resource_field(&self) -> &str {
        self.fields.last().and_then(|start| self.text.get(*start..)).unwrap_or_default()
    }

    /// Whether a region is to be filled in.
    pub fn has_region(&self) -> bool {
        self.pieces.contains(&Piece::Region)
    }

    /// Whether an account is to be filled in.
    pub fn has_account(&self) -> bool {
        self.pieces.contains(&Piece::Account)
    }

    /// The names of the placeholders other than partition, region and account, in order: the type's arguments.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Argument(name) => Some(&**name),
            _ => None,
        })
    }

    /// How many arguments [`fill`](Self::fill) takes.
    pub fn arity(&self) -> usize {
        self.placeholders().count()
    }

    /// The characters that stand before each argument, from the one before it or from the ARN's last colon of five.
    pub fn texts_before_arguments(&self) -> impl Iterator<Item = &str> {
        let resource = self.text.splitn(6, ':').nth(5).unwrap_or_default();
        let mut parts = resource.split("${");
        let first = parts.next();
        let rest = parts.map(|part| part.split_once('}').map_or("", |(_, text)| text));
        first.into_iter().chain(rest).take(self.arity())
    }

    /// The ARN with everything filled in, or `None` unless there are exactly as many arguments as placeholders. What is
    /// filled in is copied as it is; a `*` that AWS wrote into the format stays a `*`.
    pub fn fill(&self, partition: &str, region: &str, account: &str, arguments: &[&str]) -> Option<String> {
        if arguments.len() != self.arity() {
            return None;
        }
        let mut rest = arguments.iter();
        Some(
            self.pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text,
                    Piece::Any => "*",
                    Piece::Partition => partition,
                    Piece::Region => region,
                    Piece::Account => account,
                    Piece::Argument(_) => rest.next().copied().unwrap_or("*"),
                })
                .collect(),
        )
    }

    /// The widest ARN pattern of this format: a `*` for every placeholder.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The resource of that pattern, the last of its fields.
    pub fn resource_pattern(&self) -> &str {
        self.pattern.get(self.resource_of_pattern..).unwrap_or_default()
    }

    /// If this format goes on from the parent's at a `/` or `:`, the names of the placeholders that it adds. Placeholders
    /// of the common part may have other names in the two.
    pub fn continues(&self, parent: &Self) -> Option<Vec<&str>> {
        let rest = self.shape.strip_prefix(&*parent.shape)?;
        if !rest.starts_with(['/', ':']) {
            return None;
        }
        Some(self.placeholders().skip(parent.arity()).collect())
    }
}

impl fmt::Debug for ArnTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The pieces with what `filled` says for each that is no text.
fn joined(pieces: &[Piece], filled: impl Fn(&Piece) -> &'static str) -> Box<str> {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text,
        other => filled(other),
    });
    texts.collect::<String>().into()
}

fn mark(piece: &Piece) -> &'static str {
    match piece {
        Piece::Text(_) | Piece::Any => "*",
        Piece::Partition => "\u{1}",
        Piece::Region => "\u{2}",
        Piece::Account => "\u{3}",
        Piece::Argument(_) => "\0",
    }
}

/// Whether the whole field is one placeholder.
fn is_placeholder(field: &str) -> bool {
    field.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains(['$', '{', '}']))
}

fn parse_pieces(field: &str, pieces: &mut Vec<Piece>) -> Option<()> {
    let mut rest = field;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("${") {
            let (name, after) = after.split_once('}')?;
            if name.is_empty() {
                return None;
            }
            pieces.push(Piece::Argument(name.into()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('*') {
            pieces.push(Piece::Any);
            rest = after;
        } else {
            let end =
                rest.char_indices().skip(1).find(|(_, c)| matches!(c, '$' | '*')).map_or(rest.len(), |(at, _)| at);
            let (text, after) = rest.split_at(end);
            push_text(pieces, text);
            rest = after;
        }
    }
    Some(())
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        *last = format!("{last}{text}").into();
    } else {
        pieces.push(Piece::Text(text.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> ArnTemplate {
        ArnTemplate::parse(text).unwrap()
    }

    #[test]
    fn pieces_tell_arguments_from_the_fields_of_every_arn() {
        let object = template("arn:${Partition}:s3:::${BucketName}/${ObjectName}");
        assert_eq!(object.placeholders().collect::<Vec<_>>(), ["BucketName", "ObjectName"]);
        assert!(!object.has_region() && !object.has_account());
        assert_eq!(object.fill("aws", "", "", &["b", "k/*"]).unwrap(), "arn:aws:s3:::b/k/*");
        assert_eq!(object.fill("aws", "", "", &["b"]), None);
        let account =
            template("arn:${Partition}:organizations::${ManagementAccountId}:account/o-${OrganizationId}/${AccountId}");
        assert_eq!(account.placeholders().collect::<Vec<_>>(), ["OrganizationId", "AccountId"]);
        assert!(account.has_account());
        assert_eq!(account.pattern(), "arn:*:organizations::*:account/o-*/*");
        assert_eq!(account.texts_before_arguments().collect::<Vec<_>>(), ["account/o-", "/"]);
        assert_eq!(object.texts_before_arguments().collect::<Vec<_>>(), ["", "/"]);
    }

    #[test]
    fn literal_stars_and_odd_fields_are_kept() {
        let device = template("arn:${Partition}:braket:*:*:device/${DeviceType}");
        assert_eq!((device.region_field(), device.account_field()), ("*", "*"));
        assert_eq!(device.fill("aws", "r", "1", &["qpu"]).unwrap(), "arn:aws:braket:*:*:device/qpu");
        let recovery = template("arn:${Partition}:${Vendor}:${Region}:*:${ResourceType}:${RecoveryPointId}");
        assert_eq!((recovery.service(), recovery.arity()), ("*", 3));
        assert!(ArnTemplate::parse("arn:${Partition}:s3::").is_none());
        assert!(ArnTemplate::parse("arn:aws:s3:::${Bucket").is_none());
    }

    #[test]
    fn a_child_goes_on_at_a_slash_or_colon_whatever_the_names() {
        let function = template("arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}");
        let alias = template("arn:${Partition}:lambda:${Region}:${Account}:function:${Function}:${Alias}");
        let other = template("arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}-x");
        assert_eq!(alias.continues(&function), Some(vec!["Alias"]));
        assert_eq!(other.continues(&function), None);
        assert_eq!(function.continues(&function), None);
        let global = template("arn:${Partition}:lambda::${Account}:function:${FunctionName}:${Alias}");
        assert_eq!(global.continues(&function), None);
    }
}

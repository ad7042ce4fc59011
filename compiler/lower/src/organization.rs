//! The organization and its accounts.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::with_deployed;
use iamx_syntax::{
    SyntaxKind, SyntaxToken,
    ast::{AccountNode, AstNode, Item, NodePart, OrganizationItem, OrganizationNode as _, OuNode, Tags},
};
use iamx_text::Span;

use crate::{Account, Organization, OrganizationNode, OrganizationNodeKind, Tag, lowerer::Lowerer, scope::Environment};

/// How many OUs may stand in one another.
///
/// See [quotas of Organizations](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
const MAX_OUS_DEEP: usize = 5;

impl Lowerer<'_> {
    pub(crate) fn organization_item(&mut self, module: usize, item: &Item) {
        match item {
            Item::Organization(item) => self.organization(module, item),
            Item::Account(account) => {
                self.account(module, account, None);
            }
            _ => {}
        }
    }

    fn organization(&mut self, module: usize, item: &OrganizationItem) {
        let Some(name) = item.name() else { return };
        let span = self.span(module, name.text_range());
        if let Some(first) = &self.program.organization {
            let diagnostic = Diagnostic::new(&checks::DUPLICATE_NAME, span, "a workspace has one organization")
                .related(first.span, "already declared here");
            self.report(diagnostic);
            return;
        }
        let id = item.id().and_then(|token| self.organization_id(module, &token)).unwrap_or_default();
        self.program.organization = Some(Organization { name: name.text().to_owned(), id, nodes: Vec::new(), span });
        let Some(root) = self.organization_node(OrganizationNodeKind::Root, name.text(), None, span) else { return };
        for part in item.parts() {
            self.organization_part(module, root, part, 0);
        }
    }

    fn organization_node(
        &mut self,
        kind: OrganizationNodeKind,
        name: &str,
        parent: Option<usize>,
        span: Span,
    ) -> Option<usize> {
        let organization = self.program.organization.as_mut()?;
        organization.nodes.push(OrganizationNode {
            kind,
            name: name.to_owned(),
            parent,
            attachments: Vec::new(),
            full_access: true,
            span,
        });
        Some(organization.nodes.len() - 1)
    }

    /// A part of the root or of an OU, which stands `depth` OUs deep.
    fn organization_part(&mut self, module: usize, parent: usize, part: NodePart, depth: usize) {
        match part {
            NodePart::Account(account) => self.account(module, &account, Some(parent)),
            NodePart::Ou(ou) => self.ou(module, parent, &ou, depth),
            NodePart::Attach(_) | NodePart::Detach(_) => self.guardrail_parts.push((module, parent, part)),
            NodePart::Tags(tags) => {
                let at = self.span(module, tags.range());
                self.report(
                    Diagnostic::new(&checks::MISPLACED_MEMBER, at, "tags belong to an account")
                        .help("move them into the body of the account that has them"),
                );
            }
        }
    }

    fn ou(&mut self, module: usize, parent: usize, ou: &OuNode, depth: usize) {
        let Some(name) = ou.name() else { return };
        let span = self.span(module, name.text_range());
        if depth == MAX_OUS_DEEP {
            self.report(
                Diagnostic::new(
                    &checks::OU_TOO_DEEP,
                    span,
                    format!("this OU stands more than {MAX_OUS_DEEP} OUs deep under the root"),
                )
                .note("AWS Organizations refuses it"),
            );
            return;
        }
        let id = ou.id().and_then(|token| self.ou_id(module, &token));
        let kind = OrganizationNodeKind::Ou { id };
        let Some(node) = self.organization_node(kind, name.text(), Some(parent), span) else { return };
        for part in ou.parts() {
            self.organization_part(module, node, part, depth + 1);
        }
    }

    /// See [Organization](https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html).
    fn organization_id(&mut self, module: usize, token: &SyntaxToken) -> Option<String> {
        let span = self.span(module, token.text_range());
        let id = self.plain_string(module, token)?;
        if !id.strip_prefix("o-").is_some_and(|rest| is_id_part(rest, 10)) {
            self.report(
                Diagnostic::new(&checks::INVALID_ACCOUNT_ID, span, format!("`{id}` is no organization's id"))
                    .note("an organization's id is `o-` and 10 to 32 lower-case letters and digits"),
            );
            return None;
        }
        Some(id)
    }

    /// See [OrganizationalUnit](https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html).
    fn ou_id(&mut self, module: usize, token: &SyntaxToken) -> Option<String> {
        let span = self.span(module, token.text_range());
        let id = self.plain_string(module, token)?;
        let parts = id.strip_prefix("ou-").and_then(|rest| rest.split_once('-'));
        if !parts.is_some_and(|(root, own)| is_id_part(root, 4) && is_id_part(own, 8)) {
            self.report(Diagnostic::new(&checks::INVALID_ACCOUNT_ID, span, format!("`{id}` is no OU's id")).note(
                "an OU's id is `ou-`, 4 to 32 lower-case letters and digits of the root, `-`, and 8 to 32 of its own",
            ));
            return None;
        }
        Some(id)
    }

    /// An account; `parent` is the node of the organization that it stands under.
    fn account(&mut self, module: usize, node: &AccountNode, parent: Option<usize>) {
        let (Some(name), Some(id_token)) = (node.name(), node.id()) else { return };
        let span = self.span(module, name.text_range());
        let Some(id) = self.plain_string(module, &id_token) else { return };
        let id_span = self.span(module, id_token.text_range());
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            self.report(
                Diagnostic::new(&checks::INVALID_ACCOUNT_ID, id_span, format!("`{id}` is no account id"))
                    .note("an account id is 12 digits, leading zeros included"),
            );
        } else if let Some(other) = self.account_ids.get(&id).and_then(|index| self.program.accounts.get(*index))
            && !self.names.is_named_again(span)
        {
            let diagnostic =
                Diagnostic::new(&checks::DUPLICATE_NAME, id_span, format!("account `{id}` is declared twice"))
                    .related(other.span, format!("declared here as `{}`", other.name));
            self.report(diagnostic);
        }
        // In one module the name is known to clash.
        if let Some(other) = self.program.accounts.iter().find(|other| other.name.eq_ignore_ascii_case(name.text()))
            && (other.span.file != span.file || other.name != name.text())
        {
            let message = if other.name == name.text() {
                format!("two accounts are called `{}`", name.text())
            } else {
                format!("`{}` and `{}` are one folder where letters' case says nothing", other.name, name.text())
            };
            let diagnostic = Diagnostic::new(&checks::DUPLICATE_NAME, span, message)
                .related(other.span, "the other one")
                .note("what is made in an account is written to the folder of its name")
                .help("give one of them another name");
            self.report(diagnostic);
        }
        if node.is_management()
            && let Some(other) = self.program.accounts.iter().find(|other| other.management)
        {
            let diagnostic =
                Diagnostic::new(&checks::DUPLICATE_CLAUSE, span, "an organization has one management account")
                    .related(other.span, "already declared here");
            self.report(diagnostic);
        }
        let index = self.program.accounts.len();
        self.account_ids.entry(id.clone()).or_insert(index);
        let own = parent.and_then(|parent| {
            self.organization_node(OrganizationNodeKind::Account(index), name.text(), Some(parent), span)
        });
        let mut tags = Vec::new();
        for part in node.parts() {
            match (part, own) {
                (NodePart::Tags(part), _) => {
                    let before = self.errors();
                    tags = self.tags(&Environment::of(module), &part, TagKeys::WithCase);
                    if self.errors() > before {
                        self.lost_tags.insert(index);
                    }
                }
                (part @ (NodePart::Attach(_) | NodePart::Detach(_)), Some(own)) => {
                    self.guardrail_parts.push((module, own, part));
                }
                (part @ (NodePart::Attach(_) | NodePart::Detach(_)), None) => {
                    let at = self.span(module, iamx_syntax::ast::significant_range(part.syntax()));
                    self.report(
                        Diagnostic::new(&checks::MISPLACED_MEMBER, at, "this account is in no organization")
                            .note("guardrails are an organization's, and bind its accounts alone"),
                    );
                }
                (part @ (NodePart::Account(_) | NodePart::Ou(_)), _) => {
                    let at = self.span(module, iamx_syntax::ast::significant_range(part.syntax()));
                    self.error(&checks::MISPLACED_MEMBER, at, "this can't stand in an account; it belongs to an OU");
                }
            }
        }
        self.accounts.insert(span, index);
        self.program.accounts.push(Account {
            name: name.text().to_owned(),
            id,
            in_organization: parent.is_some(),
            management: node.is_management(),
            tags,
            span,
        });
    }

    /// Names and values of `tags { … }`.
    pub(crate) fn tags(&mut self, environment: &Environment, tags: &Tags, kept: TagKeys) -> Vec<Tag> {
        let mut lowered: Vec<Tag> = Vec::new();
        for (name, value) in tags.tags() {
            let key = match name.kind() {
                SyntaxKind::STRING => self.text(environment, &name),
                _ => Some(name.text().to_owned()),
            };
            let (Some(key), Some(value)) = (key, value) else { continue };
            let Some(value) = self.one_string(environment, &value, "a tag's value") else { continue };
            if lowered.iter().any(|tag| tag.key == key) {
                let span = self.span(environment.module, name.text_range());
                self.error(&checks::DUPLICATE_NAME, span, format!("the tag `{key}` is given twice"));
                continue;
            }
            if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
                let span = self.span(environment.module, name.text_range());
                let message = format!("`{key}` can't be the key of a tag of one's own");
                self.report(
                    Diagnostic::new(&checks::INVALID_AWS_NAME, span, message).note("AWS keeps `aws:` for its own tags"),
                );
                continue;
            }
            if let Some(message) = tag_fault(&key, &value.value, kept) {
                let span = self.span(environment.module, name.text_range());
                self.report(
                    Diagnostic::new(&checks::INVALID_TEXT, span, message)
                        .note("a tag is letters, digits, blanks and the characters `_ . : / = + - @`")
                        .help("write it in these"),
                );
                continue;
            }
            if kept == TagKeys::WithoutCase
                && let Some(other) = lowered.iter().find(|tag| tag.key.eq_ignore_ascii_case(&key))
            {
                let span = self.span(environment.module, name.text_range());
                let message = format!("`{key}` and `{}` are one key to IAM", other.key);
                self.report(Diagnostic::new(&checks::DUPLICATE_NAME, span, message).help("leave one of them out"));
                continue;
            }
            // No policy reads it, so that its characters stand for themselves.
            lowered.push(Tag { key, value: value.value.replace("${$}{", "${") });
        }
        lowered
    }
}

/// What AWS refuses of a tag's key and value. Other services than IAM have rules of their own for characters.
///
/// See [`Tag`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html).
fn tag_fault(key: &str, value: &str, kept: TagKeys) -> Option<String> {
    if key.is_empty() {
        return Some("a tag has a key, and this is empty".to_owned());
    }
    if kept == TagKeys::WithCase {
        return None;
    }
    // Letters, digits and blanks of any alphabet.
    let is_blank = |c: char| c.is_whitespace() && !c.is_control();
    let is_refused = |c: &char| !c.is_alphanumeric() && !is_blank(*c) && !"_.:/=+-@".contains(*c);
    let known = with_deployed(&value.replace("${$}{", "${"), |_| String::new());
    if let Some(c) = key.chars().find(is_refused) {
        return Some(format!("IAM takes no `{}` in the key of a tag", c.escape_debug()));
    }
    let c = known.chars().find(is_refused)?;
    Some(format!("IAM takes no `{}` in the value of the tag `{key}`", c.escape_debug()))
}

/// Whether two keys of tags may differ by case alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagKeys {
    WithCase,
    /// As in IAM. See [tags](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html).
    WithoutCase,
}

/// Whether `text` is what ids of Organizations are made of: `least` to 32 lower-case letters and digits.
fn is_id_part(text: &str, least: usize) -> bool {
    (least..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

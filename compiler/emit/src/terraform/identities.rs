//! Roles, users, groups, with what is attached to them.

use iamx_lower::{Attachment, AttachmentTarget, Group, Identity, IdentityKind, Role, Tag, User};
use serde_json::{Map, Value, json};

use super::{
    address::Address,
    builder::Builder,
    policies::path,
    text::{escaped, literal},
};

pub(super) fn add(root: &mut Builder<'_>) {
    let (program, account) = (root.program, root.account);
    for role in program.roles.iter().filter(|role| role.identity.account == account) {
        self::role(root, role);
    }
    for user in program.users.iter().filter(|user| user.identity.account == account) {
        self::user(root, user);
    }
    for group in program.groups.iter().filter(|group| group.identity.account == account) {
        self::group(root, group);
    }
}

fn role(root: &mut Builder<'_>, role: &Role) {
    let identity = &role.identity;
    let address = Address::identity(IdentityKind::Role, &identity.name);
    let depends_on = root.principals.before_role(&identity.name);
    root.resource(
        &address,
        vec![
            ("name", Some(literal(&identity.name))),
            ("path", path(&identity.path)),
            ("description", role.description.as_deref().map(literal)),
            ("assume_role_policy", Some(root.deployed.document(&role.trust))),
            ("max_session_duration", role.max_session.map(Value::from)),
            ("permissions_boundary", boundary(root, identity)),
            ("tags", tags(root, &identity.tags)),
            ("depends_on", depends_on),
        ],
    );
    root.output("role_arns", &identity.name, address.attribute("arn"));
    policies(root, IdentityKind::Role, identity, &address);
    if role.instance_profile {
        let profile = Address::new("aws_iam_instance_profile", &[&identity.name]);
        root.resource(
            &profile,
            vec![
                ("name", Some(literal(&identity.name))),
                ("path", path(&identity.path)),
                ("role", Some(address.attribute("name"))),
            ],
        );
        root.output("instance_profile_arns", &identity.name, profile.attribute("arn"));
    }
}

fn user(root: &mut Builder<'_>, user: &User) {
    let identity = &user.identity;
    let address = Address::identity(IdentityKind::User, &identity.name);
    root.resource(
        &address,
        vec![
            ("//", not_made(user).map(Value::from)),
            ("name", Some(literal(&identity.name))),
            ("path", path(&identity.path)),
            ("permissions_boundary", boundary(root, identity)),
            ("tags", tags(root, &identity.tags)),
        ],
    );
    root.output("user_arns", &identity.name, address.attribute("arn"));
    policies(root, IdentityKind::User, identity, &address);
}

/// Passwords and keys are left to whoever can hand them over: Terraform would keep them in its state.
fn not_made(user: &User) -> Option<&'static str> {
    match (user.console, user.access_key) {
        (true, Some(_)) => {
            Some("The password and the access key aren't made here, as their secrets would be kept in the state.")
        }
        (true, None) => Some("The password isn't made here, as it would be kept in the state."),
        (false, Some(_)) => Some("The access key isn't made here, as its secret would be kept in the state."),
        (false, None) => None,
    }
}

fn group(root: &mut Builder<'_>, group: &Group) {
    let identity = &group.identity;
    let address = Address::identity(IdentityKind::Group, &identity.name);
    root.resource(&address, vec![("name", Some(literal(&identity.name))), ("path", path(&identity.path))]);
    root.output("group_arns", &identity.name, address.attribute("arn"));
    policies(root, IdentityKind::Group, identity, &address);
    if group.members_external || group.members.is_empty() {
        return;
    }
    let members: Vec<_> =
        group.members.iter().map(|member| Address::identity(IdentityKind::User, member).attribute("name")).collect();
    root.resource(
        &Address::new("aws_iam_group_membership", &[&identity.name]),
        vec![
            ("name", Some(literal(&identity.name))),
            ("group", Some(address.attribute("name"))),
            ("users", Some(Value::Array(members))),
        ],
    );
}

/// The inline policy and the attachments of the identity at `address`.
fn policies(root: &mut Builder<'_>, kind: IdentityKind, identity: &Identity, address: &Address) {
    let owner = || Some(address.attribute("name"));
    if !identity.inline.statements.is_empty() {
        root.resource(
            &Address::inline_policy(kind, &identity.name),
            vec![
                ("name", Some(literal(&identity.name))),
                (kind.word(), owner()),
                ("policy", Some(root.deployed.document(&identity.inline))),
            ],
        );
    }
    let attachment_type = match kind {
        IdentityKind::Role => "aws_iam_role_policy_attachment",
        IdentityKind::User => "aws_iam_user_policy_attachment",
        IdentityKind::Group => "aws_iam_group_policy_attachment",
    };
    for attachment in &identity.attachments {
        let mut names = vec![identity.name.as_str()];
        names.extend(attached_names(root, attachment));
        let arn = attached_arn(root, attachment);
        root.resource(&Address::new(attachment_type, &names), vec![(kind.word(), owner()), ("policy_arn", arn)]);
    }
}

/// What tells an attached policy from every other: the name of one that the root makes, `aws` and path and name of one of
/// AWS's, `arn` and the parts of any other's ARN.
fn attached_names<'p>(root: &Builder<'p>, attachment: &'p Attachment) -> Vec<&'p str> {
    match &attachment.target {
        AttachmentTarget::Made(index) => {
            root.program.policies.get(*index).map(|policy| policy.name.as_str()).into_iter().collect()
        }
        AttachmentTarget::Arn(arn) => {
            let fields: Vec<&str> = arn.splitn(6, ':').collect();
            match fields.as_slice() {
                [_, partition, _, _, "aws", resource] if *partition == root.program.partition => {
                    let path = resource.strip_prefix("policy/").unwrap_or(resource);
                    std::iter::once("aws").chain(path.split('/')).collect()
                }
                [front @ .., resource] => front.iter().copied().chain(resource.split('/')).collect(),
                [] => Vec::new(),
            }
        }
    }
}

/// The ARN of an attached policy: by reference where the root makes it, so that it is made first.
fn attached_arn(root: &Builder<'_>, attachment: &Attachment) -> Option<Value> {
    if let AttachmentTarget::Made(index) = &attachment.target
        && let Some(policy) = root.program.policies.get(*index)
        && policy.account == root.account
    {
        return Some(Address::policy(&policy.name).attribute("arn"));
    }
    root.program.attachment_arn(&attachment.target).as_deref().map(literal)
}

fn boundary(root: &Builder<'_>, identity: &Identity) -> Option<Value> {
    attached_arn(root, identity.boundary.as_ref()?)
}

pub(super) fn tags(root: &Builder<'_>, tags: &[Tag]) -> Option<Value> {
    let tags: Map<_, _> = tags.iter().map(|tag| (escaped(&tag.key), root.deployed.text(&tag.value))).collect();
    (!tags.is_empty()).then(|| json!(tags))
}

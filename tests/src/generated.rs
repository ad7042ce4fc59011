//! A workspace of any size, such as a platform team of many accounts keeps.

use std::fmt::Write as _;

use crate::files::SourceText;

/// Policies and roles in each generated module.
pub const ITEMS_OF_A_MODULE: usize = 10;

/// Modules that share an account: an account takes some hundreds of roles.
const MODULES_OF_AN_ACCOUNT: usize = 50;

/// A workspace of `modules` modules, each with [`ITEMS_OF_A_MODULE`] policies and roles; the same for the same number.
/// It compiles without an error.
pub fn workspace(modules: usize) -> Vec<SourceText> {
    let accounts = modules.div_ceil(MODULES_OF_AN_ACCOUNT);
    let mut files =
        vec![("iamx.toml".to_owned(), "[workspace]\nname = \"generated\"\n".to_owned()), organization(accounts)];
    files.extend((0..modules).map(module));
    files
}

fn organization(accounts: usize) -> SourceText {
    let mut text = "organization acme \"o-a1b2c3d4e5\" {\n".to_owned();
    for account in 0..accounts {
        let _ = writeln!(
            text,
            "  account a{account} \"{:012}\" {{ tags {{ stage = \"prod\" }} }}",
            100_000_000_000 + account
        );
    }
    text.push_str("}\n\n/// Our own offices\nlet office = [\"203.0.113.0/24\", \"198.51.100.0/24\"]\n");
    ("company.iamx".to_owned(), text)
}

fn module(number: usize) -> SourceText {
    let account = format!("a{}", number / MODULES_OF_AN_ACCOUNT);
    let mut text = format!(
        r#"// What team {number} may do.

use company.{{acme, {account}, office}}

resource data-{number}: s3.bucket("acme-data-{number}") in {account}
resource orders-{number}: dynamodb.table("orders-{number}") in {account} region "eu-west-1"
resource jobs-{number}: sqs.queue("jobs-{number}") in {account} region "eu-west-1"

/// Reads one prefix of a bucket
policy Read{number}(bucket: s3.bucket, prefix: string) {{
  List: allow s3:ListBucket on bucket when s3:prefix like "${{prefix}}/*"
  Read: allow s3:{{GetObject, GetObjectVersion}} on bucket.object("${{prefix}}/*")
}}

/// Takes part in the team's work
policy Work{number} in {account} {{
  allow dynamodb:{{GetItem, PutItem, UpdateItem, Query}} on orders-{number}, orders-{number}.index("*")
  allow sqs:{{SendMessage, ReceiveMessage, DeleteMessage}} on jobs-{number}
  deny dynamodb:DeleteItem on orders-{number} unless aws:PrincipalTag/team == "team-{number}"
}}

/// Looks, from the office only
policy Look{number} in {account} {{
  if aws:SourceIp in office and aws:PrincipalOrgID == acme.id {{
    allow s3:ListBucket on data-{number}
    allow dynamodb:DescribeTable on orders-{number}
    allow ec2:DescribeInstances
  }}
}}

boundary Bound{number} in {account} {{
  allow s3:*, dynamodb:*, sqs:* on data-{number}, data-{number}.object("*"), orders-{number}, jobs-{number}
}}
"#
    );
    for (role, service) in ["ec2", "lambda", "ecs-tasks", "glue", "states", "scheduler"].iter().enumerate() {
        let _ = write!(
            text,
            r#"
role Service{number}x{role} in {account} path "/team-{number}/" {{
  trust service {service} when aws:SourceAccount == {account}.id
  attach Work{number}, Look{number}
  attach Read{number}(data-{number}, "in-{role}") as "team-{number}-read-{role}"
  boundary Bound{number}
  session 2h
  tags {{ team = "team-{number}", stage = {account}.tags.stage }}
  allow s3:PutObject on data-{number}.object("out-{role}/*") when s3:x-amz-server-side-encryption == "aws:kms"
}}
"#
        );
    }
    (format!("teams/t{number}.iamx"), text)
}

#[cfg(test)]
mod tests {
    use super::workspace;
    use crate::pipeline::run;

    #[test]
    fn compiles() {
        let outcome = run(&workspace(2));
        assert_eq!(outcome.errors(), Vec::<&str>::new(), "{}", outcome.rendered());
        assert!(!outcome.files.is_empty());
    }
}

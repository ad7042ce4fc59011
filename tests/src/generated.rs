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

/// An organization of so many accounts, with so many roles in each of them from one block, as a landing zone has them: half
/// of them the same in every account, half with the account's id in what they may do. Compiles without an error.
pub fn landing_zone(accounts: usize, roles: usize) -> Vec<SourceText> {
    let mut text = "organization acme \"o-a1b2c3d4e5\" {\n".to_owned();
    for (number, accounts) in (0..accounts).collect::<Vec<_>>().chunks(100).enumerate() {
        let _ = writeln!(text, "  ou Team{number} {{");
        for account in accounts {
            let id = 100_000_000_000 + account;
            let _ = writeln!(text, "    account a{account} \"{id:012}\" {{ tags {{ team = \"team-{number}\" }} }}");
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    let mut items = "// What every account has.\n\nuse company.{acme, a0}\n\nwithin organization acme\n".to_owned();
    items.push_str(LANDING_ZONE);
    for role in 0..roles {
        let body = match role % 4 {
            0 => "trust role Operator\n  attach aws \"ReadOnlyAccess\"\n  session 4h".to_owned(),
            1 => format!(
                "trust service ec2 when aws:SourceAccount == account.id\n  boundary Workload\n  \
                 allow dynamodb:{{GetItem, Query}} on dynamodb.table(\"app-{role}\")"
            ),
            2 => format!(
                "trust role Operator\n  attach ReadArtifacts\n  \
                 allow s3:PutObject on s3.bucket(\"acme-artifacts\").object(\"team-{role}/*\")"
            ),
            _ => format!(
                "trust service lambda when aws:SourceAccount == account.id\n  attach ReadArtifacts\n  \
                 tags {{ team = account.tags.team }}\n  \
                 allow sqs:{{SendMessage, ReceiveMessage}} on sqs.queue(\"jobs-{role}\")"
            ),
        };
        let _ = write!(items, "\nrole Baseline{role} path \"/baseline/\" {{\n  {body}\n}}\n");
    }
    vec![
        ("iamx.toml".to_owned(), "[workspace]\nname = \"landing-zone\"\n".to_owned()),
        ("company.iamx".to_owned(), text),
        ("baseline.iamx".to_owned(), items),
    ]
}

/// What the roles of each account share.
const LANDING_ZONE: &str = r#"
/// Who may act in every account
role Operator in a0 {
  trust service ssm when aws:SourceAccount == a0.id
  allow sts:AssumeRole on iam.role("baseline/*")
}

/// Reads what the pipelines have built
policy ReadArtifacts {
  allow s3:{GetObject, GetObjectVersion} on s3.bucket("acme-artifacts").object("*")
}

boundary Workload {
  allow dynamodb:*, sqs:*, s3:* on *
}
"#;

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
    use super::{landing_zone, workspace};
    use crate::pipeline::run;

    #[test]
    fn compiles() {
        let outcome = run(&workspace(2));
        assert_eq!(outcome.errors(), Vec::<&str>::new(), "{}", outcome.rendered());
        assert!(!outcome.files.is_empty());
    }

    #[test]
    fn the_landing_zone_compiles() {
        let outcome = run(&landing_zone(5, 8));
        assert_eq!(outcome.errors(), Vec::<&str>::new(), "{}", outcome.rendered());
        assert_eq!(outcome.files.iter().filter(|file| file.path.ends_with("/trust.json")).count(), 5 * 8 + 1);
    }
}

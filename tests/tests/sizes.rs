//! The checks of sizes, whose pages can only sketch an example, are found where there is too much.

use std::fmt::Write as _;

use iamx_tests::pipeline::{run, run_text};

fn finds(check: &str, text: &str) {
    let outcome = run_text(text);
    assert!(outcome.checks().contains(&check), "{check}: {:?}", outcome.checks());
}

fn lacks(check: &str, text: &str) {
    let outcome = run_text(text);
    assert!(!outcome.checks().contains(&check), "{}", outcome.rendered());
}

/// A role that is allowed to read so many buckets by a policy of its own.
fn reader_of(buckets: usize) -> String {
    let mut text = "policy ReadMany {\n  allow s3:GetObject on s3.bucket(\"acme\").object(\"*\")".to_owned();
    for bucket in 1..buckets {
        let _ = write!(text, ", s3.bucket(\"acme-logs-{bucket:04}\").object(\"*\")");
    }
    text.push_str("\n}\n\nrole Reader {\n  trust service ec2\n  attach ReadMany\n}\n");
    text
}

#[test]
fn a_policy_over_its_quota() {
    finds("policy-too-large", &reader_of(400));
    lacks("policy-too-large", &reader_of(20));
}

/// An inline policy over its quota holds more than a managed one can, so it isn't to be made one.
#[test]
fn the_way_out_of_a_quota_leads_out() {
    let inline = reader_of(400).replace("policy ReadMany {", "role Reader {\n  trust service ec2");
    let inline = inline.split("\n\nrole").next().unwrap_or_default().to_owned() + "\n";
    let rendered = run_text(&inline).rendered();
    assert!(rendered.contains("the inline policy of `Reader` has"), "{rendered}");
    assert!(rendered.contains("help: split it into policies and attach those"), "{rendered}");
}

#[test]
fn more_attachments_than_the_quota_lets() {
    let role = |policies: usize| {
        let mut text = String::new();
        for policy in 0..policies {
            let _ =
                writeln!(text, "policy Read{policy} {{\n  allow s3:ListBucket on s3.bucket(\"acme-{policy}\")\n}}\n");
        }
        text.push_str("role Reader {\n  trust service ec2\n");
        for policy in 0..policies {
            let _ = writeln!(text, "  attach Read{policy}");
        }
        text + "}\n"
    };
    finds("too-many-attachments", &role(30));
    lacks("too-many-attachments", &role(3));
}

/// White space counts in guardrails, so one that is too large with it is written without.
#[test]
fn a_guardrail_is_made_as_small_as_it_has_to_be() {
    let scp = |buckets: usize| {
        let mut text =
            "organization acme \"o-a1b2c3d4e5\" {\n  attach Keep\n}\n\nscp Keep {\n  deny s3:DeleteBucket on s3.bucket(\"acme\")"
                .to_owned();
        for bucket in 0..buckets {
            let _ = write!(text, ", s3.bucket(\"acme-backups-{bucket:04}\")");
        }
        text + "\n}\n"
    };
    let written = |text: &str| {
        let outcome = run_text(text);
        let file = outcome.files.into_iter().find(|file| file.path == "organization/scps/Keep.json");
        file.map(|file| String::from_utf8(file.bytes.to_vec()).unwrap()).unwrap_or_default()
    };
    let (small, large) = (written(&scp(20)), written(&scp(290)));
    assert!(small.contains("\n      \"Resource\": ["), "{small}");
    assert!(large.starts_with("{\"Version\":") && large.len() <= 10_240, "{} {large}", large.len());
    finds("policy-too-large", &scp(340));
    lacks("policy-too-large", &scp(290));
}

#[test]
fn more_guardrails_than_the_quota_lets() {
    let attached = |kind: &str, count: usize| {
        let names: Vec<_> = (0..count).map(|number| format!("G{number}")).collect();
        let mut text = format!("organization acme \"o-a1b2c3d4e5\" {{\n  attach {}\n}}\n", names.join(", "));
        for name in &names {
            let _ = writeln!(text, "\n{kind} {name} {{\n  deny s3:DeleteBucket\n}}");
        }
        text
    };
    // AWS's own policy is one of them.
    lacks("too-many-attachments", &attached("scp", 9));
    finds("too-many-attachments", &attached("scp", 10));
    lacks("too-many-attachments", &attached("rcp", 4));
    finds("too-many-attachments", &attached("rcp", 5));
}

#[test]
fn brackets_nested_too_deeply() {
    let role = |depth: usize| {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        format!("role Reader {{\n  trust service ec2\n  deny s3:GetObject when {open}aws:SecureTransport{close}\n}}\n")
    };
    finds("nesting-too-deep", &role(100_000));
    finds("nesting-too-deep", &role(1_000));
    lacks("nesting-too-deep", &role(20));
}

#[test]
fn a_file_that_is_too_large() {
    let text = format!("// {}\n", "x".repeat(iamx_workspace::MAX_FILE_BYTES));
    let outcome = run_text(&text);
    assert_eq!(outcome.checks(), ["file-too-large"]);
    // The others are read all the same.
    let small = "role Reader {\n  trust service nothing\n}\n".to_owned();
    let outcome = run(&[("large.iamx".to_owned(), text), ("small.iamx".to_owned(), small)]);
    assert_eq!(outcome.checks(), ["file-too-large", "unknown-service-principal"]);
}

/// Forty lines that double stand for a million million actions.
#[test]
fn names_that_stand_for_too_much() {
    let lists = |levels: usize| {
        let mut text = "let a0 = [s3:GetObject, s3:PutObject]\n".to_owned();
        for level in 1..levels {
            let before = level - 1;
            let _ = writeln!(text, "let a{level} = [a{before}, a{before}]");
        }
        let last = levels - 1;
        text + &format!(
            "\nrole Reader {{\n  trust service ec2\n  allow a{last} on s3.bucket(\"a\").object(\"*\")\n}}\n"
        )
    };
    finds("expansion-too-large", &lists(40));
    lacks("expansion-too-large", &lists(5));
}

#[test]
fn templates_that_include_too_much() {
    let mut text = "policy P0 {\n  allow s3:ListAllMyBuckets\n}\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        let _ = writeln!(text, "policy P{level} {{\n  include P{before}()\n  include P{before}()\n}}");
    }
    text.push_str("role Reader {\n  trust service ec2\n  include P39()\n}\n");
    finds("expansion-too-large", &text);
}

/// A condition of many keys joined as `join` says, in a role.
fn role_when(condition: &str) -> String {
    format!("role Reader {{\n  trust service ec2\n  deny s3:GetObject when {condition}\n}}\n")
}

#[test]
fn conditions_that_multiply() {
    let pair = |tag: usize| format!("(aws:PrincipalTag/a{tag} == \"x\" or aws:PrincipalTag/b{tag} == \"x\")");
    let pairs = |count: usize| role_when(&(0..count).map(pair).collect::<Vec<_>>().join(" and "));
    lacks("too-many-alternatives", &pairs(5));
    finds("too-many-alternatives", &pairs(6));
    finds("too-many-alternatives", &pairs(60));
    let wide = |count: usize| {
        role_when(&(0..count).map(|tag| format!("exists aws:PrincipalTag/a{tag}")).collect::<Vec<_>>().join(" or "))
    };
    lacks("too-many-alternatives", &wide(32));
    finds("too-many-alternatives", &wide(33));
    finds("too-many-alternatives", &wide(2_000));
    finds("expansion-too-large", &wide(20_000));
}

#[test]
fn patterns_that_multiply() {
    let pattern = |letter: char| format!("s3:prefix? like \"{}*\"", format!("*{letter}").repeat(40));
    let text = role_when(&('a'..='t').map(pattern).collect::<Vec<_>>().join(" and "));
    let outcome = run_text(&text);
    assert!(outcome.errors().len() <= 1, "{}", outcome.rendered());
}

/// Names in brackets in names in brackets, as deep as both limits let.
#[test]
fn conditions_that_are_deep() {
    let mut text = "let c0 = aws:SecureTransport\n".to_owned();
    for level in 1..63 {
        let before = level - 1;
        let (open, close) = ("(not ".repeat(55), ")".repeat(55));
        let _ = writeln!(text, "let c{level} = {open}c{before}{close} or exists aws:PrincipalTag/t{level}");
    }
    let outcome = run_text(&(text + &role_when("c62")));
    assert!(outcome.errors().len() <= 1, "{}", outcome.rendered());
}

#[test]
fn more_groups_of_a_user_than_iam_takes() {
    let groups = |count: usize| {
        let group = |number: usize| format!("group G{number} {{ members alice }}\n");
        "user alice\n".to_owned() + &(0..count).map(group).collect::<String>()
    };
    finds("too-many-groups", &groups(11));
    lacks("too-many-groups", &groups(10));
}

#[test]
fn more_roles_in_an_account_than_iam_takes() {
    let roles = |count: usize| {
        let role = |number: usize| format!("role R{number} in prod {{ trust service ec2 }}\n");
        let other = "account dev \"111111111111\"\nrole Other in dev { trust service ec2 }\n";
        "account prod \"222222222222\"\n".to_owned() + other + &(0..count).map(role).collect::<String>()
    };
    finds("too-many-in-account", &roles(1001));
    lacks("too-many-in-account", &roles(1000));
}

#[test]
fn more_tags_and_longer_texts_than_aws_takes() {
    let tags = |count: usize, length: usize| {
        let tag = |number: usize| format!("t{number} = \"{}\"", "x".repeat(length));
        let tags: Vec<_> = (0..count).map(tag).collect();
        format!("role Reader {{\n  trust service ec2\n  tags {{ {} }}\n}}\n", tags.join(", "))
    };
    finds("too-many-tags", &tags(51, 1));
    lacks("too-many-tags", &tags(50, 256));
    finds("text-too-long", &tags(1, 257));
    let described = |length: usize| format!("/// {}\nrole Reader {{ trust service ec2 }}\n", "x".repeat(length));
    finds("text-too-long", &described(1001));
    lacks("text-too-long", &described(1000));
}

/// One fault is one finding, however often a `let` with it is used.
#[test]
fn a_condition_that_is_too_much_is_told_once() {
    let used_thrice = |lets: &str, name: &str| {
        format!(
            "{lets}\npolicy P {{\n  allow s3:ListAllMyBuckets when {name}\n  allow sqs:ListQueues on \"*\" when {name} and aws:SecureTransport\n}}\n\
             role R {{\n  trust service ec2\n  attach P\n  allow sns:ListTopics when {name}\n}}\n"
        )
    };
    let told = |text: &str| {
        let outcome = run_text(text);
        assert_eq!(outcome.errors().len(), 1, "{}", outcome.rendered());
        outcome.errors().concat()
    };
    let mut chain = "let c0 = aws:SecureTransport\n".to_owned();
    for link in 1..200 {
        let before = link - 1;
        let _ = writeln!(chain, "let c{link} = c{before} and c{before} and aws:MultiFactorAuthPresent");
    }
    assert_eq!(told(&used_thrice(&chain, "c199")), "expansion-too-large");
    let values: Vec<String> = (0..5_001).map(|number| format!("\"v{number}\"")).collect();
    let many = format!("let many = aws:PrincipalTag/team in [{}]\n", values.join(", "));
    assert_eq!(told(&used_thrice(&many, "many")), "expansion-too-large");
    let keys = |key: &str| {
        let all: Vec<String> = (0..7).map(|tag| format!("aws:PrincipalTag/{key}{tag} == \"yes\"")).collect();
        format!("({})", all.join(" or "))
    };
    let wide = format!("let wide = {} and {}\n", keys("a"), keys("b"));
    assert_eq!(told(&used_thrice(&wide, "wide")), "too-many-alternatives");
}

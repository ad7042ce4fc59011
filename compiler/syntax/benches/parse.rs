//! How fast text becomes a tree: `cargo bench -p iamx-syntax --bench parse`.

#![allow(missing_docs)]

use std::fmt::Write as _;

use divan::{Bencher, counter::BytesCount};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// Items of every usual kind, to about `size` bytes.
fn text(size: usize) -> String {
    let mut text = String::new();
    let mut n = 0;
    while text.len() < size {
        n += 1;
        write!(
            text,
            r#"/// What service {n} writes
resource data-{n}: s3.bucket("acme-data-{n}") in prod {{
  OnlyFromVpc: deny s3:{{GetObject, PutObject}} to * unless aws:SourceVpc == "vpc-{n}"
}}

let office-{n} = ["203.0.113.{n}/32", "2001:db8:{n}::/48"]

policy Read{n}(bucket: s3.bucket, prefix: string) {{
  List: allow s3:ListBucket on bucket when s3:prefix like prefix
  allow s3:GetObject, s3:GetObjectVersion on bucket.object(prefix)   // the objects
  if aws:SourceIp in office-{n} and not (aws:PrincipalTag/team == "ops" or aws:MultiFactorAuthAge < 1h) {{
    allow s3:PutObject on bucket.object("in/*") until 2027-01-01
  }}
}}

role Service{n} in prod named "service-{n}" {{
  trust service ec2
  trust oidc github when claim sub == "repo:acme/{n}:ref:refs/heads/main"
  attach Read{n}(data-{n}, "logs/*"), aws "SecurityAudit"
  tags {{ team = "data" }}
  allow sqs:SendMessage, sqs:ReceiveMessage on queue-{n}
}}

grant s3:GetObject on data-{n}.object("*") to role analytics.Analyst when tls

test "service {n}" {{
  given {{ aws:SourceIp = "203.0.113.9" }}
  role Service{n} can s3:GetObject on data-{n}.object("logs/a.gz")
  user dev.alice cannot assume Service{n}
}}

"#
        )
        .unwrap_or_default();
    }
    text
}

#[divan::bench(args = [10_000, 100_000, 1_000_000, 10_000_000], sample_count = 10)]
fn parse(bencher: Bencher<'_, '_>, size: usize) {
    let text = text(size);
    assert!(iamx_syntax::parse(&text).errors().is_empty());
    bencher.counter(BytesCount::of_str(&text)).bench(|| iamx_syntax::parse(divan::black_box(&text)));
}

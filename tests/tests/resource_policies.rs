//! Every row of the table of resource policies makes the policy that it describes.

use iamx_catalog::{
    Catalog, PolicyCarrier, PolicyPrincipals, PolicyStatements, ResourceElement, asked_arn, resource_policy_forms,
};
use iamx_tests::pipeline::run_text;
use serde_json::Value;

#[test]
fn every_row_makes_the_policy_that_it_describes() {
    let catalog = Catalog::builtin();
    for form in resource_policy_forms() {
        let service = form.service.unwrap_or("s3");
        let principal = match form.principals {
            PolicyPrincipals::Services => "service es",
            PolicyPrincipals::Everyone => "*",
            _ => "account prod",
        };
        let item = match form.carrier {
            PolicyCarrier::Type(prefix, name) => {
                let resource_type =
                    catalog.service(prefix).and_then(|one| one.resource_type(name)).expect("it is known");
                let arity = resource_type.arn_templates.first().expect("it has one").arity();
                let arguments = vec!["\"x1\""; arity].join(", ");
                format!("resource it: {prefix}.{name}({arguments}) in prod region \"eu-west-1\"")
            }
            PolicyCarrier::Account { service, named: true } => format!("account-policy {service} \"it\" in prod"),
            PolicyCarrier::Account { service, named: false } => format!("account-policy {service} in prod"),
        };
        let is_resource = matches!(form.carrier, PolicyCarrier::Type(..));
        let on = if form.about_others || (!is_resource && form.resource == ResourceElement::Arn) { "on *" } else { "" };
        let source =
            format!("account prod \"222222222222\"\n\n{item} {{\n  allow {service}:* {on} to {principal}\n}}\n");
        let outcome = run_text(&source);
        assert_eq!(outcome.errors(), [""; 0], "{source}\n{}", outcome.rendered());
        let wanted = |path: &str| path.starts_with("prod/resources/") || path.starts_with("prod/account-policies/");
        let file = outcome.files.iter().find(|file| wanted(&file.path)).expect("the policy is written");
        let document: Value = serde_json::from_slice(&file.bytes).expect("it is JSON");
        let statements = document["Statement"].as_array().expect("a list");
        let [statement] = statements.as_slice() else { panic!("{source}: {statements:?}") };
        match form.resource {
            ResourceElement::Absent => assert!(statement.get("Resource").is_none(), "{source}"),
            ResourceElement::Arn if on.is_empty() => {
                let arns = match &statement["Resource"] {
                    Value::Array(arns) => arns.clone(),
                    one => vec![one.clone()],
                };
                // Requests for some of the actions name more than the ARN.
                let with_more = match form.carrier {
                    PolicyCarrier::Type(service, name) => usize::from(asked_arn(service, name).is_some()),
                    PolicyCarrier::Account { .. } => 0,
                };
                assert_eq!(arns.len(), 1 + form.inside.len() + with_more, "{source}: {arns:?}");
                assert!(arns.iter().all(|arn| arn.as_str().is_some_and(|arn| arn.starts_with("arn:aws:"))), "{arns:?}");
            }
            ResourceElement::Star | ResourceElement::Arn => assert_eq!(statement["Resource"], "*", "{source}"),
        }
        let expected = match form.principals {
            PolicyPrincipals::Services => serde_json::json!({ "Service": "es.amazonaws.com" }),
            PolicyPrincipals::Everyone => serde_json::json!("*"),
            PolicyPrincipals::AccountIds => serde_json::json!({ "AWS": "222222222222" }),
            _ => serde_json::json!({ "AWS": "arn:aws:iam::222222222222:root" }),
        };
        assert_eq!(statement["Principal"], expected, "{source}");
        let has_sid = statement.get("Sid").is_some();
        let wants_sid = matches!(form.statements, PolicyStatements::Permissions(_))
            || form.quota.and_then(|kind| catalog.quota(kind)).is_some_and(|quota| quota.unique_sids);
        assert_eq!(has_sid, wants_sid, "{source}");
    }
}

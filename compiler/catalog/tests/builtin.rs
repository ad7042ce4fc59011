//! The built-in catalog, asked what its users ask.

use iamx_catalog::{Catalog, CatalogData, KeyType, Level, LevelSet, PrincipalGrade, QuotaKind, QuotaUnit, diff};

fn catalog() -> &'static Catalog {
    Catalog::builtin()
}

#[test]
fn the_file_is_whole_and_no_larger_than_it_may_be() {
    let bytes = catalog().as_bytes();
    let read = Catalog::from_bytes(bytes.to_vec()).unwrap();
    assert!(bytes.len() < 3 << 20, "{} bytes", bytes.len());
    assert_eq!(read.hash(), catalog().hash());
    assert_eq!(read.info(), catalog().info());
    assert_eq!(read.hash().len(), 64);
}

#[test]
fn what_is_decoded_and_written_again_has_the_same_bytes() {
    assert!(CatalogData::from_catalog(catalog()).to_bytes().unwrap() == catalog().as_bytes());
}

#[test]
fn actions_are_found_whatever_their_case() {
    let action = catalog().action("S3:getobject").unwrap();
    assert_eq!(&*action.name, "GetObject");
    assert!(action.levels.contains(Level::Read) && !action.levels.contains(Level::Write));
    assert!(action.resource_use("object").is_some() && action.resource_use("bucket").is_none());
    let tagging = catalog().action("s3:PutObjectTagging").unwrap();
    assert_eq!(tagging.levels, LevelSet::of([Level::Tagging, Level::Write]));
    assert!(catalog().action("s3:GetObject2").is_none() && catalog().action("GetObject").is_none());
    let run = catalog().action("ec2:RunInstances").unwrap();
    assert!(run.resource_use("image").unwrap().required && !run.resource_use("key-pair").unwrap().required);
    assert!(
        catalog()
            .action("access-analyzer:CreateAnalyzer")
            .unwrap()
            .dependent_actions
            .iter()
            .any(|one| { &**one == "iam:CreateServiceLinkedRole" })
    );
    assert!(catalog().action("iam:PassRole").unwrap().permission_only);
}

#[test]
fn patterns_name_actions() {
    let s3 = catalog().service("S3").unwrap();
    assert!(s3.rcp_supported());
    assert!(s3.actions_matching("get*acl").any(|action| &*action.name == "GetBucketAcl"));
    let all = catalog().actions_matching("*").count();
    assert_eq!(all, catalog().info().counts.actions as usize);
    assert_eq!(catalog().actions_matching("s3:GetObject").count(), 1);
    assert_eq!(catalog().actions_matching("nothing").count(), 0);
}

#[test]
fn resource_types_have_language_names_formats_and_children() {
    let s3 = catalog().service("s3").unwrap();
    let bucket = s3.resource_type("bucket").unwrap();
    let children: Vec<String> = s3.children(bucket).map(|child| child.resource_type.slug()).collect();
    assert_eq!(children, ["object"]);
    let object = s3.children(bucket).next().unwrap();
    assert_eq!(object.placeholders, ["ObjectName"]);
    assert_eq!(object.template.fill("aws", "", "", &["b", "k"]).unwrap(), "arn:aws:s3:::b/k");
    let lambda = catalog().service("lambda").unwrap();
    let function = lambda.resource_type("function").unwrap();
    let of_function: Vec<String> = lambda.children(function).map(|child| child.resource_type.slug()).collect();
    assert!(
        of_function.iter().any(|one| one == "function-alias")
            && of_function.iter().any(|one| one == "function-version")
    );
    assert!(lambda.resource_type("Function-Alias").is_some() && lambda.resource_type_named("function alias").is_some());
    let balancing = catalog().service("elasticloadbalancing").unwrap();
    assert!(balancing.resource_type("loadbalancer-app").is_some());
    let api = catalog().service("apigateway").unwrap();
    assert_eq!(api.resource_type("authorizer").unwrap().arn_templates.len(), 2);
}

#[test]
fn arns_lead_to_types_by_their_service_field() {
    let of = |field: &'static str| {
        let found = catalog().resource_types_in_arns(field);
        found.map(|(service, one)| format!("{}.{}", service.prefix(), one.slug())).collect::<Vec<_>>()
    };
    assert!(of("s3").contains(&"s3.bucket".to_owned()) && of("rds").contains(&"rds.db".to_owned()));
    assert!(of("execute-api").iter().all(|one| one.starts_with("execute-api.") || one.starts_with("backup.")));
    assert!(of("*").len() == catalog().info().counts.resource_types as usize);
    assert!(catalog().is_arn_service("s3") && catalog().is_arn_service("elasticloadbalancing"));
    assert!(!catalog().is_arn_service("s4") && !catalog().is_arn_service("*"));
}

#[test]
fn every_language_name_of_a_type_is_one_types() {
    for service in catalog().services() {
        let mut slugs: Vec<String> = service.resource_types().iter().map(iamx_catalog::ResourceType::slug).collect();
        let all = slugs.len();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), all, "{}", service.prefix());
    }
}

#[test]
fn every_use_names_a_type_and_every_key_is_found() {
    for service in catalog().services() {
        for action in service.actions() {
            for used in &action.resource_types {
                assert!(service.resource_type_named(&used.name).is_some(), "{} {}", action.name, used.name);
            }
            for key in service.keys_of(action) {
                assert!(catalog().condition_key(&key).is_some(), "{}:{} {key}", service.prefix(), action.name);
            }
            for dependent in &action.dependent_actions {
                assert!(dependent.contains(':'), "{}:{} {dependent}", service.prefix(), action.name);
            }
            assert!(!action.levels.is_empty(), "{}:{}", service.prefix(), action.name);
        }
    }
}

#[test]
fn keys_are_found_by_their_templates() {
    let of = |name: &'static str| catalog().condition_key(name).unwrap_or_else(|| panic!("{name}"));
    let tag = of("AWS:requesttag/Team");
    assert_eq!((&*tag.key.name, tag.argument), ("aws:RequestTag/${TagKey}", Some("Team")));
    assert!(tag.key.global && tag.key.always_present == Some(false));
    assert_eq!(of("s3:ExistingObjectTag/a").argument, Some("a"));
    assert_eq!(of("elasticloadbalancing:ResourceTag/a").argument, Some("a"));
    assert_eq!(of("kms:EncryptionContext:aws:s3:arn").argument, Some("aws:s3:arn"));
    assert_eq!(of("codebuild:environment.environmentVariables/X.value").argument, Some("X"));
    assert_eq!(of("aws:SourceIp").key.types.first(), KeyType::Ip);
    assert_eq!(of("aws:SecureTransport").key.types.first(), KeyType::Bool);
    assert!(of("aws:TagKeys").key.multi_valued && !of("aws:PrincipalTag/x").key.multi_valued);
    let protocol = of("elasticloadbalancing:ListenerProtocol").key;
    assert!(protocol.multi_valued && protocol.single_valued_too);
    assert!(of("SAML:aud").argument.is_none());
    assert!(of("saml:edupersonaffiliation").key.multi_valued);
    assert!(of("ec2:SourceInstanceArn").key.global);
    for unknown in ["s3:nothing", "aws:Nothing", "nothing", "aws:RequestTag/", "nothing:x", ":x"] {
        assert!(catalog().condition_key(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn any_claim_of_a_web_identity_is_a_key() {
    let of = |name: &'static str| catalog().condition_key(name).unwrap();
    assert_eq!(of("token.actions.githubusercontent.com:repository").key.types.first(), KeyType::String);
    assert!(!of("token.actions.githubusercontent.com:sub").key.multi_valued);
    assert!(of("oidc.eks.eu-west-1.amazonaws.com/id/0123:sub").key.name.contains("${Claim}"));
    assert!(of("cognito-identity.amazonaws.com:amr").key.multi_valued);
    assert!(of("example.com:amr").key.multi_valued);
    assert_eq!(of("agent.mine.buildkite.dev:pipeline_id").argument, Some("mine"));
    assert!(catalog().condition_key("example.com:").is_none());
}

#[test]
fn presence_is_what_the_source_says_and_exceptions_are_told_apart() {
    assert!(catalog().always_sent("aws:SecureTransport") && catalog().always_sent("aws:currenttime"));
    assert!(!catalog().always_sent("aws:username") && !catalog().always_sent("aws:SourceVpc"));
    assert_eq!(catalog().condition_key("aws:username").unwrap().key.always_present, Some(true));
}

#[test]
fn principals_are_graded() {
    let grade = |name: &str| catalog().principal(name);
    for known in [
        "ec2.amazonaws.com",
        "EC2.amazonaws.com",
        "ec2.amazonaws.com.cn",
        "logs.eu-west-1.amazonaws.com",
        "codedeploy.us-east-1.amazonaws.com",
        "eu-west-1.elasticache-snapshot.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "alexa-appkit.amazon.com",
    ] {
        assert_eq!(grade(known), PrincipalGrade::Known, "{known}");
    }
    for plausible in ["datazone.amazonaws.com", "new.lambda.amazonaws.com"] {
        assert_ne!(grade(plausible), PrincipalGrade::Unknown, "{plausible}");
        assert!(!matches!(grade(plausible), PrincipalGrade::Near(_)), "{plausible}");
    }
    assert_eq!(grade("lamda.amazonaws.com"), PrincipalGrade::Near("lambda.amazonaws.com".to_owned()));
    for slip in ["lambda.amazonaws.co", "lambda.amazonws.con", "lambda.amazon.com", "LAMBDA.amazonaws.cmo"] {
        assert_eq!(grade(slip), PrincipalGrade::Near("lambda.amazonaws.com".to_owned()), "{slip}");
    }
    for slip in ["ec2.amazonaws.con", "ec3.amazonaws.com"] {
        assert_eq!(grade(slip), PrincipalGrade::Near("ec2.amazonaws.com".to_owned()), "{slip}");
    }
    assert_eq!(grade("foo.amazonaws.com"), PrincipalGrade::Unknown);
    assert_eq!(grade("something-else-entirely.amazonaws.com"), PrincipalGrade::Unknown);
    assert_eq!(grade("lambda.example.com"), PrincipalGrade::Unknown);
    assert_eq!(catalog().service_principal_named("ecs-tasks"), Some("ecs-tasks.amazonaws.com"));
    assert_eq!(catalog().service_principal_named("nothing"), None);
}

#[test]
fn managed_policies_have_paths_and_arns() {
    let view = catalog().managed_policy("job-function/ViewOnlyAccess").unwrap();
    assert_eq!(view.arn("aws-cn"), "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess");
    assert_eq!(catalog().managed_policy("ViewOnlyAccess"), Some(view));
    assert_eq!(catalog().managed_policy("SecurityAudit").unwrap().path, "/");
    assert!(catalog().managed_policy("other/SecurityAudit").is_none());
    assert_eq!(catalog().nearest_managed_policy("SecurityAudti"), ["SecurityAudit"]);
}

#[test]
fn partitions_hold_regions() {
    let ids: Vec<&str> = catalog().partitions().iter().map(|one| one.id.as_str()).collect();
    assert!(ids.starts_with(&["aws"]) && ids.contains(&"aws-cn") && ids.contains(&"aws-us-gov"));
    assert_eq!(catalog().partition_of_region("cn-north-1").unwrap().dns_suffix, "amazonaws.com.cn");
    assert!(catalog().partition_of_region("aws-global").is_none());
    assert_eq!(catalog().nearest_region("eu-wst-1").first().map(String::as_str), Some("eu-west-1"));
}

#[test]
fn quotas_are_dated_and_typed() {
    let managed = catalog().quota(QuotaKind::ManagedPolicy).unwrap();
    assert_eq!((managed.max, managed.unit, managed.counts_white_space), (6144, QuotaUnit::Characters, Some(false)));
    assert_eq!(catalog().quota(QuotaKind::TrustPolicy).unwrap().raisable_to, Some(8192));
    assert_eq!(catalog().quota(QuotaKind::SqsPolicy).unwrap().actions_per_statement, Some(7));
    assert!(catalog().quota(QuotaKind::SnsPolicy).unwrap().unique_sids);
    assert!(catalog().quotas().allows('ÿ') && !catalog().quotas().allows('Ā') && catalog().quotas().allows('\n'));
    assert!(catalog().quotas().aws_managed_policies_exempt && !catalog().quotas().as_of.is_empty());
}

#[test]
fn hand_kept_tables_name_what_exists() {
    assert_eq!(catalog().api_name("s3:headbucket").unwrap().actions, ["s3:ListBucket"]);
    assert_eq!(catalog().asked_with("s3:ListAllMyBuckets"), Some("arn:${Partition}:s3:::*"));
    assert_eq!(catalog().kms_actions("s3:PutObject").unwrap(), ["kms:GenerateDataKey", "kms:Decrypt"]);
    assert!(catalog().kms_actions("cloudtrail:StartQuery").unwrap().contains(&"kms:Decrypt"));
    assert_eq!(catalog().kms_actions("s3:ListBucket"), Some(Vec::new()));
    assert_eq!(catalog().kms_actions("logs:GetLogEvents"), None);
    assert!(catalog().escalations().len() > 100);
    let tables = catalog().tables();
    let mut named: Vec<&String> = tables.rcp_exempt_actions.iter().collect();
    named.extend(tables.api_names.iter().flat_map(|one| &one.actions));
    named.extend(tables.kms_uses.iter().flat_map(|one| one.kms.iter().chain([&one.action])));
    named.extend(catalog().escalations().iter().flat_map(|one| &one.actions));
    for name in named {
        assert!(catalog().action(name).is_some(), "{name}");
    }
    for one in &tables.api_names {
        assert!(catalog().action(&one.operation).is_none(), "{}", one.operation);
    }
}

#[test]
fn wrong_names_are_answered_with_near_ones() {
    assert_eq!(catalog().nearest_action("s3:GetObjct").first().map(String::as_str), Some("s3:GetObject"));
    assert_eq!(catalog().nearest_action("s3:HeadObject"), ["s3:GetObject"]);
    assert_eq!(catalog().nearest_action("dynamdb:GetItem").first().map(String::as_str), Some("dynamodb:GetItem"));
    assert_eq!(catalog().nearest_action("s3:AssumeRoleWithSAML"), ["sts:AssumeRoleWithSAML"]);
    assert_eq!(catalog().nearest_action("iam:UpdateRolePolicy"), ["iam:PutRolePolicy"]);
    assert_eq!(catalog().nearest_action("sqs:TerminateQueue"), ["sqs:DeleteQueue"]);
    assert!(catalog().nearest_action("s3:Qwertyuiop").is_empty());
    assert_eq!(catalog().nearest_service("dynamodbb").first().map(String::as_str), Some("dynamodb"));
    assert_eq!(catalog().nearest_key("aws:SourceIP4").first().map(String::as_str), Some("aws:SourceIp"));
    assert_eq!(catalog().nearest_key("aws:RequstTag/team").first().map(String::as_str), Some("aws:RequestTag/team"));
    assert_eq!(catalog().nearest_key("s3:prefx").first().map(String::as_str), Some("s3:prefix"));
    assert_eq!(catalog().nearest_key("s3:SourceVpc").first().map(String::as_str), Some("aws:SourceVpc"));
    assert_eq!(catalog().nearest_resource_type("s3", "bukcet"), ["bucket"]);
}

#[test]
fn a_catalog_does_not_differ_from_itself() {
    assert!(diff(catalog(), catalog()).is_empty());
}

/// So that a grant of a level or of a set of `std`'s on what is encrypted isn't refused for want of a row: a newer catalog's
/// actions fail this until somebody has looked them up.
#[test]
fn of_each_action_on_what_a_key_encrypts_it_is_known_what_it_takes_or_that_no_page_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../stdlib/catalog/sources/tables.json");
    let tables: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let texts = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut wrong = Vec::new();
    for (name, of) in tables["kms_uses"]["services"].as_object().unwrap() {
        let service = catalog().service(name).unwrap();
        let (types, unknown) = (texts(&of["types"]), texts(&of["unknown"]));
        assert!(types.is_sorted() && unknown.is_sorted() && !types.is_empty(), "{name}");
        wrong
            .extend(types.iter().filter(|one| service.resource_type(one).is_none()).map(|one| format!("{name}.{one}")));
        wrong.extend(unknown.iter().filter(|one| service.action(one).is_none()).map(|one| format!("no {name}:{one}")));
        for action in service.actions() {
            let encrypted = types.iter().any(|one| action.resource_use(one).is_some());
            let action = &*action.name;
            let known = catalog().kms_actions(&format!("{name}:{action}")).is_some();
            let called_unknown = unknown.iter().any(|one| one == action);
            match (known, called_unknown) {
                (true, true) => wrong.push(format!("{name}:{action} is known, and called unknown")),
                (false, false) if encrypted => {
                    wrong.push(format!("what {name}:{action} takes of a key is to be looked up"));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

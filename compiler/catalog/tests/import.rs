//! AWS's service reference, read over the built-in catalog.

use iamx_catalog::{Catalog, CatalogError, Level, LevelSet, diff, import_service_reference};

const S3: &str = r#"{
  "Name": "s3",
  "Actions": [
    {
      "Name": "GetObject",
      "ActionConditionKeys": ["s3:NewKey", "s3:ExistingObjectTag/<key>"],
      "Annotations": {"Properties": {"IsList": false, "IsPermissionManagement": false, "IsTaggingOnly": false, "IsWrite": false}},
      "Resources": [{"Name": "object"}],
      "SupportedBy": {"IAM Access Analyzer Policy Generation": true}
    },
    {
      "Name": "GrantNewThing",
      "ActionConditionKeys": [],
      "Annotations": {"Properties": {"IsList": false, "IsPermissionManagement": true, "IsTaggingOnly": false, "IsWrite": true}},
      "Resources": [{"Name": "newthing"}]
    }
  ],
  "Resources": [
    {"Name": "newthing", "ARNFormats": ["arn:${Partition}:s3:${Region}:${Account}:newthing/${Id}"]},
    {"Name": "shapeless", "ARNFormats": []}
  ],
  "ConditionKeys": [
    {"Name": "s3:NewKey", "Types": ["ArrayOfString"]},
    {"Name": "s3:OddKey", "Types": ["Colour"]}
  ],
  "Version": "v1.4"
}"#;

fn files() -> Vec<(String, Vec<u8>)> {
    vec![
        ("index.json".to_owned(), br#"[{"service": "s3", "url": "x"}]"#.to_vec()),
        ("broken.json".to_owned(), b"{".to_vec()),
        ("new.json".to_owned(), br#"{"Name": "brandnew", "Actions": [{"Name": "Do", "Resources": []}]}"#.to_vec()),
        ("s3.json".to_owned(), S3.as_bytes().to_vec()),
    ]
}

#[test]
fn the_reference_is_taken_and_what_it_lacks_is_kept() {
    let base = Catalog::builtin();
    let (bytes, report) = import_service_reference(files(), base, "2026-11-20").unwrap();
    let made = Catalog::from_bytes(bytes).unwrap();
    assert_eq!(report.services, ["brandnew", "s3"]);
    let skipped: Vec<&str> = report.skipped.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(skipped, ["index.json", "broken.json"]);
    assert_eq!(report.left_out.len(), 2);
    assert_eq!((made.info().version.as_str(), made.info().sources[0].date.as_str()), ("2026-11-20", "2026-11-20"));

    let new = made.action("s3:GrantNewThing").unwrap();
    assert_eq!(new.levels, LevelSet::of([Level::Permissions, Level::Write]));
    assert!(made.service("s3").unwrap().resource_type("newthing").is_some());
    assert!(made.condition_key("s3:NewKey").unwrap().key.multi_valued);

    let get = made.action("s3:GetObject").unwrap();
    assert!(get.resource_use("accesspointobject").is_some() && get.levels == LevelSet::of([Level::Read]));
    assert!(get.condition_keys.iter().any(|key| &**key == "s3:NewKey"));
    assert_eq!(get.condition_keys.iter().filter(|key| key.starts_with("s3:ExistingObjectTag")).count(), 1);
    assert!(made.service("s3").unwrap().rcp_supported());
    assert!(made.action("iam:PassRole").unwrap().permission_only);
    assert_eq!(made.action("ec2:RunInstances"), base.action("ec2:RunInstances"));
    assert_eq!(made.managed_policies(), base.managed_policies());

    let found = diff(base, &made);
    assert_eq!(found.services_added, ["brandnew"]);
    assert_eq!(found.actions_added, ["brandnew:Do", "s3:GrantNewThing"]);
    assert_eq!(found.types_added, ["s3.newthing"]);
    assert_eq!(found.keys_added, ["s3:NewKey"]);
    assert!(found.actions_gone.is_empty() && found.levels_changed.is_empty());
    let back = diff(&made, base);
    assert_eq!((back.services_gone, back.keys_gone.len()), (vec!["brandnew".to_owned()], 1));
}

#[test]
fn the_same_files_give_the_same_bytes_in_any_order() {
    let forth = import_service_reference(files(), Catalog::builtin(), "2026-11-20").unwrap().0;
    let back = import_service_reference(files().into_iter().rev(), Catalog::builtin(), "2026-11-20").unwrap().0;
    assert!(forth == back);
}

#[test]
fn a_folder_without_a_service_is_an_error() {
    let none = import_service_reference(Vec::new(), Catalog::builtin(), "2026-11-20");
    assert!(matches!(none.unwrap_err(), CatalogError::NothingToImport { .. }));
}

#[test]
fn what_can_not_be_read_says_why() {
    let broken = [("a.json".to_owned(), b"{\"Name\": ".to_vec()), ("b.json".to_owned(), b"[]".to_vec())];
    let error = import_service_reference(broken, Catalog::builtin(), "2026-11-20").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no service description among the files given; `a.json` is not JSON (line 1, column 9); `b.json` is a \
         list, not the description of one service"
    );
}

#[test]
fn a_service_is_read_from_one_file() {
    let file = |name: &str, action: &str| {
        (name.to_owned(), format!("{{\"Name\": \"brandnew\", \"Actions\": [{{\"Name\": \"{action}\"}}]}}").into_bytes())
    };
    let files = [file("a.json", "Do"), file("b.json", "Undo")];
    let (bytes, report) = import_service_reference(files, Catalog::builtin(), "2026-11-20").unwrap();
    let made = Catalog::from_bytes(bytes).unwrap();
    assert!(made.action("brandnew:Do").is_some() && made.action("brandnew:Undo").is_none());
    let skipped: Vec<String> = report.skipped.iter().map(|one| format!("{}: {}", one.what, one.reason)).collect();
    assert_eq!(skipped, ["b.json: another description of `brandnew`, after that in a.json"]);
}

#[test]
fn a_name_that_may_not_stand_in_a_catalog_is_an_error() {
    let file = ("x.json".to_owned(), br#"{"Name": "x\u001b[2J", "Actions": []}"#.to_vec());
    assert!(matches!(
        import_service_reference([file], Catalog::builtin(), "2026-11-20"),
        Err(CatalogError::Invalid { .. })
    ));
}

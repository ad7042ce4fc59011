//! `extern`: resources that another tool makes, so that their ARN is known when it has made them.
//!
//! In place of what isn't known stands a deployed value, which everything that looks at documents takes for some text. Where
//! `[params]` says the ARN or the id, and nothing that is written could refer to the resource, it is that of any resource.

mod lengths;

use std::ops::RangeInclusive;

use iamx_catalog::ArnTemplate;
use iamx_diagnostic::{Applicability, Diagnostic, checks};
use iamx_policy::deployed;
use iamx_syntax::{
    SyntaxKind, SyntaxToken, TextRange, TextSize,
    ast::{AstNode, Declared, Expr, Foreign},
};
use iamx_text::Span;

use crate::{
    Extern, ExternPart, Unknown,
    lowerer::Lowerer,
    named_items::ItemInAccount,
    names::nearest,
    resources::{Owner, Resource, Typed},
    scope::Environment,
    terraform::{KNOWN, KnownType, ReferenceHead, TerraformReference},
};

/// The longest name of a region that AWS has, and the shortest, with some room for those to come.
const REGION_LENGTH: RangeInclusive<usize> = 9..=20;
const ACCOUNT_LENGTH: RangeInclusive<usize> = 12..=12;

/// What `[params]` says of an extern, taken apart.
#[derive(Clone, Debug, Default)]
struct Given {
    region: Option<String>,
    account: Option<String>,
    arguments: Vec<String>,
}

impl Lowerer<'_> {
    /// Looks at every extern, so that what it is called doesn't depend on who uses it first.
    pub(crate) fn look_at_externs(&mut self) {
        let externs: Vec<_> = self.names.externs().collect();
        for (id, item) in externs {
            self.begin_item();
            for account in self.homes(id).iter().flat_map(|homes| homes.iter()) {
                self.extern_resource(ItemInAccount { id, account: *account }, &item);
            }
        }
    }

    /// The resource that an extern is; `None` where it has a fault, which is said once.
    pub(crate) fn extern_resource(&mut self, own: ItemInAccount, item: &Declared) -> Option<Resource> {
        if let Some(known) = self.externs.get(&own) {
            return known.clone();
        }
        let errors = self.errors();
        let resource = self.new_extern(own, item);
        if self.errors() > errors {
            // What is wrong with it is said; whether it would be used doesn't matter.
            self.used.insert(own.id);
        }
        self.externs.insert(own, resource.clone());
        resource
    }

    fn new_extern(&mut self, own: ItemInAccount, item: &Declared) -> Option<Resource> {
        let declaration = self.names.get(own.id)?.clone();
        let environment = Environment::of_declaration(&declaration).in_account(own.account);
        let type_call = item.type_call()?;
        let span = self.span(declaration.module, type_call.path()?.range());
        if let Some(arguments) = type_call.arguments() {
            let at = self.span(declaration.module, arguments.range());
            self.report(
                Diagnostic::new(&checks::WRONG_ARITY, at, "the type of an extern takes no arguments")
                    .note("what its ARN holds is known when it is deployed")
                    .help("where it is known now, write `resource` and no `=`"),
            );
            return None;
        }
        let words = type_call.words();
        let [prefix, type_name] = words.as_slice() else {
            self.no_type(span);
            return None;
        };
        let Some(service) = self.catalog().service(prefix) else {
            self.unknown_service(prefix, Self::service_span(span, prefix));
            return None;
        };
        let Some(resource_type) = service.resource_type(type_name) else {
            self.unknown_type(service, type_name, span);
            return None;
        };
        let [template] = resource_type.arn_templates.as_slice() else {
            let message = format!("`{prefix}.{type_name}` has ARNs of several forms, and which this has isn't known");
            self.report(
                Diagnostic::new(&checks::INVALID_EXTERN, span, message)
                    .help("write `resource` with the arguments of its ARN"),
            );
            return None;
        };
        let typed = Typed {
            service: service.prefix().to_owned(),
            type_name: resource_type.slug(),
            arguments: Vec::new(),
            region: self.said_region(declaration.module, item)?,
            owner: own.account.into(),
        };
        let Some(foreign) = item.foreign() else {
            self.report(
                Diagnostic::new(&checks::INVALID_EXTERN, declaration.span, "an extern says which tool makes it")
                    .help("write `= terraform(\"aws_….name\")` behind its type"),
            );
            return None;
        };
        let given = self.given(own, template, &typed);
        let Ok(given) = given else { return None };
        let reference = self.foreign_reference(&environment, &foreign, &typed)?;
        match (reference, given) {
            (Some(reference), given) if self.settings().externs_when_deployed => {
                self.deployed_extern(own, reference, template, typed, given.as_ref())
            }
            (_, Some(given)) => self.given_extern(template, typed, given, declaration.span),
            (reference, None) => {
                self.unknown_externs.push((own.id, reference.is_some()));
                None
            }
        }
    }

    /// The region behind `region`; the outer `None` where AWS has no such region.
    #[allow(clippy::option_option, reason = "the outer one says that something is wrong")]
    pub(crate) fn said_region(&mut self, module: usize, item: &Declared) -> Option<Option<String>> {
        let Some(token) = item.region() else { return Some(None) };
        let region = self.plain_string(module, &token)?;
        let at = self.span(module, token.text_range());
        self.check_region(&region, at)?;
        Some(Some(region))
    }

    /// What Terraform calls it; the inner `None` for `cloudformation("…")`.
    #[allow(clippy::option_option, reason = "the outer one says that something is wrong")]
    fn foreign_reference(
        &mut self,
        environment: &Environment,
        foreign: &Foreign,
        typed: &Typed,
    ) -> Option<Option<TerraformReference>> {
        let token = foreign.reference()?;
        let span = self.span(environment.module, token.text_range());
        let in_braces = self.reference_in_braces(environment, &token).filter(|_| is_terraform(foreign));
        if let Some((plain, applicability)) = in_braces {
            let written = format!("\"{plain}\"");
            self.report(
                Diagnostic::new(
                    &checks::INVALID_EXTERN,
                    span,
                    "a reference to Terraform stands here without `${` and `}`",
                )
                .note("in a string `${…}` is a value of the workspace's")
                .fix(format!("write `{written}`"), span, written, applicability),
            );
            return None;
        }
        let text = self.one_string(environment, &Expr::String(token.clone()), "a reference")?.value;
        if foreign.tool().is_some_and(|tool| tool.kind() == SyntaxKind::CLOUDFORMATION_KW) {
            // See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
            if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Some(None);
            }
            self.report(
                Diagnostic::new(&checks::INVALID_EXTERN, span, "this is no logical id of a CloudFormation resource")
                    .note("a logical id is letters and digits, at most 255"),
            );
            return None;
        }
        match TerraformReference::read(&text) {
            Ok(reference) => {
                self.check_known_type(&reference, typed, span)?;
                Some(Some(reference))
            }
            Err(fault) => {
                // Ranges of what was written with an escape are those of the whole.
                let plain = token.text().trim_matches('"') == text;
                let at = if plain { inside(span, &fault.range) } else { span };
                self.report(
                    Diagnostic::new(&checks::INVALID_EXTERN, at, fault.message)
                        .note("a reference is names with dots between them, and indices that are known")
                        .help("write it as in Terraform: `aws_kms_key.lake`, `module.data.key_arn`, `var.key_arn`"),
                );
                None
            }
        }
    }

    /// The reference in a string that puts all of it between `${` and `}`, as Terraform's own strings do, where that is no value
    /// of the workspace's; with whether it can be nothing else.
    fn reference_in_braces(
        &mut self,
        environment: &Environment,
        token: &SyntaxToken,
    ) -> Option<(String, Applicability)> {
        let inner = token.text().strip_prefix("\"${")?.strip_suffix("}\"")?.trim();
        let first = inner.split('.').next()?;
        let bound = || environment.bindings.iter().map(|one| one.name.clone());
        if bound().any(|name| name == first) || self.names.look_up(environment.module, first).is_some() {
            return None;
        }
        let reference = TerraformReference::read(inner).ok()?;
        let is_near = nearest(first, self.names.visible(environment.module).chain(bound())).is_some();
        let applicability = match &reference.head {
            ReferenceHead::Resource(kind) | ReferenceHead::Data(kind) => {
                let is_known = KNOWN.iter().any(|known| known.terraform == kind);
                match (is_known || kind.starts_with("aws_"), is_near && !is_known) {
                    (true, false) => Applicability::Safe,
                    // A name of the workspace's, misspelt.
                    (false, true) => return None,
                    (true, true) | (false, false) => Applicability::Unsafe,
                }
            }
            _ if is_near => return None,
            ReferenceHead::Module | ReferenceHead::Variable(_) | ReferenceHead::Local => Applicability::Safe,
        };
        Some((inner.to_owned(), applicability))
    }

    /// A resource of Terraform's whose type is known is of the type that the extern says.
    fn check_known_type(&mut self, reference: &TerraformReference, typed: &Typed, span: Span) -> Option<()> {
        let (ReferenceHead::Resource(kind) | ReferenceHead::Data(kind)) = &reference.head else { return Some(()) };
        let known = KNOWN.iter().find(|known| known.terraform == kind && !reference.is_attribute);
        let Some(KnownType { of: (service, type_name), .. }) = known else { return Some(()) };
        if (*service, *type_name) == (typed.service.as_str(), typed.type_name.as_str()) {
            return Some(());
        }
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!(
                    "`{kind}` makes a `{service}.{type_name}`, and the extern is a `{}.{}`",
                    typed.service, typed.type_name
                ),
            )
            .help(
                "correct one of them; where another attribute holds the ARN that is meant, name it behind the resource",
            ),
        );
        None
    }

    /// The extern with deployed values in place of what isn't known.
    fn deployed_extern(
        &mut self,
        own: ItemInAccount,
        reference: TerraformReference,
        template: &ArnTemplate,
        mut typed: Typed,
        given: Option<&Given>,
    ) -> Option<Resource> {
        let declaration = self.names.get(own.id)?.clone();
        let name = self.extern_name(own, &declaration.name);
        let mut unknown = Vec::new();
        if template.has_region() && typed.region.is_none() {
            let value = format!("{name}.region");
            typed.region = Some(deployed(&value));
            let given = given.and_then(|given| given.region.clone());
            unknown.push(Unknown { name: value, part: ExternPart::Region, length: REGION_LENGTH, given });
        }
        if template.has_account() && typed.owner == Owner::Unknown {
            typed.owner = Owner::Extern(self.program.externs.len());
            let given = given.and_then(|given| given.account.clone());
            let value = format!("{name}.account");
            unknown.push(Unknown { name: value, part: ExternPart::Account, length: ACCOUNT_LENGTH, given });
        }
        let length = lengths::of(&typed.service, &typed.type_name);
        for index in 0..template.arity() {
            let value = if template.arity() == 1 { format!("{name}.id") } else { format!("{name}.{}", index + 1) };
            typed.arguments.push(deployed(&value));
            let given = given.and_then(|given| given.arguments.get(index).cloned());
            unknown.push(Unknown { name: value, part: ExternPart::Name(index), length: length.clone(), given });
        }
        let account = match typed.owner {
            Owner::Account(index) => Some(index),
            _ => None,
        };
        let index = self.program.externs.len();
        self.program.externs.push(Extern {
            name,
            account,
            arn: String::new(),
            reference,
            name_pattern: name_pattern(template),
            unknown,
            span: declaration.span,
        });
        let arn = self.fill(template, &typed, declaration.span)?;
        if let Some(one) = self.program.externs.get_mut(index) {
            one.arn.clone_from(&arn);
        }
        Some(Resource { arn, typed: Some(typed) })
    }

    /// The extern whose ARN `[params]` says: a resource as any other.
    fn given_extern(&mut self, template: &ArnTemplate, typed: Typed, given: Given, span: Span) -> Option<Resource> {
        let owner = match (typed.owner, &given.account) {
            (Owner::Unknown, Some(id)) => {
                let known = self.program.accounts.iter().position(|account| account.id == *id);
                if known.is_none() {
                    let message = format!("the account `{id}` of the ARN isn't declared");
                    self.report(
                        Diagnostic::new(&checks::MISSING_ACCOUNT, span, message)
                            .help("declare it, and say `in` and its name behind the extern's type"),
                    );
                    return None;
                }
                known.into()
            }
            (owner, _) => owner,
        };
        let typed = Typed { arguments: given.arguments, region: given.region, owner, ..typed };
        let arn = self.fill(template, &typed, span)?;
        Some(Resource { arn, typed: Some(typed) })
    }

    /// Its name in the source, with that of its account where it is made in several, and a number where another has that.
    fn extern_name(&mut self, own: ItemInAccount, declared: &str) -> String {
        let is_several = self.homes(own.id).is_some_and(|homes| homes.len() > 1);
        let account = self.program.account(own.account).filter(|_| is_several);
        let name = account.map_or_else(|| declared.to_owned(), |account| format!("{}.{declared}", account.name));
        let is_free = |name: &str| self.program.externs.all().all(|other| other.name != name);
        let numbered = (2_usize..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.clone()).chain(numbered).find(|name| is_free(name)).unwrap_or(name)
    }

    /// Says of each extern that is used that its ARN isn't known, where it has to be.
    pub(crate) fn report_unknown_externs(&mut self) {
        for (id, of_terraform) in std::mem::take(&mut self.unknown_externs) {
            let declaration = self.names.get(id).filter(|_| self.used.contains(&id));
            if let Some((name, span)) = declaration.map(|declaration| (declaration.name.clone(), declaration.span)) {
                self.not_known(&name, span, of_terraform);
            }
        }
    }

    fn not_known(&mut self, name: &str, span: Span, of_terraform: bool) {
        let message = format!("the ARN of `{name}` is known when it is deployed, and this build writes texts");
        let diagnostic = Diagnostic::new(&checks::KNOWN_WHEN_DEPLOYED, span, message);
        let give = format!("under `[params]` in `iamx.toml`, or with `--set {name}=…`");
        self.report(if of_terraform {
            diagnostic
                .note("the target `json` has documents with every ARN in them; `terraform` can refer to one")
                .help(format!("set `targets = [\"terraform\"]` under `[build]`, or give its ARN or id {give}"))
        } else {
            diagnostic
                .note("only a CloudFormation template can refer to it, and this version writes none")
                .help(format!("give its ARN or id {give}"))
        });
    }

    /// What `[params]` says of the extern.
    fn given(&mut self, own: ItemInAccount, template: &ArnTemplate, typed: &Typed) -> Result<Option<Given>, ()> {
        let declaration = self.names.get(own.id).cloned().ok_or(())?;
        let (name, span) = (&declaration.name, declaration.span);
        let Some(value) = self.settings().params.get(name).cloned() else { return Ok(None) };
        if self.homes(own.id).is_some_and(|homes| homes.len() > 1) || declaration.turn.is_some() {
            let message = format!("`{name}` is given one value, and it stands for several resources");
            self.report(
                Diagnostic::new(&checks::BAD_PARAMETER_VALUE, span, message)
                    .help("declare those apart that are given a value"),
            );
            return Err(());
        }
        match self.read_given(&value, template, typed) {
            Ok(given) => Ok(Some(given)),
            Err((message, help)) => {
                self.report(
                    Diagnostic::new(
                        &checks::BAD_PARAMETER_VALUE,
                        span,
                        format!("`{name}` is given `{value}`, {message}"),
                    )
                    .note("the value comes from `[params]` in `iamx.toml` or from `--set`")
                    .help(help),
                );
                Err(())
            }
        }
    }

    fn read_given(&self, value: &str, template: &ArnTemplate, typed: &Typed) -> Result<Given, (String, String)> {
        let form = format!("give its ARN, `{}`, or what stands in the place of the name in it", template.text());
        let is_of_an_arn =
            |c: char| c.is_ascii_graphic() && !matches!(c, '*' | '?' | '$' | '{' | '}' | '"' | '\'' | '\\');
        if !value.chars().all(is_of_an_arn) {
            return Err(("and no ARN or id has such characters".to_owned(), form));
        }
        let mut given = if value.starts_with("arn:") {
            let whole = || ("which is no ARN of its type".to_owned(), form.clone());
            self.read_arn(value, template).ok_or_else(whole)?
        } else if template.arity() == 1 && !value.is_empty() {
            Given { arguments: vec![value.to_owned()], ..Given::default() }
        } else {
            return Err(("which is no ARN".to_owned(), form));
        };
        let known = |part: &str| !part.is_empty();
        if let (Some(said), Some(found)) = (&typed.region, &given.region)
            && template.has_region()
            && said != found
        {
            return Err((format!("which is in {found}, and the extern in {said}"), "correct one of them".to_owned()));
        }
        if let (Owner::Account(index), Some(found)) = (typed.owner, &given.account)
            && template.has_account()
            && let Some(account) = self.program.account(Some(index)).filter(|account| account.id != *found)
        {
            let message = format!("which is in the account {found}, and the extern in `{}`", account.name);
            return Err((message, "correct one of them".to_owned()));
        }
        given.region = given.region.filter(|region| known(region)).or_else(|| typed.region.clone());
        given.region = given.region.or_else(|| self.workspace_region());
        if template.has_region() && given.region.is_none() {
            return Err((
                "and its region isn't known".to_owned(),
                "give its ARN, or say `region` behind its type".to_owned(),
            ));
        }
        if let Owner::Account(index) = typed.owner {
            given.account = self.program.account_id(Some(index));
        }
        let lacks_account = template.has_account() && given.account.is_none() && !self.program.accounts.is_empty();
        if lacks_account {
            return Err((
                "and its account isn't known".to_owned(),
                "give its ARN, or say `in` behind its type".to_owned(),
            ));
        }
        Ok(given)
    }

    fn read_arn(&self, arn: &str, template: &ArnTemplate) -> Option<Given> {
        let fields: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, partition, service, region, account, name] = fields.as_slice() else { return None };
        let form: Vec<&str> = template.text().splitn(6, ':').collect();
        let fits = *partition == self.settings().partition
            && (*service == template.service() || template.service() == "*")
            && (template.has_region() != region.is_empty() || form.get(3) == Some(region))
            && (template.has_account() != account.is_empty() || form.get(4) == Some(account));
        let arguments = arguments_in(template, name).filter(|_| fits)?;
        let some = |text: &str, is: bool| is.then(|| text.to_owned());
        Some(Given {
            region: some(region, template.has_region()),
            account: some(account, template.has_account()),
            arguments,
        })
    }
}

/// A piece of the last part of an ARN's format.
enum Segment<'t> {
    Text(&'t str),
    /// A `*` that AWS wrote: any characters.
    Any,
    Argument,
}

/// The last part of an ARN's format.
fn last_part(template: &ArnTemplate) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    let mut rest = template.text().splitn(6, ':').nth(5).unwrap_or_default();
    while !rest.is_empty() {
        let end = rest.find(['$', '*']).unwrap_or(rest.len());
        let (text, behind) = rest.split_at(end);
        if !text.is_empty() {
            segments.push(Segment::Text(text));
        }
        rest = match (behind.strip_prefix('*'), behind.split_once('}')) {
            (Some(behind), _) => {
                segments.push(Segment::Any);
                behind
            }
            (None, Some((_, behind))) => {
                segments.push(Segment::Argument);
                behind
            }
            (None, None) => "",
        };
    }
    segments
}

/// What fills the format in the last part of an ARN: each as short as can be, the last one all that is left.
fn arguments_in(template: &ArnTemplate, name: &str) -> Option<Vec<String>> {
    let segments = last_part(template);
    let mut arguments = Vec::new();
    let mut rest = name;
    for (index, segment) in segments.iter().enumerate() {
        if let Segment::Text(text) = segment {
            rest = rest.strip_prefix(text)?;
            continue;
        }
        let end = match segments.get(index + 1..)? {
            [] => rest.len(),
            [Segment::Text(text)] => rest.len().checked_sub(text.len())?,
            [Segment::Text(text), ..] => rest.find(text)?,
            // Nothing says where one ends.
            _ => return None,
        };
        let (text, behind) = rest.split_at_checked(end)?;
        if let Segment::Argument = segment {
            arguments.push(text.to_owned());
        }
        rest = behind;
    }
    (rest.is_empty() && arguments.iter().all(|argument| !argument.is_empty())).then_some(arguments)
}

/// A regular expression of RE2 that takes the names out of an ARN of the format, as [`arguments_in`] does.
///
/// See [`regex`](https://developer.hashicorp.com/terraform/language/functions/regex).
fn name_pattern(template: &ArnTemplate) -> String {
    let mut pattern =
        format!("^arn:[^:]*:{}:[^:]*:[^:]*:", if template.service() == "*" { "[^:]*" } else { template.service() });
    let segments = last_part(template);
    let last = segments.iter().rposition(|segment| matches!(segment, Segment::Argument));
    for (index, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Text(text) => {
                for c in text.chars() {
                    if !c.is_ascii_alphanumeric() && c.is_ascii() && !matches!(c, '/' | ':' | '-' | '_') {
                        pattern.push('\\');
                    }
                    pattern.push(c);
                }
            }
            Segment::Any => pattern.push_str(".*?"),
            Segment::Argument => pattern.push_str(if Some(index) == last { "(.+)" } else { "(.+?)" }),
        }
    }
    pattern.push('$');
    pattern
}

/// The part of a string's token at `range` of its text.
fn inside(token: Span, range: &std::ops::Range<usize>) -> Span {
    let offset = |at: usize| token.range.start() + TextSize::new(u32::try_from(at + 1).unwrap_or(u32::MAX));
    let (start, end) = (offset(range.start).min(token.range.end()), offset(range.end).min(token.range.end()));
    Span::new(token.file, TextRange::new(start, end.max(start)))
}

/// Whether the tool that an extern names is Terraform.
fn is_terraform(foreign: &Foreign) -> bool {
    foreign.tool().is_some_and(|tool| tool.kind() == SyntaxKind::TERRAFORM_KW)
}

#[cfg(test)]
mod tests {
    use iamx_catalog::ArnTemplate;

    use super::{arguments_in, name_pattern};

    #[test]
    fn names_are_taken_out_of_arns() {
        for (format, name, arguments) in [
            ("arn:${P}:kms:${R}:${A}:key/${KeyId}", "key/1234", Some(vec!["1234"])),
            ("arn:${P}:kms:${R}:${A}:key/${KeyId}", "alias/1234", None),
            ("arn:${P}:kms:${R}:${A}:key/${KeyId}", "key/", None),
            ("arn:${P}:s3:::${BucketName}", "lake", Some(vec!["lake"])),
            ("arn:${P}:x:${R}:${A}:lb/app/${Name}/${Id}", "lb/app/web/50dc", Some(vec!["web", "50dc"])),
            ("arn:${P}:x:${R}:${A}:lb/app/${Name}/${Id}", "lb/app/web", None),
            ("arn:${P}:x:${R}:${A}:a/${Name}/b", "a/c/b/b", Some(vec!["c/b"])),
        ] {
            let template = ArnTemplate::parse(format).unwrap();
            let arguments = arguments.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(arguments_in(&template, name), arguments, "{format} {name}");
        }
    }

    #[test]
    fn a_pattern_takes_them_out_too() {
        let pattern = |format: &str| name_pattern(&ArnTemplate::parse(format).unwrap());
        assert_eq!(pattern("arn:${P}:kms:${R}:${A}:key/${KeyId}"), "^arn:[^:]*:kms:[^:]*:[^:]*:key/(.+)$");
        assert_eq!(pattern("arn:${P}:x:::a.b/${N}/${I}"), "^arn:[^:]*:x:[^:]*:[^:]*:a\\.b/(.+?)/(.+)$");
    }
}

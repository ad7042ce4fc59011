//! The state of one lowering, and its order: names, accounts, entities, what was never used.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
    ops::Range,
    rc::Rc,
};

use iamx_catalog::Catalog;
use iamx_diagnostic::{Check, Diagnostic, Label, Severity, checks};
use iamx_syntax::{
    SyntaxElement, SyntaxKind, TextRange,
    ast::{AstNode, Declared, DeclaredKind, File, ForItem, Grant, Item, NodePart},
};
use iamx_text::{FileId, Span};

use crate::{
    Input, Lowered, Program, Provider, WorkspaceSettings,
    accounts::{Accounts, Homes, SaidHomes},
    conditions::{EmptyList, WrittenOr},
    encryption::MadeResource,
    expiry::Ending,
    named_items::ItemInAccount,
    names::{DeclarationId, DeclarationKind, Names},
    parallel::Place,
    repetition::{Key, Turns},
    resources::Resource,
    scope::Environment,
    shared::Shared,
    shared_roles::MadePolicy,
};

/// One item may take so many parts of lists and conditions, those of names that it uses included.
const MAX_PARTS: usize = 100_000;
/// What one `for` makes may take so many, together with what stands in it.
const MAX_REPEATED_PARTS: usize = 30 * MAX_PARTS;
/// Names may refer to names so deep.
pub(crate) const MAX_NAMES_DEEP: usize = 64;
/// The brackets in which these names stand may nest so deep, all of them together.
const MAX_BRACKETS_DEEP: usize = 128;

/// Which items are lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Each.
    All,
    /// Of modules that a worker has lowered: what is looked at when every item is known, and holds on to its tree.
    NotGathered,
}

/// How often what is made in many accounts is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Once for those in which it is the same.
    Shared,
    /// In each of them.
    Each,
}

impl Wanted {
    fn takes(self, item: &Declared) -> bool {
        self == Self::All || matches!(item.kind(), Some(DeclaredKind::Policy | DeclaredKind::Boundary))
    }
}

pub(crate) struct Lowerer<'a> {
    pub(crate) input: Input<'a>,
    pub(crate) names: Names,
    pub(crate) program: Program,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How many of these were counted, and how many errors are among them.
    counted_errors: Cell<(usize, usize)>,
    pub(crate) used: HashSet<DeclarationId>,
    /// What is being evaluated, outermost first: a name that is in it again is in a circle.
    pub(crate) evaluating: Vec<DeclarationId>,
    /// How deep brackets nest in declarations that were evaluated.
    brackets: HashMap<DeclarationId, usize>,
    /// How often a chain of names was too deep; it is said the first time.
    pub(crate) times_too_deep: usize,
    /// The `named` and `path` that are being evaluated, outermost first.
    pub(crate) naming: Vec<Span>,
    /// The first of each circle of these, which was said.
    pub(crate) named_after_themselves: HashSet<Span>,
    /// Whether what is the same in many accounts is evaluated once.
    pub(crate) sharing: Sharing,
    /// Managed policies without parameters, as accounts share them, by their places in the program.
    pub(crate) same_policies: HashMap<DeclarationId, Shared<usize>>,
    /// The policies that the identity being lowered has named so far.
    pub(crate) made_policies: Vec<MadePolicy>,
    /// Managed policies without parameters made so far, by declaration and account.
    pub(crate) made: HashMap<ItemInAccount, usize>,
    /// The managed policies made so far by account and name, which ignores case.
    pub(crate) policy_names: HashSet<(Option<usize>, String)>,
    /// The accounts by their ids.
    pub(crate) account_ids: HashMap<String, usize>,
    /// The accounts by where their names were declared.
    pub(crate) accounts: HashMap<Span, usize>,
    /// The accounts of which some tag is wrong, which was said.
    pub(crate) lost_tags: HashSet<usize>,
    /// Parameters that have no right value, which was said.
    pub(crate) bad_params: HashSet<String>,
    /// What the current item has taken of [`MAX_PARTS`].
    parts: usize,
    /// The conditions that the one being read stands in.
    pub(crate) conditions_deep: usize,
    /// The `or`s of the condition that is being read.
    pub(crate) written_ors: Vec<WrittenOr>,
    /// The empty lists that the condition that is being read compares with.
    pub(crate) empty_lists: Vec<EmptyList>,
    /// The grants, each with where it is evaluated.
    pub(crate) grants: Vec<(Environment, Grant)>,
    /// The tests and invariants, each with its module.
    pub(crate) expectations: Vec<(usize, Item)>,
    /// The roles whose own body trusts no one, with their names.
    pub(crate) untrusting: Vec<(ItemInAccount, String)>,
    /// The groups whose statements end.
    pub(crate) group_endings: HashMap<ItemInAccount, Ending>,
    /// The resources that weren't made for their headers, which was said, by where their names stand.
    pub(crate) refused_resources: HashSet<Span>,
    /// The position of each role, user, group, permission set and session policy among the program's of its kind.
    pub(crate) entities: HashMap<ItemInAccount, usize>,
    /// What each module's `within` says.
    pub(crate) within: Vec<SaidHomes>,
    /// Where declarations are made, as far as that was asked; `None` where it has a fault, which was said.
    pub(crate) homes: HashMap<DeclarationId, Option<Homes>>,
    /// The accounts of scopes by where these are written.
    pub(crate) scopes: HashMap<Span, Option<Accounts>>,
    /// What the turns of `for`s make of what is declared in them.
    pub(crate) repeated: HashMap<DeclarationId, Turns>,
    /// The turns of a `for` in a turn of those around it.
    pub(crate) turns: HashMap<(Span, Rc<[Key]>), Vec<Environment>>,
    /// Policies that are made where they are used, where they were named with an account.
    pub(crate) named_policies: Vec<(ItemInAccount, Span)>,
    /// Whether a value is being put into a text.
    pub(crate) in_text: bool,
    /// Whether the lists of `for`s are still being read.
    pub(crate) expanding: bool,
    /// What the `for` that is being looked at has taken of [`MAX_REPEATED_PARTS`] before the current item.
    repeated_parts: Option<usize>,
    /// Where the user's text uses what is being evaluated of `std`, and how deep that is in `evaluating`.
    library_use: Option<(usize, Span)>,
    /// Where names were accepted with `unchecked`.
    pub(crate) unchecked: HashSet<Span>,
    /// Policies that are looked at by themselves, if nothing makes them.
    pub(crate) unmade: Vec<(Environment, DeclarationId)>,
    /// `attach` and `detach` in the organization, each with its module and the node that it stands in.
    pub(crate) guardrail_parts: Vec<(usize, usize, NodePart)>,
    /// The providers looked at so far; `None` for one that has a fault, which was said.
    pub(crate) providers: HashMap<ItemInAccount, Option<Provider>>,
    /// The providers looked at so far by their ARNs.
    pub(crate) provider_arns: HashMap<String, ItemInAccount>,
    /// The externs looked at so far; `None` for one that has a fault, which was said.
    pub(crate) externs: HashMap<ItemInAccount, Option<Resource>>,
    /// The externs whose ARN nothing says now, each with whether Terraform makes it.
    pub(crate) unknown_externs: Vec<(DeclarationId, bool)>,
    /// Whether a policy is a template of resource and trust policies, where that was asked.
    pub(crate) templates: HashMap<DeclarationId, bool>,
    /// The permission sets and guardrails, which are made last.
    organization_items: Vec<(Environment, Declared)>,
    /// The resources declared, with what is known of them in each account.
    pub(crate) resources_made: Vec<MadeResource>,
    /// The guardrails made so far.
    pub(crate) guardrails: HashMap<DeclarationId, usize>,
}

impl<'a> Lowerer<'a> {
    pub(crate) fn new(input: &Input<'a>) -> Self {
        let mut diagnostics = Vec::new();
        let names = Names::collect(input, &mut diagnostics);
        let program = Program {
            name: input.settings.name.clone(),
            partition: input.settings.partition.clone(),
            ..Program::default()
        };
        Self {
            input: *input,
            names,
            program,
            diagnostics,
            counted_errors: Cell::default(),
            used: HashSet::new(),
            evaluating: Vec::new(),
            naming: Vec::new(),
            named_after_themselves: HashSet::new(),
            sharing: Sharing::Shared,
            same_policies: HashMap::new(),
            made_policies: Vec::new(),
            made: HashMap::new(),
            policy_names: HashSet::new(),
            account_ids: HashMap::new(),
            accounts: HashMap::new(),
            lost_tags: HashSet::new(),
            bad_params: HashSet::new(),
            parts: 0,
            brackets: HashMap::new(),
            times_too_deep: 0,
            conditions_deep: 0,
            written_ors: Vec::new(),
            empty_lists: Vec::new(),
            grants: Vec::new(),
            expectations: Vec::new(),
            untrusting: Vec::new(),
            group_endings: HashMap::new(),
            refused_resources: HashSet::new(),
            entities: HashMap::new(),
            within: vec![SaidHomes::Unsaid; input.modules.len()],
            homes: HashMap::new(),
            scopes: HashMap::new(),
            repeated: HashMap::new(),
            turns: HashMap::new(),
            named_policies: Vec::new(),
            in_text: false,
            expanding: false,
            repeated_parts: None,
            library_use: None,
            unchecked: HashSet::new(),
            unmade: Vec::new(),
            guardrail_parts: Vec::new(),
            providers: HashMap::new(),
            provider_arns: HashMap::new(),
            externs: HashMap::new(),
            unknown_externs: Vec::new(),
            templates: HashMap::new(),
            organization_items: Vec::new(),
            resources_made: Vec::new(),
            guardrails: HashMap::new(),
        }
    }

    /// What is of the whole workspace, before its items: accounts, the organization, parameters.
    pub(crate) fn begin(&mut self) {
        let files: Vec<_> = self.files(0..self.input.modules.len()).collect();
        for (module, file) in &files {
            for item in file.items() {
                self.organization_item(*module, &item);
            }
        }
        self.program.account_when_deployed = self.settings().account_when_deployed && self.program.accounts.is_empty();
        self.check_params();
        self.check_parameters();
        self.report_shadowed();
        self.check_settings();
        for (module, file) in &files {
            let within = self.within(*module, file);
            if let Some(slot) = self.within.get_mut(*module) {
                *slot = within;
            }
            self.check_order(*module, file);
        }
        self.expanding = true;
        for (module, file) in &files {
            for item in file.items() {
                if let Item::For(item) = item {
                    self.begin_item();
                    self.expand(&Environment::of(*module), &item);
                }
            }
        }
        self.expanding = false;
        self.look_at_externs();
    }

    /// The items from one place to another.
    pub(crate) fn items(&mut self, part: &Range<Place>, wanted: Wanted) {
        for (module, file) in self.files(part.start.0..self.input.modules.len()) {
            // Nothing of `std` is made by itself.
            if self.is_library(module) || (module, 0) >= part.end {
                continue;
            }
            for (index, item) in file.items().enumerate() {
                if part.contains(&(module, index)) {
                    self.item(&Environment::of(module), item, wanted);
                }
            }
        }
    }

    /// The trees of these modules.
    pub(crate) fn files(&self, modules: Range<usize>) -> impl Iterator<Item = (usize, File)> + use<'a> {
        let parsed = modules.clone().zip(self.input.modules.get(modules).unwrap_or_default());
        parsed.filter_map(|(index, module)| Some((index, File::cast(module.parse.syntax())?)))
    }

    /// What takes every item: grants, guardrails, what is used and what is not.
    pub(crate) fn finish(mut self) -> Lowered {
        self.make_organization_items();
        self.write_grants();
        self.attach_guardrails();
        self.look_at_unmade();
        self.look_at_expectations();
        self.check_named_policies();
        self.look_at_unread();
        self.check_entities_named_once();
        self.check_resource_policies_once();
        self.report_unknown_externs();
        self.count_names_in_text();
        self.report_unused();
        self.report_repeated_items();
        self.say_once();
        self.say_unknown_names_once();
        self.program.unchecked = self.unchecked.len();
        self.program.item_ends.extend(self.names.item_ends());
        self.program.resources = self.resources_in_aws();
        Lowered { program: self.program, diagnostics: self.diagnostics }
    }

    /// Begins an item, which may take as much as every other.
    pub(crate) fn begin_item(&mut self) {
        self.repeated_parts = self.repeated_parts.map(|before| before.saturating_add(self.parts));
        self.parts = 0;
    }

    fn item(&mut self, environment: &Environment, item: Item, wanted: Wanted) {
        self.begin_item();
        match item {
            // They name what is made in other items, wherever that is.
            Item::Declared(item)
                if matches!(item.kind(), Some(DeclaredKind::Scp | DeclaredKind::Rcp | DeclaredKind::PermissionSet)) =>
            {
                self.organization_items.push((environment.clone(), item));
            }
            Item::Declared(item) if wanted.takes(&item) => self.entity(environment, &item),
            Item::For(item) => self.repeat(environment, &item, wanted),
            // Both ends of a grant must be made before it is written.
            Item::Grant(grant) => self.grants.push((environment.clone(), grant)),
            // They are about what everything else makes.
            item @ (Item::Test(_) | Item::Invariant(_)) if environment.turns.is_empty() => {
                self.expectations.push((environment.module, item));
            }
            Item::Test(_)
            | Item::Invariant(_)
            | Item::Declared(_)
            | Item::Use(_)
            | Item::Let(_)
            | Item::Within(_)
            | Item::Param(_)
            | Item::Organization(_)
            | Item::Account(_) => {}
        }
    }

    /// Makes the items of a `for` in each of its turns.
    fn repeat(&mut self, environment: &Environment, item: &ForItem, wanted: Wanted) {
        let Some(name) = item.name() else { return };
        let variable = self.span(environment.module, name.text_range());
        let turns = self.turns.remove(&(variable, Rc::clone(&environment.turns))).unwrap_or_default();
        if environment.turns.is_empty() {
            self.repeated_parts = Some(0);
        }
        for turn in turns {
            for inner in item.items() {
                self.item(&turn, inner, wanted);
            }
            if self.repeated_parts.is_some_and(|parts| parts.saturating_add(self.parts) > MAX_REPEATED_PARTS) {
                self.error(
                    &checks::EXPANSION_TOO_LARGE,
                    variable,
                    "what this `for` makes has more than three million parts",
                );
                break;
            }
        }
        if environment.turns.is_empty() {
            self.repeated_parts = None;
        }
    }

    /// Permission sets and guardrails, once everything that they may name is made.
    fn make_organization_items(&mut self) {
        let items = std::mem::take(&mut self.organization_items);
        let (sets, guardrails): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|(_, item)| item.kind() == Some(DeclaredKind::PermissionSet));
        for (environment, item) in sets.into_iter().chain(guardrails) {
            self.begin_item();
            self.entity(&environment, &item);
        }
    }

    fn within(&mut self, module: usize, file: &File) -> SaidHomes {
        let item = file.items().find_map(|item| match item {
            Item::Within(item) => Some(item),
            _ => None,
        });
        match item.map(|item| item.scope()) {
            None => SaidHomes::Unsaid,
            Some(None) => SaidHomes::Fault,
            Some(Some(scope)) => self.homes_in(&Environment::of(module), &scope),
        }
    }

    /// A module is its `use`s, one `within`, and then everything else.
    fn check_order(&mut self, module: usize, file: &File) {
        let (mut within, mut items) = (None, false);
        for item in file.items() {
            let span = self.span(module, item.range());
            match item {
                Item::Use(_) if items || within.is_some() => self.report(
                    Diagnostic::new(&checks::MISPLACED_ITEM, span, "`use` stands at the beginning of a module")
                        .help("move it up, before every other item"),
                ),
                Item::Use(_) => {}
                Item::Within(_) if within.is_some() => {
                    let mut diagnostic = Diagnostic::new(&checks::DUPLICATE_CLAUSE, span, "a module has one `within`");
                    if let Some(first) = within {
                        diagnostic = diagnostic.related(first, "the first one");
                    }
                    self.report(diagnostic);
                }
                Item::Within(_) => {
                    if items {
                        self.report(
                            Diagnostic::new(&checks::MISPLACED_ITEM, span, "`within` stands before a module's items")
                                .help("move it up, after the `use`s"),
                        );
                    }
                    within = Some(span);
                }
                _ => items = true,
            }
        }
    }

    /// What `iamx.toml` names must exist.
    fn check_settings(&mut self) {
        let settings = self.settings();
        if let Some(name) = &settings.account
            && self.default_account().is_none()
        {
            let span = self.setting("[workspace]", "account");
            self.report(
                Diagnostic::new(&checks::UNKNOWN_NAME, span, format!("no module declares an account `{name}`"))
                    .help(format!("declare it: `account {name} \"111122223333\"`")),
            );
        }
        if let Some(region) = &settings.region {
            let span = self.setting("[workspace]", "region");
            self.check_region(region, span);
        }
    }

    /// Counts `parts` against what one item may take; `None` where that is too much, which is said once.
    pub(crate) fn spend(&mut self, parts: usize, span: Span) -> Option<()> {
        let before = self.parts;
        self.parts = self.parts.saturating_add(parts);
        if self.parts <= MAX_PARTS {
            return Some(());
        }
        if before <= MAX_PARTS {
            self.report(
                Diagnostic::new(
                    &checks::EXPANSION_TOO_LARGE,
                    span,
                    "this stands for more than a hundred thousand parts",
                )
                .note("lists of lists double at each step")
                .help("say patterns in place of long lists"),
            );
        }
        None
    }

    /// Whether the current item took too much, which was said.
    pub(crate) fn is_spent(&self) -> bool {
        self.parts > MAX_PARTS
    }

    /// Goes into a declaration to evaluate it; `None` where it is in a circle or too deep, which is said.
    pub(crate) fn enter(&mut self, id: DeclarationId, span: Span) -> Option<()> {
        // An item that took too much is given up: what is left of it would take as much again.
        if self.is_spent() || self.is_circle(id, span) {
            return None;
        }
        if self.evaluating.len() >= MAX_NAMES_DEEP {
            self.too_deep(span, &format!("names refer to names more than {MAX_NAMES_DEEP} deep here"));
            return None;
        }
        let own = self.brackets.get(&id).copied();
        let own = own.unwrap_or_else(|| self.names.get(id).map_or(0, |declaration| nesting(&declaration.kind)));
        self.brackets.insert(id, own);
        let around: usize = self.evaluating.iter().filter_map(|outer| self.brackets.get(outer)).sum();
        if own > 0 && around + own > MAX_BRACKETS_DEEP {
            let message =
                format!("with the names in them, brackets are nested more than {MAX_BRACKETS_DEEP} deep here");
            self.too_deep(span, &message);
            return None;
        }
        if self.library_use.is_none() && self.names.get(id).is_some_and(|one| self.is_library(one.module)) {
            self.library_use = Some((self.evaluating.len(), span));
        }
        self.evaluating.push(id);
        Some(())
    }

    /// Says so once: each name of a chain that is too deep would come upon it again.
    pub(crate) fn too_deep(&mut self, span: Span, message: &str) {
        self.times_too_deep += 1;
        if self.times_too_deep == 1 {
            self.error(&checks::EXPANSION_TOO_LARGE, span, message);
        }
    }

    pub(crate) fn leave(&mut self) {
        self.evaluating.pop();
        self.library_use = self.library_use.filter(|(depth, _)| self.evaluating.len() > *depth);
    }

    /// Whether the module comes with iamx.
    pub(crate) fn is_library(&self, module: usize) -> bool {
        self.input.modules.get(module).is_some_and(crate::Module::is_library)
    }

    /// Whether the grammar found fault with the text at `range`: what can be said of its meaning follows from that.
    pub(crate) fn is_damaged(&self, module: usize, range: TextRange) -> bool {
        self.input
            .modules
            .get(module)
            .is_some_and(|module| module.parse.errors().iter().any(|error| error.range.intersect(range).is_some()))
    }

    pub(crate) fn catalog(&self) -> &'a Catalog {
        self.input.catalog
    }

    pub(crate) fn settings(&self) -> &'a WorkspaceSettings {
        self.input.settings
    }

    pub(crate) fn file(&self, module: usize) -> FileId {
        // A module that isn't there has no syntax that could be asked for.
        self.input
            .modules
            .get(module)
            .or(self.input.modules.first())
            .map_or_else(|| unreachable_file(self.input.sources), |module| module.file)
    }

    /// The place of `range` in the module; of what `std` says, the place that uses it.
    pub(crate) fn span(&self, module: usize, range: TextRange) -> Span {
        match self.library_use {
            Some((_, span)) if self.is_library(module) => span,
            _ => Span::new(self.file(module), range),
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        // What was counted needn't be again.
        let (counted, errors) = self.counted_errors.get();
        let is_error = |diagnostic: &&Diagnostic| diagnostic.severity == Severity::Error;
        let errors = errors + self.diagnostics.iter().skip(counted).filter(is_error).count();
        self.counted_errors.set((self.diagnostics.len(), errors));
        errors
    }

    /// Forgets what was found when there were `before` findings already.
    pub(crate) fn forget_findings_since(&mut self, before: usize) {
        self.diagnostics.truncate(before);
        let (counted, _) = self.counted_errors.get();
        if counted > before {
            self.counted_errors.take();
        }
    }

    /// Takes back what was found since there were `before` findings, for it to be said otherwise.
    pub(crate) fn take_findings_since(&mut self, before: usize) -> Vec<Diagnostic> {
        self.counted_errors.take();
        self.diagnostics.split_off(before.min(self.diagnostics.len()))
    }

    /// Reports a finding of `check`, and gives it for more to be said.
    pub(crate) fn error(&mut self, check: &'static Check, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(check, span, message));
    }

    /// Says that this version doesn't compile `what`.
    pub(crate) fn not_yet_at(&mut self, span: Span, what: &str) {
        self.report(
            Diagnostic::new(&checks::NOT_YET_SUPPORTED, span, format!("this version doesn't compile {what} yet"))
                .note("nothing is written for it, so nothing is left out silently"),
        );
    }

    /// A name of the workspace hides a service of the same name.
    fn report_shadowed(&mut self) {
        let mut findings = Vec::new();
        for declaration in &self.names.declarations {
            if self.is_library(declaration.module) {
                continue;
            }
            let name = &declaration.name;
            // Prefixes are lower case, and names keep their case.
            if !name.contains(char::is_uppercase) && self.catalog().has_service(name) {
                findings.push(
                    Diagnostic::new(
                        &checks::SHADOWED_SERVICE,
                        declaration.span,
                        format!("`{name}` is also an AWS service"),
                    )
                    .note(format!("`{name}` means this declaration; the service's resources are `aws.{name}.…`")),
                );
            }
        }
        self.diagnostics.append(&mut findings);
    }

    /// A policy that is made for several identities is lowered for each, and says the same each time. So does a condition
    /// under a name, used twice: that its alternatives are too many is one fault, whatever their number in a statement.
    fn say_once(&mut self) {
        let (mut said, mut multiplied) = (HashSet::new(), HashSet::new());
        self.diagnostics.retain(|diagnostic| {
            if diagnostic.check == &checks::TOO_MANY_ALTERNATIVES {
                return multiplied.insert(diagnostic.labels.iter().map(|label| label.span).collect::<Vec<_>>());
            }
            said.insert((diagnostic.check.name, diagnostic.primary(), diagnostic.message.clone()))
        });
    }

    /// A name that stands for nothing is one fault, however often a file uses it: the finding at the first place shows the others.
    fn say_unknown_names_once(&mut self) {
        /// How many of the other places are shown.
        const SHOWN: usize = 4;
        let mut same: HashMap<(FileId, String), Vec<usize>> = HashMap::new();
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if let (true, [only]) = (diagnostic.check == &checks::UNKNOWN_NAME, diagnostic.labels.as_slice()) {
                same.entry((only.span.file, diagnostic.message.clone())).or_default().push(index);
            }
        }
        let mut told_elsewhere = HashSet::new();
        for mut places in same.into_values().filter(|places| places.len() > 1) {
            let place = |index: &usize| self.diagnostics.get(*index).and_then(Diagnostic::primary);
            places.sort_by_key(place);
            let others: Vec<_> = places.iter().skip(1).filter_map(place).collect();
            let edits: Vec<_> = places
                .iter()
                .skip(1)
                .filter_map(|index| self.diagnostics.get(*index))
                .flat_map(|one| one.fixes.iter().flat_map(|fix| fix.edits.clone()))
                .collect();
            told_elsewhere.extend(places.iter().skip(1).copied());
            let Some(first) = places.first().and_then(|index| self.diagnostics.get_mut(*index)) else { continue };
            for span in others.iter().take(SHOWN) {
                first.labels.push(Label { span: *span, message: "and here".to_owned(), primary: false });
            }
            if others.len() > SHOWN {
                first.notes.push(format!("it stands in {} more places", others.len() - SHOWN));
            }
            if let Some(fix) = first.fixes.first_mut() {
                fix.edits.extend(edits);
            }
        }
        let mut index = 0;
        self.diagnostics.retain(|_| {
            index += 1;
            !told_elsewhere.contains(&(index - 1))
        });
    }

    fn report_unused(&mut self) {
        // What wasn't read may use anything.
        let unread = self.input.modules.iter().any(|module| !module.is_read || !module.parse.errors().is_empty())
            || self.diagnostics.iter().any(|diagnostic| diagnostic.check == &checks::NOT_YET_SUPPORTED);
        if unread {
            return;
        }
        let mut findings = Vec::new();
        let made: HashSet<DeclarationId> = self.made.keys().map(|item| item.id).collect();
        for (index, declaration) in self.names.declarations.iter().enumerate() {
            if self.used.contains(&DeclarationId(index))
                || self.names.is_given_twice(declaration)
                || self.is_library(declaration.module)
                || declaration.name.starts_with('_')
                || declaration.turn.is_some()
            {
                continue;
            }
            let kind = match &declaration.kind {
                DeclarationKind::Repeated(kind) => kind,
                kind => kind,
            };
            let (check, message, help) = match kind {
                DeclarationKind::Let(_)
                | DeclarationKind::Param(_)
                | DeclarationKind::Entity(DeclaredKind::Resource | DeclaredKind::Extern, _) => (
                    &checks::UNUSED_DECLARATION,
                    format!("`{}` is never used", declaration.name),
                    "delete it, or begin its name with `_` to keep it",
                ),
                DeclarationKind::Entity(DeclaredKind::Policy, _) => (
                    &checks::UNUSED_POLICY,
                    format!("nothing attaches or includes `{}`, so it is not written", declaration.name),
                    "attach it to a role, user or group, or delete it",
                ),
                DeclarationKind::Entity(DeclaredKind::Boundary, _) if !made.contains(&DeclarationId(index)) => (
                    &checks::UNUSED_POLICY,
                    format!("no role or user has the boundary `{}`, so it is not written", declaration.name),
                    "say `boundary` in a role or user, or `in` where it is to be for others, or delete it",
                ),
                DeclarationKind::Entity(DeclaredKind::Scp | DeclaredKind::Rcp, _)
                    if self.program.organization.is_some() =>
                {
                    (
                        &checks::UNUSED_POLICY,
                        format!("nothing attaches `{}`, so it binds no one", declaration.name),
                        "attach it to the organization, an OU or an account, or delete it",
                    )
                }
                _ => continue,
            };
            findings.push(Diagnostic::new(check, declaration.span, message).help(help));
        }
        for ((module, name), span) in &self.names.imports {
            if self.is_library(*module) {
                continue;
            }
            findings.push(
                Diagnostic::new(&checks::UNUSED_DECLARATION, *span, format!("`{name}` is brought in and never used"))
                    .help("delete it from the `use`"),
            );
        }
        self.diagnostics.append(&mut findings);
    }
}

fn unreachable_file(sources: &iamx_text::SourceMap) -> FileId {
    sources.iter().next().map_or_else(|| iamx_text::SourceMap::new().add("", ""), |(file, _)| file)
}

/// How deep brackets nest in a declaration.
fn nesting(kind: &DeclarationKind) -> usize {
    let declared = match kind {
        DeclarationKind::Let(item) => item.syntax(),
        DeclarationKind::Entity(_, item) => item.syntax(),
        _ => return 0,
    };
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in declared.descendants_with_tokens().filter_map(SyntaxElement::into_token) {
        match token.kind() {
            SyntaxKind::LBRACE | SyntaxKind::LBRACKET | SyntaxKind::LPAREN => depth += 1,
            SyntaxKind::RBRACE | SyntaxKind::RBRACKET | SyntaxKind::RPAREN => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

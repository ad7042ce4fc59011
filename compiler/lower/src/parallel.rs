//! Large workspaces on every processor: each lowers a part of the items, and the parts are joined in their order.
//!
//! Trees can't be shared between threads, so each worker has names of its own. What comes out is what one thread makes: what
//! two parts made is kept once, where the first made it; and where a part finds an error, one thread does it all again, since
//! what is said of an error may depend on what was said before.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use iamx_diagnostic::Diagnostic;
use iamx_syntax::ast::{AstNode, DeclaredKind, Item};
use iamx_text::Span;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::{
    Attachment, AttachmentTarget, Identity, Input, Lowered, Program, Provider,
    encryption::MadeResource,
    expiry::Ending,
    lowerer::{Lowerer, Sharing, Wanted},
    named_items::ItemInAccount,
    names::{DeclarationId, DeclarationKind},
    scope::Environment,
};

/// A part of a text below this many bytes isn't worth a second set of names.
const LEAST_BYTES: usize = 64 * 1024;

/// An item by its module and its position in that.
pub(crate) type Place = (usize, usize);

/// Lowers a workspace, on as many threads as there are and as it is worth.
pub(crate) fn lower(input: &Input<'_>) -> Lowered {
    let length = |module: &crate::Module| input.sources.get(module.file).map_or(0, |file| file.text().len());
    let bytes: usize = input.modules.iter().map(length).sum();
    in_parts(input, rayon::current_num_threads().min(bytes / LEAST_BYTES))
}

/// Lowers a workspace in so many parts. Whatever their number, the result is the same.
pub(crate) fn in_parts(input: &Input<'_>, count: usize) -> Lowered {
    if count < 2 {
        return alone(input);
    }
    let mut whole = Lowerer::new(input);
    let (mut gathered, mut rest) = (Vec::new(), None);
    rayon::in_place_scope(|scope| {
        let gathered = &mut gathered;
        scope.spawn(move |_| {
            *gathered = (1..count).into_par_iter().map(|part| gather(input, part, count)).collect();
        });
        whole.begin();
        let first = whole.part(0, count);
        whole.items(&first, Wanted::All);
        rest = Some(first.end..whole.end());
    });
    let gathered: Option<Vec<Gathered>> = gathered.into_iter().collect();
    let joined = gathered.filter(|_| whole.errors() == 0).zip(rest).and_then(|(parts, rest)| {
        parts.into_iter().try_for_each(|part| whole.join(part))?;
        whole.items(&rest, Wanted::NotGathered);
        (whole.errors() == 0).then_some(())
    });
    match joined {
        Some(()) => whole.finish(),
        None => alone(input),
    }
}

fn alone(input: &Input<'_>) -> Lowered {
    on_one_thread(Lowerer::new(input))
}

/// Lowers a workspace with each item evaluated in each of its accounts.
pub(crate) fn each(input: &Input<'_>) -> Lowered {
    let mut lowerer = Lowerer::new(input);
    lowerer.sharing = Sharing::Each;
    on_one_thread(lowerer)
}

fn on_one_thread(mut lowerer: Lowerer<'_>) -> Lowered {
    lowerer.begin();
    lowerer.items(&((0, 0)..lowerer.end()), Wanted::All);
    lowerer.finish()
}

/// What a worker has made of its items.
struct Gathered {
    program: Program,
    diagnostics: Vec<Diagnostic>,
    used: HashSet<DeclarationId>,
    imports: BTreeMap<(usize, String), Span>,
    made: HashMap<ItemInAccount, usize>,
    entities: HashMap<ItemInAccount, usize>,
    policy_names: HashSet<(Option<usize>, String)>,
    untrusting: Vec<(ItemInAccount, String)>,
    group_endings: HashMap<ItemInAccount, Ending>,
    unchecked: HashSet<Span>,
    providers: HashMap<ItemInAccount, Option<Provider>>,
    provider_arns: HashMap<String, ItemInAccount>,
    named_policies: Vec<(ItemInAccount, Span)>,
    resources_made: Vec<MadeResource>,
}

/// What is in one of so many parts; `None` where there is an error.
fn gather(input: &Input<'_>, part: usize, count: usize) -> Option<Gathered> {
    let mut lowerer = Lowerer::new(input);
    lowerer.begin();
    let part = lowerer.part(part, count);
    // What was said so far is said by whoever joins the parts.
    lowerer.forget_findings_since(0);
    lowerer.items(&part, Wanted::All);
    (lowerer.errors() == 0).then(|| Gathered {
        program: lowerer.program,
        diagnostics: lowerer.diagnostics,
        used: lowerer.used,
        imports: lowerer.names.imports,
        made: lowerer.made,
        entities: lowerer.entities,
        policy_names: lowerer.policy_names,
        untrusting: lowerer.untrusting,
        group_endings: lowerer.group_endings,
        unchecked: lowerer.unchecked,
        providers: lowerer.providers,
        provider_arns: lowerer.provider_arns,
        named_policies: lowerer.named_policies,
        resources_made: lowerer.resources_made,
    })
}

impl Lowerer<'_> {
    /// One of so many parts of the items, which take about as long each.
    fn part(&mut self, index: usize, count: usize) -> Range<Place> {
        let mut weights: Vec<(Place, usize)> = Vec::new();
        for (module, file) in self.files(0..self.input.modules.len()) {
            for (index, item) in file.items().enumerate() {
                weights.push(((module, index), self.weight(module, &item)));
            }
        }
        let all: usize = weights.iter().map(|(_, weight)| weight).sum();
        let mut taken = 0;
        let mut borders = vec![(0, 0)];
        for (place, weight) in weights {
            if taken * count >= all * borders.len() && borders.len() < count {
                borders.push(place);
            }
            taken += weight;
        }
        let border = |index: usize| borders.get(index).copied().unwrap_or(self.end());
        border(index)..if index + 1 == count { self.end() } else { border(index + 1) }
    }

    /// How much there is to an item: its text, in each account that it is made in.
    fn weight(&mut self, module: usize, item: &Item) -> usize {
        let accounts = match item {
            Item::Declared(item) if !self.is_library(module) => {
                self.homes_of(&Environment::of(module), item).map_or(1, |homes| homes.len())
            }
            Item::Declared(_) | Item::For(_) => 1,
            _ => 0,
        };
        accounts.saturating_mul(usize::from(item.range().len()))
    }

    /// The end of the items.
    fn end(&self) -> Place {
        (self.input.modules.len(), 0)
    }

    /// Takes what a worker has made of the items after those that this has; `None` where both made one name.
    fn join(&mut self, part: Gathered) -> Option<()> {
        let names = part.policy_names.len() + self.policy_names.len();
        self.policy_names.extend(part.policy_names);
        if self.policy_names.len() < names {
            return None;
        }
        self.diagnostics.extend(part.diagnostics);
        self.used.extend(part.used);
        // What neither has asked for.
        self.names.imports.retain(|name, _| part.imports.contains_key(name));
        self.untrusting.extend(part.untrusting);
        self.group_endings.extend(part.group_endings);
        self.unchecked.extend(part.unchecked);
        self.providers.extend(part.providers);
        self.provider_arns.extend(part.provider_arns);
        self.named_policies.extend(part.named_policies);

        let Program {
            // Of the whole workspace, and known before its items.
            name: _,
            partition: _,
            accounts: _,
            organization: _,
            account_when_deployed: _,
            externs: _,
            // Made when everything else is.
            resources: _,
            guardrails: _,
            permission_sets: _,
            unchecked: _,
            tests: _,
            invariants: _,
            written_out,
            policies,
            roles,
            users,
            groups,
            providers,
            session_policies,
            resource_policies,
            item_ends,
        } = part.program;
        self.program.item_ends.extend(item_ends);
        self.program.written_out.extend(written_out);
        for (item, index) in part.entities {
            let before = match self.names.get(item.id).map(|declaration| &declaration.kind) {
                Some(DeclarationKind::Entity(DeclaredKind::Role, _)) => self.program.roles.len(),
                Some(DeclarationKind::Entity(DeclaredKind::User, _)) => self.program.users.len(),
                Some(DeclarationKind::Entity(DeclaredKind::Group, _)) => self.program.groups.len(),
                _ => self.program.session_policies.len(),
            };
            self.entities.insert(item, before + index);
        }
        let places = append(policies, &mut self.program.policies, part.made, &mut self.made);
        let program = &mut self.program;
        program.providers.extend(providers);
        program.session_policies.extend(session_policies);
        let before = program.resource_policies.len();
        program.resource_policies.extend(resource_policies);
        self.resources_made.extend(part.resources_made.into_iter().map(|mut resource| {
            resource.policy = resource.policy.map(|index| before + index);
            resource
        }));
        let moved = |mut identity: Identity| {
            for attachment in identity.attachments.iter_mut().chain(&mut identity.boundary) {
                move_attachment(attachment, &places);
            }
            identity
        };
        program.roles.extend(roles.into_iter().map(|mut role| {
            role.identity = moved(role.identity);
            role
        }));
        program.users.extend(users.into_iter().map(|mut user| {
            user.identity = moved(user.identity);
            user
        }));
        program.groups.extend(groups.into_iter().map(|mut group| {
            group.identity = moved(group.identity);
            group
        }));
        Some(())
    }
}

/// Adds `more` to `all`, but for what was made already under the same key; gives the place in `all` of each of `more`.
fn append<T, K: Copy + Eq + std::hash::Hash>(
    more: Vec<T>,
    all: &mut Vec<T>,
    made: HashMap<K, usize>,
    known: &mut HashMap<K, usize>,
) -> Vec<usize> {
    let keys: HashMap<usize, K> = made.into_iter().map(|(key, index)| (index, key)).collect();
    let place = |(index, item): (usize, T)| {
        let key = keys.get(&index);
        if let Some(place) = key.and_then(|key| known.get(key)) {
            return *place;
        }
        known.extend(key.map(|key| (*key, all.len())));
        all.push(item);
        all.len() - 1
    };
    more.into_iter().enumerate().map(place).collect()
}

fn move_attachment(attachment: &mut Attachment, places: &[usize]) {
    if let AttachmentTarget::Made(index) = &mut attachment.target {
        move_index(index, places);
    }
}

fn move_index(index: &mut usize, places: &[usize]) {
    *index = places.get(*index).copied().unwrap_or(*index);
}

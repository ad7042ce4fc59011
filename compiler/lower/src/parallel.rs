//! Large workspaces on every processor: each lowers a part of the modules, and the parts are joined in the modules' order.
//!
//! Trees can't be shared between threads, so each worker has names of its own. What comes out is what one thread makes: what
//! two parts made is kept once, where the first made it; and where a part finds an error, one thread does it all again, since
//! what is said of an error may depend on what was said before.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use iamx_diagnostic::Diagnostic;
use iamx_syntax::ast::DeclaredKind;
use iamx_text::Span;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::{
    Attachment, AttachmentTarget, Identity, Input, Lowered, Program, Provider,
    encryption::MadeResource,
    expiry::Ending,
    lowerer::{Lowerer, Wanted},
    named_items::ItemInAccount,
    names::{DeclarationId, DeclarationKind},
};

/// A part of the modules below this many bytes isn't worth a second set of names.
const LEAST_BYTES: usize = 64 * 1024;

/// Lowers a workspace, on as many threads as there are and as it is worth.
pub(crate) fn lower(input: &Input<'_>) -> Lowered {
    let bytes: usize = lengths(input).sum();
    in_parts(input, rayon::current_num_threads().min(bytes / LEAST_BYTES))
}

/// Lowers a workspace in so many parts, where it has so many modules. Whatever their number, the result is the same.
pub(crate) fn in_parts(input: &Input<'_>, count: usize) -> Lowered {
    let parts = parts(input, count.max(1));
    let Some((first, rest)) = parts.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return alone(input);
    };
    let mut whole = Lowerer::new(input);
    let mut gathered: Vec<Option<Gathered>> = Vec::new();
    rayon::in_place_scope(|scope| {
        let rest = rest.to_vec();
        let gathered = &mut gathered;
        scope.spawn(move |_| *gathered = rest.into_par_iter().map(|part| gather(input, part)).collect());
        whole.begin();
        whole.items(first.clone(), Wanted::All);
    });
    let gathered: Option<Vec<Gathered>> = gathered.into_iter().collect();
    let joined = gathered.filter(|_| whole.errors() == 0).and_then(|parts| {
        parts.into_iter().try_for_each(|part| whole.join(part))?;
        let modules = input.modules.len();
        whole.items(first.end..modules, Wanted::NotGathered);
        (whole.errors() == 0).then_some(())
    });
    match joined {
        Some(()) => whole.finish(),
        None => alone(input),
    }
}

fn alone(input: &Input<'_>) -> Lowered {
    let mut lowerer = Lowerer::new(input);
    lowerer.begin();
    lowerer.items(0..input.modules.len(), Wanted::All);
    lowerer.finish()
}

/// The modules in so many ranges, of about as much text each.
fn parts(input: &Input<'_>, count: usize) -> Vec<Range<usize>> {
    let all: usize = lengths(input).sum();
    let (mut parts, mut start, mut taken) = (Vec::new(), 0, 0);
    for (index, length) in lengths(input).enumerate() {
        taken += length;
        if parts.len() + 1 < count && taken * count >= all * (parts.len() + 1) {
            parts.push(start..index + 1);
            start = index + 1;
        }
    }
    parts.push(start..input.modules.len());
    parts.retain(|part| !part.is_empty());
    parts
}

fn lengths<'i>(input: &'i Input<'_>) -> impl Iterator<Item = usize> + use<'i> {
    input.modules.iter().map(|module| input.sources.get(module.file).map_or(0, |file| file.text().len()))
}

/// What a worker has made of its modules.
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

/// What is in the modules of `part`; `None` where there is an error.
fn gather(input: &Input<'_>, part: Range<usize>) -> Option<Gathered> {
    let mut lowerer = Lowerer::new(input);
    lowerer.begin();
    // What was said so far is said by whoever joins the parts.
    lowerer.forget_findings();
    lowerer.items(part, Wanted::All);
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
    /// Takes what a worker has made of the modules after those that this has; `None` where both made one name.
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

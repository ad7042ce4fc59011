//! What a whole workspace declares, by a part of its name.

use iamx_lower::{NameDeclared, NameIndex};

use crate::letters::distance;

/// So many are found at most.
const MOST: usize = 512;

/// What is declared and whose name holds the letters of `query` in their order, the nearest first: names that begin with it,
/// then names that hold it, then the others. Case doesn't count. `std` is left out.
pub fn workspace_symbols<'i>(index: &'i NameIndex, query: &str) -> Vec<&'i NameDeclared> {
    let query = query.to_lowercase();
    let own = index
        .all_declared()
        .iter()
        .filter(|one| index.module(one.span.file).is_some_and(|module| !module.is_library()));
    let mut found: Vec<(u8, &NameDeclared)> =
        own.filter_map(|one| Some((distance(&one.name.to_lowercase(), &query)?, one))).collect();
    found.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
    found.truncate(MOST);
    found.into_iter().map(|(_, one)| one).collect()
}

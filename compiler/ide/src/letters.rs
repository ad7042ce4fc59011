//! How near a name is to the letters that someone types.

/// How far behind others a name comes: those that begin with the letters are the nearest, then those that hold them together,
/// then those that hold them in their order. The others aren't meant. Case counts.
pub(crate) fn distance(name: &str, letters: &str) -> Option<u8> {
    if name.starts_with(letters) {
        return Some(0);
    }
    if name.contains(letters) {
        return Some(10);
    }
    let mut own = name.chars();
    letters.chars().all(|wanted| own.any(|one| one == wanted)).then_some(20)
}

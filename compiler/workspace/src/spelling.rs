//! What a misspelled word was probably meant to be.

/// The candidate most like `word`, where one is near enough to have been meant; the first of equals.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace(['_', ' '], "-");
    let (candidate, likeness) = candidates
        .into_iter()
        .map(|candidate| (candidate, strsim::normalized_damerau_levenshtein(&word, candidate)))
        .fold(None, |best: Option<(&str, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })?;
    (likeness >= 0.5).then_some(candidate)
}

/// The words as a choice: "`a`, `b` or `c`".
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{nearest, one_of};

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("partiton", ["name", "partition"]), Some("partition"));
        assert_eq!(nearest("zzz", ["name", "partition"]), None);
    }

    #[test]
    fn a_choice_reads_as_one() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}

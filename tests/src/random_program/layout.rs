//! Where blanks and comments stand: every layout that means the same.

use iamx_syntax::{NodeOrToken, SyntaxKind, parse};

use super::Random;

/// The module of these `use` and `within` lines and these items. At `seed` 0 each thing has a line of its own.
pub(super) fn laid_out(head: &str, items: &[String], seed: u64) -> String {
    let mut random = Random::new(seed);
    let plain = format!("{head}{}\n", items.join("\n\n"));
    if seed == 0 {
        return plain;
    }
    for _ in 0..8 {
        random.number();
    }
    let text = match random.below(5) {
        0 => iamx_syntax::format(&plain).unwrap_or(plain),
        1 => {
            // Comments end at their line's end, so a file with some can't be one line.
            let blanks = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            if plain.contains("//") { spaced(&plain, &mut random) } else { blanks(&plain) }
        }
        2 => plain,
        _ => spaced(&plain, &mut random),
    };
    if random.one_in(4) { text.replace('\n', "\r\n") } else { text }
}

/// The text with other blanks where it has some, comments among them.
fn spaced(text: &str, random: &mut Random) -> String {
    let wild = random.one_in(2);
    let tokens = parse(text).syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token);
    let mut out = String::with_capacity(text.len() * 2);
    for token in tokens {
        if token.kind() != SyntaxKind::WHITESPACE {
            out.push_str(token.text());
            continue;
        }
        let breaks = token.text().contains('\n');
        let blanks = match random.below(if wild { 9 } else { 3 }) {
            // Where a comment may end a line there has to be one.
            0..=3 => token.text().to_owned(),
            4 => "\n   ".to_owned(),
            5 if breaks => "\n\n\n  \t".to_owned(),
            6 => "\t ".to_owned() + if breaks { "\n " } else { "" },
            7 => " // é, in the middle\n  ".to_owned(),
            8 => format!("\n{}// alone\n    // and another\n ", " ".repeat(random.below(4))),
            _ => "  ".to_owned() + if breaks { "\n " } else { "" },
        };
        out.push_str(&blanks);
    }
    out
}

//! The inside of a string: escapes, compile-time values, policy variables.

use std::ops::Range;

/// A piece of a string; ranges are bytes of the token, quotes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// `${name}` or `${name.part}`: the names.
    Value(Vec<String>, Range<usize>),
    /// `${aws:username}`, `${*}`: passed through to AWS, braces included.
    Variable(String, Range<usize>),
}

/// What is wrong inside a string, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Escape(Range<usize>),
    /// `${` without its end.
    Unclosed(Range<usize>),
    /// `${}` or something else that is neither a value nor a variable.
    NotAName(Range<usize>),
}

/// Takes a string's token apart.
pub(crate) fn pieces(token: &str) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut chars = inside(token).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => text.push(escape(at, &mut chars).map_err(Fault::Escape)?),
            '$' if chars.peek().is_some_and(|(_, next)| *next == '{') => {
                chars.next();
                let mut content = String::new();
                let end = loop {
                    match chars.next() {
                        Some((end, '}')) => break end + 1,
                        Some((at, '\\')) => content.push(escape(at, &mut chars).map_err(Fault::Escape)?),
                        Some((_, c)) => content.push(c),
                        None => return Err(Fault::Unclosed(at..token.len().saturating_sub(1).max(at))),
                    }
                };
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(interpolation(&content, at..end)?);
            }
            _ => text.push(c),
        }
    }
    if !text.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

fn interpolation(content: &str, range: Range<usize>) -> Result<Piece, Fault> {
    if content.contains(':') || matches!(content, "*" | "?" | "$") {
        return Ok(Piece::Variable(format!("${{{content}}}"), range));
    }
    let names: Vec<String> = content.split('.').map(str::to_owned).collect();
    let is_name = |name: &String| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    if names.iter().all(is_name) { Ok(Piece::Value(names, range)) } else { Err(Fault::NotAName(range)) }
}

fn inside(token: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let inner = token.strip_prefix('"').unwrap_or(token);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    inner.char_indices().map(|(at, c)| (at + 1, c))
}

fn escape(
    at: usize,
    chars: &mut std::iter::Peekable<impl Iterator<Item = (usize, char)>>,
) -> Result<char, Range<usize>> {
    let bad = |end: usize| at..end;
    match chars.next() {
        Some((_, '"')) => Ok('"'),
        Some((_, '\\')) => Ok('\\'),
        Some((_, 'n')) => Ok('\n'),
        Some((_, 't')) => Ok('\t'),
        Some((end, 'u')) => {
            if chars.next_if(|(_, c)| *c == '{').is_none() {
                return Err(bad(end + 1));
            }
            let mut digits = String::new();
            let mut last = end;
            while let Some((position, c)) = chars.next_if(|(_, c)| c.is_ascii_hexdigit()) {
                digits.push(c);
                last = position;
            }
            let behind = chars.peek().map_or(last + 2, |(position, c)| position + c.len_utf8());
            let closed = chars.next_if(|(_, c)| *c == '}').is_some();
            let value = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() <= 6).and_then(char::from_u32);
            value.filter(|_| closed).ok_or_else(|| bad(behind))
        }
        Some((end, c)) => Err(bad(end + c.len_utf8())),
        None => Err(bad(at + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_string_apart() {
        let value = |name: &str, range| Piece::Value(vec![name.to_owned()], range);
        assert_eq!(
            pieces(r#""a/${b}/c""#).unwrap(),
            [Piece::Text("a/".into()), value("b", 3..7), Piece::Text("/c".into())]
        );
        assert_eq!(pieces(r#""${aws:username}""#).unwrap(), [Piece::Variable("${aws:username}".into(), 1..16)]);
        assert_eq!(pieces(r#""""#).unwrap(), [Piece::Text(String::new())]);
        assert_eq!(pieces(r#""\u{e9}\"""#).unwrap(), [Piece::Text("é\"".into())]);
        assert_eq!(pieces(r#""$5""#).unwrap(), [Piece::Text("$5".into())]);
    }

    #[test]
    fn says_where_a_fault_is() {
        assert_eq!(pieces(r#""a\q""#), Err(Fault::Escape(2..4)));
        assert_eq!(pieces(r#""a${b""#), Err(Fault::Unclosed(2..5)));
        assert_eq!(pieces(r#""${a b}""#), Err(Fault::NotAName(1..7)));
        assert_eq!(pieces(r#""\u{110000}""#), Err(Fault::Escape(1..11)));
        assert_eq!(pieces("\"\\u{e\u{FEFF}9}\""), Err(Fault::Escape(1..8)));
        assert_eq!(pieces("\"\\u{eé\""), Err(Fault::Escape(1..7)));
    }
}

//! A reader of Terraform's templates of its own, which knows no more than their grammar.

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text, as Terraform hands it on.
    Text(String),
    /// What stands between quotation marks in an expression: as it is written there, with the marks, and what it says.
    Quoted { written: String, text: String },
    /// The rest of an expression.
    Code(String),
}

/// What an expression of iamx's begins with.
const BEGINNINGS: &[&str] = &["aws_", "data.", "var.", "self.", "can(", "regex(", "split(", "one(", "file(", "tolist("];

/// The one expression that iamx writes within quotation marks.
pub(crate) const METADATA_FOLDER: &str = "${coalesce(var.saml_metadata_folder, path.module)}";

/// The pieces of a template. An expression that isn't of the kind that iamx writes is an error.
pub(crate) fn pieces(template: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let (mut text, mut rest) = (String::new(), template);
    while let Some(c) = rest.chars().next() {
        if let Some((escape, plain)) = [("$${", "${"), ("%%{", "%{")].into_iter().find(|(it, _)| rest.starts_with(it)) {
            text.push_str(plain);
            rest = &rest[escape.len()..];
        } else if rest.starts_with("%{") {
            return Err("a directive".to_owned());
        } else if let Some(after) = rest.strip_prefix("${") {
            if !BEGINNINGS.iter().any(|beginning| after.starts_with(beginning)) {
                return Err("an expression that isn't iamx's".to_owned());
            }
            push_text(&mut pieces, &mut text);
            rest = expression(after, &mut pieces)?;
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    push_text(&mut pieces, &mut text);
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: &mut String) {
    if !text.is_empty() {
        pieces.push(Piece::Text(std::mem::take(text)));
    }
}

/// Reads to the end of an expression; gives what is behind it.
fn expression<'a>(mut rest: &'a str, pieces: &mut Vec<Piece>) -> Result<&'a str, String> {
    let (mut depth, mut code) = (0, String::new());
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            let (written, text) = quoted(rest)?;
            rest = &rest[written.len()..];
            pieces.push(Piece::Quoted { written, text });
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '}' if depth == 0 => {
                pieces.push(Piece::Code(code));
                return Ok(rest);
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            c if c.is_ascii_alphanumeric() || "._-[](), :=&|!?>/".contains(c) => {}
            c => return Err(format!("{c:?} in an expression")),
        }
        code.push(c);
    }
    Err("an expression without end".to_owned())
}

/// The quoted text that `rest` begins with: as written, and what it says. It has no expression within.
fn quoted(rest: &str) -> Result<(String, String), String> {
    let (mut text, mut at) = (String::new(), 1);
    while let Some(c) = rest[at..].chars().next() {
        let here = &rest[at..];
        if c == '"' {
            return Ok((rest[..=at].to_owned(), text));
        } else if here.starts_with("$${") || here.starts_with("%%{") {
            text.push_str(&here[1..3]);
            at += 3;
        } else if at == 1 && here.starts_with(METADATA_FOLDER) {
            at += METADATA_FOLDER.len();
        } else if here.starts_with("${") || here.starts_with("%{") {
            return Err("a template in an expression".to_owned());
        } else if c == '\\' {
            let escape = here[1..].chars().next().ok_or("a lone backslash")?;
            at += 2;
            match escape {
                '"' | '\\' => text.push(escape),
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                'u' => {
                    let digits = rest.get(at..at + 4).ok_or("a short escape")?;
                    let number = u32::from_str_radix(digits, 16).map_err(|error| error.to_string())?;
                    text.push(char::from_u32(number).ok_or("half a character")?);
                    at += 4;
                }
                other => return Err(format!("the escape {other:?}")),
            }
        } else if c.is_control() {
            return Err(format!("{c:?} in a quoted text"));
        } else {
            text.push(c);
            at += c.len_utf8();
        }
    }
    Err("a quoted text without end".to_owned())
}

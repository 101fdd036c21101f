//! Colors for code: comments, text in quotes, and a few words of each language. No more than helps the eye.

use maud::{Markup, html};

/// Words that a language has for itself.
fn keywords(language: &str) -> &'static [&'static str] {
    match language {
        "Python" => &["import", "lambda", "if", "elif", "else", "for", "in", "raise", "None", "True", "False", "def"],
        "JavaScript" => &["const", "let", "await", "async", "for", "of", "while", "new", "true", "false", "null"],
        "Rust" => &["use", "async", "await", "fn", "let", "mut", "if", "match", "while", "return", "true", "false"],
        _ => &[],
    }
}

fn comment(language: &str) -> &'static str {
    if matches!(language, "JavaScript" | "Rust") { "//" } else { "#" }
}

/// The characters that enclose text.
fn quotes(language: &str) -> &'static [char] {
    match language {
        "JavaScript" => &['"', '\'', '`'],
        // What begins with an apostrophe may be a lifetime.
        "Rust" => &['"'],
        _ => &['"', '\''],
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Comment,
    Text,
    Word,
}

/// Pieces of the code, which joined are the code.
fn pieces<'a>(language: &str, code: &'a str) -> Vec<(Kind, &'a str)> {
    let mut pieces = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let at_word = pieces.last().is_none_or(|(_, before): &(Kind, &str)| !ends_in_word(before));
        let (kind, length) = if rest.starts_with(comment(language)) && at_word {
            (Kind::Comment, rest.find('\n').unwrap_or(rest.len()))
        } else if quotes(language).contains(&first) {
            (Kind::Text, quoted(rest, first))
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (if keywords(language).contains(&&rest[..length]) { Kind::Word } else { Kind::Plain }, length)
        } else {
            (Kind::Plain, first.len_utf8())
        };
        let (piece, after) = rest.split_at(length);
        pieces.push((kind, piece));
        rest = after;
    }
    pieces
}

fn ends_in_word(text: &str) -> bool {
    text.chars().last().is_some_and(|c| !c.is_whitespace())
}

/// How long a text is that begins here, with its quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The code with its colors. Its text is the code, unchanged.
pub(crate) fn html(language: &str, code: &str) -> Markup {
    html! {
        @for (kind, piece) in pieces(language, code) {
            @match kind {
                Kind::Plain => (piece),
                Kind::Comment => span.c { (piece) },
                Kind::Text => span.s { (piece) },
                Kind::Word => span.k { (piece) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_texts_and_words_are_told_apart_and_nothing_is_lost() {
        for (language, code, expected) in [
            ("Python", "import a  # \"no\"\nx = 'it\\'s'", vec!["# \"no\"", "'it\\'s'", "import"]),
            ("JavaScript", "const u = `http://x/${a}`; // why", vec!["`http://x/${a}`", "// why", "const"]),
            ("Rust", "use a::b;\nlet x: &'a str = \"#\";", vec!["\"#\"", "let", "use"]),
            ("curl", "curl -u \"$A:$B\" 'a=#1' x#y", vec!["\"$A:$B\"", "'a=#1'"]),
        ] {
            let pieces = pieces(language, code);
            assert_eq!(pieces.iter().map(|(_, piece)| *piece).collect::<String>(), code);
            let mut colored: Vec<&str> =
                pieces.iter().filter(|(kind, _)| *kind != Kind::Plain).map(|(_, piece)| *piece).collect();
            colored.sort_by_key(|piece| expected.iter().position(|other| other == piece));
            assert_eq!(colored, expected, "{language}");
        }
        assert_eq!(quoted("\"no end", '"'), 7);
    }
}

//! What there is to say about a programming language.

use std::collections::HashMap;

use super::class::Class;

/// A language whose programs [`super::code`] reads.
#[derive(Clone, Copy)]
pub(super) struct Language {
    /// The names that are shown for it.
    pub(super) names: &'static [&'static str],
    /// What starts a comment up to the end of the line. A longer one stands before the one that it begins with.
    pub(super) line_comments: &'static [&'static str],
    /// What starts and what ends a comment.
    pub(super) block_comments: &'static [(&'static str, &'static str)],
    /// Whether such comments nest.
    pub(super) nested_comments: bool,
    /// Texts. A longer opening stands before the one that it begins with.
    pub(super) quotes: &'static [Quote],
    /// Letters that may stand before a text's quotes, at most two: `r` for a raw text, `f` for one with `{…}` in it.
    pub(super) affixes: &'static str,
    /// Words, separated by spaces.
    pub(super) words: &'static [(Class, &'static str)],
    /// What the name after a word is: `class` is followed by the name of a class.
    pub(super) naming: &'static [(Class, &'static str)],
    /// All other words.
    pub(super) name: Class,
    /// What words have in them besides letters, digits and underscores. A digit does not begin one, all of these do.
    pub(super) word_chars: &'static str,
    /// What a word that begins with an uppercase letter is.
    pub(super) uppercase: Option<Class>,
    /// Characters that make something else of the word after them.
    pub(super) sigils: &'static [(char, Class)],
    /// Characters that are neither operators nor anything else.
    pub(super) punctuation: &'static str,
    /// What else is true of it.
    pub(super) traits: &'static [Trait],
}

/// A peculiarity of some languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trait {
    /// Words count without regard to case.
    AnyCase,
    /// A line that begins with `#` is for the preprocessor.
    Preprocessor,
    /// As Rust has it: lifetimes, raw texts between `#`, attributes, macros.
    Rust,
    /// `/…/` is a regular expression where no value can end.
    Regexes,
    /// Text in three quotes at the start of a line is documentation.
    DocStrings,
    /// `$x`, `${…}` and `$1`, in texts as well.
    Dollars,
    /// The first word of a list is what is called, as in Lisp.
    Lists,
}

/// How a text is quoted.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) class: Class,
    /// Whether a backslash takes its meaning from the next character.
    pub(super) escapes: bool,
    /// Whether it may go over the end of a line.
    pub(super) long: bool,
    /// What begins a piece of code in it, up to the bracket that fits.
    pub(super) interpolation: Option<&'static str>,
}

/// A text on one line, with escapes.
pub(super) const fn quote(quote: &'static str, class: Class) -> Quote {
    Quote { open: quote, close: quote, class, escapes: true, long: false, interpolation: None }
}

/// A text on any number of lines, with escapes.
pub(super) const fn long(quote: &'static str, class: Class) -> Quote {
    Quote { open: quote, close: quote, class, escapes: true, long: true, interpolation: None }
}

/// A text on any number of lines, where a backslash is one.
pub(super) const fn raw(open: &'static str, close: &'static str, class: Class) -> Quote {
    Quote { open, close, class, escapes: false, long: true, interpolation: None }
}

/// The same with code in it, which begins so.
pub(super) const fn with(interpolation: &'static str, quote: Quote) -> Quote {
    Quote { interpolation: Some(interpolation), ..quote }
}

impl Language {
    pub(super) fn is(&self, one: Trait) -> bool {
        self.traits.contains(&one)
    }
}

/// What a word is, and what the name after it is.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) class: Class,
    pub(super) naming: Option<Class>,
}

/// The words of a language, to be looked up.
pub(super) struct Words(HashMap<&'static str, Word>);

impl Words {
    pub(super) fn new(language: &Language) -> Self {
        let mut words = HashMap::new();
        for (class, list) in language.words {
            for word in list.split_ascii_whitespace() {
                words.insert(word, Word { class: *class, naming: None });
            }
        }
        for (class, list) in language.naming {
            for word in list.split_ascii_whitespace() {
                if let Some(known) = words.get_mut(word) {
                    known.naming = Some(*class);
                }
            }
        }
        Words(words)
    }

    /// The words of a language without regard to case are listed in lowercase.
    pub(super) fn get(&self, language: &Language, word: &str) -> Option<Word> {
        if language.is(Trait::AnyCase) && word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.0.get(word.to_ascii_lowercase().as_str()).copied();
        }
        self.0.get(word).copied()
    }
}

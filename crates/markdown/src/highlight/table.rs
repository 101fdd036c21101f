//! The languages, one row each.
//!
//! # Layout
//! - `braces`: with braces and semicolons, as C has them
//! - `scripts`: of scripts and shells
//! - `others`: functional ones, those for databases, and the rest

mod braces;
mod others;
mod scripts;

use super::class::Class;
use super::language::Language;

/// A language of which nothing is said.
const PLAIN: Language = Language {
    names: &[],
    line_comments: &[],
    block_comments: &[],
    nested_comments: false,
    quotes: &[],
    affixes: "",
    words: &[],
    naming: &[],
    name: Class::Name,
    word_chars: "",
    uppercase: None,
    sigils: &[],
    punctuation: "()[]{},;.",
    traits: &[],
};

pub(super) fn languages() -> impl Iterator<Item = &'static Language> {
    braces::LANGUAGES.iter().chain(scripts::LANGUAGES).chain(others::LANGUAGES)
}

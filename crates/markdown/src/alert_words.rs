//! Alert words: which of many words a message contains.
//!
//! One automaton for all words of a realm, built when a word changes, finds them in one pass over a message.

use aho_corasick::{AhoCorasick, BuildError};

use crate::fences::{self, Block};

/// What may stand before a word, and after it, besides spaces: what clients look for when they highlight it.
const BEFORE: [char; 9] = ['(', '"', '.', ',', '\'', ';', '[', '*', '>'];
const AFTER: [char; 11] = [')', '"', '?', ':', '.', ',', '\'', ';', ']', '!', '*'];

/// An automaton over a list of words; words are told apart by their index in that list.
#[derive(Clone, Debug)]
pub struct AlertWords {
    automaton: AhoCorasick,
}

impl AlertWords {
    /// Builds the automaton. A word may be a phrase, may occur twice (several users share it), and is matched without
    /// regard to case; an empty one matches nothing.
    ///
    /// # Errors
    /// If the words together are too large for an automaton, which takes gigabytes.
    pub fn new<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Result<Self, BuildError> {
        let words = words.into_iter().map(|word| fold(word.as_ref().trim()));
        Ok(Self { automaton: AhoCorasick::new(words)? })
    }

    /// The indices of the words that occur in `source` as whole words outside of blocks of code; ascending, each once.
    #[must_use]
    pub fn find(&self, source: &str) -> Vec<usize> {
        let text = prose(source);
        let mut found = vec![false; self.automaton.patterns_len()];
        for hit in self.automaton.find_overlapping_iter(&text) {
            let seen = &mut found[hit.pattern().as_usize()];
            *seen = *seen || (hit.end() > hit.start() && stands_alone(&text, hit.start(), hit.end()));
        }
        found.iter().enumerate().filter(|(_, seen)| **seen).map(|(index, _)| index).collect()
    }
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Whether there is nothing around `text[start..end]`, or only what may stand there.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let may_stand = |c: char, marks: &[char]| c.is_whitespace() || c == '`' || marks.contains(&c);
    let before = text[..start].chars().next_back().is_none_or(|c| may_stand(c, &BEFORE));
    before && text[end..].chars().next().is_none_or(|c| may_stand(c, &AFTER))
}

/// The text of a message without its blocks of code, in lower case.
fn prose(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    add_blocks(&mut out, &fences::split(source, ""));
    out
}

fn add_blocks(out: &mut String, blocks: &[Block<'_>]) {
    for block in blocks {
        match block {
            Block::Markdown(text) => out.push_str(&fold(text)),
            Block::Quote(content) => add_blocks(out, content),
            Block::Spoiler { header, content } => {
                out.push_str(&fold(header));
                out.push('\n');
                add_blocks(out, content);
            }
            Block::Code { .. } | Block::Math(_) => {}
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_outside_code() {
        let words = ["deploy", "Outage", "on fire", "c++", "DEPLOY", "été", "", "_id"];
        let words = AlertWords::new(words).unwrap();
        let check = |source: &str, expect: &[usize]| assert_eq!(words.find(source), expect, "{source}");
        check("", &[]);
        check("nothing here", &[]);
        check("Deploy now", &[0, 4]);
        check("deploy, deploy!", &[0, 4]);
        check("redeploy deployed deploy_all", &[]);
        check("**deploy**", &[0, 4]);
        check("the OUTAGE is on fire", &[1, 2]);
        check("we use C++.", &[3]);
        check("c++11", &[]);
        check("ÉTÉ", &[5]);
        check("`deploy` (deploy) \"deploy\"", &[0, 4]);
        check("-deploy =deploy deploy-all deploy/ @deploy", &[]);
        check("```\noutage\n```\ndeploy", &[0, 4]);
        check("```quote\noutage\n```", &[1]);
        check("```spoiler outage\n`deploy`\n```", &[0, 1, 4]);
        check("$$deploy$$", &[]);
        check("see https://example.com/deploy", &[]);
        check("a _id b", &[7]);
    }

    #[test]
    fn no_words_find_nothing() {
        assert!(AlertWords::new([""; 0]).unwrap().find("deploy").is_empty());
    }
}

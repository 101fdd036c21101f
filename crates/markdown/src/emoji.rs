//! Standard emoji: names and codes, both ways, and finding emoji characters in text.
//!
//! A code is what reactions carry as `emoji_code` and CSS classes end in: lower-case hexadecimal code points, at least
//! four digits each, joined by `-`, without variation selectors (`1f642`, `2764`, `0031-20e3`).
//!
//! # Layout
//! - `zulip_names`: the names Zulip uses where they differ from the common ones
//!
//! Invariant: a name belongs to one code; Zulip's meaning of a name wins over the common one, so `:smile:` is 1f642.

mod zulip_names;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use emojis::SkinTone;
use zulip_names::ZULIP_NAMES;

/// The one emoji that is neither Unicode's nor the realm's.
pub(crate) const ZULIP_NAME: &str = "zulip";
/// Where clients expect its image.
pub(crate) const ZULIP_IMAGE: &str = "/static/generated/emoji/images/emoji/unicode/zulip.png";

/// Emoticons and the emoji they stand for.
pub(crate) const EMOTICONS: [(&str, &str); 12] = [
    (":)", "smile"),
    ("(:", "smile"),
    (":(", "frown"),
    ("<3", "heart"),
    (":|", "neutral"),
    (":/", "confused"),
    (";)", "wink"),
    (":D", "grinning"),
    (":o", "open_mouth"),
    (":O", "open_mouth"),
    (":p", "stuck_out_tongue"),
    (":P", "stuck_out_tongue"),
];

/// Longest emoji tried in text, in characters besides joiners: a flag made of tags has seven.
const SEQUENCE_CHARS_MAX: usize = 8;
const ZERO_WIDTH_JOINER: char = '\u{200D}';
const EMOJI_PRESENTATION: char = '\u{FE0F}';

/// The code of the emoji with this name, without colons; `None` for unknown and for custom emoji.
#[must_use]
pub fn code_by_name(name: &str) -> Option<&'static str> {
    let index = &*INDEX;
    index.by_name.get(name).map(|&at| index.emoji[at].code.as_str())
}

/// All names of the emoji with this code, the canonical one first; empty if there is no such emoji.
#[must_use]
pub fn names_by_code(code: &str) -> &'static [&'static str] {
    let index = &*INDEX;
    index.by_code.get(code).map_or(&[], |&at| index.emoji[at].names.as_slice())
}

/// The name shown for this code: what an emoji character in a message becomes.
#[must_use]
pub fn canonical_name(code: &str) -> Option<&'static str> {
    names_by_code(code).first().copied()
}

/// Every code with its names, canonical name first, as the JSON served to clients: `{"code_to_names": {code: [names]}}`.
///
/// Built on first use; the same bytes for the life of the process and between processes of one version.
#[must_use]
pub fn code_to_names_json() -> &'static str {
    &CODE_TO_NAMES_JSON
}

/// The emoji sequence at the start of `text`, and its length in bytes.
///
/// The code is `None` for a sequence that has no name, such as one with a skin tone: it stays text, as a whole.
pub(crate) fn at_start(text: &str) -> Option<(Option<&'static str>, usize)> {
    let first = text.chars().next()?;
    let shown_as_text = first < '\u{2300}' && !text[first.len_utf8()..].starts_with(EMOJI_PRESENTATION);
    if first < '\u{203C}' || shown_as_text {
        return None;
    }
    let index = &*INDEX;
    let sequence = Sequence::at_start(text);
    let whole = sequence.ends.last()?.0;
    let found = sequence.ends.iter().rev().find_map(|&(end, code_end)| {
        let at = *index.by_code.get(&sequence.code[..code_end])?;
        Some((index.emoji[at].code.as_str(), end))
    });
    match found {
        Some((code, end)) if !sequence.toned || end == whole => Some((Some(code), end)),
        None if !sequence.toned => None,
        _ => Some((None, whole)),
    }
}

/// The longest emoji sequence a text may start with.
struct Sequence {
    /// The code of all of it.
    code: String,
    /// Where it may end, shortest first: in the text, and in the code.
    ends: Vec<(usize, usize)>,
    /// Whether there is a skin tone in it.
    toned: bool,
}

impl Sequence {
    fn at_start(text: &str) -> Self {
        let mut sequence = Self { code: String::new(), ends: Vec::new(), toned: false };
        let mut chars = text.char_indices().peekable();
        let mut previous = None;
        while let Some((at, c)) = chars.next() {
            push_code_point(&mut sequence.code, c);
            sequence.toned |= is_skin_tone(c);
            if c != ZERO_WIDTH_JOINER {
                sequence.ends.push((at + c.len_utf8(), sequence.code.len()));
            }
            let Some(&(_, next)) = chars.peek() else {
                break;
            };
            let joined = c == ZERO_WIDTH_JOINER || matches!(next, ZERO_WIDTH_JOINER | EMOJI_PRESENTATION | '\u{20E3}');
            let flag = is_regional(c) && is_regional(next) && previous.is_none();
            let tag = matches!(next, '\u{E0020}'..='\u{E007F}');
            if !(joined || flag || tag || is_skin_tone(next)) || sequence.ends.len() >= SEQUENCE_CHARS_MAX {
                break;
            }
            previous = Some(c);
        }
        sequence
    }
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// The code of an emoji written out.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    text.chars().for_each(|c| push_code_point(&mut code, c));
    code
}

/// Appends a code point to a code, unless it only selects a variant.
fn push_code_point(code: &mut String, c: char) {
    if c != EMOJI_PRESENTATION {
        let separator = if code.is_empty() { "" } else { "-" };
        // Writing to a string cannot fail.
        let _ = write!(code, "{separator}{:04x}", u32::from(c));
    }
}

struct Named {
    code: String,
    names: Vec<&'static str>,
}

/// All standard emoji without skin tones.
struct Index {
    emoji: Vec<Named>,
    by_code: HashMap<String, usize>,
    by_name: HashMap<&'static str, usize>,
}

static INDEX: LazyLock<Index> = LazyLock::new(Index::build);

static CODE_TO_NAMES_JSON: LazyLock<String> = LazyLock::new(|| {
    let quote = |name: &&str| format!("\"{name}\"");
    let entries: Vec<String> = INDEX
        .emoji
        .iter()
        .filter(|named| !named.names.is_empty())
        .map(|named| format!("\"{}\":[{}]", named.code, named.names.iter().map(quote).collect::<Vec<_>>().join(",")))
        .collect();
    format!("{{\"code_to_names\":{{{}}}}}", entries.join(","))
});

impl Index {
    fn build() -> Self {
        let mut index = Self { emoji: Vec::new(), by_code: HashMap::new(), by_name: HashMap::new() };
        let untoned = || emojis::iter().filter(|e| matches!(e.skin_tone(), None | Some(SkinTone::Default)));
        for emoji in untoned() {
            index.add_code(code_of(emoji.as_str()));
        }
        for &(code, names) in ZULIP_NAMES {
            let at = index.add_code(code.to_owned());
            names.iter().for_each(|name| index.add_name(at, name));
        }
        for emoji in untoned() {
            let at = index.add_code(code_of(emoji.as_str()));
            emoji.shortcodes().for_each(|name| index.add_name(at, name));
        }
        // Newer emoji have no short name yet: theirs is made from the Unicode name.
        for emoji in untoned() {
            let at = index.add_code(code_of(emoji.as_str()));
            if index.emoji[at].names.is_empty() {
                let name = name_from_title(emoji.name());
                let name = if index.by_name.contains_key(name.as_str()) { name + "_emoji" } else { name };
                // Leaked once per process, as the rest of this index lives as long.
                index.add_name(at, String::leak(name));
            }
        }
        index
    }

    fn add_code(&mut self, code: String) -> usize {
        if let Some(&at) = self.by_code.get(&code) {
            return at;
        }
        self.by_code.insert(code.clone(), self.emoji.len());
        self.emoji.push(Named { code, names: Vec::new() });
        self.emoji.len() - 1
    }

    /// Gives the emoji a name, unless the name is taken.
    fn add_name(&mut self, at: usize, name: &'static str) {
        if !name.is_empty() && !self.by_name.contains_key(name) {
            self.by_name.insert(name, at);
            self.emoji[at].names.push(name);
        }
    }
}

/// `melting face` to `melting_face`; only characters an emoji name may have.
fn name_from_title(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests;

//! Standard emoji: names and codes, both ways, and finding emoji characters in text.
//!
//! A code is what reactions carry as `emoji_code` and CSS classes end in: lower-case hexadecimal code points, at least
//! four digits each, joined by `-`, without variation selectors (`1f642`, `2764`, `0031-20e3`).
//!
//! Names are identifiers of the API: a reaction is refused if its name and code disagree, and clients bring a list of
//! their own. `names.txt` has those that are not just Unicode's name for the emoji in small letters, a line for each code,
//! the name that is shown first. What is common elsewhere is understood as well.
//!
//! Invariant: a name belongs to one code; Zulip's meaning of a name wins over the common one, so `:smile:` is 1f642.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use emojis::{Emoji, SkinTone};

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

/// Codes and their names.
const NAMES: &str = include_str!("emoji/names.txt");

/// Clients have pictures for the emoji of this version, and of those before it.
const NEWEST: (u32, u32) = (15, 0);

/// Longest emoji tried in text, in characters besides joiners: a kiss of two people with skin tones has eight.
const SEQUENCE_CHARS_MAX: usize = 10;
const ZERO_WIDTH_JOINER: char = '\u{200D}';
const EMOJI_PRESENTATION: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

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
/// The code is `None` for a sequence that has no name, such as one with a skin tone: it stays text, as a whole. What is
/// shown as text unless it is asked for in color (`™`, `❤`) is none by itself.
pub(crate) fn at_start(text: &str) -> Option<(Option<&'static str>, usize)> {
    let first = text.chars().next()?;
    let colored = text[first.len_utf8()..].starts_with(EMOJI_PRESENTATION);
    if first < '\u{203C}' && !colored {
        return None;
    }
    let sequence = Sequence::at_start(text);
    let known = INDEX.by_code.get(&sequence.code).map(|&at| &INDEX.emoji[at]);
    match known {
        Some(named) if named.is_text && sequence.length == first.len_utf8() => None,
        Some(named) => Some((Some(named.code.as_str()), sequence.length)),
        None if sequence.length == first.len_utf8() => None,
        None => Some((None, sequence.length)),
    }
}

/// The longest emoji sequence a text may start with.
struct Sequence {
    /// The code of all of it.
    code: String,
    /// How many bytes of the text it takes.
    length: usize,
}

impl Sequence {
    fn at_start(text: &str) -> Self {
        let mut sequence = Self { code: String::new(), length: 0 };
        let mut chars = text.chars().peekable();
        let mut previous = None;
        for _ in 0..SEQUENCE_CHARS_MAX {
            let Some(c) = chars.next() else { break };
            push_code_point(&mut sequence.code, c);
            sequence.length += c.len_utf8();
            let Some(&next) = chars.peek() else { break };
            let flag = is_regional(c) && is_regional(next) && previous.is_none();
            let modified =
                is_skin_tone(next) || matches!(next, EMOJI_PRESENTATION | KEYCAP | '\u{E0020}'..='\u{E007F}');
            if next == ZERO_WIDTH_JOINER {
                // It joins only what may be an emoji.
                let mut after = chars.clone();
                after.next();
                if after.next().is_none_or(|c| c < '\u{203C}' || c.is_alphanumeric()) {
                    break;
                }
                push_code_point(&mut sequence.code, next);
                sequence.length += next.len_utf8();
                chars.next();
            } else if !flag && !modified {
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
    /// Whether its only character is shown as text unless a variation selector follows.
    is_text: bool,
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
        let shown = |e: &&Emoji| {
            let version = e.unicode_version();
            matches!(e.skin_tone(), None | Some(SkinTone::Default)) && (version.major(), version.minor()) <= NEWEST
        };
        let all: Vec<&'static Emoji> = emojis::iter().filter(shown).collect();
        for emoji in &all {
            let code = code_of(emoji.as_str());
            index.by_code.insert(code.clone(), index.emoji.len());
            let is_text = !code.contains('-') && emoji.as_str().ends_with(EMOJI_PRESENTATION);
            index.emoji.push(Named { code, is_text, names: Vec::new() });
        }
        for line in NAMES.lines() {
            let mut words = line.split(' ');
            if let Some(&at) = words.next().and_then(|code| index.by_code.get(code)) {
                words.for_each(|name| index.add_name(at, name));
            }
        }
        for (at, emoji) in all.iter().enumerate() {
            if index.emoji[at].names.is_empty() {
                let name = name_from_title(emoji.name());
                let name = if index.by_name.contains_key(name.as_str()) { name + "_emoji" } else { name };
                // Leaked once per process, as the rest of this index lives as long.
                index.add_name(at, String::leak(name));
            }
        }
        for (at, emoji) in all.iter().enumerate() {
            emoji.shortcodes().for_each(|name| index.add_name(at, name));
        }
        index
    }

    /// Gives the emoji a name, unless the name is taken.
    fn add_name(&mut self, at: usize, name: &'static str) {
        if !name.is_empty() && !self.by_name.contains_key(name) {
            self.by_name.insert(name, at);
            self.emoji[at].names.push(name);
        }
    }
}

/// `melting face` to `melting_face`, `flag: Cuba` to `flag_cuba`; only characters an emoji name may have.
fn name_from_title(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests;

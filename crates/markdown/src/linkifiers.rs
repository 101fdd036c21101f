//! Linkifiers: what an organization lets become links, by patterns and templates; and the links of a topic.
//!
//! Patterns are matched in time linear in the text (there is no backtracking), and matches are bounded in number.
//!
//! Neighbors: [`crate::scan`] asks where links are, [`crate::html`] writes them if [`crate::links`] says they are safe.

use std::collections::BTreeSet;
use std::ops::Range;

use iri_string::spec::UriSpec;
use iri_string::template::UriTemplateString;
use iri_string::template::context::{Context, Visitor};
use regex::{Captures, Regex, RegexBuilder};

use crate::links::safe;
use crate::scan;

/// Bytes that a compiled pattern may take; one that counts to thousands takes more.
const COMPILED_BYTES_MAX: usize = 256 << 10;
/// Links that one linkifier makes of one text; each is a search of its own.
const LINKS_MAX: usize = 300;
/// What ends the parts of a topic that are looked at for addresses.
const TOPIC_BREAKS: [char; 7] = [' ', '!', ';', ')', ',', '\'', '"'];

/// Why something is not a linkifier or a playground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadLinkifier {
    /// The pattern is no regular expression, or one that takes too much memory.
    Pattern(String),
    /// The template is none.
    Template,
    /// The template has a variable that is no group of the pattern.
    NotInPattern(String),
    /// The pattern has a group that is no variable of the template.
    NotInTemplate(String),
}

/// The variables of a template (RFC 6570).
///
/// # Errors
/// It is no template.
pub fn template_variables(template: &str) -> Result<BTreeSet<String>, BadLinkifier> {
    let template = parsed(template)?;
    Ok(template.variables().map(|name| name.as_str().to_owned()).collect())
}

/// Says whether a linkifier can be made of these.
///
/// # Errors
/// Why not.
pub fn check_linkifier(pattern: &str, template: &str) -> Result<(), BadLinkifier> {
    let linkifier = Linkifier::new(pattern, template)?;
    let variables = template_variables(template)?;
    let groups: BTreeSet<String> = linkifier.alone.capture_names().flatten().map(str::to_owned).collect();
    if let Some(name) = variables.difference(&groups).next() {
        return Err(BadLinkifier::NotInPattern(name.clone()));
    }
    match groups.difference(&variables).next() {
        Some(name) => Err(BadLinkifier::NotInTemplate(name.clone())),
        None => Ok(()),
    }
}

/// A template; in its text, a percent sign before anything but two hexadecimal digits means itself.
fn parsed(template: &str) -> Result<UriTemplateString, BadLinkifier> {
    let mut escaped = String::with_capacity(template.len());
    for (at, c) in template.char_indices() {
        escaped.push(c);
        let digits = template.as_bytes().get(at + 1..at + 3);
        if c == '%' && !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            escaped.push_str("25");
        }
    }
    UriTemplateString::try_from(escaped).map_err(|_| BadLinkifier::Template)
}

/// A pattern as it was written, and with what has to stand around it.
#[derive(Clone, Debug)]
struct Linkifier {
    alone: Regex,
    /// The first group is the link.
    bounded: Regex,
    template: UriTemplateString,
}

impl Linkifier {
    fn new(pattern: &str, template: &str) -> Result<Self, BadLinkifier> {
        let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(COMPILED_BYTES_MAX).build();
        let bad = |error: regex::Error| BadLinkifier::Pattern(reason(&error.to_string()));
        // By itself first: a parenthesis too many must not close the one around it.
        let alone = compile(pattern).map_err(bad)?;
        let bounded = format!(r#"(?:^|[\s\u{{85}}\pZ'"(,:<])({pattern})(?:$|[^\pL\pN])"#);
        let bounded = compile(&bounded).map_err(bad)?;
        Ok(Linkifier { alone, bounded, template: parsed(template)? })
    }

    /// Where this pattern stands in `text` on its own, in order, with where it leads.
    fn find(&self, text: &str) -> Vec<Link> {
        let mut found: Vec<Link> = Vec::new();
        let mut position = 0;
        while position < text.len() {
            let Some(captures) = self.bounded.captures_at(text, position) else { break };
            let (Some(link), false) = (captures.get(1), found.len() >= LINKS_MAX) else { break };
            // What ends one link may begin the next.
            let next = link.end().max(position + 1);
            position = (next..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            let url = self.template.expand::<UriSpec, _>(&Groups(&captures)).map(|url| url.to_string());
            if let (Ok(url), false) = (url, link.is_empty()) {
                found.push(Link { range: link.range(), url });
            }
        }
        found
    }
}

/// The last line of what the compiler of patterns says; the others show where.
fn reason(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// The groups of a match as variables of a template.
struct Groups<'a>(&'a Captures<'a>);

impl Context for Groups<'_> {
    fn visit<V: Visitor>(&self, visitor: V) -> V::Result {
        match self.0.name(visitor.var_name().as_str()) {
            Some(group) => visitor.visit_string(group.as_str()),
            None => visitor.visit_undefined(),
        }
    }
}

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Which part of the text it is.
    pub range: Range<usize>,
    /// Where it leads, as the template has it: neither checked nor escaped.
    pub url: String,
}

/// The linkifiers of an organization, ready to be used.
#[derive(Clone, Debug, Default)]
pub struct Linkifiers(Vec<Linkifier>);

impl Linkifiers {
    /// Of patterns and templates, those that are tried first coming first. What cannot be used is left out.
    pub fn new<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Linkifiers(all.into_iter().filter_map(|(pattern, template)| Linkifier::new(pattern, template).ok()).collect())
    }

    /// The links in `text`, in order, without overlaps: where two could be, the linkifier that comes first wins.
    pub(crate) fn find(&self, text: &str) -> Vec<Link> {
        let mut links = Vec::new();
        for linkifier in &self.0 {
            add(&mut links, linkifier.find(text));
        }
        links
    }

    /// The links in a topic, in order: those of linkifiers, and addresses.
    #[must_use]
    pub fn topic_links(&self, topic: &str) -> Vec<Link> {
        let mut links = self.find(topic);
        let mut start = 0;
        while start < topic.len() {
            let part = topic[start..].split(TOPIC_BREAKS).next().unwrap_or_default();
            if let Some(length) = scan::address_length(part) {
                let text = &part[..length];
                let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
                add(&mut links, vec![Link { range: start..start + length, url }]);
            }
            // All that breaks a topic has one byte.
            start += part.len() + 1;
        }
        // As in content: a template may leave the scheme to the text.
        links.retain(|link| safe(&link.url).is_some());
        links
    }
}

/// Puts those of `more` among `links` that overlap none of them; both are in order, and stay so.
fn add(links: &mut Vec<Link>, more: Vec<Link>) {
    for link in more {
        let at = links.partition_point(|known| known.range.end <= link.range.start);
        if links.get(at).is_none_or(|next| link.range.end <= next.range.start) {
            links.insert(at, link);
        }
    }
}

#[cfg(test)]
mod tests;

//! Zulip's own elements as HTML: mentions, channel links, emoji, times, code, previews.
//!
//! Class names and data attributes are what clients look for; see <https://zulip.com/api/message-formatting>.
//!
//! Neighbors: [`crate::html`] decides where an element goes and whether it counts. Invariant: every value goes through
//! [`crate::escape`], except ids and codes, which are digits by type or by construction.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::directory::{ChannelRef, Image};
use crate::escape::{channel_slug, encode_hash, push_attribute, push_text};
use crate::{highlight, languages};

/// What previews start with.
pub(crate) const PREVIEW: &str = "<div class=\"message_inline_image";
/// What is shown while an image is being made small.
const SPINNER: &str = "/static/images/loading/loader-black.svg";
/// Where images are served small: below this, by the file's path and the name of a format.
const THUMBNAILS: &str = "/user_uploads/thumbnail/";

/// What clients show for the topic without a name.
const EMPTY_TOPIC: &str = "general chat";

/// `@name` of a user; a silent mention has a class more and the `@` less.
pub(crate) fn user(out: &mut String, id: u32, name: &str, silent: bool) {
    mention(out, "user-mention", &format!(" data-user-id=\"{id}\""), name, silent);
}

/// `@name` of a user group.
pub(crate) fn group(out: &mut String, id: u32, name: &str, silent: bool) {
    mention(out, "user-group-mention", &format!(" data-user-group-id=\"{id}\""), name, silent);
}

/// `@all` and its synonyms.
pub(crate) fn channel_wildcard(out: &mut String, word: &str, silent: bool) {
    mention(out, "user-mention channel-wildcard-mention", " data-user-id=\"*\"", word, silent);
}

/// `@topic`.
pub(crate) fn topic_wildcard(out: &mut String, silent: bool) {
    mention(out, "topic-mention", "", "topic", silent);
}

fn mention(out: &mut String, class: &str, data: &str, name: &str, silent: bool) {
    let (more_class, at) = if silent { (" silent", "") } else { ("", "@") };
    push(out, format_args!("<span class=\"{class}{more_class}\"{data}>{at}"));
    push_text(out, name);
    out.push_str("</span>");
}

/// A link to a channel.
pub(crate) fn channel(out: &mut String, channel: &ChannelRef) {
    let slug = channel_slug(channel.id, &channel.name);
    let id = channel.id;
    push(out, format_args!("<a class=\"stream\" data-stream-id=\"{id}\" href=\"/#narrow/channel/{slug}\">"));
    out.push('#');
    push_text(out, &channel.name);
    out.push_str("</a>");
}

/// A link to a topic, by a message in it if it has one.
pub(crate) fn topic(out: &mut String, channel: &ChannelRef, topic: &str, newest: Option<u32>) {
    let (id, url) = (channel.id, topic_url(channel, topic));
    let with = newest.map(|message| format!("/with/{message}")).unwrap_or_default();
    push(out, format_args!("<a class=\"stream-topic\" data-stream-id=\"{id}\" href=\"{url}{with}\">"));
    push_conversation(out, channel, topic);
    out.push_str("</a>");
}

/// A link to a message; `message_id` is digits.
pub(crate) fn message(out: &mut String, channel: &ChannelRef, topic: &str, message_id: &str) {
    let url = topic_url(channel, topic);
    push(out, format_args!("<a class=\"message-link\" href=\"{url}/near/{message_id}\">"));
    push_conversation(out, channel, topic);
    out.push_str(" @ 💬</a>");
}

fn topic_url(channel: &ChannelRef, topic: &str) -> String {
    format!("/#narrow/channel/{}/topic/{}", channel_slug(channel.id, &channel.name), encode_hash(topic))
}

fn push_conversation(out: &mut String, channel: &ChannelRef, topic: &str) {
    out.push('#');
    push_text(out, &channel.name);
    out.push_str(" &gt; ");
    if topic.is_empty() {
        push(out, format_args!("<em>{EMPTY_TOPIC}</em>"));
    } else {
        push_text(out, topic);
    }
}

/// A standard emoji; `name` as the sender wrote it, `code` from [`crate::emoji`].
pub(crate) fn emoji(out: &mut String, name: &str, code: &str) {
    let title = name.replace('_', " ");
    let head = format_args!(
        "<span aria-label=\"{title}\" class=\"emoji emoji-{code}\" role=\"img\" title=\"{title}\">:{name}:</span>"
    );
    push(out, head);
}

/// An emoji with an image of its own.
pub(crate) fn custom_emoji(out: &mut String, name: &str, source_url: &str) {
    out.push_str("<img alt=\":");
    push_attribute(out, name);
    out.push_str(":\" class=\"emoji\" src=\"");
    push_attribute(out, source_url);
    out.push_str("\" title=\"");
    push_attribute(out, &name.replace('_', " "));
    out.push_str("\">");
}

/// A moment; `utc` from [`crate::time`], `text` as the sender wrote it, for clients that cannot convert it.
pub(crate) fn time(out: &mut String, utc: &str, text: &str) {
    push(out, format_args!("<time datetime=\"{utc}\">"));
    push_text(out, text);
    out.push_str("</time>");
}

/// A time nobody can read.
pub(crate) fn invalid_time(out: &mut String, text: &str) {
    out.push_str("<span class=\"timestamp-error\">Invalid time format: ");
    push_text(out, text);
    out.push_str("</span>");
}

/// Code within a line; line breaks in it count as spaces.
pub(crate) fn code(out: &mut String, text: &str) {
    out.push_str("<code>");
    push_text(out, &text.replace('\n', " "));
    out.push_str("</code>");
}

/// A code block in the structure that clients expect, with spans for its syntax as far as the message may have them.
pub(crate) fn code_block(out: &mut String, language: &str, text: &str, budget: &mut highlight::Budget) {
    let name = languages::display_name(language);
    out.push_str("<div class=\"codehilite\"");
    if let Some(name) = name {
        out.push_str(" data-code-language=\"");
        push_attribute(out, name);
        out.push('"');
    }
    out.push_str("><pre><span></span><code>");
    let text = text.trim_end().trim_start_matches('\n');
    let named = name.or_else(|| languages::by_first_line(text));
    highlight::push(out, named.unwrap_or_default(), &without_line_ends(text), budget);
    out.push_str("\n</code></pre></div>\n");
}

/// Code without the white space at the ends of its lines.
fn without_line_ends(text: &str) -> Cow<'_, str> {
    let mut lines = text.split('\n');
    if lines.all(|line| line.trim_end().len() == line.len()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n"))
}

/// A formula that was not typeset: its source.
pub(crate) fn formula_error(out: &mut String, source: &str) {
    out.push_str("<span class=\"tex-error\">");
    push_text(out, source);
    out.push_str("</span>");
}

/// The start of a link to `href`, which [`crate::links`] has passed.
pub(crate) fn link_start(out: &mut String, href: &str, title: &str) {
    out.push_str("<a href=\"");
    push_attribute(out, href);
    if !title.is_empty() {
        out.push_str("\" title=\"");
        push_attribute(out, title);
    }
    out.push_str("\">");
}

/// The preview below a paragraph that links to an uploaded image at `path`.
pub(crate) fn image_preview(out: &mut String, href: &str, title: &str, path: &str, kind: &str, image: &Image) {
    out.push_str("<div class=\"message_inline_image\">");
    link_start(out, href, title);
    out.push_str("<img");
    if image.thumbnail.is_none() {
        out.push_str(" class=\"image-loading-placeholder\"");
    } else if image.is_animated {
        out.push_str(" data-animated=\"true\"");
    }
    push(out, format_args!(" data-original-dimensions=\"{}x{}\"", image.width, image.height));
    out.push_str(" data-original-content-type=\"");
    push_attribute(out, kind);
    if let Some(transcoded) = image.transcoded.as_ref().filter(|_| image.thumbnail.is_some()) {
        out.push_str("\" data-transcoded-image=\"");
        push_attribute(out, transcoded);
    }
    out.push_str("\" src=\"");
    match &image.thumbnail {
        Some(format) => push_attribute(out, &format!("{THUMBNAILS}{path}/{format}")),
        None => out.push_str(SPINNER),
    }
    out.push_str("\"></a></div>\n");
}

/// The preview below a paragraph that links to an uploaded video.
pub(crate) fn video_preview(out: &mut String, href: &str, title: &str) {
    out.push_str("<div class=\"message_inline_image message_inline_video\">");
    link_start(out, href, title);
    out.push_str("<video preload=\"metadata\" src=\"");
    push_attribute(out, href);
    out.push_str("\"></video></a></div>\n");
}

/// A player for an uploaded sound, where the sender placed it.
pub(crate) fn audio(out: &mut String, src: &str, title: &str) {
    out.push_str("<audio controls preload=\"metadata\" src=\"");
    push_attribute(out, src);
    out.push_str("\" title=\"");
    push_attribute(out, title);
    out.push_str("\"></audio>");
}

/// Writing to a string cannot fail.
fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(arguments);
}

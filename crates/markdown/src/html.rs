//! Writes a message as HTML: fenced blocks here, the Markdown between them in [`page`].
//!
//! # Layout
//! - [`page`]: the events of the Markdown parser to HTML
//!
//! Neighbors: [`crate::fences`] makes the tree, [`crate::scan`] prepares each Markdown piece, [`crate::elements`] writes
//! Zulip's own elements, [`crate::math`] formulas. Invariant: every tag is a literal of this crate and everything else is
//! escaped, so the output is safe by construction; nothing the Markdown parser might pass through is written as it is.

mod page;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::directory::{Directory, Upload};
use crate::fences::{self, Block, Kind};
use crate::lists;
use crate::scan::{Token, scan, scan_line};
use crate::{Rendered, elements, highlight, links, math};
use page::Page;

/// How deeply fences inside lists are looked into; each level is a parse of its own.
const NESTED_FENCES_MAX: usize = 3;
/// A message with more links than this has no previews.
const PREVIEWED_LINKS_MAX: usize = 24;
/// Media types of videos that browsers show.
const VIDEOS: [&str; 2] = ["video/mp4", "video/webm"];
/// Media types of sounds that browsers play.
const SOUNDS: [&str; 6] = ["audio/aac", "audio/flac", "audio/mpeg", "audio/wav", "audio/x-wav", "audio/vnd.wave"];

/// An image or a video to be shown below the paragraph that links to it.
struct Preview {
    href: String,
    /// Empty if the link says no more than where it leads.
    title: String,
    upload: Upload,
}

/// The output so far, and what is being written around the current place.
pub(crate) struct Writer<'d> {
    directory: &'d dyn Directory,
    rendered: Rendered,
    /// Quotes around the current place: inside one, mentions are silent and images have no preview.
    quotes: usize,
    nested_fences: usize,
    /// What was linked since the last preview was written.
    previews: Vec<Preview>,
    /// What is linked outside of quotes.
    linked: BTreeSet<String>,
    shows_previews: bool,
    math: math::Budget,
    highlight: highlight::Budget,
}

/// A message as HTML blocks.
pub(crate) fn message(source: &str, directory: &dyn Directory) -> Rendered {
    let blocks = fences::split(source, directory.default_code_language());
    let mut writer = Writer::new(directory);
    writer.blocks(&blocks);
    if writer.linked.len() > PREVIEWED_LINKS_MAX && writer.rendered.html.contains(elements::PREVIEW) {
        writer = Writer { shows_previews: false, ..Writer::new(directory) };
        writer.blocks(&blocks);
    }
    let mut rendered = writer.rendered;
    rendered.html.truncate(rendered.html.trim_end().len());
    rendered
}

/// One line as HTML without blocks.
pub(crate) fn line(source: &str, directory: &dyn Directory) -> String {
    let mut writer = Writer::new(directory);
    Page::inline(&mut writer, &scan_line(&source.replace('\n', " "), directory));
    writer.rendered.html
}

impl<'d> Writer<'d> {
    fn new(directory: &'d dyn Directory) -> Self {
        Self {
            directory,
            rendered: Rendered::default(),
            quotes: 0,
            nested_fences: 0,
            previews: Vec::new(),
            linked: BTreeSet::new(),
            shows_previews: true,
            math: math::Budget::default(),
            highlight: highlight::Budget::default(),
        }
    }

    fn out(&mut self) -> &mut String {
        &mut self.rendered.html
    }

    fn push(&mut self, html: &str) {
        self.rendered.html.push_str(html);
    }

    fn blocks(&mut self, blocks: &[Block<'_>]) {
        for block in blocks {
            match block {
                Block::Markdown(text) => self.markdown(text),
                Block::Code { language, text } => self.code_block(language, text),
                Block::Math(text) => self.math_block(text),
                Block::Quote(content) => self.quote(content),
                Block::Spoiler { header, content } => self.spoiler(header, content),
            }
        }
    }

    fn markdown(&mut self, text: &str) {
        let text: Cow<'_, str> = lists::indent_as_commonmark(text);
        let scanned = scan(&text, self.directory);
        Page::blocks(self, &scanned);
        self.flush_previews();
    }

    fn quote(&mut self, content: &[Block<'_>]) {
        self.push("<blockquote>\n");
        self.quotes += 1;
        self.blocks(content);
        self.quotes -= 1;
        self.push("</blockquote>\n");
    }

    fn spoiler(&mut self, header: &str, content: &[Block<'_>]) {
        self.push("<div class=\"spoiler-block\"><div class=\"spoiler-header\">\n");
        self.markdown(header);
        self.push("</div><div class=\"spoiler-content\" aria-hidden=\"true\">\n");
        self.blocks(content);
        self.push("</div></div>\n");
    }

    fn code_block(&mut self, language: &str, text: &str) {
        elements::code_block(&mut self.rendered.html, language, text, &mut self.highlight);
    }

    /// Formulas on their own, with blank lines between them.
    fn math_block(&mut self, text: &str) {
        for formula in
            text.split("\n\n").map(|formula| formula.trim_matches('\n')).filter(|formula| !formula.is_empty())
        {
            self.push("<p>");
            self.formula(formula, true, formula);
            self.push("</p>\n");
        }
    }

    fn formula(&mut self, tex: &str, display: bool, source: &str) {
        match math::render(tex, display, &mut self.math) {
            Some(html) => self.push(&html),
            None => elements::formula_error(self.out(), source),
        }
    }

    /// A code block the Markdown parser found: in a list, in a quote, or indented, which has no `info`. In lists `quote`
    /// and the other words mean the same as outside.
    fn found_code_block(&mut self, info: Option<&str>, text: &str) {
        let Some(info) = info else {
            elements::code_block(&mut self.rendered.html, "", text, &mut self.highlight);
            return;
        };
        let default = self.directory.default_code_language();
        match fences::kind(info, default) {
            Kind::Code(language) => self.code_block(language, text),
            Kind::Math => self.math_block(text),
            Kind::Quote | Kind::Spoiler(_) if self.nested_fences >= NESTED_FENCES_MAX => {
                elements::code_block(&mut self.rendered.html, "", text, &mut self.highlight);
            }
            kind => {
                self.nested_fences += 1;
                let content = fences::split(text, default);
                match kind {
                    Kind::Spoiler(header) => self.spoiler(header, &content),
                    _ => self.quote(&content),
                }
                self.nested_fences -= 1;
            }
        }
    }

    /// Writes what a placeholder stands for. In a link's text, a link is only its text.
    fn token(&mut self, token: &Token, in_link: bool) {
        let quoted = self.quotes > 0;
        let rendered = &mut self.rendered;
        let out = &mut rendered.html;
        match token {
            Token::User { id, name, silent } => {
                let silent = *silent || quoted;
                elements::user(out, *id, name, silent);
                if !silent {
                    rendered.mentioned_users.insert(*id);
                }
            }
            Token::Group { id, name, silent } => {
                let silent = *silent || quoted;
                elements::group(out, *id, name, silent);
                if !silent {
                    rendered.mentioned_groups.insert(*id);
                }
            }
            Token::ChannelWildcard { word, silent } => {
                let silent = *silent || quoted;
                elements::channel_wildcard(out, word, silent);
                rendered.channel_wildcard |= !silent;
            }
            Token::TopicWildcard { silent } => {
                let silent = *silent || quoted;
                elements::topic_wildcard(out, silent);
                rendered.topic_wildcard |= !silent;
            }
            Token::Channel(channel) if in_link => crate::escape::push_text(out, &format!("#{}", channel.name)),
            Token::Topic { channel, topic, .. } | Token::Message { channel, topic, .. } if in_link => {
                crate::escape::push_text(out, &format!("#{} > {topic}", channel.name));
            }
            Token::Channel(channel) => elements::channel(out, channel),
            Token::Topic { channel, topic, newest } => elements::topic(out, channel, topic, *newest),
            Token::Message { channel, topic, message_id } => elements::message(out, channel, topic, message_id),
            Token::Emoji { name, code } => elements::emoji(out, name, code),
            Token::CustomEmoji { name, source_url } => elements::custom_emoji(out, name, source_url),
            Token::Code(text) => elements::code(out, text),
            Token::Math(text) => self.formula(text, false, &format!("$${text}$$")),
            Token::Time { utc, text } => elements::time(out, utc, text),
            Token::InvalidTime(text) => elements::invalid_time(out, text),
            Token::Text(c) => crate::escape::push_text_char(out, *c),
            Token::Link { href, text } => match self.href(href).filter(|_| !in_link) {
                Some(href) => {
                    self.link_start(&href, "");
                    crate::escape::push_text(self.out(), text);
                    self.push("</a>");
                    self.linked(&href, text);
                }
                None => crate::escape::push_text(self.out(), text),
            },
        }
    }

    fn link_start(&mut self, href: &str, title: &str) {
        self.rendered.has_link = true;
        elements::link_start(self.out(), href, title);
    }

    /// Where a link to `destination` leads; `None` if it must stay text.
    fn href(&self, destination: &str) -> Option<String> {
        links::safe_in(self.directory.realm_url(), destination)
    }

    /// The uploaded file that `href` leads to.
    fn upload(&self, href: &str) -> Option<Upload> {
        self.directory.upload(links::upload_path(href)?)
    }

    /// Remembers what a link leads to: uploaded files, and what has a preview below the paragraph.
    fn linked(&mut self, href: &str, text: &str) {
        if let Some(path) = links::upload_path(href) {
            self.rendered.linked_uploads.insert(path.to_owned());
        }
        if self.quotes > 0 || !self.linked.insert(href.to_owned()) || !self.shows_previews {
            return;
        }
        let has_preview = |upload: &Upload| upload.image.is_some() || VIDEOS.contains(&upload.content_type.as_str());
        if let Some(upload) = self.upload(href).filter(has_preview) {
            if !self.directory.previews_uploads() {
                self.rendered.has_image |= upload.image.is_some();
                return;
            }
            let title = if text == href { String::new() } else { text.trim().to_owned() };
            self.previews.push(Preview { href: href.to_owned(), title, upload });
        }
    }

    /// Whether `href` leads to a sound that can be played.
    fn is_sound(&self, href: &str) -> bool {
        self.upload(href).is_some_and(|upload| SOUNDS.contains(&upload.content_type.as_str()))
    }

    /// Takes back what was written since `start` if that is a paragraph with nothing but a link that says where it
    /// leads, and there is a preview of it.
    fn drop_lone_link(&mut self, start: usize) {
        let [preview] = self.previews.as_slice() else { return };
        let mut paragraph = "<p>".to_owned();
        elements::link_start(&mut paragraph, &preview.href, "");
        crate::escape::push_text(&mut paragraph, &preview.href);
        if preview.title.is_empty() && self.rendered.html.get(start..) == Some(&(paragraph + "</a></p>\n")) {
            self.rendered.html.truncate(start);
        }
    }

    fn flush_previews(&mut self) {
        for Preview { href, title, upload } in std::mem::take(&mut self.previews) {
            match (&upload.image, links::upload_path(&href)) {
                (Some(image), Some(path)) => {
                    self.rendered.has_image = true;
                    elements::image_preview(self.out(), &href, &title, path, &upload.content_type, image);
                }
                _ => elements::video_preview(self.out(), &href, &title),
            }
        }
    }
}

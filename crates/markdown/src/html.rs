//! Writes a message as HTML: fenced blocks here, the Markdown between them in [`page`].
//!
//! # Layout
//! - [`page`]: the events of the Markdown parser to HTML
//!
//! Neighbors: [`crate::fences`] makes the tree, [`crate::scan`] prepares each Markdown piece, [`crate::elements`] writes
//! Zulip's own elements. Invariant: every tag is a literal of this crate and everything else is escaped, so the output is
//! safe by construction; nothing the Markdown parser might pass through is written as it is.

mod page;

use std::borrow::Cow;

use crate::directory::Directory;
use crate::fences::{self, Block, Kind};
use crate::lists;
use crate::scan::{Token, scan, scan_line};
use crate::{Rendered, elements, links};
use page::Page;

/// How deeply fences inside lists are looked into; each level is a parse of its own.
const NESTED_FENCES_MAX: usize = 3;
/// Previews in one message; more only make it long.
const PREVIEWS_MAX: usize = 24;

/// The output so far, and what is being written around the current place.
pub(crate) struct Writer<'d> {
    directory: &'d dyn Directory,
    rendered: Rendered,
    /// Quotes around the current place: inside one, mentions are silent and images have no preview.
    quotes: usize,
    nested_fences: usize,
    /// Uploaded images linked since the last preview was written: destination and title.
    previews: Vec<(String, String)>,
    previewed: Vec<String>,
}

/// A message as HTML blocks.
pub(crate) fn message(source: &str, directory: &dyn Directory) -> Rendered {
    let mut writer = Writer::new(directory);
    writer.blocks(&fences::split(source));
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
            previewed: Vec::new(),
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
                Block::Code { language, text } => elements::code_block(self.out(), language, text),
                Block::Math(text) => elements::math_block(self.out(), text),
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

    /// A code block the Markdown parser found: in a list, in a quote, or indented. In lists `quote` and the other words
    /// mean the same as outside.
    fn found_code_block(&mut self, info: &str, text: &str) {
        match fences::kind(info) {
            Kind::Code(language) => elements::code_block(self.out(), language, text),
            Kind::Math => elements::math_block(self.out(), text),
            Kind::Quote | Kind::Spoiler(_) if self.nested_fences >= NESTED_FENCES_MAX => {
                elements::code_block(self.out(), "", text);
            }
            kind => {
                self.nested_fences += 1;
                let content = fences::split(text);
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
            Token::Topic { channel, topic } | Token::Message { channel, topic, .. } if in_link => {
                crate::escape::push_text(out, &format!("#{} > {topic}", channel.name));
            }
            Token::Channel(channel) => elements::channel(out, channel),
            Token::Topic { channel, topic } => elements::topic(out, channel, topic),
            Token::Message { channel, topic, message_id } => elements::message(out, channel, topic, message_id),
            Token::Emoji { name, code } => elements::emoji(out, name, code),
            Token::CustomEmoji { name, source_url } => elements::custom_emoji(out, name, source_url),
            Token::Code(text) => elements::code(out, text),
            Token::Math(text) => elements::math(out, text),
            Token::Time { utc, text } => elements::time(out, utc, text),
            Token::InvalidTime(text) => elements::invalid_time(out, text),
            Token::Text(c) => crate::escape::push_text_char(out, *c),
            Token::Link { href, text } => match links::safe(href).filter(|_| !in_link) {
                Some(href) => {
                    self.link_start(&href, "");
                    crate::escape::push_text(self.out(), text);
                    self.push("</a>");
                }
                None => crate::escape::push_text(out, text),
            },
        }
    }

    fn link_start(&mut self, href: &str, title: &str) {
        self.rendered.has_link = true;
        elements::link_start(self.out(), href, title);
    }

    /// Remembers the image a link points to, for a preview below the paragraph.
    fn linked(&mut self, href: &str, text: &str) {
        let wanted = self.quotes == 0 && links::is_uploaded_image(href) && self.previewed.len() < PREVIEWS_MAX;
        if wanted && !self.previewed.iter().any(|seen| seen == href) {
            self.previewed.push(href.to_owned());
            self.previews.push((href.to_owned(), text.trim().to_owned()));
        }
    }

    fn flush_previews(&mut self) {
        for (href, title) in std::mem::take(&mut self.previews) {
            self.rendered.has_image = true;
            elements::image_preview(self.out(), &href, &title);
        }
    }
}

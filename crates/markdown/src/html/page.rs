//! The events of the Markdown parser to HTML.
//!
//! The walk keeps its own stack of closing tags instead of recursing, and past [`DEPTH_MAX`] open elements it writes
//! their content without the tags: a message cannot make a client build an arbitrarily deep tree.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};

use super::Writer;
use crate::escape::push_text_char;
use crate::scan::token::{EMPTY, Edge, edge, is_edge, unmark};
use crate::scan::{Scanned, Token};
use crate::{elements, lists};

/// Elements open at once; below this their tags are left out.
const DEPTH_MAX: usize = 50;
/// Empty table cells written in one piece of Markdown. The parser pads short rows to the width of the head, which would
/// let a short message become a huge one; a browser shows a row that ends early the same way.
const EMPTY_CELLS_MAX: usize = 500;

/// A link whose text is being written.
struct OpenLink {
    /// `None` for a destination that is not safe: the link stays as its source.
    href: Option<String>,
    /// The destination as written.
    destination: String,
    /// The text so far, without markup.
    text: String,
    /// Where in the output it starts.
    start: usize,
}

/// One piece of Markdown being written.
pub(super) struct Page<'w, 'd, 's> {
    writer: &'w mut Writer<'d>,
    scanned: &'s Scanned<'s>,
    /// Only inline elements are written, line breaks are spaces.
    inline: bool,
    /// What closes each open element, innermost last; empty if the element was left out.
    closing: Vec<&'static str>,
    link: Option<OpenLink>,
    /// The destination and the description so far of the image being read.
    image: Option<(String, String)>,
    /// The info string, if it has fences, and the text so far of the code block being read.
    code_block: Option<(Option<String>, String)>,
    /// Where in the output the paragraph starts that is being written outside of other blocks.
    paragraph_start: Option<usize>,
    alignments: Vec<Alignment>,
    /// In a table: the column, whether it is the head, and where the cell's content starts in the output.
    column: usize,
    in_head: bool,
    cell_start: usize,
    empty_cells: usize,
}

impl<'w, 'd, 's> Page<'w, 'd, 's> {
    /// Writes `scanned` as blocks.
    pub(super) fn blocks(writer: &'w mut Writer<'d>, scanned: &'s Scanned<'s>) {
        Self::new(writer, scanned, false).run(&scanned.text);
    }

    /// Writes `scanned`, which is one line, without blocks.
    pub(super) fn inline(writer: &'w mut Writer<'d>, scanned: &'s Scanned<'s>) {
        // A mark at the start keeps the text from being a heading, a list or any other block.
        let text = format!("{EMPTY}{}", scanned.text);
        Self::new(writer, scanned, true).run(&text);
    }

    fn new(writer: &'w mut Writer<'d>, scanned: &'s Scanned<'s>, inline: bool) -> Self {
        Self {
            writer,
            scanned,
            inline,
            closing: Vec::new(),
            link: None,
            image: None,
            code_block: None,
            paragraph_start: None,
            alignments: Vec::new(),
            column: 0,
            in_head: false,
            cell_start: 0,
            empty_cells: 0,
        }
    }

    fn run(mut self, text: &str) {
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::List(Some(number))) => {
                    let marker = text.get(range).unwrap_or_default().trim_start();
                    self.start_numbered(lists::start(number, marker));
                }
                event => self.event(event),
            }
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak if self.inline || self.image.is_some() => self.text(" "),
            Event::SoftBreak | Event::HardBreak => self.writer.push("<br>\n"),
            Event::Rule => self.block("<hr>\n"),
            // The extensions behind these are off.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.text(&text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph if self.inline => self.closing.push(""),
            Tag::Paragraph => {
                self.new_line();
                self.paragraph_start = self.closing.is_empty().then_some(self.writer.rendered.html.len());
                self.open("<p>", "</p>\n");
            }
            Tag::Heading { level, .. } => {
                let (opening, closing) = heading(level);
                self.open(opening, closing);
            }
            Tag::BlockQuote(_) => {
                self.writer.quotes += 1;
                self.open("<blockquote>\n", QUOTE_END);
            }
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Indented => None,
                    CodeBlockKind::Fenced(info) => Some(self.scanned.restore(&info).into_owned()),
                };
                self.code_block = Some((info, String::new()));
                self.closing.push(CODE_BLOCK_END);
            }
            Tag::List(None) => self.open_list("<ul>\n", "</ul>\n"),
            Tag::List(Some(number)) => self.start_numbered(number),
            Tag::Item => self.open("<li>", "</li>\n"),
            Tag::Table(alignments) => {
                self.alignments = alignments;
                self.open("<table>\n", "</tbody>\n</table>\n");
            }
            Tag::TableHead => {
                (self.column, self.in_head) = (0, true);
                self.open("<thead>\n<tr>\n", HEAD_END);
            }
            Tag::TableRow => {
                self.column = 0;
                self.open("<tr>\n", "</tr>\n");
            }
            Tag::TableCell => self.start_cell(),
            Tag::Link { dest_url, title, .. } => self.start_link(&dest_url, &title),
            Tag::Image { dest_url, .. } => {
                self.image = Some((self.scanned.restore(&dest_url).into_owned(), String::new()));
                self.closing.push(IMAGE_END);
            }
            _ => self.closing.push(""),
        }
    }

    fn start_numbered(&mut self, number: u64) {
        match number {
            1 => self.open_list("<ol>\n", "</ol>\n"),
            number => self.open_list(&format!("<ol start=\"{number}\">\n"), "</ol>\n"),
        }
    }

    /// Closes the innermost element. The parser pairs starts and ends; an end too many is ignored.
    fn end(&mut self) {
        while let Some(closing) = self.closing.pop_if(|closing| is_edge(closing)) {
            self.writer.push(closing);
        }
        let closing = self.closing.pop().unwrap_or_default();
        match closing {
            LINK_END => self.end_link(),
            IMAGE_END => self.end_image(),
            CODE_BLOCK_END => self.end_code_block(),
            CELL_END => self.end_cell(),
            _ => {
                if closing == QUOTE_END || closing == QUOTE_END_UNWRITTEN {
                    self.writer.quotes -= 1;
                }
                self.in_head &= closing != HEAD_END;
                if closing != QUOTE_END_UNWRITTEN {
                    self.writer.push(closing);
                }
            }
        }
        if self.closing.is_empty() && !self.inline {
            self.new_line();
            if let Some(start) = self.paragraph_start.take() {
                self.writer.drop_lone_link(start);
            }
            self.writer.flush_previews();
        }
    }

    /// Opens a block element on a line of its own.
    fn open(&mut self, opening: &str, closing: &'static str) {
        if self.closing.len() >= DEPTH_MAX {
            self.closing.push(if closing == QUOTE_END { QUOTE_END_UNWRITTEN } else { "" });
            return;
        }
        self.block(opening);
        self.closing.push(closing);
    }

    /// Opens a list. Directly after an item's text it stays on the item's line, as clients are used to.
    fn open_list(&mut self, opening: &str, closing: &'static str) {
        if self.closing.last() == Some(&"</li>\n") && self.closing.len() < DEPTH_MAX {
            self.writer.push(opening);
            self.closing.push(closing);
        } else {
            self.open(opening, closing);
        }
    }

    /// Opens or closes what a mark stands for, unless in a link's text. What is closed is always what was opened last; a
    /// mark without its other one is written as what it was.
    fn emphasis(&mut self, c: char, edge: Edge) {
        let too_deep = self.closing.len() >= DEPTH_MAX;
        match edge {
            Edge::Start(opening, closing) if self.link.is_none() && !too_deep => {
                self.writer.push(opening);
                self.closing.push(closing);
            }
            Edge::End(closing) if self.closing.last() == Some(&closing) => {
                self.closing.pop();
                self.writer.push(closing);
            }
            _ if too_deep => {}
            _ => unmark(c).unwrap_or_default().chars().for_each(|c| push_text_char(self.writer.out(), c)),
        }
    }

    fn block(&mut self, html: &str) {
        self.new_line();
        self.writer.push(html);
    }

    fn new_line(&mut self) {
        let html = &self.writer.rendered.html;
        if !html.is_empty() && !html.ends_with('\n') {
            self.writer.push("\n");
        }
    }

    /// Writes text, and what the placeholders in it stand for.
    fn text(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code_block {
            code.push_str(&self.scanned.restore(text));
            return;
        }
        if let Some((_, description)) = &mut self.image {
            description.push_str(&self.scanned.restore(text));
            return;
        }
        if let Some(link) = &mut self.link {
            link.text.push_str(&self.scanned.restore(text));
        }
        for c in text.chars() {
            if let Some(edge) = edge(c) {
                self.emphasis(c, edge);
            } else if let Some(original) = unmark(c) {
                original.chars().for_each(|c| push_text_char(self.writer.out(), c));
            } else if let Some(token) = self.scanned.token(c) {
                self.token(c, token);
            } else {
                push_text_char(self.writer.out(), c);
            }
        }
    }

    /// Writes what the placeholder `c` stands for. In the text of a link, emoji stay as they were written.
    fn token(&mut self, c: char, token: &Token) {
        let in_link = self.link.is_some();
        if in_link && matches!(token, Token::Emoji { .. } | Token::CustomEmoji { .. }) {
            let written = self.scanned.restore(c.encode_utf8(&mut [0; 4])).into_owned();
            crate::escape::push_text(self.writer.out(), &written);
        } else {
            self.writer.token(token, in_link);
        }
    }

    /// Starts a link, unless inside one or inside an image's description.
    fn start_link(&mut self, destination: &str, title: &str) {
        if self.image.is_some() || self.link.is_some() {
            self.closing.push("");
            return;
        }
        self.closing.push(LINK_END);
        let destination = self.scanned.restore(destination).into_owned();
        let href = self.writer.href(&destination);
        match &href {
            Some(href) => self.writer.link_start(href, &self.scanned.restore(title)),
            None => self.writer.push("["),
        }
        let start = self.writer.rendered.html.len();
        self.link = Some(OpenLink { href, destination, text: String::new(), start });
    }

    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let Some(href) = link.href else {
            self.text(&format!("]({})", link.destination));
            return;
        };
        let is_empty = link.text.trim().is_empty();
        if is_empty {
            self.writer.out().truncate(link.start);
            crate::escape::push_text(self.writer.out(), &href);
        }
        self.writer.push("</a>");
        self.writer.linked(&href, if is_empty { &href } else { &link.text });
    }

    /// Uploaded sounds get a player; all else becomes a link, and uploaded images have their preview below.
    fn end_image(&mut self) {
        let Some((destination, description)) = self.image.take() else {
            return;
        };
        let href = self.writer.href(&destination);
        let in_link = self.link.is_some();
        if let Some(link) = &mut self.link {
            link.text.push_str(&description);
        }
        match href {
            Some(src) if !in_link && !self.inline && self.writer.is_sound(&src) => {
                elements::audio(self.writer.out(), &src, &description);
                self.writer.rendered.has_link = true;
                self.writer.linked(&src, &description);
            }
            Some(href) if !in_link => {
                let text = if description.trim().is_empty() { &href } else { &description };
                self.writer.link_start(&href, "");
                crate::escape::push_text(self.writer.out(), text);
                self.writer.push("</a>");
                self.writer.linked(&href, text);
            }
            _ => crate::escape::push_text(self.writer.out(), &format!("![{description}]({destination})")),
        }
    }

    fn end_code_block(&mut self) {
        let Some((info, text)) = self.code_block.take() else {
            return;
        };
        self.new_line();
        self.writer.found_code_block(info.as_deref(), &text);
    }

    fn start_cell(&mut self) {
        let html = &mut self.writer.rendered.html;
        self.cell_start = html.len();
        html.push_str(if self.in_head { "<th" } else { "<td" });
        html.push_str(match self.alignments.get(self.column) {
            Some(Alignment::Left) => " style=\"text-align: left;\">",
            Some(Alignment::Center) => " style=\"text-align: center;\">",
            Some(Alignment::Right) => " style=\"text-align: right;\">",
            Some(Alignment::None) | None => ">",
        });
        self.column += 1;
        self.closing.push(CELL_END);
    }

    fn end_cell(&mut self) {
        let html = &mut self.writer.rendered.html;
        let is_empty = html[self.cell_start..].ends_with('>') && html[self.cell_start + 1..].find('<').is_none();
        self.empty_cells += usize::from(is_empty);
        if is_empty && self.empty_cells > EMPTY_CELLS_MAX {
            html.truncate(self.cell_start);
        } else {
            html.push_str(if self.in_head { "</th>\n" } else { "</td>\n" });
        }
    }
}

/// Closing strings that ask for more than being written.
const LINK_END: &str = "link";
const IMAGE_END: &str = "image";
const CODE_BLOCK_END: &str = "code block";
const CELL_END: &str = "cell";
const QUOTE_END: &str = "</blockquote>\n";
const QUOTE_END_UNWRITTEN: &str = "quote";
const HEAD_END: &str = "</tr>\n</thead>\n<tbody>\n";

fn heading(level: HeadingLevel) -> (&'static str, &'static str) {
    match level {
        HeadingLevel::H1 => ("<h1>", "</h1>\n"),
        HeadingLevel::H2 => ("<h2>", "</h2>\n"),
        HeadingLevel::H3 => ("<h3>", "</h3>\n"),
        HeadingLevel::H4 => ("<h4>", "</h4>\n"),
        HeadingLevel::H5 => ("<h5>", "</h5>\n"),
        HeadingLevel::H6 => ("<h6>", "</h6>\n"),
    }
}

//! Prose: Markdown with the product's words filled in.
//!
//! `{{product}}`, `{{module}}`, `{{rc_file}}`, `{{env}}`, `{{rust_crate}}`, `{{site}}` and `{{support}}` are filled
//! in. Code blocks in different languages that follow one another become tabs. A paragraph `{{arguments ID}}` becomes
//! the table of an operation's arguments, `{{events}}` the list of event types, `{{error_codes}}` that of codes;
//! `{{served_operations}}` and `{{served_events}}` count, `{{absent_operations}}` and `{{absent_events}}` list.
//!
//! Code blocks in other languages are shown as they are: `ini`, `toml` and `json` for files and answers. What a reader
//! would run is in one of the languages of the tabs, since the tests execute those.

use crate::{Site, Words, error_codes, levels, operation};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

/// Languages of code blocks that stand on tabs, and their titles.
const LANGUAGES: &[(&str, &str)] = &[("python", "Python"), ("bash", "curl"), ("js", "JavaScript"), ("rust", "Rust")];

/// Fills in the product's words.
#[must_use]
pub fn fill(text: &str, words: Words<'_>) -> String {
    let support = match words.brand.support.as_deref() {
        Some(address) => format!("Ask {address}."),
        None => String::new(),
    };
    text.replace("{{product}}", &words.brand.product)
        .replace("{{module}}", &words.brand.module)
        .replace("{{rc_file}}", &words.brand.rc_file)
        .replace("{{env}}", &words.brand.env_prefix())
        .replace("{{rust_crate}}", &words.brand.rust_crate)
        .replace("{{site}}", words.site)
        .replace("{{level}}", &tidings_types::version::FEATURE_LEVEL.to_string())
        .replace("{{support}}", &support)
}

/// The text as HTML.
#[must_use]
pub fn html(text: &str, words: Words<'_>, site: &Site) -> Markup {
    let text = levels::fill(&fill(text, words), site);
    let mut out = String::new();
    let mut tabs: Vec<(&'static str, String)> = Vec::new();
    for piece in pieces(&text) {
        match piece {
            Piece::Code(title, code) if tabs.iter().all(|(known, _)| *known != title) => tabs.push((title, code)),
            Piece::Code(title, code) => {
                out += &flush(&mut tabs);
                tabs.push((title, code));
            }
            Piece::Html(html) => {
                out += &flush(&mut tabs);
                out += &expand(&html, site);
            }
        }
    }
    out += &flush(&mut tabs);
    PreEscaped(out)
}

/// Code in one language, in order.
#[must_use]
pub fn examples(text: &str, language: &str, words: Words<'_>) -> Vec<String> {
    let code = |piece| match piece {
        Piece::Code(title, code) if title == language => Some(code),
        _ => None,
    };
    pieces(&fill(text, words)).into_iter().filter_map(code).collect()
}

/// One line or a few of Markdown, as HTML without a paragraph around it.
#[must_use]
pub fn inline(text: &str) -> Markup {
    let events = Parser::new(text).filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)));
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    let trimmed = out.trim();
    let one = trimmed.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    PreEscaped(one.filter(|inner| !inner.contains("<p>")).unwrap_or(trimmed).to_owned())
}

/// Paragraphs of Markdown as HTML; what is HTML in them is left out.
#[must_use]
pub fn block(text: &str) -> Markup {
    let events = Parser::new(text).filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)));
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    PreEscaped(out)
}

/// A group of tabs.
#[must_use]
pub fn tabs(examples: &[(&'static str, String)]) -> Markup {
    html! {
        div.tabs {
            @if examples.len() > 1 {
                div.tab-list role="tablist" aria-label="Language" {
                    @for (at, (title, _)) in examples.iter().enumerate() {
                        button type="button" role="tab" data-language=(title) aria-selected=(at == 0) tabindex=(if at == 0 { 0 } else { -1 }) { (title) }
                    }
                }
            }
            @for (at, (title, code)) in examples.iter().enumerate() {
                div.tab role="tabpanel" data-language=(title) aria-label=(title) hidden[at > 0] {
                    button.copy type="button" { "Copy" }
                    pre tabindex="0" { code { (highlighted(title, code)) } }
                }
            }
        }
    }
}

/// Code with spans for its syntax, as in messages; the style sheet gives colors to some of them.
fn highlighted(title: &str, code: &str) -> Markup {
    let language = if title == "curl" { "Bash" } else { title };
    PreEscaped(tidings_markdown::highlight::html(language, code))
}

enum Piece {
    Html(String),
    Code(&'static str, String),
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut pending: Vec<Event<'_>> = Vec::new();
    let mut parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES);
    while let Some(event) = parser.next() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if title(&language).is_some() => {
                push_html(&mut pieces, &mut pending);
                let mut code = String::new();
                for event in parser.by_ref() {
                    match event {
                        Event::Text(text) => code += &text,
                        Event::End(TagEnd::CodeBlock) => break,
                        _ => {}
                    }
                }
                pieces.extend(title(&language).map(|title| Piece::Code(title, code)));
            }
            Event::Start(Tag::Heading { level, id: None, classes, attrs }) => {
                let rest: Vec<Event<'_>> =
                    parser.by_ref().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))).collect();
                let id = anchor(&rest);
                pending.push(Event::Start(Tag::Heading { level, id: Some(CowStr::from(id)), classes, attrs }));
                pending.extend(rest);
                pending.push(Event::End(TagEnd::Heading(level)));
            }
            event => pending.push(event),
        }
    }
    push_html(&mut pieces, &mut pending);
    pieces
}

fn push_html(pieces: &mut Vec<Piece>, pending: &mut Vec<Event<'_>>) {
    if pending.is_empty() {
        return;
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pending.drain(..));
    // What is wide scrolls by itself, not the page, and can be scrolled with the keyboard.
    let html = html.replace("<pre>", "<pre tabindex=\"0\">");
    let html = html
        .replace("<table>", "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>")
        .replace("</table>", "</table></div>");
    pieces.push(Piece::Html(html));
}

fn anchor(heading: &[Event<'_>]) -> String {
    let text: String = heading
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.to_string()),
            _ => None,
        })
        .collect();
    let words = text.to_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

fn title(language: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(name, _)| *name == language).map(|(_, title)| *title)
}

fn flush(open: &mut Vec<(&'static str, String)>) -> String {
    if open.is_empty() {
        return String::new();
    }
    let group = std::mem::take(open);
    tabs(&group).into_string()
}

/// Puts tables in the place of the words that ask for them.
fn expand(html: &str, site: &Site) -> String {
    let mut out = html.to_owned();
    for operation in &site.operations {
        let place = format!("<p>{{{{arguments {}}}}}</p>", operation.id);
        if out.contains(&place) {
            out = out.replace(&place, &operation::arguments(operation).into_string());
        }
    }
    let tables: [(&str, &dyn Fn() -> Markup); 4] = [
        ("events", &|| operation::events(&site.events)),
        ("error_codes", &|| error_codes::table(&site.errors)),
        ("absent_operations", &|| levels::absent_operations(site)),
        ("absent_events", &|| levels::absent_events(site)),
    ];
    for (name, table) in tables {
        let place = format!("<p>{{{{{name}}}}}</p>");
        if out.contains(&place) {
            out = out.replace(&place, &table().into_string());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::{INTRODUCTIONS, MORE, START};
    use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

    /// What nobody would run: files, answers, and what messages become.
    const SHOWN: &[&str] = &["ini", "toml", "json", "html"];

    #[test]
    fn every_code_block_is_an_example_that_is_run_or_says_that_it_is_none() {
        let pages = START.iter().chain(MORE).map(|(name, _, text)| (*name, *text));
        for (name, text) in pages.chain(INTRODUCTIONS.iter().copied()) {
            for event in Parser::new(text) {
                let Event::Start(Tag::CodeBlock(kind)) = event else { continue };
                let CodeBlockKind::Fenced(language) = kind else { panic!("{name}: a code block without a language") };
                let known = super::title(&language).is_some() || SHOWN.contains(&&*language);
                assert!(known, "{name}: a code block in {language:?}, which no test runs");
            }
        }
    }
}

use proptest::prelude::*;

use super::Verona;
use crate::{AlertWords, NoDirectory, render, render_inline};

/// Every attribute the output may have, by tag.
const ALLOWED: &[(&str, &[&str])] = &[
    ("p", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("blockquote", &[]),
    ("strong", &[]),
    ("em", &[]),
    ("del", &[]),
    ("pre", &[]),
    ("code", &[]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["style"]),
    ("td", &["style"]),
    ("div", &["class", "data-code-language", "aria-hidden"]),
    ("span", &["class", "data-user-id", "data-user-group-id", "aria-label", "role", "title"]),
    ("a", &["class", "data-stream-id", "href", "title"]),
    ("img", &["alt", "class", "src", "title", "data-original-src"]),
    ("time", &["datetime"]),
];
/// The elements without an end tag.
const VOID: [&str; 3] = ["br", "hr", "img"];
/// How every destination starts.
const DESTINATIONS: [&str; 7] =
    ["http://", "https://", "mailto:", "/user_uploads/", "#narrow/", "/#narrow/", "/static/generated/"];

/// Reads `html` strictly: known tags and attributes, double-quoted values, every element closed in order, no other `<`
/// or `>`, and only safe destinations.
fn assert_safe(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "stray > in {html}");
        let tag = &rest[at + 1..];
        let end = tag.find('>').unwrap_or_else(|| panic!("open tag in {html}"));
        rest = &tag[end + 1..];
        let tag = &tag[..end];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "badly nested: {html}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert_attributes(name, attributes, html);
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(!rest.contains('>'), "stray > in {html}");
    assert!(open.is_empty(), "{open:?} not closed in {html}");
}

fn assert_attributes(tag: &str, mut attributes: &str, html: &str) {
    let (_, allowed) = ALLOWED.iter().find(|(name, _)| *name == tag).unwrap_or_else(|| panic!("<{tag}> in {html}"));
    while !attributes.is_empty() {
        let (name, rest) = attributes.split_once("=\"").unwrap_or_else(|| panic!("{attributes:?} in {html}"));
        let (value, rest) = rest.split_once('"').unwrap_or_else(|| panic!("{attributes:?} in {html}"));
        assert!(allowed.contains(&name), "{tag} {name} in {html}");
        if matches!(name, "href" | "src" | "data-original-src") {
            let lower = value.to_lowercase();
            let safe = DESTINATIONS.iter().any(|start| lower.starts_with(start)) || value.starts_with("/user_avatars/");
            assert!(safe, "{name}={value:?} in {html}");
        }
        attributes = rest.strip_prefix(' ').unwrap_or(rest);
    }
}

fn assert_all_safe(source: &str) {
    assert_safe(&render(source, &Verona).html);
    assert_safe(&render(source, &NoDirectory).html);
    let line = render_inline(source, &Verona);
    assert_safe(&line);
    for block in ["<p", "<ul", "<ol", "<h1", "<div", "<table", "<blockquote", "<pre", "<br", "<hr"] {
        assert!(!line.contains(block), "{block} in {line}");
    }
    let words = AlertWords::new(["a", "b c", "é"]).unwrap();
    assert!(words.find(source).iter().all(|&index| index < 3));
}

/// Pieces of syntax, so that random sequences of them nest and collide.
fn syntax() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "*",
        "**",
        "~~",
        "~",
        "_",
        "`",
        "``",
        "```",
        "~~~",
        "\n",
        "\n\n",
        "\n```\n",
        "\n```quote\n",
        "\n```spoiler x\n",
        "\n```js\n",
        "\n````\n",
        "> ",
        ">",
        "\n> ",
        "\n* ",
        "\n  * ",
        "\n1. ",
        "\n  2. ",
        "\n    ",
        "# ",
        "\n---\n",
        "\n===\n",
        "|",
        "\n|-|-|\n",
        "[",
        "]",
        "(",
        ")",
        "](",
        "](https://a.b)",
        "](javascript:x)",
        "](/user_uploads/a.png)",
        "![",
        "<",
        ">",
        "</a>",
        "<script>",
        "<img src=x>",
        "\"",
        "'",
        "&",
        "&lt;",
        "&#60;",
        "&#xF0000;",
        "&#xFDD1;",
        "\\",
        "\\|",
        "@",
        "@**",
        "@**King Hamlet**",
        "@_**|9**",
        "@*hamletcharacters*",
        "@**all**",
        "@**topic**",
        "#**announce**",
        "#**announce>",
        "#**announce>a \"b\"@1**",
        ":",
        ":smile:",
        ":green_tick:",
        ":zulip:",
        "🙂",
        "👍🏽",
        "$$",
        "$$x$$",
        "<time:",
        "<time:2026-01-01>",
        "<time:\">",
        "https://a.b/c",
        "http://",
        "a@b.cd",
        "javascript:",
        "\u{F0000}",
        "\u{FDD0}",
        "\u{FDD1}",
        "\0",
        "\r",
        "\t",
        " ",
        "a",
        "é",
        "word",
        "1",
        "-",
        "+",
        ":",
        "]:",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_rendered_safely(source in any::<String>()) {
        assert_all_safe(&source);
    }

    #[test]
    fn any_printable_lines_are_rendered_safely(source in "(?s)[ -~\n]{0,300}") {
        assert_all_safe(&source);
    }

    #[test]
    fn any_markup_characters_are_rendered_safely(source in "[\\[\\]()<>*_~`#@:|\\\\\"'&;!$. \n\t>0-9a-c/-]{0,200}") {
        assert_all_safe(&source);
    }

    #[test]
    fn any_syntax_is_rendered_safely(source in syntax()) {
        assert_all_safe(&source);
    }

    #[test]
    fn plain_words_come_out_as_they_went_in(source in "[a-z]{1,8}( [a-z]{1,8}){0,10}") {
        prop_assert_eq!(render(&source, &NoDirectory).html, format!("<p>{source}</p>"));
    }
}

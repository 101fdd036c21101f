use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, QualName, local_name, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;

use super::Verona;
use crate::{AlertWords, NoDirectory, render, render_inline};

/// Every attribute the output may have, by element.
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
    ("img", IMAGE),
    ("video", &["preload", "src"]),
    ("audio", &["controls", "preload", "src", "title"]),
    ("time", &["datetime"]),
];
const IMAGE: &[&str] = &[
    "alt",
    "class",
    "src",
    "title",
    "data-animated",
    "data-original-dimensions",
    "data-original-content-type",
    "data-transcoded-image",
];
/// Attributes that nothing in a formula may have.
const NOT_IN_FORMULAS: [&str; 8] = ["href", "src", "id", "title", "alt", "action", "data", "srcset"];
/// The elements without an end tag.
const VOID: [&str; 3] = ["br", "hr", "img"];
/// How every destination starts.
const DESTINATIONS: [&str; 11] = [
    "http://",
    "https://",
    "mailto:",
    "sms:",
    "tel:",
    "/user_uploads/",
    "#narrow/",
    "/#narrow/",
    "/static/generated/",
    "/static/images/",
    "/user_avatars/",
];

/// Reads `html` strictly, as text: every element closed in order, and no other `<` or `>`.
fn assert_well_formed(html: &str) {
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
        let name = tag.split(' ').next().unwrap_or_default();
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(!rest.contains('>'), "stray > in {html}");
    assert!(open.is_empty(), "{open:?} not closed in {html}");
}

/// Reads `html` as a browser does: known elements and attributes, and only safe destinations.
fn assert_safe(html: &str) {
    assert_well_formed(html);
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let parsed = parse_fragment(RcDom::default(), ParseOpts::default(), context, Vec::new(), false).one(html);
    assert_node(&parsed.document, false, html);
}

fn assert_node(node: &Handle, in_formula: bool, html: &str) {
    let mut in_formula = in_formula;
    match &node.data {
        NodeData::Document | NodeData::Text { .. } => {}
        NodeData::Element { name, attrs, .. } => {
            let tag = &*name.local;
            let attributes: Vec<(String, String)> =
                attrs.borrow().iter().map(|one| (one.name.local.to_string(), one.value.to_string())).collect();
            in_formula |= attributes.iter().any(|(name, value)| name == "class" && value == "katex");
            if in_formula {
                assert_in_formula(&name.ns, tag, &attributes, html);
            } else if tag != "html" {
                assert_eq!(name.ns, ns!(html), "{tag} in {html}");
                assert_attributes(tag, &attributes, html);
            }
        }
        other => panic!("{other:?} in {html}"),
    }
    for child in node.children.borrow().iter() {
        assert_node(child, in_formula, html);
    }
}

/// Formulas have elements of their own: nothing that leads anywhere or that runs.
fn assert_in_formula(namespace: &html5ever::Namespace, tag: &str, attributes: &[(String, String)], html: &str) {
    let own = *namespace == ns!(mathml) || (*namespace == ns!(svg) && ["svg", "path", "line"].contains(&tag));
    assert!(own || (*namespace == ns!(html) && tag == "span"), "{tag} in {html}");
    for (name, value) in attributes {
        assert!(!name.starts_with("on") && !NOT_IN_FORMULAS.contains(&name.as_str()), "{tag} {name} in {html}");
        assert!(!value.contains(['(', '\\', '@', '<']), "{name}={value} in {html}");
    }
}

fn assert_attributes(tag: &str, attributes: &[(String, String)], html: &str) {
    let (_, allowed) = ALLOWED.iter().find(|(name, _)| *name == tag).unwrap_or_else(|| panic!("<{tag}> in {html}"));
    for (name, value) in attributes {
        assert!(allowed.contains(&name.as_str()), "{tag} {name} in {html}");
        if matches!(name.as_str(), "href" | "src") {
            let lower = value.to_lowercase();
            assert!(DESTINATIONS.iter().any(|start| lower.starts_with(start)), "{name}={value:?} in {html}");
        }
        if name == "style" {
            assert!(["left", "center", "right"].iter().any(|at| *value == format!("text-align: {at};")), "{html}");
        }
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
        "\n```py\n",
        "\n```html\n",
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
        "](/user_uploads/2/ab/x.png)",
        "](/user_uploads/2/ab/x.mp3)",
        "](/user_uploads/2/ab/x.mp4)",
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
        "$$\\text{",
        "}\\href{javascript:x}{y}$$",
        "\n```math\n",
        "issue 1",
        "bad-javascript:x",
        "bad-//a.b\"",
        "zulip.com",
        "#**announce>Zulip updates**",
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

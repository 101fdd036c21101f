use std::time::Duration;

use super::{Verona, check};
use crate::{AlertWords, NoDirectory, render, render_inline};

#[test]
fn html_is_always_escaped() {
    check("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
    check("<div>\n**a**\n</div>", "<p>&lt;div&gt;<br>\n<strong>a</strong><br>\n&lt;/div&gt;</p>");
    check("<!-- x -->\n\n<?php ?>", "<p>&lt;!-- x --&gt;</p>\n<p>&lt;?php ?&gt;</p>");
    check("&lt;b&gt; &#60;b&#62;", "<p>&lt;b&gt; &lt;b&gt;</p>");
    check("**<img src=x onerror=y>**", "<p><strong>&lt;img src=x onerror=y&gt;</strong></p>");
    check("`<b>` | <b>", "<p><code>&lt;b&gt;</code> | &lt;b&gt;</p>");
    check("<a@b.com>", "<p>&lt;<a href=\"mailto:a@b.com\">a@b.com</a>&gt;</p>");
    check(
        "* ```x\n* <b>y</b>",
        "<ul>\n<li>\n<div class=\"codehilite\" data-code-language=\"x\"><pre><span></span><code>\n</code></pre></div>\n</li>\n<li>&lt;b&gt;y&lt;/b&gt;</li>\n</ul>",
    );
}

#[test]
fn links_cannot_run_anything() {
    for link in [
        "[a](javascript:alert)",
        "[a](JAVASCRIPT:alert)",
        "[a](java&#10;script:alert)",
        "[a](&#106;avascript:alert)",
        "[a](javascript&colon;alert)",
        "[a](\u{1}javascript:alert)",
        "[a](<javascript:alert>)",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "[a](//evil.com)",
        "[a](/\\evil.com)",
        "[a](/user_uploads/../api)",
        "![a](javascript:alert)",
        "<javascript:alert>",
        "[a]: javascript:alert\n\n[a]",
    ] {
        let html = render(link, &NoDirectory).html;
        assert!(!html.contains("<a ") && !html.contains("<img"), "{link}: {html}");
    }
}

#[test]
fn links_do_not_nest() {
    let line = |input: &str, expect: &str| assert_eq!(render_inline(input, &NoDirectory), expect, "{input}");
    line(
        "```[<time:2026-01-01>](https://a.b)",
        "```<a href=\"https://a.b\"><time datetime=\"2026-01-01T00:00:00Z\">2026-01-01</time></a>",
    );
    check(
        "[a [b](https://b.c)](https://d.e)",
        "<p>[a <a href=\"https://b.c\">b</a>](<a href=\"https://d.e\">https://d.e</a>)</p>",
    );
    check("[![a](https://b.c)](https://d.e)", "<p><a href=\"https://d.e\">![a](https://b.c)</a></p>");
}

#[test]
fn placeholders_cannot_be_forged() {
    check("\u{F0000}", "<p>\u{F0000}</p>");
    check(
        "\u{F0000} @**Cordelia**",
        "<p>\u{F0000} <span class=\"user-mention\" data-user-id=\"10\">@Cordelia</span></p>",
    );
    check("\u{FDD1}b>\u{FDD0}", "<p>\u{FDD1}b&gt;\u{FDD0}</p>");
    check("`\u{F0000}\u{FDD1}`", "<p><code>\u{F0000}\u{FDD1}</code></p>");
    check("&#xF0000;", "<p>\u{F0000}</p>");
    check("&#xFDD1;b>", "<p>&lt;b&gt;</p>");
    check("\0", "<p>\u{FFFD}</p>");
}

/// The greatest length of a message, in bytes; all of it spent on one trick.
const LENGTH: usize = 10_000;
/// Output bytes for each input byte: an emoji of four bytes becomes about a hundred.
const GROWTH_MAX: usize = 60;

/// What is repeated to the greatest length.
const PIECES: &[&str] = &[
    "a ",
    "*",
    "**a ",
    "*a **b ",
    "_",
    "~~a ",
    "~",
    "`",
    "`a",
    "``` ",
    "```quote\n",
    "```spoiler x\n",
    "~~~\n",
    "> ",
    ">",
    "> a\n>> b\n",
    "- ",
    "* a\n  ",
    "1. ",
    "1. a\n  ",
    "- a\n\n",
    "[",
    "]",
    "[]",
    "[a](",
    "![",
    "![a](",
    "](x)",
    "[a](b) ",
    "![a](/user_uploads/a.png)",
    "[a](/user_uploads/a.png)",
    "@",
    "@**",
    "@**a",
    "@**Cordelia** ",
    "@*",
    "#**",
    "#**announce>",
    ":",
    ":a",
    ":smile:",
    "🙂",
    "👩‍",
    "👍🏽",
    "🇺",
    "$$",
    "$$a",
    "$",
    "<",
    "<time:",
    "<time:2026-01-01>",
    "http://",
    "https://a.b/",
    "https://a.b/(((",
    "a@",
    "a@b.c ",
    "|",
    "|-",
    "a|b\n-|-\n",
    "\n",
    "\n\n",
    "    x\n",
    "\t",
    "\\",
    "\\|",
    "&",
    "&#",
    "&amp;",
    "===\n",
    "---\n",
    "a\n---\n",
    "# ",
    "#",
    "<!--",
    "<a ",
    "<?",
    "\u{F0000}",
    "\u{FDD0}",
    "é",
    "\u{1F1E6}",
    "a*b",
    "a**",
    "*a_b",
    "(",
    "x(",
    "* ```\n",
    "> ```\n",
    "    * a\n",
    "&quot;",
    "1) ",
    "+ a\n",
    "a.b.c.d",
    "ab.",
    "issue 1 ",
    "(issue 1",
    ":word:",
    "zulip.com ",
    "zulip.",
    "https://verona.example/#narrow/",
    "[](/user_uploads/2/ab/x.png)\n\n",
    "```py\nx=\n```\n",
    "```rs\n",
];

/// How often a measurement is repeated if the machine was busy with something else; a quadratic mistake shows every time.
const ATTEMPTS: usize = 6;

#[test]
fn no_input_grows_without_bound() {
    let repeated = |piece: &str| piece.repeat(LENGTH / piece.len());
    let between = |start: &str, piece: &str| start.to_owned() + &piece.repeat((LENGTH - start.len()) / piece.len());
    let mut inputs: Vec<String> = PIECES.iter().map(|piece| repeated(piece)).collect();
    inputs.push((1..140).map(|length| "`".repeat(length) + " ").collect());
    inputs.push((0..60).map(|depth| " ".repeat(depth * 2) + "* a\n").collect());
    inputs.push((0..60).map(|depth| " ".repeat(depth * 2) + "1. a\n").collect());
    inputs.push("[".repeat(LENGTH / 2) + &"]".repeat(LENGTH / 2));
    inputs.push("*".repeat(LENGTH / 2) + "a" + &"*".repeat(LENGTH / 2));
    inputs.push("(".repeat(LENGTH / 2) + &")".repeat(LENGTH / 2));
    inputs.push(between(&format!("{}\n{}\n", "a|".repeat(31), "-|".repeat(31)), "a\n"));
    inputs.push(between(&format!("{}\n{}\n", "a|".repeat(1000), "-|".repeat(1000)), "a\n"));
    inputs.push(between(&"> ".repeat(50), "a\n"));
    inputs.push((0..100).map(|_| ">".repeat(99) + "\n").collect());
    inputs.push(between("```js\n", "`${"));
    inputs.push(between("```py\n", "x="));
    inputs.push(between("```rs\n", "'a"));
    let words = AlertWords::new(["a", "aa", "smile"]).unwrap();
    for input in inputs {
        let rendered = render(&input, &Verona);
        let _ = (render_inline(&input, &Verona), words.find(&input));
        let size = rendered.html.len();
        let name: String = input.chars().take(20).collect();
        assert!(size < input.len() * GROWTH_MAX, "{name:?} became {size} bytes");
        assert!(depth(&rendered.html) <= 80, "{name:?} is {} deep", depth(&rendered.html));
    }
}

/// Eight times the length takes eight times the work, not sixty-four times. Other work on the machine is not counted.
#[test]
fn work_grows_with_the_length_not_with_its_square() {
    let on_cpu = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(now).expect("the clock does not go back")
    };
    let took = |piece: &str, length: usize| {
        let input = piece.repeat(length / piece.len());
        let start = on_cpu();
        let _ = (render(&input, &Verona), render_inline(&input, &Verona));
        on_cpu() - start
    };
    for piece in PIECES {
        let is_linear = |_| took(piece, 2 * LENGTH) < 28 * took(piece, LENGTH / 4);
        assert!((0..ATTEMPTS).any(is_linear), "{piece:?}");
    }
}

/// How deeply elements are nested in `html`, which is well-formed.
fn depth(html: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for tag in html.split('<').skip(1).filter(|tag| !["img", "br", "hr"].iter().any(|void| tag.starts_with(void))) {
        depth = if tag.starts_with('/') { depth - 1 } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    deepest
}

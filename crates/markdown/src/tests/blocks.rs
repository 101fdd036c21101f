use super::{Verona, check};
use crate::{NoDirectory, render, render_inline};

#[test]
fn paragraphs() {
    check("", "");
    check("   \n ", "");
    check("hello", "<p>hello</p>");
    check("a\nb", "<p>a<br>\nb</p>");
    check("a  \nb", "<p>a<br>\nb</p>");
    check("a\r\nb\rc", "<p>a<br>\nb<br>\nc</p>");
    check("a\n\nb", "<p>a</p>\n<p>b</p>");
    check("  two spaces", "<p>two spaces</p>");
    check("it's \"quoted\"", "<p>it's \"quoted\"</p>");
    check("& &amp; &amp;amp;", "<p>&amp; &amp; &amp;amp;</p>");
    check("[world]: /url", "<p>[world]: /url</p>");
    check("[world]\n\n[world]: /url", "<p>[world]</p>\n<p>[world]: /url</p>");
}

#[test]
fn headings_and_rules() {
    check("# One", "<h1>One</h1>");
    check("###### Six", "<h6>Six</h6>");
    check("####### Seven", "<p>####### Seven</p>");
    check("#One", "<p>#One</p>");
    check("a\n---\nb", "<p>a</p>\n<hr>\n<p>b</p>");
    check("***", "<hr>");
    check("a\n===", "<p>a<br>\n===</p>");
    check("a\n-", "<p>a<br>\n-</p>");
    check("> a\n> ---", "<blockquote>\n<p>a</p>\n<hr>\n</blockquote>");
}

#[test]
fn code_blocks() {
    let code = |attribute: &str, text: &str| {
        format!("<div class=\"codehilite\"{attribute}><pre><span></span><code>{text}\n</code></pre></div>")
    };
    let python = " data-code-language=\"Python\"";
    check("```\nx < 1 && \"y\" 'z'\n```", &code("", "x &lt; 1 &amp;&amp; &quot;y&quot; &#39;z&#39;"));
    let one = "<span class=\"n\">x</span> <span class=\"o\">=</span> <span class=\"mi\">1</span>";
    check("```python\nx = 1\n```", &code(python, one));
    check("~~~~.py \nx = 1  \n~~~~", &code(python, one));
    let speak = "<span class=\"k\">def</span> <span class=\"nf\">speak</span><span class=\"p\">(</span><span class=\"bp\">self</span>\
                 <span class=\"p\">):</span>\n    ";
    check(
        "``` py2\ndef speak(self):\n    x = 1\n```",
        &code(" data-code-language=\"Python 2.x\"", &format!("{speak}{one}")),
    );
    check("``` inventedlanguage\nx\n```", &code(" data-code-language=\"inventedlanguage\"", "x"));
    check("```a\"b\nx\n```", &code(" data-code-language=\"a&quot;b\"", "x"));
    check("```\nopen", &code("", "open"));
    check("```\n\n\n  a \t\n\n\tb\n\n\n```", &code("", "  a\n\n\tb"));
    check("```\n#!/bin/unheard-of\nx\n```", &code("", "#!/bin/unheard-of\nx"));
    check(
        "```\n#!/usr/bin/env python\nx = 1\n```",
        &code("", &format!("<span class=\"ch\">#!/usr/bin/env python</span>\n{one}")),
    );
    check("```TeX\na\n```", &code(" data-code-language=\"TeX\"", "<span class=\"n\">a</span>"));
    check("```Quote\na\n```", "<blockquote>\n<p>a</p>\n</blockquote>");
    check("```\n```", &code("", ""));
    check("    four spaces", &code("", "four spaces"));
    check("    @**King Hamlet** :smile: <b> a_b \\ ~", &code("", "@**King Hamlet** :smile: &lt;b&gt; a_b \\ ~"));
    check("```\n@**King Hamlet** https://x.com :smile:\n```", &code("", "@**King Hamlet** https://x.com :smile:"));
    check("a\n```\nb\n```\nc", &format!("<p>a</p>\n{}\n<p>c</p>", code("", "b")));
    check(
        "* a\n  ```py\n  @**all** _x_\n  ```",
        &format!(
            "<ul>\n<li>a\n{}\n</li>\n</ul>",
            code(
                python,
                "<span class=\"o\">@**</span><span class=\"nb\">all</span><span class=\"o\">**</span> <span class=\"n\">_x_</span>"
            )
        ),
    );
    check(
        "> ```py\n> <x>\n> ```\n> y",
        &format!(
            "<blockquote>\n{}\n<p>y</p>\n</blockquote>",
            code(python, "<span class=\"o\">&lt;</span><span class=\"n\">x</span><span class=\"o\">&gt;</span>")
        ),
    );
    check("```inline```", "<p><code>inline</code></p>");
}

#[test]
fn quotes() {
    check("> a\n> b", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>");
    check("> a\nb", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>");
    check("> a\n\n> b", "<blockquote>\n<p>a</p>\n</blockquote>\n<blockquote>\n<p>b</p>\n</blockquote>");
    check("```quote\na\n\nb\n```\nc", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n<p>c</p>");
    check("~~~ quote\n# line 1\n#line 2\n~~~", "<blockquote>\n<h1>line 1</h1>\n<p>#line 2</p>\n</blockquote>");
    check(
        "```quote\n```py\nx\n```\n* a\n* b\n```",
        "<blockquote>\n<div class=\"codehilite\" data-code-language=\"Python\"><pre><span></span><code><span class=\"n\">x</span>\n</code></pre></div>\n\
         <ul>\n<li>a</li>\n<li>b</li>\n</ul>\n</blockquote>",
    );
    check("* a\n  ```quote\n  b\n  ```", "<ul>\n<li>a\n<blockquote>\n<p>b</p>\n</blockquote>\n</li>\n</ul>");
}

#[test]
fn spoilers() {
    let spoiler = |header: &str, content: &str| {
        format!(
            "<div class=\"spoiler-block\"><div class=\"spoiler-header\">\n{header}</div>\
             <div class=\"spoiler-content\" aria-hidden=\"true\">\n{content}</div></div>"
        )
    };
    check("```spoiler The end\nall die\n```", &spoiler("<p>The end</p>\n", "<p>all die</p>\n"));
    check("```spoiler\nall die\n```", &spoiler("", "<p>all die</p>\n"));
    check(
        "```spoiler **a** <b>\n> x\n```",
        &spoiler("<p><strong>a</strong> &lt;b&gt;</p>\n", "<blockquote>\n<p>x</p>\n</blockquote>\n"),
    );
}

#[test]
fn formulas() {
    let html = |source: &str| super::render(source, &super::Verona).html;
    let inline = html("$$x_1 < y$$ is");
    assert!(inline.starts_with("<p><span class=\"katex\"><span class=\"katex-mathml\"><math "), "{inline}");
    assert!(inline.contains(">x_1 &lt; y</annotation>") && inline.ends_with("</span></span> is</p>"), "{inline}");
    let display = html("```math\nx_1 < y\nz\n\n\\foo\n```");
    assert!(display.starts_with("<p><span class=\"katex-display\"><span class=\"katex\">"), "{display}");
    assert!(display.contains(">x_1 &lt; y\nz</annotation>"), "{display}");
    assert!(display.ends_with("</span></span></span></p>\n<p><span class=\"tex-error\">\\foo</span></p>"), "{display}");
    check("$$\\foo<$$", "<p><span class=\"tex-error\">$$\\foo&lt;$$</span></p>");
    check("$$ $$ costs $5", "<p><span class=\"tex-error\">$$ $$</span> costs $5</p>");
    check("$$$x$$$", "<p>$$$x$$$</p>");
    check("$$a\nb$$", "<p>$$a<br>\nb$$</p>");
    check("a$$x$$", "<p>a$$x$$</p>");
}

#[test]
fn lists() {
    check("* a\n* b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
    check("text\n- a\n- b", "<p>text</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
    check("1. a\n1. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>");
    check("3. a\n3. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>");
    check("* a\n  * b", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>");
    check("1. A\n2. B\n  1. C", "<ol>\n<li>A</li>\n<li>B<ol>\n<li>C</li>\n</ol>\n</li>\n</ol>");
    check(
        "1. level-1\n  1. level-2\n    * level-3\n    * level-3a\n  2. level-2a\n2. level-1a\n",
        "<ol>\n<li>level-1<ol>\n<li>level-2<ul>\n<li>level-3</li>\n<li>level-3a</li>\n</ul>\n\
         </li>\n<li>level-2a</li>\n</ol>\n</li>\n<li>level-1a</li>\n</ol>",
    );
    check("text\n2. a\n3. b", "<p>text</p>\n<ol start=\"2\">\n<li>a</li>\n<li>b</li>\n</ol>");
    check("* a\n\n* b", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>");
    check("* a\n  b", "<ul>\n<li>a<br>\nb</li>\n</ul>");
}

#[test]
fn tables() {
    check(
        "a | b | c | d\n--|:--|:-:|--:\n1 | **2** | `x|y` | @**Cordelia**",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th style=\"text-align: left;\">b</th>\n\
         <th style=\"text-align: center;\">c</th>\n<th style=\"text-align: right;\">d</th>\n</tr>\n</thead>\n<tbody>\n\
         <tr>\n<td>1</td>\n<td style=\"text-align: left;\"><strong>2</strong></td>\n\
         <td style=\"text-align: center;\"><code>x|y</code></td>\n\
         <td style=\"text-align: right;\"><span class=\"user-mention\" data-user-id=\"10\">@Cordelia</span></td>\n\
         </tr>\n</tbody>\n</table>",
    );
    check(
        "|a|\n|-|\n|x\\|y|\n",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>x|y</td>\n</tr>\n</tbody>\n</table>",
    );
    check("a \\| b", "<p>a \\| b</p>");
}

#[test]
fn status_messages() {
    let check = |input: &str, expect: bool| assert_eq!(render(input, &NoDirectory).is_me_message, expect, "{input}");
    check("/me waves", true);
    check("/me **waves**\nand smiles", true);
    check("/mewaves", false);
    check("/me", false);
    check(" /me waves", false);
    check("/me waves\n* a", true);
    check("```\n/me waves\n```", false);
    check("/me waves\n\n> x", true);
    super::check("/me waves", "<p>/me waves</p>");
}

#[test]
fn one_line() {
    let check = |input: &str, expect: &str| assert_eq!(render_inline(input, &Verona), expect, "{input}");
    check("", "");
    check("For **all** of us", "For <strong>all</strong> of us");
    check("a\nb\n\nc", "a b  c");
    check("# not a heading", "# not a heading");
    check("* not a list", "* not a list");
    check("1. not a list", "1. not a list");
    check("> not a quote", "&gt; not a quote");
    check("```\nnot a block\n```", "<code> not a block </code>");
    check("    indented", "indented");
    check("<script>", "&lt;script&gt;");
    check(
        "#**announce** :tada:",
        "<a class=\"stream\" data-stream-id=\"9\" href=\"/#narrow/channel/9-announce\">#announce</a> <span aria-label=\"tada\" class=\"emoji emoji-1f389\" role=\"img\" title=\"tada\">:tada:</span>",
    );
    check("[x](javascript:alert)", "[x](javascript:alert)");
    check("![x](/user_uploads/1/a.png)", "<a href=\"/user_uploads/1/a.png\">x</a>");
}

#[test]
fn numbered_lists_start_anywhere() {
    check(
        "1. a\n2. b\n  3. c\n  4. d\n3. e",
        "<ol>\n<li>a</li>\n<li>b<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>\n</li>\n<li>e</li>\n</ol>",
    );
    check("todo\n9. a\n  b\n1. c", "<p>todo</p>\n<ol start=\"9\">\n<li>a<br>\nb</li>\n<li>c</li>\n</ol>");
    check("in\n2026. x", "<p>in<br>\n2026. x</p>");
    check("2026. x\n001. y", "<ol start=\"2026\">\n<li>x</li>\n<li>y</li>\n</ol>");
    check("* a\n  5. b", "<ul>\n<li>a<ol start=\"5\">\n<li>b</li>\n</ol>\n</li>\n</ul>");
}

#[test]
fn all_bullets_are_alike() {
    check("- a\n* b\n+ c\n  + d", "<ul>\n<li>a</li>\n<li>b</li>\n<li>c<ul>\n<li>d</li>\n</ul>\n</li>\n</ul>");
    check("* a\n1. b\n- c", "<ul>\n<li>a</li>\n</ul>\n<ol>\n<li>b</li>\n</ol>\n<ul>\n<li>c</li>\n</ul>");
    let code = "<div class=\"codehilite\"><pre><span></span><code>- x\n2. y\n</code></pre></div>";
    check(
        "1. a\n  ```\n  - x\n  2. y\n  ```\n- b",
        &format!("<ol>\n<li>a\n{code}\n</li>\n</ol>\n<ul>\n<li>b</li>\n</ul>"),
    );
}

#[test]
fn what_quotes_nothing_is_text() {
    check(">", "<p>&gt;</p>");
    check("a\n\n >> \n\nb", "<p>a</p>\n<blockquote>\n<p>&gt;</p>\n</blockquote>\n<p>b</p>");
    check("> a\n>\n> b", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>");
}

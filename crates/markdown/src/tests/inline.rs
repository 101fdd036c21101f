use super::{Verona, check};
use crate::render;

#[test]
fn emphasis() {
    check("**a** *b* ~~c~~", "<p><strong>a</strong> <em>b</em> <del>c</del></p>");
    check("***a***", "<p><strong><em>a</em></strong></p>");
    check("***a** b*", "<p><strong>*a</strong> b*</p>");
    check("*a **b** c*", "<p><em>a <strong>b</strong> c</em></p>");
    check("~~**a**~~", "<p><del><strong>a</strong></del></p>");
    check("_a_ __b__ snake_case_name", "<p>_a_ __b__ snake_case_name</p>");
    check("~a~ ~~~b~~~", "<p>~a~ ~~~b~~~</p>");
    check("const char *x = (char *)y", "<p>const char *x = (char *)y</p>");
    check("2 * 3 * 4", "<p>2 * 3 * 4</p>");
    check("** a ** ~~ b ~~ * c *", "<p><strong> a </strong> <del> b </del> * c *</p>");
    check("**a\nb** *c\nd* ~~e\nf~~", "<p>**a<br>\nb** *c<br>\nd* ~~e<br>\nf~~</p>");
    check("*a ^ b* *c*", "<p>*a ^ b* <em>c</em></p>");
    check("a*b*c **d**e", "<p>a<em>b</em>c <strong>d</strong>e</p>");
    check("*a **b* c**", "<p>*a <strong>b* c</strong></p>");
    check("~~a *b~~ c*", "<p>~~a <em>b~~ c</em></p>");
    check("x ***** **** *** ** *", "<p>x <strong>*</strong> <strong>** </strong>* ** *</p>");
    check(
        "| a |\n|-|\n| *b | c* | **d** |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>*b</td>\n</tr>\n</tbody>\n</table>",
    );
    check("* *a* b\n* * c", "<ul>\n<li><em>a</em> b</li>\n<li><ul>\n<li>c</li>\n</ul>\n</li>\n</ul>");
    check("***\n# *a*\n* * *", "<hr>\n<h1><em>a</em></h1>\n<hr>");
    check("**note:**text", "<p><strong>note:</strong>text</p>");
    check("text**\"x\"**text", "<p>text<strong>\"x\"</strong>text</p>");
    check("(*a*) \"**b**\"", "<p>(<em>a</em>) \"<strong>b</strong>\"</p>");
    check("**a", "<p>**a</p>");
    check("\\*a\\*", "<p>\\<em>a\\</em></p>");
    check("C:\\new\\_x", "<p>C:\\new\\_x</p>");
}

#[test]
fn code_spans() {
    check("`a`", "<p><code>a</code></p>");
    check("` outer ` ```    space    ```", "<p><code> outer </code> <code>    space    </code></p>");
    check("`<&nbsp;>`", "<p><code>&lt;&amp;nbsp;&gt;</code></p>");
    check("``a ` b``", "<p><code>a ` b</code></p>");
    check("`a **b** @**all** :smile:`", "<p><code>a **b** @**all** :smile:</code></p>");
    check("`open", "<p>`open</p>");
    check("`a\n\nb`", "<p>`a</p>\n<p>b`</p>");
    check("`a\nb`", "<p><code>a b</code></p>");
    check("**`a`**", "<p><strong><code>a</code></strong></p>");
    check("`C:\\`", "<p><code>C:\\</code></p>");
    check("@**`all`**", "<p>@<strong><code>all</code></strong></p>");
}

#[test]
fn bare_addresses() {
    let link = |href: &str, text: &str| format!("<a href=\"{href}\">{text}</a>");
    let bare = |url: &str| link(url, url);
    check("https://zulip.com", &format!("<p>{}</p>", bare("https://zulip.com")));
    check("see http://a.b/c_d_e*f*g.", &format!("<p>see {}.</p>", bare("http://a.b/c_d_e*f*g")));
    check("(https://a.b/c_(d))", &format!("<p>({})</p>", bare("https://a.b/c_(d)")));
    check("**https://a.b**", &format!("<p><strong>{}</strong></p>", bare("https://a.b")));
    check("<https://a.b>", &format!("<p>&lt;{}&gt;</p>", bare("https://a.b")));
    check("https://a.b/?c=1&d=2", &format!("<p>{}</p>", bare("https://a.b/?c=1&amp;d=2")));
    check("https://a.b/\"onclick=x", &format!("<p>{}\"onclick=x</p>", bare("https://a.b/")));
    check("HTTPS://A.B", &format!("<p>{}</p>", bare("HTTPS://A.B")));
    check("https:// http://, xhttp://a.b", "<p>https:// http://, xhttp://a.b</p>");
    check("ftp://a.b javascript:x", "<p>ftp://a.b javascript:x</p>");
    check("mail iago@zulip.com.", &format!("<p>mail {}.</p>", link("mailto:iago@zulip.com", "iago@zulip.com")));
    check("iago@localhost a@b", "<p>iago@localhost a@b</p>");
    check("https://a.b/:smile:", &format!("<p>{}</p>", bare("https://a.b/:smile")).replace("</a>", "</a>:"));
}

#[test]
fn links() {
    check("[a](https://b.c)", "<p><a href=\"https://b.c\">a</a></p>");
    check("[a](https://b.c \"t\\\"\")", "<p>[a](<a href=\"https://b.c\">https://b.c</a> \"t\\\"\")</p>");
    check("[a](https://b.c \"t & u\")", "<p><a href=\"https://b.c\" title=\"t &amp; u\">a</a></p>");
    check("[](https://b.c)", "<p><a href=\"https://b.c\">https://b.c</a></p>");
    check("[  ](https://b.c)", "<p><a href=\"https://b.c\">https://b.c</a></p>");
    check(
        "[**a** `b` :tada: 🎉](https://b.c/_d_*e*)",
        "<p><a href=\"https://b.c/_d_*e*\">**a** <code>b</code> :tada: 🎉</a></p>",
    );
    check("**a [b**c](https://b.c) d**", "<p><strong>a <a href=\"https://b.c\">b**c</a> d</strong></p>");
    check("[https://x.y](https://b.c)", "<p><a href=\"https://b.c\">https://x.y</a></p>");
    check("[#**announce**](https://b.c)", "<p><a href=\"https://b.c\">#announce</a></p>");
    check("[a](zulip.com/x)", "<p><a href=\"http://zulip.com/x\">a</a></p>");
    check("[a](mailto:a@b.c)", "<p><a href=\"mailto:a@b.c\">a</a></p>");
    check("[a](#settings)", "<p><a href=\"#settings\">a</a></p>");
    check("[a](#narrow/channel/9-x)", "<p><a href=\"#narrow/channel/9-x\">a</a></p>");
    check("[a](/user_uploads/1/b_c.pdf)", "<p><a href=\"/user_uploads/1/b_c.pdf\">a</a></p>");
    check("[a](javascript:alert)", "<p>[a](javascript:alert)</p>");
    check("[**a**](/api/v1 \"t\")", "<p>[**a**](/api/v1)</p>");
    check("[a]: https://b.c", "<p>[a]: <a href=\"https://b.c\">https://b.c</a></p>");
    check("[a] [a][b] [x][]", "<p>[a] [a][b] [x][]</p>");
}

#[test]
fn links_and_images_are_reported() {
    let check = |input: &str, link: bool, image: bool| {
        let rendered = render(input, &Verona);
        assert_eq!((rendered.has_link, rendered.has_image), (link, image), "{input}");
    };
    check("text #**announce** @**King Hamlet**", false, false);
    check("https://a.b", true, false);
    check("`https://a.b`", false, false);
    check("[a](javascript:x)", false, false);
    check("[a](/user_uploads/2/ab/x.png)", true, true);
    check("[a](/user_uploads/2/ab/x.pdf)", true, false);
    check("> [a](/user_uploads/2/ab/x.png)", true, false);
    check("![a](/user_uploads/2/ab/x.png)", true, true);
    check("https://a.b/c.png", true, false);
}

#[test]
fn emoji() {
    let span = |label: &str, code: &str, name: &str| {
        format!(
            "<span aria-label=\"{label}\" class=\"emoji emoji-{code}\" role=\"img\" title=\"{label}\">:{name}:</span>"
        )
    };
    let smile = span("smile", "1f642", "smile");
    check(":smile:", &format!("<p>{smile}</p>"));
    check("**:smile:**", &format!("<p><strong>{smile}</strong></p>"));
    check("🙂🙂", &format!("<p>{smile}{smile}</p>"));
    check(":big_smile:", &format!("<p>{}</p>", span("big smile", "1f604", "big_smile")));
    check(
        ":thumbs_up: 👍",
        &format!("<p>{} {}</p>", span("thumbs up", "1f44d", "thumbs_up"), span("+1", "1f44d", "+1")),
    );
    check("❤️ ❤ ™", &format!("<p>{} ❤ ™</p>", span("heart", "2764", "heart")));
    check(
        "#️⃣ 7️⃣ #⃣ 7",
        &format!("<p>{} {} #⃣ 7</p>", span("hash", "0023-20e3", "hash"), span("seven", "0037-20e3", "seven")),
    );
    check("👍🏽", "<p>👍🏽</p>");
    check("10:30:45 :nope_nope: ::", "<p>10:30:45 :nope_nope: ::</p>");
    check(":no_such:smile: :smile:", &format!("<p>:no_such:smile: {smile}</p>"));
    check(":word: a:word:", "<p><a href=\"https://words.example/word\">:word:</a> a:word:</p>");
    check(
        ":green_tick:",
        "<p><img alt=\":green_tick:\" class=\"emoji\" src=\"/user_avatars/2/emoji/images/1.png?a=&quot;b&quot;&amp;c\" title=\"green tick\"></p>",
    );
    check(
        ":zulip:",
        "<p><img alt=\":zulip:\" class=\"emoji\" src=\"/static/generated/emoji/images/emoji/unicode/zulip.png\" title=\"zulip\"></p>",
    );
    check("`🙂`", "<p><code>🙂</code></p>");
}

#[test]
fn times() {
    check(
        "at <time:2026-11-21T11:00:00+01:00>!",
        "<p>at <time datetime=\"2026-11-21T10:00:00Z\">2026-11-21T11:00:00+01:00</time>!</p>",
    );
    check("<time:x&y>", "<p><span class=\"timestamp-error\">Invalid time format: x&amp;y</span></p>");
    check("<time:>", "<p><span class=\"timestamp-error\">Invalid time format: </span></p>");
    check("<time:a<b>", "<p><span class=\"timestamp-error\">Invalid time format: a&lt;b</span></p>");
    check("<time:a\nb>", "<p>&lt;time:a<br>\nb&gt;</p>");
    check("`<time:2026-11-21>`", "<p><code>&lt;time:2026-11-21&gt;</code></p>");
}

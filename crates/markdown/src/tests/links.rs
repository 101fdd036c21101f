use super::{Verona, check};
use crate::{Directory, NoDirectory, UserRef, render, render_inline};

#[test]
fn linkifiers_make_links() {
    check("see issue 12.", "<p>see <a href=\"https://issues.example/12\">issue 12</a>.</p>");
    check("* issue 1\n* x", "<ul>\n<li><a href=\"https://issues.example/1\">issue 1</a></li>\n<li>x</li>\n</ul>");
    check("**issue 1**", "<p><strong>issue 1</strong></p>");
    check("`issue 1` tissue 1", "<p><code>issue 1</code> tissue 1</p>");
    check("[issue 1](https://a.b)", "<p><a href=\"https://a.b\">issue 1</a></p>");
    check("https://a.example/issue 1", "<p><a href=\"https://a.example/issue\">https://a.example/issue</a> 1</p>");
    // What is the sender's own comes before the linkifier, emoji after it.
    check(
        ":word: :smile:",
        "<p><a href=\"https://words.example/word\">:word:</a> <span aria-label=\"smile\" class=\"emoji emoji-1f642\" role=\"img\" title=\"smile\">:smile:</span></p>",
    );
    assert_eq!(render_inline("issue 3", &Verona), "<a href=\"https://issues.example/3\">issue 3</a>");
    assert!(render("issue 3", &Verona).has_link);
}

#[test]
fn what_a_template_makes_has_to_be_safe() {
    check("bad-javascript:alert(1)", "<p>bad-javascript:alert(1)</p>");
    check("bad-https://x.y/\"><b>", "<p><a href=\"https://x.y/%22%3E%3Cb%3E\">bad-https://x.y/\"&gt;&lt;b&gt;</a></p>");
}

#[test]
fn numbers_and_addresses() {
    check("[call](tel:+14155551234)", "<p><a href=\"tel:+14155551234\">call</a></p>");
    check("a@b.com/foo", "<p>a@b.com/foo</p>");
    check("javascript://zulip.com itms://zulip.com", "<p>javascript://zulip.com itms://zulip.com</p>");
    check("\"is.gd/foo/\"", "<p>\"<a href=\"http://is.gd/foo/\">is.gd/foo/</a>\"</p>");
    check("(http://a.cc/x_(y))", "<p>(<a href=\"http://a.cc/x_(y)\">http://a.cc/x_(y)</a>)</p>");
    check("love...it a.call()", "<p>love...it a.call()</p>");
}

#[test]
fn domains_that_exist_are_links() {
    check("zulip.com", "<p><a href=\"http://zulip.com\">zulip.com</a></p>");
    check(
        "(see chat.zulip.org/help/x_y.)",
        "<p>(see <a href=\"http://chat.zulip.org/help/x_y\">chat.zulip.org/help/x_y</a>.)</p>",
    );
    check("a.b.co.uk, x", "<p><a href=\"http://a.b.co.uk\">a.b.co.uk</a>, x</p>");
    check("büro.de", "<p><a href=\"http://büro.de\">büro.de</a></p>");
    for text in [
        "main.py",
        "README.md",
        "Foo.java",
        "x.invalidtld",
        "1.5",
        "a.b.c",
        "foo..com",
        "-zulip.com",
        "zulip.com#x",
        "zulip.comx",
        "x@y.com.",
        "a/zulip.com",
        ".com",
        "e.g. this",
        "Hello.World",
    ] {
        let html = render(text, &NoDirectory).html;
        assert!(!html.contains("http://"), "{html}");
    }
}

/// A realm whose code blocks have a language.
struct Speaks(&'static str);

impl Directory for Speaks {
    fn user_by_id(&self, _: u32) -> Option<UserRef> {
        None
    }
    fn users_by_name(&self, _: &str) -> Vec<UserRef> {
        Vec::new()
    }
    fn group_by_name(&self, _: &str) -> Option<crate::GroupRef> {
        None
    }
    fn channel_by_name(&self, _: &str) -> Option<crate::ChannelRef> {
        None
    }
    fn custom_emoji(&self, _: &str) -> Option<crate::CustomEmoji> {
        None
    }
    fn translates_emoticons(&self) -> bool {
        true
    }
    fn default_code_language(&self) -> &str {
        self.0
    }
}

#[test]
fn emoticons_are_emoji_for_those_who_want_that() {
    for (text, _) in crate::emoji::EMOTICONS {
        let emoji = |source: &str| render(source, &Speaks("rust")).html.matches("class=\"emoji").count();
        assert_eq!(emoji(&format!("a {text}, b")), 1, "{text}");
        assert_eq!(emoji(text), 1, "{text}");
        assert_eq!(emoji(&format!("a{text} b{text}c")), 0, "{text}");
        assert_eq!(emoji(&format!("`{text}`")), 0, "{text}");
    }
    assert_eq!(render(":)", &Verona).html, "<p>:)</p>");
}

#[test]
fn code_without_a_language_is_in_the_default_one() {
    let language = |source: &str| {
        let html = render(source, &Speaks("rust")).html;
        html.split_once("data-code-language=\"").map(|(_, rest)| rest.split('"').next().unwrap_or_default().to_owned())
    };
    assert_eq!(language("```\nx\n```").as_deref(), Some("Rust"));
    assert_eq!(language("```py\nx\n```").as_deref(), Some("Python"));
    assert_eq!(language("```text\nx\n```").as_deref(), Some("Text only"));
    assert_eq!(language("    x"), None);
    let html = |language, source: &str| render(source, &Speaks(language)).html;
    for kind in ["quote", "math", "spoiler"] {
        let named = html("", &format!("```{kind}\n*x*\n```\n* a\n  ```{kind}\n  y\n  ```"));
        assert_eq!(html(kind, "```\n*x*\n```\n* a\n  ```\n  y\n  ```"), named);
        assert!(!named.contains("codehilite"), "{named}");
    }
}

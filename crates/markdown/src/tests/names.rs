use super::{Verona, check};
use crate::render;

const HAMLET: &str = "<span class=\"user-mention\" data-user-id=\"9\">@King Hamlet</span>";
const HAMLET_SILENT: &str = "<span class=\"user-mention silent\" data-user-id=\"9\">King Hamlet</span>";

#[test]
fn user_mentions() {
    check("@**King Hamlet**", &format!("<p>{HAMLET}</p>"));
    check("@**king hamlet**", &format!("<p>{HAMLET}</p>"));
    check("@**King Hamlet|9**", &format!("<p>{HAMLET}</p>"));
    check("@**king hamlet|9**", "<p>@<strong>king hamlet|9</strong></p>");
    check("@**|9**", &format!("<p>{HAMLET}</p>"));
    check("@_**King Hamlet**", &format!("<p>{HAMLET_SILENT}</p>"));
    check("@_**|9**", &format!("<p>{HAMLET_SILENT}</p>"));
    check("hi (@**King Hamlet**),", &format!("<p>hi ({HAMLET}),</p>"));
    check("[@**King Hamlet** {@**King Hamlet** /@**King Hamlet**", &format!("<p>[{HAMLET} {{{HAMLET} /{HAMLET}</p>"));
    for before in [".", ",", ";", ":", "#", "*", "-", "é"] {
        check(&format!("{before}@**King Hamlet**"), &format!("<p>{before}@<strong>King Hamlet</strong></p>"));
        check(&format!("{before}#**announce**"), &format!("<p>{before}#<strong>announce</strong></p>"));
    }
    check("**@_all: @**King Hamlet** now**", &format!("<p><strong>@_all: {HAMLET} now</strong></p>"));
    check("@**Cordelia|9**", "<p>@<strong>Cordelia|9</strong></p>");
    check("@**|99**", "<p>@<strong>|99</strong></p>");
    check("@**Nobody**", "<p>@<strong>Nobody</strong></p>");
    check("@**Twin**", "<p>@<strong>Twin</strong></p>");
    check("@**Twin|12**", "<p><span class=\"user-mention\" data-user-id=\"12\">@Twin</span></p>");
    check("@**Zoë <b>**", "<p><span class=\"user-mention\" data-user-id=\"13\">@Zoë &lt;b&gt;</span></p>");
    check("@**under_score_d**", "<p><span class=\"user-mention\" data-user-id=\"14\">@under_score_d</span></p>");
    check("mail@**King Hamlet**", "<p>mail@<strong>King Hamlet</strong></p>");
    check("@**King\nHamlet**", "<p>@**King<br>\nHamlet**</p>");
    check("@** @**** @", "<p>@<strong> @</strong>** @</p>");
    check("`@**King Hamlet**`", "<p><code>@**King Hamlet**</code></p>");
    check("> @**King Hamlet**", &format!("<blockquote>\n<p>{HAMLET_SILENT}</p>\n</blockquote>"));
    check("```quote\n@**King Hamlet**\n```", &format!("<blockquote>\n<p>{HAMLET_SILENT}</p>\n</blockquote>"));
    check("> a\n\n@**King Hamlet**", &format!("<blockquote>\n<p>a</p>\n</blockquote>\n<p>{HAMLET}</p>"));
}

#[test]
fn group_and_wildcard_mentions() {
    check(
        "@*hamletcharacters*",
        "<p><span class=\"user-group-mention\" data-user-group-id=\"3\">@hamletcharacters</span></p>",
    );
    check(
        "@_*hamletcharacters*",
        "<p><span class=\"user-group-mention silent\" data-user-group-id=\"3\">hamletcharacters</span></p>",
    );
    check("@*nobody*", "<p>@<em>nobody</em></p>");
    for word in ["all", "everyone", "channel", "stream"] {
        check(
            &format!("@**{word}**"),
            &format!("<p><span class=\"user-mention channel-wildcard-mention\" data-user-id=\"*\">@{word}</span></p>"),
        );
    }
    check(
        "@_**all**",
        "<p><span class=\"user-mention channel-wildcard-mention silent\" data-user-id=\"*\">all</span></p>",
    );
    check("@**ALL**", "<p>@<strong>ALL</strong></p>");
    check("@**topic**", "<p><span class=\"topic-mention\">@topic</span></p>");
    check("> @**topic**", "<blockquote>\n<p><span class=\"topic-mention silent\">topic</span></p>\n</blockquote>");
}

#[test]
fn channel_links() {
    let announce = "<a class=\"stream\" data-stream-id=\"9\" href=\"/#narrow/channel/9-announce\">#announce</a>";
    check("#**announce**", &format!("<p>{announce}</p>"));
    check("see (#**announce**).", &format!("<p>see ({announce}).</p>"));
    check(
        "#**announce>Zulip updates**",
        "<p><a class=\"stream-topic\" data-stream-id=\"9\" href=\"/#narrow/channel/9-announce/topic/Zulip.20updates/with/214\">#announce &gt; Zulip updates</a></p>",
    );
    check(
        "#**announce>Zulip updates@214**",
        "<p><a class=\"message-link\" href=\"/#narrow/channel/9-announce/topic/Zulip.20updates/near/214\">#announce &gt; Zulip updates @ 💬</a></p>",
    );
    check(
        "#**announce>**",
        "<p><a class=\"stream-topic\" data-stream-id=\"9\" href=\"/#narrow/channel/9-announce/topic//with/214\">#announce &gt; <em>general chat</em></a></p>",
    );
    check(
        "#**announce>a `b` \"c\" v1.0@x**",
        "<p><a class=\"stream-topic\" data-stream-id=\"9\" href=\"/#narrow/channel/9-announce/topic/a.20.60b.60.20.22c.22.20v1.2E0.40x\">#announce &gt; a `b` \"c\" v1.0@x</a></p>",
    );
    check(
        "#**web app <beta**",
        "<p><a class=\"stream\" data-stream-id=\"10\" href=\"/#narrow/channel/10-web-app-.3Cbeta\">#web app &lt;beta</a></p>",
    );
    check("#**nowhere**", "<p>#<strong>nowhere</strong></p>");
    check("#announce `#**announce**`", "<p>#announce <code>#**announce**</code></p>");
}

#[test]
fn accounts_that_are_not_in_use_are_mentioned_silently() {
    check("@**Yorick**", "<p><span class=\"user-mention silent\" data-user-id=\"15\">Yorick</span></p>");
    check("@**Osric**", "<p><span class=\"user-mention\" data-user-id=\"16\">@Osric</span></p>");
    check("@**Osric|17**", "<p><span class=\"user-mention silent\" data-user-id=\"17\">Osric</span></p>");
    assert!(render("@**Yorick** @**Osric|17**", &Verona).mentioned_users.is_empty());
}

#[test]
fn mentions_are_reported() {
    let check = |input: &str, users: &[u32], groups: &[u32], channel: bool, topic: bool| {
        let rendered = render(input, &Verona);
        assert!(rendered.mentioned_users.iter().eq(users), "{input}");
        assert!(rendered.mentioned_groups.iter().eq(groups), "{input}");
        assert_eq!((rendered.channel_wildcard, rendered.topic_wildcard), (channel, topic), "{input}");
    };
    check("@**Cordelia** @**King Hamlet** @**|9**", &[9, 10], &[], false, false);
    check("@*hamletcharacters*", &[], &[3], false, false);
    check("@**all**", &[], &[], true, false);
    check("@**topic**", &[], &[], false, true);
    check("@_**Cordelia** @_*hamletcharacters* @_**all** @_**topic**", &[], &[], false, false);
    check("> @**Cordelia** @*hamletcharacters* @**all** @**topic**", &[], &[], false, false);
    check("```quote\n@**Cordelia**\n```\n@**King Hamlet**", &[9], &[], false, false);
    check("`@**Cordelia**` $$@**Cordelia**$$", &[], &[], false, false);
    check("```\n@**Cordelia**\n```", &[], &[], false, false);
    check("    @**Cordelia**", &[], &[], false, false);
    check("```spoiler @**Cordelia**\n@**King Hamlet**\n```", &[9, 10], &[], false, false);
    check("| a |\n|---|\n| @**Cordelia** |", &[10], &[], false, false);
    check("![@**Cordelia**](/user_uploads/1/a.png)", &[], &[], false, false);
}

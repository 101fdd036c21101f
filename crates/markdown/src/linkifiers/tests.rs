use super::*;

fn links(all: &[(&str, &str)], text: &str) -> Vec<(String, String)> {
    let links = Linkifiers::new(all.iter().copied()).find(text);
    links.into_iter().map(|link| (text[link.range].to_owned(), link.url)).collect()
}

const ISSUE: (&str, &str) = (r"#(?P<id>[0-9]+)", "https://issues.example/{id}");

#[track_caller]
fn check(text: &str, expect: &[(&str, &str)]) {
    let expect: Vec<_> = expect.iter().map(|(text, url)| ((*text).to_owned(), (*url).to_owned())).collect();
    assert_eq!(links(&[ISSUE], text), expect, "{text}");
}

#[test]
fn a_pattern_stands_on_its_own() {
    check("#1", &[("#1", "https://issues.example/1")]);
    check("see #12, #3.", &[("#12", "https://issues.example/12"), ("#3", "https://issues.example/3")]);
    check("(#1)", &[("#1", "https://issues.example/1")]);
    check(
        "\"#1\" '#2' <#3>:#4",
        &[
            ("#1", "https://issues.example/1"),
            ("#2", "https://issues.example/2"),
            ("#3", "https://issues.example/3"),
            ("#4", "https://issues.example/4"),
        ],
    );
    check(
        "#1 #2\n#3",
        &[("#1", "https://issues.example/1"), ("#2", "https://issues.example/2"), ("#3", "https://issues.example/3")],
    );
    check("a#1", &[]);
    check("-#1", &[]);
    check("#1a", &[]);
    check("#1é", &[]);
    check("#1-", &[("#1", "https://issues.example/1")]);
    check("\u{85}#1\u{a0}#2", &[("#1", "https://issues.example/1"), ("#2", "https://issues.example/2")]);
    check("", &[]);
    assert_eq!(links(&[("x*", "https://x")], ""), []);
    assert_eq!(links(&[("x*", "https://x")], "é x é"), [("x".to_owned(), "https://x".to_owned())]);
}

#[test]
fn templates_are_those_of_rfc_6570() {
    let expand = |pattern: &str, template: &str, text: &str| links(&[(pattern, template)], text)[0].1.clone();
    let pattern = r"(?P<owner>[a-z]+)/(?P<repo>[a-zé &]+)#(?P<id>\d+)";
    let check = |template: &str, expect: &str| assert_eq!(expand(pattern, template, "ab/cé &#7"), expect, "{template}");
    check("https://x/{owner}/{repo}/{id}", "https://x/ab/c%C3%A9%20%26/7");
    check("https://x/{+repo}", "https://x/c%C3%A9%20&");
    check("https://x{/owner,id}", "https://x/ab/7");
    check("https://x{?owner,id}", "https://x?owner=ab&id=7");
    check("https://x?a{&repo}", "https://x?a&repo=c%C3%A9%20%26");
    check("https://x{#repo}", "https://x#c%C3%A9%20&");
    check("https://x/{owner:1}{.id}{;id}", "https://x/a.7;id=7");
    check("https://x/%20/100%/%zz%/{id}", "https://x/%20/100%25/%25zz%25/7");
    // A group that is not in the match is no variable.
    assert_eq!(expand(r"a(?P<x>b)?(?P<y>c)", "https://x{?x,y}", "ac"), "https://x?y=c");
}

#[test]
fn the_first_of_two_linkifiers_wins() {
    let general = (r"(?P<id>[a-z]+-\d+)", "https://general/{id}");
    let special = (r"zul-(?P<id>\d+)", "https://special/{id}");
    assert_eq!(
        links(&[special, general], "zul-1 x-2"),
        [("zul-1".to_owned(), "https://special/1".to_owned()), ("x-2".to_owned(), "https://general/x-2".to_owned()),]
    );
    assert_eq!(links(&[general, special], "zul-1")[0].1, "https://general/zul-1");
}

#[test]
fn what_cannot_be_used_is_told() {
    use BadLinkifier::{NotInPattern, NotInTemplate, Pattern, Template};
    assert_eq!(check_linkifier(ISSUE.0, ISSUE.1), Ok(()));
    assert_eq!(check_linkifier("x", "https://x"), Ok(()));
    for pattern in ["(", "a)|(b", r"(?P<a>x)(?P<a>y)", "(?=x)", r"(x)\1", "[", r"x{10000}{1000}", r"(?x)a # b"] {
        assert!(matches!(check_linkifier(pattern, "https://x"), Err(Pattern(_))), "{pattern}");
    }
    for template in ["https://x/{", "https://x/}", "{a b}", "{=a}"] {
        assert_eq!(check_linkifier("(?P<a>x)", template), Err(Template), "{template}");
    }
    assert_eq!(check_linkifier("(?P<a>x)", "https://x/{a}{b}"), Err(NotInPattern("b".to_owned())));
    assert_eq!(check_linkifier("(?P<a>x)(?P<b>y)", "https://x/{b}"), Err(NotInTemplate("a".to_owned())));
    assert_eq!(template_variables("https://x{?code}"), Ok(BTreeSet::from(["code".to_owned()])));
}

#[test]
fn topics_have_links_of_both_kinds() {
    let links = |topic: &str| {
        let found = Linkifiers::new([ISSUE]).topic_links(topic);
        found.into_iter().map(|link| (topic[link.range].to_owned(), link.url)).collect::<Vec<_>>()
    };
    let pair = |text: &str, url: &str| (text.to_owned(), url.to_owned());
    assert_eq!(links("plans"), []);
    assert_eq!(
        links("fix #7 and #8"),
        [pair("#7", "https://issues.example/7"), pair("#8", "https://issues.example/8")]
    );
    assert_eq!(
        links("https://a.com/x, b.org!"),
        [pair("https://a.com/x", "https://a.com/x"), pair("b.org", "https://b.org")]
    );
    assert_eq!(links("https://a.com/#7"), [pair("https://a.com/#7", "https://a.com/#7")]);
    assert_eq!(
        links("é https://a.com #1 x"),
        [pair("https://a.com", "https://a.com"), pair("#1", "https://issues.example/1")]
    );
    assert!(Linkifiers::default().topic_links("#7").is_empty());
}

#[test]
fn work_is_bounded() {
    // Each match of such a pattern takes a search through the rest of the text.
    let greedy = ("a(.*z)?", "https://x");
    let found = links(&[greedy], &"a ".repeat(5_000));
    assert_eq!(found.len(), LINKS_MAX);
}

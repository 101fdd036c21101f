use proptest::prelude::*;

use super::language::Trait;
use super::*;

/// The class names that Pygments has, and so the ones that clients know.
const KNOWN: &str = "w esc err x k kc kd kn kp kr kt n na nb bp nc no nd ni ne nf fm py nl nn nx nt nv vc vg vi vm l ld s sa sb \
     sc dl sd s2 se sh si sx sr s1 ss m mb mf mh mi il mo o ow p pm c ch cm cp cpf c1 cs g gd ge gr gh gi go gp gs gu ges gt";

/// As in a message.
fn html(language: &str, code: &str) -> String {
    let mut out = String::new();
    push(&mut out, language, code, &mut Budget::default());
    out
}

/// What is left of spans: the text, escaped.
fn stripped(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("</span>") {
            rest = after;
            continue;
        }
        let class = rest.strip_prefix("<span class=\"").unwrap_or_else(|| panic!("another tag in {html}"));
        let (class, after) = class.split_once("\">").unwrap();
        assert!(KNOWN.split(' ').any(|known| known == class), "{class} in {html}");
        let (inner, _) = after.split_once("</span>").unwrap();
        assert!(!inner.contains(['<', '\n']) && !inner.is_empty(), "{inner:?} in {html}");
        rest = after;
    }
    out + rest
}

fn escaped(code: &str) -> String {
    let mut out = String::new();
    push_code(&mut out, code);
    out
}

/// Text and class of each span.
fn spans(language: &str, code: &str) -> String {
    let html = html(language, code);
    assert_eq!(stripped(&html), escaped(code), "{language}");
    let pieces = html.split("<span class=\"").skip(1).map(|span| {
        let (class, rest) = span.split_once("\">").unwrap();
        let text = rest.split_once("</span>").unwrap().0;
        format!(
            "{class}:{}",
            text.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
        )
    });
    pieces.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(language: &str, code: &str, expect: &str) {
    assert_eq!(spans(language, code), expect, "{language}: {code}");
}

#[test]
fn python() {
    assert_eq!(
        html("Python", "def speak(self):\n    x = 1"),
        "<span class=\"k\">def</span> <span class=\"nf\">speak</span><span class=\"p\">(</span><span class=\"bp\">self</span>\
         <span class=\"p\">):</span>\n    <span class=\"n\">x</span> <span class=\"o\">=</span> <span class=\"mi\">1</span>"
    );
    check("Python", "import os.path as p", "kn:import nn:os.path k:as n:p");
    check("Python", "from a.b import c, d", "kn:from nn:a.b kn:import n:c p:, n:d");
    check("Python", "@dec\nclass A(B): pass", "nd:@dec k:class nc:A p:( n:B p:): k:pass");
    check("Python", "a @ b", "n:a o:@ n:b");
    check("Python", "x = 0x1f + 1.5e-3 + 2 # no", "n:x o:= mh:0x1f o:+ mf:1.5e-3 o:+ mi:2 c1:# no");
    check("Python", "not x is None", "ow:not n:x ow:is kc:None");
    check("Python", "self.print(print)", "bp:self o:. n:print p:( nb:print p:)");
    check("Python", "raise ValueError('a\\n')", "k:raise ne:ValueError p:( s1:'a se:\\n s1:' p:)");
    check("Python", "f\"a {x + 'b'} {{c}}\"", "sa:f s2:\"a  si:{ n:x o:+ s1:'b' si:} s2: {{c}}\"");
    check("Python", "r'\\n' \"{x}\"", "sa:r s1:'\\n' s2:\"{x}\"");
    check("Python", "'open\nx", "s1:'open n:x");
    check(
        "Python",
        "    \"\"\"Doc\n    string\"\"\"\nx = \"\"\"a\"\"\"",
        "sd:\"\"\"Doc sd:    string\"\"\" n:x o:= s2:\"\"\"a\"\"\"",
    );
    check("Python", "__name__.__init__", "vm:__name__ o:. n:__init__");
    check("Python 2.x", "def f", "k:def nf:f");
}

#[test]
fn pages_of_our_own_have_colors_only() {
    let page = super::html("Python", "x = zulip.Client()  # y");
    assert_eq!(page, "x = zulip.Client()  <span class=\"c1\"># y</span>");
    assert_eq!(super::html("Unknown", "a < b"), "a &lt; b");
}

#[test]
fn rust() {
    check(
        "Rust",
        "pub async fn new<'a>(x: &'a str)",
        "k:pub k:async k:fn nf:new o:<' na:a o:> p:( n:x p:: o:&' na:a kt:str p:)",
    );
    check("Rust", "let c = 'x'; let d = '\\'';", "kd:let n:c o:= sc:'x' p:; kd:let n:d o:= sc:'\\'' p:;");
    check("Rust", "#[derive(Debug)]\nstruct A;", "cp:#[derive(Debug)] k:struct nc:A p:;");
    check("Rust", "println!(\"{}\\n\", x != y)", "fm:println! p:( s:\"{} se:\\n s:\" p:, n:x o:!= n:y p:)");
    check("Rust", "r#\"a\"b\"# b\"x\"", "s:r#\"a\"b\"# s:b\"x\"");
    check("Rust", "/// d\n// c\n/* a /* b */ c */ x", "sd:/// d c1:// c cm:/* a /* b */ c */ n:x");
    check("Rust", "0..10 1_000u64 1.5f32", "mi:0 p:.. mi:10 mi:1_000u64 mf:1.5f32");
}

#[test]
fn other_languages() {
    check(
        "JavaScript",
        "const f = /a[/]b/g.test(x) / 2",
        "kd:const nx:f o:= sr:/a[/]b/g p:. nx:test p:( nx:x p:) o:/ mi:2",
    );
    check("JavaScript", "`a ${b.c} d`", "sb:`a  si:${ nx:b p:. nx:c si:} sb: d`");
    check(
        "C",
        "#include <a.h>\n#define X \\\n 1\nstruct a *b = NULL;",
        "cp:#include cpf:<a.h> cp:#define X \\ cp: 1 k:struct nc:a o:* n:b o:= nb:NULL p:;",
    );
    check("Java", "import a.b.C;\n@Override class X {}", "kn:import nn:a.b.C p:; nd:@Override kd:class nc:X p:{}");
    check(
        "Bash",
        "#!/bin/sh\nfor i in \"$HOME/x\"; do # c",
        "ch:#!/bin/sh k:for n:i k:in s2:\" nv:$HOME s2:/x\" k:do c1:# c",
    );
    check("Bash", "echo a#b ${X:-1} 'c\nd'", "nb:echo n:a o:# n:b nv:${X:-1} s1:'c s1:d'");
    check(
        "SQL",
        "SELECT a FROM t WHERE b = 'it''s' -- c",
        "k:SELECT n:a k:FROM n:t k:WHERE n:b o:= s1:'it''s' c1:-- c",
    );
    check("Ruby", "def foo\n  @x = \"a #{b}\" if :c", "k:def nf:foo vi:@x o:= s2:\"a  si:#{ n:b si:} s2:\" k:if ss::c");
    check("Go", "func f() { return nil } // c", "kd:func nx:f p:() p:{ k:return kc:nil p:} c1:// c");
    check("Clojure", "(defn f [x] (g x)) ; c", "p:( kd:defn nf:f p:[ n:x p:] p:( nf:g n:x p:)) c1:; c");
}

#[test]
fn formats() {
    check(
        "JSON",
        "{\"a\" : [1, -2.5, true], \"b\": \"c\"}",
        "p:{ nt:\"a\" p:: p:[ mi:1 p:, mf:-2.5 p:, kc:true p:], nt:\"b\" p:: s2:\"c\" p:}",
    );
    check(
        "YAML",
        "# c\na: 1\n- \"b\": x # y\nt: |\n  z: 1\nu: v",
        "c1:# c nt:a p:: l:1 p:- nt:\"b\" p:: l:x c1:# y nt:t p:: p:| no:z: 1 nt:u p:: l:v",
    );
    check(
        "TOML",
        "# c\n[a.b]\nx = \"y\" # d\nd = 2020-01-01",
        "c1:# c k:[a.b] n:x o:= s2:\"y\" c1:# d n:d o:= ld:2020-01-01",
    );
    check("INI", "; c\n[a]\nx = y z", "c1:; c k:[a] na:x o:= s:y z");
    check("Diff", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z", "gd:--- a gi:+++ b gu:@@ -1 +1 @@ gd:-x gi:+y");
    check("Bash Session", "$ cd x\nout", "gp:$  nb:cd n:x go:out");
    check("Python console session", ">>> None\nx", "gp:>>>  kc:None go:x");
    check(
        "HTML",
        "<a href=\"x\" id=b>c &amp; d</a><!-- e -->",
        "p:< nt:a na:href o:= s:\"x\" na:id o:= s:b p:> ni:&amp; p:</ nt:a p:> cm:<!-- e -->",
    );
    check(
        "CSS",
        "a.b:hover { color: #fff; width: 10px }",
        "nt:a nc:.b nd::hover p:{ k:color p:: mh:#fff p:; k:width p:: mi:10 kc:px p:}",
    );
}

#[test]
fn what_is_unknown_or_too_much_is_plain() {
    check("Unknown", "def f", "");
    check("Text only", "def f", "");
    let mut budget = Budget::default();
    let mut out = String::new();
    let code = "x=".repeat(CODE_BYTES_MAX / 4);
    push(&mut out, "Python", &code, &mut budget);
    // Much markup for little text: it would be more than a message may have.
    assert_eq!(out, code);
    for (length, expect) in [(CODE_BYTES_MAX / 2 - 10, true), (20, false), (3, true)] {
        let mut out = String::new();
        push(&mut out, "Python", &" ".repeat(length - 1).replace(' ', "#"), &mut budget);
        assert_eq!(out.starts_with("<span"), expect, "{length}");
    }
}

#[test]
fn every_language_has_its_own_name_and_lowercase_words_where_case_does_not_count() {
    let mut names: Vec<&str> = formats::FORMATS.iter().map(|(name, _)| *name).collect();
    for language in table::languages() {
        names.extend(language.names);
        let all = Words::new(language);
        for word in language.words.iter().chain(language.naming).flat_map(|(_, words)| words.split_ascii_whitespace()) {
            assert!(!language.is(Trait::AnyCase) || word == word.to_ascii_lowercase(), "{word}");
            assert!(all.get(language, word).is_some(), "{word} of {:?}", language.names);
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for name in names {
        assert!(crate::languages::is_shown(name), "{name} is the name of no language");
    }
}

/// Languages by the names that are shown for them.
fn languages() -> impl Strategy<Value = String> {
    let mut names: Vec<String> = GRAMMARS.keys().map(|name| (*name).to_owned()).collect();
    names.sort_unstable();
    prop::sample::select(names)
}

/// Pieces of code, so that random sequences of them begin and end texts, comments and brackets.
fn code() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\"",
        "'",
        "`",
        "\"\"\"",
        "'''",
        "\\",
        "\n",
        " ",
        "\t",
        "#",
        "//",
        "/*",
        "*/",
        "--",
        "--[[",
        "]]",
        "{-",
        "-}",
        "(*",
        "*)",
        ";",
        "%",
        "$",
        "${",
        "$x",
        "#{",
        "\\(",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "&",
        "&amp;",
        "=",
        "==",
        ":",
        "::",
        "@",
        "@x",
        "!",
        ".",
        "..",
        "/",
        "/a/",
        "r#\"",
        "\"#",
        "b'",
        "'a",
        "'a'",
        "f\"",
        "rb'",
        "0x",
        "0",
        "1.5",
        "1e",
        "1e+",
        "import",
        "def",
        "class",
        "fn",
        "from ",
        "é",
        "\u{202e}",
        "👩‍👧",
        "x",
        "_",
        "<!--",
        "-->",
        "<a ",
        "</",
        "/>",
        "<?",
        "---",
        "+++",
        "@@",
        "- ",
        "key: ",
        "|",
        "\u{0}",
        "\r",
        "#include ",
        "#[",
        "#!/",
        "$ ",
        ">>> ",
        "Traceback",
        "\\u{",
        "\\x",
        "{{",
        "=begin",
        "\u{a0}",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_text_stays_and_classes_are_known(language in languages(), code in code()) {
        let out = html(&language, &code);
        prop_assert_eq!(stripped(&out), escaped(&code));
        prop_assert_eq!(html(&language, &code), out);
        prop_assert_eq!(stripped(&super::html(&language, &code)), escaped(&code));
    }

    #[test]
    fn any_text_stays(language in languages(), code in any::<String>()) {
        prop_assert_eq!(stripped(&html(&language, &code)), escaped(&code));
    }
}

/// What begins something that may not end is not looked through again and again: that would take a hundred times as long.
#[test]
fn time_does_not_grow_with_the_square_of_the_length() {
    const LENGTH: usize = 8_000;
    const LONG: std::time::Duration = std::time::Duration::from_millis(250);
    let pieces = ["\"", "/[", "'a", "r#\"", "#[", "${", "f\"{", "<a ", "a:", "$\"{", "`${", "--[", "{a:"];
    let took = |name: &str, piece: &str| {
        let code = piece.repeat(LENGTH / piece.len());
        let start = std::time::Instant::now();
        std::hint::black_box(html(name, &code));
        start.elapsed()
    };
    let mut names: Vec<&&str> = GRAMMARS.keys().collect();
    names.sort_unstable();
    for name in names {
        for piece in pieces {
            // The machine may have been busy with something else.
            assert!((0..6).any(|_| took(name, piece) < LONG), "{name}: {piece:?}");
        }
    }
}

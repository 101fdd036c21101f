//! Marks what a search found, in HTML as well as in plain text.
//!
//! Only text is ever wrapped: nothing in tags, entities and formulas is touched, and every mark begins and ends within
//! one piece of text, so that HTML that was safe and well-formed is so afterwards.

/// What goes before a word that was found.
const START: &str = "<span class=\"highlight\">";

/// What goes after it.
const END: &str = "</span>";

/// Elements of which the text is not for marks: formulas have a grammar of their own.
const OPAQUE: &[&str] = &["math", "svg", "script", "style"];

/// A run of letters and digits, as searches take words.
struct Word {
    from: usize,
    to: usize,
    lower: String,
}

/// Marks the words of these phrases in HTML. A phrase is one word, or several that stand one after the other.
#[must_use]
pub fn html(html: &str, phrases: &[String]) -> String {
    mark(html, &words_of(html), phrases)
}

/// Plain text as HTML, with the words of these phrases marked.
#[must_use]
pub fn text(text: &str, phrases: &[String]) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    html(&escaped, phrases)
}

fn mark(html: &str, words: &[Word], phrases: &[String]) -> String {
    let phrases: Vec<Vec<String>> = phrases.iter().map(|phrase| plain_words(phrase)).collect();
    let mut is_found = vec![false; words.len()];
    for phrase in phrases.iter().filter(|phrase| !phrase.is_empty()) {
        for (at, part) in words.windows(phrase.len()).enumerate() {
            if part.iter().map(|word| &word.lower).eq(phrase) {
                is_found[at..at + phrase.len()].fill(true);
            }
        }
    }
    let mut marked = String::with_capacity(html.len());
    let mut done = 0;
    for (word, _) in words.iter().zip(is_found).filter(|(_, found)| *found) {
        marked.extend([&html[done..word.from], START, &html[word.from..word.to], END]);
        done = word.to;
    }
    marked.push_str(&html[done..]);
    marked
}

fn plain_words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The words of the text in HTML; tags and entities end a word.
fn words_of(html: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(next) = html[at..].chars().next() {
        at = match next {
            '<' => after_tag(html, at),
            '&' => after_entity(html, at),
            c if c.is_alphanumeric() => {
                let length = html[at..].find(|c: char| !c.is_alphanumeric()).unwrap_or(html.len() - at);
                words.push(Word { from: at, to: at + length, lower: html[at..at + length].to_lowercase() });
                at + length
            }
            c => at + c.len_utf8(),
        };
    }
    words
}

/// Where what begins with the tag at `at` ends: the tag, or all of an element that is not for marks.
fn after_tag(html: &str, at: usize) -> usize {
    let mut quote = None;
    let end = html[at..].char_indices().find(|(_, c)| match (quote, c) {
        (None, '>') => true,
        (None, '"' | '\'') => {
            quote = Some(*c);
            false
        }
        (Some(open), c) if open == *c => {
            quote = None;
            false
        }
        _ => false,
    });
    let end = end.map_or(html.len(), |(length, _)| at + length + 1);
    let name_end = html[at + 1..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(html.len() - at - 1);
    let name = html[at + 1..at + 1 + name_end].to_ascii_lowercase();
    if !OPAQUE.contains(&name.as_str()) {
        return end;
    }
    html[end..].find(&format!("</{name}>")).map_or(html.len(), |length| end + length)
}

/// Where the entity at `at` ends; after the ampersand, if it is none.
fn after_entity(html: &str, at: usize) -> usize {
    let length = html[at + 1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(0);
    let end = at + 1 + length;
    if length > 0 && html[end..].starts_with(';') { end + 1 } else { at + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(phrases: &[&str]) -> Vec<String> {
        phrases.iter().map(|phrase| (*phrase).to_owned()).collect()
    }

    /// In what is expected, `[` and `]` stand for the beginning and the end of a mark.
    fn check(source: &str, search: &[&str], expect: &str) {
        let expect = expect.replace('[', START).replace(']', END);
        assert_eq!(html(source, &phrases(search)), expect, "{source} {search:?}");
    }

    #[test]
    fn words_and_phrases_in_text_only() {
        check("<p>Fish and chips</p>", &["fish"], "<p>[Fish] and chips</p>");
        check("<p>fishes, fish-chips</p>", &["fish"], "<p>fishes, [fish]-chips</p>");
        check("<p>big fish, big <b>chips</b></p>", &["big chips"], "<p>big fish, [big] <b>[chips]</b></p>");
        check("<p>état ÉTAT etat</p>", &["État"], "<p>[état] [ÉTAT] etat</p>");
        check("<p>one two</p>", &["two", "one"], "<p>[one] [two]</p>");
        check("<p>a</p>", &["", "!!", "p"], "<p>a</p>");
        check("日本語 日本", &["日本"], "日本語 [日本]");
        check("", &["a"], "");
    }

    #[test]
    fn attributes_and_entities_stay() {
        check(
            r#"<a href="/fish" title="a > fish">fish</a>"#,
            &["fish"],
            r#"<a href="/fish" title="a > fish">[fish]</a>"#,
        );
        check("<p>a &amp; amp &lt;p&gt; lt</p>", &["amp", "lt", "p"], "<p>a &amp; [amp] &lt;[p]&gt; [lt]</p>");
        check("&#39;39&#39;", &["39"], "&#39;[39]&#39;");
        check("fish & chips &fish", &["fish"], "[fish] & chips &[fish]");
        check("<math><mi>x</mi></math> x", &["x"], "<math><mi>x</mi></math> [x]");
        check("<mathx>x</mathx>", &["x"], "<mathx>[x]</mathx>");
        check("<p unfinished", &["unfinished"], "<p unfinished");
        check("x <", &["x"], "[x] <");
        check("<math>x", &["x"], "<math>x");
    }

    #[test]
    fn plain_text_is_escaped_and_marked() {
        assert_eq!(
            text("<b> \"fish\"", &phrases(&["fish", "quot", "b"])),
            format!("&lt;{START}b{END}&gt; &quot;{START}fish{END}&quot;")
        );
    }

    /// Whatever is searched for, taking the marks out gives the HTML back.
    #[test]
    fn marks_only_add() {
        let pieces = [
            "<p>",
            "</p>",
            "<a href=\"x\">",
            "&amp;",
            "&",
            "<",
            ">",
            "\"",
            "é",
            "span",
            "class",
            "x",
            " ",
            "<math>",
            "日",
        ];
        let mut seed: usize = 7;
        for _ in 0..2_000 {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) % pieces.len()
            };
            let source: String = (0..12).map(|_| pieces[next()]).collect();
            let search: Vec<String> = (0..3).map(|_| pieces[next()].to_owned()).collect();
            let marked = html(&source, &search);
            assert_eq!(marked.replace(START, "").replace(END, ""), source.replace(END, ""), "{search:?}");
        }
    }
}

//! What rendering costs: messages of 10 kB of several kinds, and hostile ones of that length.

use crate::Outcome;
use crate::process::own_bytes;
use std::time::{Duration, Instant};
use tidings_markdown::{ChannelRef, CustomEmoji, Directory, GroupRef, Linkifiers, UserRef, render};
use tokio::runtime::Runtime;

/// The longest message, in bytes.
const LENGTH: usize = 10_000;
/// Runs of which the shortest counts: what else the machine does makes the others longer.
const RUNS: usize = 40;

/// A realm where every name is known, and that has twenty linkifiers.
struct Everybody(Linkifiers);

impl Directory for Everybody {
    fn user_by_id(&self, id: u32) -> Option<UserRef> {
        Some(UserRef { id, full_name: "King Hamlet".to_owned(), is_active: true })
    }

    fn users_by_name(&self, full_name: &str) -> Vec<UserRef> {
        vec![UserRef { id: 1, full_name: full_name.to_owned(), is_active: true }]
    }

    fn group_by_name(&self, name: &str) -> Option<GroupRef> {
        Some(GroupRef { id: 1, name: name.to_owned(), is_active: true })
    }

    fn channel_by_name(&self, name: &str) -> Option<ChannelRef> {
        Some(ChannelRef { id: 1, name: name.to_owned() })
    }

    fn custom_emoji(&self, _name: &str) -> Option<CustomEmoji> {
        None
    }

    fn linkifiers(&self) -> Option<&Linkifiers> {
        Some(&self.0)
    }
}

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run(_runtime: &Runtime) -> Outcome {
    let patterns: Vec<(String, String)> =
        (0..20).map(|n| (format!("T{n}-(?P<id>[0-9]+)"), format!("https://tracker{n}.example/{{id}}"))).collect();
    let realm = Everybody(Linkifiers::new(patterns.iter().map(|(a, b)| (a.as_str(), b.as_str()))));
    let before = own_bytes();
    for (_, source) in code() {
        std::hint::black_box(render(&source, &realm));
    }
    let after = own_bytes();
    println!(
        "KiB of this process before and after the first code in each of {} languages: {} and {} of its own, {} and {} resident",
        code().len(),
        before.0 / 1024,
        after.0 / 1024,
        before.1 / 1024,
        after.1 / 1024
    );
    println!("{:>34} {:>8} {:>12} {:>14}", "message", "bytes", "ms", "bytes of HTML");
    for (name, source) in ordinary().into_iter().chain(code()).chain(hostile()) {
        // The first run fills what is built once.
        let html = render(&source, &realm).html;
        let best = (0..RUNS).map(|_| timed(&source, &realm)).min().unwrap_or_default();
        println!("{name:>34} {:>8} {:>12.3} {:>14}", source.len(), best.as_secs_f64() * 1e3, html.len());
    }
    Ok(())
}

fn timed(source: &str, realm: &Everybody) -> Duration {
    let start = Instant::now();
    std::hint::black_box(render(source, realm));
    start.elapsed()
}

fn repeated(piece: &str) -> String {
    piece.repeat(LENGTH / piece.len())
}

/// What people write.
fn ordinary() -> Vec<(&'static str, String)> {
    let mixed = "Hi @**King Hamlet**, see #**Denmark>plans** and T7-12 :tada:\n\n* **bold** and *more*, `code`\n  * \
         https://example.com/a?b=c and example.org\n\n```rust\nfn main() {}\n```\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n";
    vec![
        ("prose", repeated("The quick brown fox jumps over the lazy dog, and then it sleeps. ")),
        ("everything mixed", repeated(mixed)),
        ("thousands of short words", repeated("a b c d e f. ")),
        ("mentions of people", repeated("@**King Hamlet** and @_**Iago|5**, ")),
        ("links to channels and topics", repeated("#**Denmark** and #**Denmark>plans**, ")),
        ("links", repeated("see https://example.com/a/b?c=d#e or [this](https://example.org/x), ")),
        ("links without a scheme", repeated("see example.com/a/b and www.example.org, ")),
        ("emoji by name", repeated("ship :tada: it :+1: ")),
        ("emoji", repeated("ship 🎉 it 👍🏽 👩‍👩‍👧 ")),
        ("what linkifiers match", repeated("see T7-12 and T19-3, ")),
        ("emphasis", repeated("some **bold** and *other* and ~~old~~ words, ")),
        ("a list", repeated("* one thing, and\n  * another below it\n")),
        ("a table", format!("| a | b | c |\n|---|:-:|--:|\n{}", "| one | **two** | `three` |\n".repeat(355))),
        ("code in lines", repeated("call `f(x)` and `g(y)`, ")),
        ("times", repeated("at <time:2026-11-21T10:00:00Z> or so, ")),
        ("quotes", repeated("> what somebody said\n\nand an answer\n\n")),
        ("prose with ten formulas", repeated(&("words ".repeat(160) + "$$\\frac{a}{b} + x^2$$ "))),
    ]
}

/// Code in several languages, as it is written.
fn code() -> Vec<(&'static str, String)> {
    let block =
        |name, language: &str, code: &str| (name, format!("```{language}\n{}\n```", code.repeat(LENGTH / code.len())));
    vec![
        block("code: without a language", "", "    print('hello', a < b)\n"),
        block(
            "code: Python",
            "py",
            "def speak(self, n: int = 0) -> str:\n    return f'a {n + 1}' or self.x  # why\n\n",
        ),
        block(
            "code: Rust",
            "rust",
            "/// Why.\npub fn new<'a>(name: &'a str) -> Option<Self> {\n    let x = name.len() + 0x1f;\n    Some(Self { x })\n}\n\n",
        ),
        block(
            "code: JavaScript",
            "js",
            "const f = async (a) => {\n  return `${a.b} c` + a.replace(/x/g, 'y'); // why\n};\n",
        ),
        block("code: C", "c", "#include <stdio.h>\nstatic int f(struct a *b) { return printf(\"%d\\n\", b->c); }\n"),
        block("code: Bash", "sh", "for i in $(ls \"$HOME\"); do echo \"${i}\" | grep -v x; done # why\n"),
        block("code: SQL", "sql", "SELECT a.b, count(*) FROM t AS a WHERE a.c = 'd' GROUP BY 1 -- why\n"),
        block("code: JSON", "json", "{\"key\": [1, 2.5, true, null], \"other\": \"value\"}\n"),
        block("code: HTML", "html", "<div class=\"a\">text &amp; more <br/></div>\n"),
        block("code: CSS", "css", ".a > b:hover { color: #fff; width: calc(10px + 2em) }\n"),
        block("code: YAML", "yaml", "key:\n  - \"one\"\n  - other: two # why\n"),
        block("code: diff", "diff", "-a line that was\n+a line that is\n and one that stays\n"),
    ]
}

/// What nobody writes.
fn hostile() -> Vec<(&'static str, String)> {
    let half = LENGTH / 2;
    vec![
        ("hostile: asterisks", "*a".repeat(half)),
        ("hostile: brackets", "[".repeat(half) + &"]".repeat(half)),
        ("hostile: open links", repeated("[a](")),
        ("hostile: nested quotes", ">".repeat(half) + "a"),
        ("hostile: nested quote fences", repeated("```quote\n")),
        ("hostile: nested lists", (0..130).map(|depth| " ".repeat(depth) + "* a\n").collect()),
        ("hostile: backticks", (1..140).map(|length| "`".repeat(length) + " ").collect()),
        ("hostile: mentions", repeated("@**a** ")),
        ("hostile: blocks of code", repeated("```py\nx\n```\n")),
        ("hostile: code of signs", format!("```py\n{}\n```", "x=".repeat(half - 10))),
        ("hostile: code in texts in code", format!("```js\n{}\n```", "`${".repeat(LENGTH / 3 - 10))),
        ("hostile: emoji", repeated("🙂")),
        ("hostile: nested emphasis", "*a **b ".repeat(LENGTH / 7)),
        ("hostile: dots", repeated("a.")),
        ("hostile: linkifiers", repeated("T1-1 ")),
        ("hostile: formulas", repeated("$$x$$ ")),
        ("hostile: one long formula", format!("```math\n{}\n```", "x+".repeat(999))),
        ("hostile: macros", format!("```math\n\\def\\a{{{}\\a}}\\a\n```", "x".repeat(1900))),
        ("hostile: wide table", format!("{}\n{}\n{}", "a|".repeat(100), "-|".repeat(100), "a\n".repeat(1500))),
    ]
}

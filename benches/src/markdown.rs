//! What rendering costs: messages of 10 kB of several kinds, and hostile ones of that length.

use crate::Outcome;
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
    println!("{:>34} {:>8} {:>12} {:>14}", "message", "bytes", "ms", "bytes of HTML");
    for (name, source) in ordinary().into_iter().chain(hostile()) {
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
        ("one block of code", format!("```py\n{}```", "    print('hello', a < b)\n".repeat(380))),
        ("prose with ten formulas", repeated(&("words ".repeat(160) + "$$\\frac{a}{b} + x^2$$ "))),
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
        ("hostile: dots", repeated("a.")),
        ("hostile: linkifiers", repeated("T1-1 ")),
        ("hostile: formulas", repeated("$$x$$ ")),
        ("hostile: one long formula", format!("```math\n{}\n```", "x+".repeat(999))),
        ("hostile: macros", format!("```math\n\\def\\a{{{}\\a}}\\a\n```", "x".repeat(1900))),
        ("hostile: wide table", format!("{}\n{}\n{}", "a|".repeat(100), "-|".repeat(100), "a\n".repeat(1500))),
    ]
}

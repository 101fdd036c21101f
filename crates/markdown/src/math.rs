//! Formulas: TeX to the markup of KaTeX, which clients have style sheets and parsers for.
//!
//! # Layout
//! - `markup`: what KaTeX wrote, read strictly and written anew
//!
//! Neighbor: [`crate::html`] asks for each formula and shows the source where there is no answer. Invariant: the work is
//! bounded by [`Budget`], whatever the formula, and nothing of KaTeX's output reaches a message unread.

mod markup;

use std::sync::LazyLock;

use katex::{KatexContext, Settings, render_to_string};

/// Longest formula typeset, in bytes. A page of equations has less; the time KaTeX takes grows faster than the length.
const FORMULA_BYTES_MAX: usize = 2_000;
/// Groups within groups in a formula; KaTeX goes down into them by recursion.
const GROUPS_MAX: usize = 40;
/// Stack of the thread that typesets. Other things than groups nest, too: a formula of the greatest length that is
/// nothing but such commands takes less than a quarter of this.
const STACK_BYTES: usize = 16 << 20;
/// Formulas in a message: each takes a thread.
const FORMULAS_MAX: usize = 100;
/// Expansions of macros in a formula; only KaTeX's own, whose results are a few times as long as their arguments.
const EXPANSIONS_MAX: usize = 300;
/// The largest size that a formula may ask for, in `em`: what is larger would cover other messages.
const SIZE_EM_MAX: f64 = 20.0;

/// How commands that define macros end: `\gdef`, `\futurelet`, `\newcommand` and so on. No other commands do.
const DEFINITIONS: [&str; 3] = ["def", "let", "command"];

static CONTEXT: LazyLock<KatexContext> = LazyLock::new(KatexContext::default);

/// What one message may still spend on formulas.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    formulas: usize,
    source_bytes: usize,
    html_bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { formulas: FORMULAS_MAX, source_bytes: 2 * FORMULA_BYTES_MAX, html_bytes: 200_000 }
    }
}

/// Typesets a formula; `None` if it is wrong, if it is too large, or if the message has had enough of them.
pub(crate) fn render(tex: &str, display: bool, budget: &mut Budget) -> Option<String> {
    let too_large = tex.len() > FORMULA_BYTES_MAX.min(budget.source_bytes) || nests_too_deeply(tex);
    if too_large || budget.formulas == 0 || tex.trim().is_empty() || defines_macros(tex) {
        return None;
    }
    budget.source_bytes -= tex.len();
    budget.formulas -= 1;
    let html = on_own_stack(tex, display)?;
    let Some(left) = budget.html_bytes.checked_sub(html.len()) else {
        // That is enough.
        budget.formulas = 0;
        return None;
    };
    budget.html_bytes = left;
    Some(html)
}

/// A macro may double its argument again and again, and nest what the source does not: memory and stack would have no
/// bounds.
fn defines_macros(tex: &str) -> bool {
    let commands = tex.split('\\').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '@').unwrap_or(rest.len());
        rest.split_at(end).0
    });
    commands.into_iter().any(|command| DEFINITIONS.iter().any(|end| command.ends_with(end)))
}

/// A formula nests as deeply as its author likes, so it gets a stack of its own, and a panic stays in there.
fn on_own_stack(tex: &str, display: bool) -> Option<String> {
    std::thread::scope(|scope| {
        let typeset = || markup::normalized(&render_to_string(&CONTEXT, tex, &settings(display)).ok()?);
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, typeset).ok()?.join().ok()?
    })
}

fn settings(display: bool) -> Settings {
    Settings::builder().display_mode(display).max_size(SIZE_EM_MAX).max_expand(EXPANSIONS_MAX).build()
}

fn nests_too_deeply(tex: &str) -> bool {
    let mut open = 0_usize;
    for (at, byte) in tex.bytes().enumerate() {
        let command = |name: &str| byte == b'\\' && tex[at + 1..].starts_with(name);
        if byte == b'{' || command("left") || command("begin") {
            open += 1;
        } else if byte == b'}' || command("right") || command("end") {
            open = open.saturating_sub(1);
        }
        if open > GROUPS_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typeset(tex: &str) -> Option<String> {
        render(tex, false, &mut Budget::default())
    }

    #[test]
    fn formulas_have_the_structure_clients_look_for() {
        let html = typeset(r"\frac{a}{b}").unwrap();
        assert!(html.starts_with(r#"<span class="katex"><span class="katex-mathml"><math xmlns="http://www.w3.org/1998/Math/MathML"><semantics>"#));
        assert!(html.contains(r#"<annotation encoding="application/x-tex">\frac{a}{b}</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span class="base"><span class="strut""#));
        let html = render("x", true, &mut Budget::default()).unwrap();
        assert!(
            html.starts_with(r#"<span class="katex-display"><span class="katex"><span class="katex-mathml"><math"#)
        );
        assert!(html.contains(r#"<math display="block" xmlns="#));
    }

    #[test]
    fn a_formula_looks_the_same_every_time() {
        let tex =
            r"\begin{pmatrix}a&b\\c&d\end{pmatrix}\sqrt[3]{x}\overbrace{abc}^n\rule{1em}{2em}\text{é <b>}\boxed{1}";
        let first = typeset(tex).unwrap();
        assert!((0..20).all(|_| typeset(tex).unwrap() == first));
    }

    #[test]
    fn what_is_wrong_or_unsafe_is_not_typeset() {
        for tex in ["", " ", r"\foo", "{", r"\frac{1}", "a & b", r"\textcolor{expression(1)}{x}"] {
            assert_eq!(typeset(tex), None, "{tex}");
        }
        for tex in [r"\href{javascript:alert(1)}{x}", r"\htmlStyle{color:red}{x}", r"\includegraphics{https://a.b/c}"] {
            let html = typeset(tex).unwrap_or_default();
            assert!(!html.contains("<a ") && !html.contains("<img") && !html.contains("href="), "{html}");
        }
        let html = typeset(r#"\text{<script>"'}"#).unwrap();
        assert!(!html.contains("<script"), "{html}");
    }

    #[test]
    fn macros_cannot_be_defined() {
        let nested = format!(r"\def\a#1{{{}}}\a{{{}x}}", "#1".repeat(300), r"\small ".repeat(150));
        for tex in [
            r"\def\a#1{\a{#1#1}}\a{x}",
            r"\def\a{\a\a}\a",
            r"\gdef\a{x}\a",
            r"\let\a=\b x",
            r"\futurelet\a\b x",
            r"\newcommand{\a}{x}\a",
            r"\renewcommand*\frac{x}\frac",
            &nested,
        ] {
            assert_eq!(typeset(tex), None, "{tex}");
        }
        assert!(typeset(r"\text{default, to let}\leftarrow\infty\delta").is_some());
    }

    #[test]
    fn sizes_are_bounded() {
        let html = typeset(r"\rule{1000em}{1000em}\kern{999em}").unwrap();
        let style = html.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for length in style.flat_map(|style| style.split([':', ';'])).filter_map(|value| value.strip_suffix("em")) {
            assert!(length.parse::<f64>().unwrap().abs() <= SIZE_EM_MAX + 2.0, "{html}");
        }
    }

    #[test]
    fn hostile_formulas_are_bounded() {
        let half = FORMULA_BYTES_MAX / 2;
        for tex in [
            "{".repeat(half) + &"}".repeat(half - 1),
            r"\sqrt{".repeat(280) + "x" + &"}".repeat(280),
            r"\left(".repeat(140) + "x" + &r"\right)".repeat(140),
            r"\begin{matrix}".repeat(70) + "x" + &r"\end{matrix}".repeat(70),
            r"\frac".repeat(390),
            r"\color{red}".repeat(180),
            r"\small ".repeat(280),
            r"\displaystyle ".repeat(140),
            r"\mathbf\mathrm".repeat(140) + "x",
            "x^".repeat(half),
            "x'".repeat(half),
            r"\pmb{".repeat(39) + "x" + &"}".repeat(39),
            "x+".repeat(half),
            "x".repeat(FORMULA_BYTES_MAX + 1),
        ] {
            let mut budget = Budget::default();
            let html = render(&tex, true, &mut budget).unwrap_or_default();
            assert!(html.len() <= Budget::default().html_bytes, "{}: {}", &tex[..20], html.len());
        }
        let mut budget = Budget::default();
        let typeset = (0..1_000).filter(|_| render(&"x+y+".repeat(20), false, &mut budget).is_some()).count();
        assert!((10..=50).contains(&typeset), "{typeset}");
    }
}

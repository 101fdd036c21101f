//! What KaTeX wrote, read strictly and written anew.
//!
//! Only the tags and attributes listed here pass, each closed in order; what else there is makes the formula one that is
//! not typeset. Attributes are put in one order, since KaTeX's port has none, and classes get the names that style
//! sheets up to KaTeX 0.16 have, which is what clients bring along: later ones start with `katex-`.

/// Elements open at once in a formula; formulas that people write have a third of it.
const DEPTH_MAX: usize = 150;

const TAGS: &[&str] = &[
    "annotation",
    "line",
    "math",
    "menclose",
    "mfrac",
    "mi",
    "mlabeledtr",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "path",
    "semantics",
    "span",
    "svg",
];

/// Attributes whose values are words and numbers.
const ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "columnalign",
    "columnlines",
    "columnspacing",
    "d",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "linebreak",
    "linethickness",
    "lspace",
    "mathbackground",
    "mathcolor",
    "mathsize",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "preserveAspectRatio",
    "rowlines",
    "rowspacing",
    "rspace",
    "scriptlevel",
    "separator",
    "side",
    "stretchy",
    "stroke-width",
    "style",
    "symmetric",
    "valign",
    "viewBox",
    "voffset",
    "width",
    "x1",
    "x2",
    "y1",
    "y2",
];

/// Attributes that have one of these values.
const EXACT: &[(&str, &[&str])] = &[
    ("aria-hidden", &["true"]),
    ("encoding", &["application/x-tex"]),
    ("xmlns", &["http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg"]),
];

/// Classes that have always started with `katex-`.
const OWN_CLASSES: [&str; 4] = ["katex-display", "katex-error", "katex-html", "katex-mathml"];

/// The markup in its one form; `None` if anything in it is not known here.
pub(super) fn normalized(html: &str) -> Option<String> {
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        push_text(&mut out, text)?;
        let (tag, after) = tag.split_once('>')?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            (open.pop()? == name).then_some(())?;
            out.push_str("</");
            out.push_str(name);
            out.push('>');
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let name = TAGS.iter().copied().find(|known| *known == name)?;
        out.push('<');
        out.push_str(name);
        push_attributes(&mut out, attributes)?;
        out.push_str(if is_empty { "/>" } else { ">" });
        if !is_empty {
            open.push(name);
        }
        (open.len() <= DEPTH_MAX).then_some(())?;
    }
    push_text(&mut out, rest)?;
    open.is_empty().then_some(out)
}

/// Text, which is escaped already.
fn push_text(out: &mut String, text: &str) -> Option<()> {
    (!text.contains('>')).then(|| out.push_str(text))
}

fn push_attributes(out: &mut String, mut source: &str) -> Option<()> {
    let mut attributes: Vec<(&str, String)> = Vec::new();
    while !source.trim_start().is_empty() {
        let (name, rest) = source.trim_start().split_once("=\"")?;
        let (value, rest) = rest.split_once('"')?;
        attributes.push((name, checked(name, value)?));
        source = rest;
    }
    attributes.sort_by_key(|(name, _)| (*name != "class", *name));
    for (name, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        out.push_str(value);
        out.push('"');
    }
    Some(())
}

/// The value as it is written; `None` if it must not be.
fn checked(name: &str, value: &str) -> Option<String> {
    if name == "class" {
        let is_class = |class: &str| class.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let mut classes = value.split(' ').filter(|class| !class.is_empty());
        return classes.clone().all(is_class).then(|| {
            let first = classes.next().map(class_name).unwrap_or_default().to_owned();
            classes.fold(first, |all, class| all + " " + class_name(class))
        });
    }
    if let Some((_, values)) = EXACT.iter().find(|(known, _)| *known == name) {
        return values.contains(&value).then(|| value.to_owned());
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b" \n.,:;#%+-".contains(&b);
    (ATTRIBUTES.contains(&name) && value.bytes().all(is_plain)).then(|| value.to_owned())
}

fn class_name(class: &str) -> &str {
    class.strip_prefix("katex-").filter(|_| !OWN_CLASSES.contains(&class)).unwrap_or(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_markup_passes_in_one_form() {
        let check = |html: &str, expect: &str| assert_eq!(normalized(html).as_deref(), Some(expect));
        check("", "");
        check("x &lt; y", "x &lt; y");
        check(r#"<mo stretchy="true" fence="true">(</mo>"#, r#"<mo fence="true" stretchy="true">(</mo>"#);
        check(
            r#"<span style="top:-1.5em;" class="katex-base  katex-html mord"></span>"#,
            r#"<span class="base katex-html mord" style="top:-1.5em;"></span>"#,
        );
        check(
            r#"<svg viewBox="0 0 1 1"><path d="M1 2h-3z"/></svg>"#,
            r#"<svg viewBox="0 0 1 1"><path d="M1 2h-3z"/></svg>"#,
        );
        check(r#"<span class="" style=""></span>"#, "<span></span>");
    }

    #[test]
    fn unknown_markup_does_not() {
        for html in [
            "<script></script>",
            "<a href=\"https://a.b\"></a>",
            "<span onclick=\"x\"></span>",
            "<span class=\"a\" onclick=\"x\"></span>",
            "<span style=\"background:url(https://a.b)\"></span>",
            "<span style=\"a:&quot;\"></span>",
            "<span class=\"&lt;\"></span>",
            "<span class='a'></span>",
            "<span class=a></span>",
            "<math xmlns=\"https://a.b\"></math>",
            "<span>",
            "</span>",
            "<span></mi>",
            "<span><mi></span></mi>",
            "a > b",
            "<span",
            "<!-- -->",
        ] {
            assert_eq!(normalized(html), None, "{html}");
        }
        let deep = |depth: usize| "<span>".repeat(depth) + &"</span>".repeat(depth);
        assert!(normalized(&deep(DEPTH_MAX)).is_some() && normalized(&deep(DEPTH_MAX + 1)).is_none());
    }
}

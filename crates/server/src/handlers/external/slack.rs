//! Messages as Slack's incoming webhooks have them, in the Markdown of ours: text, blocks and attachments. What people
//! would click on is left out.

use serde_json::Value;
use std::fmt::Write as _;
use tidings_types::ApiError;

/// Parts of a message at most; the rest is left out. It would be cut anyway.
const PARTS_MAX: usize = 100;

/// The message as Markdown; empty if there is nothing to say.
///
/// # Errors
/// 400 for a document that is no object, or has parts of other types than Slack's.
pub fn content(document: &Value) -> Result<String, ApiError> {
    if !document.is_object() {
        return Err(ApiError::bad_request("Malformed payload"));
    }
    let mut parts = Vec::new();
    for block in list(document, "blocks")? {
        parts.push(self::block(block)?);
    }
    for attachment in list(document, "attachments")? {
        parts.push(self::attachment(attachment)?);
    }
    let said = join(parts);
    if !said.is_empty() {
        return Ok(said);
    }
    let text = text(document, "text")?.map(markdown).unwrap_or_default();
    let icon = self::text(document, "icon_emoji")?.filter(|_| !text.is_empty());
    Ok(icon.map_or_else(|| text.trim().to_owned(), |icon| format!("{icon} {text}").trim().to_owned()))
}

/// The channel that the document names, without the sign before it.
#[must_use]
pub fn channel(document: &Value) -> Option<String> {
    let name = document["channel"].as_str()?;
    Some(name.strip_prefix(['#', '@']).unwrap_or(name).to_owned())
}

fn join(parts: Vec<String>) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// A field that may be absent or null.
fn text<'a>(object: &'a Value, name: &str) -> Result<Option<&'a str>, ApiError> {
    match &object[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(ApiError::bad_request(format!("payload: {name} is not a string"))),
    }
}

fn list<'a>(object: &'a Value, name: &str) -> Result<impl Iterator<Item = &'a Value>, ApiError> {
    match &object[name] {
        Value::Null => Ok([].iter().take(PARTS_MAX)),
        Value::Array(items) => Ok(items.iter().take(PARTS_MAX)),
        _ => Err(ApiError::bad_request(format!("payload: {name} is not a list"))),
    }
}

/// <https://api.slack.com/reference/block-kit/blocks>
fn block(block: &Value) -> Result<String, ApiError> {
    Ok(match text(block, "type")?.unwrap_or_default() {
        "divider" => "----".to_owned(),
        "header" => format!("## {}", text_object(&block["text"])?),
        "image" => image(block)?,
        "section" => section(block)?,
        "context" => {
            let mut parts = Vec::new();
            for element in list(block, "elements")? {
                parts.push(if element["type"] == "image" { image(element)? } else { text_object(element)? });
            }
            join(parts)
        }
        _ => String::new(),
    })
}

fn section(block: &Value) -> Result<String, ApiError> {
    let mut parts = vec![text_object(&block["text"])?];
    if block["accessory"]["type"] == "image" {
        parts.push(image(&block["accessory"])?);
    }
    let fields = list(block, "fields")?.map(text_object).collect::<Result<Vec<_>, _>>()?;
    parts.push(match fields.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        several => table(several),
    });
    Ok(join(parts))
}

/// Slack shows fields in two columns without a head.
fn table(fields: &[String]) -> String {
    let cell = |text: &String| text.replace(['\n', '|'], " ");
    let mut table = "| | |\n|-|-|".to_owned();
    for pair in fields.chunks(2) {
        let second = pair.get(1).map(cell).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(table, "\n| {} | {second} |", cell(&pair[0]));
    }
    table
}

/// Text, formatted or plain; empty if it is absent.
fn text_object(object: &Value) -> Result<String, ApiError> {
    let said = text(object, "text")?.unwrap_or_default();
    Ok(if object["type"] == "plain_text" { said.to_owned() } else { markdown(said) })
}

fn image(block: &Value) -> Result<String, ApiError> {
    let Some(url) = text(block, "image_url")? else { return Ok(String::new()) };
    let title = text(&block["title"], "text")?.or(text(block, "alt_text")?).unwrap_or_default();
    Ok(link(title, url))
}

fn link(title: &str, url: &str) -> String {
    let title = title.replace(['[', ']', '\n'], " ");
    if title.trim().is_empty() { url.to_owned() } else { format!("[{}]({url})", title.trim()) }
}

/// <https://api.slack.com/reference/messaging/attachments>
fn attachment(attachment: &Value) -> Result<String, ApiError> {
    let mut parts = Vec::new();
    if let Some(title) = text(attachment, "title")?.filter(|title| !title.is_empty()) {
        let linked = text(attachment, "title_link")?.filter(|url| !url.is_empty());
        parts.push(format!("## {}", linked.map_or_else(|| title.to_owned(), |url| link(title, url))));
    }
    for name in ["pretext", "text"] {
        parts.extend(text(attachment, name)?.map(markdown));
    }
    let mut lines = Vec::new();
    for field in list(attachment, "fields")? {
        let said = |name| text(field, name).map(|text| text.filter(|text| !text.is_empty()));
        lines.push(match (said("title")?, said("value")?) {
            (Some(title), Some(value)) => format!("**{title}**: {}", markdown(value)),
            (Some(title), None) => format!("**{title}**"),
            (None, Some(value)) => markdown(value),
            (None, None) => continue,
        });
    }
    parts.push(lines.join("\n"));
    for block in list(attachment, "blocks")? {
        parts.push(self::block(block)?);
    }
    parts.extend(text(attachment, "image_url")?.map(str::to_owned));
    parts.extend(text(attachment, "footer")?.map(markdown));
    // Seconds, as a number or as text, perhaps with a fraction.
    let at = attachment["ts"].as_f64().or_else(|| attachment["ts"].as_str()?.parse().ok());
    parts.extend(at.filter(|at| at.abs() < 1e11).map(|at| format!("<time:{at:.0}>")));
    Ok(join(parts))
}

/// Slack's formatting as ours: `*bold*`, `_emphasis_`, `~struck~`, `<address|text>`. Code stays as it is.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        // Every other part is between backquotes.
        if at % 2 == 1 { out.push_str(&unescape(part)) } else { prose(part, &mut out) }
    }
    out
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn prose(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else { break };
        emphasis(&rest[..start], out);
        reference(&rest[start + 1..start + length], out);
        rest = &rest[start + length + 1..];
    }
    emphasis(rest, out);
}

/// What stands between angle brackets: an address, or somebody or something of Slack's, of which the name is left.
fn reference(inner: &str, out: &mut String) {
    let (target, label) = inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label)));
    if target.contains("://") || target.starts_with("mailto:") {
        out.push_str(&label.map_or_else(|| unescape(target), |label| link(&unescape(label), &unescape(target))));
        return;
    }
    match target.chars().next() {
        Some(sign @ ('@' | '#' | '!')) => {
            let name = label.unwrap_or(&target[1..]).trim_start_matches(['@', '#']);
            out.push(if sign == '#' { '#' } else { '@' });
            out.push_str(name);
        }
        _ => {
            out.push('<');
            out.push_str(inner);
            out.push('>');
        }
    }
}

/// Signs around words, on one line, with no letter before the first or after the second.
fn emphasis(text: &str, out: &mut String) {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let ours = match chars[at] {
            '*' => "**",
            '_' => "*",
            '~' => "~~",
            _ => "",
        };
        match closing(&chars, at).filter(|_| !ours.is_empty()) {
            Some(end) => {
                let inner: String = chars[at + 1..end].iter().collect();
                out.push_str(ours);
                emphasis(&inner, out);
                out.push_str(ours);
                at = end + 1;
            }
            None => {
                push_unescaped(&chars, &mut at, out);
            }
        }
    }
}

fn push_unescaped(chars: &[char], at: &mut usize, out: &mut String) {
    for (escaped, plain) in [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&')] {
        if chars[*at] == '&' && escaped.chars().eq(chars[*at..].iter().copied().take(escaped.len())) {
            out.push(plain);
            *at += escaped.len();
            return;
        }
    }
    out.push(chars[*at]);
    *at += 1;
}

/// Where what begins at `start` ends.
fn closing(chars: &[char], start: usize) -> Option<usize> {
    let sign = chars[start];
    let is_word = |at: Option<&char>| at.is_some_and(|c| c.is_alphanumeric());
    if is_word(start.checked_sub(1).and_then(|at| chars.get(at))) || chars.get(start + 1)?.is_whitespace() {
        return None;
    }
    let line = chars[start + 1..].iter().take_while(|c| **c != '\n').count();
    let end = chars[start + 1..start + 1 + line].iter().position(|c| *c == sign)? + start + 1;
    let fits = end > start + 1 && !chars[end - 1].is_whitespace() && !is_word(chars.get(end + 1));
    fits.then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn formatting_is_translated() {
        for (slack, ours) in [
            ("*bold* and _so_ ~not~", "**bold** and *so* ~~not~~"),
            ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
            ("* a\n* b", "* a\n* b"),
            ("<https://x.example/a_b_c|the *site*>", "[the *site*](https://x.example/a_b_c)"),
            ("see <https://x.example/?a=1&amp;b=2>", "see https://x.example/?a=1&b=2"),
            ("<!channel> <@U1|ann> <#C1|general>", "@channel @ann #general"),
            ("`*code* &lt;` *x*", "`*code* <` **x**"),
            ("1 &lt; 2 &amp;&amp; 3 > 2", "1 < 2 && 3 > 2"),
            ("*_both_*", "***both***"),
            ("a < b", "a < b"),
        ] {
            assert_eq!(markdown(slack), ours, "{slack}");
        }
    }

    #[test]
    fn blocks_and_attachments_come_before_text() {
        let document = json!({
            "text": "not shown",
            "blocks": [
                {"type": "header", "text": {"type": "plain_text", "text": "A *head*"}},
                {"type": "divider"},
                {"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}, "fields": [
                    {"type": "mrkdwn", "text": "a|b"}, {"type": "plain_text", "text": "c\nd"}, {"type": "plain_text", "text": "e"}]},
                {"type": "context", "elements": [{"type": "image", "image_url": "https://x/i.png", "alt_text": "i"},
                    {"type": "mrkdwn", "text": "y"}]},
                {"type": "actions", "elements": []},
            ],
            "attachments": [{"title": "T", "title_link": "https://x", "pretext": null, "text": "_t_", "footer": "f", "ts": "1700000000.5",
                "fields": [{"title": "k", "value": "v"}, {"title": "alone"}, {"value": "only"}, {}]}],
        });
        let expect = "## A *head*\n\n----\n\n**x**\n\n| | |\n|-|-|\n| a b | c d |\n| e |  |\n\n[i](https://x/i.png)\n\ny\n\n\
            ## [T](https://x)\n\n*t*\n\n**k**: v\n**alone**\nonly\n\nf\n\n<time:1700000000>";
        assert_eq!(content(&document).unwrap(), expect);
    }

    #[test]
    fn text_has_its_icon_and_wrong_types_are_refused() {
        assert_eq!(content(&json!({"text": "*x*", "icon_emoji": ":tada:"})).unwrap(), ":tada: **x**");
        assert_eq!(content(&json!({"icon_emoji": ":tada:"})).unwrap(), "");
        for wrong in
            [json!([]), json!("x"), json!({"text": 1}), json!({"blocks": {}}), json!({"attachments": [{"title": []}]})]
        {
            assert!(content(&wrong).is_err(), "{wrong}");
        }
        assert_eq!(channel(&json!({"channel": "#general"})).as_deref(), Some("general"));
    }
}

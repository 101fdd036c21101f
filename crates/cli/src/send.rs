//! `tidings send`.

use crate::api;
use crate::args::SendArgs;
use crate::output::{self, Format};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::io::Read;
use tidings_client::{Method, Params};

/// Sends one message.
pub(crate) fn send(args: &SendArgs, format: Format) -> Result<()> {
    let client = api::client(&args.account)?;
    let mut params = match &args.channel {
        Some(channel) => Params::from([("type", "channel".to_owned()), ("to", json!(channel).to_string())]),
        None => Params::from([("type", "direct".to_owned()), ("to", recipients(&args.to)?)]),
    };
    if let Some(topic) = &args.topic {
        params = params.with("topic", topic.as_str());
    }
    let params = params.with("content", content(args.content.as_deref())?);
    let answer = api::wait(async { Ok(client.call(Method::Post, "/messages", params).await?) })?;
    let id = answer.get("id").cloned().unwrap_or_default();
    output::result(format, &json!({ "id": id }), || format!("Sent as message {id}"))
}

/// Ids and addresses cannot be mixed on the wire.
fn recipients(to: &[String]) -> Result<String> {
    let ids: Vec<u32> = to.iter().filter_map(|user| user.parse().ok()).collect();
    match ids.len() {
        0 => Ok(json!(to).to_string()),
        all if all == to.len() => Ok(json!(ids).to_string()),
        _ => bail!("--to takes ids or addresses, not both at once"),
    }
}

fn content(argument: Option<&str>) -> Result<String> {
    let text = match argument {
        Some(text) if text != "-" => text.to_owned(),
        _ => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read the message from stdin")?;
            text
        }
    };
    if text.trim().is_empty() {
        bail!("the message is empty; give it as the last argument, or on stdin");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_all_ids_or_all_addresses() {
        let to = |users: &[&str]| recipients(&users.iter().map(|user| (*user).to_owned()).collect::<Vec<_>>());
        assert_eq!(to(&["4", "5"]).unwrap(), "[4,5]");
        assert_eq!(to(&["a@b.c"]).unwrap(), r#"["a@b.c"]"#);
        assert!(to(&["4", "a@b.c"]).is_err());
    }
}

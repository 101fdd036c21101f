//! Which program asks: the parameter `client`, or the name in the `User-Agent`.

/// The longest name that is kept.
const NAME_CHARS_MAX: usize = 30;

/// What stands in for a program that does not say its name.
const UNSPECIFIED: &str = "Unspecified";

/// The program's name: the parameter as it is, or the first word of the user agent up to `/`, `(` or a digit.
#[must_use]
pub fn client_name(parameter: Option<&str>, user_agent: Option<&str>) -> String {
    let name = match parameter.filter(|name| !name.is_empty()) {
        Some(name) => name,
        None => {
            let agent = user_agent.unwrap_or_default().trim_start();
            let end = agent.find(|c: char| "/( ".contains(c) || c.is_ascii_digit());
            agent.split_at(end.unwrap_or(agent.len())).0
        }
    };
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    if name.is_empty() { UNSPECIFIED.to_owned() } else { name }
}

/// Whether people send with this program, so that they have read what they send.
#[must_use]
pub fn is_human(client: &str) -> bool {
    const HUMAN: [&str; 12] = [
        "website",
        "zulipandroid",
        "zulipios",
        "zulipmobile",
        "zulipflutter",
        "zulipelectron",
        "zulipterminal",
        "zulipdesktop",
        "snipe",
        "ios",
        "android",
        "tidings",
    ];
    let client = client.to_lowercase();
    HUMAN.contains(&client.as_str()) || client.contains("desktop app")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (parameter, agent, expect) in [
            (Some("my bot 2"), Some("ZulipPython/0.9"), "my bot 2"),
            (None, Some("ZulipPython/0.9.1 (Debian GNU/Linux; 12)"), "ZulipPython"),
            (None, Some("ZulipTerminal/0.7 linux"), "ZulipTerminal"),
            (None, Some("curl/8.1"), "curl"),
            (None, Some("Mozilla(5)"), "Mozilla"),
            (None, Some(""), "Unspecified"),
            (Some(""), None, "Unspecified"),
        ] {
            assert_eq!(client_name(parameter, agent), expect);
        }
        assert!(is_human("ZulipFlutter") && is_human("X Desktop App") && !is_human("ZulipPython"));
    }
}

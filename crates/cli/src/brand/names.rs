//! What a brand is called, and how its names take the place of ours.

use anyhow::{Result, bail};

/// The names of a distribution.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The Python module, as in `aloha`.
    pub(super) module: String,
    /// The product, as in `Aloha`.
    pub(super) product: String,
    /// The file in the home folder, as in `aloharc`.
    pub(super) rc_file: String,
    /// Before each environment variable, as in `ALOHA`.
    pub(super) env_prefix: String,
}

impl Names {
    /// # Errors
    /// A name that cannot be one in Python, in a file or in the environment.
    pub(super) fn new(module: &str, product: &str, rc_file: &str, env_prefix: &str) -> Result<Self> {
        let word = |text: &str, first: fn(char) -> bool, others: fn(char) -> bool| {
            text.starts_with(first) && text.chars().all(others)
        };
        if !word(module, |c| c.is_ascii_lowercase(), |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            || KEYWORDS.contains(&module)
        {
            bail!("--module {module:?}: lower-case letters, digits and underscores, as in `aloha`");
        }
        if !word(product, char::is_alphanumeric, |c| c.is_alphanumeric() || " -.+".contains(c)) {
            bail!("--product {product:?}: letters, digits, spaces, and `-.+`, as in `Aloha`");
        }
        if !word(rc_file, |c| c.is_ascii_alphanumeric(), |c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            bail!("--rc-file {rc_file:?}: a file's name without a dot before it, as in `aloharc`");
        }
        if !word(env_prefix, |c| c.is_ascii_uppercase(), |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
            bail!("--env-prefix {env_prefix:?}: upper-case letters, digits and underscores, as in `ALOHA`");
        }
        let [module, product, rc_file, env_prefix] = [module, product, rc_file, env_prefix].map(str::to_owned);
        Ok(Names { module, product, rc_file, env_prefix })
    }

    /// The text with our names replaced. Words of the protocol stay; see [`super::leftovers::PROTOCOL`].
    pub(super) fn put_into(&self, text: &str) -> String {
        let agent: String = self.product.split_whitespace().collect();
        // Longer names first: some are parts of others.
        text.replace("zuliprc", &self.rc_file)
            .replace("ZULIP_", &format!("{}_", self.env_prefix))
            .replace("`ZULIP`", &format!("`{}`", self.env_prefix))
            .replace("\"ZULIP\"", &format!("\"{}\"", self.env_prefix))
            .replace("\"zulip\".to_owned()", &format!("\"{}\".to_owned()", self.module))
            .replace("TidingsPython", &format!("{agent}Python"))
            .replace("Tidings", &self.product)
            .replace("tidings", &self.module)
    }
}

/// Words that cannot be imported.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_in_the_place_of_ours() {
        let names = Names::new("aloha", "Aloha Chat", "aloharc", "ALOHA").unwrap();
        let text = "import tidings # of Tidings: ~/zuliprc, ZULIP_EMAIL, TidingsPython/1, zulip_version";
        let put = "import aloha # of Aloha Chat: ~/aloharc, ALOHA_EMAIL, AlohaChatPython/1, zulip_version";
        assert_eq!(names.put_into(text), put);
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        for (module, product, rc_file, env_prefix) in [
            ("Aloha", "Aloha", "aloharc", "ALOHA"),
            ("class", "Aloha", "aloharc", "ALOHA"),
            ("a-b", "Aloha", "aloharc", "ALOHA"),
            ("", "Aloha", "aloharc", "ALOHA"),
            ("aloha", "A\"loha", "aloharc", "ALOHA"),
            ("aloha", "Aloha", ".aloharc", "ALOHA"),
            ("aloha", "Aloha", "a/rc", "ALOHA"),
            ("aloha", "Aloha", "aloharc", "aloha"),
        ] {
            assert!(Names::new(module, product, rc_file, env_prefix).is_err(), "{module} {product} {rc_file}");
        }
    }
}

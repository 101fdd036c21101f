//! The file that clients read their address and key from.

/// The `[api]` section of a file: keys in lower case, values without the blanks around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RcFile {
    entries: Vec<(String, String)>,
}

impl RcFile {
    /// Reads a file's text. Lines that say nothing are skipped; the last one for a key counts.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut entries = Vec::new();
        let mut in_api = false;
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            if line.starts_with('[') {
                in_api = line == "[api]";
            } else if in_api
                && !line.starts_with(['#', ';'])
                && let Some((key, value)) = line.split_once(['=', ':'])
            {
                entries.push((key.trim().to_lowercase(), value.trim().to_owned()));
            }
        }
        RcFile { entries }
    }

    /// The value of a key that is there and not empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.entries.iter().rev().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_api_section_counts() {
        let rc = RcFile::parse(
            "# mine\n[other]\nkey=no\n[api]\nEmail = a@b.c\nkey: k=1\nsite=\n; key=no\nnonsense\n[more]\nemail=x\n",
        );
        assert_eq!((rc.get("email"), rc.get("key"), rc.get("site")), (Some("a@b.c"), Some("k=1"), None));
    }
}

//! Where each value comes from: the builder, then the environment, then the file.

use super::Brand;
use super::rc_file::RcFile;
use crate::error::ConfigError;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Values by their key in the file.
#[derive(Clone, Default)]
pub(super) struct Source(Vec<(&'static str, String)>);

impl std::fmt::Debug for Source {
    /// Only the keys: one of the values is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

impl Source {
    pub(super) fn set(&mut self, key: &'static str, value: String) {
        self.0.retain(|(known, _)| *known != key);
        self.0.push((key, value));
    }
}

/// The variables, without their prefix, that stand for a key; the first one that is set counts.
fn variables(key: &str) -> &'static [&'static str] {
    match key {
        "email" => &["EMAIL"],
        "key" => &["API_KEY"],
        "site" => &["SITE"],
        "insecure" => &["ALLOW_INSECURE"],
        "cert_bundle" => &["CERT_BUNDLE"],
        "client_cert" => &["CLIENT_CERT", "CERT"],
        "client_cert_key" => &["CLIENT_CERT_KEY", "CERT_KEY"],
        _ => &[],
    }
}

/// A value and where it was found.
pub(super) struct Found {
    pub(super) text: String,
    pub(super) origin: String,
}

/// All three places.
pub(super) struct Lookup<'a> {
    prefix: &'a str,
    explicit: Source,
    variable: &'a dyn Fn(&str) -> Option<String>,
    home: Option<PathBuf>,
    path: PathBuf,
    file: Option<RcFile>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(
        brand: &'a Brand,
        config_file: Option<PathBuf>,
        explicit: Source,
        variable: &'a dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let home = variable("HOME").map(PathBuf::from).or_else(std::env::home_dir);
        let in_variable = variable(&format!("{}_CONFIG", brand.env_prefix)).filter(|path| !path.is_empty());
        let named = config_file.or_else(|| in_variable.map(PathBuf::from));
        let path = match named {
            Some(path) => expand(&path, home.as_deref()),
            None => default_file(&brand.rc_name, home.as_deref()),
        };
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => Some(RcFile::parse(&text)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => None,
            Err(error) => return Err(ConfigError::Unreadable { what: "the configuration", file: path, error }),
        };
        Ok(Lookup { prefix: &brand.env_prefix, explicit, variable, home, path, file })
    }

    pub(super) fn find(&self, key: &str) -> Option<Found> {
        if let Some((_, value)) = self.explicit.0.iter().find(|(known, _)| *known == key) {
            return Some(Found { text: value.clone(), origin: key.to_owned() });
        }
        for name in variables(key) {
            let name = format!("{}_{name}", self.prefix);
            if let Some(text) = (self.variable)(&name).filter(|text| !text.is_empty()) {
                return Some(Found { text, origin: name });
            }
        }
        let text = self.file.as_ref()?.get(key)?.to_owned();
        Some(Found { text, origin: format!("{}, key `{key}`", self.path.display()) })
    }

    pub(super) fn required(&self, key: &'static str, what: &'static str) -> Result<Found, ConfigError> {
        self.find(key).ok_or_else(|| ConfigError::Missing {
            what,
            variable: format!("{}_{}", self.prefix, variables(key).first().unwrap_or(&key)),
            key,
            file: self.path.display().to_string(),
            state: if self.file.is_some() { "" } else { " (there is no such file)" },
        })
    }

    /// Strict, so that nobody is insecure by a slip.
    pub(super) fn boolean(&self, key: &str) -> Result<bool, ConfigError> {
        let Some(found) = self.find(key) else { return Ok(false) };
        match found.text.to_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            other => {
                let what = format!("`{other}` is neither `true` nor `false`");
                Err(ConfigError::Invalid { origin: found.origin, what })
            }
        }
    }

    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.find(key).map(|found| expand(Path::new(&found.text), self.home.as_deref()))
    }
}

fn default_file(name: &str, home: Option<&Path>) -> PathBuf {
    let home = home.unwrap_or(Path::new("."));
    let (hidden, plain) = (home.join(format!(".{name}")), home.join(name));
    if !hidden.exists() && plain.exists() { plain } else { hidden }
}

fn expand(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// A scheme in front, nothing behind: `localhost:9991/api/` is `http://localhost:9991`.
pub(super) fn normalize_site(site: &str) -> Result<String, String> {
    let site = site.trim();
    let scheme = match site {
        site if site.contains("://") => "",
        site if site.starts_with("localhost") => "http://",
        _ => "https://",
    };
    let url = format!("{scheme}{site}");
    let url = url.trim_end_matches('/');
    let url = url.strip_suffix("/api").unwrap_or(url).trim_end_matches('/');
    match reqwest::Url::parse(url) {
        Ok(parsed) if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() => {
            Err(format!("`{site}` is not an http or https address"))
        }
        Ok(parsed) if !parsed.username().is_empty() || parsed.query().is_some() || parsed.fragment().is_some() => {
            Err(format!("`{site}` is more than the address of a server"))
        }
        Ok(_) => Ok(url.to_owned()),
        Err(error) => Err(format!("`{site}` is not an address: {error}")),
    }
}

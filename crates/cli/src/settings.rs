//! The server's configuration: a flag, an environment variable and a file key for each of [`Config::KEYS`].

use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Command};
use std::collections::BTreeMap;
use std::path::Path;
use tidings_server::Config;
use tidings_server::config::ConfigKey;
use toml::{Table, Value};

/// What was given as flags or in the environment, by key; not yet checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerSettings {
    given: BTreeMap<&'static str, String>,
}

fn flag(key: &ConfigKey) -> String {
    key.name.replace('_', "-")
}

fn variable(key: &ConfigKey) -> String {
    format!("TIDINGS_{}", key.name.to_uppercase())
}

fn defaults() -> Table {
    Table::try_from(Config::default()).unwrap_or_default()
}

impl clap::FromArgMatches for ServerSettings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut settings = ServerSettings::default();
        settings.update_from_arg_matches(matches)?;
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for key in Config::KEYS {
            if let Some(text) = matches.get_one::<String>(key.name) {
                self.given.insert(key.name, text.clone());
            }
        }
        Ok(())
    }
}

impl clap::Args for ServerSettings {
    fn augment_args(command: Command) -> Command {
        let defaults = defaults();
        Config::KEYS.iter().fold(command, |command, key| command.arg(arg(key, defaults.get(key.name))))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn arg(key: &ConfigKey, default: Option<&Value>) -> Arg {
    let doc = key.doc.trim();
    let help = match default {
        Some(Value::String(text)) => format!("{doc} [default: {text}]"),
        Some(value) => format!("{doc} [default: {value}]"),
        None => doc.to_owned(),
    };
    let arg = Arg::new(key.name).long(flag(key)).env(variable(key)).help(help).help_heading("Settings");
    match default {
        Some(Value::Boolean(_)) => arg.num_args(0..=1).default_missing_value("true").value_name("BOOL"),
        _ => arg.value_name("VALUE"),
    }
}

impl ServerSettings {
    /// What counts in the end: flag, else variable, else file, else default.
    pub(crate) fn resolve(&self, file: Option<&Path>) -> Result<Config> {
        let mut table = defaults();
        if let Some(path) = file {
            table.extend(read_file(path)?);
        }
        for key in Config::KEYS {
            let Some(text) = self.given.get(key.name) else { continue };
            let value = value_of(text, defaults().get(key.name));
            // Checked one by one, so that the message can say which.
            let one = Table::from_iter([(key.name.to_owned(), value.clone())]);
            one.try_into::<Config>()
                .with_context(|| format!("--{} (or {}) cannot be {text:?}", flag(key), variable(key)))?;
            table.insert(key.name.to_owned(), value);
        }
        table.try_into().context("the settings do not fit together")
    }
}

fn read_file(path: &Path) -> Result<Table> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the settings in {}; check --config", path.display()))?;
    let wrong = || format!("{} is not a valid settings file; `tidings serve --help` lists the keys", path.display());
    toml::from_str::<Config>(&text).with_context(wrong)?;
    toml::from_str(&text).with_context(wrong)
}

/// Text as a value of the default's type; text that does not fit stays text, and is refused later.
fn value_of(text: &str, default: Option<&Value>) -> Value {
    let fitting = match default {
        Some(Value::Integer(_)) => text.replace('_', "").parse().map(Value::Integer).ok(),
        Some(Value::Boolean(_)) => text.parse().map(Value::Boolean).ok(),
        _ => None,
    };
    fitting.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::CommandFactory;
    use std::io::Write;

    fn given(pairs: &[(&'static str, &str)]) -> ServerSettings {
        ServerSettings { given: pairs.iter().map(|(name, text)| (*name, (*text).to_owned())).collect() }
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    /// A value other than the default, as text, for any key.
    fn other_value(key: &str, default: Option<&Value>) -> String {
        match (key, default) {
            ("listen", _) => "127.0.0.1:1".to_owned(),
            ("synchronous", _) => "normal".to_owned(),
            ("log_format", _) => "json".to_owned(),
            (_, Some(Value::Integer(number))) => (number + 1).to_string(),
            (_, Some(Value::Boolean(on))) => (!on).to_string(),
            _ => "https://other.example".to_owned(),
        }
    }

    #[test]
    fn every_key_has_a_flag_and_a_variable_and_a_place_in_the_file() {
        let command = Args::command();
        let serve = command.find_subcommand("serve").unwrap();
        for key in Config::KEYS {
            let arg = serve.get_arguments().find(|arg| arg.get_id() == key.name).unwrap();
            assert_eq!(arg.get_long(), Some(flag(key).as_str()));
            assert_eq!(arg.get_env().unwrap().to_str(), Some(variable(key).as_str()));
            let text = other_value(key.name, defaults().get(key.name));
            let by_flag = given(&[(key.name, &text)]).resolve(None).unwrap();
            assert_ne!(by_flag, Config::default(), "{}", key.name);
            let line = Table::from_iter([(key.name.to_owned(), value_of(&text, defaults().get(key.name)))]);
            let by_file = given(&[]).resolve(Some(file(&line.to_string()).path())).unwrap();
            assert_eq!(by_file, by_flag, "{}", key.name);
        }
        assert!(defaults().keys().all(|name| Config::KEYS.iter().any(|key| key.name == name)));
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let file = file("rate_limit_per_minute = 7\nproduct_name = \"Other\"\n");
        let config = given(&[("rate_limit_per_minute", "9")]).resolve(Some(file.path())).unwrap();
        assert_eq!((config.rate_limit_per_minute, config.product_name.as_str()), (9, "Other"));
        assert_eq!(config.log_retention_days, Config::default().log_retention_days);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let unknown = given(&[]).resolve(Some(file("lisen = \"x\"\n").path())).unwrap_err();
        assert!(format!("{unknown:#}").contains("lisen"), "{unknown:#}");
        let wrong = given(&[("listen", "here")]).resolve(None).unwrap_err();
        assert!(format!("{wrong:#}").contains("--listen (or TIDINGS_LISTEN)"), "{wrong:#}");
        let wrong = given(&[("rate_limit_per_minute", "-1")]).resolve(None).unwrap_err();
        assert!(format!("{wrong:#}").contains("--rate-limit-per-minute"), "{wrong:#}");
    }
}

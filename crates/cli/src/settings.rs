//! The server's configuration: a flag, an environment variable and a file key for each of [`Config::keys`].

use anyhow::{Context, Result, anyhow};
use clap::{Arg, ArgMatches, Command};
use std::collections::BTreeMap;
use std::path::Path;
use tidings_server::Config;
use tidings_server::config::ConfigKey;
use toml::{Table, Value};

/// What was given as flags or in the environment, by key; not yet checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerSettings {
    given: BTreeMap<String, String>,
}

fn flag(key: &ConfigKey) -> String {
    key.id().replace('_', "-")
}

fn variable(key: &ConfigKey) -> String {
    format!("TIDINGS_{}", key.id().to_uppercase())
}

/// The value of a key in a file.
fn get<'a>(table: &'a Table, key: &ConfigKey) -> Option<&'a Value> {
    let table = match key.table {
        Some(name) => table.get(name)?.as_table()?,
        None => table,
    };
    table.get(key.name)
}

fn set(table: &mut Table, key: &ConfigKey, value: Value) {
    let table = match key.table {
        Some(name) => table.entry(name).or_insert_with(|| Value::Table(Table::new())).as_table_mut(),
        None => Some(table),
    };
    if let Some(table) = table {
        table.insert(key.name.to_owned(), value);
    }
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
        for id in Config::keys().iter().map(ConfigKey::id) {
            if let Some(text) = matches.get_one::<String>(&id) {
                self.given.insert(id, text.clone());
            }
        }
        Ok(())
    }
}

impl clap::Args for ServerSettings {
    fn augment_args(command: Command) -> Command {
        let defaults = defaults();
        Config::keys().iter().fold(command, |command, key| command.arg(arg(key, get(&defaults, key))))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn arg(key: &ConfigKey, default: Option<&Value>) -> Arg {
    let doc = key.doc.trim();
    let help = match default {
        Some(Value::String(text)) if text.is_empty() => doc.to_owned(),
        Some(Value::String(text)) => format!("{doc} [default: {text}]"),
        Some(value) => format!("{doc} [default: {value}]"),
        None => doc.to_owned(),
    };
    let arg = Arg::new(key.id()).long(flag(key)).env(variable(key)).help(help).help_heading("Settings");
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
            let file = read_file(path)?;
            for key in Config::keys() {
                if let Some(value) = get(&file, &key) {
                    set(&mut table, &key, value.clone());
                }
            }
        }
        for key in Config::keys() {
            let Some(text) = self.given.get(&key.id()) else { continue };
            let value = value_of(text, get(&defaults(), &key));
            // Checked one by one, so that the message can say which.
            let mut one = Table::new();
            set(&mut one, &key, value.clone());
            one.try_into::<Config>()
                .with_context(|| format!("--{} (or {}) cannot be {text:?}", flag(&key), variable(&key)))?;
            set(&mut table, &key, value);
        }
        let config: Config = table.try_into().context("the settings do not fit together")?;
        config.brand.check().map_err(|why| anyhow!("the brand cannot be: {why}"))?;
        tidings_server::mail::mailer(&config).map_err(|why| anyhow!("e-mail cannot be sent so: {why}"))?;
        Ok(config)
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

    fn given(pairs: &[(&str, &str)]) -> ServerSettings {
        ServerSettings { given: pairs.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect() }
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
            ("trusted_proxies", _) => "10.0.0.0/8, ::1/128".to_owned(),
            ("brand_module" | "brand_rust_crate" | "brand_rc_file", _) => "other".to_owned(),
            ("brand_color" | "brand_color_dark", _) => "#abc".to_owned(),
            ("smtp_url", _) => "smtp://other.example".to_owned(),
            ("webhook_networks", _) => "10.9.0.0/16".to_owned(),
            ("mail_from", _) => "chat@other.example".to_owned(),
            ("brand_links", _) => "Terms=https://other.example".to_owned(),
            (_, Some(Value::Integer(number))) => (number + 1).to_string(),
            (_, Some(Value::Boolean(on))) => (!on).to_string(),
            _ => "https://other.example".to_owned(),
        }
    }

    #[test]
    fn every_key_has_a_flag_and_a_variable_and_a_place_in_the_file() {
        let command = Args::command();
        let serve = command.find_subcommand("serve").unwrap();
        let keys = Config::keys();
        for key in &keys {
            let id = key.id();
            let arg = serve.get_arguments().find(|arg| arg.get_id() == id.as_str()).unwrap();
            assert_eq!(arg.get_long(), Some(flag(key).as_str()));
            assert_eq!(arg.get_env().unwrap().to_str(), Some(variable(key).as_str()));
            let text = other_value(&id, get(&defaults(), key));
            let by_flag = given(&[(&id, &text)]).resolve(None).unwrap();
            assert_ne!(by_flag, Config::default(), "{id}");
            let mut line = Table::new();
            set(&mut line, key, value_of(&text, get(&defaults(), key)));
            let by_file = given(&[]).resolve(Some(file(&line.to_string()).path())).unwrap();
            assert_eq!(by_file, by_flag, "{id}");
        }
        let is_known = |name: &String| keys.iter().any(|key| key.table.unwrap_or(key.name) == name);
        assert!(defaults().keys().all(is_known));
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let file = file("rate_limit_per_minute = 7\n[brand]\nproduct = \"Other\"\nmodule = \"one\"\n");
        let flags = given(&[("rate_limit_per_minute", "9"), ("brand_module", "two")]);
        let config = flags.resolve(Some(file.path())).unwrap();
        assert_eq!((config.rate_limit_per_minute, config.brand.product.as_str()), (9, "Other"));
        assert_eq!((config.brand.module.as_str(), config.brand.rc_file.as_str()), ("two", "zuliprc"));
        assert_eq!(config.log_retention_days, Config::default().log_retention_days);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let unknown = given(&[]).resolve(Some(file("lisen = \"x\"\n").path())).unwrap_err();
        assert!(format!("{unknown:#}").contains("lisen"), "{unknown:#}");
        let wrong = given(&[("listen", "here")]).resolve(None).unwrap_err();
        assert!(format!("{wrong:#}").contains("--listen (or TIDINGS_LISTEN)"), "{wrong:#}");
        let wrong = given(&[("brand_color", "red")]).resolve(None).unwrap_err();
        assert!(format!("{wrong:#}").contains("color"), "{wrong:#}");
        let unknown = given(&[]).resolve(Some(file("[brand]\nname = \"x\"\n").path())).unwrap_err();
        assert!(format!("{unknown:#}").contains("name"), "{unknown:#}");
        let wrong = given(&[("rate_limit_per_minute", "-1")]).resolve(None).unwrap_err();
        assert!(format!("{wrong:#}").contains("--rate-limit-per-minute"), "{wrong:#}");
    }
}

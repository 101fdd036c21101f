//! `tidings serve`.

use crate::args::ServeArgs;
use crate::data_dir::DataDir;
use crate::instance::Instance;
use anyhow::{Context, Result};
use tidings_server::Config;
use tidings_server::config::LogFormat;
use tidings_types::user::Role;
use tracing_subscriber::EnvFilter;

/// Serves until told to stop.
pub(crate) fn serve(args: &ServeArgs) -> Result<()> {
    let config = args.settings.resolve(args.config.as_deref())?;
    start_log(&config)?;
    let data = DataDir::create(&args.data.data_dir)?;
    let mut instance = Instance::start(&data, config)?;
    tracing::info!(address = %instance.address, "listening");
    if !has_owner(&instance) {
        anstream::eprintln!("{}", how_to_create_an_owner(&data, &instance));
    }
    let ended = instance.wait_for_signal();
    tracing::info!("stopping");
    let stopped = instance.stop();
    tracing::info!("stopped");
    ended.and(stopped)
}

fn has_owner(instance: &Instance) -> bool {
    instance.realm().state().users.iter().any(|user| user.role == Role::Owner && user.is_active)
}

fn how_to_create_an_owner(data: &DataDir, instance: &Instance) -> String {
    let site = instance.realm().state().realm.url.clone();
    format!(
        "\nNobody can log in yet. Create the owner, in another terminal:\n\n  \
         tidings owner create --data-dir {data} --email you@example.com --full-name 'Your Name' --zuliprc ./zuliprc\n\n\
         Then clients reach the server at {site} with ./zuliprc, for example:\n\n  \
         tidings tail --config-file ./zuliprc\n"
    )
}

/// Log lines go to stderr.
pub(crate) fn start_log(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log_filter)
        .with_context(|| format!("log_filter cannot be {:?}; `info` is a good one", config.log_filter))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Human => log.with_ansi(wants_color()).init(),
    }
    Ok(())
}

fn wants_color() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

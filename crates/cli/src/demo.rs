//! `tidings demo`: a server with people, channels and messages in it, to look around.
//!
//! # Layout
//! - this file: from start to end. [`cast`]: who and what is in it. [`chatter`]: the bot that writes.
//! - [`lines`]: the lines to try.

mod cast;
mod chatter;
mod lines;

use crate::admin::{Credentials, Request, execute};
use crate::api;
use crate::args::DemoArgs;
use crate::data_dir::DataDir;
use crate::instance::Instance;
use crate::output::Format;
use crate::tail;
use crate::zuliprc::{self, Zuliprc};
use anyhow::{Context, Result, anyhow};
use serde::de::DeserializeOwned;
use std::future::ready;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tidings_client::{Client, EventOptions};
use tidings_server::Config;
use tidings_server::config::Synchronous;

/// One person of the demo, with the file to log in with.
struct Player {
    rc: Zuliprc,
    file: PathBuf,
}

/// Serves the demo until told to stop.
pub(crate) fn demo(args: &DemoArgs, format: Format) -> Result<()> {
    // Removed when it goes out of scope, also after an error.
    let temporary = match args.data_dir {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("tidings-demo-").tempdir().context("cannot create a folder")?),
    };
    let path = args.data_dir.clone().or(temporary.as_ref().map(|folder| folder.path().to_owned()));
    let path = std::path::absolute(path.context("there is no folder for the demo")?)?;
    let config = demo_config(args);
    crate::serve::start_log(&config)?;
    let data = DataDir::create(&path)?;
    let mut instance = Instance::start(&data, config)?;
    let played = play(&mut instance, &path, args, format);
    let stopped = instance.stop();
    played.and(stopped)
}

fn demo_config(args: &DemoArgs) -> Config {
    Config {
        listen: args.listen,
        allow_dev_login: true,
        // Nothing here is worth a wait for the disk, and everybody calls from one machine.
        synchronous: Synchronous::Normal,
        rate_limit_per_minute: 6_000,
        log_filter: "warn".to_owned(),
        ..Config::default()
    }
}

fn play(instance: &mut Instance, path: &Path, args: &DemoArgs, format: Format) -> Result<()> {
    let is_new = instance.realm().state().users.is_empty();
    let players = enter(instance, path, is_new)?;
    if is_new {
        set_the_stage(instance, &players)?;
    }
    lines::print(instance, path, &players, format)?;
    let watcher = instance.spawn(watch(api::client_of(&players[0].rc)?, format));
    let bot = api::client_of(&players[cast::BOT].rc)?;
    let pause = Duration::from_secs_f64(args.interval.clamp(0.05, 3600.0));
    let chatter = (args.interval > 0.0).then(|| instance.spawn(chatter::write(bot, pause)));
    let waited = instance.wait_for_signal();
    anstream::eprintln!("Stopping.");
    for task in [watcher].into_iter().chain(chatter) {
        task.abort();
    }
    waited
}

fn ask<T: DeserializeOwned>(instance: &Instance, request: Request) -> Result<T> {
    let answer = instance.run(execute::execute(instance.realm(), request)).map_err(|error| anyhow!("{error}"))?;
    Ok(serde_json::from_value(answer)?)
}

/// Creates everybody, or, in a folder that is kept, gives everybody a new key; writes the files to log in with.
fn enter(instance: &Instance, path: &Path, is_new: bool) -> Result<Vec<Player>> {
    let folder = path.join("zuliprc");
    DataDir::create(&folder)?;
    let mut players = Vec::new();
    for person in cast::CAST {
        let request = match is_new {
            true => Request::CreateUser(person.account()),
            false => Request::NewKey { user: person.email(), label: "tidings demo".to_owned() },
        };
        let Credentials { email, api_key, site, .. } = ask(instance, request)?;
        let rc = Zuliprc { email, key: api_key, site };
        let file = folder.join(person.name);
        zuliprc::write_private(&file, &rc.text(), true)?;
        players.push(Player { rc, file });
    }
    Ok(players)
}

fn set_the_stage(instance: &Instance, players: &[Player]) -> Result<()> {
    for channel in cast::CHANNELS {
        let users = channel.subscribers.iter().map(|person| players[*person].rc.email.clone()).collect();
        ask::<()>(instance, Request::Subscribe { channel: channel.new_channel(), users })?;
    }
    for line in cast::LINES {
        let speaker = api::client_of(&players[line.speaker].rc)?;
        instance.run(chatter::say(&speaker, line.place, line.text))?;
    }
    Ok(())
}

async fn watch(client: Client, format: Format) {
    let options = EventOptions::new().all_public_streams(true);
    let watched = client.call_on_each_event(options, |event| ready(tail::print(event.raw(), format))).await;
    if let Err(error) = watched {
        tracing::warn!("events are no longer shown: {error:#}");
    }
}

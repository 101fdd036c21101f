//! `tidings demo`: a server with people, channels and messages in it, to look around.
//!
//! # Layout
//! - this file: from start to end. [`cast`]: who and what is in it. [`chatter`]: the bot that writes.
//! - [`lines`]: the lines to try.

mod cast;
mod chatter;
mod lines;

use crate::admin::{Credentials, Request, execute};
use crate::api::Api;
use crate::api::events::{self, Happening, Wanted};
use crate::args::DemoArgs;
use crate::data_dir::DataDir;
use crate::instance::Instance;
use crate::output::{self, Format};
use crate::tail;
use crate::zuliprc::{self, Zuliprc};
use anyhow::{Context, Result, anyhow};
use serde::de::DeserializeOwned;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
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
    let stop = Arc::new(AtomicBool::new(false));
    let owner = Api::new(&players[0].rc);
    let watcher = {
        let stop = Arc::clone(&stop);
        std::thread::spawn(move || watch(&owner, &stop, format))
    };
    let bot = Api::new(&players[cast::BOT].rc);
    let chatter = (args.interval > 0.0).then(|| {
        let (stop, pause) = (Arc::clone(&stop), Duration::from_secs_f64(args.interval.clamp(0.05, 3600.0)));
        std::thread::spawn(move || chatter::write(&bot, pause, &stop))
    });
    let waited = instance.wait_for_signal();
    stop.store(true, Ordering::SeqCst);
    anstream::eprintln!("Stopping.");
    // The stopping server answers the watcher's poll, so these end at once.
    instance.realm().stop();
    let _ = watcher.join();
    if let Some(chatter) = chatter {
        let _ = chatter.join();
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
        chatter::say(&Api::new(&players[line.speaker].rc), line.place, line.text)?;
    }
    Ok(())
}

fn watch(api: &Api, stop: &AtomicBool, format: Format) {
    let followed = events::follow(api, &Wanted { all_public: true, ..Wanted::default() }, stop, |happening| {
        if let Happening::Event(event) = happening {
            match format {
                Format::Json => output::line(&serde_json::to_string(&event)?)?,
                Format::Human => output::line(&tail::describe(&event))?,
            }
        }
        Ok(ControlFlow::Continue(()))
    });
    if let Err(error) = followed {
        tracing::warn!("events are no longer shown: {error:#}");
    }
}

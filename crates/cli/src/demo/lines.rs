//! The lines to try, ready to paste into another terminal.

use super::Player;
use super::cast::CAST;
use crate::instance::Instance;
use crate::output::{self, Format};
use anyhow::Result;
use serde_json::json;
use std::path::Path;

/// Prints where everything is and what to try.
pub(super) fn print(instance: &Instance, path: &Path, players: &[Player], format: Format) -> Result<()> {
    let site = instance.realm().state().realm.url.clone();
    if format == Format::Json {
        let files = CAST.iter().zip(players).map(|(person, player)| (person.name.to_owned(), json!(player.file)));
        let files: serde_json::Map<_, _> = files.collect();
        return output::line(&json!({ "site": site, "data_dir": path, "zuliprc": files }).to_string());
    }
    output::line(&text(&site, path, &players[0], &program()))
}

/// How this program was called.
fn program() -> String {
    std::env::current_exe().map_or_else(|_| "tidings".to_owned(), |path| path.display().to_string())
}

fn text(site: &str, path: &Path, owner: &Player, program: &str) -> String {
    let (file, email, key) = (owner.file.display(), &owner.rc.email, &owner.rc.key);
    let names: Vec<&str> = CAST.iter().map(|person| person.name).collect();
    let (folder, names) = (path.join("zuliprc"), names.join(", "));
    let folder = folder.display();
    format!(
        r##"The demo is served at {site}

Log in with the files in {folder}:
  {names}

Try in another terminal:

  # every event, in Python (pip install zulip)
  python3 -c '
import zulip
client = zulip.Client(config_file="{file}")
client.call_on_each_event(lambda event: print(event))'

  # the same by hand: register a queue, then ask for its events
  Q=$(curl -sS -u {email}:{key} {site}/api/v1/register -d 'fetch_event_types=[]' | sed 's/.*"queue_id":"\([^"]*\)".*/\1/')
  curl -sS -G -u {email}:{key} {site}/api/v1/events -d queue_id=$Q -d last_event_id=-1

  # log in without a password, which only the demo allows
  curl -sS {site}/api/v1/dev_fetch_api_key -d username={email}

  # with this program
  {program} tail --config-file {file}
  {program} send --config-file {file} --channel Denmark --topic castle 'Who is there?'

Events of {email} follow. Ctrl-C ends the demo.
"##
    )
}

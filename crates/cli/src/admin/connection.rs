//! Our end: asks the running server, or does it ourselves.

use super::{Answer, Request, execute};
use crate::data_dir::DataDir;
use crate::instance::Offline;
use anyhow::{Context, Result, anyhow, bail};
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;

/// A way to administer a data folder.
pub(crate) enum Connection {
    /// A server runs.
    Online(BufReader<UnixStream>),
    /// None runs, and none can start meanwhile.
    Offline(Offline),
}

impl Connection {
    /// Connects to the server of a data folder, or opens its database.
    pub(crate) fn open(data: &DataDir) -> Result<Self> {
        match UnixStream::connect(data.socket()) {
            Ok(stream) => Ok(Connection::Online(BufReader::new(stream))),
            // No file, or one that a killed server left behind.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                Ok(Connection::Offline(Offline::open(data)?))
            }
            Err(error) => {
                Err(error).with_context(|| format!("cannot talk to the server at {}", data.socket().display()))
            }
        }
    }

    /// Asks, and reads the answer as what the request says it is.
    pub(crate) fn ask<T: DeserializeOwned>(&mut self, request: &Request) -> Result<T> {
        let answer = match self {
            Connection::Online(stream) => ask_server(stream, request)?,
            Connection::Offline(offline) => {
                offline.run(execute::execute(offline.realm(), request.clone())).map_err(|error| anyhow!("{error}"))?
            }
        };
        serde_json::from_value(answer).context("the server's answer has another form; it may be of another version")
    }
}

/// Reads the next answer of a server.
pub(super) fn read_answer(stream: &mut BufReader<UnixStream>) -> Result<Answer> {
    let mut answer = String::new();
    if stream.read_line(&mut answer).context("the server went away")? == 0 {
        bail!("the server stopped before it answered; ask again");
    }
    serde_json::from_str(&answer).context("the server's answer is not understood")
}

/// Asks a server something.
pub(super) fn write_request(stream: &mut BufReader<UnixStream>, request: &Request) -> Result<()> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.get_mut().write_all(&line).context("the server went away")
}

fn ask_server(stream: &mut BufReader<UnixStream>, request: &Request) -> Result<serde_json::Value> {
    write_request(stream, request)?;
    match read_answer(stream)? {
        Answer::Done(value) => Ok(value),
        Answer::Refused(text) => bail!("{text}"),
        Answer::Bytes(_) | Answer::Progress(_) => {
            bail!("the server's answer is another one; it may be of another version")
        }
    }
}

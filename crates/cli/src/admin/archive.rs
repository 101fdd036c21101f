//! An archive of the organization, piece by piece: made by the running server and sent through its socket, or made here.

use super::connection::{Connection, read_answer, write_request};
use super::{Answer, Request, socket};
use crate::instance::Offline;
use anyhow::{Context, Result, anyhow, bail};
use std::io::{Error, Read, Write};
use std::sync::Arc;
use tidings_server::App;
use tidings_server::exports::archive::{self, Progress, Scope, Source};
use tidings_server::files::FileStore;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::mpsc;

/// Bytes of a piece.
const PIECE_BYTES: usize = 64 << 10;

/// Pieces that wait for somebody who reads slowly.
const PIECES_WAITING: usize = 16;

enum Piece {
    Bytes(Vec<u8>),
    Progress(Progress),
}

/// The server's end. Returns the last answer.
pub(super) async fn send(app: &Arc<App>, scope: Scope, write: &mut OwnedWriteHalf) -> Result<Answer> {
    let (pieces, mut made) = mpsc::channel(PIECES_WAITING);
    let source = Source::of(&app.realm, &app.files, scope, None);
    let making = tokio::task::spawn_blocking(move || {
        let out = Pieces { pieces: pieces.clone(), bytes: Vec::with_capacity(PIECE_BYTES) };
        // If nobody reads any more, the next piece says so.
        archive::write(&source, out, |done| drop(pieces.blocking_send(Piece::Progress(done))))
    });
    while let Some(piece) = made.recv().await {
        match piece {
            Piece::Progress(done) => socket::send(write, &Answer::Progress(done)).await?,
            Piece::Bytes(bytes) => {
                socket::send(write, &Answer::Bytes(bytes.len())).await?;
                write.write_all(&bytes).await?;
            }
        }
    }
    Ok(match making.await? {
        Ok(done) => Answer::Done(serde_json::to_value(done)?),
        Err(error) => Answer::Refused(format!("the archive could not be made: {error}")),
    })
}

struct Pieces {
    pieces: mpsc::Sender<Piece>,
    bytes: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = bytes.len().min(PIECE_BYTES - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..count]);
        if self.bytes.len() == PIECE_BYTES {
            self.flush()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.bytes, Vec::with_capacity(PIECE_BYTES));
        self.pieces.blocking_send(Piece::Bytes(piece)).map_err(|_| Error::other("nobody reads the archive any more"))
    }
}

/// Our end: writes the archive, and tells how far it is.
pub(crate) fn receive(
    connection: &mut Connection,
    files: impl FnOnce() -> Result<FileStore>,
    scope: Scope,
    mut out: impl Write,
    mut tell: impl FnMut(Progress),
) -> Result<Progress> {
    let stream = match connection {
        Connection::Online(stream) => stream,
        Connection::Offline(offline) => return make(offline, files()?, scope, out, tell),
    };
    write_request(stream, &Request::Export { scope })?;
    loop {
        match read_answer(stream)? {
            Answer::Bytes(count) if count <= PIECE_BYTES => {
                let mut piece = vec![0; count];
                stream.read_exact(&mut piece).context("the server stopped before the archive was whole")?;
                out.write_all(&piece).context("cannot write the archive")?;
            }
            Answer::Bytes(_) => bail!("the server sends more than was asked for"),
            Answer::Progress(done) => tell(done),
            Answer::Refused(text) => bail!("{text}"),
            Answer::Done(done) => {
                out.flush().context("cannot write the archive")?;
                return serde_json::from_value(done).context("the server's answer is not understood");
            }
        }
    }
}

fn make(
    offline: &Offline,
    files: FileStore,
    scope: Scope,
    out: impl Write,
    tell: impl FnMut(Progress),
) -> Result<Progress> {
    // The files are asked for from this thread, while another one waits for the network, where they are elsewhere.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let _inside = runtime.enter();
    let source = Source::of(offline.realm(), &Arc::new(files), scope, None);
    archive::write(&source, out, tell).map_err(|error| anyhow!("the archive could not be made: {error}"))
}

//! The server's end: a Unix socket in the data folder that only the folder's owner can use. A line is a request,
//! the next line its answer.

use super::{Answer, Request, archive, execute};
use anyhow::{Context, Result};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use tidings_server::App;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};

/// Longest request. They are short; this bounds the memory of a confused caller.
const REQUEST_BYTES_MAX: u64 = 64 * 1024;

/// Listens in place of any earlier server, which cannot be running: we have the database.
pub(crate) fn listen(path: &Path) -> Result<UnixListener> {
    let cannot = || format!("cannot listen at {}", path.display());
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).with_context(cannot),
        _ => {}
    }
    let listener = UnixListener::bind(path).with_context(cannot)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).with_context(cannot)?;
    Ok(listener)
}

/// Answers until the task is dropped.
pub(crate) async fn serve(listener: UnixListener, app: Arc<App>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, Arc::clone(&app)));
            }
            Err(error) => {
                tracing::warn!(%error, "an administrative connection could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn converse(stream: UnixStream, app: Arc<App>) {
    if let Err(error) = answer_all(stream, &app).await {
        tracing::debug!(%error, "an administrative connection ended early");
    }
}

async fn answer_all(stream: UnixStream, app: &Arc<App>) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        if (&mut read).take(REQUEST_BYTES_MAX).read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let answer = match serde_json::from_str::<Request>(&line) {
            Ok(Request::Export { scope }) => archive::send(app, scope, &mut write).await?,
            Ok(request) => match execute::execute(&app.realm, request).await {
                Ok(value) => Answer::Done(value),
                Err(error) => Answer::Refused(error.to_string()),
            },
            Err(error) => Answer::Refused(format!("this server does not know the request: {error}")),
        };
        send(&mut write, &answer).await?;
    }
}

/// Sends an answer as a line.
pub(super) async fn send(write: &mut OwnedWriteHalf, answer: &Answer) -> Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    Ok(write.write_all(&line).await?)
}

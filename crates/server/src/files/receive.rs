//! Forms with a file. The file goes to the store while it arrives, so its size costs no memory; what no handler keeps is
//! removed again.

use super::{FileStore, names};
use crate::app::App;
use crate::http::body::PARAMETERS_MAX;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tidings_types::{ApiError, UserId};
use tokio::io::AsyncWriteExt;

/// Who sends slower than this many bytes in a second is given up, sooner or later.
const BYTES_PER_SEC_MIN: u64 = 16 << 10;

/// Bytes that wait to be written.
const BUFFER_BYTES: usize = 5 << 20;

/// Bytes that may come before they are known to be a part of something: heads of parts, and what is between parts.
const UNREAD_BYTES_MAX: usize = 1 << 20;

/// Bytes after which what reads forms has to pause, so that what came is read before more comes: it takes all that is
/// there, however fast it comes.
const STEP_BYTES: usize = 128 << 10;

/// Files that one account sends at once.
const OF_USER_AT_ONCE: u32 = 6;

/// A file that arrived. If nobody keeps it, it is removed.
pub struct Received {
    /// What it is stored under, and the folder of its address.
    pub place: names::Place,
    /// As people see it.
    pub name: String,
    /// Its media type, as far as the client and the name say.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    files: Arc<FileStore>,
    kept: AtomicBool,
}

impl Received {
    /// Something refers to it now.
    pub fn keep(&self) {
        self.kept.store(true, Ordering::Release);
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if self.kept.load(Ordering::Acquire) {
            return;
        }
        let (files, key) = (Arc::clone(&self.files), self.place.key.clone());
        // Where there is no runtime any more, it is found by the sweep.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { files.delete_upload(&key).await });
        }
    }
}

/// What a form has.
pub struct Form {
    /// Its parameters.
    pub params: Vec<(String, String)>,
    /// Its file, if it has one.
    pub file: Option<Received>,
}

/// Whether a request has a form of the kind that can have files.
#[must_use]
pub fn is_multipart(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.trim_start().get(..19).is_some_and(|start| start.eq_ignore_ascii_case("multipart/form-data"))
}

/// Reads a form, its file up to `bytes_max`.
///
/// # Errors
/// 400 for a form that is malformed, for several files, and for one that is too large; 413 for too many parameters; 429
/// for who sends many already; 504 where it does not arrive.
pub async fn form(app: &App, user: UserId, headers: &HeaderMap, body: Body, bytes_max: u64) -> Result<Form, ApiError> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| malformed())?;
    let whole = Duration::from_secs(app.config.request_timeout_secs + bytes_max / BYTES_PER_SEC_MIN);
    let _place = app.files.senders.enter(user)?;
    let read = async {
        let _turn = app.files.receiving.acquire().await.map_err(|_| ApiError::NotReady {})?;
        let unread = Unread::default();
        let paced = Paced { chunks: body.into_data_stream(), unread: unread.clone(), step: 0 };
        read(app, Multipart::new(paced, boundary), &unread, bytes_max).await
    };
    tokio::time::timeout(whole, read).await.map_err(|_| ApiError::RequestTimeout {})?
}

/// How much came of which nothing was read: what reads forms keeps that in memory, and knows no bound. Heads of parts,
/// and parts that nobody wants, count for good; there is room for those of any form that somebody fills in.
#[derive(Clone, Default)]
struct Unread(Arc<AtomicUsize>);

impl Unread {
    fn read(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A body in steps.
struct Paced<S> {
    chunks: S,
    unread: Unread,
    /// Bytes of the present step.
    step: usize,
}

impl<S: Stream<Item = Result<Bytes, axum::Error>> + Unpin> Stream for Paced<S> {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.step >= STEP_BYTES {
            self.step = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = self.chunks.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            self.step += chunk.len();
            // A chunk may be of any size; it is in memory already.
            if self.unread.0.fetch_add(chunk.len(), Ordering::Relaxed) > UNREAD_BYTES_MAX {
                return Poll::Ready(Some(Err(axum::Error::new("a part of the form has no end"))));
            }
        }
        polled
    }
}

/// How many files each account sends at present.
#[derive(Default)]
pub(super) struct Senders(Mutex<HashMap<UserId, u32>>);

/// Somebody sends a file, until this is dropped.
struct Sender<'a> {
    all: &'a Senders,
    user: UserId,
}

impl Senders {
    fn enter(&self, user: UserId) -> Result<Sender<'_>, ApiError> {
        let mut sending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sending.entry(user).or_default();
        if *count >= OF_USER_AT_ONCE {
            return Err(ApiError::RateLimited { retry_after_secs: 1.0 });
        }
        *count += 1;
        Ok(Sender { all: self, user })
    }
}

impl Drop for Sender<'_> {
    fn drop(&mut self) {
        let mut sending = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = sending.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                sending.remove(&self.user);
            }
        }
    }
}

/// What is answered for a file of more than so many bytes.
pub(crate) fn too_large(bytes_max: u64) -> ApiError {
    let text = format!("Uploaded file is larger than the allowed limit of {} MiB", bytes_max >> 20);
    ApiError::bad_request(text)
}

fn malformed() -> ApiError {
    ApiError::bad_request("Malformed multipart body")
}

async fn read(app: &App, mut multipart: Multipart<'_>, unread: &Unread, bytes_max: u64) -> Result<Form, ApiError> {
    let mut form = Form { params: Vec::new(), file: None };
    let mut room = app.config.body_bytes_max;
    while let Some(field) = in_time(app, multipart.next_field()).await? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name() {
            // A form in a browser in which no file was chosen.
            Some("") => {}
            Some(_) if form.file.is_some() => {
                return Err(ApiError::bad_request("You may only upload one file at a time"));
            }
            Some(_) => form.file = Some(store(app, field, unread, bytes_max).await?),
            None if form.params.len() >= PARAMETERS_MAX => return Err(ApiError::bad_request("Too many parameters")),
            None => {
                let text = text(app, field, unread, room).await?;
                room -= text.len();
                form.params.push((name, text));
            }
        }
    }
    Ok(form)
}

/// Waits for the next part, for as long as a request may take.
async fn in_time<T>(app: &App, part: impl Future<Output = multer::Result<T>>) -> Result<T, ApiError> {
    let longest = Duration::from_secs(app.config.request_timeout_secs);
    let part = tokio::time::timeout(longest, part).await.map_err(|_| ApiError::RequestTimeout {})?;
    part.map_err(|_| malformed())
}

async fn text(app: &App, mut field: Field<'_>, unread: &Unread, bytes_max: usize) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = in_time(app, field.chunk()).await? {
        unread.read(chunk.len());
        if bytes.len() + chunk.len() > bytes_max {
            return Err(ApiError::PayloadTooLarge { limit_bytes: app.config.body_bytes_max as u64 });
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| malformed())
}

async fn store(app: &App, mut field: Field<'_>, unread: &Unread, bytes_max: u64) -> Result<Received, ApiError> {
    let name = names::shown_name(field.file_name().unwrap_or_default());
    let declared = field.content_type().map(ToString::to_string);
    let mut received = Received {
        place: names::new_place(),
        content_type: names::content_type(declared.as_deref(), &name),
        name,
        size: 0,
        files: Arc::clone(&app.files),
        kept: AtomicBool::new(false),
    };
    let path = Path::from(received.place.key.as_str());
    let mut writer = BufWriter::with_capacity(Arc::clone(&app.files.store), path, BUFFER_BYTES).with_max_concurrency(1);
    let written = write(app, &mut field, unread, &mut writer, bytes_max).await;
    match written {
        Ok(size) => received.size = size,
        Err(error) => {
            // What was written in parts; if that fails, too, the sweep or the store's own rules find it.
            let _ = writer.abort().await;
            return Err(error);
        }
    }
    Ok(received)
}

async fn write(
    app: &App,
    field: &mut Field<'_>,
    unread: &Unread,
    writer: &mut BufWriter,
    bytes_max: u64,
) -> Result<u64, ApiError> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "a file could not be stored");
        ApiError::Internal {}
    };
    let mut size = 0;
    while let Some(chunk) = in_time(app, field.chunk()).await? {
        unread.read(chunk.len());
        size += chunk.len() as u64;
        if size > bytes_max {
            return Err(too_large(bytes_max));
        }
        writer.put(chunk).await.map_err(|error| failed(error.into()))?;
    }
    writer.shutdown().await.map_err(failed)?;
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    #[tokio::test]
    async fn what_never_becomes_a_part_is_not_kept_in_memory() {
        for start in ["", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\nX-Long: "] {
            let taken = Arc::new(AtomicUsize::new(0));
            let endless = stream::iter(0..1_000).map(|_| Ok(Bytes::from(vec![b'a'; 64 << 10])));
            let counted = {
                let taken = Arc::clone(&taken);
                stream::iter([Ok(Bytes::from(start))]).chain(endless).inspect(move |_| {
                    taken.fetch_add(1, Ordering::Relaxed);
                })
            };
            let paced = Paced { chunks: counted, unread: Unread::default(), step: 0 };
            assert!(Multipart::new(paced, "x").next_field().await.is_err());
            assert!(taken.load(Ordering::Relaxed) <= 20, "{start:?}: {taken:?}");
        }
    }

    #[tokio::test]
    async fn parts_without_end_are_not_kept_in_memory() {
        let taken = Arc::new(AtomicUsize::new(0));
        let part = b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\n\r\n";
        let chunk = Bytes::from(part.repeat(1_000));
        let endless = {
            let taken = Arc::clone(&taken);
            stream::iter(0..1_000).map(move |_| {
                taken.fetch_add(1, Ordering::Relaxed);
                Ok(chunk.clone())
            })
        };
        let mut form = Multipart::new(Paced { chunks: endless, unread: Unread::default(), step: 0 }, "x");
        while form.next_field().await.is_ok_and(|field| field.is_some()) {}
        assert!(taken.load(Ordering::Relaxed) <= 2 + UNREAD_BYTES_MAX / (part.len() * 1_000), "{taken:?}");
    }

    #[tokio::test]
    async fn who_sends_faster_than_it_is_read_is_not_taken_for_who_never_ends() {
        const CHUNKS: usize = 1_000;
        let start = "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n";
        let file = stream::iter(0..CHUNKS).map(|_| Ok(Bytes::from(vec![b'a'; 64 << 10])));
        let ends = |text: &'static str| stream::iter([Ok(Bytes::from(text))]);
        let unread = Unread::default();
        let chunks = ends(start).chain(file).chain(ends("\r\n--x--\r\n"));
        let mut form = Multipart::new(Paced { chunks, unread: unread.clone(), step: 0 }, "x");
        let mut field = form.next_field().await.unwrap().unwrap();
        let mut size = 0;
        while let Some(chunk) = field.chunk().await.unwrap() {
            unread.read(chunk.len());
            assert!(chunk.len() <= UNREAD_BYTES_MAX);
            size += chunk.len();
        }
        assert_eq!(size, CHUNKS * (64 << 10));
    }

    #[test]
    fn an_account_sends_some_files_at_once_and_others_are_not_kept_waiting() {
        let senders = Senders::default();
        let sending: Vec<_> = (0..OF_USER_AT_ONCE).map(|_| senders.enter(UserId(1)).unwrap()).collect();
        assert!(senders.enter(UserId(1)).is_err());
        assert!(senders.enter(UserId(2)).is_ok());
        drop(sending);
        assert!(senders.enter(UserId(1)).is_ok());
        assert!(senders.0.lock().unwrap().is_empty());
    }
}

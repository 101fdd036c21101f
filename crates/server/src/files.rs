//! Uploaded files: their bytes are in a file store, on the local disk or in S3; what is known of them is in the state.
//!
//! # Layout
//! - [`receive`]: forms with a file, which goes to the store while it arrives.
//! - [`images`]: what can be shown small. [`pictures`]: of users and the organization; custom emoji. [`names`]: addresses and media types. [`temporary`]: addresses for a minute.
//! - [`sweep`]: removes what nobody needs any more.

use crate::config::Config;
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tidings_types::ApiError;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

pub mod images;
pub mod names;
pub mod pictures;
pub mod receive;
pub mod sweep;
pub mod temporary;

/// Files that arrive at once: each holds some megabytes of memory on its way.
const RECEIVED_AT_ONCE: usize = 32;

/// Images that are decoded at once: one may take 800 megabytes for a moment, though most take ten.
const IMAGES_AT_ONCE: usize = 1;

/// Why there is no file store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made.
    #[error("the folder {0} cannot be created: {1}")]
    Folder(std::path::PathBuf, std::io::Error),
    /// The address is of no kind that is known.
    #[error("{0:?} is no address of a file store; it has to start with s3://")]
    Address(String),
    /// The store does not take what it was told.
    #[error("the file store cannot be used: {0}")]
    Store(#[from] object_store::Error),
}

/// Where the bytes of files are. A key is a path of a few plain parts, such as `uploads/ab/cdef`; no two files ever have
/// the same one, and a file never changes.
pub struct FileStore {
    store: Arc<dyn ObjectStore>,
    receiving: Arc<Semaphore>,
    senders: receive::Senders,
    /// Where it is on the local disk, if it is there.
    folder: Option<PathBuf>,
    imaging: Arc<Semaphore>,
    /// Apart from those: anybody may ask for pictures that the server makes.
    making: Arc<Semaphore>,
    /// For addresses that are valid for a moment.
    signing: ring::hmac::Key,
}

/// A file, or a part of it.
pub struct Opened {
    /// Bytes of the whole file.
    pub size: u64,
    /// Which of them these are.
    pub range: Range<u64>,
    /// The bytes.
    pub bytes: BoxStream<'static, object_store::Result<Bytes>>,
}

impl Opened {
    async fn collect(self) -> Result<Bytes, ApiError> {
        let all = self.bytes.try_fold(Vec::new(), |mut all, part| async move {
            all.extend_from_slice(&part);
            Ok(all)
        });
        all.await.map(Bytes::from).map_err(|error| failed(&error))
    }
}

fn failed(error: &object_store::Error) -> ApiError {
    tracing::error!(%error, "the file store failed");
    ApiError::Internal {}
}

impl FileStore {
    /// As configured; `folder` is used where nothing is, and created.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(config: &Config, folder: &std::path::Path) -> Result<Self, OpenError> {
        match &config.file_store {
            Some(address) => Ok(Self::on(s3(address)?)),
            None => Self::in_folder(folder),
        }
    }

    /// On the local disk.
    ///
    /// # Errors
    /// The folder cannot be created.
    pub fn in_folder(folder: &std::path::Path) -> Result<Self, OpenError> {
        std::fs::create_dir_all(folder).map_err(|error| OpenError::Folder(folder.to_owned(), error))?;
        // A file that was acknowledged is there after a power failure, too.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(FileStore { folder: Some(folder.to_owned()), ..Self::on(Arc::new(store)) })
    }

    fn on(store: Arc<dyn ObjectStore>) -> Self {
        let mut secret = [0; 32];
        // Without randomness nothing works; keys of accounts need it, too.
        getrandom::fill(&mut secret).expect("the system has randomness");
        FileStore {
            store,
            receiving: Arc::new(Semaphore::new(RECEIVED_AT_ONCE)),
            senders: receive::Senders::default(),
            folder: None,
            imaging: Arc::new(Semaphore::new(IMAGES_AT_ONCE)),
            making: Arc::new(Semaphore::new(IMAGES_AT_ONCE)),
            signing: ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret),
        }
    }

    /// Stores a file, whole.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ApiError> {
        self.store.put(&Path::from(key), bytes.into()).await.map(drop).map_err(|error| failed(&error))
    }

    /// Stores what is read from a file, piece by piece.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn put_file(&self, key: &str, mut file: tokio::fs::File) -> Result<(), ApiError> {
        let mut writer = BufWriter::new(Arc::clone(&self.store), Path::from(key)).with_max_concurrency(1);
        let written = async {
            tokio::io::copy(&mut file, &mut writer).await?;
            writer.shutdown().await
        };
        let written = written.await;
        if let Err(error) = written {
            tracing::error!(%error, "the file store failed");
            // What was written in parts; if that fails, too, the sweep or the store's own rules find it.
            let _ = writer.abort().await;
            return Err(ApiError::Internal {});
        }
        Ok(())
    }

    /// Opens a file, or a part of it; none if it is not there.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn get(&self, key: &str, range: Option<GetRange>) -> Result<Option<Opened>, ApiError> {
        let options = GetOptions { range, ..GetOptions::default() };
        match self.store.get_opts(&Path::from(key), options).await {
            Ok(found) => {
                let (size, range) = (found.meta.size, found.range.clone());
                Ok(Some(Opened { size, range, bytes: found.into_stream() }))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Reads a file, whole; none if it is not there.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn read(&self, key: &str) -> Result<Option<Bytes>, ApiError> {
        let Some(opened) = self.get(key, None).await? else { return Ok(None) };
        opened.collect().await.map(Some)
    }

    /// Whether it is on the local disk, in the folder that it was given.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.folder.is_some()
    }

    /// Removes a file; it may be gone already. What cannot be removed now is found by [`sweep`].
    pub async fn delete(&self, key: &str) {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%error, "a file could not be removed from the store"),
        }
    }

    /// What is in a folder of the store.
    fn list(&self, folder: &str) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.store.list(Some(&Path::from(folder)))
    }
}

/// `s3://bucket/folder`; who may use it, and where it is if not at Amazon, say the usual variables
/// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`).
fn s3(address: &str) -> Result<Arc<dyn ObjectStore>, OpenError> {
    let rest = address.strip_prefix("s3://").filter(|rest| !rest.is_empty());
    let rest = rest.ok_or_else(|| OpenError::Address(address.to_owned()))?;
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    // It may be set already, by a client in this process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let store = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retries()).build()?;
    match folder.trim_matches('/') {
        "" => Ok(Arc::new(store)),
        folder => Ok(Arc::new(PrefixStore::new(store, folder))),
    }
}

/// Somebody waits for each request, so what does not work soon is an error.
fn retries() -> RetryConfig {
    RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_stores_are_checked() {
        let address = |address: &str| s3(address).map(drop);
        assert!(matches!(address("gs://x"), Err(OpenError::Address(_))));
        assert!(matches!(address("s3://"), Err(OpenError::Address(_))));
        assert!(address("s3://bucket/some/folder").is_ok());
    }

    #[tokio::test]
    async fn what_is_put_is_there_until_it_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let files = FileStore::in_folder(&folder.path().join("files")).unwrap();
        files.put("uploads/ab/x", Bytes::from_static(b"0123456789")).await.unwrap();
        assert_eq!(files.read("uploads/ab/x").await.unwrap().as_deref(), Some(b"0123456789".as_slice()));
        let part = files.get("uploads/ab/x", Some(GetRange::Bounded(2..4))).await.unwrap().unwrap();
        assert_eq!((part.size, part.range), (10, 2..4));
        files.delete("uploads/ab/x").await;
        files.delete("uploads/ab/x").await;
        assert!(files.read("uploads/ab/x").await.unwrap().is_none());
    }
}

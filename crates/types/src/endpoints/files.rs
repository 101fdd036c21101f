//! Uploaded files.

use crate::attachment::Attachment;
use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::AttachmentId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an uploaded file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UploadFileResponse {
    /// Deprecated: the same as `url`.
    pub uri: String,
    /// Its address, below that of the server. A message shows the file with `[filename](url)`.
    pub url: String,
    /// Its name.
    pub filename: String,
}

endpoint! {
    /// Uploads a file, the one in the form. Who may read a message with its address may read the file; until there is one,
    /// only who uploaded it may, and after some weeks without one it is removed.
    UploadFile: Post "/user_uploads", "upload-file", "messages", auth Basic => UploadFileResponse,
        fails RealmUploadQuota | PayloadTooLarge, takes file;
    UploadFileRequest {}
}

/// Where a file is for a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetFileTemporaryUrlResponse {
    /// An address, below that of the server, where the file can be read without an account for a minute.
    pub url: String,
}

endpoint! {
    /// Returns an address at which anybody can read a file for a minute.
    GetFileTemporaryUrl: Get "/user_uploads/{realm_id_str}/{filename}", "get-file-temporary-url", "messages", auth Basic
        => GetFileTemporaryUrlResponse, fails NotFound;
    GetFileTemporaryUrlRequest {
        /// The first part of the file's path.
        realm_id_str: u32,
        /// The rest of it, with slashes.
        filename: String,
    }
}

/// All of one's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetAttachmentsResponse {
    /// By id, ascending.
    pub attachments: Vec<Attachment>,
    /// Bytes of all files of the organization.
    pub upload_space_used: u64,
}

endpoint! {
    /// Returns the files one has uploaded, and which messages refer to them.
    GetAttachments: Get "/attachments", "get-attachments", "users", auth Basic => GetAttachmentsResponse;
    GetAttachmentsRequest {}
}

endpoint! {
    /// Removes a file one has uploaded. Messages that refer to it stay as they are.
    RemoveAttachment: Delete "/attachments/{attachment_id}", "remove-attachment", "users", auth Basic => Done;
    RemoveAttachmentRequest {
        /// Which.
        attachment_id: AttachmentId,
    }
}

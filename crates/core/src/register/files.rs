//! What can be uploaded.

use super::{Fields, View};
use crate::state::files::THUMBNAILS;
use tidings_types::initial_state::field;

pub(super) fn write(view: &View<'_>, fields: &mut Fields) {
    if !view.request.fetch.wants("realm") {
        return;
    }
    fields.put(field::max_file_upload_size_mib, &view.request.uploads.file_mib);
    fields.put(field::realm_upload_quota_mib, &view.request.uploads.quota_mib);
    fields.put(field::server_thumbnail_formats, &THUMBNAILS);
}

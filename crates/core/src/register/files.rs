//! What can be uploaded, and pictures that were.

use super::{Fields, View};
use crate::limits::PICTURE_MIB_MAX;
use crate::state::RealmState;
use crate::state::files::THUMBNAILS;
use crate::state::pictures::PictureOf;
use tidings_types::initial_state::field;

pub(super) fn write(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    if fetch.wants("realm_emoji") {
        fields.put(field::realm_emoji, &view.state.emoji_view());
    }
    if fetch.wants("realm") {
        fields.put(field::max_file_upload_size_mib, &view.request.uploads.file_mib);
        fields.put(field::realm_upload_quota_mib, &view.request.uploads.quota_mib);
        fields.put(field::server_thumbnail_formats, &THUMBNAILS);
        fields.put(field::max_icon_file_size_mib, &PICTURE_MIB_MAX);
        fields.put(field::max_logo_file_size_mib, &PICTURE_MIB_MAX);
        fields.put(field::max_avatar_file_size_mib, &PICTURE_MIB_MAX);
        fields.put(field::server_avatar_changes_disabled, &false);
        write_pictures(view.state, fields);
    }
}

fn write_pictures(state: &RealmState, fields: &mut Fields) {
    let source = |of, made| if state.pictures.file(of).is_some() { "U" } else { made };
    fields.put(field::realm_icon_url, &state.icon_url());
    fields.put(field::realm_icon_source, source(PictureOf::Icon, "G"));
    fields.put(field::realm_logo_url, &state.logo_url(PictureOf::Logo));
    fields.put(field::realm_logo_source, source(PictureOf::Logo, "D"));
    fields.put(field::realm_night_logo_url, &state.logo_url(PictureOf::NightLogo));
    fields.put(field::realm_night_logo_source, source(PictureOf::NightLogo, "D"));
}

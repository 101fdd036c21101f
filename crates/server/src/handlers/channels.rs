//! Channels and subscriptions.
//!
//! # Layout
//! - [`read`]: what channels there are. [`folders`]: folders of them. [`change`]: create, change, archive. [`subscriptions`]: who is in them.

pub mod change;
pub mod folders;
pub mod read;
pub mod subscriptions;

use crate::http::pipeline::Ctx;
use tidings_core::directory::SeenBy;
use tidings_types::ApiError;

/// A description as it is stored, and as HTML.
fn description(ctx: &Ctx, text: Option<&str>) -> Result<(String, String), ApiError> {
    let text = tidings_core::commands::channels::check_description(text.unwrap_or_default())?;
    let state = ctx.app.realm.snapshot();
    let line = tidings_markdown::render_inline(&text, &SeenBy { state: &state, viewer: &ctx.user });
    let rendered = if line.is_empty() { line } else { format!("<p>{line}</p>") };
    Ok((text, rendered))
}

/// Permissions that a request names, by name.
macro_rules! permissions {
    ($request:ident: $($name:ident),*) => {
        [$((stringify!($name), $request.$name)),*]
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value.0)))
            .collect()
    };
    ($request:ident) => {
        $crate::handlers::channels::permissions!($request: can_add_subscribers_group, can_remove_subscribers_group,
            can_administer_channel_group, can_delete_any_message_group, can_delete_own_message_group,
            can_move_messages_out_of_channel_group, can_move_messages_within_channel_group, can_send_message_group,
            can_subscribe_group, can_resolve_topics_group)
    };
}

/// What a new channel is like, from a request that can say so.
macro_rules! new_channel_settings {
    ($request:ident) => {
        tidings_core::commands::channels::create::NewChannelSettings {
            is_private: $request.invite_only,
            is_web_public: $request.is_web_public,
            is_default: $request.is_default_stream,
            history_public: $request.history_public_to_subscribers,
            retention: $request
                .message_retention_days
                .unwrap_or(tidings_types::endpoints::channels::RetentionDays::RealmDefault),
            topics_policy: $request.topics_policy.unwrap_or_default(),
            folder: $request.folder_id,
            announce: $request.announce,
            permissions: $crate::handlers::channels::permissions!($request),
        }
    };
}

pub(crate) use {new_channel_settings, permissions};

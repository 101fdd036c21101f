//! Flags that users set on messages for themselves.

use super::query;
use crate::http::pipeline::Ctx;
use crate::search::Range;
use crate::search::narrow::{self, Scope};
use std::time::{Duration, Instant};
use tidings_core::commands::Tx;
use tidings_core::commands::flags::{self, FlagChange, FlagsChanged, check_flag};
use tidings_core::limits;
use tidings_core::state::flags::Flag;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::messages::flags::{
    FlagOp, MarkAllAsReadRequest, MarkAllAsReadResponse, MarkChannelAsReadRequest, MarkTopicAsReadRequest,
    UpdateFlagsNarrowRequest, UpdateFlagsNarrowResponse, UpdateFlagsRequest, UpdateFlagsResponse,
};
use tidings_types::{ApiError, ChannelId, MessageId};

fn flag_change(flag: &str, op: FlagOp) -> Result<FlagChange, ApiError> {
    Ok(FlagChange { flag: check_flag(flag)?, add: op == FlagOp::Add })
}

/// Only told where messages are made unread.
fn ignored(change: FlagChange, done: &FlagsChanged) -> Option<Vec<ChannelId>> {
    (change.flag == Flag::Read && !change.add).then(|| done.not_subscribed.clone())
}

/// `POST /messages/flags`.
pub async fn update_flags(ctx: Ctx, request: UpdateFlagsRequest) -> Result<UpdateFlagsResponse, ApiError> {
    let change = flag_change(&request.flag, request.op)?;
    if request.messages.len() as u64 > limits::UNREAD_MAX {
        return Err(ApiError::bad_request("Too many messages"));
    }
    let actor = ctx.user.id;
    let done = ctx.app.realm.run(move |tx| flags::update_flags(tx, actor, change, &request.messages)).await?;
    let ignored_because_not_subscribed_channels = ignored(change, &done);
    Ok(UpdateFlagsResponse { messages: done.messages, ignored_because_not_subscribed_channels })
}

/// `POST /messages/flags/narrow`.
pub async fn update_flags_narrow(
    ctx: Ctx,
    request: UpdateFlagsNarrowRequest,
) -> Result<UpdateFlagsNarrowResponse, ApiError> {
    let change = flag_change(&request.flag, request.op)?;
    let range = Range {
        anchor: request.anchor,
        include_anchor: request.include_anchor,
        before: request.num_before,
        after: request.num_after,
    };
    let range = range.clamp_size()?;
    let found = query(ctx.clone(), move |search| {
        let filter = narrow::filter(search.state, search.viewer, &request.narrow, &Scope::Usual)?;
        search.page(&filter, range)
    })
    .await?;
    let ids: Vec<MessageId> = found.rows.iter().map(|row| row.id).collect();
    let (first_processed_id, last_processed_id) = (ids.first().copied(), ids.last().copied());
    let processed_count = count(ids.len());
    let actor = ctx.user.id;
    let done = ctx.app.realm.run(move |tx| flags::update_flags_found(tx, actor, change, &ids)).await?;
    Ok(UpdateFlagsNarrowResponse {
        processed_count,
        updated_count: count(done.messages.len()),
        first_processed_id,
        last_processed_id,
        found_oldest: found.found_oldest,
        found_newest: found.found_newest,
        ignored_because_not_subscribed_channels: ignored(change, &done),
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Marks as read until nothing is left, the newest first: whether all are marked.
async fn mark_as_read(
    ctx: &Ctx,
    mark: impl Fn(&mut Tx<'_>) -> Result<bool, ApiError> + Clone + Send + 'static,
) -> Result<bool, ApiError> {
    let until = Instant::now() + Duration::from_secs(limits::MARK_AS_READ_SECS);
    loop {
        let complete = ctx.app.realm.run(mark.clone()).await?;
        if complete || Instant::now() >= until {
            return Ok(complete);
        }
    }
}

/// `POST /mark_all_as_read`.
pub async fn mark_all_as_read(ctx: Ctx, _request: MarkAllAsReadRequest) -> Result<MarkAllAsReadResponse, ApiError> {
    let actor = ctx.user.id;
    let complete = mark_as_read(&ctx, move |tx| flags::mark_all_as_read(tx, actor)).await?;
    Ok(MarkAllAsReadResponse { complete })
}

/// `POST /mark_stream_as_read`.
pub async fn mark_channel_as_read(ctx: Ctx, request: MarkChannelAsReadRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    mark_as_read(&ctx, move |tx| flags::mark_channel_as_read(tx, actor, request.stream_id)).await?;
    Ok(Done {})
}

/// `POST /mark_topic_as_read`.
pub async fn mark_topic_as_read(ctx: Ctx, request: MarkTopicAsReadRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let (channel, topic) = (request.stream_id, request.topic_name);
    mark_as_read(&ctx, move |tx| flags::mark_topic_as_read(tx, actor, channel, &topic)).await?;
    Ok(Done {})
}

//! Event queues: register, poll, delete.

use crate::http::pipeline::Ctx;
use crate::queues::{self, QueueName};
use crate::transports::long_poll;
use std::sync::Arc;
use tidings_core::register::{Fetch, InitialStateRequest, UploadLimits};
use tidings_core::shape::{CAPABILITIES, Shape};
use tidings_core::state::RealmState;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::events::{
    DeleteQueueRequest, GetEventsRequest, IdleTimeout, IncludeSubscribers, RealTimePostRequest, RegisterQueueRequest,
    RestErrorHandlingRequest,
};
use tidings_types::events::EventTypes;
use tidings_types::{ApiError, EventId, QueueId};

/// `POST /register`.
pub async fn register_queue(ctx: Ctx, request: RegisterQueueRequest) -> Result<Vec<u8>, ApiError> {
    let shape = capabilities(&request)
        .with_if(Shape::APPLY_MARKDOWN, request.apply_markdown)
        .with_if(Shape::SLIM_PRESENCE, request.slim_presence);
    let fetch = Fetch::new(request.fetch_event_types.clone().or_else(|| request.event_types.clone()));
    let (include_subscribers, presence_history_limit_days) =
        (request.include_subscribers, request.presence_history_limit_days);
    let registered = match ctx.user.is_spectator() {
        true => spectate(&ctx, &request)?,
        false => register(&ctx, request, shape).await?,
    };
    let config = &ctx.app.config;
    let initial = InitialStateRequest {
        equipment: ctx.app.equipment.clone(),
        user: ctx.user.id,
        queue: registered.id,
        last_event_id: registered.last_event_id,
        resumed: registered.resumed,
        idle_timeout_secs: registered.idle_timeout_secs,
        shape,
        fetch,
        include_subscribers,
        presence_history_limit_days,
        now: ctx.app.realm.clock.now(),
        generation: ctx.app.realm.generation,
        uploads: UploadLimits { file_mib: config.max_file_upload_size_mib, quota_mib: config.quota_mib() },
    };
    // At ten thousand users this is milliseconds of work; it must not hold up the polls.
    let body = crate::http::respond::begin(4096);
    let write = move || tidings_core::register::write_initial_state(&registered.state, &initial, body);
    let written = tokio::task::spawn_blocking(write);
    written.await.map_err(|_| ApiError::Internal {})?.map_err(|error| {
        tracing::error!(%error, "the initial state is not JSON");
        ApiError::Internal {}
    })
}

/// The queue, and the state at its start.
struct Start {
    id: Option<QueueId>,
    last_event_id: EventId,
    resumed: Option<bool>,
    idle_timeout_secs: u32,
    state: Arc<RealmState>,
}

async fn register(ctx: &Ctx, request: RegisterQueueRequest, shape: Shape) -> Result<Start, ApiError> {
    let retention_secs = ctx.app.config.named_queue_retention_secs;
    let wanted = queues::Wanted {
        client: ctx.client.clone(),
        event_types: request.event_types.as_ref().map(|names| EventTypes::from_names(names.iter().map(String::as_str))),
        shape,
        all_public: request.all_public_streams,
        narrow: request.narrow.map(|narrow| narrow.0).unwrap_or_default(),
        idle_timeout: request.idle_queue_timeout.or(request.queue_lifespan_secs.map(IdleTimeout::Secs)),
        name: request.queue_name.map(|name| QueueName { name, retention_secs }),
    };
    let registered = queues::register(&ctx.app.realm, &ctx.user, wanted).await?;
    Ok(Start {
        id: Some(registered.id),
        last_event_id: registered.last_event_id,
        resumed: registered.resumed,
        idle_timeout_secs: registered.idle_timeout_secs,
        state: registered.state,
    })
}

/// Whoever has no account gets the state, and no queue.
fn spectate(ctx: &Ctx, request: &RegisterQueueRequest) -> Result<Start, ApiError> {
    let invalid = |name: &str| Err(ApiError::bad_request(format!("Invalid '{name}' parameter for anonymous request")));
    if request.client_gravatar == Some(true) {
        return invalid("client_gravatar");
    }
    if request.include_subscribers != IncludeSubscribers::None {
        return invalid("include_subscribers");
    }
    if request.queue_name.is_some() {
        return invalid("queue_name");
    }
    Ok(Start {
        id: None,
        last_event_id: EventId(-1),
        resumed: None,
        idle_timeout_secs: 0,
        state: ctx.app.realm.snapshot(),
    })
}

fn capabilities(request: &RegisterQueueRequest) -> Shape {
    let Some(named) = &request.client_capabilities else { return Shape::default() };
    let can = |name: &str| named.0.0.iter().any(|(known, can)| known == name && *can);
    CAPABILITIES.iter().fold(Shape::default(), |shape, (name, bit)| shape.with_if(*bit, can(name)))
}

/// `GET /events`, where the short way of [`crate::serve`] did not take it: requests that look odd, and those without
/// a queue, which with `dont_block` register one.
pub async fn get_events(ctx: Ctx, request: GetEventsRequest) -> Result<Vec<u8>, ApiError> {
    if request.queue_id.is_none() && request.dont_block {
        return register_and_answer(ctx, request).await;
    }
    let realm = &ctx.app.realm;
    let started = long_poll::start(realm, ctx.user.id, &request)?;
    let body = long_poll::wait(realm, started).await?.ok_or(ApiError::Superseded {})?;
    Ok(long_poll::without_end(body))
}

async fn register_and_answer(ctx: Ctx, request: GetEventsRequest) -> Result<Vec<u8>, ApiError> {
    let shape = Shape::default()
        .with_if(Shape::APPLY_MARKDOWN, request.apply_markdown)
        .with_if(Shape::SLIM_PRESENCE, request.slim_presence)
        .with_if(Shape::NOTIFICATION_SETTINGS_NULL, request.notification_settings_null)
        .with_if(Shape::BULK_MESSAGE_DELETION, request.bulk_message_deletion)
        .with_if(Shape::USER_AVATAR_URL_FIELD_OPTIONAL, request.user_avatar_url_field_optional)
        .with_if(Shape::STREAM_TYPING_NOTIFICATIONS, request.stream_typing_notifications)
        .with_if(Shape::USER_SETTINGS_OBJECT, request.user_settings_object)
        .with_if(Shape::LINKIFIER_URL_TEMPLATE, request.linkifier_url_template)
        .with_if(Shape::USER_LIST_INCOMPLETE, request.user_list_incomplete)
        .with_if(Shape::INCLUDE_DEACTIVATED_GROUPS, request.include_deactivated_groups)
        .with_if(Shape::ARCHIVED_CHANNELS, request.archived_channels)
        .with_if(Shape::EMPTY_TOPIC_NAME, request.empty_topic_name)
        .with_if(Shape::SIMPLIFIED_PRESENCE_EVENTS, request.simplified_presence_events);
    if request.lifespan_secs < 0 {
        return Err(ApiError::bad_request("lifespan_secs is too small"));
    }
    let wanted = queues::Wanted {
        client: ctx.client.clone(),
        event_types: request.event_types.as_ref().map(|names| EventTypes::from_names(names.iter().map(String::as_str))),
        shape,
        all_public: Some(request.all_public_streams),
        narrow: request.narrow.map(|narrow| narrow.0).unwrap_or_default(),
        idle_timeout: Some(IdleTimeout::Secs(request.lifespan_secs)),
        name: None,
    };
    let registered = queues::register(&ctx.app.realm, &ctx.user, wanted).await?;
    let mut body = crate::http::respond::begin(128);
    body.extend_from_slice(format!(",\"events\":[],\"queue_id\":\"{}\"", registered.id).as_bytes());
    Ok(body)
}

/// `DELETE /events`.
pub async fn delete_queue(ctx: Ctx, request: DeleteQueueRequest) -> Result<Done, ApiError> {
    let unknown = || ApiError::BadEventQueueId { queue_id: request.queue_id.clone() };
    let queue = request.queue_id.parse().map_err(|_| unknown())?;
    queues::delete(&ctx.app.realm, ctx.user.id, queue).await?;
    Ok(Done {})
}

/// `POST /real-time`: its parameters were checked by being decoded; the narrow is checked as in `register`.
pub async fn real_time_post(_ctx: Ctx, request: RealTimePostRequest) -> Result<Done, ApiError> {
    tidings_core::narrow::Narrow::parse(&request.narrow.map(|narrow| narrow.0).unwrap_or_default())?;
    Ok(Done {})
}

/// `POST /rest-error-handling`: the error that the caller wants to see.
pub async fn rest_error_handling(_ctx: Ctx, request: RestErrorHandlingRequest) -> Result<Done, ApiError> {
    Err(match request.code {
        400 => ApiError::bad_request("Invalid message(s)"),
        401 => ApiError::InvalidApiKey {},
        429 => ApiError::RateLimited { retry_after_secs: 28.706_807 },
        _ => ApiError::invalid("code"),
    })
}

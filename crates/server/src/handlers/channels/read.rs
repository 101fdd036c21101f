//! What channels and topics there are.

use crate::http::pipeline::Ctx;
use tidings_core::shape::Shape;
use tidings_types::ApiError;
use tidings_types::endpoints::channels::{
    GetStreamByIdRequest, GetStreamByIdResponse, GetStreamEmailAddressRequest, GetStreamEmailAddressResponse,
    GetStreamIdRequest, GetStreamIdResponse, GetStreamTopicsRequest, GetStreamTopicsResponse, GetStreamsRequest,
    GetStreamsResponse,
};

/// `GET /get_stream_id`.
pub async fn get_stream_id(ctx: Ctx, request: GetStreamIdRequest) -> Result<GetStreamIdResponse, ApiError> {
    let state = ctx.app.realm.state();
    let channel = state.access_channel_by_name(&ctx.user, request.stream.trim())?;
    Ok(GetStreamIdResponse { stream_id: channel.id })
}

/// `GET /streams`.
pub async fn get_streams(ctx: Ctx, request: GetStreamsRequest) -> Result<GetStreamsResponse, ApiError> {
    Ok(GetStreamsResponse { streams: ctx.app.realm.state().list_channels(&ctx.user, &request)? })
}

/// `GET /streams/{stream_id}`.
pub async fn get_stream_by_id(ctx: Ctx, request: GetStreamByIdRequest) -> Result<GetStreamByIdResponse, ApiError> {
    let state = ctx.app.realm.state();
    let channel = state.access_channel(&ctx.user, request.stream_id)?;
    Ok(GetStreamByIdResponse { stream: state.channel_view(channel) })
}

/// `GET /streams/{stream_id}/email_address`. No mail is received, so there is no address.
pub async fn get_stream_email_address(
    ctx: Ctx,
    request: GetStreamEmailAddressRequest,
) -> Result<GetStreamEmailAddressResponse, ApiError> {
    ctx.app.realm.state().access_channel(&ctx.user, request.stream_id)?;
    Err(ApiError::bad_request("Channels have no email addresses: this server receives no email."))
}

/// `GET /users/me/{stream_id}/topics`.
pub async fn get_stream_topics(ctx: Ctx, request: GetStreamTopicsRequest) -> Result<GetStreamTopicsResponse, ApiError> {
    let shape = Shape::default().with_if(Shape::EMPTY_TOPIC_NAME, request.allow_empty_topic_name);
    let state = ctx.app.realm.snapshot();
    let list = move || state.list_topics(&ctx.user, request.stream_id, shape);
    // Where history is hidden, this goes through everything the user received in the channel.
    let topics = tokio::task::spawn_blocking(list).await.map_err(|_| ApiError::Internal {})??;
    Ok(GetStreamTopicsResponse { topics })
}

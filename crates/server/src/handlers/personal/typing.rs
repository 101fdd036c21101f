//! Who is composing a message.

use crate::http::pipeline::Ctx;
use tidings_core::commands::personal::typing::{self, Place};
use tidings_core::commands::send::UserRefIn;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::messages::{Addressee, MessageType};
use tidings_types::endpoints::personal::{SetTypingStatusForMessageEditRequest, SetTypingStatusRequest};

/// `POST /typing`.
pub async fn set_typing_status(ctx: Ctx, request: SetTypingStatusRequest) -> Result<Done, ApiError> {
    let place = match request.message_type.unwrap_or(MessageType::Direct) {
        MessageType::Channel => Place::Topic {
            channel: request.stream_id.ok_or_else(|| ApiError::bad_request("Missing channel ID"))?,
            topic: request.topic.ok_or_else(|| ApiError::bad_request("Missing topic"))?,
        },
        MessageType::Direct => {
            let to = request.to.ok_or_else(|| ApiError::MissingParameter { var_name: "to".to_owned() })?;
            Place::Direct(users(to))
        }
    };
    let (actor, op) = (ctx.user.id, request.op);
    ctx.app.realm.run(move |tx| typing::set(tx, actor, op, &place)).await?;
    Ok(Done {})
}

/// `POST /messages/{message_id}/typing`.
pub async fn set_typing_status_for_message_edit(
    ctx: Ctx,
    request: SetTypingStatusForMessageEditRequest,
) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| typing::set_for_edit(tx, actor, request.op, request.message_id)).await?;
    Ok(Done {})
}

/// Lists of ids are the rule; one client sends a single id bare, old ones send addresses.
fn users(to: Addressee) -> Vec<UserRefIn> {
    match to {
        Addressee::Id(id) => vec![UserRefIn::Id(id)],
        Addressee::Ids(ids) => ids.into_iter().map(UserRefIn::Id).collect(),
        Addressee::Name(email) => vec![UserRefIn::Email(email)],
        Addressee::Names(emails) => emails.into_iter().map(UserRefIn::Email).collect(),
    }
}

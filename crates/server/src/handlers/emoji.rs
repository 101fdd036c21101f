//! Custom emoji.

use crate::files::images;
use crate::files::pictures::{self, Kind};
use crate::http::pipeline::Ctx;
use tidings_core::commands::emoji;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::emoji::{
    DeactivateCustomEmojiRequest, GetCustomEmojiRequest, GetCustomEmojiResponse, UploadCustomEmojiRequest,
};

/// `GET /realm/emoji`.
pub async fn get_custom_emoji(ctx: Ctx, _: GetCustomEmojiRequest) -> Result<GetCustomEmojiResponse, ApiError> {
    Ok(GetCustomEmojiResponse { emoji: ctx.app.realm.state().emoji_view() })
}

/// `POST /realm/emoji/{emoji_name}`.
pub async fn upload_custom_emoji(ctx: Ctx, request: UploadCustomEmojiRequest) -> Result<Done, ApiError> {
    let name = emoji::check_name(&request.emoji_name)?;
    // Nothing is made of pictures that cannot be added.
    emoji::check_may_add(&ctx.app.realm.state(), &ctx.user, &name)?;
    let stored = pictures::store(&ctx.app, ctx.file.as_ref(), Kind::Emoji, images::emoji).await?;
    let (actor, is_animated) = (ctx.user.id, stored.is_animated);
    ctx.app.realm.run(move |tx| emoji::add(tx, actor, name, stored.name, is_animated)).await?;
    Ok(Done {})
}

/// `DELETE /realm/emoji/{emoji_name}`.
pub async fn deactivate_custom_emoji(ctx: Ctx, request: DeactivateCustomEmojiRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| emoji::deactivate(tx, actor, &request.emoji_name)).await?;
    Ok(Done {})
}

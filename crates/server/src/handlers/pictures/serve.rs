//! Pictures as browsers ask for them: of users and of the organization, and custom emoji. Nobody can guess their
//! addresses, and whoever has one may read it: pages that show them have no keys.

use crate::app::App;
use crate::files::pictures::Kind;
use crate::handlers::files::serve::Asked;
use crate::http::auth::not_logged_in;
use crate::http::respond;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::get;
use bytes::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use std::sync::Arc;
use tidings_core::spectators::spectator;
use tidings_core::state::users::UserRow;
use tidings_types::{ApiError, UserId};

type Answer = Response<Body>;

/// The routes of all pictures.
pub fn router(app: Arc<App>) -> Router {
    let picture = async |State(app): State<Arc<App>>, Path(path): Path<String>| shown(picture(&app, &path).await);
    let small = async |State(app): State<Arc<App>>, Path(user): Path<String>, asked: Asked| {
        shown(of_user(&app, &asked, &user, false))
    };
    let large = async |State(app): State<Arc<App>>, Path(user): Path<String>, asked: Asked| {
        shown(of_user(&app, &asked, &user, true))
    };
    Router::new()
        .route("/user_avatars/{*path}", get(picture))
        .route("/avatar/{user}", get(small))
        .route("/avatar/{user}/medium", get(large))
        .with_state(app)
}

fn shown(answer: Result<Answer, ApiError>) -> Answer {
    answer.unwrap_or_else(|error| respond::error(&error).map(Body::from))
}

fn not_found() -> ApiError {
    ApiError::NotFound { text: "File not found".to_owned() }
}

async fn picture(app: &App, path: &str) -> Result<Answer, ApiError> {
    let parts: Vec<&str> = path.split('/').collect();
    let found = match parts.as_slice() {
        ["made", file] => made(app, file).await?,
        ["1", file] => app.files.picture(Kind::Avatar, file).await?,
        ["1", "realm", file] => app.files.picture(Kind::Realm, file).await?,
        ["1", "emoji", "images", file] | ["1", "emoji", "images", "still", file] => {
            app.files.picture(Kind::Emoji, file).await?
        }
        _ => None,
    };
    let bytes = found.ok_or_else(not_found)?;
    let mut answer = Response::new(Body::from(bytes));
    let content_type = if path.ends_with(".gif") { "image/gif" } else { "image/png" };
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(answer)
}

/// What the server makes for who has no picture: it follows from the name of the file.
async fn made(app: &App, file: &str) -> Result<Option<Bytes>, ApiError> {
    let Some(name) = file.strip_suffix(".png") else { return Ok(None) };
    let (seed, is_medium) = name.strip_suffix("-medium").map_or((name, false), |seed| (seed, true));
    let Some(seed) = seed_of(seed) else { return Ok(None) };
    app.files.made(seed, is_medium).await
}

fn seed_of(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut seed = [0; 16];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(seed)
}

/// Leads to the picture of a user, by id or address, for clients that were not told where it is.
fn of_user(app: &App, asked: &Asked, user: &str, large: bool) -> Result<Answer, ApiError> {
    let viewer = asked.reader(app)?;
    let state = app.realm.state();
    let viewer = viewer.or_else(|| state.allows_spectators().then(spectator)).ok_or_else(not_logged_in)?;
    let found = match user.parse() {
        Ok(id) => state.users.sender(UserId(id)),
        Err(_) if viewer.is_spectator() => state.users.find_by_made_up_email(user, &state.realm.host),
        Err(_) => state.users.find_by_api_email(user, &state.realm.host),
    };
    let found = found.filter(|row: &&Arc<UserRow>| state.can_see_user(&viewer, row)).ok_or_else(not_found)?;
    let url = if large { state.avatar_url_medium(found) } else { state.avatar_url(found) };
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::FOUND;
    for (name, value) in [(header::LOCATION, url.as_str()), (header::CACHE_CONTROL, "no-store, private")] {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_sixteen_bytes() {
        assert_eq!(seed_of(&"0f".repeat(16)), Some([15; 16]));
        for bad in ["", "0f", &"xx".repeat(16), &"0f".repeat(17), &"é".repeat(16), &"+f".repeat(16)] {
            assert_eq!(seed_of(bad), None, "{bad}");
        }
    }
}

//! Video calls: an address for one, and the page on which people join.

use crate::app::App;
use crate::calls::JOIN_PATH;
use crate::http::body::parse_pairs;
use crate::http::pipeline::Ctx;
use bytes::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use tidings_types::ApiError;
use tidings_types::endpoints::calls::{CreateBigBlueButtonVideoCallRequest, CreateCallResponse};

/// Characters of the name of a meeting.
const NAME_CHARS_MAX: usize = 200;

/// `GET /calls/bigbluebutton/create`.
pub async fn create_big_blue_button_video_call(
    ctx: Ctx,
    request: CreateBigBlueButtonVideoCallRequest,
) -> Result<CreateCallResponse, ApiError> {
    let server = ctx.app.calls.as_ref().ok_or_else(|| ApiError::bad_request("BigBlueButton is not configured."))?;
    let name = request.meeting_name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(ApiError::invalid("meeting_name"));
    }
    Ok(CreateCallResponse { url: server.link(name.to_owned(), request.voice_only) })
}

/// The page on which people join: it asks for a name, and leads to the meeting.
pub async fn join(app: &App, query: &str) -> Response<Bytes> {
    let pairs = parse_pairs(query.as_bytes()).unwrap_or_default();
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let token = value("bigbluebutton");
    let Some((server, meeting)) = app.calls.as_ref().and_then(|server| Some((server, server.meeting(token)?))) else {
        return page(StatusCode::NOT_FOUND, "There is no such call", "");
    };
    let name: String = value("name").chars().take(NAME_CHARS_MAX).collect();
    if name.is_empty() {
        // A token that was believed has letters and digits only.
        let form = format!(
            "<form action=\"{JOIN_PATH}\"><input type=\"hidden\" name=\"bigbluebutton\" value=\"{token}\">\
             <label>Your name <input name=\"name\" required autofocus></label> <button>Join</button></form>"
        );
        return page(StatusCode::OK, &meeting.name, &form);
    }
    match server.enter(&meeting, &name).await {
        Ok(url) => match HeaderValue::try_from(url) {
            Ok(url) => {
                let mut response = page(StatusCode::SEE_OTHER, "", "");
                response.headers_mut().insert(header::LOCATION, url);
                response
            }
            Err(_) => page(StatusCode::BAD_GATEWAY, "The call could not be opened", ""),
        },
        Err(error) => {
            tracing::warn!(%error, "a video call could not be opened");
            page(StatusCode::BAD_GATEWAY, "The call could not be opened", "")
        }
    }
}

fn page(status: StatusCode, title: &str, body: &str) -> Response<Bytes> {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let html = format!("<!doctype html><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1>{body}");
    let mut response = Response::new(Bytes::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

//! Reads parameters from the query and from every kind of form.
//!
//! Clients differ in where they put parameters, so every method takes them from the query string, from a URL-encoded
//! body and from a multipart body alike. A body of another type holds no parameters, whatever its content type says.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use tidings_types::ApiError;

/// Parameters of a request at most; far more than any client sends, few enough to look through.
pub const PARAMETERS_MAX: usize = 1_000;

/// Pairs of a query string or a URL-encoded body.
///
/// # Errors
/// 400 for more parameters than anybody needs.
pub fn parse_pairs(text: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text)
        .take(PARAMETERS_MAX + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if pairs.len() > PARAMETERS_MAX {
        return Err(ApiError::bad_request("Too many parameters"));
    }
    Ok(pairs)
}

/// Reads a body up to the limit.
///
/// # Errors
/// 413 beyond the limit; 400 if it breaks off.
pub async fn read(body: axum::body::Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if is_too_long(&*error) => Err(ApiError::PayloadTooLarge { limit_bytes: bytes_max as u64 }),
        Err(_) => Err(ApiError::bad_request("The request body could not be read")),
    }
}

fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut source = Some(error);
    while let Some(error) = source {
        if error.is::<LengthLimitError>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// The parameters in a body, by its content type.
///
/// # Errors
/// 400 for a multipart body that is malformed.
pub async fn parse(headers: &HeaderMap, body: Bytes) -> Result<Vec<(String, String)>, ApiError> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "multipart/form-data" => parse_multipart(content_type, body).await,
        "application/x-www-form-urlencoded" | "" => parse_pairs(&body),
        _ => Ok(Vec::new()),
    }
}

/// Fields of a multipart body. Files are not parameters.
async fn parse_multipart(content_type: &str, body: Bytes) -> Result<Vec<(String, String)>, ApiError> {
    let malformed = |_| ApiError::bad_request("Malformed multipart body");
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let stream = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut multipart = multer::Multipart::new(stream, boundary);
    let mut pairs = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(malformed)? {
        if pairs.len() == PARAMETERS_MAX {
            return Err(ApiError::bad_request("Too many parameters"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_none() {
            pairs.push((name, field.text().await.map_err(malformed)?));
        }
    }
    Ok(pairs)
}

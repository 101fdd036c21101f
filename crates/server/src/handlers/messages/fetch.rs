//! Message searches.

use super::{message_for, query};
use crate::http::auth::not_logged_in;
use crate::http::pipeline::Ctx;
use crate::search::highlight;
use crate::search::narrow::{self, Scope};
use crate::search::{Found, Range, Search};
use std::collections::BTreeMap;
use tidings_core::change::MessageRow;
use tidings_core::limits;
use tidings_core::shape::Shape;
use tidings_core::state::messages::ConversationKind;
use tidings_core::view::PageReader;
use tidings_types::endpoints::messages::fetch::{
    Anchor, FoundMessage, GetMessagesRequest, GetMessagesResponse, MatchFields, MatchesNarrowRequest,
    MatchesNarrowResponse,
};
use tidings_types::error::NameList;
use tidings_types::narrow::NarrowTerm;
use tidings_types::{ApiError, MessageId};

/// `GET /messages`.
pub async fn get_messages(ctx: Ctx, request: GetMessagesRequest) -> Result<GetMessagesResponse, ApiError> {
    let shape = Shape::default()
        .with_if(Shape::APPLY_MARKDOWN, request.apply_markdown)
        .with_if(Shape::EMPTY_TOPIC_NAME, request.allow_empty_topic_name);
    let wanted = wanted(&request)?;
    let mut terms = request.narrow.unwrap_or_default();
    if ctx.user.is_spectator() {
        terms = for_spectators(terms)?;
    }
    query(ctx, move |search| {
        let (filter, found, anchor) = match &wanted {
            Wanted::Page(range) => {
                let filter = narrow::filter(search.state, search.viewer, &terms, &Scope::Usual)?;
                let found = search.page(&filter, *range)?;
                let anchor = Some(found.anchor);
                (filter, found, anchor)
            }
            Wanted::Ids(ids) => {
                let filter = narrow::filter(search.state, search.viewer, &terms, &Scope::Ids(ids.clone()))?;
                let found = Found { rows: search.all(&filter)?, ..Found::default() };
                (filter, found, None)
            }
        };
        let mut reader = PageReader::new(search.state, search.viewer);
        let message = |row: &std::sync::Arc<MessageRow>| {
            let message = message_for(&mut reader, row, shape)?;
            let matched = filter.words.as_deref().map(|words| match_fields(search, words, row, shape));
            let (match_content, match_subject) = matched.map(|it| (it.match_content, it.match_subject)).unzip();
            Some(FoundMessage { message, match_content, match_subject })
        };
        Ok(GetMessagesResponse {
            anchor,
            found_newest: found.found_newest,
            found_oldest: found.found_oldest,
            found_anchor: found.found_anchor,
            history_limited: false,
            messages: found.rows.iter().filter_map(message).collect(),
        })
    })
    .await
}

/// What spectators may narrow by.
const SPECTATORS_OPERATORS: &[&str] = &[
    "channel", "stream", "channels", "streams", "topic", "subject", "sender", "from", "has", "search", "near", "id",
    "with",
];

/// Whoever has no account says that they mean web-public channels: a client that has lost its key is told that, not shown
/// less than it thinks.
fn for_spectators(mut terms: Vec<NarrowTerm>) -> Result<Vec<NarrowTerm>, ApiError> {
    // Clients have it as a matter of course.
    terms.retain(|term| term.negated || term.operator != "in" || term.operand != "home");
    let is_meant = |term: &NarrowTerm| {
        !term.negated && matches!(term.operator.as_str(), "channels" | "streams") && term.operand == "web-public"
    };
    let is_for_all = terms.iter().all(|term| SPECTATORS_OPERATORS.contains(&term.operator.as_str()));
    if is_for_all && terms.iter().any(is_meant) { Ok(terms) } else { Err(not_logged_in()) }
}

enum Wanted {
    Page(Range),
    Ids(Vec<MessageId>),
}

fn wanted(request: &GetMessagesRequest) -> Result<Wanted, ApiError> {
    if let Some(ids) = &request.message_ids {
        let of_a_page = [
            ("anchor", request.anchor.is_some()),
            ("include_anchor", request.include_anchor.is_some()),
            ("num_after", request.num_after.is_some()),
            ("num_before", request.num_before.is_some()),
            ("use_first_unread_anchor", request.use_first_unread_anchor.is_some()),
        ];
        let mut given: Vec<String> =
            of_a_page.iter().filter(|(_, given)| *given).map(|(name, _)| (*name).to_owned()).collect();
        if !given.is_empty() {
            given.push("message_ids".to_owned());
            return Err(ApiError::IncompatibleParameters { parameters: NameList(given) });
        }
        check_count(ids)?;
        return Ok(Wanted::Ids(ids.clone()));
    }
    let missing = |name: &str| ApiError::MissingParameter { var_name: name.to_owned() };
    let range = Range {
        anchor: match request.anchor {
            _ if request.use_first_unread_anchor == Some(true) => Anchor::FirstUnread,
            Some(anchor) => anchor,
            None => return Err(missing("anchor")),
        },
        include_anchor: request.include_anchor.unwrap_or(true),
        before: request.num_before.ok_or_else(|| missing("num_before"))?,
        after: request.num_after.ok_or_else(|| missing("num_after"))?,
    };
    range.check_size().map(Wanted::Page)
}

fn check_count(ids: &[MessageId]) -> Result<(), ApiError> {
    if ids.len() as u64 > limits::MESSAGES_PER_FETCH_MAX.unsigned_abs() {
        let text = format!("Too many messages requested (maximum {}).", limits::MESSAGES_PER_FETCH_MAX);
        return Err(ApiError::bad_request(text));
    }
    Ok(())
}

/// Content and topic as HTML, with these words marked.
fn match_fields(search: &Search<'_>, words: &[String], row: &MessageRow, shape: Shape) -> MatchFields {
    let topic = match search.state.messages.kind(row.conversation).map(|kind| &**kind) {
        Some(ConversationKind::Topic { topic, .. }) => shape.topic(topic),
        _ => "",
    };
    MatchFields { match_content: highlight::html(&row.rendered, words), match_subject: highlight::text(topic, words) }
}

/// `GET /messages/matches_narrow`.
pub async fn matches_narrow(ctx: Ctx, request: MatchesNarrowRequest) -> Result<MatchesNarrowResponse, ApiError> {
    check_count(&request.msg_ids)?;
    let scope = Scope::Ids(request.msg_ids);
    query(ctx, move |search| {
        let filter = narrow::filter(search.state, search.viewer, &request.narrow, &scope)?;
        let shape = Shape::APPLY_MARKDOWN.with(Shape::EMPTY_TOPIC_NAME);
        let rows = search.all(&filter)?;
        let words = filter.words.as_deref().unwrap_or_default();
        let messages: BTreeMap<MessageId, MatchFields> =
            rows.iter().map(|row| (row.id, match_fields(search, words, row, shape))).collect();
        Ok(MatchesNarrowResponse { messages })
    })
    .await
}

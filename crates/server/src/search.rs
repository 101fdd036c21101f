//! Message searches: from what a request asks for to a page of stored messages.
//!
//! Access is decided twice: the narrow's conditions name only messages the user may read, and every message that
//! the store yields is checked again.
//!
//! # Layout
//! - this file: the page around an anchor. [`narrow`]: terms as conditions. [`highlight`]: marks what was found.

pub mod highlight;
pub mod narrow;

use narrow::Filter;
use std::sync::Arc;
use tidings_core::change::MessageRow;
use tidings_core::limits;
use tidings_core::state::RealmState;
use tidings_core::state::users::UserRow;
use tidings_store::query::Page;
use tidings_store::{Store, StoreError};
use tidings_types::endpoints::messages::fetch::Anchor;
use tidings_types::{ApiError, MessageId};

/// The anchor of "after all messages", as servers of this API name it.
const AFTER_ALL: i64 = 10_000_000_000_000_000;

/// A page around an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Where.
    pub anchor: Anchor,
    /// Whether the anchor itself is wanted.
    pub include_anchor: bool,
    /// How many before it.
    pub before: u32,
    /// How many after it.
    pub after: u32,
}

impl Range {
    /// Checks that the page makes sense.
    ///
    /// # Errors
    /// 400 if it is without an anchor in its middle.
    pub fn check(self) -> Result<Self, ApiError> {
        if self.before > 0 && self.after > 0 && !self.include_anchor {
            return Err(ApiError::bad_request("The anchor can only be excluded at an end of the range"));
        }
        Ok(self)
    }

    /// As [`Range::check`], and refuses large pages.
    ///
    /// # Errors
    /// As [`Range::check`], and 400 if it is too large.
    pub fn check_size(self) -> Result<Self, ApiError> {
        if i64::from(self.before) + i64::from(self.after) > limits::MESSAGES_PER_FETCH_MAX {
            let text = format!("Too many messages requested (maximum {}).", limits::MESSAGES_PER_FETCH_MAX);
            return Err(ApiError::bad_request(text));
        }
        self.check()
    }

    /// As [`Range::check`], and makes large pages smaller, the larger of both sides first.
    ///
    /// # Errors
    /// As [`Range::check`].
    pub fn clamp_size(self) -> Result<Self, ApiError> {
        let max = u32::try_from(limits::MESSAGES_PER_FETCH_MAX).unwrap_or(u32::MAX);
        let before = self.before.min(max.saturating_sub(self.after).max(max / 2));
        Range { before, after: self.after.min(max - before), ..self }.check()
    }
}

/// A page of messages.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Ascending.
    pub rows: Vec<Arc<MessageRow>>,
    /// The anchor as it was understood.
    pub anchor: i64,
    /// Nothing older matches.
    pub found_oldest: bool,
    /// Nothing newer matches.
    pub found_newest: bool,
    /// The anchor is among the messages.
    pub found_anchor: bool,
}

/// Messages of one state of the realm as one user may read them.
pub struct Search<'a> {
    /// The database.
    pub store: &'a dyn Store,
    /// The realm.
    pub state: &'a RealmState,
    /// Who asks.
    pub viewer: &'a UserRow,
}

fn failed(error: &StoreError) -> ApiError {
    tracing::error!(%error, "a message search failed");
    ApiError::Internal {}
}

impl Search<'_> {
    /// The page of a filter around an anchor.
    ///
    /// # Errors
    /// The store fails.
    pub fn page(&self, filter: &Filter, range: Range) -> Result<Found, ApiError> {
        let anchor = match range.anchor {
            Anchor::Id(id) => id.clamp(0, AFTER_ALL),
            Anchor::Oldest => 0,
            Anchor::Newest => AFTER_ALL,
            Anchor::FirstUnread => self.first_unread(filter)?.map_or(AFTER_ALL, |id| i64::from(id.0)),
        };
        let (from_start, from_end) = (anchor == 0, anchor == AFTER_ALL);
        let at = u32::try_from(anchor).unwrap_or(u32::MAX);
        let (mut rows, mut lost) = (Vec::new(), 0);
        if !from_start && range.before > 0 {
            (rows, lost) =
                self.read(filter, Page::Before { upto: MessageId(at.saturating_sub(1)), limit: range.before })?;
        }
        let found_oldest = from_start || rows.len() + lost < range.before as usize;
        let mut found_newest = from_end;
        let mut found_anchor = false;
        if !from_end {
            let (from, limit) = match range.include_anchor {
                true => (at, range.after.saturating_add(1)),
                false => (at.saturating_add(1), range.after),
            };
            let (mut after, lost) = self.read(filter, Page::After { from: MessageId(from), limit })?;
            found_anchor = range.include_anchor && after.first().is_some_and(|row| row.id.0 == at);
            let keep = range.after as usize + usize::from(found_anchor);
            after.truncate(keep);
            found_newest = after.len() + lost < keep;
            rows.extend(after);
        }
        Ok(Found { rows, anchor, found_oldest, found_newest, found_anchor })
    }

    /// All messages of a filter.
    ///
    /// # Errors
    /// The store fails.
    pub fn all(&self, filter: &Filter) -> Result<Vec<Arc<MessageRow>>, ApiError> {
        Ok(self.read(filter, Page::After { from: MessageId(0), limit: u32::MAX })?.0)
    }

    /// One message.
    ///
    /// # Errors
    /// 400 if the user may not read it; whether it exists is not told.
    pub fn message(&self, id: MessageId) -> Result<Arc<MessageRow>, ApiError> {
        self.state.check_can_read(self.viewer, id)?;
        let row = self.store.message(id).map_err(|error| failed(&error))?;
        row.filter(|row| self.may_read(row)).ok_or_else(|| ApiError::bad_request("Invalid message(s)"))
    }

    fn first_unread(&self, filter: &Filter) -> Result<Option<MessageId>, ApiError> {
        let mut filter = filter.clone();
        filter.ids &= self.state.unread_ids(self.viewer);
        filter.leave_out_muted(self.state, self.viewer);
        if filter.conditions.is_empty() {
            return Ok(filter.ids.min().map(MessageId));
        }
        let (oldest, _) = self.read(&filter, Page::After { from: MessageId(0), limit: 1 })?;
        Ok(oldest.first().map(|row| row.id))
    }

    /// Messages, and how many were left out because they were moved since this state. A page that is shorter for them
    /// is not at the end.
    fn read(&self, filter: &Filter, page: Page) -> Result<(Vec<Arc<MessageRow>>, usize), ApiError> {
        let limit = match page {
            Page::Before { limit, .. } | Page::After { limit, .. } => limit,
        };
        if limit == 0 || filter.ids.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let mut rows = self.store.search(&filter.query(self.state, page)).map_err(|error| failed(&error))?;
        let found = rows.len();
        rows.retain(|row| self.may_read(row));
        let lost = found - rows.len();
        Ok((rows, lost))
    }

    /// Also refuses a message that was moved since this state: it may be where the user may not read.
    fn may_read(&self, row: &MessageRow) -> bool {
        self.state.messages.conversation_of(row.id) == Some(row.conversation)
            && self.state.can_read_message(self.viewer, row.id)
    }
}

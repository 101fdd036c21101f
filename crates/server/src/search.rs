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
use std::cell::Cell;
use std::sync::Arc;
use tidings_core::change::MessageRow;
use tidings_core::limits;
use tidings_core::state::RealmState;
use tidings_core::state::users::UserRow;
use tidings_store::query::Page;
use tidings_store::{Store, StoreError};
use tidings_types::endpoints::messages::fetch::Anchor;
use tidings_types::message::Edit;
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
    is_stale: Cell<bool>,
}

fn failed(error: &StoreError) -> ApiError {
    tracing::error!(%error, "a message search failed");
    ApiError::Internal {}
}

impl<'a> Search<'a> {
    /// What `viewer` may read of the messages of this state.
    #[must_use]
    pub fn new(store: &'a dyn Store, state: &'a RealmState, viewer: &'a UserRow) -> Self {
        Search { store, state, viewer, is_stale: Cell::new(false) }
    }

    /// Whether messages were left out because they were moved after this state.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.is_stale.get()
    }

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
    /// The store fails; 400 if they are more bytes than a page may have.
    pub fn all(&self, filter: &Filter) -> Result<Vec<Arc<MessageRow>>, ApiError> {
        let (rows, lost) = self.read(filter, Page::After { from: MessageId(0), limit: u32::MAX })?;
        if lost == u32::MAX as usize {
            return Err(ApiError::bad_request("These messages are too long to be sent at once. Ask for fewer."));
        }
        Ok(rows)
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

    /// How a message changed, as far as the realm shows it, the newest first, and whether more is kept than is told.
    ///
    /// # Errors
    /// The store fails.
    pub fn history(&self, row: &MessageRow) -> Result<(Vec<Edit>, bool), ApiError> {
        let (edit_history, is_cut) = self.store.history(row.id).map_err(|error| failed(&error))?;
        let shown = self.state.visible_history(&MessageRow { edit_history, ..row.clone() }, usize::MAX);
        Ok((shown, is_cut))
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

    /// Messages, and how many were left out because they were moved since this state, or because there are bytes enough.
    /// A page that is shorter for them is not at the end.
    fn read(&self, filter: &Filter, page: Page) -> Result<(Vec<Arc<MessageRow>>, usize), ApiError> {
        let limit = match page {
            Page::Before { limit, .. } | Page::After { limit, .. } => limit,
        };
        if limit == 0 || filter.ids.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let found = self.store.search(&filter.query(self.state, page)).map_err(|error| failed(&error))?;
        let (count, mut rows) = (found.messages.len(), found.messages);
        rows.retain(|row| self.may_read(row));
        let lost = if found.is_cut { limit as usize } else { count - rows.len() };
        Ok((rows, lost))
    }

    /// Also refuses a message that was moved since this state: it may be where the user may not read.
    fn may_read(&self, row: &MessageRow) -> bool {
        if self.state.messages.conversation_of(row.id) != Some(row.conversation) {
            self.is_stale.set(true);
            return false;
        }
        self.state.can_read_message(self.viewer, row.id)
    }
}

//! Changes of what the user prepared for later. Nobody else is told.

use crate::ids::PreparedId;
use crate::prepared::{Draft, NavigationView, Reminder, SavedSnippet, ScheduledMessage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! payloads {
    ($($(#[doc = $doc:literal])* $name:ident { $(#[doc = $field_doc:literal])* $field:ident: $type:ty })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            $(#[doc = $field_doc])*
            pub $field: $type,
        }
    )*};
}

payloads! {
    /// New drafts.
    DraftsAdd {
        /// The drafts.
        drafts: Vec<Draft>
    }
    /// A draft was edited.
    DraftsUpdate {
        /// The draft as it is now.
        draft: Draft
    }
    /// A draft is gone.
    DraftsRemove {
        /// Which.
        draft_id: PreparedId
    }
    /// A new text to be used again, or one that was edited.
    SnippetChange {
        /// The text as it is now.
        saved_snippet: SavedSnippet
    }
    /// A text is gone.
    SnippetRemove {
        /// Which.
        saved_snippet_id: PreparedId
    }
    /// A new view.
    NavigationViewAdd {
        /// The view.
        navigation_view: NavigationView
    }
    /// A view is gone, or the built-in one is as it was.
    NavigationViewRemove {
        /// Which.
        fragment: String
    }
    /// Messages are going to be sent.
    ScheduledAdd {
        /// The messages.
        scheduled_messages: Vec<ScheduledMessage>
    }
    /// A message that is going to be sent is another, or could not be sent.
    ScheduledUpdate {
        /// The message as it is now.
        scheduled_message: ScheduledMessage
    }
    /// A message was sent, or is not going to be sent any more.
    ScheduledRemove {
        /// Which.
        scheduled_message_id: PreparedId
    }
    /// The user is going to be reminded of messages.
    RemindersAdd {
        /// The reminders.
        reminders: Vec<Reminder>
    }
    /// The user was reminded, or is not going to be any more.
    RemindersRemove {
        /// Which.
        reminder_id: PreparedId
    }
}

/// A view was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NavigationViewUpdate {
    /// Which.
    pub fragment: String,
    /// What it is like now.
    pub data: NavigationViewData,
}

/// What can change of a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NavigationViewData {
    /// Its name; null for a built-in one.
    pub name: Option<String>,
    /// Whether it is always shown.
    pub is_pinned: bool,
}

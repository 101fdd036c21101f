//! What users prepare for later: drafts, saved snippets and views of their own. [`later`]: what is sent at its time.

use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::PreparedId;
use crate::params::Json;
use crate::prepared::{Draft, DraftContent, NavigationView, SavedSnippet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod later;

/// One's drafts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DraftsResponse {
    /// How many there are.
    pub count: u64,
    /// The one that was edited last first.
    pub drafts: Vec<Draft>,
}

endpoint! {
    /// Returns one's drafts. Refused where the setting `enable_drafts_synchronization` is off, as are the others of drafts.
    GetDrafts: Get "/drafts", "get-drafts", "drafts", auth Basic => DraftsResponse;
    GetDraftsRequest {}
}

/// The new drafts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateDraftsResponse {
    /// Their ids, in the order of the request.
    pub ids: Vec<PreparedId>,
}

endpoint! {
    /// Keeps drafts on the server, for all of one's clients.
    CreateDrafts: Post "/drafts", "create-drafts", "drafts", auth Basic => CreateDraftsResponse,
        fails NoSuchChannelId;
    CreateDraftsRequest {
        /// The drafts.
        drafts?: Vec<DraftContent>,
    }
}

endpoint! {
    /// Replaces a draft.
    EditDraft: Patch "/drafts/{draft_id}", "edit-draft", "drafts", auth Basic => Done,
        fails NotFound | NoSuchChannelId;
    EditDraftRequest {
        /// Which.
        draft_id: PreparedId,
        /// What it is now.
        draft: Json<DraftContent>,
    }
}

endpoint! {
    /// Deletes a draft.
    DeleteDraft: Delete "/drafts/{draft_id}", "delete-draft", "drafts", auth Basic => Done, fails NotFound;
    DeleteDraftRequest {
        /// Which.
        draft_id: PreparedId,
    }
}

/// One's texts to be used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SavedSnippetsResponse {
    /// By id.
    pub saved_snippets: Vec<SavedSnippet>,
}

endpoint! {
    /// Returns one's texts to be used again.
    GetSavedSnippets: Get "/saved_snippets", "get-saved-snippets", "drafts", auth Basic => SavedSnippetsResponse;
    GetSavedSnippetsRequest {}
}

/// The new text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateSavedSnippetResponse {
    /// Its id.
    pub saved_snippet_id: PreparedId,
}

endpoint! {
    /// Keeps a text to be used again.
    CreateSavedSnippet: Post "/saved_snippets", "create-saved-snippet", "drafts", auth Basic
        => CreateSavedSnippetResponse;
    CreateSavedSnippetRequest {
        /// What it is listed under: 1 to 60 characters.
        title: String,
        /// The text, in Markdown; as long as a message at most.
        content: String,
    }
}

endpoint! {
    /// Changes a text to be used again.
    EditSavedSnippet: Patch "/saved_snippets/{saved_snippet_id}", "edit-saved-snippet", "drafts", auth Basic => Done,
        fails NotFound;
    EditSavedSnippetRequest {
        /// Which.
        saved_snippet_id: PreparedId,
        /// What it is listed under; as it was, if absent.
        title?: String,
        /// The text; as it was, if absent.
        content?: String,
    }
}

endpoint! {
    /// Deletes a text.
    DeleteSavedSnippet: Delete "/saved_snippets/{saved_snippet_id}", "delete-saved-snippet", "drafts", auth Basic
        => Done, fails NotFound;
    DeleteSavedSnippetRequest {
        /// Which.
        saved_snippet_id: PreparedId,
    }
}

/// One's views.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NavigationViewsResponse {
    /// Those that one made or changed, by fragment.
    pub navigation_views: Vec<NavigationView>,
}

endpoint! {
    /// Returns the views for navigation that one made or changed.
    GetNavigationViews: Get "/navigation_views", "get-navigation-views", "navigation_views", auth Basic
        => NavigationViewsResponse;
    GetNavigationViewsRequest {}
}

endpoint! {
    /// Adds a view for navigation, or changes a built-in one.
    AddNavigationView: Post "/navigation_views", "add-navigation-view", "navigation_views", auth Basic => Done;
    AddNavigationViewRequest {
        /// What stands behind `#` in the address of the view.
        fragment: String,
        /// Whether it is always shown, as opposed to listed among others.
        is_pinned: bool,
        /// Its name; built-in views have none, all others need one.
        name?: String,
    }
}

endpoint! {
    /// Changes a view that one made or changed.
    EditNavigationView: Patch "/navigation_views/{fragment}", "edit-navigation-view", "navigation_views", auth Basic
        => Done, fails NotFound;
    EditNavigationViewRequest {
        /// Which.
        fragment: String,
        /// Whether it is always shown; as it was, if absent.
        is_pinned?: bool,
        /// Its name; as it was, if absent.
        name?: String,
    }
}

endpoint! {
    /// Removes a view; a built-in one is as it was before one changed it.
    RemoveNavigationView: Delete "/navigation_views/{fragment}", "remove-navigation-view", "navigation_views", auth Basic
        => Done, fails NotFound;
    RemoveNavigationViewRequest {
        /// Which.
        fragment: String,
    }
}

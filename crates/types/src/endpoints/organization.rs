//! What an organization lets text become: linkifiers and code playgrounds.

use crate::endpoint;
use crate::endpoint::Done;
use crate::linkifier::Linkifier;
use crate::params::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Linkifiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetLinkifiersResponse {
    /// In the order in which they are tried.
    pub linkifiers: Vec<Linkifier>,
}

endpoint! {
    /// Returns the linkifiers in the order in which they are tried.
    GetLinkifiers: Get "/realm/linkifiers", "get-linkifiers", "server_and_organizations", auth Basic
        => GetLinkifiersResponse;
    GetLinkifiersRequest {}
}

/// What was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddedResponse {
    /// Its id.
    pub id: u32,
}

endpoint! {
    /// Adds a linkifier, to be tried after the others. For administrators.
    AddLinkifier: Post "/realm/filters", "add-linkifier", "server_and_organizations", auth Basic => AddedResponse,
        fails UnauthorizedPrincipal;
    AddLinkifierRequest {
        /// A regular expression in the syntax of RE2; its named groups are the variables of the template.
        pattern: String,
        /// Where the link goes: a template (RFC 6570).
        url_template: String,
    }
}

endpoint! {
    /// Changes a linkifier. For administrators.
    UpdateLinkifier: Patch "/realm/filters/{filter_id}", "update-linkifier", "server_and_organizations", auth Basic
        => Done, fails UnauthorizedPrincipal;
    UpdateLinkifierRequest {
        /// Which.
        filter_id: u32,
        /// The new pattern.
        pattern: String,
        /// The new template.
        url_template: String,
    }
}

endpoint! {
    /// Removes a linkifier. Links in messages that were sent stay. For administrators.
    RemoveLinkifier: Delete "/realm/filters/{filter_id}", "remove-linkifier", "server_and_organizations", auth Basic
        => Done, fails UnauthorizedPrincipal;
    RemoveLinkifierRequest {
        /// Which.
        filter_id: u32,
    }
}

endpoint! {
    /// Says in which order linkifiers are tried. For administrators.
    ReorderLinkifiers: Patch "/realm/linkifiers", "reorder-linkifiers", "server_and_organizations", auth Basic => Done,
        fails UnauthorizedPrincipal;
    ReorderLinkifiersRequest {
        /// All ids, each once.
        ordered_linkifier_ids: Json<Vec<u32>>,
    }
}

endpoint! {
    /// Adds a code playground. For administrators.
    AddCodePlayground: Post "/realm/playgrounds", "add-code-playground", "server_and_organizations", auth Basic
        => AddedResponse, fails UnauthorizedPrincipal;
    AddCodePlaygroundRequest {
        /// What it is called.
        name: String,
        /// The language, as in `data-code-language` of code blocks.
        pygments_language: String,
        /// Where it is: a template (RFC 6570) with the variable `code`.
        url_template: String,
    }
}

endpoint! {
    /// Removes a code playground. For administrators.
    RemoveCodePlayground: Delete "/realm/playgrounds/{playground_id}", "remove-code-playground",
        "server_and_organizations", auth Basic => Done, fails UnauthorizedPrincipal;
    RemoveCodePlaygroundRequest {
        /// Which.
        playground_id: u32,
    }
}

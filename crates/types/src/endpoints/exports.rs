//! Copies of what is in the organization, for administrators.

use crate::endpoint;
use crate::endpoint::Done;
use crate::export::{ExportConsent, RealmExport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An export that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportRealmResponse {
    /// Its id.
    pub id: u32,
}

endpoint! {
    /// Begins an export of the organization's data. For administrators.
    ///
    /// It is made in the background; `realm_export` events say when it is done. At most five are made in a week.
    ExportRealm: Post "/export/realm", "export-realm", "server_and_organizations", auth Basic
        => ExportRealmResponse, fails UnauthorizedPrincipal;
    ExportRealmRequest {
        /// 1 for what is public; 2 for that, and the private messages of users who agree to it.
        export_type: i64 = 1,
    }
}

/// Exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetRealmExportsResponse {
    /// By id, those that failed or were deleted included.
    pub exports: Vec<RealmExport>,
}

endpoint! {
    /// Returns all exports of the organization's data. For administrators.
    GetRealmExports: Get "/export/realm", "get-realm-exports", "server_and_organizations", auth Basic
        => GetRealmExportsResponse, fails UnauthorizedPrincipal;
    GetRealmExportsRequest {}
}

endpoint! {
    /// Deletes the file of an export. For administrators.
    DeleteRealmExport: Delete "/export/realm/{export_id}", "delete-realm-export", "server_and_organizations", auth Basic
        => Done, fails UnauthorizedPrincipal;
    DeleteRealmExportRequest {
        /// The export.
        export_id: u32,
    }
}

/// Who agrees to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetRealmExportConsentsResponse {
    /// One for each person in use, by id.
    pub export_consents: Vec<ExportConsent>,
}

endpoint! {
    /// Returns which users agree that their private messages are exported. For administrators.
    GetRealmExportConsents: Get "/export/realm/consents", "get-realm-export-consents", "server_and_organizations",
        auth Basic => GetRealmExportConsentsResponse, fails UnauthorizedPrincipal;
    GetRealmExportConsentsRequest {}
}

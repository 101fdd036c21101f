//! How people come into an organization, and what they find there; and its end.

use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::MessageId;
use crate::signup::RealmDomain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Domains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetRealmDomainsResponse {
    /// By name.
    pub domains: Vec<RealmDomain>,
}

endpoint! {
    /// Lists the domains that addresses of new accounts may be of, where the organization restricts them.
    GetRealmDomains: Get "/realm/domains", "get-realm-domains", "server_and_organizations", auth Basic
        => GetRealmDomainsResponse;
    GetRealmDomainsRequest {}
}

endpoint! {
    /// Adds a domain that addresses of new accounts may be of. For owners.
    AddRealmDomain: Post "/realm/domains", "add-realm-domain", "server_and_organizations", auth Basic => Done,
        fails UnauthorizedPrincipal;
    AddRealmDomainRequest {
        /// The domain.
        domain: String,
        /// Domains within it, too.
        allow_subdomains: bool = false,
    }
}

endpoint! {
    /// Changes whether addresses may be of domains within a domain. For owners.
    ChangeRealmDomain: Patch "/realm/domains/{domain}", "change-realm-domain", "server_and_organizations", auth Basic
        => Done, fails UnauthorizedPrincipal;
    ChangeRealmDomainRequest {
        /// The domain.
        domain: String,
        /// Domains within it, too.
        allow_subdomains: bool,
    }
}

endpoint! {
    /// Removes a domain. Accounts stay. For owners.
    RemoveRealmDomain: Delete "/realm/domains/{domain}", "remove-realm-domain", "server_and_organizations", auth Basic
        => Done, fails UnauthorizedPrincipal;
    RemoveRealmDomainRequest {
        /// The domain.
        domain: String,
    }
}

endpoint! {
    /// Creates a group of channels that new users can choose together. For administrators.
    CreateDefaultStreamGroup: Post "/default_stream_groups/create", "create-default-stream-group", "channels",
        auth Basic => Done, fails UnauthorizedPrincipal;
    CreateDefaultStreamGroupRequest {
        /// Its name, at most 60 characters.
        group_name: String,
        /// What it is for, at most 1024 characters.
        description: String,
        /// Names of the channels; none that everybody is subscribed to by default.
        stream_names: Vec<String>,
    }
}

endpoint! {
    /// Renames or describes such a group. For administrators.
    UpdateDefaultStreamGroup: Patch "/default_stream_groups/{group_id}", "update-default-stream-group", "channels",
        auth Basic => Done, fails UnauthorizedPrincipal;
    UpdateDefaultStreamGroupRequest {
        /// The group.
        group_id: u32,
        /// Its name, at most 60 characters.
        new_group_name?: String,
        /// What it is for, at most 1024 characters.
        new_description?: String,
    }
}

endpoint! {
    /// Removes such a group; the channels stay. For administrators.
    RemoveDefaultStreamGroup: Delete "/default_stream_groups/{group_id}", "remove-default-stream-group", "channels",
        auth Basic => Done, fails UnauthorizedPrincipal;
    RemoveDefaultStreamGroupRequest {
        /// The group.
        group_id: u32,
    }
}

crate::text_enum! {
    /// Whether channels are put into a group or taken out.
    GroupOp {
        /// Put in.
        Add = "add",
        /// Taken out.
        Remove = "remove",
    }
}

endpoint! {
    /// Puts channels into such a group, or takes them out. For administrators.
    ChangeDefaultStreamGroup: Patch "/default_stream_groups/{group_id}/streams", "change-default-stream-group",
        "channels", auth Basic => Done, fails UnauthorizedPrincipal;
    ChangeDefaultStreamGroupRequest {
        /// The group.
        group_id: u32,
        /// `add` or `remove`.
        op: GroupOp,
        /// Names of the channels.
        stream_names: Vec<String>,
    }
}

endpoint! {
    /// Notes that the user has seen something that is shown once.
    MarkOnboardingStep: Post "/users/me/onboarding_steps", "mark-onboarding-step", "users", auth Basic => Done;
    MarkOnboardingStepRequest {
        /// One of those in `onboarding_steps`.
        onboarding_step: String,
    }
}

/// The message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestWelcomeResponse {
    /// Its id.
    pub message_id: MessageId,
}

endpoint! {
    /// Sends to the caller what new users would be greeted with. For administrators.
    TestWelcomeBotCustomMessage: Post "/realm/test_welcome_bot_custom_message", "test-welcome-bot-custom-message",
        "server_and_organizations", auth Basic => TestWelcomeResponse, fails UnauthorizedPrincipal;
    TestWelcomeBotCustomMessageRequest {
        /// The text, at most 8000 characters.
        welcome_message_custom_text: String,
    }
}

endpoint! {
    /// Closes the organization: nobody can do anything any more until an operator of the server opens it again. For
    /// owners.
    DeactivateRealm: Post "/realm/deactivate", "deactivate-realm", "server_and_organizations", auth Basic => Done,
        fails UnauthorizedPrincipal;
    DeactivateRealmRequest {}
}

//! Invitations.

use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::{ChannelId, GroupId};
use crate::invite::Invite;
use crate::params::Nullable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Invitations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetInvitesResponse {
    /// By id.
    pub invites: Vec<Invite>,
}

endpoint! {
    /// Lists the invitations that can still be accepted: one's own; for administrators, everybody's.
    GetInvites: Get "/invites", "get-invites", "invites", auth Basic => GetInvitesResponse;
    GetInvitesRequest {}
}

endpoint! {
    /// Invites people by e-mail.
    SendInvites: Post "/invites", "send-invites", "invites", auth Basic => Done,
        fails UnauthorizedPrincipal | InvitationFailed;
    SendInvitesRequest {
        /// Addresses, with commas or line breaks between, at most 100.
        invitee_emails: String,
        /// Minutes until it cannot be accepted any more; null for ever, 14400 (ten days) if absent.
        invite_expires_in_minutes?: Nullable<i64>,
        /// The role of who accepts: 100 owner, 200 administrator, 300 moderator, 400 member, 600 guest.
        invite_as: i64 = 400,
        /// Channels to subscribe who accepts to.
        stream_ids: Vec<ChannelId>,
        /// User groups to add who accepts to.
        group_ids: Vec<GroupId> = Vec::new(),
        /// Subscribe who accepts to the default channels, too.
        include_realm_default_subscriptions: bool = false,
        /// Tell the caller by message when somebody accepts.
        notify_referrer_on_join: bool = true,
        /// What to greet who accepts with, in place of what the organization says; for administrators.
        welcome_message_custom_text?: String,
    }
}

/// The link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateInviteLinkResponse {
    /// Whoever opens it can make an account.
    pub invite_link: String,
}

endpoint! {
    /// Makes a link by which many can join.
    CreateInviteLink: Post "/invites/multiuse", "create-invite-link", "invites", auth Basic
        => CreateInviteLinkResponse, fails UnauthorizedPrincipal;
    CreateInviteLinkRequest {
        /// Minutes until it cannot be used any more; null for ever, 14400 (ten days) if absent.
        invite_expires_in_minutes?: Nullable<i64>,
        /// The role of who accepts: 100 owner, 200 administrator, 300 moderator, 400 member, 600 guest.
        invite_as: i64 = 400,
        /// Channels to subscribe who accepts to.
        stream_ids: Vec<ChannelId> = Vec::new(),
        /// User groups to add who accepts to.
        group_ids: Vec<GroupId> = Vec::new(),
        /// Subscribe who accepts to the default channels, too.
        include_realm_default_subscriptions: bool = false,
        /// What to greet who accepts with, in place of what the organization says; for administrators.
        welcome_message_custom_text?: String,
    }
}

endpoint! {
    /// Takes back an invitation that was sent by e-mail.
    RevokeEmailInvite: Delete "/invites/{invite_id}", "revoke-email-invite", "invites", auth Basic => Done,
        fails UnauthorizedPrincipal;
    RevokeEmailInviteRequest {
        /// Which.
        invite_id: u32,
    }
}

endpoint! {
    /// Takes back a link by which many can join.
    RevokeInviteLink: Delete "/invites/multiuse/{invite_id}", "revoke-invite-link", "invites", auth Basic => Done,
        fails UnauthorizedPrincipal;
    RevokeInviteLinkRequest {
        /// Which.
        invite_id: u32,
    }
}

endpoint! {
    /// Sends an invitation by e-mail once more.
    ResendEmailInvite: Post "/invites/{invite_id}/resend", "resend-email-invite", "invites", auth Basic => Done,
        fails UnauthorizedPrincipal;
    ResendEmailInviteRequest {
        /// Which.
        invite_id: u32,
    }
}

//! How people come into an organization, and what they find there.

use crate::ids::ChannelId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A domain that addresses of new accounts may be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmDomain {
    /// The domain, in lower case.
    pub domain: String,
    /// Whether it may be a domain within that one.
    pub allow_subdomains: bool,
}

/// Channels that new users can choose together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DefaultChannelGroup {
    /// Its id; none is given twice.
    pub id: u32,
    /// Its name; unique.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The channels, ascending.
    pub streams: Vec<ChannelId>,
}

/// Something that is shown to each user once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OnboardingStep {
    /// Always `one_time_notice`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which.
    pub name: String,
}

/// All of these, in their order, as clients name them.
pub const ONBOARDING_STEPS: &[&str] = &[
    "visibility_policy_banner",
    "intro_inbox_view_modal",
    "intro_recent_view_modal",
    "first_stream_created_banner",
    "jump_to_conversation_banner",
    "non_interleaved_view_messages_fading",
    "interleaved_view_messages_fading",
    "intro_resolve_topic",
    "navigation_tour_video",
];

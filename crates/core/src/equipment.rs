//! What the operator set up beside the server, as far as settings of the organization depend on it.

use crate::state::realm::RealmSettings;
use std::sync::Arc;
use tidings_types::realm::video_calls;

/// What there is. Nothing of it changes while the server runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Equipment {
    /// A BigBlueButton server for video calls.
    pub has_big_blue_button: bool,
    /// A Jitsi Meet server for video calls, for organizations that name none of their own.
    pub jitsi_server_url: Option<Arc<str>>,
    /// E-mail can be sent.
    pub sends_mail: bool,
}

impl Equipment {
    /// Whether an organization can choose a provider of video calls. For Jitsi Meet it needs nothing here: an organization
    /// may name a server of its own.
    #[must_use]
    pub fn offers_video_calls(&self, provider: i64) -> bool {
        match provider {
            video_calls::DISABLED | video_calls::JITSI_MEET => true,
            video_calls::BIG_BLUE_BUTTON => self.has_big_blue_button,
            _ => false,
        }
    }

    /// The provider that clients use: what the organization chose, as long as it is there; while it has not chosen, what
    /// the operator set up.
    #[must_use]
    pub fn video_calls_of(&self, settings: &RealmSettings) -> i64 {
        match settings.video_chat_provider {
            video_calls::NOT_CHOSEN if self.has_big_blue_button => video_calls::BIG_BLUE_BUTTON,
            video_calls::NOT_CHOSEN if self.jitsi_server_url.is_some() => video_calls::JITSI_MEET,
            chosen if self.offers_video_calls(chosen) => chosen,
            _ => video_calls::DISABLED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_is_what_was_chosen_while_it_is_there() {
        let nothing = Equipment::default();
        let jitsi = Equipment { jitsi_server_url: Some("https://jitsi.example".into()), ..Equipment::default() };
        let both = Equipment { has_big_blue_button: true, ..jitsi.clone() };
        for (chosen, expected) in [(-1, [0, 1, 4]), (0, [0, 0, 0]), (1, [1, 1, 1]), (4, [0, 0, 4]), (3, [0, 0, 0])] {
            let settings = RealmSettings { video_chat_provider: chosen, ..RealmSettings::default() };
            let shown = [&nothing, &jitsi, &both].map(|equipment| equipment.video_calls_of(&settings));
            assert_eq!(shown, expected, "{chosen}");
        }
    }
}

//! Topics, statuses and presences as the API shows them.

use crate::limits;
use crate::shape::{Shape, legacy_presence};
use crate::state::RealmState;
use crate::state::personal::PresenceRow;
use crate::state::users::UserRow;
use std::collections::BTreeMap;
use tidings_types::endpoints::personal::presence::{ClientPresence, LegacyUserPresence};
use tidings_types::user::{Presence, UserStatus, UserTopic};

/// Which presences are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresencesSince {
    /// Those that changed after this update.
    Update(i64),
    /// Those of users who were there after this time, in UNIX seconds.
    Time(i64),
}

impl PresencesSince {
    /// Those of the last `days` days.
    #[must_use]
    pub fn days(now: i64, days: i64) -> Self {
        PresencesSince::Time(now - days.clamp(0, limits::PRESENCE_HISTORY_DAYS_MAX) * 86_400)
    }

    /// Whether one is wanted.
    pub(crate) fn includes(self, row: PresenceRow) -> bool {
        match self {
            PresencesSince::Update(update) => row.update_id > update,
            PresencesSince::Time(time) => row.presence.active_timestamp.max(row.presence.idle_timestamp) >= time,
        }
    }
}

/// Updates of presence are counted anew after each start of the server; on the wire they count on, so that a client
/// that was here before the start is told what it missed.
const UPDATES_PER_SEC: i64 = 1 << 20;

/// The number of an update on the wire; -1 for none. `generation` is when the server was started, in UNIX seconds.
#[must_use]
pub fn presence_update_on_wire(update: i64, generation: i64) -> i64 {
    if update < 0 { -1 } else { generation * UPDATES_PER_SEC + update }
}

impl RealmState {
    /// The update a client means by a number; -1, so everything, for one from before the server's start or from
    /// another server.
    #[must_use]
    pub fn presence_update_from_wire(&self, on_wire: i64, generation: i64) -> i64 {
        let update = on_wire.saturating_sub(generation * UPDATES_PER_SEC);
        if (0..=self.personal.presence_last_update()).contains(&update) { update } else { -1 }
    }

    /// The topics a user muted, in the deprecated form. Those of channels the user may no longer see are left out,
    /// since the form has their names.
    #[must_use]
    pub fn muted_topics(&self, user: &UserRow) -> Vec<(String, String, i64)> {
        let muted = self.personal.user_topics(user.id).filter(|(_, topic)| topic.policy.policy == 1);
        let with_name = muted.filter_map(|(id, topic)| {
            let channel = self.channels.get(id).filter(|channel| self.can_see_channel(user, channel))?;
            Some((channel.name.clone(), topic.name.clone(), topic.policy.last_updated))
        });
        with_name.collect()
    }

    /// The topics a user made a choice for, by channel.
    #[must_use]
    pub fn user_topics(&self, user: &UserRow, shape: Shape) -> Vec<UserTopic> {
        let view = |(stream_id, topic): (_, &crate::state::personal::ChosenTopic)| UserTopic {
            stream_id,
            topic_name: shape.topic(&topic.name).to_owned(),
            last_updated: topic.policy.last_updated,
            visibility_policy: topic.policy.policy,
        };
        self.personal.user_topics(user.id).map(view).collect()
    }

    /// What a user says of themselves; `away` is the opposite of the setting.
    #[must_use]
    pub fn status_view(&self, user: &UserRow) -> UserStatus {
        let status = self.personal.status(user.id).cloned().unwrap_or_default();
        UserStatus { away: (!user.settings.presence_enabled).then_some(true), ..status }
    }

    /// What everybody says of themselves, by id; who says nothing is not there.
    #[must_use]
    pub fn statuses_view(&self, viewer: &UserRow) -> BTreeMap<String, UserStatus> {
        if viewer.is_spectator() {
            return BTreeMap::new();
        }
        let said = self.users.iter().map(|user| (user, self.status_view(user)));
        let said = said.filter(|(user, status)| *status != UserStatus::default() && self.can_see_user(viewer, user));
        said.map(|(user, status)| (user.id.to_string(), status)).collect()
    }

    /// When active people whom `viewer` may know of were last there.
    fn presences(&self, viewer: &UserRow, since: PresencesSince) -> impl Iterator<Item = (&UserRow, Presence)> {
        let hidden = self.realm.settings.presence_disabled || viewer.is_spectator();
        let rows = self.personal.presences().filter(move |(_, row)| !hidden && since.includes(*row));
        rows.filter_map(move |(user, row)| {
            let user = self.active_user(user).filter(|user| !user.is_bot() && self.can_see_user(viewer, user))?;
            Some((&**user, row.presence))
        })
    }

    /// When users were last there, by id.
    #[must_use]
    pub fn modern_presences(&self, viewer: &UserRow, since: PresencesSince) -> BTreeMap<String, Presence> {
        self.presences(viewer, since).map(|(user, presence)| (user.id.to_string(), presence)).collect()
    }

    /// When users were last there, by API address.
    #[must_use]
    pub fn legacy_presences(&self, viewer: &UserRow, since: PresencesSince) -> BTreeMap<String, LegacyUserPresence> {
        self.presences(viewer, since).map(|(user, presence)| (self.api_email(user), legacy_view(presence))).collect()
    }
}

/// One user's presence in the older form.
#[must_use]
pub fn legacy_view(presence: Presence) -> LegacyUserPresence {
    let legacy = legacy_presence(presence);
    let website = ClientPresence {
        client: Some(legacy.client),
        status: legacy.status,
        timestamp: legacy.timestamp,
        pushable: Some(legacy.pushable),
    };
    let aggregated = ClientPresence { pushable: None, ..website.clone() };
    BTreeMap::from([("aggregated".to_owned(), aggregated), ("website".to_owned(), website)])
}

//! Who does not know whom, where guests are shown only the accounts they have to do with.
//!
//! It is the same as asking [`RealmState::can_see_user`] of every guest and every account, at a fraction of the cost:
//! accounts in the same channels, of those with guests in them, are strangers to the same guests.

use crate::state::RealmState;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use roaring::RoaringBitmap;
use std::collections::HashMap;
use std::sync::Arc;
use tidings_types::{ChannelId, UserId};

/// What is known of guests, for asking of many accounts.
pub(super) struct Strangers<'a> {
    state: &'a RealmState,
    guests: RoaringBitmap,
    in_channel: HashMap<ChannelId, RoaringBitmap>,
    /// Guests in direct conversations with somebody.
    in_direct: HashMap<UserId, RoaringBitmap>,
    /// To whom those are strangers who are in these channels, and in no direct conversation with guests.
    by_channels: HashMap<Vec<ChannelId>, Arc<RoaringBitmap>>,
}

impl<'a> Strangers<'a> {
    /// Looks at the guests of a state in which they do not see everybody: at all of them, or at those `among` some.
    pub(super) fn of(state: &'a RealmState, among: Option<&RoaringBitmap>) -> Self {
        let mut all = Strangers {
            state,
            guests: RoaringBitmap::new(),
            in_channel: HashMap::new(),
            in_direct: HashMap::new(),
            by_channels: HashMap::new(),
        };
        let guests: Vec<&Arc<UserRow>> = match among {
            Some(some) => some.iter().filter_map(|id| state.users.get(UserId(id))).collect(),
            None => state.users.iter().collect(),
        };
        for guest in guests.into_iter().filter(|user| user.is_active && user.is_guest()) {
            all.guests.insert(guest.id.0);
            for (channel, _) in state.channels.subscriptions_of(guest.id).filter(|(_, row)| row.is_active) {
                all.in_channel.entry(channel).or_default().insert(guest.id.0);
            }
            for conversation in state.messages.direct_of(guest.id) {
                let kind = state.messages.kind(conversation).map(|kind| &**kind);
                let Some(ConversationKind::Direct { users }) = kind else { continue };
                for user in users {
                    all.in_direct.entry(*user).or_default().insert(guest.id.0);
                }
            }
        }
        all
    }

    /// The active guests who do not know of an account.
    pub(super) fn to(&mut self, user: &UserRow) -> Arc<RoaringBitmap> {
        if user.is_bot() {
            return Arc::default();
        }
        let by_channels = self.by_channels(user.id);
        let direct = self.in_direct.get(&user.id);
        if direct.is_none() && !self.guests.contains(user.id.0) {
            return by_channels;
        }
        let mut strangers = RoaringBitmap::clone(&by_channels);
        strangers.remove(user.id.0);
        if let Some(direct) = direct {
            strangers -= direct;
        }
        Arc::new(strangers)
    }

    fn by_channels(&mut self, user: UserId) -> Arc<RoaringBitmap> {
        let channels = self.state.channels.subscriptions_of(user).map(|(channel, _)| channel);
        let with_guests =
            channels.filter(|id| self.in_channel.contains_key(id) && self.state.channels.is_subscribed(user, *id));
        let mut channels: Vec<ChannelId> = with_guests.collect();
        channels.sort_unstable();
        if let Some(known) = self.by_channels.get(&channels) {
            return Arc::clone(known);
        }
        let mut strangers = self.guests.clone();
        for guests in channels.iter().filter_map(|id| self.in_channel.get(id)) {
            strangers -= guests;
        }
        let strangers = Arc::new(strangers);
        self.by_channels.insert(channels, Arc::clone(&strangers));
        strangers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::state::channels::SubscriptionRow;
    use crate::state::groups::system;
    use crate::state::realm::{RealmRow, RealmSettings};
    use crate::state::users::BotRow;
    use smallvec::SmallVec;
    use tidings_types::ConversationId;
    use tidings_types::channel::SubscriptionSettings;
    use tidings_types::group::GroupSetting;
    use tidings_types::settings::UserSettings;
    use tidings_types::user::{BotType, Role};

    const USERS: u32 = 40;

    fn state() -> RealmState {
        let settings = RealmSettings {
            can_access_all_users_group: GroupSetting::Named(system::MEMBERS),
            ..RealmSettings::default()
        };
        let mut state = RealmState::new(RealmRow {
            string_id: String::new(),
            name: String::new(),
            description: String::new(),
            date_created: 0,
            imported_at: 0,
            host: "x.example".to_owned(),
            url: String::new(),
            settings,
            settled_until: 0,
            defaults: UserSettings::default(),
        });
        for id in 1..=USERS {
            state.apply(&Change::User(Arc::new(UserRow {
                id: UserId(id),
                delivery_email: format!("{id}@x.example"),
                full_name: String::new(),
                role: if id % 3 == 0 { Role::Guest } else { Role::Member },
                is_active: id % 11 != 0,
                date_joined: 0,
                bot: (id % 7 == 0).then(|| BotRow::new(BotType::Generic, None)),
                avatar_version: 1,
                settings: UserSettings::default(),
            })));
            for channel in (1..=6).filter(|channel| (id * channel * 31 + channel) % 5 == 0) {
                let settings = SubscriptionSettings {
                    color: String::new(),
                    is_muted: false,
                    pin_to_top: false,
                    desktop_notifications: None,
                    email_notifications: None,
                    wildcard_mentions_notify: None,
                    push_notifications: None,
                    audible_notifications: None,
                };
                let row = SubscriptionRow { is_active: id % 4 != 1, settings, spans: SmallVec::new() };
                let (user, channel) = (UserId(id), ChannelId(channel));
                state.apply(&Change::Subscription { user, channel, row: Arc::new(row) });
            }
        }
        for (at, users) in [[3, 4], [6, 9], [12, 13]].into_iter().enumerate() {
            let kind = Arc::new(ConversationKind::Direct { users: users.map(UserId).into() });
            let id = ConversationId(u32::try_from(at).unwrap() + 1);
            state.apply(&Change::Conversation { id, kind });
        }
        state
    }

    #[test]
    fn strangers_are_those_who_do_not_see_somebody() {
        let state = state();
        let mut strangers = Strangers::of(&state, None);
        let some: RoaringBitmap = (1..USERS).step_by(2).collect();
        let mut to_some = Strangers::of(&state, Some(&some));
        let (mut seen, mut unseen) = (0, 0);
        for user in state.users.iter() {
            let to = strangers.to(user);
            assert_eq!(*to_some.to(user), &*to & &some, "{}", user.id);
            for guest in state.users.iter().filter(|guest| guest.is_active && guest.is_guest()) {
                let sees = state.can_see_user(guest, user);
                assert_eq!(to.contains(guest.id.0), !sees, "{} and {}", guest.id, user.id);
                *(if sees { &mut seen } else { &mut unseen }) += 1;
            }
        }
        assert!(seen > 50 && unseen > 50, "{seen} and {unseen}");
    }
}

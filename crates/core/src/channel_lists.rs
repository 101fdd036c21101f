//! Lists of channels and topics as one user sees them.

use crate::shape::Shape;
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::messages::{ConversationKind, Topic};
use crate::state::users::UserRow;
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_types::endpoints::channels::{GetStreamsRequest, ListedChannel, TopicEntry};
use tidings_types::{ApiError, ChannelId, ConversationId, MessageId};

impl RealmState {
    /// The channels of the kinds that a request asks for, of those that `viewer` may know of; by id.
    ///
    /// # Errors
    /// 400 for `include_all_active` by who is no administrator.
    pub fn list_channels(&self, viewer: &UserRow, request: &GetStreamsRequest) -> Result<Vec<ListedChannel>, ApiError> {
        if request.include_all_active && !viewer.role.is_admin() {
            return Err(ApiError::bad_request("User not authorized for this query"));
        }
        let defaults = &self.realm.settings.default_channels;
        let owner = viewer.bot.as_ref().and_then(|bot| bot.owner).filter(|_| request.include_owner_subscribed);
        let wanted = |channel: &ChannelRow| {
            request.include_all
                || request.include_all_active
                || (request.include_public && !channel.is_private)
                || (request.include_web_public && channel.is_web_public)
                || (request.include_subscribed && self.channels.is_subscribed(viewer.id, channel.id))
                || (request.include_default && defaults.contains(&channel.id))
                || (request.include_can_access_content && self.can_read_channel(viewer, channel))
                || owner.is_some_and(|owner| self.channels.is_subscribed(owner, channel.id))
        };
        let listed = self.channels.iter().filter(|channel| {
            !(channel.is_archived && request.exclude_archived)
                && wanted(channel)
                && self.can_see_channel(viewer, channel)
        });
        let entry = |channel: &Arc<ChannelRow>| ListedChannel {
            channel: self.channel_view(channel),
            is_default: request.include_default.then(|| defaults.contains(&channel.id)),
        };
        Ok(listed.map(entry).collect())
    }

    /// The topics of a channel in which `viewer` may read a message, the one with the newest of these first.
    ///
    /// # Errors
    /// 400 "Invalid channel ID" for a channel that `viewer` may not read.
    pub fn list_topics(&self, viewer: &UserRow, id: ChannelId, shape: Shape) -> Result<Vec<TopicEntry>, ApiError> {
        let channel = self.access_channel(viewer, id)?;
        if !self.can_read_channel(viewer, channel) {
            return Err(ApiError::bad_request("Invalid channel ID"));
        }
        let entry = |name: &str, max_id| TopicEntry { name: shape.topic(name).to_owned(), max_id };
        let mut topics: Vec<TopicEntry> = if self.shows_history(channel) {
            let newest = |topic: &Topic| Some(entry(&topic.name, self.messages.newest(topic.conversation)?));
            self.messages.topics(id).filter_map(newest).collect()
        } else {
            let newest = self.newest_by_topic(viewer, channel);
            newest.into_iter().map(|(name, max_id)| entry(&name, max_id)).collect()
        };
        topics.sort_unstable_by_key(|topic| std::cmp::Reverse(topic.max_id));
        Ok(topics)
    }

    /// The newest message that a user may read in each topic where there is one. Goes through all of these.
    fn newest_by_topic(&self, viewer: &UserRow, channel: &ChannelRow) -> Vec<(String, MessageId)> {
        let mut newest: BTreeMap<ConversationId, MessageId> = BTreeMap::new();
        for id in self.readable_in_channel(viewer, channel).iter().map(MessageId) {
            if let Some(conversation) = self.messages.conversation_of(id) {
                newest.insert(conversation, id);
            }
        }
        let named = |(conversation, id)| match self.messages.kind(conversation).map(|kind| &**kind) {
            Some(ConversationKind::Topic { topic, .. }) => Some((topic.clone(), id)),
            _ => None,
        };
        newest.into_iter().filter_map(named).collect()
    }
}

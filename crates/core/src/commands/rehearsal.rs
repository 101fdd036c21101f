//! Long texts that the server itself sends are rendered before the command that sends them has its turn: the command is
//! rehearsed on a copy of the state that is thrown away, and what it rendered is kept ([`Texts`]). When it is its turn, it
//! finds its texts rendered, unless something that they say has changed meanwhile.

use super::{MessageReader, Tx};
use crate::directory::SeenBy;
use crate::state::RealmState;
use crate::state::users::UserRow;
use std::collections::HashMap;
use tidings_markdown::Rendered;
use tidings_types::{ChannelId, EventId, UserId};

/// Texts as HTML, by who sees them.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    rendered: HashMap<(UserId, String), Rendered>,
    /// The id that a channel got which the rehearsal made, if it made one: texts lead to it.
    next_channel: ChannelId,
}

impl<'a> Tx<'a> {
    /// Starts on a copy of `state` that is not going to count; what is rendered is kept for [`Tx::into_texts`].
    #[must_use]
    pub fn rehearsal(state: RealmState, now: i64, messages: &'a dyn MessageReader) -> Self {
        let head = EventId::durable(state.seq);
        let texts = Texts { next_channel: state.channels.next_id(), ..Texts::default() };
        Tx { is_rehearsal: true, texts: texts.into(), ..Tx::new(state, now, head, messages) }
    }

    /// What was rendered.
    #[must_use]
    pub fn into_texts(self) -> Texts {
        self.texts.into_inner()
    }

    /// Has these texts rendered already, unless channels were made since: they would lead elsewhere.
    pub fn use_texts(&mut self, texts: Texts) {
        if texts.next_channel == self.state.channels.next_id() {
            *self.texts.get_mut() = texts;
        }
    }

    /// A text as HTML, with what `viewer` sees.
    pub(super) fn rendered(&self, viewer: &UserRow, content: &str) -> Rendered {
        let key = (viewer.id, content.to_owned());
        if let Some(known) = self.texts.borrow().rendered.get(&key) {
            return known.clone();
        }
        let rendered = tidings_markdown::render(content, &SeenBy { state: &self.state, viewer });
        if self.is_rehearsal {
            self.texts.borrow_mut().rendered.insert(key, rendered.clone());
        }
        rendered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::NoMessages;
    use crate::commands::notify::render;
    use crate::state::realm::{RealmRow, RealmSettings};
    use std::sync::Arc;
    use tidings_types::settings::UserSettings;
    use tidings_types::user::Role;

    fn state() -> RealmState {
        RealmState::new(RealmRow {
            string_id: String::new(),
            name: "Test".to_owned(),
            description: String::new(),
            date_created: 0,
            imported_at: 0,
            host: "x.example".to_owned(),
            url: "http://x.example".to_owned(),
            settings: RealmSettings::default(),
            settled_until: 0,
            defaults: UserSettings::default(),
        })
    }

    fn user(id: u32) -> Arc<UserRow> {
        Arc::new(UserRow {
            id: UserId(id),
            delivery_email: format!("{id}@x.example"),
            full_name: "Ann".to_owned(),
            role: Role::Member,
            is_active: true,
            date_joined: 0,
            bot: None,
            avatar_version: 1,
            settings: UserSettings::default(),
        })
    }

    #[test]
    fn what_was_rehearsed_is_not_rendered_again() {
        let rehearsal = Tx::rehearsal(state(), 0, &NoMessages);
        assert_eq!(render(&rehearsal, &user(1), "*one*").html, "<p><em>one</em></p>");
        let mut texts = rehearsal.into_texts();
        for known in texts.rendered.values_mut() {
            known.html = "rehearsed".to_owned();
        }
        let mut later = Tx::new(state(), 0, EventId(0), &NoMessages);
        later.use_texts(Texts { next_channel: ChannelId(texts.next_channel.0 + 1), ..texts.clone() });
        assert_eq!(render(&later, &user(1), "*one*").html, "<p><em>one</em></p>", "a channel was made meanwhile");
        let mut tx = Tx::new(state(), 0, EventId(0), &NoMessages);
        tx.use_texts(texts);
        assert_eq!(render(&tx, &user(1), "*one*").html, "rehearsed");
        assert_eq!(render(&tx, &user(2), "*one*").html, "<p><em>one</em></p>", "others may see something else");
        assert_eq!(render(&tx, &user(1), "*two*").html, "<p><em>two</em></p>");
        assert_eq!(tx.into_texts().rendered.len(), 1, "only a rehearsal keeps what it renders");
    }
}

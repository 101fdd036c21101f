//! `check(input, expect)` tables, one file per area.
//!
//! # Layout
//! - [`blocks`]: paragraphs, fences, quotes, lists, tables
//! - [`inline`]: emphasis, code, links, emoji, times
//! - [`names`]: mentions and channel links
//! - [`hostile`]: what must not get through, and what must not take long
//! - [`properties`]: the same for arbitrary input

mod blocks;
mod hostile;
mod inline;
mod names;
mod properties;

use crate::{ChannelRef, CustomEmoji, Directory, GroupRef, UserRef, render};

/// A small realm: enough for every kind of reference, and two users with one name.
pub(super) struct Verona;

impl Directory for Verona {
    fn user_by_id(&self, id: u32) -> Option<UserRef> {
        let (_, full_name) = USERS.iter().find(|(user_id, _)| *user_id == id)?;
        Some(UserRef { id, full_name: (*full_name).to_owned() })
    }

    fn users_by_name(&self, full_name: &str) -> Vec<UserRef> {
        let same_name = |(_, name): &&(u32, &str)| name.eq_ignore_ascii_case(full_name);
        USERS.iter().filter(same_name).filter_map(|(id, _)| self.user_by_id(*id)).collect()
    }

    fn group_by_name(&self, name: &str) -> Option<GroupRef> {
        (name == "hamletcharacters").then(|| GroupRef { id: 3, name: name.to_owned() })
    }

    fn channel_by_name(&self, name: &str) -> Option<ChannelRef> {
        let (id, name) = [(9, "announce"), (10, "web app <beta")].into_iter().find(|(_, known)| *known == name)?;
        Some(ChannelRef { id, name: name.to_owned() })
    }

    fn custom_emoji(&self, name: &str) -> Option<CustomEmoji> {
        let source_url = "/user_avatars/2/emoji/images/1.png?a=\"b\"&c".to_owned();
        (name == "green_tick").then(|| CustomEmoji { id: "1".to_owned(), source_url })
    }
}

const USERS: [(u32, &str); 6] =
    [(9, "King Hamlet"), (10, "Cordelia"), (11, "Twin"), (12, "Twin"), (13, "Zoë <b>"), (14, "under_score_d")];

/// Renders `input` in Verona and compares the HTML.
#[track_caller]
fn check(input: &str, expect: &str) {
    assert_eq!(render(input, &Verona).html, expect, "\n{input}");
}

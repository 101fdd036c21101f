//! `check(input, expect)` tables, one file per area.
//!
//! # Layout
//! - [`blocks`]: paragraphs, fences, quotes, lists, tables
//! - [`files`]: what becomes of links to uploaded files
//! - [`inline`]: emphasis, code, emoji, times
//! - [`links`]: links, addresses, linkifiers
//! - [`names`]: mentions and channel links
//! - [`hostile`]: what must not get through, and what must not take long
//! - [`properties`]: the same for arbitrary input

mod blocks;
mod files;
mod hostile;
mod inline;
mod links;
mod names;
mod properties;

use std::sync::LazyLock;

use crate::{ChannelRef, CustomEmoji, Directory, GroupRef, Image, Linkifiers, Upload, UserRef, render};

/// A small realm: enough for every kind of reference, and two users with one name.
pub(super) struct Verona;

impl Directory for Verona {
    fn user_by_id(&self, id: u32) -> Option<UserRef> {
        let (_, full_name) = USERS.iter().find(|(user_id, _)| *user_id == id)?;
        Some(UserRef { id, full_name: (*full_name).to_owned(), is_active: ![15, 17].contains(&id) })
    }

    fn users_by_name(&self, full_name: &str) -> Vec<UserRef> {
        let same_name = |(_, name): &&(u32, &str)| name.eq_ignore_ascii_case(full_name);
        USERS.iter().filter(same_name).filter_map(|(id, _)| self.user_by_id(*id)).collect()
    }

    fn group_by_name(&self, name: &str) -> Option<GroupRef> {
        (name == "hamletcharacters").then(|| GroupRef { id: 3, name: name.to_owned(), is_active: true })
    }

    fn channel_by_name(&self, name: &str) -> Option<ChannelRef> {
        let (id, name) = [(9, "announce"), (10, "web app <beta")].into_iter().find(|(_, known)| *known == name)?;
        Some(ChannelRef { id, name: name.to_owned() })
    }

    fn custom_emoji(&self, name: &str) -> Option<CustomEmoji> {
        let source_url = "/user_avatars/2/emoji/images/1.png?a=\"b\"&c".to_owned();
        (name == "green_tick").then(|| CustomEmoji { id: "1".to_owned(), source_url })
    }

    fn newest_in_topic(&self, channel: u32, topic: &str) -> Option<u32> {
        (channel == 9 && ["Zulip updates", ""].contains(&topic)).then_some(214)
    }

    fn upload(&self, path: &str) -> Option<Upload> {
        let image = |thumbnail: Option<&str>, is_animated: bool, transcoded: Option<&str>| Image {
            width: 1920,
            height: 1080,
            thumbnail: thumbnail.map(str::to_owned),
            is_animated,
            transcoded: transcoded.map(str::to_owned),
        };
        let small = Some("840x560.webp");
        let (content_type, image) = match path {
            "2/ab/x.png" => ("image/png", Some(image(small, false, None))),
            "2/ab/new.png" => ("image/png", Some(image(None, true, Some("1920x1080.webp")))),
            "2/ab/moves.gif" => ("image/gif", Some(image(small, true, None))),
            "2/ab/x.heic" => ("image/heic", Some(image(small, false, Some("1920x1080.webp")))),
            "2/ab/broken.png" => ("image/png", None),
            "2/ab/x.mp4" => ("video/mp4", None),
            "2/ab/x.mp3" => ("audio/mpeg", None),
            "2/ab/x.pdf" => ("application/pdf", None),
            _ => return None,
        };
        Some(Upload { content_type: content_type.to_owned(), image })
    }

    fn linkifiers(&self) -> Option<&Linkifiers> {
        Some(&LINKIFIERS)
    }

    fn realm_url(&self) -> &str {
        "https://verona.example"
    }
}

static LINKIFIERS: LazyLock<Linkifiers> = LazyLock::new(|| {
    Linkifiers::new([
        (r"issue (?P<id>[0-9]+)", "https://issues.example/{id}"),
        (r"bad-(?P<url>\S+)", "{+url}"),
        (r":(?P<word>word):", "https://words.example/{word}"),
    ])
});

/// Yorick has left, and so has one of two Osrics.
const USERS: [(u32, &str); 9] = [
    (9, "King Hamlet"),
    (10, "Cordelia"),
    (11, "Twin"),
    (12, "Twin"),
    (13, "Zoë <b>"),
    (14, "under_score_d"),
    (15, "Yorick"),
    (16, "Osric"),
    (17, "Osric"),
];

/// Renders `input` in Verona and compares the HTML.
#[track_caller]
fn check(input: &str, expect: &str) {
    assert_eq!(render(input, &Verona).html, expect, "\n{input}");
}

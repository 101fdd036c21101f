//! Who and what is in the demo.

use crate::admin::{NewChannel, NewUser};
use tidings_types::user::Role;

/// A person, or a bot.
pub(super) struct Person {
    /// Also the name of the zuliprc file.
    pub(super) name: &'static str,
    full_name: &'static str,
    role: Role,
    is_bot: bool,
}

impl Person {
    pub(super) fn email(&self) -> String {
        format!("{}@demo.example", self.name)
    }

    pub(super) fn account(&self) -> NewUser {
        NewUser {
            email: self.email(),
            full_name: self.full_name.to_owned(),
            role: self.role,
            bot: self.is_bot,
            password: None,
        }
    }
}

const fn person(name: &'static str, full_name: &'static str, role: Role) -> Person {
    Person { name, full_name, role, is_bot: false }
}

/// Everybody; others refer to them by their place in this list. The first one's events are shown.
pub(super) const CAST: &[Person] = &[
    person("desdemona", "Desdemona", Role::Owner),
    person("iago", "Iago", Role::Admin),
    person("hamlet", "King Hamlet", Role::Member),
    person("cordelia", "Cordelia, Lear's daughter", Role::Member),
    person("othello", "Othello, the Moor of Venice", Role::Member),
    person("polonius", "Polonius", Role::Guest),
    Person { name: "town-crier", full_name: "Town Crier", role: Role::Member, is_bot: true },
];

pub(super) const DESDEMONA: usize = 0;
pub(super) const IAGO: usize = 1;
pub(super) const HAMLET: usize = 2;
pub(super) const CORDELIA: usize = 3;
pub(super) const OTHELLO: usize = 4;
pub(super) const POLONIUS: usize = 5;
pub(super) const BOT: usize = 6;

/// A channel with who is in it.
pub(super) struct Scene {
    /// Its name.
    pub(super) name: &'static str,
    description: &'static str,
    is_private: bool,
    /// Places in [`CAST`].
    pub(super) subscribers: &'static [usize],
}

impl Scene {
    pub(super) fn new_channel(&self) -> NewChannel {
        NewChannel { name: self.name.to_owned(), description: self.description.to_owned(), private: self.is_private }
    }
}

/// All channels.
pub(super) const CHANNELS: &[Scene] = &[
    Scene {
        name: "general",
        description: "For everybody and everything",
        is_private: false,
        subscribers: &[DESDEMONA, IAGO, HAMLET, CORDELIA, OTHELLO, POLONIUS, BOT],
    },
    Scene {
        name: "Denmark",
        description: "Something is rotten here",
        is_private: false,
        subscribers: &[DESDEMONA, HAMLET, CORDELIA, BOT],
    },
    Scene { name: "Venice", description: "Trade and rumors", is_private: false, subscribers: &[IAGO, OTHELLO, BOT] },
    Scene {
        name: "core team",
        description: "Only for invited people",
        is_private: true,
        subscribers: &[DESDEMONA, IAGO],
    },
];

/// Where something is said.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In a channel, under a topic.
    Topic(&'static str, &'static str),
    /// To a person, by place in [`CAST`].
    Direct(usize),
}

/// Something that has been said.
pub(super) struct Line {
    /// Place in [`CAST`].
    pub(super) speaker: usize,
    pub(super) place: Place,
    pub(super) text: &'static str,
}

const fn line(speaker: usize, place: Place, text: &'static str) -> Line {
    Line { speaker, place, text }
}

/// What has been said before the curtain rises.
pub(super) const LINES: &[Line] = &[
    line(DESDEMONA, Place::Topic("general", "welcome"), "Welcome, everybody! :wave:"),
    line(IAGO, Place::Topic("general", "welcome"), "Good to be here. Ask me for **anything**."),
    line(POLONIUS, Place::Topic("general", "welcome"), "Brevity is the soul of wit, so I will be brief."),
    line(HAMLET, Place::Topic("Denmark", "castle"), "Who is there?"),
    line(CORDELIA, Place::Topic("Denmark", "castle"), "@**King Hamlet** it is only me"),
    line(
        HAMLET,
        Place::Topic("Denmark", "players"),
        "The play's the thing:\n\n* rehearse\n* perform\n* watch the king",
    ),
    line(OTHELLO, Place::Topic("Venice", "Cyprus"), "> The fleet has sailed\n\nWhen do we follow?"),
    line(IAGO, Place::Topic("core team", "plans"), "Nobody else can read this."),
    line(CORDELIA, Place::Direct(HAMLET), "Did you see the ghost, too?"),
];

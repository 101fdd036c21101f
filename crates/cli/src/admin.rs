//! What an operator may do with a data folder: through the running server's socket, or, when none runs, with the
//! database directly. Only who can read the folder can do it; no key is needed.
//!
//! # Layout
//! - this file: the requests and their answers. [`execute`]: what each does.
//! - [`seed`]: channels without anybody who acts. [`socket`]: the server's end. [`connection`]: our end.
//! - [`archive`]: an archive of the organization, piece by piece.

pub(crate) mod archive;
pub(crate) mod connection;
pub(crate) mod execute;
pub(crate) mod seed;
pub(crate) mod socket;

use serde::{Deserialize, Serialize};
use tidings_server::exports::archive::{Progress, Scope};
use tidings_types::UserId;
use tidings_types::user::Role;

/// What is asked, one JSON object a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Creates an account with an API key; answered with [`Credentials`].
    CreateUser(NewUser),
    /// All accounts; answered with a list of [`Account`].
    ListUsers,
    /// One account; answered with [`Account`].
    ShowUser {
        /// Its address or id.
        user: String,
    },
    /// Deactivates or reactivates an account; answered with [`Account`].
    SetActive {
        /// Its address or id.
        user: String,
        /// Whether it may be used.
        active: bool,
    },
    /// Gives an account a role; answered with [`Account`].
    SetRole {
        /// Its address or id.
        user: String,
        /// What it may do.
        role: Role,
    },
    /// Gives an account a password; answered with [`Account`].
    SetPassword {
        /// Its address or id.
        user: String,
        /// The password.
        password: String,
    },
    /// An archive of the organization. Answered with [`Answer::Bytes`] and [`Answer::Progress`] until it is whole, and
    /// then with the progress.
    Export {
        /// How much of it.
        scope: Scope,
    },
    /// A further API key; answered with [`Credentials`].
    NewKey {
        /// The account's address or id.
        user: String,
        /// Where the key comes from, for its owner to tell keys apart.
        label: String,
    },
    /// Subscribes accounts to a channel; answered with nothing.
    Subscribe {
        /// The channel; created if missing.
        channel: NewChannel,
        /// Addresses or ids.
        users: Vec<String>,
    },
    /// Asks clients in browsers to load themselves anew; answered with nothing.
    ReloadClients {
        /// At once, as opposed to when it suits the user.
        immediate: bool,
    },
    /// What administrators did, the newest first; answered with a list of [`Noted`].
    Audit {
        /// At most so many.
        limit: usize,
    },
    /// Opens an organization that an owner closed; answered with whether it was closed.
    OpenOrganization,
    /// Creates members subscribed to a channel; answered with a list of [`Generated`].
    Generate {
        /// How many, at most [`GENERATE_MAX`].
        count: usize,
        /// The channel; created if missing.
        channel: String,
    },
}

/// Members created by one command: few enough that other commands do not wait long.
pub(crate) const GENERATE_MAX: usize = 250;

/// An account to create.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewUser {
    pub(crate) email: String,
    pub(crate) full_name: String,
    pub(crate) role: Role,
    pub(crate) bot: bool,
    pub(crate) password: Option<String>,
}

/// A channel to create.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewChannel {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) private: bool,
}

/// An account as an operator sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) user_id: UserId,
    pub(crate) email: String,
    pub(crate) full_name: String,
    pub(crate) role: Role,
    pub(crate) is_bot: bool,
    pub(crate) is_active: bool,
    /// How many API keys it has.
    pub(crate) api_keys: usize,
}

/// What a client needs to log in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) user_id: UserId,
    pub(crate) email: String,
    pub(crate) api_key: String,
    /// Where clients reach the server.
    pub(crate) site: String,
}

/// Something that an administrator did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// UNIX seconds.
    pub(crate) at: i64,
    /// Who did it; none for an operator of the server.
    pub(crate) actor_id: Option<UserId>,
    /// The display name.
    pub(crate) actor: Option<String>,
    /// As in `stream/update`.
    pub(crate) what: String,
    /// The event that told of it; null where it is too long.
    pub(crate) detail: serde_json::Value,
}

/// One of many generated members.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Generated {
    pub(crate) email: String,
    pub(crate) api_key: String,
    pub(crate) user_id: UserId,
}

/// An answer, one JSON object a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// As the request says.
    Done(serde_json::Value),
    /// Why not.
    Refused(String),
    /// The next so many bytes of an archive follow the line.
    Bytes(usize),
    /// How far an archive is.
    Progress(Progress),
}

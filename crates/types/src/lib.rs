//! The wire vocabulary of the API: ids, parameters, endpoints, events, answers and errors.
//!
//! This crate has `serde` and no runtime. The server answers with these structs and the clients parse into
//! them, so there is one definition of every shape.
//!
//! # Layout
//! - [`ids`]: typed ids; two integers never travel side by side untyped.
//! - [`error`]: every error a client can be told, from one table.
//! - [`params`]: how a parameter is decoded from text, and the `request!` macro that declares a request.
//! - [`mod@endpoint`]: what an endpoint is; [`endpoints`]: all of them, one file per area.
//! - [`events`]: every event type, from one table.
//! - [`user`], [`channel`], [`message`], [`group`]: the objects that answers and events share.
//! - [`permission`]: who may do what, from one table.
//! - [`prepared`]: what users prepare for later: drafts, snippets, scheduled messages, reminders, views.
//! - [`export`]: exports of the organization's data.
//! - [`webhook`]: what the services of outgoing webhooks are sent, and what they answer.
//! - [`attachment`]: uploaded files. [`emoji`]: custom emoji.
//! - [`folder`]: folders of channels.
//! - [`profile`]: fields that an organization adds to profiles.
//! - [`signup`]: how people come into an organization.
//! - [`mod@invite`] has invitations.
//! - [`narrow`]: message filters as clients write them.
//! - [`linkifier`]: linkifiers, code playgrounds, links of topics.
//! - [`settings`]: personal settings, from one table; [`realm`]: those of the organization.
//! - [`initial_state`]: the fields that registering returns, from one table.
//! - [`brand`]: the name under which the product is sold.
//! - [`schema`]: a word for descriptions of these types.
//! - [`version`]: the version and feature level we announce.

pub mod attachment;
pub mod brand;
pub mod channel;
pub mod emoji;
pub mod endpoint;
pub mod endpoints;
pub mod error;
pub mod events;
pub mod export;
pub mod folder;
pub mod group;
pub mod ids;
pub mod initial_state;
pub mod invite;
pub mod linkifier;
pub mod message;
pub mod narrow;
pub mod params;
pub mod permission;
pub mod prepared;
pub mod profile;
pub mod realm;
pub mod schema;
pub mod settings;
pub mod signup;
pub mod user;
pub mod version;
pub mod webhook;

pub use error::ApiError;
pub use ids::{AttachmentId, ChannelId, ConversationId, EventId, GroupId, MessageId, PreparedId, QueueId, UserId};

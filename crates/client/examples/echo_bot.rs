//! Says again what it is told in direct messages.
//!
//! `ZULIP_CONFIG=./bot-zuliprc cargo run -p tidings-client --example echo_bot`

use tidings_client::types::endpoints::messages::{Addressee, MessageType, SendMessage, SendMessageRequest};
use tidings_client::types::endpoints::users::{GetOwnUser, GetOwnUserRequest};
use tidings_client::types::message::DisplayRecipient;
use tidings_client::{Client, Error, EventOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let own_id = client.send::<GetOwnUser>(&GetOwnUserRequest::new()).await?.user_id;
    let bot = &client;
    client
        .call_on_each_message(EventOptions::new(), async |event| {
            let message = event.message;
            // Not its own, or it would talk to itself for ever.
            if let DisplayRecipient::Users(users) = &message.display_recipient
                && message.sender_id != own_id
            {
                let everybody = users.iter().map(|user| i64::from(user.id.0)).collect();
                let reply =
                    SendMessageRequest::new(MessageType::Direct, Addressee::Ids(everybody), message.content.clone());
                bot.send::<SendMessage>(&reply).await?;
            }
            Ok::<(), Error>(())
        })
        .await
}

//! Loops that call a function of the program's own on each event.

use super::{EventOptions, Item};
use crate::client::Client;
use crate::error::{BoxError, Error};
use std::future::Future;
use std::ops::ControlFlow;
use tidings_types::events::message::MessageEvent;
use tidings_types::events::{Event, ReceivedEvent};

/// What a callback may return: nothing, a result, or whether to go on. An error ends the loop and leaves the event
/// unacknowledged; breaking off ends it, and the event is acknowledged.
pub trait Outcome {
    /// The same, in one form.
    ///
    /// # Errors
    /// The callback's own.
    fn outcome(self) -> Result<ControlFlow<()>, BoxError>;
}

impl Outcome for () {
    fn outcome(self) -> Result<ControlFlow<()>, BoxError> {
        Ok(ControlFlow::Continue(()))
    }
}

impl Outcome for ControlFlow<()> {
    fn outcome(self) -> Result<ControlFlow<()>, BoxError> {
        Ok(self)
    }
}

impl<T: Outcome, E: Into<BoxError>> Outcome for Result<T, E> {
    fn outcome(self) -> Result<ControlFlow<()>, BoxError> {
        self.map_err(Into::into)?.outcome()
    }
}

impl Client {
    /// Calls `callback` on each event, one after the other, until it breaks off or fails. The next event waits for the
    /// future that the callback returns. State that has to be borrowed across an `await` is easier to keep around
    /// [`Client::events`].
    ///
    /// ```no_run
    /// # async fn example(client: tidings_client::Client) -> Result<(), tidings_client::Error> {
    /// use tidings_client::EventOptions;
    /// let options = EventOptions::new().event_types(["message", "reaction"]);
    /// let mut count = 0;
    /// client
    ///     .call_on_each_event(options, |event| {
    ///         count += 1;
    ///         async move { println!("{count}: {:?}", event.raw()) }
    ///     })
    ///     .await
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Callback`] with what the callback returned; what the server refuses for good; a position that cannot
    /// be saved.
    pub async fn call_on_each_event<F: Future<Output: Outcome>>(
        &self,
        options: EventOptions,
        mut callback: impl FnMut(ReceivedEvent) -> F,
    ) -> Result<(), Error> {
        let is_durable = options.is_durable();
        let mut events = self.events(options);
        while let Some(item) = events.next().await {
            match item? {
                Item::Event(event) => match callback(event).await.outcome().map_err(Error::Callback)? {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(()) => {
                        events.acknowledge().await?;
                        break;
                    }
                },
                Item::Reset { reason, .. } if reason.events_missed() => {
                    tracing::warn!(?reason, "the event queue was registered anew; events in between were missed");
                }
                Item::Trouble { error, retry_in } => tracing::warn!(%error, ?retry_in, "events do not come"),
                _ => {}
            }
        }
        if !is_durable {
            // Only to free its place at the server; it would expire by itself.
            let _ = events.close().await;
        }
        Ok(())
    }

    /// Calls `callback` on each new message, with the account's flags of it.
    ///
    /// ```no_run
    /// # async fn example(client: tidings_client::Client) -> Result<(), tidings_client::Error> {
    /// client.call_on_each_message(Default::default(), async |event| println!("{}", event.message.content)).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::call_on_each_event`].
    pub async fn call_on_each_message<F: Future<Output: Outcome>>(
        &self,
        options: EventOptions,
        mut callback: impl FnMut(MessageEvent) -> F,
    ) -> Result<(), Error> {
        self.call_on_each_event(options.event_types(["message"]), |received| {
            let called = match received.event {
                Event::Message(message) => Some(callback(*message)),
                _ => {
                    tracing::error!(id = %received.id, "an event is no message of a known shape; it is left out");
                    None
                }
            };
            async {
                match called {
                    Some(called) => called.await.outcome(),
                    None => ().outcome(),
                }
            }
        })
        .await
    }
}

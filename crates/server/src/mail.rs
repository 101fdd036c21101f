//! Sends e-mail: what waits in the state, one after the other, and what fails again later.
//!
//! An e-mail is a row that is committed with what it tells of, and taken away once a mail server has it. After a crash in
//! between it is sent a second time; that is better than not at all.

use crate::app::App;
use crate::bootstrap::host_of;
use crate::config::Config;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::Tx;
use tidings_core::commands::invites::mail;
use tidings_core::state::invites::MailRow;
use tokio::time::MissedTickBehavior;

/// How often it is looked for what is due.
const PAUSE_SECS: u64 = 1;

/// How long a mail server may take for a step.
const TIMEOUT_SECS: u64 = 30;

/// What e-mail is sent with.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// What the configuration says; none if it says that there is no e-mail.
///
/// # Errors
/// A sentence about what is wrong. It does not have the URL, which may hold a password.
pub fn mailer(config: &Config) -> Result<Option<Mailer>, String> {
    let Some(url) = &config.smtp_url else { return Ok(None) };
    let default = || format!("noreply@{}", host_of(config.external_url.as_deref().unwrap_or_default()));
    let from = config.mail_from.clone().unwrap_or_else(default);
    let address = from.parse().map_err(|_| format!("mail_from has to be an e-mail address, not {from:?}"))?;
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(
        |_| "smtp_url has to be smtp:// or smtps:// and a host, perhaps with a user and a password before it",
    )?;
    let transport = builder.timeout(Some(Duration::from_secs(TIMEOUT_SECS))).build();
    Ok(Some(Mailer { transport, from: Mailbox::new(Some(config.brand.product.clone()), address) }))
}

/// Sends what is due, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let Some(mailer) = &app.mailer else { return };
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        send_due(&app, mailer).await;
    }
}

async fn send_due(app: &App, mailer: &Mailer) {
    let (state, now) = (app.realm.state(), app.realm.clock.now());
    let due: Vec<Arc<MailRow>> = state.invites.mail().filter(|row| row.due_at <= now).cloned().collect();
    for row in due {
        // It may have been taken back meanwhile.
        if app.realm.state().invites.get_mail(row.id).is_none() {
            continue;
        }
        let id = row.id;
        let sent = send(mailer, &row).await;
        let noted = match &sent {
            Ok(()) => {
                let note = move |tx: &mut Tx<'_>| {
                    mail::sent(tx, id);
                    Ok(false)
                };
                app.realm.run(note).await
            }
            Err(NotSent { is_hopeless, .. }) => {
                let is_hopeless = *is_hopeless;
                app.realm.run(move |tx| Ok(mail::not_sent(tx, id, is_hopeless))).await
            }
        };
        let outcome = if sent.is_ok() { "sent" } else { "failed" };
        metrics::counter!("tidings_mail_total", "outcome" => outcome).increment(1);
        match (sent, noted) {
            (Err(NotSent { why, .. }), Ok(true)) => tracing::warn!(mail.id = id, why, "an e-mail is given up"),
            (Err(NotSent { why, .. }), _) => tracing::info!(mail.id = id, why, "an e-mail is tried again later"),
            (Ok(()), Err(error)) => tracing::warn!(mail.id = id, %error, "an e-mail was sent, but that is not noted"),
            (Ok(()), Ok(_)) => {}
        }
    }
}

/// Why an e-mail was not sent, in words without addresses.
struct NotSent {
    why: String,
    is_hopeless: bool,
}

async fn send(mailer: &Mailer, row: &MailRow) -> Result<(), NotSent> {
    let hopeless = |why: &str| NotSent { why: why.to_owned(), is_hopeless: true };
    let to: Mailbox = row.to.parse().map_err(|_| hopeless("the address is none"))?;
    let message = Message::builder()
        .from(mailer.from.clone())
        .to(to)
        .subject(&row.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(row.body.clone())
        .map_err(|_| hopeless("it is no e-mail"))?;
    let failed = |error: lettre::transport::smtp::Error| {
        let why = match error.status() {
            Some(code) => format!("the mail server answered {code}"),
            None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
            None => "the mail server cannot be reached".to_owned(),
        };
        NotSent { why, is_hopeless: error.is_permanent() }
    };
    mailer.transport.send(message).await.map(|_| ()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_configured_is_checked_and_secrets_are_not_told() {
        let with = |url: Option<&str>, from: Option<&str>| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            mailer(&Config { smtp_url: text(url), mail_from: text(from), ..Config::default() })
        };
        assert!(with(None, None).is_ok_and(|mailer| mailer.is_none()));
        assert!(with(Some("smtp://localhost:25"), Some("chat@x.example")).is_ok_and(|mailer| mailer.is_some()));
        let secret = "http://user:secret@localhost";
        assert!(with(Some("smtp://localhost"), None).is_ok_and(|mailer| mailer.is_some()));
        for (url, from) in [(secret, Some("chat@x.example")), ("smtp://localhost", Some("x"))] {
            let why = with(Some(url), from).err().expect("it cannot be");
            assert!(!why.contains("secret"), "{why}");
        }
    }
}

//! How many e-mails are sent because somebody without an account asks for one, so that nobody floods strangers with them.

use crate::http::rate_limit::RateLimit;
use std::net::IpAddr;
use tidings_core::commands::invites::sign_up::Asker;
use tidings_types::ApiError;

const HOUR_SECS: u32 = 3_600;
const DAY_SECS: u32 = 24 * HOUR_SECS;

/// E-mails that one network has sent in a day.
const FROM_MAX: u32 = 10;
/// The same for who has a link for many: a whole class may come from one network.
const FROM_WITH_LINK_MAX: u32 = 100;
/// E-mails that one address is sent in a day; as many by links for many.
const TO_MAX: u32 = 5;
/// E-mails in an hour, whoever asks; as many for those together who have a link.
const ALL_MAX: u32 = 100;

/// The limits; forgotten when the server stops.
pub struct SignUps {
    anybody: Share,
    with_link: Share,
}

/// What people of one kind may have sent: others do not use it up.
struct Share {
    from: RateLimit<IpAddr>,
    to: RateLimit<String>,
    all: RateLimit<()>,
}

impl Share {
    fn new(from_max: u32) -> Self {
        Share {
            from: RateLimit::per(from_max, DAY_SECS),
            to: RateLimit::per(TO_MAX, DAY_SECS),
            all: RateLimit::per(ALL_MAX, HOUR_SECS),
        }
    }
}

impl Default for SignUps {
    fn default() -> Self {
        SignUps { anybody: Share::new(FROM_MAX), with_link: Share::new(FROM_WITH_LINK_MAX) }
    }
}

impl SignUps {
    /// Counts a request from a network for an address, and says whether an e-mail may be sent there: somebody else may
    /// have asked for it too often, which is told to nobody.
    ///
    /// # Errors
    /// 429 for a network that asks too often, and where all together do.
    pub fn check(&self, asker: &Asker, network: IpAddr, email: &str, now: i64) -> Result<bool, ApiError> {
        let share = match asker {
            Asker::Anybody => &self.anybody,
            Asker::WithLink(_) => &self.with_link,
        };
        share.from.check(&network, now)?;
        if share.to.check(&mailbox(email), now).is_err() {
            return Ok(false);
        }
        share.all.check(&(), now)?;
        Ok(true)
    }

    /// Forgets who has not asked for a while. To be called now and then.
    pub fn forget_idle(&self) {
        for share in [&self.anybody, &self.with_link] {
            share.from.forget_idle();
            share.to.forget_idle();
            share.all.forget_idle();
        }
    }
}

/// What is delivered to the same person: without regard to case, and without what stands after a plus.
fn mailbox(email: &str) -> String {
    let email = email.trim().to_lowercase();
    match email.rsplit_once('@') {
        Some((name, host)) => format!("{}@{host}", name.split('+').next().unwrap_or_default()),
        None => email,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn network(n: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(203, 0, 113, n))
    }

    #[test]
    fn a_mailbox_is_sent_a_few_whoever_asks_and_however_it_is_written() {
        let limits = SignUps::default();
        let written = ["a@x.example", "A@X.example", "a+1@x.example", " a+2+3@x.example", "a@x.example"];
        for (n, email) in (0..).zip(written) {
            assert!(matches!(limits.check(&Asker::Anybody, network(n), email, 0), Ok(true)), "{email}");
        }
        assert!(matches!(limits.check(&Asker::Anybody, network(9), "a+9@x.example", 0), Ok(false)));
        assert!(matches!(limits.check(&Asker::Anybody, network(9), "b@x.example", 0), Ok(true)));
        // Strangers do not keep it from whom somebody gave a link.
        let link = Asker::WithLink("key".to_owned());
        assert!(matches!(limits.check(&link, network(9), "a@x.example", 0), Ok(true)));
    }

    #[test]
    fn a_network_and_all_together_ask_so_often() {
        let limits = SignUps::default();
        for n in 0..FROM_MAX {
            assert!(limits.check(&Asker::Anybody, network(0), &format!("{n}@x.example"), 0).is_ok(), "{n}");
        }
        assert!(limits.check(&Asker::Anybody, network(0), "one-more@x.example", 0).is_err());
        for n in FROM_MAX..ALL_MAX {
            let from = network(u8::try_from(n).expect("a small number"));
            assert!(limits.check(&Asker::Anybody, from, &format!("{n}@x.example"), 0).is_ok(), "{n}");
        }
        assert!(limits.check(&Asker::Anybody, network(250), "one-more@x.example", 0).is_err());
        // Strangers do not use up what those have who have a link.
        let link = Asker::WithLink("key".to_owned());
        assert!(limits.check(&link, network(0), "one-more@x.example", 0).is_ok());
        assert!(matches!(limits.check(&link, network(0), "0@x.example", 0), Ok(true)));
    }
}

//! How many e-mails are sent because somebody without an account asks for one, so that nobody floods strangers with them.

use crate::http::rate_limit::RateLimit;
use std::net::IpAddr;
use tidings_types::ApiError;

const HOUR_SECS: u32 = 3_600;
const DAY_SECS: u32 = 24 * HOUR_SECS;

/// E-mails that one network has sent in a day.
const FROM_MAX: u32 = 10;
/// E-mails that one address is sent in a day.
const TO_MAX: u32 = 5;
/// E-mails in an hour, whoever asks.
const ALL_MAX: u32 = 100;

/// The limits; forgotten when the server stops.
pub struct SignUps {
    from: RateLimit<IpAddr>,
    to: RateLimit<String>,
    all: RateLimit<()>,
}

impl Default for SignUps {
    fn default() -> Self {
        SignUps {
            from: RateLimit::per(FROM_MAX, DAY_SECS),
            to: RateLimit::per(TO_MAX, DAY_SECS),
            all: RateLimit::per(ALL_MAX, HOUR_SECS),
        }
    }
}

impl SignUps {
    /// Counts a request from a network for an address, and says whether an e-mail may be sent there: somebody else may
    /// have asked for it too often, which is told to nobody.
    ///
    /// # Errors
    /// 429 for a network that asks too often, and where all together do.
    pub fn check(&self, network: IpAddr, email: &str, now: i64) -> Result<bool, ApiError> {
        self.from.check(&network, now)?;
        if self.to.check(&mailbox(email), now).is_err() {
            return Ok(false);
        }
        self.all.check(&(), now)?;
        Ok(true)
    }

    /// Forgets who has not asked for a while. To be called now and then.
    pub fn forget_idle(&self) {
        self.from.forget_idle();
        self.to.forget_idle();
        self.all.forget_idle();
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
            assert!(matches!(limits.check(network(n), email, 0), Ok(true)), "{email}");
        }
        assert!(matches!(limits.check(network(9), "a+9@x.example", 0), Ok(false)));
        assert!(matches!(limits.check(network(9), "b@x.example", 0), Ok(true)));
    }

    #[test]
    fn a_network_and_all_together_ask_so_often() {
        let limits = SignUps::default();
        for n in 0..FROM_MAX {
            assert!(limits.check(network(0), &format!("{n}@x.example"), 0).is_ok(), "{n}");
        }
        assert!(limits.check(network(0), "one-more@x.example", 0).is_err());
        for n in FROM_MAX..ALL_MAX {
            let from = network(u8::try_from(n).expect("a small number"));
            assert!(limits.check(from, &format!("{n}@x.example"), 0).is_ok(), "{n}");
        }
        assert!(limits.check(network(250), "one-more@x.example", 0).is_err());
    }
}

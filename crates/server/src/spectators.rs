//! How often people without an account ask, where the organization has them look.

use crate::http::client_address::network_of;
use crate::http::rate_limit::{Allowance, RateLimit};
use std::net::IpAddr;
use tidings_types::{ApiError, AttachmentId};

/// Files and pictures for each request, since a page of messages shows many.
const FILES_PER_REQUEST: u32 = 5;
/// How often they fetch one file in a day, all together, so that the server is nobody's file host.
const FETCHES_MAX: u32 = 1_000;
/// How often one network does, so that nobody uses that up for the others.
const FETCHES_OF_NETWORK_MAX: u32 = 100;
const DAY_SECS: u32 = 24 * 3_600;

/// The limits; forgotten when the server stops.
pub struct Spectators {
    requests: RateLimit<IpAddr>,
    files: RateLimit<IpAddr>,
    fetches: RateLimit<AttachmentId>,
    fetches_of: RateLimit<(IpAddr, AttachmentId)>,
}

impl Spectators {
    /// So many requests of a network in a minute; 0 for no limit.
    #[must_use]
    pub fn per_minute(requests: u32) -> Self {
        let per_day = |most: u32| if requests == 0 { 0 } else { most };
        Spectators {
            requests: RateLimit::per_minute(requests),
            files: RateLimit::per_minute(requests.saturating_mul(FILES_PER_REQUEST)),
            fetches: RateLimit::per(per_day(FETCHES_MAX), DAY_SECS),
            fetches_of: RateLimit::per(per_day(FETCHES_OF_NETWORK_MAX), DAY_SECS),
        }
    }

    /// Counts a request of an endpoint.
    ///
    /// # Errors
    /// 429.
    pub fn check(&self, address: IpAddr, now: i64) -> Result<Option<Allowance>, ApiError> {
        self.requests.check(&network_of(address), now)
    }

    /// Counts that a picture, or a file, is asked for, before it is looked for.
    ///
    /// # Errors
    /// 429.
    pub fn check_file(&self, address: IpAddr, now: i64) -> Result<(), ApiError> {
        self.files.check(&network_of(address), now).map(|_| ())
    }

    /// Counts that an uploaded file is fetched.
    ///
    /// # Errors
    /// 429 for a network that fetched it so often, and where all together did.
    pub fn check_fetch(&self, address: IpAddr, file: AttachmentId, now: i64) -> Result<(), ApiError> {
        self.fetches_of.check(&(network_of(address), file), now)?;
        self.fetches.check(&file, now).map(|_| ())
    }

    /// Forgets who has not asked for a while. To be called now and then.
    pub fn forget_idle(&self) {
        self.requests.forget_idle();
        self.files.forget_idle();
        self.fetches.forget_idle();
        self.fetches_of.forget_idle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn networks_ask_so_often_and_files_are_fetched_so_often() {
        let limits = Spectators::per_minute(2);
        let network = |n| IpAddr::V4(Ipv4Addr::new(203, 0, 113, n));
        for _ in 0..10 {
            assert!(limits.check_file(network(1), 0).is_ok());
        }
        assert!(limits.check_file(network(1), 0).is_err());
        assert!(limits.check_file(network(2), 0).is_ok());
        for n in 0..FETCHES_OF_NETWORK_MAX {
            assert!(limits.check_fetch(network(0), AttachmentId(1), 0).is_ok(), "{n}");
        }
        assert!(limits.check_fetch(network(0), AttachmentId(1), 0).is_err());
        assert!(limits.check_fetch(network(0), AttachmentId(2), 0).is_ok());
        for n in FETCHES_OF_NETWORK_MAX..FETCHES_MAX {
            let from = network(u8::try_from(n / FETCHES_OF_NETWORK_MAX).expect("a small number"));
            assert!(limits.check_fetch(from, AttachmentId(1), 0).is_ok(), "{n}");
        }
        assert!(limits.check_fetch(network(200), AttachmentId(1), 0).is_err());
    }

    #[test]
    fn without_a_limit_there_is_none() {
        let limits = Spectators::per_minute(0);
        for _ in 0..2 * FETCHES_MAX {
            let anywhere = IpAddr::V4(Ipv4Addr::LOCALHOST);
            assert!(limits.check_fetch(anywhere, AttachmentId(1), 0).is_ok());
        }
    }
}

//! How often a user may ask, and how often anyone may try to log in.

use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;
use tidings_types::ApiError;

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// So many requests of one key in a minute, or in another time, as a leaky bucket: a burst up to the limit, then evenly. Or no limit.
pub struct RateLimit<K: Hash + Eq + Clone> {
    limiter: Option<Limiter<K>>,
    limit: u32,
    period_secs: u32,
}

/// What a limit says of a request it let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests in the time, mostly a minute.
    pub limit: u32,
    /// How many more may come now.
    pub remaining: u32,
    /// UNIX seconds when all of the limit is there again.
    pub reset_at: i64,
}

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// At most so many in a minute; 0 for no limit.
    #[must_use]
    pub fn per_minute(limit: u32) -> Self {
        Self::per(limit, 60)
    }

    /// At most so many in so many seconds; 0 for no limit.
    #[must_use]
    pub fn per(limit: u32, period_secs: u32) -> Self {
        let limiter = NonZeroU32::new(limit).and_then(|number| {
            let quota = Quota::with_period(Duration::from_secs(u64::from(period_secs)) / limit)?.allow_burst(number);
            Some(RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>())
        });
        RateLimit { limiter, limit, period_secs }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn check(&self, key: &K, now: i64) -> Result<Option<Allowance>, ApiError> {
        let Some(limiter) = &self.limiter else { return Ok(None) };
        match limiter.check_key(key) {
            Ok(snapshot) => {
                let remaining = snapshot.remaining_burst_capacity();
                let (limit, period) = (i64::from(self.limit), i64::from(self.period_secs));
                let used = i64::from(self.limit.saturating_sub(remaining));
                let reset_at = now + (used * period + limit - 1) / limit;
                Ok(Some(Allowance { limit: self.limit, remaining, reset_at }))
            }
            Err(not_until) => {
                metrics::counter!("tidings_rate_limited_total").increment(1);
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                Err(ApiError::RateLimited { retry_after_secs: (wait.as_secs_f64() * 1000.0).ceil() / 1000.0 })
            }
        }
    }

    /// Forgets keys that have all of their limit again. To be called now and then.
    pub fn forget_idle(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl Allowance {
    /// Writes the headers that tell it.
    pub fn write(&self, headers: &mut HeaderMap) {
        let mut put = |name: &'static str, value: i64| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        };
        put("x-ratelimit-limit", i64::from(self.limit));
        put("x-ratelimit-remaining", i64::from(self.remaining));
        put("x-ratelimit-reset", self.reset_at);
    }
}

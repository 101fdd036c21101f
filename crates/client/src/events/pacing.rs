//! How long to wait after failures, so that many clients together do not hinder a server that is coming back.

use crate::error::Error;
use std::time::Duration;

/// Exponential back-off with full jitter: after the n-th failure in a row, a random time up to `first * 2^n`, at most
/// `most`, and at least `least`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pacing {
    /// The upper bound after the first failure.
    pub first: Duration,
    /// The upper bound after many.
    pub most: Duration,
    /// The lower bound, always.
    pub least: Duration,
    /// The longest wait a server can ask for with `Retry-After`.
    pub retry_after_max: Duration,
    /// How much longer than the server holds a poll until the connection is taken for dead.
    pub poll_margin: Duration,
}

impl Default for Pacing {
    fn default() -> Self {
        Pacing {
            first: Duration::from_secs(1),
            most: Duration::from_secs(30),
            least: Duration::from_millis(100),
            retry_after_max: Duration::from_secs(3600),
            poll_margin: Duration::from_secs(10),
        }
    }
}

impl Pacing {
    /// The pause after so many failures before this one.
    #[must_use]
    pub fn pause(&self, failures: u32) -> Duration {
        let most = self.first.saturating_mul(1 << failures.min(16)).min(self.most);
        most.mul_f64(rand::random::<f64>()).max(self.least)
    }

    /// The pause after this failure: as long as the server says, and then a little, so that not all come back at once.
    #[must_use]
    pub fn pause_after(&self, error: &Error, failures: u32) -> Duration {
        let pause = self.pause(failures);
        match error.retry_after() {
            Some(asked) => asked.min(self.retry_after_max) + pause,
            None => pause,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_are_spread() {
        let pacing = Pacing::default();
        for failures in 0..100_u32 {
            let most = pacing.first.as_secs_f64() * 2_f64.powi(failures.min(16).cast_signed());
            for _ in 0..20 {
                let pause = pacing.pause(failures);
                assert!(pause >= pacing.least && pause.as_secs_f64() <= most.min(30.0), "{failures}: {pause:?}");
            }
        }
        let spread: std::collections::HashSet<Duration> = (0..20).map(|_| pacing.pause(20)).collect();
        assert!(spread.len() > 10);
    }
}

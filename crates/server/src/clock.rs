//! The time. Everything asks this clock, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The time: the system's, shifted by as much as a test wants.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_secs: Arc<AtomicI64>,
}

impl Clock {
    /// UNIX seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_micros() / 1_000_000
    }

    /// UNIX seconds for queues, which count in 32 bits: good until the year 2106.
    #[must_use]
    pub fn now_u32(&self) -> u32 {
        u32::try_from(self.now()).unwrap_or(u32::MAX)
    }

    /// UNIX microseconds.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
    pub fn now_micros(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX) + self.shift_secs.load(Ordering::Relaxed) * 1_000_000
    }

    /// Moves the clock forward; for tests.
    pub fn advance(&self, secs: i64) {
        self.shift_secs.fetch_add(secs, Ordering::Relaxed);
    }
}

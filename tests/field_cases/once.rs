//! Steps about deliveries that arrive several times: which of them reach the handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use hookring::{Claim, Guard, Keyring, MemoryReplayStore, Outcome as Processed, ReplayKey, ReplayStore as _, Scope, Timestamp};
use serde_json::Value;

use crate::common::cases;
use crate::common::delivery::Delivery;
use crate::common::json::text;
use crate::common::outcome::Outcome;
use crate::common::schemes::scheme_of;
use crate::score::{Score, check};
use crate::steps::of_case;
use crate::storage::now;

const KEEP: Duration = Duration::from_secs(3 * 24 * 3600);

/// One store for all steps, on the clock of the steps.
pub(crate) struct Once {
    clock: Arc<AtomicI64>,
    store: Arc<MemoryReplayStore>,
}

impl Default for Once {
    fn default() -> Self {
        let clock = Arc::new(AtomicI64::new(0));
        let time = Arc::clone(&clock);
        let elapsed = move || Duration::from_secs(time.load(Ordering::SeqCst).unsigned_abs());
        Self { clock, store: Arc::new(MemoryReplayStore::with_clock(10_000, 64 << 20, elapsed)) }
    }
}

impl Once {
    pub(crate) fn deliver(&mut self, step: &Value, given: &Value, at: Timestamp) -> Result<Score, Outcome> {
        let key = self.key(step, given, at)?;
        let fails = step["handler"] != "ok";
        let mut ran = false;
        let outcome = now(self.guard(given).process_key(key, || {
            ran = true;
            std::future::ready(if fails { Err("the handler failed") } else { Ok(()) })
        }));
        let said = match (ran, outcome.status()) {
            (true, 200) => "handler_runs_2xx",
            (true, _) => "handler_runs_5xx",
            (false, 200) => "duplicate_2xx_handler_not_run",
            (false, _) => "refused_for_now",
        };
        let wanted = step["expect"].as_str().unwrap_or("?");
        let duplicate = wanted == "duplicate_handler_not_run" && matches!(outcome, Processed::Duplicate);
        Ok(check(said == wanted || duplicate, || format!("{said}, not {wanted}")))
    }

    /// The process dies while the handler runs: the claim stays behind.
    pub(crate) fn crash(&mut self, step: &Value, given: &Value) -> Result<Score, Outcome> {
        let delivery = &step["delivery"];
        let at = Timestamp::from_unix_secs(delivery["at"].as_i64().unwrap_or_default());
        let key = self.key(delivery, given, at)?;
        let claim = now(self.store.claim(key, lease(given))).map_err(|why| Outcome::config_error("store", &why))?;
        // The delivery may have been processed already; then there is nothing to crash in.
        Ok(check(matches!(claim, Claim::Fresh(_) | Claim::Done), || "a crash cannot be claimed".to_owned()))
    }

    /// Copies arrive at once, each on a thread of its own.
    pub(crate) fn deliver_concurrent(&mut self, step: &Value, given: &Value) -> Result<Score, Outcome> {
        let delivery = &step["delivery"];
        let at = Timestamp::from_unix_secs(delivery["at"].as_i64().unwrap_or_default());
        let key = self.key(delivery, given, at)?;
        let (guard, runs) = (self.guard(given), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..step["count"].as_u64().unwrap_or(2) {
                scope.spawn(|| {
                    let outcome = now(guard.process_key(key, || {
                        runs.fetch_add(1, Ordering::SeqCst);
                        std::future::ready(Ok::<_, &str>(()))
                    }));
                    assert!([200, 503].contains(&outcome.status()));
                });
            }
        });
        let (runs, wanted) = (runs.into_inner(), step["expect"]["handler_runs"].as_u64());
        Ok(check(Some(runs) == wanted, || format!("the handler ran {runs} times, not {wanted:?}")))
    }

    fn guard(&self, given: &Value) -> Guard<Arc<MemoryReplayStore>> {
        Guard::with_keep(Arc::clone(&self.store), Scope::new("guard").unwrap(), lease(given), KEEP).unwrap()
    }

    /// Verifies the delivery and gives its replay key.
    fn key(&self, step: &Value, given: &Value, at: Timestamp) -> Result<ReplayKey, Outcome> {
        self.clock.store(at.unix_secs(), Ordering::SeqCst);
        let whole = of_case(step, given);
        let scheme = scheme_of(text(&whole, "scheme")?)?;
        let ring: Keyring = cases::ring(given, &scheme, at)?;
        let delivery: Delivery = cases::request(&whole, ring, at)?;
        let scope = Scope::new(step["endpoint"].as_str().unwrap_or("endpoint")).unwrap();
        delivery.replay_key(&scope)
    }
}

fn lease(given: &Value) -> Duration {
    Duration::from_secs(given["config"]["lease_s"].as_u64().unwrap_or(120))
}

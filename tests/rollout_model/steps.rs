//! What the oracle answers to one fleet each: the sentence, and the processes to act on.

mod alarms;
mod deadlines;
mod order;

use std::time::Duration;

use hookring::rollout;
use hookring::{Duty, Keyring, Status};

use crate::courier::{Courier, tick};
use crate::follow::targets;
use Duty::{DualSender as D, Receiver as R, Ring as Both, Sender as S};

const NOW: i64 = 1000;
const DRAIN: i64 = 10;

fn secs(n: i64) -> Duration {
    Duration::from_secs(n.unsigned_abs())
}

/// Rings of the keys A, B and C, and what the oracle says of them.
struct Fleet(Courier);

const A: u8 = 1;
const B: u8 = 2;
const C: u8 = 4;

impl Fleet {
    fn new() -> Self {
        Self(Courier::new())
    }

    /// A ring with one key, made at a time of its own, so that it is no version of another one.
    fn ring(&self, key: u8, at: i64) -> Keyring {
        Keyring::new(self.0.key(key), tick(at)).ring
    }

    fn stage(&self, ring: &Keyring, key: u8, at: i64) -> Keyring {
        ring.stage(self.0.key(key), tick(at)).unwrap().ring
    }

    fn rotate(&self, ring: &Keyring, key: u8, grace: i64, at: i64) -> Keyring {
        ring.rotate(self.0.key(key), secs(grace), tick(at)).unwrap().ring
    }

    fn revoke(&self, ring: &Keyring, key: u8) -> Keyring {
        ring.revoke(self.0.key(key).id(), tick(NOW)).unwrap().ring
    }

    /// The sentence with letters for ids and times from now on, and the indexes of the pages.
    fn says(&self, pages: &[Status]) -> String {
        let step = rollout::next(pages, secs(DRAIN), tick(NOW));
        let mut text = format!("{step} @{:?}", targets(&step));
        let code = step.code().replace('_', " ");
        assert!(!code.is_empty() && text.starts_with(&code), "{code}: {text}");
        for (key, letter) in [(A, "A"), (B, "B"), (C, "C")] {
            text = text.replace(&self.0.key(key).id().to_string(), letter);
        }
        for after in -200..=200 {
            text = text.replace(&tick(NOW + after).to_string(), &format!("{after:+}"));
        }
        text
    }
}

fn page(part: Duty, ring: &Keyring) -> Status {
    let mut page = ring.status(tick(NOW));
    page.duty = part;
    page
}

fn promote(ring: &Keyring, grace: i64, at: i64) -> Keyring {
    ring.promote(secs(grace), tick(at)).unwrap().ring
}

fn back(ring: &Keyring, at: i64) -> Keyring {
    ring.rollback(tick(at)).unwrap().ring
}

fn taken(page: Status, at: i64) -> Status {
    page.with_taken_at(tick(at))
}

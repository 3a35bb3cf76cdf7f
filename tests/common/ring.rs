//! A ring from a static set-up: roles and deadlines as they are given, reached by ordinary transitions.

use core::time::Duration;

use hookring::{Key, Keyring, MAX_GRACE, Refused, Secret, Timestamp};

/// The secrets of a set-up in their roles.
pub(crate) struct Secrets<K = Secret> {
    pub(crate) current: K,
    pub(crate) next: Vec<K>,
    /// Newest first, with the time at which each dies; without one it is live.
    pub(crate) previous: Vec<(K, Option<Timestamp>)>,
}

/// Half a longest grace.
const HALF: Duration = Duration::from_secs(15 * 24 * 3600);

/// The ring that holds these secrets in these roles at `now`.
///
/// All transitions happen half a longest grace ago, so that deadlines before and after `now` can be written. Deadlines
/// further away are moved to the edge; at `now` that makes no difference.
pub(crate) fn ring_of<K: Key>(secrets: Secrets<K>, now: Timestamp) -> Result<Keyring<K>, Refused> {
    let then = now.minus(HALF);
    let grace = |deadline: Option<Timestamp>| match deadline {
        Some(deadline) => deadline.since(then).clamp(Duration::from_millis(1), MAX_GRACE),
        None => MAX_GRACE,
    };
    let mut oldest_first = secrets.previous.into_iter().rev().map(|(secret, deadline)| (secret, grace(deadline)));
    let mut ring = match oldest_first.next() {
        None => Keyring::new(secrets.current, then).ring,
        Some((oldest, first_grace)) => {
            let (mut ring, mut grace) = (Keyring::new(oldest, then).ring, first_grace);
            for (secret, its_grace) in oldest_first {
                ring = ring.rotate(secret, grace, then)?.ring;
                grace = its_grace;
            }
            ring.rotate(secrets.current, grace, then)?.ring
        }
    };
    for next in secrets.next {
        ring = ring.stage(next, then)?.ring;
    }
    Ok(ring)
}

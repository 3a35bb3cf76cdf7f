//! Which step of a rotation is safe next, from the status pages of all senders and receivers.
//!
//! Pure: pages in, a [`Step`] out. An operator, or a job, reads the pages, does what the step says to the processes it
//! names, in any order, and asks again. Following the steps rejects no valid delivery.
//!
//! ```
//! use core::time::Duration;
//! use hookring::{Keyring, Secret, SecretFormat, SharedKeyring, SignWith, Signer, Timestamp, Verifier, providers, rollout};
//!
//! let now = Timestamp::now();
//! let secret = std::sync::Arc::new(Secret::generate(SecretFormat::Utf8)?);
//! let ours: Keyring = Keyring::new(secret.clone(), now.minus(Duration::from_secs(86_400))).ring;
//! let theirs: Keyring = Keyring::new(secret, now).ring;
//! let sender = Signer::new(providers::GITHUB, SharedKeyring::new(ours), SignWith::Current)?;
//! let receiving = SharedKeyring::new(theirs);
//! let receiver = Verifier::new(providers::GITHUB, receiving.clone())?;
//!
//! // A new secret is staged on the receiver. What now?
//! receiving.replace(receiving.load().stage(Secret::generate(SecretFormat::Utf8)?, now)?.ring)?;
//! let step = rollout::next(&[sender.status(now), receiver.status(now)], Duration::from_secs(600), now);
//! assert!(step.to_string().starts_with("wait: 1 of 1 senders lack key"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which orders are safe
//!
//! | order | |
//! |---|---|
//! | receivers learn B, senders sign with B, drain, receivers drop A | safe, and minimal |
//! | senders sign with A and B, drain, receivers change to B, senders drop A | safe, and minimal: for receivers that hold one key |
//! | both sides hold both, in any order, drain, both drop A | safe |
//! | senders change first | rejects B |
//! | both change at once, as with a restart or one push of configuration | rejects A or B |
//! | any of these without the drain | rejects A |
//!
//! Of all 74 sequences of these moves ten are safe, and each of them has a drain.
//!
//! # What it assumes
//!
//! - There is a page of *every* process that signs or verifies. One that is missing is not waited for.
//! - What is passed as `drain` is the drain, the longest time from signing a delivery to its last attempt, plus twice the
//!   error of a clock: [`minimum_grace(drain, Duration::ZERO, skew)`](crate::minimum_grace). The steps add nothing to it.
//!   Pages may be older than the act by any time, as long as nobody acts against the steps meanwhile.
//! - Pages of senders say when the process took its ring ([`Status::taken_at`]). Those of a `SharedKeyring` do, and those
//!   of rings that the process made. Where the stamp is missing and matters, the answer is [`Blocked::NotStamped`].
//! - Rings of different owners were made at different times; rings that were not are versions of one ring.
//! - A receiver that was given a ring with [`Duration::ZERO`] of grace shows nothing of the key that was dropped.

mod fleet;
mod step;

use alloc::vec::Vec;
use core::time::Duration;

pub use step::{Blocked, Missing, Step};

use crate::key::KeyId;
use crate::keyring::{Duty, Role, Status};
use crate::time::Timestamp;
use fleet::{Fleet, id_of, keeps, newest_key, was_rolled_back};

/// What is safe next, from the pages of all senders and receivers of one endpoint.
#[must_use]
pub fn next(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
    let step = decide(pages, drain, now);
    let unstamped = |page: &Status| page.duty != Duty::Receiver && page.taken_at.is_none();
    let at: Vec<usize> = (0..).zip(pages).filter(|(_, page)| unstamped(page)).map(|(at, _)| at).collect();
    if at.is_empty() {
        return step;
    }
    // The process had its ring when it made the page, and may have taken it only then. What is not advised in that case
    // either is not safe.
    let latest = |page: &Status| if unstamped(page) { page.clone().with_taken_at(page.at) } else { page.clone() };
    let latest: Vec<Status> = pages.iter().map(latest).collect();
    if decide(&latest, drain, now) == step { step } else { Step::Blocked(Blocked::NotStamped { at }) }
}

fn decide(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
    let fleet = Fleet { pages, drain, now };
    let urgent = [blocked, emergency, rejecting, grace_too_short, last_signature, behind];
    urgent.iter().find_map(|rule| rule(&fleet)).unwrap_or_else(|| rotation(&fleet))
}

/// The receivers, as indexes into the pages, that would not accept a delivery signed with this key, or would stop to at a
/// deadline.
///
/// Ask before a rollback: it is safe if the answer is empty. Otherwise stage the key there first.
#[must_use]
pub fn lacking(pages: &[Status], key: KeyId) -> Vec<usize> {
    let receivers = pages.iter().enumerate().filter(|(_, page)| matches!(page.duty, Duty::Receiver | Duty::Ring));
    receivers.filter(|(_, page)| !keeps(page, key)).map(|(at, _)| at).collect()
}

fn blocked(fleet: &Fleet<'_>) -> Option<Step> {
    if fleet.senders().next().is_none() {
        return Some(Step::Blocked(Blocked::NoSender));
    }
    if fleet.receivers().next().is_none() {
        return Some(Step::Blocked(Blocked::NoReceiver));
    }
    let forks = |a: &Status, b: &Status| a.origin == b.origin && a.generation == b.generation && a.lineage != b.lineage;
    let fork = fleet.pages.iter().find(|a| fleet.pages.iter().any(|b| forks(a, b)))?;
    Some(Step::Blocked(Blocked::Fork { generation: fork.generation }))
}

fn emergency(fleet: &Fleet<'_>) -> Option<Step> {
    let revoked = || fleet.pages.iter().flat_map(|page| page.revoked.iter().copied());
    let held = |duty: Duty, of: usize, at: &dyn Fn(KeyId) -> Vec<usize>| {
        let found = revoked().map(|key| (key, at(key))).find(|(_, at)| !at.is_empty());
        found.map(|(key, at)| Step::Emergency { key, duty, at, of })
    };
    held(Duty::Receiver, fleet.receivers().count(), &|key| fleet.receivers_that(|page| fleet.holds(page, key)))
        .or_else(|| held(Duty::Sender, fleet.senders().count(), &|key| fleet.senders_that(|page| fleet.holds(page, key))))
}

fn rejecting(fleet: &Fleet<'_>) -> Option<Step> {
    fleet.senders().find_map(|(_, sender)| {
        let key = id_of(sender, Role::Current)?;
        let at = fleet.receivers_that(|receiver| !fleet.accepts(receiver, sender));
        (!at.is_empty()).then(|| Step::Rejecting { key, at, of: fleet.receivers().count() })
    })
}

/// A deadline on a receiver, or in the ring that it is about to take, that comes before the last delivery.
fn grace_too_short(fleet: &Fleet<'_>) -> Option<Step> {
    let short = |page: &Status| {
        let ring = fleet.newest(page);
        let dying = ring.keys.iter().filter_map(|key| Some((key.id, key.expires_at?)));
        let mut early = dying.filter(|(_, expires)| fleet.now < *expires).filter_map(|(key, expires)| {
            let needed = fleet.needed_by_all(ring, key).unwrap_or_else(|| fleet.now.plus(fleet.drain));
            (needed > expires).then_some((key, expires, needed))
        });
        early.next()
    };
    let (key, expires, needed) = fleet.receivers().find_map(|(_, page)| short(page))?;
    let at = fleet.receivers_that(|page| short(page).is_some_and(|(short, ..)| short == key));
    let (duty, of) = (Duty::Receiver, fleet.receivers().count());
    Some(Step::GraceTooShort { key, duty, at, of, expires, needed: Some(needed) })
}

/// A deadline on a sender with all live keys, after which some receiver accepts none of its signatures.
fn last_signature(fleet: &Fleet<'_>) -> Option<Step> {
    let last = |sender: &Status| {
        let ends = fleet.receivers().filter_map(|(_, receiver)| {
            // One that only lags is told to catch up below.
            fleet.accepted_until(fleet.newest(receiver), sender)?;
            fleet.accepted_until(receiver, sender)
        });
        ends.min()
    };
    let (expires, key) = fleet.senders().filter_map(|(_, sender)| last(sender)).min()?;
    let at = fleet.senders_that(|sender| last(sender).is_some_and(|(_, other)| other == key));
    Some(Step::GraceTooShort { key, duty: Duty::Sender, at, of: fleet.senders().count(), expires, needed: None })
}

/// Processes that have not taken the newest version of their ring. They may take it at any moment, so nothing else is
/// advised before they did.
fn behind(fleet: &Fleet<'_>) -> Option<Step> {
    let lags = |page: &Status| page.generation < fleet.newest(page).generation;
    let late = fleet.pages.iter().find(|page| lags(page))?;
    let generation = fleet.newest(late).generation;

    // The duty on the newest page matters to who signs; take the process's own.
    let receivers_first = fleet.senders().filter(|(_, page)| lags(page)).find_map(|(_, page)| {
        let soon = Status { duty: page.duty, ..fleet.newest(page).clone() };
        let key = id_of(&soon, Role::Current)?;
        let at = fleet.receivers_that(|receiver| !fleet.accepts(receiver, &soon));
        (!at.is_empty()).then_some((key, at))
    });
    let lost = fleet.receivers().filter(|(_, page)| lags(page)).flat_map(|(_, page)| {
        let soon = fleet.newest(page);
        fleet.live(page).filter(|key| !fleet.holds(soon, key.id)).map(|key| (key.id, fleet.needed_by_all(soon, key.id)))
    });
    let lost: Vec<_> = lost.collect();
    let senders_first = lost.iter().any(|(_, until)| until.is_none());

    let duty = match (receivers_first, senders_first) {
        (Some(_), true) => return Some(Step::Blocked(Blocked::NoOrder { generation })),
        (Some((key, at)), false) => {
            let (missing, of) = (Missing::Key(key), fleet.receivers().count());
            return Some(Step::Wait { missing, duty: Duty::Receiver, at, of, replace_from: None });
        }
        (None, true) => Duty::Sender,
        (None, false) => Duty::Ring,
    };
    let at = if duty == Duty::Sender {
        fleet.senders_that(lags)
    } else {
        fleet.pages.iter().enumerate().filter(|(_, page)| lags(page)).map(|(at, _)| at).collect()
    };
    if at.is_empty() {
        return Some(Step::Blocked(Blocked::NoOrder { generation }));
    }
    if !senders_first {
        let drain = lost.iter().filter_map(|(key, until)| Some((*key, (*until)?))).max_by_key(|(_, until)| *until);
        if let Some((key, until)) = drain.filter(|(_, until)| *until > fleet.now) {
            return Some(Step::Drain { key, until });
        }
    }
    let of = if duty == Duty::Sender { fleet.senders().count() } else { fleet.pages.len() };
    Some(Step::Wait { missing: Missing::Generation(generation), duty, at, of, replace_from: None })
}

/// Every delivery is accepted everywhere and every process has its newest ring: the next step of a rotation, if one is
/// under way.
fn rotation(fleet: &Fleet<'_>) -> Step {
    let (stays, target) = match target(fleet) {
        Ok(keys) => keys,
        Err(why) => return Step::Blocked(why),
    };
    // A receiver that has not finished the last rotation has no room for the key of the next one.
    let unfinished = |page: &Status| stays.is_some() && id_of(page, Role::Next) == stays;
    if let Some(stays) = stays.filter(|_| stays != Some(target) && fleet.receivers().any(|(_, page)| unfinished(page))) {
        if let Some(step) = finish(fleet, &[stays, target]) {
            return step;
        }
    }

    let (senders, receivers) = (fleet.senders().count(), fleet.receivers().count());
    let dying = |page: &Status| fleet.live(page).find(|key| key.id == target)?.expires_at;
    let at = fleet.receivers_that(|page| dying(page).is_some());
    if let Some(expires) = fleet.receivers().filter_map(|(_, page)| dying(page)).min() {
        return Step::GraceTooShort { key: target, duty: Duty::Receiver, at, of: receivers, expires, needed: None };
    }
    let missing = Missing::Key(target);
    let at = fleet.receivers_that(|page| !keeps(page, target));
    if !at.is_empty() {
        let replace_from = fleet.signed_by_all_from(target);
        let wait = Step::Wait { missing, duty: Duty::Receiver, at: at.clone(), of: receivers, replace_from };
        return slot_taken(fleet, at).unwrap_or(wait);
    }
    let at = fleet.senders_that(|page| !fleet.holds(page, target));
    if !at.is_empty() {
        let wait = Step::Wait { missing, duty: Duty::Sender, at: at.clone(), of: senders, replace_from: None };
        return slot_taken(fleet, at).unwrap_or(wait);
    }
    let at = fleet.senders_that(|page| id_of(page, Role::Next) == Some(target));
    if !at.is_empty() {
        return Step::Promote { key: target, duty: Duty::Sender, at, of: senders, grace: fleet.drain };
    }
    let at = fleet.senders_that(|page| id_of(page, Role::Current) != Some(target));
    if !at.is_empty() {
        return Step::RollBack { key: target, at, of: senders };
    }
    finish(fleet, &[target]).unwrap_or(Step::Idle)
}

/// The key that all senders sign with, if there is one, and the key that all are to sign with.
fn target(fleet: &Fleet<'_>) -> Result<(Option<KeyId>, KeyId), Blocked> {
    let currents =
        || fleet.senders().filter_map(|(_, page)| Some((page.key(Role::Current)?.since, id_of(page, Role::Current)?)));
    let latest = currents().max().map(|(_, key)| key);
    let stays = latest.filter(|latest| currents().all(|(_, key)| key == *latest));
    if let (Some(latest), None) = (latest, stays) {
        // Senders differ, so a switch is under way. The pages may tell its direction, and the times do if they do not.
        let undisputed = |key: KeyId| !currents().any(|(_, other)| other != key && is_newer(fleet, other, key));
        let mut newest = currents().map(|(_, key)| key).filter(|key| undisputed(*key));
        return Ok((None, newest.next().filter(|key| newest.all(|other| other == *key)).unwrap_or(latest)));
    }
    let failed = |key: KeyId| fleet.senders().any(|(_, page)| was_rolled_back(page) && id_of(page, Role::Next) == Some(key));
    let coming = |page: &Status| newest_key(page).filter(|key| Some(*key) != stays && !failed(*key));
    let mut staged = fleet.pages.iter().filter_map(coming);
    match (staged.next(), stays) {
        (None, None) => Err(Blocked::Suspended),
        (None, Some(stays)) => Ok((Some(stays), stays)),
        (Some(one), _) => match staged.find(|other| *other != one) {
            Some(other) => Err(Blocked::TwoStaged { one, other }),
            None => Ok((stays, one)),
        },
    }
}

/// Whether some ring shows that one key came after another.
fn is_newer(fleet: &Fleet<'_>, newer: KeyId, older: KeyId) -> bool {
    fleet.pages.iter().any(|page| {
        let (current, next) = (id_of(page, Role::Current), id_of(page, Role::Next));
        let back = page.duty != Duty::Receiver && was_rolled_back(page);
        let staged = current == Some(older) && next == Some(newer) && !back;
        let promoted = current == Some(newer) && page.keys.iter().any(|key| key.role == Role::Previous && key.id == older);
        staged || promoted || (back && current == Some(newer) && next == Some(older))
    })
}

fn slot_taken(fleet: &Fleet<'_>, at: Vec<usize>) -> Option<Step> {
    let taken = |at: &usize| fleet.pages.get(*at).and_then(|page| id_of(page, Role::Next));
    let key = at.iter().find_map(taken)?;
    Some(Step::Blocked(Blocked::SlotTaken { key, at: at.into_iter().filter(|at| taken(at) == Some(key)).collect() }))
}

/// All senders sign with a key that stays: wait until nothing else is under way, then clear the rest away.
fn finish(fleet: &Fleet<'_>, stay: &[KeyId]) -> Option<Step> {
    let others = fleet.receivers().flat_map(|(_, page)| {
        let rest = fleet.live(page).filter(|key| !stay.contains(&key.id));
        rest.map(move |key| (key, fleet.needed_by_all(page, key.id).unwrap_or(fleet.now.plus(fleet.drain))))
    });
    let others: Vec<_> = others.collect();
    if let Some((key, until)) = others.iter().max_by_key(|(_, until)| *until).filter(|(_, until)| *until > fleet.now) {
        return Some(Step::Drain { key: key.id, until: *until });
    }
    if let Some((key, _)) = others.iter().find(|(key, _)| key.role != Role::Previous) {
        let at = fleet.receivers_that(|page| keeps(page, key.id));
        return Some(Step::Drop { key: key.id, duty: Duty::Receiver, at, of: fleet.receivers().count() });
    }
    let at = fleet.receivers_that(|page| page.is_suspended() && page.key(Role::Next).is_some());
    if let Some(key) = at.first().and_then(|at| id_of(fleet.pages.get(*at)?, Role::Next)) {
        let (duty, of) = (Duty::Receiver, fleet.receivers().count());
        return Some(Step::Promote { key, duty, at, of, grace: fleet.drain });
    }
    // What a rollback left on senders goes last, and where it can be seen that there was one, last of all.
    let left = |page: &Status| id_of(page, Role::Next).filter(|key| !stay.contains(key));
    let plain = fleet.senders_that(|page| left(page).is_some() && !was_rolled_back(page));
    let at = if plain.is_empty() { fleet.senders_that(|page| left(page).is_some()) } else { plain };
    let key = at.first().and_then(|at| left(fleet.pages.get(*at)?))?;
    Some(Step::Drop { key, duty: Duty::Sender, at, of: fleet.senders().count() })
}

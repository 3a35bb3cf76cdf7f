//! What pages say about deliveries: who signs with what, who accepts what, and until when a key is needed.

use alloc::vec::Vec;
use core::time::Duration;

use crate::key::KeyId;
use crate::keyring::{Duty, KeyStatus, Role, Status};
use crate::time::Timestamp;

pub(super) struct Fleet<'p> {
    pub(super) pages: &'p [Status],
    pub(super) drain: Duration,
    pub(super) now: Timestamp,
}

impl<'p> Fleet<'p> {
    pub(super) fn senders(&self) -> impl Iterator<Item = (usize, &'p Status)> {
        self.pages.iter().enumerate().filter(|(_, page)| page.duty != Duty::Receiver)
    }

    pub(super) fn receivers(&self) -> impl Iterator<Item = (usize, &'p Status)> {
        self.pages.iter().enumerate().filter(|(_, page)| matches!(page.duty, Duty::Receiver | Duty::Ring))
    }

    /// The receivers of which something holds.
    pub(super) fn receivers_that(&self, holds: impl Fn(&'p Status) -> bool) -> Vec<usize> {
        self.receivers().filter(|(_, page)| holds(page)).map(|(at, _)| at).collect()
    }

    /// The senders of which something holds.
    pub(super) fn senders_that(&self, holds: impl Fn(&'p Status) -> bool) -> Vec<usize> {
        self.senders().filter(|(_, page)| holds(page)).map(|(at, _)| at).collect()
    }

    /// The newest known version of the ring of a page: rings spread by themselves, so it may be taken at any moment.
    pub(super) fn newest(&self, page: &'p Status) -> &'p Status {
        let versions = self.pages.iter().filter(|other| other.origin == page.origin);
        versions.max_by_key(|other| other.generation).unwrap_or(page)
    }

    pub(super) fn live<'s>(&self, page: &'s Status) -> impl Iterator<Item = &'s KeyStatus> {
        let now = self.now;
        page.keys.iter().filter(move |key| key.expires_at.is_none_or(|expires| now < expires))
    }

    /// Whether the ring holds the key, in whatever role.
    pub(super) fn holds(&self, page: &Status, key: KeyId) -> bool {
        self.live(page).any(|held| held.id == key)
    }

    /// With which keys each delivery of a sender is signed. A page of a ring is taken for a sender with one signature,
    /// for fewer signatures are accepted by fewer receivers.
    fn signs(&self, sender: &Status, key: &KeyStatus) -> bool {
        key.role == Role::Current || (sender.duty == Duty::DualSender && !sender.is_suspended())
    }

    /// Whether this receiver would accept what this sender signs now.
    pub(super) fn accepts(&self, receiver: &Status, sender: &Status) -> bool {
        self.live(sender).any(|key| self.signs(sender, key) && self.holds(receiver, key.id))
    }

    /// When this receiver stops accepting this sender, and the key that expires then: `None` if a key without a deadline is
    /// common to both, or no key at all.
    pub(super) fn accepted_until(&self, receiver: &Status, sender: &Status) -> Option<(Timestamp, KeyId)> {
        let common = self.live(sender).filter(|key| self.signs(sender, key) && self.holds(receiver, key.id));
        let ends = common.map(|key| key.expires_at.map(|at| (at, key.id)));
        ends.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Until when deliveries of this sender can need this key on this receiver: a time, or `None` if that is not in sight.
    pub(super) fn needed(&self, sender: &Status, receiver: &Status, key: KeyId) -> Option<Timestamp> {
        let end = |since: Timestamp| sender.taken_at.map_or(since, |taken| since.max(taken)).plus(self.drain);
        // Before this time the sender may have signed with anything, after it with its current key.
        let Some(current) = sender.key(Role::Current) else { return Some(end(sender.as_of)) };
        if sender.duty == Duty::DualSender {
            let stays = |held: &&KeyStatus| held.role != Role::Previous && held.id != key && keeps(receiver, held.id);
            let covered = sender.keys.iter().filter(stays).map(|held| end(held.since)).min();
            return if covered.is_none() && !self.holds(sender, key) { Some(end(current.since)) } else { covered };
        }
        if current.id == key {
            return None;
        }
        // A key that was unstaged became previous later than it last signed.
        let retired = sender.keys.iter().find(|held| held.role == Role::Previous && held.id == key).map(|held| held.since);
        Some(end(retired.map_or(current.since, |since| since.min(current.since))))
    }

    /// The latest time at which any sender needs this key on this receiver; `None` if one signs with it.
    pub(super) fn needed_by_all(&self, receiver: &Status, key: KeyId) -> Option<Timestamp> {
        self.senders().try_fold(Timestamp::from_unix_millis(i64::MIN), |latest, (_, sender)| {
            self.needed(sender, receiver, key).map(|until| until.max(latest))
        })
    }

    /// From when on every delivery under way carries a signature with this key beside others.
    pub(super) fn signed_by_all_from(&self, key: KeyId) -> Option<Timestamp> {
        let from = |sender: &Status| {
            let held = sender.keys.iter().find(|held| held.id == key && held.role != Role::Previous)?;
            let dual = sender.duty == Duty::DualSender && !sender.is_suspended();
            let since = sender.taken_at.map_or(held.since, |taken| held.since.max(taken));
            dual.then(|| since.plus(self.drain))
        };
        self.senders().map(|(_, sender)| from(sender)).try_fold(self.now, |latest, from| from.map(|from| from.max(latest)))
    }
}

/// Whether the ring holds the key without a deadline.
pub(super) fn keeps(page: &Status, key: KeyId) -> bool {
    page.keys.iter().any(|held| held.id == key && held.role != Role::Previous)
}

pub(super) fn id_of(page: &Status, role: Role) -> Option<KeyId> {
    page.key(role).map(|key| key.id)
}

/// Whether the next key was current before.
pub(super) fn was_rolled_back(page: &Status) -> bool {
    !page.is_suspended() && page.key(Role::Next).is_some_and(|next| next.returned)
}

/// The key that the ring is on its way to: what is staged, unless that came back from a rollback.
pub(super) fn newest_key(page: &Status) -> Option<KeyId> {
    let next = id_of(page, Role::Next);
    let staged = if page.duty == Duty::Receiver || !was_rolled_back(page) { next } else { None };
    staged.or_else(|| id_of(page, Role::Current))
}

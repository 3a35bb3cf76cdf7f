//! The transitions of a ring: from one value to the next, or a refusal that changes nothing.

use alloc::sync::Arc;
use core::time::Duration;

use super::draft::Draft;
use super::{CLOCK_SLACK, Change, EventKind, Held, Keyring, MAX_GRACE};
use crate::error::Refused;
use crate::key::{IntoKey, Key, KeyId};
use crate::time::Timestamp;

/// # Transitions
///
/// Each returns a new ring with the events that led to it; the ring it is called on stays as it is. The order to keep is
/// always the same: compute the change, store ring and events in one transaction, then publish the ring.
///
/// `now` is stamped as `max(now, time of the last transition)`. A clock that is more than five minutes behind that time
/// is refused, except by [`Keyring::revoke`], [`Keyring::replace_compromised`] and [`Keyring::rebase_clock`], which
/// always work.
impl<K: Key> Keyring<K> {
    /// A ring with one key.
    #[expect(clippy::new_ret_no_self, reason = "a new ring is a change with its event, like every other transition")]
    pub fn new(current: impl IntoKey<Key = K>, now: Timestamp) -> Change<K> {
        Draft::first(current.into_key(), now).done()
    }

    /// A ring with a current key and one that was current before, which verifies until `expires`: for a process that gets
    /// both from files or a secret manager at every start, and has no store. From the environment:
    /// [`Keyring::from_env`].
    ///
    /// `expires` is a point in time that is kept where the secrets are kept. Do not compute it as now and a grace: then
    /// every restart would begin the grace again, and the old key would never expire. If it has passed, the previous key is
    /// left out, which the events say.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use hookring::{Keyring, Secret, SecretFormat, Timestamp};
    /// # let (current, previous) = (Secret::generate(SecretFormat::Utf8)?, Secret::generate(SecretFormat::Utf8)?);
    /// # let now = Timestamp::from_unix_secs(1_790_000_000);
    /// // From the secret manager, beside the secrets: when they were exchanged, and the grace that was agreed on.
    /// let (exchanged, grace) = (Timestamp::from_unix_secs(1_789_950_000), Duration::from_secs(24 * 3600));
    /// let ring: Keyring = Keyring::with_previous(current, previous, exchanged.plus(grace), now)?.ring;
    /// assert_eq!(ring.live(now).count(), 2);
    /// assert_eq!(ring.live(exchanged.plus(grace)).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refused::GraceTooLong`] if `expires` is more than 30 days ahead, [`Refused::SameKey`] if both are one key.
    ///
    /// # Security
    ///
    /// Such a ring is new at every start: it remembers no revoked keys.
    pub fn with_previous(
        current: impl IntoKey<Key = K>,
        previous: impl IntoKey<Key = K>,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<Change<K>, Refused> {
        grace_is_fine(expires.since(now))?;
        let mut draft = Draft::first(current.into_key(), now);
        let previous = previous.into_key();
        draft.is_new(&previous)?;
        draft.keep(previous, expires);
        Ok(draft.done())
    }

    /// Stages a key: it verifies from now on, and signs only once it is promoted.
    ///
    /// # Errors
    ///
    /// [`Refused::NextIsTaken`], [`Refused::SameKey`], [`Refused::WasRevoked`], [`Refused::TooManyLive`] or
    /// [`Refused::ClockWentBack`].
    pub fn stage(&self, next: impl Into<Arc<K>>, now: Timestamp) -> Result<Change<K>, Refused> {
        let mut draft = self.draft(now)?;
        draft.stage(next.into())?;
        Ok(draft.done())
    }

    /// Takes the next key back. It verifies until `now + grace`, because deliveries signed with it may be under way, and
    /// can be staged again later. The way out after [`Keyring::rollback`].
    ///
    /// # Errors
    ///
    /// [`Refused::NothingStaged`], [`Refused::GraceTooLong`] or [`Refused::ClockWentBack`].
    pub fn unstage(&self, grace: Duration, now: Timestamp) -> Result<Change<K>, Refused> {
        grace_is_fine(grace)?;
        let mut draft = self.draft(now)?;
        let next = draft.inner.next.take().ok_or(Refused::NothingStaged)?;
        let key = next.key.id();
        let expires = draft.retire(next, grace, false);
        draft.events.push(EventKind::Unstaged { key, expires });
        Ok(draft.done())
    }

    /// Makes the next key current. The old one verifies until `now + grace`; with [`Duration::ZERO`] it is dropped at once.
    ///
    /// # Errors
    ///
    /// [`Refused::NothingStaged`], [`Refused::GraceTooLong`] or [`Refused::ClockWentBack`].
    pub fn promote(&self, grace: Duration, now: Timestamp) -> Result<Change<K>, Refused> {
        grace_is_fine(grace)?;
        let mut draft = self.draft(now)?;
        draft.promote(grace)?;
        Ok(draft.done())
    }

    /// Stages and promotes in one step: for receivers that learn of a new secret when it is already in use, and for
    /// rings whose senders and receivers read the same one.
    ///
    /// `grace` is how long deliveries signed with the old key may still be under way; see
    /// [`minimum_grace`](crate::minimum_grace). [`Duration::ZERO`] drops the old key at once.
    ///
    /// # Errors
    ///
    /// As [`Keyring::stage`] and [`Keyring::promote`].
    pub fn rotate(&self, new: impl Into<Arc<K>>, grace: Duration, now: Timestamp) -> Result<Change<K>, Refused> {
        grace_is_fine(grace)?;
        let mut draft = self.draft(now)?;
        draft.stage(new.into())?;
        draft.promote(grace).map(|()| draft.done())
    }

    /// Undoes a promotion: the newest live previous key is current again, and the current one becomes next, because
    /// deliveries signed with it are under way. [`Keyring::promote`] is the exact inverse.
    ///
    /// If the new key is not only unwanted but leaked, revoke it afterwards.
    ///
    /// # Errors
    ///
    /// [`Refused::NoPrevious`] if no key that was current before is live, [`Refused::NextIsTaken`] or
    /// [`Refused::ClockWentBack`].
    pub fn rollback(&self, now: Timestamp) -> Result<Change<K>, Refused> {
        let mut draft = self.draft(now)?;
        draft.rollback()?;
        Ok(draft.done())
    }

    /// Revokes a key at once, in any role, and remembers that it must not return. Revoking the current key suspends the
    /// ring: it verifies with what is left and signs nothing.
    ///
    /// # Errors
    ///
    /// [`Refused::UnknownKey`]. Never refused because of the clock.
    pub fn revoke(&self, key: KeyId, now: Timestamp) -> Result<Change<K>, Refused> {
        let mut draft = Draft::after(&self.0, now);
        draft.revoke(key)?;
        Ok(draft.done())
    }

    /// After a compromise: revokes every held key and makes `new` current. Use it while it is not known what else was read
    /// from the same place; otherwise call [`Keyring::revoke`].
    ///
    /// # Errors
    ///
    /// [`Refused::SameKey`] or [`Refused::WasRevoked`] if `new` is not new. Never refused because of the clock.
    pub fn replace_compromised(&self, new: impl Into<Arc<K>>, now: Timestamp) -> Result<Change<K>, Refused> {
        let new = new.into();
        let mut draft = Draft::after(&self.0, now);
        draft.is_new(&new)?;
        draft.revoke_all();
        draft.events.push(EventKind::Replaced { new: new.id() });
        draft.inner.current = Some(Held::new(new, draft.inner.as_of));
        Ok(draft.done())
    }

    /// Repairs a ring that was changed under a clock far in the future: drops the keys that have expired by the ring's own
    /// time, then sets that time to `now`. Deadlines stay as they are.
    ///
    /// # Security
    ///
    /// Deadlines that were computed under the wrong clock stay wrong: such a previous key is valid for longer than
    /// intended. Look at [`Keyring::status`] afterwards, and revoke what should have expired. From then on the ring has no
    /// lower bound for the current time: a process whose clock is behind accepts a previous key for that much longer.
    pub fn rebase_clock(&self, now: Timestamp) -> Change<K> {
        let mut draft = Draft::after(&self.0, self.0.as_of);
        draft.events.push(EventKind::ClockRebased { from: self.0.as_of });
        draft.inner.as_of = now;
        draft.inner.taken = draft.inner.taken.map(|taken| taken.min(now));
        draft.done()
    }

    /// The successor in the making, unless the clock is wrong: a wrong clock must not write deadlines.
    fn draft(&self, now: Timestamp) -> Result<Draft<K>, Refused> {
        let behind = self.0.as_of.since(now);
        if behind > CLOCK_SLACK { Err(Refused::ClockWentBack { behind }) } else { Ok(Draft::after(&self.0, now)) }
    }
}

pub(super) fn without_expired<K: Key>(ring: &Keyring<K>, now: Timestamp) -> Keyring<K> {
    let inner = &*ring.0;
    let time = inner.clock(now);
    if inner.previous.iter().all(|old| time < old.expires) {
        return ring.clone();
    }
    let mut inner = inner.clone();
    inner.previous.retain(|old| time < old.expires);
    Keyring(Arc::new(inner))
}

fn grace_is_fine(grace: Duration) -> Result<(), Refused> {
    if grace > MAX_GRACE { Err(Refused::GraceTooLong) } else { Ok(()) }
}

//! Verifying while the body streams in: nothing is buffered.

use alloc::boxed::Box;
use core::fmt;

use super::live::LiveKeys;
use super::verified::{Around, Matched, Told};
use super::{Verified, Verifier, fresh};
use crate::error::Rejection;
use crate::key::{Identity, VerifyKey};
use crate::keyring::{KeySource, Live, MAX_LIVE};
use crate::mac::Macs;
use crate::message::Request;
use crate::scheme::{Candidates, Offered};
use crate::time::Timestamp;

/// A delivery that is being verified.
///
/// The bytes that pass through are *unverified* until [`Stream::finish`] says otherwise: keep them apart until then.
#[must_use = "nothing is verified before `finish`"]
pub struct Stream<'v, S> {
    verifier: &'v Verifier<S>,
    /// In a box: a stream that is moved leaves no copy of the keys' states behind, and is small in the memory of a task.
    state: Box<State>,
}

struct State {
    macs: Macs,
    candidates: Candidates,
    live: [Option<(Matched, Identity)>; MAX_LIVE],
    around: Around,
    sent: Option<Timestamp>,
    id: Option<Told>,
    len: u64,
}

/// The body of a delivery that was verified as a stream: its bytes went through [`Stream::update`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Streamed {
    /// How many bytes the body had.
    pub len: u64,
}

impl<S> fmt::Debug for Stream<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("len", &self.state.len).finish_non_exhaustive()
    }
}

impl<'v, S: KeySource> Stream<'v, S>
where
    S::Key: VerifyKey,
{
    pub(super) fn begin(verifier: &'v Verifier<S>, head: Request<'_, ()>, now: Timestamp) -> Result<Self, Rejection> {
        State::begin(verifier, head, now).map(|state| Self { verifier, state })
    }

    /// Adds the next piece of the body.
    pub fn update(&mut self, chunk: &[u8]) {
        self.state.macs.update(chunk);
        self.state.len = self.state.len.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
    }

    /// Ends the body and gives the verdict.
    ///
    /// # Errors
    ///
    /// [`Rejection::Mismatch`], also for a key that left the ring since [`Verifier::begin`]; `TooOld` and `TooNew` as of
    /// `now`.
    pub fn finish(self, now: Timestamp) -> Result<Verified<Streamed>, Rejection> {
        let Self { verifier, mut state } = self;
        let State { macs, candidates, live, around, sent, id, len } = &mut *state;
        macs.update(around.halves().1);
        let tags = macs.finish();
        let place = tags.matching(candidates.iter());
        let live = place.and_then(|place| live.get_mut(place)).and_then(Option::take);
        let (matched, identity) = live.ok_or(Rejection::Mismatch)?;
        let ran_out = matched.expires.is_some_and(|expires| expires <= now);
        if !verifier.keys.ring().still_counts(&identity, ran_out) {
            return Err(Rejection::Mismatch);
        }
        fresh(&verifier.setup.rules, *sent, now)?;
        let told = id.take().or(tags.digest.map(Told::Digest)).unwrap_or_else(|| Told::Around(around.clone()));
        let evidence = verifier.evidence(matched, *sent, told);
        Ok(Verified::apart(evidence, Streamed { len: *len }))
    }
}

impl State {
    fn begin<S: KeySource>(verifier: &Verifier<S>, head: Request<'_, ()>, now: Timestamp) -> Result<Box<Self>, Rejection>
    where
        S::Key: VerifyKey,
    {
        let rules = &verifier.setup.rules;
        if !rules.can_stream {
            return Err(Rejection::NeedsWholeBody);
        }
        let ring = verifier.keys.ring();
        let live = LiveKeys::of(&ring, rules, now)?;
        let mut candidates = Candidates::new(rules);
        let offered = Offered::read(rules, head.headers, None, &mut candidates)?;
        let content = verifier.content(head, &offered, &[])?;

        let around = Around::of(&content)?;
        let digest = verifier.setup.digest_content && offered.id.is_none();
        let (sent, id) = (offered.sent, offered.id.map(Told::id));
        let of_key = |live: &Live<'_, S::Key>| (Matched::of(live, &ring), Identity::of(live.key));
        let matched = live.map(of_key);
        let mut state = Box::new(Self { macs: Macs::new(rules.hash), candidates, live: matched, around, sent, id, len: 0 });
        // Only now: what is moved after its start leaves the states of the keys behind.
        live.start(&mut state.macs, digest);
        state.macs.update(state.around.halves().0);
        Ok(state)
    }
}

//! Verifying while the body streams in: nothing is buffered.

use core::fmt;
use core::hint::black_box;

use zeroize::optimization_barrier;

use super::live::LiveKeys;
use super::verified::{Around, Matched, Told};
use super::{Verified, Verifier, fresh};
use crate::error::Rejection;
use crate::key::{Identity, VerifyKey};
use crate::keyring::{KeySource, MAX_LIVE};
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
        f.debug_struct("Stream").field("len", &self.len).finish_non_exhaustive()
    }
}

impl<'v, S: KeySource> Stream<'v, S>
where
    S::Key: VerifyKey,
{
    pub(super) fn begin(verifier: &'v Verifier<S>, head: Request<'_, ()>, now: Timestamp) -> Result<Self, Rejection> {
        clean_stack();
        Self::build(verifier, head, now)
    }

    /// Apart, so that its frame is where the stack was cleaned.
    #[inline(never)]
    fn build(verifier: &'v Verifier<S>, head: Request<'_, ()>, now: Timestamp) -> Result<Self, Rejection> {
        let rules = &verifier.setup.rules;
        if !rules.can_stream {
            return Err(Rejection::NeedsWholeBody);
        }
        let ring = verifier.keys.ring();
        let live = LiveKeys::of(&ring, rules, now)?;
        let mut candidates = Candidates::new(rules);
        let offered = Offered::read(rules, head.headers, None, &mut candidates)?;
        let content = verifier.content(head, &offered, &[])?;

        let digest = verifier.setup.digest_content && offered.id.is_none();
        let mut macs = live.macs(rules.hash, digest);
        let around = Around::of(&content)?;
        macs.update(around.halves().0);
        let (sent, id) = (offered.sent, offered.id.map(Told::id));
        Ok(Self {
            verifier,
            macs,
            candidates,
            live: live.map(|live| (Matched::of(&live, &ring), Identity::of(live.key))),
            around,
            sent,
            id,
            len: 0,
        })
    }

    /// Adds the next piece of the body.
    pub fn update(&mut self, chunk: &[u8]) {
        self.macs.update(chunk);
        self.len = self.len.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
    }

    /// Ends the body and gives the verdict.
    ///
    /// # Errors
    ///
    /// [`Rejection::Mismatch`], also for a key that left the ring since [`Verifier::begin`]; `TooOld` and `TooNew` as of
    /// `now`.
    pub fn finish(mut self, now: Timestamp) -> Result<Verified<Streamed>, Rejection> {
        self.macs.update(self.around.halves().1);
        let tags = self.macs.finish();
        let place = tags.matching(self.candidates.iter());
        let live = place.and_then(|place| self.live.get_mut(place)).and_then(Option::take);
        let (matched, identity) = live.ok_or(Rejection::Mismatch)?;
        let ran_out = matched.expires.is_some_and(|expires| expires <= now);
        if !self.verifier.keys.ring().still_counts(&identity, ran_out) {
            return Err(Rejection::Mismatch);
        }
        fresh(&self.verifier.setup.rules, self.sent, now)?;
        let told = self.id.or(tags.digest.map(Told::Digest)).unwrap_or(Told::Around(self.around));
        let evidence = self.verifier.evidence(matched, self.sent, told);
        Ok(Verified::apart(evidence, Streamed { len: self.len }))
    }
}

/// More than the frame of [`Stream::build`].
const FRAME: usize = 16 * 1024;

/// Overwrites what earlier calls left on the stack.
///
/// A stream is moved as it is: to its caller, to a box, into the memory of a task. What its MACs do not use of their room is
/// moved as well, and would be whatever was on the stack before, such as the state of a key in a register that was spilled.
#[inline(never)]
fn clean_stack() {
    // A constant behind a reference would be in the program, not on the stack.
    let room: [u8; FRAME] = [black_box(0); FRAME];
    optimization_barrier(&room);
}

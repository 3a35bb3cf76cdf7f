//! Verifying a delivery whose head came before its body, for the schemes that need the whole body.

use super::live::LiveKeys;
use super::verified::{Evidence, Matched};
use super::{Verified, Verifier};
use crate::error::Rejection;
use crate::key::{Identity, VerifyKey};
use crate::keyring::{KeySource, Keyring};
use crate::message::Request;
use crate::scheme::{Candidates, Offered};
use crate::time::Timestamp;

/// A delivery whose head was found good so far. As with a [`Stream`](super::Stream), key deadlines are judged by the moment
/// at which it began, so a slow upload does not lose it.
pub(crate) struct Whole<'v, S: KeySource> {
    verifier: &'v Verifier<S>,
    ring: Keyring<S::Key>,
    begun: Timestamp,
}

impl<'v, S: KeySource> Whole<'v, S>
where
    S::Key: VerifyKey,
{
    /// Refuses what no body could make good.
    pub(super) fn begin(verifier: &'v Verifier<S>, head: Request<'_, ()>, begun: Timestamp) -> Result<Self, Rejection> {
        let rules = &verifier.setup.rules;
        let ring = verifier.keys.ring();
        LiveKeys::of(&ring, rules, begun)?;
        match Offered::read(rules, head.headers, None, &mut Candidates::new(rules)) {
            Ok(offered) => verifier.content(head, &offered, &[])?.check_headers()?,
            Err(Rejection::NeedsWholeBody) => {}
            Err(why) => return Err(why),
        }
        Ok(Self { verifier, ring, begun })
    }

    /// The verdict. A key that left the ring meanwhile does not count, unless only its deadline passed; one that came
    /// meanwhile does, because nothing was computed before the body was there.
    pub(crate) fn finish<B: AsRef<[u8]>>(self, request: Request<'_, B>, now: Timestamp) -> Result<Verified<B>, Rejection> {
        let (head, body) = request.split();
        let later = self.verifier.keys.ring();
        let evidence = match self.judge(&later, head, body.as_ref(), now) {
            Err(Rejection::Mismatch) if later.generation() != self.ring.generation() => {
                self.verifier.check(head, body.as_ref(), &|| now)
            }
            outcome => outcome,
        };
        Ok(Verified::new(evidence?, body))
    }

    fn judge(
        &self,
        later: &Keyring<S::Key>,
        head: Request<'_, ()>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Evidence, Rejection> {
        let live = LiveKeys::of(&self.ring, &self.verifier.setup.rules, self.begun)?;
        let found = self.verifier.find(&live, head, body, now)?;
        let by = found.by;
        let ran_out = by.expires_at.is_some_and(|expires| expires <= now);
        if !later.still_counts(&Identity::of(by.key), ran_out) {
            return Err(Rejection::Mismatch);
        }
        Ok(self.verifier.evidence(Matched::of(by, &self.ring), found.sent, found.told))
    }
}

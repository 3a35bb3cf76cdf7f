//! Verifying with public keys.
//!
//! The content is put together first, in one allocation of its length: checking a signature takes some fifty times as long.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use super::live::LiveKeys;
use super::verified::Told;
use super::{Found, Verifier, fresh};
use crate::error::Rejection;
use crate::key::VerifyKey;
use crate::key::sealed::Material as _;
use crate::keyring::KeySource;
use crate::mac::DIGEST_BLOCK;
use crate::message::Request;
use crate::scheme::{Candidates, Offered, late_timestamp};
use crate::time::Timestamp;

/// The verdict. Signatures and keys are public, so nothing has to take the same time: the first match ends the search.
pub(super) fn find<'l, S: KeySource>(
    verifier: &Verifier<S>,
    live: &'l LiveKeys<'_, S::Key>,
    head: Request<'_, ()>,
    body: &[u8],
    now: Timestamp,
) -> Result<Found<'l, S::Key>, Rejection>
where
    S::Key: VerifyKey,
{
    let rules = &verifier.setup.rules;
    let mut candidates = Candidates::new(rules);
    let offered = Offered::read(rules, head.headers, Some(body), &mut candidates)?;
    let content = verifier.content(head, &offered, body)?;
    let mut signed = Vec::with_capacity(body.len().saturating_add(512));
    content.write(&mut |part| signed.extend_from_slice(part))?;

    let made_by = |key: &S::Key| key.fits(rules.curve) && candidates.iter().any(|candidate| key.verifies(&signed, candidate));
    // A key of another curve matches nothing: what it was put there for cannot be told from a forgery.
    let misfit = || live.iter().any(|live| !live.key.fits(rules.curve));
    let no_match = || if misfit() { Rejection::WrongKeyKind } else { Rejection::Mismatch };
    let by = live.iter().find(|live| made_by(live.key)).ok_or_else(no_match)?;
    let sent = match offered.sent {
        Some(sent) => Some(sent),
        None => late_timestamp(rules, body)?,
    };
    fresh(rules, sent, now)?;
    let told = match offered.id {
        Some(id) => Told::id(id),
        None => Told::Digest(Sha256::new_with_prefix(DIGEST_BLOCK).chain_update(&signed).finalize().into()),
    };
    Ok(Found { by, sent, told })
}

//! Deliveries whose body is a batch: every item carries a signature of its own, and all of them have to be good.

use alloc::sync::Arc;

use sha2::{Digest, Sha256};

use super::Verifier;
use super::verified::{Evidence, Matched, Told};
use crate::error::{Field, Rejection};
use crate::key::VerifyKey;
use crate::key::sealed::Material as _;
use crate::keyring::{KeySource, Keyring, Live, MAX_LIVE};
use crate::mac::{DIGEST_BLOCK, Macs, Tags};
use crate::message::Request;
use crate::scheme::{Candidates, Offered, in_each_item};

/// A batch with more items is refused: each costs one MAC per live key.
const MAX_ITEMS: usize = 16;

/// The verdict on a batch. The key that is told is the one of the first item.
pub(super) fn check<S: KeySource>(
    verifier: &Verifier<S>,
    ring: &Keyring<S::Key>,
    live: &[Option<Live<'_, S::Key>>; MAX_LIVE],
    head: Request<'_, ()>,
    body: &[u8],
    path: &str,
) -> Result<Evidence, Rejection>
where
    S::Key: VerifyKey,
{
    let rules = &verifier.setup.rules;
    let (mut first, mut count) = (None, 0_usize);
    let mut whole = Sha256::new_with_prefix(DIGEST_BLOCK);
    in_each_item(body, path, &mut |item| {
        count = count.saturating_add(1);
        if count > MAX_ITEMS {
            return Err(Rejection::TooMany);
        }
        let mut candidates = Candidates::new(rules);
        let offered = Offered::read(rules, head.headers, Some(item), &mut candidates)?;
        let content = verifier.content(head, &offered, item)?;
        let mut macs = Macs::begin(rules.hash, live.iter().flatten().filter_map(|live| live.key.mac_key()), true);
        content.write(&mut |part| macs.update(part))?;
        let mut tags = Tags::EMPTY;
        macs.finish_into(&mut tags);
        let matched = tags.matching(candidates.iter()).ok_or(Rejection::Mismatch)?;
        first = first.or(Some(matched));
        whole.update(tags.digest.unwrap_or_default());
        Ok(())
    })?;
    let first = first.ok_or(Rejection::Missing(Field::Signature))?;
    let matched = live.get(first).copied().flatten().ok_or(Rejection::Mismatch)?;
    let told = Told::Digest(whole.finalize().into());
    Ok(Evidence { matched: Matched::of(&matched, ring), sent: None, told, setup: Arc::clone(&verifier.setup) })
}

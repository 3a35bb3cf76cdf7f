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
    let (mut first, mut count, mut digests) = (None, 0_usize, [[0; 32]; MAX_ITEMS]);
    in_each_item(body, path, &mut |item| {
        let digest = digests.get_mut(count).ok_or(Rejection::TooMany)?;
        count = count.saturating_add(1);
        let mut candidates = Candidates::new(rules);
        let offered = Offered::read(rules, head.headers, Some(item), &mut candidates)?;
        let content = verifier.content(head, &offered, item)?;
        let mut macs = Macs::begin(rules.hash, live.iter().flatten().filter_map(|live| live.key.mac_key()), true);
        content.write(&mut |part| macs.update(part))?;
        let mut tags = Tags::none();
        macs.finish_into(&mut tags);
        let matched = tags.matching(candidates.iter()).ok_or(Rejection::Mismatch)?;
        first = first.or(Some(matched));
        *digest = tags.digest.unwrap_or_default();
        Ok(())
    })?;
    let first = first.ok_or(Rejection::Missing(Field::Signature))?;
    let matched = live.get(first).copied().flatten().ok_or(Rejection::Mismatch)?;
    let told = Told::Digest(of_items(digests.get_mut(..count).unwrap_or_default()));
    Ok(Evidence { matched: Matched::of(&matched, ring), sent: None, told, setup: Arc::clone(&verifier.setup) })
}

/// Nothing signs the order of the items or how often one occurs, so neither makes another delivery.
fn of_items(digests: &mut [[u8; 32]]) -> [u8; 32] {
    digests.sort_unstable();
    let mut whole = Sha256::new_with_prefix(DIGEST_BLOCK);
    digests.chunk_by(|a, b| a == b).filter_map(<[_]>::first).for_each(|digest| whole.update(digest));
    whole.finalize().into()
}

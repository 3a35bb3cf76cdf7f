//! Deliveries whose body is a batch: every item carries a signature of its own, and all of them have to be good.

use sha2::{Digest, Sha256};

use super::live::LiveKeys;
use super::verified::Told;
use super::{Found, Verifier};
use crate::error::{Field, Rejection};
use crate::key::VerifyKey;
use crate::keyring::KeySource;
use crate::mac::{DIGEST_BLOCK, Macs, Tags};
use crate::message::Request;
use crate::scheme::{Candidates, Offered, in_each_item};

/// A batch with more items is refused: each costs one MAC per live key.
const MAX_ITEMS: usize = 16;

/// The verdict on a batch. The reported key is that of the first item.
pub(super) fn find<'l, S: KeySource>(
    verifier: &Verifier<S>,
    live: &'l LiveKeys<'_, S::Key>,
    head: Request<'_, ()>,
    body: &[u8],
    path: &str,
) -> Result<Found<'l, S::Key>, Rejection>
where
    S::Key: VerifyKey,
{
    let rules = &verifier.setup.rules;
    // All items are found before any of them costs a MAC.
    let (mut items, mut count) = ([b"".as_slice(); MAX_ITEMS], 0_usize);
    in_each_item(body, path, &mut |item| {
        *items.get_mut(count).ok_or(Rejection::TooManyItems)? = item;
        count = count.saturating_add(1);
        Ok(())
    })?;
    let (mut first, mut digests) = (None, [[0; 32]; MAX_ITEMS]);
    for (item, digest) in items.into_iter().zip(&mut digests).take(count) {
        let mut candidates = Candidates::new(rules);
        let offered = Offered::read(rules, head.headers, Some(item), &mut candidates)?;
        let content = verifier.content(head, &offered, item)?;
        let mut macs = Macs::new(rules.hash);
        live.start(&mut macs, true);
        content.write(&mut |part| macs.update(part))?;
        let mut tags = Tags::none();
        macs.finish_into(&mut tags);
        let by = tags.matching(candidates.iter()).and_then(|place| live.get(place)).ok_or(Rejection::Mismatch)?;
        first = first.or(Some(by));
        *digest = tags.digest.unwrap_or_default();
    }
    let by = first.ok_or(Rejection::Missing(Field::Signature))?;
    let told = Told::Digest(of_items(digests.get_mut(..count).unwrap_or_default()));
    Ok(Found { by, sent: None, told })
}

/// Nothing signs the order of the items or how often one occurs, so neither makes another delivery.
fn of_items(digests: &mut [[u8; 32]]) -> [u8; 32] {
    digests.sort_unstable();
    let mut whole = Sha256::new_with_prefix(DIGEST_BLOCK);
    digests.chunk_by(|a, b| a == b).filter_map(<[_]>::first).for_each(|digest| whole.update(digest));
    whole.finalize().into()
}

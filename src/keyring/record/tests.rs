//! What does not come back from a store.

use super::*;
use crate::encoding::SecretFormat;
use crate::error::Refused;
use crate::policy::SecretPolicy;
use crate::secret::Secret;

/// What no transition lets into a ring does not come in from a store either: here the label of a revoked key.
#[test]
fn the_name_of_a_revoked_key_does_not_come_back() {
    let key = |n: u8| {
        let text = alloc::format!("{n:02x}").repeat(32);
        Secret::parse(&text, SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap()
    };
    let now = Timestamp::from_unix_secs(1_790_000_000);
    let ring: Keyring = Keyring::new(key(1).labelled("billing").unwrap(), now).ring;
    let ring = ring.replace_compromised(key(2), now).unwrap().ring;
    assert!(Record::of(&ring).into_ring().is_some());
    let namesake = Arc::new(key(3).labelled("billing").unwrap());
    assert_eq!(ring.stage(Arc::clone(&namesake), now).unwrap_err(), Refused::WasRevoked);
    let mut record = Record::of(&ring);
    record.keys.push((Place::Next { since: now, returned: false }, namesake));
    assert!(record.into_ring().is_none());
}

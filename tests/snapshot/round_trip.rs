//! What comes back is what went in: keys, roles, times, history, revoked keys, and what the ring does next.

use hookring::*;

use crate::seals::Stamp;
use crate::{HOUR, NOW, block_on, every_role, secret, text};

fn restored<K: StoredKey>(ring: &Keyring<K>) -> Keyring<K> {
    let blob = block_on(ring.seal("owner", &Stamp)).unwrap();
    block_on(Keyring::open("owner", &blob, ring.generation(), &Stamp)).unwrap()
}

#[test]
fn status_and_history_are_the_same() {
    let ring = every_role();
    let back = restored(&ring);
    for hours in 0..30 {
        let now = NOW.plus(hours * HOUR);
        assert_eq!(back.status(now).with_taken_at(NOW), ring.status(now), "after {hours} hours");
    }
    assert_eq!(back.status(NOW).taken_at, None, "when a process took it is not a property of the ring");
    let roles: Vec<_> = back.live(NOW).map(|live| live.role).collect();
    assert_eq!(roles, [Role::Current, Role::Next, Role::Previous, Role::Previous]);
    assert_eq!((back.origin(), back.lineage()), (ring.origin(), ring.lineage()));
    assert_eq!(SharedKeyring::new(ring.clone()).replace(back.clone()), Ok(Replaced::Unchanged));
    assert_eq!(SharedKeyring::new(back).replace(ring), Ok(Replaced::Unchanged));
}

#[test]
fn verdicts_are_the_same() {
    let (ring, body) = (every_role(), b"{}");
    let before = Verifier::new(providers::GITHUB, ring.clone()).unwrap();
    let after = Verifier::new(providers::GITHUB, restored(&ring)).unwrap();
    let mut accepted = 0;
    for n in 1..=7 {
        let sender = Signer::new(providers::GITHUB, Keyring::new(secret(n), NOW).ring, SignWith::Current).unwrap();
        let signed = sender.sign(&Message::new(body), NOW).unwrap();
        let headers: Vec<_> = signed.iter().collect();
        for hours in [2, 7, 14, 26] {
            let now = NOW.plus(hours * HOUR);
            let judge = |verifier: &Verifier| {
                let verdict = verifier.verify_at(Request::new(&headers, body), now);
                verdict.map(|v| (v.key(), v.role(), v.key_expires_at(), v.generation()))
            };
            let wanted = judge(&before);
            accepted += usize::from(wanted.is_ok());
            assert_eq!(judge(&after), wanted, "secret {n} after {hours} hours");
        }
    }
    // Current and next always; one previous key up to 6 hours, one up to 13.
    assert_eq!(accepted, 4 + 4 + 1 + 2);
}

#[test]
fn the_next_transition_is_the_same() {
    let ring = every_role();
    let back = restored(&ring);
    let now = NOW.plus(3 * HOUR);
    for revoked in [3, 4] {
        let refused = back.unstage(HOUR, now).unwrap().ring.stage(secret(revoked), now);
        assert_eq!(refused.unwrap_err(), Refused::WasRevoked, "secret {revoked}");
    }
    let same = |a: Change, b: Change| {
        assert!(a.ring.same_version(&b.ring));
        assert_eq!(a.events, b.events);
    };
    same(back.promote(HOUR, now).unwrap(), ring.promote(HOUR, now).unwrap());
    // Only a key that was current can be gone back to, so this looks at the difference between the previous ones.
    let step = |ring: &Keyring| ring.unstage(HOUR, now).unwrap().ring.rollback(now).unwrap();
    same(step(&back), step(&ring));
    assert_eq!(step(&back).ring.current().unwrap().reveal(), text(1));
}

#[test]
fn suspended_and_fresh_rings() {
    let ring = Keyring::new(secret(1), NOW).ring;
    assert!(restored(&ring).same_version(&ring));
    let suspended = ring.revoke(secret(1).id(), NOW).unwrap().ring;
    let back = restored(&suspended);
    assert!(back.current().is_none() && back.same_version(&suspended));
    assert_eq!(back.live(NOW).count(), 0, "no live key is not `accept`");
}

#[test]
fn every_format_and_times_of_any_size() {
    use SecretFormat::{Base64, Base64Url, Hex, Utf8, Whsec};
    for format in [Utf8, Hex, Base64, Base64Url, Whsec] {
        for at in [i64::MIN, -1, 0, i64::MAX] {
            let ring = Keyring::new(Secret::generate(format).unwrap(), Timestamp::from_unix_millis(at)).ring;
            let back = restored(&ring);
            let (was, is) = (ring.current().unwrap(), back.current().unwrap());
            assert_eq!((was.reveal(), was.format(), was.id()), (is.reveal(), is.format(), is.id()));
            assert_eq!(back.as_of(), ring.as_of());
        }
    }
    // Weaker than any policy of today allows: a rule that came later must not lock the ring.
    let weak = Secret::parse("abc", Utf8, &SecretPolicy::dangerous_any_strength()).unwrap();
    let long = Secret::parse(&"é~".repeat(1365), Utf8, &SecretPolicy::dangerous_any_strength()).unwrap();
    for odd in [weak, long] {
        let ring = Keyring::new(odd, NOW).ring;
        assert_eq!(restored(&ring).current().unwrap().reveal(), ring.current().unwrap().reveal());
    }
}

#[test]
fn rings_of_hashes_have_the_same_format() {
    let hash = |n| Sha256Hash::of(&secret(n)).unwrap();
    let ring = Keyring::new(hash(1), NOW).ring.rotate(hash(2).labelled("two").unwrap(), HOUR, NOW).unwrap().ring;
    let back = restored(&ring);
    assert_eq!(back.status(NOW).with_taken_at(NOW), ring.status(NOW));
    assert!(back.current().unwrap().matches(text(2).as_bytes()));
    // A ring of hashes is no ring of secrets, and says so.
    let blob = block_on(ring.seal("owner", &Stamp)).unwrap();
    let wrong = block_on(Keyring::<Secret>::open("owner", &blob, 0, &Stamp));
    assert_eq!(wrong.unwrap_err(), SnapshotError::WrongKind);
}

#[cfg(feature = "bcrypt")]
#[test]
fn rings_of_bcrypt_hashes() {
    // Of "abc", from the reference implementation.
    let hash = BcryptHash::parse("$2a$10$WvvTPHKwdBJ3uk0Z37EMR.hLA2W6N9AEBhEgrAOljy2Ae5MtaSIUi").unwrap();
    let ring = Keyring::new(hash.labelled("abc").unwrap(), NOW).ring;
    let back = restored(&ring);
    assert_eq!(back.status(NOW).with_taken_at(NOW), ring.status(NOW));
    assert_eq!(back.current().unwrap().as_str(), ring.current().unwrap().as_str());
}

#[test]
fn the_largest_memory_of_revoked_keys_fits() {
    let mut ring = Keyring::new(secret(0), NOW).ring;
    for n in 0..=MAX_TOMBSTONES {
        let next = Secret::parse(&format!("{n:064}"), SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap();
        let id = next.id();
        ring = ring.stage(next, NOW).unwrap().ring.revoke(id, NOW).unwrap().ring;
    }
    let blob = block_on(ring.seal("owner", &Stamp)).unwrap();
    assert!(blob.len() > MAX_TOMBSTONES * 40);
    let back = restored(&ring);
    let known = Secret::parse(&format!("{:064}", 1), SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap();
    assert_eq!(back.stage(known, NOW).unwrap_err(), Refused::WasRevoked);
}

#[test]
fn derived_secrets_are_not_stored() {
    let derived = Derived::new(Keyring::new(secret(1), NOW).ring, Derivation::labelled("signing", &["w"]).unwrap());
    assert_eq!(block_on(derived.ring().seal("owner", &Stamp)).unwrap_err(), SnapshotError::Derived);
}

#[test]
fn a_key_that_came_back_is_still_one_that_came_back() {
    let ring: Keyring = Keyring::new(secret(1), NOW).ring;
    let staged = ring.stage(secret(2), NOW).unwrap().ring;
    let back = staged.promote(HOUR, NOW).unwrap().ring.rollback(NOW).unwrap().ring;
    for (ring, returned) in [(staged, false), (back, true)] {
        let restored = restored(&ring).status(NOW).with_taken_at(NOW);
        assert_eq!(restored, ring.status(NOW));
        assert_eq!(restored.key(Role::Next).map(|key| key.returned), Some(returned));
    }
}

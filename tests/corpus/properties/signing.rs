#[cfg(feature = "ed25519")]
use std::sync::Arc;
use std::time::Duration;

use hookring::scheme::Covers;
use hookring::testing::Delivery;
use hookring::{Keyring, Message, Request, Scheme, SignWith, Signer, Timestamp, Verifier, VerifyKey};

use super::{Bytes, TARGET, alone, ring, schemes, secret};

/// What a signer signs, its verifier accepts; with one byte of what it covers changed it does not.
pub(crate) fn signing(data: &[u8]) {
    let mut bytes = Bytes(data);
    let scheme = *bytes.pick(schemes());
    let (flip, now) = (usize::from(bytes.byte()), Timestamp::from_unix_secs(i64::from(bytes.byte()) << (bytes.byte() % 32)));
    let id = String::from_utf8_lossy(bytes.line());
    #[cfg(feature = "ed25519")]
    private_key(flip, &id, bytes.0, now);
    sample(&scheme, flip, now);
    let message = Message::new(bytes.0).id(&id).method("POST").url("https://a.example/hook");
    let Ok(signer) = Signer::new(scheme, ring(&scheme), SignWith::Current) else { return };
    let Ok(signed) = signer.sign(&message, now) else { return };
    let headers: Vec<_> = signed.iter().collect();
    holds(&scheme, ring(&scheme), &headers, bytes.0, TARGET, flip, now);
}

/// The delivery is accepted, and not with one bit of the body flipped.
fn holds<K: VerifyKey>(
    scheme: &Scheme<'_>,
    ring: Keyring<K>,
    headers: &[(&str, &str)],
    body: &[u8],
    target: &str,
    flip: usize,
    now: Timestamp,
) where
    Keyring<K>: hookring::KeySource<Key = K>,
{
    let builder = Verifier::builder(*scheme);
    let origin = if target == TARGET { "https://a.example" } else { "https://hooks.example.com" };
    let builder = if scheme.signs_url() { builder.public_url(origin) } else { builder };
    let builder = if scheme.has_timestamp() { builder.dangerous_accept_any_age() } else { builder };
    let verifier = builder.build(ring).unwrap();
    let check = |body: &[u8]| verifier.verify_at(Request::new(&headers, body).method("POST").target(target), now).map(drop);
    assert!(check(body).is_ok(), "{}: {headers:?}: {:?}", scheme.name(), check(body).err());
    let mut changed = body.to_vec();
    if let (Covers::WholeBody, Some(byte)) = (scheme.coverage(), changed.get_mut(flip)) {
        *byte ^= 1;
        assert!(check(&changed).is_err(), "{}", scheme.name());
    }
}

/// A delivery with everything that the scheme reads, also from its body: signed with both keys of a rotation where it can
/// carry both, it is accepted by whoever has one of them.
fn sample(scheme: &Scheme<'_>, flip: usize, now: Timestamp) {
    let both = ring(scheme).rotate(secret(scheme.key_format(), 2), Duration::from_secs(60), now.max(super::NOW)).unwrap().ring;
    let (keys, with, knows) = match scheme.carries_several() {
        true => (both, SignWith::AllLive, [1, 2].as_slice()),
        false => (ring(scheme), SignWith::Current, [1].as_slice()),
    };
    let Ok(delivery) = Delivery::sample(scheme, now).signed(*scheme, &keys, with, now) else { return };
    let headers: Vec<_> = delivery.headers().collect();
    for n in knows {
        holds(scheme, alone(scheme, *n), &headers, delivery.content(), delivery.target(), flip, now);
    }
}

/// The same for a scheme whose sender has a private key.
#[cfg(feature = "ed25519")]
fn private_key(flip: usize, id: &str, body: &[u8], now: Timestamp) {
    let key = Arc::new(
        hookring::SigningKey::parse("whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", hookring::SigningKeyFormat::Whsk)
            .unwrap(),
    );
    let schemes: Vec<_> = hookring::providers::all().iter().filter(|scheme| scheme.has_public_key()).collect();
    let scheme = schemes[flip % schemes.len()];
    let message = Message::new(body).id(id).method("POST").url("https://a.example/hook");
    let Ok(signer) = Signer::new(*scheme, Keyring::new(Arc::clone(&key), now).ring, SignWith::Current) else { return };
    let Ok(signed) = signer.sign(&message, now) else { return };
    let headers: Vec<_> = signed.iter().collect();
    let public = Keyring::new(key.public_key(), now).ring;
    holds(scheme, public, &headers, body, TARGET, flip, now);
}

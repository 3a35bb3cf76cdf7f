use core::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookring::{FanOut, Keyring, Message, Request, Scope, Secret, SecretFormat, SecretPolicy, SignWith, Verifier, providers};
use sha2::Sha256;

use super::{Bytes, NOW};

/// Many keys at once give the tags that `hmac` gives for each, in any pieces, and the digest beside them is right.
pub(crate) fn lanes(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (count, piece, signer) = (1 + bytes.byte() % 9, usize::from(bytes.byte()) + 1, bytes.byte());
    let keys: Vec<Vec<u8>> = (0..count).map(|n| vec![bytes.byte() ^ n; 1 + usize::from(bytes.byte() % 140)]).collect();
    let body = bytes.0;
    let secret =
        |key: &Vec<u8>| Secret::parse(&hex::encode(key), SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap();
    let tags = keys.iter().map(|key| Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(body).finalize().into_bytes());
    let texts: Vec<String> = tags.map(|tag| format!("sha256={}", hex::encode(tag))).collect();

    let rings: Vec<Keyring> = keys.iter().map(|key| Keyring::new(secret(key), NOW).ring).collect();
    let fan_out = FanOut::new(providers::GITHUB, SignWith::Current).unwrap();
    let signed = fan_out.sign_each(&Message::new(body), &rings, NOW).unwrap();
    for (signed, text) in signed.iter().zip(&texts) {
        assert_eq!(signed.as_ref().unwrap().iter().next(), Some(("x-hub-signature-256", text.as_str())));
    }

    // A key that is the same as an earlier one is refused; whoever is left has the signature of one of them.
    let rotate = |ring: Keyring, key| ring.rotate(secret(key), Duration::from_secs(60), NOW).map_or(ring, |change| change.ring);
    let ring = keys.iter().skip(1).take(4).fold(rings[0].clone(), rotate);
    let headers = [("x-hub-signature-256", &texts[usize::from(signer % count.min(5))])];
    let plain = Verifier::new(providers::GITHUB, ring.clone()).unwrap();
    let verifier = Verifier::builder(providers::GITHUB).digest_content().build(ring).unwrap();
    let mut stream = verifier.begin(Request::new(&headers, ()), NOW).unwrap();
    body.chunks(piece).for_each(|chunk| stream.update(chunk));
    let (streamed, scope) = (stream.finish(NOW).unwrap(), Scope::new("a").unwrap());
    let replay_keys = [&plain, &verifier].map(|v| v.verify_at(Request::new(&headers, body), NOW).unwrap().replay_key(&scope));
    assert_eq!([streamed.replay_key(&scope), Some(replay_keys[0])], replay_keys.map(Some));
}

//! What a signer signs, its verifier accepts; with one byte of the body changed it does not.
#![no_main]

use hookring::{Keyring, Message, Request, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, Verifier, providers};

libfuzzer_sys::fuzz_target!(|input: (u8, u8, i64, &str, &[u8])| {
    let (which, flip, time, id, body) = input;
    let scheme = providers::ALL[usize::from(which) % providers::ALL.len()];
    let now = Timestamp::from_unix_millis(time);
    let secret = Secret::parse("a key of the fuzzer 8e2f60c1", SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    let ring = Keyring::new(secret, now).ring;
    let message = Message::new(body).id(id).method("POST").url("https://a.example/hook");
    let Ok(signer) = Signer::new(scheme, ring.clone(), SignWith::Current) else { return };
    let Ok(signed) = signer.sign(&message, now) else { return };
    let builder = Verifier::builder(scheme);
    let builder = if scheme.signs_url() { builder.public_url("https://a.example") } else { builder };
    let builder = if scheme.has_timestamp() { builder.dangerous_accept_any_age() } else { builder };
    let (verifier, headers) = (builder.build(ring).unwrap(), signed.iter().collect::<Vec<_>>());
    let check = |body: &[u8]| verifier.verify_at(Request::new(&headers, body).method("POST").target("/hook"), now).is_ok();
    assert!(check(body), "{}: {signed:?}", scheme.name());
    let mut changed = body.to_vec();
    changed.iter_mut().nth(usize::from(flip)).map_or_else(|| (), |byte| *byte ^= 1);
    assert!(changed == body || !check(&changed), "{}", scheme.name());
});

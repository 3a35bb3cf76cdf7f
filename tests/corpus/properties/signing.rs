use hookring::{Message, Request, SignWith, Signer, Timestamp, Verifier};

use super::{Bytes, TARGET, ring, schemes};

/// What a signer signs, its verifier accepts; with one byte of what it covers changed it does not.
pub(crate) fn signing(data: &[u8]) {
    let mut bytes = Bytes(data);
    let scheme = *bytes.pick(&schemes());
    let (flip, now) = (usize::from(bytes.byte()), Timestamp::from_unix_secs(i64::from(bytes.byte()) << (bytes.byte() % 32)));
    let id = String::from_utf8_lossy(bytes.line());
    let body = bytes.0;
    let message = Message::new(body).id(&id).method("POST").url("https://a.example/hook");
    let Ok(signer) = Signer::new(scheme, ring(&scheme), SignWith::Current) else { return };
    let Ok(signed) = signer.sign(&message, now) else { return };
    let builder = Verifier::builder(scheme);
    let builder = if scheme.signs_url() { builder.public_url("https://a.example") } else { builder };
    let builder = if scheme.has_timestamp() { builder.dangerous_accept_any_age() } else { builder };
    let (verifier, headers) = (builder.build(ring(&scheme)).unwrap(), signed.iter().collect::<Vec<_>>());
    let check = |body: &[u8]| verifier.verify_at(Request::new(&headers, body).method("POST").target(TARGET), now).is_ok();
    assert!(check(body), "{}: {signed:?}", scheme.name());
    if scheme.coverage() == hookring::scheme::Covers::WholeBody {
        let mut changed = body.to_vec();
        if let Some(byte) = changed.get_mut(flip) {
            *byte ^= 1;
            assert!(!check(&changed), "{}", scheme.name());
        }
    }
}

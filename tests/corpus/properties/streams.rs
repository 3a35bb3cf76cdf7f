use hookring::{Message, Request, Scope, SignWith, Signer};

use super::{Bytes, NOW, TARGET, ring, schemes, verifier};

/// A body in any pieces has the verdict of the whole.
pub(crate) fn streams(data: &[u8]) {
    let mut bytes = Bytes(data);
    let scheme = bytes.pick(schemes());
    if !scheme.can_stream() {
        return;
    }
    let (piece, damage) = (usize::from(bytes.byte()) + 1, bytes.byte() & 1 == 1);
    let message = Message::new(bytes.0).id("msg_1").method("POST").url("https://a.example/hook");
    let Ok(signed) = Signer::new(*scheme, ring(scheme), SignWith::Current).unwrap().sign(&message, NOW) else { return };
    let headers: Vec<_> = signed.iter().collect();
    let body = if damage { [bytes.0, b"."].concat() } else { bytes.0.to_vec() };
    let verifier = verifier(scheme);
    let mut stream = verifier.begin(Request::new(&headers, ()).method("POST").target(TARGET), NOW).unwrap();
    body.chunks(piece).for_each(|chunk| stream.update(chunk));
    let streamed = stream.finish(NOW).map(|proof| (proof.body().len, proof.key(), proof.timestamp()));
    let whole = verifier.verify_at(Request::new(&headers, &body).method("POST").target(TARGET), NOW);
    let scope = Scope::new("a").unwrap();
    if let Ok(proof) = &whole {
        let _ = proof.replay_key(&scope);
    }
    let whole = whole.map(|proof| (proof.body().len() as u64, proof.key(), proof.timestamp()));
    assert_eq!(whole.is_err(), damage, "{}", scheme.name());
    assert_eq!(streamed, whole, "{}", scheme.name());
}

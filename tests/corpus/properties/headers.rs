use hookring::{Message, Request, SignWith, Signer};

use super::{Bytes, NOW, TARGET, ring, schemes, verifier};

/// Whatever stands around or instead of a good signature, another body is not accepted.
pub(crate) fn headers(data: &[u8]) {
    let mut bytes = Bytes(data);
    let schemes = schemes();
    let scheme = bytes.pick(&schemes);
    let message = Message::new(b"{}").id("msg_1").method("POST").url("https://a.example/hook");
    let Ok(signer) = Signer::new(*scheme, ring(scheme), SignWith::Current) else { return };
    let Ok(signed) = signer.sign(&message, NOW) else { return };
    let mut headers: Vec<(String, Vec<u8>)> =
        signed.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    if headers.is_empty() {
        return;
    }
    let at = usize::from(bytes.byte()) % headers.len();
    let good = headers[at].1.clone();
    headers[at].1 = [bytes.line(), &good, bytes.line()].concat();
    let repeated = headers[at].0.clone();
    if bytes.byte() & 1 == 1 {
        headers.push((repeated, bytes.line().to_vec()));
    }
    let verifier = verifier(scheme);
    let check = |body: &[u8]| verifier.verify_at(Request::new(&headers, body).method("POST").target(TARGET), NOW).is_ok();
    let _ = check(b"{}");
    if scheme.coverage() == hookring::scheme::Covers::WholeBody {
        assert!(!check(b"[]"), "{}", scheme.name());
    }
}

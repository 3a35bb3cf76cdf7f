use hookring::{Message, Request, SignWith, Signer};

use super::{Bytes, NOW, TARGET, ring, schemes, verifier};

/// Whatever stands around or instead of a good signature, another body is not accepted; and what says the same is accepted.
pub(crate) fn headers(data: &[u8]) {
    let mut bytes = Bytes(data);
    let scheme = bytes.pick(schemes());
    let message = Message::new(b"{}").id("msg_1").method("POST").url("https://a.example/hook");
    let Ok(signer) = Signer::new(*scheme, ring(scheme), SignWith::Current) else { return };
    let Ok(signed) = signer.sign(&message, NOW) else { return };
    let mut headers: Vec<(String, Vec<u8>)> =
        signed.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    if headers.is_empty() {
        return;
    }
    let verifier = verifier(scheme);
    let check = |headers: &[(String, Vec<u8>)], body: &[u8]| {
        verifier.verify_at(Request::new(&headers, body).method("POST").target(TARGET), NOW).is_ok()
    };
    let at = usize::from(bytes.byte()) % headers.len();
    let (before, after) = (bytes.line(), bytes.line());
    let same = said_otherwise(scheme.name(), &headers, at, before);
    assert!(check(&same, b"{}"), "{}: {same:?}", scheme.name());

    headers[at].1 = [before, &headers[at].1, after].concat();
    let repeated = headers[at].0.clone();
    if bytes.byte() & 1 == 1 {
        headers.push((repeated, bytes.line().to_vec()));
    }
    let _ = check(&headers, b"{}");
    if scheme.coverage() == hookring::scheme::Covers::WholeBody {
        assert!(!check(&headers, b"[]"), "{}", scheme.name());
    }
}

/// The same headers from the last to the first, their names in upper case, with whitespace around the values, and further
/// headers; and in the lists that are known here with the items in another order and an item that nobody asks for.
fn said_otherwise(scheme: &str, headers: &[(String, Vec<u8>)], at: usize, noise: &[u8]) -> Vec<(String, Vec<u8>)> {
    let word: String = noise.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(*b)).take(40).collect();
    let list = |value: &[u8], between: &str, further: String| {
        let text = std::str::from_utf8(value).unwrap();
        let mut items: Vec<&str> = text.split(between).collect();
        let place = noise.len() % (items.len() + 1);
        items.insert(place, &further);
        let count = items.len();
        items.rotate_left(noise.len() % count);
        items.join(between).into_bytes()
    };
    let mut same: Vec<_> = headers.to_vec();
    for (name, value) in &mut same {
        match (scheme, name.as_str()) {
            ("stripe", "stripe-signature") => *value = list(value, ",", format!("v0x={word}")),
            ("standard-webhooks", "webhook-signature") => *value = list(value, " ", format!("v1a,{word}")),
            _ => {}
        }
        name.make_ascii_uppercase();
    }
    same[at].1 = [b" \t", same[at].1.as_slice(), b"\t "].concat();
    same.push(("x-further-header".into(), noise.to_vec()));
    same.reverse();
    same
}

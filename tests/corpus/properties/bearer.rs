use hookring::{BearerVerifier, Keyring, SecretFormat};

use super::{Bytes, NOW, secret};

/// Who is let in presented the token: as it is in the header, or percent-encoded in the query.
pub(crate) fn bearer(data: &[u8]) {
    let mut bytes = Bytes(data);
    let token = secret(SecretFormat::Utf8, 1).reveal().to_owned();
    // A mark stands for the token, for no input finds it by chance.
    let put = |text: &[u8]| -> Vec<u8> {
        text.iter().flat_map(|byte| if *byte == 0x01 { token.as_bytes().to_vec() } else { vec![*byte] }).collect()
    };
    let headers: Vec<(&str, Vec<u8>)> = (0..bytes.byte() % 3).map(|_| ("authorization", put(bytes.line()))).collect();
    let query = String::from_utf8(put(bytes.0)).ok();
    let verifier = BearerVerifier::new(Keyring::new(secret(SecretFormat::Utf8, 1), NOW).ring, 0).allow_query("token");
    if let Ok(presented) = verifier.check_at(&headers, query.as_deref(), NOW) {
        let unescaped = |text: &str| {
            let mut out = Vec::new();
            let mut rest = text.bytes();
            while let Some(byte) = rest.next() {
                let digits = [rest.as_slice_get(0), rest.as_slice_get(1)];
                match (byte, digits) {
                    (b'%', [Some(a), Some(b)]) => {
                        let digit = |c: u8| char::from(c).to_digit(16).unwrap_or(0);
                        out.push(u8::try_from(digit(a) * 16 + digit(b)).unwrap());
                        rest.nth(1);
                    }
                    _ => out.push(byte),
                }
            }
            out
        };
        let holds = |text: &[u8]| text.windows(token.len()).any(|part| part == token.as_bytes());
        if presented.by_query() {
            assert!(holds(&unescaped(query.as_deref().unwrap())));
            // Whitespace around a value is space and tab (RFC 9110, section 5.6.3), not form feed; after it, something follows.
            let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
            let is_bearer = |value: &[u8]| {
                let end = value.iter().rposition(|byte| !is_blank(byte)).map_or(0, |at| at + 1);
                let start = value.iter().position(|byte| !is_blank(byte)).unwrap_or(end);
                value[start..end].get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"bearer "))
            };
            assert!(headers.iter().all(|(_, value)| !is_bearer(value)));
        } else {
            assert!(headers.len() == 1 && holds(&headers[0].1));
        }
    }
}

/// The bytes that are left of an iterator, by place.
trait Peek {
    fn as_slice_get(&self, at: usize) -> Option<u8>;
}

impl Peek for std::str::Bytes<'_> {
    fn as_slice_get(&self, at: usize) -> Option<u8> {
        self.clone().nth(at)
    }
}

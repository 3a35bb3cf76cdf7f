use hmac::{Hmac, KeyInit as _, Mac as _};
use hookring::{Rejection, Request, SecretFormat, providers};
use sha2::Sha256;

use super::{NOW, secret, verifier};

/// A signed timestamp is judged as these few lines judge it: up to eleven digits without a zero in front, within five
/// minutes, inclusive.
pub(crate) fn times(data: &[u8]) {
    let text = &data[..data.len().min(40)];
    if text.is_empty() || text != text.trim_ascii() {
        return;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret(SecretFormat::Utf8, 1).reveal().as_bytes()).unwrap();
    [b"v0:".as_slice(), text, b":{}"].iter().for_each(|part| mac.update(part));
    let signature = format!("v0={}", hex::encode(mac.finalize().into_bytes()));
    let headers = [("x-slack-signature", signature.as_bytes()), ("x-slack-request-timestamp", text)];
    let verdict = verifier(&providers::SLACK).verify_at(Request::new(&headers, b"{}"), NOW);

    let digits = text.iter().all(u8::is_ascii_digit) && text.len() <= 11 && (text[0] != b'0' || text.len() == 1);
    let seconds = std::str::from_utf8(text).ok().filter(|_| digits).and_then(|text| text.parse::<i64>().ok());
    match (seconds, verdict) {
        (Some(seconds), Ok(proof)) => {
            assert!((seconds - NOW.unix_secs()).abs() <= 300);
            assert_eq!(proof.timestamp().map(|at| at.unix_secs()), Some(seconds));
        }
        (Some(seconds), Err(Rejection::TooOld { by })) => {
            assert_eq!(i64::try_from(by.as_secs()).unwrap(), NOW.unix_secs() - seconds - 300);
        }
        (Some(seconds), Err(Rejection::TooNew { by })) => {
            assert_eq!(i64::try_from(by.as_secs()).unwrap(), seconds - NOW.unix_secs() - 300);
        }
        (None, Err(Rejection::Malformed(_))) => {}
        (seconds, verdict) => panic!("{seconds:?}: {verdict:?}"),
    }
}

//! The token in a header.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::MAX_TOKEN;
use crate::encoding::decode_presented_base64;
use crate::error::{Field, Rejection};
use crate::headers::{Headers, Name, Once, once, trim};

/// The longest user name of Basic credentials.
const MAX_USER: usize = 1024;

/// The value of the header, if there is one line of it; an empty value counts as missing.
///
/// Two lines are ambiguous whatever they hold: the next hop may go by the other one.
pub(super) fn value<'a>(headers: &'a dyn Headers, name: &Name) -> Result<Option<&'a [u8]>, Rejection> {
    match once(headers, name) {
        Once::Absent | Once::One([]) => Ok(None),
        Once::One(value) => Ok(Some(value)),
        Once::Repeated => Err(Rejection::Ambiguous(Field::Token)),
    }
}

/// What follows the word in the `Authorization` header: the word in any letter case, then one or more spaces
/// (RFC 9110, section 11.4).
pub(super) fn after_word<'a>(headers: &'a dyn Headers, name: &Name, word: &str) -> Result<Option<&'a [u8]>, Rejection> {
    let Some(value) = value(headers, name)? else { return Ok(None) };
    let Some((scheme, rest)) = value.split_at_checked(word.len()) else { return Ok(None) };
    // Whitespace at the end was removed before, so something follows the space.
    let found = scheme.eq_ignore_ascii_case(word.as_bytes()) && rest.starts_with(b" ");
    Ok(found.then(|| trim(rest)))
}

/// User name and password behind Basic credentials (RFC 7617): a colon in the password does not split it.
pub(super) fn basic(credentials: &[u8]) -> Option<(Zeroizing<Vec<u8>>, usize)> {
    let most = MAX_TOKEN.saturating_add(MAX_USER).div_ceil(3).saturating_mul(4);
    if credentials.len() > most {
        return None;
    }
    let mut room = Zeroizing::new(Vec::from_iter(core::iter::repeat_n(0, credentials.len())));
    let len = decode_presented_base64(credentials, &mut room)?.len();
    room.truncate(len);
    let colon = room.iter().position(|byte| *byte == b':')?;
    Some((room, colon))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials() {
        let read =
            |text: &str| basic(text.as_bytes()).map(|(room, colon)| (room[..colon].to_vec(), room[colon + 1..].to_vec()));
        let pair = |user: &str, password: &str| Some((user.as_bytes().to_vec(), password.as_bytes().to_vec()));
        assert_eq!(read("dXNlcjpwYXNz"), pair("user", "pass"));
        assert_eq!(read("dXNlcjpwYTpzcw=="), pair("user", "pa:ss"));
        assert_eq!(read("OnBhc3M="), pair("", "pass"));
        assert_eq!(read("dXNlcjo="), pair("user", ""));
        for bad in ["", "dXNlcg==", "dXNlcjpwYTpzcw", "dXNlcjpwYTpzcw=", "dXNlcjpwYXN\u{e9}", "dXNl cjpwYXNz", "dXNlcjpwYX_-"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(basic(&[b'A'; 8000]).is_none());
    }

    #[test]
    fn the_longest_credentials() {
        use base64ct::{Base64, Encoding as _};
        let read = |user: usize, password: usize| {
            let text = ["u".repeat(user), "p".repeat(password)].join(":");
            basic(Base64::encode_string(text.as_bytes()).as_bytes()).map(|(room, colon)| (colon, room.len() - colon - 1))
        };
        assert_eq!(read(MAX_USER, MAX_TOKEN), Some((MAX_USER, MAX_TOKEN)));
        assert_eq!(read(MAX_USER + 1, MAX_TOKEN + 1), None);
    }
}

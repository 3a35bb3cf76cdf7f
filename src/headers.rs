//! Access to the headers of a request, whatever type holds them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A header name, prepared once when a signer or verifier is built. Cloning it does not copy the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(#[cfg(feature = "http")] http::HeaderName, #[cfg(not(feature = "http"))] alloc::sync::Arc<str>);

impl Name {
    /// Prepares a name; `None` if HTTP does not allow it.
    pub(crate) fn new(name: &str) -> Option<Self> {
        if !is_token(name.as_bytes()) {
            return None;
        }
        #[cfg(feature = "http")]
        return http::HeaderName::from_bytes(name.as_bytes()).ok().map(Self);
        #[cfg(not(feature = "http"))]
        Some(Self(name.to_ascii_lowercase().into()))
    }

    /// The name of the header that carries bearer tokens.
    #[cfg(feature = "std")]
    pub(crate) fn authorization() -> Self {
        #[cfg(feature = "http")]
        return Self(http::header::AUTHORIZATION);
        #[cfg(not(feature = "http"))]
        Self("authorization".into())
    }

    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        #[cfg(feature = "http")]
        return self.0.as_str();
        #[cfg(not(feature = "http"))]
        &self.0
    }

    /// The name as the `http` crate holds it: a look-up by it is three times as fast as by text.
    #[cfg(feature = "http")]
    #[must_use]
    pub const fn as_http(&self) -> &http::HeaderName {
        &self.0
    }
}

/// Whether HTTP allows this as a field name (RFC 9110, section 5.1).
pub(crate) const fn is_token(name: &[u8]) -> bool {
    let mut rest = name;
    while let [byte, tail @ ..] = rest {
        let fine = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
            );
        if !fine {
            return false;
        }
        rest = tail;
    }
    !name.is_empty() && name.len() <= 128
}

/// Anything that holds request headers.
///
/// Implemented for `http::HeaderMap`, and for slices, arrays, vectors and maps of name and value. An implementation
/// calls `f` once per header line of that name, in order, whatever the letter case of the names it holds, and hides no
/// line: the verifier decides what a repeated line means.
pub trait Headers {
    /// Hands every value of the named header to `f`, as bytes.
    ///
    /// # Security
    ///
    /// One call for each header line, with the bytes as they were received. A type that keeps only the first or the last of
    /// several lines, or joins them, lets a sender show one value to the verifier and another to whoever reads after it.
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8]));
}

/// So many headers are searched one by one.
#[cfg(feature = "http")]
const FEW: usize = 20;

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        let wanted = name.as_http();
        // The map hashes byte by byte; to look at each of a few headers takes half that time.
        if self.len() <= FEW {
            self.iter().filter(|(name, _)| *name == wanted).for_each(|(_, value)| f(value.as_bytes()));
        } else {
            self.get_all(wanted).iter().for_each(|value| f(value.as_bytes()));
        }
    }
}

/// Walks pairs of name and value in their order.
fn each_of<'a, N, V>(pairs: impl Iterator<Item = (&'a N, &'a V)>, name: &Name, f: &mut dyn FnMut(&'a [u8]))
where
    N: AsRef<str> + 'a,
    V: AsRef<[u8]> + 'a,
{
    pairs.filter(|(n, _)| n.as_ref().eq_ignore_ascii_case(name.as_str())).for_each(|(_, value)| f(value.as_ref()));
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        each_of(self.iter().map(|(n, v)| (n, v)), name, f);
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LEN: usize> Headers for [(N, V); LEN] {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        self.as_slice().each(name, f);
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        self.as_slice().each(name, f);
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for BTreeMap<N, V> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        each_of(self.iter(), name, f);
    }
}

#[cfg(feature = "std")]
impl<N: AsRef<str>, V: AsRef<[u8]>, S> Headers for std::collections::HashMap<N, V, S> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        each_of(self.iter(), name, f);
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        (**self).each(name, f);
    }
}

/// What a look-up of a header that must occur once found.
pub(crate) enum Once<'a> {
    Absent,
    One(&'a [u8]),
    Repeated,
}

/// Looks up a header that must occur at most once. Whitespace around the value is not part of it (RFC 9110, section 5.5).
pub(crate) fn once<'a>(headers: &'a dyn Headers, name: &Name) -> Once<'a> {
    let mut found = Once::Absent;
    headers.each(name, &mut |value| {
        found = match found {
            Once::Absent => Once::One(trim(value)),
            _ => Once::Repeated,
        };
    });
    found
}

/// Removes spaces and tabs at both ends.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let [b' ' | b'\t', tail @ ..] = rest {
        rest = tail;
    }
    while let [head @ .., b' ' | b'\t'] = rest {
        rest = head;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens() {
        for good in ["x-a", "X_B", "a.b", "1"] {
            assert!(is_token(good.as_bytes()), "{good}");
        }
        for bad in ["", "a b", "a:b", "é", "a\n", "a/b", "(a)"] {
            assert!(!is_token(bad.as_bytes()), "{bad}");
            assert!(Name::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn every_holder_finds_every_line_in_any_letter_case() {
        let name = Name::new("X-Sig").unwrap();
        let count = |h: &dyn Headers| {
            let mut n = 0;
            h.each(&name, &mut |_| n += 1);
            n
        };
        assert_eq!(count(&[("x-SIG", "1"), ("other", "2"), ("X-Sig", "3")]), 2);
        assert_eq!(count(&alloc::vec![("x-sig", b"1".as_slice())]), 1);
        assert_eq!(count(&BTreeMap::from([("X-SIG", "1"), ("x-sig", "2")])), 2);
        #[cfg(feature = "std")]
        assert_eq!(count(&std::collections::HashMap::from([("X-SiG", "1")])), 1);
        #[cfg(feature = "http")]
        {
            let mut map = http::HeaderMap::new();
            map.append("x-sig", http::HeaderValue::from_static("1"));
            map.append("x-sig", http::HeaderValue::from_static("2"));
            assert_eq!(count(&map), 2);
            // A few headers and many are searched in two ways.
            for n in 0..2 * FEW {
                let other = http::HeaderName::from_bytes(alloc::format!("x-{n}").as_bytes()).unwrap();
                map.append(other, http::HeaderValue::from_static("3"));
                assert_eq!(count(&map), 2, "{n}");
            }
        }
    }

    #[test]
    fn a_repeated_line_is_seen() {
        let name = Name::new("a").unwrap();
        assert!(matches!(once(&[("A", " x\t")], &name), Once::One(b"x")));
        assert!(matches!(once(&[("A", "x"), ("a", "x")], &name), Once::Repeated));
        assert!(matches!(once(&[("b", "x")], &name), Once::Absent));
    }
}

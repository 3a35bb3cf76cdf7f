//! Where the parts of a URL are. Nothing is decoded, reordered or judged: signatures are over the bytes as they came.

/// A URL without its fragment, which is never sent (RFC 9110, section 7.1).
pub(crate) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

/// Scheme with `://`, authority, and the rest from the path on. Only `http` and `https` are schemes: any other `://` is
/// inside something else, such as a query that holds a URL. Without a scheme the authority comes first.
pub(crate) fn parts(url: &str) -> (&str, &str, &str) {
    let is_http = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let start = url.find("://").filter(|at| url.get(..*at).is_some_and(is_http)).map_or(0, |at| at.saturating_add(3));
    let (scheme, rest) = url.split_at_checked(start).unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    (scheme, authority, rest)
}

/// The target of a request for this URL: path and query.
pub(crate) fn target(url: &str) -> &str {
    parts(without_fragment(url)).2
}

/// Path and query of a request target. Proxies may send the absolute form (RFC 9112, section 3.2.2); what it says about
/// scheme and host is not trusted. Any other form stays as it is.
pub(crate) fn path_and_query(target: &str) -> &str {
    match parts(target) {
        ("", ..) => target,
        (.., rest) => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found() {
        for (url, wanted) in [
            ("https://a.test/b?c=d", ("https://", "a.test", "/b?c=d")),
            ("HTTP://a:1", ("HTTP://", "a:1", "")),
            ("https://a?b/c", ("https://", "a", "?b/c")),
            ("https://u:p@[::1]:2/x", ("https://", "u:p@[::1]:2", "/x")),
            ("https:///x", ("https://", "", "/x")),
            ("/h?next=https://a/x", ("", "", "/h?next=https://a/x")),
            ("?next=https://a/x", ("", "", "?next=https://a/x")),
            ("a.test/b", ("", "a.test", "/b")),
            ("ftp://a/x", ("", "ftp:", "//a/x")),
            ("", ("", "", "")),
        ] {
            assert_eq!(parts(url), wanted, "{url}");
        }
    }

    #[test]
    fn fragments_are_not_sent() {
        assert_eq!(target("https://a.test/b?c#d?e/f#g"), "/b?c");
        assert_eq!(target("https://a.test#/b"), "");
        assert_eq!(without_fragment("https://a.test/#"), "https://a.test/");
    }

    #[test]
    fn only_the_absolute_form_of_a_target_is_cut() {
        for (whole, wanted) in [
            ("/h?next=https://a/x", "/h?next=https://a/x"),
            ("https://evil.test/h?next=http://a/x", "/h?next=http://a/x"),
            ("Http://evil.test", ""),
            ("http://evil.test?q", "?q"),
            ("ftp://evil.test/h", "ftp://evil.test/h"),
            ("evil.test/h", "evil.test/h"),
            ("*", "*"),
        ] {
            assert_eq!(path_and_query(whole), wanted, "{whole}");
        }
    }
}

//! Which texts are a public URL.

use super::*;

#[test]
fn public_urls() {
    for good in ["https://a", "http://10.0.0.7:3000", "https://a.example/api/v1", "https://a/"] {
        assert!(base_url(good).is_ok_and(|url| !url.ends_with('/')), "{good}");
    }
    for bad in
        ["", "a.example", "ftp://a", "https://", "https:///x", "https://a?x=1", "https://a#f", "https://a b", "https://é"]
    {
        assert_eq!(base_url(bad), Err(SetupError::BadPublicUrl), "{bad}");
    }
}

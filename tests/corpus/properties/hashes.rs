use hookring::{BcryptHash, Sha256Hash};

/// A stored hash is read and written back as it was, or refused.
pub(crate) fn hashes(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(hash) = Sha256Hash::parse_hex(&text) {
        assert!(hash.to_hex().eq_ignore_ascii_case(&text));
    }
    if let Ok(hash) = BcryptHash::parse(&text) {
        assert_eq!(hash.as_str(), text);
        assert!((10..=14).contains(&hash.cost()));
    }
}

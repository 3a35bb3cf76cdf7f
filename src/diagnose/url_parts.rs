//! A URL in its parts, put together again byte for byte.

use alloc::string::{String, ToString};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) port: Option<String>,
    pub(super) path: String,
    pub(super) query: Option<String>,
}

impl Parts {
    /// `None` unless it is an `http` or `https` URL.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (scheme, authority, rest) = crate::url::parts(url);
        let scheme = scheme.strip_suffix("://")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port.to_string())),
            _ => (authority, None),
        };
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query.to_string())));
        Some(Self { scheme: scheme.to_string(), host: host.to_string(), port, path: path.to_string(), query })
    }

    pub(super) fn whole(&self) -> String {
        let mut url = alloc::format!("{}://{}", self.scheme, self.host);
        for (mark, part) in [(':', &self.port), ('?', &self.query)] {
            if mark == '?' {
                url.push_str(&self.path);
            }
            if let Some(part) = part {
                url.push(mark);
                url.push_str(part);
            }
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for url in ["https://a", "http://a.b:8080/", "https://a/b//c?d=e&f", "https://a?x", "https://a/?", "https://[::1]:3/x"]
        {
            assert_eq!(Parts::of(url).unwrap().whole(), url);
        }
        assert_eq!(Parts::of("ftp://a"), None);
        assert_eq!(Parts::of("/a"), None);
    }
}

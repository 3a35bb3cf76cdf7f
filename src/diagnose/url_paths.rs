//! Paths that were rewritten on the way, and other percent-encoding.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::framing::Framing;
use super::text::{percent_decoded, percent_encoded};
use super::url_found::Found;
use super::url_parts::Parts;

/// Paths that gateways take away or put in front.
const MOUNTS: [&str; 30] = [
    "/api",
    "/v1",
    "/v2",
    "/api/v1",
    "/webhooks",
    "/webhook",
    "/hooks",
    "/prod",
    "/dev",
    "/stage",
    "/staging",
    "/production",
    "/test",
    "/gateway",
    "/public",
    "/proxy",
    "/integrations",
    "/backend",
    "/app",
    "/internal",
    "/live",
    "/svc",
    "/service",
    "/services",
    "/gw",
    "/edge",
    "/external",
    "/in",
    "/ingress",
    "/default",
];

pub(super) fn encodings(parts: &Parts, found: &mut Found<'_, '_, '_>) {
    let say = "The sender signed the URL with other percent-encoding: pass it on as it arrives, neither decoded nor encoded.";
    let query = parts.query.as_deref();
    type Change = fn(&str) -> String;
    let changes: [Change; 16] = [
        |text| decoded(text, false),
        |text| decoded(text, true),
        |text| unreserved(text),
        |text| cased(text, true),
        |text| cased(text, false),
        |text| text.replace("%20", "+"),
        |text| text.replace('+', "%20"),
        |text| percent_encoded(text.as_bytes(), b"-_.~/=&%+?:@!$'()*,;", false, true),
        |text| percent_encoded(text.as_bytes(), b"-_.~/=&%+?", false, true),
        |text| percent_encoded(decoded(text, false).as_bytes(), b"-_.~/=&+", false, true),
        |text| percent_encoded(decoded(text, false).as_bytes(), b"-_.~/=&", false, false),
        |text| percent_encoded(decoded(text, true).as_bytes(), b"-_.~/=&", true, true),
        |text| percent_encoded(decoded(text, true).as_bytes(), b"-_./=&", true, true),
        |text| text.replace('%', "%25"),
        |text| text.replace("%2F", "/").replace("%2f", "/"),
        |text| text.replace('~', "%7E"),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let (path, query) = (change(&parts.path), query.map(change));
        let options = [
            Parts { path: path.clone(), query: query.clone(), ..parts.clone() },
            Parts { path, ..parts.clone() },
            Parts { query, ..parts.clone() },
        ];
        for changed in options {
            if n < 8 { found.add(Cause::UrlEncoding, say, &changed) } else { found.rare(Cause::UrlEncoding, say, &changed) }
        }
    }
    // Only the values, so that a separator inside one is encoded too.
    if let Some(query) = query {
        for (keep, plus) in [(&b"-_.~"[..], false), (b"-_.~", true), (b"-_.!~*'()", false), (b"*-._", true)] {
            let pair = |pair: &str| match pair.split_once('=') {
                Some((name, value)) => format!("{name}={}", percent_encoded(decoded(value, true).as_bytes(), keep, plus, true)),
                None => pair.to_string(),
            };
            let query = query.split('&').map(pair).collect::<Vec<_>>().join("&");
            found.rare(Cause::UrlEncoding, say, &Parts { query: Some(query), ..parts.clone() });
        }
    }
}

fn decoded(text: &str, plus: bool) -> String {
    percent_decoded(text.as_bytes(), plus).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_string())
}

/// Decodes only what never needs to be encoded (RFC 3986, section 2.3).
fn unreserved(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(b)) {
            Some(byte) => {
                out.push(char::from(byte));
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The hexadecimal digits of percent-encoding in one case.
fn cased(text: &str, upper: bool) -> String {
    let mut out = String::new();
    let mut left = 0_u8;
    for c in text.chars() {
        let digit = left > 0;
        left = if c == '%' { 2 } else { left.saturating_sub(1) };
        out.push(if digit && upper {
            c.to_ascii_uppercase()
        } else if digit {
            c.to_ascii_lowercase()
        } else {
            c
        });
    }
    out
}

pub(super) fn paths(parts: &Parts, framing: &Framing<'_>, found: &mut Found<'_, '_, '_>) {
    let say = "The path was rewritten on the way: configure the public URL with the path that the sender calls.";
    for name in [
        "x-forwarded-prefix",
        "x-script-name",
        "x-forwarded-path",
        "x-base-path",
        "x-envoy-original-path",
        "x-original-url",
        "x-original-uri",
        "x-rewrite-url",
        "x-forwarded-uri",
        "x-original-path",
    ] {
        if let Some(value) = framing.header_text(name) {
            let value = Parts::of(value).map_or_else(|| value.to_string(), |whole| whole.path);
            let (path, query) =
                value.split_once('?').map_or((value.as_str(), None), |(path, query)| (path, Some(query.to_string())));
            let prefix = format!("/{}", path.trim_matches('/'));
            found.add(Cause::UrlPath, say, &Parts { path: format!("{prefix}{}", parts.path), ..parts.clone() });
            found.add(Cause::UrlPath, say, &Parts { path: path.to_string(), ..parts.clone() });
            found.add(Cause::UrlPath, say, &Parts { path: path.to_string(), query, ..parts.clone() });
        }
    }
    let segments: Vec<&str> = parts.path.split('/').filter(|part| !part.is_empty()).collect();
    let end = if parts.path.len() > 1 && parts.path.ends_with('/') { "/" } else { "" };
    for dropped in 1..=segments.len().min(4) {
        for kept in [segments.get(dropped..), segments.len().checked_sub(dropped).and_then(|len| segments.get(..len))]
            .into_iter()
            .flatten()
        {
            let path = format!("/{}{}", kept.join("/"), if kept.is_empty() { "" } else { end });
            found.add(Cause::UrlPath, say, &Parts { path, ..parts.clone() });
        }
    }
    for at in 1..segments.len().saturating_sub(1) {
        let kept: Vec<&str> = segments.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, part)| *part).collect();
        found.rare(Cause::UrlPath, say, &Parts { path: format!("/{}{end}", kept.join("/")), ..parts.clone() });
    }
    for (n, mount) in MOUNTS.iter().enumerate() {
        let changed = Parts { path: format!("{mount}{}", parts.path), ..parts.clone() };
        if n < 8 { found.add(Cause::UrlPath, say, &changed) } else { found.rare(Cause::UrlPath, say, &changed) }
    }
    found.add(Cause::UrlPath, say, &Parts { path: parts.path.to_ascii_lowercase(), ..parts.clone() });
    found.rare(Cause::UrlPath, say, &Parts { path: parts.path.to_ascii_uppercase(), ..parts.clone() });
    found.add(Cause::UrlPath, say, &Parts { path: String::new(), query: None, ..parts.clone() });
    found.add(Cause::UrlPath, say, &Parts { path: "/".to_string(), ..parts.clone() });
}

//! The URL that was signed, where a proxy, a tunnel or a framework shows another one.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::framing::{Framing, Framings};
use super::text::orders;
use super::url_found::Found;
use super::url_parts::Parts;
use super::url_paths::{encodings, paths};
use crate::scheme::Part;

pub(super) fn urls<'s>(framing: &Framing<'s>, body: &[u8], out: &mut Framings<'s>) {
    let base = framing.shape.base;
    if !base.reads_url && !base.reads_target && !framing.shape.has(|part| matches!(part, Part::Url)) {
        return;
    }
    let Some(url) = framing.url.as_deref() else { return };
    let Some(parts) = Parts::of(url) else { return };
    let mut found = Found::new(framing, url, out);
    schemes(&parts, &mut found);
    hosts(&parts, framing, body, &mut found);
    ports(&parts, framing, &mut found);
    slashes(&parts, &mut found);
    queries(&parts, framing, &mut found);
    encodings(&parts, &mut found);
    paths(&parts, framing, &mut found);
}

fn schemes(parts: &Parts, found: &mut Found<'_, '_, '_>) {
    for scheme in ["https", "http"] {
        let say = format!(
            "The sender signed a URL with `{scheme}`: something before the receiver ends TLS, so configure the public URL."
        );
        found.add(Cause::UrlScheme, &say, &Parts { scheme: scheme.to_string(), ..parts.clone() });
    }
}

/// Headers in which proxies name the host that was called, then any other header that holds one, then guesses.
fn hosts(parts: &Parts, framing: &Framing<'_>, body: &[u8], found: &mut Found<'_, '_, '_>) {
    for (name, value) in &framing.headers {
        if let Ok(text) = core::str::from_utf8(value) {
            hosts_in(name, text, parts, found);
        }
    }
    usual_hosts(parts, found);
    let query = parts.query.as_deref().map(|query| urls_in(query.as_bytes())).unwrap_or_default();
    for url in urls_in(body).into_iter().chain(query) {
        found.rare(Cause::UrlHost, ANOTHER_HOST, &Parts { host: url.host, ..parts.clone() });
    }
}

fn hosts_in(name: &str, text: &str, parts: &Parts, found: &mut Found<'_, '_, '_>) {
    let say = format!("The sender signed the host that the header {name} names: configure it as the public URL.");
    let pieces = text.split([',', ';', ' ']).map(|piece| piece.trim_matches([' ', '"'])).filter(|piece| !piece.is_empty());
    for piece in pieces.take(6) {
        let piece = piece.strip_prefix("host=").or_else(|| piece.strip_prefix("Host=")).unwrap_or(piece);
        let (host, port) = match Parts::of(piece).filter(|whole| whole.host != parts.host) {
            Some(whole) => (whole.host, whole.port),
            None if is_host(piece) => match piece.rsplit_once(':') {
                Some((host, port)) => (host.to_string(), Some(port.to_string())),
                None => (piece.to_string(), None),
            },
            None => continue,
        };
        if host != parts.host {
            found.add(Cause::UrlHost, &say, &Parts { host: host.clone(), ..parts.clone() });
            found.with_port(&say, &Parts { host, port, ..parts.clone() });
        }
    }
}

const ANOTHER_HOST: &str = "The sender signed another host than the receiver was called with: configure the public URL.";

fn usual_hosts(parts: &Parts, found: &mut Found<'_, '_, '_>) {
    let with = |host: String| Parts { host, ..parts.clone() };
    let www = parts.host.strip_prefix("www.").map_or_else(|| format!("www.{}", parts.host), ToString::to_string);
    for host in [www, parts.host.to_ascii_lowercase(), parts.host.trim_end_matches('.').to_string()] {
        found.add(Cause::UrlHost, ANOTHER_HOST, &with(host));
    }
    for host in [format!("{}.", parts.host), "localhost".to_string(), "127.0.0.1".to_string()] {
        found.rare(Cause::UrlHost, ANOTHER_HOST, &with(host));
    }
    for (old, new) in [
        ("internal.", ""),
        ("api.", ""),
        ("staging.", ""),
        ("hooks.", ""),
        ("", "api."),
        ("", "hooks."),
        ("", "app."),
        ("", "webhooks."),
    ] {
        if let Some(rest) = parts.host.strip_prefix(old) {
            found.rare(Cause::UrlHost, ANOTHER_HOST, &with(format!("{new}{rest}")));
        }
    }
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "0"));
    let fine = host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    fine && port.bytes().all(|b| b.is_ascii_digit())
        && !port.is_empty()
        && (host.contains('.') || host == "localhost")
        && host.len() > 3
}

fn urls_in(body: &[u8]) -> Vec<Parts> {
    let text = String::from_utf8_lossy(body);
    let end = |rest: &str| rest.find(|c: char| c.is_whitespace() || "\"'<>\\".contains(c)).unwrap_or(rest.len());
    let urls = text.match_indices("http").take(8).filter_map(|(at, _)| text.get(at..));
    urls.filter_map(|rest| Parts::of(rest.get(..end(rest))?)).collect()
}

fn ports(parts: &Parts, framing: &Framing<'_>, found: &mut Found<'_, '_, '_>) {
    let say = "The sender signed the URL without the port, or with another one: configure the public URL as the sender has it.";
    found.add(Cause::UrlPort, say, &Parts { port: None, ..parts.clone() });
    let forwarded = framing.header_text("x-forwarded-port").map(ToString::to_string);
    let host = framing.header_text("host").and_then(|host| host.rsplit_once(':')).map(|(_, port)| port.to_string());
    let forwarded_host =
        framing.header_text("x-forwarded-host").and_then(|host| host.rsplit_once(':')).map(|(_, port)| port.to_string());
    for port in forwarded.into_iter().chain(host).chain(forwarded_host) {
        found.add(Cause::UrlPort, say, &Parts { port: Some(port), ..parts.clone() });
    }
    for port in ["443", "80", "8080", "8443", "3000"] {
        found.add(Cause::UrlPort, say, &Parts { port: Some(port.to_string()), ..parts.clone() });
    }
    for port in [
        "8000", "5000", "4000", "8888", "9000", "4443", "444", "8081", "3001", "4430", "1443", "9443", "10443", "4040", "7071",
        "8787", "5173", "4567",
    ] {
        found.rare(Cause::UrlPort, say, &Parts { port: Some(port.to_string()), ..parts.clone() });
    }
}

fn slashes(parts: &Parts, found: &mut Found<'_, '_, '_>) {
    let say =
        "The sender signed the URL with a slash more or less: configure it at the sender exactly as the receiver sees it.";
    let path = &parts.path;
    found.add(Cause::UrlSlash, say, &Parts { path: path.strip_suffix('/').unwrap_or(path).to_string(), ..parts.clone() });
    found.add(Cause::UrlSlash, say, &Parts { path: format!("{path}/"), ..parts.clone() });
    found.add(Cause::UrlSlash, say, &Parts { path: single_slashes(path), ..parts.clone() });
    found.add(Cause::UrlSlash, say, &Parts { path: format!("/{path}"), ..parts.clone() });
    for (at, _) in path.match_indices('/').skip(1).take(6) {
        if let Some((head, tail)) = path.split_at_checked(at) {
            found.rare(Cause::UrlSlash, say, &Parts { path: format!("{head}/{tail}"), ..parts.clone() });
        }
    }
}

fn single_slashes(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

/// Headers in which proxies name the query, or the URL with it.
const QUERY_HEADERS: [&str; 8] = [
    "x-original-query",
    "x-forwarded-query",
    "x-query-string",
    "x-original-url",
    "x-forwarded-uri",
    "x-original-uri",
    "x-rewrite-url",
    "x-envoy-original-path",
];

fn queries(parts: &Parts, framing: &Framing<'_>, found: &mut Found<'_, '_, '_>) {
    let say =
        "A parameter was added to the query on the way, or lost: the URL has to reach the receiver as the sender called it.";
    let mut add = |query: Option<String>, common: bool| {
        let changed = Parts { query, ..parts.clone() };
        if common { found.add(Cause::UrlQuery, say, &changed) } else { found.rare(Cause::UrlQuery, say, &changed) }
    };
    add(None, true);
    for value in QUERY_HEADERS.iter().filter_map(|name| framing.header_text(name)) {
        let query = value.split_once('?').map_or_else(|| (!value.contains('/')).then_some(value), |(_, query)| Some(query));
        add(query.map(|query| query.trim_start_matches('?').to_string()), true);
    }
    match parts.query.as_deref() {
        Some(query) => {
            let pairs: Vec<&str> = query.split('&').collect();
            fewer_pairs(&pairs, &mut add);
            other_pairs(&pairs, &mut add);
            add(Some(query.replace("&amp;", "&")), false);
            add(Some(query.replace(';', "&")), false);
            add(Some(query.replace('&', ";")), false);
        }
        None => add(Some(String::new()), false),
    }
}

/// Without one of the pairs, and every run of them.
fn fewer_pairs(pairs: &[&str], add: &mut dyn FnMut(Option<String>, bool)) {
    if pairs.len() > 12 {
        return;
    }
    for at in 0..pairs.len() {
        let rest: Vec<&str> = pairs.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, pair)| *pair).collect();
        add((!rest.is_empty()).then(|| rest.join("&")), true);
    }
    for from in 0..pairs.len() {
        for to in from..=pairs.len() {
            let rest = pairs.get(from..to).unwrap_or_default();
            add((!rest.is_empty()).then(|| rest.join("&")), false);
        }
    }
}

/// In another order, and written in another way.
fn other_pairs(pairs: &[&str], add: &mut dyn FnMut(Option<String>, bool)) {
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable();
    add(Some(sorted.join("&")), true);
    sorted.reverse();
    add(Some(sorted.join("&")), false);
    orders(pairs, 5, &mut |query| add(Some(query), false));
    let filled: Vec<&str> = pairs.iter().copied().filter(|pair| !pair.ends_with('=') && !pair.is_empty()).collect();
    add(Some(filled.join("&")), false);
    let bare: Vec<&str> = pairs.iter().map(|pair| pair.strip_suffix('=').unwrap_or(pair)).collect();
    add(Some(bare.join("&")), false);
    let marked: Vec<String> =
        pairs.iter().map(|pair| if pair.contains('=') { pair.to_string() } else { format!("{pair}=") }).collect();
    add(Some(marked.join("&")), false);
    let mut unique: Vec<&str> = Vec::new();
    for pair in pairs {
        if !unique.contains(pair) {
            unique.push(pair);
        }
    }
    add(Some(unique.join("&")), false);
}

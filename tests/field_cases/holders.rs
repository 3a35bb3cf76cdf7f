//! The same delivery with its headers in every kind of holder, and as a stream: the verdict must not depend on it.

use std::collections::{BTreeMap, HashMap};

use hookring::Headers;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::common::delivery::{Delivery, Header};
use crate::common::outcome::Outcome;
use crate::score::{Score, check};

/// A score for every other way to hand the delivery over; nothing if they all agree.
pub(crate) fn others(delivery: &Delivery, wanted: &Outcome) -> Vec<Score> {
    let compare = |name: &str, outcome: Outcome| check(outcome == *wanted, || format!("{name}: {}", outcome.short()));
    let with = |name: &str, headers: &dyn Headers| compare(name, delivery.verify_with(headers));
    let mut scores = vec![with("vector", &delivery.headers)];
    if let Some(map) = header_map(&delivery.headers) {
        scores.push(with("HeaderMap", &map));
    }
    let names: BTreeMap<_, _> =
        delivery.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    if names.len() == delivery.headers.len() {
        scores.push(with("BTreeMap", &delivery.headers.iter().cloned().collect::<BTreeMap<_, _>>()));
        scores.push(with("HashMap", &delivery.headers.iter().cloned().collect::<HashMap<_, _>>()));
    }
    if delivery.scheme.can_stream() {
        scores.push(compare("stream", delivery.stream(7)));
    }
    #[cfg(feature = "http-body")]
    if let Some(outcome) = crate::http_layer::receive(delivery) {
        scores.push(compare("receiver", outcome));
    }
    scores.retain(|score| matches!(score, Score::Wrong(_)));
    scores
}

/// `None` if HTTP could not have carried these headers.
pub(crate) fn header_map(headers: &[Header]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value).ok()?);
    }
    Some(map)
}

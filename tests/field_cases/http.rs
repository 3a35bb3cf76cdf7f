//! Deliveries through the layer that reads the body: what it refuses, and that it changes no other verdict.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use hookring::receiver::{Receiver, Refusal};
use http::Method;
use http_body::{Body, Frame};
use serde_json::Value;

use crate::common::cases;
use crate::common::delivery::Delivery;
use crate::common::outcome::{Outcome, Verdict};
use crate::holders::header_map;

/// The outcome of the whole way, if it could only be told with the layer in front.
pub(crate) fn read(given: &Value, outcome: Outcome) -> Outcome {
    match cases::delivery(given) {
        Ok(delivery) if outcome.verdict == Verdict::Unsupported => receive(&delivery).unwrap_or(outcome),
        _ => outcome,
    }
}

/// What a receiver says; `None` if HTTP could not have carried the delivery, or not all of it is given.
pub(crate) fn receive(delivery: &Delivery) -> Option<Outcome> {
    let mut head = http::Request::new(()).into_parts().0;
    head.headers = header_map(&delivery.headers)?;
    head.method = Method::from_bytes(delivery.method.as_deref().unwrap_or("POST").as_bytes()).ok()?;
    match delivery.target.as_deref() {
        Some(target) => {
            head.uri = target.parse().ok()?;
            head.uri.path_and_query().filter(|parsed| parsed.as_str() == target)?;
        }
        None if delivery.scheme.signs_url() => return None,
        None => {}
    }
    let now = delivery.now;
    let mut receiver = Receiver::new(delivery.verifier().ok()?)
        .methods(&[head.method.clone()])
        .body_limit(delivery.body_limit.unwrap_or(usize::MAX))
        .body_timeout(None)
        .clock(move || now);
    if delivery.method.is_none() {
        receiver = receiver.methods(&[Method::POST]);
    }
    let body = Pieces(delivery.body.chunks(16 << 10).map(Bytes::copy_from_slice).collect::<Vec<_>>().into_iter());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    Some(match runtime.block_on(receiver.receive(&head, body)) {
        Ok(verified) => Outcome::accept(verified.role(), &verified),
        Err(Refusal::Rejected(why)) => Outcome::reject(&why),
        Err(refusal) => Outcome {
            verdict: Verdict::Reject,
            code: Some(refusal.code().to_owned()),
            role: None,
            said: vec![refusal.to_string(), format!("{refusal:?}"), refusal.public_message().to_owned()],
        },
    })
}

/// A body that is chunked: it says nothing about its length.
struct Pieces(std::vec::IntoIter<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }
}

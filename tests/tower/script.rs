//! A body that does what it is told, and says how far it was read.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use hookring::receiver::Receiver;
use hookring::tower::{VerifiedBody, VerifyLayer};
use hookring::{
    Keyring, Message, Scheme, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, Verifier, providers,
};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, ServiceExt as _, service_fn};

pub(crate) const SECRET: &str = "correct-horse-battery-staple-0123";

pub(crate) fn ring() -> Keyring {
    let secret = Secret::parse(SECRET, SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    Keyring::new(secret, Timestamp::now()).ring
}

pub(crate) fn github() -> Receiver {
    Receiver::new(Verifier::new(providers::GITHUB, ring()).unwrap())
}

#[derive(Clone)]
pub(crate) enum Step {
    Data(Bytes),
    Trailers,
    Error,
    /// Nothing, and nobody will wake the task.
    Hang,
    /// The same piece, again and again.
    Forever(Bytes),
}

pub(crate) struct Script {
    steps: std::vec::IntoIter<Step>,
    endless: Option<Bytes>,
    promised: Option<u64>,
    /// How many pieces were taken.
    pub(crate) taken: Arc<AtomicUsize>,
}

impl Script {
    pub(crate) fn new(steps: impl Into<Vec<Step>>) -> Self {
        Self { steps: steps.into().into_iter(), endless: None, promised: None, taken: Arc::default() }
    }

    /// Promises so many bytes, whether it keeps the promise or not.
    pub(crate) fn promising(self, bytes: u64) -> Self {
        Self { promised: Some(bytes), ..self }
    }
}

pub(crate) fn data(text: &str) -> Step {
    Step::Data(Bytes::copy_from_slice(text.as_bytes()))
}

impl Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        if let Some(piece) = &self.endless {
            return Poll::Ready(Some(Ok(Frame::data(piece.clone()))));
        }
        match self.steps.next() {
            None => Poll::Ready(None),
            Some(Step::Data(piece)) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            Some(Step::Trailers) => Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::new())))),
            Some(Step::Error) => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            Some(Step::Hang) => {
                self.steps = vec![Step::Hang].into_iter();
                Poll::Pending
            }
            Some(Step::Forever(piece)) => {
                self.endless = Some(piece.clone());
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
        }
    }

    // `is_end_stream` stays at its default: it never reports an end.
    fn size_hint(&self) -> SizeHint {
        self.promised.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A delivery signed for this text, with another body perhaps.
pub(crate) fn signed<B>(scheme: Scheme<'_>, text: &str, body: B) -> Request<B> {
    let signer = Signer::new(scheme, ring(), SignWith::Current).unwrap();
    let mut request = Request::post("/hook").body(body).unwrap();
    let message = Message::new(text.as_bytes()).id("msg_1");
    signer.sign(&message, Timestamp::now()).unwrap().apply(request.headers_mut());
    request
}

/// The status and the text of the answer. The service answers with what it got, twice over: as body, and in the proof.
pub(crate) async fn answer<B>(receiver: Receiver, request: Request<B>) -> (u16, String)
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let service = service_fn(async |mut request: Request<VerifiedBody>| {
        let proof = request.extensions_mut().remove::<hookring::Verified<Bytes>>().unwrap();
        let body = request.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(proof.body(), &body);
        let text = format!("{} {}", proof.role().as_str(), String::from_utf8_lossy(&body));
        Ok::<_, std::convert::Infallible>(Response::new(Full::from(text)))
    });
    let response: Response<Full<Bytes>> = VerifyLayer::new(receiver).layer(service).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap())
}

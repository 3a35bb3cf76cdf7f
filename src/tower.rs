//! A `tower` layer that verifies the body of any `http::Request` before the service behind it runs.
//!
//! ```
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! use bytes::Bytes;
//! use hookring::receiver::Receiver;
//! use hookring::tower::{VerifiedBody, VerifyLayer};
//! use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verified, Verifier, providers};
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt as _, service_fn};
//!
//! let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
//! let receiver = Receiver::new(Verifier::new(providers::GITHUB, ring)?);
//!
//! let service = ServiceBuilder::new().layer(VerifyLayer::new(receiver)).service(service_fn(
//!     async |request: Request<VerifiedBody>| {
//!         let proof = request.extensions().get::<Verified<Bytes>>();
//!         println!("{:?}", proof.map(|proof| (proof.role(), proof.body().len())));
//!         Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::from("thanks")))
//!     },
//! ));
//! let unsigned = Request::post("/").body(Full::<Bytes>::from("{}"))?;
//! assert_eq!(service.oneshot(unsigned).await?.status(), 401);
//! # Ok(()) }
//! ```

use alloc::boxed::Box;
use core::convert::Infallible;
use core::error::Error;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower_layer::Layer;
use tower_service::Service;

use crate::receiver::{Proof, Receiver};
use crate::verifier::Verified;

/// Puts [`Verify`] around a service.
#[derive(Debug)]
#[must_use]
pub struct VerifyLayer<P = Verified<Bytes>>(Receiver<P>);

impl<P> VerifyLayer<P> {
    /// A layer of this receiver, whatever it yields.
    pub const fn new(receiver: Receiver<P>) -> Self {
        Self(receiver)
    }
}

impl<P> Clone for VerifyLayer<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S, P> Layer<S> for VerifyLayer<P> {
    type Service = Verify<S, P>;

    fn layer(&self, inner: S) -> Verify<S, P> {
        Verify { inner, receiver: self.0.clone() }
    }
}

/// A service whose requests are verified.
///
/// The service behind it gets the buffered body, and the proof in the extensions: [`Verified<Bytes>`] (or
/// [`Admitted`](crate::receiver::Admitted), [`Received`](crate::receiver::Received), as the receiver yields). The proof
/// holds the body too; the bytes are there once. What is refused is answered with
/// [`Refusal::response`](crate::receiver::Refusal::response) and does not reach the service.
pub struct Verify<S, P = Verified<Bytes>> {
    inner: S,
    receiver: Receiver<P>,
}

impl<S: Clone, P> Clone for Verify<S, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), receiver: self.receiver.clone() }
    }
}

impl<S, P> fmt::Debug for Verify<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify").field("receiver", &self.receiver).finish_non_exhaustive()
    }
}

impl<S, P, B, R> Service<Request<B>> for Verify<S, P>
where
    P: Proof,
    S: Service<Request<VerifiedBody>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    R: From<&'static str>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was found ready is the one to call; its clone may not be.
        let clone = self.inner.clone();
        let mut inner = core::mem::replace(&mut self.inner, clone);
        let receiver = self.receiver.clone();
        Box::pin(async move {
            let (mut head, body) = request.into_parts();
            match receiver.receive(&head, body).await {
                Ok(proof) => {
                    let body = VerifiedBody(Some(proof.raw().clone()));
                    head.extensions.insert(proof);
                    inner.call(Request::from_parts(head, body)).await
                }
                Err(refusal) => Ok(refusal.response()),
            }
        })
    }
}

/// The body of a verified request, whole and in memory.
#[derive(Clone, Default)]
pub struct VerifiedBody(Option<Bytes>);

impl fmt::Debug for VerifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody").field("len", &self.0.as_ref().map_or(0, Bytes::len)).finish_non_exhaustive()
    }
}

impl VerifiedBody {
    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0.unwrap_or_default()
    }
}

impl Body for VerifiedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
    }
}

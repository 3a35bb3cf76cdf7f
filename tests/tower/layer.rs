//! What the layer hands on and what it answers.

use core::future::{Ready, ready};
use core::task::{Context, Poll};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use hookring::receiver::{Admitted, Receiver, Refusal};
use hookring::tower::{VerifiedBody, VerifyLayer};
use hookring::{BearerVerifier, Request as Delivery, Scope, Verified, Verifier, providers};
use http::{Request, Response};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, Service, ServiceExt, service_fn};

use crate::script::{SECRET, Script, data, github, ring, signed};

#[tokio::test]
async fn the_proof_of_a_token_is_in_the_extensions() {
    let layer = VerifyLayer::new(Receiver::bearer(BearerVerifier::new(ring(), 0)));
    let service = layer.layer(service_fn(async |request: Request<VerifiedBody>| {
        let admitted = request.extensions().get::<Admitted>().unwrap();
        let text = format!("{} {}", admitted.presented().role().as_str(), admitted.body().len());
        Ok::<_, Infallible>(Response::new(text))
    }));
    let request = |token: &str| {
        Request::post("/").header("authorization", format!("Bearer {token}")).body(Full::<Bytes>::from("hi")).unwrap()
    };
    assert_eq!(service.clone().oneshot(request(SECRET)).await.unwrap().into_body(), "current 2");
    assert_eq!(service.oneshot(request("guess")).await.unwrap().into_body(), "invalid signature");
}

/// A layer outside finds out why, for answers of its own.
#[tokio::test]
async fn the_refusal_goes_along_with_the_answer() {
    let service = VerifyLayer::new(github())
        .layer(service_fn(async |_: Request<VerifiedBody>| Ok::<_, Infallible>(Response::new(String::new()))));
    let response = service.oneshot(Request::post("/").body(Full::<Bytes>::default()).unwrap()).await.unwrap();
    assert_eq!(response.extensions().get::<Refusal>().map(Refusal::code), Some("missing_signature"));
    assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
}

/// Method, target, headers and other extensions are untouched.
#[tokio::test]
async fn the_head_is_handed_on() {
    let service = VerifyLayer::new(github()).layer(service_fn(async |request: Request<VerifiedBody>| {
        assert_eq!((request.uri().to_string().as_str(), request.extensions().get::<u8>()), ("/hook", Some(&7)));
        assert!(request.headers().contains_key("x-hub-signature-256"));
        assert_eq!((request.body().size_hint().exact(), request.body().is_end_stream()), (Some(5), false));
        assert_eq!(request.into_body().into_bytes(), "hello");
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    let mut request = signed(providers::GITHUB, "hello", Script::new([data("hel"), data("lo")]));
    request.extensions_mut().insert(7_u8);
    assert_eq!(service.oneshot(request).await.unwrap().status(), 200);
}

/// A service that counts readiness: only the one that was found ready may be called.
#[derive(Default)]
struct Ready1(bool, Arc<AtomicUsize>);

impl Clone for Ready1 {
    fn clone(&self) -> Self {
        Self(false, Arc::clone(&self.1))
    }
}

impl Service<Request<VerifiedBody>> for Ready1 {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0 = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<VerifiedBody>) -> Self::Future {
        assert!(self.0, "called without having been ready");
        self.1.fetch_add(1, Ordering::SeqCst);
        ready(Ok(Response::new(String::new())))
    }
}

#[tokio::test]
async fn the_service_that_was_ready_is_called_and_only_for_the_verified() {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut service = VerifyLayer::new(github()).layer(Ready1(false, Arc::clone(&calls)));
    for (text, wanted) in [("hello", 1), ("hellO", 1), ("hello", 2)] {
        let request = signed(providers::GITHUB, "hello", Full::new(Bytes::from(text)));
        ServiceExt::<Request<Full<Bytes>>>::ready(&mut service).await.unwrap().call(request).await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), wanted);
    }
}

/// The proof of a body that came in pieces is remembered under the same key as that of one verified whole.
#[tokio::test]
async fn replay_keys_do_not_depend_on_the_way() {
    let scope = Scope::new("endpoint").unwrap();
    for scheme in [providers::GITHUB, providers::STRIPE, providers::SLACK] {
        let verifier = Verifier::new(scheme, ring()).unwrap();
        let request = signed(scheme, "hello", Script::new([data("hel"), data("lo")]));
        let headers = request.headers().clone();
        let whole = verifier.verify_at(Delivery::new(&headers, b"hello"), hookring::Timestamp::now()).unwrap();
        let (head, body) = request.into_parts();
        let streamed: Verified<Bytes> = Receiver::new(verifier).receive(&head, body).await.unwrap();
        assert_eq!(whole.replay_key(&scope), streamed.replay_key(&scope), "{}", streamed.scheme());
    }
}

#[tokio::test]
async fn an_empty_verified_body_ends_at_once() {
    let mut body = VerifiedBody::default();
    assert!(body.is_end_stream());
    assert!(body.frame().await.is_none());
    assert_eq!(body.size_hint().exact(), Some(0));
}

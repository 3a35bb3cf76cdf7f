//! Extractors for `axum` 0.8 that verify before a handler sees the body.
//!
//! ```
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, body::Bytes, routing::post};
//! use hookring::receiver::Receiver;
//! use hookring::{Keyring, Secret, SecretFormat, SharedKeyring, Timestamp, Verified, Verifier, providers};
//!
//! async fn hook(delivery: Verified<Bytes>) -> &'static str {
//!     println!("{} bytes, signed with the {} key", delivery.body().len(), delivery.role().as_str());
//!     "thanks"
//! }
//!
//! let ring = SharedKeyring::new(Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring);
//! let github = Receiver::new(Verifier::new(providers::GITHUB, ring)?);
//! let app: Router = Router::new()
//!     .route("/github", post(hook).with_state(github.clone()))
//!     .route("/github/large", post(hook).with_state(github.body_limit(8 << 20)));
//! # let _ = app;
//! # Ok(()) }
//! ```
//!
//! A handler takes one of
//!
//! | extractor | the state gives, through `FromRef` |
//! |---|---|
//! | [`Verified<Bytes>`]: the raw body, whatever its content type | [`Receiver`] |
//! | [`Verified<Json<T>>`]: deserialised after it was verified; [`Json`] of this module, not axum's | [`Receiver`] |
//! | [`Admitted`]: a presented secret and the raw body | [`Receiver<Admitted>`] |
//! | [`Received`]: either, as the tenant has it | [`Receiver<Received>`] |
//! | [`By<R, …>`](By): any of these | `R`, a type of yours around a receiver, where one state has several |
//!
//! It has to be the last argument, because it takes the body. A refused request is answered by [`Refusal`]; a handler that
//! wants to answer by itself takes a `Result<_, Refusal>`. There is no extractor for `Option`: a handler must not run for
//! an unsigned request.
//!
//! `post(…)` answers other methods with 405 before anything here runs; route with `any(…)` to have them answered with the
//! same 401 as everything else. axum's own `DefaultBodyLimit` does not apply: the receiver's does. Below `Router::nest` the
//! path is without its prefix, so a scheme that signs URLs gets the prefix in
//! [`public_url`](crate::VerifierBuilder::public_url). A layer that changes bodies, such as one that decompresses, must not
//! run before it: signatures are over the bytes as they were sent.

mod by;
mod json;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;

pub use by::{By, Extract};
pub use json::Json;

use crate::receiver::{Admitted, Received, Receiver, Refusal};
use crate::verifier::Verified;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response::<Body>()
    }
}

async fn extract<V: Extract>(request: Request, receiver: &Receiver<V::Proof>) -> Result<V, Refusal> {
    let (head, body) = request.into_parts();
    V::extract(receiver.receive(&head, body).await?)
}

impl<S: Send + Sync> FromRequest<S> for Verified<Bytes>
where
    Receiver: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        extract(request, &Receiver::from_ref(state)).await
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Verified<Json<T>>
where
    Receiver: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        extract(request, &Receiver::from_ref(state)).await
    }
}

impl<S: Send + Sync> FromRequest<S> for Admitted
where
    Receiver<Self>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        extract(request, &Receiver::from_ref(state)).await
    }
}

impl<S: Send + Sync> FromRequest<S> for Received
where
    Receiver<Self>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        extract(request, &Receiver::from_ref(state)).await
    }
}

//! Several receivers in one state.

use core::fmt;
use core::marker::PhantomData;

use axum_core::extract::{FromRef, FromRequest, Request};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Json, extract};
use crate::receiver::{Admitted, Received, Receiver, Refusal};
use crate::verifier::Verified;

/// The extractor of one receiver among several: `R` is a type of yours that says which.
///
/// ```
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, extract::FromRef, routing::post};
/// use hookring::axum::By;
/// use hookring::receiver::Receiver;
/// # use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verifier, providers};
///
/// #[derive(Clone)]
/// struct Github(Receiver);
/// #[derive(Clone)]
/// struct Stripe(Receiver);
/// #[derive(Clone)]
/// struct App {
///     github: Github,
///     stripe: Stripe,
/// }
/// impl FromRef<App> for Github {
///     fn from_ref(app: &App) -> Self {
///         app.github.clone() // or derive `FromRef` for `App`, with axum's feature `macros`
///     }
/// }
/// impl AsRef<Receiver> for Github {
///     fn as_ref(&self) -> &Receiver {
///         &self.0
///     }
/// }
/// # impl AsRef<Receiver> for Stripe { fn as_ref(&self) -> &Receiver { &self.0 } }
///
/// async fn hook(By { delivery, .. }: By<Github>) {
///     println!("{} bytes", delivery.body().len());
/// }
/// # let ring = Keyring::new(Secret::generate(SecretFormat::Utf8)?, Timestamp::now()).ring;
/// # let github = Github(Receiver::new(Verifier::new(providers::GITHUB, ring.clone())?));
/// # let stripe = Stripe(Receiver::new(Verifier::new(providers::STRIPE, ring)?));
/// let app: Router = Router::new().route("/github", post(hook)).with_state(App { github, stripe });
/// # let _ = app;
/// # Ok(()) }
/// ```
#[non_exhaustive]
pub struct By<R, V = Verified<Bytes>> {
    /// What the receiver yields.
    pub delivery: V,
    receiver: PhantomData<fn() -> R>,
}

impl<R, V: fmt::Debug> fmt::Debug for By<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("By").field("delivery", &self.delivery).finish_non_exhaustive()
    }
}

impl<S: Send + Sync, R, V: Extract> FromRequest<S> for By<R, V>
where
    R: FromRef<S> + AsRef<Receiver<V::Proof>> + Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let receiver = R::from_ref(state);
        Ok(Self { delivery: extract(request, receiver.as_ref()).await?, receiver: PhantomData })
    }
}

mod sealed {
    pub trait Sealed {}
}

/// What an extractor makes of the proof of a receiver. Sealed.
#[diagnostic::on_unimplemented(
    message = "a receiver does not yield `{Self}`",
    label = "not one of `Verified<Bytes>`, `Verified<hookring::axum::Json<T>>`, `Admitted` and `Received`",
    note = "`Verified<axum::Json<T>>` is another type: the JSON extractor here is `hookring::axum::Json`"
)]
pub trait Extract: sealed::Sealed + Sized {
    /// What the receiver yields.
    type Proof: Send + Sync + 'static;
    #[doc(hidden)]
    fn extract(proof: Self::Proof) -> Result<Self, Refusal>;
}

macro_rules! as_it_is {
    ($($proof:ty),*) => {$(
        impl sealed::Sealed for $proof {}
        impl Extract for $proof {
            type Proof = Self;
            fn extract(proof: Self) -> Result<Self, Refusal> {
                Ok(proof)
            }
        }
    )*};
}
as_it_is!(Verified<Bytes>, Admitted, Received);

impl<T: DeserializeOwned> sealed::Sealed for Verified<Json<T>> {}
impl<T: DeserializeOwned> Extract for Verified<Json<T>> {
    type Proof = Verified<Bytes>;
    fn extract(proof: Verified<Bytes>) -> Result<Self, Refusal> {
        Json::read(proof)
    }
}

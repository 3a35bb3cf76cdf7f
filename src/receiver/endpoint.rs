//! Whose keys count for a request, and what proves it: verifiers of all kinds behind one type.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use core::fmt;
use core::future::{Future, ready};
use core::pin::Pin;

use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use tokio::runtime::Handle;

use super::proof::Admitted;
use crate::bearer::{BearerVerifier, Presented};
use crate::error::Rejection;
use crate::hashed::PresentedKey;
use crate::headers::Name;
use crate::key::{Identity, VerifyKey};
use crate::keyring::KeySource;
use crate::message::Request;
use crate::time::Timestamp;
use crate::verdict::Verdict;
use crate::verifier::{Stream, Verified, Verifier, Whole};

/// A verifier of any scheme with any keys: what a look-up returns for a tenant.
///
/// Made with `into` from a [`Verifier`] or a [`BearerVerifier`]. `P` is what it proves; see [`Receiver`](super::Receiver).
pub struct Endpoint<P = Verified<Bytes>>(Arc<dyn Check<P>>);

impl<P> Clone for Endpoint<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P> fmt::Debug for Endpoint<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}

impl<P: From<Verified<Bytes>> + 'static, S: KeySource + 'static> From<Verifier<S>> for Endpoint<P>
where
    S::Key: VerifyKey,
{
    fn from(verifier: Verifier<S>) -> Self {
        Self(Arc::new(verifier))
    }
}

impl<P: From<Admitted> + 'static, S: KeySource + 'static> From<BearerVerifier<S>> for Endpoint<P>
where
    S::Key: PresentedKey,
{
    fn from(verifier: BearerVerifier<S>) -> Self {
        Self(Arc::new(Tokens(Arc::new(verifier))))
    }
}

impl<P> Endpoint<P> {
    pub(super) fn check(&self) -> &dyn Check<P> {
        &*self.0
    }
}

/// A check of the head, whose result may need a thread of its own.
pub(super) type Begun<'c, P> = Pin<Box<dyn Future<Output = Result<Box<dyn Progress<P> + 'c>, Rejection>> + Send + 'c>>;

/// The two steps that every kind of verifier has: the head alone, then the body as it comes.
pub(super) trait Check<P>: Send + Sync {
    fn begin<'c>(&'c self, head: &'c Parts, now: Timestamp) -> Begun<'c, P>;
    fn rejected(&self, why: Rejection) -> Verdict;
    /// Of a request whose body never came to its end.
    fn unfinished(&self, code: &'static str) -> Verdict;
}

/// A request whose head was found good so far.
pub(super) trait Progress<P>: Send {
    fn update(&mut self, piece: &[u8]);
    fn finish(self: Box<Self>, body: Bytes, now: Timestamp) -> (Result<P, Rejection>, Verdict);
}

impl<P: From<Verified<Bytes>> + 'static, S: KeySource + 'static> Check<P> for Verifier<S>
where
    S::Key: VerifyKey,
{
    fn begin<'c>(&'c self, head: &'c Parts, now: Timestamp) -> Begun<'c, P> {
        Box::pin(ready(if self.can_stream() {
            let stream = Verifier::begin(self, request(head, ()), now);
            stream.map(|stream| Box::new(Streaming { verifier: self, stream }) as Box<dyn Progress<P>>)
        } else {
            let whole = self.begin_whole(request(head, ()), now);
            whole.map(|whole| Box::new(AtOnce { verifier: self, head, whole }) as Box<dyn Progress<P>>)
        }))
    }

    fn rejected(&self, why: Rejection) -> Verdict {
        Verifier::rejected(self, &why)
    }

    fn unfinished(&self, code: &'static str) -> Verdict {
        self.about(code, self.generation())
    }
}

/// The request as a verifier takes it: the target is path and query, as the service sees them.
fn request<B>(head: &Parts, body: B) -> Request<'_, B> {
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    Request::new(&head.headers, body).method(head.method.as_str()).target(target)
}

/// The body is hashed while it comes in.
struct Streaming<'c, S> {
    verifier: &'c Verifier<S>,
    stream: Stream<'c, S>,
}

impl<P: From<Verified<Bytes>>, S: KeySource> Progress<P> for Streaming<'_, S>
where
    S::Key: VerifyKey,
{
    fn update(&mut self, piece: &[u8]) {
        self.stream.update(piece);
    }

    fn finish(self: Box<Self>, body: Bytes, now: Timestamp) -> (Result<P, Rejection>, Verdict) {
        let outcome = self.stream.finish(now);
        let verdict = self.verifier.verdict(&outcome, now);
        // The pieces of this very body went through the stream.
        let proof = outcome.map(|verified| verified.with_body(body).into());
        (proof, verdict)
    }
}

/// The scheme needs the body at once.
struct AtOnce<'c, S: KeySource> {
    verifier: &'c Verifier<S>,
    head: &'c Parts,
    whole: Whole<'c, S>,
}

impl<P: From<Verified<Bytes>>, S: KeySource> Progress<P> for AtOnce<'_, S>
where
    S::Key: VerifyKey,
{
    fn update(&mut self, _: &[u8]) {}

    fn finish(self: Box<Self>, body: Bytes, now: Timestamp) -> (Result<P, Rejection>, Verdict) {
        let outcome = self.whole.finish(request(self.head, body), now);
        let verdict = self.verifier.verdict(&outcome, now);
        (outcome.map(P::from), verdict)
    }
}

/// Presented secrets: the head decides.
struct Tokens<S>(Arc<BearerVerifier<S>>);

impl<P: From<Admitted> + 'static, S: KeySource + 'static> Check<P> for Tokens<S>
where
    S::Key: PresentedKey,
{
    fn begin<'c>(&'c self, head: &'c Parts, now: Timestamp) -> Begun<'c, P> {
        Box::pin(async move {
            let (presented, key) = self.presented(head, now).await?;
            let verdict = self.0.verdict(&Ok(presented.clone()));
            Ok(Box::new(Token { verifier: &*self.0, presented, key, verdict }) as Box<dyn Progress<P>>)
        })
    }

    fn rejected(&self, why: Rejection) -> Verdict {
        self.0.verdict(&Err(why))
    }

    fn unfinished(&self, code: &'static str) -> Verdict {
        self.0.about(code, self.0.generation())
    }
}

impl<S: KeySource + 'static> Tokens<S>
where
    S::Key: PresentedKey,
{
    /// Checks the token. Slow hashes compute on a thread for blocking work, where the runtime has one.
    async fn presented(&self, head: &Parts, now: Timestamp) -> Result<(Presented, Identity), Rejection> {
        let query = head.uri.query();
        let runtime = if self.0.is_slow(now) { Handle::try_current().ok() } else { None };
        let Some(runtime) = runtime else { return self.0.identify(&head.headers, query, now) };
        let mut headers = HeaderMap::new();
        if let Some(name) = self.0.header().map(Name::as_http) {
            headers.extend(head.headers.get_all(name).iter().map(|value| (name.clone(), value.clone())));
        }
        let (verifier, query) = (Arc::clone(&self.0), query.map(ToString::to_string));
        let check = runtime.spawn_blocking(move || verifier.identify(&headers, query.as_deref(), now));
        // It fails only while the runtime shuts down.
        check.await.unwrap_or(Err(Rejection::Busy))
    }
}

struct Token<'c, S> {
    verifier: &'c BearerVerifier<S>,
    presented: Presented,
    key: Identity,
    verdict: Verdict,
}

impl<P: From<Admitted>, S: KeySource> Progress<P> for Token<'_, S>
where
    S::Key: PresentedKey,
{
    fn update(&mut self, _: &[u8]) {}

    fn finish(self: Box<Self>, body: Bytes, now: Timestamp) -> (Result<P, Rejection>, Verdict) {
        let Self { verifier, presented, key, verdict } = *self;
        // It may have been revoked while the body came in.
        if !verifier.still_counts(&presented, &key, now) {
            let why = Rejection::TokenMismatch;
            return (Err(why), verifier.verdict(&Err(why)));
        }
        (Ok(Admitted::new(presented, body).into()), verdict)
    }
}

//! One delivery and the set-up of its receiver: everything that a verdict depends on.

use core::fmt::Debug;
use core::time::Duration;

use hookring::{
    Headers, Keyring, Rejection, ReplayKey, Request, Scheme, Scope, SetupError, Streamed, Timestamp, Verified, Verifier,
    VerifierBuilder, VerifyKey,
};

use super::labels;
use super::outcome::Outcome;

pub(crate) type Header = (String, Vec<u8>);

/// What a receiver verifies with.
#[derive(Debug)]
pub(crate) enum Ring {
    Secrets(Keyring),
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    PublicKeys(Keyring<hookring::PublicKey>),
}

#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) scheme: Scheme<'static>,
    pub(crate) ring: Ring,
    /// Past and future; `None` for the scheme's own.
    pub(crate) tolerance: Option<(Duration, Duration)>,
    pub(crate) public_url: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Vec<u8>,
    /// The limit of the layer that reads the body.
    pub(crate) body_limit: Option<usize>,
    pub(crate) now: Timestamp,
}

impl Delivery {
    /// The verdict with the headers as they are.
    pub(crate) fn verify(&self) -> Outcome {
        self.verify_with(&self.headers.as_slice())
    }

    /// Whether the body does not come through to the verifier.
    pub(crate) fn is_too_long(&self) -> bool {
        self.body_limit.is_some_and(|limit| self.body.len() > limit)
    }

    /// The verdict with the headers in another holder.
    pub(crate) fn verify_with(&self, headers: &dyn Headers) -> Outcome {
        if self.is_too_long() {
            return Outcome::unsupported("body limit");
        }
        self.with_verifier(|verifier| {
            let verdict = verifier.whole(self.request(headers, self.body.as_slice()), self.now);
            outcome(verdict)
        })
    }

    /// Under which an accepted delivery is remembered; an `Err` is the outcome of one that is not.
    pub(crate) fn replay_key(&self, scope: &Scope) -> Result<ReplayKey, Outcome> {
        let verifier = self.any_verifier().map_err(|why| Outcome::config_error(labels::of_setup(why), &why))?;
        let headers = self.headers.as_slice();
        let verified = verifier.whole(self.request(&headers, self.body.as_slice()), self.now);
        verified.map(|verified| verified.replay_key(scope)).map_err(|why| Outcome::reject(&why))
    }

    /// The verdict when the body comes in pieces of this many bytes.
    pub(crate) fn stream(&self, piece: usize) -> Outcome {
        self.with_verifier(|verifier| {
            let headers = self.headers.as_slice();
            let pieces = self.body.chunks(piece.max(1)).chain([[].as_slice()]);
            outcome(verifier.pieces(self.request(&headers, ()), &mut pieces.into_iter(), self.now))
        })
    }

    fn request<'a, B>(&'a self, headers: &'a dyn Headers, body: B) -> Request<'a, B> {
        let mut request = Request::new(headers, body);
        if let Some(method) = &self.method {
            request = request.method(method);
        }
        if let Some(target) = &self.target {
            request = request.target(target);
        }
        request
    }

    /// A verifier over secrets, for the rigs that need the type.
    pub(crate) fn verifier(&self) -> Result<Verifier, SetupError> {
        match &self.ring {
            Ring::Secrets(ring) => self.builder().build(ring.clone()),
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            Ring::PublicKeys(_) => Err(SetupError::WrongKeyKind),
        }
    }

    fn any_verifier(&self) -> Result<Box<dyn AnyVerifier>, SetupError> {
        Ok(match &self.ring {
            Ring::Secrets(ring) => Box::new(self.builder().build(ring.clone())?),
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            Ring::PublicKeys(ring) => Box::new(self.builder().build(ring.clone())?),
        })
    }

    fn builder(&self) -> VerifierBuilder<'_> {
        let mut builder = Verifier::builder(self.scheme);
        if let Some(url) = &self.public_url {
            builder = builder.public_url(url);
        }
        if let Some((past, future)) = self.tolerance {
            builder = builder.tolerance(past, future);
        }
        builder
    }

    fn with_verifier(&self, run: impl FnOnce(&dyn AnyVerifier) -> Outcome) -> Outcome {
        match self.any_verifier() {
            Ok(verifier) => {
                let mut outcome = run(&*verifier);
                outcome.said.extend([format!("{verifier:?}"), format!("{:?}", self.ring), format!("{:#?}", self.ring)]);
                outcome
            }
            Err(why) => Outcome::config_error(labels::of_setup(why), &why),
        }
    }
}

/// A verifier over keys of any kind.
trait AnyVerifier: Debug {
    fn whole<'b>(&self, request: Request<'_, &'b [u8]>, now: Timestamp) -> Result<Verified<&'b [u8]>, Rejection>;
    fn pieces(
        &self,
        head: Request<'_, ()>,
        pieces: &mut dyn Iterator<Item = &[u8]>,
        now: Timestamp,
    ) -> Result<Verified<Streamed>, Rejection>;
}

impl<K: VerifyKey> AnyVerifier for Verifier<Keyring<K>> {
    fn whole<'b>(&self, request: Request<'_, &'b [u8]>, now: Timestamp) -> Result<Verified<&'b [u8]>, Rejection> {
        self.verify_at(request, now)
    }

    fn pieces(
        &self,
        head: Request<'_, ()>,
        pieces: &mut dyn Iterator<Item = &[u8]>,
        now: Timestamp,
    ) -> Result<Verified<Streamed>, Rejection> {
        let mut stream = self.begin(head, now)?;
        pieces.for_each(|piece| stream.update(piece));
        stream.finish(now)
    }
}

fn outcome<B>(verdict: Result<Verified<B>, Rejection>) -> Outcome {
    match verdict {
        Ok(verified) => Outcome::accept(verified.role(), &verified),
        Err(why) => Outcome::reject(&why),
    }
}

/// The origin of a URL and its request target, as a sender splits them. The fragment is never sent.
pub(crate) fn split_url(url: &str) -> (&str, &str) {
    let url = url.split('#').next().unwrap_or_default();
    let host = url.find("://").map_or(0, |at| at.saturating_add("://".len()));
    let path = url.get(host..).and_then(|rest| rest.find(['/', '?'])).map(|at| at.saturating_add(host));
    url.split_at_checked(path.unwrap_or(url.len())).unwrap_or((url, ""))
}

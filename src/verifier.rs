//! Verifying: a request and a ring give a proof or a reason.
//!
//! The order is always the same: headers, then the syntax of timestamp and signatures, then one MAC per live key, then
//! every tag against every candidate, then freshness. The caller's replay check comes last, on the proof.

mod batch;
mod builder;
mod live;
#[cfg(any(feature = "ed25519", feature = "p256"))]
mod public;
mod stream;
#[cfg(test)]
mod tests;
mod verified;
#[cfg(feature = "http-body")]
mod whole;

use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

pub use builder::{NoKeys, VerifierBuilder};
pub use stream::{Stream, Streamed};
pub use verified::Verified;
#[cfg(feature = "http-body")]
pub(crate) use whole::Whole;

use crate::error::{Field, Rejection, SetupError};
#[cfg(feature = "std")]
use crate::headers::Headers;
use crate::key::VerifyKey;
use crate::keyring::{Duty, KeySource, Keyring, Live, Status};
use crate::mac::{Macs, Tags};
use crate::message::{Request, RequestView};
use crate::scheme::{Candidates, Content, Offered, Rules, Scheme, Text, late_timestamp};
use crate::time::Timestamp;
use crate::url::path_and_query;
use live::LiveKeys;
use verified::{Around, Evidence, Matched, Told};

/// Verifies incoming deliveries.
///
/// ```
/// use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, Timestamp, Verifier, providers};
///
/// let secret = Secret::parse("It's a Secret to Everybody", SecretFormat::Utf8, &SecretPolicy::provider())?;
/// let verifier = Verifier::new(providers::GITHUB, Keyring::new(secret, Timestamp::now()).ring)?;
///
/// let headers = [("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")];
/// let verified = verifier.verify(&headers, b"Hello, World!")?;
/// assert_eq!(verified.into_body(), b"Hello, World!");
/// assert!(verifier.verify(&headers, b"Hello, Mars!").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// All live keys are always tried and every comparison is made in constant time. Work is bounded: at most 8 KiB of each
/// header and 16 candidate signatures are looked at, and a delivery costs one MAC per live key, however many signatures it
/// offers. Two kinds of scheme cost more: one with a second content two MACs per key
/// ([`Scheme::or_signed`](crate::Scheme::or_signed)), a batch one per key and item, of at most 16
/// ([`Scheme::each_item`](crate::Scheme::each_item)). With public keys at most two candidates are looked at, so there are
/// at most ten checks. Any bytes in any header give a verdict, never a panic.
pub struct Verifier<S = Keyring> {
    setup: Arc<Setup>,
    keys: S,
}

/// What all verifiers of one scheme share.
pub(crate) struct Setup {
    rules: Rules,
    /// The public base URL of a scheme that signs URLs.
    base_url: Option<Text>,
    /// Whether the digest that a replay key needs is computed beside the MACs.
    digest_content: bool,
}

impl<S> fmt::Debug for Verifier<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("scheme", &self.setup.rules.name).finish_non_exhaustive()
    }
}

impl<S: Clone> Clone for Verifier<S> {
    fn clone(&self) -> Self {
        Self { setup: Arc::clone(&self.setup), keys: self.keys.clone() }
    }
}

impl Verifier {
    /// A verifier with more than the defaults.
    pub const fn builder(scheme: Scheme<'_>) -> VerifierBuilder<'_> {
        VerifierBuilder::new(scheme)
    }
}

impl<S> Verifier<S> {
    /// How long before and after its time of sending a delivery is acceptable; `None` if indefinitely.
    pub(crate) fn window(&self) -> Option<(Duration, Duration)> {
        self.setup.rules.window
    }

    pub(crate) fn scheme_name(&self) -> &Arc<str> {
        &self.setup.rules.name
    }

    /// Whether the body may come in pieces.
    #[cfg(feature = "http-body")]
    pub(crate) fn can_stream(&self) -> bool {
        self.setup.rules.can_stream
    }

    /// Whether deliveries are told apart by an id that is signed.
    pub(crate) fn signs_id(&self) -> bool {
        self.setup.rules.signs_id()
    }
}

impl<S: KeySource> Verifier<S>
where
    S::Key: VerifyKey,
{
    /// A verifier of this scheme with its default tolerance.
    ///
    /// # Errors
    ///
    /// [`SetupError`]: the scheme is wrong, or signs the URL and needs [`VerifierBuilder::public_url`].
    pub fn new(scheme: Scheme<'_>, keys: S) -> Result<Self, SetupError> {
        VerifierBuilder::new(scheme).build(keys)
    }

    /// Verifies a delivery at this moment.
    ///
    /// `body` is the raw body as received, before anything decoded or re-encoded it: `&[u8]`, `Vec<u8>`, `Bytes`. It
    /// comes back out of [`Verified`].
    ///
    /// # Errors
    ///
    /// [`Rejection`], with the status to answer and a reason for the log. For a scheme that signs the method or the URL it is
    /// [`Rejection::NeedsRequestLine`]: use [`verify_at`](Self::verify_at).
    #[cfg(feature = "std")]
    pub fn verify<B: AsRef<[u8]>>(&self, headers: &(impl Headers + ?Sized), body: B) -> Result<Verified<B>, Rejection> {
        self.run(Request::new(&headers, body), &Timestamp::now)
    }

    /// Verifies a delivery at a given time, with its method and target if the scheme signs them.
    ///
    /// # Errors
    ///
    /// [`Rejection`], with the status to answer and a reason for the log.
    pub fn verify_at<B: AsRef<[u8]>>(&self, request: Request<'_, B>, now: Timestamp) -> Result<Verified<B>, Rejection> {
        self.run(request, &|| now)
    }

    #[inline]
    fn run<B: AsRef<[u8]>>(&self, request: Request<'_, B>, clock: &dyn Fn() -> Timestamp) -> Result<Verified<B>, Rejection> {
        let (head, body) = request.split();
        let evidence = self.check(head, body.as_ref(), clock)?;
        Ok(Verified::new(evidence, body))
    }

    fn check(&self, head: Request<'_, ()>, body: &[u8], clock: &dyn Fn() -> Timestamp) -> Result<Evidence, Rejection> {
        let ring = self.keys.ring();
        // A clock costs as much as a block of SHA-256, and a ring without previous keys is the same at any time.
        let now = if self.setup.rules.window.is_some() || ring.has_deadlines() { clock() } else { ring.as_of() };
        let live = LiveKeys::of(&ring, &self.setup.rules, now)?;
        let found = self.find(&live, head, body, now)?;
        Ok(self.evidence(Matched::of(found.by, &ring), found.sent, found.told))
    }

    /// Finds the key among those that are live; freshness is judged by `now`.
    #[inline]
    fn find<'l>(
        &self,
        live: &'l LiveKeys<'_, S::Key>,
        head: Request<'_, ()>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Found<'l, S::Key>, Rejection> {
        let rules = &self.setup.rules;
        #[cfg(any(feature = "ed25519", feature = "p256"))]
        if rules.curve.is_some() {
            return public::find(self, live, head, body, now);
        }
        if let Some(path) = &rules.items {
            return batch::find(self, live, head, body, path);
        }
        let mut candidates = Candidates::new(rules);
        let offered = Offered::read(rules, head.headers, Some(body), &mut candidates)?;
        let content = self.content(head, &offered, body)?;

        // A replay key over content that cannot be written again later has to be digested now.
        let digest = (self.setup.digest_content || !rules.can_stream) && offered.id.is_none();
        let mut macs = Macs::new(rules.hash);
        live.start(&mut macs, digest);
        content.write(&mut |part| macs.update(part))?;
        let mut tags = Tags::none();
        macs.finish_into(&mut tags);
        let mut matched = tags.matching(candidates.iter());
        if matched.is_none() && !rules.or_parts.is_empty() {
            other_content(&content, live, digest, &mut tags)?;
            matched = tags.matching(candidates.iter());
        }
        let by = matched.and_then(|place| live.get(place)).ok_or(Rejection::Mismatch)?;

        let sent = match offered.sent {
            Some(sent) => Some(sent),
            None => late_timestamp(rules, body)?,
        };
        fresh(rules, sent, now)?;
        let told = match (offered.id, tags.digest) {
            (Some(id), _) => Told::id(id),
            (None, Some(digest)) => Told::Digest(digest),
            (None, None) => Told::Around(Around::of(&content)?),
        };
        Ok(Found { by, sent, told })
    }

    fn evidence(&self, matched: Matched, sent: Option<Timestamp>, told: Told) -> Evidence {
        Evidence { matched, sent, told, setup: Arc::clone(&self.setup) }
    }

    /// Starts to verify a delivery whose body follows, for schemes that need the whole body.
    #[cfg(feature = "http-body")]
    pub(crate) fn begin_whole(&self, head: Request<'_, ()>, now: Timestamp) -> Result<Whole<'_, S>, Rejection> {
        Whole::begin(self, head, now)
    }

    /// Starts to verify a delivery whose body follows piece by piece.
    ///
    /// Key deadlines are judged now, freshness at the end. The ring is looked at again at the end, so a key that was
    /// revoked meanwhile is not accepted.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if the headers alone decide; [`Rejection::NeedsWholeBody`] for a scheme that cannot stream.
    pub fn begin(&self, head: Request<'_, ()>, now: Timestamp) -> Result<Stream<'_, S>, Rejection> {
        Stream::begin(self, head, now)
    }

    /// The generation of the ring of this moment.
    pub(crate) fn generation(&self) -> u64 {
        self.keys.ring().generation()
    }

    /// The status page of this receiver, for monitoring and for [`rollout::next`](crate::rollout::next).
    ///
    /// It says when this process took its ring if the ring is published through a [`SharedKeyring`](crate::SharedKeyring),
    /// or after [`Status::with_taken_at`]. `rollout::next` needs that of senders only, see
    /// [`Signer::status`](crate::Signer::status).
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        Status::of(&self.keys.ring(), Duty::Receiver, now)
    }

    #[inline]
    fn content<'a>(
        &'a self,
        head: Request<'a, ()>,
        offered: &Offered<'a>,
        body: &'a [u8],
    ) -> Result<Content<'a, 'a>, Rejection> {
        let rules = &self.setup.rules;
        if (rules.signs_method && head.method.is_none()) || (rules.reads_target && head.target.is_none()) {
            return Err(Rejection::NeedsRequestLine);
        }
        Ok(Content {
            rules,
            names: rules.names.get(offered.names).ok_or(Rejection::Missing(Field::Signature))?,
            view: RequestView {
                method: head.method,
                url: self.url(head.target)?,
                headers: head.headers,
                target: head.target.map(path_and_query),
                timestamp: offered.timestamp,
                id: offered.id,
                body,
                said: offered.said,
            },
        })
    }

    /// The public base and the path and query of the target, neither decoded nor reordered.
    fn url<'a>(&'a self, target: Option<&'a str>) -> Result<Option<(&'a str, &'a str)>, Rejection> {
        let Some(base) = self.setup.base_url.as_deref() else { return Ok(None) };
        let path = path_and_query(target.ok_or(Rejection::NeedsRequestLine)?);
        if path.is_empty() || path.starts_with(['/', '?']) {
            Ok(Some((base, path)))
        } else {
            Err(Rejection::Malformed(Field::Target))
        }
    }
}

/// What was found out about a delivery: the live key that made its signature, and what it says about itself.
struct Found<'l, K> {
    by: &'l Live<'l, K>,
    sent: Option<Timestamp>,
    told: Told,
}

/// The tags of the other content that the scheme may have signed. Apart, because most schemes have none.
#[cold]
fn other_content<K: VerifyKey>(
    content: &Content<'_, '_>,
    live: &LiveKeys<'_, K>,
    digest: bool,
    tags: &mut Tags,
) -> Result<(), Rejection> {
    let mut macs = Macs::new(content.rules.hash);
    live.start(&mut macs, digest);
    content.write_other(&mut |part| macs.update(part))?;
    macs.finish_into(tags);
    Ok(())
}

/// The last check: a delivery that is known to be authentic may still be too old or too new. Each bound is inclusive.
fn fresh(rules: &Rules, sent: Option<Timestamp>, now: Timestamp) -> Result<(), Rejection> {
    let (Some(sent), Some((past, future))) = (sent, rules.window) else { return Ok(()) };
    let (age, ahead) = (now.since(sent), sent.since(now));
    if age > past {
        return Err(Rejection::TooOld { by: age.saturating_sub(past) });
    }
    if ahead > future {
        return Err(Rejection::TooNew { by: ahead.saturating_sub(future) });
    }
    Ok(())
}

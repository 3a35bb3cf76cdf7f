//! Deliveries for the tests of a receiver: correctly signed ones under a clock of the test's, and recorded ones.
//!
//! A test of a handler needs requests that pass. [`Delivery::sample`] makes one up for any scheme, with the fields and headers
//! that the scheme reads; [`Delivery::signed`] signs it, or signs a delivery of one's own.
//!
//! ```
//! use hookring::testing::Delivery;
//! use hookring::{Keyring, Rejection, Secret, SecretFormat, SecretPolicy, SignWith, Timestamp, Verifier, providers};
//!
//! let now = Timestamp::from_unix_secs(1_790_000_000);
//! let secret = Secret::parse("whsec_made_up_for_tests_8e2f", SecretFormat::Utf8, &SecretPolicy::provider())?;
//! let ring = Keyring::new(secret, now).ring;
//! let verifier = Verifier::new(providers::STRIPE, ring.clone())?;
//!
//! let delivery = Delivery::new("POST", "https://hooks.example.com/stripe").body(br#"{"id":"evt_1"}"#);
//! let delivery = delivery.signed(providers::STRIPE, &ring, SignWith::Current, now)?;
//! assert!(verifier.verify_at(delivery.request(), now).is_ok());
//!
//! // The same, ten minutes later.
//! let late = Timestamp::from_unix_secs(1_790_000_600);
//! assert!(matches!(verifier.verify_at(delivery.request(), late), Err(Rejection::TooOld { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the feature `testing`, `Fixture` keeps deliveries in JSON files: your own captured ones, re-signed with a secret made
//! for the test, so that the file holds nothing that is worth stealing.

#[cfg(feature = "testing")]
mod fixture;
mod sample;

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "testing")]
pub use fixture::{Expect, Fixture, FixtureError, Surprise};

use crate::error::{SetupError, SignError};
use crate::headers::Name;
use crate::key::SignKey;
use crate::keyring::{KeySource, Role};
use crate::message::{Message, Request};
use crate::scheme::{Names, PlaceRule, Rules, Scheme, edit_items, place};
use crate::signer::{SignWith, Signer, body_signatures};
use crate::time::Timestamp;
use crate::url;

/// The id of samples, for schemes that sign one.
const SAMPLE_ID: &str = "msg_sample_1";

/// One delivery, as HTTP carries it.
///
/// `Debug` shows neither values nor body.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Why a delivery could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The scheme cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Something that the scheme signs is missing.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl Delivery {
    /// A delivery without headers and body. The URL is the whole one, as the receiver is called.
    #[must_use]
    pub fn new(method: &str, url: &str) -> Self {
        Self { method: method.to_owned(), url: url.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// With another header line.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// A made-up delivery, not yet signed, with every header and every field of the body that the scheme reads.
    ///
    /// A scheme with a part of its own ([`Part::With`](crate::scheme::Part::With)) may read more than it declares; build its
    /// deliveries with [`Delivery::new`].
    #[must_use]
    pub fn sample(scheme: &Scheme<'_>, now: Timestamp) -> Self {
        sample::of(scheme, now)
    }

    /// Signed as its sender would at `now`. What an earlier signature has put there is replaced; an id stays, and so does a
    /// time that is in the body.
    ///
    /// # Errors
    ///
    /// [`DeliveryError`]: the scheme is wrong or cannot carry several signatures, the ring has no current key, or the
    /// delivery lacks something that is signed.
    pub fn signed<S: KeySource>(
        mut self,
        scheme: Scheme<'_>,
        keys: &S,
        with: SignWith,
        now: Timestamp,
    ) -> Result<Self, DeliveryError>
    where
        S::Key: SignKey,
    {
        let rules = Rules::new(&scheme).map_err(SetupError::from)?;
        let id = self.take_old(&rules);
        let side: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let bare = Message::new(&[]).method(&self.method).url(&self.url).id(&id).headers(&side);
        if matches!(rules.place, PlaceRule::Headers) {
            let signed = Signer::new(scheme, keys.ring(), with)?.sign(&Message { body: &self.body, ..bare }, now)?;
            self.headers.extend(signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
            return Ok(self);
        }
        if with == SignWith::AllLive && !rules.carries_several {
            return Err(SetupError::OneSignatureOnly.into());
        }
        let ring = keys.ring();
        ring.current().ok_or(SignError::NoCurrentKey)?;
        let by: Vec<_> = ring.live(now).filter(|live| with.covers(live.role)).collect();
        let mut sign = |body: &mut Vec<u8>| {
            let signatures = body_signatures(&rules, by.iter().map(|live| live.key), &Message { body, ..bare }, now)?;
            let previous = by.iter().map(|live| live.role == Role::Previous);
            let signatures: Vec<(bool, String)> = previous.zip(signatures).collect();
            let placed = place(&rules, body, &signatures).ok_or(SetupError::OneSignatureOnly)?;
            placed.map_err(|_| DeliveryError::from(SignError::MissingBodyField))
        };
        let mut body = self.body.clone();
        match &rules.items {
            None => sign(&mut body)?,
            Some(path) => edit_items(&mut body, path, &mut sign)?.map_err(|_| SignError::MissingBodyField)?,
        }
        self.body = body;
        Ok(self)
    }

    /// Takes away the headers that signing writes, under all names of the scheme; gives the id that was there.
    fn take_old(&mut self, rules: &Rules) -> String {
        let is = |header: &str, name: &Name| header.eq_ignore_ascii_case(name.as_str());
        let ids = rules.names.iter().filter_map(|names| names.id.as_ref());
        let mut found = ids.flat_map(|id| self.headers.iter().filter(|(name, _)| is(name, id)));
        let id = found.next().map_or_else(|| SAMPLE_ID.to_owned(), |(_, value)| value.clone());
        let written = |header: &str, names: &Names| {
            let single = [&names.timestamp, &names.twin, &names.id].into_iter().flatten();
            let mut all = names.signature.iter().chain(single).chain(names.required.iter().map(|(name, _)| name));
            all.any(|name| is(header, name))
        };
        self.headers.retain(|(header, _)| !rules.names.iter().any(|names| written(header, names)));
        id
    }

    /// The request, for [`Verifier::verify_at`](crate::Verifier::verify_at).
    #[must_use]
    pub fn request(&self) -> Request<'_, &[u8]> {
        Request::new(&self.headers, self.body.as_slice()).method(&self.method).target(self.target())
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The whole URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL up to the path: what a verifier of a URL-signing scheme takes as
    /// [`public_url`](crate::VerifierBuilder::public_url).
    #[must_use]
    pub fn origin(&self) -> &str {
        let url = url::without_fragment(&self.url);
        url.strip_suffix(url::target(url)).unwrap_or(url)
    }

    /// Path and query, as they are in the request line. A fragment is never sent.
    #[must_use]
    pub fn target(&self) -> &str {
        url::target(&self.url)
    }

    /// Names and values, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Delivery")
            .field("method", &self.method)
            .field("headers", &names)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

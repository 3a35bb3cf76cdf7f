//! Why a scheme, signer or verifier cannot be built, and why a message cannot be signed.

/// What is wrong with a [`Scheme`](crate::Scheme). The same check runs at compile time for constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// A scheme needs a name.
    #[error("the scheme has no name")]
    NoName,
    /// A header name is empty or has characters that HTTP does not allow in one.
    #[error("a header name is not a valid HTTP field name")]
    BadHeaderName,
    /// One header is used for two things.
    #[error("one header name is used for two purposes")]
    HeaderUsedTwice,
    /// The body is not among the signed parts, or only its items are, and the scheme does not say so with
    /// [`Covers`](crate::scheme::Covers).
    #[error("the body is not signed: say so with `covers` if that is how the provider works")]
    BodyNotSigned,
    /// The scheme says that the body is not wholly covered, but signs it.
    #[error("the body is signed, so `covers` must be left alone")]
    BodyIsSigned,
    /// A timestamp is read but not signed: anyone could rewrite it.
    #[error("the timestamp is checked but not signed")]
    TimestampNotSigned,
    /// A timestamp is signed, but the scheme does not say where to read it.
    #[error("the timestamp is signed but has no source")]
    TimestampHasNoSource,
    /// A tolerance without a timestamp would promise replay protection that is not there.
    #[error("a tolerance is set but there is no timestamp to check")]
    NoTimestampToCheck,
    /// The timestamp is in a signed body and not signed apart from it: its one place is enough, and a second place
    /// that is not signed would not be looked at.
    #[error("the timestamp is signed in the body, so it has no second place: leave `timestamp_also_in` out")]
    TwinOfSignedBody,
    /// An id is read but not signed: anyone could rewrite it.
    #[error("the message id is read but not signed")]
    IdNotSigned,
    /// An id is signed, but the scheme does not say where to read it.
    #[error("the message id is signed but has no source")]
    IdHasNoSource,
    /// The signed content can be cut in two ways, so one signature would be good for two ids: the id touches a body, a number
    /// or a header, or such parts are on both sides of it.
    #[error("nothing marks where the message id begins or ends in the signed content")]
    IdNotSeparated,
    /// A source reads a tag or an item of the signature header, and the grammar has none.
    #[error("a source does not fit the grammar of the signature header")]
    SourceDoesNotFit,
    /// Tag names, separators or the emitted tag contradict each other.
    #[error("the grammar contradicts itself: tags, separators or the emitted tag")]
    BadGrammar,
    /// No place for a signature, or more than 100 numbered ones, or more than 16 listed ones.
    #[error("the place of the signature is empty or too large")]
    BadPlace,
    /// A scheme says that a function part reads the URL, the target or the method, and has no function part.
    #[error("no function part reads the URL, the target or the method")]
    NothingReads,
    /// A path to a body field is empty.
    #[error("the path of a body field is empty")]
    BadPath,
    /// A literal or a value contains characters that cannot be in a header.
    #[error("a text that becomes part of a header has characters that are not allowed there")]
    BadText,
}

/// Why a signer, verifier, guard or scope cannot be built. Found when it is built, never at the first request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The scheme is wrong.
    #[error("the scheme is wrong: {0}")]
    Scheme(#[from] SchemeError),
    /// The scheme signs the URL, which a receiver behind a proxy cannot know: give the public base URL.
    #[error("the scheme signs the URL: set `public_url` to the address that the sender calls")]
    NeedsPublicUrl,
    /// Not `http://host…` or `https://host…` in visible ASCII, or it has a query or fragment.
    #[error("the public URL is not `https://host` with an optional path")]
    BadPublicUrl,
    /// The scheme does not sign the URL.
    #[error("the scheme does not sign the URL, so a public URL has no effect")]
    UrlNotSigned,
    /// The scheme signs the URL, so one message cannot be signed for many endpoints at once.
    #[error("the scheme signs the URL, which differs from endpoint to endpoint: use a signer for each")]
    UrlIsSigned,
    /// A tolerance for a scheme without a signed timestamp.
    #[error("the scheme has no signed timestamp, so there is nothing to tolerate")]
    NoTimestampToCheck,
    /// A tolerance and any age contradict each other.
    #[error("a tolerance has no effect where any age is accepted: leave one of the two out")]
    ToleranceOfAnyAge,
    /// A query parameter is allowed beside another place, and now the query is to be that place.
    #[error("the token is allowed in another query parameter already: name one of them")]
    TwoQueryParameters,
    /// A key of another kind than the scheme's algorithm.
    #[error("the key is of another kind than the scheme needs")]
    WrongKeyKind,
    /// Signing with all live keys needs a scheme that carries several signatures.
    #[error("the scheme carries one signature only, so it cannot sign with all live keys")]
    OneSignatureOnly,
    /// The signature is in the body, which the caller writes.
    #[error("the signature of this scheme is in the body, so headers cannot carry it")]
    SignatureInBody,
    /// A scope is 1 to 256 bytes.
    #[error("a scope is 1 to 256 bytes: the endpoint or the tenant")]
    BadScope,
    /// Copies of a delivery are acceptable indefinitely, because the scheme signs no time or the verifier accepts any age: say
    /// how long to remember, with [`Guard::with_keep`](crate::Guard::with_keep).
    #[error("no signed timestamp bounds how long a copy is acceptable: say how long to remember, `with_keep`")]
    NoWindow,
    /// The scheme signs an id, and a sender's retries are signed anew under the same id for hours or days: say how long,
    /// with [`Guard::with_keep`](crate::Guard::with_keep).
    #[error("the sender retries under the same signed id: remember it for its whole retry schedule, `with_keep`")]
    NeedsKeep,
    /// A lease is 1 ms to one day.
    #[error("a lease is 1 ms to one day: longer than the slowest handler")]
    BadLease,
    /// What was processed is remembered for at least the lease, and for at most 400 days.
    #[error("what was processed is remembered for at least the lease and at most 400 days")]
    BadKeep,
}

/// Why a message cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The ring is suspended: its current key was revoked. Queue the message, never send it unsigned.
    #[error("the keyring has no current key: queue the message, do not send it unsigned")]
    NoCurrentKey,
    /// A test delivery with the next key needs a staged key.
    #[error("no key is staged")]
    NothingStaged,
    /// The scheme signs a message id.
    #[error("the scheme signs a message id, and the message has none")]
    MissingId,
    /// 1 to 256 visible ASCII characters, without the separators around it in the signed content.
    #[error("the message id is not 1 to 256 visible ASCII characters without the scheme's separators")]
    InvalidId,
    /// The scheme signs the HTTP method.
    #[error("the scheme signs the method, and the message has none")]
    MissingMethod,
    /// The scheme signs the URL.
    #[error("the scheme signs the URL, and the message has none")]
    MissingUrl,
    /// The scheme signs a further header.
    #[error("the scheme signs a header that the message does not have")]
    MissingHeader,
    /// The scheme signs or reads a field of the body that is missing or is not a plain text or number.
    #[error("the scheme needs a field of the body that is missing or has an unsuitable value")]
    MissingBodyField,
    /// The time cannot be written in the scheme's form.
    #[error("the time cannot be written in the form of the scheme")]
    TimeOutOfRange,
    /// Timestamps inside the body are the caller's to write, and must be within the tolerance.
    #[error("the signed content cannot be built from this message")]
    Unbuildable,
    /// More live keys than the scheme has places for signatures.
    #[error("more live keys than the scheme has places for signatures")]
    TooManyKeys,
}

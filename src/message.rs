//! What is signed and what is verified: a message of ours, a request of theirs, and the view of both that schemes see.

use core::fmt;

use crate::headers::{Headers, Name};

/// A message that a sender signs.
///
/// Sign the very bytes that are sent. Which of the parts are needed depends on the scheme; a missing one is an error.
///
/// ```
/// use hookring::Message;
/// let message = Message::new(br#"{"type":"ping"}"#).id("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W");
/// # let _ = message;
/// ```
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) id: Option<&'a str>,
    pub(crate) method: Option<&'a str>,
    pub(crate) url: Option<&'a str>,
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

impl<'a> Message<'a> {
    /// A message with a body; the body may be empty and need not be text.
    #[must_use]
    pub const fn new(body: &'a [u8]) -> Self {
        Self { body, id: None, method: None, url: None, headers: &[] }
    }

    /// The message id. Keep it when the message is sent again, so that the receiver sees a duplicate.
    #[must_use]
    pub const fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    /// The HTTP method, for schemes that sign it.
    #[must_use]
    pub const fn method(mut self, method: &'a str) -> Self {
        self.method = Some(method);
        self
    }

    /// The whole URL as the receiver is called, for schemes that sign it. A fragment is not signed, because it is never sent.
    #[must_use]
    pub const fn url(mut self, url: &'a str) -> Self {
        self.url = Some(url);
        self
    }

    /// Further headers that the scheme signs. The caller sends them.
    #[must_use]
    pub const fn headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.headers = headers;
        self
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("body_len", &self.body.len()).field("id", &self.id).finish_non_exhaustive()
    }
}

/// A request that a receiver verifies.
///
/// `B` is whatever holds the raw body; `()` for a stream whose body follows.
///
/// ```
/// use hookring::Request;
/// let headers = [("x-hub-signature-256", "sha256=00")];
/// let request = Request::new(&headers, b"{}").method("POST").target("/hooks/github?a=1");
/// # let _ = request;
/// ```
#[derive(Clone, Copy)]
pub struct Request<'a, B> {
    pub(crate) method: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
    pub(crate) headers: &'a dyn Headers,
    pub(crate) body: B,
}

impl<'a, B> Request<'a, B> {
    /// A request with its headers and its raw body, before anything decoded or re-encoded it.
    pub const fn new(headers: &'a dyn Headers, body: B) -> Self {
        Self { method: None, target: None, headers, body }
    }

    /// The HTTP method as received, for schemes that sign it.
    #[must_use]
    pub fn method(mut self, method: &'a str) -> Self {
        self.method = Some(method);
        self
    }

    /// The request target as received: path and query, neither decoded nor reordered. For schemes that sign the URL.
    #[must_use]
    pub fn target(mut self, target: &'a str) -> Self {
        self.target = Some(target);
        self
    }

    pub(crate) fn split(self) -> (Request<'a, ()>, B) {
        (Request { method: self.method, target: self.target, headers: self.headers, body: () }, self.body)
    }
}

impl<B> fmt::Debug for Request<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Takes the next bytes of the signed content.
pub type Write<'w> = dyn FnMut(&[u8]) + 'w;

/// What a function part of a scheme sees: the same for a message that is signed and a request that is verified.
pub struct RequestView<'a> {
    pub(crate) method: Option<&'a str>,
    /// The public base URL and the request target; when signing, the whole URL and nothing.
    pub(crate) url: Option<(&'a str, &'a str)>,
    pub(crate) headers: &'a dyn Headers,
    pub(crate) target: Option<&'a str>,
    pub(crate) timestamp: Option<&'a [u8]>,
    pub(crate) id: Option<&'a [u8]>,
    pub(crate) body: &'a [u8],
    /// What a tagged signature header holds besides signatures and time.
    pub(crate) said: Said<'a>,
}

/// The most further tags that a scheme keeps for its function parts.
pub(crate) const MAX_KEPT: usize = 2;

/// The items of a tagged signature header besides signatures and time.
#[derive(Clone, Copy, Default)]
pub(crate) struct Said<'a> {
    /// The tag of the signatures that count.
    pub(crate) version: Option<&'a str>,
    pub(crate) kept: [Option<(&'a str, &'a [u8])>; MAX_KEPT],
}

impl<'a> RequestView<'a> {
    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> Option<&'a str> {
        self.method
    }

    /// The URL in two pieces to be joined: public base and request target.
    #[must_use]
    pub const fn url(&self) -> Option<(&'a str, &'a str)> {
        self.url
    }

    /// Path and query of the URL.
    #[must_use]
    pub const fn target(&self) -> Option<&'a str> {
        self.target
    }

    /// The value of an item of the signature header that the scheme keeps, see
    /// [`Tagged::keep`](crate::scheme::Tagged::keep).
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<&'a [u8]> {
        self.said.kept.iter().flatten().find(|(tag, _)| *tag == name).map(|(_, value)| *value)
    }

    /// The tag of the signatures that count, if the scheme has several: see
    /// [`Tagged::strongest_only`](crate::scheme::Tagged::strongest_only).
    #[must_use]
    pub const fn version(&self) -> Option<&'a str> {
        self.said.version
    }

    /// The raw body.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The timestamp as it was received.
    #[must_use]
    pub const fn timestamp(&self) -> Option<&'a [u8]> {
        self.timestamp
    }

    /// The message id as it was received.
    #[must_use]
    pub const fn id(&self) -> Option<&'a [u8]> {
        self.id
    }

    /// Hands every value of a header to `f`. An invalid name has no values.
    pub fn header(&self, name: &str, f: &mut dyn FnMut(&'a [u8])) {
        if let Some(name) = Name::new(name) {
            self.headers.each(&name, f);
        }
    }
}

impl fmt::Debug for RequestView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestView").field("body_len", &self.body.len()).finish_non_exhaustive()
    }
}

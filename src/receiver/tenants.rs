//! Which tenant a request is for, and the look-up of its keys.

use alloc::boxed::Box;
use alloc::string::String;
use core::error::Error;
use core::future::Future;
use core::pin::Pin;

use http::request::Parts;

use super::endpoint::Endpoint;
use crate::encoding::{Plus, percent_decoded};

/// Finds the endpoint of the tenant that a request is for.
///
/// What it looks at (path, host, a header) is not authentic yet: it may choose a ring, never a key. Give it a time-out of
/// its own; the receiver has one only for bodies.
pub trait Lookup<P>: Send + Sync + 'static {
    /// What can go wrong. It is answered with 503, so that senders try again; the error is the source of
    /// [`Refusal::LookupFailed`](super::Refusal::LookupFailed).
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// The endpoint; `None` if there is no such tenant.
    ///
    /// # Errors
    ///
    /// The store cannot be reached. Never use an error for a tenant that does not exist.
    fn find(&self, head: &Parts) -> impl Future<Output = Result<Option<Endpoint<P>>, Self::Error>> + Send;
}

/// A part of the head names the tenant, and a function finds its endpoint.
pub(super) struct ByPart<T, F> {
    pub(super) part: T,
    pub(super) find: F,
}

impl<P, T, I, F, Fut, N, E> Lookup<P> for ByPart<T, F>
where
    P: 'static,
    T: Fn(&Parts) -> Option<I> + Send + Sync + 'static,
    F: Fn(I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<N>, E>> + Send,
    N: Into<Endpoint<P>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Error = E;

    fn find(&self, head: &Parts) -> impl Future<Output = Result<Option<Endpoint<P>>, E>> + Send {
        let found = (self.part)(head).map(|tenant| (self.find)(tenant));
        async move {
            match found {
                Some(found) => Ok(found.await?.map(Into::into)),
                None => Ok(None),
            }
        }
    }
}

type Found<'l, P> = Pin<Box<dyn Future<Output = Result<Option<Endpoint<P>>, Box<dyn Error + Send + Sync>>> + Send + 'l>>;

/// [`Lookup`] without its types.
pub(super) trait AnyLookup<P>: Send + Sync {
    fn find<'l>(&'l self, head: &'l Parts) -> Found<'l, P>;
}

impl<P, L: Lookup<P>> AnyLookup<P> for L {
    fn find<'l>(&'l self, head: &'l Parts) -> Found<'l, P> {
        Box::pin(async move { Lookup::find(self, head).await.map_err(Into::into) })
    }
}

/// The last segment of the path, percent-decoded: the tenant in `/hooks/{tenant}`. `None` if it is empty or no UTF-8.
///
/// # Security
///
/// Whoever sends the request wrote it. It is decoded once, after the path was split, so it may hold any character, `/` and `..`
/// and NUL among them: pass it to a query as a parameter, and never build a file name or another path from it.
#[must_use]
pub fn last_segment(head: &Parts) -> Option<String> {
    decoded(head.uri.path().rsplit('/').next()?)
}

/// The segment of the path at this place, counted from zero and percent-decoded: `segment(1)` is the tenant in
/// `/hooks/{tenant}/github`. Under a nested router the path is what the router left of it.
///
/// # Security
///
/// As for [`last_segment`]: it may hold any character, and is no more authentic than the rest of the path.
pub fn segment(place: usize) -> impl Fn(&Parts) -> Option<String> + Send + Sync + 'static {
    move |head| decoded(head.uri.path().strip_prefix('/')?.split('/').nth(place)?)
}

fn decoded(segment: &str) -> Option<String> {
    let bytes = percent_decoded(segment.as_bytes(), Plus::Itself).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok().filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(path: &str) -> Parts {
        http::Request::builder().uri(path).body(()).unwrap().into_parts().0
    }

    #[test]
    fn segments() {
        let cases = [
            ("/hooks/a", Some("a"), Some("a")),
            ("/hooks/a?b=/c", Some("a"), Some("a")),
            ("/hooks/a%2Fb/github", Some("github"), Some("a/b")),
            ("/hooks/%C3%A9", Some("é"), Some("é")),
            ("/hooks/%FF", None, None),
            ("/hooks/%4", None, None),
            ("/hooks/", None, None),
            ("/hooks//x", Some("x"), None),
            ("/hooks", Some("hooks"), None),
            ("/", None, None),
        ];
        for (path, last, second) in cases {
            assert_eq!(last_segment(&head(path)).as_deref(), last, "{path}");
            assert_eq!(segment(1)(&head(path)).as_deref(), second, "{path}");
        }
        assert_eq!(last_segment(&head("https://a.example/hooks/a")).as_deref(), Some("a"));
    }
}

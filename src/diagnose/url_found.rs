//! Collects the URLs to try, each once.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::alt::{Alt, Change};
use super::framing::{Framing, Framings};
use super::url_parts::Parts;

pub(super) struct Found<'f, 'o, 's> {
    framing: &'f Framing<'s>,
    own: &'f str,
    known: Vec<String>,
    out: &'o mut Framings<'s>,
}

impl<'f, 'o, 's> Found<'f, 'o, 's> {
    /// `own` is the URL as the receiver sees it.
    pub(super) fn new(framing: &'f Framing<'s>, own: &'f str, out: &'o mut Framings<'s>) -> Self {
        Self { framing, own, known: Vec::new(), out }
    }

    pub(super) fn add(&mut self, cause: Cause, say: &str, parts: &Parts) {
        self.put(cause, say, parts, true);
    }

    pub(super) fn rare(&mut self, cause: Cause, say: &str, parts: &Parts) {
        self.put(cause, say, parts, false);
    }

    /// Host and port both differ.
    pub(super) fn with_port(&mut self, say: &str, parts: &Parts) {
        let url = parts.whole();
        if url != self.own && !self.known.contains(&url) {
            self.known.push(url.clone());
            let change = |cause, say: &str| Change { cause, say: say.to_string() };
            let changes = Vec::from([change(Cause::UrlHost, say), change(Cause::UrlPort, "The port differs too.")]);
            self.out.list.push(Alt { changes, value: self.framing.with_url(url), common: true });
        }
    }

    fn put(&mut self, cause: Cause, say: &str, parts: &Parts, common: bool) {
        let url = parts.whole();
        if url != self.own && !self.known.contains(&url) {
            self.known.push(url.clone());
            let framing = self.framing.with_url(url);
            if common { self.out.add(cause, say, framing) } else { self.out.add_rare(cause, say, framing) }
        }
    }
}

//! The search: one change at a time, then two, each tried against every signature that the delivery offers.
//!
//! Cheap and likely changes come first, so that what the bounds cut off is the unlikely rest. A signature that matches is
//! only a candidate: [`prove`] runs a real verifier on the changed set-up before anything is named.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::alt::{Alt, Change, joined};
use super::body;
#[cfg(any(feature = "ed25519", feature = "p256"))]
use super::checker::{Checker, MACS_OF_A_CHECK};
use super::checker::{Prepared, prepared};
use super::finding::{Diagnosis, Finding, ranked};
use super::framing::{Fragment, Frame, Framing, Framings};
use super::keys::KeyAlt;
use super::prove::prove;
use super::work::Work;
use super::{Cause, Inquiry, content, foreign, header_fix, other, statics, times, urls};
use crate::encoding::{Encoding, SecretFormat, encode};
use crate::mac::{MAX_KEYS, Macs};
use crate::scheme::Rules;

pub(super) fn run(inquiry: &Inquiry<'_>) -> Diagnosis {
    let mut search = Search::new(inquiry);
    search.one_change();
    if search.accepted {
        // Other schemes may accept it too: that explains nothing.
        return Diagnosis { findings: Vec::new(), accepted: true, work: search.work };
    }
    if search.findings.is_empty() {
        search.two_changes();
    }
    let mut findings = search.findings;
    if findings.is_empty() {
        findings = statics::findings(inquiry);
    }
    Diagnosis { findings: ranked(findings), accepted: false, work: search.work }
}

/// Which keys are tried on a framing.
#[derive(Clone, Copy, PartialEq)]
enum With {
    /// The configured ones as they are.
    Given,
    /// The configured texts, read in the format of another scheme.
    Plain(SecretFormat),
    /// One likely change.
    Common,
    /// One unlikely change.
    Rare,
    /// Two changes.
    Two,
}

struct Search<'q, 's> {
    inquiry: &'q Inquiry<'s>,
    keys: Vec<Prepared>,
    given: Alt<Framing<'s>>,
    body: Alt<Vec<u8>>,
    framings: Vec<Alt<Framing<'s>>>,
    bodies: Vec<Alt<Vec<u8>>>,
    findings: Vec<Finding>,
    accepted: bool,
    work: Work,
}

impl<'q, 's> Search<'q, 's> {
    fn new(inquiry: &'q Inquiry<'s>) -> Self {
        let given = Alt::given(Framing::of(inquiry));
        let mut framings = Framings::default();
        header_fix::headers(&given.value, inquiry.now, &mut framings);
        further(&given.value, inquiry, &mut framings);
        other::schemes(&given.value, &inquiry.catalogue, &mut framings);
        Self {
            inquiry,
            keys: prepared(inquiry),
            given,
            body: Alt::given(inquiry.body.clone()),
            framings: framings.list,
            bodies: body::bodies(&inquiry.body),
            findings: Vec::new(),
            accepted: false,
            work: Work::new(inquiry.budget.0, inquiry.budget.1),
        }
    }

    /// Each change by itself, the likely ones first.
    fn one_change(&mut self) {
        let (given, body) = (self.given.clone(), self.body.clone());
        self.check(&given, &[&body], &[With::Given, With::Common]);
        if self.accepted {
            return;
        }
        let framings = core::mem::take(&mut self.framings);
        let bodies = core::mem::take(&mut self.bodies);
        for common in [true, false] {
            for framing in framings.iter().filter(|framing| framing.common == common) {
                let with = match framing.changes.first() {
                    Some(change) if change.cause == Cause::SchemeOther => With::Plain(framing.value.shape.base.key_format()),
                    _ => With::Given,
                };
                self.check(framing, &[&body], &[with]);
            }
            let chosen: Vec<&Alt<Vec<u8>>> = bodies.iter().filter(|body| body.common == common).collect();
            self.check(&given, &chosen, &[With::Given]);
        }
        self.check(&given, &[&body], &[With::Rare]);
        self.foreign();
        (self.framings, self.bodies) = (framings, bodies);
    }

    /// Plain hashes and tokens, which no scheme of this crate verifies.
    fn foreign(&mut self) {
        let mut keys = self.chosen(With::Given);
        keys.extend(self.chosen(With::Plain(SecretFormat::Utf8)));
        let framing = &self.given.value;
        let frame = framing.shape.rules().and_then(|rules| framing.frame(&rules, &self.body.value).ok());
        for at in keys {
            let Some(key) = self.keys.get(at) else { continue };
            if !self.work.take(foreign::MOST_HASHES, self.body.value.len().saturating_mul(foreign::MOST_HASHES)) {
                return;
            }
            let mut add = |cause: Cause, say: String| {
                let changes = Vec::from([Change { cause, say }]);
                self.findings.push(Finding { changes, proven: true, rare: true });
            };
            if let Some(name) = foreign::scheme(framing, &self.body.value, &key.alt.bytes) {
                let own = self.inquiry.scheme.name();
                let say = format!(
                    "The delivery is signed as {name}, which is another scheme than `{own}`: configure the sender for that."
                );
                add(Cause::SchemeOther, say);
            }
            let contents = frame.iter().flat_map(|frame| &frame.contents);
            let hit = |content: &Vec<u8>| {
                frame.as_ref().is_some_and(|frame| foreign::is_plain_hash(content, &key.alt.bytes, frame.candidates.iter()))
            };
            if contents.into_iter().any(hit) {
                let say =
                    "The sender hashes secret and content together instead of computing an HMAC (RFC 2104): adjust the sender.";
                add(Cause::Algorithm, String::from(say));
            }
        }
    }

    /// Every pair of likely changes. Stops at the first kind of pair that explains the delivery.
    fn two_changes(&mut self) {
        let (given, body) = (self.given.clone(), self.body.clone());
        let framings = core::mem::take(&mut self.framings);
        let bodies = core::mem::take(&mut self.bodies);
        let framings: Vec<&Alt<Framing<'s>>> = framings.iter().filter(|framing| framing.common).collect();
        let bodies: Vec<&Alt<Vec<u8>>> = bodies.iter().filter(|body| body.common).collect();

        self.check(&given, &[&body], &[With::Two]);
        for framing in &framings {
            self.check(framing, &[&body], &[With::Common]);
        }
        if !self.findings.is_empty() {
            return;
        }
        self.check(&given, &bodies, &[With::Common]);
        for framing in &framings {
            self.check(framing, &bodies, &[With::Given]);
        }
        if !self.findings.is_empty() {
            return;
        }
        for first in &framings {
            let mut second = Framings::default();
            header_fix::headers(&first.value, self.inquiry.now, &mut second);
            further(&first.value, self.inquiry, &mut second);
            for two in second.list.into_iter().filter(|two| two.common) {
                let changes = joined(&first.changes, &two.changes);
                if changes.len() > first.changes.len() {
                    self.check(&Alt { changes, value: two.value, common: false }, &[&body], &[With::Given]);
                }
            }
        }
        if !self.findings.is_empty() {
            return;
        }
        let twice = body::twice(&self.inquiry.body);
        self.check(&given, &twice.iter().collect::<Vec<_>>(), &[With::Given]);
    }

    /// Tries the keys on one framing with each of the bodies.
    fn check(&mut self, framing: &Alt<Framing<'s>>, bodies: &[&Alt<Vec<u8>>], with: &[With]) {
        let chosen: Vec<usize> = with.iter().flat_map(|with| self.chosen(*with)).collect();
        if chosen.is_empty() {
            return;
        }
        let Some(rules) = framing.value.shape.rules() else { return };
        for body in bodies {
            let fragment = framing.value.fragment.as_ref();
            let readable = match fragment {
                Some(fragment) => framing.value.with_value(fragment.header, whole(fragment, framing, &rules)),
                None => framing.value.clone(),
            };
            let Ok(frame) = readable.frame(&rules, &body.value) else { continue };
            for keys in chosen.chunks(MAX_KEYS) {
                for content in &frame.contents {
                    #[cfg(any(feature = "ed25519", feature = "p256"))]
                    let each = if rules.curve.is_some() { MACS_OF_A_CHECK } else { 1 };
                    #[cfg(not(any(feature = "ed25519", feature = "p256")))]
                    let each = 1;
                    if !self.work.take(keys.len().saturating_mul(each), content.len().saturating_mul(keys.len())) {
                        return;
                    }
                    for (key, tag) in self.matching(&rules, &frame, content, keys, fragment, framing.value.shape.base.encoding)
                    {
                        self.found(framing, body, key, &tag);
                    }
                }
            }
        }
    }

    fn chosen(&self, with: With) -> Vec<usize> {
        let fits = |key: &KeyAlt| match with {
            With::Given => key.changes.is_empty(),
            With::Plain(format) => key.changes.is_empty() || key.plain == Some(format),
            With::Common => key.changes.len() == 1 && key.common,
            With::Rare => key.changes.len() == 1 && !key.common,
            With::Two => key.changes.len() > 1,
        };
        self.keys.iter().enumerate().filter(|(_, key)| fits(&key.alt)).map(|(at, _)| at).collect()
    }

    /// The keys whose tags are among the signatures, or begin or end as the fragment does.
    fn matching(
        &self,
        rules: &Rules,
        frame: &Frame,
        content: &[u8],
        keys: &[usize],
        fragment: Option<&Fragment>,
        encoding: Encoding,
    ) -> Vec<(usize, Vec<u8>)> {
        #[cfg(any(feature = "ed25519", feature = "p256"))]
        if rules.curve.is_some() {
            return self.matching_public(rules, frame, content, keys);
        }
        let keys: Vec<usize> =
            keys.iter().copied().filter(|at| self.keys.get(*at).is_some_and(|key| key.checker.mac().is_some())).collect();
        let macs = keys.iter().filter_map(|at| self.keys.get(*at)).filter_map(|key| key.checker.mac());
        let mut computed = Macs::new(rules.hash);
        computed.start(macs, false);
        computed.update(content);
        let tags = computed.finish();
        let hit = |tag: &[u8]| match fragment {
            None => frame.candidates.iter().any(|candidate| candidate == tag),
            Some(fragment) => {
                let text = encode(tag, encoding);
                let text = text.trim_end_matches('=');
                text.starts_with(&fragment.text) || text.ends_with(&fragment.text)
            }
        };
        keys.iter().zip(tags.iter()).filter(|(_, tag)| hit(tag)).map(|(at, tag)| (*at, tag.to_vec())).collect()
    }

    #[cfg(any(feature = "ed25519", feature = "p256"))]
    fn matching_public(&self, rules: &Rules, frame: &Frame, content: &[u8], keys: &[usize]) -> Vec<(usize, Vec<u8>)> {
        use crate::key::sealed::Material as _;
        let hit = |at: &usize| {
            let Some(Prepared { checker: Checker::Public(key), .. }) = self.keys.get(*at) else { return None };
            let fits = key.fits(rules.curve);
            let tag = frame.candidates.iter().find(|candidate| fits && key.verifies(content, candidate))?;
            Some((*at, tag.to_vec()))
        };
        keys.iter().filter_map(hit).collect()
    }

    /// A match: proves it, and records it.
    fn found(&mut self, framing: &Alt<Framing<'s>>, body: &Alt<Vec<u8>>, key: usize, tag: &[u8]) {
        let Some(key) = self.keys.get(key) else { return };
        let proof = match &framing.value.fragment {
            Some(fragment) => {
                let text = encode(tag, framing.value.shape.base.encoding);
                let value = [&fragment.before, text.as_str(), &fragment.after].concat().into_bytes();
                prove(self.inquiry, &framing.value.with_value(fragment.header, value), &body.value, key)
            }
            None => prove(self.inquiry, &framing.value, &body.value, key),
        };
        let Some(time) = proof else { return };
        let other_scheme = framing.changes.iter().any(|change| change.cause == Cause::SchemeOther);
        let of_key: &[Change] = if other_scheme && key.alt.plain.is_some() { &[] } else { &key.alt.changes };
        let changes = [&framing.changes, of_key, &body.changes, &time].iter().fold(Vec::new(), |sum, more| joined(&sum, more));
        if changes.is_empty() {
            self.accepted = true;
            return;
        }
        let rare = !framing.common || !body.common || !key.alt.common;
        self.findings.push(Finding { changes, proven: true, rare });
    }
}

/// All changes of a framing but those of headers and of the scheme as a whole.
fn further<'s>(framing: &Framing<'s>, inquiry: &Inquiry<'s>, out: &mut Framings<'s>) {
    times::times(framing, &inquiry.body, out);
    urls::urls(framing, &inquiry.body, out);
    content::contents(framing, &inquiry.body, out);
    other::algorithms(framing, out);
}

/// A header value with a signature of the right length in place of the fragment, so that the rest can be read.
fn whole(fragment: &Fragment, framing: &Alt<Framing<'_>>, rules: &Rules) -> Vec<u8> {
    let zeros = alloc::vec![0; rules.hash.tag_len()];
    let text = encode(&zeros, framing.value.shape.base.encoding);
    [&fragment.before, text.as_str(), &fragment.after].concat().into_bytes()
}

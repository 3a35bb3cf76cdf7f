//! What a delivery offers: its candidate signatures, timestamp and id, read strictly and with bounded work.

use alloc::vec::Vec;

use memchr::memchr;

use super::body::in_body;
use super::candidates::{Candidates, MAX_CANDIDATES};
use super::field::{self, Fault};
use super::json;
use crate::error::{Field, Rejection};
use crate::headers::{Headers, Name, Once, once, trim};
use crate::message::{MAX_KEPT, Said};
use crate::scheme::rules::{GrammarRule, Names, PlaceRule, Rules, SourceRule, TaggedRule};
use crate::time::{self, Timestamp};

/// The most bytes of one header value that are looked at.
pub(crate) const MAX_VALUE: usize = 8 * 1024;

/// Everything of a delivery that is needed besides its body.
pub(crate) struct Offered<'a> {
    /// Which set of header names it uses.
    pub(crate) names: usize,
    pub(crate) timestamp: Option<&'a [u8]>,
    pub(crate) sent: Option<Timestamp>,
    pub(crate) id: Option<&'a [u8]>,
    pub(crate) said: Said<'a>,
}

impl<'a> Offered<'a> {
    /// Reads the headers, and the body where the scheme keeps something there. The signatures go to `candidates`.
    ///
    /// Without the body, [`Rejection::NeedsWholeBody`] means that nothing is wrong with the headers, which are all read.
    pub(crate) fn read(
        rules: &'a Rules,
        headers: &'a dyn Headers,
        body: Option<&'a [u8]>,
        candidates: &mut Candidates,
    ) -> Result<Self, Rejection> {
        let chosen = choose_names(rules, headers);
        let names = rules.names.get(chosen).ok_or(Rejection::Missing(Field::Signature))?;
        let (mut tagged_time, mut said) = (None, Said::default());
        let mut needs_body = false;
        let mut or_later = |outcome| match outcome {
            Err(Rejection::NeedsWholeBody) => {
                needs_body = true;
                Ok(())
            }
            now => now,
        };
        match &rules.place {
            PlaceRule::Headers => {
                let mut reader = Reader::new(rules);
                reader.read_headers(names, headers)?;
                tagged_time = reader.verdict(candidates)?;
                said = reader.said();
            }
            in_body => or_later(whole(body).and_then(|body| read_signature_in_body(rules, in_body, body, candidates)))?,
        }
        required(names, headers)?;
        let mut offered = Offered { names: chosen, timestamp: None, sent: None, id: None, said };
        if !rules.reads_timestamp_late() {
            or_later(offered.read_timestamp(rules, names, headers, body, tagged_time))?;
        }
        if let Some(name) = &names.id {
            let id = single(headers, name, Field::Id)?;
            offered.id = Some(if rules.id_is_fine(id) { id } else { return Err(Rejection::Malformed(Field::Id)) });
        }
        if needs_body { Err(Rejection::NeedsWholeBody) } else { Ok(offered) }
    }

    fn read_timestamp(
        &mut self,
        rules: &Rules,
        names: &Names,
        headers: &'a dyn Headers,
        body: Option<&'a [u8]>,
        tagged: Option<&'a [u8]>,
    ) -> Result<(), Rejection> {
        let Some((source, unit)) = &rules.timestamp else { return Ok(()) };
        let text = read_source(source, names.timestamp.as_ref(), headers, body, tagged)?;
        if let Some(twin) = &rules.twin {
            // Two places that disagree would let one be signed and the other be checked.
            if read_source(twin, names.twin.as_ref(), headers, body, tagged)? != text {
                return Err(Rejection::Ambiguous(Field::Timestamp));
            }
        }
        self.timestamp = Some(text);
        self.sent = Some(time::parse(text, *unit).ok_or(Rejection::Malformed(Field::Timestamp))?);
        Ok(())
    }
}

/// Reads the signatures in a field of the body, which is decoded first. Allocates up to the length of a header value.
fn read_signature_in_body(rules: &Rules, place: &PlaceRule, body: &[u8], candidates: &mut Candidates) -> Result<(), Rejection> {
    let mut text = Vec::new();
    let mut too_long = false;
    let mut take = |piece: &[u8]| {
        too_long |= text.len().saturating_add(piece.len()) > MAX_VALUE;
        if !too_long {
            text.extend_from_slice(piece);
        }
    };
    match place {
        PlaceRule::Headers => Err(Fault::Missing),
        PlaceRule::Json(path) => json::decoded(body, path, &mut take),
        PlaceRule::Form(name) => field::form(body, name, &mut take),
    }
    .map_err(|fault| rejection(fault, Field::Signature))?;
    if too_long {
        return Err(Rejection::Malformed(Field::Signature));
    }
    let mut reader = Reader::new(rules);
    reader.value(&text);
    reader.verdict(candidates).map(drop)
}

fn read_source<'a>(
    source: &SourceRule,
    name: Option<&Name>,
    headers: &'a dyn Headers,
    body: Option<&'a [u8]>,
    tagged: Option<&'a [u8]>,
) -> Result<&'a [u8], Rejection> {
    match (source, name) {
        (SourceRule::Header, Some(name)) => single(headers, name, Field::Timestamp),
        (SourceRule::Json(_) | SourceRule::Form(_), _) => in_body(source, whole(body)?),
        _ => tagged.ok_or(Rejection::Missing(Field::Timestamp)),
    }
}

/// The items between the separators.
fn pieces(text: &[u8], between: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (piece, after) = cut(rest?, between);
        rest = after;
        Some(piece)
    })
}

/// What is before the first such byte and after it.
fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr(at, text).and_then(|place| text.split_at_checked(place)) {
        Some((before, [_, after @ ..])) => (before, Some(after)),
        _ => (text, None),
    }
}

fn whole(body: Option<&[u8]>) -> Result<&[u8], Rejection> {
    body.ok_or(Rejection::NeedsWholeBody)
}

pub(super) const fn rejection(fault: Fault, field: Field) -> Rejection {
    match fault {
        Fault::Missing => Rejection::Missing(field),
        Fault::Malformed => Rejection::Malformed(field),
        Fault::Repeated => Rejection::Ambiguous(field),
    }
}

/// A header that must occur exactly once and not be empty.
pub(super) fn single<'a>(headers: &'a dyn Headers, name: &Name, field: Field) -> Result<&'a [u8], Rejection> {
    match once(headers, name) {
        Once::Absent | Once::One([]) => Err(Rejection::Missing(field)),
        Once::Repeated => Err(Rejection::Ambiguous(field)),
        Once::One(value) if value.len() > MAX_VALUE => Err(Rejection::Malformed(field)),
        Once::One(value) => Ok(value),
    }
}

/// The first set of names under which there is a signature header; the scheme's own if there is none.
fn choose_names(rules: &Rules, headers: &dyn Headers) -> usize {
    if rules.names.len() < 2 {
        return 0;
    }
    let present = |names: &Names| {
        let mut found = false;
        names.signature.iter().for_each(|name| headers.each(name, &mut |_| found = true));
        found
    };
    rules.names.iter().position(present).unwrap_or(0)
}

fn required(names: &Names, headers: &dyn Headers) -> Result<(), Rejection> {
    names.required.iter().try_for_each(|(name, wanted)| {
        let value = single(headers, name, Field::Header)?;
        if value == wanted.as_bytes() { Ok(()) } else { Err(Rejection::Malformed(Field::Header)) }
    })
}

/// Reads signature values by the grammar.
struct Reader<'r, 'a> {
    rules: &'r Rules,
    /// Entries of a known kind, well formed or not.
    entries: [&'a [u8]; MAX_CANDIDATES],
    known: usize,
    timestamp: Option<&'a [u8]>,
    fault: Option<Rejection>,
    /// The place among the accepted tags of the strongest one that occurred.
    version: Option<usize>,
    kept: [Option<&'a [u8]>; MAX_KEPT],
}

impl<'r, 'a> Reader<'r, 'a> {
    const fn new(rules: &'r Rules) -> Self {
        let (entries, kept) = ([b"".as_slice(); MAX_CANDIDATES], [None; MAX_KEPT]);
        Self { rules, entries, known: 0, timestamp: None, fault: None, version: None, kept }
    }

    fn read_headers(&mut self, names: &Names, headers: &'a dyn Headers) -> Result<(), Rejection> {
        let lists = matches!(self.rules.grammar, GrammarRule::List { .. } | GrammarRule::Tagged(_));
        for name in &names.signature {
            let mut lines = 0_usize;
            headers.each(name, &mut |value| {
                lines = lines.saturating_add(1);
                if lines == 1 || lists {
                    self.value(value);
                }
            });
            if lines > 1 && !lists {
                return Err(Rejection::Ambiguous(Field::Signature));
            }
        }
        Ok(())
    }

    /// Reads one value. Only its first 8 KiB are looked at, and nothing once there are too many candidates.
    fn value(&mut self, value: &'a [u8]) {
        if self.too_many() {
            return;
        }
        let seen = match value.get(..MAX_VALUE) {
            Some(head) if value.len() > MAX_VALUE => {
                self.fault = Some(Rejection::Malformed(Field::Signature));
                head
            }
            _ => value,
        };
        let text = trim(seen);
        if text.is_empty() {
            return;
        }
        let rules = self.rules;
        match &rules.grammar {
            GrammarRule::Whole => self.offer(text),
            GrammarRule::Prefix { text: prefix, optional } => match text.strip_prefix(prefix.as_bytes()) {
                Some(signature) => self.offer(signature),
                None if *optional => self.offer(text),
                None => self.offer(b""),
            },
            GrammarRule::List { between, prefix } => match text.strip_prefix(prefix.as_bytes()) {
                Some(list) => self.list(list, *between),
                None => self.offer(b""),
            },
            GrammarRule::Tagged(tagged) => match tagged.group {
                Some(group) => pieces(text, group).for_each(|one| self.tagged(one, tagged)),
                None => self.tagged(text, tagged),
            },
        }
    }

    fn list(&mut self, list: &'a [u8], between: u8) {
        let mut items = pieces(list, between).map(trim).filter(|item| !item.is_empty());
        if matches!(self.rules.timestamp, Some((SourceRule::FirstItem, _))) {
            match items.next() {
                Some(item) => self.time(item, false),
                None => return,
            }
        }
        for item in items {
            if self.too_many() {
                return;
            }
            self.offer(item);
        }
    }

    fn tagged(&mut self, list: &'a [u8], tagged: &TaggedRule) {
        for item in pieces(list, tagged.between).map(trim).filter(|item| !item.is_empty()) {
            if self.too_many() {
                return;
            }
            self.item(item, tagged);
        }
    }

    fn item(&mut self, item: &'a [u8], tagged: &TaggedRule) {
        let (tag, Some(value)) = cut(item, tagged.pair) else {
            if tagged.bare {
                self.offer(item);
            }
            return;
        };
        let tag = trim(tag);
        if tagged.any_tag {
            self.offer(value);
        } else if let Some(version) = tagged.accept.iter().position(|known| known.as_bytes() == tag) {
            self.offer_version(value, version, tagged.strongest);
        } else if self.is_time(tag) {
            self.time(value, tagged.group.is_some());
        } else if let Some(place) = tagged.keep.iter().position(|known| known.as_bytes() == tag) {
            match self.kept.get_mut(place) {
                Some(room @ None) => *room = Some(value),
                _ => self.fault = Some(Rejection::Malformed(Field::Signature)),
            }
        }
    }

    /// Takes a signature under the accepted tag at this place. If only the strongest version counts, weaker ones that were
    /// taken before are forgotten and later ones are passed over.
    fn offer_version(&mut self, value: &'a [u8], version: usize, strongest: bool) {
        let best = self.version.filter(|_| strongest);
        if best.is_some_and(|best| best < version) {
            return;
        }
        if best.is_some_and(|best| best > version) {
            self.known = 0;
        }
        self.version = Some(version);
        self.offer(value);
    }

    /// What a tagged header holds besides signatures and time.
    fn said(&self) -> Said<'a>
    where
        'r: 'a,
    {
        let GrammarRule::Tagged(tagged) = &self.rules.grammar else { return Said::default() };
        let mut kept = [None; MAX_KEPT];
        for ((room, name), value) in kept.iter_mut().zip(&tagged.keep).zip(self.kept) {
            *room = value.map(|value| (&**name, value));
        }
        Said { version: self.version.and_then(|at| tagged.accept.get(at)).map(|tag| &**tag), kept }
    }

    fn is_time(&self, tag: &[u8]) -> bool {
        let names = |source: &SourceRule| matches!(source, SourceRule::Tag(text) if text.as_bytes() == tag);
        self.rules.timestamp.as_ref().is_some_and(|(source, _)| names(source)) || self.rules.twin.as_ref().is_some_and(names)
    }

    /// Takes the time of the signature header. A second one is an error, except that every group has its own, and then
    /// they must be the same: what is checked must be what was signed.
    fn time(&mut self, text: &'a [u8], may_repeat: bool) {
        match self.timestamp {
            None => self.timestamp = Some(text),
            Some(first) if may_repeat && first == text => {}
            Some(_) => self.fault = Some(Rejection::Malformed(Field::Signature)),
        }
    }

    fn offer(&mut self, entry: &'a [u8]) {
        if let Some(place) = self.entries.get_mut(self.known) {
            *place = entry;
        }
        self.known = self.known.saturating_add(1);
    }

    fn too_many(&self) -> bool {
        self.known > self.rules.most
    }

    /// What the signature headers came to; gives the time in them. Nothing is decoded if there are too many.
    fn verdict(&self, candidates: &mut Candidates) -> Result<Option<&'a [u8]>, Rejection> {
        if self.too_many() {
            return Err(Rejection::TooMany);
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.entries.iter().take(self.known).for_each(|entry| candidates.decode(entry, self.rules));
        match (self.known, candidates.len()) {
            (0, _) => Err(Rejection::Missing(Field::Signature)),
            (_, 0) => Err(Rejection::Malformed(Field::Signature)),
            _ => Ok(self.timestamp),
        }
    }
}

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use hookring::testing::Delivery;
use hookring::{Headers, Name, Rejection, Request, Scheme, SignWith, Verifier};

use super::{Bytes, NOW, TARGET, alone, of_ring, schemes, secret};

/// Each line belongs to the headers whose name has the length that its first byte says, modulo four. Counts how often each
/// name is asked for.
struct Lines<'l>(&'l [u8], RefCell<BTreeMap<String, u32>>);

impl Headers for Lines<'_> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        *self.1.borrow_mut().entry(name.as_str().to_owned()).or_default() += 1;
        let lines = self.0.split(|b| *b == b'\n').filter_map(<[u8]>::split_first);
        lines.filter(|(to, _)| usize::from(**to) % 4 == name.as_str().len() % 4).for_each(|(_, value)| f(value));
    }
}

/// A verifier for each scheme, with three live keys, of which none is number 9.
static VERIFIERS: LazyLock<Vec<(&Scheme<'_>, Verifier)>> = LazyLock::new(|| {
    let three = |scheme: &Scheme<'_>| {
        let key = |n| secret(scheme.key_format(), n);
        let ring = alone(scheme, 1).rotate(key(2), Duration::from_secs(60), NOW).unwrap().ring;
        ring.stage(key(3), NOW).unwrap().ring
    };
    schemes().iter().map(|scheme| (scheme, of_ring(scheme, three(scheme)))).collect()
});

/// Without the key nothing is accepted, whole or in pieces, and no header is read again and again: header lines, and the body
/// after an empty one.
pub(crate) fn hostile(data: &[u8]) {
    let (head, body) = data.split_at(data.windows(2).position(|w| w == b"\n\n").unwrap_or(data.len()));
    for (scheme, verifier) in VERIFIERS.iter() {
        let lines = Lines(head, RefCell::default());
        let request = Request::new(&lines, body).method("POST").target(TARGET);
        let whole = verifier.verify_at(request, NOW).map(drop);
        assert!(whole.is_err(), "{}", scheme.name());
        let asked = lines.1.borrow().values().copied().max().unwrap_or(0);
        assert!(asked <= 4, "{}: a header was read {asked} times", scheme.name());

        let streamed = verifier.begin(Request::new(&lines, ()).method("POST").target(TARGET), NOW).and_then(|mut stream| {
            body.chunks(7).for_each(|chunk| stream.update(chunk));
            stream.finish(NOW).map(drop)
        });
        assert!(streamed == whole || streamed == Err(Rejection::NeedsWholeBody), "{}: {streamed:?}", scheme.name());
    }
    foreign(&mut Bytes(data));
}

/// A delivery that another key signed, with anything of it overwritten: so that every grammar is read to its end.
fn foreign(bytes: &mut Bytes<'_>) {
    let (scheme, verifier) = bytes.pick(&VERIFIERS);
    let Ok(delivery) = Delivery::sample(scheme, NOW).signed(**scheme, &alone(scheme, 9), SignWith::Current, NOW) else {
        return;
    };
    let mut headers: Vec<(&str, Vec<u8>)> = delivery.headers().map(|(name, value)| (name, value.as_bytes().to_vec())).collect();
    let mut body = delivery.content().to_vec();
    for _ in 0..bytes.byte() % 8 {
        let which = usize::from(bytes.byte()) % (headers.len() + 1);
        let text = headers.get_mut(which).map_or(&mut body, |(_, value)| value);
        let at = usize::from(bytes.byte()) % (text.len() + 1);
        let end = text.len().min(at + usize::from(bytes.byte() % 4));
        text.splice(at..end, bytes.line().iter().copied());
    }
    let request = Request::new(&headers, &body).method("POST").target(delivery.target());
    assert!(verifier.verify_at(request, NOW).is_err(), "{}: {headers:?}", scheme.name());
}

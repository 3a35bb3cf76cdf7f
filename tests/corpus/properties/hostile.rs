use hookring::{Headers, Name, Request};

use super::{NOW, TARGET, schemes, verifier};

/// Each line belongs to the headers whose name has the length that its first byte says, modulo four.
struct Lines<'l>(&'l [u8]);

impl Headers for Lines<'_> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        let lines = self.0.split(|b| *b == b'\n').filter_map(<[u8]>::split_first);
        lines.filter(|(to, _)| usize::from(**to) % 4 == name.as_str().len() % 4).for_each(|(_, value)| f(value));
    }
}

/// Without the key nothing is accepted: header lines, and the body after an empty one.
pub(crate) fn hostile(data: &[u8]) {
    let (head, body) = data.split_at(data.windows(2).position(|w| w == b"\n\n").unwrap_or(data.len()));
    for scheme in &schemes() {
        let lines = Lines(head);
        let request = Request::new(&lines, body).method("POST").target(TARGET);
        assert!(verifier(scheme).verify_at(request, NOW).is_err(), "{}", scheme.name());
    }
}

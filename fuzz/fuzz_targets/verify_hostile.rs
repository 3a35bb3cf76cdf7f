//! Without the key nothing is accepted, and nothing panics: the input is header lines, and the body after an empty one.
#![no_main]

use hookring::{Headers, Keyring, Name, Request, Secret, SecretFormat, SecretPolicy, Timestamp, Verifier, providers};

/// Each line belongs to the headers whose name has the length that its first byte says, modulo four.
struct Lines<'l>(&'l [u8]);

impl Headers for Lines<'_> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        let lines = self.0.split(|b| *b == b'\n').filter_map(<[u8]>::split_first);
        lines.filter(|(to, _)| usize::from(**to) % 4 == name.as_str().len() % 4).for_each(|(_, value)| f(value));
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (head, body) = data.split_at(data.windows(2).position(|w| w == b"\n\n").unwrap_or(data.len()));
    let now = Timestamp::from_unix_secs(1_790_000_000);
    let secret = Secret::parse("not in any corpus: 8e2f60c1", SecretFormat::Utf8, &SecretPolicy::provider()).unwrap();
    let ring = Keyring::new(secret, now).ring;
    for scheme in providers::ALL {
        let builder = Verifier::builder(*scheme);
        let builder = if scheme.signs_url() { builder.public_url("https://a.example") } else { builder };
        let lines = Lines(head);
        let request = Request::new(&lines, body).method("POST").target("/");
        assert!(builder.build(ring.clone()).unwrap().verify_at(request, now).is_err());
    }
});

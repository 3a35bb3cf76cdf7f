//! The three directions: signed by us, signed by them, tampered with.

use std::collections::BTreeMap;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use hookring::testing::{Delivery as Signed, DeliveryError};
use hookring::{Keyring, Scheme, Secret, SecretPolicy, SignError, SignWith, Timestamp};
#[cfg(feature = "p256")]
use hookring::{PublicKey, PublicKeyFormat};
use serde_json::{Value, json};

use crate::common::delivery::{Delivery, Ring, split_url};
use crate::common::outcome::Verdict;
use crate::deliveries::{Given, Headers, Kind, Tampering, headers_to_sign, make, secret, tamper};
use crate::random::Random;
use crate::sdk::Sdk;

const HOUR: Duration = Duration::from_secs(3600);

/// How many deliveries of each direction.
pub(crate) const EACH: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    OursToTheirs,
    TheirsToOurs,
    /// Signed by us with the old and the new key, to a receiver that knows one of them.
    Rotation,
    Tampered,
}

impl Direction {
    pub(crate) const ALL: [Self; 4] = [Self::OursToTheirs, Self::TheirsToOurs, Self::Rotation, Self::Tampered];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OursToTheirs => "ours to theirs",
            Self::TheirsToOurs => "theirs to ours",
            Self::Rotation => "rotation",
            Self::Tampered => "tampered",
        }
    }
}

/// What came of one direction.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) done: usize,
    pub(crate) agreed: usize,
    /// By the kind of body or the tampering: how many, and what was said of the first.
    pub(crate) disagreed: BTreeMap<String, (usize, String)>,
    /// Why it was not done at all.
    pub(crate) cannot: Option<&'static str>,
}

impl Tally {
    fn cannot(why: &'static str) -> Self {
        Self { cannot: Some(why), ..Self::default() }
    }

    fn count(&mut self, kind: &str, wrong: Option<String>) {
        self.done += 1;
        match wrong {
            None => self.agreed += 1,
            Some(why) => self.disagreed.entry(kind.to_owned()).or_insert((0, why)).0 += 1,
        }
    }
}

/// One SDK and one of its providers.
pub(crate) struct Pair<'s> {
    pub(crate) sdk: &'s mut Sdk,
    pub(crate) provider: &'s str,
    pub(crate) scheme: Scheme<'static>,
    pub(crate) seed: u64,
}

impl Pair<'_> {
    pub(crate) fn run(&mut self, direction: Direction) -> Tally {
        let mut random = Random(self.seed ^ direction as u64);
        match direction {
            Direction::OursToTheirs => self.ours_to_theirs(&mut random),
            Direction::TheirsToOurs => self.theirs_to_ours(&mut random),
            Direction::Rotation => self.rotation(&mut random),
            Direction::Tampered => self.tampered(&mut random),
        }
    }

    fn ours_to_theirs(&mut self, random: &mut Random) -> Tally {
        let mut tally = Tally::default();
        for n in 0..EACH {
            let mut given = make(self.provider, &self.scheme, random, n);
            let Some(headers) = self.sign(&mut given) else { return Tally::cannot("it is verified only") };
            tally.count(given.kind.as_str(), wrong(self.they_say(&given, &headers), true));
        }
        tally
    }

    fn theirs_to_ours(&mut self, random: &mut Random) -> Tally {
        let mut tally = Tally::default();
        for n in 0..EACH {
            let mut given = make(self.provider, &self.scheme, random, n);
            let verdict = match self.they_sign(&mut given) {
                Ok(headers) => wrong(self.we_say(&given, &headers), true),
                Err(why) => Some(why),
            };
            tally.count(given.kind.as_str(), verdict);
        }
        tally
    }

    fn rotation(&mut self, random: &mut Random) -> Tally {
        if !self.scheme.carries_several() {
            return Tally::cannot("one signature only");
        }
        let mut tally = Tally::default();
        for n in 0..EACH {
            let mut given = make(self.provider, &self.scheme, random, n);
            // What they refuse whatever the key was counted before.
            if matches!(given.kind, Kind::Empty | Kind::Binary | Kind::ByteOrderMark | Kind::Crlf) {
                given.kind = Kind::Ascii;
                given.body = br#"{"kind":"ascii"}"#.to_vec();
            }
            let old = secret(self.provider, &self.scheme, random);
            let now = Timestamp::from_unix_secs(given.signed_at);
            let ring = Keyring::new(self.secret(&old), now).ring;
            let ring = ring.rotate(self.secret(&given.secret), HOUR, now).expect("a rotation").ring;
            let headers = self.sign_with(&mut given, &ring, SignWith::AllLive).expect("several signatures");
            let knows = if n % 2 == 0 { "the new key" } else { "the old key" };
            let secrets = [if n % 2 == 0 { given.secret.clone() } else { old }];
            tally.count(knows, wrong(self.they_say_with(&secrets, &given, &headers), true));
        }
        tally
    }

    /// Half are signed by us and half by them, where both can; then both are asked.
    fn tampered(&mut self, random: &mut Random) -> Tally {
        let mut tally = Tally::default();
        let mut n = 0;
        while tally.done < EACH {
            n += 1;
            let mut given = make(self.provider, &self.scheme, random, n);
            // What one side cannot sign at all was counted before.
            if given.kind == Kind::Empty || given.kind == Kind::Binary {
                continue;
            }
            let ours = if n % 2 == 0 { self.sign(&mut given) } else { None };
            let Some(mut headers) = ours.or_else(|| self.they_sign(&mut given).ok()) else { continue };
            let what = Tampering::ALL[random.below(Tampering::ALL.len())];
            let applies = match what {
                Tampering::Late => self.scheme.has_timestamp() && self.checks_age(),
                Tampering::Url => self.scheme.signs_url(),
                _ => true,
            };
            if !applies || !tamper(what, self.provider, &mut given, &mut headers, random) {
                continue;
            }
            let theirs = wrong(self.they_say(&given, &headers), false).map(|why| format!("they: {why}"));
            let ours = wrong(self.we_say(&given, &headers), false).map(|why| format!("we: {why}"));
            tally.count(&format!("{what:?}").to_lowercase(), theirs.or(ours));
        }
        tally
    }

    fn checks_age(&self) -> bool {
        self.sdk.hello.pointer(&format!("/providers/{}/window/0", self.provider)).is_some_and(Value::is_number)
    }

    fn secret(&self, text: &str) -> Secret {
        let policy = SecretPolicy::dangerous_any_strength();
        Secret::parse(text, self.scheme.key_format(), &policy).expect("a secret of the scheme's format")
    }

    fn ring(&self, given: &Given) -> Keyring {
        Keyring::new(self.secret(&given.secret), Timestamp::from_unix_secs(given.signed_at)).ring
    }

    fn receivers_ring(&self, given: &Given) -> Ring {
        #[cfg(feature = "p256")]
        if given.private.is_some() {
            let key = PublicKey::parse(&given.secret, PublicKeyFormat::P256Spki).expect("a public key");
            return Ring::PublicKeys(Keyring::new(key, Timestamp::from_unix_secs(given.signed_at)).ring);
        }
        Ring::Secrets(self.ring(given))
    }

    /// `None` for a scheme that is verified only. The body is another one if the signature stands in it.
    fn sign(&self, given: &mut Given) -> Option<Headers> {
        let ring = given.private.is_none().then(|| self.ring(given))?;
        self.sign_with(given, &ring, SignWith::Current)
    }

    fn sign_with(&self, given: &mut Given, ring: &Keyring, with: SignWith) -> Option<Headers> {
        let mut unsigned = Signed::new("POST", &given.url).body(given.body.clone());
        for (name, value) in headers_to_sign(self.provider, given) {
            unsigned = unsigned.header(name, &value);
        }
        let now = Timestamp::from_unix_secs(given.signed_at);
        let signed = match unsigned.signed(self.scheme, ring, with, now) {
            Ok(signed) => signed,
            // A batch, each item of which carries a signature.
            Err(DeliveryError::Sign(SignError::MissingBodyField)) => return None,
            Err(why) => panic!("{}: {why}", self.provider),
        };
        given.body = signed.content().to_vec();
        Some(signed.headers().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect())
    }

    fn we_say(&self, given: &Given, headers: &Headers) -> (bool, String) {
        let (origin, target) = split_url(&given.url);
        let delivery = Delivery {
            scheme: self.scheme,
            ring: self.receivers_ring(given),
            tolerance: None,
            public_url: self.scheme.signs_url().then(|| origin.to_owned()),
            method: Some("POST".to_owned()),
            target: Some(target.to_owned()),
            headers: headers.clone(),
            body: given.body.clone(),
            body_limit: None,
            now: Timestamp::from_unix_secs(given.received_at),
        };
        let outcome = delivery.verify();
        assert!(matches!(outcome.verdict, Verdict::Accept | Verdict::Reject), "{}: {}", self.provider, outcome.short());
        (outcome.verdict == Verdict::Accept, outcome.short())
    }

    fn they_say(&mut self, given: &Given, headers: &Headers) -> (bool, String) {
        self.they_say_with(std::slice::from_ref(&given.secret), given, headers)
    }

    fn they_say_with(&mut self, secrets: &[String], given: &Given, headers: &Headers) -> (bool, String) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name, Base64::encode_string(value))).collect();
        let mut line = self.line("verify", given, given.received_at);
        line["headers"] = json!(headers);
        line["secrets"] = json!(secrets);
        let answer = self.sdk.ask(&line).unwrap_or_else(|_| panic!("{}: its process died", self.sdk.text("sdk")));
        let outcome = answer["outcome"].as_str().unwrap_or_default();
        (outcome == "accept", format!("{outcome} {}", answer["why"].as_str().unwrap_or_default()))
    }

    /// The headers; body and URL may be changed by it. `Err` if it refuses to sign such a body.
    fn they_sign(&mut self, given: &mut Given) -> Result<Headers, String> {
        let mut line = self.line("sign", given, given.signed_at);
        if let Some(private) = given.private {
            line["secrets"] = json!([private]);
        }
        let answer = self.sdk.ask(&line).unwrap_or_else(|_| panic!("{}: its process died", self.sdk.text("sdk")));
        let bytes = |value: &Value| Base64::decode_vec(value.as_str().unwrap_or_default()).expect("base64");
        let Some(headers) = answer["headers"].as_array() else {
            return Err(format!("does not sign: {}", answer["why"].as_str().unwrap_or_default()));
        };
        if answer["body_base64"].is_string() {
            given.body = bytes(&answer["body_base64"]);
        }
        Ok(headers.iter().map(|pair| (pair[0].as_str().unwrap_or_default().to_owned(), bytes(&pair[1]))).collect())
    }

    fn line(&self, what: &str, given: &Given, now: i64) -> Value {
        json!({
            "do": what,
            "provider": self.provider,
            "secrets": [given.secret],
            "method": "POST",
            "url": given.url,
            "id": given.id,
            "body_base64": Base64::encode_string(&given.body),
            "now_unix": now,
        })
    }
}

/// What was said, if it was not what was wanted.
fn wrong((accepted, said): (bool, String), wanted: bool) -> Option<String> {
    (accepted != wanted).then_some(said)
}

//! Deliveries in JSON files.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Delivery;
#[cfg(any(feature = "ed25519", feature = "p256"))]
use crate::asymmetric::{PublicKey, PublicKeyFormat};
use crate::encoding::SecretFormat;
use crate::error::{Rejection, SecretError, SetupError};
use crate::key::{Key, VerifyKey};
use crate::keyring::{Keyring, MAX_GRACE};
use crate::policy::SecretPolicy;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::verifier::Verifier;

/// What a verifier should say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The delivery is accepted.
    Valid,
    /// The delivery is rejected.
    Invalid,
}

/// A delivery in a file: what was sent, under which secrets and at what time, and what should come of it.
///
/// The JSON form is that of the conformance vectors: `id`, `provider`, `request` (`method`, `url`, `headers` as pairs,
/// `body_base64`), `secrets` (`value`, `encoding`), `now_unix`, `expect` (`valid`, `invalid`). Other members are ignored.
///
/// ```
/// use hookring::testing::{Delivery, Expect, Fixture};
/// use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, SignWith, Timestamp, providers};
///
/// // A delivery as it was captured. Its secret must not come into the file, so it is signed anew with one for tests.
/// let captured = Delivery::new("POST", "https://hooks.example.com/github")
///     .header("X-GitHub-Event", "ping")
///     .header("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
///     .body("Hello, World!");
/// let now = Timestamp::from_unix_secs(1_790_000_000);
/// let secret = || Secret::parse("made up for this test, 8e2f60c1", SecretFormat::Utf8, &SecretPolicy::provider());
/// let ring = Keyring::new(secret()?, now).ring;
/// let delivery = captured.signed(providers::GITHUB, &ring, SignWith::Current, now)?;
/// let text = Fixture::new("github-ping", "github", delivery, [secret()?], Expect::Valid, now).to_json();
///
/// // In the test, after reading the file:
/// for fixture in Fixture::parse(&text)? {
///     let scheme = providers::find(fixture.provider()).ok_or("unknown provider")?;
///     fixture.replay(*scheme)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// A fixture holds its secrets in clear. Never record one with a secret that is in use: sign the delivery anew first, as in
/// the example. Bodies may hold personal data.
pub struct Fixture {
    id: String,
    provider: String,
    delivery: Delivery,
    keys: Vec<KeyText>,
    now: Timestamp,
    expect: Expect,
}

/// The text of a key, and how it is read.
struct KeyText {
    text: Zeroizing<String>,
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Secret(SecretFormat),
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    Public(PublicKeyFormat),
}

/// A file that is no fixture: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fixture {index}, {field}: {wrong}")]
#[non_exhaustive]
pub struct FixtureError {
    /// Which fixture of the file, counted from 0.
    pub index: usize,
    /// The path of the field.
    pub field: &'static str,
    /// What is wrong with it.
    pub wrong: &'static str,
}

/// A replayed fixture did not come out as it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Surprise {
    /// It should have been accepted.
    #[error("{id} should be accepted: {rejection}")]
    Rejected {
        /// The fixture.
        id: String,
        /// Why it was not.
        rejection: Rejection,
    },
    /// It should have been rejected.
    #[error("{id} should be rejected, and was accepted")]
    Accepted {
        /// The fixture.
        id: String,
    },
    /// The verifier cannot be built.
    #[error("{id} cannot be verified: {error}")]
    Setup {
        /// The fixture.
        id: String,
        /// Why not.
        error: SetupError,
    },
    /// A secret of the fixture is not a valid one.
    #[error("{id} holds no secret: {error}")]
    Secret {
        /// The fixture.
        id: String,
        /// Why not.
        error: SecretError,
    },
    /// Its keys are not of the kind that the scheme needs, or a public key is not valid.
    #[error("{id} holds no key for this scheme")]
    Key {
        /// The fixture.
        id: String,
    },
}

impl Fixture {
    /// A fixture. The first secret is the current one, the others are previous ones that are still valid.
    ///
    /// The time is kept in whole seconds.
    pub fn new(
        id: &str,
        provider: &str,
        delivery: Delivery,
        secrets: impl IntoIterator<Item = Secret>,
        expect: Expect,
        now: Timestamp,
    ) -> Self {
        let text = |secret: Secret| KeyText {
            text: Zeroizing::new(secret.reveal().to_owned()),
            format: Format::Secret(secret.format()),
        };
        let keys = secrets.into_iter().map(text).collect();
        Self { id: id.to_owned(), provider: provider.to_owned(), delivery, keys, now, expect }
    }

    /// A fixture of a scheme with public keys: nothing in it is secret, so the captured delivery stays as it is.
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    pub fn with_public_keys(
        id: &str,
        provider: &str,
        delivery: Delivery,
        keys: &[(&str, PublicKeyFormat)],
        expect: Expect,
        now: Timestamp,
    ) -> Self {
        let text = |(text, format): &(&str, PublicKeyFormat)| KeyText {
            text: Zeroizing::new((*text).to_owned()),
            format: Format::Public(*format),
        };
        let keys = keys.iter().map(text).collect();
        Self { id: id.to_owned(), provider: provider.to_owned(), delivery, keys, now, expect }
    }

    /// What it is called.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of its scheme, for [`providers::find`](crate::providers::find).
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// What was sent.
    #[must_use]
    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The clock of the receiver.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Verifies the delivery under its secrets and its clock.
    ///
    /// # Errors
    ///
    /// [`Surprise`]: the verdict is not the expected one, or there is none.
    pub fn replay(&self, scheme: Scheme<'_>) -> Result<(), Surprise> {
        #[cfg(any(feature = "ed25519", feature = "p256"))]
        if scheme.has_public_key() {
            let read = |key: &KeyText| match key.format {
                Format::Public(format) => PublicKey::parse(&key.text, format).map_err(|_| self.no_key()),
                Format::Secret(_) => Err(self.no_key()),
            };
            return self.judge(scheme, self.ring(read, self.no_key())?);
        }
        let bad = |error| Surprise::Secret { id: self.id.clone(), error };
        let read = |key: &KeyText| match key.format {
            Format::Secret(format) => Secret::parse(&key.text, format, &SecretPolicy::dangerous_any_strength()).map_err(bad),
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            Format::Public(_) => Err(self.no_key()),
        };
        self.judge(scheme, self.ring(read, bad(SecretError::Empty))?)
    }

    #[cfg(any(feature = "ed25519", feature = "p256"))]
    fn no_key(&self) -> Surprise {
        Surprise::Key { id: self.id.clone() }
    }

    fn judge<K: VerifyKey>(&self, scheme: Scheme<'_>, ring: Keyring<K>) -> Result<(), Surprise> {
        let id = || self.id.clone();
        let builder = Verifier::builder(scheme);
        let builder = if scheme.signs_url() { builder.public_url(self.delivery.origin()) } else { builder };
        let verifier = builder.build(ring).map_err(|error| Surprise::Setup { id: id(), error })?;
        match (verifier.verify_at(self.delivery.request(), self.now), self.expect) {
            (Ok(_), Expect::Valid) | (Err(_), Expect::Invalid) => Ok(()),
            (Ok(_), Expect::Invalid) => Err(Surprise::Accepted { id: id() }),
            (Err(rejection), Expect::Valid) => Err(Surprise::Rejected { id: id(), rejection }),
        }
    }

    /// The ring of its keys. They may be as weak as published examples are.
    fn ring<K: Key>(&self, read: impl Fn(&KeyText) -> Result<K, Surprise>, none: Surprise) -> Result<Keyring<K>, Surprise> {
        // Oldest first, each replaced by the next; a key that is given twice is there once.
        let mut ring: Option<Keyring<K>> = None;
        for text in self.keys.iter().rev() {
            let key = read(text)?;
            ring = Some(match ring {
                None => Keyring::new(key, self.now).ring,
                Some(ring) => ring.rotate(key, MAX_GRACE, self.now).map_or(ring, |change| change.ring),
            });
        }
        ring.ok_or(none)
    }

    /// Its JSON text, with the secrets in clear.
    #[must_use]
    pub fn to_json(&self) -> String {
        let delivery = &self.delivery;
        let headers: Vec<Value> = delivery.headers().map(|(name, value)| Value::from([name, value].as_slice())).collect();
        let secrets: Vec<Value> =
            self.keys.iter().map(|key| json!({ "value": &*key.text, "encoding": name_of(key.format) })).collect();
        let value = json!({
            "id": self.id,
            "provider": self.provider,
            "request": {
                "method": delivery.method(),
                "url": delivery.url(),
                "headers": headers,
                "body_base64": STANDARD.encode(delivery.content()),
            },
            "secrets": secrets,
            "now_unix": self.now.unix_secs(),
            "expect": if self.expect == Expect::Valid { "valid" } else { "invalid" },
        });
        format!("{value:#}")
    }

    /// Reads one fixture, or an array of them.
    ///
    /// # Errors
    ///
    /// [`FixtureError`], which points at the field.
    pub fn parse(text: &str) -> Result<Vec<Self>, FixtureError> {
        let whole = |wrong| FixtureError { index: 0, field: "the file", wrong };
        match serde_json::from_str(text).map_err(|_| whole("is not JSON"))? {
            Value::Array(all) => all.iter().enumerate().map(|(index, one)| read(index, one)).collect(),
            one @ Value::Object(_) => Ok(Vec::from([read(0, &one)?])),
            _ => Err(whole("is neither an object nor an array")),
        }
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture")
            .field("id", &self.id)
            .field("provider", &self.provider)
            .field("delivery", &self.delivery)
            .field("keys", &self.keys.len())
            .field("now", &self.now)
            .field("expect", &self.expect)
            .finish()
    }
}

/// The name of a format in the file: that of the conformance vectors, which differs for some.
const fn name_of(format: Format) -> &'static str {
    match format {
        Format::Secret(SecretFormat::Whsec) => "whsec-base64",
        Format::Secret(SecretFormat::V1Whsec) => "v1-whsec-base64",
        #[cfg(feature = "sha1")]
        Format::Secret(SecretFormat::Sha1OfText) => "sha1-of-utf8",
        Format::Secret(format) => format.as_str(),
        #[cfg(any(feature = "ed25519", feature = "p256"))]
        Format::Public(format) => format.as_str(),
    }
}

/// `whsec-base64` is also used for secrets that lack the prefix or have a version before it.
fn format_of(name: &str, value: &str) -> Option<Format> {
    match name {
        "whsec-base64" if value.starts_with("v1,") => Some(Format::Secret(SecretFormat::V1Whsec)),
        "whsec-base64" if !value.starts_with("whsec_") => Some(Format::Secret(SecretFormat::Base64)),
        _ => {
            let all = SecretFormat::ALL.iter().copied().map(Format::Secret);
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            let all = all.chain(PublicKeyFormat::ALL.iter().copied().map(Format::Public));
            { all }.find(|format| name_of(*format) == name)
        }
    }
}

fn read(index: usize, value: &Value) -> Result<Fixture, FixtureError> {
    let error = |field, wrong| FixtureError { index, field, wrong };
    let text = |pointer: &str, field| {
        value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| error(field, "is missing or no text"))
    };
    let list = |pointer: &str, field| {
        value.pointer(pointer).and_then(Value::as_array).ok_or_else(|| error(field, "is missing or no array"))
    };
    let mut delivery = Delivery::new(text("/request/method", "request.method")?, text("/request/url", "request.url")?);
    for header in list("/request/headers", "request.headers")? {
        let at = |place: usize| header.get(place).and_then(Value::as_str);
        let (Some(name), Some(value)) = (at(0), at(1)) else {
            return Err(error("request.headers", "is not made of pairs of texts"));
        };
        delivery = delivery.header(name, value);
    }
    let body = STANDARD.decode(text("/request/body_base64", "request.body_base64")?);
    let mut keys = Vec::new();
    for secret in list("/secrets", "secrets")? {
        let member = |name: &str| secret.get(name).and_then(Value::as_str);
        let value = member("value").ok_or_else(|| error("secrets.value", "is missing or no text"))?;
        let encoding = member("encoding").ok_or_else(|| error("secrets.encoding", "is missing or no text"))?;
        let format = format_of(encoding, value).ok_or_else(|| error("secrets.encoding", "is not a known format"))?;
        keys.push(KeyText { text: Zeroizing::new(value.to_owned()), format });
    }
    if keys.is_empty() {
        return Err(error("secrets", "is empty"));
    }
    let seconds = value.get("now_unix").and_then(Value::as_i64);
    Ok(Fixture {
        id: text("/id", "id")?.to_owned(),
        provider: text("/provider", "provider")?.to_owned(),
        delivery: delivery.body(body.map_err(|_| error("request.body_base64", "is not base64"))?),
        keys,
        now: Timestamp::from_unix_secs(seconds.ok_or_else(|| error("now_unix", "is missing or no whole number"))?),
        expect: match text("/expect", "expect")? {
            "valid" => Expect::Valid,
            "invalid" => Expect::Invalid,
            _ => return Err(error("expect", "is neither `valid` nor `invalid`")),
        },
    })
}

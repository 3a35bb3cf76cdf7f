//! What holds for every input: functions that take bytes and panic where it does not.

#[path = "../../ring_model/machine.rs"]
#[allow(dead_code, reason = "the walk of the model uses more of it")]
mod machine;
#[path = "../../ring_model/model.rs"]
#[allow(dead_code, reason = "the walk of the model uses more of it")]
mod model;

mod bearer;
#[cfg(feature = "serde")]
mod configs;
#[cfg(feature = "diagnose")]
mod diagnose;
mod hashes;
mod headers;
mod hostile;
mod lanes;
mod rings;
mod rollout;
mod secrets;
mod signing;
mod snapshots;
mod streams;
mod times;

use std::sync::LazyLock;

use hookring::{Keyring, Scheme, Secret, SecretFormat, SecretPolicy, Timestamp, Verifier, providers};

pub(crate) use bearer::bearer;
#[cfg(feature = "serde")]
pub(crate) use configs::configs;
#[cfg(feature = "diagnose")]
pub(crate) use diagnose::diagnose;
pub(crate) use hashes::hashes;
pub(crate) use headers::headers;
pub(crate) use hostile::hostile;
pub(crate) use lanes::lanes;
pub(crate) use rings::rings;
pub(crate) use rollout::rollout;
pub(crate) use secrets::secrets;
pub(crate) use signing::signing;
pub(crate) use snapshots::snapshots;
pub(crate) use streams::streams;
pub(crate) use times::times;

type Property = fn(&[u8]);

/// The name of a property, and the property.
#[allow(dead_code, reason = "a fuzz target runs one")]
pub(crate) const ALL: &[(&str, Property)] = &[
    ("bearer", bearer),
    #[cfg(feature = "serde")]
    ("configs", configs),
    #[cfg(feature = "diagnose")]
    ("diagnose", diagnose),
    ("hashes", hashes),
    ("headers", headers),
    ("hostile", hostile),
    ("lanes", lanes),
    ("rings", rings),
    ("rollout", rollout),
    ("secrets", secrets),
    ("signing", signing),
    ("snapshots", snapshots),
    ("streams", streams),
    ("times", times),
];

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const TARGET: &str = "/hook";

/// A secret that no input holds, in whatever format.
fn secret(format: SecretFormat, n: u8) -> Secret {
    let text = match format {
        SecretFormat::Whsec => format!("whsec_bm90IGluIGFueSBjb3JwdXM6IDhl{n:02x}AAAAAAAAAA"),
        SecretFormat::V1Whsec => format!("v1,whsec_bm90IGluIGFueSBjb3JwdXM6IDhl{n:02x}AAAAAAAAAA"),
        _ => format!("0123456789abcdef0123456789abcd{n:02x}"),
    };
    Secret::parse(&text, format, &SecretPolicy::dangerous_any_strength()).unwrap()
}

/// The schemes of secrets.
fn schemes() -> &'static [Scheme<'static>] {
    static SCHEMES: LazyLock<Vec<Scheme<'static>>> = LazyLock::new(|| {
        let every = providers::all().iter().chain(providers::unconfirmed::all());
        every.filter(|scheme| !scheme.has_public_key()).copied().collect()
    });
    &SCHEMES
}

/// A ring with this one key.
fn alone(scheme: &Scheme<'_>, n: u8) -> Keyring {
    Keyring::new(secret(scheme.key_format(), n), NOW).ring
}

fn ring(scheme: &Scheme<'_>) -> Keyring {
    alone(scheme, 1)
}

fn verifier(scheme: &Scheme<'_>) -> Verifier {
    of_ring(scheme, ring(scheme))
}

fn of_ring(scheme: &Scheme<'_>, ring: Keyring) -> Verifier {
    let builder = Verifier::builder(*scheme);
    let builder = if scheme.signs_url() { builder.public_url("https://a.example") } else { builder };
    builder.build(ring).unwrap()
}

/// Takes bytes off the front; zeros when there are none left.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[usize::from(self.byte()) % from.len()]
    }

    /// Up to the next line break.
    fn line(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|b| *b == b'\n').unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        line
    }
}

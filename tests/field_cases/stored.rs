//! Steps about the secrets themselves: strength, stored hashes, derivation, what `Debug` shows.

use std::sync::Arc;

use hookring::{
    BcryptHash, BearerVerifier, Derivation, DeriveError, Derived, HashError, Keyring, Message, PresentedKey as _, Secret,
    SecretError, SecretFormat, SecretPolicy, Sha256Hash, SignWith, Signer, Timestamp, Verifier, providers,
};
use serde_json::Value;

use crate::common::labels;
use crate::score::{Score, agrees, check, forbidden};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
/// The least cost that the crate makes hashes with; cases ask for less only to be quick.
const COST: u32 = 10;

/// What earlier steps left behind.
#[derive(Default)]
pub(crate) struct Stored {
    hash: Option<Result<BcryptHash, HashError>>,
}

impl Stored {
    pub(crate) fn step(&mut self, op: &str, step: &Value, given: &Value, expect: &Value) -> Score {
        let text = |name: &str| step[name].as_str().unwrap_or_default();
        match op {
            "validate_strength" => strength(text("secret"), text("expect")),
            "validate_strength_random" => random(step["count"].as_u64().unwrap_or(1000)),
            "master_strength" => strength(text("master"), text("expect")),
            "hash_store" => {
                let hash = any(text("secret")).map_or(Err(HashError::NoRandomness), |secret| BcryptHash::of(&secret, COST));
                let error = hash.as_ref().err().map(|why| kind(*why));
                self.hash = Some(hash);
                check(agrees(text("expect"), error), || format!("{op}: {error:?}, not {}", text("expect")))
            }
            "hash_verify" => match &self.hash {
                Some(Ok(hash)) => matched(hash.matches(text("secret").as_bytes()), text("expect")),
                _ => check(text("expect") != "match", || "nothing was stored".to_owned()),
            },
            "hash_verify_foreign" => match BcryptHash::parse(text("stored")) {
                Ok(hash) => matched(hash.matches(text("secret").as_bytes()), text("expect")),
                Err(HashError::BcryptCost { .. }) if text("expect") == "match" => Score::Explained(
                    "stored hashes of a cost below 10 are refused, and so are secrets over 71 bytes, which bcrypt cuts",
                ),
                Err(why) => check(text("expect") != "match", || why.to_string()),
            },
            "derive_pair_must_differ" => check(different(given, &step["a"], &step["b"]), || format!("not different: {step}")),
            "derive_twice_equal" => check(same_twice(given, &step["a"]), || format!("not the same: {step}")),
            "derive" => {
                let error = derived(given, &step["a"]).err();
                let kind = error.map(|why| if why == DeriveError::EmptyPart { "invalid_id" } else { "unusable" });
                check(agrees(text("expect"), kind), || format!("{error:?}, not {}", text("expect")))
            }
            "format_debug" => debug(text("secret"), expect),
            _ => Score::Pending(format!("step {op}")),
        }
    }
}

fn any(text: &str) -> Result<Secret, SecretError> {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength())
}

/// Secrets that others chose are judged by the milder policy: the cases hold some of 128 bits.
fn strength(text: &str, wanted: &str) -> Score {
    let format = if text.starts_with("whsec_") { SecretFormat::Whsec } else { SecretFormat::Utf8 };
    let verdict = Secret::parse(text, format, &SecretPolicy::provider()).map(drop);
    let kind = verdict.err().map(labels::of_secret);
    check(agrees(wanted, kind), || format!("{verdict:?}, not {wanted}"))
}

fn random(count: u64) -> Score {
    let refused = (0..count).find(|_| {
        let secret = Secret::generate(SecretFormat::Utf8).unwrap();
        Secret::parse(secret.reveal(), SecretFormat::Utf8, &SecretPolicy::strict()).is_err()
    });
    check(refused.is_none(), || "a random secret was refused".to_owned())
}

const fn kind(why: HashError) -> &'static str {
    match why {
        HashError::TooLongForBcrypt { .. } => "secret_too_long",
        HashError::ContainsNul => "malformed_secret",
        _ => "storage_corrupt",
    }
}

fn matched(is: bool, wanted: &str) -> Score {
    let wants_match = wanted.starts_with("match");
    check(is == wants_match, || format!("matched: {is}, not {wanted}"))
}

fn derived(given: &Value, recipe: &Value) -> Result<Secret, DeriveError> {
    let text = |name: &str, default: &'static str| recipe[name].as_str().map_or_else(|| default.to_owned(), str::to_owned);
    let version = recipe["version"].as_u64().unwrap_or(1).to_string();
    let recipe = Derivation::labelled(&text("purpose", "secret"), &[&text("tenant", ""), &text("workflow", ""), &version])?;
    let master = given["master_hex"].as_str().unwrap_or_default();
    let master = Secret::parse(master, SecretFormat::Hex, &SecretPolicy::strict()).map_err(|_| DeriveError::Unusable)?;
    recipe.secret(&master)
}

/// Two derivations that do not give the same secret. One of them may be refused, not both: then nothing was compared.
fn different(given: &Value, a: &Value, b: &Value) -> bool {
    match (derived(given, a), derived(given, b)) {
        (Ok(a), Ok(b)) => a.reveal() != b.reveal(),
        (a, b) => a.is_ok() || b.is_ok(),
    }
}

fn same_twice(given: &Value, recipe: &Value) -> bool {
    match (derived(given, recipe), derived(given, recipe)) {
        (Ok(a), Ok(b)) => a.reveal() == b.reveal(),
        _ => false,
    }
}

/// Everything that holds the secret, in both forms of `Debug`.
fn debug(text: &str, expect: &Value) -> Score {
    let secret = Arc::new(any(text).unwrap());
    let ring: Keyring = Keyring::new(Arc::clone(&secret), NOW).ring;
    let change = ring.rotate(any(&format!("{text}-2")).unwrap(), core::time::Duration::from_secs(60), NOW).unwrap();
    let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring.clone(), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(b"{}").id("msg_1"), NOW).unwrap();
    let verifier = Verifier::new(providers::GITHUB, ring.clone()).unwrap();
    let bearer = BearerVerifier::new(ring.clone(), 1);
    let recipe = Derivation::labelled("url token", &[text]).unwrap();
    let token = recipe.secret(&secret).unwrap();
    let source = Derived::new(ring.clone(), recipe.clone());
    let hash = Sha256Hash::of(&secret).unwrap();
    let builder = Verifier::builder(providers::GITHUB);
    let all: [&dyn core::fmt::Debug; 12] =
        [&*secret, &ring, &change, &signer, &signed, &verifier, &builder, &bearer, &recipe, &token, &source, &hash];
    let said: Vec<String> = all.iter().flat_map(|value| [format!("{value:?}"), format!("{value:#?}")]).collect();
    match forbidden(&said, expect) {
        Some(found) => Score::Wrong(format!("Debug shows {found:?}")),
        None => Score::Right,
    }
}

//! Proof: the changed set-up is verified by a real verifier, and its time is judged.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use super::alt::Change;
use super::checker::{Checker, Prepared};
use super::framing::Framing;
use super::moment::{Form, form_of, read};
use super::url_parts::Parts;
use super::{Cause, Inquiry};
#[cfg(any(feature = "ed25519", feature = "p256"))]
use crate::asymmetric::PublicKey;
use crate::encoding::SecretFormat;
use crate::error::{Field, Rejection, SetupError};
use crate::key::VerifyKey;
use crate::keyring::Keyring;
use crate::message::Request;
use crate::policy::SecretPolicy;
use crate::secret::Secret;
use crate::verifier::Verifier;

/// What a real verifier says about the changed set-up.
enum Verdict {
    /// Accepted, or rejected for its time only.
    Authentic(Option<Rejection>),
    /// No verifier can be built for it, because no configuration says what the sender did.
    NoVerifier,
    Refused,
}

/// The changes that are still needed after the signature matched: none, or those of the time. `None` if a verifier does
/// not agree that the signature is good.
pub(super) fn prove(inquiry: &Inquiry<'_>, framing: &Framing<'_>, body: &[u8], key: &Prepared) -> Option<Vec<Change>> {
    match verdict_of(inquiry, framing, body, key) {
        Verdict::Refused => None,
        Verdict::NoVerifier | Verdict::Authentic(None) => Some(match &framing.sent {
            Some(text) => told_apart(inquiry, text),
            None => Vec::new(),
        }),
        Verdict::Authentic(Some(why)) => {
            let text = framing.raw_time(body).unwrap_or_default();
            Some(time_changes(inquiry, framing, &text, why))
        }
    }
}

fn verdict_of(inquiry: &Inquiry<'_>, framing: &Framing<'_>, body: &[u8], key: &Prepared) -> Verdict {
    match &key.checker {
        Checker::Mac(_) => match secret_of(&key.alt.bytes) {
            Some(secret) => verdict(inquiry, framing, body, Keyring::new(secret, inquiry.now).ring),
            None => Verdict::NoVerifier,
        },
        #[cfg(any(feature = "ed25519", feature = "p256"))]
        Checker::Public(key) => verdict(inquiry, framing, body, Keyring::new(PublicKey::clone(key), inquiry.now).ring),
    }
}

fn verdict<K: VerifyKey>(inquiry: &Inquiry<'_>, framing: &Framing<'_>, body: &[u8], ring: Keyring<K>) -> Verdict {
    let own = framing.shape.base.name() == inquiry.scheme.name();
    framing.shape.with(|scheme| {
        let mut builder = Verifier::builder(*scheme);
        if let (true, true, Some((past, future))) = (own, scheme.has_timestamp(), inquiry.tolerance) {
            builder = builder.tolerance(past, future);
        }
        let parts = framing.url.as_deref().and_then(Parts::of);
        let base = parts.as_ref().map(|parts| Parts { path: String::new(), query: None, ..parts.clone() }.whole());
        if let (true, Some(base)) = (scheme.signs_url(), &base) {
            builder = builder.public_url(base);
        }
        let verifier = match builder.build(ring) {
            Ok(verifier) => verifier,
            Err(SetupError::Scheme(_)) => return Verdict::Refused,
            Err(_) => return Verdict::NoVerifier,
        };
        let mut request = Request::new(&framing.headers, body);
        if let Some(method) = &framing.method {
            request = request.method(method);
        }
        let target = framing.url.as_deref().zip(base.as_deref()).and_then(|(url, base)| url.strip_prefix(base));
        if let Some(target) = target {
            request = request.target(target);
        }
        match verifier.verify_at(request, inquiry.now) {
            Ok(_) => Verdict::Authentic(None),
            // Judged after the signature was found good.
            Err(why @ (Rejection::TooOld { .. } | Rejection::TooNew { .. })) => Verdict::Authentic(Some(why)),
            Err(why @ (Rejection::Malformed(Field::Timestamp) | Rejection::Missing(Field::Timestamp)))
                if framing.frame_is_late() =>
            {
                Verdict::Authentic(Some(why))
            }
            Err(Rejection::Malformed(Field::Target) | Rejection::NeedsRequestLine) => Verdict::NoVerifier,
            Err(_) => Verdict::Refused,
        }
    })
}

/// The same key bytes as a secret, whatever its text was.
fn secret_of(key: &[u8]) -> Option<Secret> {
    let text = zeroize::Zeroizing::new(hex::encode(key));
    Secret::parse(&text, SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).ok()
}

/// The time of a delivery whose scheme no longer reads it.
fn told_apart(inquiry: &Inquiry<'_>, text: &[u8]) -> Vec<Change> {
    let (Some((sent, _)), Some((past, future))) = (read(text), inquiry.window()) else { return Vec::new() };
    let (age, ahead) = (inquiry.now.since(sent), sent.since(inquiry.now));
    if age > past {
        Vec::from([too_old(age)])
    } else if ahead > future {
        Vec::from([too_new(ahead)])
    } else {
        Vec::new()
    }
}

/// What the verifier says about the time: another unit, an old delivery, or a clock that is wrong.
fn time_changes(inquiry: &Inquiry<'_>, framing: &Framing<'_>, text: &[u8], why: Rejection) -> Vec<Change> {
    let unit = framing.shape.base.timestamp.map(|(_, unit)| unit);
    let seen = read(text);
    let wanted = unit.map_or(Form::Words, form_of);
    let mut changes = Vec::new();
    if let Some((sent, form)) = seen.filter(|(_, form)| *form != wanted) {
        let cause = if form == Form::Words || wanted == Form::Words { Cause::TimeText } else { Cause::TimeUnit };
        let say = format!(
            "The timestamp is in {}, and the scheme reads it as {}: the sender has to write {}.",
            form.name(),
            wanted.name(),
            wanted.name()
        );
        changes.push(Change { cause, say });
        let (past, future) = inquiry.window().unwrap_or_default();
        let (age, ahead) = (inquiry.now.since(sent), sent.since(inquiry.now));
        if age > past {
            changes.push(too_old(age));
        } else if ahead > future {
            changes.push(too_new(ahead));
        }
        return changes;
    }
    let sent = seen.map_or(inquiry.now, |(sent, _)| sent);
    match why {
        Rejection::TooOld { .. } => changes.push(too_old(inquiry.now.since(sent))),
        Rejection::TooNew { .. } => changes.push(too_new(sent.since(inquiry.now))),
        _ => changes.push(Change {
            cause: Cause::TimeText,
            say: "The timestamp in the body is not written as the scheme demands.".to_string(),
        }),
    }
    changes
}

fn too_old(age: Duration) -> Change {
    let say = format!(
        "The delivery is authentic and was sent {} ago, longer than the tolerance: it was delayed or sent again, or the receiver's clock is ahead.",
        spoken(age)
    );
    Change { cause: Cause::TimeTooOld, say }
}

fn too_new(ahead: Duration) -> Change {
    let say = format!(
        "The delivery is authentic and dated {} in the future: the receiver's clock is behind, or the sender's is ahead.",
        spoken(ahead)
    );
    Change { cause: Cause::ClockSkew, say }
}

fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

//! One message for many endpoints: the same bytes, signed under the keys of each.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::prepared::Prepared;
use super::{SignWith, SignedHeaders, rules_for};
use crate::error::{SetupError, SignError};
use crate::keyring::{Keyring, Role};
use crate::message::Message;
use crate::scheme::{Rules, Scheme};
use crate::time::Timestamp;

/// Signs one message for many endpoints that have keys of their own.
///
/// The message is hashed once for every six keys, not once per endpoint; where the CPU has SHA extensions that is about
/// a third of the work.
///
/// ```
/// use hookring::{FanOut, Keyring, Message, Secret, SecretFormat, SignWith, Timestamp, providers};
///
/// let now = Timestamp::now();
/// let rings: Vec<Keyring> = (0..3)
///     .map(|_| Ok(Keyring::new(Secret::generate(SecretFormat::Whsec)?, now).ring))
///     .collect::<Result<_, hookring::SecretError>>()?;
///
/// let fan_out = FanOut::new(providers::STANDARD_WEBHOOKS, SignWith::Current)?;
/// let signed = fan_out.sign_each(&Message::new(b"{}").id("msg_1"), &rings, now)?;
/// assert_eq!(signed.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FanOut {
    rules: Arc<Rules>,
    with: SignWith,
}

impl FanOut {
    /// A signer of this scheme for many rings.
    ///
    /// # Errors
    ///
    /// [`SetupError`] as for [`Signer::new`](crate::Signer::new), and [`SetupError::UrlIsSigned`] for a scheme that signs
    /// the URL, which differs from endpoint to endpoint.
    pub fn new(scheme: Scheme<'_>, with: SignWith) -> Result<Self, SetupError> {
        if scheme.signs_url() {
            return Err(SetupError::UrlIsSigned);
        }
        let rules = rules_for(scheme, with)?;
        if rules.curve.is_some() {
            return Err(SetupError::WrongKeyKind);
        }
        Ok(Self { rules: Arc::new(rules), with })
    }

    /// Signs the message under each ring; the results are in the order of the rings.
    ///
    /// A ring without a current key gives [`SignError::NoCurrentKey`] at its place and does not disturb the others.
    ///
    /// # Errors
    ///
    /// What is wrong with the message itself.
    pub fn sign_each<'k>(
        &self,
        message: &Message<'_>,
        rings: impl IntoIterator<Item = &'k Keyring>,
        now: Timestamp,
    ) -> Result<Vec<Result<SignedHeaders, SignError>>, SignError> {
        let prepared = Prepared::new(&self.rules, message, now)?;
        // The keys of all rings in a row, and where those of each ring end.
        let rings = rings.into_iter();
        let (mut keys, mut ends) = (Vec::with_capacity(rings.size_hint().0), Vec::with_capacity(rings.size_hint().0));
        for ring in rings {
            if ring.current().is_some() {
                keys.extend(ring.live(now).filter(|live| self.with.covers(live.role)));
            }
            ends.push(keys.len());
        }
        let mut signatures = Vec::with_capacity(keys.len());
        let mut roles = keys.iter().map(|live| live.role == Role::Previous);
        prepared.sign(keys.iter().map(|live| live.key), &mut |text| signatures.push((roles.next().unwrap_or(false), text)))?;
        let mut start = 0;
        let headers = |end| match signatures.get(core::mem::replace(&mut start, end)..end) {
            Some(of_ring @ [_, ..]) => prepared.headers(of_ring),
            _ => Err(SignError::NoCurrentKey),
        };
        Ok(ends.into_iter().map(headers).collect())
    }
}

impl fmt::Debug for FanOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FanOut").field("scheme", &self.rules.name).field("with", &self.with).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Signer, mac, providers, secret::Secret};
    use core::time::Duration;

    fn secret(n: usize) -> Arc<Secret> {
        let text = alloc::format!("a secret for endpoint number {n:04}");
        Arc::new(Secret::parse(&text, crate::SecretFormat::Utf8, &crate::SecretPolicy::dangerous_any_strength()).unwrap())
    }

    #[test]
    fn each_endpoint_gets_what_its_own_signer_would_give() {
        let now = Timestamp::from_unix_secs(1_790_000_000);
        let mut rings: Vec<Keyring> = (0..23).map(|n| Keyring::new(secret(n), now).ring).collect();
        rings[3] = rings[3].rotate(secret(103), Duration::from_secs(60), now).unwrap().ring;
        let id = rings[7].current().unwrap().id();
        rings[7] = rings[7].revoke(id, now).unwrap().ring;
        let message = Message::new(b"the same for all").id("msg_1");
        for with in [SignWith::Current, SignWith::AllLive] {
            mac::counter::take();
            let fan_out = FanOut::new(providers::STANDARD_WEBHOOKS, with).unwrap();
            let all = fan_out.sign_each(&message, &rings, now).unwrap();
            assert_eq!(mac::counter::take().0, 4, "23 keys, six per pass");
            for (n, (ring, signed)) in rings.iter().zip(all).enumerate() {
                let alone = Signer::new(providers::STANDARD_WEBHOOKS, ring, with).unwrap().sign(&message, now);
                match (signed, alone) {
                    (Ok(signed), Ok(alone)) => assert!(signed.iter().eq(alone.iter()), "{n}"),
                    (Err(signed), Err(alone)) => assert_eq!((n, signed), (7, alone)),
                    _ => panic!("{n}"),
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_with_the_message_is_said_once() {
        let now = Timestamp::from_unix_secs(1_790_000_000);
        let fan_out = FanOut::new(providers::STANDARD_WEBHOOKS, SignWith::Current).unwrap();
        assert_eq!(fan_out.sign_each(&Message::new(b""), &[], now).unwrap_err(), SignError::MissingId);
        assert_eq!(fan_out.sign_each(&Message::new(b"").id("a.b"), &[], now).unwrap_err(), SignError::InvalidId);
        assert_eq!(FanOut::new(providers::HUBSPOT_V3, SignWith::Current).unwrap_err(), SetupError::UrlIsSigned);
    }
}

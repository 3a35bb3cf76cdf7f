//! Schemes of real providers, as constants.
//!
//! A provider is one constant and its vectors. A wrong one does not compile: [`Scheme::check`] runs over every row.
//! Header names collide between providers, so a scheme is never detected: the endpoint names its own.
//!
//! Each row says what its signature does **not** cover, what the provider does while a secret is rotated, and how sure the
//! recipe is. *No overlap documented* means that the provider switches from one delivery to the next: the receiver holds both
//! secrets in its ring for as long as retries of the old one may come.
//!
//! | confidence | evidence |
//! |---|---|
//! | A | an SDK was run on made-up deliveries and gave the same verdicts |
//! | B | a vector that the provider or its tests publish was recomputed |
//! | C | the page of the provider, its sample or the sender's own code was read |
//! | C~ | only quotations or agreeing secondary sources: [`unconfirmed`], not found by [`find`] |
//!
//! Left out: schemes whose sources contradict each other (Authorize.Net, Flutterwave, Ordergroove); plain hashes with the secret
//! in the message, which are no MAC (HubSpot v1 and v2, Lark, Cloudinary); JSON Web Tokens in a header (QStash, MessageBird,
//! Vonage, Jira Connect, LiveKit); keys and certificates that are fetched (AWS SNS, PayPal, Plaid, eBay).
#![doc = include_str!("docs/providers.md")]

mod code_hosts;
mod commerce;
mod computed;
mod content;
mod forms;
mod generic;
mod messaging;
mod payments;
mod people;
#[cfg(any(feature = "ed25519", feature = "p256"))]
mod public_key;
#[cfg(feature = "sha1")]
mod sha1;
mod special;
mod standard_webhooks;
pub mod tokens;
pub mod unconfirmed;

pub use code_hosts::*;
pub use commerce::*;
pub use computed::*;
pub use content::*;
pub use generic::*;
pub use messaging::*;
pub use payments::*;
pub use people::*;
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub use public_key::*;
#[cfg(feature = "sha1")]
pub use sha1::*;
pub use special::*;
pub use standard_webhooks::*;

use crate::scheme::Scheme;

/// A new family is added here.
const FAMILIES: &[&[Scheme<'static>]] = &[
    GENERIC,
    STANDARD,
    CODE_HOSTS,
    PAYMENTS,
    COMMERCE,
    MESSAGING,
    PEOPLE,
    CONTENT,
    SPECIAL,
    COMPUTED,
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    PUBLIC_KEY,
    #[cfg(feature = "sha1")]
    SHA1,
];

static EVERY: [Scheme<'static>; count()] = joined();

/// Every scheme of this module, except those of [`unconfirmed`].
#[must_use]
pub const fn all() -> &'static [Scheme<'static>] {
    &EVERY
}

/// The scheme with this name, such as `"stripe"`.
///
/// ```
/// use hookring::providers;
/// assert_eq!(providers::find("stripe").map(|scheme| scheme.name()), Some("stripe"));
/// assert!(providers::find("heroku").is_none() && providers::unconfirmed::find("heroku").is_some());
/// ```
#[must_use]
pub fn find(name: &str) -> Option<&'static Scheme<'static>> {
    EVERY.iter().find(|scheme| scheme.name() == name)
}

const fn count() -> usize {
    let (mut rows, mut rest) = (0_usize, FAMILIES);
    while let [family, tail @ ..] = rest {
        rows = rows.saturating_add(family.len());
        rest = tail;
    }
    rows
}

const fn joined() -> [Scheme<'static>; count()] {
    let mut rows = [GITHUB; count()];
    let (mut room, mut families): (&mut [Scheme<'static>], _) = (&mut rows, FAMILIES);
    while let [family, other_families @ ..] = families {
        let mut rest = *family;
        while let [row, tail @ ..] = rest {
            let [place, further @ ..] = room else { return rows };
            *place = *row;
            (rest, room) = (tail, further);
        }
        families = other_families;
    }
    rows
}

const _: () = {
    let mut lists = [all(), unconfirmed::all()].as_slice();
    while let [list, other_lists @ ..] = lists {
        let mut rest = *list;
        while let [scheme, tail @ ..] = rest {
            assert!(scheme.check().is_ok(), "a provider row contradicts itself");
            rest = tail;
        }
        lists = other_lists;
    }
};

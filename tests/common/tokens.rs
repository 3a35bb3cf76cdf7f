//! Vectors of providers that present a secret as it is.

use hookring::{BearerVerifier, Carrier, Headers, Keyring, Rejection, Timestamp};

use super::delivery::Header;
use super::outcome::Outcome;

/// A delivery with a presented secret, and the set-up of its receiver.
#[derive(Debug)]
pub(crate) struct Presentation {
    pub(crate) carrier: Carrier<'static>,
    pub(crate) ring: Keyring,
    pub(crate) target: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) now: Timestamp,
}

impl Presentation {
    pub(crate) fn check(&self) -> Outcome {
        let verifier = match BearerVerifier::new(self.ring.clone(), 0).carried_by(self.carrier) {
            Ok(verifier) => verifier,
            Err(why) => return Outcome::config_error("bad_carrier", &why),
        };
        let query = self.target.split_once('?').map(|(_, query)| query);
        let headers: &dyn Headers = &self.headers;
        let mut outcome = match verifier.check_at(headers, query, self.now) {
            Ok(presented) => Outcome::accept(presented.role(), &presented),
            Err(Rejection::Mismatch) => Outcome::reject(&Rejection::TokenMismatch),
            Err(why) => Outcome::reject(&why),
        };
        outcome.said.push(format!("{verifier:?}"));
        outcome
    }
}

//! What became of a delivery, in the words of the conformance contract.

use core::error::Error;
use core::fmt::Debug;

use hookring::{Rejection, Role};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accept,
    Reject,
    /// The scheme, an encoding or a step is not one that this crate implements.
    Unsupported,
    /// Nothing was verified, because the set-up was refused.
    ConfigError,
}

impl Verdict {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Unsupported => "unsupported",
            Self::ConfigError => "config_error",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// Why: the code of the rejection, or a label. `None` if accepted.
    pub(crate) code: Option<String>,
    pub(crate) role: Option<Role>,
    /// Every text that was given out, to be searched for what must not be in it.
    pub(crate) said: Vec<String>,
}

impl PartialEq for Outcome {
    fn eq(&self, other: &Self) -> bool {
        (self.verdict, &self.code, self.role) == (other.verdict, &other.code, other.role)
    }
}

impl Outcome {
    pub(crate) fn accept(role: Role, proof: &dyn Debug) -> Self {
        let said = vec![format!("{proof:?}"), format!("{proof:#?}")];
        Self { verdict: Verdict::Accept, code: None, role: Some(role), said }
    }

    pub(crate) fn reject(why: &Rejection) -> Self {
        let mut said = texts(why);
        said.push(why.public_message().to_owned());
        Self { verdict: Verdict::Reject, code: Some(why.code().to_owned()), role: None, said }
    }

    pub(crate) fn config_error(label: &str, why: &dyn Error) -> Self {
        Self { verdict: Verdict::ConfigError, code: Some(label.to_owned()), role: None, said: texts(why) }
    }

    /// A set-up that cannot even be put to the crate, such as one without secrets.
    pub(crate) fn no_set_up(label: &str) -> Self {
        Self { verdict: Verdict::ConfigError, code: Some(label.to_owned()), role: None, said: Vec::new() }
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unsupported, code: Some(what.into()), role: None, said: Vec::new() }
    }

    pub(crate) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }

    /// `reject:signature_mismatch`, `accept:current`.
    pub(crate) fn short(&self) -> String {
        format!("{}:{}", self.verdict.as_str(), self.role.map_or_else(|| self.code(), |role| role.as_str()))
    }

    pub(crate) fn to_json(&self, id: &Value) -> Value {
        json!({ "id": id, "outcome": self.verdict.as_str(), "code": self.code, "role": self.role.map(Role::as_str) })
    }
}

/// `Display`, `Debug` and everything in the source chain.
fn texts(why: &dyn Error) -> Vec<String> {
    let chain = core::iter::successors(Some(why), |error| (*error).source());
    chain.flat_map(|error| [error.to_string(), format!("{error:?}"), format!("{error:#?}")]).collect()
}

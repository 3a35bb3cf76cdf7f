//! What a diagnosis found.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Cause;
use super::alt::Change;
use super::work::Work;

/// One explanation of a rejection: a cause or several, and a sentence for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(super) changes: Vec<Change>,
    pub(super) proven: bool,
    /// Explanations that are tried alone count for less than usual ones.
    pub(super) rare: bool,
}

/// The simplest first, each combination of causes once.
pub(super) fn ranked(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_cached_key(Finding::rank);
    let mut named: Vec<String> = Vec::new();
    findings.retain(|finding| {
        let name = finding.name();
        let new = !named.contains(&name);
        named.push(name);
        new
    });
    findings
}

impl Finding {
    /// A guess that rests on what is missing or malformed.
    pub(super) fn unproven(cause: Cause, say: String) -> Self {
        Self { changes: Vec::from([Change { cause, say }]), proven: false, rare: true }
    }

    /// What differs, in the order of the search.
    pub fn causes(&self) -> impl Iterator<Item = Cause> {
        self.changes.iter().map(|change| change.cause)
    }

    /// The names of the causes with `+` between them, such as `"secret.quotes+body.line-break"`.
    #[must_use]
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.causes().map(Cause::as_str).collect();
        names.join("+")
    }

    /// What to change, in a sentence for each cause, with `(not proven)` at the end where that is so. Holds no secret, no
    /// signature and nothing of a body.
    #[must_use]
    pub fn say(&self) -> String {
        let texts: Vec<&str> = self.changes.iter().map(|change| change.say.as_str()).collect();
        let mark = if self.proven { "" } else { " (not proven)" };
        [texts.join(" ").as_str(), mark].concat()
    }

    /// Whether the delivery was verified with this changed. Otherwise the finding rests on what is missing or malformed.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        self.proven
    }

    pub(super) fn rank(&self) -> (bool, usize, bool, Vec<Cause>) {
        let mut causes: Vec<Cause> = self.causes().collect();
        causes.sort_unstable();
        (!self.proven, self.changes.len(), self.rare, causes)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.say())
    }
}

/// The result of an [`Inquiry`](super::Inquiry): its findings, the simplest first.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    pub(super) findings: Vec<Finding>,
    pub(super) accepted: bool,
    pub(super) work: Work,
}

impl Diagnosis {
    /// Whether the delivery verifies as it is.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// All findings, the simplest first. None for an accepted delivery, or if nothing explains it: it may be forged.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The first finding.
    #[must_use]
    pub fn first(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// The name of the first finding.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        self.first().map(Finding::name)
    }

    /// One text for a person: what to change, or that nothing was found.
    #[must_use]
    pub fn say(&self) -> String {
        if self.accepted {
            return String::from("The delivery is accepted.");
        }
        match self.first() {
            Some(finding) => finding.say(),
            None if self.work.cut_short => String::from(
                "Nothing was found within the bounds of the search: the body is large, so try it with a smaller one.",
            ),
            None => String::from(
                "Nothing explains it: it is forged, signed with a secret that is not at hand, or changed in a way that cannot be undone.",
            ),
        }
    }

    /// How many MACs were computed.
    #[must_use]
    pub const fn macs(&self) -> u64 {
        self.work.macs
    }

    /// Over how many bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.work.bytes
    }

    /// Whether the search came to its end within its bounds.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        !self.work.cut_short
    }
}

/// The first finding with its name, or that there is none.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first() {
            Some(finding) => write!(f, "{finding}"),
            None => f.write_str(&self.say()),
        }
    }
}

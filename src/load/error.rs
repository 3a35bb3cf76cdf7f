//! What can be wrong with a secret at start, in words that the person who deploys can act on.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use std::io;
use std::path::PathBuf;

use crate::error::SecretError;
use crate::time::Timestamp;

/// A secret that cannot be loaded. `Display` is one line: where, which rule, what to do; never the value. `Debug` is the
/// same, because that is what a `main` that returns it prints.
#[derive(Clone, PartialEq, Eq)]
pub struct LoadError {
    origin: LoadOrigin,
    problem: LoadProblem,
}

/// Where a secret should have come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadOrigin {
    /// An environment variable of this name.
    Variable(Box<str>),
    /// A file.
    File(PathBuf),
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadProblem {
    /// The variable is not set.
    #[error("not set: set it to the secret; a new one comes from its provider, `openssl rand -hex 32` or `Secret::generate`")]
    Missing,
    /// The value of the variable is in quotes, which belong to the file or script that it was set by.
    #[error("the value is in quotes, which would be a part of the secret: set it without them")]
    Quoted,
    /// The value is not Unicode text.
    #[error("not UTF-8 text: write binary secrets as hex or base64 and load them in that format")]
    NotUnicode,
    /// The file cannot be read.
    #[error("cannot be read ({0}): check that it is mounted and that this process may read it")]
    Unreadable(io::ErrorKind),
    /// The file is larger than any secret.
    #[error("larger than {maximum} bytes: it has to hold the secret and nothing else")]
    FileTooLarge {
        /// The most that is read.
        maximum: usize,
    },
    /// The text is no secret, or a weak one.
    #[error("{}", Advice(.0))]
    Secret(SecretError),
    /// The previous secret is the current one, or the same key in another spelling.
    #[error("the same key as the current secret: set it to the secret from before the rotation, or remove it")]
    EqualToCurrent,
    /// A previous secret without an end. Counting from the start of the process would let every restart prolong it.
    #[error("has no deadline: set {variable} to the time until which it is accepted, such as 2026-09-21T14:13:20Z")]
    DeadlineMissing {
        /// The variable of the deadline.
        variable: Box<str>,
    },
    /// The deadline is no time.
    #[error("not a time: write it as 2026-09-21T14:13:20Z or in Unix seconds")]
    DeadlineMalformed,
    /// The deadline is more than 30 days ahead.
    #[error("more than 30 days ahead: the latest possible is {latest}")]
    DeadlineTooFar {
        /// The latest that is accepted now.
        latest: Timestamp,
    },
}

/// The rule of a [`SecretError`], with what to do where the rule alone does not say.
struct Advice<'a>(&'a SecretError);

impl fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SecretError::Empty => f.write_str(
                "the secret is empty: set one; a new one comes from its provider, `openssl rand -hex 32` or `Secret::generate`",
            ),
            other => other.fmt(f),
        }
    }
}

impl LoadError {
    pub(super) const fn new(origin: LoadOrigin, problem: LoadProblem) -> Self {
        Self { origin, problem }
    }

    /// The variable or file that is wrong.
    #[must_use]
    pub const fn origin(&self) -> &LoadOrigin {
        &self.origin
    }

    /// What is wrong with it.
    #[must_use]
    pub const fn problem(&self) -> &LoadProblem {
        &self.problem
    }
}

impl fmt::Display for LoadOrigin {
    /// The name of the variable, or the path of the file in quotes; control characters are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => name.escape_debug().fmt(f),
            Self::File(path) => write!(f, "{path:?}"),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)
    }
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for LoadError {}

/// Everything that is wrong with the secrets of a ring, so that one restart is enough to repair it. Never empty.
///
/// `Display` has one line for each, and `Debug` the same, after a line break where `main` prints `Error: ` in front.
#[derive(Clone, PartialEq, Eq)]
pub struct LoadErrors(Vec<LoadError>);

impl LoadErrors {
    pub(super) const fn new(errors: Vec<LoadError>) -> Self {
        Self(errors)
    }

    /// Each of them, in the order of the variables.
    pub fn iter(&self) -> core::slice::Iter<'_, LoadError> {
        self.0.iter()
    }
}

impl IntoIterator for LoadErrors {
    type Item = LoadError;
    type IntoIter = alloc::vec::IntoIter<LoadError>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a LoadErrors {
    type Item = &'a LoadError;
    type IntoIter = core::slice::Iter<'a, LoadError>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().enumerate().try_for_each(|(n, error)| {
            let between = if n == 0 { "" } else { "\n" };
            write!(f, "{between}{error}")
        })
    }
}

impl fmt::Debug for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl Error for LoadErrors {}

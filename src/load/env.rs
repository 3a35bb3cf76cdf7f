//! One secret from one environment variable.

use alloc::vec::Vec;
use std::ffi::OsString;

use zeroize::Zeroizing;

use super::{Form, LoadError, LoadOrigin, LoadProblem, parse};
use crate::encoding::SecretFormat;
use crate::policy::SecretPolicy;
use crate::secret::Secret;
use crate::stack;

impl Secret {
    /// Reads a secret from an environment variable, exactly as it is there.
    ///
    /// ```
    /// use hookring::{LoadProblem, Secret, SecretFormat, SecretPolicy};
    ///
    /// let missing = Secret::from_env("WEBHOOK_SECRET_OF_NOBODY", SecretFormat::Utf8, &SecretPolicy::strict()).unwrap_err();
    /// assert_eq!(*missing.problem(), LoadProblem::Missing);
    /// assert!(missing.to_string().starts_with("WEBHOOK_SECRET_OF_NOBODY: not set"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoadError`], which names the variable: [`LoadProblem::Missing`], [`LoadProblem::Quoted`],
    /// [`LoadProblem::NotUnicode`] or [`LoadProblem::Secret`]. A line break at the end is an error and not removed, because
    /// the rest of the environment was probably set in the same way.
    ///
    /// # Security
    ///
    /// The copy that is read is wiped. The environment itself is not: it stays readable for the owner of the process
    /// (`/proc/self/environ`) and is inherited by its children. A file is better: [`Secret::from_file`].
    pub fn from_env(name: &str, format: SecretFormat, policy: &SecretPolicy) -> Result<Self, LoadError> {
        secret(&lookup, name, Form { format, policy })
            .map_err(|problem| LoadError::new(LoadOrigin::Variable(name.into()), problem))
    }
}

/// The process environment. Only a parameter of what follows, so that tests need not change it.
pub(super) fn lookup(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The value of a variable, in a buffer that is wiped.
pub(super) fn value(lookup: &impl Fn(&str) -> Option<OsString>, name: &str) -> Option<Zeroizing<Vec<u8>>> {
    lookup(name).map(|value| Zeroizing::new(value.into_encoded_bytes()))
}

pub(super) fn secret(lookup: &impl Fn(&str) -> Option<OsString>, name: &str, form: Form<'_>) -> Result<Secret, LoadProblem> {
    stack::wiped(|| {
        let value = value(lookup, name).ok_or(LoadProblem::Missing)?;
        if matches!(value.as_slice(), [b'"', .., b'"'] | [b'\'', .., b'\'']) {
            return Err(LoadProblem::Quoted);
        }
        parse(&value, form)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SecretError;

    fn load(value: Option<OsString>) -> Result<Secret, LoadProblem> {
        let policy = SecretPolicy::strict();
        secret(
            &|name| if name == "V" { value.clone() } else { None },
            "V",
            Form { format: SecretFormat::Utf8, policy: &policy },
        )
    }

    #[test]
    fn each_bad_value_has_its_own_problem() {
        let good = "31eaf548ec9ce1ba04c5a20b35cf1c2981be5c59d7b17e4dcbcf4823da1752d5";
        assert_eq!(load(Some(good.into())).unwrap().reveal(), good);
        assert_eq!(load(None).unwrap_err(), LoadProblem::Missing);
        assert_eq!(load(Some("".into())).unwrap_err(), LoadProblem::Secret(SecretError::Empty));
        assert_eq!(load(Some("  ".into())).unwrap_err(), LoadProblem::Secret(SecretError::Empty));
        assert_eq!(load(Some(alloc::format!("{good}\n").into())).unwrap_err(), LoadProblem::Secret(SecretError::LineBreak));
        for quote in ['"', '\''] {
            assert_eq!(load(Some(alloc::format!("{quote}{good}{quote}").into())).unwrap_err(), LoadProblem::Quoted);
        }
        assert!(load(Some(alloc::format!("\"{good}'").into())).is_ok(), "no quotes of one kind");
        let short = load(Some("abc".into())).unwrap_err();
        assert!(matches!(short, LoadProblem::Secret(SecretError::TooShort { minimum: 256, .. })), "{short:?}");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_unicode_are_refused() {
        use std::os::unix::ffi::OsStringExt as _;
        assert_eq!(load(Some(OsString::from_vec(alloc::vec![0xff; 64]))).unwrap_err(), LoadProblem::NotUnicode);
    }
}

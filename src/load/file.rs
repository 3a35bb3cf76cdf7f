//! One secret from one file, as orchestrators mount them.

use alloc::vec;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::{Form, LoadError, LoadOrigin, LoadProblem, parse};
use crate::encoding::SecretFormat;
use crate::policy::SecretPolicy;
use crate::secret::Secret;
use crate::stack;

/// Larger files hold something else than a secret.
const MAX_FILE: usize = 8192;

impl Secret {
    /// Reads a secret from a file: a mounted secret, a credential of the service manager.
    ///
    /// One line break at the end (LF or CRLF) is removed, because editors and `echo` leave it there and it never belongs
    /// to a secret. Anything else around the secret is an error, as in [`Secret::parse`].
    ///
    /// ```no_run
    /// use hookring::{Secret, SecretFormat, SecretPolicy};
    /// let secret = Secret::from_file("/run/secrets/github", SecretFormat::Utf8, &SecretPolicy::strict())?;
    /// # Ok::<(), hookring::LoadError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoadError`], which names the file: [`LoadProblem::Unreadable`], [`LoadProblem::FileTooLarge`] over 8 KiB,
    /// [`LoadProblem::NotUnicode`] or [`LoadProblem::Secret`].
    ///
    /// # Security
    ///
    /// The buffer that it is read into is wiped. Who may read the file is not checked.
    pub fn from_file(path: impl AsRef<Path>, format: SecretFormat, policy: &SecretPolicy) -> Result<Self, LoadError> {
        let path = path.as_ref();
        stack::wiped(|| load(path, Form { format, policy }))
            .map_err(|problem| LoadError::new(LoadOrigin::File(path.into()), problem))
    }
}

fn load(path: &Path, form: Form<'_>) -> Result<Secret, LoadProblem> {
    let mut file = File::open(path).map_err(|e| LoadProblem::Unreadable(e.kind()))?;
    let size = file.metadata().map_err(|e| LoadProblem::Unreadable(e.kind()))?.len();
    if size > u64::try_from(MAX_FILE).unwrap_or(u64::MAX) {
        return Err(LoadProblem::FileTooLarge { maximum: MAX_FILE });
    }
    // Pipes say that they are empty, and files may grow, so the size decides nothing else.
    read(&mut file, form)
}

fn read(from: &mut impl Read, form: Form<'_>) -> Result<Secret, LoadProblem> {
    // One byte more than is accepted, and never another buffer: growing would leave an unwiped copy behind.
    let mut buffer = Zeroizing::new(vec![0; MAX_FILE.saturating_add(1)].into_boxed_slice());
    let mut filled = 0;
    loop {
        let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) else {
            return Err(LoadProblem::FileTooLarge { maximum: MAX_FILE });
        };
        match from.read(room) {
            Ok(0) => break,
            Ok(n) => filled = filled.saturating_add(n),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(LoadProblem::Unreadable(e.kind())),
        }
    }
    let bytes = buffer.get(..filled).unwrap_or_default();
    let bytes = bytes.strip_suffix(b"\n").map_or(bytes, |line| line.strip_suffix(b"\r").unwrap_or(line));
    parse(bytes, form)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;
    use crate::error::SecretError;

    const GOOD: &str = "tst_bqS7BCycnQFY5oh7ODGSl6yxP7X8DfJnx_Ar-Lum";

    fn load(bytes: &[u8]) -> Result<String, LoadProblem> {
        let policy = SecretPolicy::provider();
        let form = Form { format: SecretFormat::Utf8, policy: &policy };
        read(&mut &*bytes, form).map(|secret| secret.reveal().into())
    }

    fn with(before: &str, after: &str) -> Result<String, LoadProblem> {
        load(alloc::format!("{before}{GOOD}{after}").as_bytes())
    }

    /// Field case 1: a mounted file keeps its final line break.
    #[test]
    fn one_line_break_at_the_end_is_removed() {
        for end in ["", "\n", "\r\n"] {
            assert_eq!(with("", end).unwrap(), GOOD, "{end:?}");
        }
    }

    #[test]
    fn anything_else_around_the_secret_is_an_error() {
        for end in ["\n\n", "\r\n\r\n", "\n\r\n", "\r", "\r\r\n", "\u{85}"] {
            assert_eq!(with("", end).unwrap_err(), LoadProblem::Secret(SecretError::LineBreak), "{end:?}");
        }
        assert_eq!(with("\n", "\n").unwrap_err(), LoadProblem::Secret(SecretError::LineBreak));
        for (before, end) in [(" ", ""), ("", " "), ("", " \n"), ("", "\t\r\n"), ("\u{a0}", "")] {
            assert_eq!(
                with(before, end).unwrap_err(),
                LoadProblem::Secret(SecretError::SurroundingBlanks),
                "{before:?}{end:?}"
            );
        }
        assert_eq!(with("\u{feff}", "\n").unwrap_err(), LoadProblem::Secret(SecretError::ByteOrderMark));
        for nothing in ["", "\n", "\r\n", "\n\n", "  "] {
            assert_eq!(load(nothing.as_bytes()).unwrap_err(), LoadProblem::Secret(SecretError::Empty), "{nothing:?}");
        }
    }

    #[test]
    fn too_much_and_not_unicode() {
        assert_eq!(load(&[b'x'; MAX_FILE + 1]).unwrap_err(), LoadProblem::FileTooLarge { maximum: MAX_FILE });
        let long = load(&[b'x'; MAX_FILE]).unwrap_err();
        assert!(matches!(long, LoadProblem::Secret(SecretError::TooLong { .. })), "{long:?}");
        assert_eq!(load(&[0xff; 40]).unwrap_err(), LoadProblem::NotUnicode);
        // UTF-16, as some editors save it.
        let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(load(&[b"\xff\xfe", utf16.as_slice()].concat()).is_err());
    }

    /// Pipes give their bytes one by one and are interrupted.
    #[test]
    fn partial_reads_are_joined() {
        struct Drip<'a>(&'a [u8], bool);
        impl Read for Drip<'_> {
            fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
                self.1 = !self.1;
                if self.1 {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
                room[0] = *first;
                self.0 = rest;
                Ok(1)
            }
        }
        let policy = SecretPolicy::provider();
        let form = Form { format: SecretFormat::Utf8, policy: &policy };
        let file = alloc::format!("{GOOD}\n");
        assert_eq!(read(&mut Drip(file.as_bytes(), false), form).unwrap().reveal(), GOOD);
    }
}

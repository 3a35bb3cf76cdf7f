//! Looks at a configuration before the first delivery.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::alt::Change;
use super::finding::Finding;
use super::keys_text::repaired_texts;
use super::statics::cause_of;
use super::{Cause, keys};
use crate::encoding::SecretFormat;
use crate::policy::SecretPolicy;
use crate::scheme::Scheme;
use crate::secret::Secret;

/// What looks wrong about a secret for a scheme: a text that is refused, or one that is taken and yet is hardly meant so.
///
/// An empty list does not mean that the secret is right, only that it looks like one. Findings are never proven here.
///
/// ```
/// use hookring::{SecretFormat, diagnose, providers};
/// let findings = diagnose::lint(&providers::GITHUB, "'in-quotes-from-a-file'", SecretFormat::Utf8);
/// assert_eq!(findings[0].name(), "secret.quotes");
/// assert!(diagnose::lint(&providers::GITHUB, "4f9d2c7be01a6358c4d7e2f0a1b38596", SecretFormat::Utf8).is_empty());
/// ```
#[must_use]
pub fn lint(scheme: &Scheme<'_>, text: &str, format: SecretFormat) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |cause: Cause, say: &str| {
        if findings.iter().all(|known: &Finding| known.causes().all(|one| one != cause)) {
            let changes = Vec::from([Change { cause, say: say.to_string() }]);
            findings.push(Finding { changes, proven: false, rare: false });
        }
    };
    if let Err(why) = Secret::parse(text, format, &SecretPolicy::dangerous_any_strength()) {
        if let Some(cause) = cause_of(why) {
            add(cause, &format!("{why}"));
        }
    }
    // Accidents whose traces can be seen: the repaired text is shorter.
    const SEEN: [Cause; 6] = [
        Cause::SecretLineBreak,
        Cause::SecretBlanks,
        Cause::SecretQuotes,
        Cause::SecretBom,
        Cause::SecretUrlEncoded,
        Cause::SecretHtmlEntities,
    ];
    // Blanks inside a text may be meant: GitHub's published secret is a sentence.
    let around = text.trim() != text;
    let seen = |cause: Cause| SEEN.contains(&cause) && (cause != Cause::SecretBlanks || around);
    for alt in repaired_texts(text).into_iter().filter(|alt| alt.common && alt.value.len() < text.len()) {
        for change in alt.changes.iter().filter(|change| seen(change.cause)) {
            add(change.cause, &change.say);
        }
    }
    for prefix in ["Bearer ", "sha256=", "base64:", "hex:"] {
        if text.starts_with(prefix) {
            add(Cause::SecretPrefix, &format!("The secret starts with `{prefix}`, which is hardly a part of it: remove it."));
        }
    }
    if format != scheme.key_format() {
        let say = format!(
            "Secrets of `{}` are {}, and this one is configured as {}.",
            scheme.name(),
            keys::name(scheme.key_format()),
            keys::name(format)
        );
        let cause = match scheme.key_format() {
            SecretFormat::Hex => Cause::SecretAsHex,
            SecretFormat::Base64 => Cause::SecretAsBase64,
            SecretFormat::Base64Url => Cause::SecretAsBase64Url,
            SecretFormat::Whsec => Cause::SecretAsWhsec,
            _ => Cause::SecretAsUtf8,
        };
        add(cause, &say);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers;

    fn names(text: &str) -> Vec<&'static str> {
        let findings = lint(&providers::GITHUB, text, SecretFormat::Utf8);
        findings.iter().map(|finding| if finding.name() == "secret.blanks" { "blanks" } else { "other" }).collect()
    }

    #[test]
    fn blanks_inside_a_secret_may_be_meant_and_blanks_around_it_are_not() {
        assert!(names("It's a Secret to Everybody").is_empty());
        for text in [" It's a Secret to Everybody", "4f9d2c7be01a6358c4d7e2f0a1b38596 ", "\t4f9d2c7be01a6358"] {
            assert_eq!(names(text).iter().filter(|name| **name == "blanks").count(), 1, "{text:?}");
        }
    }
}

//! Looks at a configuration before the first delivery.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::finding::Finding;
use super::keys_text::repaired_texts;
use super::statics::cause_of;
use super::{Cause, keys};
use crate::encoding::SecretFormat;
use crate::policy::SecretPolicy;
use crate::scheme::Scheme;
use crate::secret::Secret;

/// What looks wrong about a secret for a scheme: a text that is refused, or one that is taken but was probably not intended.
///
/// It sees quotes, line breaks, whitespace and a byte order mark around the text, percent-encoding and HTML entities, a marker
/// that is no part of a secret, and a format that is not the scheme's: a `whsec_` text configured as
/// [`Utf8`](SecretFormat::Utf8) for Standard Webhooks, or a ring of hexadecimal keys for GitHub.
///
/// An empty list does not mean that the secret is right, only that it looks like one. Findings are never proven here.
///
/// ```
/// use hookring::{SecretFormat, diagnose, providers};
/// let findings = diagnose::lint(providers::GITHUB, "'in-quotes-from-a-file'", SecretFormat::Utf8);
/// assert_eq!(findings[0].name(), "secret.quotes");
/// assert!(diagnose::lint(providers::GITHUB, "4f9d2c7be01a6358c4d7e2f0a1b38596", SecretFormat::Utf8).is_empty());
/// ```
#[must_use]
pub fn lint(scheme: Scheme<'_>, text: &str, format: SecretFormat) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |cause: Cause, say: &str| {
        if findings.iter().all(|known: &Finding| known.causes().all(|one| one != cause)) {
            findings.push(Finding::unproven(cause, say.to_string()));
        }
    };
    if let Err(why) = Secret::parse(text, format, &SecretPolicy::dangerous_any_strength()) {
        if let Some(cause) = cause_of(why) {
            add(cause, &format!("{why}"));
        }
    }
    accidents(text, &mut add);
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
        add(reading(scheme.key_format()), &say);
    }
    findings
}

/// Accidents whose traces can be seen: the repaired text is shorter.
fn accidents(text: &str, add: &mut dyn FnMut(Cause, &str)) {
    const SEEN: [Cause; 6] = [
        Cause::SecretLineBreak,
        Cause::SecretBlanks,
        Cause::SecretQuotes,
        Cause::SecretBom,
        Cause::SecretUrlEncoded,
        Cause::SecretHtmlEntities,
    ];
    // Spaces inside a text may be intended: GitHub's published secret is a sentence.
    let around = text.trim() != text;
    let seen = |cause: Cause| SEEN.contains(&cause) && (cause != Cause::SecretBlanks || around);
    for alt in repaired_texts(text).into_iter().filter(|alt| alt.common && alt.value.len() < text.len()) {
        for change in alt.changes.iter().filter(|change| seen(change.cause)) {
            add(change.cause, &change.say);
        }
    }
}

/// The cause that names a secret of this format.
const fn reading(format: SecretFormat) -> Cause {
    match format {
        SecretFormat::Hex => Cause::SecretAsHex,
        SecretFormat::Base64 => Cause::SecretAsBase64,
        SecretFormat::Base64Url => Cause::SecretAsBase64Url,
        SecretFormat::Whsec | SecretFormat::V1Whsec => Cause::SecretAsWhsec,
        _ => Cause::SecretAsUtf8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers;

    fn names(text: &str) -> Vec<&'static str> {
        let findings = lint(providers::GITHUB, text, SecretFormat::Utf8);
        findings.iter().map(|finding| if finding.name() == "secret.blanks" { "blanks" } else { "other" }).collect()
    }

    #[test]
    fn blanks_inside_a_secret_may_be_meant_and_blanks_around_it_are_not() {
        assert!(names("It's a Secret to Everybody").is_empty());
        for text in [" It's a Secret to Everybody", "4f9d2c7be01a6358c4d7e2f0a1b38596 ", "\t4f9d2c7be01a6358"] {
            assert_eq!(names(text).iter().filter(|name| **name == "blanks").count(), 1, "{text:?}");
        }
    }

    #[test]
    fn another_format_than_the_scheme_has_is_seen() {
        let causes = |scheme, text: &str, format| -> Vec<alloc::string::String> {
            lint(scheme, text, format).iter().map(Finding::name).collect()
        };
        let whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert_eq!(causes(providers::STANDARD_WEBHOOKS, whsec, SecretFormat::Utf8), ["secret.as-whsec"]);
        assert!(causes(providers::SUPABASE, whsec, SecretFormat::Utf8).iter().any(|name| name == "secret.as-whsec"));
        assert!(causes(providers::STANDARD_WEBHOOKS, whsec, SecretFormat::Whsec).is_empty());
        assert!(causes(providers::STRIPE, whsec, SecretFormat::Utf8).is_empty(), "there the prefix belongs to the key");
        assert_eq!(causes(providers::GITHUB, "4f9d2c7be01a6358c4d7e2f0a1b38596", SecretFormat::Hex), ["secret.as-utf8"]);
        assert_eq!(causes(providers::GITHUB, "\"4f9d2c7be01a6358c4d7e2f0\"", SecretFormat::Utf8), ["secret.quotes"]);
    }
}

//! Labels for set-up errors. A label says which rule was broken, in the words of the outer contract.

use hookring::{Refused, SecretError, SetupError};

pub(crate) const fn of_secret(why: SecretError) -> &'static str {
    match why {
        SecretError::Empty | SecretError::DecodesToNothing => "empty_secret",
        SecretError::LineBreak | SecretError::SurroundingBlanks => "secret_whitespace",
        SecretError::TooLong { .. } => "secret_too_long",
        SecretError::TooShort { .. }
        | SecretError::TooFewDistinct { .. }
        | SecretError::Placeholder
        | SecretError::Repetitive { .. }
        | SecretError::Predictable { .. } => "weak_secret",
        SecretError::ByteOrderMark
        | SecretError::MarkerBeforePrefix
        | SecretError::MissingPrefix
        | SecretError::NotHex
        | SecretError::NotBase64
        | SecretError::UnexpectedPrefix
        | SecretError::UrlSafeBase64
        | SecretError::NotBase64Url => "malformed_secret",
        _ => "bad_secret",
    }
}

pub(crate) const fn of_setup(why: SetupError) -> &'static str {
    match why {
        SetupError::Scheme(_) => "bad_scheme",
        SetupError::NeedsPublicUrl => "public_url_missing",
        SetupError::BadPublicUrl => "public_url_malformed",
        SetupError::UrlNotSigned => "url_not_signed",
        SetupError::NoTimestampToCheck => "no_timestamp_to_check",
        SetupError::WrongKeyKind => "wrong_key_kind",
        SetupError::OneSignatureOnly => "one_signature_only",
        SetupError::SignatureInBody => "signature_in_body",
        SetupError::BadScope => "bad_scope",
        _ => "bad_set_up",
    }
}

pub(crate) const fn of_refusal(why: Refused) -> &'static str {
    match why {
        Refused::NextIsTaken => "rotation_in_progress",
        Refused::NothingStaged => "nothing_staged",
        Refused::NoPrevious => "no_previous",
        Refused::SameKey => "conflict",
        Refused::WasRevoked => "was_revoked",
        Refused::TooManyLive => "too_many_live",
        Refused::GraceTooLong => "grace_too_long",
        Refused::UnknownKey => "unknown_key",
        Refused::ClockWentBack { .. } => "clock_went_back",
        _ => "refused",
    }
}

/// The name that the field cases use for the meaning of a code.
pub(crate) fn meaning(code: &str) -> &str {
    match code {
        "missing_timestamp" => "timestamp_missing",
        "malformed_timestamp" => "timestamp_malformed",
        "too_old" => "timestamp_too_old",
        "too_new" => "timestamp_too_new",
        "malformed_id" => "invalid_id",
        "missing_token" => "token_missing",
        "ambiguous_token" => "ambiguous_credentials",
        "ambiguous_signature" | "ambiguous_timestamp" | "ambiguous_id" | "ambiguous_header" => "duplicate_header",
        same => same,
    }
}

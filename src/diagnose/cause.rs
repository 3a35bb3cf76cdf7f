//! The names of causes: what differs between what a sender signed and what a receiver sees.

use core::fmt;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What differs between what the sender signed and what the receiver sees.
        ///
        /// The names are stable: `Display` and [`Cause::as_str`] give them, `secret.line-break` and so on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[$doc])* $name,)*
        }

        impl Cause {
            /// Every cause.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name, such as `"secret.line-break"`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

// In the order of preference: where two of them explain a delivery equally well, the first is named first.
causes! {
    /// A header that the scheme needs arrives under another name.
    HeaderRenamed = "header.renamed",
    /// The value of a header is folded, quoted or in brackets.
    HeaderWrapped = "header.wrapped",
    /// Several header lines, or several values, were joined into one.
    HeaderJoined = "header.joined",
    /// The marker before a signature (`sha256=`, `v1=`) is missing, another one, or too much.
    HeaderPrefix = "header.prefix",
    /// The signature is written in another encoding than the scheme's.
    HeaderEncoding = "header.encoding",
    /// A header value is not whole.
    HeaderCut = "header.cut",
    /// A header that the scheme needs did not arrive.
    HeaderMissing = "header.missing",
    /// The timestamp is in seconds instead of milliseconds, or the other way round.
    TimeUnit = "time.unit",
    /// The timestamp is written in another form than the one that was signed, or that the scheme names.
    TimeText = "time.text",
    /// The clocks of sender and receiver differ.
    ClockSkew = "clock.skew",
    /// An authentic delivery that arrived too late.
    TimeTooOld = "time.too-old",
    /// A line break in or after the secret.
    SecretLineBreak = "secret.line-break",
    /// Whitespace around the secret.
    SecretBlanks = "secret.blanks",
    /// Quotes around the secret.
    SecretQuotes = "secret.quotes",
    /// A byte order mark before the secret.
    SecretBom = "secret.bom",
    /// The secret has a prefix that should go, or lacks one.
    SecretPrefix = "secret.prefix",
    /// The sender decoded the secret from hexadecimal.
    SecretAsHex = "secret.as-hex",
    /// The sender decoded the secret from base64.
    SecretAsBase64 = "secret.as-base64",
    /// The sender decoded the secret from base64url.
    SecretAsBase64Url = "secret.as-base64url",
    /// The sender took the secret as `whsec_` and base64.
    SecretAsWhsec = "secret.as-whsec",
    /// The sender took the text of the secret itself as the key.
    SecretAsUtf8 = "secret.as-utf8",
    /// The secret is percent-encoded.
    SecretUrlEncoded = "secret.url-encoded",
    /// The secret has HTML entities in it.
    SecretHtmlEntities = "secret.html-entities",
    /// The letters of the secret have another case.
    SecretCase = "secret.case",
    /// The secret is not whole.
    SecretTruncated = "secret.truncated",
    /// Signed with a key that has expired.
    KeyExpired = "key.expired",
    /// Signed with a key that is not live yet.
    KeyNext = "key.next",
    /// Signed with a key that was revoked.
    KeyRevoked = "key.revoked",
    /// Signed with a key of another tenant.
    KeyOtherTenant = "key.other-tenant",
    /// Signed with another secret at hand.
    SecretOther = "secret.other",
    /// A line break was added to the end of the body, or lost there.
    BodyLineBreak = "body.line-break",
    /// The line breaks in the body were changed between LF and CRLF.
    BodyCrlf = "body.crlf",
    /// A byte order mark was added to the body or removed.
    BodyBom = "body.bom",
    /// Whitespace around the body was added or removed.
    BodyBlanks = "body.blanks",
    /// The body is empty: something read it before the verifier.
    BodyEmpty = "body.empty",
    /// The body occurs twice, one copy after the other.
    BodyDoubled = "body.doubled",
    /// The body was encoded as base64, or decoded from it.
    BodyBase64 = "body.base64",
    /// The body was compressed or decompressed.
    BodyGzip = "body.gzip",
    /// The body was re-encoded in another character set.
    BodyCharset = "body.charset",
    /// The JSON of the body was parsed and printed again.
    BodyJsonReserialised = "body.json-reserialised",
    /// The form in the body was decoded, or decoded and encoded again.
    BodyFormDecoded = "body.form-decoded",
    /// The body is not whole.
    BodyTruncated = "body.truncated",
    /// `http` instead of `https`, or the other way round.
    UrlScheme = "url.scheme",
    /// Another host than the one that was signed.
    UrlHost = "url.host",
    /// Another port than the one that was signed.
    UrlPort = "url.port",
    /// A slash more or less.
    UrlSlash = "url.slash",
    /// Another query than the one that was signed.
    UrlQuery = "url.query",
    /// Other percent-encoding than was signed.
    UrlEncoding = "url.encoding",
    /// Another path than the one that was signed.
    UrlPath = "url.path",
    /// Another HTTP method than the one that was signed.
    Method = "method",
    /// Another message id than the one that was signed, or none.
    ContentId = "content.id",
    /// Other separators between the signed parts.
    ContentSeparator = "content.separator",
    /// The timestamp was not signed.
    ContentWithoutTimestamp = "content.without-timestamp",
    /// Another algorithm.
    Algorithm = "algorithm",
    /// Another scheme of the catalogue matches.
    SchemeOther = "scheme.other",
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_grouped() {
        let mut names: alloc::vec::Vec<_> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
        assert_eq!(names.len(), 55);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 55);
    }
}

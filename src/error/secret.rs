//! Why a secret, or the stored hash of one, cannot be made.

/// Why a [`Secret`](crate::Secret) cannot be made from a text. Names the rule and numbers, never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// An empty secret: anyone could compute its MACs.
    #[error("the secret is empty")]
    Empty,
    /// The text decodes to no bytes at all.
    #[error("the secret decodes to nothing")]
    DecodesToNothing,
    /// A line break in or after the text, as `echo`, editors and mounted files leave it.
    #[error("the secret contains a line break: store it without one, for example with `printf %s`")]
    LineBreak,
    /// Whitespace before or after the text. It is not trimmed: some keys really end in a space.
    #[error("the secret has whitespace before or after it: remove it")]
    SurroundingBlanks,
    /// A Unicode byte order mark, as some editors put in front of a file.
    #[error("the secret starts with a byte order mark: save the file without it")]
    ByteOrderMark,
    /// Text before `whsec_`, such as the version marker `v1,`.
    #[error("there is text before `whsec_`: the secret has to start with it")]
    MarkerBeforePrefix,
    /// [`SecretFormat::Whsec`](crate::SecretFormat::Whsec) without its prefix.
    #[error("the secret does not start with `whsec_`: if it is bare base64, use the format Base64")]
    MissingPrefix,
    /// A text that starts with `whsec_`, to be read in a format that has no such prefix. As URL-safe base64 it would
    /// silently be another key.
    #[error("the secret starts with `whsec_`: use the format Whsec")]
    UnexpectedPrefix,
    /// The text is not hexadecimal, or has an odd number of digits.
    #[error("the secret is not hexadecimal: pairs of 0-9, a-f")]
    NotHex,
    /// The text is not canonical standard base64.
    #[error("the secret is not standard base64 in its canonical form")]
    NotBase64,
    /// The text has `-` or `_` where standard base64 has `+` and `/`.
    #[error("the secret has `-` or `_`, which belong to URL-safe base64 and not to standard base64")]
    UrlSafeBase64,
    /// The text is not canonical URL-safe base64 without padding.
    #[error("the secret is not URL-safe base64 without padding, in its canonical form")]
    NotBase64Url,
    /// Longer than any real secret.
    #[error("the secret has {bytes} bytes, more than {maximum}")]
    TooLong {
        /// Length of the text in bytes.
        bytes: usize,
        /// The most that is accepted.
        maximum: usize,
    },
    /// Too little room for randomness.
    #[error(
        "the secret has room for {bits} bits, {minimum} are needed: generate one, `openssl rand -hex 32` or `Secret::generate`, or let the provider issue one"
    )]
    TooShort {
        /// Length times the bits that one character of its alphabet can carry.
        bits: u32,
        /// What the policy asks for.
        minimum: u32,
    },
    /// A random text of this length would have more different characters.
    #[error(
        "the secret has {distinct} different characters, {minimum} are needed: generate one, `openssl rand -hex 32` or `Secret::generate`, or let the provider issue one"
    )]
    TooFewDistinct {
        /// How many different characters it has.
        distinct: usize,
        /// What the policy asks for.
        minimum: usize,
    },
    /// It is, or contains, a placeholder for a secret, or a word that the application denies.
    #[error(
        "the secret is a placeholder or contains a denied word: generate one, `openssl rand -hex 32` or `Secret::generate`, or let the provider issue one"
    )]
    Placeholder,
    /// Half of it or more repeats an earlier part, counts up or down, or follows the keyboard.
    #[error(
        "{percent} % of the secret is repeats, runs or keyboard walks: generate one, `openssl rand -hex 32` or `Secret::generate`, or let the provider issue one"
    )]
    Repetitive {
        /// How much of it: 50 to 100.
        percent: u8,
    },
    /// Its words, repeats, runs and keyboard walks leave too little that a guesser would not try.
    #[error(
        "words, repeats and runs leave the secret about {bits} bits, {minimum} are needed: generate one, `openssl rand -hex 32` or `Secret::generate`, or let the provider issue one"
    )]
    Predictable {
        /// About how many bits it takes to describe the secret.
        bits: u32,
        /// What the policy asks for.
        minimum: u32,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The public label of a key is empty, over 64 bytes, or has other characters than visible ASCII.
    #[error("a label is 1 to 64 visible ASCII characters without spaces")]
    BadLabel,
}

/// Why a stored hash cannot be made from a secret, or be read from a store. Names the rule and numbers, never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// HMAC-SHA256 hashes keys of more than 64 bytes first: the stored hash would be the HMAC key itself, and a reader of
    /// the store could forge.
    #[error("the secret has {bytes} bytes: above {maximum} its SHA-256 is its HMAC key, so a stored hash would be the key")]
    HashIsTheHmacKey {
        /// Length of the secret's text in bytes.
        bytes: usize,
        /// The most that is accepted.
        maximum: usize,
    },
    /// A bare hash of a short secret is open to guessing.
    #[error("the secret has {bytes} bytes, {minimum} are needed for a bare SHA-256")]
    TooShort {
        /// Length of the secret's text in bytes.
        bytes: usize,
        /// The least that is accepted.
        minimum: usize,
    },
    /// The stored text is not 64 hexadecimal digits.
    #[error("the stored hash is not 64 hexadecimal digits, it has {bytes} bytes")]
    NotSha256Hex {
        /// Length of the stored text in bytes.
        bytes: usize,
    },
    /// The stored hash is that of an empty text: the secret was empty when it was hashed.
    #[error("the stored hash is the hash of nothing: the secret was empty when it was hashed")]
    HashOfNothing,
    /// bcrypt looks at 72 bytes and ignores what follows.
    #[error("the secret has {bytes} bytes, bcrypt takes at most {maximum}")]
    TooLongForBcrypt {
        /// Length of the secret's text in bytes.
        bytes: usize,
        /// The most that is accepted.
        maximum: usize,
    },
    /// bcrypt repeats its input with a NUL between, so a text with a NUL in it may equal a shorter one.
    #[error("the secret contains a NUL, which bcrypt cannot tell from the end of a secret")]
    ContainsNul,
    /// A cost that protects too little, or makes a check take seconds.
    #[error("bcrypt cost {cost} is not between {minimum} and {maximum}")]
    BcryptCost {
        /// The cost.
        cost: u32,
        /// The least that is accepted.
        minimum: u32,
        /// The most that is accepted.
        maximum: u32,
    },
    /// The stored text is not a bcrypt hash.
    #[error("the stored hash is not `$2b$`, a cost of two digits, `$` and 53 characters: it has {bytes} bytes")]
    NotBcrypt {
        /// Length of the stored text in bytes.
        bytes: usize,
    },
    /// A bcrypt version other than `2a`, `2b` and `2y`; `2x` marks hashes of a broken implementation.
    #[error("the bcrypt version is not 2a, 2b or 2y")]
    BcryptVersion,
    /// The last character of the salt or of the hash has bits that no bcrypt writes.
    #[error("the stored bcrypt hash is not in its canonical form")]
    BcryptNotCanonical,
    /// The operating system gave no random bytes for a salt.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The public label of a key is empty, over 64 bytes, or has other characters than visible ASCII.
    #[error("a label is 1 to 64 visible ASCII characters without spaces")]
    BadLabel,
}

/// Why a public key, or the private key that belongs to one, cannot be made from a text.
#[cfg(any(feature = "ed25519", feature = "p256"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text lacks the prefix of its format, `whpk_` or `whsk_`.
    #[error("the key does not start with the prefix of its format, `whpk_` or `whsk_`")]
    MissingPrefix,
    /// The text is not hexadecimal.
    #[error("the key is not hexadecimal: pairs of 0-9, a-f")]
    NotHex,
    /// The text is not standard base64, or has something around it.
    #[error("the key is not standard base64 in its canonical form")]
    NotBase64,
    /// Longer than any key of this format.
    #[error("the text of the key has {bytes} bytes, more than {maximum}")]
    TooLong {
        /// Length of the text in bytes.
        bytes: usize,
        /// The most that is accepted.
        maximum: usize,
    },
    /// A key of another length.
    #[error("the key has {bytes} bytes, which is not the length of one of its kind")]
    WrongLength {
        /// How many bytes the key has, once its text is decoded.
        bytes: usize,
    },
    /// The bytes are not a key of this kind, such as a point that is not on the curve.
    #[error("the bytes are not a key of this kind")]
    NotAKey,
    /// The key is of small order: signatures can be made under it without knowing anything.
    #[error("the key is weak: anybody can make signatures under it")]
    Weak,
    /// A private key whose second half is not its public key.
    #[error("the two halves of the private key do not belong together")]
    HalvesDiffer,
    /// A label is 1 to 64 visible ASCII characters.
    #[error("a label is 1 to 64 visible ASCII characters")]
    BadLabel,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

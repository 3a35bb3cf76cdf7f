//! Accidents to the text of a secret on its way into a configuration, undone, and done on the sender's side.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Cause;
use super::alt::{Alt, Alts};
use super::text::{html_decoded, html_encoded, percent_decoded, percent_encoded};

const QUOTES: [(char, char); 7] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’'), ('„', '“'), ('«', '»')];
const BLANKS: [char; 8] = [' ', '\t', '\u{a0}', '\u{200b}', '\u{2009}', '\u{202f}', '\u{2060}', '\u{3000}'];
/// Prefixes of real secrets, which a receiver may have lost.
const PREFIXES: [&str; 17] = [
    "whsec_",
    "v1,whsec_",
    "v1,",
    "wbhsec_",
    "pdl_ntfset_",
    "polar_whs_",
    "configcat_whsk_",
    "whsk_",
    "sk_",
    "shpss_",
    "secret_",
    "whs_",
    "sec_",
    "key_",
    "hex:",
    "base64:",
    "0x",
];
/// Further ones, of the places where secrets are noted.
const NOTED: [&str; 7] = ["Bearer ", "Basic ", "Token ", "sha256=", "v1=", "whsec:", "secret:"];

/// The text with one accident undone.
pub(super) fn repaired_texts(text: &str) -> Vec<Alt<String>> {
    let mut alts = Alts::of(text.to_string());
    line_breaks(text, &mut alts);
    blanks(text, &mut alts);
    quotes(text, &mut alts);
    marks(text, &mut alts);
    prefixes(text, &mut alts);
    percent(text, &mut alts);
    entities(text, &mut alts);
    cases(text, &mut alts);
    shell(text, &mut alts);
    alts.changed()
}

fn line_breaks(text: &str, alts: &mut Alts<String>) {
    const BREAKS: [char; 5] = ['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}'];
    let say = "The secret has a line break before, in or after it: store it without one, for example with `printf %s`.";
    alts.add(Cause::SecretLineBreak, say, text.trim_matches(BREAKS).to_string());
    alts.add(Cause::SecretLineBreak, say, text.replace(BREAKS, ""));
    let say = "The secret has an escaped line break (a backslash and a letter) at its end: remove it.";
    for escaped in ["\\r\\n", "\\n", "\\r", "%0A", "%0D%0A", "%0a"] {
        if let Some(rest) = text.strip_suffix(escaped) {
            alts.add(Cause::SecretLineBreak, say, rest.to_string());
        }
    }
    let say = "The sender's secret has a line break at its end: set the sender's secret without it.";
    for ending in ["\n", "\r\n", "\r"] {
        alts.add(Cause::SecretLineBreak, say, format!("{text}{ending}"));
    }
    alts.add_rare(Cause::SecretLineBreak, say, format!("\n{text}"));
}

fn blanks(text: &str, alts: &mut Alts<String>) {
    let say = "The secret has whitespace before or after it: remove it.";
    alts.add(Cause::SecretBlanks, say, text.trim_matches(BLANKS).to_string());
    alts.add(Cause::SecretBlanks, "The secret has whitespace in it: remove it.", text.replace(BLANKS, ""));
    let say = "The sender's secret has a space before or after it: set the sender's secret without it.";
    for (before, after) in
        [("", " "), (" ", ""), (" ", " "), ("", "\t"), ("\t", ""), ("", "  "), ("  ", ""), ("", "\u{a0}"), ("\u{a0}", "")]
    {
        alts.add(Cause::SecretBlanks, say, format!("{before}{text}{after}"));
    }
}

fn quotes(text: &str, alts: &mut Alts<String>) {
    let say = "The secret is in quotes: remove them.";
    for (open, close) in QUOTES {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            alts.add(Cause::SecretQuotes, say, inner.to_string());
        }
        let escaped = |c: char| format!("\\{c}");
        if let Some(inner) = text.strip_prefix(&escaped(open)).and_then(|rest| rest.strip_suffix(&escaped(close))) {
            alts.add(Cause::SecretQuotes, say, inner.to_string());
        }
    }
    let any: Vec<char> = QUOTES.iter().flat_map(|(open, close)| [*open, *close]).collect();
    alts.add(Cause::SecretQuotes, say, text.trim_matches(any.as_slice()).to_string());
    alts.add(Cause::SecretQuotes, say, text.trim_matches([',', ';', '"', '\'', '\\']).to_string());
    alts.add(Cause::SecretQuotes, say, text.trim_matches(['<', '>', '[', ']', '(', ')', '{', '}']).to_string());
    let say = "The sender's secret is in quotes that belong to it: set the sender's secret without them.";
    for (open, close) in QUOTES.into_iter().take(3) {
        alts.add(Cause::SecretQuotes, say, format!("{open}{text}{close}"));
    }
}

fn marks(text: &str, alts: &mut Alts<String>) {
    let say = "The secret starts with a byte order mark: save the file without it.";
    for mark in ["\u{feff}", "\u{ef}\u{bb}\u{bf}", "\u{fffe}", "\\ufeff", "\u{200e}"] {
        alts.add(Cause::SecretBom, say, text.replace(mark, ""));
    }
    alts.add(
        Cause::SecretBom,
        "The sender's secret starts with a byte order mark: save it without.",
        format!("\u{feff}{text}"),
    );
}

fn prefixes(text: &str, alts: &mut Alts<String>) {
    let say = |prefix: &str| format!("The secret starts with `{prefix}`, which the sender does not use: remove it.");
    for prefix in PREFIXES.into_iter().chain(NOTED) {
        if let Some(rest) = text.strip_prefix(prefix) {
            alts.add(Cause::SecretPrefix, &say(prefix), rest.to_string());
        }
    }
    let unnamed = "The secret has a prefix that the sender does not use: store only what follows it.";
    for separator in ['_', '=', ':', ',', ' ', '-', '.', '|', '/'] {
        for (at, _) in text.match_indices(separator).take(4) {
            if let Some((_, rest)) = text.split_at_checked(at.saturating_add(separator.len_utf8())) {
                if rest.len() >= 6 {
                    alts.add(Cause::SecretPrefix, unnamed, rest.trim_start().to_string());
                }
            }
        }
    }
    for prefix in PREFIXES {
        let say = format!("The configured secret lacks the prefix `{prefix}`: configure it with the prefix.");
        alts.add(Cause::SecretPrefix, &say, format!("{prefix}{text}"));
        // Another prefix in place of this one.
        for old in ["whsec_", "v1,whsec_", "v1,"] {
            if let Some(bare) = text.strip_prefix(old) {
                alts.add_rare(Cause::SecretPrefix, &say, format!("{prefix}{bare}"));
            }
        }
    }
}

fn percent(text: &str, alts: &mut Alts<String>) {
    let say = "The secret is percent-encoded: store it decoded.";
    for plus in [false, true] {
        if let Some(decoded) = percent_decoded(text.as_bytes(), plus).and_then(|bytes| String::from_utf8(bytes).ok()) {
            alts.add(Cause::SecretUrlEncoded, say, decoded);
        }
    }
    let say = "The sender uses the secret percent-encoded: set the sender's secret decoded.";
    for (keep, plus, upper) in [
        (&b"-_.~"[..], false, true),
        (b"-_.", true, true),
        (b"-_.~/", false, true),
        (b"-_.~", false, false),
        (b"-_.!~*'()", false, true),
    ] {
        alts.add(Cause::SecretUrlEncoded, say, percent_encoded(text.as_bytes(), keep, plus, upper));
    }
    if text.contains(' ') {
        alts.add(
            Cause::SecretUrlEncoded,
            "A `+` of the secret was decoded to a space: store it with `+`.",
            text.replace(' ', "+"),
        );
    }
}

fn entities(text: &str, alts: &mut Alts<String>) {
    let say = "The secret has HTML entities in it: store it decoded.";
    let once = html_decoded(text);
    alts.add(Cause::SecretHtmlEntities, say, once.clone());
    alts.add_rare(Cause::SecretHtmlEntities, say, html_decoded(&once));
    let say = "The sender uses the secret with HTML entities in it: set the sender's secret decoded.";
    for (double, single) in [
        ("&quot;", "'"),
        ("&quot;", "&#39;"),
        ("&quot;", "&#039;"),
        ("&quot;", "&#x27;"),
        ("&#34;", "&#39;"),
        ("\"", "'"),
        ("&quot;", "&apos;"),
    ] {
        alts.add(Cause::SecretHtmlEntities, say, html_encoded(text, double, single));
    }
    alts.add_rare(Cause::SecretHtmlEntities, say, text.replace('+', "&#43;"));
    alts.add_rare(Cause::SecretHtmlEntities, say, text.replace('+', "&#43;").replace('/', "&#x2F;").replace('=', "&#x3D;"));
}

fn cases(text: &str, alts: &mut Alts<String>) {
    let say = "The letters of the secret were changed to another case: store it as the sender shows it.";
    alts.add(Cause::SecretCase, say, text.to_ascii_lowercase());
    alts.add(Cause::SecretCase, say, text.to_ascii_uppercase());
    let swapped = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    alts.add(Cause::SecretCase, say, text.chars().map(swapped).collect());
    let mut chars = text.chars();
    if let Some(first) = chars.next() {
        alts.add(Cause::SecretCase, say, format!("{}{}", swapped(first), chars.as_str()));
    }
    for prefix in ["whsec_", "v1,whsec_"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            alts.add(Cause::SecretCase, say, format!("{prefix}{}", rest.to_ascii_lowercase()));
            alts.add(Cause::SecretCase, say, format!("{prefix}{}", rest.to_ascii_uppercase()));
        }
    }
}

/// What a shell makes of a text in double quotes.
pub(super) fn shell_expanded(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let name = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let taken = match after.bytes().next() {
            Some(b'{') => after.find('}').map_or(after.len(), |at| at.saturating_add(1)),
            Some(b'0'..=b'9' | b'$' | b'!' | b'?' | b'#' | b'@' | b'*' | b'-') => 1,
            Some(_) if name > 0 => name,
            _ => {
                out.push('$');
                0
            }
        };
        rest = after.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Without each `$` and the letters, digits and underscores after it, as templates take variables that start with a digit.
pub(super) fn without_words(text: &str) -> String {
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_string();
    parts.for_each(|part| out.push_str(part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_')));
    out
}

fn shell(text: &str, alts: &mut Alts<String>) {
    let say = "A part of the secret after `$` was taken for a variable by a shell: put the secret in single quotes there.";
    if text.contains('$') {
        alts.add(Cause::SecretTruncated, say, shell_expanded(text));
        alts.add(Cause::SecretTruncated, say, text.split('$').next().unwrap_or_default().to_string());
        alts.add(Cause::SecretTruncated, say, without_words(text));
        alts.add(Cause::SecretTruncated, say, text.replace("$$", "$"));
        alts.add_rare(Cause::SecretTruncated, say, text.replace('$', ""));
        alts.add_rare(Cause::SecretTruncated, say, text.replace('$', "$$"));
        alts.add_rare(Cause::SecretTruncated, say, text.replace('$', "\\$"));
    }
    if text.contains('\\') {
        alts.add_rare(
            Cause::SecretQuotes,
            "The secret has backslashes that quoted something: remove them.",
            text.replace('\\', ""),
        );
        alts.add_rare(
            Cause::SecretQuotes,
            "The secret has doubled backslashes: store it with single ones.",
            text.replace("\\\\", "\\"),
        );
    }
    let say = "The secret was cut at a character that means something to a shell or a file format: put it in quotes there.";
    for stop in ['#', '!', '&', ';', ' ', '=', '"', '\'', '%', '|', '`', '<', '\\', ':', ','] {
        if let Some((before, _)) = text.split_once(stop) {
            if before.len() >= 4 {
                alts.add(Cause::SecretTruncated, say, before.to_string());
            }
        }
    }
    let say = "The padding (`=`) at the end of the secret was lost: store the whole secret.";
    alts.add(Cause::SecretTruncated, say, format!("{text}="));
    alts.add(Cause::SecretTruncated, say, format!("{text}=="));
}

/// The most characters of a secret that are taken away one by one.
const MOST_CUT: usize = 160;

/// Every beginning and every end of the text, and the text with one character more.
pub(super) fn cut_texts(text: &str) -> Vec<Alt<String>> {
    let mut alts = Alts::of(text.to_string());
    let say = |kept: usize| format!("The sender uses only {kept} characters of the secret: set the whole secret there.");
    let whole = text.chars().count();
    if whole <= MOST_CUT.saturating_mul(2) {
        for (at, _) in text.char_indices().rev().take(MOST_CUT) {
            if let Some((head, tail)) = text.split_at_checked(at).filter(|_| at > 0) {
                alts.add_rare(Cause::SecretTruncated, &say(head.chars().count()), head.to_string());
                alts.add_rare(Cause::SecretTruncated, &say(tail.chars().count()), tail.to_string());
            }
        }
    } else {
        for kept in [64_usize, 72, 100, 128, 255, 256] {
            if let Some((head, _)) = text.split_at_checked(kept) {
                alts.add_rare(Cause::SecretTruncated, &say(kept), head.to_string());
            }
        }
    }
    let say = "One character of the secret was lost at its beginning or end: copy the whole secret.";
    for more in '!'..='~' {
        alts.add_rare(Cause::SecretTruncated, say, format!("{text}{more}"));
        alts.add_rare(Cause::SecretTruncated, say, format!("{more}{text}"));
    }
    alts.changed()
}

//! The little that the policy knows of words and of English.

use super::alphabet::{BIT, times};

/// Words that people put into secrets, by their first letter. Not a deny list: a word only costs less than its letters.
#[rustfmt::skip]
const WORDS: [&[&str]; 26] = [
    &["access", "account", "admin", "administrator", "afternoon", "again", "alpha", "and", "apple", "application", "are",
      "authentication"],
    &["backend", "banana", "baseball", "batman", "battery", "bearer", "because", "before", "beta", "between", "birthday",
      "bridge", "brown", "business"],
    &["cannot", "change", "charlie", "cheese", "client", "cloud", "code", "coffee", "company", "computer", "config",
      "correct", "customer"],
    &["daily", "dallas", "data", "database", "debug", "default", "delivery", "delta", "demo", "deploy", "development",
      "docker", "dolor", "dragon", "dummy"],
    &["email", "enter", "environment", "event", "everybody", "everyone", "example"],
    &["facebook", "fake", "family", "football", "for", "forever", "freedom", "friend", "from"],
    &["generate", "github", "global", "golden", "google"],
    &["happy", "hello", "here", "hidden", "hmac", "hook", "horse", "house", "http", "hunter"],
    &["iloveyou", "insert", "integration", "internal", "ipsum"],
    &["jenkins", "jordan", "json", "jumps"],
    &["key", "killer", "kubernetes"],
    &["lazy", "letmein", "live", "local", "localhost", "login", "long", "lorem", "love", "lovely"],
    &["machine", "manager", "master", "merlin", "message", "michael", "minimum", "monday", "money", "monkey", "morning",
      "mother", "mountain", "must", "mustang", "mysql"],
    &["name", "network", "never", "nobody", "not"],
    &["oauth", "online", "open", "orange", "over"],
    &["pass", "password", "payment", "people", "pepper", "phrase", "please", "postgres", "princess", "private", "prod",
      "production", "project", "public", "purple"],
    &["question", "quick", "qwerty"],
    &["rabbit", "random", "replace", "rocket", "root", "rotate"],
    &["sample", "sandbox", "secret", "secure", "security", "server", "service", "session", "shadow", "share", "should",
      "sign", "signature", "signing", "silver", "simple", "slack", "soccer", "something", "spring", "staging", "staple",
      "star", "startup", "string", "stripe", "strong", "summer", "sunshine", "super", "superman", "sweet", "system"],
    &["temp", "temporary", "test", "testing", "that", "the", "this", "tiger", "today", "token", "trade", "trust"],
    &["unlimited", "unsafe", "user", "username"],
    &["value", "vault", "verification", "very"],
    &["weak", "webhook", "website", "welcome", "what", "when", "where", "which", "winter", "with", "word", "work", "world"],
    &[],
    &["yellow", "you", "your"],
    &["zero", "zxcvbn"],
];

/// What it takes to say which word: there are no more than 256.
const CHOICE: u32 = 8 * BIT;

/// For each letter, and last for the start of a word, what follows most often in English, most frequent first.
const FOLLOWERS: [&[u8; 8]; 27] = [
    b"ntrl scm",
    b"eul yari",
    b"o aethkl",
    b" eiouasl",
    b" rsndcma",
    b" oierauf",
    b" eiurhns",
    b"ea iotru",
    b"ntsoclfb",
    b" euaoicw",
    b" eaisnuo",
    b" eilaoyd",
    b"e apoibs",
    b" tgdseoc",
    b"nr ufmtd",
    b"era lotp",
    b"u wvrsqh",
    b"e iaostl",
    b" etisouh",
    b" heioars",
    b"ts rnlmb",
    b"ea iomsn",
    b"i haoerw",
    b" tpaices",
    b" osptmin",
    b" eialzry",
    b"taiscopf",
];

/// The usual ways to write a letter as another character.
const fn plain(byte: u8) -> u8 {
    match byte {
        b'4' | b'@' => b'a',
        b'3' => b'e',
        b'1' | b'!' => b'i',
        b'0' => b'o',
        b'5' | b'$' => b's',
        b'7' => b't',
        other => other,
    }
}

const fn has_other_spelling(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b's' | b't')
}

/// The words that a lower-case text starts with: their lengths, and what it takes to name and spell them.
pub(super) fn words_at(text: &[u8]) -> impl Iterator<Item = (usize, u32)> {
    // No word is shorter than three letters; most places in random text are done here.
    let letters = text.get(..3).is_some_and(|start| start.iter().all(|byte| plain(*byte).is_ascii_lowercase()));
    let first = text.first().filter(|_| letters).map_or(0, |first| plain(*first));
    let row = first.checked_sub(b'a').and_then(|row| WORDS.get(usize::from(row)));
    row.into_iter().copied().flatten().filter_map(|word| {
        let written = text.get(..word.len())?;
        let same = written.iter().zip(word.bytes()).all(|(byte, letter)| plain(*byte) == letter);
        same.then(|| (word.len(), CHOICE.saturating_add(spelling(written, word))))
    })
}

/// One bit for "in plain letters", or one bit and two for each letter that has up to three other spellings.
fn spelling(written: &[u8], word: &str) -> u32 {
    if written == word.as_bytes() {
        return BIT;
    }
    let letters = word.bytes().filter(|letter| has_other_spelling(*letter)).count();
    BIT.saturating_add(times(2 * BIT, letters))
}

/// How well `next` follows `previous` in English: what it takes to say so, if it is one of the eight usual letters.
pub(super) fn likely(previous: Option<u8>, next: u8) -> Option<u32> {
    let row = match previous {
        Some(letter @ b'a'..=b'z') => usize::from(letter.wrapping_sub(b'a')),
        _ => 26,
    };
    let rank = FOLLOWERS.get(row)?.iter().position(|follower| *follower == next)?;
    Some(match rank {
        0 | 1 => 2 * BIT,
        2 | 3 => 3 * BIT,
        _ => 4 * BIT,
    })
}

/// A cheap first look: whether at least two fifths of the letters are usual ones. In prose it is four fifths.
pub(super) fn may_be_prose(text: &[u8]) -> bool {
    let before = core::iter::once(None).chain(text.iter().copied().map(Some));
    let usual = before.zip(text).filter(|(previous, next)| likely(*previous, **next).is_some()).count();
    usual.saturating_mul(5) >= text.len().saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn words_are_in_their_rows_and_few() {
        let words = || (b'a'..).zip(WORDS).flat_map(|(first, row)| row.iter().map(move |word| (first, word)));
        assert!(words().count() <= 256);
        assert!(words().all(|(first, word)| word.as_bytes().first() == Some(&first)));
        assert!(words().all(|(_, word)| word.bytes().all(|letter| letter.is_ascii_lowercase())));
    }

    #[test]
    fn words_are_found_in_other_spellings() {
        let lengths = |text: &str| words_at(text.as_bytes()).map(|(length, _)| length).max();
        assert_eq!(lengths("passwordx"), Some(8));
        assert_eq!(lengths("p@55w0rd"), Some(8));
        assert_eq!(lengths("53cr37"), Some(6));
        assert_eq!(lengths("zebra"), None);
        assert_eq!(lengths(""), None);
    }

    #[test]
    fn a_word_costs_its_choice_and_its_spelling() {
        let bits = |text: &str| words_at(text.as_bytes()).map(|(length, price)| (length, price / BIT)).collect::<Vec<_>>();
        assert_eq!(bits("hmac"), [(4, 8 + 1)]);
        // Which of up to four ways, for each letter that has some: e, s, e in the first, t, o, e in the other.
        assert_eq!(bits("s3cret"), [(6, 8 + 1 + 2 * 4)]);
        assert_eq!(bits("t0ken"), [(5, 8 + 1 + 2 * 3)]);
        assert_eq!(bits("hook"), [(4, 8 + 1)]);
        assert_eq!(bits("h0ok"), [(4, 8 + 1 + 2 * 2)]);
        assert_eq!(bits("signature"), [(4, 9), (9, 9)], "a word in a word");
        assert_eq!(bits("9key"), []);
        let spelled = |letters: &str| letters.bytes().map(|byte| char::from(plain(byte))).collect::<alloc::string::String>();
        assert_eq!(spelled("4@31!05$7-aZ9"), "aaeiiosst-aZ9");
        let many: alloc::string::String = ('a'..='z').filter(|letter| has_other_spelling(*letter as u8)).collect();
        assert_eq!(many, "aeiost");
    }

    #[test]
    fn letters_follow_each_other_as_in_english() {
        let bits = |previous: Option<u8>, next| likely(previous, next).map(|price| price / BIT);
        let start: Vec<_> = b"taiscopfz".iter().map(|letter| bits(None, *letter)).collect();
        assert_eq!(start, [2, 2, 3, 3, 4, 4, 4, 4, 0].map(|bits| Some(bits).filter(|bits| *bits > 0)));
        assert_eq!(
            (bits(Some(b' '), b't'), bits(Some(b'7'), b't')),
            (Some(2), Some(2)),
            "a word begins after any other character"
        );
        assert_eq!((bits(Some(b'q'), b'u'), bits(Some(b'q'), b't'), bits(Some(b'z'), b'e')), (Some(2), None, Some(2)));
    }

    #[test]
    fn prose_is_usual_in_two_places_of_five() {
        assert!(may_be_prose(b"the secret of the sea"));
        assert!(!may_be_prose(b"xkq7vz9wjb5mxq8"));
        // `t` and `h` of five, and of six.
        assert!(may_be_prose(b"th789") && !may_be_prose(b"th7890") && may_be_prose(b"the7890"));
        assert!(may_be_prose(b""));
    }

    #[test]
    fn the_prices_of_followers_are_a_prefix_code() {
        for row in FOLLOWERS {
            let mut letters = row.to_vec();
            letters.sort_unstable();
            letters.dedup();
            assert_eq!(letters.len(), 8);
        }
    }
}

//! The verdict on a whole secret: which rule refuses it, with which numbers, and from where on none does.

use alloc::string::String;
use std::format;

use super::placeholder::{is_denied, is_placeholder};
use super::*;
use SecretError::{Empty, Placeholder, Predictable, Repetitive, TooFewDistinct, TooLong, TooShort};
use SecretFormat::{Base64, Hex, HtmlText, Utf8};

/// 64 and 43 characters, random.
const HEX: &str = "b395c950db4b69a36c3876b8702d579308a91848d992c0640b9d3b6c7477a045";
const BASE64: &str = "t587rDxI5vR1Z2YTcATceg-NVlFLx-dyROT6oY-kiYY";

fn strict(text: &str) -> Result<(), SecretError> {
    SecretPolicy::strict().check(text, text.as_bytes(), Utf8)
}

fn provider(text: &str) -> Result<(), SecretError> {
    SecretPolicy::provider().check(text, text.as_bytes(), Utf8)
}

#[test]
fn room_is_counted_in_whole_bits_up_to_the_minimum() {
    assert_eq!((strict(HEX), strict(BASE64), provider(&HEX[..32]), provider(&BASE64[..22])), (Ok(()), Ok(()), Ok(()), Ok(())));
    assert_eq!(strict(&HEX[..63]), Err(TooShort { bits: 252, minimum: 256 }));
    assert_eq!(strict(&BASE64[..42]), Err(TooShort { bits: 252, minimum: 256 }));
    assert_eq!(provider(&HEX[..31]), Err(TooShort { bits: 124, minimum: 128 }));
    // A key has no more room than its bytes, a text has what its characters have.
    let key = |bytes: usize, format| SecretPolicy::strict().check(HEX, &HEX.as_bytes()[..bytes], format);
    assert_eq!((key(32, Hex), key(31, Hex)), (Ok(()), Err(TooShort { bits: 248, minimum: 256 })));
    assert_eq!((key(31, Utf8), key(31, HtmlText)), (Ok(()), Ok(())));
}

#[test]
fn different_characters_are_counted() {
    let of = |kinds: &str| kinds.repeat(128 / kinds.len());
    assert_eq!(strict(&of("0123456")), Err(TooFewDistinct { distinct: 7, minimum: 8 }));
    assert!(matches!(strict(&of("01234567")), Err(Repetitive { .. })));
    assert_eq!(provider(&of("01234")), Err(TooFewDistinct { distinct: 5, minimum: 6 }));
    assert!(matches!(provider(&of("012345")), Err(Repetitive { .. })));
}

#[test]
fn the_ends_of_length() {
    let any = SecretPolicy::dangerous_any_strength();
    let longest = HEX.repeat(64);
    assert_eq!(any.check(&longest, b"key", Utf8), Ok(()));
    assert_eq!(any.check(&format!("{longest}0"), b"key", Utf8), Err(TooLong { bytes: 4097, maximum: 4096 }));
    assert_eq!((any.check("", b"key", Utf8), any.check("text", b"", Utf8)), (Err(Empty), Err(Empty)));
}

#[test]
fn half_of_a_secret_may_not_be_repeated() {
    let quarter = |n: usize| &HEX[16 * n..16 * (n + 1)];
    let text = |quarters: &[usize]| quarters.iter().map(|n| quarter(*n)).collect::<String>();
    assert_eq!(strict(&text(&[0, 1, 0, 1])), Err(Repetitive { percent: 50 }));
    assert_eq!(strict(&text(&[0, 0, 0, 0])), Err(Repetitive { percent: 75 }));
    assert_eq!(strict(&text(&[0, 1, 2, 0])), Ok(()), "a quarter may be an accident");
    assert_eq!(strict(&format!("{}{HEX}", text(&[0, 1]))), Ok(()), "enough is left");
    // Bytes of a key are looked at like text.
    let bytes: Vec<u8> = (0..32).map(|n| n * 8).collect();
    let counter: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(matches!(SecretPolicy::strict().check(&counter, &bytes, Hex), Err(Repetitive { .. })));
}

#[test]
fn prose_is_worth_two_bits_a_character() {
    let prose = "it is a truth universally acknowledged that a single man in possession of a good fortune must be in want of a \
                 wife however little known the feelings";
    let worth = |length: usize| match strict(&prose[..length]) {
        Err(Predictable { bits, minimum: 256 }) => Some(bits),
        Ok(()) => None,
        other => panic!("{other:?}"),
    };
    let [short, longer] = [60, 90].map(|length| worth(length).unwrap());
    assert!((120..200).contains(&short) && (short + 60..256).contains(&longer), "{short} {longer}");
    assert_eq!(worth(prose.len()), None);
    // Those who did not choose the secret accept it.
    assert_eq!([40, 60, 90].map(|length| provider(&prose[..length])), [Ok(()); 3]);
    assert_eq!(strict(&format!("{}{HEX}", &prose[..60])), Ok(()));
}

/// In lower case a text has less to describe, and then one has to say which letters were capitals.
#[test]
fn letters_of_both_cases_are_read_as_they_are_and_folded() {
    let twice = |length: usize| provider(&"tKmDxWqZbRgHfJvCnYdP"[..length].repeat(2));
    assert_eq!(twice(10), Ok(()));
    assert_eq!([11, 12, 20].map(twice), [Err(Repetitive { percent: 50 }); 3]);
}

#[test]
fn words_and_walks_are_seen_in_any_case() {
    for text in [
        "correct-horse-battery-staple-password-summer-sunshine",
        "Correct-Horse-Battery-Staple-Password-Summer-Sunshine",
        "CORRECT_HORSE_BATTERY_STAPLE_PASSWORD_SUMMER_SUNSHINE",
        "QwErTyUiOpAsDfGhJkLzXcVbNm1234567890qwertyuiop",
    ] {
        assert!(matches!(strict(text), Err(Predictable { .. } | Repetitive { .. })), "{text}: {:?}", strict(text));
    }
}

#[test]
fn prefix_and_padding_carry_nothing() {
    let stripped = |text: &str| String::from_utf8(bare(text.as_bytes()).into()).unwrap();
    for (text, wanted) in [
        ("whsec_abc", "abc"),
        ("v1,whsec_abc", "abc"),
        ("v2,whsec_abc", "v2,whsec_abc"),
        ("abcdefghijklmnopqrstuv==", "abcdefghijklmnopqrstuv"),
        ("abcdefghijklmnopqrstuvw=", "abcdefghijklmnopqrstuvw"),
        ("whsec_abcdefghijklmnopqrstuvw=", "abcdefghijklmnopqrstuvw"),
        ("abcdefghijklmnopqrstuvwxyzA=", "abcdefghijklmnopqrstuvwxyzA"),
        // Too short, of another length, of other characters: `=` is a character.
        ("abcdefghijklmnopqr==", "abcdefghijklmnopqr=="),
        ("abcdefghijklmnopqrstuvw==", "abcdefghijklmnopqrstuvw=="),
        ("abcdefghijklmnopqrstu!==", "abcdefghijklmnopqrstu!=="),
        ("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx"),
    ] {
        assert_eq!(stripped(text), wanted);
    }
}

#[test]
fn placeholders_are_found_in_every_layer() {
    assert_eq!([strict("changeme"), provider("DEV-secret"), strict("whsec_dev-secret")], [Err(Placeholder); 3]);
    assert_eq!(strict(&format!("{HEX}ChangeMe{HEX}")), Err(Placeholder));
    assert_eq!(strict(&format!("{HEX}dev-secret")), Ok(()), "denied only as the whole");
    // `changeme-` and random letters in base64, in base64 of that, and with a byte between all others.
    let once = "Y2hhbmdlbWUtdDU4N3JEeEk1dlIxWjJZVGNBVGNlZy1OVmxGTHgtZHlST1Q2b1kta2lZWQ==";
    let twice = "WTJoaGJtZGxiV1V0ZERVNE4zSkVlRWsxZGxJeFdqSlpWR05CVkdObFp5MU9WbXhHVEhndFpIbFNUMVEyYjFrdGEybFpXUT09";
    assert_eq!([strict(once), strict(twice)], [Err(Placeholder); 2]);
    let spread: String = format!("changeme{BASE64}").chars().flat_map(|char| [char, '.']).collect();
    assert_eq!(strict(&spread), Err(Placeholder));
    let any = SecretPolicy::dangerous_any_strength();
    assert_eq!(any.check("changeme", b"changeme", Utf8), Ok(()));
    assert_eq!(any.clone().deny("other").check("changeme", b"changeme", Base64), Ok(()));
    assert_eq!(any.deny("ChangeMe").check("changeme", b"changeme", Base64), Err(Placeholder));
    assert_eq!(SecretPolicy::strict().deny("other").check(HEX, HEX.as_bytes(), Utf8), Ok(()));
    assert_eq!(SecretPolicy::strict().deny(&HEX[8..16]).check(HEX, HEX.as_bytes(), Utf8), Err(Placeholder));
}

#[test]
fn words_are_denied_as_a_whole_or_from_eight_characters_on_anywhere() {
    assert!(is_placeholder(b"dev_secret", b"") && is_placeholder(b"", b"devsecret") && is_placeholder(b"xxCHANGE-MExx", b""));
    assert!(!is_placeholder(b"x-dev_secret", b"x-dev_secret") && !is_placeholder(b"xx", b"changeme"));
    let denied = |text: &str, word: &str| is_denied(text.as_bytes(), text.as_bytes(), word);
    assert!(denied("TINY", "tiny") && !denied("tiny-", "tiny") && !denied("a-tiny-b", "tiny"));
    assert!(denied("a-NorthWind-b", "northwind") && denied("a-8letters", "8letters") && !denied("a-7letter", "7letter"));
    assert!(!denied("north", "northwind") && !denied("text", ""));
}

#[test]
fn a_printed_policy_shows_no_denied_word() {
    let printed = format!("{:?}", SecretPolicy::provider().deny("northwind").deny("other"));
    assert_eq!(printed, "SecretPolicy { level: Provider, denied: 2 }");
}

//! Random deliveries: secrets, bodies of every awkward kind, and ways to tamper with them.

use base64ct::{Base64, Encoding as _};
use hookring::{Scheme, SecretFormat};
use serde_json::json;

use crate::random::Random;

impl Random {
    fn text(&mut self, len: usize, alphabet: &[u8]) -> String {
        (0..len).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}

/// A pair made for these tests, and the public half of another.
const P256_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjS2PFr4WIqMbfMQZPqriWsvVfWZkra3BrCHn6gCK2+5gJPZYO2yT98Xx9aKveQqiwMroi9l2m8l+jZm8KRbEGQ==";
const P256_PRIVATE: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWITHqNUe2nazrZxRjcbRMCZ6KC8Jv42kDjsF071dtWmhRANCAASNLY8WvhYioxt8xBk+quJay9V9ZmStrcGsIefqAIrb7mAk9lg7bJP3xfH1oq95CqLAyuiL2XabyX6NmbwpFsQZ";
const P256_OTHER: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE92A4pRT26vmxj1KYc0NOjN4PQcdNTL3mEf35dPjFPjaqDVt5jp0DrAsSuKm3GL9OHXiP0aJkA7tmT1wlWIeIkw==";

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// What is special about a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Ascii,
    Unicode,
    Crlf,
    Nul,
    Empty,
    /// 1 MiB.
    Large,
    /// Starts with U+FEFF.
    ByteOrderMark,
    /// Not UTF-8.
    Binary,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Unicode => "unicode",
            Self::Crlf => "crlf",
            Self::Nul => "nul",
            Self::Empty => "empty",
            Self::Large => "1 MiB",
            Self::ByteOrderMark => "byte order mark",
            Self::Binary => "not UTF-8",
        }
    }

    /// Of each 200: 4 of 1 MiB, 5 empty, 5 with a mark, 10 that are not UTF-8; the others in equal parts.
    fn of(n: usize) -> Self {
        match n % 200 {
            49 | 99 | 149 | 199 => Self::Large,
            n if n % 40 == 7 => Self::Empty,
            n if n % 40 == 17 => Self::ByteOrderMark,
            n if n % 20 == 3 => Self::Binary,
            n => [Self::Ascii, Self::Unicode, Self::Crlf, Self::Nul][n % 4],
        }
    }
}

/// What a scheme reads in the body decides how a body can look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Any bytes.
    Raw,
    /// A JSON object with the time of signing in `webhookTimestamp`.
    TimedJson,
    /// A JSON object, for an SDK that takes it parsed.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// A batch of Adyen's notification items.
    Items,
}

fn shape(provider: &str) -> Shape {
    match provider {
        "linear" => Shape::TimedJson,
        "workos" => Shape::Json,
        "twilio" => Shape::Form,
        "adyen-standard" => Shape::Items,
        _ => Shape::Raw,
    }
}

pub(crate) struct Given {
    pub(crate) kind: Kind,
    pub(crate) secret: String,
    /// What signs, where it is not the secret.
    pub(crate) private: Option<&'static str>,
    pub(crate) url: String,
    pub(crate) id: String,
    pub(crate) body: Vec<u8>,
    /// Unix seconds.
    pub(crate) signed_at: i64,
    pub(crate) received_at: i64,
}

pub(crate) fn make(provider: &str, scheme: &Scheme<'_>, random: &mut Random, n: usize) -> Given {
    let signed_at = 1_790_000_000 + i64::try_from(random.below(30_000_000)).unwrap();
    let mut kind = Kind::of(n);
    let shape = shape(provider);
    // A form is ASCII, and JSON is UTF-8 and not empty.
    if shape != Shape::Raw && matches!(kind, Kind::Empty | Kind::ByteOrderMark | Kind::Binary) {
        kind = Kind::Unicode;
    }
    let query = if provider == "contentful" { "" } else { "?a=1&b=x%20y" };
    Given {
        kind,
        secret: secret(provider, scheme, random),
        private: (provider == "sendgrid").then_some(P256_PRIVATE),
        url: format!("https://hooks.example.com/in/{}{query}", random.text(8, ALPHANUMERIC)),
        id: format!("msg_{}", random.text(20, ALPHANUMERIC)),
        body: body(shape, kind, signed_at, random),
        signed_at,
        // Within the shortest window, which is Paddle's five seconds.
        received_at: signed_at + i64::try_from(random.below(4)).unwrap(),
    }
}

/// The headers that a scheme signs and the sender chooses.
pub(crate) fn headers_to_sign(provider: &str, given: &Given) -> Vec<(&'static str, String)> {
    match provider {
        "standard-webhooks" => vec![("webhook-id", given.id.clone())],
        "svix" => vec![("svix-id", given.id.clone())],
        "contentful" => {
            let topic = "x-contentful-topic";
            let list = format!("x-contentful-signed-headers,x-contentful-timestamp,{topic}");
            vec![(topic, "ContentManagement.Entry.publish".to_owned()), ("x-contentful-signed-headers", list)]
        }
        _ => Vec::new(),
    }
}

pub(crate) fn secret(provider: &str, scheme: &Scheme<'_>, random: &mut Random) -> String {
    match scheme.key_format() {
        _ if provider == "sendgrid" => P256_PUBLIC.to_owned(),
        SecretFormat::Whsec => {
            let len = 24 + random.below(41);
            format!("whsec_{}", Base64::encode_string(&random.bytes(len)))
        }
        SecretFormat::Base64 => Base64::encode_string(&random.bytes(32)),
        SecretFormat::Hex => random.text(64, b"0123456789ABCDEF"),
        _ => {
            let len = if provider == "contentful" { 64 } else { 24 + random.below(60) };
            random.text(len, ALPHANUMERIC)
        }
    }
}

fn body(shape: Shape, kind: Kind, signed_at: i64, random: &mut Random) -> Vec<u8> {
    let id = random.text(12, ALPHANUMERIC);
    let note = match kind {
        Kind::Ascii => "plain text, \"quoted\" \\ and /".to_owned(),
        Kind::Unicode => "za\u{17c}\u{f3}\u{142}\u{107} \u{1f980} \u{2028} e\u{301} \u{202e}\u{fffd}".to_owned(),
        Kind::Crlf => "one\r\ntwo\nthree\r\r\n".to_owned(),
        Kind::Nul => "before\0after\0".to_owned(),
        Kind::Large => random.text(1 << 20, ALPHANUMERIC),
        Kind::Empty => return Vec::new(),
        Kind::ByteOrderMark => return format!("\u{feff}{{\"id\":\"{id}\"}}").into_bytes(),
        Kind::Binary => {
            let len = 1 + random.below(400);
            // 0xFF never stands in UTF-8.
            return [random.bytes(len), vec![0xff]].concat();
        }
    };
    match shape {
        // The characters themselves, whether JSON allows them or not.
        Shape::Raw => format!("{{\"id\":\"{id}\",\"note\":\"{note}\"}}").into_bytes(),
        Shape::Json if kind == Kind::Crlf => {
            format!("{{\r\n  \"id\": \"{id}\",\r\n  \"note\": {}\r\n}}\r\n", json!(note)).into_bytes()
        }
        Shape::Json => json!({ "id": id, "note": note }).to_string().into_bytes(),
        Shape::TimedJson => {
            let blank = if kind == Kind::Crlf { "\r\n" } else { "" };
            let time = signed_at * 1000;
            format!("{{{blank}\"webhookTimestamp\":{time},{blank}\"id\":\"{id}\",\"note\":{}}}{blank}", json!(note))
                .into_bytes()
        }
        Shape::Form => {
            let name = percent(&random.text(3, ALPHANUMERIC));
            format!("Sid={id}&note={}&{name}=b&{name}=a&empty=&A=+%2B", percent(&note)).into_bytes()
        }
        Shape::Items => {
            let items: Vec<_> = (0..=random.below(3)).map(|n| item(&format!("{id}{n}"), &note, random)).collect();
            json!({ "live": "false", "notificationItems": items }).to_string().into_bytes()
        }
    }
}

fn item(id: &str, note: &str, random: &mut Random) -> serde_json::Value {
    json!({ "NotificationRequestItem": {
        "additionalData": { "hmacSignature": "", "note": note },
        "amount": { "currency": "EUR", "value": random.below(1_000_000) },
        "eventCode": "AUTHORISATION",
        "merchantAccountCode": "Merchant",
        "merchantReference": note,
        "originalReference": "",
        "pspReference": id,
        "success": "true",
    } })
}

fn percent(text: &str) -> String {
    let one = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b' ' => "+".to_owned(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

/// What was done to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tampering {
    Body,
    Signature,
    /// The same signature, written otherwise.
    Spelling,
    Secret,
    Timestamp,
    Late,
    Url,
}

impl Tampering {
    pub(crate) const ALL: [Self; 7] =
        [Self::Body, Self::Signature, Self::Spelling, Self::Secret, Self::Timestamp, Self::Late, Self::Url];
}

pub(crate) type Headers = Vec<(String, Vec<u8>)>;

/// Changes one thing. `false` if the delivery has nothing of the kind to change.
pub(crate) fn tamper(what: Tampering, provider: &str, given: &mut Given, headers: &mut Headers, random: &mut Random) -> bool {
    match what {
        Tampering::Body => {
            change_body(shape(provider), &mut given.body, random);
            true
        }
        // Of a signature in DER the numbers, which no reader can pass over.
        Tampering::Signature if given.private.is_some() => change_signature(headers, |_| 8 + random.below(30)),
        Tampering::Signature => change_signature(headers, |len| random.below(len - 2)),
        // The length of a sequence in DER.
        Tampering::Spelling => given.private.is_some() && change_signature(headers, |_| 2),
        Tampering::Secret if given.private.is_some() => {
            given.secret = P256_OTHER.to_owned();
            true
        }
        Tampering::Secret => {
            // Past a prefix, and not at the end, where base64 has bits that must be zero.
            let at = given.secret.len() / 2;
            let other = if given.secret.as_bytes()[at] == b'A' { "B" } else { "A" };
            given.secret.replace_range(at..=at, other);
            true
        }
        Tampering::Timestamp => {
            let (old, new) = (given.signed_at.to_string(), (given.signed_at - 1).to_string());
            let mut any = false;
            for (_, value) in headers {
                let text = String::from_utf8_lossy(value).into_owned();
                any |= text.contains(&old);
                *value = text.replace(&old, &new).into_bytes();
            }
            any
        }
        Tampering::Late => {
            given.received_at += 3 * 3600;
            true
        }
        Tampering::Url => {
            given.url = given.url.replace("/in/", "/in2/");
            true
        }
    }
}

fn change_body(shape: Shape, body: &mut Vec<u8>, random: &mut Random) {
    match shape {
        _ if body.is_empty() => body.push(b' '),
        Shape::Raw => {
            let at = random.below(body.len());
            body[at] ^= 1 << random.below(8);
        }
        Shape::Form => body.extend_from_slice(b"&added=1"),
        // A changed letter leaves it JSON, so that it is the signature that refuses.
        _ => {
            let text = String::from_utf8(body.clone()).unwrap();
            let key = if shape == Shape::Items { "\"pspReference\":" } else { "\"id\":" };
            let after = text.find(key).unwrap() + key.len();
            let at = after + text[after..].find('"').unwrap() + 1;
            body[at] = if body[at] == b'x' { b'y' } else { b'x' };
        }
    }
}

/// Changes one character of every long run of signature text. It must not be at the end, where base64 has bits that say nothing.
fn change_signature(headers: &mut Headers, mut place: impl FnMut(usize) -> usize) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut any = false;
    for (_, value) in headers {
        let mut start = 0;
        while start < value.len() {
            let len = value[start..].iter().take_while(|byte| is_text(byte)).count();
            if len >= 27 {
                let byte = &mut value[start + place(len)];
                *byte = if *byte == b'0' { b'1' } else { b'0' };
                any = true;
            }
            start += len + 1;
        }
    }
    any
}

//! Two deliveries that differ never share a signature: what is signed ends where the verifier says that it ends.
#![cfg(all(feature = "std", feature = "sha1"))]

use hookring::scheme::{Algorithm, Covers, Encoding, Grammar, Part, Place, Source, Unit};
use hookring::testing::Delivery;
use hookring::{
    Field, Keyring, Message, Rejection, ReplayKey, Request, Scheme, Scope, Secret, SecretFormat, SecretPolicy, SignWith,
    Signer, Timestamp, Verifier, providers,
};

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);

type Pairs<'a> = Vec<(&'a str, String)>;

fn ring() -> Keyring {
    let secret = Secret::parse("0f3a9c62b85d17e4a1c07b5de92f8846", SecretFormat::Utf8, &SecretPolicy::provider());
    Keyring::new(secret.unwrap(), NOW).ring
}

/// HMAC-SHA256 of a text under the key of [`ring`], in hexadecimal.
fn mac(content: &str) -> String {
    let signer = Signer::new(providers::GITHUB, ring(), SignWith::Current).unwrap();
    let signed = signer.sign(&Message::new(content.as_bytes()), NOW).unwrap();
    signed.iter().next().unwrap().1.replace("sha256=", "")
}

fn ours(parts: &'static [Part<'static>]) -> Scheme<'static> {
    Scheme::new("ours", Algorithm::HmacSha256, Place::Header("x-signature"), Grammar::Whole, Encoding::Hex, parts)
}

fn verify(scheme: Scheme<'_>, headers: &Pairs<'_>, body: &str) -> Result<ReplayKey, Rejection> {
    let verified = Verifier::new(scheme, ring()).unwrap().verify_at(Request::new(headers, body.as_bytes()), NOW)?;
    Ok(verified.replay_key(&Scope::new("endpoint").unwrap()))
}

#[test]
fn an_id_has_two_ends() {
    use Part::{Body, Header, Id, Json, Lit, Timestamp as Time, Url};
    let with_id = |parts| ours(parts).id("x-id");
    let timed = |parts, unit| with_id(parts).timestamp(Source::Header("x-time"), unit);
    for parts in [
        &[Id, Body] as &[Part<'_>],
        &[Body, Id],
        &[Id, Lit(""), Body],
        &[Header("x-a"), Id, Lit("."), Body],
        &[Id, Header("x-a"), Lit("."), Body],
        &[Id, Url, Body],
        &[Id, Json("a"), Body],
        // A dot on each side, and dots in what stands there.
        &[Body, Lit("."), Id, Lit("."), Header("x-a")],
    ] {
        assert!(with_id(parts).check().is_err(), "{parts:?}");
    }
    assert!(with_id(&[Id, Lit("."), Body]).or_signed(&[Id, Body]).check().is_err());
    for unit in [Unit::Seconds, Unit::Millis, Unit::SecondsOrMillis] {
        assert!(timed(&[Id, Time, Body], unit).check().is_err(), "{unit:?}");
        assert!(timed(&[Time, Id, Lit("."), Body], unit).check().is_err(), "{unit:?}");
    }
    // A time that is text has a fixed beginning.
    assert_eq!(timed(&[Id, Time, Body], Unit::Rfc3339).check(), Ok(()));
    assert_eq!(timed(&[Body, Lit("."), Id, Lit("."), Time], Unit::Seconds).check(), Ok(()));
    assert_eq!(with_id(&[Body, Lit("."), Id]).check(), Ok(()));
    assert_eq!(with_id(&[Lit("v1"), Id, Lit("."), Body]).check(), Ok(()));
}

#[test]
fn an_id_does_not_hold_what_ends_its_neighbours() {
    let scheme = ours(&[Part::Body, Part::Lit("."), Part::Id]).id("x-id");
    let signature = mac("amount=1.50.msg_1");
    let with = |id: &str| vec![("x-signature", signature.clone()), ("x-id", id.to_owned())];
    assert!(verify(scheme, &with("msg_1"), "amount=1.50").is_ok());
    assert_eq!(verify(scheme, &with("50.msg_1"), "amount=1"), Err(Rejection::Malformed(Field::Id)));
    let signer = Signer::new(scheme, ring(), SignWith::Current).unwrap();
    assert!(signer.sign(&Message::new(b"amount=1").id("50.msg_1"), NOW).is_err());
    assert!(signer.sign(&Message::new(b"amount=1").id("msg-1"), NOW).is_ok());

    // A time has digits only, so it ends at the first hyphen, and ids may have more of them.
    let scheme = ours(&[Part::Timestamp, Part::Lit("-"), Part::Id, Part::Lit("."), Part::Body])
        .id("x-id")
        .timestamp(Source::Header("x-time"), Unit::Seconds);
    let signer = Signer::new(scheme, ring(), SignWith::Current).unwrap();
    assert!(signer.sign(&Message::new(b"{}").id("e76c6bd4-55c9"), NOW).is_ok());
    assert!(signer.sign(&Message::new(b"{}").id("e76c6bd4.55c9"), NOW).is_err());
}

#[test]
fn configcat_moves_of_the_boundary_are_one_delivery() {
    let signature = Delivery::new("POST", "https://a.example")
        .header("x-configcat-webhook-id", "X")
        .body(b"{}")
        .signed(ours(&[Part::Lit("X1759999995"), Part::Body]), &ring(), SignWith::Current, NOW)
        .unwrap();
    let hex = signature.headers().find(|(name, _)| *name == "x-signature").unwrap().1.to_owned();
    let base64 = base64_of_hex(std::str::from_utf8(hex.as_ref()).unwrap());
    let verifier = Verifier::builder(providers::CONFIGCAT).dangerous_accept_any_age().build(ring()).unwrap();
    let keys = [("X", "1759999995"), ("X1", "759999995")].map(|(id, time)| {
        let headers = [
            ("x-configcat-webhook-id", id.to_owned()),
            ("x-configcat-webhook-timestamp", time.to_owned()),
            ("x-configcat-webhook-signature-v1", base64.clone()),
        ];
        let verified = verifier.verify_at(Request::new(&headers, b"{}"), NOW).unwrap();
        assert_eq!(verified.id(), None);
        verified.replay_key(&Scope::new("endpoint").unwrap())
    });
    assert_eq!(keys[0], keys[1]);
}

fn base64_of_hex(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(hex::decode(text).unwrap())
}

/// The header names are signed in front of the body, so the signature of one version is one of the other over a longer body.
#[test]
fn hook0_rows_pin_a_version() {
    let [v1, v0] = ["hook0", "hook0-v0"].map(|name| *providers::find(name).unwrap());
    let captured = mac("1790000000.x-event-id.evt_1.{\"a\":1}");
    let with = |value: String| vec![("x-hook0-signature", value), ("x-event-id", "evt_1".to_owned())];
    let genuine = with(format!("t=1790000000,h=x-event-id,v1={captured}"));
    let moved = with(format!("t=1790000000,v0={captured}"));
    assert!(verify(v1, &genuine, "{\"a\":1}").is_ok());
    assert_eq!(verify(v1, &moved, "x-event-id.evt_1.{\"a\":1}"), Err(Rejection::Missing(Field::Signature)));

    let captured = mac("1790000000.{\"a\":1}");
    assert!(verify(v0, &with(format!("t=1790000000,v0={captured}")), "{\"a\":1}").is_ok());
    let other = with(format!("t=1790000000,h=x-event-id,v1={captured}"));
    assert_eq!(verify(v0, &other, "{\"a\":1}"), Err(Rejection::Missing(Field::Signature)));
}

#[test]
fn a_weaker_version_does_not_rescue_a_stronger_one() {
    use hookring::scheme::Tagged;
    let grammar = Grammar::Tagged(Tagged::new(',', '=', &["v1", "v0"]).strongest_only());
    let place = Place::Header("x-signature");
    let scheme = Scheme::new("ours", Algorithm::HmacSha256, place, grammar, Encoding::Hex, &[Part::Body]);
    let (good, bad) = (mac("{}"), mac("[]"));
    for (value, wanted) in [
        (format!("v0={good}"), Ok(())),
        (format!("v0={bad},v1={good}"), Ok(())),
        (format!("v0={good},v1={bad}"), Err(Rejection::Mismatch)),
        (format!("v1={bad},v0={good}"), Err(Rejection::Mismatch)),
    ] {
        assert_eq!(verify(scheme, &vec![("x-signature", value.clone())], "{}").map(drop), wanted, "{value}");
    }
}

#[test]
fn a_batch_is_told_by_its_items_in_any_order() {
    let scheme =
        Scheme::new("ours", Algorithm::HmacSha256, Place::Json("sig"), Grammar::Whole, Encoding::Hex, &[Part::Json("id")])
            .each_item("items")
            .covers(Covers::Only("id of each item"));
    let key = |ids: &[&str]| {
        let items: Vec<_> = ids.iter().map(|id| format!("{{\"id\":\"{id}\",\"sig\":\"{}\"}}", mac(id))).collect();
        verify(scheme, &vec![], &format!("{{\"items\":[{}]}}", items.join(","))).unwrap()
    };
    assert_eq!(key(&["a", "b"]), key(&["b", "a"]));
    assert_eq!(key(&["a", "b"]), key(&["b", "a", "a", "b"]));
    assert_eq!(key(&["a"]), key(&["a", "a"]));
    assert_ne!(key(&["a"]), key(&["b"]));
    // A part of a batch is another delivery: only a key for each item tells that one was there before.
    assert_ne!(key(&["a"]), key(&["a", "b"]));
}

#[test]
fn named_headers_are_bounded() {
    let scheme = *providers::find("hook0").unwrap();
    let long = "x".repeat(8 * 1024 + 1);
    for (names, values, wanted) in [
        ("x-a x-b", vec!["1", "2"], Ok(())),
        ("x-a x-a", vec!["1", "1"], Err(Rejection::Malformed(Field::Header))),
        ("x-a X-A", vec!["1", "1"], Err(Rejection::Malformed(Field::Header))),
        ("x-a", vec![long.as_str()], Err(Rejection::Malformed(Field::Header))),
        ("x-a", vec![&long[1..]], Ok(())),
    ] {
        let signature = mac(&format!("1790000000.{names}.{}.{{}}", values.join(".")));
        let headers = vec![
            ("x-hook0-signature", format!("t=1790000000,h={names},v1={signature}")),
            ("x-a", values[0].to_owned()),
            ("x-b", "2".to_owned()),
        ];
        assert_eq!(verify(scheme, &headers, "{}").map(drop), wanted, "{names} {}", values[0].len());
    }
}

/// The time of a signed body is read when the signature was found good, and then there is nothing to compare it with.
#[test]
fn a_time_that_is_read_late_has_no_twin() {
    let late = ours(&[Part::Body]).timestamp(Source::Json("t"), Unit::Seconds);
    assert_eq!(late.check(), Ok(()));
    assert!(late.timestamp_also_in(Source::Header("x-time")).check().is_err());
    let early = ours(&[Part::Timestamp, Part::Body]).timestamp(Source::Json("t"), Unit::Seconds);
    assert_eq!(early.timestamp_also_in(Source::Header("x-time")).check(), Ok(()));
}

/// Nothing signs what stands around the items, whatever is signed of each.
#[test]
fn a_batch_never_covers_the_whole_body() {
    let batch = ours(&[Part::Body]).each_item("items");
    assert!(batch.check().is_err());
    assert_eq!(batch.covers(Covers::Only("each item")).check(), Ok(()));
}

#[test]
fn mollie_sends_a_header_line_for_each_secret() {
    let (good, bad) = (mac("id=1"), mac("id=2"));
    let lines = |values: &[String]| -> Pairs<'_> { values.iter().map(|value| ("x-mollie-signature", value.clone())).collect() };
    let tagged = |mac: &String| format!("sha256={mac}");
    for values in [
        vec![tagged(&good)],
        vec![good.clone()],
        vec![tagged(&bad), tagged(&good)],
        vec![tagged(&good), bad.clone()],
        vec![format!("{}, {}", tagged(&bad), tagged(&good))],
    ] {
        assert!(verify(providers::MOLLIE, &lines(&values), "id=1").is_ok(), "{values:?}");
    }
    assert_eq!(verify(providers::MOLLIE, &lines(&[tagged(&bad), bad.clone()]), "id=1"), Err(Rejection::Mismatch));
    let other = lines(&[format!("sha1={good}")]);
    assert_eq!(verify(providers::MOLLIE, &other, "id=1"), Err(Rejection::Missing(Field::Signature)));
}

/// Forms whose names and values are signed run together: that is what the provider does, so the row says it.
#[test]
fn forms_that_run_together_say_so() {
    for scheme in [providers::TWILIO, providers::PLIVO, providers::unconfirmed::MANDRILL] {
        assert!(matches!(scheme.coverage(), Covers::Only(_)), "{}", scheme.name());
        let url = "https://hooks.example.com/in";
        let delivery = Delivery::new("POST", url).header("x-plivo-signature-v3-nonce", "1").body(b"Body=xDigits1");
        let delivery = delivery.signed(scheme, &ring(), SignWith::Current, NOW).unwrap();
        let verifier = Verifier::builder(scheme).public_url("https://hooks.example.com").build(ring()).unwrap();
        assert!(verifier.verify_at(delivery.request(), NOW).is_ok(), "{}", scheme.name());
        assert!(verifier.verify_at(delivery.clone().body(b"Body=x&Digits=1").request(), NOW).is_ok(), "{}", scheme.name());
        assert!(verifier.verify_at(delivery.body(b"Body=x&Digits=2").request(), NOW).is_err(), "{}", scheme.name());
    }
}

/// A verifier is told what it needs when it is built, whichever of the two contents needs it.
#[test]
fn both_contents_say_what_they_need() {
    use Part::{Body, Lit, Method, Timestamp as Time, Url};
    use hookring::SetupError;
    let either = |other| ours(&[Body]).or_signed(other);
    let by_url = either(&[Url, Body]);
    assert!(by_url.signs_url());
    assert_eq!(Verifier::new(by_url, ring()).unwrap_err(), SetupError::NeedsPublicUrl);
    let verifier = Verifier::builder(by_url).public_url("https://a.example").build(ring()).unwrap();
    let headers = [("x-signature", mac("https://a.example/hook{}"))];
    assert!(verifier.verify_at(Request::new(&headers, "{}").target("/hook"), NOW).is_ok());
    let headers = [("x-signature", mac("{}"))];
    assert!(verifier.verify_at(Request::new(&headers, "{}").target("/hook"), NOW).is_ok());

    // Refused at once, and not only when the first content does not match.
    let by_method = Verifier::new(either(&[Method, Body]), ring()).unwrap();
    let headers = [("x-signature", mac("{}"))];
    assert_eq!(by_method.verify_at(Request::new(&headers, "{}"), NOW).unwrap_err(), Rejection::NeedsRequestLine);
    assert!(by_method.verify_at(Request::new(&headers, "{}").method("POST"), NOW).is_ok());

    // A time in the body that only the second content writes apart.
    let timed = either(&[Time, Lit("."), Body]).timestamp(Source::Json("t"), Unit::Seconds);
    let verifier = Verifier::new(timed, ring()).unwrap();
    let body = r#"{"t":1790000000}"#;
    for content in [body.to_owned(), format!("1790000000.{body}")] {
        let headers = [("x-signature", mac(&content))];
        assert!(verifier.verify_at(Request::new(&headers, body), NOW).is_ok(), "{content}");
    }
}

/// What a body is made into does not change under which key its delivery is remembered.
#[test]
fn a_replay_key_outlives_the_body() {
    let scope = Scope::new("endpoint").unwrap();
    let own = ours(&[Part::Body, Part::Lit("."), Part::Timestamp]).timestamp(Source::Header("x-time"), Unit::Seconds);
    for digested in [false, true] {
        for scheme in [own, ours(&[Part::Body]), providers::STANDARD_WEBHOOKS.secret_format(SecretFormat::Utf8)] {
            let signer = Signer::new(scheme, ring(), SignWith::Current).unwrap();
            let headers = signer.sign(&Message::new(b"{}").id("msg_1"), NOW).unwrap();
            let headers: Vec<(&str, &str)> = headers.iter().collect();
            let builder = Verifier::builder(scheme);
            let verifier = if digested { builder.digest_content() } else { builder }.build(ring()).unwrap();
            let verified = verifier.verify_at(Request::new(&headers, b"{}".to_vec()), NOW).unwrap();
            let key = verified.replay_key(&scope);
            let other = verified.try_map(|_| Ok::<_, ()>("something else")).unwrap();
            assert_eq!(other.replay_key(&scope), key, "{}", scheme.name());
            let twice = other.try_map(|_| Ok::<_, ()>(7)).and_then(|other| other.try_map(|n| Ok(vec![n, n]))).unwrap();
            assert_eq!(twice.replay_key(&scope), key, "{}", scheme.name());
        }
    }
}

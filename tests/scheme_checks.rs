//! Schemes that could never match a delivery, or would read one header as two things, are refused when they are built.

use hookring::scheme::{Algorithm, Encoding, Grammar, Part, Place, Scheme, Source, Tagged, Unit};
use hookring::{SchemeError, providers};

const fn at<'a>(place: Place<'a>, grammar: Grammar<'a>) -> Scheme<'a> {
    Scheme::new("ours", Algorithm::HmacSha256, place, grammar, Encoding::Hex, &[Part::Timestamp, Part::Body])
        .timestamp(Source::Header("x-time"), Unit::Seconds)
}

const OURS: Scheme<'static> = at(Place::Header("x-sig"), Grammar::Whole);

/// Header values are trimmed before they are compared.
#[test]
fn what_no_trimmed_value_can_be_is_refused() {
    for (value, wanted) in [
        ("1", Ok(())),
        ("a b", Ok(())),
        ("", Err(SchemeError::BadText)),
        (" 1", Err(SchemeError::BadText)),
        ("1 ", Err(SchemeError::BadText)),
        ("1\t", Err(SchemeError::BadText)),
        ("\t1", Err(SchemeError::BadText)),
        ("é", Err(SchemeError::BadText)),
    ] {
        assert_eq!(OURS.require(&[("x-version", value)]).check(), wanted, "{value:?}");
    }
    fn tagged(tagged: Tagged<'_>) -> Result<(), SchemeError> {
        at(Place::Header("x-sig"), Grammar::Tagged(tagged)).check()
    }
    for tag in ["v1 ", " v1", "\tv1"] {
        assert_eq!(tagged(Tagged::new(',', '=', &[tag])), Err(SchemeError::BadText), "{tag:?}");
        assert_eq!(tagged(Tagged::new(',', '=', &["v1x"]).keep(&[tag])), Err(SchemeError::BadText), "{tag:?}");
        let timed = at(Place::Header("x-sig"), Grammar::Tagged(Tagged::new(',', '=', &["v1x"])));
        assert_eq!(timed.timestamp(Source::Tag(tag), Unit::Seconds).check(), Err(SchemeError::BadText), "{tag:?}");
    }
    // A prefix is followed by something, so it may end with a space.
    assert_eq!(at(Place::Header("x-sig"), Grammar::Prefix("HMAC ")).check(), Ok(()));
}

#[test]
fn a_header_has_one_purpose() {
    let twice = Err(SchemeError::HeaderUsedTwice);
    let list = |place| at(place, Grammar::List { between: ',', prefix: "" });
    assert_eq!(OURS.timestamp(Source::Header("X-Sig"), Unit::Seconds).check(), twice);
    assert_eq!(OURS.timestamp_also_in(Source::Header("x-time")).check(), twice);
    assert_eq!(OURS.timestamp_also_in(Source::Header("x-sig")).check(), twice);
    assert_eq!(OURS.timestamp_also_in(Source::Header("x-time-2")).check(), Ok(()));
    for name in ["x-sig", "X-TIME"] {
        assert_eq!(OURS.require(&[(name, "1")]).check(), twice, "{name}");
    }
    assert_eq!(OURS.require(&[("x-v", "1"), ("X-V", "2")]).check(), twice);
    assert_eq!(list(Place::Each(&["x-a", "x-b", "X-A"])).check(), twice);
    assert_eq!(list(Place::Each(&["x-a", "x-b"])).check(), Ok(()));
    assert_eq!(list(Place::Numbered { stem: "x-time", last: 2 }).check(), Ok(()));
    let numbered = list(Place::Numbered { stem: "x-sig-", last: 2 });
    assert_eq!(numbered.timestamp(Source::Header("x-sig-2"), Unit::Seconds).check(), twice);
    assert_eq!(numbered.timestamp(Source::Header("x-sig-time"), Unit::Seconds).check(), Ok(()));

    const ID: Scheme<'static> = Scheme::new(
        "ours",
        Algorithm::HmacSha256,
        Place::Header("x-sig"),
        Grammar::Whole,
        Encoding::Hex,
        &[Part::Id, Part::Lit("."), Part::Header("x-topic"), Part::Body],
    );
    assert_eq!(ID.id("x-id").check(), Ok(()));
    assert_eq!(ID.id("x-sig").check(), twice);
    assert_eq!(ID.id("x-id").require(&[("x-id", "1")]).check(), twice);
    // A header that is required may be signed too, but a signature cannot sign itself.
    assert_eq!(ID.id("x-id").require(&[("x-topic", "1")]).check(), Ok(()));
    let itself = Scheme::new(
        "ours",
        Algorithm::HmacSha256,
        Place::Header("x-topic"),
        Grammar::Whole,
        Encoding::Hex,
        &[Part::Header("X-Topic"), Part::Body],
    );
    assert_eq!(itself.check(), twice);
}

#[test]
fn an_alternative_name_is_a_name_of_its_own() {
    let twice = Err(SchemeError::HeaderUsedTwice);
    assert_eq!(OURS.alias(&[("x-sig", "y-sig"), ("x-time", "y-time")]).check(), Ok(()));
    assert_eq!(OURS.alias(&[("x-sig", "X-Sig")]).check(), twice);
    assert_eq!(OURS.alias(&[("x-sig", "x-time")]).check(), twice);
    assert_eq!(OURS.alias(&[("x-sig", "y"), ("x-time", "Y")]).check(), twice);
}

#[test]
fn every_row_is_sound() {
    for scheme in providers::all().iter().chain(providers::unconfirmed::all()) {
        assert_eq!(scheme.check(), Ok(()), "{}", scheme.name());
    }
}

/// The separator of a list stands after its time too, in the description as on the wire.
#[test]
fn a_list_is_described_with_its_separator() {
    let list = Scheme::new(
        "ours",
        Algorithm::HmacSha256,
        Place::Header("x-sig"),
        Grammar::List { between: ';', prefix: "v1 " },
        Encoding::Hex,
        &[Part::Timestamp, Part::Body],
    )
    .timestamp(Source::FirstItem, Unit::Seconds);
    let text = list.describe().to_string();
    assert!(text.contains("header x-sig: v1 <timestamp>;<signature>[;<signature>]…"), "{text}");
}

/// Settings that would have no effect are refused when a verifier is built.
#[cfg(feature = "std")]
#[test]
fn settings_without_effect_are_refused() {
    use core::time::Duration;
    use hookring::{BearerVerifier, Carrier, SetupError, Verifier};
    let both = Verifier::builder(providers::STRIPE).tolerance(Duration::ZERO, Duration::ZERO).dangerous_accept_any_age();
    assert_eq!(both.build_per_tenant().unwrap_err(), SetupError::ToleranceOfAnyAge);
    assert!(Verifier::builder(providers::STRIPE).dangerous_accept_any_age().build_per_tenant().is_ok());

    let tokens = || BearerVerifier::per_tenant(0);
    let twice = tokens().allow_query("token").carried_by(Carrier::Query("key"));
    assert_eq!(twice.unwrap_err(), SetupError::TwoQueryParameters);
    assert!(tokens().carried_by(Carrier::Query("token")).unwrap().carried_by(Carrier::Query("key")).is_ok());
}

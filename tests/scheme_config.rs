//! Schemes from configuration: every row can be written and read again, and what is wrong is said at its field.
#![cfg(all(feature = "serde", feature = "std"))]

use hookring::providers;
use hookring::scheme::SchemeConfig;
use hookring::{Keyring, Request, Scheme, SchemeError, Secret, SecretFormat, SecretPolicy, SetupError, Timestamp, Verifier};

/// Everything that a scheme is.
fn shown(config: &SchemeConfig) -> String {
    config.lend(|scheme| Ok::<_, SchemeError>(format!("{scheme:?}"))).unwrap()
}

#[test]
fn every_row_without_code_survives_a_round_trip() {
    let (mut written, mut code) = (0, Vec::new());
    for scheme in providers::all().iter().chain(providers::unconfirmed::all()) {
        let config = match SchemeConfig::try_from(scheme) {
            Ok(config) => config,
            Err(why) => {
                assert_eq!(why.to_string(), "signed: a function part has no text".replace("signed", why.field()));
                code.push(scheme.name());
                continue;
            }
        };
        written += 1;
        let wanted = format!("{scheme:?}");
        assert_eq!(shown(&config), wanted);
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(shown(&serde_json::from_str(&json).unwrap()), wanted, "{json}");
        let toml = toml::to_string(&config).unwrap();
        let read: SchemeConfig = toml::from_str(&toml).unwrap_or_else(|why| panic!("{why}\n{toml}"));
        assert_eq!(shown(&read), wanted, "{toml}");
        assert_eq!(read.name(), scheme.name());
    }
    println!("{written} rows written and read, with code: {code:?}");
    assert!(written > 150 && code.len() <= 8, "{written}, {code:?}");
}

const ACME: &str = r#"
    name = "acme"
    algorithm = "hmac-sha256"
    encoding = "hex"
    signed = "{timestamp}.{body}"
    signature = { header = "stripe-signature", tags = { between = ",", pair = "=", accept = ["v1"] } }
    timestamp = { tag = "t", unit = "seconds", past_seconds = 60 }
"#;

#[test]
fn a_scheme_from_configuration_verifies() {
    let config: SchemeConfig = toml::from_str(ACME).unwrap();
    let secret =
        Secret::parse("whsec_madeup_stripe_secret", SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap();
    let now = Timestamp::from_unix_secs(1_760_000_000);
    let verifier = config.lend(|scheme| Verifier::new(scheme, Keyring::new(secret, now).ring)).unwrap();
    let headers = [("Stripe-Signature", "t=1759999997,v1=b7f98d25054a7c955c3856daca303adaa6957edc31d7a55ea042f0eb249d8fb3")];
    let body = b"{\n  \"id\": \"evt_test_made_up\",\n  \"object\": \"event\"\n}";
    let verify = |at: i64| verifier.verify_at(Request::new(&headers, body), Timestamp::from_unix_secs(at)).map(drop);
    assert_eq!(verify(1_760_000_057), Ok(()));
    assert!(verify(1_760_000_058).is_err(), "its own tolerance");
    let wrong = config
        .lend(|scheme: Scheme<'_>| Verifier::builder(scheme).public_url("https://a.example").build_per_tenant().map(drop));
    assert_eq!(wrong, Err(SetupError::UrlNotSigned));
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    for (old, new, wanted) in [
        ("hmac-sha256", "md5", "algorithm: has to be one of hmac-sha256, "),
        ("\"hex\"", "\"base32\"", "encoding: has to be one of hex, "),
        ("\"seconds\"", "\"days\"", "timestamp.unit: has to be one of seconds, "),
        ("{timestamp}.{body}", "{timestamp}.{bodi}", "signed: no placeholder that is known, or a single brace, at byte 12"),
        ("{timestamp}.{body}", "{body", "signed: no placeholder that is known, or a single brace, at byte 0"),
        ("{timestamp}.{body}", "{timestamp}", "covers: the body is not signed"),
        ("{timestamp}.{body}", "{body}", "signed: the timestamp is checked but not signed"),
        ("{timestamp}.{body}", "{id}{timestamp}.{body}", "id: the message id is signed but has no source"),
        ("stripe-signature", "stripe signature", "signature.header: a header name is not a valid HTTP field name"),
        ("header = \"stripe-signature\",", "", "signature: has to be one of header, headers, numbered, json, form"),
        ("accept = [\"v1\"]", "accept = []", "signature: the grammar contradicts itself"),
        ("accept = [\"v1\"]", "accept = [\"v1=\"]", "signature: the grammar contradicts itself"),
        ("accept = [\"v1\"]", "accept = [\"v,1\"]", "signature: the grammar contradicts itself"),
        ("tag = \"t\"", "tag = \"t=\"", "timestamp: the grammar contradicts itself"),
        ("tag = \"t\"", "tag = \"t\", header = \"x\"", "timestamp: has to be one of header, tag, json, form, first_item"),
        ("tag = \"t\"", "header = \"a b\"", "timestamp.header: a header name is not a valid HTTP field name"),
        (
            "tags =",
            "prefix = \"v1=\", tags =",
            "signature: has to be one of prefix, list (with prefix), tags, or nothing of them",
        ),
        ("\"acme\"", "\"\"", "name: the scheme has no name"),
        ("unit =", "units =", "unknown field `units`"),
        ("name =", "nam =", "unknown field `nam`"),
        ("algorithm =", "id = \"a\"\n algorithm =", "signed: the message id is read but not signed"),
        ("algorithm =", "require = [[\"x-v\", \"1 \"]]\n algorithm =", "require: a text that becomes part of a header"),
        ("algorithm =", "require = [[\"Stripe-Signature\", \"1\"]]\n algorithm =", "require: one header name is used for two"),
        (
            "algorithm =",
            "alias = [[\"stripe-signature\", \"Stripe-Signature\"]]\n algorithm =",
            "alias: one header name is used",
        ),
        ("tag = \"t\"", "header = \"Stripe-Signature\"", "timestamp.header: one header name is used for two purposes"),
        ("tag = \"t\"", "tag = \"t\", also_in = { json = \"\" }", "timestamp: the path of a body field is empty"),
        ("{timestamp}.{body}", "{timestamp}.{body}{json:}", "signed: the path of a body field is empty"),
        ("accept = [\"v1\"]", "accept = [\"v1 \"]", "signature: a text that becomes part of a header"),
    ] {
        let text = ACME.replacen(old, new, 1);
        assert_ne!(text, ACME, "{old}");
        let error = toml::from_str::<SchemeConfig>(&text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{new}: {error}");
    }
}

#[test]
fn braces_stand_for_themselves_when_doubled() {
    let text = ACME.replace("{timestamp}.{body}", "{{{timestamp}}}{body}}}");
    let shown = shown(&toml::from_str(&text).unwrap());
    assert!(shown.contains(r#"[Lit("{"), Timestamp, Lit("}"), Body, Lit("}")]"#), "{shown}");
}

/// A tolerance that cannot be written in seconds is not rounded.
#[test]
fn a_fraction_of_a_second_has_no_form() {
    use core::time::Duration;
    let (second, part) = (Duration::from_secs(1), Duration::from_millis(1500));
    for (past, future, field) in [(part, second, "timestamp.past_seconds"), (second, part, "timestamp.future_seconds")] {
        let why = SchemeConfig::try_from(&providers::STRIPE.tolerance(past, future)).unwrap_err();
        assert_eq!((why.field(), why.to_string()), (field, format!("{field}: a tolerance has whole seconds here")));
    }
    assert!(SchemeConfig::try_from(&providers::STRIPE.tolerance(second, second)).is_ok());
}

/// A signature under any tag is written and described as it is read.
#[test]
fn any_tag_has_one_form() {
    let text = ACME.replace(
        "tags = { between = \",\", pair = \"=\", accept = [\"v1\"] }",
        "tags = { between = \",\", pair = \"=\", any = true }",
    );
    let text = text.replace("tag = \"t\"", "header = \"x-time\"");
    let config: SchemeConfig = toml::from_str(&text).unwrap();
    let again: SchemeConfig = toml::from_str(&toml::to_string(&config).unwrap()).unwrap();
    assert_eq!(shown(&again), shown(&config));
    let now = Timestamp::from_unix_secs(1_760_000_000);
    let ring = || Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), now).ring;
    let signed = config.lend(|scheme| {
        let signer = hookring::Signer::new(scheme, ring(), hookring::SignWith::Current)?;
        Ok::<_, SetupError>(signer.sign(&hookring::Message::new(b"{}"), now).unwrap())
    });
    let signed = signed.unwrap();
    let (_, value) = signed.iter().find(|(name, _)| *name == "stripe-signature").unwrap();
    assert!(value.starts_with("key="), "{value}");
}

//! OSIGU DVS: two headers, 24 hours of grace, a bcrypt hash that nobody can read back.

use std::time::Duration;

use hookring::{
    BcryptHash, BearerVerifier, Due, EventKind, Keyring, Refused, Rejection, Role, Schedule, Secret, SecretFormat,
    SecretPolicy, SharedKeyring, Timestamp, minimum_grace, providers,
};

use crate::hook::{Hook, Sender, publish};
use crate::rig::{Clock, DAY, HOUR, curl, openssl_rand, secret, sh};

const BODY: &str = r#"{"event":"document.verified","endpoint":"ep_9"}"#;
/// A delivery of DVS.
const SIGNED: &str = r#"
SIG=$(printf %s "$TS.$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
curl -X POST -H "Content-Type: application/json" -H "X-DVS-Signature: t=$TS,v1=$SIG" \
  -H "X-DVS-Signature-Timestamp: $TS" -H "X-DVS-Event-Id: evt_1" -d "$BODY" "$URL""#;

fn ring(text: &str, clock: &Clock) -> Keyring {
    Keyring::new(secret(text), clock.now()).ring
}

async fn send(hook: &Hook, clock: &Clock, secret: &str, script: &str) -> u16 {
    let ts = clock.secs();
    curl(&[("SECRET", secret), ("BODY", BODY), ("URL", &hook.url), ("TS", &ts)], script).await.0
}

/// S3.1: signature and timestamp stand in two headers, and have to agree.
#[tokio::test]
async fn both_headers_have_to_agree() {
    let (clock, text) = (Clock::new(), openssl_rand().await);
    let hook = Hook::start(providers::OSIGU_DVS, ring(&text, &clock), &clock).await;
    let with = |from: &str, to: &str| SIGNED.replace(from, to);
    for (script, status, code) in [
        (SIGNED.to_owned(), 200, "accepted"),
        // DVS sends both, and its own receivers read the time from the second.
        (with("-H \"X-DVS-Signature-Timestamp: $TS\"", ""), 401, "missing_timestamp"),
        (with("Timestamp: $TS", "Timestamp: $((TS + 1))"), 401, "ambiguous_timestamp"),
        (with("t=$TS,v1", "t=$((TS + 1)),v1"), 401, "ambiguous_timestamp"),
        (with("t=$TS,v1=$SIG", "t=$TS"), 401, "missing_signature"),
        (with("t=$TS,v1", "t=$TS,v0"), 401, "missing_signature"),
        (with("-d \"$BODY\"", "-d \"$BODY \""), 401, "signature_mismatch"),
        (format!("TS=$((TS - 301)){SIGNED}"), 401, "too_old"),
        (format!("TS=$((TS + 302)){SIGNED}"), 401, "too_new"),
        (format!("TS=99999999999999999999{SIGNED}"), 401, "malformed_timestamp"),
        (SIGNED.replace("t=$TS,v1=$SIG", "t=$TS,v1=$(printf '0%.0s' $(seq 64)),v1=$SIG"), 200, "accepted"),
    ] {
        let answer = send(&hook, &clock, &text, &script).await;
        assert_eq!((answer, hook.verdicts()[0].0), (status, code), "{script}");
    }
    assert_eq!(hook.bodies(), [BODY; 2]);
}

/// S3.7, S3.10, S3.12, S3.13, S3.14, X5, X15: the seed's rotation, and what it needs to lose nothing.
#[tokio::test]
async fn twenty_four_hours_of_grace() {
    let (clock, old, new) = (Clock::new(), openssl_rand().await, openssl_rand().await);
    let dvs = Sender::new(providers::OSIGU_DVS, ring(&old, &clock), &clock);
    let hook = Hook::start(providers::OSIGU_DVS, ring(&old, &clock), &clock).await;
    let url = hook.url.clone();

    // The receiver learns the secret first; then all new deliveries are signed with it, at once.
    hook.change(|ring| ring.rotate(secret(&new), DAY, clock.now()));
    assert_eq!(dvs.send(&url, BODY).await, Ok(200), "the old secret, before DVS has changed");
    let in_flight = dvs.signer.sign(&hookring::Message::new(BODY.as_bytes()), clock.now()).unwrap();
    dvs.change(|ring| ring.rotate(secret(&new), DAY, clock.now()));
    assert_eq!(dvs.send(&url, BODY).await, Ok(200));
    let accepted = |role| ("accepted", Some(role));
    assert_eq!(hook.verdicts(), [accepted(Role::Previous), accepted(Role::Current)]);
    // DVS retries after 60 and 300 seconds; a retry that was signed before the change is accepted too.
    clock.advance(Duration::from_secs(290));
    assert_eq!(crate::hook::post(&url, &in_flight, BODY.as_bytes()).await, 200);
    let retries = Duration::from_secs(60 + 300 + 30);
    assert!(minimum_grace(retries, HOUR, Duration::from_secs(60)) < DAY, "24 hours are enough for it");
    assert_eq!(hook.url, url, "neither address nor endpoint has changed");

    // After exactly 24 hours the old secret is gone: by time, in both directions, without a step that can be forgotten.
    clock.advance(DAY - Duration::from_secs(291));
    assert_eq!(send(&hook, &clock, &old, SIGNED).await, 200);
    clock.advance(Duration::from_secs(1));
    assert_eq!([send(&hook, &clock, &old, SIGNED).await, send(&hook, &clock, &new, SIGNED).await], [401, 200]);
    let purged = hook.ring.load().without_expired(clock.now());
    let texts: Vec<_> = purged.live(Timestamp::from_unix_secs(0)).map(|live| live.key.reveal().to_owned()).collect();
    assert_eq!(texts, [new.as_str()], "the material is dropped, whatever the clock says later");

    // As written, nothing covers the hours until the receiver has installed the new secret: DVS signs, it is refused.
    let late = Hook::start(providers::OSIGU_DVS, ring(&old, &clock), &clock).await;
    assert_eq!(dvs.send(&late.url, BODY).await, Ok(401));
    // Rotating after the fact, as the receiver of a rotation that the provider began (S3.4), ends it.
    late.change(|ring| ring.rotate(secret(&new), DAY, clock.now()));
    assert_eq!(dvs.send(&late.url, BODY).await, Ok(200));
}

/// S3.2, S3.3, S3.4, S3.5: every twelve months, or at once.
#[tokio::test]
async fn routine_and_exposure() {
    let last = Timestamp::from_unix_secs(1_790_000_000);
    let yearly = Schedule::days(365, 30).unwrap();
    assert!(matches!(yearly.due(last, last.plus(334 * DAY)), Due::Nothing { .. }));
    assert!(matches!(yearly.due(last, last.plus(335 * DAY)), Due::NotifyAndStage { .. }));
    assert!(matches!(yearly.due(last, last.plus(365 * DAY)), Due::Rotate { .. }));

    let (clock, exposed, new) = (Clock::new(), openssl_rand().await, openssl_rand().await);
    let hook = Hook::start(providers::OSIGU_DVS, ring(&exposed, &clock), &clock).await;
    let events = hook.change(|ring| ring.replace_compromised(secret(&new), clock.now()));
    assert_eq!([send(&hook, &clock, &exposed, SIGNED).await, send(&hook, &clock, &new, SIGNED).await], [401, 200]);
    assert_eq!(hook.ring.load().rotate(secret(&exposed), DAY, clock.now()).unwrap_err(), Refused::WasRevoked);
    // The mail asks for tenant, endpoint and reason; they go beside the event, which has the rest.
    let record =
        serde_json::json!({"tenant": "acme", "endpoint": "ep_9", "reason": "repository", "events": events}).to_string();
    assert!(matches!(events[0].kind, EventKind::Revoked { key, .. } if key == secret(&exposed).id()));
    assert!(record.contains(&secret(&new).id().to_string()) && !record.contains(&exposed) && !record.contains(&new));
}

/// S3.6, S3.13, S3.15, X1: DVS keeps a bcrypt hash. It recognises a secret that is shown, and gives none back.
#[tokio::test]
async fn a_lost_secret_cannot_be_recovered() {
    let (clock, lost, new) = (Clock::new(), openssl_rand().await, openssl_rand().await);
    // What another bcrypt wrote is read as it is; the cost is the least there is, to be quick.
    let stored = BcryptHash::of(&secret(&lost), 10).unwrap().as_str().to_owned();
    assert!(stored.starts_with("$2b$10$") && !stored.contains(&lost));
    let ring = SharedKeyring::new(Keyring::new(BcryptHash::parse(&stored).unwrap(), clock.now()).ring);
    assert!(!format!("{ring:?}").contains(&stored), "there is no reveal, and no log that shows the hash");

    // The desk that helps with lost secrets can check one, and nothing else.
    let desk = BearerVerifier::new(ring.clone(), 1);
    let check = |text: &str| desk.check_token(text.as_bytes(), clock.now()).map(|presented| presented.role());
    assert_eq!([check(&lost), check(&new)], [Ok(Role::Current), Err(Rejection::TokenMismatch)]);

    // The only way out is a rotation: a new secret, shown once, and 24 hours for the old one.
    let issued = secret(&new);
    let hash = BcryptHash::of(&issued, 10).unwrap();
    let events = publish(&ring, |ring| {
        let staged = ring.stage_presented(hash, &issued, clock.now())?;
        staged.ring.promote(DAY, clock.now())
    });
    assert!(matches!(events[0].kind, EventKind::Promoted { old_expires: Some(at), .. } if at == clock.now().plus(DAY)));
    assert_eq!([check(&lost), check(&new)], [Ok(Role::Previous), Ok(Role::Current)]);
    clock.advance(DAY);
    assert_eq!([check(&lost), check(&new)], [Err(Rejection::TokenMismatch), Ok(Role::Current)]);
    assert_eq!(ring.load().without_expired(clock.now()).live(clock.now()).count(), 1, "the former hash is purged");
}

/// S3.8, S3.9, S3.11, X11: the two variables of the document, and the deadline that they lack.
#[tokio::test]
async fn the_environment_of_the_receiver() {
    let (old, new) = (openssl_rand().await, openssl_rand().await);
    let binary = crate::rig::example("startup");
    let start = async |current: &str, previous: Option<&str>, until: Option<&str>| {
        let mut command = tokio::process::Command::new(&binary);
        command.env("DVS_WEBHOOK_SECRET_CURRENT", current);
        for (name, value) in [("DVS_WEBHOOK_SECRET_PREVIOUS", previous), ("DVS_WEBHOOK_SECRET_PREVIOUS_UNTIL", until)] {
            command.env_remove(name).envs(value.map(|value| (name, value)));
        }
        let output = command.output().await.unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    };
    let tomorrow = sh(&[], "date -u -d '24 hours' +%Y-%m-%dT%H:%M:%SZ").await;
    let (code, page) = start(&new, Some(&old), Some(&tomorrow)).await;
    assert_eq!(code, 0, "{page}");
    let place = |text: &str| page.find(&secret(text).id().to_string()).unwrap();
    assert!(place(&new) < place(&old), "current first: {page}");
    // Empty is not set: it is no key. Nor is a previous secret whose time has passed, however often one restarts.
    for (previous, until) in [(None, None), (Some(""), None), (Some(old.as_str()), Some("2026-01-01T00:00:00Z"))] {
        let (code, page) = start(&new, previous, until).await;
        assert_eq!((code, page.matches(" key ").count()), (0, 1), "{page}");
    }
    for (current, previous, until, line) in [
        ("", None, None, "DVS_WEBHOOK_SECRET_CURRENT: the secret is empty"),
        (new.as_str(), Some("short"), Some(tomorrow.as_str()), "DVS_WEBHOOK_SECRET_PREVIOUS: the secret has room for"),
        (&new, Some(&new), Some(&tomorrow), "DVS_WEBHOOK_SECRET_PREVIOUS: the same key as the current secret"),
        (&new, Some(&old), None, "DVS_WEBHOOK_SECRET_PREVIOUS: has no deadline"),
        (&new, Some(&old), Some("24h"), "DVS_WEBHOOK_SECRET_PREVIOUS_UNTIL:"),
    ] {
        let (code, text) = start(current, previous, until).await;
        assert!(code == 2 && text.contains(line), "{text}");
    }
}

/// X8: a secret is text or what the text decodes to, and nobody guesses which.
#[test]
fn the_format_is_never_guessed() {
    let text = Secret::generate(SecretFormat::Hex).unwrap();
    let same = Secret::parse(text.reveal(), SecretFormat::Utf8, &SecretPolicy::strict()).unwrap();
    assert_ne!(text.id(), same.id());
    assert_eq!((text.key_len(), same.key_len()), (32, 64));
}

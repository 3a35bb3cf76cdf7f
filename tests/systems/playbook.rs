//! The rotation playbook: two receivers with current and next, a cutover that is watched, and the ways back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::post;
use hookring::receiver::Receiver;
use hookring::rollout::{self, Step, lacking};
use hookring::{
    Claim, Guard, Keyring, MemoryReplayStore, Message, Refused, ReplayStore as _, Request, Role, Scope, Secret, SecretFormat,
    SecretPolicy, SignWith, Signer, Status, Timestamp, Verified, Verifier, minimum_grace, minimum_lead, providers,
};

use crate::hook::{Hook, Sender};
use crate::rig::{Clock, HOUR, curl, openssl_rand, secret, serve, sh};

/// How long a delivery may be under way with one signature, with two times the error of a clock.
const DRAIN: Duration = Duration::from_secs(600);
const MINUTE: Duration = Duration::from_secs(60);
const EVENT: &str = r#"{"id":"evt_1","type":"invoice.paid"}"#;

/// Two receivers and a sender that share a secret.
struct Fleet {
    clock: Clock,
    sender: Sender,
    hooks: [Hook; 2],
}

impl Fleet {
    async fn start(first: &str) -> Self {
        let clock = Clock::new();
        let ring =
            |n: i64| Keyring::new(secret(first), Timestamp::from_unix_millis(clock.now().unix_millis() - 86_400_000 - n)).ring;
        let hooks =
            [Hook::start(providers::STRIPE, ring(1), &clock).await, Hook::start(providers::STRIPE, ring(2), &clock).await];
        Self { sender: Sender::new(providers::STRIPE, ring(3), &clock), clock, hooks }
    }

    /// One delivery to each receiver.
    async fn traffic(&self) -> [u16; 2] {
        let [a, b] = &self.hooks;
        [self.sender.send(&a.url, EVENT).await.unwrap(), self.sender.send(&b.url, EVENT).await.unwrap()]
    }

    /// The health pages of all processes.
    fn pages(&self) -> [Status; 3] {
        let now = self.clock.now();
        [self.sender.status(now), self.hooks[0].status(now), self.hooks[1].status(now)]
    }

    fn next_step(&self) -> Step {
        rollout::next(&self.pages(), DRAIN, self.clock.now())
    }

    /// How many deliveries since the last call had which outcome: the signals of the playbook.
    fn signals(&self) -> BTreeMap<String, usize> {
        let mut signals = BTreeMap::new();
        for verdict in self.hooks.iter().flat_map(Hook::take) {
            let labels: BTreeMap<_, _> = verdict.labels().collect();
            assert_eq!(labels["scheme"], "stripe");
            let [code, role, generation] = ["code", "role", "generation"].map(|name| &labels[name]);
            *signals.entry(format!("{code} {role} generation {generation}")).or_default() += 1;
        }
        signals
    }
}

fn counts<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.into_iter().map(|(label, count)| (label.to_owned(), count)).collect()
}

/// S2.1, S2.3, S2.6, S2.7, S2.9, S2.13, X4, X6: the oracle says each step, the signals show it, nothing is rejected.
#[tokio::test]
async fn cutover_with_next_and_current() {
    let (old, new) = (openssl_rand().await, openssl_rand().await);
    let fleet = Fleet::start(&old).await;
    let now = || fleet.clock.now();
    assert_eq!(fleet.next_step(), Step::Idle);
    assert_eq!(fleet.traffic().await, [200, 200]);
    assert_eq!(fleet.signals(), counts([("accepted current generation 1", 2)]));

    // One receiver was deployed with the next secret, the other still knows one only: wait.
    fleet.hooks[0].change(|ring| ring.stage(secret(&new), now()));
    assert!(fleet.next_step().to_string().starts_with("wait: 1 of 2 receivers lack key"), "{}", fleet.next_step());
    assert_eq!(lacking(&fleet.pages(), secret(&new).id()), [2], "a receiver without the overlap is found before the cutover");
    fleet.hooks[1].change(|ring| ring.stage(secret(&new), now()));
    assert!(fleet.next_step().to_string().starts_with("wait: 1 of 1 senders lack key"), "{}", fleet.next_step());
    fleet.sender.change(|ring| ring.stage(secret(&new), now()));
    assert!(matches!(fleet.next_step(), Step::Promote { .. }), "{}", fleet.next_step());
    assert_eq!(fleet.traffic().await, [200, 200]);
    assert_eq!(fleet.signals(), counts([("accepted current generation 2", 2)]), "the next secret does not sign");

    // A delivery that is signed before the cutover and arrives after it.
    let late = fleet.sender.signer.sign(&Message::new(EVENT.as_bytes()), now()).unwrap();
    let (rollout, skew) = (MINUTE, Duration::from_secs(30));
    assert_eq!(minimum_lead(rollout, skew), Duration::from_secs(90), "how long before that it had to be staged");
    let grace = minimum_grace(DRAIN, rollout, skew);
    fleet.sender.change(|ring| ring.promote(grace, now()));
    assert_eq!(fleet.traffic().await, [200, 200]);
    assert_eq!(crate::hook::post(&fleet.hooks[0].url, &late, EVENT.as_bytes()).await, 200);
    // The cutover as the receivers see it: traffic under `next` has begun.
    assert_eq!(fleet.signals(), counts([("accepted current generation 2", 1), ("accepted next generation 2", 2)]));

    // Until nothing under the old secret can be under way any more; then it goes.
    assert!(matches!(fleet.next_step(), Step::Drain { .. }), "{}", fleet.next_step());
    fleet.clock.advance(grace);
    let step = fleet.next_step();
    assert!(matches!(&step, Step::Drop { key, at, .. } if *key == secret(&old).id() && *at == [1, 2]), "{step}");
    for hook in &fleet.hooks {
        hook.change(|ring| ring.promote(Duration::ZERO, now()));
    }
    assert_eq!(fleet.next_step(), Step::Idle);
    assert_eq!(fleet.traffic().await, [200, 200]);
    assert_eq!(fleet.signals(), counts([("accepted current generation 3", 2)]));
}

/// S2.5, S2.16, X4, X16: the way back while both secrets live, and after the old one has gone.
#[tokio::test]
async fn rollback_and_the_previous_secret_again() {
    let (old, new) = (openssl_rand().await, openssl_rand().await);
    let fleet = Fleet::start(&old).await;
    let now = || fleet.clock.now();
    for hook in &fleet.hooks {
        hook.change(|ring| ring.stage(secret(&new), now()));
    }
    fleet.sender.change(|ring| ring.rotate(secret(&new), HOUR, now()));
    assert_eq!(fleet.traffic().await, [200, 200]);
    // Back, while what the new secret has signed is under way; and forth again, which is its exact inverse.
    let under_way = fleet.sender.signer.sign(&Message::new(EVENT.as_bytes()), now()).unwrap();
    let roles = || fleet.sender.ring.load().live(now()).map(|live| (live.role, live.key.id())).collect::<Vec<_>>();
    let promoted = roles();
    fleet.sender.change(|ring| ring.rollback(now()));
    assert_eq!(roles(), [(Role::Current, secret(&old).id()), (Role::Next, secret(&new).id())]);
    assert_eq!(fleet.traffic().await, [200, 200]);
    assert_eq!(crate::hook::post(&fleet.hooks[0].url, &under_way, EVENT.as_bytes()).await, 200);
    fleet.sender.change(|ring| ring.promote(HOUR, now()));
    assert_eq!(roles(), promoted);

    // The cutover is complete, and an hour later the old secret is dead. It can come back: expired is not revoked.
    fleet.clock.advance(HOUR);
    assert_eq!(fleet.sender.ring.load().rollback(now()).unwrap_err(), Refused::NoPrevious);
    fleet.sender.change(|ring| ring.rotate(secret(&old), HOUR, now()));
    assert_eq!(fleet.traffic().await, [200, 200], "the receivers still hold both");
    // A revoked one cannot.
    fleet.sender.change(|ring| ring.revoke(secret(&new).id(), now()));
    assert_eq!(fleet.sender.ring.load().stage(secret(&new), now()).unwrap_err(), Refused::WasRevoked);
    let codes: Vec<_> = fleet.hooks.iter().flat_map(Hook::verdicts).map(|(code, _)| code).collect();
    assert!(codes.iter().all(|code| *code == "accepted"), "{codes:?}");
}

/// S2.6, S2.8, S2.11: neither secret matches. Whose mistake is it, and which way is out?
#[tokio::test]
async fn both_secrets_fail() {
    let (old, new, wrong) = (openssl_rand().await, openssl_rand().await, openssl_rand().await);
    let fleet = Fleet::start(&old).await;
    let now = || fleet.clock.now();
    for hook in &fleet.hooks {
        hook.change(|ring| ring.stage(secret(&new), now()));
    }
    // The provider has another secret than was agreed.
    fleet.sender.change(|ring| ring.rotate(secret(&wrong), HOUR, now()));
    assert_eq!(fleet.traffic().await, [401, 401]);
    // The signal: rejected under both live keys, in every receiver, with no other reason.
    assert_eq!(fleet.signals(), counts([("signature_mismatch none generation 2", 2)]));
    // The pages say which key is the stranger: compare it with what the provider shows.
    let (stranger, step) = (secret(&wrong).id(), fleet.next_step());
    assert!(matches!(&step, Step::Rejecting { key, at, .. } if *key == stranger && *at == [1, 2]), "{step}");
    assert_eq!(lacking(&fleet.pages(), stranger), [1, 2]);
    assert_eq!(lacking(&fleet.pages(), secret(&old).id()), [0_usize; 0], "back is safe");

    // Back: the provider signs with the old secret again.
    fleet.sender.change(|ring| ring.rollback(now()));
    assert_eq!(fleet.traffic().await, [200, 200]);
    // Or forward: the receivers learn the secret that the provider really has.
    fleet.sender.change(|ring| ring.promote(HOUR, now()));
    for hook in &fleet.hooks {
        hook.change(|ring| ring.unstage(HOUR, now()));
        hook.change(|ring| ring.rotate(secret(&wrong), HOUR, now()));
    }
    assert_eq!(fleet.traffic().await, [200, 200]);
    assert_eq!(
        fleet.signals(),
        counts([("accepted current generation 2", 2), ("accepted current generation 4", 2)]),
        "first under the old secret, then under the new one"
    );
}

/// A receiver whose handler fails as long as its database is down.
#[derive(Clone)]
struct Billing {
    receiver: Receiver,
    guard: Arc<Guard<Arc<MemoryReplayStore>>>,
    healthy: Arc<AtomicBool>,
    effects: Arc<AtomicU32>,
}

impl FromRef<Billing> for Receiver {
    fn from_ref(app: &Billing) -> Self {
        app.receiver.clone()
    }
}

/// The id is read from the verified body: the provider signs each attempt anew, and only the id stays the same.
async fn billing(State(app): State<Billing>, delivery: Verified<Bytes>) -> StatusCode {
    let body: serde_json::Value = serde_json::from_slice(delivery.body()).unwrap();
    let work = async |_: Bytes| {
        if !app.healthy.load(Ordering::SeqCst) {
            return Err("the database is down");
        }
        app.effects.fetch_add(1, Ordering::SeqCst);
        Ok(())
    };
    let outcome = app.guard.process_event(body["id"].as_str().unwrap(), delivery, work).await;
    StatusCode::from_u16(outcome.status()).unwrap()
}

/// S2.4, S2.8, S2.15, S2.17, S2.18, S2.20: failed events are sent again, and each has its effect once.
#[tokio::test]
async fn failed_events_are_replayed_once() {
    const LEASE: Duration = MINUTE;
    let (clock, text) = (Clock::new(), openssl_rand().await);
    let ring = Keyring::new(secret(&text), clock.now()).ring;
    let (time, start) = (clock.clone(), clock.now());
    let store = Arc::new(MemoryReplayStore::with_clock(1000, 1 << 20, move || time.now().since(start)));
    let verifier = Verifier::new(providers::STRIPE, ring.clone()).unwrap();
    let time = clock.clone();
    let app = Billing {
        receiver: Receiver::new(verifier.clone()).clock(move || time.now()),
        guard: Arc::new(Guard::with_keep(store.clone(), Scope::new("billing").unwrap(), LEASE, 72 * HOUR).unwrap()),
        healthy: Arc::default(),
        effects: Arc::default(),
    };
    let (guard, healthy, effects) = (app.guard.clone(), app.healthy.clone(), app.effects.clone());
    let url = serve(axum::Router::new().route("/hook", post(billing)).with_state(app)).await + "/hook";
    let provider = Sender::new(providers::STRIPE, ring, &clock);
    let deliver = async |event: &str| {
        clock.advance(Duration::from_secs(3));
        provider.send(&url, event).await.unwrap()
    };

    assert_eq!([deliver(EVENT).await, deliver(EVENT).await], [500; 2], "no 2xx before the effect is there");
    healthy.store(true, Ordering::SeqCst);
    // The provider's replay of failed events, and one copy too many.
    assert_eq!([deliver(EVENT).await, deliver(EVENT).await, deliver(EVENT).await], [200; 3], "a duplicate is normal");
    assert_eq!(effects.load(Ordering::SeqCst), 1);
    // Out of order, and hours later with a new signature: still a duplicate.
    assert_eq!(deliver(r#"{"id":"evt_3"}"#).await, 200);
    clock.advance(48 * HOUR);
    assert_eq!(deliver(EVENT).await, 200);
    assert_eq!(effects.load(Ordering::SeqCst), 2);

    // A worker that died between claim and commit: the event waits for the end of its lease, and is free again.
    let event = r#"{"id":"evt_2"}"#;
    let signed = provider.signer.sign(&Message::new(event.as_bytes()), clock.now()).unwrap();
    let headers: Vec<_> = signed.iter().collect();
    let verified = verifier.verify_at(Request::new(&headers, event), clock.now()).unwrap();
    let claim = store.claim(verified.event_key(guard.scope(), "evt_2"), LEASE).await.unwrap();
    assert!(matches!(claim, Claim::Fresh(_)));
    assert_eq!(deliver(event).await, 503, "in progress: the provider comes again");
    clock.advance(LEASE);
    assert_eq!(deliver(event).await, 200);
    assert_eq!(effects.load(Ordering::SeqCst), 3);
}

/// S2.2, S2.19: what a repository of fixtures needs. Everything is fixed: the secret, the clock, the bytes.
#[test]
fn fixtures() {
    let now = Timestamp::from_unix_secs(1_790_000_000);
    let parse = |text| Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap();
    let (current, next) = (
        "807f7ad1e362dc582cefdc9899dfae3051fe114af1bb27ae5497a676e50b0785",
        "e9ee4456806251bf057c499d153344beeb52361c378be06f829863d7559970c6",
    );
    let ring = Keyring::new(parse(current), now).ring.stage(parse(next), now).unwrap().ring;
    let verifier = Verifier::new(providers::STRIPE, ring).unwrap();
    // Computed with: printf %s "1790000000.$EVENT" | openssl dgst -sha256 -hmac "$SECRET"
    for (signature, role) in [
        ("122bee7db84d19cb12c2f713c70972bec8ef734668fa947766fc17810607696d", Role::Current),
        ("22b762013f64c1448b2cf95e017305838558c113912ca90093218ab453360f4d", Role::Next),
    ] {
        let headers = [("Stripe-Signature", format!("t=1790000000,v1={signature}"))];
        for age in [0, 300] {
            let at = now.plus(Duration::from_secs(age));
            let verified = verifier.verify_at(Request::new(&headers, EVENT), at).unwrap();
            assert_eq!((verified.role(), verified.generation()), (role, 2));
        }
        assert!(verifier.verify_at(Request::new(&headers, EVENT), now.plus(Duration::from_secs(301))).is_err());
    }
    let described = providers::STRIPE.describe().to_string();
    assert!(
        ["HMAC-SHA256", "stripe-signature"].iter().all(|part| described.to_lowercase().contains(&part.to_lowercase())),
        "{described}"
    );
}

/// S2.10, S2.14: what a log shows of a delivery and of a rotation holds nothing that signs.
#[tokio::test]
async fn logs_hold_neither_secrets_nor_signatures() {
    let text = openssl_rand().await;
    let clock = Clock::new();
    let hook = Hook::start(providers::STRIPE, Keyring::new(secret(&text), clock.now()).ring, &clock).await;
    let signature = sh(
        &[("S", &text), ("M", &format!("{}.{EVENT}", clock.secs()))],
        r#"printf %s "$M" | openssl dgst -sha256 -hmac "$S" | sed 's/.* //'"#,
    )
    .await;
    let header = format!("Stripe-Signature: t={},v1={signature}", clock.secs());
    let script = r#"curl -X POST -H "$HEADER" -d "$BODY" "$URL""#;
    let send = async |body: &str| curl(&[("HEADER", &header), ("BODY", body), ("URL", &hook.url)], script).await.0;
    assert_eq!([send(EVENT).await, send("{}").await], [200, 401]);
    let events = hook.change(|ring| ring.rotate(Secret::generate(SecretFormat::Utf8).unwrap(), HOUR, clock.now()));
    let signed = Signer::new(providers::STRIPE, hook.ring.clone(), SignWith::AllLive).unwrap();
    let signed = signed.sign(&Message::new(EVENT.as_bytes()), clock.now()).unwrap();
    let log = format!("{:?} {events:?} {:?} {signed:?} {:?}", hook.take(), hook.ring, hook.status(clock.now()));
    let shows = |part: &str| log.to_lowercase().contains(&part.to_lowercase());
    assert!(!shows(&text) && !shows(&signature) && !shows("evt_1"), "{log}");
    assert!(shows(&secret(&text).id().to_string()) && shows("signature_mismatch"), "but what happened can be seen: {log}");
}

/// S2.21: the clocks of both sides may differ by the tolerance in either direction, and not by more.
#[tokio::test]
async fn clocks_differ() {
    let (text, clock) = (openssl_rand().await, Clock::new());
    let hook = Hook::start(providers::STRIPE, Keyring::new(secret(&text), clock.now()).ring, &clock).await;
    let ring: Keyring = Keyring::new(secret(&text), clock.now()).ring;
    let signer = Signer::new(providers::STRIPE, ring, SignWith::Current).unwrap();
    let exact = Timestamp::from_unix_secs(clock.now().unix_secs());
    clock.advance(Duration::from_millis(1000 - u64::try_from(clock.now().since(exact).as_millis()).unwrap()));
    let (now, secs) = (clock.now(), Duration::from_secs);
    for (sent, status) in
        [(now.minus(secs(300)), 200), (now.minus(secs(301)), 401), (now.plus(secs(300)), 200), (now.plus(secs(301)), 401)]
    {
        let signed = signer.sign(&Message::new(EVENT.as_bytes()), sent).unwrap();
        assert_eq!(crate::hook::post(&hook.url, &signed, EVENT.as_bytes()).await, status);
    }
    let skews: Vec<_> = hook.take().iter().map(|verdict| (verdict.code, verdict.skew_ms)).collect();
    let expected = [("accepted", 300_000), ("too_old", 301_000), ("accepted", -300_000), ("too_new", -301_000)];
    assert_eq!(skews, expected.map(|(code, skew)| (code, Some(skew))));
}

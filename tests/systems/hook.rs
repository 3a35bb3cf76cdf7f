//! A receiver as an integrator writes one: the axum extractor, a ring that is replaced under it, and its verdicts.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::any;
use hookring::receiver::Receiver;
use hookring::scheme::Scheme;
use hookring::{
    Change, Event, Key, Keyring, Message, Refused, Role, SharedKeyring, SignError, SignedHeaders, Status, Timestamp, Verdict,
    Verified, Verifier,
};

use crate::rig::{Clock, serve};

#[derive(Clone)]
struct App {
    receiver: Receiver,
    bodies: Arc<Mutex<Vec<Bytes>>>,
}

impl axum::extract::FromRef<App> for Receiver {
    fn from_ref(app: &App) -> Self {
        app.receiver.clone()
    }
}

/// A receiver at work.
pub(crate) struct Hook {
    pub(crate) ring: Arc<SharedKeyring>,
    pub(crate) url: String,
    verifier: Verifier<Arc<SharedKeyring>>,
    verdicts: Arc<Mutex<Vec<Verdict>>>,
    bodies: Arc<Mutex<Vec<Bytes>>>,
}

impl Hook {
    pub(crate) async fn start(scheme: Scheme<'_>, ring: Keyring, clock: &Clock) -> Self {
        let ring = SharedKeyring::new_at(ring, clock.now());
        let verifier = Verifier::new(scheme, ring.clone()).unwrap();
        let (verdicts, bodies) = (Arc::default(), Arc::default());
        let (seen, time): (Arc<Mutex<Vec<Verdict>>>, _) = (Arc::clone(&verdicts), clock.clone());
        let receiver = Receiver::new(verifier.clone())
            .on_verdict(move |_, verdict| seen.lock().unwrap().push(verdict.clone()))
            .clock(move || time.now());
        let app = App { receiver, bodies: Arc::clone(&bodies) };
        let url = serve(axum::Router::new().route("/hook", any(accept)).with_state(app)).await + "/hook";
        Self { ring, url, verifier, verdicts, bodies }
    }

    /// Makes a transition and publishes its ring; gives its events.
    pub(crate) fn change(&self, transition: impl FnOnce(&Keyring) -> Result<Change, Refused>) -> Vec<Event> {
        publish(&self.ring, transition)
    }

    /// Code and role of what came since the last call.
    pub(crate) fn verdicts(&self) -> Vec<(&'static str, Option<Role>)> {
        self.take().iter().map(|verdict| (verdict.code, verdict.role)).collect()
    }

    pub(crate) fn take(&self) -> Vec<Verdict> {
        std::mem::take(&mut *self.verdicts.lock().unwrap())
    }

    /// The bodies that reached the handler since the last call.
    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        std::mem::take(&mut *self.bodies.lock().unwrap())
    }

    pub(crate) fn status(&self, now: Timestamp) -> Status {
        self.verifier.status(now)
    }
}

async fn accept(State(app): State<App>, delivery: Verified<Bytes>) -> StatusCode {
    app.bodies.lock().unwrap().push(delivery.into_body());
    StatusCode::OK
}

/// Makes a transition and publishes its ring.
pub(crate) fn publish<K: Key>(
    shared: &SharedKeyring<K>,
    transition: impl FnOnce(&Keyring<K>) -> Result<Change<K>, Refused>,
) -> Vec<Event> {
    let change = transition(&shared.load()).unwrap();
    let at = change.ring.as_of();
    shared.replace_at(change.ring, at).unwrap();
    change.events
}

/// Sends what a signer of ours made.
pub(crate) async fn post(url: &str, signed: &SignedHeaders, body: &[u8]) -> u16 {
    let mut headers = reqwest::header::HeaderMap::new();
    signed.apply(&mut headers);
    let answer = reqwest::Client::new().post(url).headers(headers).body(body.to_vec()).send().await;
    answer.unwrap().status().as_u16()
}

/// A sender of ours.
pub(crate) struct Sender {
    pub(crate) ring: Arc<SharedKeyring>,
    pub(crate) signer: hookring::Signer<Arc<SharedKeyring>>,
    clock: Clock,
}

impl Sender {
    pub(crate) fn new(scheme: Scheme<'_>, ring: Keyring, clock: &Clock) -> Self {
        let ring = SharedKeyring::new_at(ring, clock.now());
        let signer = hookring::Signer::new(scheme, ring.clone(), hookring::SignWith::Current).unwrap();
        Self { ring, signer, clock: clock.clone() }
    }

    pub(crate) fn change(&self, transition: impl FnOnce(&Keyring) -> Result<Change, Refused>) -> Vec<Event> {
        publish(&self.ring, transition)
    }

    /// Signs now, and sends; the status of the answer.
    pub(crate) async fn send(&self, url: &str, body: &str) -> Result<u16, SignError> {
        let signed = self.signer.sign(&Message::new(body.as_bytes()), self.clock.now())?;
        Ok(post(url, &signed, body.as_bytes()).await)
    }

    /// A test delivery with the staged secret.
    pub(crate) async fn probe(&self, url: &str, body: &str) -> u16 {
        let signed = self.signer.probe_next(&Message::new(body.as_bytes()), self.clock.now()).unwrap();
        post(url, &signed, body.as_bytes()).await
    }

    pub(crate) fn status(&self, now: Timestamp) -> Status {
        self.signer.status(now)
    }
}

//! One secret; from it, for each workflow, the last piece of its trigger URL and the key of its signatures.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::counts::Counts;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hookring::{
    BearerVerifier, Derivation, Derived, Guard, MemoryReplayStore, Rejection, Request, Scope, SharedKeyring, Timestamp,
    Verifier, Windowed, providers,
};

type Keys = Derived<Arc<SharedKeyring>>;
type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

pub(crate) struct Workflow {
    tokens: BearerVerifier<Keys>,
    admits: Admits,
}

/// Two ways in, chosen by the workflow's owner. There is no verifier that lets an unsigned request pass.
enum Admits {
    Url,
    UrlAndSignature(Box<(Verifier<Keys>, Guard<MemoryReplayStore, Windowed>)>),
}

impl Workflow {
    /// `ids` are user, workflow and salt; a new salt gives the workflow another URL and key. `remembered` deliveries are
    /// kept apart from their copies; once there is no room for more, the answer is 503.
    pub(crate) fn new(
        master: &Arc<SharedKeyring>,
        ids: [[u8; 16]; 3],
        signed: bool,
        remembered: usize,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let keys = |text| Ok::<_, hookring::DeriveError>(Derived::new(master.clone(), Derivation::fixed_width(&ids, text)?));
        let admits = if signed {
            let verifier = Verifier::new(providers::DSENTR, keys("signing")?)?;
            let scope = Scope::new(&format!("{:x?}", ids[1]))?;
            let guard = Guard::new(MemoryReplayStore::new(remembered, 64 << 20), &verifier, scope, Duration::from_secs(60))?;
            Admits::UrlAndSignature(Box::new((verifier, guard)))
        } else {
            Admits::Url
        };
        Ok(Self { tokens: BearerVerifier::new(keys("")?, 0), admits })
    }
}

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) master: Arc<SharedKeyring>,
    pub(crate) workflows: Arc<HashMap<String, Workflow>>,
    pub(crate) clock: Clock,
    pub(crate) counts: Counts,
}

pub(crate) fn router(app: App) -> axum::Router {
    axum::Router::new()
        .route("/api/workflows/{id}/trigger/{token}", post(trigger))
        .route("/health", get(health))
        .with_state(app)
}

/// The body as it came: parsed and written again, it would have other bytes than those that were signed.
async fn trigger(
    State(app): State<App>,
    Path((id, token)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now = (app.clock)();
    // A workflow that does not exist is answered like a wrong token.
    let Some(workflow) = app.workflows.get(&id) else { return app.refuse(Rejection::TokenMismatch) };
    match workflow.tokens.check_token(token.as_bytes(), now) {
        // Whoever still uses the URL from before a rotation has to be notified before its deadline.
        Ok(presented) => app.counts.count(format!("{id} by its {} URL", presented.role().as_str())),
        Err(rejection) => return app.refuse(rejection),
    }
    let Admits::UrlAndSignature(signed) = &workflow.admits else { return app.run(&id, &body).into_response() };
    let (verifier, guard) = &**signed;
    match verifier.verify_at(Request::new(&headers, body), now) {
        Err(rejection) => app.refuse(rejection),
        Ok(delivery) => {
            // A duplicate is answered like the first copy, and a store that cannot be asked with 503.
            let outcome =
                guard.process(delivery, async |body: Bytes| Ok::<_, std::convert::Infallible>(app.run(&id, &body))).await;
            StatusCode::from_u16(outcome.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}

impl App {
    fn run(&self, id: &str, body: &[u8]) -> StatusCode {
        self.counts.count(format!("{id} ran"));
        println!("workflow {id} runs with {} bytes", body.len());
        StatusCode::OK
    }

    /// The reason is for us; the answer says nothing about it.
    fn refuse(&self, rejection: Rejection) -> Response {
        self.counts.count(format!("refused: {}", rejection.code()));
        let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, rejection.public_message()).into_response()
    }
}

/// Ids of keys are no secrets: workers of one environment must show the same ones, environments different ones.
async fn health(State(app): State<App>) -> String {
    let keys = app.master.load().status((app.clock)()).keys;
    let keys = keys.iter().map(|key| format!("{} {}\n", key.role.as_str(), key.id));
    keys.chain(app.counts.lines()).collect()
}

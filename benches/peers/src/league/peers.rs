//! The Rust peers behind the JSON lines of `tests/interop/README.md`: `league serve NAME`.

use std::collections::BTreeMap;
use std::future::Future as _;
use std::io::{BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::extract::{FromRef, FromRequest as _};
use axum_github_webhook_extract::{GithubEvent, GithubToken};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use rust_web_server::webhook::{WebhookProvider, verify_webhook_signature};
use serde_json::{Value, json};
use webhook_verify::{Provider, VerifyOptions};

use crate::clock;

/// A delivery as a Rust server hands it over.
struct Given {
    provider: String,
    secrets: Vec<String>,
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Accepted or not; an `Err` is outside the scope of the peer.
type Verdict = Result<bool, &'static str>;

struct Peer {
    name: &'static str,
    /// The crate, as `Cargo.lock` names it.
    version: &'static str,
    providers: &'static [&'static str],
    verify: fn(&Given) -> Verdict,
}

const PEERS: &[Peer] = &[
    Peer { name: "standardwebhooks", version: "1.0.1", providers: &["standard-webhooks"], verify: standard_webhooks },
    Peer { name: "svix", version: "1.99.1", providers: &["svix", "standard-webhooks"], verify: svix },
    Peer {
        name: "webhook-verify",
        version: "0.1.0",
        providers: &[
            "discord",
            "dropbox",
            "github",
            "linear",
            "shopify",
            "slack",
            "square",
            "standard-webhooks",
            "stripe",
            "twilio",
            "zoom",
        ],
        verify: webhook_verify,
    },
    Peer { name: "async-stripe-webhook", version: "1.0.0-rc.10", providers: &["stripe"], verify: async_stripe },
    Peer { name: "slack-morphism", version: "2.31.1", providers: &["slack"], verify: slack_morphism },
    Peer { name: "axum-github-webhook-extract", version: "0.3.0", providers: &["github"], verify: axum_github },
    Peer { name: "rust-web-server", version: "18.7.0", providers: &["github", "shopify", "stripe"], verify: rust_web_server },
];

pub fn names() -> impl Iterator<Item = &'static str> {
    PEERS.iter().map(|peer| peer.name)
}

/// Answers lines until there are no more.
pub fn serve(name: &str) {
    let peer = PEERS.iter().find(|peer| peer.name == name).expect("a peer");
    std::panic::set_hook(Box::new(|_| {}));
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        writeln!(output, "{}", answer(peer, &line)).and_then(|()| output.flush()).expect("written");
    }
}

fn answer(peer: &Peer, line: &Value) -> Value {
    if line["do"] == "hello" {
        let providers: BTreeMap<_, _> = peer.providers.iter().map(|name| (*name, json!({ "several": true }))).collect();
        return json!({ "sdk": peer.name, "language": "Rust", "version": peer.version, "providers": providers });
    }
    clock::set(line["now_unix"].as_i64().unwrap_or_default());
    let verdict = given(line).and_then(|given| {
        catch_unwind(AssertUnwindSafe(|| (peer.verify)(&given))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            Err(text.unwrap_or_default().leak())
        })
    });
    match verdict {
        Ok(true) => json!({ "outcome": "accept" }),
        Ok(false) => json!({ "outcome": "reject" }),
        Err(why) if why.starts_with(UNSUPPORTED) => json!({ "outcome": "unsupported", "why": why }),
        Err(why) => json!({ "outcome": "crash", "why": why }),
    }
}

const UNSUPPORTED: &str = "unsupported: ";

fn given(line: &Value) -> Result<Given, &'static str> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default()).expect("base64");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut headers = HeaderMap::new();
    for pair in list(&line["headers"]) {
        let name = HeaderName::from_bytes(text(&pair[0]).as_bytes());
        // A server hands it over without the blanks around it, and never with control characters.
        let value = HeaderValue::from_bytes(bytes(&pair[1]).trim_ascii());
        let (Ok(name), Ok(value)) = (name, value) else { return Err("unsupported: no server hands over such a header") };
        headers.append(name, value);
    }
    Ok(Given {
        provider: text(&line["provider"]),
        secrets: list(&line["secrets"]).iter().map(text).collect(),
        url: text(&line["url"]),
        headers,
        body: bytes(&line["body_base64"]),
    })
}

impl Given {
    /// As with the integrator's usual `headers.get(name)?.to_str()?`.
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// For peers that know one secret: each live one is tried.
    fn any(&self, verify: impl Fn(&str) -> bool) -> Verdict {
        Ok(self.secrets.iter().any(|secret| verify(secret)))
    }

    fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }
}

fn standard_webhooks(given: &Given) -> Verdict {
    given.any(|secret| {
        standardwebhooks::Webhook::new(secret).is_ok_and(|webhook| webhook.verify(&given.body, &given.headers).is_ok())
    })
}

fn svix(given: &Given) -> Verdict {
    given.any(|secret| {
        svix::webhooks::Webhook::new(secret).is_ok_and(|webhook| webhook.verify(&given.body, &given.headers).is_ok())
    })
}

fn async_stripe(given: &Given) -> Verdict {
    let (Some(signature), Some(body)) = (given.header("stripe-signature"), given.text()) else { return Ok(false) };
    given.any(|secret| {
        // The signature was right; then it reads the body as one of Stripe's events.
        matches!(
            stripe_webhook::Webhook::construct_event(body, signature, secret),
            Ok(_) | Err(stripe_webhook::WebhookError::BadParse(_))
        )
    })
}

fn slack_morphism(given: &Given) -> Verdict {
    let (signature, time) = (given.header("x-slack-signature"), given.header("x-slack-request-timestamp"));
    let (Some(signature), Some(time), Some(body)) = (signature, time, given.text()) else { return Ok(false) };
    given.any(|secret| {
        let verifier = slack_morphism::signature_verifier::SlackEventSignatureVerifier::new(&secret.to_owned().into());
        verifier.verify(signature, body, time).is_ok()
    })
}

#[derive(Clone)]
struct State(GithubToken);

impl FromRef<State> for GithubToken {
    fn from_ref(state: &State) -> Self {
        state.0.clone()
    }
}

fn axum_github(given: &Given) -> Verdict {
    given.any(|secret| {
        let mut request =
            http::Request::post(given.url.as_str()).body(axum::body::Body::from(given.body.clone())).expect("a request");
        *request.headers_mut() = given.headers.clone();
        let state = State(GithubToken(Arc::new(secret.to_owned())));
        let mut verdict = pin!(GithubEvent::<Value>::from_request(request, &state));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(verdict) = verdict.as_mut().poll(&mut context) {
                // What else it may say is about reading the body as JSON, after the signature was right.
                break verdict.map_or_else(|(_, why)| !why.starts_with("signature") && why != "error reading body", |_| true);
            }
        }
    })
}

fn rust_web_server(given: &Given) -> Verdict {
    let (provider, header) = match given.provider.as_str() {
        "github" => (WebhookProvider::GitHub, "x-hub-signature-256"),
        "shopify" => (WebhookProvider::Shopify, "x-shopify-hmac-sha256"),
        _ => (WebhookProvider::Stripe, "stripe-signature"),
    };
    let Some(value) = given.header(header) else { return Ok(false) };
    given.any(|secret| verify_webhook_signature(provider, &given.body, secret.as_bytes(), value))
}

fn webhook_verify(given: &Given) -> Verdict {
    let provider = match given.provider.as_str() {
        "discord" => Provider::Discord,
        "dropbox" => Provider::Dropbox,
        "github" => Provider::GitHub,
        "linear" => Provider::Linear,
        "shopify" => Provider::Shopify,
        "slack" => Provider::Slack,
        "square" => Provider::Square,
        "standard-webhooks" => Provider::StandardWebhooks,
        "stripe" => Provider::Stripe,
        "twilio" => Provider::Twilio,
        _ => Provider::Zoom,
    };
    let mut options = VerifyOptions::default().with_request_url(&given.url);
    if given.provider == "twilio" {
        let form = given.header("content-type").is_none_or(|kind| kind.starts_with("application/x-www-form"));
        let fields: Vec<_> = if form { form_urlencoded::parse(&given.body).into_owned().collect() } else { Vec::new() };
        options = options.with_form_params(fields);
    }
    let secrets: Vec<_> = given.secrets.iter().map(webhook_verify::Secret::new).collect();
    Ok(webhook_verify::verify_any(provider, &given.headers, &given.body, &secrets, options).is_ok())
}

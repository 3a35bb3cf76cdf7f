//! A route for local development that says why a delivery is rejected. Never expose it: it tells how the endpoint is set up.
//!
//! It answers 200 with the cause instead of 401, so it does not start in a release build unless `HOOKRING_EXPLAIN=1` is set.
//!
//! ```text
//! HOOKRING_SECRET="It's a Secret to Everybody" cargo run --features diagnose --example axum_explain -- github
//! ```

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::routing::any;
use hookring::diagnose::{Inquiry, lint};
use hookring::{Scheme, Timestamp, providers};

struct Endpoint {
    scheme: &'static Scheme<'static>,
    secret: String,
    public_url: String,
}

async fn explain(State(own): State<Arc<Endpoint>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> String {
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let inquiry = Inquiry::new(*own.scheme, &headers, &body, Timestamp::now())
        .secret(&own.secret, own.scheme.key_format())
        .method(method.as_str())
        .target(&uri.to_string())
        .public_url(&own.public_url);
    // Up to a second of computing: not on the threads that answer.
    let diagnosis = tokio::task::block_in_place(|| inquiry.run());
    format!("{}: {}\n{}\n", own.scheme.name(), diagnosis.cause().unwrap_or_else(|| "no cause".to_owned()), diagnosis.say())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if !cfg!(debug_assertions) && std::env::var("HOOKRING_EXPLAIN").as_deref() != Ok("1") {
        return Err("this is for development: in a release build set HOOKRING_EXPLAIN=1 to start it all the same".into());
    }
    let provider = std::env::args().nth(1).ok_or("which provider?")?;
    let scheme = providers::find(&provider).ok_or("no such provider")?;
    let secret = std::env::var("HOOKRING_SECRET").map_err(|_| "set HOOKRING_SECRET to the secret")?;
    for finding in lint(*scheme, &secret, scheme.key_format()) {
        println!("the secret looks wrong: {finding}");
    }
    let public_url = std::env::var("HOOKRING_URL").unwrap_or_else(|_| "http://127.0.0.1:3000".to_owned());
    let own = Arc::new(Endpoint { scheme, secret, public_url });
    let router = Router::new().fallback(any(explain)).with_state(own);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    println!("explaining on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

//! A receiver on actix-web: an extractor that hands a handler only verified bodies.
//!
//! ```text
//! HOOKRING_SECRET="It's a Secret to Everybody" cargo run --manifest-path examples/actix/Cargo.toml
//! curl -i http://127.0.0.1:3000/hooks/github -d 'Hello, World!' \
//!   -H 'X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
//! ```

mod extract;
#[cfg(test)]
mod tests;

use std::error::Error;

use actix_web::web::{Bytes, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, web};
use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, SharedKeyring, Timestamp, Verifier, providers};

use extract::{HookVerifier, Signed};

/// A larger body is answered with 413 before it is read to its end.
const LARGEST_BODY: usize = 1 << 20;

async fn github(Signed(delivery): Signed) -> HttpResponse {
    println!("under key {} ({})", delivery.key(), delivery.role().as_str());
    let body: Bytes = delivery.into_body();
    HttpResponse::Accepted().body(format!("{} bytes\n", body.len()))
}

fn routes(verifier: HookVerifier) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(verifier).app_data(PayloadConfig::new(LARGEST_BODY)).route("/hooks/github", web::to(github));
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = Secret::from_env("HOOKRING_SECRET", SecretFormat::Utf8, &SecretPolicy::provider())?;
    // Keep the ring at hand: `ring.replace` rotates the secret under the running server.
    let ring = SharedKeyring::new(Keyring::new(secret, Timestamp::now()).ring);
    let verifier: HookVerifier = Verifier::new(providers::GITHUB, ring)?;
    let server = HttpServer::new(move || App::new().configure(routes(verifier.clone())));
    Ok(server.bind(("127.0.0.1", 3000))?.run().await?)
}

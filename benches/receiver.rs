//! Question: how much throughput does a receiver lose by verifying?
//!
//! Command: `cargo bench --bench receiver --features axum` (set `HOOKRING_BENCH_QUICK=1` for a short run)
//!
//! One axum server on loopback, two routes: one takes the raw body, one takes it verified (two live keys, so during a
//! rotation). Eight connections that are kept alive send in turns to the one and the other, in many short rounds, and the
//! medians of the rounds count, so that a noisy machine disturbs both sides alike. Client and server share the machine.
//! The last columns say what the verification itself takes, of the whole body and in pieces of 16 KiB: a MAC reads every
//! byte, so the longer the body, the nearer the throughput comes to the MAC's own.

#![allow(clippy::cast_precision_loss, reason = "counts")]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::post;
use hookring::receiver::Receiver;
use hookring::{
    Keyring, Message, Request, Secret, SecretFormat, SignWith, SignedHeaders, Signer, Timestamp, Verified, Verifier, providers,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const SIZES: [(&str, usize); 3] = [("1 KiB", 1 << 10), ("16 KiB", 16 << 10), ("256 KiB", 256 << 10)];
const CONNECTIONS: usize = 8;

async fn plain(body: Bytes) -> (StatusCode, String) {
    (StatusCode::ACCEPTED, body.len().to_string())
}

async fn verified(delivery: Verified<Bytes>) -> (StatusCode, String) {
    (StatusCode::ACCEPTED, delivery.body().len().to_string())
}

/// Sends the request so many times over one connection; every answer must be 202.
async fn send(mut stream: TcpStream, request: Bytes, times: usize) -> TcpStream {
    let mut answer = vec![0; 4096];
    for _ in 0..times {
        stream.write_all(&request).await.expect("sent");
        let mut have = 0;
        while !answer[..have].windows(4).any(|four| four == b"\r\n\r\n") {
            have += stream.read(&mut answer[have..]).await.expect("an answer");
        }
        assert!(answer.starts_with(b"HTTP/1.1 202"), "{}", String::from_utf8_lossy(&answer[..have]));
        // The answer is a number of at most six digits, and comes in one piece with its head.
    }
    stream
}

/// Requests per second of one round over all connections.
async fn round(streams: &mut Vec<TcpStream>, request: &Bytes, times: usize) -> f64 {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for stream in streams.drain(..) {
        tasks.spawn(send(stream, request.clone(), times));
    }
    while let Some(stream) = tasks.join_next().await {
        streams.push(stream.expect("a round"));
    }
    (CONNECTIONS * times) as f64 / start.elapsed().as_secs_f64()
}

/// Microseconds of one verification, of the whole body and in pieces.
fn alone(verifier: &Verifier, signed: &SignedHeaders, body: &[u8], rounds: usize, now: Timestamp) -> [f64; 2] {
    let headers: Vec<_> = signed.iter().collect();
    let mut micros = [Vec::new(), Vec::new()];
    for _ in 0..rounds * 4 {
        let start = Instant::now();
        let _ = black_box(verifier.verify_at(Request::new(&headers, body), now).expect("authentic"));
        micros[0].push(start.elapsed().as_secs_f64() * 1e6);
        let start = Instant::now();
        let mut stream = verifier.begin(Request::new(&headers, ()), now).expect("a good head");
        body.chunks(16 << 10).for_each(|piece| stream.update(piece));
        let _ = black_box(stream.finish(now).expect("authentic"));
        micros[1].push(start.elapsed().as_secs_f64() * 1e6);
    }
    micros.map(median)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

async fn connect(address: SocketAddr) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        streams.push(stream);
    }
    streams
}

#[tokio::main]
async fn main() {
    let rounds = if std::env::var_os("HOOKRING_BENCH_QUICK").is_some() { 9 } else { 51 };
    let now = Timestamp::now();
    let fresh = || Secret::generate(SecretFormat::Whsec).expect("a secret");
    let ring = Keyring::new(fresh(), now).ring.rotate(fresh(), Duration::from_secs(86_400), now).expect("a rotation").ring;
    let signer = Signer::new(providers::STANDARD_WEBHOOKS, ring.clone(), SignWith::Current).expect("a signer");
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, ring).expect("a verifier");
    let receiver = Receiver::new(verifier.clone());
    let app = Router::new().route("/plain", post(plain)).route("/verified", post(verified)).with_state(receiver);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = app.layer(DefaultBodyLimit::disable());
    tokio::spawn(async move { axum::serve(listener, app).await });

    println!("{:<8} {:>10} {:>12} {:>7} {:>10} {:>10}", "body", "plain /s", "verified /s", "ratio", "whole µs", "pieces µs");
    for (name, size) in SIZES {
        let body = vec![b'a'; size];
        let signed = signer.sign(&Message::new(&body).id("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"), now).expect("signed");
        let headers: String = signed.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = |path: &str| {
            let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {size}\r\n\r\n");
            Bytes::from([head.as_bytes(), &body].concat())
        };
        let requests = [request("/plain"), request("/verified")];
        let times = if size > 100_000 { 25 } else { 100 };
        let mut streams = connect(address).await;
        let mut rates = [Vec::new(), Vec::new()];
        for n in 0..rounds {
            // Whoever comes second in a round comes first in the next.
            for side in [n % 2, (n + 1) % 2] {
                rates[side].push(round(&mut streams, &requests[side], times).await);
            }
        }
        let [plain, verified] = rates.map(median);
        let [whole, pieces] = alone(&verifier, &signed, &body, rounds, now);
        println!("{name:<8} {plain:>10.0} {verified:>12.0} {:>7.3} {whole:>10.1} {pieces:>10.1}", verified / plain);
    }
}

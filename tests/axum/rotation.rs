//! Ten thousand deliveries that are all under way at once, while the secret is rotated.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use hookring::receiver::Receiver;
use hookring::{Keyring, Message, SharedKeyring, SignWith, Signer, Timestamp, Verifier, providers};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::server::{SECRET, app, ring, secret, serve};

const NEW: &str = "the new secret, staged long before it signs";
const CONNECTIONS: usize = 50;
/// As many streams as the server allows on one connection.
const STREAMS: usize = 200;

/// A body whose second half waits for a permit.
struct Halves {
    halves: Vec<Bytes>,
    gate: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Halves {
    fn new(body: &'static [u8], gate: Arc<Semaphore>) -> Self {
        let (first, second) = body.split_at(body.len() / 2);
        let gate = Box::pin(async move { drop(gate.acquire().await) });
        Self { halves: vec![Bytes::from_static(second), Bytes::from_static(first)], gate }
    }
}

impl Body for Halves {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.halves.len() == 1 && self.gate.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(self.halves.pop().map(|half| Ok(Frame::data(half))))
    }
}

type Client = http2::SendRequest<Halves>;

async fn connect(address: SocketAddr) -> Client {
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Sends one delivery and returns the status and what was answered.
async fn deliver(mut client: Client, signer: Arc<Signer>, gate: Arc<Semaphore>) -> (u16, String) {
    const BODY: &[u8] = br#"{"type":"invoice.paid","amount":4200}"#;
    let mut request = http::Request::post("http://a/hook").body(Halves::new(BODY, gate)).unwrap();
    signer.sign(&Message::new(BODY), Timestamp::now()).unwrap().apply(request.headers_mut());
    client.ready().await.unwrap();
    let response = client.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_deliveries_during_a_rotation_and_no_401() {
    let now = Timestamp::now();
    let shared = SharedKeyring::new(ring().stage(secret(NEW), now).unwrap().ring);
    let begun = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&begun);
    // The clock is read when a delivery begins and when it ends, which says how many are under way.
    let receiver = Receiver::new(Verifier::new(providers::STRIPE, Arc::clone(&shared)).unwrap())
        .body_timeout(Some(Duration::from_secs(3600)))
        .clock(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            Timestamp::now()
        });
    let address = serve(app(receiver)).await;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(connect(address).await);
    }
    let signer =
        |text| Arc::new(Signer::new(providers::STRIPE, Keyring::new(secret(text), now).ring, SignWith::Current).unwrap());
    let signers = [signer(SECRET), signer(NEW)];

    let gate = Arc::new(Semaphore::new(0));
    let mut under_way = JoinSet::new();
    let total = CONNECTIONS * STREAMS;
    for half in 1..=2 {
        for n in 0..total / 2 {
            under_way.spawn(deliver(
                clients[n % CONNECTIONS].clone(),
                Arc::clone(&signers[n / CONNECTIONS % 2]),
                Arc::clone(&gate),
            ));
        }
        while begun.load(Ordering::SeqCst) < half * total / 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if half == 1 {
            // Half of them are under way, none is through: now the staged secret becomes the current one.
            shared.replace(shared.load().promote(Duration::from_secs(3600), Timestamp::now()).unwrap().ring).unwrap();
        }
    }
    assert_eq!(begun.load(Ordering::SeqCst), total, "all are under way at once");
    gate.add_permits(total);

    let mut answers = BTreeMap::<(u16, String), usize>::new();
    while let Some(answer) = under_way.join_next().await {
        *answers.entry(answer.unwrap()).or_default() += 1;
    }
    let quarter = total / 4;
    let wanted = [("current 37", 2 * quarter), ("next 37", quarter), ("previous 37", quarter)];
    assert_eq!(answers, wanted.map(|(answer, count)| ((202, answer.to_owned()), count)).into());
}

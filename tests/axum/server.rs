//! A server on a free loopback port, and the barest of clients.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::any;
use hookring::receiver::Receiver;
use hookring::{
    Keyring, Message, Scheme, Secret, SecretFormat, SecretPolicy, SignWith, Signer, Timestamp, Verdict, Verified, Verifier,
    providers,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const SECRET: &str = "correct-horse-battery-staple-0123";

pub(crate) fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::provider()).unwrap()
}

pub(crate) fn ring() -> Keyring {
    Keyring::new(secret(SECRET), Timestamp::now()).ring
}

/// A receiver of GitHub deliveries.
pub(crate) fn github() -> Receiver {
    Receiver::new(Verifier::new(providers::GITHUB, ring()).unwrap())
}

/// `name: value` lines of a signed message.
pub(crate) fn signed(scheme: Scheme<'_>, secret_text: &str, message: &Message<'_>) -> String {
    let signer = Signer::new(scheme, Keyring::new(secret(secret_text), Timestamp::now()).ring, SignWith::Current).unwrap();
    let headers = signer.sign(message, Timestamp::now()).unwrap();
    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

/// The signature line of a GitHub delivery.
pub(crate) fn signature(body: &[u8]) -> String {
    signed(providers::GITHUB, SECRET, &Message::new(body))
}

/// Answers 202 with the role and the length.
pub(crate) async fn accept(delivery: Verified<Bytes>) -> (StatusCode, String) {
    (StatusCode::ACCEPTED, format!("{} {}", delivery.role().as_str(), delivery.body().len()))
}

/// An application with one route, `/hook`.
pub(crate) fn app(receiver: Receiver) -> Router {
    Router::new().route("/hook", any(accept)).with_state(receiver)
}

pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Reads an answer up to the end of the connection.
pub(crate) async fn answer(mut stream: impl tokio::io::AsyncRead + Unpin) -> Answer {
    let mut bytes = Vec::new();
    // A server that cuts an upload off may reset the connection after its answer.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let text = text.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    Answer { status: head[9..12].parse().unwrap(), head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// Sends these bytes as they are.
pub(crate) async fn raw(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (read, mut write) = stream.split();
    // The server may answer before it has read everything.
    let (_, answer) = tokio::join!(async move { write.write_all(request).await }, answer(read));
    answer
}

/// The head of a request that closes its connection; `headers` are whole lines.
pub(crate) fn head(method: &str, target: &str, headers: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// Sends a request with a body of known length.
pub(crate) async fn send(address: SocketAddr, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
    let headers = format!("{headers}Content-Length: {}\r\n", body.len());
    raw(address, &[&head(method, target, &headers), body].concat()).await
}

/// Posts to `/hook`.
pub(crate) async fn post(address: SocketAddr, headers: &str, body: &[u8]) -> Answer {
    send(address, "POST", "/hook", headers, body).await
}

/// One piece of a chunked body.
pub(crate) fn chunk(data: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

/// The head of a POST as a receiver takes it.
pub(crate) fn parts(target: &str, headers: &[(&str, &str)]) -> http::request::Parts {
    let request = headers.iter().fold(http::Request::post(target), |request, (name, value)| request.header(*name, *value));
    request.body(()).unwrap().into_parts().0
}

/// A body of one piece, and what happens when it is read.
pub(crate) struct Body<F>(Bytes, Option<F>);

impl<F: FnOnce()> Body<F> {
    pub(crate) fn new(when_read: F) -> Self {
        Self::of("{}", when_read)
    }

    pub(crate) fn of(text: &str, when_read: F) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()), Some(when_read))
    }
}

impl<F: FnOnce() + Unpin> http_body::Body for Body<F> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let Self(text, when_read) = self.get_mut();
        Poll::Ready(when_read.take().map(|when_read| {
            when_read();
            Ok(http_body::Frame::data(text.clone()))
        }))
    }
}

/// The verdicts of a receiver, in their order.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<Verdict>>>);

impl Seen {
    pub(crate) fn watch<P>(&self, receiver: Receiver<P>) -> Receiver<P> {
        let list = Arc::clone(&self.0);
        receiver.on_verdict(move |_, verdict| list.lock().unwrap().push(verdict.clone()))
    }

    pub(crate) fn all(&self) -> Vec<Verdict> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.all().iter().map(|verdict| verdict.code).collect()
    }

    /// Waits until there are so many.
    pub(crate) async fn wait_for(&self, count: usize) {
        while self.0.lock().unwrap().len() < count {
            tokio::time::sleep(core::time::Duration::from_millis(5)).await;
        }
    }
}

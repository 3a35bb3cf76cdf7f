//! A receiver on loopback that answers what its script says, and keeps what it was sent.
#![allow(dead_code, reason = "each test crate uses a part of this")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What to do with the next request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Answer with this status and these further header lines.
    Answer(u16, &'static str),
    /// Close the connection without an answer.
    HangUp,
    /// Keep the connection open and say nothing.
    Silence,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = &found.next().unwrap_or_else(|| panic!("no header {name}")).1;
        assert!(found.next().is_none(), "two headers {name}");
        value
    }
}

/// The server. It ends with the test's runtime.
pub(crate) struct Scripted {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    script: Arc<Mutex<VecDeque<Step>>>,
}

impl Scripted {
    pub(crate) async fn start(script: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(VecDeque::from_iter(script)));
        let received = Arc::new(Mutex::new(Vec::new()));
        let server = Self { url, received: Arc::clone(&received), script: Arc::clone(&script) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&received), Arc::clone(&script)));
            }
        });
        server
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How many steps were not asked for.
    pub(crate) fn steps_left(&self) -> usize {
        self.script.lock().unwrap().len()
    }
}

/// One request per connection is all that is needed.
async fn serve(mut stream: TcpStream, received: Arc<Mutex<Vec<Received>>>, script: Arc<Mutex<VecDeque<Step>>>) {
    let Some(request) = read(&mut stream).await else { return };
    received.lock().unwrap().push(request);
    let step = script.lock().unwrap().pop_front().unwrap_or(Step::Answer(599, ""));
    match step {
        Step::Answer(status, headers) => {
            let answer = format!("HTTP/1.1 {status} As Written\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Step::HangUp => {}
        Step::Silence => std::future::pending().await,
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = std::str::from_utf8(&bytes[..head]).unwrap();
    let (line, rest) = text.split_once("\r\n").unwrap();
    let pair = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())).unwrap();
    let mut request =
        Received { line: line.into(), headers: rest.lines().map(pair).collect(), body: bytes[head + 4..].to_vec() };
    let length: usize = request.header("content-length").parse().unwrap();
    while request.body.len() < length {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}

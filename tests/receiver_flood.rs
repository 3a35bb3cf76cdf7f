//! Gigabytes of chunked body over a socket, and the memory of the process while they come. A program of its own, because
//! the memory of others would count.

#![cfg(all(feature = "axum", target_os = "linux"))]

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use hookring::receiver::Receiver;
use hookring::{Keyring, Secret, SecretFormat, Timestamp, Verified, Verifier, providers};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const PIECE: usize = 64 << 10;
const GIGABYTES: usize = 4 << 30;
const AT_ONCE: usize = 8;

/// The most memory that this process ever held, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// Sends four gigabytes, or as much as is taken; how much that was, and the status.
async fn flood(address: SocketAddr) -> (usize, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut read, mut write) = stream.split();
    let head = "POST /hook HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-Hub-Signature-256: sha256=";
    let head = [head, &"ab".repeat(32), "\r\n\r\n"].concat();
    let piece = [format!("{PIECE:x}\r\n").as_bytes(), &[b'a'; PIECE], b"\r\n"].concat();
    let send = async move {
        let mut sent = 0;
        if write.write_all(head.as_bytes()).await.is_ok() {
            while sent < GIGABYTES && write.write_all(&piece).await.is_ok() {
                sent += PIECE;
            }
        }
        sent
    };
    let answer = async move {
        let mut answer = Vec::new();
        let _ = read.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
    };
    tokio::join!(send, answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gigabytes_are_cut_off_in_flat_memory() {
    let ring = Keyring::new(Secret::generate(SecretFormat::Utf8).unwrap(), Timestamp::now()).ring;
    let receiver = Receiver::new(Verifier::new(providers::GITHUB, ring).unwrap());
    let hook = async |_: Verified<Bytes>| "unreachable";
    let app = Router::new().route("/hook", post(hook)).with_state(receiver);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });

    let before = peak();
    let floods: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(flood(address))).collect();
    for flood in floods {
        let (sent, status) = flood.await.unwrap();
        assert_eq!(status, "HTTP/1.1 413 Payload Too Large");
        // What the server did not read can only stand in the buffers of the two sockets.
        assert!(sent < 64 << 20, "{sent} bytes were taken");
    }
    let grown = peak() - before;
    println!("{AT_ONCE} bodies of {GIGABYTES} bytes: the peak grew by {grown} bytes");
    // For each at most the limit of 1 MiB (twice while the buffer grows) and the buffers of its connection.
    assert!(grown < AT_ONCE * (4 << 20), "the peak grew by {grown} bytes");
}

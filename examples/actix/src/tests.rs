//! Over a real socket, with curl as the sender where it is installed and bytes written by hand where curl would not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use actix_web::{App, HttpServer};
use hookring::{Keyring, Secret, SecretFormat, SecretPolicy, SharedKeyring, Timestamp, Verifier, providers};

use crate::{LARGEST_BODY, routes};

const GOOD: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn secret() -> Secret {
    Secret::parse("It's a Secret to Everybody", SecretFormat::Utf8, &SecretPolicy::provider()).unwrap()
}

/// A server on a thread of its own, which ends with the test program, and its ring.
fn serve() -> (SocketAddr, std::sync::Arc<SharedKeyring>) {
    let ring = SharedKeyring::new(Keyring::new(secret(), Timestamp::now()).ring);
    let verifier = Verifier::new(providers::GITHUB, ring.clone()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || App::new().configure(routes(verifier.clone())));
            server.workers(1).disable_signals().listen(listener).unwrap().run().await.unwrap();
        });
    });
    (address, ring)
}

/// Sends bytes, and gives back status and body of the answer.
fn send(address: SocketAddr, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The server may close before it has read everything, as it should with a body that is too large.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..n]);
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}")).parse().unwrap();
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

fn request(method: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} /hooks/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    headers.iter().for_each(|line| text.extend([line, "\r\n"]));
    text.extend([&format!("Content-Length: {}", body.len()), "\r\n\r\n"]);
    [text.as_bytes(), body].concat()
}

#[test]
fn good_deliveries_of_any_content_type_and_nothing_else() {
    let (address, _) = serve();
    let signature = format!("x-hub-SIGNATURE-256: {GOOD}");
    for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=utf-16", "nonsense"] {
        let kind = format!("Content-Type: {kind}");
        let answer = send(address, &request("POST", &[&signature, &kind], b"Hello, World!"));
        assert_eq!(answer, (202, "13 bytes\n".into()), "{kind}");
    }
    let refused = (401, String::from("invalid signature"));
    let zeros = format!("X-Hub-Signature-256: sha256={}", "0".repeat(64));
    assert_eq!(send(address, &request("POST", &[&signature], b"Hello, World?")), refused, "changed body");
    assert_eq!(send(address, &request("POST", &[&zeros], b"Hello, World!")), refused, "forged");
    assert_eq!(send(address, &request("POST", &[], b"Hello, World!")), refused, "unsigned");
    assert_eq!(send(address, &request("POST", &[&signature, &zeros], b"Hello, World!")), refused, "two");
    assert_eq!(send(address, &request("GET", &[&signature], b"Hello, World!")), refused, "GET");
    let high = b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Hub-Signature-256: sha256=\xc3\xa9\r\n\r\n";
    assert_eq!(send(address, high), refused, "bytes beyond ASCII");
}

#[test]
fn large_bodies_end_with_413_chunked_ones_too() {
    let (address, _) = serve();
    let large = vec![b'x'; LARGEST_BODY + 1];
    assert_eq!(send(address, &request("POST", &[], &large)).0, 413);
    let mut chunked =
        b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..40 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend_from_slice(&large[..0x10000]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(send(address, &chunked).0, 413);
    assert_eq!(send(address, &request("POST", &[], &large[..LARGEST_BODY])).0, 401, "at the limit it is verified");
}

#[test]
fn the_secret_is_rotated_under_the_running_server() {
    let (address, ring) = serve();
    let delivery = request("POST", &[&format!("X-Hub-Signature-256: {GOOD}")], b"Hello, World!");
    let new = || Secret::generate(SecretFormat::Utf8).unwrap();
    ring.replace(ring.load().rotate(new(), Duration::from_secs(3600), Timestamp::now()).unwrap().ring).unwrap();
    assert_eq!(send(address, &delivery).0, 202, "the old secret is previous");
    ring.replace(ring.load().replace_compromised(new(), Timestamp::now()).unwrap().ring).unwrap();
    assert_eq!(send(address, &delivery).0, 401, "the old secret is revoked");
    let only = ring.load().current().unwrap().id();
    ring.replace(ring.load().revoke(only, Timestamp::now()).unwrap().ring).unwrap();
    assert_eq!(send(address, &delivery), (500, "temporarily unable to verify".into()), "no secret at all is our fault");
}

//! Heads that are large, repeated, or not text.

use hookring::Message;

use crate::server::{SECRET, app, chunk, github, head, post, raw, send, serve, signature, signed};

#[tokio::test]
async fn headers_of_64_kib() {
    let address = serve(app(github())).await;
    let long = "x".repeat(64 << 10);
    let beside = format!("{}X-Trace: {long}\r\n", signature(b"{}"));
    assert_eq!(post(address, &beside, b"{}").await.status, 202);
    let inside = format!("X-Hub-Signature-256: sha256={}\r\n", "a".repeat(64 << 10));
    let answer = post(address, &inside, b"{}").await;
    assert_eq!((answer.status, answer.body.as_str()), (401, "invalid signature"));
}

#[tokio::test]
async fn repeated_headers_are_ambiguous() {
    let address = serve(app(github())).await;
    let good = signature(b"{}");
    assert_eq!(post(address, &good, b"{}").await.status, 202);
    assert_eq!(post(address, &format!("{good}{good}"), b"{}").await.status, 401);
    let forged = "X-Hub-Signature-256: sha256=00\r\n";
    assert_eq!(post(address, &format!("{forged}{good}"), b"{}").await.status, 401);
    assert_eq!(post(address, &format!("{good}{forged}"), b"{}").await.status, 401);
}

/// Servers died on header bytes that are no ASCII, because a text was cut inside a character.
#[tokio::test]
async fn a_multi_byte_header_does_not_kill() {
    let address = serve(app(github())).await;
    for value in ["é", "sha256=é", "sha256=ßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßß", "sha25é=00", "日本語", "sha256=\u{1F511}"]
    {
        for headers in [format!("X-Hub-Signature-256: {value}\r\n"), format!("{}X-Other: {value}\r\n", signature(b"{}"))] {
            let wanted = if headers.contains("X-Other") { 202 } else { 401 };
            assert_eq!(post(address, &headers, b"{}").await.status, wanted, "{headers}");
        }
    }
    let latin1 = [b"POST /hook HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\nX-Hub-Signature-256: sha256=\xe9\xff\r\n\r\n{}".as_slice()].concat();
    assert_eq!(raw(address, &latin1).await.status, 401);
    assert_eq!(post(address, &signature(b"{}"), b"{}").await.status, 202, "the server is still there");
}

#[tokio::test]
async fn one_text_for_every_401() {
    let address = serve(app(github())).await;
    let good = signature(b"{}");
    let answers = [
        post(address, "", b"{}").await,
        post(address, "X-Hub-Signature-256: nonsense\r\n", b"{}").await,
        post(address, &signature(b"other"), b"{}").await,
        post(address, &signed(hookring::providers::GITHUB, "another secret of theirs", &Message::new(b"{}")), b"{}").await,
        send(address, "PUT", "/hook", &good, b"{}").await,
        send(address, "GET", "/hook", &good, b"{}").await,
    ];
    let undated = |head: &str| head.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n");
    for answer in &answers {
        assert_eq!((answer.status, answer.body.as_str()), (401, "invalid signature"));
        assert_eq!(undated(&answer.head), undated(&answers[0].head));
        assert!(!format!("{answer:?}").contains(SECRET));
    }
}

#[tokio::test]
async fn trailers_are_dropped() {
    let address = serve(app(github())).await;
    let body = chunk(b"{}");
    let headers = format!("{}Transfer-Encoding: chunked\r\nTrailer: X-Hub-Signature-256\r\n", signature(b"{}"));
    let trailer = b"0\r\nX-Hub-Signature-256: sha256=00\r\nX-More: 1\r\n\r\n";
    let answer = raw(address, &[&head("POST", "/hook", &headers), body.as_slice(), trailer].concat()).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, "current 2"));
    // A signature that only comes in the trailer is none.
    let unsigned = head("POST", "/hook", "Transfer-Encoding: chunked\r\n");
    let trailer = format!("0\r\n{}\r\n", signature(b"{}"));
    assert_eq!(raw(address, &[&unsigned, body.as_slice(), trailer.as_bytes()].concat()).await.status, 401);
}

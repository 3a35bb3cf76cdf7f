//! Bodies: long, chunked, slow, broken off.

use core::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post as route_post;
use hookring::receiver::{DEFAULT_BODY_LIMIT, Receiver};
use hookring::{Keyring, PublicKey, PublicKeyFormat, Scheme, Timestamp, Verifier, providers};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::server::{Body, Seen, accept, answer, app, chunk, github, head, parts, post, raw, ring, send, serve, signature};

fn chunked(body: &[u8], piece: usize) -> Vec<u8> {
    let headers = format!("{}Transfer-Encoding: chunked\r\n", signature(body));
    let pieces = body.chunks(piece).flat_map(chunk).collect::<Vec<_>>();
    [head("POST", "/hook", &headers), pieces, chunk(b"")].concat()
}

/// A peer was seen to panic when somebody posted 3 MiB.
#[tokio::test]
async fn a_3_mib_post_does_not_panic() {
    let seen = Seen::default();
    let address = serve(app(seen.watch(github()))).await;
    let body = vec![b'a'; 3 << 20];
    for request in [
        chunked(&body, 64 << 10),
        [head("POST", "/hook", &format!("{}Content-Length: {}\r\n", signature(&body), body.len())), body.clone()].concat(),
    ] {
        assert_eq!(raw(address, &request).await.status, 413);
    }
    assert_eq!(seen.codes(), ["body_too_large"; 2]);
    assert_eq!(post(address, &signature(b"{}"), b"{}").await.status, 202, "the server is still there");
    // With a limit to fit, it is an ordinary delivery.
    let address = serve(app(github().body_limit(3 << 20))).await;
    assert_eq!(raw(address, &chunked(&body, 64 << 10)).await.status, 202);
}

#[tokio::test]
async fn the_limit_is_inclusive_and_the_same_for_chunked_bodies() {
    let address = serve(app(github())).await;
    for (len, wanted) in
        [(0, 202), (1, 202), (DEFAULT_BODY_LIMIT - 1, 202), (DEFAULT_BODY_LIMIT, 202), (DEFAULT_BODY_LIMIT + 1, 413)]
    {
        let body = vec![b'a'; len];
        assert_eq!(post(address, &signature(&body), &body).await.status, wanted, "{len}");
        assert_eq!(raw(address, &chunked(&body, 10_007)).await.status, wanted, "{len} chunked");
    }
}

#[tokio::test]
async fn every_route_has_its_own_limit() {
    let app = Router::new()
        .route("/small", route_post(accept).with_state(github().body_limit(10)))
        .route("/large", route_post(accept).with_state(github().body_limit(4 << 20)))
        .layer(DefaultBodyLimit::max(1));
    let address = serve(app).await;
    let body = vec![b'a'; 3 << 20];
    assert_eq!(send(address, "POST", "/large", &signature(&body), &body).await.status, 202);
    assert_eq!(send(address, "POST", "/small", &signature(&body), &body).await.status, 413);
    assert_eq!(send(address, "POST", "/small", &signature(&body[..10]), &body[..10]).await.status, 202);
}

#[tokio::test]
async fn slow_uploads() {
    let address = serve(app(github())).await;
    let request = chunked(b"slowly but surely", 1);
    let mut stream = TcpStream::connect(address).await.unwrap();
    for byte in request.chunks(7) {
        stream.write_all(byte).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(answer(&mut stream).await.body, "current 17");
}

/// A peer was seen to wait for ever for the end of a body.
#[tokio::test]
async fn a_streamed_body_that_never_reports_its_end_does_not_hang() {
    let seen = Seen::default();
    let address = serve(app(seen.watch(github().body_timeout(Some(Duration::from_millis(100)))))).await;
    // All the bytes, but never the last chunk; and fewer bytes than promised.
    let endless = chunked(b"{}", 1);
    for request in [
        &endless[..endless.len() - 5],
        &[&head("POST", "/hook", &format!("{}Content-Length: 3\r\n", signature(b"{}"))), b"{}".as_slice()].concat(),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        assert_eq!(answer(&mut stream).await.status, 408);
    }
    // A trickle does not buy time.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&head("POST", "/hook", &format!("{}Transfer-Encoding: chunked\r\n", signature(b"{}")))).await.unwrap();
    let (read, mut write) = stream.split();
    let trickle = async {
        while write.write_all(&chunk(b"a")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await
        }
    };
    tokio::select! {
        answer = answer(read) => assert_eq!(answer.status, 408),
        () = trickle => panic!("closed without an answer"),
    }
    assert_eq!(seen.codes(), ["body_too_slow"; 3]);
}

#[tokio::test]
async fn early_disconnects() {
    let seen = Seen::default();
    let address = serve(app(seen.watch(github()))).await;
    let whole = chunked(&[b'a'; 5000], 1000);
    let head_ends = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    for cut in [head_ends, head_ends + 1, head_ends + 700, whole.len() - 1] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&whole[..cut]).await.unwrap();
        drop(stream);
    }
    seen.wait_for(4).await;
    assert!(seen.codes().iter().all(|code| matches!(*code, "abandoned" | "body_broken")), "{:?}", seen.codes());
    assert_eq!(post(address, &signature(b"{}"), b"{}").await.status, 202, "the server is still there");
}

#[tokio::test]
async fn broken_chunks_are_no_body() {
    let seen = Seen::default();
    let address = serve(app(seen.watch(github()))).await;
    let headers = format!("{}Transfer-Encoding: chunked\r\n", signature(b"{}"));
    let answer = raw(address, &[&head("POST", "/hook", &headers), b"2\r\n{}\r\nzz\r\n".as_slice()].concat()).await;
    assert_eq!(answer.status, 400);
    assert_eq!(seen.codes(), ["body_broken"]);
}

/// Where the head decides, nothing waits for the body.
#[tokio::test]
async fn an_unsigned_head_is_refused_without_its_body() {
    let address = serve(app(github().body_timeout(None))).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&head("POST", "/hook", "Content-Length: 1000000\r\nExpect: 100-continue\r\n")).await.unwrap();
    let answer = answer(&mut stream).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, "invalid signature"));
}

/// Also where the scheme needs the whole body to compute anything: what the headers say is judged before it is read.
#[tokio::test]
async fn whole_bodies_are_not_read_in_vain() {
    let hmac = |scheme: Scheme<'_>| Receiver::new(Verifier::new(scheme, ring()).unwrap());
    let twilio = Verifier::builder(providers::TWILIO).public_url("https://hooks.example").build(ring()).unwrap();
    let twilio = Receiver::new(twilio);
    let text = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let key = PublicKey::parse(text, PublicKeyFormat::Ed25519Hex).unwrap();
    let keys = Keyring::new(key, Timestamp::now()).ring;
    let discord = Receiver::new(Verifier::new(providers::DISCORD, keys.clone()).unwrap());
    let (hex64, hex128) = ("0".repeat(64), "0".repeat(128));
    let signed = [("x-signature-ed25519", hex128.as_str()), ("x-signature-timestamp", "1790000000")];
    let in_body = hmac(providers::BRAINTREE);
    let mut all = vec![
        // The time stands in the body.
        (hmac(providers::LINEAR), vec![], "missing_signature"),
        (hmac(providers::LINEAR), vec![("linear-signature", "none")], "malformed_signature"),
        (hmac(providers::LINEAR), vec![("linear-signature", hex64.as_str())], "read"),
        // URL and form are signed.
        (twilio.clone(), vec![], "missing_signature"),
        (twilio, vec![("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")], "read"),
        // A public key.
        (discord.clone(), vec![], "missing_signature"),
        (discord.clone(), signed[..1].to_vec(), "missing_timestamp"),
        (discord.clone(), vec![signed[0], ("x-signature-timestamp", "soon")], "malformed_timestamp"),
        (discord, signed.to_vec(), "read"),
        // The headers say nothing.
        (in_body, vec![], "read"),
    ];
    // Nothing could be accepted, whatever the body.
    let suspended = keys.revoke(keys.current().unwrap().id(), Timestamp::now()).unwrap().ring;
    all.push((Receiver::new(Verifier::new(providers::DISCORD, suspended).unwrap()), signed.to_vec(), "no_live_key"));

    for (receiver, headers, wanted) in all {
        let mut was_read = false;
        let refusal = receiver.receive(&parts("/hook", &headers), Body::new(|| was_read = true)).await.unwrap_err();
        let code = if was_read { "read" } else { refusal.code() };
        assert_eq!(code, wanted, "{headers:?}");
    }
}

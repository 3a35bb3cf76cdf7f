//! Bodies that stream, stop, lie and never end.

use core::time::Duration;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hookring::providers::{self, GITHUB};
use hookring::receiver::Receiver;
use hookring::{Verdict, Verifier};
use http_body_util::{Full, Limited};

use crate::script::{Script, Step, answer, data, github, ring, signed};

const SOON: Option<Duration> = Some(Duration::from_millis(100));

#[tokio::test]
async fn pieces_trailers_and_empty_pieces() {
    for steps in [
        vec![data("hello")],
        vec![data("he"), data("llo")],
        vec![data(""), data("h"), data(""), data("ello"), data("")],
        vec![data("hello"), Step::Trailers],
        vec![Step::Trailers, data("hello")],
    ] {
        let request = signed(GITHUB, "hello", Script::new(steps));
        assert_eq!(answer(github(), request).await, (200, "current hello".to_owned()));
    }
    let empty = signed(GITHUB, "", Script::new([]));
    assert_eq!(answer(github(), empty).await, (200, "current ".to_owned()));
    let other = signed(GITHUB, "hello", Script::new([data("hel"), data("o")]));
    assert_eq!(answer(github(), other).await, (401, "invalid signature".to_owned()));
}

/// Every scheme: those that hash the body as it comes, and those that need it at once.
#[tokio::test]
async fn schemes_that_stream_and_schemes_that_do_not() {
    let json = r#"{"webhookTimestamp":TIME}"#.replace("TIME", &hookring::Timestamp::now().unix_millis().to_string());
    let (mut streaming, mut whole) = (0, 0);
    for scheme in [GITHUB, providers::STRIPE, providers::STANDARD_WEBHOOKS, providers::SLACK, providers::LINEAR] {
        let count = if scheme.can_stream() { &mut streaming } else { &mut whole };
        *count += 1;
        let receiver = Receiver::new(Verifier::new(scheme, ring()).unwrap());
        for at in [0, 1, json.len()] {
            let (first, second) = json.split_at(at);
            let request = signed(scheme, &json, Script::new([data(first), data(second)]));
            assert_eq!(answer(receiver.clone(), request).await, (200, format!("current {json}")), "{scheme:?}");
            let request = signed(scheme, &json, Script::new([data(first), data("x"), data(second)]));
            assert_eq!(answer(receiver.clone(), request).await.0, 401, "{scheme:?}");
        }
    }
    assert!(streaming > 0 && whole > 0);
}

#[tokio::test]
async fn a_streamed_body_that_never_reports_its_end_does_not_hang() {
    for steps in [
        vec![Step::Hang],
        vec![data("hello"), Step::Hang],
        // Always ready and never at the end: nothing ever makes the task wait.
        vec![Step::Forever(Bytes::new())],
        vec![Step::Forever(Bytes::from_static(b"a"))],
    ] {
        let request = signed(GITHUB, "hello", Script::new(steps));
        let (status, _) = answer(github().body_timeout(SOON), request).await;
        assert!(matches!(status, 408 | 400 | 413), "{status}");
    }
    // Without a time-out only a body that waits can wait.
    for (piece, wanted) in [("", 400), ("a", 413)] {
        let body = Script::new([Step::Forever(Bytes::from_static(piece.as_bytes()))]);
        assert_eq!(answer(github().body_timeout(None), signed(GITHUB, "", body)).await.0, wanted);
    }
}

/// A body that is always ready does not keep other tasks of its thread from running.
#[tokio::test]
async fn a_body_that_is_always_ready_gives_way() {
    let body = Script::new([Step::Forever(Bytes::from_static(b"a"))]);
    let taken = Arc::clone(&body.taken);
    let other = tokio::spawn(async move { taken.load(Ordering::SeqCst) });
    assert_eq!(answer(github(), signed(GITHUB, "", body)).await.0, 413);
    let seen_by_the_other = other.await.unwrap();
    assert!(seen_by_the_other < 1 << 20, "it ran only after {seen_by_the_other} pieces");
}

#[tokio::test]
async fn errors_in_mid_body() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    let receiver = github().on_verdict(move |_, verdict: &Verdict| list.lock().unwrap().push(verdict.code));
    for steps in [vec![Step::Error], vec![data("hello"), Step::Error], vec![data("hel"), Step::Error, data("lo")]] {
        let request = signed(GITHUB, "hello", Script::new(steps));
        assert_eq!(answer(receiver.clone(), request).await, (400, "body not readable".to_owned()));
    }
    assert_eq!(*seen.lock().unwrap(), ["body_broken"; 3]);
}

#[tokio::test]
async fn a_dropped_connection_is_a_verdict_too() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    let receiver = github().on_verdict(move |_, verdict: &Verdict| list.lock().unwrap().push(verdict.clone()));
    let waiting = answer(receiver, signed(GITHUB, "hello", Script::new([data("hel"), Step::Hang])));
    assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err(), "dropped while it waits");
    let seen = seen.lock().unwrap();
    assert_eq!((seen.len(), seen[0].code, seen[0].scheme.as_deref()), (1, "abandoned", Some("github")));
}

/// Nothing beyond the limit is read, whatever was promised: of 4 GiB in pieces of 64 KiB no more than 17.
#[tokio::test]
async fn gigabytes_are_cut_off_at_the_limit() {
    let piece = Bytes::from(vec![b'a'; 64 << 10]);
    let endless = || Script::new(vec![Step::Data(piece.clone()); 65_536]);
    for (body, most) in [(endless(), 17), (endless().promising(10), 17), (endless().promising(4 << 30), 0)] {
        let taken = Arc::clone(&body.taken);
        assert_eq!(answer(github(), signed(GITHUB, "", body)).await, (413, "body too large".to_owned()));
        assert_eq!(taken.load(Ordering::SeqCst), most);
    }
    // One piece that is beyond the limit by itself.
    let huge = Full::new(Bytes::from(vec![b'a'; (1 << 20) + 1]));
    assert_eq!(answer(github(), signed(GITHUB, "", huge)).await.0, 413);
}

/// A limit of somebody else around the body is answered in the same way.
#[tokio::test]
async fn a_foreign_limit_is_413_too() {
    let body = Limited::new(Script::new([data("hello")]), 3);
    assert_eq!(answer(github(), signed(GITHUB, "hello", body)).await.0, 413);
    let body = Limited::new(Script::new([data("hello")]), 5);
    assert_eq!(answer(github(), signed(GITHUB, "hello", body)).await.0, 200);
}

/// A promise that is not kept changes nothing: what came was signed or was not.
#[tokio::test]
async fn a_wrong_promise_is_not_believed() {
    for promised in [0, 3, 5, 1000] {
        let body = Script::new([data("hel"), data("lo")]).promising(promised);
        assert_eq!(answer(github(), signed(GITHUB, "hello", body)).await, (200, "current hello".to_owned()));
    }
}

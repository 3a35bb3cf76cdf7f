//! Real threads that read while others replace.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;

use hookring::{Rejection, ReplaceError, Replaced, Request, SharedKeyring, Verifier};

use super::*;

const REPLACEMENTS: u64 = 10_000;
const READERS: usize = 3;

/// Ten thousand replacements, each offered by two writers, under readers that never pause.
#[test]
fn generations_never_go_back_for_any_reader() {
    let by = signed(ring(1));
    let mut rings = vec![ring(1)];
    for n in 0..REPLACEMENTS {
        let last = rings.last().unwrap();
        let change = if n % 2 == 0 { last.stage(secret(2), START) } else { last.unstage(Duration::ZERO, START) };
        rings.push(change.unwrap().ring);
    }
    let shared = SharedKeyring::new(rings[0].clone());
    let verifier = Verifier::new(providers::GENERIC_SHA256, Arc::clone(&shared)).unwrap();
    let (done, together) = (AtomicBool::new(false), Barrier::new(READERS + 2));
    let (newer, older, reads) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));

    thread::scope(|scope| {
        let read = || {
            let mut last = 0;
            together.wait();
            loop {
                let was_done = done.load(Ordering::SeqCst);
                let loaded = shared.load().generation();
                let verified = verifier.verify_at(Request::new(&by, BODY), START).unwrap().generation();
                assert!(last <= loaded && loaded <= verified, "{last}, then {loaded}, then {verified}");
                last = verified;
                reads.fetch_add(1, Ordering::Relaxed);
                if was_done {
                    return last;
                }
            }
        };
        let write = || {
            together.wait();
            for ring in &rings[1..] {
                match shared.replace(ring.clone()) {
                    Ok(Replaced::Newer) => newer.fetch_add(1, Ordering::Relaxed),
                    Ok(Replaced::Unchanged) | Err(ReplaceError::Older { .. }) => older.fetch_add(1, Ordering::Relaxed),
                    other => panic!("{other:?}"),
                };
                thread::yield_now();
            }
        };
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
        let writers = [scope.spawn(write), scope.spawn(write)];
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::SeqCst);
        for reader in readers {
            assert_eq!(reader.join().unwrap(), REPLACEMENTS + 1);
        }
    });
    let (newer, older, reads) = (newer.into_inner(), older.into_inner(), reads.into_inner());
    println!("{newer} replacements, {older} came late, {reads} reads");
    assert_eq!((newer, newer + older), (REPLACEMENTS, 2 * REPLACEMENTS));
    assert_eq!(shared.load().generation(), REPLACEMENTS + 1);
}

/// A verification that begins after `replace` returned does not accept the revoked key, in any thread.
#[test]
fn a_revoked_key_is_dead_once_replace_has_returned() {
    const KEYS: u32 = 1000;
    let deliveries: Vec<_> = (0..=KEYS).map(|n| signed(ring(n))).collect();
    let shared = SharedKeyring::new(ring(0));
    let verifier = Verifier::new(providers::GENERIC_SHA256, Arc::clone(&shared)).unwrap();
    // All keys below this number were revoked by a `replace` that has returned.
    let revoked = AtomicU32::new(0);
    let together = Barrier::new(READERS + 1);
    let (refused, accepted) = (AtomicU64::new(0), AtomicU64::new(0));

    thread::scope(|scope| {
        let read = || {
            together.wait();
            loop {
                let dead = revoked.load(Ordering::Acquire);
                for n in dead.saturating_sub(2)..=dead {
                    let verdict = verifier.verify_at(Request::new(&deliveries[n as usize], BODY), START);
                    match verdict {
                        Err(Rejection::Mismatch) => refused.fetch_add(1, Ordering::Relaxed),
                        Ok(_) if n >= dead => accepted.fetch_add(1, Ordering::Relaxed),
                        other => panic!("key {n}, revoked below {dead}: {other:?}"),
                    };
                }
                if dead == KEYS {
                    return;
                }
            }
        };
        (0..READERS).for_each(|_| drop(scope.spawn(read)));
        together.wait();
        for n in 0..KEYS {
            let rotated = shared.load().rotate(secret(n + 1), DAY, START).unwrap();
            shared.replace(rotated.ring).unwrap();
            let change = shared.load().revoke(id(n), START).unwrap();
            assert_eq!(shared.replace(change.ring), Ok(Replaced::Newer));
            revoked.store(n + 1, Ordering::Release);
        }
    });
    let (refused, accepted) = (refused.into_inner(), accepted.into_inner());
    println!("{KEYS} revocations, {refused} deliveries refused, {accepted} accepted");
    assert!(refused >= 2 * READERS as u64 && accepted >= READERS as u64);
}

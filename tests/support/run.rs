//! A run: many workers, deliveries that come several times and in any order, and everything that goes wrong.
#![allow(dead_code, reason = "each test crate uses a part of this")]

use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use hookring::{Claim, ClaimToken, Guard, Outcome, ReplayKey, ReplayStore, Timestamp, Verified};

use crate::deliveries::{Pair, scope};
use crate::random::Random;

/// How large a run is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) deliveries: usize,
    pub(crate) workers: usize,
    pub(crate) lease: Duration,
    /// Also the seed of everything random.
    pub(crate) seed: u64,
}

/// Longer than any run: nothing that was done may be forgotten.
pub(crate) const KEEP: Duration = Duration::from_secs(24 * 3600);

/// What happened, as the checker reads it.
pub(crate) struct History {
    start: Instant,
    text: Mutex<String>,
    effects: Mutex<String>,
}

impl History {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), text: Mutex::default(), effects: Mutex::default() })
    }

    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap()
    }

    pub(crate) fn write(&self, line: std::fmt::Arguments<'_>) {
        let mut text = self.text.lock().unwrap();
        text.write_fmt(line).unwrap();
        text.push('\n');
    }

    /// For handlers without a database: what they did.
    pub(crate) fn effect(&self, key: ReplayKey) {
        let line = format!("{} {}\n", name(key), self.now());
        self.effects.lock().unwrap().push_str(&line);
    }

    pub(crate) fn effects(&self) -> String {
        self.effects.lock().unwrap().clone()
    }

    /// Writes the history file, and reads it back: the checker gets what a reader would.
    pub(crate) fn file(&self, name: &str) -> String {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{name}.txt"));
        std::fs::write(&path, &*self.text.lock().unwrap()).unwrap();
        std::fs::read_to_string(&path).unwrap()
    }
}

/// A key as histories name it.
pub(crate) fn name(key: ReplayKey) -> String {
    key.as_bytes().iter().take(12).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A store whose calls are written down.
pub(crate) struct Recorded<S> {
    pub(crate) inner: S,
    pub(crate) history: Arc<History>,
    /// Whether the store releases what is abandoned.
    pub(crate) abandons: bool,
}

impl<S> Recorded<S> {
    /// Before a claim may end, so that the checker never believes it is held when it is not.
    pub(crate) fn ending(&self, token: ClaimToken) -> u64 {
        let asked = self.history.now();
        self.history.write(format_args!("ending {} {} {asked}", name(token.key()), token.fence()));
        asked
    }

    pub(crate) fn committed(&self, token: ClaimToken, asked: u64, yes: bool) {
        let (key, answered, word) = (name(token.key()), self.history.now(), if yes { "yes" } else { "no" });
        self.history.write(format_args!("commit {key} {} {asked} {answered} {word}", token.fence()));
    }
}

impl<S: ReplayStore> ReplayStore for Recorded<S> {
    type Error = S::Error;

    async fn claim(&self, key: ReplayKey, lease: Duration) -> Result<Claim, Self::Error> {
        let asked = self.history.now();
        let claim = self.inner.claim(key, lease).await?;
        if let Claim::Fresh(token) = claim {
            let (key, fence, answered) = (name(key), token.fence(), self.history.now());
            self.history.write(format_args!("fresh {key} {fence} {asked} {answered} {}", lease.as_nanos()));
        }
        Ok(claim)
    }

    async fn renew(&self, token: ClaimToken, lease: Duration) -> Result<bool, Self::Error> {
        let asked = self.history.now();
        let yes = self.inner.renew(token, lease).await?;
        if yes {
            let (key, fence, answered) = (name(token.key()), token.fence(), self.history.now());
            self.history.write(format_args!("renewed {key} {fence} {asked} {answered} {}", lease.as_nanos()));
        }
        Ok(yes)
    }

    async fn commit(&self, token: ClaimToken, keep: Duration) -> Result<bool, Self::Error> {
        let asked = self.ending(token);
        let yes = self.inner.commit(token, keep).await?;
        self.committed(token, asked, yes);
        Ok(yes)
    }

    async fn release(&self, token: ClaimToken) -> Result<(), Self::Error> {
        self.ending(token);
        self.inner.release(token).await
    }

    fn abandon(&self, token: ClaimToken) {
        if self.abandons {
            self.ending(token);
        }
        self.inner.abandon(token);
    }
}

/// What goes wrong in one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    None,
    FailsBefore,
    PanicsBefore,
    PanicsAfter,
    SlowBefore,
    SlowAfter,
    /// The whole attempt is dropped after so many microseconds.
    Cancelled(u64),
}

impl Mishap {
    fn any(random: &mut Random) -> Self {
        match random.below(1000) {
            0..40 => Self::FailsBefore,
            40..50 => Self::PanicsBefore,
            50..60 => Self::PanicsAfter,
            60..65 => Self::SlowBefore,
            65..70 => Self::SlowAfter,
            70..100 => Self::Cancelled(random.below(4000) as u64),
            _ => Self::None,
        }
    }

    pub(crate) async fn before_effect(self, lease: Duration) -> Result<(), &'static str> {
        match self {
            Self::FailsBefore => return Err("fails on purpose"),
            Self::PanicsBefore => std::panic::panic_any(ON_PURPOSE),
            Self::SlowBefore => tokio::time::sleep(lease + lease / 3).await,
            _ => tokio::task::yield_now().await,
        }
        Ok(())
    }

    pub(crate) async fn after_effect(self, lease: Duration) {
        match self {
            Self::PanicsAfter => std::panic::panic_any(ON_PURPOSE),
            Self::SlowAfter => tokio::time::sleep(lease + lease / 3).await,
            _ => {}
        }
    }
}

const ON_PURPOSE: &str = "handler panics on purpose";

/// Keeps panics on purpose out of the output.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&ON_PURPOSE) {
                usual(info);
            }
        }));
    });
}

/// How a delivery is processed, by whatever store: returns the status to answer.
pub(crate) trait Attempt: Send + Sync + 'static {
    fn process(
        &self,
        verified: Verified<&'static [u8]>,
        mishap: Mishap,
        lease: Duration,
    ) -> impl Future<Output = Option<u16>> + Send;
}

/// Through a guard; the effect is a line in memory, so it is not part of the commit.
pub(crate) struct ByGuard<S>(pub(crate) Guard<Recorded<S>>);

impl<S: ReplayStore> ByGuard<S> {
    pub(crate) fn new(store: S, history: &Arc<History>, lease: Duration, abandons: bool) -> Self {
        let store = Recorded { inner: store, history: Arc::clone(history), abandons };
        Self(Guard::with_keep(store, scope("endpoint"), lease, KEEP).unwrap())
    }
}

impl<S: ReplayStore + 'static> Attempt for ByGuard<S> {
    async fn process(&self, verified: Verified<&'static [u8]>, mishap: Mishap, lease: Duration) -> Option<u16> {
        let (guard, key) = (&self.0, verified.replay_key(self.0.scope()));
        let outcome: Outcome<(), &str, _> = guard
            .process(verified, async |_body: &[u8]| {
                mishap.before_effect(lease).await?;
                guard.store().history.effect(key);
                mishap.after_effect(lease).await;
                Ok(())
            })
            .await;
        Some(outcome.status())
    }
}

/// Something that happens once when this many sends are left, such as the death of a server.
pub(crate) type Disaster = (usize, Box<dyn FnOnce() + Send>);

/// Runs until every send was answered with 200. Returns how many sends there were, retries not counted, and how many tries.
pub(crate) async fn run<A: Attempt>(
    attempt: A,
    history: &Arc<History>,
    size: Size,
    disasters: Vec<Disaster>,
) -> (usize, usize) {
    hush();
    let pair = Arc::new(Pair::with_id());
    let mut random = Random(size.seed);
    let mut sends: Vec<usize> = Vec::new();
    for n in 0..size.deliveries {
        history.write(format_args!("planned {}", name(pair.key(&format!("msg_{n}")))));
        sends.extend(std::iter::repeat_n(n, 1 + random.below(4)));
    }
    for n in (1..sends.len()).rev() {
        sends.swap(n, random.below(n + 1));
    }
    let total = sends.len();
    let queue = Arc::new(Queue { fresh: Mutex::new(sends), later: Mutex::default(), left: AtomicUsize::new(total) });
    let tries = Arc::new(AtomicUsize::new(0));

    // The receiver's clock jumps; sometimes so far that deliveries are refused, and come again. It has a thread of its own:
    // a task would wait behind the workers, who would refuse everything for as long as it waits.
    let (clock, running) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(true)));
    let jumping = {
        let (clock, running, mut random) = (Arc::clone(&clock), Arc::clone(&running), Random(size.seed ^ 1));
        std::thread::spawn(move || {
            while running.load(Ordering::Relaxed) {
                let jump = [0, 0, 0, 290, -290, 250, -250, 3600, -3600][random.below(9)];
                clock.store(jump, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(if jump.abs() > 300 { 10 } else { 100 }));
            }
        })
    };
    let watching = {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move {
            for (at, disaster) in disasters {
                while queue.left.load(Ordering::Relaxed) > at {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                tokio::task::spawn_blocking(disaster).await.unwrap();
            }
        })
    };

    let attempt = Arc::new(attempt);
    let workers: Vec<_> = (0..size.workers)
        .map(|n| {
            let worker = Worker {
                attempt: Arc::clone(&attempt),
                history: Arc::clone(history),
                pair: Arc::clone(&pair),
                clock: Arc::clone(&clock),
                lease: size.lease,
            };
            let (queue, tries, mut random) = (Arc::clone(&queue), Arc::clone(&tries), Random(size.seed ^ ((n as u64) << 32)));
            tokio::spawn(async move {
                while let Some(delivery) = queue.next().await {
                    tries.fetch_add(1, Ordering::Relaxed);
                    if worker.send(delivery, &mut random).await {
                        queue.left.fetch_sub(1, Ordering::Relaxed);
                    } else {
                        queue.again(delivery, Duration::from_millis(20 + random.below(80) as u64));
                        // A refused delivery waited for nothing; others want to run too.
                        tokio::task::yield_now().await;
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    watching.await.unwrap();
    running.store(false, Ordering::Relaxed);
    jumping.join().unwrap();
    (total, tries.load(Ordering::Relaxed))
}

struct Worker<A> {
    attempt: Arc<A>,
    history: Arc<History>,
    pair: Arc<Pair>,
    clock: Arc<AtomicI64>,
    lease: Duration,
}

impl<A: Attempt> Worker<A> {
    /// One try of a sender. Whether it was answered with 200.
    async fn send(&self, delivery: usize, random: &mut Random) -> bool {
        let sent = Timestamp::now();
        let received = Timestamp::from_unix_millis(sent.unix_millis() + 1000 * self.clock.load(Ordering::Relaxed));
        let Ok(verified) = self.pair.deliver(&format!("msg_{delivery}"), sent, received) else { return false };
        let key = name(verified.replay_key(&scope("endpoint")));

        let (attempt, mishap, lease) = (Arc::clone(&self.attempt), Mishap::any(random), self.lease);
        // A task of its own, as in a server: a panic ends the request, not the worker.
        let request = tokio::spawn(async move {
            let work = attempt.process(verified, mishap, lease);
            match mishap {
                Mishap::Cancelled(micros) => tokio::time::timeout(Duration::from_micros(micros), work).await.ok().flatten(),
                _ => work.await,
            }
        });
        match request.await {
            Ok(Some(status)) => {
                self.history.write(format_args!("answer {key} {} {status}", self.history.now()));
                status == 200
            }
            _ => false,
        }
    }
}

struct Queue {
    fresh: Mutex<Vec<usize>>,
    later: Mutex<BinaryHeap<std::cmp::Reverse<(Instant, usize)>>>,
    left: AtomicUsize,
}

impl Queue {
    async fn next(&self) -> Option<usize> {
        loop {
            if self.left.load(Ordering::Relaxed) == 0 {
                return None;
            }
            {
                let mut later = self.later.lock().unwrap();
                if later.peek().is_some_and(|std::cmp::Reverse((at, _))| *at <= Instant::now()) {
                    return later.pop().map(|std::cmp::Reverse((_, delivery))| delivery);
                }
            }
            if let Some(delivery) = self.fresh.lock().unwrap().pop() {
                return Some(delivery);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn again(&self, delivery: usize, after: Duration) {
        self.later.lock().unwrap().push(std::cmp::Reverse((Instant::now() + after, delivery)));
    }
}

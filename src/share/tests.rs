//! The swap under every order of steps that a scheduler can think of: `replace_in` on a cell whose steps it interleaves.

extern crate std;

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::println;
use std::vec::Vec;

use shuttle::scheduler::{DfsScheduler, RandomScheduler, Scheduler};
use shuttle::sync::Mutex;
use shuttle::sync::atomic::AtomicU64;
use shuttle::thread;

use super::*;
use crate::encoding::SecretFormat;
use crate::policy::SecretPolicy;
use crate::time::Timestamp;

const START: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

/// Two steps like those of the real cell; the scheduler may run anything in between.
struct Stand(Mutex<Arc<Inner<Secret>>>);

impl Stand {
    fn new(ring: &Keyring) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Arc::clone(ring.inner()))))
    }

    fn generation(&self) -> u64 {
        Keyring::from_inner(self.get()).generation()
    }
}

impl Cell<Inner<Secret>> for Stand {
    fn get(&self) -> Arc<Inner<Secret>> {
        Arc::clone(&self.0.lock().unwrap())
    }

    fn swap_if(&self, expected: &Arc<Inner<Secret>>, new: Arc<Inner<Secret>>) -> bool {
        let mut held = self.0.lock().unwrap();
        let is_expected = Arc::ptr_eq(&held, expected);
        if is_expected {
            *held = new;
        }
        is_expected
    }
}

/// A wrong implementation: load, compare, store.
struct WithoutCompare(Arc<Stand>);

impl Cell<Inner<Secret>> for WithoutCompare {
    fn get(&self) -> Arc<Inner<Secret>> {
        self.0.get()
    }

    fn swap_if(&self, _: &Arc<Inner<Secret>>, new: Arc<Inner<Secret>>) -> bool {
        *self.0.0.lock().unwrap() = new;
        true
    }
}

fn secret(n: u8) -> Secret {
    Secret::parse(&alloc::format!("{n:02x}").repeat(32), SecretFormat::Hex, &SecretPolicy::dangerous_any_strength()).unwrap()
}

/// Generations 1 to 4 of one ring.
fn versions() -> Vec<Keyring> {
    let first = Keyring::new(secret(1), START).ring;
    let second = first.rotate(secret(2), HOUR, START).unwrap().ring;
    let third = second.revoke(secret(1).id(), START).unwrap().ring;
    let fourth = third.stage(secret(3), START).unwrap().ring;
    std::vec![first, second, third, fourth]
}

/// How many orders were tried.
fn explore(scheduler: impl Scheduler + 'static, scenario: impl Fn() + Send + Sync + 'static) -> usize {
    shuttle::Runner::new(scheduler, shuttle::Config::default()).run(scenario)
}

fn random(scenario: impl Fn() + Send + Sync + 'static) {
    assert_eq!(explore(RandomScheduler::new_from_seed(1, 2000), scenario), 2000);
}

/// Everybody offers their ring at once. The newest one wins, whoever loses gets the right error, and nobody who reads
/// meanwhile sees time run backwards.
fn everybody_at_once<C: Cell<Inner<Secret>> + Send + Sync + 'static>(cell: Arc<C>, seen: Arc<Stand>, rings: &[Keyring]) {
    let replacers: Vec<_> = rings
        .iter()
        .map(|ring| {
            let (cell, seen, ring) = (Arc::clone(&cell), Arc::clone(&seen), ring.clone());
            thread::spawn(move || {
                let offered = ring.generation();
                match replace_in(&*cell, ring, START) {
                    Ok(Replaced::Newer) => {}
                    Err(ReplaceError::Older { held, offered: told }) => assert!(held > offered && told == offered),
                    other => panic!("{other:?}"),
                }
                assert!(seen.generation() >= offered, "an older ring took the place of generation {offered}");
            })
        })
        .collect();
    let reader = thread::spawn({
        let seen = Arc::clone(&seen);
        move || {
            let read: Vec<_> = (0..4).map(|_| seen.generation()).collect();
            assert!(read.is_sorted(), "{read:?}");
        }
    });
    replacers.into_iter().for_each(|replacer| replacer.join().unwrap());
    reader.join().unwrap();
    assert_eq!(seen.generation(), rings.iter().map(Keyring::generation).max().unwrap());
}

#[test]
fn the_newest_ring_wins_in_every_order() {
    let rings = versions();
    random(move || {
        let stand = Stand::new(&rings[0]);
        everybody_at_once(Arc::clone(&stand), stand, &rings[1..]);
    });
}

#[test]
fn a_swap_without_comparison_loses_a_newer_ring() {
    let rings = versions();
    let scenario = move || {
        let stand = Stand::new(&rings[0]);
        everybody_at_once(Arc::new(WithoutCompare(Arc::clone(&stand))), stand, &rings[1..]);
    };
    let caught = catch_unwind(AssertUnwindSafe(|| random(scenario)));
    assert!(caught.is_err(), "the scheduler must find the lost update");
}

/// All orders of two replacers, not a sample of them.
#[test]
fn two_replacers_in_all_orders() {
    let rings = versions();
    let orders = explore(DfsScheduler::new(None, false), move || {
        let stand = Stand::new(&rings[0]);
        let replacers = [1, 2].map(|n: usize| {
            let (stand, ring) = (Arc::clone(&stand), rings[n].clone());
            thread::spawn(move || replace_in(&*stand, ring, START))
        });
        let [second, third] = replacers.map(|replacer| replacer.join().unwrap());
        assert_eq!(third, Ok(Replaced::Newer));
        assert!(matches!(second, Ok(Replaced::Newer) | Err(ReplaceError::Older { held: 3, offered: 2 })), "{second:?}");
        assert_eq!(stand.generation(), 3);
    });
    println!("{orders} orders of two replacers");
    assert!(orders > 10);
}

/// Of two forks one is used and the other is refused, whichever comes first.
#[test]
fn one_of_two_forks_wins() {
    let base = Keyring::new(secret(1), START).ring;
    let forks = [2, 3].map(|n| base.rotate(secret(n), HOUR, START).unwrap().ring);
    random(move || {
        let stand = Stand::new(&base);
        let refused = Arc::new(AtomicU64::new(0));
        let replacers = forks.clone().map(|fork| {
            let (stand, refused) = (Arc::clone(&stand), Arc::clone(&refused));
            thread::spawn(move || match replace_in(&*stand, fork.clone(), START) {
                Ok(Replaced::Newer) => assert!(Keyring::from_inner(stand.get()).same_version(&fork)),
                Err(ReplaceError::Forked { generation: 2 }) => _ = refused.fetch_add(1, Ordering::SeqCst),
                other => panic!("{other:?}"),
            })
        });
        replacers.into_iter().for_each(|replacer| replacer.join().unwrap());
        assert_eq!(refused.load(Ordering::SeqCst), 1);
    });
}

/// A process that drops expired keys while another publishes a rotation does not undo it.
#[test]
fn a_purge_never_undoes_a_rotation() {
    let whole = Keyring::new(secret(1), START).ring.rotate(secret(2), HOUR, START).unwrap().ring;
    let purged = whole.without_expired(START.plus(HOUR));
    let newer = whole.rotate(secret(3), HOUR, START).unwrap().ring;
    random(move || {
        let stand = Stand::new(&whole);
        let purge = thread::spawn({
            let (stand, purged) = (Arc::clone(&stand), purged.clone());
            move || replace_in(&*stand, purged, START)
        });
        assert_eq!(replace_in(&*stand, newer.clone(), START), Ok(Replaced::Newer));
        let verdict = purge.join().unwrap();
        assert!(matches!(verdict, Ok(Replaced::Unchanged) | Err(ReplaceError::Older { held: 3, offered: 2 })), "{verdict:?}");
        assert!(Keyring::from_inner(stand.get()).same_version(&newer));
    });
}

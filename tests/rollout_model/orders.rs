//! The named orders, and all sequences of the distinct moves: two senders, two receivers, every interleaving of a phase.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use hookring::Keyring;

use crate::courier::{A, AB, B, Courier, Set, show, tick};

/// Where senders or receivers go; `None` stays.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Move {
        senders: Option<Set>,
        receivers: Option<Set>,
    },
    Drain,
    /// Senders stop, and what is under way is waited for.
    Pause,
    Resume,
}

const fn s(to: Set) -> Phase {
    Phase::Move { senders: Some(to), receivers: None }
}
const fn r(to: Set) -> Phase {
    Phase::Move { senders: None, receivers: Some(to) }
}
const fn both(senders: Set, receivers: Set) -> Phase {
    Phase::Move { senders: Some(senders), receivers: Some(receivers) }
}
use Phase::{Drain, Pause, Resume};

/// Phase (from one), delivery, receiver.
type Counter = (usize, Set, Set);

/// Rings by their keys, each made from the one before by real transitions.
struct Rings(BTreeMap<(Set, Set), Keyring>);

impl Rings {
    fn new(courier: &Courier) -> Self {
        let now = tick(0);
        let grace = Duration::ZERO;
        let a = Keyring::new(courier.key(A), now).ring;
        let staged = a.stage(courier.key(B), now).unwrap().ring;
        let only_b = staged.promote(grace, now).unwrap().ring;
        let again = only_b.stage(courier.key(A), now).unwrap().ring;
        let mut rings = BTreeMap::new();
        rings.insert((A, A), a.clone());
        rings.insert((A, AB), staged.clone());
        rings.insert((A, B), a.rotate(courier.key(B), grace, now).unwrap().ring);
        rings.insert((AB, AB), staged.clone());
        rings.insert((AB, B), only_b.clone());
        rings.insert((AB, A), staged.unstage(grace, now).unwrap().ring);
        rings.insert((B, B), only_b.clone());
        rings.insert((B, AB), again.clone());
        rings.insert((B, A), only_b.rotate(courier.key(A), grace, now).unwrap().ring);
        for ((_, to), ring) in &rings {
            assert_eq!(courier.live(ring, now), *to);
        }
        Self(rings)
    }

    fn step(&self, from: Set, to: Set) -> &Keyring {
        &self.0[&(from, to)]
    }
}

/// Sets of the senders and receivers, and what is under way as a set of sets.
type State = ([Set; 2], [Set; 2], BTreeSet<Set>);

fn run(courier: &mut Courier, rings: &Rings, phases: &[Phase]) -> (Option<BTreeSet<Counter>>, usize) {
    let mut states: BTreeSet<State> = BTreeSet::from([([A; 2], [A; 2], BTreeSet::from([A]))]);
    let (mut visited, mut paused) = (0, false);
    for (at, phase) in phases.iter().enumerate() {
        let (senders, receivers) = match *phase {
            Drain => {
                states = states.into_iter().map(|(s, r, _)| (s, r, BTreeSet::from(s))).collect();
                continue;
            }
            Pause => {
                paused = true;
                states = states.into_iter().map(|(s, r, _)| (s, r, BTreeSet::new())).collect();
                continue;
            }
            Resume => {
                paused = false;
                states = states.into_iter().map(|(s, r, _)| (s, r, BTreeSet::from(s))).collect();
                (None, None)
            }
            Phase::Move { senders, receivers } => (senders, receivers),
        };
        let (mut seen, mut todo) = (states.clone(), VecDeque::from_iter(states));
        let (mut last, mut bad) = (BTreeSet::new(), BTreeSet::new());
        while let Some((s, r, under_way)) = todo.pop_front() {
            visited += 1;
            for delivery in &under_way {
                for ring in r {
                    // The ring is one that has these keys, made by real transitions.
                    if !courier.accepts(*delivery, rings.step(ring, ring), tick(0)) {
                        bad.insert((at + 1, *delivery, ring));
                    }
                }
            }
            let mut moved = false;
            let mut go = |state: State| {
                moved = true;
                if seen.insert(state.clone()) {
                    todo.push_back(state);
                }
            };
            for i in 0..2 {
                if let Some(to) = senders.filter(|to| s[i] != *to) {
                    let (mut next, mut more) = (s, under_way.clone());
                    next[i] = courier.live(rings.step(s[i], to), tick(0));
                    if !paused {
                        more.insert(next[i]);
                    }
                    go((next, r, more));
                }
                if let Some(to) = receivers.filter(|to| r[i] != *to) {
                    let mut next = r;
                    next[i] = courier.live(rings.step(r[i], to), tick(0));
                    go((s, next, under_way.clone()));
                }
            }
            if !moved {
                last.insert((s, r, under_way));
            }
        }
        if !bad.is_empty() {
            return (Some(bad), visited);
        }
        states = last;
    }
    (None, visited)
}

#[test]
fn named_orders() {
    let mut courier = Courier::new();
    let rings = Rings::new(&courier);
    let o1 = [r(AB), s(B), Drain, r(B)];
    let orders: &[(&str, &[Phase], Option<Counter>)] = &[
        ("O1   R+B, S:A>B, drain, R-A", &o1, None),
        ("O2   S:A>B, R+B, drain, R-A", &[s(B), r(AB), Drain, r(B)], Some((1, B, A))),
        ("O3   S:A>B, R+B, a timer, R-A", &[s(B), r(AB), Drain, r(B)], Some((1, B, A))),
        ("O4   S:A>B with R:A>B", &[both(B, B)], Some((1, A, B))),
        ("O4b  O4 with senders paused", &[Pause, both(B, B), Resume], None),
        ("O5   O1 without drain", &[r(AB), s(B), r(B)], Some((3, A, B))),
        ("O6   S+B, drain, R:A>B, S-A", &[s(AB), Drain, r(B), s(B)], None),
        ("O7   O6 without drain", &[s(AB), r(B), s(B)], Some((2, A, B))),
        ("O8   S+B with R+B, drain, S-A with R-A", &[both(AB, AB), Drain, both(B, B)], None),
        ("O8b  O8 without drain", &[both(AB, AB), both(B, B)], Some((2, A, B))),
        ("O9   R+B, S:A>B, S:B>A", &[r(AB), s(B), s(A)], None),
        ("O10  O1, S:B>A", &[o1[0], o1[1], o1[2], o1[3], s(A)], Some((5, A, B))),
        ("O10b O1, R+A, S:B>A", &[o1[0], o1[1], o1[2], o1[3], r(AB), s(A)], None),
        ("O10c R+B, S:A>B, S:B>A, R-B", &[r(AB), s(B), s(A), r(A)], Some((4, B, A))),
        ("O10d R+B, S:A>B, S:B>A, drain, R-B", &[r(AB), s(B), s(A), Drain, r(A)], None),
        ("O11  R:A>B, S:A>B", &[r(B), s(B)], Some((1, A, B))),
        ("O11b R+B, S:A>B, R-A", &[r(AB), s(B), r(B)], Some((3, A, B))),
        ("O12  R+B with S:A>B", &[both(B, AB), Drain, r(B)], Some((1, B, A))),
    ];
    assert_eq!(orders.len(), 18);
    let mut all = 0;
    for (name, phases, wanted) in orders {
        let (bad, states) = run(&mut courier, &rings, phases);
        all += states;
        match (&bad, wanted) {
            (None, None) => println!("{name:42} safe    ({states} states)"),
            (Some(bad), Some(wanted)) if bad.contains(wanted) => {
                println!("{name:42} rejects {} at {} in phase {}", show(wanted.1), show(wanted.2), wanted.0);
            }
            _ => panic!("{name}: {bad:?} instead of {wanted:?}"),
        }
        // O4 rejects both ways.
        assert_eq!(name.starts_with("O4 ") && bad.is_some_and(|bad| bad.len() == 2), name.starts_with("O4 "), "{name}");
    }
    println!("{all} states, {} pairs really signed and verified", courier.verified());
    assert_eq!(courier.verified(), 9);
}

#[test]
fn all_sequences() {
    let mut courier = Courier::new();
    let rings = Rings::new(&courier);
    let moves = [("R+B", r(AB)), ("R=B", r(B)), ("S=B", s(B)), ("S+B", s(AB)), ("drain", Drain)];
    let (mut tried, mut safe) = (0, Vec::new());
    let mut todo: Vec<Vec<usize>> = vec![Vec::new()];
    while let Some(sequence) = todo.pop() {
        todo.extend((0..moves.len()).filter(|i| !sequence.contains(i)).map(|i| [&sequence[..], &[i]].concat()));
        let names: Vec<&str> = sequence.iter().map(|i| moves[*i].0).collect();
        let last = |part: &str| names.iter().rfind(|name| name.starts_with(part)).copied();
        if last("S") != Some("S=B") || last("R") != Some("R=B") {
            continue;
        }
        tried += 1;
        let phases: Vec<Phase> = sequence.iter().map(|i| moves[*i].1).collect();
        if run(&mut courier, &rings, &phases).0.is_none() {
            safe.push(names.join(", "));
        }
    }
    safe.sort_by_key(|names| (names.len(), names.clone()));
    println!("{tried} sequences, {} safe:\n  {}", safe.len(), safe.join("\n  "));
    let fewest = safe.iter().filter(|names| names.split(", ").count() == 4).cloned().collect::<Vec<_>>();
    assert_eq!((tried, safe.len()), (74, 10));
    assert_eq!(fewest, ["R+B, S=B, drain, R=B", "S+B, drain, R=B, S=B"]);
    assert!(safe.iter().all(|names| names.contains("drain")));
}

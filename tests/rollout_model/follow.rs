//! Following the oracle never rejects, and arrives: breadth-first over all fleet states.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use hookring::rollout::{self, Blocked, Missing, Step};
use hookring::{Duty, Keyring, Role, Status, Timestamp};

use crate::courier::{Courier, show, tick};
use crate::world::{DRAIN, LAG, World, ticks};

pub(crate) type Oracle = fn(&[Status], Duration, Timestamp) -> Step;

#[derive(Clone)]
struct Node {
    world: World,
    /// Rotations and rollbacks that operators may still begin of their own will.
    rotations: u8,
    rollbacks: u8,
    /// What an operator read at some time and may still do.
    plan: Option<Step>,
}

struct Setup {
    parts: Vec<Duty>,
    shared: bool,
    /// Where a rotation may begin.
    begin: Vec<usize>,
    rollbacks: u8,
    /// Steps are carried out arbitrarily long after the pages were read.
    late: bool,
    oracle: Oracle,
}

impl Setup {
    fn new(parts: &[Duty], begin: &[usize]) -> Self {
        let (parts, begin) = (parts.to_vec(), begin.to_vec());
        Self { parts, shared: false, begin, rollbacks: 0, late: false, oracle: rollout::next }
    }
}

#[derive(Debug)]
struct Found {
    states: usize,
    moves: usize,
    /// How a delivery was rejected.
    rejected: Option<String>,
    /// States from which the end cannot be reached.
    stuck: usize,
    /// How often each step was advised.
    steps: HashMap<&'static str, usize>,
}

pub(crate) const fn label(step: &Step) -> &'static str {
    match step {
        Step::Idle => "idle",
        Step::Wait { missing: Missing::Key(_), duty: Duty::Receiver, replace_from: None, .. } => "receivers lack key",
        Step::Wait { missing: Missing::Key(_), duty: Duty::Receiver, .. } => "receivers may replace",
        Step::Wait { missing: Missing::Key(_), .. } => "senders lack key",
        Step::Wait { .. } => "behind",
        Step::Promote { .. } => "promote",
        Step::RollBack { .. } => "roll back",
        Step::Drain { .. } => "drain",
        Step::Drop { duty: Duty::Receiver, .. } => "drop on receivers",
        Step::Drop { .. } => "drop on senders",
        Step::GraceTooShort { .. } => "grace too short",
        Step::Rejecting { .. } => "rejecting",
        Step::Emergency { .. } => "emergency",
        Step::Blocked(_) => "blocked",
        _ => "other",
    }
}

fn neighbours(setup: &Setup, courier: &mut Courier, node: &Node, step: &Step) -> Vec<(String, Node)> {
    let Node { world, .. } = node;
    let mut found = Vec::new();
    let mut go = |what: String, world: World| found.push((what, Node { world, ..node.clone() }));
    let all = 0..world.processes.len();
    for i in all.clone().filter(|i| world.is_sender(*i)) {
        let set = world.signs(courier, i);
        if set != 0 {
            go(format!("sender {i} signs with {}", show(set)), world.signed(set));
        }
    }
    let published = world.store.as_ref().map_or(world.now, |store| {
        (0..=LAG).find(|ago| world.at().since(store.as_of()) <= ticks(*ago)).map_or(i64::MIN, |ago| world.now - ago)
    });
    let nobody_too_late = all.clone().all(|i| !world.lags(i) || world.now < published + LAG);
    if nobody_too_late {
        go("time passes".into(), world.later());
    }
    for i in all.clone().filter(|i| world.lags(*i)) {
        go(format!("{i} takes the ring"), world.take(i));
    }
    if setup.late {
        if let Some(plan) = &node.plan {
            let at = (0..world.processes.len()).filter(|i| targets(plan).contains(i));
            at.for_each(|i| {
                world.apply(courier, plan, i).into_iter().for_each(|w| go(format!("{i}: {plan} (read before)"), w))
            });
        }
        found.push(("pages are read".into(), Node { plan: (!targets(step).is_empty()).then(|| step.clone()), ..node.clone() }));
    } else {
        targets(step).iter().for_each(|i| {
            world.apply(courier, step, *i).into_iter().for_each(|w| go(format!("{i}: {step}"), w));
        });
    }
    if node.rotations > 0 && *step == Step::Idle {
        for i in &setup.begin {
            let ring = world.store.as_ref().unwrap_or(&world.processes[*i].ring);
            let change = ring.stage(courier.key(2), world.at()).unwrap();
            let world = world.with_ring(*i, change.ring);
            found.push((format!("{i} begins a rotation"), Node { world, rotations: node.rotations - 1, ..node.clone() }));
        }
    }
    if node.rollbacks > 0 {
        for i in all.filter(|i| world.is_sender(*i)) {
            let ring = world.store.as_ref().unwrap_or(&world.processes[i].ring);
            let Ok(change) = ring.rollback(world.at()) else { continue };
            let key = change.ring.current().unwrap().id();
            // Without a common ring the receivers must keep the key; with one, the new ring has to arrive in time.
            let pages = world.pages();
            let safe = match ring.live(world.at()).find(|live| live.key.id() == key).unwrap().expires_at {
                Some(expires) if setup.shared => {
                    expires.since(world.at()) > ticks(LAG)
                        && pages.iter().all(|page| page.keys.iter().any(|held| held.id == key))
                }
                _ => rollout::lacking(&pages, key).is_empty(),
            };
            if safe {
                let world = world.with_ring(i, change.ring);
                found.push((format!("{i} is rolled back"), Node { world, rollbacks: node.rollbacks - 1, ..node.clone() }));
            }
        }
    }
    found
}

pub(crate) fn targets(step: &Step) -> &[usize] {
    match step {
        Step::Wait { at, .. }
        | Step::Promote { at, .. }
        | Step::RollBack { at, .. }
        | Step::Drop { at, .. }
        | Step::GraceTooShort { at, .. }
        | Step::Rejecting { at, .. }
        | Step::Emergency { at, .. } => at,
        _ => &[],
    }
}

fn explore(setup: &Setup) -> Found {
    let mut courier = Courier::new();
    let start = World::new(&courier, &setup.parts, setup.shared);
    let name = |node: &Node, courier: &Courier| {
        let mut name = node.world.name(courier);
        name.extend([node.rotations, node.rollbacks]);
        if let Some(plan) = &node.plan {
            // Times in a plan do not matter to those who carry it out, except whether they may replace.
            name.extend(label(plan).bytes().chain(targets(plan).iter().map(|i| *i as u8)));
        }
        name
    };
    let start = Node { world: start, rotations: 1, rollbacks: setup.rollbacks, plan: None };
    let mut index = HashMap::from([(name(&start, &courier), 0_usize)]);
    let mut how: Vec<(usize, String)> = vec![(0, "start".into())];
    let mut todo = VecDeque::from([(0, start)]);
    let (mut edges, mut ends, mut steps): (Vec<(usize, usize)>, _, HashMap<_, _>) = (Vec::new(), Vec::new(), HashMap::new());
    let mut rejected = None;
    while let Some((at, node)) = todo.pop_front() {
        if let Some((set, i)) = node.world.refused(&mut courier) {
            let mut path = vec![format!("receiver {i} rejects {}", show(set))];
            let mut at = at;
            while at != 0 {
                path.push(how[at].1.clone());
                at = how[at].0;
            }
            path.reverse();
            rejected = Some(path.join("\n  "));
            break;
        }
        let step = (setup.oracle)(&node.world.pages(), ticks(DRAIN), node.world.at());
        *steps.entry(label(&step)).or_default() += 1;
        if node.rotations == 0 && step == Step::Idle {
            ends.push(at);
            // The end is an end: one key everywhere that no deadline threatens, or one that dies by itself.
            let current: Vec<_> =
                node.world.processes.iter().map(|process| process.ring.current().map(|key| key.id())).collect();
            assert!(current.windows(2).all(|pair| pair[0] == pair[1]));
            assert!(node.world.processes.iter().all(|process| process.ring.next().is_none()));
        }
        for (what, next) in neighbours(setup, &mut courier, &node, &step) {
            let fresh = index.len();
            let to = *index.entry(name(&next, &courier)).or_insert(fresh);
            if to == fresh {
                how.push((at, what));
                todo.push_back((to, next));
            }
            edges.push((to, at));
        }
    }
    let states = index.len();
    let mut reaches = vec![false; states];
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); states];
    edges.iter().for_each(|(to, from)| back[*to].push(*from));
    while let Some(at) = ends.pop() {
        if !std::mem::replace(&mut reaches[at], true) {
            ends.extend(&back[at]);
        }
    }
    let stuck = reaches.iter().filter(|reached| !**reached).count();
    Found { states, moves: edges.len(), rejected, stuck, steps }
}

use Duty::{DualSender as D, Receiver as R, Sender as S};

#[track_caller]
fn safe(what: &str, setup: &Setup, wanted: (usize, usize), seen: &[&str]) {
    let found = explore(setup);
    println!("{what:45} {:6} states {:7} moves, 0 rejections; {:?}", found.states, found.moves, found.steps);
    assert_eq!(found.rejected, None, "{what}");
    assert_eq!(found.stuck, 0, "{what}: from every state the end can be reached");
    seen.iter().for_each(|step| assert!(found.steps.contains_key(step), "{what}: never {step}"));
    assert_eq!((found.states, found.moves), wanted, "{what}");
}

#[test]
fn separate_rings() {
    let all = ["receivers lack key", "senders lack key", "promote", "drain", "drop on receivers", "idle"];
    safe("separate rings, begun anywhere", &Setup::new(&[S, S, R, R], &[0, 2]), (4_077, 17_157), &all);
    let late = Setup { late: true, ..Setup::new(&[S, S, R, R], &[2]) };
    safe("separate rings, steps carried out late", &late, (7_053, 33_087), &all);
}

#[test]
fn one_ring() {
    let shared = Setup { shared: true, ..Setup::new(&[S, S, R, R], &[0]) };
    safe("one ring for all, processes lag", &shared, (5_313, 22_608), &["behind", "promote", "drain", "idle"]);
}

#[test]
fn one_ring_with_a_rollback() {
    let back = Setup { shared: true, rollbacks: 1, ..Setup::new(&[S, S, R, R], &[0]) };
    safe(
        "one ring for all, rolled back at any time",
        &back,
        (44_691, 231_864),
        &["behind", "promote", "drain", "drop on receivers"],
    );
}

#[test]
fn dual_signing() {
    let all = ["receivers lack key", "promote", "drain", "drop on receivers"];
    safe("dual senders", &Setup::new(&[D, D, R, R], &[0, 2]), (7485, 31_971), &all);
    let one = ["receivers may replace", "promote", "drain", "drop on receivers"];
    safe("one dual sender", &Setup::new(&[D, R, R], &[0]), (1_550, 4_001), &one);
    safe("one dual sender, one single", &Setup::new(&[S, D, R, R], &[0, 1, 2]), (10_578, 46_959), &all);
}

#[test]
fn rollback() {
    let back = Setup { rollbacks: 1, ..Setup::new(&[S, S, R, R], &[2]) };
    safe("separate rings, rolled back at any time", &back, (8_313, 32_868), &["roll back", "drop on senders", "drain"]);
    let back = Setup { rollbacks: 1, ..Setup::new(&[D, R, R], &[0]) };
    safe("a dual sender, rolled back at any time", &back, (1_915, 4_940), &["drop on senders", "drain"]);
}

/// Oracles with one mistake each, in the same search.
#[test]
fn wrong_twins() {
    fn no_drain(pages: &[Status], _: Duration, now: Timestamp) -> Step {
        rollout::next(pages, Duration::ZERO, now)
    }
    fn forgets_one(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
        rollout::next(&pages[..pages.len() - 1], drain, now)
    }
    fn clock_ahead(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
        rollout::next(pages, drain, now.plus(ticks(DRAIN)))
    }
    fn replaces_at_once(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
        match rollout::next(pages, drain, now) {
            Step::Wait { missing, duty, at, of, .. } => Step::Wait { missing, duty, at, of, replace_from: Some(now) },
            step => step,
        }
    }
    fn ignores_arrival(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
        let always = Timestamp::from_unix_millis(i64::MIN);
        let pages: Vec<Status> = pages.iter().map(|page| page.clone().with_taken_at(always)).collect();
        rollout::next(&pages, drain, now)
    }
    fn senders_first(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
        let step = rollout::next(pages, drain, now);
        let Step::Wait { missing: Missing::Key(key), duty: Duty::Receiver, .. } = step else { return step };
        let at: Vec<usize> = (0..pages.len())
            .filter(|i| pages[*i].duty != Duty::Receiver && pages[*i].key(Role::Current).is_some_and(|held| held.id != key))
            .collect();
        let (ready, lacking): (Vec<_>, Vec<_>) = at.into_iter().partition(|i| pages[*i].key(Role::Next).is_some());
        if lacking.is_empty() && !ready.is_empty() {
            Step::Promote { key, duty: Duty::Sender, at: ready, of: 2, grace: drain }
        } else if !lacking.is_empty() {
            Step::Wait { missing: Missing::Key(key), duty: Duty::Sender, at: lacking, of: 2, replace_from: None }
        } else {
            step
        }
    }
    let single = |oracle| Setup { oracle, ..Setup::new(&[S, S, R, R], &[2]) };
    let forgets_sender = Setup { oracle: forgets_one, ..Setup::new(&[R, R, S, S], &[0]) };
    let twins = [
        ("no drain", single(no_drain)),
        ("forgets a receiver", single(forgets_one)),
        ("forgets a sender", forgets_sender),
        ("a clock that is ahead by the drain", single(clock_ahead)),
        ("senders first", single(senders_first)),
        ("replaces under single signatures", single(replaces_at_once)),
        ("replaces before dual signing has drained", Setup { oracle: replaces_at_once, ..Setup::new(&[D, D, R, R], &[0]) }),
        ("rolled back, without drain", Setup { rollbacks: 1, oracle: no_drain, ..Setup::new(&[S, S, R, R], &[2]) }),
    ];
    for (what, setup) in &twins {
        let found = explore(setup);
        let how = found.rejected.unwrap_or_else(|| panic!("{what}: not caught in {} states", found.states));
        println!("{what}: after {} states\n  {how}", found.states);
    }
    // On a shared ring the deadline is what ends the drain: without the times of arrival a sender that takes a rollback
    // late is not seen to have signed until then.
    let arrival = Setup { shared: true, rollbacks: 1, oracle: ignores_arrival, ..Setup::new(&[S, S, R, R], &[0]) };
    assert!(explore(&arrival).rejected.is_some(), "a late sender is not seen");
}

fn without_stamp(page: &Status) -> Status {
    let mut page = page.clone();
    page.taken_at = None;
    page
}

/// Processes that do not say when they took their rings: no step loses a delivery, though some are not advised.
#[test]
fn without_stamps() {
    fn none(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
        rollout::next(&pages.iter().map(without_stamp).collect::<Vec<_>>(), drain, now)
    }
    fn all_but_one(pages: &[Status], drain: Duration, now: Timestamp) -> Step {
        let mut pages = pages.to_vec();
        pages[0] = without_stamp(&pages[0]);
        rollout::next(&pages, drain, now)
    }
    let one_ring = |oracle, rollbacks| Setup { shared: true, rollbacks, oracle, ..Setup::new(&[S, S, R, R], &[0]) };
    let setups = [
        ("one ring, no stamps", one_ring(none, 0)),
        ("one ring, no stamps, rolled back", one_ring(none, 1)),
        ("one ring, one stamp is missing, rolled back", one_ring(all_but_one, 1)),
        ("separate rings, no stamps", Setup { oracle: none, ..Setup::new(&[S, S, R, R], &[0, 2]) }),
        ("separate rings, no stamps, carried out late", Setup { late: true, oracle: none, ..Setup::new(&[S, S, R, R], &[2]) }),
        ("dual senders, no stamps", Setup { oracle: none, ..Setup::new(&[D, D, R, R], &[0, 2]) }),
    ];
    for (what, setup) in &setups {
        let found = explore(setup);
        println!("{what:45} {:6} states, 0 rejections; {:?}", found.states, found.steps);
        assert_eq!(found.rejected, None, "{what}");
        assert!(found.steps.contains_key("blocked"), "{what}: never says what is missing");
    }
}

/// One sender took a rollback long after it was made. From when it signed with the old key, only its stamp tells.
#[test]
fn a_missing_stamp_is_named() {
    let courier = Courier::new();
    let world = World::new(&courier, &[S, R], false);
    let ring = &world.processes[0].ring;
    let promoted = ring.stage(courier.key(2), tick(0)).unwrap().ring.promote(ticks(9), tick(0)).unwrap().ring;
    let both = world.processes[1].ring.stage(courier.key(2), tick(-1)).unwrap().ring;
    let world = world.with_ring(0, promoted).with_ring(1, both);
    let later = |n: i64| World { now: n, ..world.clone() };
    let [stamped, unstamped] = [World::pages, |world: &World| world.pages().iter().map(without_stamp).collect::<Vec<_>>()]
        .map(|pages| rollout::next(&pages(&later(DRAIN)), ticks(DRAIN), tick(DRAIN)));
    assert_eq!(label(&stamped), "drop on receivers", "{stamped}");
    assert_eq!(unstamped, Step::Blocked(Blocked::NotStamped { at: vec![0] }));
    assert!(unstamped.to_string().contains("taken_at"), "{unstamped}");
    // The page itself proves that the ring was taken by then: the drain ends without a stamp, for those who keep the page.
    let kept: Vec<_> = later(1).pages().iter().map(without_stamp).collect();
    assert_eq!(label(&rollout::next(&kept, ticks(DRAIN), tick(DRAIN))), "blocked");
    assert_eq!(label(&rollout::next(&kept, ticks(DRAIN), tick(1 + DRAIN))), "drop on receivers");
}

#[test]
fn blocked_is_not_silent() {
    let courier = Courier::new();
    let world = World::new(&courier, &[S, R], false);
    let pages = world.pages();
    assert_eq!(rollout::next(&[], ticks(DRAIN), world.at()), Step::Blocked(Blocked::NoSender));
    assert_eq!(rollout::next(&pages[..1], ticks(DRAIN), world.at()), Step::Blocked(Blocked::NoReceiver));
    assert_eq!(rollout::next(&pages[1..], ticks(DRAIN), world.at()), Step::Blocked(Blocked::NoSender));
}

/// Senders that sign with all live keys changed first, with a grace: the old signature is all that receivers accept.
#[test]
fn the_last_signature_is_announced() {
    let courier = Courier::new();
    let world = World::new(&courier, &[D, R, R], false);
    let rotated = world.processes[0].ring.rotate(courier.key(2), ticks(5), world.at()).unwrap().ring;
    let world = world.with_ring(0, rotated.clone());
    let step = rollout::next(&world.pages(), ticks(DRAIN), world.at());
    let Step::GraceTooShort { duty: S, at, of: 1, expires, needed: None, .. } = &step else { panic!("{step}") };
    assert_eq!((at.as_slice(), *expires), ([0].as_slice(), world.at().plus(ticks(5))));
    assert!(step.to_string().contains("receivers accept nothing else"), "{step}");

    // Both ways out: the receivers get the new key, or the sender takes the old one back.
    let new = |i: usize| world.processes[i].ring.stage(courier.key(2), world.at()).unwrap().ring;
    let given = world.with_ring(1, new(1)).with_ring(2, new(2));
    let back = world.with_ring(0, rotated.rollback(world.at()).unwrap().ring);
    for world in [given, back] {
        let step = rollout::next(&world.pages(), ticks(DRAIN), world.at());
        assert_ne!(label(&step), "grace too short", "{step}");
    }
    // With one receiver left behind it is still announced.
    let half = world.with_ring(1, new(1));
    assert_eq!(label(&rollout::next(&half.pages(), ticks(DRAIN), half.at())), "grace too short");
}

/// A clock that stands still does not make a staged key one that came back.
#[test]
fn staged_in_the_moment_of_its_birth() {
    let courier = Courier::new();
    let world = World::new(&courier, &[S, R], false);
    let ring = |i: usize, at: Timestamp| {
        let ring = Keyring::new(courier.key(1), at).ring.stage(courier.key(2), at).unwrap().ring;
        world.with_ring(i, ring).processes.remove(i)
    };
    let staged = World { processes: vec![ring(0, world.at()), ring(1, world.at().plus(ticks(1)))], ..world.clone() };
    let step = rollout::next(&staged.pages(), ticks(DRAIN), world.at());
    assert_eq!(label(&step), "promote", "{step}");
    // And a rollback is one, at whatever speed.
    let back = staged.processes[0].ring.promote(ticks(9), world.at()).unwrap().ring.rollback(world.at()).unwrap().ring;
    let step = rollout::next(&staged.with_ring(0, back).pages(), ticks(DRAIN), world.at());
    assert_ne!(label(&step), "promote", "{step}");
}

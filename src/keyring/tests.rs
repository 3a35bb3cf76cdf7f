//! What only the crate itself can see of a ring: how it is stored, derived and asked for a key of an earlier moment.

use alloc::string::ToString as _;
use alloc::vec;
use core::time::Duration;
use std::format;

use super::*;
use crate::encoding::SecretFormat;
use crate::error::Refused;
use crate::policy::SecretPolicy;

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const MILLI: Duration = Duration::from_millis(1);

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap()
}

fn ring(text: &str) -> Keyring {
    Keyring::new(secret(text), NOW).ring
}

/// Current `c`, next `n`, previous `p`; `r` was revoked.
fn full() -> Keyring {
    let ring = ring("r").rotate(secret("p"), HOUR, NOW).unwrap().ring;
    let ring = ring.revoke(secret("r").id(), NOW).unwrap().ring;
    ring.rotate(secret("c"), HOUR, NOW).unwrap().ring.stage(secret("n"), NOW).unwrap().ring
}

fn identity(text: &str) -> Identity {
    Identity::of(&secret(text))
}

#[test]
fn the_documented_bounds() {
    let minutes = |n: u64| Duration::from_secs(n * 60);
    assert_eq!((MAX_LIVE, MAX_TOMBSTONES), (5, 4096));
    assert_eq!((MAX_GRACE, CLOCK_SLACK), (minutes(30 * 24 * 60), minutes(5)));
    assert_eq!([Role::Current, Role::Next, Role::Previous].map(Role::as_str), ["current", "next", "previous"]);
}

#[test]
fn a_printed_ring_names_its_keys() {
    let [p, n] = [secret("p"), secret("n")].map(|key| key.id().to_string());
    let ring = ring("p").rotate(secret("c").labelled("of-today").unwrap(), HOUR, NOW).unwrap();
    assert!(format!("{ring:?}").contains("events: [Event"), "{ring:?}");
    let ring = ring.ring.stage(secret("n"), NOW).unwrap().ring;
    let expires = NOW.plus(HOUR);
    let wanted = format!(
        "Keyring {{ generation: 3, current: Some(\"of-today\"), next: Some(\"{n}\"), previous: [(\"{p}\", {expires:?})], .. }}"
    );
    assert_eq!(format!("{ring:?}"), wanted);
}

#[test]
fn a_version_is_a_generation_of_a_history() {
    let one = ring("one");
    let (a, b) = (one.stage(secret("a"), NOW).unwrap(), one.stage(secret("b"), NOW).unwrap());
    assert!(one.same_version(&one.clone()));
    assert!(!a.ring.same_version(&b.ring), "a fork");
    assert!(!a.ring.same_version(&one));
    // The generation is not read off the history.
    let mut later = Record::of(&one);
    later.generation += 1;
    assert!(!one.same_version(&later.into_ring().unwrap()));
    assert_eq!(a.parent(), Some(one.lineage()));
    assert_eq!(Keyring::new(secret("one"), NOW).parent(), None);
    assert_eq!((a.ring.origin(), b.ring.origin()), (one.lineage(), one.lineage()));
}

#[test]
fn histories_that_differ_in_anything_have_other_names() {
    let plain = ring("a").stage(secret("b"), NOW).unwrap().ring;
    let others = [
        ring("a"),
        ring("b"),
        Keyring::new(secret("a"), NOW.plus(MILLI)).ring,
        ring("a").stage(secret("c"), NOW).unwrap().ring,
        ring("a").stage(secret("b"), NOW.plus(MILLI)).unwrap().ring,
        ring("a").rotate(secret("b"), HOUR, NOW).unwrap().ring,
        ring("a").rotate(secret("b"), HOUR + MILLI, NOW).unwrap().ring,
        ring("a").rotate(secret("b"), Duration::ZERO, NOW).unwrap().ring,
        plain.revoke(secret("a").id(), NOW).unwrap().ring,
        plain.revoke(secret("b").id(), NOW).unwrap().ring,
    ];
    let mut names: Vec<_> = others.iter().chain([&plain]).map(|ring| *ring.lineage().as_bytes()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), others.len() + 1);

    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&[0, 1, 0xab, 3, 4, 5, 6, 0xff]);
    let name = Lineage::from_bytes(bytes);
    assert_eq!(name.to_string(), format!("0001ab03040506ff{}", "07".repeat(24)));
    assert_eq!(format!("{name:?}"), "Lineage(0001ab03040506ff…)");
    assert_eq!(*name.as_bytes(), bytes);
    assert_eq!(name.to_string().parse(), Ok(name));
    for bad in ["".into(), "0".repeat(63), "0".repeat(66), "g".repeat(64)] {
        assert_eq!(bad.parse::<Lineage>(), Err(BadLineage), "{bad}");
    }
}

#[test]
fn a_derived_ring_has_the_same_roles_and_deadlines() {
    let derived = full().map_keys(|key| Some(Arc::new(secret(&format!("{}'", key.reveal())))));
    let texts =
        |ring: &Keyring| ring.live(NOW).map(|live| (live.key.reveal().into(), live.role, live.expires_at)).collect::<Vec<_>>();
    let expires = Some(NOW.plus(HOUR));
    let wanted: [(std::string::String, _, _); 3] =
        [("c'".into(), Role::Current, None), ("n'".into(), Role::Next, None), ("p'".into(), Role::Previous, expires)];
    assert_eq!(texts(&derived), wanted);
    assert!(derived.same_version(&full()));
    assert_eq!(derived.status(NOW).revoked, [secret("r").id()]);
    // A key of which none can be derived is left out.
    let some = full().map_keys(|key| (key.reveal() != "n").then(|| Arc::new(secret("other"))));
    assert_eq!(some.live(NOW).map(|live| live.role).collect::<Vec<_>>(), [Role::Current, Role::Previous]);
    let none = full().map_keys(|_| None);
    assert_eq!((none.live(NOW).count(), none.has_deadlines()), (0, false));
    assert!(full().rollback(NOW).is_err() && some.rollback(NOW).is_ok(), "a previous key is still one that signed");
}

#[test]
fn a_matched_key_counts_until_it_is_revoked() {
    let ring = full();
    for (text, ran_out, counts) in [
        // Held, in any role.
        ("c", false, true),
        ("n", false, true),
        ("p", true, true),
        // Gone because its time ran out meanwhile; gone for another reason.
        ("x", true, true),
        ("x", false, false),
        // Revoked.
        ("r", true, false),
        ("r", false, false),
    ] {
        assert_eq!(ring.still_counts(&identity(text), ran_out), counts, "{text} {ran_out}");
    }
    let holds = ["c", "n", "p", "r", "x"].map(|text| ring.holds(&secret(text).fingerprint()));
    assert_eq!(holds, [true, true, true, false, false]);
}

#[test]
fn only_previous_keys_depend_on_the_time() {
    assert!(!ring("a").has_deadlines());
    assert!(!ring("a").stage(secret("b"), NOW).unwrap().ring.has_deadlines());
    assert!(full().has_deadlines());
    let copy = full();
    assert!(copy.is_same_value(&copy.clone()) && !copy.is_same_value(&full()));
}

#[test]
fn a_ring_is_found_behind_references() {
    fn ring_of(source: impl KeySource<Key = Secret>) -> Keyring {
        source.ring()
    }
    let ring = full();
    let found = [ring_of(ring.clone()), ring_of(&ring), ring_of(Arc::new(ring.clone())), ring_of(Arc::new(&ring))];
    assert!(found.iter().all(|found| found.is_same_value(&ring)));
}

#[test]
fn what_is_listed_may_be_kept() {
    fn twice<T: Clone>(one: &T) -> [T; 2] {
        [one.clone(), one.clone()]
    }
    let ring = full();
    for live in ring.live(NOW) {
        let kept = twice(&live).map(|kept| (kept.role, kept.key.id(), kept.expires_at));
        assert_eq!(kept, [(live.role, live.key.id(), live.expires_at); 2]);
    }
}

#[test]
fn dead_keys_are_dropped_and_live_ones_kept() {
    let ring = ring("a").rotate(secret("b"), HOUR, NOW).unwrap().ring.rotate(secret("c"), 3 * HOUR, NOW).unwrap().ring;
    let kept = |hours: u32| Record::of(&ring.without_expired(NOW.plus(hours * HOUR))).keys.len();
    assert_eq!([0, 1, 2, 3, 4].map(kept), [3, 2, 2, 1, 1]);
    // A clock that jumped back does not count.
    let later = ring.stage(secret("d"), NOW.plus(2 * HOUR)).unwrap().ring;
    assert_eq!(Record::of(&later.without_expired(NOW)).keys.len(), 3);
}

#[test]
fn a_ring_without_current_key_is_suspended() {
    let ring = full();
    assert!(!ring.status(NOW).is_suspended());
    assert!(ring.revoke(secret("c").id(), NOW).unwrap().ring.status(NOW).is_suspended());
}

#[test]
fn only_the_next_key_after_a_rollback_is_one_that_returned() {
    let marks = |ring: &Keyring| ring.status(NOW).keys.iter().map(|key| (key.role, key.returned)).collect::<Vec<_>>();
    let staged = full();
    assert_eq!(marks(&staged), [(Role::Current, false), (Role::Next, false), (Role::Previous, false)]);
    let back = staged.promote(HOUR, NOW).unwrap().ring.rollback(NOW).unwrap().ring;
    assert_eq!(marks(&back), [(Role::Current, false), (Role::Next, true), (Role::Previous, false)]);
}

#[test]
fn a_page_may_tell_when_its_ring_arrived() {
    let page = full().status(NOW);
    assert_eq!(page.taken_at, Some(NOW), "it was made here");
    let told = page.clone().with_taken_at(NOW.plus(HOUR));
    assert_eq!(told.taken_at, Some(NOW.plus(HOUR)));
    assert_eq!(told.with_taken_at(NOW), page, "and nothing else changes");
}

#[test]
fn a_previous_key_from_the_environment() {
    let with =
        |previous: &str, expires| Keyring::with_previous(Arc::new(secret("c")), Arc::new(secret(previous)), expires, NOW);
    let (c, p) = (secret("c").id(), secret("p").id());
    let kinds = |change: &Change| change.events.iter().map(|event| event.kind).collect::<Vec<_>>();
    let live = |change: &Change| change.ring.live(NOW).map(|live| (live.key.id(), live.expires_at)).collect::<Vec<_>>();

    let expires = NOW.plus(MILLI);
    let kept = with("p", expires).unwrap();
    assert_eq!(kinds(&kept), [EventKind::Created { key: c }, EventKind::Kept { key: p, expires }]);
    assert_eq!(live(&kept), [(c, None), (p, Some(expires))]);
    assert!(kept.ring.rollback(NOW).is_ok(), "it was current before");
    for past in [NOW, NOW.minus(MILLI)] {
        let late = with("p", past).unwrap();
        assert_eq!(kinds(&late), [EventKind::Created { key: c }, EventKind::Expired { key: p }]);
        assert_eq!(live(&late), [(c, None)]);
    }
    assert_eq!(with("c", expires).unwrap_err(), Refused::SameKey);
    assert!(with("p", NOW.plus(MAX_GRACE)).is_ok());
    assert_eq!(with("p", NOW.plus(MAX_GRACE + MILLI)).unwrap_err(), Refused::GraceTooLong);
}

#[test]
fn what_is_stored_comes_back() {
    for ring in [ring("a"), full(), full().revoke(secret("c").id(), NOW).unwrap().ring] {
        let back = Record::of(&ring).into_ring().unwrap();
        let page = Status { taken_at: None, ..ring.status(NOW) };
        assert_eq!(back.status(NOW), page, "when it came to this process is not stored");
        assert_eq!(
            back.unstage(HOUR, NOW).ok().map(|c| c.ring.lineage()),
            ring.unstage(HOUR, NOW).ok().map(|c| c.ring.lineage())
        );
    }
}

#[test]
fn what_no_transition_makes_is_not_a_ring() {
    let held = |text: &str| Arc::new(secret(text));
    let (current, next) = (Place::Current { since: NOW }, Place::Next { since: NOW, returned: false });
    let previous = Place::Previous { since: NOW, expires: NOW.plus(HOUR), can_roll_back: true };
    let is_ring = |change: &dyn Fn(&mut Record<Secret>)| {
        let mut record = Record::of(&full());
        change(&mut record);
        record.into_ring().is_some()
    };
    let adds = |place: Place, text: &str| is_ring(&|record| record.keys.push((place, held(text))));
    assert!(adds(previous, "x"));
    assert!(!adds(current, "x") && !adds(next, "x"), "two in one role");
    assert!(!adds(previous, "p") && !adds(previous, "c"), "a key twice");
    assert!(!adds(previous, "r"), "a revoked key");
    let named = |text: &str| Arc::new(secret(text).labelled("name").unwrap());
    let twins = |record: &mut Record<Secret>| record.keys = vec![(current, named("x")), (previous, named("y"))];
    assert!(!is_ring(&twins), "a name twice");
    let relabelled =
        |record: &mut Record<Secret>| record.keys.push((previous, Arc::new(secret("c").labelled("name").unwrap())));
    assert!(!is_ring(&relabelled), "a key under two names");

    assert!(!is_ring(&|record| record.generation = 0));
    let more =
        |record: &mut Record<Secret>, texts: &[&str]| record.keys.extend(texts.iter().map(|text| (previous, held(text))));
    assert!(is_ring(&|record| more(record, &["1", "2"])), "five keys");
    assert!(!is_ring(&|record| more(record, &["1", "2", "3"])), "six keys");
    let dead = Tombstone { fingerprint: secret("r").fingerprint(), id: secret("r").id() };
    assert!(is_ring(&|record| record.tombstones = Arc::new(vec![dead; MAX_TOMBSTONES])));
    assert!(!is_ring(&|record| record.tombstones = Arc::new(vec![dead; MAX_TOMBSTONES + 1])));
}

/// A wrong clock must not write deadlines, nor may a grace be longer than the bound; what kills keys works under any clock.
#[test]
fn what_is_refused_and_what_works_under_a_wrong_clock() {
    let behind = CLOCK_SLACK + MILLI;
    let verdicts = |ring: &Keyring, grace: Duration, now: Timestamp| {
        let (staged, rotated) = (ring.stage(secret("x"), now), ring.rotate(secret("x"), grace, now));
        let all = [staged, rotated, ring.unstage(grace, now), ring.promote(grace, now), ring.rollback(now)];
        all.map(Result::err)
    };
    let (ring, taken, too_long) = (full(), Some(Refused::NextIsTaken), Some(Refused::GraceTooLong));
    assert_eq!(verdicts(&ring, HOUR, NOW.minus(behind)), [Some(Refused::ClockWentBack { behind }); 5]);
    assert_eq!(verdicts(&ring, HOUR, NOW.minus(CLOCK_SLACK)), [taken, taken, None, None, taken]);
    assert_eq!(verdicts(&ring, MAX_GRACE + MILLI, NOW), [taken, too_long, too_long, too_long, taken]);
    let (none, nothing) = (Some(Refused::NoPrevious), Some(Refused::NothingStaged));
    assert_eq!(verdicts(&self::ring("a"), HOUR, NOW), [None, None, nothing, nothing, none]);
    assert_eq!(ring.unstage(HOUR, NOW).unwrap().ring.rotate(secret("r"), HOUR, NOW).err(), Some(Refused::WasRevoked));

    let early = NOW.minus(HOUR);
    assert_eq!(ring.revoke(secret("x").id(), early).err(), Some(Refused::UnknownKey));
    assert!(["c", "n", "p"].iter().all(|text| ring.revoke(secret(text).id(), early).is_ok()));
    let replaced = ["c", "r", "x"].map(|text| ring.replace_compromised(secret(text), early).err());
    assert_eq!(replaced, [Some(Refused::SameKey), Some(Refused::WasRevoked), None]);
    let rebased = ring.rebase_clock(early).ring;
    assert_eq!((rebased.as_of(), rebased.unstage(HOUR, early).err()), (early, None));
}

/// Two transitions are one change only if the second was made on the outcome of the first.
#[test]
fn a_second_transition_is_on_the_ring_of_the_first() {
    let ring = ring("a");
    let first = || ring.stage(secret("b"), NOW).unwrap();
    let both = first().and_then(|between| between.promote(HOUR, NOW)).unwrap();
    assert_eq!((both.ring.generation(), both.parent(), both.events.len()), (3, Some(ring.lineage()), 2));
    assert_eq!(first().and_then(|between| between.stage(secret("c"), NOW)).err(), Some(Refused::NextIsTaken));
    assert_eq!(first().and_then(|_| full().promote(HOUR, NOW)).err(), Some(Refused::AnotherRing));
}

/// Dashboards and audit trails are written against these names.
#[test]
fn kinds_of_events_have_stable_names() {
    let (key, at) = (secret("a").id(), NOW);
    let named = [
        (EventKind::Created { key }, "created"),
        (EventKind::Kept { key, expires: at }, "kept"),
        (EventKind::Staged { key }, "staged"),
        (EventKind::Unstaged { key, expires: None }, "unstaged"),
        (EventKind::Promoted { new: key, old: None, old_expires: None }, "promoted"),
        (EventKind::RolledBack { to: key, from: None }, "rolled_back"),
        (EventKind::Revoked { key, role: Role::Next }, "revoked"),
        (EventKind::Replaced { new: key }, "replaced"),
        (EventKind::Expired { key }, "expired"),
        (EventKind::TombstoneDropped { key }, "tombstone_dropped"),
        (EventKind::ClockRebased { from: at }, "clock_rebased"),
    ];
    assert!(named.iter().all(|(kind, name)| kind.code() == *name), "{named:?}");
}

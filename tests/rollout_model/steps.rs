//! What the oracle answers to one fleet each: the sentence, and the processes to act on.

use std::time::Duration;

use hookring::rollout;
use hookring::{Keyring, Part, Status};

use crate::courier::{Courier, tick};
use crate::follow::targets;
use Part::{DualSender as D, Receiver as R, Ring as Both, Sender as S};

const NOW: i64 = 1000;
const DRAIN: i64 = 10;

fn secs(n: i64) -> Duration {
    Duration::from_secs(n.unsigned_abs())
}

/// Rings of the keys A, B and C, and what the oracle says of them.
struct Fleet(Courier);

const A: u8 = 1;
const B: u8 = 2;
const C: u8 = 4;

impl Fleet {
    fn new() -> Self {
        Self(Courier::new())
    }

    /// A ring with one key, made at a time of its own, so that it is no version of another one.
    fn ring(&self, key: u8, at: i64) -> Keyring {
        Keyring::new(self.0.key(key), tick(at)).ring
    }

    fn stage(&self, ring: &Keyring, key: u8, at: i64) -> Keyring {
        ring.stage(self.0.key(key), tick(at)).unwrap().ring
    }

    fn rotate(&self, ring: &Keyring, key: u8, grace: i64, at: i64) -> Keyring {
        ring.rotate(self.0.key(key), secs(grace), tick(at)).unwrap().ring
    }

    fn revoke(&self, ring: &Keyring, key: u8) -> Keyring {
        ring.revoke(self.0.key(key).id(), tick(NOW)).unwrap().ring
    }

    /// The sentence with letters for ids and times from now on, and the indexes of the pages.
    fn says(&self, pages: &[Status]) -> String {
        let step = rollout::next(pages, secs(DRAIN), tick(NOW));
        let mut text = format!("{step} @{:?}", targets(&step));
        for (key, letter) in [(A, "A"), (B, "B"), (C, "C")] {
            text = text.replace(&self.0.key(key).id().to_string(), letter);
        }
        for after in -200..=200 {
            text = text.replace(&tick(NOW + after).to_string(), &format!("{after:+}"));
        }
        text
    }
}

fn page(part: Part, ring: &Keyring) -> Status {
    let mut page = ring.status(tick(NOW));
    page.part = part;
    page
}

fn promote(ring: &Keyring, grace: i64, at: i64) -> Keyring {
    ring.promote(secs(grace), tick(at)).unwrap().ring
}

fn back(ring: &Keyring, at: i64) -> Keyring {
    ring.rollback(tick(at)).unwrap().ring
}

fn taken(page: Status, at: i64) -> Status {
    page.taken_at(tick(at))
}

#[test]
fn one_rotation_from_the_first_page_to_the_last() {
    let fleet = Fleet::new();
    let (s, t, q, r) = (fleet.ring(A, 1), fleet.ring(A, 2), fleet.ring(A, 3), fleet.ring(A, 4));
    let says =
        |s: &Keyring, t: &Keyring, q: &Keyring, r: &Keyring| fleet.says(&[page(S, s), page(R, q), page(S, t), page(R, r)]);
    assert_eq!(says(&s, &t, &q, &r), "idle @[]");
    // Staged anywhere, receivers go first.
    let s_ab = fleet.stage(&s, B, 900);
    assert_eq!(says(&s_ab, &t, &q, &r), "wait: 2 of 2 receivers lack key B @[1, 3]");
    let q_ab = fleet.stage(&q, B, 900);
    assert_eq!(says(&s, &t, &q_ab, &r), "wait: 1 of 2 receivers lack key B @[3]");
    let r_ab = fleet.stage(&r, B, 900);
    assert_eq!(says(&s, &t, &q_ab, &r_ab), "wait: 2 of 2 senders lack key B @[0, 2]");
    assert_eq!(says(&s_ab, &t, &q_ab, &r_ab), "wait: 1 of 2 senders lack key B @[2]");
    let t_ab = fleet.stage(&t, B, 900);
    assert_eq!(says(&s_ab, &t_ab, &q_ab, &r_ab), "promote B: 2 of 2 senders to go, grace at least 10 s @[0, 2]");
    let s_b = promote(&s_ab, 0, 980);
    assert_eq!(says(&s_b, &t_ab, &q_ab, &r_ab), "promote B: 1 of 2 senders to go, grace at least 10 s @[2]");
    let t_b = promote(&t_ab, 0, 995);
    assert_eq!(says(&s_b, &t_b, &q_ab, &r_ab), "drain until +5: deliveries signed with A may be under way @[]");
    let t_b = promote(&t_ab, 0, 991);
    assert_eq!(says(&s_b, &t_b, &q_ab, &r_ab), "drain until +1: deliveries signed with A may be under way @[]");
    let t_b = promote(&t_ab, 0, 990);
    assert_eq!(says(&s_b, &t_b, &q_ab, &r_ab), "drop A: 2 of 2 receivers keep it @[1, 3]");
    let q_b = promote(&q_ab, 0, NOW);
    assert_eq!(says(&s_b, &t_b, &q_b, &r_ab), "drop A: 1 of 2 receivers keep it @[3]");
    let r_b = promote(&r_ab, 0, NOW);
    assert_eq!(says(&s_b, &t_b, &q_b, &r_b), "idle @[]");
    // Keys with a deadline go by themselves.
    let with_grace = promote(&r_ab, 500, NOW);
    assert_eq!(says(&s_b, &t_b, &q_b, &with_grace), "idle @[]");
    // Page of a ring alone: a sender with one signature and a receiver.
    assert_eq!(fleet.says(&[page(Both, &s)]), "idle @[]");
    assert_eq!(fleet.says(&[page(Both, &s_ab), page(S, &t)]), "wait: 1 of 2 senders lack key B @[1]");
    assert_eq!(fleet.says(&[page(Both, &s), page(S, &t_ab)]), "wait: 1 of 1 receivers lack key B @[0]");
}

#[test]
fn without_a_fleet_or_with_two_histories_nothing_is_safe() {
    let fleet = Fleet::new();
    let (s, r) = (fleet.ring(A, 1), fleet.ring(A, 2));
    assert_eq!(fleet.says(&[]), "blocked: no page of a sender @[]");
    assert_eq!(fleet.says(&[page(R, &r)]), "blocked: no page of a sender @[]");
    assert_eq!(fleet.says(&[page(S, &s), page(D, &r)]), "blocked: no page of a receiver @[]");
    let (b, c) = (fleet.stage(&s, B, 900), fleet.stage(&s, C, 900));
    assert_eq!(fleet.says(&[page(S, &s), page(R, &b), page(R, &c)]), "blocked: fork at generation 2 @[]");
    // The same version twice, and versions of one ring, are none.
    assert_eq!(fleet.says(&[page(S, &b), page(R, &b)]), "promote B: 1 of 1 senders to go, grace at least 10 s @[0]");
    assert!(fleet.says(&[page(S, &b), page(R, &s)]).starts_with("wait: 1 of 2 processes have not taken generation 2"));
}

#[test]
fn receivers_that_lack_a_key_are_known_before_a_rollback() {
    let fleet = Fleet::new();
    let ring = fleet.ring(A, 1);
    let rotated = fleet.rotate(&ring, B, 500, 900);
    let pages = [
        page(S, &fleet.ring(C, 2)),
        page(R, &ring),
        page(R, &rotated),
        page(Both, &fleet.stage(&ring, B, 900)),
        page(Both, &fleet.ring(C, 3)),
        page(D, &fleet.ring(C, 4)),
    ];
    assert_eq!(rollout::lacking(&pages, fleet.0.key(A).id()), [2, 4]);
    assert_eq!(rollout::lacking(&pages, fleet.0.key(B).id()), [1, 4]);
    assert_eq!(rollout::lacking(&pages[..1], fleet.0.key(A).id()), [0_usize; 0]);
}

#[test]
fn a_revoked_key_is_revoked_everywhere_on_receivers_first() {
    let fleet = Fleet::new();
    let rotated = |at| fleet.rotate(&fleet.ring(A, at), B, 50, 960);
    let (s, t, q, r) = (rotated(1), rotated(2), rotated(3), rotated(4));
    let clean = fleet.revoke(&r, A);
    let says = |pages: [&Keyring; 4]| {
        let parts = [S, S, R, R];
        fleet.says(&parts.into_iter().zip(pages).map(|(part, ring)| page(part, ring)).collect::<Vec<_>>())
    };
    assert_eq!(says([&s, &t, &q, &r]), "idle @[]");
    assert_eq!(says([&s, &t, &q, &clean]), "emergency: receivers first: revoke A on 1 of 2 receivers @[2]");
    assert_eq!(says([&fleet.revoke(&s, A), &t, &q, &r]), "emergency: receivers first: revoke A on 2 of 2 receivers @[2, 3]");
    let q = fleet.revoke(&q, A);
    assert_eq!(says([&s, &t, &q, &clean]), "emergency: revoke A on 2 of 2 senders @[0, 1]");
    assert_eq!(says([&fleet.revoke(&s, A), &t, &q, &clean]), "emergency: revoke A on 1 of 2 senders @[1]");
    // A key that is dead already needs no revocation.
    let dead = fleet.rotate(&fleet.ring(A, 5), B, 40, 960);
    let mut old = page(R, &dead);
    old.keys = page(R, &rotated(6)).keys;
    old.keys.iter_mut().for_each(|key| key.expires_at = key.expires_at.map(|_| tick(NOW)));
    assert_eq!(fleet.says(&[page(S, &fleet.revoke(&s, A)), old]), "idle @[]");
}

#[test]
fn a_sender_that_is_rejected_comes_before_anything_else() {
    let fleet = Fleet::new();
    let b = fleet.rotate(&fleet.ring(A, 1), B, 0, NOW);
    let (q, r) = (fleet.ring(A, 2), fleet.stage(&fleet.ring(A, 3), B, 900));
    let pages = |part: Part, sender: &Keyring| [page(part, sender), page(R, &q), page(R, &r), page(R, &q)];
    assert_eq!(fleet.says(&pages(S, &b)), "rejecting: give B to 2 of 3 receivers first, a sender signs with it @[1, 3]");
    // One signature of several is enough, whichever it is; a ring is taken for a sender with one.
    let both = fleet.rotate(&fleet.ring(A, 1), B, 150, NOW);
    assert!(fleet.says(&pages(S, &both)).starts_with("rejecting: give B"));
    assert!(fleet.says(&pages(D, &both)).starts_with("grace too short: A dies at +150 on 1 of 1 senders"));
    assert_eq!(
        fleet.says(&pages(D, &fleet.stage(&fleet.ring(A, 1), B, 995))),
        "wait: 2 of 3 receivers lack key B (they may replace the old one from +5 on) @[1, 3]"
    );
    assert!(fleet.says(&[page(Both, &both), page(R, &q)]).starts_with("rejecting: give B to 1 of 2 receivers"));
    assert_eq!(fleet.says(&pages(D, &b)), "rejecting: give B to 2 of 3 receivers first, a sender signs with it @[1, 3]");
}

#[test]
fn a_deadline_on_a_receiver_comes_after_the_last_delivery() {
    let fleet = Fleet::new();
    let receiver = |grace: i64, at: i64| fleet.rotate(&fleet.ring(A, at - 800), B, grace, at);
    let says = |sender: &Keyring, receiver: &Keyring| fleet.says(&[page(S, sender), page(R, receiver)]);
    // The sender signs with A still.
    let a = fleet.stage(&fleet.ring(A, 1), B, 900);
    assert_eq!(
        says(&a, &receiver(9, NOW)),
        "grace too short: A dies at +9 on 1 of 1 receivers, needed until +10: roll back there @[1]"
    );
    assert_eq!(says(&a, &receiver(10, NOW)), "promote B: 1 of 1 senders to go, grace at least 10 s @[0]");
    // It changed four seconds ago.
    let b = fleet.rotate(&fleet.ring(A, 1), B, 0, 996);
    assert_eq!(
        says(&b, &receiver(5, NOW)),
        "grace too short: A dies at +5 on 1 of 1 receivers, needed until +6: roll back there @[1]"
    );
    assert_eq!(says(&b, &receiver(6, NOW)), "drain until +6: deliveries signed with A may be under way @[]");
    assert_eq!(
        says(&b, &receiver(40, 961)),
        "grace too short: A dies at +1 on 1 of 1 receivers, needed until +6: roll back there @[1]"
    );
    // It is dead: nothing helps.
    let mut dead = page(R, &receiver(40, 961));
    dead.keys.iter_mut().for_each(|key| key.expires_at = key.expires_at.map(|_| tick(NOW)));
    assert_eq!(fleet.says(&[page(S, &b), dead]), "idle @[]");

    // Two keys that die on one receiver each: first the one, then the other.
    let two = [
        page(S, &fleet.ring(A, 1)),
        page(S, &fleet.ring(C, 2)),
        page(R, &fleet.rotate(&fleet.ring(A, 3), C, 5, NOW)),
        page(R, &fleet.rotate(&fleet.ring(C, 4), A, 6, NOW)),
    ];
    assert_eq!(fleet.says(&two), "grace too short: A dies at +5 on 1 of 2 receivers, needed until +10: roll back there @[2]");
}

#[test]
fn the_last_signature_of_a_sender_has_a_deadline() {
    let fleet = Fleet::new();
    let first = fleet.rotate(&fleet.ring(A, 1), B, 30, NOW);
    let second = fleet.rotate(&fleet.ring(C, 2), B, 20, NOW);
    let receiver = fleet.stage(&fleet.ring(A, 3), C, 900);
    let pages = [page(D, &first), page(D, &second), page(R, &receiver)];
    let wanted = "grace too short: C dies at +20 on 1 of 2 senders, and receivers accept nothing else of theirs: give them the \
                  current key before, or roll back there @[1]";
    assert_eq!(fleet.says(&pages), wanted);
    // Another receiver that has the key does not help this one.
    let helped = [page(D, &first), page(D, &second), page(R, &fleet.ring(B, 4)), page(R, &receiver)];
    assert_eq!(fleet.says(&helped), wanted);
}

#[test]
fn a_published_ring_is_taken_in_a_safe_order() {
    let fleet = Fleet::new();
    let a = fleet.ring(A, 1);
    let ab = fleet.stage(&a, B, 900);
    let both = |grace| promote(&ab, grace, 990);
    let says = |pages: &[(Part, &Keyring)]| fleet.says(&pages.iter().map(|(part, ring)| page(*part, ring)).collect::<Vec<_>>());
    // In any order: the ring only has a key more, or all others know its current key.
    assert_eq!(says(&[(S, &ab), (S, &a), (R, &a), (R, &ab)]), "wait: 2 of 4 processes have not taken generation 2 @[1, 2]");
    assert_eq!(says(&[(S, &both(500)), (S, &ab), (R, &ab)]), "wait: 2 of 3 processes have not taken generation 3 @[1, 2]");
    // Receivers first: senders will sign with a key that some receivers do not have.
    let rotated = fleet.rotate(&a, B, 500, 990);
    assert_eq!(says(&[(S, &a), (R, &a), (R, &rotated)]), "wait: 1 of 2 receivers lack key B @[1]");
    assert_eq!(says(&[(D, &a), (R, &a), (R, &rotated)]), "wait: 2 of 3 processes have not taken generation 2 @[0, 1]");
    // Senders first: the receivers will lose a key that is still signed with.
    assert_eq!(says(&[(S, &ab), (S, &both(0)), (R, &ab)]), "wait: 1 of 2 senders have not taken generation 3 @[0]");
    // Neither: the ring was replaced in one step.
    let replaced = fleet.rotate(&a, B, 0, 990);
    assert_eq!(
        says(&[(S, &a), (R, &a), (R, &replaced), (S, &a)]),
        "rejecting: give A to 1 of 2 receivers first, a sender signs with it @[2]"
    );
    assert_eq!(
        fleet.says(&[page(S, &a), page(R, &a), taken(page(Both, &fleet.stage(&replaced, A, 995)), 995)]),
        "rejecting: give B to 1 of 2 receivers first, a sender signs with it @[1]"
    );
    // Receivers wait for what senders signed until they took the ring.
    let sender = |at: i64| taken(page(S, &both(0)), at);
    let drain = |at: i64| fleet.says(&[sender(at), sender(at - 3), page(R, &ab), page(R, &ab)]);
    assert_eq!(drain(996), "drain until +6: deliveries signed with A may be under way @[]");
    assert_eq!(drain(991), "drain until +1: deliveries signed with A may be under way @[]");
    assert_eq!(drain(990), "wait: 2 of 4 processes have not taken generation 3 @[2, 3]");
    // A sender with a ring of its own signs with the key that the published ring drops.
    assert_eq!(
        says(&[(S, &fleet.ring(A, 5)), (S, &both(0)), (R, &ab)]),
        "blocked: generation 3 drops a key that others still sign with: publish one with both keys @[]"
    );
}

#[test]
fn a_rotation_that_is_not_finished_goes_before_the_next_one() {
    let fleet = Fleet::new();
    let b = fleet.rotate(&fleet.ring(A, 1), B, 0, 900);
    let receiver = fleet.stage(&fleet.ring(A, 2), B, 800);
    let bc = fleet.stage(&b, C, 950);
    assert_eq!(fleet.says(&[page(S, &bc), page(R, &receiver)]), "drop A: 1 of 1 receivers keep it @[1]");
    let young = fleet.stage(&fleet.rotate(&fleet.ring(A, 1), B, 0, 995), C, 995);
    assert_eq!(
        fleet.says(&[page(S, &young), page(R, &receiver)]),
        "drain until +5: deliveries signed with A may be under way @[]"
    );
    let done = promote(&receiver, 0, 950);
    assert_eq!(fleet.says(&[page(S, &bc), page(R, &done)]), "wait: 1 of 1 receivers lack key C @[1]");
    // One whose old key was revoked, beside one that has both keys already.
    let ready = fleet.stage(&fleet.ring(B, 3), C, 950);
    let suspended = fleet.revoke(&fleet.stage(&fleet.ring(A, 4), B, 900), A);
    let pages = [page(S, &ready), page(R, &fleet.stage(&fleet.ring(B, 5), C, 950)), page(R, &suspended)];
    assert_eq!(fleet.says(&pages), "promote B: 1 of 2 receivers to go, grace at least 10 s @[2]");
}

#[test]
fn slots_that_are_taken_are_named() {
    let fleet = Fleet::new();
    let b = fleet.ring(B, 1);
    let pages = [
        page(S, &fleet.rotate(&fleet.ring(A, 2), B, 0, 900)),
        page(S, &fleet.stage(&fleet.ring(A, 3), C, 800)),
        page(R, &fleet.stage(&fleet.ring(A, 4), B, 900)),
        page(R, &b),
    ];
    let step = fleet.says(&pages);
    assert_eq!(step, "rejecting: give A to 1 of 2 receivers first, a sender signs with it @[3]");
    // Two keys are introduced at once.
    let (ab, ac) = (fleet.stage(&fleet.ring(A, 5), B, 900), fleet.stage(&fleet.ring(A, 6), C, 900));
    let step = fleet.says(&[page(S, &ab), page(R, &ac)]);
    assert_eq!(step, "blocked: B and C are being introduced at once: unstage one @[]");
}

/// While senders sign with different keys, the pages say which way they go, and the times if the pages do not.
#[test]
fn senders_that_differ_go_to_the_newer_key() {
    let fleet = Fleet::new();
    // It accepts all, and says nothing of A and B.
    let neutral = fleet.rotate(&fleet.rotate(&fleet.ring(A, 1), B, 2000, 2), C, 2000, 3);
    let target = |pages: &[Status]| {
        let text = fleet.says(&[pages, &[page(R, &neutral)]].concat());
        assert!(text.contains("but is the key to stay: roll back there"), "{text}");
        text.trim_start_matches("grace too short: ")[..1].to_owned()
    };
    let go = |senders: [&Keyring; 2]| target(&senders.map(|ring| page(S, ring)));
    let rotated = |from: u8, to: u8, at: i64| fleet.rotate(&fleet.ring(from, 2), to, 200, at);
    // Only the times.
    assert_eq!(go([&fleet.ring(A, 950), &fleet.ring(B, 900)]), "A");
    assert_eq!(go([&fleet.ring(A, 900), &fleet.ring(B, 950)]), "B");
    assert_eq!(target(&[page(S, &fleet.ring(A, 900)), page(S, &fleet.ring(B, 950)), page(S, &fleet.ring(A, 910))]), "B");
    // The one has the other staged.
    assert_eq!(go([&fleet.stage(&fleet.ring(A, 950), B, 960), &fleet.ring(B, 900)]), "B");
    assert_eq!(go([&fleet.ring(A, 950), &fleet.stage(&fleet.ring(B, 960), A, 970)]), "A");
    assert_eq!(go([&fleet.stage(&fleet.ring(A, 950), C, 960), &fleet.ring(B, 900)]), "A", "it is another one");
    // The one has replaced the other.
    assert_eq!(go([&fleet.ring(A, 950), &rotated(A, B, 900)]), "B");
    assert_eq!(go([&fleet.ring(A, 950), &rotated(C, B, 900)]), "A", "it was another one");
    // The one was rolled back to from the other.
    let rolled = |at: i64| back(&rotated(A, B, 900), at);
    assert_eq!(go([&rolled(950), &fleet.ring(B, 960)]), "A");
    assert_eq!(go([&back(&rotated(A, C, 900), 950), &fleet.ring(B, 960)]), "B", "from another one");
    // Two pages that contradict each other say nothing.
    let staged = [fleet.stage(&fleet.ring(A, 950), B, 960), fleet.stage(&fleet.ring(B, 900), A, 960)];
    assert_eq!(go([&staged[0], &staged[1]]), "A");
    // On a receiver the next key is the newer one, whatever it was before.
    let pages = [page(S, &fleet.ring(A, 950)), page(S, &fleet.ring(B, 900)), page(R, &rolled(940))];
    assert_eq!(fleet.says(&pages), "wait: 1 of 2 senders lack key B @[0]");
}

#[test]
fn a_rollback_goes_on_and_is_cleared_away() {
    let fleet = Fleet::new();
    let rotated = |at: i64| fleet.rotate(&fleet.ring(A, at), B, 150, 940);
    let (s, t) = (rotated(1), rotated(2));
    let r = fleet.stage(&fleet.ring(A, 3), B, 900);
    let says = |s: &Keyring, t: &Keyring, r: &Keyring| fleet.says(&[page(S, s), page(S, t), page(R, r)]);
    let (s_a, t_a) = (back(&s, 960), back(&t, 995));
    assert_eq!(says(&s_a, &t, &r), "roll back to A: 1 of 2 senders to go @[1]");
    assert_eq!(says(&s_a, &t_a, &r), "drain until +5: deliveries signed with B may be under way @[]");
    let t_a = back(&t, 970);
    assert_eq!(says(&s_a, &t_a, &r), "drop B: 1 of 1 receivers keep it @[2]");
    let r_a = r.unstage(Duration::ZERO, tick(990)).unwrap().ring;
    assert_eq!(says(&s_a, &t_a, &r_a), "drop B: 2 of 2 senders keep it @[0, 1]");
    let s_only = s_a.unstage(Duration::ZERO, tick(990)).unwrap().ring;
    assert_eq!(says(&s_only, &t_a, &r_a), "drop B: 1 of 2 senders keep it @[1]");
    // Where it cannot be seen that there was a rollback, the key goes first.
    let plain = fleet.stage(&fleet.ring(A, 4), B, 900);
    assert_eq!(says(&plain, &t_a, &r_a), "drop B: 1 of 2 senders keep it @[0]");
    // A new key may be staged meanwhile; the failed one is in its way.
    let next = fleet.stage(&fleet.ring(A, 5), C, 980);
    assert_eq!(says(&s_a, &next, &r_a), "wait: 1 of 1 receivers lack key C @[2]");
    let (r_b, r_c) = (fleet.stage(&fleet.ring(A, 6), B, 900), fleet.stage(&fleet.ring(A, 7), C, 980));
    let pages = [page(S, &next), page(S, &s_a), page(R, &r_a), page(R, &r_b), page(R, &fleet.ring(A, 8))];
    assert_eq!(fleet.says(&pages), "blocked: B is staged on 1 where another key is to go: unstage it @[]");
    let pages = [page(S, &next), page(S, &s_a), page(S, &t_a), page(S, &fleet.ring(A, 8)), page(R, &r_c)];
    assert_eq!(fleet.says(&pages), "blocked: B is staged on 2 where another key is to go: unstage it @[]");
}

#[test]
fn suspended_rings_wait_for_a_new_key() {
    let fleet = Fleet::new();
    let revoked = |ring: &Keyring| fleet.revoke(ring, A);
    let empty = |at: i64| revoked(&fleet.ring(A, at));
    let next = |at: i64| revoked(&fleet.stage(&fleet.ring(A, at), B, 900));
    let says = |s: &Keyring, r: &Keyring| fleet.says(&[page(S, s), page(R, r)]);
    assert_eq!(says(&empty(1), &empty(2)), "blocked: no sender has a key to sign with: stage a new one, receivers first @[]");
    assert_eq!(says(&next(1), &empty(2)), "wait: 1 of 1 receivers lack key B @[1]");
    assert_eq!(says(&empty(1), &next(2)), "wait: 1 of 1 senders lack key B @[0]");
    assert_eq!(says(&next(1), &next(2)), "promote B: 1 of 1 senders to go, grace at least 10 s @[0]");
    let promoted = promote(&next(1), 0, NOW);
    assert_eq!(says(&promoted, &next(2)), "promote B: 1 of 1 receivers to go, grace at least 10 s @[1]");
    assert_eq!(says(&promoted, &promote(&next(2), 0, NOW)), "idle @[]");
    // The key that a rollback left is as good as any other once nothing else is left.
    let left = revoked(&back(&fleet.rotate(&fleet.ring(A, 3), B, 150, 900), 950));
    assert_eq!(says(&left, &next(2)), "promote B: 1 of 1 senders to go, grace at least 10 s @[0]");
    // It signs with nothing, so no receiver depends on what it still accepts, and no key is known from it.
    let previous = fleet.rotate(&fleet.ring(B, 4), A, 20, NOW);
    let pages = [page(D, &revoked(&previous)), page(R, &fleet.ring(B, 5))];
    assert_eq!(fleet.says(&pages), "roll back to B: 1 of 1 senders to go @[0]");
    let pages = [page(D, &next(1)), page(R, &fleet.ring(C, 6))];
    assert_eq!(fleet.says(&pages), "blocked: B and C are being introduced at once: unstage one @[]");
    assert_eq!(fleet.says(&[page(D, &next(1)), page(R, &empty(2))]), "wait: 1 of 1 receivers lack key B @[1]");
    // What it signed before it was suspended may be under way.
    let receiver = fleet.rotate(&fleet.ring(C, 7), B, 6, NOW);
    let text = fleet.says(&[page(S, &next(1)), page(R, &receiver)]);
    assert_eq!(text, "grace too short: C dies at +6 on 1 of 1 receivers, needed until +10: roll back there @[1]");
}

/// A receiver needs a key of a sender with several signatures only until another one of them is enough.
#[test]
fn signatures_beside_each_other_cover_each_other() {
    let fleet = Fleet::new();
    let dies = |text: &str| {
        text.strip_prefix("grace too short: A dies at +3 on 1 of 1 receivers, needed until ").map(|t| t[..3].to_owned())
    };
    let receiver = fleet.rotate(&fleet.ring(A, 1), B, 3, NOW);
    let needed = |sender: &Keyring| dies(&fleet.says(&[page(D, sender), page(R, &receiver)]));
    let both = |at: i64| fleet.rotate(&fleet.ring(A, 2), B, 150, at);
    assert_eq!(needed(&both(995)).as_deref(), Some("+5:"));
    assert_eq!(needed(&both(993)), None);
    assert_eq!(needed(&fleet.stage(&fleet.ring(A, 2), B, 996)).as_deref(), Some("+6:"));
    // One that has A only, and one that has neither but B since just now.
    let staged = fleet.stage(&fleet.ring(A, 3), C, 900);
    assert_eq!(needed(&staged).as_deref(), Some("+10"));
    assert_eq!(needed(&fleet.rotate(&fleet.ring(A, 2), B, 0, 997)).as_deref(), Some("+7:"));
    // Signatures with two keys that stay: the older one is enough.
    let keeps_two = fleet.stage(&receiver, C, NOW);
    let two = fleet.stage(&fleet.rotate(&fleet.ring(C, 2), B, 0, 900), C, 999);
    assert_eq!(dies(&fleet.says(&[page(D, &two), page(R, &keeps_two)])), None);
    // One that accepts it by a key with a deadline alone is not covered, and one that took its ring late signed so late.
    let late = fleet.says(&[taken(page(D, &both(900)), 996), page(R, &receiver)]);
    assert_eq!(dies(&late).as_deref(), Some("+6:"));
}

#[test]
fn receivers_of_one_key_may_replace_it_once_both_signatures_are_under_way() {
    let fleet = Fleet::new();
    let (q, r) = (fleet.stage(&fleet.ring(A, 1), B, 900), fleet.ring(A, 2));
    let says = |pages: &[Status]| fleet.says(&[pages, &[page(R, &q), page(R, &r)]].concat());
    let staged = |at: i64| fleet.stage(&fleet.ring(A, 3), B, at);
    let lack = "wait: 1 of 2 receivers lack key B";
    let from = |time: &str| format!("{lack} (they may replace the old one from {time} on)");
    assert_eq!(says(&[page(D, &staged(993))]), format!("{} @[2]", from("+3")));
    assert_eq!(says(&[page(D, &staged(100))]), format!("{} @[2]", from("+0")));
    assert_eq!(says(&[taken(page(D, &staged(993)), 998)]), format!("{} @[2]", from("+8")));
    let (one, other) = (staged(995), fleet.stage(&fleet.ring(A, 4), B, 992));
    assert_eq!(says(&[page(D, &one), page(D, &other)]), format!("{} @[3]", from("+5")));
    // Not while one sender signs with one key, does not have it, or will lose it.
    assert_eq!(says(&[page(D, &one), page(S, &other)]), format!("{lack} @[3]"));
    assert_eq!(says(&[page(D, &one), page(D, &fleet.ring(A, 4))]), format!("{lack} @[3]"));
    let unstaged = other.unstage(secs(150), tick(NOW)).unwrap().ring;
    assert_eq!(says(&[page(D, &one), page(D, &unstaged)]), format!("{lack} @[3]"));
}

/// A sender needs a key until it signed with it last, which is not when it took the key it has now.
#[test]
fn each_key_drains_from_its_own_end() {
    let fleet = Fleet::new();
    let sender = fleet.rotate(&fleet.rotate(&fleet.ring(A, 1), B, 150, 950), C, 150, 995);
    let says = |receiver: &Keyring| fleet.says(&[page(S, &sender), page(R, receiver)]);
    let receiver = |key: u8| fleet.stage(&fleet.ring(key, 2), C, 900);
    assert_eq!(says(&receiver(A)), "drop A: 1 of 1 receivers keep it @[1]");
    assert_eq!(says(&receiver(B)), "drain until +5: deliveries signed with B may be under way @[]");
    // A key that was taken back never signed.
    let unstaged = fleet.stage(&fleet.ring(C, 3), A, 950).unstage(secs(100), tick(995)).unwrap().ring;
    assert_eq!(fleet.says(&[page(S, &unstaged), page(R, &receiver(A))]), "drop A: 1 of 1 receivers keep it @[1]");
}

#[test]
fn a_grace_is_given_in_seconds_rounded_up() {
    let fleet = Fleet::new();
    let ring = |at: i64| fleet.stage(&fleet.ring(A, at), B, 900);
    let pages = [page(S, &ring(1)), page(R, &ring(2))];
    for (millis, seconds) in [(2000, "at least 2 s"), (2001, "at least 3 s"), (999, "at least 1 s"), (0, "at least 0 s")] {
        let text = rollout::next(&pages, Duration::from_millis(millis), tick(NOW)).to_string();
        assert!(text.ends_with(seconds), "{text}");
    }
}

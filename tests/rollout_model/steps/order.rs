//! The order of a rotation, of its parts and of its end, on separate rings and on a published one.

use super::*;

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
    // A receiver that was rolled back to save a key has the new one staged like any other.
    let saved = back(&fleet.rotate(&r, B, 150, 990), 995);
    assert_eq!(says(&s_ab, &t, &q_ab, &saved), "wait: 1 of 2 senders lack key B @[2]");
    assert_eq!(says(&s, &t, &saved, &saved), "wait: 2 of 2 senders lack key B @[0, 2]");
    // Page of a ring alone: a sender with one signature and a receiver.
    assert_eq!(fleet.says(&[page(Both, &s)]), "idle @[]");
    assert_eq!(fleet.says(&[page(Both, &s_ab), page(S, &t)]), "wait: 1 of 2 senders lack key B @[1]");
    assert_eq!(fleet.says(&[page(Both, &s), page(S, &t_ab)]), "wait: 1 of 1 receivers lack key B @[0]");
}

#[test]
fn a_published_ring_is_taken_in_a_safe_order() {
    let fleet = Fleet::new();
    let a = fleet.ring(A, 1);
    let ab = fleet.stage(&a, B, 900);
    let both = |grace| promote(&ab, grace, 990);
    let says = |pages: &[(Duty, &Keyring)]| fleet.says(&pages.iter().map(|(part, ring)| page(*part, ring)).collect::<Vec<_>>());
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

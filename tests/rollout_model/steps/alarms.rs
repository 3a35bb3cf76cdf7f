//! What comes before any rotation: forks, revoked keys, rejected deliveries, rings without a key.

use super::*;

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
    let pages = |part: Duty, sender: &Keyring| [page(part, sender), page(R, &q), page(R, &r), page(R, &q)];
    assert_eq!(fleet.says(&pages(S, &b)), "rejecting: give B to 2 of 3 receivers first, a sender signs with it @[1, 3]");
    // One signature of several is enough, whichever it is; a ring is taken for a sender with one.
    let both = fleet.rotate(&fleet.ring(A, 1), B, 150, NOW);
    assert!(fleet.says(&pages(S, &both)).starts_with("rejecting: give B"));
    assert!(fleet.says(&pages(D, &both)).starts_with("grace too short: A expires at +150 on 1 of 1 senders"));
    assert_eq!(
        fleet.says(&pages(D, &fleet.stage(&fleet.ring(A, 1), B, 995))),
        "wait: 2 of 3 receivers lack key B (they may replace the old one from +5 on) @[1, 3]"
    );
    assert!(fleet.says(&[page(Both, &both), page(R, &q)]).starts_with("rejecting: give B to 1 of 2 receivers"));
    assert_eq!(fleet.says(&pages(D, &b)), "rejecting: give B to 2 of 3 receivers first, a sender signs with it @[1, 3]");
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
    assert_eq!(text, "grace too short: C expires at +6 on 1 of 1 receivers, needed until +10: roll back there @[1]");
}

/// Its process may have taken the ring only now, and have signed with the key before until then.
#[test]
fn a_sender_that_does_not_say_when_it_took_its_ring() {
    let fleet = Fleet::new();
    let unstamped = |mut page: Status| {
        page.taken_at = None;
        page
    };
    let sender = || page(S, &fleet.rotate(&fleet.ring(A, 1), B, 0, 900));
    let receiver = |at: i64| page(R, &fleet.rotate(&fleet.ring(A, at), B, 800, 900));
    let done = fleet.says(&[sender(), receiver(2)]);
    let missing = "blocked: 1 senders do not say when they took their ring: stamp their pages, `taken_at` @[]";
    assert_eq!(fleet.says(&[unstamped(sender()), receiver(2)]), missing);
    assert_eq!(fleet.says(&[sender(), unstamped(receiver(2))]), done, "receivers need not say it");
    // Whenever it was taken, the receiver has to learn the key first.
    let early = [page(S, &fleet.stage(&fleet.ring(A, 1), B, 900)), page(R, &fleet.ring(A, 2))];
    let [sender, receiver] = early.clone();
    assert_eq!(fleet.says(&[unstamped(sender), receiver]), fleet.says(&early));
}

//! Times: until when a key is needed, when it dies, from when on it may be replaced.

use super::*;

#[test]
fn a_deadline_on_a_receiver_comes_after_the_last_delivery() {
    let fleet = Fleet::new();
    let receiver = |grace: i64, at: i64| fleet.rotate(&fleet.ring(A, at - 800), B, grace, at);
    let says = |sender: &Keyring, receiver: &Keyring| fleet.says(&[page(S, sender), page(R, receiver)]);
    // The sender signs with A still.
    let a = fleet.stage(&fleet.ring(A, 1), B, 900);
    assert_eq!(
        says(&a, &receiver(9, NOW)),
        "grace too short: A expires at +9 on 1 of 1 receivers, needed until +10: roll back there @[1]"
    );
    assert_eq!(says(&a, &receiver(10, NOW)), "promote B: 1 of 1 senders to go, grace at least 10 s @[0]");
    // It changed four seconds ago.
    let b = fleet.rotate(&fleet.ring(A, 1), B, 0, 996);
    assert_eq!(
        says(&b, &receiver(5, NOW)),
        "grace too short: A expires at +5 on 1 of 1 receivers, needed until +6: roll back there @[1]"
    );
    assert_eq!(says(&b, &receiver(6, NOW)), "drain until +6: deliveries signed with A may be under way @[]");
    assert_eq!(
        says(&b, &receiver(40, 961)),
        "grace too short: A expires at +1 on 1 of 1 receivers, needed until +6: roll back there @[1]"
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
    assert_eq!(
        fleet.says(&two),
        "grace too short: A expires at +5 on 1 of 2 receivers, needed until +10: roll back there @[2]"
    );
}

#[test]
fn the_last_signature_of_a_sender_has_a_deadline() {
    let fleet = Fleet::new();
    let first = fleet.rotate(&fleet.ring(A, 1), B, 30, NOW);
    let second = fleet.rotate(&fleet.ring(C, 2), B, 20, NOW);
    let receiver = fleet.stage(&fleet.ring(A, 3), C, 900);
    let pages = [page(D, &first), page(D, &second), page(R, &receiver)];
    let wanted = "grace too short: C expires at +20 on 1 of 2 senders, and receivers accept nothing else of theirs: give them the \
                  current key before, or roll back there @[1]";
    assert_eq!(fleet.says(&pages), wanted);
    // Another receiver that has the key does not help this one.
    let helped = [page(D, &first), page(D, &second), page(R, &fleet.ring(B, 4)), page(R, &receiver)];
    assert_eq!(fleet.says(&helped), wanted);
}

/// A receiver needs a key of a sender with several signatures only until another one of them is enough.
#[test]
fn signatures_beside_each_other_cover_each_other() {
    let fleet = Fleet::new();
    let dies = |text: &str| {
        text.strip_prefix("grace too short: A expires at +3 on 1 of 1 receivers, needed until ").map(|t| t[..3].to_owned())
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

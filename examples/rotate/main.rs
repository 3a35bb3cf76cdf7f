//! A fleet of senders and receivers changes its secret while thousands of deliveries are under way.
//!
//! `cargo run --release --example rotate [-- --svg FILE]`
//!
//! Every process has a ring and a clock of its own. Deliveries are lost, answered twice, and retried with the signature they
//! once got. `hookring::rollout::next` says what is safe next, and an operator does it to one process at a time. Then
//! the orders that look natural and are wrong, each with the delivery it rejects; a rollback; and a leaked secret.

mod fleet;
mod operator;
mod orders;
mod picture;

use fleet::{Fleet, Kind};
use hookring::{Role, rollout};
use operator::{Operator, label};

fn main() {
    println!("Safe: `rollout::next` names each step, and nothing is rejected.\n");
    println!(
        "{:34} {:>12} {:>9} {:>8} {:>6} {:>9} {:>9}",
        "", "accepted", "in flight", "current", "next", "previous", "rejected"
    );
    let mut rows = Vec::new();

    let (single, operator) = rotation("one signature each (GitHub)", Kind::Single);
    rows.push(("rotation, one signature", single.total));
    let (dual, _) = rotation("several signatures (Standard Webhooks)", Kind::Dual);
    rows.push(("rotation, dual signing", dual.total));
    rows.push(("rollback in the middle", rollback().total));

    println!("\nUnsafe: each of these orders rejects a valid delivery.\n");
    for order in orders::ALL {
        let (total, first) = orders::run(order);
        println!("{:58} {first}", order.name);
        rows.push((order.name, total));
    }

    println!("\nEmergency: the secret leaked. Receivers first.\n");
    rows.push(("emergency", emergency().total));

    println!("\n{:58} {:>10} {:>9}", "", "accepted", "rejected");
    for (name, total) in &rows {
        println!("{name:58} {:>10} {:>9}", total.accepted.iter().sum::<u64>(), total.rejected);
    }
    let mut arguments = std::env::args().skip_while(|argument| argument != "--svg").skip(1);
    if let Some(path) = arguments.next() {
        std::fs::write(path, picture::draw(&single, &operator.log)).expect("the picture is written");
    }
}

/// From one secret to the next, as `rollout::next` says.
fn rotation(name: &str, kind: Kind) -> (Fleet, Operator) {
    println!("{name}");
    let mut fleet = Fleet::new(kind);
    let mut operator = Operator::default();
    operator.promotes_early = true;
    fleet.run(60);
    operator.begin(&mut fleet);
    operator.follow(&mut fleet, 1200);
    fleet.run(120);
    finished(&fleet);
    let total = fleet.total;
    assert_eq!(total.rejected, 0, "a valid delivery was rejected");
    // A delivery with both signatures matches the current key wherever that is known, so nothing is left for the next one.
    let [current, next, previous] = total.accepted.map(|count| count > 0);
    assert!(current && previous && next == (kind == Kind::Single), "every role saw traffic: {total:?}");
    assert!(operator.log.iter().all(|entry| entry.in_flight > 0), "every step had deliveries under way");
    (fleet, operator)
}

/// All senders have changed; then the new secret turns out to be wrong for somebody, and everything goes back.
fn rollback() -> Fleet {
    println!("rollback in the middle");
    let mut fleet = Fleet::new(Kind::Single);
    let mut operator = Operator::default();
    fleet.run(60);
    operator.begin(&mut fleet);
    while fleet.senders.iter().any(|sender| fleet.name_of(sender.ring.load().current()) != Some('B')) {
        operator.step(&mut fleet);
    }
    fleet.run(30);
    let old =
        fleet.senders[0].ring.load().live(fleet.now()).find(|live| live.role == Role::Previous).expect("A is kept").key.id();
    assert!(rollout::lacking(&fleet.pages(), old).is_empty(), "every receiver still keeps A");
    fleet.change(true, 0, |ring, now| ring.rollback(now));
    operator.note(&fleet, "an operator rolls one sender back");
    operator.follow(&mut fleet, 1200);
    finished(&fleet);
    let back =
        fleet.senders.iter().chain(&fleet.receivers).all(|process| fleet.name_of(process.ring.load().current()) == Some('A'));
    assert!(back, "everybody is back at A");
    assert_eq!(fleet.total.rejected, 0, "a valid delivery was rejected");
    fleet
}

/// Whoever holds the old secret forges from the first second. Receivers drop it first, though valid deliveries are lost.
fn emergency() -> Fleet {
    let mut fleet = Fleet::new(Kind::Single);
    fleet.forger = true;
    fleet.run(60);
    let before = fleet.forged;
    for receiver in 0..fleet.receivers.len() {
        let new = fleet.key('B');
        fleet.change(false, receiver, |ring, now| ring.replace_compromised(new, now));
        fleet.run(1);
    }
    let during = fleet.forged - before;
    for sender in 0..fleet.senders.len() {
        let new = fleet.key('B');
        fleet.change(true, sender, |ring, now| ring.replace_compromised(new, now));
        fleet.run(1);
    }
    fleet.run(300);
    let after = fleet.forged - before - during;
    println!("forgeries accepted: {before} before, {during} while the receivers changed, {after} afterwards");
    println!("valid deliveries under the leaked secret that were rejected, by intent: {}", fleet.total.rejected);
    assert!(before > 0 && after == 0 && fleet.total.rejected > 0);
    let returned = fleet.receivers[0].ring.load().stage(fleet.key('A'), fleet.now()).err();
    println!("staging the leaked secret again: {}", returned.expect("it is refused"));
    fleet
}

fn finished(fleet: &Fleet) {
    let step = rollout::next(&fleet.pages(), fleet::DRAIN, fleet.now());
    assert_eq!(label(&step), "idle", "{step}");
}

//! The orders that look natural and are wrong, each with the delivery that it rejects.

use std::time::Duration;

use crate::fleet::{Fleet, Kind, Total};

/// A way to change the secret, as moves on the whole fleet.
pub(crate) struct Order {
    pub(crate) name: &'static str,
    kind: Kind,
    moves: &'static [Move],
}

#[derive(Clone, Copy)]
enum Move {
    /// Receivers accept B as well.
    ReceiversLearn,
    /// Senders sign with B.
    SendersChange,
    /// Senders sign with A again; their rings still had it.
    SendersGoBack,
    /// Receivers accept B and nothing else.
    ReceiversChange,
    /// Receivers accept what they accepted before B.
    ReceiversForget,
    /// Senders sign with both.
    SendersAdd,
    /// Nothing signed before is under way any more.
    Drain,
    /// All processes restart with B, in no order.
    AllChange,
}

use Move::{AllChange, Drain, ReceiversChange, ReceiversForget, ReceiversLearn, SendersAdd, SendersChange, SendersGoBack};

pub(crate) const ALL: &[Order] = &[
    single("O2: senders change before receivers know", &[SendersChange, ReceiversLearn, Drain, ReceiversChange]),
    single("O3: the same, and a 24 h timer on the receivers", &[SendersChange, ReceiversLearn, Drain, Drain, ReceiversChange]),
    single("O4: everybody restarts with the new secret", &[AllChange]),
    single("O5: receivers drop the old secret without a drain", &[ReceiversLearn, SendersChange, ReceiversChange]),
    Order { name: "O7: dual signing without a drain", kind: Kind::Dual, moves: &[SendersAdd, ReceiversChange, SendersChange] },
    single("O10: rollback after receivers dropped it", &[ReceiversLearn, SendersChange, Drain, ReceiversChange, SendersGoBack]),
    single("O10c: rollback, and receivers forget at once", &[ReceiversLearn, SendersChange, SendersGoBack, ReceiversForget]),
    single("O12: one push of configuration to everybody", &[AllChange, Drain]),
];

const fn single(name: &'static str, moves: &'static [Move]) -> Order {
    Order { name, kind: Kind::Single, moves }
}

/// Carries the order out, a process every three seconds, and gives the first valid delivery that was rejected.
pub(crate) fn run(order: &Order) -> (Total, String) {
    let mut fleet = Fleet::new(order.kind);
    fleet.run(60);
    for next in order.moves {
        make(&mut fleet, *next);
    }
    fleet.run(130);
    let first = fleet.first_rejected.take().unwrap_or_else(|| panic!("{} rejected nothing", order.name));
    (fleet.total, first)
}

fn make(fleet: &mut Fleet, next: Move) {
    let (senders, receivers) = (fleet.senders.len(), fleet.receivers.len());
    let day = Duration::from_secs(86_400);
    let mut each = |sender: bool, count: usize, act: &dyn Fn(&mut Fleet, bool, usize)| {
        for at in 0..count {
            act(fleet, sender, at);
            fleet.run(3);
        }
    };
    let stage = |fleet: &mut Fleet, sender: bool, at: usize| {
        let new = fleet.key('B');
        fleet.change(sender, at, |ring, now| ring.stage(new, now));
    };
    // To B, whether it was staged before or not; the old key goes at once, or on senders stays for a way back.
    let to_new =
        |fleet: &mut Fleet, sender: bool, at: usize| {
            let new = fleet.key('B');
            let grace = if sender { day } else { Duration::ZERO };
            fleet.change(sender, at, |ring, now| {
                if ring.next().is_some() { ring.promote(grace, now) } else { ring.rotate(new, grace, now) }
            });
        };
    match next {
        ReceiversLearn => each(false, receivers, &stage),
        SendersAdd => each(true, senders, &stage),
        SendersChange => each(true, senders, &to_new),
        ReceiversChange => each(false, receivers, &to_new),
        SendersGoBack => each(true, senders, &|fleet, sender, at| fleet.change(sender, at, |ring, now| ring.rollback(now))),
        ReceiversForget => {
            each(false, receivers, &|fleet, sender, at| {
                fleet.change(sender, at, |ring, now| ring.unstage(Duration::ZERO, now))
            });
        }
        AllChange => {
            each(true, 1, &to_new);
            each(false, receivers, &to_new);
            for at in 1..senders {
                to_new(fleet, true, at);
            }
        }
        Drain => fleet.drain(),
    }
}

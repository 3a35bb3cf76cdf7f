use std::time::Duration;

use hookring::rollout::{self, Step};
use hookring::{Duty, Keyring, Role, SecretFormat, SignWith, Signer, Status, Verifier, providers};

use super::{Bytes, NOW, secret};

/// One process with a ring that some operator made.
fn page(bytes: &mut Bytes<'_>, age: u64) -> Status {
    let key = |n: u8| secret(SecretFormat::Utf8, n % 6);
    let at = |hours: u8| NOW.minus(Duration::from_secs(90_000 + age)).plus(Duration::from_secs(3600 * u64::from(hours)));
    let mut ring: Keyring = Keyring::new(key(bytes.byte()), at(0)).ring;
    for hour in 0..bytes.byte() % 6 {
        let (what, grace) = (bytes.byte(), Duration::from_secs(3600 * u64::from(bytes.byte() % 48)));
        let change = match what % 6 {
            0 => ring.stage(key(what / 6), at(hour)),
            1 => ring.promote(grace, at(hour)),
            2 => ring.rotate(key(what / 6), grace, at(hour)),
            3 => ring.rollback(at(hour)),
            4 => ring.unstage(grace, at(hour)),
            _ => ring
                .current()
                .map(hookring::Secret::id)
                .ok_or(hookring::Refused::UnknownKey)
                .and_then(|id| ring.revoke(id, at(hour))),
        };
        if let Ok(change) = change {
            ring = change.ring;
        }
    }
    match bytes.byte() % 4 {
        0 => Signer::new(providers::GITHUB, ring, SignWith::Current).unwrap().status(NOW),
        1 => Signer::new(providers::STRIPE, ring, SignWith::AllLive).unwrap().status(NOW),
        2 => Verifier::new(providers::GITHUB, ring).unwrap().status(NOW),
        _ => ring.status(NOW),
    }
}

/// Whatever the fleet looks like: no key is dropped with which a sender signs, idle means that nothing is rejected, and a
/// step names processes that exist.
pub(crate) fn rollout(data: &[u8]) {
    let mut bytes = Bytes(data);
    let count = u64::from(bytes.byte() % 5);
    let pages: Vec<Status> = (0..count).map(|n| page(&mut bytes, n)).collect();
    let step = rollout::next(&pages, Duration::from_secs(600), NOW);
    assert!(!step.to_string().is_empty());
    let signs = |page: &Status| (page.duty != Duty::Receiver).then(|| page.key(Role::Current).map(|key| key.id)).flatten();
    match &step {
        Step::Drop { key, duty: Duty::Receiver, at, .. } => {
            assert!(at.iter().all(|at| pages[*at].duty != Duty::Sender && pages[*at].duty != Duty::DualSender));
            assert!(pages.iter().all(|page| signs(page) != Some(*key)), "{step}");
        }
        Step::Idle => {
            for sender in pages.iter().filter_map(signs) {
                let receivers = pages.iter().filter(|page| matches!(page.duty, Duty::Receiver | Duty::Ring));
                receivers.for_each(|page| assert!(page.keys.iter().any(|key| key.id == sender), "{sender}: {step}"));
            }
        }
        Step::Promote { at, of, .. } | Step::Wait { at, of, .. } | Step::Rejecting { at, of, .. } => {
            assert!(!at.is_empty() && at.len() <= *of && at.iter().all(|at| *at < pages.len()), "{step}");
        }
        _ => {}
    }
}

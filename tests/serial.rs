//! Audit events and status pages in JSON: readable, complete, and without a byte of a key.
#![cfg(feature = "serde")]

use std::time::Duration;

use hookring::{Event, Keyring, Secret, SecretFormat, SecretPolicy, Status, Timestamp};
use serde_json::json;

const NOW: Timestamp = Timestamp::from_unix_secs(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);

fn secret(text: &str) -> Secret {
    Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).unwrap()
}

#[test]
fn an_event_reads_like_a_log_line() {
    let (old, new) = (secret("the old one").labelled("old").unwrap(), secret("the new one").labelled("new").unwrap());
    let (old_id, new_id) = (old.id().to_string(), new.id().to_string());
    let ring: Keyring = Keyring::new(old, NOW).ring;
    let events = ring.rotate(new, HOUR, NOW).unwrap().events;
    let wanted = json!([
        {"at": 1_790_000_000_000_i64, "generation": 2, "kind": {"staged": {"key": new_id}}},
        {"at": 1_790_000_000_000_i64, "generation": 2, "kind": {"promoted": {"new": new_id, "old": old_id, "old_expires": 1_790_003_600_000_i64}}},
    ]);
    assert_eq!(serde_json::to_value(&events).unwrap(), wanted);
    assert_eq!(serde_json::from_value::<Vec<Event>>(wanted).unwrap(), events);
}

#[test]
fn every_event_and_page_comes_back_and_shows_no_key() {
    let texts = ["first secret text", "second secret text", "third secret text", "fourth secret text"];
    let [a, b, c, d] = texts.map(secret);
    let (a_id, mut said, mut events) = (a.id(), Vec::new(), Vec::new());
    let mut ring: Keyring = Keyring::new(a, NOW).ring;
    let mut step = |change: hookring::Change| {
        events.extend(change.events);
        change.ring
    };
    ring = step(ring.stage(b, NOW).unwrap());
    ring = step(ring.promote(HOUR, NOW).unwrap());
    ring = step(ring.rollback(NOW).unwrap());
    ring = step(ring.unstage(HOUR, NOW).unwrap());
    ring = step(ring.rotate(c, HOUR, NOW).unwrap());
    ring = step(ring.revoke(a_id, NOW).unwrap());
    ring = step(ring.replace_compromised(d, NOW.plus(HOUR)).unwrap());
    ring = step(ring.rebase_clock(NOW));
    for event in &events {
        let text = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), *event);
        assert!(text.contains(&format!("\"kind\":{{\"{}\":", event.kind.code())), "{text}");
        said.push(text);
    }
    let page = ring.status(NOW);
    let text = serde_json::to_string(&page).unwrap();
    assert_eq!(serde_json::from_str::<Status>(&text).unwrap(), page);
    assert!(text.contains(&page.lineage.to_string()) && text.contains(&page.keys[0].id.to_string()), "{text}");
    said.push(text);
    for secret in texts {
        assert!(said.iter().all(|said| !said.contains(secret)));
    }
    for bad in ["\"xyz\"", "\"00112233445566\"", "7", "null"] {
        assert!(serde_json::from_str::<hookring::KeyId>(bad).is_err(), "{bad}");
        assert!(serde_json::from_str::<hookring::Lineage>(bad).is_err(), "{bad}");
    }
}

/// The texts that pages and trails show can be read again, all of them and nothing else.
#[test]
fn ids_and_lineages_are_read_from_their_texts() {
    let page = Keyring::<Secret>::new(secret("the only one"), NOW).ring.status(NOW);
    let (id, lineage) = (page.keys[0].id, page.lineage);
    assert_eq!((id.to_string().parse(), lineage.to_string().parse()), (Ok(id), Ok(lineage)));
    assert_eq!(lineage.to_string().len(), 64);
    for bad in ["", "00", "xyz", "00112233445566778899"] {
        assert!(bad.parse::<hookring::KeyId>().is_err() && bad.parse::<hookring::Lineage>().is_err(), "{bad}");
    }
    assert!(lineage.to_string()[1..].parse::<hookring::Lineage>().is_err());
}

#[test]
fn a_step_comes_back() {
    use hookring::rollout::{Blocked, Missing, Step};
    let sender = Keyring::<Secret>::new(secret("the only one"), NOW).ring.status(NOW);
    let steps = [
        Step::Idle,
        Step::Promote { key: sender.keys[0].id, duty: hookring::Duty::Sender, at: vec![1], of: 2, grace: HOUR },
        Step::Drain { key: sender.keys[0].id, until: NOW },
        Step::Blocked(Blocked::NotStamped { at: vec![0] }),
        Step::Wait {
            missing: Missing::Generation(3),
            duty: hookring::Duty::Ring,
            at: vec![0, 1],
            of: 2,
            replace_from: Some(NOW),
        },
    ];
    for step in steps {
        let text = serde_json::to_string(&step).unwrap();
        assert_eq!(serde_json::from_str::<Step>(&text).unwrap(), step);
        assert!(text.contains(&format!("\"{}\"", step.code())), "{text}");
    }
    let due = hookring::Schedule::days(90, 7).unwrap().due(NOW, NOW);
    assert_eq!(serde_json::from_str::<hookring::Due>(&serde_json::to_string(&due).unwrap()).unwrap(), due);
}

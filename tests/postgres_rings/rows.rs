//! What is stored, what comes back, and who is too late.

use hookring::postgres::{AuditCursor, PostgresKeyringStore, Resealed};
use hookring::{Event, EventKind, PresentedKey as _, Role, Sha256Hash, Swapped};

use super::ring_store::{Audited, suite};
use super::*;

impl Audited for Store {
    async fn events(&self, owner: &str) -> Vec<Event> {
        self.history(owner, None, 100).await.unwrap().into_iter().rev().map(|entry| entry.event).collect()
    }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let Some((store, _server)) = set_up().await else { return };
    suite(&store).await;

    // The same conflict in a transaction of the caller.
    let (mine, theirs) = (first(1).ring.stage(secret(2), START).unwrap(), first(1).ring.stage(secret(3), START).unwrap());
    assert_eq!(store.swap("a", 0, &first(1)).await.unwrap(), Swapped::Stored);
    assert_eq!(store.swap("a", 1, &theirs).await.unwrap(), Swapped::Stored);
    let mut client = store.pool().0.get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    assert_eq!(store.swap_in(&transaction, "a", 1, &mine).await.unwrap(), Swapped::Conflict { found: 2 });
    assert_eq!(store.swap_in(&transaction, "a", 1, &theirs).await.unwrap(), Swapped::Stored);
    transaction.commit().await.unwrap();
    assert!(load(&store, "a").await.unwrap().unwrap().same_version(&theirs.ring));
}

#[tokio::test]
async fn every_kind_of_event_comes_back_as_it_was() {
    let Some((store, _server)) = set_up().await else { return };
    let (a, b, time) = (secret(1).id(), secret(2).id(), START.plus(HOUR));
    let kinds = [
        EventKind::Created { key: a },
        EventKind::Kept { key: a, expires: time },
        EventKind::Staged { key: a },
        EventKind::Unstaged { key: a, expires: None },
        EventKind::Unstaged { key: a, expires: Some(time) },
        EventKind::Promoted { new: a, old: None, old_expires: None },
        EventKind::Promoted { new: a, old: Some(b), old_expires: None },
        EventKind::Promoted { new: a, old: Some(b), old_expires: Some(time) },
        EventKind::RolledBack { to: a, from: None },
        EventKind::RolledBack { to: a, from: Some(b) },
        EventKind::Revoked { key: a, role: Role::Current },
        EventKind::Revoked { key: a, role: Role::Next },
        EventKind::Revoked { key: a, role: Role::Previous },
        EventKind::Replaced { new: a },
        EventKind::Expired { key: a },
        EventKind::TombstoneDropped { key: a },
        EventKind::ClockRebased { from: time },
    ];
    let mut change = first(1);
    let template = change.events[0];
    change.events = kinds
        .iter()
        .enumerate()
        .map(|(n, kind)| {
            let mut event: Event = template;
            event.at = START.plus(Duration::from_millis(n as u64));
            event.kind = *kind;
            event
        })
        .collect();
    assert_eq!(store.swap("a", 0, &change).await.unwrap(), Swapped::Stored);
    let history = store.history("a", None, 100).await.unwrap();
    assert!(history.iter().all(|entry| entry.stored_by == "postgres" && entry.stored_at > START.plus(Duration::ZERO)));
    assert_eq!(history.into_iter().rev().map(|entry| entry.event).collect::<Vec<_>>(), change.events);

    // An entry that this version does not know is an error, not a gap.
    assert_eq!(store.history("a", None, 3).await.unwrap().len(), 3);
    assert_eq!(sql(&store, "UPDATE hookring_event SET kind = 'invented' WHERE place = 1").await, 1);
    assert!(matches!(store.history("a", None, 100).await, Err(Failure::Unexpected)));
}

/// A transition has several entries. A page that ends in the middle of one loses none of them.
#[tokio::test]
async fn the_trail_is_read_in_pages_of_any_size() {
    let Some((store, _server)) = set_up().await else { return };
    let mut change = first(0);
    let mut told = change.events.clone();
    assert_eq!(store.swap("a", 0, &change).await.unwrap(), Swapped::Stored);
    for n in 1..6 {
        let generation = change.ring.generation();
        change = change.ring.rotate(secret(n), HOUR, START.plus(HOUR / 3 * n)).unwrap();
        told.extend(&change.events);
        assert_eq!(store.swap("a", generation, &change).await.unwrap(), Swapped::Stored);
    }
    // Another owner's entries are nobody else's.
    assert_eq!(store.swap("b", 0, &first(9)).await.unwrap(), Swapped::Stored);
    told.reverse();
    assert!(told.len() > 12, "{}", told.len());
    for size in 1..=u32::try_from(told.len()).unwrap() + 1 {
        let (mut seen, mut before): (Vec<Event>, Option<AuditCursor>) = (Vec::new(), None);
        loop {
            let page = store.history("a", before, size).await.unwrap();
            assert!(page.len() <= size as usize);
            let Some(last) = page.last() else { break };
            before = Some(last.cursor().to_string().parse().unwrap());
            assert_eq!(before, Some(last.cursor()));
            seen.extend(page.iter().map(|entry| entry.event));
        }
        assert_eq!(seen, told, "pages of {size}");
    }
    for bad in ["", "7", ".", "7.", "7.70000", "7.1.1", "x.1"] {
        assert!(bad.parse::<AuditCursor>().is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn owners_are_listed_in_pages() {
    let Some((store, _server)) = set_up().await else { return };
    for n in 0..7 {
        assert_eq!(store.swap(&format!("owner-{n}"), 0, &first(n)).await.unwrap(), Swapped::Stored);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = store.owners(&after, 3).await.unwrap();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = last.owner.clone();
        seen.extend(page);
    }
    assert_eq!(
        seen.iter().map(|ring| ring.owner.as_str()).collect::<Vec<_>>().join(" "),
        "owner-0 owner-1 owner-2 owner-3 owner-4 owner-5 owner-6"
    );
    let (ring, listed) = (load(&store, "owner-3").await.unwrap().unwrap(), &seen[3]);
    assert_eq!((listed.generation, listed.lineage), (ring.generation(), ring.lineage()));
}

#[tokio::test]
async fn rings_of_hashes_are_stored_like_rings_of_secrets() {
    let Some((store, _server)) = set_up().await else { return };
    let hash = |n| Sha256Hash::of(&secret(n)).unwrap();
    let created: Change<Sha256Hash> = Keyring::new(hash(1), START);
    assert_eq!(store.swap("a", 0, &created).await.unwrap(), Swapped::Stored);
    let rotated = created.ring.rotate(hash(2), HOUR, START).unwrap();
    assert_eq!(store.swap("a", 1, &rotated).await.unwrap(), Swapped::Stored);
    let ring: Keyring<Sha256Hash> = store.load("a", 2).await.unwrap().unwrap();
    assert!(ring.same_version(&rotated.ring));
    assert!(ring.live(START).all(|live| live.key.matches(text(if live.role == Role::Current { 2 } else { 1 }).as_bytes())));
    // Read as a ring of secrets it is an error, not a ring.
    assert!(matches!(load(&store, "a").await, Err(Failure::Snapshot(hookring::SnapshotError::WrongKind))));

    #[cfg(feature = "bcrypt")]
    {
        use hookring::BcryptHash;
        let stored = "$2b$10$gPNZcLWFDvuhtCCTNnmQuORHwVWTKqXP2JsgqXPMBlyeuLwPcKp7a";
        let created: Change<BcryptHash> = Keyring::new(BcryptHash::parse(stored).unwrap(), START);
        assert_eq!(store.swap("b", 0, &created).await.unwrap(), Swapped::Stored);
        let ring: Keyring<BcryptHash> = store.load("b", 1).await.unwrap().unwrap();
        assert_eq!(ring.current().unwrap().id(), created.ring.current().unwrap().id());
    }
}

/// A workflow and its ring are created together, or not at all.
#[tokio::test]
async fn a_change_in_a_transaction_of_the_caller() {
    let Some((store, _server)) = set_up().await else { return };
    sql(&store, "CREATE TABLE workflow (id text PRIMARY KEY)").await;
    let created = first(1);
    for commit in [false, true] {
        let mut client = store.pool().0.get().await.unwrap();
        let transaction = client.transaction().await.unwrap();
        transaction.execute("INSERT INTO workflow VALUES ('w')", &[]).await.unwrap();
        assert_eq!(store.swap_in(&transaction, "w", 0, &created).await.unwrap(), Swapped::Stored);
        assert!(load(&store, "w").await.unwrap().is_none(), "not before the commit");
        if commit {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
            assert!(store.history("w", None, 10).await.unwrap().is_empty());
        }
        assert_eq!(load(&store, "w").await.unwrap().is_some(), commit);
    }
    let mut client = store.pool().0.get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    assert_eq!(store.swap_in(&transaction, "w", 0, &first(2)).await.unwrap(), Swapped::Conflict { found: 1 });
}

/// Where a stricter isolation level is the default, the slower operator still gets a conflict and not a failure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stricter_isolation_levels() {
    let Some((url, _server)) = servers::postgres_or_skip() else { return };
    for level in ["repeatable\\ read", "serializable"] {
        let options = format!("-c default_transaction_isolation={level}");
        let store = store(database::open_with(&url, 4, &options).await);
        let client = store.pool().0.get().await.unwrap();
        let set: String = client.query_one("SHOW transaction_isolation", &[]).await.unwrap().get(0);
        assert_eq!(set, level.replace('\\', ""));
        drop(client);
        assert_eq!(store.swap("a", 0, &first(0)).await.unwrap(), Swapped::Stored);
        for n in 1..40 {
            let ring = load(&store, "a").await.unwrap().unwrap();
            let change = |n| ring.rotate(secret(n), Duration::ZERO, START).unwrap();
            let (one, two) = (change(2 * n), change(2 * n + 1));
            let generation = ring.generation();
            let both = tokio::join!(store.swap("a", generation, &one), store.swap("a", generation, &two));
            let both = [both.0.unwrap(), both.1.unwrap()];
            assert_eq!(both.iter().filter(|swapped| **swapped == Swapped::Stored).count(), 1, "{both:?}");
        }
    }
}

/// Old material leaves the database, and the key of the seal is rotated, without a new generation.
#[tokio::test]
async fn rings_are_sealed_anew() {
    let Some((store, _server)) = set_up().await else { return };
    let created = first(1);
    let rotated = created.ring.rotate(secret(2), HOUR, START).unwrap();
    assert_eq!(store.swap("a", 0, &created).await.unwrap(), Swapped::Stored);
    assert_eq!(store.swap("a", 1, &rotated).await.unwrap(), Swapped::Stored);
    let keys = async |at| load(&store, "a").await.unwrap().unwrap().live(at).count();
    assert_eq!(keys(START).await, 2);

    // The grace is not over: nothing is dropped.
    assert_eq!(store.reseal::<Secret>("a", START).await.unwrap(), Resealed::Done(vec![]));
    assert_eq!(keys(START).await, 2);

    // It is: the material goes, an event stays, and processes that hold the ring see the same version.
    let later = START.plus(HOUR);
    let Resealed::Done(events) = store.reseal::<Secret>("a", later).await.unwrap() else { panic!("nobody else is there") };
    assert_eq!(events.iter().map(|event| event.kind).collect::<Vec<_>>(), [EventKind::Expired { key: secret(1).id() }]);
    assert_eq!(keys(START).await, 1, "not even for a clock that is behind");
    let shared = hookring::SharedKeyring::new(rotated.ring.clone());
    assert_eq!(store.refresh("a", &shared).await.unwrap(), hookring::Replaced::Unchanged);
    let newest = store.history("a", None, 1).await.unwrap().remove(0);
    assert_eq!((newest.event, newest.event.generation), (events[0], 2));
    assert_eq!(store.reseal::<Secret>("a", later).await.unwrap(), Resealed::Done(vec![]), "dropped once");

    // The next transition goes on from there.
    let ring = load(&store, "a").await.unwrap().unwrap();
    assert_eq!(store.swap("a", 2, &ring.rotate(secret(3), HOUR, later).unwrap()).await.unwrap(), Swapped::Stored);

    // A new key of the seal: after every ring was sealed anew, the old one is not needed.
    let with = |seal| PostgresKeyringStore::new(store.pool().clone(), Arc::new(seal));
    let both = with(AeadSeal::new(secret(90_001)).also_open(secret(90_000)));
    let new = with(AeadSeal::new(secret(90_001)));
    assert!(matches!(
        load(&new, "a").await,
        Err(Failure::Snapshot(hookring::SnapshotError::Seal(AeadError::UnknownKey { .. })))
    ));
    for ring in both.owners("", 100).await.unwrap() {
        assert_eq!(both.reseal::<Secret>(&ring.owner, later).await.unwrap(), Resealed::Done(vec![]));
    }
    assert_eq!(load(&new, "a").await.unwrap().unwrap().generation(), 3);
    assert!(matches!(store.reseal::<Secret>("b", later).await, Err(Failure::NoRing)));
}

/// What a reader of the database sees: no secret, in no spelling.
#[tokio::test]
async fn nothing_in_the_tables_is_secret() {
    let Some((store, _server)) = set_up().await else { return };
    assert_eq!(store.swap("a", 0, &first(1)).await.unwrap(), Swapped::Stored);
    let client = store.pool().0.get().await.unwrap();
    let all = "SELECT r::text || encode(ring, 'escape') FROM hookring_ring r UNION ALL SELECT e::text FROM hookring_event e";
    let rows = client.query(all, &[]).await.unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let row: String = row.get(0);
        assert!(!row.contains(&text(1)[4..14]) && !row.contains(&hex::encode(text(1))[8..28]), "{row}");
    }
}

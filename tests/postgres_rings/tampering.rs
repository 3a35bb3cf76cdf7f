//! What somebody who can write to the tables achieves: errors.

use hookring::postgres::Resealed;
use hookring::{SnapshotError, Swapped};

use super::*;

async fn two_generations(store: &Store) -> [Change; 2] {
    let created = first(1);
    let revoked = created.ring.replace_compromised(secret(2), START).unwrap();
    assert_eq!(store.swap("a", 0, &created).await.unwrap(), Swapped::Stored);
    sql(store, "CREATE TABLE backup AS SELECT * FROM hookring_ring").await;
    assert_eq!(store.swap("a", 1, &revoked).await.unwrap(), Swapped::Stored);
    [created, revoked]
}

const OLD_BLOB: &str = "UPDATE hookring_ring r SET ring = b.ring FROM backup b WHERE b.owner = r.owner";
const OLD_ROW: &str = "UPDATE hookring_ring r SET ring = b.ring, generation = b.generation, lineage = b.lineage FROM backup b WHERE b.owner = r.owner";

#[tokio::test]
async fn a_row_that_was_copied_to_another_owner_does_not_open() {
    let Some((store, _server)) = set_up().await else { return };
    let _ = two_generations(&store).await;
    assert_eq!(store.swap("b", 0, &first(3)).await.unwrap(), Swapped::Stored);
    let columns = "generation = a.generation, lineage = a.lineage, ring = a.ring";
    let copy = format!("UPDATE hookring_ring b SET {columns} FROM hookring_ring a WHERE a.owner = 'a' AND b.owner = 'b'");
    assert_eq!(sql(&store, &copy).await, 1);
    assert!(matches!(load(&store, "b").await, Err(Failure::Snapshot(SnapshotError::WrongOwner))));
    // Nor as the row of an owner who had none.
    let insert = "INSERT INTO hookring_ring (owner, generation, lineage, ring) \
                  SELECT 'c', generation, lineage, ring FROM hookring_ring WHERE owner = 'a'";
    assert_eq!(sql(&store, insert).await, 1);
    assert!(matches!(load(&store, "c").await, Err(Failure::Snapshot(SnapshotError::WrongOwner))));
    assert_eq!(load(&store, "a").await.unwrap().unwrap().generation(), 2, "the owner himself is not affected");
}

#[tokio::test]
async fn an_older_blob_that_was_put_back_is_refused() {
    let Some((store, _server)) = set_up().await else { return };
    let [created, revoked] = two_generations(&store).await;
    let shared = hookring::SharedKeyring::new(revoked.ring.clone());

    // The blob alone: its envelope says how old it is.
    assert_eq!(sql(&store, OLD_BLOB).await, 1);
    let why = load(&store, "a").await.unwrap_err();
    assert!(matches!(why, Failure::Snapshot(SnapshotError::Older { found: 1, minimum: 2 })), "{why}");

    // The whole row: its audit trail says what is missing, to a process that knows nothing yet.
    assert_eq!(sql(&store, OLD_ROW).await, 1);
    let why = load(&store, "a").await.unwrap_err();
    assert!(matches!(why, Failure::Older { found: 1, minimum: 2 }), "{why}");
    assert_eq!(why.to_string(), "the stored ring has generation 1, older than the accepted 2");
    // And nobody changes it on the way.
    let change = created.ring.rotate(secret(4), HOUR, START).unwrap();
    assert!(matches!(store.swap("a", 1, &change).await, Err(Failure::Older { found: 1, minimum: 2 })));

    // Row and trail: only who remembers can tell, and every running process does.
    assert_eq!(sql(&store, "DELETE FROM hookring_event WHERE generation = 2").await, 2);
    assert_eq!(load(&store, "a").await.unwrap().unwrap().generation(), 1, "a fresh process without a minimum");
    let minimum = KeyringStore::<Secret>::load(&store, "a", 2).await.unwrap_err();
    assert!(matches!(minimum, Failure::Older { found: 1, minimum: 2 }));
    assert!(matches!(store.refresh("a", &shared).await, Err(Failure::Replace(hookring::ReplaceError::Older { .. }))));
    // Somebody goes on from the old ring: a fork.
    assert_eq!(store.swap("a", 1, &change).await.unwrap(), Swapped::Stored);
    let forked = store.refresh("a", &shared).await.unwrap_err();
    assert!(matches!(forked, Failure::Replace(hookring::ReplaceError::Forked { generation: 2 })));
    assert!(shared.load().same_version(&revoked.ring), "what was published stays");
}

#[tokio::test]
async fn a_deleted_ring_is_absent_and_its_name_is_not_free() {
    let Some((store, _server)) = set_up().await else { return };
    let _ = two_generations(&store).await;
    assert_eq!(sql(&store, "DELETE FROM hookring_ring").await, 1);
    assert!(load(&store, "a").await.unwrap().is_none());
    assert!(matches!(store.swap("a", 0, &first(5)).await, Err(Failure::Older { found: 0, minimum: 2 })));
    sql(&store, "DELETE FROM hookring_event").await;
    assert_eq!(store.swap("a", 0, &first(5)).await.unwrap(), Swapped::Stored);
}

#[tokio::test]
async fn edited_columns_are_noticed() {
    let Some((store, _server)) = set_up().await else { return };
    let _ = two_generations(&store).await;
    let why = async |edit: &str| {
        assert_eq!(sql(&store, &format!("UPDATE hookring_ring SET {edit}")).await, 1);
        let why = load(&store, "a").await.unwrap_err();
        assert_eq!(sql(&store, "DELETE FROM hookring_ring").await, 1);
        sql(&store, "INSERT INTO hookring_ring SELECT * FROM kept").await;
        why
    };
    sql(&store, "CREATE TABLE kept AS SELECT * FROM hookring_ring").await;
    assert!(matches!(why("generation = 3").await, Failure::Mixed));
    assert!(matches!(why("lineage = decode(repeat('00', 32), 'hex')").await, Failure::Mixed));
    assert!(matches!(why("ring = ''").await, Failure::Snapshot(SnapshotError::Truncated)));
    assert!(matches!(why("ring = 'garbage'").await, Failure::Snapshot(SnapshotError::NotASnapshot)));
    let flip = "ring = set_byte(ring, octet_length(ring) - 1, get_byte(ring, octet_length(ring) - 1) # 1)";
    assert!(matches!(why(flip).await, Failure::Snapshot(SnapshotError::Seal(AeadError::Tampered))));
    assert_eq!(load(&store, "a").await.unwrap().unwrap().generation(), 2);
}

/// A store whose connections act as a role that may do no more than the documentation says.
#[derive(Clone)]
struct AsRole(Database, String);

impl hookring::postgres::Pool for AsRole {
    type Client = deadpool_postgres::Client;
    type Error = deadpool_postgres::PoolError;

    async fn get(&self) -> Result<Self::Client, Self::Error> {
        let client = self.0.0.get().await?;
        client.batch_execute(&format!("SET ROLE {}", self.1)).await?;
        Ok(client)
    }

    fn client(held: &mut Self::Client) -> &mut tokio_postgres::Client {
        held
    }
}

#[tokio::test]
async fn the_role_of_the_application_cannot_edit_the_trail() {
    let Some((url, _server)) = servers::postgres_or_skip() else { return };
    let (owner, role) = (store(database::open(&url, 2).await), format!("hookring_app_{}", servers::unique()));
    let schema: String =
        owner.pool().0.get().await.unwrap().query_one("SELECT current_schema()::text", &[]).await.unwrap().get(0);
    let grants = [
        format!("CREATE ROLE {role}"),
        format!("GRANT USAGE ON SCHEMA {schema} TO {role}"),
        format!("GRANT SELECT, INSERT, UPDATE ON hookring_ring TO {role}"),
        format!("GRANT SELECT, INSERT ON hookring_event TO {role}"),
    ];
    for grant in &grants {
        sql(&owner, grant).await;
    }
    // It does everything that the store does.
    let app = PostgresKeyringStore::new(AsRole(owner.pool().clone(), role.clone()), owner.seal().clone());
    let created = first(1);
    assert_eq!(app.swap("a", 0, &created).await.unwrap(), Swapped::Stored);
    let rotated = created.ring.rotate(secret(2), HOUR, START).unwrap();
    assert_eq!(app.swap("a", 1, &rotated).await.unwrap(), Swapped::Stored);
    let resealed = app.reseal::<Secret>("a", START.plus(HOUR)).await.unwrap();
    assert!(matches!(resealed, Resealed::Done(events) if events.len() == 1));
    assert_eq!(app.history("a", None, 10).await.unwrap().len(), 4);
    assert_eq!(app.owners("", 10).await.unwrap().len(), 1);
    // And cannot touch what it has written.
    for edit in ["UPDATE hookring_event SET at_ms = 0", "DELETE FROM hookring_event", "TRUNCATE hookring_event"] {
        let client = hookring::postgres::Pool::get(app.pool()).await.unwrap();
        let why = client.execute(edit, &[]).await.unwrap_err();
        assert_eq!(why.code(), Some(&tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE));
    }
    let clean = owner.pool().0.get().await.unwrap();
    clean.batch_execute(&format!("RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
}

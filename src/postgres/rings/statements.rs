//! The statements. Each is one, so that it is atomic without a transaction, and goes through any pooler.

/// What was stored goes to the audit trail and is announced to listeners. Gives a row if something was stored.
macro_rules! and_log {
    ($stored:literal, $told:literal) => {
        concat!(
            "WITH stored AS (",
            $stored,
            " RETURNING owner, generation
), logged AS (
    INSERT INTO hookring_event (owner, generation, place, at_ms, kind, key, other_key, role, time_ms)
    SELECT stored.owner, e.generation, e.place + coalesce(
            (SELECT max(old.place) FROM hookring_event old WHERE old.owner = $1 AND old.generation = e.generation), 0),
        e.at_ms, e.kind, e.key, e.other_key, e.role, e.time_ms
    FROM stored, unnest(",
            $told,
            ") WITH ORDINALITY AS e (generation, at_ms, kind, key, other_key, role, time_ms, place)
)
"
        )
    };
}

/// Stores the first ring of an owner, if the audit trail does not know of a later one.
pub(super) const CREATE: &str = concat!(
    and_log!(
        "
    INSERT INTO hookring_ring (owner, ring, generation, lineage)
    SELECT $1, $2, $3, $4
    WHERE NOT EXISTS (SELECT FROM hookring_event WHERE owner = $1 AND generation >= $3)
    ON CONFLICT (owner) DO NOTHING",
        "$6, $7, $8, $9, $10, $11, $12"
    ),
    "SELECT pg_notify('hookring_ring', $5) FROM stored"
);

/// Replaces a ring. Of two who come at once the second waits for the first, and then finds another generation. After a
/// failover there may be another history of the same generation.
pub(super) const SWAP: &str = concat!(
    and_log!(
        "
    UPDATE hookring_ring SET ring = $2, generation = $3, lineage = $4, stored_at = clock_timestamp()
    WHERE owner = $1 AND generation = $13 AND lineage = $14
    AND NOT EXISTS (SELECT FROM hookring_event WHERE owner = $1 AND generation >= $3)",
        "$6, $7, $8, $9, $10, $11, $12"
    ),
    "SELECT pg_notify('hookring_ring', $5) FROM stored"
);

/// Replaces the sealed bytes of the same version of a ring. No announcement is needed.
pub(super) const RESEAL: &str = concat!(
    and_log!("UPDATE hookring_ring SET ring = $3 WHERE owner = $1 AND ring = $2", "$4, $5, $6, $7, $8, $9, $10"),
    "SELECT generation FROM stored"
);

/// Always one row. Ring and trail are of one moment.
macro_rules! look_up {
    ($also:literal) => {
        concat!(
            "SELECT held.generation, held.lineage, trail.newest",
            $also,
            " FROM (SELECT coalesce(max(generation), 0) AS newest FROM hookring_event WHERE owner = $1) AS trail
LEFT JOIN hookring_ring AS held ON held.owner = $1"
        )
    };
}

pub(super) const HEAD: &str = look_up!("");
pub(super) const LOAD: &str = look_up!(", held.ring");

pub(super) const HISTORY: &str = "
SELECT generation, at_ms, kind, key, other_key, role, time_ms, (extract(epoch FROM stored_at) * 1000)::bigint, stored_by,
    place
FROM hookring_event WHERE owner = $1 AND (generation, place) < ($2, $3) ORDER BY generation DESC, place DESC LIMIT $4";

pub(super) const OWNERS: &str = "
SELECT generation, lineage, owner, (extract(epoch FROM stored_at) * 1000)::bigint
FROM hookring_ring WHERE owner > $1 ORDER BY owner LIMIT $2";

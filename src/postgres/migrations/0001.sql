-- hookring, migration 1. Unqualified names: the search_path says in which schema. May be run again.

-- Deliveries that are being processed or were processed.
CREATE SEQUENCE IF NOT EXISTS hookring_fence AS bigint;

CREATE TABLE IF NOT EXISTS hookring_replay (
    key   bytea       NOT NULL PRIMARY KEY CHECK (octet_length(key) = 32),
    fence bigint      NOT NULL,
    done  boolean     NOT NULL,
    ends  timestamptz NOT NULL
);

-- For the purge.
CREATE INDEX IF NOT EXISTS hookring_replay_ends ON hookring_replay (ends);

-- The ring of each owner, sealed. One row, replaced only by a ring of a later generation. The first three columns can be
-- read without the key of the seal; that the sealed ring agrees with them is checked when it is opened.
CREATE TABLE IF NOT EXISTS hookring_ring (
    owner      text        NOT NULL PRIMARY KEY,
    generation bigint      NOT NULL CHECK (generation > 0),
    lineage    bytea       NOT NULL CHECK (octet_length(lineage) = 32),
    ring       bytea       NOT NULL,
    stored_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The audit trail: what happened to every ring, without key material. Rows are only ever added, so the roles of the
-- application need no more than SELECT and INSERT here.
CREATE TABLE IF NOT EXISTS hookring_event (
    owner      text        NOT NULL,
    generation bigint      NOT NULL,
    place      smallint    NOT NULL,
    at_ms      bigint      NOT NULL,
    kind       text        NOT NULL,
    key        text,
    other_key  text,
    role       text,
    time_ms    bigint,
    stored_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    stored_by  text        NOT NULL DEFAULT session_user,
    PRIMARY KEY (owner, generation, place)
);

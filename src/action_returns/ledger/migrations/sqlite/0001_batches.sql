-- What was sent, when, by whom, with which outcome. Amounts are integer cents, times are UTC in ISO 8601.
CREATE TABLE batch (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    profile     TEXT NOT NULL,
    environment TEXT NOT NULL,
    channel     TEXT NOT NULL,
    destination TEXT NOT NULL,
    source      TEXT NOT NULL,
    file_name   TEXT NOT NULL UNIQUE,
    sha256      TEXT NOT NULL,
    row_count   INTEGER NOT NULL CHECK (row_count > 0),
    reversals   INTEGER NOT NULL,
    content     BLOB NOT NULL,
    created_at  TEXT NOT NULL,
    who         TEXT NOT NULL,
    host        TEXT NOT NULL,
    process     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'handed-over', 'failed', 'unknown')),
    settled_at  TEXT,
    message     TEXT NOT NULL DEFAULT '',
    evidence    TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX batch_content ON batch (profile, environment, sha256);

CREATE TABLE sent_row (
    batch     INTEGER NOT NULL REFERENCES batch (number),
    position  INTEGER NOT NULL,
    action_id TEXT NOT NULL,
    cents     INTEGER NOT NULL CHECK (cents >= 0),
    reason    TEXT NOT NULL
) STRICT;

CREATE INDEX sent_row_action ON sent_row (action_id);
CREATE INDEX sent_row_batch ON sent_row (batch, position);

CREATE TABLE event (
    batch  INTEGER NOT NULL REFERENCES batch (number),
    at     TEXT NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX event_batch ON event (batch);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE (ABORT, 'events are never changed'); END;

CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN SELECT RAISE (ABORT, 'events are never removed'); END;

-- Tells apart a batch of which nothing has left yet (prepared) from one that may have left (sending); keeps the rows
-- by action, so that what was sent for ten thousand actions is found in a moment; puts the exact bytes in a table of
-- their own. From here on the database itself refuses a state that cannot follow, and any change of what was recorded.
CREATE TABLE batch_2 (
    number       INTEGER PRIMARY KEY,
    profile      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    channel      TEXT NOT NULL,
    destination  TEXT NOT NULL,
    source       TEXT NOT NULL,
    file_name    TEXT NOT NULL UNIQUE,
    sha256       TEXT NOT NULL,
    row_count    INTEGER NOT NULL CHECK (row_count > 0),
    reversals    INTEGER NOT NULL,
    size         INTEGER NOT NULL,
    created_at   TEXT NOT NULL,
    who          TEXT NOT NULL,
    host         TEXT NOT NULL,
    process      TEXT NOT NULL,
    duplicate_of INTEGER REFERENCES batch_2 (number),
    state        TEXT NOT NULL CHECK (state IN ('prepared', 'sending', 'sent', 'handed-over', 'failed', 'unknown')),
    settled_at   TEXT,
    message      TEXT NOT NULL DEFAULT '',
    evidence     TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- A batch that repeats an earlier one on purpose names it; step 1 did not record that, but the numbers tell.
INSERT INTO batch_2
SELECT number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals,
       length(content), created_at, who, host, process,
       (SELECT max(earlier.number) FROM batch AS earlier
        WHERE earlier.number < batch.number AND earlier.profile = batch.profile
          AND earlier.environment = batch.environment AND earlier.sha256 = batch.sha256 AND earlier.state <> 'failed'),
       state, settled_at, message, evidence
FROM batch;

CREATE TABLE content (
    batch INTEGER PRIMARY KEY REFERENCES batch_2 (number),
    bytes BLOB NOT NULL
) STRICT;

INSERT INTO content SELECT number, content FROM batch;

CREATE TABLE sent_row_2 (
    action_id TEXT NOT NULL,
    batch     INTEGER NOT NULL REFERENCES batch_2 (number),
    cents     INTEGER NOT NULL CHECK (cents >= 0),
    reason    TEXT NOT NULL,
    PRIMARY KEY (action_id, batch)
) STRICT, WITHOUT ROWID;

INSERT INTO sent_row_2 SELECT action_id, batch, cents, reason FROM sent_row ORDER BY action_id, batch;

CREATE TABLE event_2 (
    batch  INTEGER NOT NULL REFERENCES batch_2 (number),
    at     TEXT NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
) STRICT;

INSERT INTO event_2 SELECT batch, at, kind, detail FROM event ORDER BY rowid;

DROP TABLE event;
DROP TABLE sent_row;
DROP TABLE batch;
ALTER TABLE batch_2 RENAME TO batch;
ALTER TABLE sent_row_2 RENAME TO sent_row;
ALTER TABLE event_2 RENAME TO event;

CREATE UNIQUE INDEX batch_content_once ON batch (profile, environment, sha256)
WHERE duplicate_of IS NULL AND state IN ('prepared', 'sending', 'sent', 'handed-over', 'unknown');

CREATE INDEX batch_open ON batch (number) WHERE state IN ('prepared', 'sending');

CREATE INDEX event_batch ON event (batch);

CREATE TRIGGER batch_goes_one_way BEFORE UPDATE OF state ON batch
WHEN OLD.state || ' ' || NEW.state NOT IN (
    'prepared sending', 'prepared failed',
    'sending sent', 'sending handed-over', 'sending failed', 'sending unknown',
    'unknown sent', 'unknown handed-over', 'unknown failed',
    'handed-over sent', 'handed-over failed'
)
BEGIN SELECT RAISE (ABORT, 'this state cannot follow that one'); END;

CREATE TRIGGER batch_begins_prepared BEFORE INSERT ON batch WHEN NEW.state <> 'prepared'
BEGIN SELECT RAISE (ABORT, 'a batch begins prepared'); END;

CREATE TRIGGER batch_is_never_changed
BEFORE UPDATE OF number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals,
    size, created_at, who, host, process, duplicate_of ON batch
BEGIN SELECT RAISE (ABORT, 'what was recorded is never changed'); END;

-- What became of a batch is written with the step to its state, and stays as it was written.
CREATE TRIGGER batch_outcome_stays BEFORE UPDATE OF settled_at, message, evidence ON batch WHEN OLD.state = NEW.state
BEGIN SELECT RAISE (ABORT, 'an outcome is never changed'); END;

CREATE TRIGGER batch_is_never_removed BEFORE DELETE ON batch
BEGIN SELECT RAISE (ABORT, 'a batch is never removed'); END;

CREATE TRIGGER content_is_never_changed BEFORE UPDATE ON content
BEGIN SELECT RAISE (ABORT, 'bytes that were recorded are never changed'); END;

CREATE TRIGGER content_is_never_removed BEFORE DELETE ON content
BEGIN SELECT RAISE (ABORT, 'bytes that were recorded are never removed'); END;

CREATE TRIGGER sent_row_is_never_changed BEFORE UPDATE ON sent_row
BEGIN SELECT RAISE (ABORT, 'a row that was recorded is never changed'); END;

CREATE TRIGGER sent_row_is_never_removed BEFORE DELETE ON sent_row
BEGIN SELECT RAISE (ABORT, 'a row that was recorded is never removed'); END;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE (ABORT, 'events are never changed'); END;

CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN SELECT RAISE (ABORT, 'events are never removed'); END;

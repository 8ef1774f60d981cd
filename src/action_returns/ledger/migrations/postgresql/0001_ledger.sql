-- The same record as in SQLite after its step 2: see docs/ledger.md. The database itself refuses a state that cannot
-- follow, and any change of what was recorded. The schema may exist already, made by a user with more rights.
DO $$
BEGIN
    IF to_regnamespace('action_returns') IS NULL THEN
        CREATE SCHEMA action_returns;
    END IF;
END $$;

CREATE TABLE ledger_step (number INTEGER NOT NULL);

CREATE TABLE batch (
    number       BIGINT PRIMARY KEY,
    profile      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    channel      TEXT NOT NULL,
    destination  TEXT NOT NULL,
    source       TEXT NOT NULL,
    file_name    TEXT NOT NULL UNIQUE,
    sha256       TEXT NOT NULL,
    row_count    BIGINT NOT NULL CHECK (row_count > 0),
    reversals    BIGINT NOT NULL,
    size         BIGINT NOT NULL,
    created_at   TEXT NOT NULL,
    who          TEXT NOT NULL,
    host         TEXT NOT NULL,
    process      TEXT NOT NULL,
    duplicate_of BIGINT REFERENCES batch (number),
    state        TEXT NOT NULL CHECK (state IN ('prepared', 'sending', 'sent', 'handed-over', 'failed', 'unknown')),
    settled_at   TEXT,
    message      TEXT NOT NULL DEFAULT '',
    evidence     TEXT NOT NULL DEFAULT '{}'
);

CREATE UNIQUE INDEX batch_content_once ON batch (profile, environment, sha256)
WHERE duplicate_of IS NULL AND state IN ('prepared', 'sending', 'sent', 'handed-over', 'unknown');

CREATE INDEX batch_open ON batch (number) WHERE state IN ('prepared', 'sending');

CREATE TABLE content (
    batch BIGINT PRIMARY KEY REFERENCES batch (number),
    bytes BYTEA NOT NULL
);

-- Ids are compared byte by byte: "m" is not "M", whatever the language of the database.
CREATE TABLE sent_row (
    action_id TEXT COLLATE "C" NOT NULL,
    batch     BIGINT NOT NULL REFERENCES batch (number),
    cents     BIGINT NOT NULL CHECK (cents >= 0),
    reason    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (action_id, batch)
);

CREATE TABLE event (
    rowid  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch  BIGINT NOT NULL REFERENCES batch (number),
    at     TEXT NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);

CREATE INDEX event_batch ON event (batch);

CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed or removed', TG_ARGV[0];
END $$;

CREATE FUNCTION batch_begins_prepared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'prepared' THEN
        RAISE EXCEPTION 'a batch begins prepared';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION batch_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state || ' ' || NEW.state NOT IN (
        'prepared sending', 'prepared failed',
        'sending sent', 'sending handed-over', 'sending failed', 'sending unknown',
        'unknown sent', 'unknown handed-over', 'unknown failed',
        'handed-over sent', 'handed-over failed'
    ) THEN
        RAISE EXCEPTION 'this state cannot follow that one';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER batch_begins_prepared BEFORE INSERT ON batch
FOR EACH ROW EXECUTE FUNCTION batch_begins_prepared();

CREATE TRIGGER batch_goes_one_way BEFORE UPDATE OF state ON batch
FOR EACH ROW EXECUTE FUNCTION batch_goes_one_way();

CREATE TRIGGER batch_is_never_changed
BEFORE UPDATE OF number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals,
    size, created_at, who, host, process, duplicate_of ON batch
FOR EACH ROW EXECUTE FUNCTION never('what was recorded');

-- What became of a batch is written with the step to its state, and stays as it was written.
CREATE TRIGGER batch_outcome_stays BEFORE UPDATE OF settled_at, message, evidence ON batch
FOR EACH ROW WHEN (OLD.state = NEW.state) EXECUTE FUNCTION never('an outcome');

CREATE TRIGGER batch_is_never_removed BEFORE DELETE ON batch
FOR EACH ROW EXECUTE FUNCTION never('a batch');

CREATE TRIGGER content_stays BEFORE UPDATE OR DELETE ON content
FOR EACH ROW EXECUTE FUNCTION never('what was recorded');

CREATE TRIGGER sent_row_stays BEFORE UPDATE OR DELETE ON sent_row
FOR EACH ROW EXECUTE FUNCTION never('a row that was recorded');

CREATE TRIGGER event_stays BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION never('an event');

CREATE TRIGGER batch_is_never_emptied BEFORE TRUNCATE ON batch
FOR EACH STATEMENT EXECUTE FUNCTION never('a batch');

CREATE TRIGGER content_is_never_emptied BEFORE TRUNCATE ON content
FOR EACH STATEMENT EXECUTE FUNCTION never('what was recorded');

CREATE TRIGGER sent_row_is_never_emptied BEFORE TRUNCATE ON sent_row
FOR EACH STATEMENT EXECUTE FUNCTION never('a row that was recorded');

CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION never('an event');

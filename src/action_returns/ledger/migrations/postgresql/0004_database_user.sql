-- Which user of the database recorded a batch or an event, and when by the server's clock: beside the name and the time
-- that a program gives, which are what its user wants them to be. Empty in what was recorded before this step.
ALTER TABLE batch ADD COLUMN db_user TEXT NOT NULL DEFAULT '';
ALTER TABLE batch ADD COLUMN recorded_at TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN db_user TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN recorded_at TEXT NOT NULL DEFAULT '';

-- Every function has its own search path: a temporary table of the same name would mislead it otherwise.
ALTER FUNCTION never() SET search_path = action_returns, pg_temp;
ALTER FUNCTION chain_of(TEXT[]) SET search_path = action_returns, pg_temp;

CREATE FUNCTION utc_text(moment TIMESTAMPTZ) RETURNS TEXT LANGUAGE plpgsql STABLE
SET search_path = action_returns, pg_temp AS $$
BEGIN
    RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"');
END $$;

-- Never before the transaction began, even when the clock is set back meanwhile: later checks compare the two.
CREATE FUNCTION server_time() RETURNS TEXT LANGUAGE plpgsql VOLATILE SET search_path = action_returns, pg_temp AS $$
BEGIN
    RETURN utc_text(greatest(clock_timestamp(), transaction_timestamp()));
END $$;

-- What changes the record waits for its turn, as this program's transactions do. In READ COMMITTED every query of a
-- trigger sees what was committed before its turn came; with another level it might judge by an older state.
CREATE FUNCTION wait_for_turn() RETURNS void LANGUAGE plpgsql SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'the record is changed in READ COMMITTED transactions only';
    END IF;
    PERFORM pg_advisory_xact_lock(90595699028590);
END $$;

-- Form 2 of an event: the user of the database and the server's time are hashed, too.
CREATE OR REPLACE FUNCTION event_is_chained() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
DECLARE
    latest BIGINT;
    previous TEXT;
BEGIN
    PERFORM wait_for_turn();
    SELECT rowid, chain INTO latest, previous FROM event ORDER BY rowid DESC LIMIT 1;
    NEW.rowid := coalesce(latest, 0) + 1;
    NEW.db_user := session_user;
    NEW.recorded_at := server_time();
    NEW.form := 2;
    NEW.chain := chain_of(
        '2', coalesce(previous, ''), NEW.batch::text, NEW.at, NEW.kind, NEW.detail, NEW.db_user, NEW.recorded_at);
    RETURN NEW;
END $$;

DROP TRIGGER batch_is_never_changed ON batch;
CREATE TRIGGER batch_is_never_changed
BEFORE UPDATE OF number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals,
    size, created_at, who, host, process, duplicate_of, account, receiver, db_user, recorded_at ON batch
FOR EACH ROW EXECUTE FUNCTION never('what was recorded');

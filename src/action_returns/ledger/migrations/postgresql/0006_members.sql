-- A member of a team may add to the record and take a batch a step forward. Which rows and steps are allowed is decided
-- here, so that it holds for every program a member may use: a batch is recorded as a whole in one transaction, by the
-- user of the database that sends it; another member can only settle it when its program has ended, or mark it.

-- Whether this very transaction records the batch. A transaction that began earlier elsewhere has another xmin.
CREATE FUNCTION is_recorded_now(wanted BIGINT) RETURNS boolean LANGUAGE plpgsql VOLATILE
SET search_path = action_returns, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM batch WHERE number = wanted AND state = 'prepared' AND db_user = session_user
            AND xmin = pg_current_xact_id()::xid AND recorded_at >= utc_text(transaction_timestamp()));
END $$;

-- Whether no connection of the user who records a batch holds the lock of the program that sends it (PostgreSQL manual,
-- 54.12: a key of 64 bits is shown in two halves, marked by objsubid = 1). Another user's hold on it means nothing.
CREATE FUNCTION sender_is_gone(program TEXT, db_user TEXT) RETURNS boolean LANGUAGE sql VOLATILE
SET search_path = action_returns, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT 1 FROM pg_locks AS held JOIN pg_stat_activity AS session ON session.pid = held.pid
        WHERE held.locktype = 'advisory' AND held.objsubid = 1 AND held.granted
          AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND held.classid::bigint << 32 | held.objid::bigint = hashtextextended(program, 0)
          AND db_user IN ('', session.usename))
$$;

CREATE FUNCTION batch_begins_prepared_in_turn() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
DECLARE
    next BIGINT;
    ending TEXT;
BEGIN
    PERFORM wait_for_turn();
    IF NEW.state <> 'prepared' OR NEW.settled_at IS NOT NULL OR NEW.message <> '' OR NEW.evidence <> '{}' THEN
        RAISE EXCEPTION 'a batch begins prepared, without an outcome';
    END IF;
    SELECT coalesce(max(number), 0) + 1 INTO next FROM batch;
    IF NEW.number IS DISTINCT FROM next THEN
        RAISE EXCEPTION 'the next batch has the number %', next;
    END IF;
    -- So that no batch takes the name that a later one will have.
    SELECT tag || '-' || lpad(next::text, greatest(4, length(next::text)), '0') || '.csv' INTO ending FROM ledger;
    IF right(NEW.file_name, length(ending)) <> ending THEN
        RAISE EXCEPTION 'the name of the file of this batch ends with %', ending;
    END IF;
    NEW.db_user := session_user;
    NEW.recorded_at := server_time();
    RETURN NEW;
END $$;

DROP TRIGGER batch_begins_prepared ON batch;
DROP FUNCTION batch_begins_prepared();
CREATE TRIGGER batch_begins_prepared_in_turn BEFORE INSERT ON batch
FOR EACH ROW EXECUTE FUNCTION batch_begins_prepared_in_turn();

CREATE FUNCTION content_is_the_file_of_its_batch() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF NOT is_recorded_now(NEW.batch) THEN
        RAISE EXCEPTION 'a file is recorded together with its own batch only';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM batch WHERE number = NEW.batch AND size = octet_length(NEW.bytes)
            AND sha256 = encode(sha256(NEW.bytes), 'hex')
    ) THEN
        RAISE EXCEPTION 'these bytes are not the file of the batch: size or hash differ';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER content_is_the_file_of_its_batch BEFORE INSERT ON content
FOR EACH ROW EXECUTE FUNCTION content_is_the_file_of_its_batch();

-- The rows of a batch come in one statement, after its file, and are exactly the records of that file. Because of the
-- primary key no row can be added later: it would have to be one of them.
CREATE FUNCTION rows_are_the_records_of_the_file() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
DECLARE
    this RECORD;
    file TEXT;
    records BIGINT;
BEGIN
    FOR this IN
        SELECT batch AS number, count(*) AS rows, count(*) FILTER (WHERE cents = 0) AS reversals FROM added GROUP BY batch
    LOOP
        IF NOT is_recorded_now(this.number) THEN
            RAISE EXCEPTION 'rows are recorded together with their own batch only';
        END IF;
        SELECT convert_from(bytes, 'UTF8') INTO file FROM content WHERE batch = this.number;
        IF file IS NULL OR NOT starts_with(file, E'ActionId,Amount,Reason\r\n') OR right(file, 2) <> E'\r\n' THEN
            RAISE EXCEPTION 'rows are recorded after the file that holds them';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM batch
            WHERE number = this.number AND row_count = this.rows AND reversals = this.reversals
        ) THEN
            RAISE EXCEPTION 'the rows of a batch are as many as it says, and come all at once';
        END IF;
        -- As many records as rows, and every row is one of them.
        SELECT count(*) INTO records FROM string_to_table(file, E'\r\n');
        IF records <> this.rows + 2 OR EXISTS (
            SELECT action_id || CASE cents WHEN 0 THEN ',0,' ELSE
                ',' || cents / 100 || '.' || lpad((cents % 100)::text, 2, '0') || ',' END || reason COLLATE "C"
            FROM added WHERE batch = this.number
            EXCEPT ALL
            SELECT record COLLATE "C" FROM string_to_table(file, E'\r\n') AS record
        ) THEN
            RAISE EXCEPTION 'these are not the rows of the file';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER rows_are_the_records_of_the_file AFTER INSERT ON sent_row
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rows_are_the_records_of_the_file();

-- Asked at the end of the transaction. One row is enough to see that all are there.
CREATE FUNCTION batch_is_recorded_as_a_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM content JOIN sent_row ON sent_row.batch = content.batch AND sent_row.action_id =
            split_part(encode(substr(bytes, 25, 65), 'escape'), ',', 1) COLLATE "C"
        WHERE content.batch = NEW.number
    ) OR (
        SELECT count(*) FROM event WHERE batch = NEW.number AND kind IN ('prepared', 'confirmed')
    ) <> 2 THEN
        RAISE EXCEPTION 'a batch is recorded with its file, its rows, and who confirmed it';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER batch_is_recorded_as_a_whole AFTER INSERT ON batch
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_is_recorded_as_a_whole();

-- Who may take which step. The event of a mark comes before the step, every other event after it.
CREATE OR REPLACE FUNCTION batch_goes_one_way() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
DECLARE
    step TEXT := OLD.state || ' ' || NEW.state;
    mark JSONB;
BEGIN
    PERFORM wait_for_turn();
    IF step NOT IN (
        'prepared sending', 'prepared failed',
        'sending sent', 'sending handed-over', 'sending failed', 'sending unknown',
        'unknown sent', 'unknown handed-over', 'unknown failed',
        'handed-over sent', 'handed-over failed', 'sent failed'
    ) THEN
        RAISE EXCEPTION 'this state cannot follow that one';
    END IF;
    IF (NEW.settled_at IS NULL) <> (NEW.state = 'sending') THEN
        RAISE EXCEPTION 'an outcome is recorded with its time';
    END IF;
    IF OLD.state IN ('prepared', 'sending') THEN
        IF OLD.db_user NOT IN (session_user, '') AND step NOT IN ('prepared failed', 'sending unknown') THEN
            RAISE EXCEPTION 'what becomes of this batch is recorded by the database user % who sends it', OLD.db_user;
        END IF;
        IF OLD.db_user NOT IN (session_user, '') AND NOT sender_is_gone(OLD.process, OLD.db_user) THEN
            RAISE EXCEPTION 'the program that sends this batch is still at work';
        END IF;
        RETURN NEW;
    END IF;
    SELECT detail::jsonb INTO mark FROM event
    WHERE batch = NEW.number AND kind = 'marked' AND xmin = pg_current_xact_id()::xid ORDER BY rowid DESC LIMIT 1;
    IF mark @> jsonb_build_object('was', OLD.state, 'state', NEW.state) THEN
        IF are_facts(OLD.evidence, 1000000) AND NEW.evidence::jsonb <> OLD.evidence::jsonb THEN
            RAISE EXCEPTION 'a mark keeps what the receiver answered';
        END IF;
        -- Whatever name a program gives, the message that all members read names the user of the database.
        NEW.message := format('Marked %s by %s (database user %s): %s',
                              NEW.state, mark ->> 'who', session_user, mark ->> 'why');
    -- The program that sent it, taken for dead by another one, may come back and know better.
    ELSIF OLD.state <> 'unknown' OR OLD.db_user <> session_user THEN
        RAISE EXCEPTION 'only a person who has looked can mark a % batch %', OLD.state, NEW.state;
    END IF;
    RETURN NEW;
END $$;

-- Asked at the end of the transaction: every step has its event, written by the same user.
CREATE FUNCTION step_has_its_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM event
        WHERE batch = NEW.number
          AND CASE WHEN xmin <> pg_current_xact_id()::xid THEN FALSE  -- it may be of a time when nothing was checked
                   WHEN kind = 'sending' THEN NEW.state = 'sending'
                   WHEN kind IN ('outcome', 'marked') THEN detail::jsonb ->> 'state' = NEW.state END
    ) THEN
        RAISE EXCEPTION 'a step of a batch is recorded with its event';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER step_has_its_event AFTER UPDATE ON batch
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION step_has_its_event();

CREATE FUNCTION event_is_of_this_transaction() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
DECLARE
    this RECORD;
    facts JSONB;
    is_allowed BOOLEAN;
BEGIN
    PERFORM wait_for_turn();
    IF NOT are_facts(NEW.detail, 2000000) THEN
        RAISE EXCEPTION 'the detail of an event is a JSON object of texts and whole numbers';
    END IF;
    facts := NEW.detail::jsonb;
    SELECT *, xmin = pg_current_xact_id()::xid AS is_changed INTO this FROM batch WHERE number = NEW.batch;
    is_allowed := CASE NEW.kind
        WHEN 'prepared' THEN is_recorded_now(NEW.batch) AND NOT EXISTS (
            SELECT 1 FROM jsonb_each(jsonb_build_object(
                'file', this.file_name, 'sha256', this.sha256, 'rows', this.row_count, 'reversals', this.reversals,
                'bytes', this.size, 'profile', this.profile, 'environment', this.environment, 'channel', this.channel,
                'destination', this.destination, 'source', this.source, 'account', this.account,
                'receiver', this.receiver, 'by', this.who || ' on ' || this.host)) AS fact
            -- The words of an event are cleaned of characters that hide others: such values differ.
            WHERE facts ? fact.key AND facts -> fact.key <> fact.value AND fact.value #>> '{}' ~ '^[ -~]*$')
        WHEN 'confirmed' THEN is_recorded_now(NEW.batch) AND jsonb_typeof(facts -> 'who') = 'string'
            AND EXISTS (SELECT 1 FROM event WHERE batch = NEW.batch AND kind = 'prepared')
            AND NOT EXISTS (
                SELECT 1 FROM jsonb_each(facts) AS fact
                WHERE fact.key IN ('include_sent', 'repeats', 'left_out_errors', 'left_out_sent_before',
                                   'new_total_cents', 'effect_cents', 'effect_known_rows')
                  AND jsonb_typeof(fact.value) <> 'number')
        WHEN 'sending' THEN this.is_changed AND this.state = 'sending'
        WHEN 'outcome' THEN this.is_changed AND this.state NOT IN ('prepared', 'sending')
            AND starts_with(NEW.detail, '{"state": "' || this.state || '"')
            AND facts - ARRAY['state', 'message', 'found'] = this.evidence::jsonb
            AND facts -> 'message' = to_jsonb(this.message)
        WHEN 'marked' THEN facts ->> 'was' = this.state AND facts ->> 'state' IN ('sent', 'failed')
            AND starts_with(NEW.detail, '{"state": "' || (facts ->> 'state') || '"')
            AND jsonb_typeof(facts -> 'who') = 'string' AND trim(facts ->> 'why') <> ''
        ELSE FALSE END;
    IF is_allowed IS NOT TRUE THEN
        RAISE EXCEPTION 'an event % is recorded only in the transaction in which it happens to the batch', NEW.kind;
    END IF;
    -- What happens several times to a batch happens once in a transaction.
    IF EXISTS (
        SELECT 1 FROM event WHERE batch = NEW.batch AND kind = NEW.kind
            AND (kind NOT IN ('outcome', 'marked') OR xmin = pg_current_xact_id()::xid)
    ) THEN
        RAISE EXCEPTION 'this event is on record already';
    END IF;
    RETURN NEW;
END $$;

-- Before event_is_chained: triggers run in the order of their names.
CREATE TRIGGER event_at_its_time BEFORE INSERT ON event
FOR EACH ROW EXECUTE FUNCTION event_is_of_this_transaction();

-- Asked at the end of the transaction: a mark without its step would tell what did not happen.
CREATE FUNCTION mark_has_its_step() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM batch WHERE number = NEW.batch AND state = NEW.detail::jsonb ->> 'state'
            AND xmin = pg_current_xact_id()::xid
    ) THEN
        RAISE EXCEPTION 'a mark is recorded with the step of its batch';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER mark_has_its_step AFTER INSERT ON event
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'marked') EXECUTE FUNCTION mark_has_its_step();

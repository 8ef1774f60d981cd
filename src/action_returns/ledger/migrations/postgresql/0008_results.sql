-- What belongs to a batch beside its file, as in SQLite after step 6: what the pending download said of its actions when it was
-- sent, what became of each row as far as later evidence shows, and the rows of a drafted undo. Every member may find out what
-- became of a batch. What became of single rows on their way is told by the user who sends them.
CREATE TABLE attachment (
    number      BIGINT PRIMARY KEY,
    batch       BIGINT NOT NULL REFERENCES batch (number),
    kind        TEXT NOT NULL CHECK (kind IN ('before', 'results', 'undo')),
    sha256      TEXT NOT NULL,
    bytes       BYTEA NOT NULL,
    db_user     TEXT NOT NULL DEFAULT '',
    recorded_at TEXT NOT NULL DEFAULT ''
);

-- The bytes are compressed by the program.
ALTER TABLE attachment ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE UNIQUE INDEX attachment_of_batch ON attachment (batch, kind, sha256);
CREATE INDEX event_reconciled ON event (batch) WHERE kind = 'reconciled';

CREATE FUNCTION attachment_is_what_its_hash_says() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    PERFORM wait_for_turn();
    IF NEW.sha256 IS DISTINCT FROM encode(sha256(NEW.bytes), 'hex') THEN
        RAISE EXCEPTION 'these bytes are not those of their hash';
    END IF;
    IF octet_length(NEW.bytes) > (SELECT 100000 + 10000 * row_count FROM batch WHERE number = NEW.batch) THEN
        RAISE EXCEPTION 'what belongs to a batch has at most 10,000 bytes for each row';
    END IF;
    SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM attachment;
    NEW.db_user := session_user;
    NEW.recorded_at := server_time();
    RETURN NEW;
END $$;

CREATE TRIGGER attachment_is_what_its_hash_says BEFORE INSERT ON attachment
FOR EACH ROW EXECUTE FUNCTION attachment_is_what_its_hash_says();

-- The event of a batch that names an attachment of each kind, and under which name.
CREATE FUNCTION names_attachment(event_kind TEXT, facts JSONB, kind TEXT, sha256 TEXT) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = action_returns, pg_temp AS $$
    SELECT CASE kind WHEN 'before' THEN event_kind = 'confirmed' AND facts ->> 'before_sha256' = sha256
                     WHEN 'results' THEN event_kind = 'reconciled' AND facts ->> 'sha256' = sha256
                     WHEN 'undo' THEN event_kind = 'undo-drafted' AND facts ->> 'sha256' = sha256 END
$$;

-- Asked at the end of the transaction.
CREATE FUNCTION attachment_has_its_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM event WHERE batch = NEW.batch AND kind IN ('confirmed', 'reconciled', 'undo-drafted')
          AND CASE WHEN xmin <> pg_current_xact_id()::xid THEN FALSE
                   ELSE names_attachment(kind, detail::jsonb, NEW.kind, NEW.sha256) END
    ) THEN
        RAISE EXCEPTION 'what belongs to a batch is recorded with the event that names its hash';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER attachment_has_its_event AFTER INSERT ON attachment
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION attachment_has_its_event();

CREATE TRIGGER attachment_stays BEFORE UPDATE OR DELETE ON attachment
FOR EACH ROW EXECUTE FUNCTION never('what was recorded');

CREATE TRIGGER attachment_is_never_emptied BEFORE TRUNCATE ON attachment
FOR EACH STATEMENT EXECUTE FUNCTION never('what was recorded');

-- Who may record events may record what they name. In a new ledger the administrator grants it (docs/team-ledger.md).
DO $$
DECLARE
    this RECORD;
BEGIN
    FOR this IN
        SELECT privilege_type AS may, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS member
        FROM pg_class, aclexplode(relacl) WHERE oid = 'event'::regclass AND grantee <> relowner
          AND privilege_type IN ('SELECT', 'INSERT')
    LOOP
        EXECUTE format('GRANT %s ON attachment TO %s', this.may, this.member);
    END LOOP;
END $$;

-- As in step 7, and: evidence that certainly shows the receiver has a batch settles one that is unknown or handed-over,
-- whichever member finds it. That takes nothing away: its rows stay behind as before. Only a person marks one failed.
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
        'handed-over sent', 'handed-over failed', 'sent failed',
        'failed sent', 'failed handed-over', 'failed unknown'
    ) THEN
        RAISE EXCEPTION 'this state cannot follow that one';
    END IF;
    IF (NEW.settled_at IS NULL) <> (NEW.state = 'sending') THEN
        RAISE EXCEPTION 'an outcome is recorded with its time';
    END IF;
    SELECT detail::jsonb INTO mark FROM event
    WHERE batch = NEW.number AND kind = 'marked' AND xmin = pg_current_xact_id()::xid ORDER BY rowid DESC LIMIT 1;
    IF OLD.state = 'sending' AND mark @> jsonb_build_object('was', OLD.state, 'state', NEW.state) THEN
        -- A person knows that the program has ended; as far as the database can tell it may be cut off only.
        IF NOT sender_is_gone(OLD.process, OLD.db_user) THEN
            RAISE EXCEPTION 'the program that sends this batch is still at work';
        END IF;
    ELSIF OLD.state IN ('prepared', 'sending') THEN
        IF OLD.db_user IN (session_user, '') THEN
            RETURN NEW;
        END IF;
        IF step NOT IN ('prepared failed', 'sending unknown') THEN
            RAISE EXCEPTION 'what becomes of this batch is recorded by the database user % who sends it', OLD.db_user;
        END IF;
        IF NOT sender_is_gone(OLD.process, OLD.db_user) THEN
            RAISE EXCEPTION 'the program that sends this batch is still at work';
        END IF;
        IF OLD.state = 'sending' AND sending_until(OLD.number) > clock_timestamp() THEN
            RAISE EXCEPTION 'the program that sends this batch may still be at work, cut off from the record';
        END IF;
        RETURN NEW;
    ELSIF OLD.state = 'failed' THEN
        IF OLD.db_user <> session_user OR (
            SELECT kind FROM event WHERE batch = NEW.number AND kind IN ('outcome', 'marked') ORDER BY rowid DESC LIMIT 1
        ) IS DISTINCT FROM 'marked' THEN
            RAISE EXCEPTION 'only the user who sent a batch that was marked failed can record its outcome after all';
        END IF;
        RETURN NEW;
    END IF;
    IF mark @> jsonb_build_object('was', OLD.state, 'state', NEW.state) THEN
        IF are_facts(OLD.evidence, 1000000) AND NEW.evidence::jsonb <> OLD.evidence::jsonb THEN
            RAISE EXCEPTION 'a mark keeps what the receiver answered';
        END IF;
        -- Whatever name a program gives, the message that all members read names the user of the database.
        NEW.message := format('Marked %s by %s (database user %s): %s',
                              NEW.state, mark ->> 'who', session_user, mark ->> 'why');
    -- The program that sent it, taken for dead by another one, may come back and know better.
    ELSIF OLD.state = 'unknown' AND OLD.db_user = session_user THEN
        RETURN NEW;
    ELSIF step IN ('unknown sent', 'handed-over sent') THEN
        IF are_facts(OLD.evidence, 1000000) AND NOT NEW.evidence::jsonb @> OLD.evidence::jsonb THEN
            RAISE EXCEPTION 'later evidence keeps what the receiver answered';
        END IF;
        -- The event that comes after has this message, and says where the evidence was found.
        NEW.message := format('%s (found by the database user %s)', NEW.message, session_user);
    ELSE
        RAISE EXCEPTION 'only a person who has looked can mark a % batch %', OLD.state, NEW.state;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION step_has_its_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM event
        WHERE batch = NEW.number
          AND CASE WHEN xmin <> pg_current_xact_id()::xid THEN FALSE  -- it may be of a time when nothing was checked
                   WHEN kind = 'sending' THEN NEW.state = 'sending'
                   WHEN kind = 'outcome' THEN detail::jsonb ->> 'state' = NEW.state AND (
                       OLD.state NOT IN ('unknown', 'handed-over') OR OLD.state = 'unknown' AND OLD.db_user = session_user
                       OR trim(detail::jsonb ->> 'found') <> '')
                   WHEN kind = 'marked' THEN detail::jsonb ->> 'state' = NEW.state END
    ) THEN
        RAISE EXCEPTION 'a step of a batch is recorded with its event';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION event_is_of_this_transaction() RETURNS trigger LANGUAGE plpgsql
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
            AND (NOT facts ? 'before_sha256' OR has_attachment(NEW.batch, 'before', facts -> 'before_sha256'))
        WHEN 'sending' THEN this.is_changed AND this.state = 'sending'
            AND coalesce(jsonb_typeof(facts -> 'at_most_seconds'), 'number') = 'number'
            AND coalesce((facts ->> 'at_most_seconds')::numeric, 0) BETWEEN 0 AND 7200
        WHEN 'outcome' THEN this.is_changed AND this.state NOT IN ('prepared', 'sending')
            AND starts_with(NEW.detail, '{"state": "' || this.state || '"')
            AND facts - ARRAY['state', 'message', 'found'] = this.evidence::jsonb
            AND facts -> 'message' = to_jsonb(this.message)
        WHEN 'marked' THEN this.state IN ('sending', 'unknown', 'handed-over', 'sent')
            AND facts ->> 'was' = this.state AND facts ->> 'state' IN ('sent', 'failed')
            AND starts_with(NEW.detail, '{"state": "' || (facts ->> 'state') || '"')
            AND jsonb_typeof(facts -> 'who') = 'string' AND trim(facts ->> 'why') <> ''
        -- What the program that sent it found out, and which changes nothing of what was marked or recorded meanwhile.
        WHEN 'late-outcome' THEN NOT this.is_changed AND this.db_user = session_user
            AND this.state NOT IN ('prepared', 'sending')
            AND facts ->> 'state' IN ('sent', 'handed-over', 'failed', 'unknown')
            AND starts_with(NEW.detail, '{"state": "' || (facts ->> 'state') || '"')
            AND jsonb_typeof(facts -> 'message') = 'string'
        -- What any member found out later of a batch that the receiver may have.
        WHEN 'reconciled' THEN this.state IN ('sent', 'handed-over', 'unknown')
            AND jsonb_typeof(facts -> 'who') = 'string' AND has_attachment(NEW.batch, 'results', facts -> 'sha256')
            AND NOT EXISTS (
                SELECT 1 FROM jsonb_each(facts) AS fact
                WHERE fact.key IN ('rows', 'open', 'applied', 'different', 'missing', 'locked', 'refused', 'too_early')
                  AND jsonb_typeof(fact.value) <> 'number')
            AND (facts ->> 'open')::numeric BETWEEN 0 AND this.row_count
        WHEN 'undo-drafted' THEN this.state IN ('sent', 'handed-over', 'unknown')
            AND jsonb_typeof(facts -> 'who') = 'string' AND has_attachment(NEW.batch, 'undo', facts -> 'sha256')
        -- What the program that sends it knows of one row; an outcome may come late, as the outcome of a batch may.
        WHEN 'row-sending' THEN this.state = 'sending' AND this.db_user = session_user
            AND EXISTS (SELECT 1 FROM sent_row WHERE batch = NEW.batch AND action_id = facts ->> 'action' COLLATE "C")
        WHEN 'row-outcome' THEN this.state <> 'prepared' AND this.db_user = session_user
            AND facts ->> 'state' IN ('sent', 'failed', 'unknown') AND jsonb_typeof(facts -> 'message') = 'string'
            AND EXISTS (SELECT 1 FROM sent_row WHERE batch = NEW.batch AND action_id = facts ->> 'action' COLLATE "C")
        ELSE FALSE END;
    IF is_allowed IS NOT TRUE THEN
        RAISE EXCEPTION 'an event % is recorded only in the transaction in which it happens to the batch', NEW.kind;
    END IF;
    -- What happens several times to a batch happens once in a transaction; to its rows, as often as there are rows.
    IF NEW.kind NOT IN ('row-sending', 'row-outcome') AND EXISTS (
        SELECT 1 FROM event WHERE batch = NEW.batch AND kind = NEW.kind
            AND (kind NOT IN ('outcome', 'marked', 'reconciled', 'undo-drafted') OR xmin = pg_current_xact_id()::xid)
    ) THEN
        RAISE EXCEPTION 'this event is on record already';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION has_attachment(wanted BIGINT, wanted_kind TEXT, named JSONB) RETURNS boolean LANGUAGE sql STABLE
SET search_path = action_returns, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM attachment WHERE batch = wanted AND kind = wanted_kind AND to_jsonb(sha256) = named)
$$;

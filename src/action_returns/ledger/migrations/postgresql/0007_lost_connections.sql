-- The connection of a program may be lost while its file is on the way. It may still be at it then, for as long as it said
-- when the first byte left; until that is over no other program takes it for ended. And an outcome may come after a person has
-- marked the batch, as in SQLite after step 5.

-- Until when a batch may be sent at most: by the clock of the server, and forty-five minutes where that was not said.
CREATE FUNCTION sending_until(wanted BIGINT) RETURNS TIMESTAMPTZ LANGUAGE sql STABLE
SET search_path = action_returns, pg_temp AS $$
    SELECT recorded_at::timestamptz + make_interval(secs => coalesce((detail::jsonb ->> 'at_most_seconds')::numeric, 2700))
    FROM event WHERE batch = wanted AND kind = 'sending' AND recorded_at <> '' ORDER BY rowid DESC LIMIT 1
$$;

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
    ELSIF OLD.state <> 'unknown' OR OLD.db_user <> session_user THEN
        RAISE EXCEPTION 'only a person who has looked can mark a % batch %', OLD.state, NEW.state;
    END IF;
    RETURN NEW;
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

-- The same list may have gone out again after a mark. So this is asked when a batch is recorded and not of an index, which
-- would keep the outcome off the record that comes after the mark.
DROP INDEX batch_content_once;
CREATE INDEX batch_content ON batch (account, sha256);

CREATE FUNCTION batch_content_once() RETURNS trigger LANGUAGE plpgsql SET search_path = action_returns, pg_temp AS $$
BEGIN
    PERFORM wait_for_turn();
    IF NEW.duplicate_of IS NULL AND NEW.receiver <> '' AND EXISTS (
        SELECT 1 FROM batch WHERE account = NEW.account AND sha256 = NEW.sha256 AND duplicate_of IS NULL
            AND receiver <> '' AND state IN ('prepared', 'sending', 'sent', 'handed-over', 'unknown')
    ) THEN
        RAISE EXCEPTION 'UNIQUE (batch_content_once): this list may have arrived in another batch of the account';
    END IF;
    RETURN NEW;
END $$;

-- After batch_begins_prepared_in_turn: triggers run in the order of their names.
CREATE TRIGGER batch_content_once BEFORE INSERT ON batch
FOR EACH ROW EXECUTE FUNCTION batch_content_once();

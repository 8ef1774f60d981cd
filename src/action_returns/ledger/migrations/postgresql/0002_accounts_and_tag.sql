-- The same as step 3 in SQLite: the account and the receiver of a batch, the ledger's tag, and a mark from sent to failed.
ALTER TABLE batch ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE batch ADD COLUMN receiver TEXT NOT NULL DEFAULT '';

UPDATE batch SET account = CASE environment WHEN 'live' THEN 'all live profiles'
                                            ELSE environment || ' profile ' || profile END;

-- Four characters of which no two look alike, and no vowel, so that they make no word.
CREATE TABLE ledger (tag TEXT NOT NULL);

INSERT INTO ledger
SELECT string_agg(substr('23456789CDFGHJKMNPQRTVWXY', 1 + floor(random() * 25)::int, 1), '') FROM generate_series(1, 4);

CREATE TRIGGER ledger_is_made_once BEFORE INSERT ON ledger
FOR EACH ROW EXECUTE FUNCTION never('the tag of a ledger');

CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE ON ledger
FOR EACH ROW EXECUTE FUNCTION never('the tag of a ledger');

CREATE TRIGGER ledger_is_never_emptied BEFORE TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION never('the tag of a ledger');

-- Which rows may go out is decided row by row; this index still refuses a whole list twice, whichever program asks.
-- Batches of the step before are left out: they were unique in their profile only.
DROP INDEX batch_content_once;
CREATE UNIQUE INDEX batch_content_once ON batch (account, sha256)
WHERE duplicate_of IS NULL AND receiver <> '' AND state IN ('prepared', 'sending', 'sent', 'handed-over', 'unknown');

CREATE INDEX batch_way ON batch (account, environment, profile, receiver);

CREATE OR REPLACE FUNCTION batch_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state || ' ' || NEW.state NOT IN (
        'prepared sending', 'prepared failed',
        'sending sent', 'sending handed-over', 'sending failed', 'sending unknown',
        'unknown sent', 'unknown handed-over', 'unknown failed',
        'handed-over sent', 'handed-over failed', 'sent failed'
    ) THEN
        RAISE EXCEPTION 'this state cannot follow that one';
    END IF;
    IF OLD.state = 'sent' AND NEW.state = 'failed' AND NOT EXISTS (
        SELECT 1 FROM event WHERE batch = NEW.number AND kind = 'marked' AND detail LIKE '{"state": "failed"%'
    ) THEN
        RAISE EXCEPTION 'only a person who has looked can mark a sent batch failed';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER batch_is_never_changed ON batch;
CREATE TRIGGER batch_is_never_changed
BEFORE UPDATE OF number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals,
    size, created_at, who, host, process, duplicate_of, account, receiver ON batch
FOR EACH ROW EXECUTE FUNCTION never('what was recorded');

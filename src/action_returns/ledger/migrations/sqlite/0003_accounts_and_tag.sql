-- Tells which account a batch belongs to and who got it, so that a row is compared with what its account sent before,
-- through whichever profile and channel. Makes the ledger's tag, which keeps the file names of two ledgers apart.
-- A batch that was sent may now become failed, when a person found that the receiver has nothing.
ALTER TABLE batch ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE batch ADD COLUMN receiver TEXT NOT NULL DEFAULT '';

UPDATE batch SET account = CASE environment WHEN 'live' THEN 'all live profiles'
                                            ELSE environment || ' profile ' || profile END;

-- Four characters of which no two look alike, and no vowel, so that they make no word.
CREATE TABLE ledger (tag TEXT NOT NULL) STRICT;

INSERT INTO ledger
SELECT substr(c, 1 + abs(random() % 25), 1) || substr(c, 1 + abs(random() % 25), 1)
    || substr(c, 1 + abs(random() % 25), 1) || substr(c, 1 + abs(random() % 25), 1)
FROM (SELECT '23456789CDFGHJKMNPQRTVWXY' AS c);

CREATE TRIGGER ledger_is_made_once BEFORE INSERT ON ledger
BEGIN SELECT RAISE (ABORT, 'a ledger has one tag'); END;

CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
BEGIN SELECT RAISE (ABORT, 'the tag of a ledger is never changed'); END;

CREATE TRIGGER ledger_is_never_removed BEFORE DELETE ON ledger
BEGIN SELECT RAISE (ABORT, 'the tag of a ledger is never removed'); END;

-- Which rows may go out is decided row by row; this index still refuses a whole list twice, whichever program asks.
-- Batches of the steps before are left out: they were unique in their profile only.
DROP INDEX batch_content_once;
CREATE UNIQUE INDEX batch_content_once ON batch (account, sha256)
WHERE duplicate_of IS NULL AND receiver <> '' AND state IN ('prepared', 'sending', 'sent', 'handed-over', 'unknown');

CREATE INDEX batch_way ON batch (account, environment, profile, receiver);

DROP TRIGGER batch_goes_one_way;
CREATE TRIGGER batch_goes_one_way BEFORE UPDATE OF state ON batch
WHEN OLD.state || ' ' || NEW.state NOT IN (
    'prepared sending', 'prepared failed',
    'sending sent', 'sending handed-over', 'sending failed', 'sending unknown',
    'unknown sent', 'unknown handed-over', 'unknown failed',
    'handed-over sent', 'handed-over failed', 'sent failed'
)
BEGIN SELECT RAISE (ABORT, 'this state cannot follow that one'); END;

CREATE TRIGGER batch_stays_sent_unless_marked BEFORE UPDATE OF state ON batch
WHEN OLD.state = 'sent' AND NEW.state = 'failed' AND NOT EXISTS (
    SELECT 1 FROM event WHERE batch = NEW.number AND kind = 'marked' AND detail LIKE '{"state": "failed"%'
)
BEGIN SELECT RAISE (ABORT, 'only a person who has looked can mark a sent batch failed'); END;

DROP TRIGGER batch_is_never_changed;
CREATE TRIGGER batch_is_never_changed
BEFORE UPDATE OF number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals,
    size, created_at, who, host, process, duplicate_of, account, receiver ON batch
BEGIN SELECT RAISE (ABORT, 'what was recorded is never changed'); END;

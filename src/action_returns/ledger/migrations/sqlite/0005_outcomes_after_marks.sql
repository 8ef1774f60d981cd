-- An outcome may come after a person has marked the batch: its program was cut off from the ledger and comes back. It is
-- never lost; where it says more than the mark does, it makes more of a failed batch.
DROP TRIGGER batch_goes_one_way;
CREATE TRIGGER batch_goes_one_way BEFORE UPDATE OF state ON batch
WHEN OLD.state || ' ' || NEW.state NOT IN (
    'prepared sending', 'prepared failed',
    'sending sent', 'sending handed-over', 'sending failed', 'sending unknown',
    'unknown sent', 'unknown handed-over', 'unknown failed',
    'handed-over sent', 'handed-over failed', 'sent failed',
    'failed sent', 'failed handed-over', 'failed unknown'
)
BEGIN SELECT RAISE (ABORT, 'this state cannot follow that one'); END;

CREATE TRIGGER batch_stays_failed_unless_marked BEFORE UPDATE OF state ON batch
WHEN OLD.state = 'failed' AND NOT EXISTS (
    SELECT 1 FROM event WHERE batch = NEW.number AND kind = 'marked' AND detail LIKE '{"state": "failed"%'
)
BEGIN SELECT RAISE (ABORT, 'this state cannot follow that one, unless a person has marked the batch failed'); END;

-- The same list may have gone out again after the mark. So this is asked when a batch is recorded and not of an index,
-- which would keep that outcome off the record.
DROP INDEX batch_content_once;
CREATE INDEX batch_content ON batch (account, sha256);
CREATE TRIGGER batch_content_once BEFORE INSERT ON batch
WHEN NEW.duplicate_of IS NULL AND NEW.receiver <> '' AND EXISTS (
    SELECT 1 FROM batch WHERE account = NEW.account AND sha256 = NEW.sha256 AND duplicate_of IS NULL
        AND receiver <> '' AND state IN ('prepared', 'sending', 'sent', 'handed-over', 'unknown')
)
BEGIN SELECT RAISE (ABORT, 'UNIQUE (batch_content_once): this list may have arrived in another batch of the account'); END;

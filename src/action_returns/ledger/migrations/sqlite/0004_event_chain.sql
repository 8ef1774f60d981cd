-- Each event carries a hash of itself and of the event before it, so that one which was changed, taken out or put in is
-- seen. docs/ledger.md says what is hashed; chain_of is this program's own function, there while it runs. "form" tells
-- which columns are hashed, so that a later step can add some for the events that follow it.
ALTER TABLE event ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
ALTER TABLE event ADD COLUMN chain TEXT NOT NULL DEFAULT '';

DROP TRIGGER event_is_never_changed;

WITH RECURSIVE chained (number, chain) AS (
    SELECT 0, ''
    UNION ALL
    SELECT this.rowid, chain_of('1', chained.chain, this.batch, this.at, this.kind, this.detail)
    FROM chained JOIN event AS this ON this.rowid = (SELECT min(rowid) FROM event WHERE rowid > chained.number)
)
UPDATE event SET chain = chained.chain FROM chained WHERE chained.number = event.rowid;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE (ABORT, 'events are never changed'); END;

CREATE TRIGGER event_is_chained BEFORE INSERT ON event WHEN NEW.form <> 1 OR length(NEW.chain) <> 64
BEGIN SELECT RAISE (ABORT, 'an event carries the hash of the event before it'); END;

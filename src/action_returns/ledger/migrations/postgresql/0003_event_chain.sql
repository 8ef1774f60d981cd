-- The same as step 4 in SQLite: each event carries a hash of itself and of the event before it, so that one which was
-- changed, taken out or put in is seen. docs/ledger.md says what is hashed. "form" tells which columns are, so that a
-- later step can add some for the events that follow it.
ALTER TABLE event ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
ALTER TABLE event ADD COLUMN chain TEXT NOT NULL DEFAULT '';

-- SHA-256 in hex of the values, each as its number of bytes in UTF-8, a colon and the value.
CREATE FUNCTION chain_of(VARIADIC parts TEXT[]) RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(
        string_agg(octet_length(convert_to(part, 'UTF8')) || ':' || part, '' ORDER BY place), 'UTF8')), 'hex')
    FROM unnest(parts) WITH ORDINALITY AS listed (part, place)
$$;

ALTER TABLE event DISABLE TRIGGER event_stays;

DO $$
DECLARE
    this RECORD;
    previous TEXT := '';
BEGIN
    FOR this IN SELECT * FROM event ORDER BY rowid LOOP
        previous := chain_of('1', previous, this.batch::text, this.at, this.kind, this.detail);
        UPDATE event SET chain = previous WHERE rowid = this.rowid;
    END LOOP;
END $$;

ALTER TABLE event ENABLE TRIGGER event_stays;

-- Whatever a program gives for these columns is replaced. The lock is the one that this program's transactions take:
-- another program waits for it here, so that the order of the numbers is the order of the chain. In a transaction that
-- does not see the latest event, the number is taken already, and the primary key refuses the event.
CREATE FUNCTION event_is_chained() RETURNS trigger LANGUAGE plpgsql SET search_path = action_returns, pg_temp AS $$
DECLARE
    latest BIGINT;
    previous TEXT;
BEGIN
    PERFORM pg_advisory_xact_lock(90595699028590);
    SELECT rowid, chain INTO latest, previous FROM event ORDER BY rowid DESC LIMIT 1;
    NEW.rowid := coalesce(latest, 0) + 1;
    NEW.form := 1;
    NEW.chain := chain_of('1', coalesce(previous, ''), NEW.batch::text, NEW.at, NEW.kind, NEW.detail);
    RETURN NEW;
END $$;

CREATE TRIGGER event_is_chained BEFORE INSERT ON event
FOR EACH ROW EXECUTE FUNCTION event_is_chained();

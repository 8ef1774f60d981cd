-- Two people: one prepares a file, another one approves its bytes, and only those bytes can be sent. Who a person is, the
-- users of the database decide: whatever names a program gives, no user approves what the same user prepared.
CREATE TABLE approval (
    number      BIGINT PRIMARY KEY CHECK (number >= 1),
    at          TEXT NOT NULL CHECK (is_moment(at)),
    who         TEXT NOT NULL CHECK (is_plain(who, 500)),
    os_user     TEXT NOT NULL CHECK (is_plain(os_user, 1000)),
    sha256      TEXT NOT NULL CHECK (sha256 COLLATE "C" ~ '^[0-9a-f]{64}$'),
    account     TEXT NOT NULL CHECK (is_plain(account, 500) AND account <> ''),
    profile     TEXT NOT NULL CHECK (is_plain(profile, 200) AND profile <> ''),
    environment TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    channel     TEXT NOT NULL CHECK (is_plain(channel, 50)),
    receiver    TEXT NOT NULL CHECK (is_plain(receiver, 8000)),
    destination TEXT NOT NULL CHECK (is_plain(destination, 10000)),
    source      TEXT NOT NULL CHECK (is_plain(source, 10000)),
    size        BIGINT NOT NULL CHECK (size BETWEEN 1 AND 1000000000),
    bytes       BYTEA NOT NULL,
    detail      TEXT NOT NULL CHECK (are_facts(detail, 1000000)),
    db_user     TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    chain       TEXT NOT NULL,
    CONSTRAINT bytes_are_those_of_the_hash CHECK (size = octet_length(bytes) AND sha256 = encode(sha256(bytes), 'hex'))
);

CREATE INDEX approval_content ON approval (sha256);

CREATE TABLE approval_step (
    number      BIGINT PRIMARY KEY,
    approval    BIGINT NOT NULL REFERENCES approval (number),
    at          TEXT NOT NULL CHECK (is_moment(at)),
    kind        TEXT NOT NULL CHECK (kind IN ('approved', 'withdrawn')),
    who         TEXT NOT NULL CHECK (is_plain(who, 500)),
    os_user     TEXT NOT NULL CHECK (is_plain(os_user, 1000)),
    detail      TEXT NOT NULL CHECK (are_facts(detail, 1000000)),
    db_user     TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    chain       TEXT NOT NULL,
    UNIQUE (approval, kind)
);

CREATE TABLE approval_use (
    batch    BIGINT PRIMARY KEY REFERENCES batch (number),
    approval BIGINT NOT NULL REFERENCES approval (number)
);

CREATE INDEX approval_used ON approval_use (approval);

-- One row here, and the database takes no batch without an approval, whatever the profile of a member says. Only the owner
-- of the tables may write it.
CREATE TABLE approval_rule (since TEXT NOT NULL DEFAULT server_time(), db_user TEXT NOT NULL DEFAULT session_user);

CREATE FUNCTION approval_may_be_used(wanted BIGINT) RETURNS boolean LANGUAGE plpgsql VOLATILE
SET search_path = action_returns, pg_temp AS $$
BEGIN
    RETURN NOT EXISTS (SELECT 1 FROM approval_step WHERE approval = wanted AND kind = 'withdrawn') AND NOT EXISTS (
        SELECT 1 FROM approval_use JOIN batch ON batch.number = approval_use.batch
        WHERE approval = wanted AND state <> 'failed');
END $$;

-- Seven days, as in approval_records.py: by the clock of the server.
CREATE FUNCTION approval_is_valid(wanted BIGINT) RETURNS boolean LANGUAGE plpgsql VOLATILE
SET search_path = action_returns, pg_temp AS $$
BEGIN
    RETURN approval_may_be_used(wanted) AND EXISTS (
        SELECT 1 FROM approval WHERE number = wanted AND recorded_at::timestamptz + interval '7 days' > clock_timestamp());
END $$;

CREATE FUNCTION approval_is_requested() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    PERFORM wait_for_turn();
    IF NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM approval) THEN
        RAISE EXCEPTION 'approvals are numbered one after the other';
    END IF;
    NEW.db_user := session_user;
    NEW.recorded_at := server_time();
    NEW.chain := chain_of(
        '1', '', NEW.number::text, NEW.at, NEW.who, NEW.os_user, NEW.sha256, NEW.account, NEW.profile, NEW.environment,
        NEW.channel, NEW.receiver, NEW.destination, NEW.source, NEW.detail, NEW.db_user, NEW.recorded_at);
    RETURN NEW;
END $$;

CREATE TRIGGER approval_is_requested BEFORE INSERT ON approval
FOR EACH ROW EXECUTE FUNCTION approval_is_requested();

CREATE FUNCTION approval_step_in_turn() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
DECLARE
    this RECORD;
    previous TEXT;
BEGIN
    PERFORM wait_for_turn();
    SELECT * INTO this FROM approval WHERE number = NEW.approval;
    IF this IS NULL OR NOT approval_may_be_used(NEW.approval) THEN
        RAISE EXCEPTION 'there is no such approval, or it was used or withdrawn';
    END IF;
    IF NOT are_facts(NEW.detail, 1000000) THEN
        RAISE EXCEPTION 'the detail of a step is a JSON object of texts and whole numbers';
    END IF;
    IF NEW.kind = 'approved' THEN
        IF this.db_user = session_user THEN
            RAISE EXCEPTION 'another database user than % approves what % prepared', this.db_user, this.db_user;
        END IF;
        IF (NEW.detail::jsonb ->> 'sha256') IS DISTINCT FROM this.sha256 THEN
            RAISE EXCEPTION 'an approval names the hash of the bytes';
        END IF;
        IF NOT approval_is_valid(NEW.approval) THEN
            RAISE EXCEPTION 'this request is older than seven days';
        END IF;
    ELSIF trim(coalesce(NEW.detail::jsonb ->> 'why', '')) = '' THEN
        RAISE EXCEPTION 'an approval is withdrawn with a reason';
    END IF;
    SELECT chain INTO previous FROM approval_step WHERE approval = NEW.approval ORDER BY number DESC LIMIT 1;
    SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM approval_step;
    NEW.db_user := session_user;
    NEW.recorded_at := server_time();
    NEW.chain := chain_of(
        '1', coalesce(previous, this.chain), NEW.approval::text, NEW.at, NEW.kind, NEW.who, NEW.os_user, NEW.detail,
        NEW.db_user, NEW.recorded_at);
    RETURN NEW;
END $$;

CREATE TRIGGER approval_step_in_turn BEFORE INSERT ON approval_step
FOR EACH ROW EXECUTE FUNCTION approval_step_in_turn();

CREATE FUNCTION approval_fits_its_batch() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    PERFORM wait_for_turn();
    IF NOT is_recorded_now(NEW.batch) OR NOT approval_is_valid(NEW.approval) OR NOT EXISTS (
        SELECT 1 FROM approval AS a JOIN batch AS b ON b.sha256 = a.sha256 AND b.account = a.account
            AND b.profile = a.profile AND b.environment = a.environment AND b.channel = a.channel
            AND b.receiver = a.receiver AND b.destination = a.destination
        WHERE a.number = NEW.approval AND b.number = NEW.batch
            AND EXISTS (SELECT 1 FROM approval_step WHERE approval = a.number AND kind = 'approved')
    ) THEN
        RAISE EXCEPTION 'this approval is not for this batch, or was used or withdrawn, or is too old';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER approval_fits_its_batch BEFORE INSERT ON approval_use
FOR EACH ROW EXECUTE FUNCTION approval_fits_its_batch();

-- The confirmation of a batch names the approval that it uses and its hash, and no other batch names one.
CREATE FUNCTION confirmation_names_its_approval() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
DECLARE
    facts JSONB := NEW.detail::jsonb;
    used BIGINT;
    latest TEXT;
BEGIN
    SELECT approval INTO used FROM approval_use WHERE batch = NEW.batch;
    SELECT chain INTO latest FROM approval_step WHERE approval = used ORDER BY number DESC LIMIT 1;
    IF (facts -> 'approval') IS DISTINCT FROM to_jsonb(used) OR (facts ->> 'approval_chain') IS DISTINCT FROM latest OR (
        used IS NULL AND facts ?| ARRAY['prepared_by', 'prepared_at', 'approved_by', 'approved_at']
    ) THEN
        RAISE EXCEPTION 'the confirmation of a batch names its approval';
    END IF;
    RETURN NEW;
END $$;

-- After event_at_its_time, which looks at the form of the facts: triggers run in the order of their names.
CREATE TRIGGER event_names_its_approval BEFORE INSERT ON event
FOR EACH ROW WHEN (NEW.kind = 'confirmed') EXECUTE FUNCTION confirmation_names_its_approval();

-- Asked at the end of the transaction.
CREATE FUNCTION batch_has_its_approval() RETURNS trigger LANGUAGE plpgsql
SET search_path = action_returns, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM approval_rule) AND NOT EXISTS (SELECT 1 FROM approval_use WHERE batch = NEW.number) THEN
        RAISE EXCEPTION 'in this ledger no batch is sent without the approval of a second person';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER batch_has_its_approval AFTER INSERT ON batch
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_has_its_approval();

CREATE TRIGGER approval_stays BEFORE UPDATE OR DELETE ON approval
FOR EACH ROW EXECUTE FUNCTION never('an approval');

CREATE TRIGGER approval_step_stays BEFORE UPDATE OR DELETE ON approval_step
FOR EACH ROW EXECUTE FUNCTION never('an approval');

CREATE TRIGGER approval_use_stays BEFORE UPDATE OR DELETE ON approval_use
FOR EACH ROW EXECUTE FUNCTION never('an approval');

CREATE TRIGGER approval_is_never_emptied BEFORE TRUNCATE ON approval
FOR EACH STATEMENT EXECUTE FUNCTION never('an approval');

CREATE TRIGGER approval_step_is_never_emptied BEFORE TRUNCATE ON approval_step
FOR EACH STATEMENT EXECUTE FUNCTION never('an approval');

CREATE TRIGGER approval_use_is_never_emptied BEFORE TRUNCATE ON approval_use
FOR EACH STATEMENT EXECUTE FUNCTION never('an approval');

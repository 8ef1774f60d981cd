-- Two people: one prepares a file, another one approves its bytes, and only those bytes can be sent. On one computer the
-- names are what people typed; what the database can hold to, it holds to here.
CREATE TABLE approval (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT NOT NULL,
    who         TEXT NOT NULL,
    os_user     TEXT NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    account     TEXT NOT NULL,
    profile     TEXT NOT NULL,
    environment TEXT NOT NULL,
    channel     TEXT NOT NULL,
    receiver    TEXT NOT NULL,
    destination TEXT NOT NULL,
    source      TEXT NOT NULL,
    size        INTEGER NOT NULL CHECK (size > 0),
    bytes       BLOB NOT NULL CHECK (length(bytes) = size),
    detail      TEXT NOT NULL,
    chain       TEXT NOT NULL CHECK (length(chain) = 64)
) STRICT;

CREATE INDEX approval_content ON approval (sha256);

CREATE TABLE approval_step (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    approval INTEGER NOT NULL REFERENCES approval (number),
    at       TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('approved', 'withdrawn')),
    who      TEXT NOT NULL,
    os_user  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    chain    TEXT NOT NULL CHECK (length(chain) = 64),
    UNIQUE (approval, kind)
) STRICT;

CREATE TABLE approval_use (
    batch    INTEGER PRIMARY KEY REFERENCES batch (number),
    approval INTEGER NOT NULL REFERENCES approval (number)
) STRICT;

CREATE INDEX approval_used ON approval_use (approval);

CREATE TRIGGER approval_step_in_turn BEFORE INSERT ON approval_step
WHEN EXISTS (SELECT 1 FROM approval_step WHERE approval = NEW.approval AND kind = 'withdrawn')
BEGIN SELECT RAISE (ABORT, 'this approval was withdrawn'); END;

CREATE TRIGGER approval_of_another_person BEFORE INSERT ON approval_step
WHEN NEW.kind = 'approved' AND EXISTS (
    SELECT 1 FROM approval WHERE number = NEW.approval
        AND (lower(trim(who)) = lower(trim(NEW.who)) OR instr(NEW.detail, sha256) = 0)
)
BEGIN SELECT RAISE (ABORT, 'another person approves the bytes of a request'); END;

CREATE TRIGGER approval_used_once BEFORE INSERT ON approval_use
WHEN EXISTS (
    SELECT 1 FROM approval_use AS used JOIN batch ON batch.number = used.batch
    WHERE used.approval = NEW.approval AND batch.state <> 'failed'
)
BEGIN SELECT RAISE (ABORT, 'a batch with this approval may have arrived'); END;

CREATE TRIGGER approval_fits_its_batch BEFORE INSERT ON approval_use
WHEN NOT EXISTS (
    SELECT 1 FROM approval AS a JOIN batch AS b ON b.sha256 = a.sha256 AND b.account = a.account AND b.profile = a.profile
        AND b.environment = a.environment AND b.channel = a.channel AND b.receiver = a.receiver
        AND b.destination = a.destination
    WHERE a.number = NEW.approval AND b.number = NEW.batch AND b.state = 'prepared'
        AND EXISTS (SELECT 1 FROM approval_step WHERE approval = a.number AND kind = 'approved')
        AND NOT EXISTS (SELECT 1 FROM approval_step WHERE approval = a.number AND kind = 'withdrawn')
)
BEGIN SELECT RAISE (ABORT, 'this approval is not for this batch'); END;

CREATE TRIGGER approval_is_never_changed BEFORE UPDATE ON approval
BEGIN SELECT RAISE (ABORT, 'an approval is never changed'); END;

CREATE TRIGGER approval_is_never_removed BEFORE DELETE ON approval
BEGIN SELECT RAISE (ABORT, 'an approval is never removed'); END;

CREATE TRIGGER approval_step_is_never_changed BEFORE UPDATE ON approval_step
BEGIN SELECT RAISE (ABORT, 'an approval is never changed'); END;

CREATE TRIGGER approval_step_is_never_removed BEFORE DELETE ON approval_step
BEGIN SELECT RAISE (ABORT, 'an approval is never removed'); END;

CREATE TRIGGER approval_use_is_never_changed BEFORE UPDATE ON approval_use
BEGIN SELECT RAISE (ABORT, 'an approval is never changed'); END;

CREATE TRIGGER approval_use_is_never_removed BEFORE DELETE ON approval_use
BEGIN SELECT RAISE (ABORT, 'an approval is never removed'); END;

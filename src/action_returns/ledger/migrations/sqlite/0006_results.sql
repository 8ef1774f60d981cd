-- What belongs to a batch beside its file: what the pending download said of its actions when it was sent, what became of
-- each row as far as later evidence shows, and the rows of a drafted undo. An event of the batch names the hash of each.
CREATE TABLE attachment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    batch  INTEGER NOT NULL REFERENCES batch (number),
    kind   TEXT NOT NULL CHECK (kind IN ('before', 'results', 'undo')),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    bytes  BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX attachment_of_batch ON attachment (batch, kind, sha256);
CREATE INDEX event_reconciled ON event (batch) WHERE kind = 'reconciled';

CREATE TRIGGER attachment_is_never_changed BEFORE UPDATE ON attachment
BEGIN SELECT RAISE (ABORT, 'an attachment is never changed'); END;

CREATE TRIGGER attachment_is_never_removed BEFORE DELETE ON attachment
BEGIN SELECT RAISE (ABORT, 'an attachment is never removed'); END;

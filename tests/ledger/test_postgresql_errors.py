"""The words for what the database of a team says."""

import psycopg
import pytest
from psycopg import errors

from action_returns.errors import LedgerError
from action_returns.ledger.postgresql_errors import translate_postgresql_errors

PASSWORD = "s3cret-canary-pass"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (errors.LockNotAvailable("x"), "in use by others and did not get free in 15 s"),
        (errors.QueryCanceled("x"), "did not finish within 120 s"),
        (errors.DiskFull("x"), "is full. Ask its administrator to make room"),
        (errors.UndefinedTable("no batch"), "tables of the ledger in db/r are not as they should be: no batch"),
        (
            errors.DuplicateTable("batch is there"),
            "tables of the ledger in db/r are not as they should be: batch is there",
        ),
        (errors.FeatureNotSupported("cannot set this mode during recovery"), "a copy that can only be read"),
        (errors.ReadOnlySqlTransaction("x"), "a copy that can only be read"),
        (psycopg.OperationalError("the database system is starting up"), "is just starting"),
        (
            psycopg.OperationalError("unsupported startup parameter: x"),
            "a pooler that refuses a setting of this program",
        ),
        (psycopg.OperationalError("pgbouncer cannot connect to server"), "A pooler answers for db/r, and the database"),
        (errors.UndefinedObject('unrecognized configuration parameter "x"'), "It needs PostgreSQL 14 or newer"),
        (psycopg.OperationalError(f"odd words with {PASSWORD}"), "failed: odd words with ***"),
        (psycopg.OperationalError(""), "failed: OperationalError"),
    ],
)
def test_whatever_the_database_says_is_told_plainly(error, says):
    with pytest.raises(LedgerError) as caught, translate_postgresql_errors("db/r", "Nothing was sent.", PASSWORD):
        raise error
    assert says in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__
    assert str(caught.value).endswith("Nothing was sent.")

"""The import of an orders export in DuckDB: import_duckdb.py FOLDER OUT writes the rows and prints the counts as JSON.

All columns are read as texts; money is DECIMAL(18,2).
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
base = duckdb.connect()
base.execute("SET preserve_insertion_order = true")
# Most order ids need nothing; only the others go through a regular expression.
base.execute(r"""
CREATE MACRO key_of(id) AS lower(
    CASE WHEN id[1] IN ('#', '0', ' ') THEN regexp_replace(trim(id), '^#?0*(.)', '\1') ELSE trim(id) END)
""")
base.execute(
    """
CREATE TEMP TABLE export AS
SELECT row_number() OVER () AS place, key_of("Name") AS key, "Currency" AS currency,
       CAST("Refunded Amount" AS DECIMAL(18, 2)) AS refund, CAST("Total" AS DECIMAL(18, 2)) AS total,
       "Cancelled at" IS NOT NULL OR "Financial Status" IN ('refunded', 'voided') AS is_back
FROM read_csv(?, header = true, all_varchar = true, delim = ',', quote = '"')
WHERE "Financial Status" IS NOT NULL
""",
    [str(folder / "orders.csv")],
)
# Read once: what is looked at in every row, and the rows of the export's orders.
base.execute(
    """
CREATE TEMP TABLE pending AS
SELECT "Action ID" AS action, key_of("OID") AS key, "Amount" AS amount, "Currency" AS currency,
       "Locking Date" AS locks, "Action Date" AS dated
FROM read_csv(?, header = true, all_varchar = true, delim = ',', quote = '"')
""",
    [str(folder / "pending.csv")],
)
count, as_of, currencies = base.execute("SELECT count(*), max(dated), count(DISTINCT currency) FROM pending").fetchone()
if currencies != 1:
    raise SystemExit("the download mixes currencies")
base.execute(
    """
CREATE TEMP TABLE decided AS
WITH actions AS (
    SELECT key, count(DISTINCT action) AS number, any_value(action) AS action, any_value(currency) AS currency,
           any_value(locks) AS locks, CAST(any_value(amount) AS DECIMAL(18, 2)) AS current
    FROM pending WHERE key IN (SELECT key FROM export) GROUP BY key
)
SELECT place, action, CASE WHEN is_back THEN 0 ELSE current - refund END AS amount,
       CASE WHEN refund = 0 AND NOT is_back THEN 'nothing-refunded'
            WHEN action IS NULL THEN 'order-unknown'
            WHEN number > 1 THEN 'order-several-actions'
            WHEN locks < ? THEN 'action-locked'
            WHEN export.currency <> actions.currency THEN 'currency-differs'
            WHEN refund > current THEN 'refund-above-amount'
            WHEN total <> current THEN 'total-differs'
            ELSE 'rows' END AS code
FROM export LEFT JOIN actions USING (key)
""",
    [now],
)
rows = base.execute("""
SELECT string_agg(action || CASE WHEN amount = 0 THEN ',0,REJECTED' ELSE ',' || amount || ',ORDER_UPDATE' END,
                  chr(13) || chr(10) ORDER BY place)
FROM decided WHERE code = 'rows'
""").fetchone()[0]
out.write_bytes(f"ActionId,Amount,Reason\r\n{rows}\r\n".encode("ascii"))  # COPY writes LF only
counts = dict(base.execute("SELECT code, count(*) FROM decided GROUP BY code").fetchall())
moment = datetime.fromisoformat(as_of).isoformat()
print(json.dumps({**counts, "actions": count, "as of": moment}, sort_keys=True))

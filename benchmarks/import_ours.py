"""The import of an orders export by the product: import_ours.py FOLDER OUT writes the rows and prints the counts as JSON."""

import gc
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from action_returns.batch.amounts import amount_text
from action_returns.files import default_paths
from action_returns.operations import kept_pending
from action_returns.operations.account import Account
from action_returns.operations.import_returns import preview_import
from action_returns.operations.pending_source import PendingSource


def main() -> None:
    """Import and write the rows. The peers keep no copy of the download and no record of the import: nor does this."""
    gc.disable()  # as the command does
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    kept_pending.keep_download = lambda *_, **__: True
    with TemporaryDirectory() as home:
        imported = preview_import(
            folder / "orders.csv",
            Account(),
            default_paths({"ACTION_RETURNS_HOME": home}),
            now=datetime.now(UTC),
            pending=PendingSource(folder / "pending.csv", Path(home) / "answers.toml"),
        )
    rows = imported.preview.rows
    lines = "".join(f"{row.action_id},{amount_text(row.cents)},{row.reason}\r\n" for row in rows)
    out.write_bytes(("ActionId,Amount,Reason\r\n" + lines).encode("ascii"))
    counts = Counter(left.code for left in imported.preview.left)
    as_of = imported.pending.as_of.isoformat()
    print(json.dumps({"rows": len(rows), **counts, "actions": imported.pending.count, "as of": as_of}, sort_keys=True))


if __name__ == "__main__":
    main()

"""Measures `reconcile` of a large batch with a large pending download beside a plain merge in pandas.

Part of `make bench`. Alone, it prints its section and puts it in the place of the earlier one in RESULTS.md:

    .venv/bin/python benchmarks/reconcile.py --peers .venv-bench/bin/python
"""

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from run import HERE, RUNS, Run, run, table

ROWS = 100_000
ACTIONS = 1_000_000
TITLE = "## Reconcile: a batch of 100,000 rows, a pending download of 1,000,000 actions"
TEXT = """Start of the process to its end. Ours reads the batch and the facts from before out of the ledger, reads the download
(and keeps a checked copy of it), decides each row, records the results in the hash chain, writes the receipt again and
prints a screen. pandas reads the rows, their amounts from before and the download from files, merges them and writes the
verdicts to a file: it knows one way to write an amount, no age of the list, no later batch and no earlier result. Both
count the same, else this stops.
"""
_VERDICTS = ("applied", "different", "missing", "locked", "refused", "too_early")


def section(ours: str, pandas: str, data: Path) -> str:
    """Measure, in turns; return the section of RESULTS.md."""
    folder, home, kept = data / "reconcile", data / "reconcile_home", data / "reconcile_kept"
    subprocess.run([ours, str(HERE / "reconcile_data.py"), str(ROWS), str(ACTIONS), str(folder)], check=True)
    _send(ours, folder, home)
    shutil.copytree(home, kept)
    later = folder / "later.csv"
    time.sleep(1.1)  # a list counts as newer than the batch from the next second on
    os.utime(later)
    taken = datetime.fromtimestamp(int(later.stat().st_mtime), UTC).isoformat()
    command = [ours, "-m", "action_returns", "reconcile", "1", "--pending", str(later), "--taken", taken]
    mine: list[Run] = []
    theirs: list[Run] = []
    for _ in range(RUNS):
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        mine.append(run(command, ACTION_RETURNS_HOME=str(home)))
        theirs.append(run([pandas, str(HERE / "reconcile_pandas.py"), str(folder)]))
    counted = _counts(ours, home)
    if counted != json.loads(theirs[0].printed):
        sys.exit(f"The programs counted differently: {counted} and {theirs[0].printed}")
    rows = []
    for name, seen in (("action-returns", mine), ("pandas 3.1.1, a plain merge", theirs)):
        figures = [f"{statistics.median(getattr(one, what) for one in seen):.2f}" for what in ("seconds", "processor")]
        ratios = [
            statistics.median(getattr(their, what) / getattr(my, what) for my, their in zip(mine, seen, strict=True))
            for what in ("seconds", "processor", "peak")
        ]
        peak = f"{statistics.median(one.peak for one in seen):.0f}"
        rows.append([name, *figures, peak, *("" if seen is mine else f"{ratio:.2f}x" for ratio in ratios)])
    headers = ("who", "s", "processor s", "MB", "time ratio", "processor ratio", "memory ratio")
    return f"{TITLE}\n\n{TEXT}\n{table(headers, rows)}\nCounted: `{json.dumps(counted)}`\n"


def _send(ours: str, folder: Path, home: Path) -> None:
    """Send the rows to a folder, so that the ledger has the batch and the amounts from before."""
    box = folder / "box"
    box.mkdir(exist_ok=True)
    home.mkdir()
    (home / "config.toml").write_text(
        f'[profiles.acme]\nenvironment = "live"\nmax_raise = "999999999.99"\nresults_after_hours = 0\n[profiles.acme.channel]\nkind = "outbox"\n'
        f"directory = '{box}'\n",
        encoding="utf-8",
    )
    command = [
        ours,
        "-m",
        "action_returns",
        "send",
        str(folder / "returns.csv"),
        "--pending",
        str(folder / "before.csv"),
    ]
    environment = {**os.environ, "ACTION_RETURNS_HOME": str(home)}
    subprocess.run([*command, "--yes", "--quiet"], check=True, env=environment)
    wanted = {row[0] for row in csv.reader((folder / "returns.csv").open(encoding="ascii"))}
    with (folder / "rows_before.csv").open("w", encoding="ascii", newline="") as file:
        file.write("ActionId,Amount\n")
        for row in csv.reader((folder / "before.csv").open(encoding="utf-8")):
            if row[0] in wanted:
                file.write(f"{row[0]},{row[3]}\n")


def _counts(ours: str, home: Path) -> dict[str, int]:
    """Return how many rows have which verdict, as the ledger has it."""
    done = subprocess.run(
        [ours, "-m", "action_returns", "history", "show", "1", "--json"],
        check=True,
        env={**os.environ, "ACTION_RETURNS_HOME": str(home)},
        stdout=subprocess.PIPE,
    )
    events = json.loads(done.stdout)["events"]
    detail = next(event for event in reversed(events) if event["kind"] == "reconciled")
    facts = detail.get("detail", detail)
    return {verdict: facts[verdict] for verdict in _VERDICTS}


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", required=True, help="interpreter of the peers' environment")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = section(sys.executable, options.peers, Path(folder))
    sys.stdout.write(text)
    results = HERE / "RESULTS.md"
    before, _, rest = results.read_text(encoding="utf-8").partition(f"{TITLE}\n")
    _, mark, below = (rest or "").partition("\n## ")
    results.write_text(f"{before.rstrip()}\n\n{text}{mark}{below}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

"""Measures the import of an orders export beside pandas and DuckDB, each in an environment of its own.

Part of `make bench`. Alone, it prints its section and puts it in the place of the earlier one in RESULTS.md:

    .venv/bin/python benchmarks/imports.py --peers .venv-bench/bin/python --duckdb .venv-bench-duckdb/bin/python
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from run import HERE, RUNS, Run, run, table

ACTIONS = 1_000_000
TITLE = "## Import: 1,000,000 pending actions, an export of 100,000 orders"
TEXT = """Start of the process, both files read, every order joined by its id (`#1001` in the export, `1001` in the download),
new totals in exact cents, the preview counted, the rows written. All of them write the same bytes and count the same orders,
else this stops. The peers do less: they know one export and one way to write amounts and dates, they word nothing, and they
neither check the rows nor look up earlier batches. Each ratio is the median of the pairs of the same turn; DuckDB runs on
all cores.

Two things that no peer does are left out. Keeping a checked copy of the download (110 MB, hashed twice and written once)
costs 0.20 processor seconds more. Writing down what the import made of 86,559 orders costs 0.57 (measured once, beside
other work).
"""


def section(ours: str, pandas: str, duckdb: str, data: Path) -> str:
    """Measure, in turns; return the section of RESULTS.md."""
    folder = data / "import"
    subprocess.run([ours, str(HERE / "data.py"), "import", str(ACTIONS), "0", str(folder)], check=True)
    programs = {
        "action-returns": (ours, "ours"),
        "pandas 3.1.1": (pandas, "pandas"),
        "DuckDB 2.0.0": (duckdb, "duckdb"),
    }
    seen: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(RUNS):
        for name, (python, script) in programs.items():
            command = [python, str(HERE / f"import_{script}.py"), str(folder), str(folder / f"{script}.csv")]
            seen[name].append(run(command))
        _refuse_differences(folder, [script for _, script in programs.values()], [done[-1] for done in seen.values()])
    mine = seen["action-returns"]
    rows = []
    for name, theirs in seen.items():
        figures = [
            f"{statistics.median(getattr(one, what) for one in theirs):.2f}" for what in ("seconds", "processor")
        ]
        ratios = [
            statistics.median(getattr(their, what) / getattr(my, what) for my, their in zip(mine, theirs, strict=True))
            for what in ("seconds", "processor", "peak")
        ]
        peak = f"{statistics.median(one.peak for one in theirs):.0f}"
        rows.append([name, *figures, peak, *("" if theirs is mine else f"{ratio:.2f}x" for ratio in ratios)])
    headers = ("who", "s", "processor s", "MB", "time ratio", "processor ratio", "memory ratio")
    return f"{TITLE}\n\n{TEXT}\n{table(headers, rows)}\nCounted: `{mine[0].printed}`\n"


def _refuse_differences(folder: Path, scripts: list[str], runs: list[Run]) -> None:
    """Stop when the programs wrote other rows or counted otherwise."""
    if len({(folder / f"{script}.csv").read_bytes() for script in scripts}) > 1:
        sys.exit("The programs wrote different rows.")
    if len({one.printed for one in runs}) > 1:
        sys.exit(f"The programs counted differently: {[one.printed for one in runs]}")


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", required=True, help="interpreter of the peers' environment")
    parser.add_argument("--duckdb", required=True, help="interpreter of the environment of DuckDB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = section(sys.executable, options.peers, options.duckdb, Path(folder))
    sys.stdout.write(text)
    results = HERE / "RESULTS.md"
    before, _, rest = results.read_text(encoding="utf-8").partition(f"{TITLE}\n")
    _, mark, below = (rest or "").partition("\n## ")
    results.write_text(f"{before.rstrip()}\n\n{text}{mark}{below}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

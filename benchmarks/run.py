"""Measures Action Returns beside the usual ways to do the same, and keeps the table in benchmarks/RESULTS.md.

Every figure is the median of five runs (fewer where one takes over 20 s), ours and the peers' taking turns in the same
session. Peers live in their own environment; each run is a process of its own, so start-up counts.

    make bench            everything (about 20 minutes on two cores)
    .venv/bin/python benchmarks/run.py --peers .venv-bench/bin/python --duckdb .venv-bench-duckdb/bin/python --most 100000
                          without the largest sizes
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SIZES = (1_000, 10_000, 100_000, 1_048_575)
RUNS = 5
SLOW = 20.0


class Run(NamedTuple):
    """One run of a process: seconds, peak memory in MB, what it printed last, and its seconds of processor time."""

    seconds: float
    peak: float
    printed: str
    processor: float


def run(command: Sequence[str], **environment: str) -> Run:
    """Run one process to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment}, text=True
    )
    output = process.stdout.read() if process.stdout else ""
    errors = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if process.stdout:
        process.stdout.close()
    if process.stderr:
        process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3, 10):  # done, a batch with errors, differences
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {errors[-2000:]}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    printed = output.strip().splitlines()[-1] if output.strip() else ""
    return Run(seconds, usage.ru_maxrss / scale, printed, usage.ru_utime + usage.ru_stime)


def turns(commands: dict[str, list[str]], **environment: str) -> dict[str, tuple[float, float, str]]:
    """Run several commands in turn, RUNS times; give the medians."""
    seen: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            done = seen[name]
            if not done or done[0][0] < SLOW or len(done) < 2:
                done.append(run(command, **environment))
    return {
        name: (statistics.median(r[0] for r in done), statistics.median(r[1] for r in done), done[-1][2])
        for name, done in seen.items()
    }


def check_only(size: int, ours: str, peers: str, data: Path) -> list[list[str]]:
    """`check` alone, from ready Python columns, against a Decimal loop and pydantic for each row."""
    rows = []
    for bad in (1, 100):
        columns = str(data / f"columns_{size}_{bad}.pickle")
        subprocess.run([ours, str(HERE / "data.py"), "columns", str(size), str(bad), columns], check=True)
        commands = {"action-returns": [ours, str(HERE / "check_ours.py"), columns]}
        if bad == 1:
            commands["Decimal loop"] = [ours, str(HERE / "check_decimal.py"), columns]
            commands["pydantic per row"] = [peers, str(HERE / "check_pydantic.py"), columns]
        inner: dict[str, list[float]] = {name: [] for name in commands}
        peaks: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                done = run(command)
                inner[name].append(float(json.loads(done.printed)["seconds"]))
                peaks[name].append(done.peak)
        mine = statistics.median(inner["action-returns"])
        for name in commands:
            seconds = statistics.median(inner[name])
            ratio = "" if name == "action-returns" else f"{seconds / mine:.1f}x"
            rows.append(
                [f"{size:,} rows, {bad} % bad", name, f"{seconds:.2f}", f"{statistics.median(peaks[name]):.0f}", ratio]
            )
    return rows


def whole_process(size: int, ours: str, peers: str, data: Path) -> list[list[str]]:
    """From .xlsx to findings and the clean CSV, start-up included."""
    book = str(data / f"returns_{size}.xlsx")
    subprocess.run([ours, str(HERE / "data.py"), "workbook", str(size), "1", book], check=True)
    out = {name: str(data / f"{name}.csv") for name in ("ours", "openpyxl", "polars", "pandas")}
    commands = {
        "action-returns": [ours, "-m", "action_returns", "export", book, "-o", out["ours"], "--force", "--quiet"],
        "openpyxl + pydantic + DictWriter": [peers, str(HERE / "peer_openpyxl.py"), book, out["openpyxl"]],
        "polars (fastexcel)": [peers, str(HERE / "peer_polars.py"), book, out["polars"]],
        "pandas + calamine + pandera": [peers, str(HERE / "peer_pandas.py"), book, out["pandas"]],
    }
    medians = turns(commands, ACTION_RETURNS_HOME=str(data / "home"))
    mine = medians["action-returns"]
    return [
        [
            f"{size:,}", name, f"{seconds:.3f}", f"{peak:.0f}",
            "" if name == "action-returns" else f"{seconds / mine[0]:.1f}x",
            "" if name == "action-returns" else f"{peak / mine[1]:.1f}x",
        ]
        for name, (seconds, peak, _) in medians.items()
    ]  # fmt: skip


def start_up(ours: str, data: Path) -> list[list[str]]:
    """How long the program takes before it has done anything."""
    book = str(data / "returns_100.xlsx")
    subprocess.run([ours, str(HERE / "data.py"), "workbook", "100", "1", book], check=True)
    commands = {
        "bare python -c pass": [ours, "-c", "pass"],
        "action-returns --version": [ours, "-m", "action_returns", "--version"],
        "action-returns check, 100 rows": [ours, "-m", "action_returns", "check", book, "--json"],
    }
    medians = turns(commands, ACTION_RETURNS_HOME=str(data / "home"))
    bare = medians["bare python -c pass"][0]
    return [[name, f"{seconds * 1000:.0f}", f"{seconds / bare:.1f}x"] for name, (seconds, _, _) in medians.items()]


def pending(ours: str, data: Path) -> list[list[str]]:
    """A batch of 100,000 rows beside a pending download of 1,000,000."""
    book, download = str(data / "returns_100000.xlsx"), str(data / "pending.csv")
    if not Path(book).exists():
        subprocess.run([ours, str(HERE / "data.py"), "workbook", "100000", "1", book], check=True)
    subprocess.run([ours, str(HERE / "data.py"), "pending", "1000000", "0", download], check=True)
    command = [
        ours,
        "-m",
        "action_returns",
        "export",
        book,
        "--pending",
        download,
        "-o",
        str(data / "p.csv"),
        "--force",
        "--quiet",
    ]
    seconds, peak, _ = turns({"with": command}, ACTION_RETURNS_HOME=str(data / "home"))["with"]
    return [
        ["100,000 rows beside 1,000,000 pending actions, .xlsx and CSV in, CSV out", f"{seconds:.2f}", f"{peak:.0f}"]
    ]


def workbook(ours: str, data: Path) -> list[list[str]]:
    """Making the workbook, beside xlwings' own way to make one; and what LibreOffice takes to open and calculate it."""
    commands = {
        "action-returns new": [ours, "-m", "action_returns", "new", str(data / "ours.xlsm"), "--force", "--quiet"],
        "xlwings quickstart --standalone": [ours, str(HERE / "quickstart.py"), str(data)],
    }
    medians = turns(commands, ACTION_RETURNS_HOME=str(data / "home"))
    mine = medians["action-returns new"][0]
    size = (data / "ours.xlsm").stat().st_size
    rows = [
        ["action-returns new", f"{mine:.2f}", f"{size:,} bytes, 10 sheets, 21 rules checked live"],
        [
            "xlwings quickstart --standalone",
            f"{medians['xlwings quickstart --standalone'][0]:.2f}",
            f"ratio {medians['xlwings quickstart --standalone'][0] / mine:.1f}x; copies a ready file",
        ],
    ]
    seen = json.loads(run([ours, str(HERE / "sheet.py")])[2])
    if seen is not None:
        rows.append(["LibreOffice opens it", f"{seen['open']:.2f}", ""])
        rows.append(["LibreOffice recalculates 5,000 filled rows, half of them bad", f"{seen['calculate']:.2f}", ""])
        rows.append(["Validate on them in LibreOffice", f"{seen['validate']:.2f}", ""])
    return rows


def clicks(ours: str) -> list[list[str]]:
    """A click on Validate, with the import of xlwings that every click begins with."""
    imported = turns({"import xlwings": [ours, "-c", "import xlwings"]})["import xlwings"][0]
    rows = [["python -c 'import xlwings'", f"{imported:.2f}", "1.0x", ""]]
    for size in (1_000, 100_000):
        # Filling the stand-in with 100,000 rows takes minutes, so that size is clicked once.
        times = 1 if size > 10_000 else 3
        seen = [json.loads(run([ours, str(HERE / "click.py"), str(size)])[2]) for _ in range(times)]
        seconds = imported + statistics.median(one["seconds"] for one in seen)
        rows.append([f"Validate, {size:,} rows", f"{seconds:.2f}", f"{seconds / imported:.1f}x", str(seen[0]["calls"])])
    for size in (1_000, 10_000):
        seen = [json.loads(run([ours, str(HERE / "click_import.py"), str(size)]).printed) for _ in range(3)]
        reading = statistics.median(one["reading"] for one in seen)
        seconds = imported + statistics.median(one["seconds"] for one in seen)
        what = f"Import returns, {size:,} orders, of which {reading:.2f} s reading the export"
        rows.append(
            [what, f"{seconds:.2f}", f"{(seconds - reading) / imported:.1f}x without reading", str(seen[0]["calls"])]
        )
    return rows


def ledger(ours: str, peers: str, data: Path, millions: int) -> list[list[str]]:
    """Recording a million rows and looking up ten thousand actions, beside SQLAlchemy on the same SQLite."""
    mine, theirs = [], []
    for at in range(3):
        book = str(data / f"ledger{at}.sqlite3")
        # The one with all the millions is filled once: it takes a minute.
        mine.append(json.loads(run([ours, str(HERE / "ledger_ours.py"), book, str(1 if at else millions)])[2]))
        full = str(data / "ledger0.sqlite3")
        theirs.append(json.loads(run([peers, str(HERE / "ledger_sqlalchemy.py"), str(data / f"peer{at}.db"), full])[2]))
    recorded = statistics.median(one["first"] for one in mine)
    rows = [["1,000,000 rows recorded as one batch in an empty ledger", "action-returns", f"{recorded:.2f}", ""]]
    peer = statistics.median(one["first"] for one in theirs)
    rows.append(["the bare insert of the same rows", "SQLAlchemy Core 2.1", f"{peer:.2f}", f"{peer / recorded:.1f}x"])
    rows.append(
        [f"the same beside {mine[0]['rows'] - 1_000_000:,} rows", "action-returns", f"{mine[0]['last']:.2f}", ""]
    )
    found, peer = mine[0]["counts"], statistics.median(one["counts"] for one in theirs)
    rows.append([f"10,000 actions looked up among {mine[0]['rows']:,} rows", "action-returns", f"{found:.2f}", ""])
    rows.append(["the same", "SQLAlchemy Core 2.1", f"{peer:.2f}", f"{peer / found:.1f}x"])
    return rows


def patterns(ours: str) -> list[list[str]]:
    """Every regular expression on the texts that are hardest for it, at two lengths."""
    seen = json.loads(run([ours, str(HERE / "patterns.py")])[2])
    above = ", ".join(seen["above"]) or "none"
    return [[str(seen["patterns"]), f"{seen['worst']:.1f}x", seen["place"], str(len(seen["above"])), above]]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def main() -> None:
    """Measure, print and keep."""
    import imports  # these two use what stands above
    import reconcile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", required=True, help="interpreter of the peers' environment")
    parser.add_argument("--duckdb", required=True, help="interpreter of the environment of DuckDB")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="largest number of rows")
    options = parser.parse_args()
    ours, sizes = sys.executable, [size for size in SIZES if size <= options.most]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        parts = [
            "# Benchmarks\n",
            f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores. Medians of {RUNS} runs "
            "(2 where one takes over 20 s), taking turns. Times in seconds, peak memory of the process in MB; a ratio is "
            "the peer's figure divided by ours, so above 1 we need less. Made by `make bench`.\n",
            "## check alone, from ready columns\n",
            table(("batch", "who", "s", "MB", "ratio"), check_only(sizes[-1], ours, options.peers, data)),
            "## Whole process: .xlsx in, every finding, clean CSV out (1 % bad)\n",
            table(
                ("rows", "who", "s", "MB", "time ratio", "memory ratio"),
                [row for size in sizes for row in whole_process(size, ours, options.peers, data)],
            ),
            "The peers do less: polars and pandas see error cells as blanks and a number in the id column as text; none of "
            "them words its findings, offers fixes, or proves the bytes it writes.\n",
            "## Start-up\n",
            table(("process", "ms", "times bare Python"), start_up(ours, data)),
            "## With the pending download\n",
            table(("what", "s", "MB"), pending(ours, data)),
            imports.section(ours, options.peers, options.duckdb, data),
            reconcile.section(ours, options.peers, data),
            "## The workbook\n",
            table(("what", "s", ""), workbook(ours, data)),
            "## The ledger\n",
            "Ours also keeps the bytes, their hash, the events and the state, and looks whether any row went out before; "
            "each commit is on the disk when it returns, in both.\n",
            table(("what", "who", "s", "ratio"), ledger(ours, options.peers, data, 10 if sizes[-1] > 100_000 else 2)),
            "## A click, without Excel's own time\n",
            "On xlwings' own Windows engine over counted stand-ins for Excel's COM objects; Excel's side is not in it.\n",
            table(("what", "s", "times import xlwings", "COM calls"), clicks(ours)),
            "## Regular expressions\n",
            "How much longer each takes for a text of 40,000 characters than for one of 20,000, made of what is hardest for "
            "it; a linear one takes twice as long. Above 2.6 counts as more than linear.\n",
            table(("patterns", "largest ratio", "of", "above linear", "which"), patterns(ours)),
        ]
    text = "\n".join(parts)
    sys.stdout.write(text)
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

"""Printing: data to standard output, words and progress to standard error."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TextIO

_STYLES = {"error": "31", "warning": "33", "good": "32", "strong": "1", "quiet": "2"}


@dataclass(frozen=True, slots=True)
class Output:
    """How this run talks.

    Args:
        as_json: data as JSON.
        quiet: only data and refusals.
        verbose: everything.
        color: whether colour was not forbidden.
        may_ask: whether a person may be asked.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = True
    may_ask: bool = True

    def can_ask(self) -> bool:
        """Tell whether there is a person at a terminal who may be asked."""
        return self.may_ask and sys.stdin.isatty() and sys.stderr.isatty()

    def say(self, text: str = "", *, style: str | None = None) -> None:
        """Tell people something, on standard error."""
        if not self.quiet:
            print(self.styled(text, style, sys.stderr), file=sys.stderr)

    def refuse(self, text: str) -> None:
        """Tell people why it stopped, on standard error, even when quiet."""
        print(self.styled("Stopped: ", "error", sys.stderr) + text, file=sys.stderr)

    def show(self, text: str = "", *, style: str | None = None) -> None:
        """Print data for people, on standard output."""
        print(self.styled(text, style, sys.stdout))

    def json(self, value: Any) -> None:
        """Print data for machines, on standard output."""
        json.dump(value, sys.stdout, indent=2, ensure_ascii=True)
        sys.stdout.write("\n")

    def table(
        self, headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: frozenset[int] = frozenset()
    ) -> None:
        """Print a table; on a terminal the last column is wrapped to its width.

        Args:
            headers: one for each column.
            rows: texts, one for each column.
            right: indexes of columns that hold figures.
        """
        listed = [[cell.replace("\n", " ") for cell in row] for row in rows]
        if sys.stdout.isatty() and len(listed) <= _MOST_WRAPPED:
            _rich_table(headers, listed, right, color=self._colored(sys.stdout))
            return
        widths = [max(len(header), *(len(row[at]) for row in listed), 0) for at, header in enumerate(headers)]
        for row in (headers, *listed):
            cells = [
                cell.rjust(width) if at in right else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            print("  ".join(cells).rstrip())

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show on a terminal that something goes on, when it takes longer than a moment.

        Args:
            what: what goes on, ``Checking returns.xlsx``.
        """
        if self.quiet or not sys.stderr.isatty():
            yield
            return
        import threading

        with ExitStack() as shown:
            lock, over = threading.Lock(), threading.Event()

            def start() -> None:
                with lock:
                    if not over.is_set():
                        from rich.console import Console

                        shown.enter_context(
                            Console(stderr=True, no_color=not self._colored(sys.stderr)).status(what + " …")
                        )

            timer = threading.Timer(_MOMENT, start)
            timer.start()
            try:
                yield
            finally:
                timer.cancel()
                with lock:
                    over.set()

    def styled(self, text: str, style: str | None, stream: TextIO) -> str:
        """Give the text in a style, where the stream is a terminal that may show colour."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if style and self._colored(stream) else text

    def _colored(self, stream: TextIO) -> bool:
        # https://no-color.org: any non-empty value means no.
        return self.color and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


_MOST_WRAPPED = 2000
_MOMENT = 0.5
"""Seconds after which waiting wants a word."""


def _rich_table(headers: Sequence[str], rows: list[list[str]], right: frozenset[int], *, color: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(no_color=not color, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    last = len(headers) - 1
    widths = [max(len(header), *(len(row[at]) for row in rows), 0) for at, header in enumerate(headers[:last])]
    fits = sum(width + 2 for width in widths) + len(headers[last]) <= console.width
    for at, header in enumerate(headers):
        # What must not be wrapped is cut where it does not fit: half an amount would read like another one.
        keep_whole = fits and at < last
        table.add_column(header, justify="right" if at in right else "left", overflow="fold", no_wrap=keep_whole)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)

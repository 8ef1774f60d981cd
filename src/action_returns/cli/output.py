"""Print data to standard output, and sentences and progress to standard error."""

import json
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import Any, BinaryIO, TextIO

from action_returns.clean_text import clean, clean_line

_STYLES = {"error": "31", "warning": "33", "good": "32", "strong": "1", "quiet": "2"}
"""Style -> SGR parameter of its escape sequence (ECMA-48, 8.3.117)."""
_MOST_WRAPPED_ROWS = 2000
"""Rows of a table up to which its last column is wrapped; longer tables would take seconds."""
_WIDEST_TEXT = 100
"""Characters of a line that is still read with ease."""
_PROGRAM = "action-returns "
"""What a command in a sentence begins with; it ends with the sentence."""
_PROGRESS_DELAY = 0.5
"""Seconds before the progress indicator is shown."""


@dataclass(slots=True)
class Output:
    """Output options of one command, and the facts it reports to a script.

    Args:
        as_json: whether standard output holds one JSON object and nothing else.
        quiet: whether only data and errors are printed.
        verbose: whether everything is printed.
        color: whether colour is allowed.
        may_ask: whether questions are allowed.
        facts: the JSON object so far; it is printed once, when the command ends.
        sentences: what was printed for people, for the ``message`` of the JSON object.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = True
    may_ask: bool = True
    facts: dict[str, Any] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def can_ask(self) -> bool:
        """Return whether questions are allowed and a terminal can show them."""
        return self.may_ask and is_terminal(sys.stdin) and is_terminal(sys.stderr)

    @property
    def why_not_ask(self) -> str:
        """Why no question can be asked, after "Cannot ask: "."""
        return "there is no terminal" if self.may_ask else "--no-input was given"

    def info(self, text: str = "", *, style: str | None = None) -> None:
        """Print a sentence for people on standard error, unless the command is quiet."""
        if style != "quiet" and text.strip():
            self.sentences.append(text.strip())
        if not self.quiet:
            with suppress(OSError):  # a reader that is gone is noticed when the command ends
                sys.stdout.flush()  # so that a file or pipe that takes both has the data before the words about them
            print(self.styled(self._fitted(clean(text), sys.stderr), style, sys.stderr), file=sys.stderr)

    def error(self, text: str) -> None:
        """Print on standard error why the command stopped, even when it is quiet."""
        self.sentences.append(text)
        stopped = "Stopped:"
        text = self._fitted(f"{stopped} {clean(text)}", sys.stderr).removeprefix(stopped)
        print(self.styled(stopped, "error", sys.stderr) + text, file=sys.stderr)

    def data(self, text: str = "", *, style: str | None = None, strong: str = "") -> None:
        """Print data for people, on standard output.

        Args:
            text: what is printed.
            style: the style of all of it.
            strong: the beginning of the text that is to be seen first.
        """
        stream = self.data_stream
        shown, strong = self._fitted(clean(text), stream), clean(strong)
        if strong and shown.startswith(strong):
            shown = self.styled(strong, "strong", stream) + shown.removeprefix(strong)
        print(self.styled(shown, style, stream), file=stream)

    @contextmanager
    def exact(self) -> Iterator[BinaryIO]:
        """Yield standard output for bytes of a file or script, which no system may change: Windows writes other line ends."""
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()

    def confirm(self, question: str, *, default: bool = False) -> bool:
        """Ask a question on standard error; ``default`` is the answer for Enter."""
        import click

        return click.confirm(clean(question), default=default, err=True)

    def prompt(self, question: str, **options: Any) -> str:
        """Ask for a text on standard error.

        Args:
            question: what is asked.
            options: those of :func:`click.prompt`.
        """
        import click

        answer: str = click.prompt(clean(question), err=True, **options)
        return answer

    @property
    def width(self) -> int:
        """Characters of a line of text: those of the terminal, at most 100; 80 where there is no terminal.

        A text that goes into a file or a pipe is the text of the terminal, for the people who read it there.
        """
        return min(get_terminal_size((80, 24)).columns, _WIDEST_TEXT)

    def _fitted(self, text: str, stream: TextIO) -> str:
        """Return a text that breaks between words on a terminal, and nowhere in a command: it is to be pasted whole."""
        return "\n".join(map(self._fitted_line, text.split("\n"))) if is_terminal(stream) else text

    def _fitted_line(self, line: str) -> str:
        prose, program, rest = line.partition(_PROGRAM)
        lines = textwrap.wrap(prose, self.width, break_long_words=False, break_on_hyphens=False) or [""]
        if program:
            between = prose[len(prose.rstrip()) :]
            fits = len(lines[-1] + between + program + rest) <= self.width
            lines = [*lines[:-1], lines[-1] + (between if fits or not between else "\n") + program + rest]
        return "\n".join(lines)

    def wrapped(self, text: str, *, indent: str = "") -> list[str]:
        """Return a paragraph in lines of the terminal's width.

        Args:
            text: the paragraph. It holds no command: a line break in one would end it when it is pasted.
            indent: what every line but the first begins with.
        """
        return textwrap.wrap(text, self.width, subsequent_indent=indent, break_on_hyphens=False)

    def json(self, facts: Mapping[str, Any]) -> None:
        """Add facts to the one JSON object that is printed when the command ends.

        Args:
            facts: key and value; an iterator as value is printed element by element, however long it is. ``message``
                is printed when the command succeeds, instead of the sentences printed for people.
        """
        self.facts.update(facts)

    @property
    def message(self) -> str:
        """What the command did, in sentences."""
        return str(self.facts.get("message") or " ".join(self.sentences))

    @property
    def data_stream(self) -> TextIO:
        """Where data for people goes."""
        return sys.stderr if self.as_json else sys.stdout  # with --json, standard output holds the object alone

    def table(
        self,
        headers: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        right: frozenset[int] = frozenset(),
        spare: int = 0,
    ) -> None:
        """Print a table; on a terminal the last column is wrapped to its width.

        Args:
            headers: one for each column.
            rows: texts, one for each column.
            right: indexes of columns that hold figures.
            spare: how many of the last columns are left out on a terminal that is too narrow for them.
        """
        headers = [clean_line(header) for header in headers]
        listed = [[clean_line(cell.replace("\n", " ")) for cell in row] for row in rows]
        stream = self.data_stream
        if stream is sys.stdout and is_terminal(stream) and len(listed) <= _MOST_WRAPPED_ROWS:
            _rich_table(headers, listed, right, spare, color=self._colored(sys.stdout))
            return
        widths = _widths(headers, listed)
        for row in (headers, *listed):
            cells = [
                cell.rjust(width) if at in right else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            print("  ".join(cells).rstrip(), file=stream)

    @contextmanager
    def working(self, what: str) -> Iterator[Callable[[str], None]]:
        """Show a progress indicator on a terminal, when the work takes longer than a moment.

        Args:
            what: the work, ``Checking returns.xlsx``.

        Yields:
            What replaces these words by other ones.
        """
        if self.quiet or not is_terminal(sys.stderr):
            yield lambda _: None
            return
        import threading

        with ExitStack() as shown:
            lock, over = threading.Lock(), threading.Event()
            words, indicators = [what], []

            def start() -> None:
                with lock:
                    if not over.is_set():
                        from rich.console import Console
                        from rich.text import Text  # a plain text would be read as markup: [red], [link=...]

                        console = Console(stderr=True, no_color=not self._colored(sys.stderr))
                        indicators.append(console.status(Text(clean_line(words[-1]) + " …")))
                        shown.enter_context(indicators[-1])

            def change(other: str) -> None:
                with lock:
                    words.append(other)
                    for indicator in indicators:
                        from rich.text import Text

                        indicator.update(Text(clean_line(other) + " …"))

            timer = threading.Timer(_PROGRESS_DELAY, start)
            timer.start()
            try:
                yield change
            finally:
                timer.cancel()
                with lock:
                    over.set()

    def styled(self, text: str, style: str | None, stream: TextIO) -> str:
        """Return the text in a style, where the stream is a terminal that may show colour."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if style and self._colored(stream) else text

    def _colored(self, stream: TextIO) -> bool:
        # https://no-color.org: any non-empty value means no.
        allowed = self.color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return allowed and is_terminal(stream) and _shows_colors(stream)


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal, where a person reads and answers."""
    if os.name == "nt":
        from action_returns.cli.windows_streams import is_console

        return is_console(stream)
    return stream.isatty()


def _shows_colors(terminal: TextIO) -> bool:
    if os.name == "nt":
        from action_returns.cli.windows_streams import shows_colors

        return shows_colors(terminal)
    return True


def write_facts(facts: Mapping[str, Any], stream: TextIO) -> None:
    """Write the JSON object without its end, which :func:`write_end` writes.

    A value that is an iterator is written element by element: a check may have three million findings. When it raises,
    its list is closed, so that the object can still be ended.

    Args:
        facts: key and value.
        stream: where it is written.
    """
    stream.write("{")
    for key, value in facts.items():
        if isinstance(value, Iterator):
            stream.write(f"\n  {_json(key)}: [")
            try:
                between = "\n"
                for element in value:
                    stream.write(f"{between}    {_json(element)}")
                    between = ",\n"
            finally:
                stream.write("],")
        else:
            stream.write(f"\n  {_json(key)}: {_json(value)},")


def write_end(problem: str | None, message: str, stream: TextIO) -> None:
    """Write the end of the JSON object.

    Args:
        problem: the code of the refusal, None when the command did its work.
        message: what happened, why, and what to do.
        stream: where it is written.
    """
    stream.write(f'\n  "problem": {_json(problem)},\n  "message": {_json(message)}\n}}\n')


_encode = json.JSONEncoder(ensure_ascii=True).encode


def _json(value: object) -> str:
    """Return a value as JSON in printable ASCII: every text comes back exactly, and none reaches a terminal raw."""
    text = _encode(value)
    return text.replace("\x7f", "\\u007f") if "\x7f" in text else text  # the one control character that JSON leaves


def _widths(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(header), *(len(row[at]) for row in rows), 0) for at, header in enumerate(headers)]


def _columns_that_fit(headers: Sequence[str], rows: Sequence[Sequence[str]], spare: int, most: int) -> int:
    """Return how many columns are shown in ``most`` characters: all but those of the ``spare`` last ones that do not fit."""
    widths, least = _widths(headers, rows), len(headers) - spare
    return next((n for n in range(len(headers), least, -1) if sum(widths[:n]) + 2 * (n - 1) <= most), least)


def _rich_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int], spare: int, *, color: bool
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(no_color=not color, highlight=False)
    shown = _columns_that_fit(headers, rows, spare, console.width)  # one less on an old console of Windows
    headers, rows = headers[:shown], [row[:shown] for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold")
    last = len(headers) - 1
    widths = _widths(headers[:last], rows)
    fits = sum(width + 2 for width in widths) + len(headers[last]) <= console.width
    for at, header in enumerate(headers):
        # What must not be wrapped is cut where it does not fit: half an amount would read like another one.
        keep_whole = fits and at < last
        table.add_column(Text(header), justify="right" if at in right else "left", overflow="fold", no_wrap=keep_whole)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)

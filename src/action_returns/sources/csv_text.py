"""A CSV file as text: its encoding found out, its records given one by one with their lines."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from action_returns.sources.errors import SourceProblem
from action_returns.sources.text import decode

DELIMITERS: Final[Mapping[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""What may stand between fields, and its name for people."""

_MOST_BYTES: Final = 200 * 2**20
_LONGEST_FIELD: Final = 2**20
_TELLING: Final = "sep="


class CsvText:
    """A CSV file that was found to be readable text.

    Args:
        content: the whole file.
        name: its name, for messages.

    Raises:
        SourceProblem: when it is too large, or no text.
    """

    def __init__(self, content: bytes, name: str) -> None:
        if len(content) > _MOST_BYTES:
            raise SourceProblem(
                "file-too-large", f"{name} is larger than {_MOST_BYTES >> 20} MB. Split it into several files."
            )
        if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            raise SourceProblem(
                "file-unreadable",
                f"{name} is a web page or XML, not CSV. "
                "Open it in the spreadsheet program and save it as .xlsx or CSV UTF-8.",
            )
        text, self._codec, self.note = decode(content, name)
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise SourceProblem("file-unreadable", f"{name} holds a NUL character in line {line}, so it is not CSV.")
        self.name = name
        self._content = content
        told = text[len(_TELLING) : len(_TELLING) + 1] if text[: len(_TELLING)].lower() == _TELLING else ""
        self.delimiters: tuple[str, ...] = (told,) if told in DELIMITERS else tuple(DELIMITERS)
        """What may stand between its fields: what a first line ``sep=;`` tells, as Excel writes it, else any."""

    def records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Give every record and the line on which it starts.

        Raises:
            SourceProblem: ``file-unreadable`` with the line, when quotes do not pair up.
        """
        csv.field_size_limit(_LONGEST_FIELD)
        # Decoded piece by piece: the whole text would take four times its size in a StringIO.
        lines = io.TextIOWrapper(io.BytesIO(self._content), self._codec, newline="")
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = 1
        try:
            for record in reader:
                yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise SourceProblem(
                "file-unreadable",
                f"{self.name} cannot be read from line {line} on: {error}. A quotation mark without its partner does "
                "this. Open the file in the spreadsheet program, look at that line, and save it again.",
            ) from None

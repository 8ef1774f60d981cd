"""Read the texts of a part with expat, plain and in runs; leave out what is no part of them (ECMA-376, 18.4).

The base of the readers of :mod:`action_returns.readers.xlsx.exact`.
"""

from collections.abc import Iterator
from typing import Final, NoReturn

from action_returns.errors import FileError
from action_returns.readers.xlsx.package import Package
from action_returns.readers.xlsx.texts import unescape
from action_returns.readers.xlsx.xml import SPREADSHEET, PartParser

# Elements get names in brackets. Expat gives the attribute x:t the new name of the element x:t; so it is no t.
_NAMES: Final = {
    f"{uri} {name}": f"<{name}>"
    for uri in SPREADSHEET
    for name in (
        *("worksheet", "col", "mergeCell", "sheetData", "row", "c", "v", "f", "is"),
        *("sst", "si", "r", "t", "rPh", "phoneticPr", "rPr"),
    )
}
_CONTENT: Final = frozenset({"<sheetData>", "<row>", "<c>", "<v>", "<f>", "<is>", "<si>", "<r>", "<t>"})
_NO_TEXT: Final = frozenset({"<rPh>", "<phoneticPr>", "<rPr>"})
"""Elements within a text that are no part of it: phonetic hints and fonts (18.4.6, 18.4.3, 18.4.7)."""
_OF_TEXT: Final = frozenset({"<t>", "<v>", "<f>"})
"""Elements that hold text and no element."""


def local_name(name: str) -> str:
    """Return the name of an element as it stands in the XML, without its prefix."""
    return name.rpartition(" ")[2].strip("<>")


class TextReader:
    """Reads texts; the base of what reads a part.

    Args:
        package: the workbook, for messages.
        part: the part.
        item: the element that holds one whole text, ``<si>`` or ``<is>``.
    """

    def __init__(self, package: Package, part: str, item: str) -> None:
        self.package = package
        self.part = part
        self.inside = ""
        """The innermost element that is open and not left out."""
        self.pieces: list[str] = []
        """The text since the start of the last element that holds text."""
        self.runs: list[str] = []
        """The texts of the item that is read."""
        self._item = item
        self._in_run = False
        self._left_out = ""
        self._depth = 0
        self._parser = PartParser(package, part, _NAMES)
        self._expat = self._parser.expat
        self.watch()

    def place(self) -> str:
        """Return what is read at the moment, for messages."""
        raise NotImplementedError

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        """Take the start of an element."""
        raise NotImplementedError

    def end(self, name: str) -> None:
        """Take the end of an element."""
        raise NotImplementedError

    def watch(self) -> None:
        """Have expat call this reader."""
        self._expat.StartElementHandler = self.start
        self._expat.EndElementHandler = self.end
        self._expat.CharacterDataHandler = self.pieces.append

    def parse(self) -> Iterator[None]:
        """Parse the part, and return to the caller after each piece of it.

        Raises:
            FileError: when the part is missing or damaged.
        """
        return self._parser.feed_all()

    def start_within_text(self, name: str) -> None:
        """Take the start of an element within an item of text, or of one that is left out."""
        if name == "<t>" and self.inside in {self._item, "<r>"}:
            self._in_run = self.inside == "<r>"
            self.inside = "<t>"
            self.pieces.clear()
        elif name == "<r>" and self.inside == self._item:
            self.inside = "<r>"
        else:
            self.leave_out(name)

    def end_within_text(self, name: str) -> None:
        """Take the end of a text or of a run."""
        if name == "<t>":
            self.runs.append(unescape("".join(self.pieces)))
            self.inside = "<r>" if self._in_run else self._item
        elif name == "<r>":
            self.inside = self._item

    def take_runs(self) -> str:
        """Return the text of the item that ends."""
        text = "".join(self.runs)
        self.runs.clear()
        return text

    def leave_out(self, name: str) -> None:
        """Leave an element out with all that is in it.

        Raises:
            FileError: when it stands where it would split a row, a cell or a text.
        """
        if name in _CONTENT or self.inside in _OF_TEXT:
            self.refuse(f"has an element {local_name(name)} where none can be")
        self._left_out = name
        self._depth = 1
        self._expat.StartElementHandler = self._start_left_out
        self._expat.EndElementHandler = self._end_left_out
        self._expat.CharacterDataHandler = None

    def refuse(self, what: str) -> NoReturn:
        """Refuse the part because of the place that is read.

        Args:
            what: goes on a sentence that begins with the place.
        """
        raise FileError(
            "file-unreadable",
            f"{self.package.name} is damaged: {self.place()} in its part {self.part} {what}. Nothing of it was used. "
            "Open it in the spreadsheet program, look at that place, and save it again.",
        )

    def _start_left_out(self, name: str, _: dict[str, str]) -> None:
        # A row or cell within an element of another program, such as one of two versions: which one counts is not known.
        if name in _CONTENT and self._left_out not in _NO_TEXT:
            self.refuse(f"has an element {local_name(name)} within an element {local_name(self._left_out)}")
        self._depth += 1

    def _end_left_out(self, _: str) -> None:
        self._depth -= 1
        if not self._depth:
            self.watch()

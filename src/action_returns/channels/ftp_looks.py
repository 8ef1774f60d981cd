"""Read from the answers of an FTP server whether a name is taken: SIZE, MLST and LIST (RFC 3659, 4 and 7; RFC 959, 4.1.3).

550 means that there is no such file, or that the user may not know (RFC 959, 4.2.1). Only its words tell which. One
neutral 550 counts as "no such file", as vsftpd and Pure-FTPd say it. After a way that did not tell, only clear words do.
"""

import re
from collections.abc import Sequence
from typing import Final

from action_returns.channels.ftp_refusals import without_names
from action_returns.channels.line_protocol import Reply
from action_returns.channels.looks import FREE, Look, Taken, Unseen

_SIZE: Final = re.compile(r"([0-9]{1,18})(?: bytes?)?", re.IGNORECASE)
_FACTS_SIZE: Final = re.compile(r"(?:^|;| )size=([0-9]{1,18});", re.IGNORECASE)
_HAS_SIZE: Final = 213
_HAS_FACTS: Final = 250
_UNAVAILABLE: Final = 550
_REFUSED: Final = 400  # and above
_DENIAL: Final = re.compile(
    r"permi[ts]|denie|not allow|no access|forbid|authori[sz]|privilege|prohibit|disabled|not (?:supported|implemented)|fail"
    r"|verweigert|refus|denega|negat|negad|geweigerd",  # Windows answers in its own language
    re.IGNORECASE,
)
_ABSENT: Final = re.compile(
    r"no such|not found|not exist|n't exist|(?:cannot|can't|could not) find|ENOENT", re.IGNORECASE
)
_ENTRY: Final = re.compile(r"[-bcdlps][-rwxsStT]{9}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\s|\+|[\w.]+=[^;]*;|\S+$", re.ASCII)
"""How a line about one file begins, as ls -l, IIS, EPLF and MLSD write it, or a name alone."""
_CUT_SHORT: Final = re.compile(r"truncat|limit|only the first|too many|maximum|incomplete", re.IGNORECASE)
"""What a server says of a listing that leaves files out: Pure-FTPd lists 10,000 and says "Output truncated"."""
_TOTAL: Final = re.compile(r"total [0-9]+", re.IGNORECASE)
"""The first line of a listing as ls writes it, also of an empty folder."""


def from_size(reply: Reply, *, is_first: bool = True) -> Look:
    """Return what the reply to SIZE shows.

    Args:
        reply: the reply.
        is_first: whether no other way was tried, which did not tell.
    """
    if reply.code == _HAS_SIZE:  # without a number of an empty file (ftp-srv)
        found = _SIZE.fullmatch(reply.text)
        return Taken(int(found[1]) if found else None)
    return _from_refusal("SIZE", reply, is_first=is_first)


def from_facts(name: str, reply: Reply, *, is_first: bool = True) -> Look:
    """Return what the reply to MLST shows; see :func:`from_size`. Facts of something else, such as the folder, tell nothing.

    Args:
        name: the name.
        reply: the reply.
        is_first: whether no other way was tried, which did not tell.
    """
    if reply.code == _HAS_FACTS and any(_names(line, name) for line in reply.lines):
        found = _FACTS_SIZE.search(reply.text)
        return Taken(int(found[1]) if found else None)
    return _from_refusal("MLST", reply, is_first=is_first)


def from_list(name: str, reply: Reply, lines: Sequence[str]) -> Look:
    """Return what a listing of the name shows.

    An empty one proves nothing: aioftp lists only folders, ProFTPD leaves out what the user may not see.

    Args:
        name: the name.
        reply: the reply that ended the listing.
        lines: of the listing; of the whole folder where the server takes no name.
    """
    words = _words(reply, lines)
    if not any(_names(line, name) for line in lines) and _ABSENT.search(words) and not _DENIAL.search(words):
        return FREE
    return from_folder(name, reply, lines)


def from_folder(name: str, reply: Reply, lines: Sequence[str]) -> Look:
    """Return what a listing of the whole folder shows about a name; see :func:`from_list`."""
    if any(_names(line, name) for line in lines):
        return Taken(None)
    shown = [line for line in lines if line.strip() and not _TOTAL.fullmatch(line.strip())]
    words = _words(reply, lines)
    if reply.is_positive and shown and not _DENIAL.search(words) and not _CUT_SHORT.search(words):
        return FREE
    return Unseen(f"LIST: {reply}")


def _words(reply: Reply, lines: Sequence[str]) -> str:
    """Return what the server says with a listing: its reply, and the lines that are no files."""
    return without_names(" ".join([reply.text, *(line for line in lines if not _ENTRY.match(line.strip()))]))


def _names(line: str, name: str) -> bool:
    """Return whether a line ends with the name, as it stands in every format of LIST and MLST.

    In whichever case: to many servers both are one name. A link is followed by what it leads to (ls -l), and a name by
    a mark for its kind (ls -F).
    """
    shown = line.strip()
    if shown.startswith("l"):
        shown = shown.partition(" -> ")[0]
    before, found, after = shown.rstrip("*/=>@|").casefold().rpartition(name.casefold())
    return bool(found) and not after and (not before or before[-1] in " \t/\\;")


def _from_refusal(command: str, reply: Reply, *, is_first: bool) -> Look:
    words = without_names(reply.text)
    is_absent = reply.code >= _REFUSED and _ABSENT.search(words)
    if (is_absent or (is_first and reply.code == _UNAVAILABLE)) and not _DENIAL.search(words):
        return FREE
    return Unseen(f"{command}: {reply}")

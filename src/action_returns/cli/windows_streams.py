"""Standard streams on Windows: how what is redirected is encoded, what is a console, and whether it shows colours.

Python encodes what is redirected in the ANSI code page. Few who read it expect that one: PowerShell, ``more`` and
``findstr`` take the bytes of a pipe for text in the code page of the console (``[Console]::OutputEncoding``, ``chcp``),
and editors take a file for UTF-8. What this module decides holds for words; JSON is ASCII, and rows leave byte for byte.
"""

import codecs
import errno
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Final, TextIO

from action_returns.clean_text import name_character

if TYPE_CHECKING:
    import ctypes

_LOOKS_LIKE: Final = {"…": "...", "·": "-", "\u2013": "-", "\u2014": "-", "→": "->"}
"""Signs of our own sentences, as they stand in a code page that lacks them."""
_ERRORS: Final = "action_returns.named"
"""Name of the error handler that names a character which an encoding lacks."""
_ESCAPE_SEQUENCES: Final = 0x0004
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING of a console's output; off where a window of Windows 10 opens."""


def prepare_streams() -> None:
    """Set the encoding of standard output and standard error, so that no character stops a command or is another one."""
    codecs.register_error(_ERRORS, _named)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_encoding(stream), errors=_ERRORS)


def is_console(stream: TextIO) -> bool:
    """Return whether a stream is a console; Python takes the device NUL for a terminal, too."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    return stream.isatty() and not isinstance(raw, io.FileIO)


def shows_colors(stream: TextIO) -> bool:
    """Return whether the console of a stream obeys escape sequences, after it was asked to until the program ends.

    Windows 10 obeys them when it is asked to; older consoles would print them.
    """
    import atexit
    import ctypes

    console, mode = ctypes.WinDLL("kernel32"), ctypes.c_uint32()  # type: ignore[attr-defined,unused-ignore]
    try:
        handle = _handle(stream)
    except (OSError, ValueError):
        return False
    if not console.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    if mode.value & _ESCAPE_SEQUENCES:
        return True
    if not console.SetConsoleMode(handle, mode.value | _ESCAPE_SEQUENCES):
        return False
    atexit.register(
        console.SetConsoleMode, handle, mode.value
    )  # the mode belongs to the window and not to this program
    return True


def reader_is_gone(stream: TextIO) -> bool:
    """Return whether a stream is a pipe whose reader has closed it.

    Ask only after an error: a reader that is there may take the empty write for the end (libuv issue 985).
    """
    import ctypes

    if not _is_pipe(stream):
        return False
    written = ctypes.c_uint32()
    return not ctypes.WinDLL("kernel32").WriteFile(_handle(stream), b"", 0, ctypes.byref(written), None)  # type: ignore[attr-defined,unused-ignore]


def says_closed_pipe(error: OSError, stream: TextIO) -> bool:
    """Return whether an error says that the reader of a stream, a pipe, has closed it.

    Python says EINVAL for that (bpo-19612), as it does for a file on a share that is gone or a quota that is used up.
    """
    is_of_stream = error.filename is None and getattr(error, "winerror", None) is None
    return error.errno == errno.EINVAL and is_of_stream and _is_pipe(stream)


def _handle(stream: TextIO) -> "ctypes.c_void_p":
    """Return the handle of a stream.

    Raises:
        OSError: it is closed.
        ValueError: it is no file of this system.
    """
    import ctypes
    import msvcrt

    return ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))  # type: ignore[attr-defined,unused-ignore]


def _named(error: UnicodeError) -> tuple[str, int]:
    """Return other characters for those that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_LOOKS_LIKE.get(sign) or name_character(sign) for sign in lacking), error.end


def _encoding(stream: io.TextIOWrapper) -> str:
    """Return the encoding that the reader of a stream expects."""
    if is_console(stream) or sys.flags.utf8_mode or os.environ.get("PYTHONIOENCODING"):
        return stream.encoding
    return pipe_encoding(_console_code_page()) if _is_pipe(stream) else "utf-8"


def pipe_encoding(code_page: int) -> str:
    """Return the encoding of a pipe.

    Args:
        code_page: of the console, 0 where there is none: then no shell reads the pipe.
    """
    try:
        return codecs.lookup(f"cp{code_page}").name
    except LookupError:
        return "utf-8"


def _is_pipe(stream: TextIO) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # it is closed, or no file of this system
        return False


def _console_code_page() -> int:
    import ctypes

    return int(ctypes.WinDLL("kernel32").GetConsoleOutputCP())  # type: ignore[attr-defined,unused-ignore]

"""The message boxes that Windows shows for a program, which a test cannot close."""

import ctypes
import os
from contextlib import contextmanager
from unittest import mock


@contextmanager
def boxes_written_to(stream):
    """Write the text of every message box to a stream and show none. Elsewhere than on Windows there are none."""
    if os.name != "nt":
        yield
        return
    user32 = ctypes.windll.user32
    with mock.patch.object(user32, "MessageBoxW", lambda _owner, text, _title, _style: stream.write(f"{text}\n")):
        yield

"""The words of a command that a message shows, as the program gets them when a user pastes it."""

import os
import subprocess


def words_of(command):
    """Return the words of a command as the shell of this system and the start of the program make them."""
    return _words_of_windows(command) if os.name == "nt" else _words_of_bash(command)


def _words_of_bash(command):
    line = f"printf '%s\\0' {command.splitlines()[0]}"
    printed = subprocess.run(["bash", "-c", line], stdout=subprocess.PIPE, check=True).stdout
    return os.fsdecode(printed).split("\0")[:-1]


def _words_of_windows(command):
    import ctypes
    from ctypes import wintypes

    split = ctypes.windll.shell32.CommandLineToArgvW
    split.argtypes, split.restype = [wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_int)], ctypes.POINTER(wintypes.LPWSTR)
    number = ctypes.c_int()
    # The first word of a line has rules of its own: it is the program.
    words = split(f"program {command.splitlines()[0]}", ctypes.byref(number))
    return words[1 : number.value]

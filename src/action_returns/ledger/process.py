"""Who is writing: a name for this process that no later one has, and whether such a process still runs."""

import os
import sys
from pathlib import Path


def this_process() -> str:
    """Give a name for this process: its number and, where the system tells, the moment it started."""
    return _name(os.getpid())


def still_runs(name: str) -> bool:
    """Tell whether the process of that name still runs on this machine."""
    pid, _, _started = name.partition("@")
    return pid.isdigit() and _exists(int(pid)) and _name(int(pid)) == name


def _name(pid: int) -> str:
    return f"{pid}@{_started(pid)}"


def _started(pid: int) -> str:
    """Give when a process started; a number alone may belong to somebody else by now (proc(5), field 22)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _exists(pid: int) -> bool:
    if sys.platform == "win32":
        return _exists_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _exists_on_windows(pid: int) -> bool:
    # os.kill would end it: on Windows signal 0 is CTRL_C_EVENT.
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    query_limited_information, still_active = 0x1000, 259
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return not known or code.value == still_active

"""Takes from Python what Wine 8 lacks, so that the standard library uses its other way, and adds what it leaves out."""

import _winapi
import errno
import msvcrt

del _winapi.CopyFile2  # shutil then copies bytes, as on other systems


def _locking(handle, mode, length, _lock=msvcrt.locking):
    try:
        _lock(handle, mode, length)
    except OSError as error:
        if error.errno:
            raise
        # The C library of Wine does not say why; Microsoft's does, when another program holds the lock.
        raise PermissionError(errno.EACCES, "Permission denied") from None


msvcrt.locking = _locking

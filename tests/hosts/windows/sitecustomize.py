"""Takes from Python what Wine 8 lacks, so that the standard library uses its other way."""

import _winapi

del _winapi.CopyFile2  # shutil then copies bytes, as on other systems

"""The values of the PROJECT stream that say who may see and change a project (MS-OVBA 2.4.3)."""

import struct
from typing import Final

_VERSION: Final = 2


def encrypt(data: bytes, project_id: str, seed: int) -> str:
    """Encrypt a protection value (Data Encryption, 2.4.3.2). It hides nothing: the key stands beside it.

    Args:
        data: the value: ProjectProtectionState (2.3.1.15), ProjectPassword (2.3.1.16) or ProjectVisibilityState
            (2.3.1.17).
        project_id: the project's ID with its braces; another ID needs other values.
        seed: a byte to start from; any will do.

    Returns:
        Upper-case hexadecimal digits.
    """
    project_key = sum(project_id.encode("ascii")) & 0xFF
    encrypted = [seed, seed ^ _VERSION, seed ^ project_key]
    filler = bytes((seed & 6) // 2)
    previous = project_key
    for byte in filler + struct.pack("<I", len(data)) + data:
        encrypted.append(byte ^ ((encrypted[-2] + previous) & 0xFF))
        previous = byte
    return bytes(encrypted).hex().upper()

"""The program behind ``aioftp_server.py``: runs aioftp's server as its argument says, in JSON."""

import asyncio
import errno
import json
import ssl
import sys
from pathlib import Path
from typing import Any

import aioftp


class _FullDisk(aioftp.PathIO):
    async def write(self, *_given: Any, **_named: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


async def main(options: dict[str, Any]) -> None:
    """Serve until the program is ended."""
    permission = aioftp.Permission("/", writable=options["is_writable"])
    user = aioftp.User(
        options["username"], options["password"], base_path=Path(options["root"]), permissions=[permission]
    )
    context = None
    if options["certificate"] is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["certificate"])
    disk = _FullDisk if options["is_full"] else aioftp.PathIO
    server = aioftp.Server([user], ssl=context, path_io_factory=disk)
    await server.start(options["host"], options["port"])
    await server.serve_forever()


asyncio.run(main(json.loads(sys.argv[1])))

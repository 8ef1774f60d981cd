#!/bin/sh
# aioftp 0.28.3, a server, answers LIST of a file with 226 and an empty list. RFC 959 (4.1.3): "If the pathname specifies a
# file then the server should send current information on the file." It sends the entries of a folder only, and a file has
# none. A client that looks whether a file is there before it uploads sees an empty list, and STOR replaces the file.
# The list of the whole folder, and MLST of the name, show it.
#
# Seen on Python 3.11:
#   LIST there.csv -> 226 list transfer done, 0 lines
#   LIST -> 226 list transfer done, 1 line
#   MLST there.csv -> 250, Size=1
#   LIST missing.csv -> 550 path does not exists
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/drop"
printf x >"$folder/drop/there.csv"
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check aioftp==0.28.3
"$folder/v/bin/python" -W ignore - "$folder/drop" <<'PYTHON'
import asyncio
import ftplib
import pathlib
import queue
import sys
import threading

import aioftp

ports = queue.Queue()


async def serve():
    server = aioftp.Server([aioftp.User("ann", "x", base_path=pathlib.Path(sys.argv[1]))])
    await server.start("127.0.0.1", 0)
    ports.put(server.server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
client = ftplib.FTP()
client.connect("127.0.0.1", ports.get(timeout=30), timeout=30)
client.login("ann", "x")


def listed(command):
    lines = []
    try:
        reply = client.retrlines(command, lines.append)
    except ftplib.error_perm as refusal:
        print(f"{command} -> {refusal}")
        return str(refusal)
    print(f"{command} -> {reply}, {len(lines)} line{'' if len(lines) == 1 else 's'}")
    return len(lines)


assert listed("LIST there.csv") == 0
assert listed("LIST") == 1
facts = client.sendcmd("MLST there.csv")
print(f"MLST there.csv -> {facts[:3]}, {facts.splitlines()[1].strip().partition(';')[0]}")
assert "Size=1;" in facts
assert str(listed("LIST missing.csv")).startswith("550")
client.close()
PYTHON

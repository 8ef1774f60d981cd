#!/bin/sh
# ftp-srv 4.6.3 (Node) answers SIZE of an empty file without a number: "213 File status". RFC 3659 (4.1) has the number of
# bytes there. The number 0 is taken for "no words", and the usual words for the code are sent instead. Python's
# ftplib raises ValueError; a client that looks for the number finds none and may take the name for free.
#
# Seen on Node 20, Python 3.11:
#   SIZE full.csv -> 213 24
#   SIZE empty.csv -> 213 File status
#   ftplib.FTP.size("empty.csv") -> ValueError: invalid literal for int() with base 10: 'File status'
set -eu
folder=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
mkdir drop
printf 'ActionId,Amount,Reason\r\n' >drop/full.csv
: >drop/empty.csv
npm install --silent --ignore-scripts --no-audit --no-fund --prefix . ftp-srv@4.6.3 2>/dev/null
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
PORT=$port node - >server.log 2>&1 <<'JS' &
const { FtpSrv } = require("ftp-srv");
const server = new FtpSrv({ url: `ftp://127.0.0.1:${process.env.PORT}`, pasv_url: "127.0.0.1", pasv_min: 40000 });
server.on("login", (data, yes) => yes({ root: "drop" }));
server.listen();
JS
server=$!
python3 -W ignore - "$port" <<'PYTHON'
import ftplib
import sys
import time

client = ftplib.FTP()
for _ in range(100):
    try:
        client.connect("127.0.0.1", int(sys.argv[1]), timeout=30)
        break
    except OSError:
        time.sleep(0.1)
client.login("ann", "x")
client.voidcmd("TYPE I")
seen = {name: client.sendcmd(f"SIZE {name}") for name in ("full.csv", "empty.csv")}
for name, reply in seen.items():
    print(f"SIZE {name} -> {reply}")
assert list(seen.values()) == ["213 24", "213 File status"], seen
try:
    problem = client.size("empty.csv")
except ValueError as error:
    problem = error
print(f'ftplib.FTP.size("empty.csv") -> ValueError: {problem}')
assert "File status" in str(problem)
client.quit()
PYTHON

#!/bin/sh
# ssh2 1.17.0 (Node): its server lists the kinds of signatures that it takes without a comma between two of them
# (server-sig-algs, RFC 8308, 3.1): "ecdsa-sha2-nistp521rsa-sha2-512". So it offers neither, although it takes both. A client
# that keeps to the list signs with an RSA key by SHA-256 only, and may leave out an ECDSA key of 521 bits.
#
# Seen on Node 20, paramiko 5.1.0:
#   ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss
#   ecdsa-sha2-nistp521 is in it: False
#   rsa-sha2-512 is in it: False
#   rsa-sha2-256 is in it: True
set -eu
folder=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix . ssh2@1.17.0 2>/dev/null
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check paramiko==5.1.0
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
PORT=$port node - >server.log 2>&1 <<'JS' &
const { Server, utils } = require("ssh2");
const keys = utils.generateKeyPairSync("ed25519");
const server = new Server({ hostKeys: [keys.private] }, (client) => {
  client.on("error", () => {});
  client.on("authentication", (context) => context.accept());
});
server.listen(Number(process.env.PORT), "127.0.0.1");
JS
server=$!
v/bin/python -W ignore - "$port" <<'PYTHON'
import socket
import sys
import time

import paramiko

for _ in range(100):
    try:
        connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
        break
    except OSError:
        time.sleep(0.1)
transport = paramiko.Transport(connection)
transport.start_client(timeout=30)
transport.auth_password("ann", "x")
listed = transport.server_extensions["server-sig-algs"].decode()
print(listed)
names = listed.split(",")
seen = {name: name in names for name in ("ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256")}
for name, is_listed in seen.items():
    print(f"{name} is in it: {is_listed}")
assert list(seen.values()) == [False, False, True], seen
transport.close()
PYTHON

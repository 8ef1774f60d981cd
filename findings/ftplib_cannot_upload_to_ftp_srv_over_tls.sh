#!/bin/sh
# Python's ftplib cannot upload over TLS to ftp-srv 4.6.3 (Node). ftplib asks STOR, reads the server's 150 and only then begins
# the TLS handshake of the data connection; ftp-srv sends 150 only when that handshake is through. Each waits for the
# other until the server gives up with 425. Neither order is forbidden (RFC 4217, 12.6 shows one, 7 leaves it open).
# curl begins the handshake as soon as STOR has left, and gets through. Without TLS both do. Some control connections of
# this server end in the handshake after AUTH TLS ("wrong version number"), with any client; the script then tries again.
#
# Seen on Python 3.11, Node 20, curl 7.88:
#   ftplib, plain: 226 /plain.csv
#   ftplib, TLS: 425 No connection established
#   curl, TLS: delivered
set -eu
command -v curl >/dev/null || { echo "install curl"; exit 3; }
command -v openssl >/dev/null || { echo "install openssl"; exit 3; }
folder=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
mkdir drop
npm install --silent --ignore-scripts --no-audit --no-fund --prefix . ftp-srv@4.6.3 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
PORT=$port node - >server.log 2>&1 <<'JS' &
const fs = require("node:fs");
const { FtpSrv } = require("ftp-srv");
const server = new FtpSrv({
  url: `ftp://127.0.0.1:${process.env.PORT}`, pasv_url: "127.0.0.1", pasv_min: 40000,
  tls: { key: fs.readFileSync("key.pem"), cert: fs.readFileSync("cert.pem") },
});
server.on("login", (data, yes) => yes({ root: "drop" }));
server.listen();
JS
server=$!
python3 -W ignore - "$port" <<'PYTHON'
import ftplib
import io
import socket
import ssl
import sys
import time

port = int(sys.argv[1])
for _ in range(100):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        break
    except OSError:
        time.sleep(0.1)


def upload(make, name):
    for _ in range(10):
        try:
            return attempt(make(), name)
        except ssl.SSLError:
            continue


def attempt(client, name):
    client.connect("127.0.0.1", port, timeout=60)
    client.login("ann", "x")
    if isinstance(client, ftplib.FTP_TLS):
        client.prot_p()
    try:
        return client.storbinary(f"STOR {name}", io.BytesIO(b"ActionId,Amount,Reason\r\n"))
    except ftplib.Error as error:
        return str(error)


plain = upload(ftplib.FTP, "plain.csv")
print("ftplib, plain:", plain)
assert plain.startswith("226"), plain
tls = ssl.create_default_context(cafile="cert.pem")
encrypted = upload(lambda: ftplib.FTP_TLS(context=tls), "tls.csv")
print("ftplib, TLS:", encrypted)
assert encrypted.startswith("425"), encrypted
PYTHON
printf 'ActionId,Amount,Reason\r\n' >curl.csv
for _ in 1 2 3 4 5 6 7 8 9 10; do
  curl --silent -4 --ssl-reqd --cacert cert.pem --user ann:x --upload-file curl.csv "ftp://localhost:$port/curl.csv" && break
done
cmp curl.csv drop/curl.csv
echo "curl, TLS: delivered"

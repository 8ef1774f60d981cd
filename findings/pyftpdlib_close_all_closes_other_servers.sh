#!/bin/sh
# pyftpdlib 2.2.0: all FTP servers of a process share one loop unless each is given its own, and close_all() of one closes
# the sockets of all. Its docstring speaks of one server: "Stop serving and also disconnects all currently connected
# clients." A test with two receivers loses the second one when the first is closed, and calls it a network error.
#
# Seen on Python 3.11:
#   before: both answer
#   after close_all() of the first: the second refuses connections
#   with a loop for each: the second answers
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check pyftpdlib==2.2.0
"$folder/v/bin/python" -W ignore - <<'PYTHON'
import socket

from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer


def listen(**loop):
    server = FTPServer(("127.0.0.1", 0), FTPHandler, **loop)
    return server, server.address[:2]


def answers(address):
    try:
        socket.create_connection(address, 5).close()
    except ConnectionRefusedError:
        return False
    return True


(first, one), (second, two) = listen(), listen()
assert answers(one)
assert answers(two)
print("before: both answer")
first.close_all()
assert not answers(two)
print("after close_all() of the first: the second refuses connections")

(first, one), (second, two) = listen(ioloop=IOLoop()), listen(ioloop=IOLoop())
first.close_all()
assert not answers(one)
assert answers(two)
print("with a loop for each: the second answers")
second.close_all()
PYTHON

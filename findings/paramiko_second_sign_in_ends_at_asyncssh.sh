#!/bin/sh
# paramiko 5.1.0 sends SSH_MSG_SERVICE_REQUEST before each step of a sign-in. AsyncSSH 2.24.1 ends the conversation at the
# second one. So a client that is told "not by password" cannot go on with keyboard-interactive on the same connection,
# as paramiko's own fallback does, and a user of such a server is told that the connection was lost. OpenSSH answers each
# request, so tests with sshd show nothing. paramiko.ServiceRequestingTransport asks once, as RFC 4252 (5) has it, and
# gets through; SSHClient uses Transport unless it is told otherwise.
#
# Seen on Python 3.11:
#   Transport, password: not this way, the server offers keyboard-interactive
#   Transport, keyboard-interactive: the connection has ended
#   ServiceRequestingTransport, password: not this way, the server offers keyboard-interactive
#   ServiceRequestingTransport, keyboard-interactive: signed in
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check paramiko==5.1.0 asyncssh==2.24.1
"$folder/v/bin/python" -W ignore - <<'PYTHON'
import asyncio
import logging
import queue
import socket
import threading

import asyncssh
import paramiko

for name in ("paramiko", "asyncssh"):
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class QuestionsOnly(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def kbdint_auth_supported(self):
        return True

    def get_kbdint_challenge(self, username, lang, submethods):
        return "", "", "", [("Password:", False)]

    def validate_kbdint_response(self, username, responses):
        return list(responses) == ["right"]


async def serve():
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(QuestionsOnly, "127.0.0.1", 0, server_host_keys=[key])
    ports.put(server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


ports = queue.Queue()
threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
port = ports.get(timeout=30)
expected = {paramiko.Transport: "the connection has ended", paramiko.ServiceRequestingTransport: "signed in"}
for kind, end in expected.items():
    transport = kind(socket.create_connection(("127.0.0.1", port)))
    transport.start_client(timeout=30)
    try:
        transport.auth_password("ann", "right", fallback=False)
    except paramiko.BadAuthenticationType as refusal:
        offered = ", ".join(refusal.allowed_types)
    print(f"{kind.__name__}, password: not this way, the server offers {offered}")
    assert offered == "keyboard-interactive"
    try:
        transport.auth_interactive("ann", lambda title, text, questions: ["right" for _ in questions])
        seen = "signed in" if transport.is_authenticated() else "not signed in"
    except paramiko.SSHException:
        seen = "refused" if transport.is_active() else "the connection has ended"
    print(f"{kind.__name__}, keyboard-interactive: {seen}")
    assert seen == end, seen
    transport.close()
PYTHON

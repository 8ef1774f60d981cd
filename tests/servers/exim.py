"""Exim on loopback: STARTTLS on one port, TLS from the first byte on another; every message stays in its spool.

It sees a list of users of its own, because it insists on one named Debian-exim.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.servers import unpacked
from tests.servers.postfix import LOOPBACK, attachments

USER: Final = "contract-user"

_NUMBER: Final = 64_904  # nobody else's number; its files vanish with the test's folder
_PATIENCE: Final = 20
_INSIDE: Final = Path("/mnt")

_CONFIGURATION: Final = """
exim_user = Debian-exim
exim_group = Debian-exim
primary_hostname = mail.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = {starttls} : {implicit}
tls_on_connect_ports = {implicit}
tls_advertise_hosts = *
tls_certificate = {inside}/server.pem
spool_directory = {inside}/spool
log_file_path = {inside}/log/%s
pid_file_path = {inside}/pid
queue_only = true
host_lookup =
rfc1413_hosts =
keep_environment =
smtp_accept_max = 0
message_size_limit = 60M
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
begin acl
check_mail:
  {mail}
check_rcpt:
  {rcpt}
check_data:
  {data}
begin routers
begin transports
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = ${{if def:tls_in_cipher}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""


@dataclass(frozen=True, slots=True)
class Exim:
    """A running Exim.

    Args:
        starttls_port: the port where TLS begins with STARTTLS.
        implicit_port: the port where it begins with the first byte.
        spool: its messages.
        process: its number.
    """

    starttls_port: int
    implicit_port: int
    spool: Path
    process: int

    def attachments(self) -> list[tuple[str, bytes]]:
        """Give name and content of the attachment of every message that it has taken, once nothing is under way."""
        self._settle()
        return [part for mail in self._mails() for part in attachments(mail)]

    def _mails(self) -> Iterator[bytes]:
        for headers in sorted(self.spool.glob("*-H")):  # written last: a message without it is none
            body = headers.with_name(f"{headers.name[:-2]}-D").read_bytes().partition(b"\n")[2]
            boundary = body[body.index(b"--=") + 2 :].partition(b"\n")[0]
            yield b"Content-Type: multipart/mixed; boundary=" + b'"' + boundary + b'"\r\n\r\n' + body

    def _settle(self) -> None:
        """Wait until every connection has ended: each has a process of its own."""
        until = time.monotonic() + _PATIENCE
        while psutil.Process(self.process).children():
            if time.monotonic() > until:
                raise RuntimeError("Exim does not come to rest")
            time.sleep(0.05)


@contextmanager
def exim(
    folder: Path,
    certificate: Path,
    password: str,
    *,
    mail: str = "accept",
    rcpt: str = "accept",
    data: str = "accept",
) -> Iterator[Exim]:
    """Run Exim until the block ends.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with the server's key and certificates.
        password: of its one user.
        mail: what it decides when it hears the sender, as Exim's access control lists have it.
        rcpt: the same for the recipient.
        data: the same for the whole message.
    """
    folder.chmod(0o755)
    starttls, implicit = unpacked.free_port(), unpacked.free_port()
    facts = {"starttls": starttls, "implicit": implicit, "inside": _INSIDE, "user": USER, "password": password}
    configuration = folder / "configuration"
    configuration.write_text(_CONFIGURATION.format(**facts, mail=mail, rcpt=rcpt, data=data))
    configuration.chmod(0o644)  # it refuses one that others can write
    for name in ("spool", "spool/input", "log"):
        (folder / name).mkdir()
        os.chown(folder / name, _NUMBER, _NUMBER)
    (folder / "server.pem").write_bytes(certificate.read_bytes())
    os.chown(folder / "server.pem", _NUMBER, _NUMBER)
    users, groups = folder / "passwd", folder / "group"
    users.write_text(Path("/etc/passwd").read_text() + f"Debian-exim:x:{_NUMBER}:{_NUMBER}::/nonexistent:/bin/false\n")
    groups.write_text(Path("/etc/group").read_text() + f"Debian-exim:x:{_NUMBER}:\n")
    command = unpacked.in_own_mounts(
        [unpacked.program("exim4") or "", "-C", str(_INSIDE / "configuration"), "-bdf"],
        binds={users: "/etc/passwd", groups: "/etc/group", folder: str(_INSIDE)},
    )
    with unpacked.running(command, port=implicit, log=folder / "console", host=LOOPBACK) as process:
        yield Exim(starttls, implicit, folder / "spool/input", process.pid)

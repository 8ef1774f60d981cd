"""Postfix on loopback: STARTTLS on one port, TLS from the first byte on another, every message into one folder.

Its queue and its configuration lie in a folder of the test's; it sees a list of users of its own. Nothing can leave
this machine: whatever is not for the test's mailbox goes to Postfix's ``discard``.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final

from tests.servers import unpacked

LOOPBACK: Final = "127.0.0.1"
DOMAIN: Final = "batch.example"

_USER: Final = 64_901  # nobody else's number; its files vanish with the test's folder
_DROP: Final = 64_902
_BOX: Final = 64_903
_PATIENCE: Final = 20
# Where its folder lies for Postfix alone: the folders of tests are closed to the users that it runs as.
_INSIDE: Final = Path("/mnt")


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix.

    Args:
        host: its address.
        starttls_port: the port where TLS begins with STARTTLS.
        implicit_port: the port where it begins with the first byte.
        queue: its queue.
        mailbox: the folder it delivers to.
        log: its log.
    """

    host: str
    starttls_port: int
    implicit_port: int
    queue: Path
    mailbox: Path
    log: Path

    def mails(self) -> list[bytes]:
        """Give every message that was delivered, once nothing is under way any more."""
        self._settle()
        return [path.read_bytes() for path in sorted(self.mailbox.glob("new/*"))]

    def attachments(self) -> list[tuple[str, bytes]]:
        """Give name and content of the attachment of every message that was delivered."""
        return [part for mail in self.mails() for part in attachments(mail)]

    def _settle(self) -> None:
        """Wait until every connection has ended and the queue has been empty for a while."""
        until = time.monotonic() + _PATIENCE
        quiet = 0
        while quiet < 5:
            if time.monotonic() > until:
                raise RuntimeError(f"Postfix does not come to rest: {self.log.read_text()[-2000:]}")
            quiet = 0 if self._queued() or self._connected() else quiet + 1
            time.sleep(0.05)

    def _queued(self) -> bool:
        return any(
            path.is_file()
            for name in ("maildrop", "incoming", "active", "deferred")
            for path in (self.queue / name).rglob("*")
        )

    def _connected(self) -> bool:
        log = self.log.read_text(errors="replace")
        return log.count(": connect from ") != log.count(": disconnect from ")


def attachments(mail: bytes) -> list[tuple[str, bytes]]:
    """Give name and content of every attachment of a message."""
    parts: Any = message_from_bytes(mail, policy=policy.SMTP).iter_attachments()
    return [(part.get_filename(), part.get_payload(decode=True)) for part in parts]


@contextmanager
def postfix(folder: Path, certificate: Path) -> Iterator[Postfix]:
    """Run Postfix until the block ends.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with the server's key and certificates.
    """
    folder.chmod(0o755)  # for the user who delivers
    server = Postfix(
        LOOPBACK, unpacked.free_port(), unpacked.free_port(), folder / "queue", folder / "box" / "mail", folder / "log"
    )
    _write_configuration(server, folder / "etc", certificate)
    _make_folders(server, folder)
    users, groups = _write_users(folder)
    command = unpacked.in_own_mounts(
        [unpacked.program("master") or "", "-d", "-c", str(_INSIDE / "etc")],
        binds={users: "/etc/passwd", groups: "/etc/group", folder: str(_INSIDE)},
    )
    with unpacked.running(command, port=server.implicit_port, log=folder / "console"):
        yield server


def _write_configuration(server: Postfix, configuration: Path, certificate: Path) -> None:
    programs = Path(unpacked.program("master") or "").parent
    configuration.mkdir()
    main = {
        "compatibility_level": "3.6",
        "queue_directory": _INSIDE / "queue",
        "data_directory": _INSIDE / "data",
        "daemon_directory": programs,
        "command_directory": Path(unpacked.program("postdrop") or "").parent,
        "import_environment": "MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH",
        "export_environment": "MAIL_CONFIG TZ LANG LD_LIBRARY_PATH",
        "maillog_file": _INSIDE / "log",
        "maillog_file_prefixes": _INSIDE,
        "inet_interfaces": LOOPBACK,
        "inet_protocols": "ipv4",
        "myhostname": "mail.example",
        "mydestination": "",
        "mynetworks": "127.0.0.0/8",
        "alias_maps": "",
        "alias_database": "",
        "local_recipient_maps": "",
        "default_transport": "discard",
        "relay_transport": "discard",
        "virtual_mailbox_domains": DOMAIN,
        "virtual_mailbox_maps": f"inline:{{account@{DOMAIN}=mail/}}",
        "virtual_mailbox_base": _INSIDE / "box",
        "virtual_uid_maps": f"static:{_BOX}",
        "virtual_gid_maps": f"static:{_BOX}",
        "virtual_mailbox_limit": 0,
        "message_size_limit": 60_000_000,
        "smtpd_tls_security_level": "may",
        "smtpd_tls_chain_files": certificate,
        "smtpd_peername_lookup": "no",
        # The tests disturb it on purpose, many at a time; it is not to defend itself.
        "smtpd_client_connection_count_limit": 0,
        "smtpd_error_sleep_time": 0,
    }
    (configuration / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in main.items()))
    services = {
        f"{LOOPBACK}:{server.starttls_port} inet n - n - -": "smtpd",
        f"{LOOPBACK}:{server.implicit_port} inet n - n - -": "smtpd -o smtpd_tls_wrappermode=yes",
        "pickup unix n - n 60 1": "pickup",
        "cleanup unix n - n - 0": "cleanup",
        "qmgr unix n - n 300 1": "qmgr",
        "tlsmgr unix - - n 1000? 1": "tlsmgr",
        "rewrite unix - - n - -": "trivial-rewrite",
        "bounce unix - - n - 0": "bounce",
        "defer unix - - n - 0": "bounce",
        "trace unix - - n - 0": "bounce",
        "anvil unix - - n - 1": "anvil",
        "proxymap unix - - n - -": "proxymap",
        "virtual unix - n n - -": "virtual",
        "discard unix - - n - -": "discard",
        "error unix - - n - -": "error",
        "retry unix - - n - -": "error",
        "scache unix - - n - 1": "scache",
        "postlog unix-dgram n - n - 1": "postlogd",
    }
    (configuration / "master.cf").write_text("".join(f"{what} {program}\n" for what, program in services.items()))


def _make_folders(server: Postfix, folder: Path) -> None:
    names = "active bounce corrupt defer deferred flush hold incoming private saved trace"
    for name in names.split():
        _owned(server.queue / name, 0o700, _USER)
    _owned(server.queue / "public", 0o710, _USER, _DROP)
    _owned(server.queue / "maildrop", 0o730, _USER, _DROP)
    (server.queue / "pid").mkdir()
    _owned(folder / "data", 0o700, _USER)
    _owned(server.mailbox.parent, 0o700, _BOX, _BOX)


def _owned(path: Path, mode: int, user: int, group: int = 0) -> None:
    path.mkdir(parents=True)
    path.chmod(mode)
    os.chown(path, user, group)


def _write_users(folder: Path) -> tuple[Path, Path]:
    """Write the lists of users and groups that it is to see."""
    users, groups = folder / "passwd", folder / "group"
    users.write_text(Path("/etc/passwd").read_text() + f"postfix:x:{_USER}:{_USER}::/nonexistent:/bin/false\n")
    groups.write_text(Path("/etc/group").read_text() + f"postfix:x:{_USER}:\npostdrop:x:{_DROP}:\n")
    return users, groups

"""The program behind ``asyncssh_server.py``: runs AsyncSSH's server as its argument says, in JSON."""

import asyncio
import errno
import json
import sys
import time
from pathlib import Path
from typing import Any

import asyncssh

OPTIONS: dict[str, Any] = json.loads(sys.argv[1])
STEPS: list[str] = OPTIONS["steps"]


def _log(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


class _SignIn(asyncssh.SSHServer):
    """Lets the one user in after all steps, which have to come in their order."""

    def __init__(self) -> None:
        self.done = 0
        self._rounds: list[list[list[Any]]] = []

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        conn.set_extra_info(sign_in=self)

    def begin_auth(self, username: str) -> bool:
        _log("user", username)
        return bool(STEPS)

    def _is_next(self, method: str) -> bool:
        return method in STEPS if OPTIONS["names_all"] else STEPS[self.done] == method

    def _let_in(self, method: str, username: str, is_right: bool) -> bool:
        _log("step", method, "right" if is_right else "wrong")
        return is_right and username == OPTIONS["username"] and STEPS[self.done] == method

    def password_auth_supported(self) -> bool:
        return self._is_next("password")

    def validate_password(self, username: str, password: str) -> bool:
        if OPTIONS["fault"] == "expired":
            raise asyncssh.PasswordChangeRequired("Your password has expired.")
        return self._let_in("password", username, password == OPTIONS["password"])

    def public_key_auth_supported(self) -> bool:
        return self._is_next("publickey")

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        own = Path(OPTIONS["public_key"]).read_bytes().split()[1]
        return self._let_in("publickey", username, key.export_public_key().split()[1] == own)

    def kbdint_auth_supported(self) -> bool:
        return self._is_next("keyboard-interactive")

    def get_kbdint_challenge(self, _username: str, _language: str, _submethods: str) -> Any:
        self._rounds = list(OPTIONS["questions"])
        return self._challenge()

    def _challenge(self) -> Any:
        return "", "", "", [(question, False) for question, _ in self._rounds[0]]

    def validate_kbdint_response(self, username: str, responses: list[str]) -> Any:
        is_right = list(responses) == [answer for _, answer in self._rounds.pop(0)]
        if is_right and self._rounds:
            return self._challenge()
        return self._let_in("keyboard-interactive", username, is_right)


async def _count_step(auth: Any) -> None:
    """Let the user in, or ask for the next step; AsyncSSH's own servers know one step only."""
    connection = auth._conn
    sign_in = connection.get_extra_info("sign_in")
    sign_in.done += 1
    if sign_in.done < len(STEPS):
        connection.send_userauth_failure(True)
    else:
        await connection.send_userauth_success()


class _Files(asyncssh.SFTPServer):
    """The files of the inbox, on a disk or over a store that has the faults of the plan."""

    def __init__(self, channel: Any) -> None:
        super().__init__(channel, chroot=OPTIONS["root"].encode())
        self._channel = channel

    def write(self, file: Any, offset: int, data: bytes) -> int:
        if OPTIONS["fault"] == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        if OPTIONS["fault"] == "quota":
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        return super().write(file, offset, data)

    async def rename(self, old: bytes, new: bytes) -> None:
        if OPTIONS["copies_for"] is None:
            super().rename(old, new)
            return
        if OPTIONS["fault"] == "cut":
            self._channel.get_connection().abort()
        await asyncio.to_thread(_copy, *(Path(self.map_path(name).decode()) for name in (old, new)))


def _copy(old: Path, new: Path) -> None:
    """Give a file its new name as an object store does: copy it, then delete the old one. The end of a connection stops nothing."""
    content = old.read_bytes()
    time.sleep(OPTIONS["copies_for"])
    new.write_bytes(content)
    old.unlink(missing_ok=True)


async def main() -> None:
    """Serve until the program is ended."""
    asyncssh.auth.ServerAuth.send_success = _count_step  # type: ignore[method-assign]
    await asyncssh.create_server(
        _SignIn,
        "127.0.0.1",
        OPTIONS["port"],
        server_host_keys=OPTIONS["host_keys"],
        sftp_factory=_Files,
        sftp_version=OPTIONS["version"],
        **OPTIONS["algorithms"],
    )
    await asyncio.Event().wait()


asyncio.run(main())

#!/bin/sh
# AsyncSSH 2.24.1: its SFTP server refuses a RENAME to a name that a file has, but replaces a symbolic link of that name whose
# target is missing. The draft that all clients speak (draft-ietf-secsh-filexfer-02, 6.5): "It is an error if there already
# exists a file with the name specified by newpath." The server looks with os.path.exists, which follows the link, and then
# renames over it. OpenSSH's server refuses both.
#
# Seen on Python 3.11:
#   RENAME to a name that a file has: SFTPFailure, the file holds 'old'
#   RENAME to a name that a link without a target has: done, is it still a link? False
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check asyncssh==2.24.1
"$folder/v/bin/python" -W ignore - "$folder" <<'PYTHON'
import asyncio
import pathlib
import sys

import asyncssh

inbox = pathlib.Path(sys.argv[1], "inbox")
inbox.mkdir()


class NoPassword(asyncssh.SSHServer):
    def begin_auth(self, username):
        return False


async def main():
    server = await asyncssh.create_server(
        NoPassword,
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(inbox)),
    )
    port = server.sockets[0].getsockname()[1]
    async with (
        asyncssh.connect("127.0.0.1", port, username="ann", known_hosts=None, client_keys=None, config=None) as connection,
        connection.start_sftp_client() as client,
    ):
        for name in ("one.part", "two.part"):
            (inbox / name).write_text("new")
        (inbox / "file.csv").write_text("old")
        (inbox / "link.csv").symlink_to("missing.csv")
        try:
            await client.rename("one.part", "file.csv")
            seen = "done"
        except asyncssh.SFTPError as error:
            seen = type(error).__name__
        print(f"RENAME to a name that a file has: {seen}, the file holds {(inbox / 'file.csv').read_text()!r}")
        assert seen != "done"
        assert (inbox / "file.csv").read_text() == "old"
        await client.rename("two.part", "link.csv")
        is_link = (inbox / "link.csv").is_symlink()
        print(f"RENAME to a name that a link without a target has: done, is it still a link? {is_link}")
        assert not is_link
    server.close()


asyncio.run(main())
PYTHON

"""Explain why a server and this program can agree on no algorithm: which kind, and whether the server is old."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from action_returns.channels.base import Outcome, Phase, State, bracketed
from action_returns.channels.server_words import ServerWords

_KINDS: Final = {
    "kex_algo_list": "way to exchange keys",
    "server_key_algo_list": "kind of host key",
    "client_encrypt_algo_list": "encryption",
    "server_encrypt_algo_list": "encryption",
    "client_mac_algo_list": "check of messages (MAC)",
    "server_mac_algo_list": "check of messages (MAC)",
}
"""paramiko's name of a list (RFC 4253, 7.1) -> what it is a list of."""
_is_no_algorithm = re.compile(r"(ext-info|kex-strict)-").match
"""Whether a name in such a list announces something else (RFC 8308, 2.1; OpenSSH's PROTOCOL, 1.10)."""
_is_old = re.compile(
    r"sha1|md5|ripemd"  # digests that are broken or were given up (RFC 9142, 1.2)
    r"|^(ssh|x509v3-sign|x509v3-ssh)-(rsa|dss)"  # host keys that sign with SHA-1
    r"|-cbc|^(arcfour|3des|des|blowfish|cast128|idea|none)"  # encryption of that time (RFC 4253, 6.3)
).search


def nothing_in_common(
    host: str,
    port: int,
    problem: str,
    offered: Mapping[str, Sequence[str]],
    own: Mapping[str, Sequence[str]],
    words: ServerWords,
) -> Outcome:
    """Return the outcome for a server with which no connection can be agreed on.

    Args:
        host: the server.
        port: its port.
        problem: in the words of paramiko.
        offered: paramiko's name of a list -> the algorithms of the server; empty when it named none.
        own: paramiko's name of a list -> the algorithms of this program.
        words: makes the words of the server fit to be shown.
    """
    missing: dict[str, list[str]] = {}
    ours: dict[str, Sequence[str]] = {}
    for name, theirs in offered.items():
        algorithms = [algorithm for algorithm in theirs if not _is_no_algorithm(algorithm)]
        if set(algorithms).isdisjoint(own[name]):
            missing[_KINDS[name]], ours[_KINDS[name]] = algorithms, own[name]
    if not missing:
        return _failed(
            f"{bracketed(host)}:{port} and this program have no safe kind of encryption in common ({words.show(problem)}). Nothing was sent. "
            "Ask the administrator of the server to bring it up to date."
        )
    what = "; ".join(f"{kind}: {words.show(', '.join(names)) or 'nothing'}" for kind, names in missing.items())
    needed = "; ".join(
        f"{kind}: {', '.join(name for name in names if not _is_old(name))}" for kind, names in ours.items()
    )
    if all(_is_old(algorithm) for names in missing.values() for algorithm in names):
        why = "These are old and no longer safe, and this program does not use them."
        todo = f"Ask the administrator of the server to bring it up to date. It needs one of: {needed}."
    else:
        why = "This program does not know them: the server is newer than this program, or allows little."
        todo = f"Ask the administrator of the server to allow one of these too: {needed}. Or install a newer version of this program."
    return _failed(
        f"{bracketed(host)}:{port} and this program have no {' and no '.join(missing)} in common. The server offers {what}. {why} Nothing was "
        f"sent. {todo}"
    )


def _failed(message: str) -> Outcome:
    return Outcome(State.FAILED, message, Phase.CONNECT)

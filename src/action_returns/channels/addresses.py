"""Connect to a server by its name: its addresses in turn, within one time limit for all of them."""

import socket
from typing import Final

from action_returns.channels.time_limits import TimeLimit

_MOST: Final = 6
"""Addresses that are tried. The name of a server may have hundreds, each of which could use up the whole time."""


def connect(host: str, port: int, limit: TimeLimit) -> socket.socket:
    """Return a connection to the first address that takes one.

    Each address has an equal share of the time that is left, so that a silent first one leaves some for the second.
    How long the look-up of the name may take is set on this computer; no program can end it early.

    Args:
        host: a name, or an address.
        port: its port.
        limit: the time for all addresses together.

    Raises:
        OSError: why the last address that was tried took none; a ``TimeoutError`` when the time was over.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:_MOST]
    problem: OSError = OSError("the name has no address")
    for number, (family, kind, protocol, _, address) in enumerate(found):
        try:
            connection = socket.socket(family, kind, protocol)
        except OSError as error:  # this computer does not have that kind of address, such as IPv6
            problem = error
            continue
        try:
            connection.settimeout(limit.left() / (len(found) - number))
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = error
            continue
        # A firewall in between may forget a connection that is idle for long.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        # Else the last few bytes of a file wait until the receiver confirmed those before, which takes it some 40 ms.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
    raise problem

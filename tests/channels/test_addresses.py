"""A server of many addresses: each is tried in turn, and all of them together have one time."""

import errno
import itertools
import socket

import pytest

from action_returns.channels import addresses
from action_returns.channels.base import TookTooLongError
from action_returns.channels.time_limits import TimeLimit


@pytest.fixture
def resolves_to(monkeypatch):
    """Make every name have these addresses; note how long each is given."""
    given = []

    def set_to(*ports):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        connect = socket.socket.connect

        def noting(self, address):
            given.append((address[1], self.gettimeout()))
            return connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", noting)
        return given

    return set_to


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return unused.getsockname()[1]


def limit(seconds=60, clock=lambda: 0.0):
    return TimeLimit(seconds, "in all", clock=clock)


def test_the_second_address_is_taken_where_the_first_one_refuses(resolves_to, closed_port):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        tried = resolves_to(closed_port, port)
        with addresses.connect("two.example", 21, limit()) as connection:
            assert connection.getpeername()[1] == port
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    assert tried == [(closed_port, 30), (port, 60)]


def test_a_name_of_a_hundred_addresses_is_given_up_after_six(resolves_to, closed_port):
    tried = resolves_to(*[closed_port] * 100)
    with pytest.raises(ConnectionRefusedError):
        addresses.connect("many.example", 21, limit())
    assert [seconds for _, seconds in tried] == [10, 12, 15, 20, 30, 60]


def test_addresses_that_are_tried_in_vain_end_with_the_time_for_all_of_them(resolves_to, closed_port):
    clock = itertools.count(step=20)
    tried = resolves_to(*[closed_port] * 6)
    with pytest.raises(TookTooLongError, match="60 seconds in all"):
        addresses.connect("slow.example", 21, limit(60, clock.__next__))
    assert len(tried) == 2


def test_an_address_of_a_kind_that_this_computer_does_not_have_is_passed_over(monkeypatch):
    """Without IPv6 the system refuses the socket itself; the name may have an address of the older kind as well."""
    unknown = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 21, 0, 0))
    make = socket.socket

    def without_ipv6(family=-1, *further, **named):
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return make(family, *further, **named)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        known = (socket.AF_INET, socket.SOCK_STREAM, 6, "", listener.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [unknown, known])
        monkeypatch.setattr(socket, "socket", without_ipv6)
        with addresses.connect("both.example", 21, limit()) as connection:
            assert connection.getpeername() == known[-1]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [unknown])
        with pytest.raises(OSError, match="Address family not supported"):
            addresses.connect("newer.example", 21, limit())

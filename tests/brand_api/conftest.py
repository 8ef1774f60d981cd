"""The API on loopback, and what asks it."""

from types import SimpleNamespace

import pytest

from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.connection import ApiPlace
from action_returns.channels.server_words import ServerWords
from tests.servers.brand_api_server import SID, TOKEN, brand_api_server
from tests.servers.loopback import LOOPBACK, make_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority):
    with brand_api_server(authority) as running:
        yield running


@pytest.fixture
def said():
    """What the user was told, and the seconds that were waited."""
    return SimpleNamespace(told=[], waits=[])


@pytest.fixture
def client(server, authority, said):
    """Returns a client of the server; keywords change where it looks and with which token."""
    opened = []

    def make(*, token=TOKEN, clock=None, **place):
        where = {"account_sid": SID, "host": LOOPBACK, "port": server.port, "ca_file": authority.bundle, **place}
        clocks = {} if clock is None else {"clock": clock}
        opened.append(
            BrandApi(
                ApiPlace(**where),
                token,
                show=ServerWords(token).show,
                tell=said.told.append,
                sleep=said.waits.append,
                **clocks,
            )
        )
        return opened[-1]

    yield make
    for api in opened:
        api.__exit__(None, None, None)

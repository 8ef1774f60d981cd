"""The address of a team's ledger: what it may hold, and nothing that leads elsewhere or tells a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.ledger.location import TeamAddress, parse_team_url


@pytest.mark.parametrize(
    ("url", "address", "shown"),
    [
        (
            "postgresql://ann@db.example.com/returns",
            ("db.example.com", 5432, "returns", "ann"),
            "db.example.com/returns",
        ),
        ("postgresql://db.example.com:6432/r", ("db.example.com", 6432, "r", None), "db.example.com/r"),
        ("postgresql://ann%40b@127.0.0.1/a%20b", ("127.0.0.1", 5432, "a b", "ann@b"), "127.0.0.1/a b"),
        ("postgresql://ann@[::1]:5433/r", ("::1", 5433, "r", "ann"), "::1/r"),
        ("postgresql:///r?host=/var/run/postgresql", ("/var/run/postgresql", 5432, "r", None), "/var/run/postgresql/r"),
    ],
)
def test_an_address_is_read_as_postgresql_reads_it(url, address, shown):
    read = parse_team_url(url)
    assert (read.host, read.port, read.database, read.user) == address
    assert str(read) == shown


def test_an_authority_of_ones_own_may_be_named():
    read = parse_team_url("postgresql://ann@db.example.com/r?sslrootcert=/etc/our+ca.pem&sslmode=verify-full")
    assert read.encryption == {"sslrootcert": "/etc/our+ca.pem", "sslmode": "verify-full"}


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("/run/postgresql", True),
        ("localhost.example.com", False),
        ("10.0.0.5", False),
        ("db", False),
    ],
)
def test_only_this_very_machine_needs_no_encryption(host, is_local):
    assert TeamAddress(host, 5432, "r", None, {}).is_local is is_local


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://ann:s3cret@db.example.com/r", "a password never stands in it"),
        ("postgresql://ann%3As3cret@db.example.com/r", "a password never stands in it"),
        ("postgresql://ann:@db.example.com/r", "a password never stands in it"),
        ("postgresql://ann@db.example.com/r?password=s3cret", "a password never stands in it"),
        ("postgresql://ann@db.example.com/r?sslpassword=s3cret", "a password never stands in it"),
        ("postgresql://ann@db.example.com/r?PASSWORD=s3cret", "only host, sslcert"),
        ("postgresql://ann@db.example.com/r?passfile=/s3cret", "only host, sslcert"),
        ("postgresql://ann@db.example.com/r?hostaddr=10.0.0.1", "only host, sslcert"),
        ("postgresql://ann@db.example.com/r?service=s3cret", "only host, sslcert"),
        ("postgresql://ann@db.example.com/r?options=-c+fsync=off", "only host, sslcert"),
        ("postgresql://ann@db.example.com/r?sslmode=require", "sslmode can only be verify-full"),
        ("postgresql://ann@db.example.com/r?sslmode=disable", "sslmode can only be verify-full"),
        ("postgresql://ann@db.example.com,other.example.com/r", "exactly one HOST"),
        ("postgresql://ann@/r", "exactly one HOST"),
        ("postgresql://ann@db.example.com/r?host=/run", "?host= only names the folder"),
        ("postgresql:///r?host=db.example.com", "?host= only names the folder"),
        ("postgresql://ann@db.example.com/", "USER@HOST:PORT/DATABASE"),
        ("postgresql://ann@db.example.com/a/b", "USER@HOST:PORT/DATABASE"),
        ("postgresql://ann@db.example.com/r#s3cret", "USER@HOST:PORT/DATABASE"),
        ("postgresql://ann@db.example.com/r\n", "USER@HOST:PORT/DATABASE"),
        ("postgresql://ann@db.example.com:99999/r", "USER@HOST:PORT/DATABASE"),
        ("postgresql://ann@[::1/r", "USER@HOST:PORT/DATABASE"),
        ("postgres://ann:s3cret@db.example.com/r", "a password never stands in it"),
        ("mysql://ann@db.example.com/r", "USER@HOST:PORT/DATABASE"),
    ],
)
def test_what_is_not_allowed_is_said_without_repeating_it(url, says):
    with pytest.raises(ValueError, match=r"sqlite, or the team's database") as caught:
        parse_team_url(url)
    assert says in str(caught.value)
    assert "s3cret" not in str(caught.value)


@given(st.text(st.sampled_from("postgresql:/@?&=#%[]._-,: host sslmode password ann db 1\n\u0131"), max_size=60))
def test_any_text_is_read_or_refused(text):
    for url in (text, f"postgresql://{text}"):
        try:
            read = parse_team_url(url)
        except ValueError as refused:
            assert "team's database" in str(refused)  # noqa: PT017  # reading it is as good
        else:
            assert read.database
            assert read.is_local or read.encryption.get("sslmode", "verify-full") == "verify-full"

"""What one profile may hold, and what it means where it says nothing."""

from pathlib import Path

import pytest

from action_returns.batch.context import DEFAULT_POLICY, ReasonKind
from action_returns.channels import KINDS, settings_class
from action_returns.settings.api import ApiSettings
from action_returns.settings.config import parse_settings
from action_returns.settings.profile import ConfigFile, Profile
from tests.settings.texts import FTP, refused


def test_a_profile_is_read_with_its_rules():
    name, profile = parse_settings(FTP.encode(), Path("config.toml")).choose()
    policy = profile.policy()
    assert name == "acme"
    assert policy.max_cents == 50050
    assert policy.reasons == {
        "ORDER_UPDATE": ReasonKind.MODIFY,
        "REJECTED": ReasonKind.REVERSE,
        "RETURNED": ReasonKind.REVERSE,
        "OTHER": ReasonKind.EITHER,
    }
    assert policy.action_id_pattern.startswith("^M")
    assert profile.zone().key == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("own", "codes"),
    [
        ("{}", {"ORDER_UPDATE": "modify", "REJECTED": "reverse"}),
        ('{ RETURNED = "reverse" }', {"ORDER_UPDATE": "modify", "REJECTED": "reverse", "RETURNED": "reverse"}),
        ('{ ORDER_UPDATE = "modify", LOST = "either" }', {"ORDER_UPDATE": "modify", "REJECTED": "reverse", "LOST": "either"}),
        ('{ REJECTED = "either" }', {"ORDER_UPDATE": "modify", "REJECTED": "either"}),
        ('{ REJECTED = "off" }', {"ORDER_UPDATE": "modify"}),
        ('{ ORDER_UPDATE = "off", REJECTED = "off", BACK = "reverse" }', {"BACK": "reverse"}),
        ('{ OTHER = "off" }', {"ORDER_UPDATE": "modify", "REJECTED": "reverse"}),
    ],
)  # fmt: skip
def test_the_reasons_of_a_profile_add_to_the_two_standard_codes_or_take_one_away(own, codes):
    text = FTP.replace('{ ORDER_UPDATE = "modify", RETURNED = "reverse", OTHER = "either" }', own)
    assert parse_settings(text.encode(), Path("c")).choose()[1].policy().reasons == codes


def test_reasons_that_leave_no_code_are_refused():
    own = '{ ORDER_UPDATE = "off", REJECTED = "off", MINE = "off" }'
    message = refused(FTP.replace('{ ORDER_UPDATE = "modify", RETURNED = "reverse", OTHER = "either" }', own))
    assert (
        "[profiles.acme] reasons: every reason code is off, so that no row could be sent; leave at least one."
        in message
    )


def with_words(words):
    return FTP.replace('max_amount = "500.5"', f'max_amount = "500.5"\nreturn_reasons = {words}')


def test_the_words_of_a_shop_stand_for_reason_codes_of_the_profile():
    text = with_words('{ "Too small" = "RETURNED", Other = "ORDER_UPDATE" }')
    policy = parse_settings(text.encode(), Path("c")).choose()[1].policy()
    assert policy.return_reasons == {"Too small": "RETURNED", "Other": "ORDER_UPDATE"}
    assert parse_settings(FTP.encode(), Path("c")).choose()[1].policy().return_reasons == {}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            '{ "Too small" = "GONE" }',
            "return_reasons: a word stands for a code that the profile does not have; its codes",
        ),
        ('{ "Too small" = "returned" }', "its codes are ORDER_UPDATE, REJECTED, RETURNED, OTHER."),
        ('{ " " = "RETURNED" }', "return_reasons: name 1 of 1 is none; allowed is 1 to 200 visible characters"),
        ('{ "a\\u0007b" = "RETURNED" }', "name 1 of 1 is none"),
        ('{ "me:pass@host" = "RETURNED" }', "name 1 of 1 is none"),
        (f'{{ "{"x" * 201}" = "RETURNED" }}', "name 1 of 1 is none"),
        ('"RETURNED"', "allowed is words of a shop in quotes, each with a reason code of the profile"),
    ],
)
def test_words_that_cannot_be_used_are_refused(words, told):
    assert told in refused(with_words(words))


def test_every_setting_of_a_profile_and_of_every_channel_explains_itself():
    declared = [ConfigFile, Profile, ApiSettings, *map(settings_class, KINDS)]
    for table in declared:
        settings = table.settings()
        assert {setting.key for setting in settings} == table.model_fields.keys() - {
            "api",
            "channel",
            "kind",
            "profiles",
        }
        for setting in settings:
            assert setting.label, setting
            assert setting.description.endswith("."), setting
            assert setting.example, setting
            assert setting.allowed, setting


@pytest.mark.parametrize(
    ("amount", "cents"), [("1.15", 115), ("4.35", 435), ("0.29", 29), ("1001.1", 100110), ("500", 50000)]
)
def test_the_largest_usual_amount_is_exact_to_the_cent(amount, cents):
    text = FTP.replace('max_amount = "500.5"', f'max_amount = "{amount}"')
    assert parse_settings(text.encode(), Path("c")).choose()[1].policy().max_cents == cents


def test_what_a_profile_does_not_say_is_what_the_manual_says():
    text = """
    [profiles.a]
    environment = "test"
    [profiles.a.channel]
    {}
    """
    for channel, facts in (
        (
            'kind = "ftp"\nhost = "x"\nusername = "u"\npassword = "keyring"',
            {"port": 21, "security": "explicit-tls", "directory": "/", "upload": "direct", "accept_plaintext": False},
        ),
        (
            'kind = "sftp"\nhost = "x"\nusername = "u"\npassword = "keyring"',
            {"port": 22, "directory": "/", "upload": "direct", "host_key": None, "private_key": None},
        ),
        (
            'kind = "email"\nhost = "x"\nsender = "a@b.example"\nrecipient = "c@d.example"',
            {"port": 587, "security": "starttls", "username": None, "password": None, "subject": None},
        ),
    ):
        _, profile = parse_settings(text.format(channel).encode(), Path("c")).choose()
        assert {key: getattr(profile.channel, key) for key in facts} == facts
        assert (profile.time_zone, profile.ledger, profile.max_amount) == ("UTC", "sqlite", "999999.99")
        assert profile.policy() == DEFAULT_POLICY


EMAIL = 'kind = "email"\nhost = "x"\nsender = "a@b.example"\nrecipient = "c@d.example"'
SFTP = 'kind = "sftp"\nhost = "x"\nusername = "u"'


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (SFTP, "password, private_key (the path of the file), or both"),
        (f'{SFTP}\npassword = "keyring"\nhost_key = "SHA256:{"x" * 42}"', "host_key"),
        (f'{SFTP}\npassword = "keyring"\nhost_key = "SHA256:{"x" * 44}"', "host_key"),
        (f'{SFTP}\npassword = "keyring"\nhost_key = "MD5:{"x" * 43}"', "host_key"),
        (f'{SFTP}\npassword = "keyring"\ndirectory = "{"x" * 201}"', "200 characters"),
        (f'{EMAIL}\nusername = "u"', "username and password belong together"),
        (f'{EMAIL}\npassword = "keyring"', "username and password belong together"),
        (f'{EMAIL}\nsecurity = "plain"', "accept_plaintext = true"),
        ('kind = "ftp"\nhost = "x"\nusername = "u"', "[profiles.a.channel] password: this key is missing"),
    ],
)
def test_half_a_way_to_sign_in_and_what_is_unsafe_are_refused(channel, says):
    message = refused(f'[profiles.a]\nenvironment = "test"\n[profiles.a.channel]\n{channel}\n')
    assert says in message


@pytest.mark.parametrize("line", ['ledger_password = "keyring"', 'ledger_ca_file = "~/authority.pem"'])
def test_what_belongs_to_the_ledger_of_a_team_is_refused_for_one_on_this_computer(line):
    message = refused(FTP.replace('time_zone = "America/Los_Angeles"', line))
    assert f"{line.split()[0]} belongs to a team's ledger" in message


TEAM = 'ledger = "postgresql://ann@db.example.com/returns{}"\nledger_ca_file = "{}"'


def team(*facts):
    return FTP.replace('time_zone = "America/Los_Angeles"', TEAM.format(*facts))


def test_an_own_authority_of_the_ledger_is_named_once_or_twice_the_same(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("USERPROFILE", "/home/ann")
    for address, path in (
        ("", "~/a.pem"),
        ("?sslrootcert=/b/a.pem", "/b/a.pem"),
        ("?sslrootcert=/home/ann/a.pem", "~/a.pem"),
    ):
        read = parse_settings(team(address, path).encode(), Path("c")).choose()[1]
        assert read.ledger_ca_file == Path(path)
    for other in ("/c/a.pem", "system"):
        message = refused(team(f"?sslrootcert={other}", "/b/a.pem"))
        assert "ledger_ca_file and sslrootcert in the address of the ledger name different certificates" in message


def test_plain_is_accepted_only_in_writing():
    text = FTP.replace('"explicit-tls"', '"plain"\naccept_plaintext = true')
    assert parse_settings(text.encode(), Path("c")).choose()[1].channel.security == "plain"


@pytest.mark.parametrize("recipient", ["a@b.example, c@d.example", "a@b\\r\\nBcc: x@y", "nobody", "Müller@example.com"])
def test_a_recipient_is_one_plain_address(recipient):
    text = f'[profiles.a]\nenvironment="test"\n[profiles.a.channel]\nkind="email"\nhost="x"\nsender="a@b.example"\nrecipient="{recipient}"\n'
    assert "[profiles.a.channel] recipient" in refused(text)


def test_every_kind_of_channel_of_the_contract_is_understood():
    text = """
    [profiles.a.channel]
    {}
    [profiles.a]
    environment = "test"
    """
    for channel in (
        'kind = "sftp"\nhost = "x"\nusername = "u"\nprivate_key = "~/.ssh/id"\nhost_key = "SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"\ndirectory = "/"',
        'kind = "email"\nhost = "x"\nport = 465\nsecurity = "implicit-tls"\nsender = "a@b.example"\nrecipient = "c@d.example"\nsubject = "s"',
        'kind = "outbox"\ndirectory = "/x"',
        'kind = "draft"\ndirectory = "/x"',
    ):
        assert parse_settings(text.format(channel).encode(), Path("c")).choose()[0] == "a"

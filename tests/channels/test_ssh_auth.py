"""Sign-ins of one step and of several, as OpenSSH, AsyncSSH and Node's ssh2 ask for them; each password leaves once."""

from contextlib import contextmanager, nullcontext

import pytest

from action_returns.channels.base import DeliveryEndedError, Phase
from action_returns.channels.ssh_auth import sign_in
from action_returns.channels.ssh_connection import connect
from action_returns.channels.ssh_credentials import Credentials
from tests.channels.quick import PASSWORD, failed, sftp_channel
from tests.servers import openssh
from tests.servers.asyncssh_server import asyncssh_server
from tests.servers.mod_sftp import mod_sftp
from tests.servers.ssh2_server import ssh2_server
from tests.servers.ssh_stranger import Asking, stranger
from tests.support.available import missing_node, missing_programs, missing_python, missing_sshd, require

KEY, WORD, QUESTION = "publickey", "password", "keyboard-interactive"
ASKS_PASSWORD, ASKS_NOTHING = [[["Password: ", PASSWORD]]], [[]]
CODE = [[["Verification code: ", "123456"]]]


@contextmanager
def signing_in_at(make, folder, steps, **facts):
    """Run a server of this make that asks for these steps."""
    if make == "AsyncSSH":
        require(missing_python("asyncssh") or missing_programs("ssh-keygen", as_root=False))
        starting = asyncssh_server(folder, PASSWORD, steps=steps, **facts)
    else:
        require(missing_node("ssh2") or missing_programs("ssh-keygen", as_root=False))
        starting = ssh2_server(folder, PASSWORD, steps=steps, **facts)
    with starting as server:
        yield server


def channel(server, *, key=True, password=True, **changes):
    return sftp_channel(
        server,
        private_key=server.key if key else None,
        password=(lambda: PASSWORD) if password is True else password,
        **changes,
    )


both_makes = pytest.mark.parametrize("make", ["AsyncSSH", "ssh2"])


@both_makes
@pytest.mark.parametrize(
    ("steps", "questions"),
    [
        ([], []),
        ([WORD], []),
        ([KEY], []),
        ([QUESTION], ASKS_PASSWORD),
        ([QUESTION], [*ASKS_PASSWORD, *ASKS_NOTHING]),
        ([KEY, WORD], []),
        ([WORD, KEY], []),
        ([KEY, QUESTION], ASKS_PASSWORD),
        ([KEY, QUESTION], ASKS_NOTHING),
        ([QUESTION, KEY], ASKS_PASSWORD),
        ([WORD, QUESTION], ASKS_NOTHING),
        ([KEY, WORD, QUESTION], ASKS_NOTHING),
    ],
)
def test_each_step_is_taken_when_the_server_asks_for_it_and_once(tmp_path, make, steps, questions):
    with signing_in_at(make, tmp_path / "server", steps, questions=questions) as server:
        result = channel(server).probe()
        assert result.works, result.message
        assert server.steps() == [f"{step} right" for step in steps]


@pytest.mark.parametrize("steps", [[KEY, WORD], [WORD, KEY]])
def test_a_server_that_names_all_ways_every_time_gets_each_step_in_its_order(tmp_path, steps):
    with signing_in_at("AsyncSSH", tmp_path / "server", steps, names_all=True) as server:
        result = channel(server).probe()
        assert result.works, result.message
        assert server.steps().count("password right") == 1
        assert "password wrong" not in server.steps()


@pytest.mark.parametrize("steps", [[KEY], [WORD], [KEY, WORD], [WORD, KEY]])
def test_a_server_that_names_no_way_at_all_is_tried_with_what_the_profile_has(tmp_path, steps):
    with signing_in_at("ssh2", tmp_path / "server", steps, names="none") as server:
        result = channel(server).probe()
        assert result.works, result.message
        assert server.steps().count("password right") == (WORD in steps)


@both_makes
@pytest.mark.parametrize(("steps", "questions"), [([WORD], []), ([QUESTION], ASKS_PASSWORD)])
def test_a_wrong_password_leaves_once(tmp_path, make, steps, questions):
    with signing_in_at(make, tmp_path / "server", steps, questions=questions) as server:
        result = channel(server, key=False, password=lambda: "wrong").probe()
        assert server.steps() == [f"{steps[0]} wrong"]
    assert failed(result, "did not accept the user name or password", "Nothing was sent", phase=Phase.CONNECT)


@both_makes
@pytest.mark.parametrize("first", [KEY, WORD])
def test_a_code_that_the_profile_cannot_have_is_told_and_the_password_is_no_answer_to_it(tmp_path, make, first):
    with signing_in_at(make, tmp_path / "server", [first, QUESTION], questions=CODE) as server:
        result = channel(server).probe()
        assert f"{QUESTION} wrong" not in server.steps()
    assert failed(
        result,
        "asks for more to sign in than the profile has (it asked: Verification code:)",
        "A code that changes cannot stand in a profile",
        phase=Phase.CONNECT,
    )


@pytest.mark.parametrize(("question", "is_told"), [("Login: ", False), ("", False), ("Mot de passe : ", True)])
def test_the_password_is_no_answer_to_a_question_whose_answer_is_shown_unless_it_asks_for_it(question, is_told):
    with stranger(Asking(PASSWORD, [question], shown=True)) as port:
        connection = connect("127.0.0.1", port, None, 30)
        try:
            with nullcontext() if is_told else pytest.raises(DeliveryEndedError, match="asks for more to sign in"):
                sign_in(connection, Credentials("brand", password=PASSWORD), "127.0.0.1", 30)
        finally:
            connection.close()


def test_a_second_question_after_the_password_is_not_answered(tmp_path):
    rounds = [*ASKS_PASSWORD, [["Password: ", PASSWORD]]]
    with signing_in_at("AsyncSSH", tmp_path / "server", [QUESTION], questions=rounds) as server:
        result = channel(server, key=False).probe()
        assert server.steps() == []
    assert failed(result, "wants more than them (it asked: Password: Password:)", phase=Phase.CONNECT)


@both_makes
def test_a_step_without_an_answer_in_the_profile_says_what_to_set(tmp_path, make):
    with signing_in_at(make, tmp_path / "1", [KEY, WORD]) as server:
        no_password = channel(server, password=None).probe()
    with signing_in_at(make, tmp_path / "2", [WORD, KEY]) as server:
        no_key = channel(server, key=False).probe()
    assert failed(no_password, "asks for more to sign in: password. Add password to the channel", phase=Phase.CONNECT)
    assert failed(no_key, "asks for more to sign in: publickey. Set a private key (private_key)", phase=Phase.CONNECT)


def test_a_step_that_no_profile_can_have_is_the_administrator_s(tmp_path):
    with signing_in_at("ssh2", tmp_path / "server", [WORD, "hostbased"]) as server:
        result = channel(server).probe()
    assert failed(result, "asks for more to sign in: hostbased. Ask the administrator", phase=Phase.CONNECT)


def test_a_server_that_wants_the_password_twice_gets_it_once(tmp_path):
    with signing_in_at("ssh2", tmp_path / "server", [WORD, WORD]) as server:
        result = channel(server, key=False).probe()
        assert server.steps() == ["password right"]
    assert failed(result, "asks for more to sign in: password. Ask the administrator", phase=Phase.CONNECT)


def test_a_confirmation_that_is_refused_after_the_key_says_so(tmp_path):
    with signing_in_at("ssh2", tmp_path / "server", [KEY, QUESTION], questions=ASKS_NOTHING, fault="refused") as server:
        result = channel(server, password=None).probe()
        assert server.steps() == ["publickey right", f"{QUESTION} wrong"]
    assert failed(result, "did not let this user in after the first step", phase=Phase.CONNECT)


@both_makes
def test_another_key_than_the_server_knows_is_told_and_nothing_else_is_tried(tmp_path, make):
    openssh.make_key(tmp_path / "other", "ed25519")
    with signing_in_at(make, tmp_path / "server", [KEY]) as server:
        result = sftp_channel(server, private_key=tmp_path / "other", password=lambda: PASSWORD).probe()
        assert server.steps() == ["publickey wrong"]
    assert failed(result, "did not accept this key for this user", phase=Phase.CONNECT)
    assert "RSA" not in result.message


def test_a_key_that_is_refused_leaves_the_password_where_the_server_takes_that(tmp_path):
    openssh.make_key(tmp_path / "other", "ed25519")
    with signing_in_at("AsyncSSH", tmp_path / "server", [WORD, KEY], names_all=True) as server:
        other = {"private_key": tmp_path / "other"}
        wrong = sftp_channel(server, password=lambda: "wrong", **other).probe()
        assert server.steps() == ["publickey wrong", "password wrong"]
        half = sftp_channel(server, password=lambda: PASSWORD, **other).probe()
        assert server.steps()[2:] == ["publickey wrong", "password right", "publickey wrong"]
    assert failed(wrong, "accepted neither the key nor the password", phase=Phase.CONNECT)
    assert failed(half, "did not accept this key for this user", phase=Phase.CONNECT)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_server_that_knows_rsa_with_sha_1_only_is_told_as_old_and_another_key_signs_in(tmp_path, kind):
    with signing_in_at("ssh2", tmp_path / "server", [KEY], user_kind=kind, fault="sha1") as server:
        result = channel(server, password=None).probe()
    if kind == "ed25519":
        assert result.works
        return
    assert failed(result, "did not accept this key for this user", phase=Phase.CONNECT)
    assert "the server may be old and know RSA signatures with SHA-1 only" in result.message
    assert "An Ed25519 or ECDSA key helps" in result.message


def test_a_server_that_says_that_it_knows_rsa_with_sha_1_only_is_told_as_old(tmp_path):
    only = {"signature_algs": ["ssh-rsa", "ssh-ed25519"]}
    with signing_in_at("AsyncSSH", tmp_path / "server", [KEY], user_kind="rsa", algorithms=only) as server:
        result = channel(server, password=None).probe()
        assert server.steps() == []
    assert failed(result, "knows RSA signatures with SHA-1 only", "Use an Ed25519 or ECDSA key", phase=Phase.CONNECT)


def test_a_password_that_has_expired_is_told(tmp_path):
    with signing_in_at("AsyncSSH", tmp_path / "server", [WORD], fault="expired") as server:
        result = channel(server, key=False).probe()
    assert failed(result, "wants a new password for this user first (it said: Your password", phase=Phase.CONNECT)


@pytest.mark.parametrize("steps", [f"{KEY},{WORD}", f"{WORD},{KEY}"])
def test_openssh_gets_key_and_password_in_the_order_that_it_asks_for(tmp_path, steps):
    require(missing_sshd())
    with openssh.sshd(tmp_path / "server", password=PASSWORD, settings=f"AuthenticationMethods {steps}") as server:
        result = channel(server).probe()
        heard = server.log.read_text()
    assert result.works, result.message
    assert "Failed" not in heard.replace("Failed none", "")
    assert heard.count("Partial publickey") + heard.count("Partial password") == 1


@pytest.mark.parametrize("steps", [[KEY], [WORD], [KEY, WORD], [WORD, KEY]])
def test_mod_sftp_gets_each_step_in_the_order_that_it_asks_for(tmp_path, steps):
    require(missing_programs("proftpd", "ssh-keygen"))
    with mod_sftp(tmp_path / "server", PASSWORD, steps=steps) as server:
        result = channel(server).probe()
    assert result.works, result.message


def test_a_password_that_opened_the_key_is_told_as_such_where_the_server_wants_one_too(tmp_path):
    with signing_in_at("ssh2", tmp_path / "server", [KEY, WORD], passphrase=PASSWORD) as server:
        result = channel(server).probe()
        assert server.steps() == ["publickey right"]
    assert failed(result, "The password of the profile opens the private key and is never sent", phase=Phase.CONNECT)

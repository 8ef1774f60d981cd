"""The certificates that this computer trusts: one that cannot be read takes none of the others with it."""

import os
import socket
import ssl
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from action_returns import trusted_certificates
from action_returns.errors import ConfigError
from action_returns.trusted_certificates import read_certificates, trusting_context
from tests.servers import loopback

BROKEN = b"\x30\x82\x01\x00\x30 no certificate"
ALL, SERVERS, MAIL = True, frozenset({"1.3.6.1.5.5.7.3.1"}), frozenset({"1.3.6.1.5.5.7.3.4"})


@pytest.fixture
def authority(tmp_path):
    return loopback.make_authority(tmp_path)


@pytest.fixture
def windows_keeps(monkeypatch):
    """Let these certificates stand in Windows' store of authorities, also where there is none."""

    def keep(*certificates, in_between=()):
        def load_all_at_once(context, _purpose=None):
            everything = b"".join(content for content, *_ in (*in_between, *certificates))
            context.load_verify_locations(cadata=everything)

        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(ssl.SSLContext, "load_default_certs", load_all_at_once)
        found = {"CA": list(in_between), "ROOT": list(certificates)}
        monkeypatch.setattr(ssl, "enum_certificates", found.__getitem__, raising=False)
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    return keep


def content_of(authority):
    return ssl.PEM_cert_to_DER_cert(authority.bundle.read_text("ascii"))


def handshake(context, authority, name="localhost"):
    """Shake hands with a server on this machine whose certificate is from this authority."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(authority.server)
    here, there = socket.socketpair()
    for side in (here, there):
        side.settimeout(30)

    def answer():
        try:
            theirs.wrap_socket(there, server_side=True).close()
        except OSError:
            there.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        context.wrap_socket(here, server_hostname=name).close()
    finally:
        here.close()
        thread.join()


def test_one_certificate_that_cannot_be_read_takes_no_other_with_it(windows_keeps, authority):
    windows_keeps((content_of(authority), "x509_asn", SERVERS), (BROKEN, "x509_asn", ALL))
    with pytest.raises(ssl.SSLError):
        ssl.create_default_context()
    handshake(trusting_context(), authority)


@pytest.mark.parametrize(("encoding", "purposes"), [("x509_asn", MAIL), ("pkcs_7_asn", ALL)])
def test_a_certificate_that_is_not_for_servers_is_not_trusted_for_them(
    windows_keeps, authority, tmp_path, encoding, purposes
):
    (tmp_path / "other").mkdir()
    other = loopback.make_authority(tmp_path / "other")
    windows_keeps(
        (content_of(authority), encoding, purposes), (content_of(other), "x509_asn", ALL), (BROKEN, "x509_asn", ALL)
    )
    context = trusting_context()
    handshake(context, other)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(context, authority)


def test_name_and_certificate_of_a_server_are_checked_all_the_same(windows_keeps, authority):
    windows_keeps((content_of(authority), "x509_asn", ALL), (BROKEN, "x509_asn", ALL))
    context = trusting_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_store_that_may_not_be_read_takes_no_other_with_it(windows_keeps, authority, monkeypatch):
    windows_keeps((content_of(authority), "x509_asn", ALL), (BROKEN, "x509_asn", ALL))
    stores = ssl.enum_certificates

    def refuse_one(name):
        if name == "CA":
            raise PermissionError(13, "Access is denied")
        return stores(name)

    monkeypatch.setattr(ssl, "enum_certificates", refuse_one)
    handshake(trusting_context(), authority)


def test_where_no_certificate_can_be_read_the_error_says_so(windows_keeps):
    windows_keeps((BROKEN, "x509_asn", ALL))
    with pytest.raises(ssl.SSLError):
        trusting_context()


def test_the_certificates_of_a_file_that_the_user_names_are_trusted_too(
    windows_keeps, authority, tmp_path, monkeypatch
):
    (tmp_path / "other").mkdir()
    other = loopback.make_authority(tmp_path / "other")
    windows_keeps((content_of(other), "x509_asn", ALL), (BROKEN, "x509_asn", ALL))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    handshake(trusting_context(), authority)


@pytest.fixture
def other(tmp_path):
    """An authority that this computer does not trust."""
    (tmp_path / "other").mkdir()
    return loopback.make_authority(tmp_path / "other")


def test_an_authority_that_a_file_names_is_trusted_beside_those_of_this_computer(authority, other, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(trusting_context(), other)
    handshake(trusting_context(other.bundle), other)
    handshake(trusting_context(other.bundle), authority)


def test_name_and_certificate_are_checked_with_a_file_too(other, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    elsewhere = loopback.make_authority(tmp_path / "elsewhere", "elsewhere.example")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(trusting_context(elsewhere.bundle), elsewhere)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(trusting_context(elsewhere.bundle), other)


def test_the_home_folder_may_be_written_as_a_tilde(other, monkeypatch):
    monkeypatch.setenv("HOME", str(other.bundle.parent))
    monkeypatch.setenv("USERPROFILE", str(other.bundle.parent))
    handshake(trusting_context(Path("~", other.bundle.name)), other)


def issued(folder, name, **facts):
    """Write the certificate of a server, made as these facts say, and what a user may name for it."""
    folder.mkdir()
    root = trustme.CA()
    between = root.create_child_ca()
    certificate = between.issue_cert("localhost", **facts)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    named = {"root": root.cert_pem, "between": between.cert_pem, "server": certificate.cert_chain_pems[0]}[name]
    named.write_to_path(str(folder / "named.pem"))
    return loopback.Authority(folder / "named.pem", folder / "server.pem")


@pytest.mark.parametrize("name", ["root", "between", "server"])
def test_a_file_may_hold_the_root_an_authority_below_it_or_the_certificate_of_the_server(tmp_path, name):
    made = issued(tmp_path / "made", name)
    handshake(trusting_context(made.bundle), made)


def test_a_certificate_that_a_file_names_is_refused_for_another_name_and_after_its_end(tmp_path):
    ended = datetime.now(UTC) - timedelta(1)
    old = issued(tmp_path / "old", "server", not_before=ended - timedelta(9), not_after=ended)
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        handshake(trusting_context(old.bundle), old)
    made = issued(tmp_path / "made", "server")
    context = trusting_context(made.bundle)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(context, made, "other.example")


@pytest.mark.parametrize(
    "changed",
    [
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", "\r"),
        lambda pem: "".join(f"    {line}  \n" for line in pem.splitlines()),
        lambda pem: f"Our authority - of 2020\n{pem}\0\n----- end -----\n",
        lambda pem: pem.rstrip() + pem,
    ],
    ids=["Windows", "old Mac", "indented", "with words around", "twice"],
)
def test_line_ends_blanks_and_words_around_a_certificate_do_not_matter(other, changed):
    other.bundle.write_bytes(changed(other.bundle.read_text("ascii")).encode())
    handshake(trusting_context(other.bundle), other)


def test_an_authority_that_windows_keeps_without_trusting_it_by_itself_is_never_trusted_so(
    windows_keeps, authority, tmp_path, monkeypatch
):
    """Windows keeps authorities below others in a second store, whichever they came from."""
    made = issued(tmp_path / "made", "between")
    windows_keeps((content_of(authority), "x509_asn", ALL), in_between=[(content_of(made), "x509_asn", ALL)])
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(trusting_context(), made)
    # Files have no owners on Windows; here, where it is made up, they have.
    monkeypatch.setattr(trusted_certificates, "read_trusted_file", lambda path, **_: path.read_bytes())
    another = issued(tmp_path / "another", "between")
    context = trusting_context(another.bundle)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(context, made)
    handshake(context, another)
    handshake(context, authority)


def test_a_file_is_enough_where_windows_has_no_authority_that_can_be_read(windows_keeps, tmp_path, monkeypatch):
    windows_keeps((BROKEN, "x509_asn", ALL))
    made = issued(tmp_path / "made", "root")
    monkeypatch.setattr(trusted_certificates, "read_trusted_file", lambda path, **_: path.read_bytes())
    handshake(trusting_context(made.bundle), made)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_an_editor_of_windows_saved_is_read_too(other, encoding):
    other.bundle.write_bytes(("Our authority, für uns\n" + other.bundle.read_text("ascii")).encode(encoding))
    handshake(trusting_context(other.bundle), other)


PEM = "-----BEGIN {0}-----\nMIIB\n-----END {0}-----\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no certificate in PEM form"),
        (b"our authority\n", "holds no certificate in PEM form"),
        (b"\x30\x82\x01\x00", "is in binary form (DER or PKCS). Nothing was sent. Save the certificate as PEM text"),
        (PEM.format("CERTIFICATE REQUEST").encode(), "holds no certificate but: CERTIFICATE REQUEST"),
        (PEM.format("PRIVATE KEY").encode(), "holds a private key, which belongs to its server alone"),
        (PEM.format("RSA PRIVATE KEY").encode(), "holds a private key, which belongs to its server alone"),
        (PEM.format("CERTIFICATE").encode(), "is damaged: certificate 1 of 1 cannot be read"),
        (PEM.format("CERTIFICATE").replace("MIIB", "Mü").encode(), "is damaged: certificate 1 of 1 cannot be read"),
        (
            PEM.format("TRUSTED CERTIFICATE").encode(),
            "holds a certificate in a form of OpenSSL's own (TRUSTED CERTIFICATE)",
        ),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "breaks off in the middle of a certificate"),
    ],
)
def test_a_file_that_holds_no_certificates_is_refused_and_told_what_it_holds(tmp_path, content, says):
    file = tmp_path / "authority.pem"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        trusting_context(file)
    assert str(refused.value).startswith(f"{file} (ca_file in the profile) {says}")
    assert "Nothing was sent. " in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_file_with_a_private_key_beside_the_certificates_is_refused(other):
    with pytest.raises(ConfigError, match="holds a private key"):
        trusting_context(other.server)


def test_one_damaged_certificate_is_named_by_its_number(other):
    other.bundle.write_text(other.bundle.read_text("ascii") + PEM.format("CERTIFICATE"), "ascii")
    with pytest.raises(ConfigError, match="certificate 2 of 2 cannot be read"):
        trusting_context(other.bundle)


def test_a_path_that_leads_to_no_file_is_refused(tmp_path):
    for path, says in (
        (tmp_path / "none.pem", "does not exist. Nothing was sent. Correct the path in the profile"),
        (tmp_path, "is a folder. Nothing was sent. Name the file"),
    ):
        with pytest.raises(ConfigError) as refused:
            read_certificates(path, "ledger_ca_file")
        assert str(refused.value).startswith(f"{path} (ledger_ca_file in the profile) {says}")


def test_a_pipe_in_its_place_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="cannot be read: it is no regular file"):
        trusting_context(tmp_path / "pipe")


def test_a_file_that_others_can_change_is_refused_and_keeps_its_mode(other):
    """Who changes it can pretend to be the server."""
    other.bundle.chmod(0o666)
    with pytest.raises(ConfigError, match=r"can be changed by others\. It says which servers are trusted"):
        trusting_context(other.bundle)
    assert stat.S_IMODE(other.bundle.stat().st_mode) == 0o666


def test_a_file_that_others_can_read_stays_so(other):
    """Certificates are no secret: other programs and users may need it."""
    other.bundle.chmod(0o644)
    handshake(trusting_context(other.bundle), other)
    assert stat.S_IMODE(other.bundle.stat().st_mode) == 0o644


def of_the_past(folder, name):
    """Make an authority whose certificate has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    ends = datetime(2020, 1, 31, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(30))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "past.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_authorities_that_have_all_expired_are_told_before_anything_is_connected(tmp_path, other):
    past = of_the_past(tmp_path, "Our authority")
    with pytest.raises(ConfigError, match="holds only authorities that have expired, the last one on 2020-01-31"):
        trusting_context(past)
    past.write_text(past.read_text() + other.bundle.read_text())
    handshake(trusting_context(past), other)


def test_every_python_gives_the_same_verdict_on_the_form_of_a_certificate(tmp_path, authority, monkeypatch):
    """Python 3.13 sets both marks by itself. An authority without a key identifier is still one."""
    usual = ssl.create_default_context

    def as_in_python_3_13(*given, **named):
        context = usual(*given, **named)
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    monkeypatch.setattr(ssl, "create_default_context", as_in_python_3_13)
    newer = [trusting_context().verify_flags, trusting_context(authority.bundle).verify_flags]
    monkeypatch.setattr(ssl, "create_default_context", usual)
    assert newer == [trusting_context().verify_flags, trusting_context(authority.bundle).verify_flags]
    assert not newer[0] & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("word", ["0+94AX9YY8CaaX", "file:0+94AX9YY8CaaX", "env:SECRET94"])
def test_a_password_in_the_place_of_a_file_of_certificates_is_not_repeated(word):
    with pytest.raises(ConfigError, match=r"may be a password, \(ca_file in the profile\) does not exist") as stopped:
        read_certificates(Path(word), "ca_file")
    assert word not in str(stopped.value)

"""What is said about a certificate that cannot be trusted: what is wrong with it, and who can do what."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from action_returns.certificate_problems import certificate_problem

HOST = "mail.example"
NOW = datetime.now(UTC)


class Maker:
    """Makes certificates, right ones unless it is told otherwise."""

    def __init__(self, folder):
        self.folder = folder

    def certificate(self, name, issuer=None, **changes):
        """Return certificate and key of a name; without an issuer it is one of its own.

        Args:
            changes: ``key``, ``signed_with``, ``days`` (from and until), and extensions by their names; None leaves one out.
        """
        key = changes.pop("key", None) or ec.generate_private_key(ec.SECP256R1())
        start, end = changes.pop("days", (-1, 30))
        issued_by, issuing_key = issuer or (None, key)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        is_authority = changes.pop("authority", issuer is None)
        usage = dict.fromkeys(
            [
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ],
            False,
        )
        extensions = {
            "basic": (x509.BasicConstraints(ca=is_authority, path_length=None), True),
            "usage": (x509.KeyUsage(digital_signature=True, key_cert_sign=is_authority, **usage), True),
            "own_key": (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            "issuers_key": (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), False),
            "names": None if is_authority else (x509.SubjectAlternativeName([x509.DNSName(name)]), False),
        }
        signed_with = changes.pop("signed_with", hashes.SHA256())
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issued_by.subject if issued_by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + timedelta(start))
            .not_valid_after(NOW + timedelta(end))
        )
        for extension in (extensions | changes).values():
            if extension is not None:
                builder = builder.add_extension(*extension)
        return builder.sign(issuing_key, signed_with), key

    def refusal(self, root, server, *between, strict=False, host=HOST):
        """Return the error of a client that trusts the root, of a server with these certificates."""
        chain, trusted = self.folder / "server.pem", self.folder / "root.pem"
        key = server[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(key + b"".join(pem(one) for one in (server, *between)))
        trusted.write_bytes(pem(root))
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        theirs.set_ciphers("DEFAULT:@SECLEVEL=0")
        theirs.load_cert_chain(chain)
        ours = ssl.create_default_context(cafile=trusted)
        ours.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if strict:
            ours.verify_flags |= ssl.VERIFY_X509_STRICT
        return handshake(theirs, ours, host)


def pem(made):
    return made[0].public_bytes(serialization.Encoding.PEM)


def handshake(theirs, ours, host):
    """Return the error with which the client ends a handshake, None when both agree."""
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ours.wrap_bio(there, here, server_hostname=host)
    server = theirs.wrap_bio(here, there, server_side=True)
    for _ in range(10):
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            with suppress(ssl.SSLWantReadError):
                server.do_handshake()
        except ssl.SSLCertVerificationError as error:
            return error
    return None


@pytest.fixture
def maker(tmp_path):
    return Maker(tmp_path)


@pytest.fixture
def root(maker):
    return maker.certificate("Our authority")


def test_a_right_certificate_is_no_problem_also_for_a_strict_check(maker, root):
    assert maker.refusal(root, maker.certificate(HOST, root)) is None
    assert maker.refusal(root, maker.certificate(HOST, root), strict=True) is None


def told(error):
    assert error is not None
    return certificate_problem(error)


def purpose(oid):
    return x509.ExtendedKeyUsage([oid]), False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": (-30, -1)}, "it has expired"),
        ({"days": (1, 30)}, "it is not valid yet"),
        ({"purpose": purpose(ExtendedKeyUsageOID.CLIENT_AUTH)}, "it is not made for a server"),
        ({"names": (x509.SubjectAlternativeName([x509.DNSName("else.example")]), False)}, "made for another host name"),
        ({"key": rsa.generate_private_key(65537, 1024)}, "its key is too short to be safe"),
    ],
)
def test_what_is_wrong_with_the_certificate_of_a_server_is_named(maker, root, changes, words):
    assert words in told(maker.refusal(root, maker.certificate(HOST, root, **changes))).words


def test_an_address_counts_only_as_a_subject_alternative_name(maker, root):
    for server in (maker.certificate(HOST, root), maker.certificate("127.0.0.1", root, names=None)):
        problem = told(maker.refusal(root, server, host="127.0.0.1"))
        assert "it is made for another address" in problem.words
        assert "an address counts only as subjectAltName" in problem.remedy


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": (-30, -1)}, "or an authority above it has"),
        ({"basic": (x509.BasicConstraints(ca=True, path_length=0), True)}, "may not have another authority below it"),
        ({"basic": (x509.BasicConstraints(ca=False, path_length=None), True)}, "may not issue others"),
        (
            {
                "limits": (
                    x509.NameConstraints(permitted_subtrees=[x509.DNSName("else.example")], excluded_subtrees=None),
                    True,
                )
            },
            "its issuer may not issue certificates for this host name",
        ),
        ({"key": rsa.generate_private_key(65537, 1024)}, "is too short to be safe"),
    ],
)
def test_what_is_wrong_with_an_authority_above_it_is_named(maker, changes, words):
    root = maker.certificate("Our authority", **changes)
    between = maker.certificate("Below it", root, authority=True)
    assert words in told(maker.refusal(root, maker.certificate(HOST, between), between)).words


def test_an_unknown_issuer_is_told_with_every_way_out_and_never_with_checking_off(maker, root):
    other = maker.certificate("Another authority")
    alone = maker.certificate(HOST)
    server = maker.certificate(HOST, other)
    for chain in ([server], [server, other], [alone]):
        problem = told(maker.refusal(root, *chain))
        assert "not known on this computer" in problem.words
        assert 'name the file (PEM) in the profile: ca_file = "PATH"' in problem.remedy
        assert "let this computer trust the authority" in problem.remedy
        assert "another computer may be pretending to be the server" in problem.remedy
    named = certificate_problem(maker.refusal(root, server), "ledger_ca_file")
    assert 'ledger_ca_file = "PATH"' in named.remedy


OF_AN_AUTHORITY = {
    "basic": ((x509.BasicConstraints(ca=True, path_length=None), False), "does not mark as critical that it is one"),
    "usage": (None, "does not say what its key may be used for"),
    "own_key": (None, "does not name its own key (Subject Key Identifier)"),
}


@pytest.mark.parametrize("part", OF_AN_AUTHORITY)
def test_what_only_a_strict_check_asks_of_an_authority_is_named_as_a_lack_and_not_as_a_danger(maker, part):
    """Python 3.13 checks so by itself; ours does not."""
    changed, words = OF_AN_AUTHORITY[part]
    root = maker.certificate("Our authority", **{part: changed})
    server = maker.certificate(HOST, root)
    assert maker.refusal(root, server) is None
    problem = told(maker.refusal(root, server, strict=True))
    assert words in problem.words
    assert problem.remedy.startswith("This is neither another host nor an unknown authority: the certificate lacks")


def test_a_missing_key_identifier_is_named_as_a_lack_and_not_as_a_danger(maker, root):
    server = maker.certificate(HOST, root, issuers_key=None)
    assert maker.refusal(root, server) is None
    problem = told(maker.refusal(root, server, strict=True))
    assert "does not name the key of its issuer (Authority Key Identifier)" in problem.words
    assert problem.remedy.startswith("This is neither another host nor an unknown authority")


def problem(code, message):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return certificate_problem(error)


@pytest.mark.parametrize(
    ("code", "words", "remedy"),
    [
        (23, "it was withdrawn by its issuer (revoked)", "Send nothing there"),
        (68, "signed in a way that is no longer safe, such as SHA-1", "signed with SHA-256"),
        (28, "its issuer is refused on this computer", "a certificate of another authority"),
    ],
)
def test_what_is_seldom_met_has_words_of_its_own(code, words, remedy):
    assert words in problem(code, "in English").words
    assert remedy in problem(code, "in English").remedy


def test_what_has_no_words_of_ours_keeps_those_of_openssl():
    assert problem(99, "odd").words == "odd"
    assert "Another computer may be pretending" in problem(99, "odd").remedy
    assert problem(99, "").words == "it could not be verified"
    assert problem(90, "key identifier critical").words == "its form is not as RFC 5280 asks (key identifier critical)"
    assert problem(90, "").remedy.startswith("This is neither another host")

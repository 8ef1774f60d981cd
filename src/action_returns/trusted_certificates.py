"""The certificates that are trusted for connections over TLS: those of this computer, and those of a file that the user names.

Every Python gives the same verdict. Python 3.13 also refuses certificates for their form (VERIFY_X509_STRICT), which
older ones, curl, browsers and PostgreSQL accept: a missing key identifier, a missing critical mark. Companies made such
certificates for years, and the form says nothing about who a server is. So that check is switched off. Signature,
dates, host name and purpose are always checked.
"""

import codecs
import re
import ssl
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from action_returns.errors import ConfigError
from action_returns.private_files import NotPrivateError, read_trusted_file

_LARGEST: Final = 5_000_000
"""Bytes of a file of certificates; all authorities of the web take 250,000."""
_USUAL_ENDINGS: Final = frozenset({".pem", ".crt", ".cer", ".cert", ".der"})
_CERTIFICATE: Final = re.compile(r"-----BEGIN ((?:X509 )?CERTIFICATE)-----[^-]*-----END \1-----")
_BEGIN: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_BINARY: Final = re.compile(rb"0[\x80-\x84]")
"""How a sequence of DER or BER begins (X.690, 8.9)."""
_ASK: Final = "Ask the administrator of the server for the certificate of its authority, in PEM form"


def trusting_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return the TLS settings for a server that shows a certificate of a trusted authority.

    Args:
        ca_file: a file with certificates that are trusted beside those of this computer. Each is trusted for itself:
            a server's own certificate, or one of an authority below another one, is enough.

    Raises:
        ConfigError: the file cannot be used; the message says why.
        ssl.SSLError: when no certificate of this computer can be read.
    """
    named = "" if ca_file is None else read_certificates(ca_file, "ca_file")
    if sys.platform != "win32":
        context = ssl.create_default_context()
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if named:
            context.load_verify_locations(cadata=named)
    elif named:
        # Trusted for itself would also be each of those in CA: Windows keeps them without trusting them by themselves.
        context = _context_of(named + "".join(_readable_of_windows("ROOT")))
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    else:
        context = _context_of_windows()
        context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _context_of_windows() -> ssl.SSLContext:
    """Return TLS settings that trust what this computer trusts.

    Windows may keep a certificate that OpenSSL cannot read. Python then gives up (CPython issues 79846 and 151504); here
    the others are trusted.
    """
    try:
        return ssl.create_default_context()
    except ssl.SSLError:
        readable = "".join(_readable_of_windows("CA", "ROOT"))
        if not readable:
            raise
    return _context_of(readable)


def _context_of(certificates: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=certificates)
    context.set_default_verify_paths()
    return context


def _readable_of_windows(*stores: str) -> list[str]:
    """Return the certificates in these stores of Windows that OpenSSL can read, as PEM."""
    readable: list[str] = []
    trial = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    servers = ssl.Purpose.SERVER_AUTH.oid
    for store in stores:
        found = []
        with suppress(PermissionError):  # Python leaves such a store out too
            found = ssl.enum_certificates(store)  # type: ignore[attr-defined,unused-ignore]
        for content, encoding, purposes in found:
            if encoding == "x509_asn" and (purposes if isinstance(purposes, bool) else servers in purposes):
                pem = ssl.DER_cert_to_PEM_cert(content)
                with suppress(ssl.SSLError):
                    trial.load_verify_locations(cadata=pem)
                    readable.append(pem)
    return readable


def read_certificates(file: Path, setting: str) -> str:
    """Return the certificates of a file that a setting names, as PEM. Nothing is connected.

    Args:
        file: a PEM file; what stands beside the certificates in it is left out.
        setting: the key of the setting, for the message.

    Raises:
        ConfigError: it cannot be read, another user can change it, it holds a private key or no certificate, one of them
            is damaged, or all have expired.
    """
    path = file.expanduser()
    try:
        text = _text(_read(path))
        return _certificates_in(text)
    except _UnusableFileError as unusable:
        raise ConfigError(
            f"{_shown(file, path)} ({setting} in the profile) {unusable.problem}. Nothing was sent. {unusable.remedy}."
        ) from None


def _shown(file: Path, path: Path) -> str:
    """Return the path for a message. A single word that names no file may be a password in the wrong place."""
    is_a_path = len(file.parts) > 1 or file.suffix.lower() in _USUAL_ENDINGS or path.exists()
    return str(path) if is_a_path else "The file, whose name is not repeated here because it may be a password,"


class _UnusableFileError(Exception):
    """A file of certificates cannot be used.

    Args:
        problem: what is wrong, as it follows the name of the file.
        remedy: what to do, without a full stop.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy.removesuffix(".")


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _UnusableFileError("is a folder", "Name the file with the certificates in it")
        return read_trusted_file(path, largest=_LARGEST)
    except FileNotFoundError:
        raise _UnusableFileError(
            "does not exist", "Correct the path in the profile, or leave the setting out"
        ) from None
    except NotPrivateError as error:
        raise _UnusableFileError(f"{error.problem}. It says which servers are trusted", error.remedy) from None
    except OSError as error:
        raise _UnusableFileError(
            f"cannot be read: {error.strerror or error}", "Correct the path in the profile"
        ) from None


def _text(content: bytes) -> str:
    """Return the text of a PEM file; Windows' editor puts a mark before it, and its PowerShell writes UTF-16."""
    if _BINARY.match(content):
        raise _UnusableFileError(
            "is in binary form (DER or PKCS)",
            "Save the certificate as PEM text, which Windows calls Base-64 encoded X.509 (.CER); or convert it: openssl x509 "
            "-inform der -in FILE -out FILE.pem",
        )
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return content.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _certificates_in(text: str) -> str:
    text = "\n".join(line.strip() for line in text.splitlines())
    kinds = _BEGIN.findall(text)
    if any(kind.endswith("PRIVATE KEY") for kind in kinds):
        raise _UnusableFileError(
            "holds a private key, which belongs to its server alone", "Name a file that holds only the certificates"
        )
    if "TRUSTED CERTIFICATE" in kinds:  # what it is trusted for stands in it, and Python does not read that
        raise _UnusableFileError(
            "holds a certificate in a form of OpenSSL's own (TRUSTED CERTIFICATE)",
            "Convert it: openssl x509 -in FILE -out FILE.pem",
        )
    found = [block[0] for block in _CERTIFICATE.finditer(text)]
    if not found and not any(kind.endswith("CERTIFICATE") for kind in kinds):
        what = (
            f"holds no certificate but: {', '.join(dict.fromkeys(kinds))}"
            if kinds
            else "holds no certificate in PEM form"
        )
        raise _UnusableFileError(what, _ASK)
    if len(found) < sum(kind.endswith("CERTIFICATE") for kind in kinds):
        raise _UnusableFileError("breaks off in the middle of a certificate", f"Copy it again. {_ASK}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for number, certificate in enumerate(found, 1):
        try:
            context.load_verify_locations(cadata=certificate)
        except (ssl.SSLError, TypeError):  # a letter beyond ASCII is a TypeError
            raise _UnusableFileError(
                f"is damaged: certificate {number} of {len(found)} cannot be read", f"Copy it again. {_ASK}"
            ) from None
    _refuse_expired(context)
    return "".join(f"{certificate}\n" for certificate in found)


def _refuse_expired(context: ssl.SSLContext) -> None:
    """Raise when every certificate that was loaded is one of an authority and has expired."""
    authorities = context.get_ca_certs()  # a certificate of a server is not among them; the connection judges it
    ends = [ssl.cert_time_to_seconds(str(authority["notAfter"])) for authority in authorities]
    if len(ends) == context.cert_store_stats()["x509"] and max(ends) < time.time():
        day = time.strftime("%Y-%m-%d", time.gmtime(max(ends)))
        raise _UnusableFileError(
            f"holds only authorities that have expired, the last one on {day}", f"{_ASK}, as it is now"
        )

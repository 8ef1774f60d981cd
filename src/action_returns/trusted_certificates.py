"""The certificates that this computer trusts, for connections over TLS."""

import ssl
import sys
from contextlib import suppress


def trusting_context() -> ssl.SSLContext:
    """Return the TLS settings for a server that shows a certificate of an authority that this computer trusts.

    Windows may keep a certificate that OpenSSL cannot read. Python then gives up (CPython issues 79846 and 151504); here
    the others are trusted.

    Raises:
        ssl.SSLError: when no certificate can be read.
    """
    try:
        return ssl.create_default_context()
    except ssl.SSLError:
        readable = "".join(_readable_of_windows())
        if not readable:
            raise
    context = ssl.create_default_context(cadata=readable)
    context.set_default_verify_paths()
    return context


def _readable_of_windows() -> list[str]:
    """Return the certificates in Windows' stores that OpenSSL can read, as PEM; none on other systems."""
    readable: list[str] = []
    if sys.platform == "win32":
        trial = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        servers = ssl.Purpose.SERVER_AUTH.oid
        for store in ("CA", "ROOT"):
            found = []
            with suppress(PermissionError):  # Python leaves such a store out too
                found = ssl.enum_certificates(store)
            for content, encoding, purposes in found:
                if encoding == "x509_asn" and (purposes if isinstance(purposes, bool) else servers in purposes):
                    pem = ssl.DER_cert_to_PEM_cert(content)
                    with suppress(ssl.SSLError):
                        trial.load_verify_locations(cadata=pem)
                        readable.append(pem)
    return readable

"""What is wrong with the certificate of a server, in words, and what can be done about it.

The numbers are OpenSSL's (openssl-verification-options, "Diagnostics"). The words never propose to leave a certificate
unchecked.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class CertificateProblem:
    """What is wrong with a certificate.

    Args:
        words: a few of them, about the certificate: ``it has expired``.
        remedy: whole sentences.
    """

    words: str
    remedy: str


def certificate_problem(error: "ssl.SSLCertVerificationError", setting: str = "ca_file") -> CertificateProblem:
    """Return what is wrong with the certificate of a server.

    Args:
        error: raised by the TLS layer.
        setting: the key of the profile that names the certificates of own authorities.
    """
    words, remedy = _PROBLEMS.get(error.verify_code, ("", _STRANGER))
    if error.verify_code in _FORM:
        words, remedy = f"its form is not as RFC 5280 asks ({error.verify_message})", _FORM_REMEDY
    return CertificateProblem(
        words or error.verify_message or "it could not be verified", remedy.format(setting=setting)
    )


_STRANGER: Final = (
    "Another computer may be pretending to be the server, or the host name in the profile is not the one the "
    "certificate is made for. Check the server (host) in the profile, and ask the administrator of the server."
)
_NAME: Final = (
    f"{_STRANGER} In the certificate, an address counts only as subjectAltName, and a host name given as common name (CN) only "
    "where it has no subjectAltName."
)
_UNKNOWN: Final = (
    "If the server has an authority of your own company or of its provider, get the certificate of that authority from "
    'the administrator of the server, and name the file (PEM) in the profile: {setting} = "PATH" (a file that is named '
    "there already holds another one); or let this computer trust the authority. If not, another computer may be "
    "pretending to be the server."
)
_DATE: Final = (
    "Check date and time of this computer. If they are right, ask the administrator of the server to renew the certificate; "
    "where the authority has expired, get its new certificate."
)
_ISSUER: Final = "Ask the administrator of the server for a certificate of another authority."
_WEAK: Final = (
    "Ask the administrator of the server to renew it with a key of today: RSA with 2,048 bits or more, or an elliptic curve, "
    "signed with SHA-256."
)
_FORM_REMEDY: Final = (
    "This is neither another host nor an unknown authority: the certificate lacks what it should have. Ask the administrator of "
    "the authority that issued it to issue it anew."
)
_UNKNOWN_ISSUER: Final = "its issuer is not known on this computer"
_NO_AUTHORITY: Final = (
    "a certificate above it may not issue others, or does not say that it may (basicConstraints, keyUsage)"
)

_PROBLEMS: Final = {
    2: (_UNKNOWN_ISSUER, _UNKNOWN),
    7: ("its signature is not the one of its issuer", _STRANGER),
    9: ("it is not valid yet, or an authority above it is not", _DATE),
    10: ("it has expired, or an authority above it has", _DATE),
    18: ("it is self-signed and not known on this computer", _UNKNOWN),
    19: (_UNKNOWN_ISSUER, _UNKNOWN),
    20: (_UNKNOWN_ISSUER, _UNKNOWN),
    21: (_UNKNOWN_ISSUER, _UNKNOWN),
    23: (
        "it was withdrawn by its issuer (revoked)",
        "Send nothing there until the administrator of the server has renewed it.",
    ),
    24: (_NO_AUTHORITY, _ISSUER),  # OpenSSL 1.1.1
    25: ("an authority above it may not have another authority below it (path length)", _ISSUER),
    26: (
        "it is not made for a server (purpose)",
        "Ask the administrator of the server for a certificate that is made for servers (extendedKeyUsage: serverAuth).",
    ),
    27: ("its issuer is not trusted on this computer", _UNKNOWN),
    28: ("its issuer is refused on this computer", _ISSUER),
    32: (_NO_AUTHORITY, _ISSUER),
    47: ("its issuer may not issue certificates for this host name", _STRANGER),
    48: ("its issuer may not issue certificates for this host name", _STRANGER),
    62: ("it is made for another host name", _NAME),
    64: ("it is made for another address", _NAME),
    66: ("its key is too short to be safe", _WEAK),
    67: ("the key of an authority above it is too short to be safe", _WEAK),
    68: ("it, or an authority above it, is signed in a way that is no longer safe, such as SHA-1", _WEAK),
    79: (_NO_AUTHORITY, _ISSUER),
    85: ("it, or an authority above it, does not name the key of its issuer (Authority Key Identifier)", _FORM_REMEDY),
    86: ("it, or an authority above it, does not name its own key (Subject Key Identifier)", _FORM_REMEDY),
    89: ("an authority above it does not mark as critical that it is one (basicConstraints)", _FORM_REMEDY),
    92: ("an authority above it does not say what its key may be used for (keyUsage)", _FORM_REMEDY),
}
_FORM: Final = (frozenset(range(76, 95)) | {34, 41, 45}) - _PROBLEMS.keys()
"""What only a strict check refuses (VERIFY_X509_STRICT), and parts that OpenSSL does not know."""

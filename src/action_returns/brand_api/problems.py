"""The words for what goes wrong between this computer and the Brand API, and what the user can do."""

import errno
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from action_returns.brand_api.answers import UnreadableAnswerError, read_answer
from action_returns.errors import ApiError
from action_returns.shell import quote

if TYPE_CHECKING:
    from action_returns.brand_api.connection import ApiPlace

UNREACHABLE: Final = "api-unreachable"
SIGN_IN: Final = "api-sign-in"
NOT_ALLOWED: Final = "api-not-allowed"
LIMIT: Final = "api-limit"
REFUSED: Final = "api-refused"
ANSWER: Final = "api-answer"

_STATUS_SIGN_IN: Final = 401
_STATUS_PAYMENT: Final = 402
_STATUS_NOT_ALLOWED: Final = 403
_STATUS_NOT_FOUND: Final = 404
_FIRST_OF_SERVER: Final = 500
_REDIRECTIONS: Final = range(300, 400)
_MOST_NAMED: Final = 3
_WHERE: Final = "In the network, both stand under Settings, Technical, API."
_LATER: Final = "Try again later; if it stays, ask the network's support."
_SCOPES: Final[Mapping[str, str]] = {
    "FTPFileSubmissions": "FTP submissions",
    "FTPSubmissions": "FTP submissions",
    "APISubmissions": "API submissions",
    "ActionUpdates": "Action updates",
}
"""Part of a path and the words for it; all others are of Actions."""
_NO_WAY: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})

ShowWords = Callable[[str], str]
"""Returns words of the server as one short line that repeats no secret."""


class RequestRefusedError(ApiError):
    """The API refused a request itself (400).

    Args:
        problem: see :class:`ApiError`.
        message: the same.
        fields: the parameters that it names, if any.
    """

    def __init__(self, problem: str, message: str, fields: list[str]) -> None:
        super().__init__(problem, message)
        self.fields = fields


class NotFoundError(ApiError):
    """The API knows no such thing (404).

    Args:
        problem: see :class:`ApiError`.
        message: the same.
        is_documented: whether the answer is the documented object of an error, and not that of a server on the way.
    """

    def __init__(self, problem: str, message: str, *, is_documented: bool) -> None:
        super().__init__(problem, message)
        self.is_documented = is_documented


def cause_of(error: BaseException) -> OSError | None:
    """Return the error of the system or of TLS for which a call of urllib3 failed; None where there is none."""
    seen: set[int] = set()
    left = [error]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, OSError) and type(one).__module__.partition(".")[0] != "urllib3":
            return one
        left += [part for part in (*one.args, one.__cause__, one.__context__) if isinstance(part, BaseException)]
    return None


def may_pass(error: OSError | None) -> bool:
    """Return whether a request that failed with this error may succeed a moment later."""
    match error:
        case ssl.SSLEOFError():  # it broke off in the middle of agreeing on encryption
            return True
        case ssl.SSLError():
            return False
        case socket.gaierror():
            return error.errno == socket.EAI_AGAIN
    return True


def unreachable(error: OSError | None, host: str, port: int, *, is_timeout: bool) -> ApiError:
    """Return the error about a request that got no whole answer.

    Args:
        error: why, as the system or TLS has it; None when the answer ended early.
        host: the host of the API.
        port: its port.
        is_timeout: whether no answer came in time.
    """
    where = f"{host}:{port}"
    match error:
        case ssl.SSLCertVerificationError():
            from action_returns.certificate_problems import certificate_problem

            problem = certificate_problem(error, "api.ca_file")
            text = f"The certificate of {host} cannot be trusted: {problem.words}. {problem.remedy}"
        case ssl.SSLError():
            why = getattr(error, "reason", None) or "it broke off"  # one that Python makes itself has none
            text = (
                f"{where} did not agree on an encrypted connection ({why}). Check api.host and api.port in the profile. A "
                "firewall that opens encrypted connections may be in the way: ask the administrator of your network."
            )
        case socket.gaierror():
            text = f"There is no server named {host}, or the network is down. Check api.host in the profile, and your connection."
        case ConnectionRefusedError():
            text = f"{host} refuses connections on port {port}. Check api.host and api.port in the profile, or try again later."
        case OSError() if error.errno in _NO_WAY:
            text = (
                f"No network leads from this computer to {host}. Check your connection (network, VPN), then try again."
            )
        case PermissionError():
            text = f"This computer does not let the program connect to {where}. Ask the administrator of your network."
        case _ if is_timeout or isinstance(error, TimeoutError):
            text = f"{where} did not answer in time. Check your connection; a firewall may be in the way. {_LATER}"
        case _:
            text = f"The connection to {where} broke off before the whole answer was there. {_LATER}"
    return ApiError(UNREACHABLE, text)


def unusable(why: str, host: str) -> ApiError:
    """Return the error about an answer that is not what is documented.

    Args:
        why: to follow a colon, without a full stop.
        host: the host of the API.
    """
    return ApiError(ANSWER, f"The answer of {host} cannot be used: {why}. Nothing was written. {_LATER}")


def scope_of(target: str) -> str:
    """Return the words for what a token may be allowed to use.

    Args:
        target: the path of a request.
    """
    return next((words for part, words in _SCOPES.items() if f"/{part}" in target), "Actions")


def refusal(
    status: int, content: bytes, place: "ApiPlace", show: ShowWords, *, scope: str = "read Actions"
) -> ApiError:
    """Return the error about an answer with a status other than 200.

    Args:
        status: the status of HTTP.
        content: the body of the answer.
        place: who was asked, and with whose settings.
        show: makes the words of the server fit to be shown.
        scope: what the token has to be allowed to do.
    """
    host, store = place.host, f"action-returns secret set {quote(place.profile)} --api"
    words = server_words(content, show)
    said = f" {host} says: {words}" + ("" if words.endswith((".", "!", "?")) else ".") if words else ""
    if status == _STATUS_SIGN_IN:
        return ApiError(
            SIGN_IN,
            f"{host} refused the sign-in (401): the account SID or the auth token is not right.{said} Check "
            f"api.account_sid in the profile, and store the token again. {_WHERE} Store it: {store}",
        )
    if status == _STATUS_NOT_ALLOWED:
        return ApiError(
            NOT_ALLOWED,
            f"{host} took the sign-in, but the token may not do this (403): it lacks a scope, or the account may not see "
            f"that campaign.{said} In the network, under Settings, Technical, API, allow the token to {scope}, or make "
            f"a token that may. Then store it: {store}",
        )
    if status in _REDIRECTIONS:
        return ApiError(
            REFUSED,
            f"{host} leads to another address ({status}), which is not followed: the token goes to {host} only. Check "
            "api.host in the profile.",
        )
    what = {
        _STATUS_PAYMENT: "the account has no right to use the API at the moment (402). Ask the network's support",
        _STATUS_NOT_FOUND: "it knows no such account or campaign (404). Check api.account_sid and api.campaigns in the profile",
    }.get(status)
    if what is not None:
        return ApiError(REFUSED, f"{host} refused the request: {what}.{said}")
    if status >= _FIRST_OF_SERVER:
        return ApiError(UNREACHABLE, f"{host} cannot answer at the moment ({status}).{said} {_LATER}")
    return ApiError(REFUSED, f"{host} refused the request ({status}).{said} {place.check}")


def server_words(content: bytes, show: ShowWords) -> str:
    """Return what the API says about a refusal, ``""`` where it says nothing that is documented.

    Documented is ``{"Status": "ERROR", "Message": …, "Errors": [{"Field": …, "Message": …}]}``.
    """
    return show("; ".join(_texts(_error_object(content))))


def is_error_object(content: bytes) -> bool:
    """Return whether an answer is the documented object of an error."""
    return _error_object(content).get("Status") == "ERROR"


def refused_fields(content: bytes) -> list[str]:
    """Return the names of the parameters that the API refuses; none where it names none."""
    errors = _error_object(content).get("Errors")
    listed = errors if isinstance(errors, list) else []
    return [str(one["Field"]) for one in listed if isinstance(one, dict) and one.get("Field")]


def _error_object(content: bytes) -> Mapping[str, Any]:
    try:
        return read_answer(content).content
    except UnreadableAnswerError:
        return {}


def _texts(found: Mapping[str, Any]) -> Iterator[str]:
    message, errors = found.get("Message"), found.get("Errors")
    if isinstance(message, str) and message.strip():
        yield message.strip()
    for one in errors[:_MOST_NAMED] if isinstance(errors, list) else ():
        if isinstance(one, dict) and one.get("Message"):
            yield f"{one['Field']}: {one['Message']}" if one.get("Field") else str(one["Message"])

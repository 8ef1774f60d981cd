"""Action Returns: tell impact.com which mobile-app actions were returned. Names here are the public Python API."""

TYPE_CHECKING = False  # not from typing, which would double the time of --version
if TYPE_CHECKING:
    from action_returns.batch.action_return import ActionReturn
    from action_returns.batch.report import CheckResult, Finding
    from action_returns.channels.base import Channel, Outcome, State
    from action_returns.errors import ActionReturnsError
    from action_returns.operations.api import check, import_returns, load, review, send
    from action_returns.operations.check import CheckedBatch
    from action_returns.operations.import_answers import ImportAnswers
    from action_returns.operations.import_returns import Imported
    from action_returns.operations.review import Review
    from action_returns.operations.send import SendResult
    from action_returns.operations.submit import Submission
    from action_returns.readers.batch_file import LoadedBatch

__version__ = "0.1.0"

__all__ = [
    "ActionReturn",
    "ActionReturnsError",
    "Channel",
    "CheckResult",
    "CheckedBatch",
    "Finding",
    "ImportAnswers",
    "Imported",
    "LoadedBatch",
    "Outcome",
    "Review",
    "SendResult",
    "State",
    "Submission",
    "__version__",
    "check",
    "import_returns",
    "load",
    "review",
    "send",
]

_MODULES = {
    "ActionReturn": "batch.action_return",
    "ActionReturnsError": "errors",
    "Channel": "channels.base",
    "CheckResult": "batch.report",
    "CheckedBatch": "operations.check",
    "Finding": "batch.report",
    "ImportAnswers": "operations.import_answers",
    "Imported": "operations.import_returns",
    "LoadedBatch": "readers.batch_file",
    "Outcome": "channels.base",
    "Review": "operations.review",
    "SendResult": "operations.send",
    "State": "channels.base",
    "Submission": "operations.submit",
    "check": "operations.api",
    "import_returns": "operations.api",
    "load": "operations.api",
    "review": "operations.api",
    "send": "operations.api",
}


def __getattr__(name: str) -> object:
    """Load a name only when it is used: a click and ``--version`` need none of them."""
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f"action_returns.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

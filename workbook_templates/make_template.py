"""Makes mobile_actions.xlsx, the workbook without macros, from mobile_actions.toml.

Run it from the repository root with `make docs` after changing the declaration, the rules or the version.
"""

from pathlib import Path

from action_returns import __version__
from action_returns.workbook_builder.build import build_workbook
from action_returns.workbook_builder.contents import WorkbookInfo
from action_returns.workbook_builder.template import load_template

HERE = Path(__file__).parent


def content() -> bytes:
    """Give the bytes of the workbook that everybody gets: no profile, no computer of anybody's."""
    return build_workbook(load_template(HERE / "mobile_actions.toml"), WorkbookInfo(__version__))


if __name__ == "__main__":
    (HERE / "mobile_actions.xlsx").write_bytes(content())

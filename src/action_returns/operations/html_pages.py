"""Build pages of HTML from the templates of ``pages/``; every value is cleaned and escaped."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.clean_text import clean

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

_PAGES: Final = Path(__file__).with_name("pages")


def render_page(template: str, **facts: object) -> bytes:
    """Build one page of HTML from a template of ``pages/``; it has no script and loads nothing."""
    return _environment().get_template(template).render(**facts).encode("utf-8", "replace")


@cache  # one command may build the receipts of many batches, and compiling a template takes longer than filling it
def _environment() -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        finalize=_clean_value,
        auto_reload=False,
    )


def table_rows(columns: Sequence[Sequence[str]]) -> "Markup":
    """Return rows of a table of HTML, every cell cleaned and escaped: a column at a time, which pages of thousands need.

    Args:
        columns: of equal length.
    """
    from markupsafe import Markup

    cells = map(_html_cells, columns)
    return Markup("".join(["<tr><td>" + "<td>".join(row) + "\n" for row in zip(*cells, strict=True)]))  # noqa: S704  # every cell is escaped


def _html_cells(column: Sequence[str]) -> list[str]:
    from markupsafe import escape

    text = str(escape(clean("\n".join(column))))
    cells = text.split("\n")
    return cells if len(cells) == len(column) else [str(escape(clean(cell))) for cell in column]


def _clean_value(value: object) -> object:
    """Return what stands in the place of an expression of a template; a part that is markup by now was cleaned before."""
    return clean(value) if type(value) is str else value

"""Make the XML parsers of this program: expat, which stops at a document type (XML 1.0, 2.8).

A document type declares entities, with which a few bytes become gigabytes, and names other files. No spreadsheet program
writes one (ECMA-376 part 2, 6.2.5 forbids it). No other module makes a parser.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NoReturn
from xml.parsers import expat

ERRORS: Final = (expat.ExpatError, LookupError, ValueError)
"""What parsing raises for damaged XML; the last two come from an encoding that Python does not know or cannot use."""

# A workbook is UTF-8 or UTF-16 (ECMA-376 part 2, 6.2.5). The others hold one character in each byte, so every reader
# reads them alike. Python knows many more, some of which are no encodings of texts.
_encoding = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|us-ascii|iso-8859-(?:[1-9]|1[013-6])|windows-125[0-8]", re.IGNORECASE
).fullmatch


def guarded_parser(
    refuse: Callable[..., NoReturn], *, separator: str | None = None, names: Mapping[str, str] | None = None
) -> expat.XMLParserType:
    """Make a parser.

    Args:
        refuse: raises; it is called at a document type, before anything in it is read.
        separator: what stands between namespace and name, None when prefixes stay as they are.
        names: ``uri name`` -> what handlers get instead, for attributes too.
    """
    parser = expat.ParserCreate(namespace_separator=separator, intern=dict(names or {}))
    parser.StartDoctypeDeclHandler = refuse
    # They stand in a document type, so none is ever called; should one be, it is refused as well.
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def is_known_encoding(declared: str | None) -> bool:
    """Return whether a declared encoding is one that every reader reads alike; True for none, which is UTF-8 or UTF-16."""
    return declared is None or _encoding(declared) is not None

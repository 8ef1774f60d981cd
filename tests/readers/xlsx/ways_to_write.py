"""The same XML in every way that is legal: what a part says does not depend on quotes, blanks, prefixes or encoding."""

import re

_TAG = re.compile(r"<(?![?!/])([\w:]+)((?:\s[^<>]*?)?)(/?)>")
_ATTRIBUTE = re.compile(r'\s([\w:]+)="([^"]*)"')
_STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def prefixed(xml):
    """Give every element of the default namespace a prefix, as the Open XML SDK does."""
    return re.sub(r"<(/?)(?=\w)(?!\w+:)", r"<\1x:", xml.replace(" xmlns=", " xmlns:x=", 1))


def single_quotes(xml):
    return xml.replace("'", "&apos;").replace('"', "'")


def _each_tag(xml, change):
    def changed(match):
        attributes = _ATTRIBUTE.findall(match[2])
        return f"<{match[1]}{change(attributes)}{match[3]}>"

    return _TAG.sub(changed, xml)


def blanks_around_equals(xml):
    return _each_tag(xml, lambda found: "".join(f' {name} = "{value}"' for name, value in found) + " ")


def line_ends_between(xml):
    return _each_tag(xml, lambda found: "".join(f'\r\n\t{name}\n=\n"{value}"' for name, value in found) + "\n")


def other_order(xml):
    return _each_tag(xml, lambda found: "".join(f' {name}="{value}"' for name, value in reversed(found)))


def foreign_attributes(xml):
    """Put attributes of another namespace with the same names in front of each one."""

    def with_foreign(found):
        names = [name for name, _ in found if not name.startswith("xmlns") and ":" not in name]
        return "".join([f' q:{name}="7"' for name in names] + [f' {name}="{value}"' for name, value in found])

    return re.sub(r"(<(?!\?)[\w:]+)", r'\1 xmlns:q="urn:another"', _each_tag(xml, with_foreign), count=1)


def references(xml):
    """Write the first character of every value as a character reference."""

    def referred(found):
        return "".join(
            f' {name}="{value}"'
            if name.startswith("xmlns") or not value or value[0] == "&"
            else f' {name}="&#{ord(value[0])};{value[1:]}"'
            for name, value in found
        )

    return _each_tag(xml, referred)


def comments(xml):
    """Put a comment with an element in it, and an instruction, behind every tag that holds others."""
    return re.sub(r"(?<=[^/?\-]>)(?=<)", '<!-- <sheet name="no"/><xf numFmtId="14"/> --><?note "x"?>', xml)


def blanks_between(xml):
    return re.sub(r"(?<=>)(?=<)", "\n  ", xml)


def strict(xml):
    for transitional, of_strict in _STRICT.items():
        xml = xml.replace(transitional, of_strict)
    return xml


def utf16(xml):
    return xml.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")


def utf16_big_end_first(xml):
    return b"\xfe\xff" + xml.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16-be")


def latin1(xml):
    return xml.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1", "xmlcharrefreplace")


def byte_order_mark(xml):
    return b"\xef\xbb\xbf" + xml.encode()


WAYS = {
    change.__name__: change
    for change in (
        *(
            prefixed,
            single_quotes,
            blanks_around_equals,
            line_ends_between,
            other_order,
            foreign_attributes,
            references,
        ),
        *(comments, blanks_between, strict, utf16, utf16_big_end_first, latin1, byte_order_mark),
    )
}


def written(way, xml):
    """Write a part in one of the ways."""
    changed = WAYS[way](xml.decode())
    return changed if isinstance(changed, bytes) else changed.encode()


def unusual(part, xml):
    """Write the first sheet in a way that the fast way does not know."""
    return written("single_quotes", xml) if part.endswith("sheet1.xml") else xml

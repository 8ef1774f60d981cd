"""The finished package: the ribbon part added, and zipped so that the same parts give the same bytes."""

import io
import zipfile
from typing import Final

_RIBBON_PART: Final = "customUI/customUI14.xml"
# [MS-CUSTOMUI2] 2.1: the part is found by a relationship of the package.
_RIBBON_RELATION: Final = (
    '<Relationship Id="rIdRibbon" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" '
    f'Target="{_RIBBON_PART}"/>'
)
_FIRST: Final = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_NEVER: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every part: the earliest a zip file knows, so that no clock gets into the bytes."""


def packed(content: bytes, ribbon: bytes | None) -> bytes:
    """Zip a workbook anew.

    Args:
        content: the workbook as XlsxWriter made it.
        ribbon: customUI14.xml, None for a workbook without macros.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if ribbon is not None:
        relations = parts["_rels/.rels"].decode("utf-8")
        parts["_rels/.rels"] = relations.replace("</Relationships>", f"{_RIBBON_RELATION}</Relationships>").encode()
        parts[_RIBBON_PART] = ribbon
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (*_FIRST, *sorted(parts.keys() - set(_FIRST))):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.create_system = 0  # not the machine it happens to be made on
            archive.writestr(entry, parts[name], zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()

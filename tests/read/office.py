"""Workbooks as strangers make them: parts changed after writing, and the containers of old Office files."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

SECTOR = 512
FREE, END, OF_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STREAM = 8 * SECTOR  # the smallest size that is not stored among the small ones
SHEET = "xl/worksheets/sheet1.xml"


def with_parts(workbook: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook with parts added."""
    memory = io.BytesIO(workbook)
    with zipfile.ZipFile(memory, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


def with_change(workbook: bytes, change: Callable[[bytes], bytes], *, part: str = SHEET) -> bytes:
    """Return a workbook one part of which is changed."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return memory.getvalue()


def ole(*streams: str) -> bytes:
    """Return an old Office file with streams of these names and nothing in them."""
    sectors = STREAM // SECTOR
    fat, directory = [OF_FAT, END], [_entry("Root Entry", kind=5, child=1, start=END)]
    for number, name in enumerate(streams):
        start = 2 + number * sectors
        fat += [*range(start + 1, start + sectors), END]
        after = number + 2 if number + 1 < len(streams) else FREE
        directory.append(_entry(name, kind=2, right=after, start=start, size=STREAM))
    fat += [FREE] * (SECTOR // 4 - len(fat))
    places = (0, 1, 1, 0, STREAM, END, 0, END, 0)  # one sector of the table, then the directory; nothing small
    header = struct.pack("<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 62, 3, 0xFFFE, 9, 6, *places)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    body = struct.pack(f"<{len(fat)}I", *fat) + b"".join(directory).ljust(SECTOR, b"\0")
    return header + body + bytes(STREAM * len(streams))


def _entry(name: str, *, kind: int, child: int = FREE, right: int = FREE, start: int, size: int = 0) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBB3I36xIQ", text, len(text), kind, 1, FREE, right, child, start, size)


def ods(rows: str) -> bytes:
    """Return a workbook of the OpenDocument kind with rows as they are written there."""
    parts = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{part}="urn:oasis:names:tc:opendocument:xmlns:{part}:1.0"' for part in parts)
    sheet = f'<table:table table:name="Items">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return memory.getvalue()


def ods_row(*cells: object, times: int = 1) -> str:
    """Return a row of texts; a number stands for so many empty cells."""
    written = [
        f'<table:table-cell table:number-columns-repeated="{cell}"/>'
        if isinstance(cell, int)
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    ]
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(written)}</table:table-row>'

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

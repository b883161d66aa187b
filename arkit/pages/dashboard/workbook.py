"""What a page shows as an Excel file that lies in the page itself."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from arkit.present.html import Html, download
from arkit.present.sheets import Sheet
from arkit.present.workbook import write_workbook

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_download(name: str, sheets: Sequence[Sheet], *, day: date) -> Html:
    """Return a link that saves finished tables as an Excel file named after the page and the day."""
    with tempfile.TemporaryDirectory(prefix="arkit-") as folder:
        path = Path(folder) / f"{name} {day.isoformat()}.xlsx"
        write_workbook(path, sheets=sheets, created=datetime.combine(day, datetime.min.time()))
        return download(path.name, path.read_bytes(), kind=EXCEL)

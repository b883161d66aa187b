"""Finished reports behind the same token; a report cannot act on the server's origin."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from arkit.run.server.handlers import Plain

FILES: Final = {
    "report.html": "text/html; charset=utf-8",
    "report.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What of a report is served; the ledger, the notebook and the run record are not."""

SANDBOX: Final = "sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'none'"
"""An origin of its own: the report's scripts run, but no cookie and no address of the server is theirs."""

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
CHUNK: Final = 1 << 20


def report_file(root: Path, day: str, folder: str, name: str) -> Path | None:
    """Return a file of a finished report; nothing for whatever else is asked for, or lies elsewhere."""
    if name not in FILES or not DAY.fullmatch(day) or folder.startswith(".") or "/" in folder or "\\" in folder:
        return None
    inside = root.resolve()
    found = (inside / day / folder / name).resolve()
    # A link out of the folder of reports is not followed.
    return found if found.is_file() and found == inside / day / folder / name else None


class ReportHandler(Plain, JupyterHandler):
    """One file of a finished report."""

    @property
    def content_security_policy(self) -> str:
        """A report is shut into an origin of its own."""
        return SANDBOX

    def initialize(self, root: Path) -> None:
        """Keep the folder of reports."""
        self.root = root

    @web.authenticated
    async def get(self, day: str, folder: str, name: str) -> Any:
        """Answer with the file."""
        found = report_file(self.root, day, folder, name)
        if found is None:
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
        self.set_header("Content-Type", FILES[name])
        self.set_header("Cache-Control", "private, no-cache")
        if not name.endswith(".html"):
            self.set_header("Content-Disposition", f'attachment; filename="{day} {name}"')
        with found.open("rb") as file:
            while part := file.read(CHUNK):
                self.write(part)
                await self.flush()

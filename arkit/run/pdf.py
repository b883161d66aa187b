"""The report as PDF: its page, printed by a Chromium that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from arkit.errors import ReportError

NAMED: Final = "ARKIT_CHROMIUM"
ON_PATH: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
ELSEWHERE: Final = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    "win32": (
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    ),
}
PATIENCE: Final = 120
SETTINGS: Final = (
    "--headless",
    "--no-sandbox",  # the page is our own, and its content policy lets nothing foreign run
    "--disable-gpu",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--virtual-time-budget=10000",
)


def places() -> Iterator[Path]:
    """Yield where a Chromium is installed, the one that ``ARKIT_CHROMIUM`` names first."""
    named = [os.environ[NAMED]] if os.environ.get(NAMED) else []
    found = filter(None, map(shutil.which, ON_PATH))
    elsewhere = map(os.path.expandvars, ELSEWHERE.get(sys.platform, ()))
    yield from (Path(place) for place in [*named, *found, *elsewhere] if Path(place).is_file())


def browser() -> Path:
    """Return the Chromium that prints.

    Raises
    ------
    ReportError
        None is installed.
    """
    found = next(places(), None)
    if found is None:
        raise ReportError(
            f"A PDF needs Chromium or Chrome, and none was found. Install one, or name one: {NAMED}=/path/to/chromium; "
            "or leave out the PDF: the page prints from any browser."
        )
    return found


def print_pdf(folder: Path, chromium: Path) -> Path:
    """Print the page of a published report as ``report.pdf`` beside it, once, and return where it is.

    Raises
    ------
    ReportError
        The browser cannot print it; the report stays published.
    """
    target = folder / "report.pdf"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(prefix="arkit-", ignore_cleanup_errors=True) as home:
        made = Path(home) / "report.pdf"
        settings = [*SETTINGS, f"--user-data-dir={home}", f"--print-to-pdf={made}"]
        command = [str(chromium), *settings, (folder / "report.html").as_uri()]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ReportError(f"{chromium} cannot print the report: {error}.") from error
        if not made.is_file():
            last = next(reversed(run.stderr.strip().splitlines()), "no reason given")
            raise ReportError(f"{chromium} printed no PDF (exit code {run.returncode}): {last}")
        part = target.with_name(".report.pdf")
        shutil.copyfile(made, part)
        return part.replace(target)

"""An executed notebook as one page that opens anywhere, and that page as PDF.

The page needs no address, and its content policy lets no script run but its own. The PDF is the page, printed by a
Chromium that is installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML

from arkit.errors import ReportError
from arkit.resources import resource
from arkit.words.catalogue import current_language, text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from nbformat import NotebookNode

    from arkit.present.html import Html


class PageExporter(HTMLExporter):
    """Writes the page as the template wrote it.

    nbconvert's own reads the whole page again, for what its templates need and the report's has not: it takes as long
    as all else together.
    """

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """The filters of nbconvert, and the one that a block names which the report's template replaces."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield "highlight_code", Highlight2HTML

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **how: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook, and the values that the template got."""
        written: tuple[str, dict[str, Any]] = super(HTMLExporter, self).from_notebook_node(nb, resources, **how)
        return written


PLOTLY: Final = "application/vnd.plotly.v1+json"


def page(executed: NotebookNode, *, title: str, colophon: str = "") -> str:
    """An executed notebook as one HTML page, in the current language.

    Code is hidden behind a button, charts are drawn from data, tables sort by a click. A page with charts has Plotly
    once; none names an address. Its content policy lets nothing run but its own scripts: a script that came with the
    data, in a customer's name say, does not run even where a table forgot to escape it.

    Parameters
    ----------
    executed
        The notebook with its outputs. It is left as it is.
    title
        The title of the page: what, of which day, of which entity.
    colophon
        The last line: what the page was made from.
    """
    has_charts = any(PLOTLY in output.get("data", ()) for cell in executed.cells for output in cell.get("outputs", ()))
    own = _script(resource("templates/report") / "report.js")
    scripts = [_plotly(), own] if has_charts else [own]
    body, _ = page_exporter().from_notebook_node(with_charts(executed), resources=_stated(title, colophon, scripts))
    return body


def page_of(sections: Sequence[tuple[str, Sequence[Html]]], *, title: str, colophon: str = "") -> str:
    """Finished pieces, section by section under their headings, as a page like that of a report."""
    cells = []
    for heading, pieces in sections:
        cells += [{"cell_type": "markdown", "metadata": {}, "source": f"## {heading}"}] if heading else []
        cells += [_shown(piece) for piece in pieces]
    return page(_notebook(cells), title=title, colophon=colophon)


def _shown(piece: Html) -> dict[str, Any]:
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": piece.markup}}
    return {"cell_type": "code", "metadata": {}, "source": "", "execution_count": None, "outputs": [output]}


def _stated(title: str, colophon: str, scripts: Sequence[_Script]) -> dict[str, Any]:
    return {
        "metadata": {"name": title},
        "language": current_language(),
        "page_title": title,
        "colophon": colophon,
        "scripts": scripts,
    }


@cache
def page_exporter() -> HTMLExporter:
    """Nbconvert's exporter with the report's own template, ready to be used at once."""
    folder = resource("templates/report")
    exporter = PageExporter(  # type: ignore[no-untyped-call]
        template_name=folder.name,
        extra_template_basedirs=[str(folder.parent)],
        exclude_anchor_links=True,
        default_preprocessors=[],  # none changes what the template shows, and the notebook is validated after each
    )
    exporter.environment.globals["text"] = text
    exporter.from_notebook_node(_notebook([]), resources=_stated("", "", []))  # reads and compiles the templates
    _plotly()
    return exporter


def _notebook(cells: Sequence[dict[str, Any]]) -> NotebookNode:
    from nbformat import from_dict

    bare = {"nbformat": 4, "nbformat_minor": 4, "cells": list(cells), "metadata": {}}
    return from_dict(bare)  # type: ignore[no-any-return, no-untyped-call]


def with_charts(executed: NotebookNode) -> NotebookNode:
    """The notebook with each Plotly output as a place on the page, and its chart as data beside it.

    Left alone, nbconvert shows neither the chart nor an error.
    """
    numbers = count(1)
    return _with(executed, cells=[_charts_shown(cell, numbers) for cell in executed.cells])


def _charts_shown(cell: NotebookNode, numbers: Iterator[int]) -> NotebookNode:
    outputs = [
        _with(output, data={"text/html": _chart(output.data[PLOTLY], next(numbers))})
        if PLOTLY in output.get("data", ())
        else output
        for output in cell.get("outputs", ())
    ]
    return _with(cell, outputs=outputs) if outputs else cell


def _with(node: NotebookNode, **changes: object) -> NotebookNode:
    return type(node)({**node, **changes})


def _chart(figure: dict[str, Any], number: int) -> str:
    """The place of a chart; no character in the data can end the element that holds them."""
    data = json.dumps(figure, separators=(",", ":"))
    data = data.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    height = (figure.get("layout") or {}).get("height") or 450
    return (
        f'<figure class="chart"><div class="plot" id="chart-{number}" style="height:{int(height)}px"></div>'
        f'<script type="application/json">{data}</script></figure>'
    )


class _Script(NamedTuple):
    """A script, and the source by which a content policy knows it."""

    text: str
    source: str


def _script(file: Traversable) -> _Script:
    text = file.read_text(encoding="utf-8")
    return _Script(text, f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")


@cache
def _plotly() -> _Script:
    return _script(files("plotly") / "package_data" / "plotly.min.js")


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
    """Where a Chromium is installed, the one that ``ARKIT_CHROMIUM`` names first."""
    named = [os.environ[NAMED]] if os.environ.get(NAMED) else []
    found = filter(None, map(shutil.which, ON_PATH))
    elsewhere = map(os.path.expandvars, ELSEWHERE.get(sys.platform, ()))
    yield from (Path(place) for place in [*named, *found, *elsewhere] if Path(place).is_file())


def browser() -> Path:
    """The Chromium that prints.

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
            last = "".join(run.stderr.strip().splitlines()[-1:])
            raise ReportError(f"{chromium} printed no PDF (exit code {run.returncode}): {last or 'no reason given'}")
        # Copied under another name and renamed at once: half a PDF would be taken for the finished one by the next run.
        part = target.with_name(".report.pdf")
        shutil.copyfile(made, part)
        return part.replace(target)

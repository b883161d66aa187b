"""The filters of a page, and the part of a ledger that they leave.

What is in the address of a page: the values of its filters, so that a view can be shared.

What the server tells a page: the ledger and the reports that it serves, and the address that was asked for.

The server says it through the environment of the page's process, so that nothing is ever pasted into code. In
JupyterLab nothing is said, and the page shows what its parameters name, else the sample.

What a page shows as an Excel file that lies in the page itself.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

import polars as pl

from arkit.errors import ReadingError, UnknownNameError
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present.html import Html, download, page_part
from arkit.present.live import choice, slider
from arkit.present.sheets import Sheet
from arkit.present.workbook import write_workbook
from arkit.read.reading import read_ledger, sample_ledger
from arkit.words.columns import ALL_ENTITIES, column
from arkit.words.formats import day_shown

ALL: Final = ""
SEGMENTS: Final = ("industry", "size", "country")
KEPT: Final = 12
"""Parts that are kept: a reader goes back and forth between a few."""

Choice = tuple[str, str]


class Chosen(NamedTuple):
    """Which part of the ledger a reader looks at; empty for all of it."""

    entity: str = ALL
    segment: str = ALL
    collector: str = ALL


Parts = Callable[[Chosen], "Ledger | None"]


def parts_of(ledger: Ledger) -> Parts:
    """Return a function that gives the part of a ledger which the filters leave; none where nothing is left."""

    @lru_cache(maxsize=KEPT)
    def part(chosen: Chosen) -> Ledger | None:
        name, _, value = chosen.segment.partition(":")
        wanted = {"entity": chosen.entity, "collector": chosen.collector, **({name: value} if value else {})}
        try:
            return ledger.where(**{key: text for key, text in wanted.items() if text != ALL})
        except UnknownNameError:  # each of the values exists, but not with the others
            return None

    return part


def filter_controls(ledger: Ledger, asked: Mapping[str, str], day: date) -> dict[str, Any]:
    """Return the controls for entity, currency, segment, collector and day, set to what the address asked for.

    A value that is not among the options of its control is left out.
    """
    return {
        "entity": choice("Entity", with_all("All entities", values_of(ledger, "entity")), value=asked.get("entity")),
        "currency": choice("Currency", currencies(ledger), value=asked.get("currency")),
        "segment": choice("Segment", _segments(ledger), value=asked.get("segment")),
        "collector": choice(
            "Collector", with_all("All collectors", values_of(ledger, "collector")), value=asked.get("collector")
        ),
        "day": _day_slider(ledger, asked.get("day", ""), day),
    }


def _day_slider(ledger: Ledger, asked: str, day: date) -> Any:
    first, last = ledger.covers
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    by_text = {each.isoformat(): each for each in days}
    return slider("As of", [(day_shown(each), each) for each in days], value=by_text.get(asked, day))


def with_all(label: str, values: list[str]) -> list[Choice]:
    """Return the options of a control that begins with no choice at all."""
    return [(label, ALL), *((value, value) for value in values)]


def _segments(ledger: Ledger) -> list[Choice]:
    named = [
        (f"{column(name).title}: {value}", f"{name}:{value}") for name in SEGMENTS for value in values_of(ledger, name)
    ]
    return [("All segments", ALL), *named]


def values_of(ledger: Ledger, name: str) -> list[str]:
    """Return the values of a column of items or customers that a reader can choose from."""
    frames = ledger.frames
    table = frames.items if name in frames.items.columns else frames.customers
    if name not in table.columns:
        return []
    values = table[name].drop_nulls().unique().cast(pl.String)
    return sorted(value for value in values if value)


def currencies(ledger: Ledger) -> list[str]:
    """Return the currencies, the one with most items first."""
    counts = ledger.frames.items["currency"].cast(pl.String).value_counts(sort=True)
    return counts["currency"].to_list()


def whose(chosen: Chosen) -> str:
    """Return in words what was chosen, as it stands in a title.

    >>> whose(Chosen(entity="ES", segment="industry:Energy"))
    ' of ES, Energy'
    >>> whose(Chosen())
    ''
    """
    words = [text.partition(":")[2] or text for text in chosen if text not in (ALL, ALL_ENTITIES)]
    return f" of {', '.join(words)}" if words else ""


NAMES: Final = ("entity", "currency", "segment", "collector", "day", "bucket", "customer", "search")
LONGEST: Final = 200
MOST: Final = 40


def read_address(query: str) -> dict[str, str]:
    """Return the filters that an address states; what is unknown, too long or said twice is left out.

    The values are text from anybody: each is looked up among the options of its control, or taken as words to search.

    >>> read_address("entity=ES&day=2026-10-31&token=abc&entity=UK")
    {'entity': 'ES', 'day': '2026-10-31'}
    """
    try:
        pairs = parse_qsl(query, max_num_fields=MOST, errors="strict")
    except ValueError:  # too many fields, or bytes that are no text
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in NAMES and len(value) <= LONGEST and value.isprintable():
            found.setdefault(name, value)
    return found


def written_address(values: Mapping[str, object]) -> Html:
    """Return the filters for the script of the page, which puts them into the address.

    >>> written_address({"entity": "ES", "customer": ""}).markup
    '<span class="address" hidden data-query="?entity=ES"></span>'
    """
    stated = {name: str(value) for name, value in values.items() if value not in ("", None)}
    return page_part("address", query=f"?{urlencode(stated)}" if stated else "?")


LEDGER: Final = "ARKIT_LEDGER"
REPORTS: Final = "ARKIT_REPORTS"
POLICY: Final = "ARKIT_POLICY"
QUERY: Final = "QUERY_STRING"
NOT_NOW: Final = (
    "The ledger cannot be opened at the moment. Whoever looks after the server finds the reason in its log."
)


def served_ledger(path: str | Path = "", *, layout: str | Path = "", as_of: str = "") -> Ledger:
    """Read the ledger that a notebook names, else the one that is served, else the sample.

    Raises
    ------
    ReadingError
        The ledger cannot be read; on a server without a word of where it lies.
    """
    _log_to_the_server()
    served = os.environ.get(LEDGER, "")
    if path:
        return read_ledger(path, layout=layout or None, snapshot_on=as_of or None)
    if not served:
        return sample_ledger()
    try:
        return read_ledger(served)
    except Exception as error:
        logging.getLogger("arkit.live").exception("The served ledger cannot be opened.")
        raise ReadingError(NOT_NOW) from error


class Served(NamedTuple):
    """What a page shows: a ledger, the day it opens on, and the policy."""

    ledger: Ledger
    day: date
    policy: Policy


def served(ledger: str | Path | Ledger = "", *, layout: str | Path, as_of: str, policy: str | Path) -> Served:
    """Return what the parameters of a notebook name, else what is served."""
    read = ledger if isinstance(ledger, Ledger) else served_ledger(ledger, layout=layout, as_of=as_of)
    named = served_policy(policy)
    return Served(read, first_day(read, as_of), Policy.load(named) if named else Policy())


def served_reports(path: str | Path = "") -> Path | None:
    """Return the folder of finished reports, if there is one."""
    found = str(path) or os.environ.get(REPORTS, "")
    return Path(found) if found else None


def served_policy(path: str | Path = "") -> str:
    """Return the policy that a notebook names, else the one that is served; empty for the default."""
    return str(path) or os.environ.get(POLICY, "")


def asked() -> dict[str, str]:
    """Return the filters of the address that was asked for."""
    return read_address(os.environ.get(QUERY, ""))


def first_day(ledger: Ledger, as_of: str = "") -> date:
    """Return the day that a page opens on: the one named, else the last month-end that the ledger covers."""
    if as_of:
        return ledger.require(as_of)
    first, last = ledger.covers
    if (last + timedelta(days=1)).day == 1:
        return last
    month_end = last.replace(day=1) - timedelta(days=1)
    return month_end if month_end >= first else last


def _log_to_the_server() -> None:
    """Let what goes wrong be written where the server writes; a kernel's own channel leads to the visitor."""
    if LEDGER in os.environ and not logging.getLogger("arkit").handlers:
        handler = logging.StreamHandler(sys.__stderr__)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger("arkit").addHandler(handler)
        logging.getLogger("arkit").propagate = False


EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_download(name: str, sheets: Sequence[Sheet], *, day: date) -> Html:
    """Return a link that saves finished tables as an Excel file named after the page and the day."""
    with tempfile.TemporaryDirectory(prefix="arkit-") as folder:
        path = Path(folder) / f"{name} {day.isoformat()}.xlsx"
        write_workbook(path, sheets=sheets, created=datetime.combine(day, datetime.min.time()))
        return download(path.name, path.read_bytes(), kind=EXCEL)

"""What all pages share: what is served, what a reader chose, and a page made of its entry.

The server passes on what it serves through the environment of the page's process, so that nothing is ever pasted into
code. In JupyterLab nothing is passed on, and a page shows what its parameters name, else the sample.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlencode

import narwhals as nw
import polars as pl

from arkit.aging.presentation import Presentation
from arkit.errors import ReadingError, UnknownNameError
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present.html import Html, download, notice, page_part
from arkit.present.live import Action, Board, Options, Section, Shown, choice, search, slider, still
from arkit.present.sheets import Sheet
from arkit.present.workbook import write_workbook
from arkit.read.reading import read_for_day, read_ledger, sample_ledger
from arkit.serve.pages import Entry, Named, language_of, read_address
from arkit.serve.serving import CURRENCY, LANGUAGE, LEDGER, POLICY, QUERY, REPORTS, WINDOW
from arkit.words.catalogue import ENGLISH, current_language, speaking, text
from arkit.words.columns import UNAPPLIED, column, day_shown, joined, shown_value

if TYPE_CHECKING:
    import ipywidgets

ALL: Final = ""
SEGMENTS: Final = ("industry", "size", "country")
OF_ONE_PAGE: Final = ("bucket", "customer", "search")
"""Filters that do not go along to the other pages of the menu."""

KEPT: Final = 12
"""Parts and tables that are kept: a reader goes back and forth between a few."""

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Choice = tuple[str, Any]
LOG: Final = logging.getLogger("arkit.live")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a reader chose in the filters; empty for no choice."""

    day: date
    entity: str = ALL
    segment: str = ALL
    collector: str = ALL
    currency: str = ""
    bucket: str = ALL
    customer: str = ALL
    search: str = ""
    by: str = "currency"
    window: str | int = ""

    @property
    def part(self) -> tuple[str, str, str]:
        """What decides on the part of the ledger."""
        return self.entity, self.segment, self.collector


def titled(key: str, chosen: Chosen, **values: Any) -> str:
    """A title of two forms: ``KEY.all``, and ``KEY.part`` of a part of the ledger, which it names.

    >>> titled("serve.receivables.aging", Chosen(day=date(2026, 10, 31), segment="industry:Energy"), day="31 Oct 2026")
    'By days past due of Energy, 31 Oct 2026'
    """
    part = joined(value.partition(":")[2] or value for value in chosen.part if value != ALL)
    return text(f"{key}.part", part=part, **values) if part else text(f"{key}.all", **values)


@dataclass(frozen=True)
class Page:
    """A page on a ledger: its filters, sections and sheets are the methods that its entry names."""

    entry: Entry
    ledger: Ledger
    day: date
    policy: Policy
    folder: Path | None = None
    every_day: ClassVar[bool] = True
    """Whether a reader moves a slider over all days, else chooses among the days of ``day_options``."""

    @classmethod
    def show(
        cls,
        entry: Entry,
        ledger: Named | Ledger,
        *,
        layout: Named,
        as_of: str,
        policy: Named,
        reports: Named,
        language: str,
    ) -> ipywidgets.Widget:
        """The page as :func:`arkit.serve.pages.show` gives it; an error is a sentence on it."""

        def page() -> ipywidgets.Widget:
            read = ledger if isinstance(ledger, Ledger) else served_ledger(ledger, layout=layout, as_of=as_of)
            rules, folder = str(policy) or os.environ.get(POLICY), str(reports) or os.environ.get(REPORTS)
            chosen = (Policy.load(rules) if rules else Policy()).with_window(os.environ.get(WINDOW, ""))
            day = first_day(read, as_of, chosen)
            return cls(entry, read, day, chosen, Path(folder) if folder else None).board().show()

        def spoken() -> ipywidgets.Widget:
            with speaking(language or language_of(os.environ.get(QUERY, ""), served=_served_language())):
                return still(page)

        # Once more around it: that there is no such language is a sentence on the page too.
        return still(spoken)

    def board(self) -> Board:
        """Controls, sections and the button for the workbook; of what cannot be shown a sentence that says so."""
        if lacking := self.lacking():
            return Board({}, [Section(lambda: [notice(lacking)], ())])
        entry = self.entry
        sections = [Section(self._address, entry.filters, "address")]
        for name, by in entry.sections.items():
            place = " ".join((name.replace("_", "-"), *entry.looks.get(name, ())))
            sections.append(Section(self._given(getattr(self, name)), by, place))
        following = {name: self._given(getattr(self, f"{name}_options")) for name in entry.follows}
        options = {name: Options(found, entry.follows[name]) for name, found in following.items()}
        actions = [Action(text("serve.page.download"), self._given(self.workbook))] if entry.sheets else []
        return Board(self._controls(), sections, options, actions)

    def lacking(self) -> str:
        """Why the page cannot be shown of this ledger; empty if it can."""
        return ""

    def _given(self, made: Callable[[Chosen], Any]) -> Callable[..., Any]:
        """A function of the values of some controls."""
        return lambda **values: made(self.chosen(**values))

    def chosen(self, **values: Any) -> Chosen:
        """What is chosen, on the day that the page opens on if no other is."""
        return Chosen(**{"day": self.day, "window": self.policy.window, **values})

    def _controls(self) -> dict[str, Any]:
        """The filters, set to what the address states; a value that is not among the options is left out."""
        stated = read_address(os.environ.get(QUERY, ""))
        controls: dict[str, Any] = {}
        for name in self.entry.filters:
            # In their order, since the options of a filter may follow from those before it.
            so_far = self.chosen(**{before: control.value for before, control in controls.items()})
            controls[name] = self._control(name, stated.get(name, ""), so_far)
        return controls

    def _control(self, name: str, stated: str, so_far: Chosen) -> Any:
        label = text(f"serve.filter.{name}")
        if name == "search":
            return search(label, value=stated, hint=text(f"serve.{self.entry.name}.hint"))
        options = getattr(self, f"{name}_options")(so_far)
        usual = getattr(so_far, name) if name in ("day", "window") else None
        value = {str(value): value for _, value in options}.get(stated, usual)
        control = slider if name == "day" and self.every_day else choice
        return control(label, options, value=value)

    def entity_options(self, _: Chosen) -> list[Choice]:
        """The entities of the ledger."""
        return with_all("serve.all.entities", values_of(self.ledger, "entity"))

    def collector_options(self, _: Chosen) -> list[Choice]:
        """The collectors of the customers."""
        return with_all("serve.all.collectors", values_of(self.ledger, "collector"))

    def segment_options(self, _: Chosen) -> list[Choice]:
        """The values of the columns that segment the customers."""
        named = [(name, value) for name in SEGMENTS for value in values_of(self.ledger, name)]
        return [(text("serve.all.segments"), ALL), *((f"{column(n).title}: {v}", f"{n}:{v}") for n, v in named)]

    def currency_options(self, _: Chosen) -> list[Choice]:
        """All currencies together, then each by itself, the one with most items first."""
        counts = collect(self.ledger.scan("items").group_by("currency").agg(nw.len().alias("items")))
        ordered = counts.sort("items", "currency", descending=[True, False])["currency"]
        return with_all("serve.all.currencies", ordered.to_list())

    def day_options(self, _: Chosen) -> list[Choice]:
        """Every day that the ledger covers."""
        first, last = self.ledger.covers
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return [(day_shown(day), day) for day in days]

    def bucket_options(self, _: Chosen) -> list[Choice]:
        """The buckets of the policy."""
        labels = (*self.policy.labels, UNAPPLIED)
        return [(text("serve.all.buckets"), ALL), *((shown_value(label), label) for label in labels)]

    @cached_property
    def whole(self) -> Presentation:
        """How all currencies of the whole ledger are shown together: in which currency, and why."""
        return Presentation.of(self.ledger, self.day, self.policy, currency=os.environ.get(CURRENCY, ""))

    def currency_of(self, chosen: Chosen) -> str:
        """The currency in which the page is: the chosen one, else that of all together."""
        return chosen.currency or self.whole.currency

    def booked(self, chosen: Chosen) -> Ledger | None:
        """The part of the ledger that the filters leave, in document currency; none where nothing is left."""
        return self._parts(*chosen.part)

    def part(self, chosen: Chosen) -> Ledger | None:
        """The part of the ledger that the filters leave, of all currencies in one where none is chosen."""
        shown = None if chosen.currency else self.presentation(chosen.part, chosen.day)
        return shown.at(chosen.day) if shown else self.booked(chosen)

    def presentation(self, of: tuple[str, str, str], day: date) -> Presentation | None:
        """How the currencies of a part are shown together on a day."""
        part = self._parts(*of)
        return None if part is None else replace(self.whole, ledger=part, day=day)

    @cached_property
    def _parts(self) -> Callable[[str, str, str], Ledger | None]:
        return lru_cache(maxsize=KEPT)(self._filtered)

    def _filtered(self, entity: str, segment: str, collector: str) -> Ledger | None:
        name, _, value = segment.partition(":")
        wanted = {"entity": entity, "collector": collector, **({name: value} if value else {})}
        try:
            return self.ledger.where(**{key: text for key, text in wanted.items() if text != ALL})
        except UnknownNameError:  # each of the values exists, but not with the others
            return None

    def sheets(self, chosen: Chosen) -> list[Sheet]:
        """The tables behind the page, with every row."""
        title = titled(f"serve.{self.entry.name}.workbook", chosen, day=day_shown(chosen.day))
        made = {name: getattr(self, f"{name}_sheet")(chosen) for name in self.entry.sheets}
        return [replace(sheet, name=text(f"serve.sheet.{name}"), title=title) for name, sheet in made.items()]

    def workbook(self, chosen: Chosen) -> Sequence[Shown]:
        """A link that saves the sheets as an Excel file named after the page and the day."""
        with tempfile.TemporaryDirectory(prefix="arkit-") as folder:
            path = Path(folder) / f"{text(f'serve.{self.entry.name}.title')} {chosen.day.isoformat()}.xlsx"
            write_workbook(path, sheets=self.sheets(chosen), created=datetime.combine(chosen.day, datetime.min.time()))
            return [download(path.name, path.read_bytes(), kind=EXCEL)]

    def _address(self, **values: object) -> Sequence[Shown]:
        language = current_language()
        return [written_address({**values, "language": language if language != _served_language() else ""})]


def with_all(key: str, values: list[str]) -> list[Choice]:
    """The options of a filter that begins with no choice at all."""
    return [(text(key), ALL), *((value, value) for value in values)]


def values_of(ledger: Ledger, name: str) -> list[str]:
    """The values of a column of items or customers that a reader can choose from."""
    if name in ledger.columns("items"):
        values = ledger.values(name)
    elif name in ledger.columns("customers"):
        values = ledger.frames.customers[name].drop_nulls().unique().cast(pl.String).sort().to_list()
    else:
        return []
    return [value for value in values if value]


def written_address(values: Mapping[str, object]) -> Html:
    """The filters for the script of the page, which puts them into its address, and the shared ones into the menu.

    >>> print(written_address({"entity": "ES", "customer": "A"}).markup)
    <span class="address" hidden data-query="?entity=ES&amp;customer=A" data-shared="?entity=ES"></span>
    """
    stated = {name: str(value) for name, value in values.items() if value not in ("", None)}
    shared = {name: value for name, value in stated.items() if name not in OF_ONE_PAGE}
    return page_part("address", query=f"?{urlencode(stated)}", shared=f"?{urlencode(shared)}")


def served_ledger(path: str | Path = "", *, layout: str | Path = "", as_of: str = "") -> Ledger:
    """The ledger that a notebook names, else the one that is served, else the sample.

    Raises
    ------
    ReadingError
        The ledger cannot be read; on a server without a word of where it is.
    """
    _log_to_the_server()
    served = os.environ.get(LEDGER, "")
    if path:
        return read_for_day(path, layout=layout or None, as_of=as_of or None)
    if not served:
        return sample_ledger()
    try:
        return read_ledger(served)
    except Exception as error:
        LOG.exception("The served ledger cannot be opened.")
        # Where the ledger is and what is wrong with it goes into the log, not to a visitor.
        raise ReadingError(text("serve.page.not_now")) from error


def first_day(ledger: Ledger, as_of: str = "", policy: Policy = DEFAULT_POLICY) -> date:
    """The day that a page opens on: the one named, else the last month-end that the ledger covers."""
    if as_of:
        return ledger.require(as_of)
    first, last = ledger.covers
    month_end = policy.last_month_end(last)
    return month_end if month_end >= first else last


def _served_language() -> str:
    return os.environ.get(LANGUAGE, "") or ENGLISH


def _log_to_the_server() -> None:
    """Let what goes wrong be written where the server writes; a kernel's own channel leads to the visitor."""
    if LEDGER in os.environ and not logging.getLogger("arkit").handlers:
        handler = logging.StreamHandler(sys.__stderr__)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger("arkit").addHandler(handler)
        logging.getLogger("arkit").propagate = False

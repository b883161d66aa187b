"""The pages, one entry each: addresses, menu, filters, sections and sheets follow from it.

To add a page, add an entry here, a class (or methods of a class) in a module of this folder, a notebook of one call,
and its words in ``templates/words/locale/en/serve.toml``. The same page opens in a browser, served by Voila, and in
JupyterLab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from arkit.errors import unknown_name
from arkit.words.catalogue import languages

if TYPE_CHECKING:
    import ipywidgets

    from arkit.model.ledger import Ledger

LONGEST: Final = 200
MOST: Final = 40
"""Fields of an address; a page has fewer."""


@dataclass(frozen=True)
class Part:
    """A section of a page: the filters that it depends on, and how it looks.

    Looks are classes of the style sheet: ``left`` and ``right`` half of the page, ``tall`` and ``taller`` room that is
    kept for a chart, ``first`` above the other sections, ``wide`` tables of sentences; ``picks-bucket`` sets the filter
    of that name by a click on a bar.
    """

    by: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page.

    Attributes
    ----------
    name
        Its address, and the table of its words: ``serve.NAME.title``, ``about``, ``menu``.
    page
        Module and class in this folder; each section is a method with the section's name.
    notebook
        The notebook that shows it; those below ``dashboards`` are served.
    filters
        The filters in their order. Each has a method ``FILTER_options``, but for a search.
    follows
        Filters whose options follow from other filters.
    sections
        In the order in which they are made.
    sheets
        The sheets of the workbook; each is a method ``SHEET_sheet``.
    """

    name: str
    page: str
    notebook: str
    filters: tuple[str, ...]
    sections: Mapping[str, Part]
    follows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The address below the base URL; Home is the base URL itself."""
        return "" if self.name == "home" else self.name


OF_PART: Final = ("entity", "segment", "collector")
OF_DAY: Final = (*OF_PART, "currency", "day")
OF_CUSTOMERS: Final = ("entity", "currency", "day")
SERVED: Final = (
    Entry(
        name="home",
        page="home.Home",
        notebook="dashboards/home.ipynb",
        filters=("entity",),
        sections={"covers": Part(), "months": Part(("entity",))},
    ),
    Entry(
        name="receivables",
        page="receivables.Receivables",
        notebook="dashboards/receivables.ipynb",
        filters=("entity", "currency", "segment", "collector", "day", "bucket", "customer"),
        follows={"customer": (*OF_DAY, "bucket")},
        sections={
            # Made before the KPIs above it, since it is what a reader watches while they move the day.
            "aging": Part(OF_DAY, ("left", "tall", "picks-bucket")),
            "kpis": Part(OF_DAY, ("first",)),
            "over_time": Part((*OF_PART, "currency"), ("right", "tall")),
            "customers": Part((*OF_DAY, "bucket")),
            "items": Part((*OF_DAY, "bucket", "customer")),
            "proof": Part((*OF_PART, "day")),
            "terms": Part(),
        },
        sheets=("aging", "customers", "items"),
    ),
    Entry(
        name="customers",
        page="customers.Customers",
        notebook="dashboards/customers.ipynb",
        filters=(*OF_CUSTOMERS, "search", "customer"),
        follows={"customer": (*OF_CUSTOMERS, "search")},
        sections={
            "map": Part(OF_CUSTOMERS, ("taller",)),
            "categories": Part(OF_CUSTOMERS),
            "movers": Part(OF_CUSTOMERS),
            "one": Part((*OF_CUSTOMERS, "customer")),
            "terms": Part(),
        },
        sheets=("customers",),
    ),
    Entry(
        name="worklist",
        page="customers.Customers",
        notebook="dashboards/worklist.ipynb",
        filters=(*OF_CUSTOMERS, "collector", "search"),
        sections={"ranked": Part((*OF_CUSTOMERS, "collector", "search"), ("wide",)), "terms": Part()},
        sheets=("worklist",),
    ),
)
"""The pages of the server, in the order of its menu."""

EXPLORED: Final = (
    Entry(
        name="explore_aging",
        page="receivables.Receivables",
        notebook="explore/aging.ipynb",
        filters=("entity", "currency", "day", "by"),
        sections={"over_time": Part(("entity", "currency")), "grouped": Part(("entity", "currency", "day", "by"))},
    ),
    Entry(
        name="explore_kpis",
        page="receivables.Receivables",
        notebook="explore/kpis.ipynb",
        filters=("entity", "currency", "window"),
        sections={"kpi_panel": Part(("entity", "currency", "window"))},
    ),
)
"""Pages for JupyterLab alone."""

PAGES: Final = {entry.name: entry for entry in (*SERVED, *EXPLORED)}
NAMES: Final = {"language", *(name for entry in SERVED for name in entry.filters)}
"""What an address may state."""


def show(
    name: str,
    ledger: str | Path | Ledger = "",
    *,
    layout: str | Path = "",
    as_of: str = "",
    policy: str | Path = "",
    reports: str | Path = "",
    language: str = "",
) -> ipywidgets.Widget:
    """The page of a name, with the filters that its address states.

    Parameters
    ----------
    name
        One of ``home``, ``receivables``, ``customers``, ``worklist``, ``explore_aging``, ``explore_kpis``.
    ledger
        A ledger, or the file or folder of one; empty for the one that is served, else the sample.
    layout
        The layout of the export.
    as_of
        The day to open on; empty for the last month-end that the ledger covers.
    policy
        The policy (TOML); empty for the served one, else the default.
    reports
        The folder of finished reports; empty for the one that is served.
    language
        The language of the page; empty for the one of its address, else the served one, else English.

    Raises
    ------
    UnknownNameError
        There is no such page. Any other error becomes a sentence on the page.
    """
    if name not in PAGES:
        raise unknown_name("page", name, known=PAGES)
    module, _, page = PAGES[name].page.partition(".")
    made: Any = getattr(import_module(f"{__name__}.{module}"), page)
    return made.show(PAGES[name], ledger, layout=layout, as_of=as_of, policy=policy, reports=reports, language=language)


def read_address(query: str) -> dict[str, str]:
    """The filters that an address states; what is unknown, too long or stated twice is left out.

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


def language_of(query: str, *, served: str) -> str:
    """The language that an address asks for, if there is such a language; else the served one.

    >>> language_of("language=zh", served="en"), language_of("language=../x", served="en")
    ('zh', 'en')
    """
    asked = read_address(query).get("language", "")
    return asked if asked in languages() else served

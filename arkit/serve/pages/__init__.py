"""The pages, one entry each: addresses, menu, filters, sections and sheets follow from it.

To add a page, add an entry here (and to ``SERVED``), a class or methods of one in a module of this folder, a notebook
of one call, and its words in ``templates/words/locale/en/serve.toml``. The same page opens in a browser, served by
Voila, and in JupyterLab.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import parse_qsl

from arkit.errors import ServingError, unknown_name
from arkit.resources import resource
from arkit.words.catalogue import ENGLISH, languages, require_language

if TYPE_CHECKING:
    import ipywidgets

    from arkit.model.ledger import Ledger

Named = str | Path
Source: TypeAlias = "Named | Ledger"
LONGEST: Final = 200
MOST: Final = 40
"""Fields of an address; a page has fewer."""


@dataclass(frozen=True)
class Entry:
    """A page.

    Attributes
    ----------
    name
        Its address, and the table of its words: ``serve.NAME.title``, ``about``, ``menu``.
    notebook
        The notebook that shows it.
    page
        Module and class in this folder; each section is a method with the section's name.
    filters
        The filters in their order. Each has a method ``FILTER_options``, but for a search.
    sections
        In the order in which they are made, each with the filters that it depends on.
    looks
        Classes of the style sheet for a section: ``left`` and ``right`` half of the page, ``tall`` and ``taller`` room
        that is kept for a chart, ``first`` above the other sections, ``wide`` tables of sentences; ``picks-bucket``
        sets the filter of that name by a click on a bar.
    follows
        Filters whose options follow from other filters.
    sheets
        The sheets of the workbook; each is a method ``SHEET_sheet``.
    """

    name: str
    notebook: str
    page: str
    filters: tuple[str, ...]
    sections: Mapping[str, tuple[str, ...]]
    looks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    follows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The address below the base URL; Home is the base URL itself."""
        return "" if self.name == "home" else self.name


OF_PART: Final = ("entity", "segment", "collector")
OF_DAY: Final = (*OF_PART, "currency", "day")
OF_BUCKET: Final = (*OF_DAY, "bucket")
OF_MONTH: Final = ("entity", "currency", "day")
OF_LIST: Final = (*OF_MONTH, "collector", "search")
OF_WINDOW: Final = ("entity", "currency", "window")
HOME: Final = Entry("home", "dashboards/home", "home.Home", ("entity",), {"covers": (), "months": ("entity",)})
RECEIVABLES: Final = Entry(
    "receivables",
    "dashboards/receivables",
    "receivables.Receivables",
    ("entity", "currency", "segment", "collector", "day", "bucket", "customer"),
    {
        # Made before the KPIs above it, since it is what a reader watches while they move the day.
        "aging": OF_DAY,
        "kpis": OF_DAY,
        "over_time": (*OF_PART, "currency"),
        "customers": OF_BUCKET,
        "items": (*OF_BUCKET, "customer"),
        "proof": (*OF_PART, "day"),
        "terms": (),
    },
    looks={"aging": ("left", "tall", "picks-bucket"), "kpis": ("first",), "over_time": ("right", "tall")},
    follows={"customer": OF_BUCKET},
    sheets=("aging", "customers", "items"),
)
CUSTOMERS: Final = Entry(
    "customers",
    "dashboards/customers",
    "customers.Customers",
    (*OF_MONTH, "search", "customer"),
    {"map": OF_MONTH, "categories": OF_MONTH, "movers": OF_MONTH, "one": (*OF_MONTH, "customer"), "terms": ()},
    looks={"map": ("taller",)},
    follows={"customer": (*OF_MONTH, "search")},
    sheets=("customers",),
)
WORKLIST: Final = Entry(
    "worklist",
    "dashboards/worklist",
    "customers.Customers",
    OF_LIST,
    {"ranked": OF_LIST, "terms": ()},
    looks={"ranked": ("wide",)},
    sheets=("worklist",),
)
EXPLORE_AGING: Final = Entry(
    "explore_aging",
    "explore/aging",
    "receivables.Receivables",
    (*OF_MONTH, "by"),
    {"over_time": ("entity", "currency"), "grouped": (*OF_MONTH, "by")},
)
EXPLORE_KPIS: Final = Entry(
    "explore_kpis", "explore/kpis", "receivables.Receivables", OF_WINDOW, {"kpi_panel": OF_WINDOW}
)
SERVED: Final = (HOME, RECEIVABLES, CUSTOMERS, WORKLIST)
"""The pages of the server, in the order of its menu; the others are for JupyterLab."""

PAGES: Final = {entry.name: entry for entry in (*SERVED, EXPLORE_AGING, EXPLORE_KPIS)}
NAMES: Final = {"language", *(name for entry in SERVED for name in entry.filters)}
"""What an address may state."""


def show(
    name: str,
    ledger: Source = "",
    *,
    layout: Named = "",
    as_of: str = "",
    policy: Named = "",
    reports: Named = "",
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
    stated = {"layout": layout, "as_of": as_of, "policy": policy, "reports": reports, "language": language}
    return page_class(PAGES[name]).show(PAGES[name], ledger, **stated)


def open_export(
    path: str | Path | Sequence[str | Path] = "",
    *,
    as_of: str = "",
    hints: Mapping[str, Any] | str | Path | None = None,
    language: str = ENGLISH,
) -> ipywidgets.Widget:
    """The page of an export in JupyterLab: its first rows, its columns, what it leaves open, its total, its layout.

    Each open question is a list of answers with the total under each. An answer reads the export again, in the same way
    as ``arkit check --answers``. Once nothing is open the layout can be saved: it reads next month's export alike.

    Parameters
    ----------
    path
        The file or files of the export, or a folder, as :func:`arkit.read_ledger` takes them; empty for an example.
    as_of
        The day of a snapshot, where the file does not say it.
    hints
        What is known beforehand, or the path of a file of answers, as :func:`arkit.read_ledger` takes it.
    language
        The language of the page.

    Raises
    ------
    ServingError
        What the page needs is not installed. Any other error becomes a sentence on the page.

    Examples
    --------
    >>> import arkit as ar
    >>> page = ar.open_export("export.csv")
    >>> type(page).__name__
    'VBox'
    """
    try:
        from arkit.present.live import still
        from arkit.serve.pages.export import ExportPage
    except ModuleNotFoundError as error:
        raise ServingError(f"{error.name} is not installed; the page needs: pip install 'arkit[lab]'.") from error
    source = path or resource("data/exports/quickbooks.csv")
    spoken = require_language(language)
    return still(lambda: ExportPage.of(source, as_of, hints, spoken).show())


def page_class(entry: Entry) -> Any:
    """The class of a page; loaded when it is asked for, since the server itself needs no charts."""
    module, _, name = entry.page.partition(".")
    return getattr(import_module(f"{__name__}.{module}"), name)


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

"""What is asked of a report, and the kinds of report that there are.

A request names the ledger, the day, the entity, the policy, the notebook and the language. A kind of report is one
entry of :data:`REPORTS`, from which run files, commands, titles, folders and workbooks follow. A new kind has its entry
and files of its own: its page in :mod:`arkit.reports`, whose ``sheets()`` are the workbook; its notebook of the same
name in ``notebooks``, which calls the page ``report``; its titles in the catalogue (``reports.title.NAME``,
``reports.index.about.NAME``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

from arkit.calendar import require_currency
from arkit.errors import ReportError, unknown_name
from arkit.files.databases import is_url, name_of
from arkit.model.ledger import Ledger
from arkit.read.reading import file_and_day
from arkit.reports.facts import title_of
from arkit.resources import resource
from arkit.words.catalogue import ENGLISH, require_language
from arkit.words.columns import ALL_ENTITIES, joined

if TYPE_CHECKING:
    from arkit.present.sheets import Sheet


class Page(Protocol):
    """What a kind of report shows."""

    def sheets(self) -> Sequence[Sheet]:
        """The sheets of its workbook."""
        ...


@dataclass(frozen=True)
class ReportKind:
    """A kind of report.

    Attributes
    ----------
    name
        What run files and commands call it, and its notebook.
    page
        Makes its page: called as ``page(ledger, as_of=..., entity=..., policy=..., earlier=..., language=...,
        currency=...)``.
    suffix
        What the name of its folder adds to the entity's. No entity's folder has a plus in its name (see
        :func:`arkit.run.request.folder_name`), so two kinds never meet.
    """

    name: str
    page: Callable[..., Page]
    suffix: str = ""

    @property
    def notebook(self) -> Path:
        """Its bundled notebook.

        >>> REPORTS["customers"].notebook.name
        'customers.ipynb'
        """
        return resource(f"notebooks/{self.name}.ipynb").resolve()


# The pages bring Plotly with them: a run imports them while it waits for other things.
def _monthly(ledger: Ledger, *, as_of: date, **settings: Any) -> Page:
    from arkit.reports import MonthlyReport, OpenItemsReport

    return (OpenItemsReport if ledger.is_snapshot else MonthlyReport)(ledger, as_of=as_of.isoformat(), **settings)


def _customers(ledger: Ledger, *, as_of: date, earlier: object, currency: str = "", **settings: Any) -> Page:
    from arkit.reports import CustomersPage

    return CustomersPage(ledger, day=as_of, asked=currency, **settings)


MONTHLY: Final = ReportKind("monthly_report", _monthly)
REPORTS: Final = {kind.name: kind for kind in (MONTHLY, ReportKind("customers", _customers, suffix="+customers"))}


OPEN_ITEMS: Final = resource("notebooks/open_items.ipynb")
"""The notebook of the monthly report of a snapshot, of which nothing before its day is known."""


def kind_named(name: str) -> ReportKind:
    """The kind of a name.

    Raises
    ------
    UnknownNameError
        There is no such kind of report.
    """
    if name not in REPORTS:
        raise unknown_name("report", name, known=REPORTS)
    return REPORTS[name]


def kind_of(notebook: Path) -> ReportKind:
    """The kind of a notebook; one that is not bundled is a user's own monthly report.

    >>> kind_of(REPORTS["customers"].notebook).name, kind_of(Path("my own.ipynb")).name
    ('customers', 'monthly_report')
    """
    return next((kind for kind in REPORTS.values() if kind.notebook == notebook), MONTHLY)


def notebook_of(given: str | Path | None) -> Path:
    """The notebook that is meant: a bundled one by its name, or a file; without either the monthly report."""
    name = str(given or MONTHLY.name)
    return REPORTS[name].notebook if name in REPORTS and not Path(name).exists() else Path(name).resolve()


ARGUMENTS: Final = ("ledger", "layout", "as_of", "entity", "policy", "earlier")
"""What a request states by itself, and not among the further parameters of a notebook."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a report, with every path made absolute; the ledger may be the URL of a database."""

    ledger: Path | str
    as_of: date
    entity: str
    layout: Path | None
    policy: Path | None
    notebook: Path
    answers: Path | None = None
    earlier_snapshots: tuple[str, ...] = ()
    language: str = ENGLISH
    currency: str = ""
    window: str | int = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        ledger: str | Path,
        layout: str | Path | None,
        policy: str | Path | None,
        language: str,
        answers: str | Path | None = None,
        earlier_snapshots: Sequence[str | Path] = (),
        **asked: object,
    ) -> Request:
        """A request whose ledger, layout, policy and answers are as a person names them.

        Raises
        ------
        UnknownNameError
            There is no such language, or no such currency.
        """
        require_currency(str(asked.get("currency") or ""))
        return cls(
            # As a path, the two slashes of a URL would become one.
            ledger=str(ledger) if is_url(ledger) else Path(ledger).resolve(),
            layout=Path(layout).resolve() if layout else None,
            policy=Path(policy).resolve() if policy else None,
            answers=Path(answers).resolve() if answers else None,
            earlier_snapshots=tuple(str(one) if is_url(one) else str(Path(one).resolve()) for one in earlier_snapshots),
            language=require_language(language),
            **asked,  # type: ignore[arg-type]
        )

    @property
    def source(self) -> str:
        """What the report is made from, in one line: its ledger, and the lists of earlier days."""
        return joined(name_of(one) for one in (self.ledger, *(file_and_day(one)[0] for one in self.earlier_snapshots)))

    @property
    def kind(self) -> ReportKind:
        """The kind of report."""
        return kind_of(self.notebook)

    @property
    def parameters(self) -> dict[str, str]:
        """The notebook's parameters. They name what is in the report's own folder, so that it can be opened again."""
        policy = "policy.toml" if self.policy else ""
        day = self.as_of.isoformat()
        own = {"ledger": "ledger", "layout": "", "as_of": day, "entity": self.entity, "policy": policy}
        return {**own, **self.extra}

    @property
    def title(self) -> str:
        """The title of the page and of its window."""
        return title_of(self.kind.name, self.entity, self.as_of)

    def place(self, output: Path) -> Path:
        """Where the first version of the report is published."""
        return output.resolve() / self.as_of.isoformat() / f"{folder_name(self.entity)}{self.kind.suffix}"

    def part_of(self, ledger: Ledger) -> Ledger:
        """The entity's part of a ledger.

        Raises
        ------
        ArkitError
            The ledger does not cover the day, or has no such entity.
        """
        ledger.require(self.as_of)
        return ledger if self.entity == ALL_ENTITIES else ledger.where(entity=self.entity)

    def suited_to(self, ledger: Ledger) -> Request:
        """The request with the notebook of open items, where the monthly report is asked of a snapshot."""
        is_short = ledger.is_snapshot and self.notebook == MONTHLY.notebook
        return replace(self, notebook=OPEN_ITEMS.resolve()) if is_short else self

    def refuse_arguments(self) -> None:
        """Refuse a further parameter that has an argument of its own.

        Raises
        ------
        ReportError
            The first of them.
        """
        for name in ARGUMENTS:
            if name in self.extra:
                raise ReportError(f"{name} has an argument of its own; give it there and not among the parameters.")


PLAIN: Final = " !#$&'(),;=@[]^`{}~"
"""What every file system takes in a name besides letters and digits; the plus is kept for kinds and versions."""


def folder_name(text: str) -> str:
    """The name of a folder for a text; two texts never share a name.

    >>> folder_name("ES"), folder_name("Müller & Co"), folder_name("../A:B")
    ('ES', 'Müller & Co', '%2E.%2FA%3AB')
    """
    characters = [one if one.isalnum() or one in "-_." else quote(one, safe=PLAIN) for one in text]
    for end in (0, -1):  # a leading dot hides a folder; a dot or blank at the end is lost on some systems
        if characters and characters[end] in (".", " "):
            characters[end] = f"%{ord(characters[end]):02X}"
    return "".join(characters) or "%"

"""``arkit.pages`` of 0.1.0: the pages of the reports, and their sections, under their old names.

Every use warns. The module goes with the next release; nothing in the package imports it. It is a module of its own so
that scripts and notebooks written for 0.1.0 (``from arkit import pages``, ``from arkit.pages import dashboard``) run
unchanged until then, and so that removing the old names is removing one file.
"""

import warnings
from dataclasses import fields
from functools import cached_property, partial
from operator import methodcaller
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, TypeVar

from arkit import reports
from arkit.model.ledger import Ledger
from arkit.reports import closing
from arkit.reports.facts import opened
from arkit.words.columns import ALL_ENTITIES

Page = TypeVar("Page")

_SECTIONS: Final = {
    "decliners": "deteriorating",
    "decliners_chart": "deteriorating_chart",
    "key_figures": "kpis",
    "key_figures_over_time": "kpis_over_time",
    "recorded_late": "posted_after_cut_off",
    "relations": "intercompany",
    "static_debtors": "inactive_past_due",
}
_SHEETS: Final = ("monthly_sheets", "customer_sheets")
_SHOWN: Final = {
    "dashboard": {name: name for name in ("home", "receivables", "customers", "worklist")},
    "explore": {"explore_aging": "explore_aging", "explore_key_figures": "explore_kpis"},
}


class _OldSections:
    """The sections of a page that have another name now."""

    def __getattr__(self, name: str) -> Any:
        if name not in _SECTIONS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        _warn(f"{name}()", f"{_SECTIONS[name]}()")
        return getattr(self, _SECTIONS[name])


class Closing(_OldSections, closing.Closing):
    """The close, with the old names of its sections."""


class MonthlyReport(_OldSections, reports.MonthlyReport):
    """The monthly report, with the old names of its sections."""

    @cached_property
    def closing(self) -> Closing:
        """The sections on the close."""
        return _as(Closing, super().closing)


class CustomersPage(_OldSections, reports.CustomersPage):
    """The page on customers, with the old names of its sections."""


def monthly_report(**asked: Any) -> MonthlyReport:
    """:func:`arkit.reports.monthly_report` under its old name."""
    _warn("arkit.pages", "arkit.reports")
    return _as(MonthlyReport, reports.monthly_report(**asked))


def customers_page(**asked: Any) -> CustomersPage:
    """:func:`arkit.reports.customers_page` under its old name."""
    _warn("arkit.pages", "arkit.reports")
    return _as(CustomersPage, reports.customers_page(**asked))


def _as(cls: type[Page], page: Any) -> Page:
    return cls(**{field.name: getattr(page, field.name) for field in fields(page)})


def __getattr__(name: str) -> object:
    """Whatever else ``arkit.pages`` had."""
    if name in _SHOWN:
        _warn(f"arkit.pages.{name}", "arkit.serve.pages.show")
        return _shown(name)
    if name in _SHEETS:
        _warn(f"arkit.pages.{name}", "the method sheets of the page")
        return methodcaller("sheets")
    if name not in reports.__all__:
        raise AttributeError(f"module 'arkit.pages' has no attribute {name!r}")
    _warn("arkit.pages", "arkit.reports")
    return getattr(reports, name)


def _shown(module: str) -> SimpleNamespace:
    """The functions of a former module of dashboards: each shows its page."""
    from arkit.serve.pages import show

    def home(reports: str | Path = "", **asked: Any) -> Any:
        return show("home", reports=reports, **asked)

    def open_ledger(ledger: str | Path = "", *, layout: str | Path = "", as_of: str) -> Ledger:
        return opened(ledger, layout=layout, as_of=as_of, entity=ALL_ENTITIES, policy="")[0]

    functions: dict[str, Any] = {old: partial(show, new) for old, new in _SHOWN[module].items()}
    return SimpleNamespace(**functions | ({"home": home} if module == "dashboard" else {"open_ledger": open_ledger}))


def _warn(old: str, new: str) -> None:
    warnings.warn(f"{old} is {new} now; the old name goes with the next release.", FutureWarning, 3)

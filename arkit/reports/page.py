"""What the pages share: the ledger that a notebook names, titles, sheets, what a section needs."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd

from arkit.aging.aging import aging_table
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present.html import Html, notice
from arkit.present.sheets import Sheet
from arkit.read.reading import read_ledger, sample_ledger
from arkit.words.catalogue import ENGLISH, current_language, has_text, text
from arkit.words.columns import ALL_ENTITIES, UNAPPLIED
from arkit.words.formats import day_shown

BALANCES: Final = ("gross", UNAPPLIED, "net")
Page = TypeVar("Page")
Fact = TypeVar("Fact")
Part = TypeVar("Part")


def opened(
    ledger: str | Path, *, layout: str | Path, as_of: str, entity: str, policy: str | Path
) -> tuple[Ledger, Policy]:
    """The part of a ledger that a notebook asks for, and its policy; without a ledger, the sample that is bundled."""
    whole = read_ledger(ledger, layout=layout or None, snapshot_on=as_of) if ledger else sample_ledger()
    part = whole if entity == ALL_ENTITIES else whole.where(entity=entity)
    return part, Policy.load(policy) if policy else DEFAULT_POLICY


def main_currency(ledger: Ledger, day: date, policy: Policy) -> str:
    """The currency with most open items; without open items the one with most items."""
    aging = aging_table(ledger, as_of=day, policy=policy)
    if len(aging):
        return str(aging.sort_values("items", ascending=False)["currency"].iloc[0])
    return str(ledger.items["currency"].mode().iloc[0])


def title_of(about: str, entity: str, day: date) -> str:
    """What a page and its window are called.

    >>> title_of("monthly_report", "ES", date(2026, 10, 31))
    'Receivables of ES on 31 Oct 2026'
    """
    if entity == ALL_ENTITIES:
        return text(f"reports.title.{about}.all", day=day_shown(day))
    return text(f"reports.title.{about}.entity", entity=entity, day=day_shown(day))


def sheet(key: str, table: pd.DataFrame, *, values: Mapping[str, object] | None = None, **settings: Any) -> Sheet:
    """A sheet whose name and subtitle are in the catalogue, under ``reports.sheet``."""
    name, subtitle = (text(f"reports.sheet.{key}.{part}") for part in ("name", "subtitle"))
    return Sheet(name=name, table=table, subtitle=subtitle.format_map(values or {}), **settings)


def in_page_language(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with their reasons in the language of the page; a ledger stores them in English."""
    if current_language() == ENGLISH:
        return findings
    keys = {code: f"read.finding.{code}" for code in findings["code"].astype(str).unique()}
    reasons = {code: text(key) for code, key in keys.items() if has_text(key)}
    return findings.assign(message=findings["code"].astype(str).map(reasons).fillna(findings["message"].astype(str)))


def needs(
    fact: Callable[[Page], Fact | None], key: str
) -> Callable[[Callable[[Page, Fact], Part]], Callable[[Page], Part | Html]]:
    """Decorator of a section that gets a fact as its argument; where there is none, the page says under ``key`` why.

    The fact is an argument of the section, so that none can forget that there may be no such fact.
    """

    def decorated(section: Callable[[Page, Fact], Part]) -> Callable[[Page], Part | Html]:
        @wraps(section)
        def made(page: Page) -> Part | Html:
            found = fact(page)
            return notice(text(key)) if found is None else section(page, found)

        return made

    return decorated

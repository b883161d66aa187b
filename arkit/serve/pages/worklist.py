"""The worklist: whom to chase first, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit.model.ledger import Ledger
from arkit.present.html import Html, definitions, notice, table
from arkit.present.live import Action, Board, Section, choice, search, still
from arkit.present.sheets import Sheet
from arkit.serve.pages.customers import OF, TERMS, WhoPaysHow, board_of_history
from arkit.serve.pages.parts import ALL, Chosen, as_download, asked, served, values_of, whose, with_all, written_address
from arkit.words.formats import day_shown, short_amount

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd

SHOWN: Final = 50
FILTERS: Final = (*OF, "collector", "search")
COLUMNS: Final = [
    *("rank", "customer_id", "name", "category", "priority_amount", "past_due", "oldest_days", "stage", "next_step"),
    *("reasons", "promise", "disputed_amount", "collector", "currency"),
]
NOTE: Final = "Amount at risk = (open - disputed) x chance of lateness observed in the category x share not insured."


def worklist(
    ledger: str | Path | Ledger = "", *, layout: str | Path = "", as_of: str = "", policy: str | Path = ""
) -> ipywidgets.Widget:
    """Return the dashboard of whom to chase, with the filters that its address states.

    Parameters
    ----------
    ledger, layout, as_of, policy
        As in :func:`arkit.serve.pages.receivables`.
    """

    def page() -> ipywidgets.Widget:
        found = served(ledger, layout=layout, as_of=as_of, policy=policy)
        return board_of_history(found, lambda who: WhomToChase(who).board()).show()

    return still(page)


@dataclass(frozen=True)
class WhomToChase:
    """The worklist of a ledger: each method is one section."""

    who: WhoPaysHow

    def board(self) -> Board:
        """Return controls and sections."""
        stated = asked()
        controls = self.who.filters(stated)
        collectors = with_all("All collectors", values_of(self.who.ledger, "collector"))
        controls["collector"] = choice("Collector", collectors, value=stated.get("collector"))
        controls["search"] = search("Search", value=stated.get("search", ""), hint="a name, number, stage or step")
        sections = [
            Section(self.address, FILTERS, "address"),
            Section(self.ranked, FILTERS, "ranked"),
            Section(lambda currency: [definitions(TERMS)], ("currency",), "terms"),
        ]
        return Board(controls, sections, actions=[Action("Download as Excel", self.workbook)])

    def address(self, **values: object) -> Sequence[Html]:
        """The filters, for the address of the page."""
        return [written_address(values)]

    def ranked(self, entity: str, currency: str, day: date, collector: str, search: str) -> Sequence[Html]:
        """Whom to chase first."""
        rows = self.rows(entity, currency, day, collector, search)
        if rows.empty:
            return [
                notice(f"Nobody is to be chased in {currency} with these filters on {day_shown(day)}.", tone="good")
            ]
        at_risk = short_amount(float(rows["priority_amount"].sum()), currency)
        caption = f"{len(rows):,} customers{whose(Chosen(entity))}, {at_risk} at risk, {day_shown(day)}"
        more = f" The first {SHOWN}; all are in the Excel file." if len(rows) > SHOWN else ""
        return [table(rows.head(SHOWN), caption=caption, note=NOTE + more)]

    def workbook(self, entity: str, currency: str, day: date, collector: str, search: str) -> Sequence[Html]:
        """The whole list, as an Excel file."""
        rows = self.rows(entity, currency, day, collector, search)
        title = f"Worklist{whose(Chosen(entity, collector=collector))} on {day_shown(day)}"
        totals = ("priority_amount", "past_due", "disputed_amount")
        return [
            as_download(
                "Worklist", [Sheet(name="Worklist", title=title, table=rows, totals=totals, note=NOTE)], day=day
            )
        ]

    def rows(self, entity: str, currency: str, day: date, collector: str, search: str) -> pd.DataFrame:
        """Return the worklist that the filters leave, in order of rank."""
        page = self.who.pages(entity, day) or self.who.pages(ALL, day)
        assert page is not None
        rows = page.ranked[page.ranked["currency"] == currency]
        rows = rows[rows["collector"] == collector] if collector else rows
        text = rows[["customer_id", "name", "stage", "next_step"]].fillna("").astype(str).agg(" ".join, axis=1)
        for word in search.casefold().split():
            text = text[text.str.casefold().str.contains(word, regex=False)]
        return rows.loc[text.index, COLUMNS].sort_values("rank", ignore_index=True)

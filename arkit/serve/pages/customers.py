"""The page on customers: who pays how, who moved, and one customer in full, found by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arkit.calendar import month_ends_back
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present import charts
from arkit.present.charts import Figure
from arkit.present.html import Html, Term, definitions, notice, table
from arkit.present.live import Action, Board, Options, Section, choice, search, still
from arkit.present.sheets import Sheet
from arkit.present.theme import legend_below
from arkit.reports.customers import NEEDS_HISTORY, CustomersPage, OneCustomer, category_summary
from arkit.serve.pages.parts import (
    ALL,
    Chosen,
    Parts,
    Served,
    as_download,
    asked,
    currencies,
    parts_of,
    served,
    values_of,
    whose,
    with_all,
    written_address,
)
from arkit.words.catalogue import text
from arkit.words.columns import ALL_ENTITIES
from arkit.words.formats import day_shown

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd

MONTHS: Final = 11
MATCHES: Final = 300
SHOWN_MOVERS: Final = 25
KEPT: Final = 4
NOBODY: Final = "No customer has business in {} with these filters on {}."
OF: Final = ("entity", "currency", "day")
TERMS: Final = (
    Term("Category", "Reliable, problem, risky or new, by rules whose evidence stands beside it; the gravest decides."),
    Term("Days late", "From the due date to the payment, weighted by amount; what is unpaid is at least this late."),
    Term("On time", "The share, by amount, of what fell due that was paid by its due date."),
    Term(
        "Amount at risk", "What may not be paid in time.", "(open - disputed) x chance of lateness x share not insured"
    ),
)


def customers(
    ledger: str | Path | Ledger = "", *, layout: str | Path = "", as_of: str = "", policy: str | Path = ""
) -> ipywidgets.Widget:
    """Return the dashboard on customers, with the filters that its address states.

    Parameters
    ----------
    ledger, layout, as_of, policy
        As in :func:`arkit.serve.pages.receivables`.
    """

    def page() -> ipywidgets.Widget:
        return board_of_history(served(ledger, layout=layout, as_of=as_of, policy=policy), WhoPaysHow.board).show()

    return still(page)


def board_of_history(found: Served, board: Callable[[WhoPaysHow], Board]) -> Board:
    """Return the board of a page on customers; of a snapshot one that says what it lacks."""
    if found.ledger.is_snapshot:
        return Board({}, [Section(lambda: [notice(text(NEEDS_HISTORY))], ())])
    return board(WhoPaysHow(*found))


@dataclass(frozen=True)
class WhoPaysHow:
    """The customers of a ledger by month-end: each method is one section."""

    ledger: Ledger
    day: date
    policy: Policy

    def board(self) -> Board:
        """Return controls and sections."""
        stated = asked()
        controls = self.filters(stated)
        controls["search"] = search("Search", value=stated.get("search", ""), hint="a part of a name or number")
        found = Options(self.matches, (*OF, "search"))
        first = {name: controls[name].value for name in found.by}
        controls["customer"] = choice("Customer", found.of(**first), value=stated.get("customer"))
        return Board(
            controls,
            [
                Section(self.address, tuple(controls), "address"),
                Section(self.segment_map, OF, "map"),
                Section(self.categories, OF, "categories"),
                Section(self.movers, OF, "movers"),
                Section(self.one, (*OF, "customer"), "one"),
                Section(lambda currency: [definitions(TERMS)], ("currency",), "terms"),
            ],
            {"customer": found},
            [Action("Download as Excel", self.workbook)],
        )

    def filters(self, stated: dict[str, str]) -> dict[str, Any]:
        """Return the controls for entity, currency and month-end."""
        days = [day for day in month_ends_back(self.day, MONTHS) if day > self.ledger.covers[0]] or [self.day]
        by_text = {day.isoformat(): day for day in days}
        return {
            "entity": choice(
                "Entity", with_all("All entities", values_of(self.ledger, "entity")), value=stated.get("entity")
            ),
            "currency": choice("Currency", currencies(self.ledger), value=stated.get("currency")),
            "day": choice(
                "As of",
                [(day_shown(day), day) for day in reversed(days)],
                value=by_text.get(stated.get("day", ""), self.day),
            ),
        }

    def address(self, **values: object) -> Sequence[Html]:
        """The filters, for the address of the page."""
        return [written_address(values)]

    def segment_map(self, entity: str, currency: str, day: date) -> Sequence[Figure | Html]:
        """Every customer by exposure and lateness."""
        rows = self.rows(entity, currency, day)
        if rows.empty:
            return [notice(NOBODY.format(currency, day_shown(day)), tone="warn")]
        title = f"Exposure and lateness{whose(Chosen(entity))}, {day_shown(day)}"
        return [legend_below(charts.segment_map(rows, currency=currency, title=title))]

    def categories(self, entity: str, currency: str, day: date) -> Sequence[Html]:
        """The categories: customers, what they owe, how late they pay."""
        rows = self.rows(entity, currency, day)
        note = "Days late and on time are weighted by amount; what is unpaid counts as at least this late."
        return [] if rows.empty else [table(category_summary(rows), caption="Categories", note=note)]

    def movers(self, entity: str, currency: str, day: date) -> Sequence[Html]:
        """The customers whose category changed since the month before."""
        page = self.pages(entity, day)
        if page is None or page.moves is None:
            return []
        moved = page.moves[(page.moves["currency"] == currency) & page.moves["moved"].isin(["worse", "better"])]
        if moved.empty:
            return [notice("No customer changed the category since the month before.", tone="good")]
        rows = moved.sort_values(["moved", "open_amount"], ascending=False).head(SHOWN_MOVERS)
        many = f"{len(moved)} customers" if len(moved) > 1 else "One customer"
        caption = f"{many} changed the category since the month before"
        return [table(rows, caption=caption, picks={"customer_id": "customer"})]

    def one(self, entity: str, currency: str, day: date, customer: str) -> Sequence[Figure | Html]:
        """One customer in full."""
        page = self.pages(entity, day)
        if page is None or not customer:
            return [notice("Search a customer, or choose one, and he stands here in full.")]
        chosen = OneCustomer(page.ledger, page.categorised, day, customer)
        return [legend_below(chosen.timeline()), chosen.behaviour(), chosen.statement()]

    def matches(self, entity: str, currency: str, day: date, search: str) -> list[tuple[str, str]]:
        """The customers whose name or number has the words of the search in it."""
        rows = self.rows(entity, currency, day)
        names = rows["name"].fillna("").astype(str)
        kept = rows["customer_id"].astype(str).str.cat(names, sep=" ").str.casefold()
        for word in search.casefold().split():
            kept = kept[kept.str.contains(word, regex=False)]
        found = rows.loc[kept.index].sort_values("open_amount", ascending=False).head(MATCHES)
        named = zip(found["customer_id"].astype(str), names[found.index], strict=True)
        none = f"{len(kept):,} customers" if search else "No customer chosen"
        return [(none, ALL), *((f"{number} · {name}", number) for number, name in named)]

    def workbook(self, entity: str, currency: str, day: date, **_: str) -> Sequence[Html]:
        """Every customer, as an Excel file."""
        title = f"Customers{whose(Chosen(entity))} on {day_shown(day)}"
        rows = self.rows(entity, currency, day)
        sheet = Sheet(name="Customers", title=title, table=rows, totals=("open_amount", "past_due"))
        return [as_download("Customers", [sheet], day=day)]

    def rows(self, entity: str, currency: str, day: date) -> pd.DataFrame:
        """Return the customers with business in a currency, with behaviour and category."""
        page = self.pages(entity, day) or self.pages(ALL, day)
        assert page is not None
        own = page.categorised["currency"] == currency
        return page.categorised[own & (self._part(Chosen(entity)) is not None)]

    @cached_property
    def pages(self) -> Callable[[str, date], CustomersPage | None]:
        """The pages on the customers of an entity and day, the latest few kept."""

        @lru_cache(maxsize=KEPT)
        def page(entity: str, day: date) -> CustomersPage | None:
            part = self._part(Chosen(entity))
            if part is None:
                return None
            return CustomersPage(part, day=day, entity=entity or ALL_ENTITIES, policy=self.policy)

        return page

    @cached_property
    def _part(self) -> Parts:
        return parts_of(self.ledger)

"""Customers: payment behaviour, who moved, one customer in full, found by name; and the worklist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import ClassVar, Final

import pandas as pd

from arkit.collection.worklist import formula_in_words, titles
from arkit.present import charts
from arkit.present.html import Term, definitions, notice, table
from arkit.present.live import Shown
from arkit.present.sheets import Sheet
from arkit.present.theme import legend_below
from arkit.reports.customers import CustomersPage, OneCustomer, category_summary
from arkit.serve.pages.parts import ALL, Choice, Chosen, Page, titled
from arkit.words.catalogue import current_language, text
from arkit.words.columns import ALL_ENTITIES, column, day_shown, short_amount

MONTHS: Final = 11
MATCHES: Final = 300
SHOWN_MOVERS: Final = 25
SHOWN_RANKS: Final = 50
KEPT: Final = 4
TERMS: Final = ("category", "days_late", "on_time_share", "priority_amount")
OF_WORKLIST: Final = [
    *(
        "rank",
        "customer_id",
        "name",
        "category",
        "priority_amount",
        "to_collect",
        "due_soon",
        "past_due",
        "oldest_days",
    ),
    *(
        "stage",
        "next_step",
        "items_to_ask",
        "reasons",
        "promise",
        "disputed_amount",
        "unapplied",
        "collector",
        "currency",
    ),
]


class Customers(Page):
    """The sections on customers, and on the worklist made of them."""

    every_day: ClassVar[bool] = False

    def lacking(self) -> str:
        """Payment behaviour needs a history; a snapshot of open items has none."""
        return text("serve.customers.needs_history") if self.ledger.is_snapshot else ""

    def day_options(self, _: Chosen) -> list[Choice]:
        """The month-ends of a year, the latest first."""
        days = self.policy.month_ends(self.day, MONTHS, since=self.ledger.complete_from + timedelta(days=1))
        return [(day_shown(day), day) for day in reversed(days)]

    def map(self, chosen: Chosen) -> Sequence[Shown]:
        """Every customer by exposure and lateness."""
        rows, day, currency = self.rows(chosen), day_shown(chosen.day), self.currency_of(chosen)
        if rows.empty:
            return [notice(text("serve.customers.nothing", currency=currency, day=day), tone="warn")]
        title = titled("serve.customers.map", chosen, day=day)
        return [legend_below(charts.segment_map(rows, currency=currency, title=title))]

    def categories(self, chosen: Chosen) -> Sequence[Shown]:
        """The categories: customers, what they owe, how late they pay."""
        rows = self.rows(chosen)
        caption, note = text("serve.customers.categories"), text("serve.customers.categories_note")
        return [] if rows.empty else [table(category_summary(rows), caption=caption, note=note)]

    def movers(self, chosen: Chosen) -> Sequence[Shown]:
        """The customers whose category changed since the month before."""
        moves = self._page(chosen).moves
        if moves is None:
            return []
        moved = moves[(moves["currency"] == self.currency_of(chosen)) & moves["moved"].isin(["worse", "better"])]
        if moved.empty:
            return [notice(text("serve.customers.no_movers"), tone="good")]
        rows = moved.sort_values(["moved", "open_amount"], ascending=False).head(SHOWN_MOVERS)
        caption = text("serve.customers.movers", count=len(moved))
        return [table(rows, caption=caption, picks={"customer_id": "customer"})]

    def one(self, chosen: Chosen) -> Sequence[Shown]:
        """One customer in full."""
        page = self._page(chosen)
        if not chosen.customer:
            return [notice(text("serve.customers.none_chosen"))]
        one = OneCustomer(page.shown, page.categorised, chosen.day, chosen.customer, current_language(), page.ledger)
        return [legend_below(one.timeline()), one.behaviour(), one.statement()]

    def customer_options(self, chosen: Chosen) -> list[Choice]:
        """The customers whose name or number has the words of the search in it, the largest balance first."""
        rows = self.rows(chosen)
        kept = _with_words(rows[["customer_id", "name"]], chosen.search)
        found = rows.loc[kept].sort_values("open_amount", ascending=False).head(MATCHES)
        numbers, names = (found[key].fillna("").astype(str) for key in ("customer_id", "name"))
        none = text("serve.customers.found", count=len(kept)) if chosen.search else text("serve.customers.no_choice")
        return [(none, ALL), *((f"{number} · {name}", number) for number, name in zip(numbers, names, strict=True))]

    def ranked(self, chosen: Chosen) -> Sequence[Shown]:
        """Whom to follow up first, and why."""
        rows, day, currency = self.worklist(chosen), day_shown(chosen.day), self.currency_of(chosen)
        if rows.empty:
            return [notice(text("serve.worklist.nothing", currency=currency, day=day), tone="good")]
        amount = short_amount(float(rows["priority_amount"].sum()), currency)
        caption = titled("serve.worklist.ranked", chosen, count=len(rows), amount=amount, day=day)
        first = text("serve.worklist.first", count=SHOWN_RANKS) if len(rows) > SHOWN_RANKS else ""
        note = f"{self._page(chosen).priority} {first}".strip()
        columns = titles(self.policy.stages)
        return [table(rows.head(SHOWN_RANKS), caption=caption, note=note, columns=columns)]

    def terms(self, _: Chosen) -> Sequence[Shown]:
        """What the terms of the page mean, on request."""
        formulas = {"priority_amount": formula_in_words(self.policy.stages)}
        terms = [Term(column(name).title, text(f"serve.term.{name}"), formulas.get(name, "")) for name in TERMS]
        return [definitions(terms)]

    def customers_sheet(self, chosen: Chosen) -> Sheet:
        """Every customer."""
        return Sheet(name="", table=self.rows(chosen), totals=("open_amount", "past_due"))

    def worklist_sheet(self, chosen: Chosen) -> Sheet:
        """The whole list."""
        totals = ("priority_amount", "to_collect", "due_soon", "past_due", "disputed_amount")
        note, columns = self._page(chosen).priority, titles(self.policy.stages)
        return Sheet(name="", table=self.worklist(chosen), totals=totals, note=note, columns=columns)

    def rows(self, chosen: Chosen) -> pd.DataFrame:
        """The customers with business in a currency, with behaviour and category."""
        categorised = self._page(chosen).categorised
        return categorised[categorised["currency"] == self.currency_of(chosen)]

    def worklist(self, chosen: Chosen) -> pd.DataFrame:
        """The worklist that the filters leave, in order of rank."""
        ranked = self._page(chosen).ranked
        rows = ranked[ranked["currency"] == self.currency_of(chosen)]
        rows = rows[rows["collector"] == chosen.collector] if chosen.collector else rows
        kept = _with_words(rows[["customer_id", "name", "stage", "next_step"]], chosen.search)
        return rows.loc[kept, OF_WORKLIST].sort_values("rank", ignore_index=True)

    def _page(self, chosen: Chosen) -> CustomersPage:
        return self._pages(chosen.entity, not chosen.currency, chosen.day)

    @cached_property
    def _pages(self) -> Callable[[str, bool, date], CustomersPage]:
        """What is known of the customers of an entity on a day, the latest few kept."""
        # On the page itself: around the method, the cache would belong to the class and keep every page alive.
        return lru_cache(maxsize=KEPT)(self._of_entity)

    def _of_entity(self, entity: str, together: bool, day: date) -> CustomersPage:
        """The customers with all currencies together, or, without rates, with each by itself."""
        part = self._parts(entity, ALL, ALL)
        assert part is not None  # by itself, an entity that a reader can choose always has items
        part = part if together else replace(part, frames=replace(part.frames, rates=part.frames.rates.clear()))
        page = CustomersPage(part, day=day, entity=entity or ALL_ENTITIES, policy=self.policy)
        return replace(page, language=current_language(), asked=self.whole.currency)


def _with_words(rows: pd.DataFrame, words: str) -> pd.Index[int]:
    """The rows in whose texts all words of a search are, as parts of words and in any case."""
    texts = rows.fillna("").astype(str)
    kept = texts.iloc[:, 0].str.cat(texts.iloc[:, 1:], sep=" ").str.casefold()
    for word in words.casefold().split():
        # As text: a reader's bracket or point is no pattern.
        kept = kept[kept.str.contains(word, regex=False)]
    return kept.index

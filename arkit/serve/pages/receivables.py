"""Receivables: what is open, how old it is, with whom, down to the item; and what there is to explore in JupyterLab."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

import pandas as pd

from arkit.aging.aging import aging_table, aging_trend
from arkit.aging.open_items import open_items
from arkit.aging.reconcile import reconcile
from arkit.kpi.panel import kpi_trend, window_name
from arkit.kpi.question import MONTHS as WINDOWS
from arkit.model.ledger import Ledger
from arkit.model.presented import DOCUMENT_CURRENCY
from arkit.present import charts
from arkit.present.html import Html, definitions, notice, table
from arkit.present.live import Shown
from arkit.present.sheets import Sheet
from arkit.reports.headline import presented, without_rate
from arkit.reports.tiles import dashboard_tiles, terms
from arkit.serve.pages.parts import ALL, KEPT, Choice, Chosen, Page, titled, values_of
from arkit.words.catalogue import text
from arkit.words.columns import UNAPPLIED, Column, column, day_shown, shown_value

MONTHS: Final = 36
YEAR: Final = 12
SHOWN_CUSTOMERS: Final = 20
SHOWN_GROUPS: Final = 30
SHOWN_ITEMS: Final = 50
CHOOSABLE: Final = 300
BY_CUSTOMER: Final = ("customer_id", "name")
GROUPS: Final = ("currency", "entity", "account", "customer_id", "industry", "size", "country", "salesperson", "terms")
OF_ITEMS: Final = [
    *("customer_id", "name", "item_id", "entity", "item_type", "document_date", "due_date", "days_past_due", "bucket"),
    *("currency", "open_amount", "disputed", "reference"),
]


class Receivables(Page):
    """The sections on what is open."""

    def kpis(self, chosen: Chosen) -> Sequence[Shown]:
        """What is open, past due and unapplied, and how long it takes to be paid, with the month before."""
        part, aging = self.part(chosen), self._aging(chosen)
        if part is None or aging.empty:
            return [notice(text("serve.receivables.nothing", day=day_shown(chosen.day)), tone="warn")]
        before = part if chosen.currency else self._month_before(chosen)
        currency, day, policy = self.currency_of(chosen), chosen.day, self.policy
        shown = dashboard_tiles(part, aging.iloc[0], currency=currency, day=day, policy=policy, before=before)
        return [shown, *self._beside(chosen)]

    def _month_before(self, chosen: Chosen) -> Ledger | None:
        """The part as of a month before, at the closing rates of then."""
        shown = self.presentation(chosen.part, chosen.day)
        before = self.policy.month_before(chosen.day)
        return None if shown is None or before is None else shown.at(before)

    def _beside(self, chosen: Chosen) -> list[Html]:
        """The rates at which all currencies are shown together, and what has none."""
        shown = None if chosen.currency else self.presentation(chosen.part, chosen.day)
        if shown is None:
            return []
        left_out = without_rate(shown, self._agings(chosen.part, chosen.currency, chosen.day, ()))
        return [*map(notice, presented(shown)), *(notice(line, tone="warn") for line in left_out)]

    def aging(self, chosen: Chosen) -> Sequence[Shown]:
        """The aging of the day as bars."""
        aging = self._aging(chosen)
        title = titled("serve.receivables.aging", chosen, day=day_shown(chosen.day))
        return [] if aging.empty else [charts.aging_chart(aging, labels=self.policy.labels, title=title)]

    def over_time(self, chosen: Chosen) -> Sequence[Shown]:
        """The aging of the month-ends up to the day that the page opens on."""
        part, currency = self.booked(chosen), self.currency_of(chosen)
        together = None if chosen.currency else self.presentation(chosen.part, self.day)
        if part is None:
            return []
        if together:
            trend = together.trend(MONTHS - 1)
        else:
            trend = aging_trend(part, as_of=self.day, months=MONTHS - 1, policy=self.policy)
        own = trend[trend["currency"] == currency]
        if own["as_of"].nunique() < 2:
            return []
        title = titled("serve.receivables.over_time", chosen, currency=currency)
        return [charts.aging_stack(own, labels=self.policy.labels, currency=currency, title=title, narrow=True)]

    def customers(self, chosen: Chosen) -> Sequence[Shown]:
        """The customers with most in the bucket; each opens its items."""
        rows = self._by_customer(chosen)
        if rows.empty:
            return []
        largest = rows.head(SHOWN_CUSTOMERS)
        key, bucket = "of_bucket" if chosen.bucket else "all", shown_value(chosen.bucket)
        said: dict[str, Any] = {"currency": self.currency_of(chosen), "day": day_shown(chosen.day), "bucket": bucket}
        caption = text(f"serve.receivables.customers.{key}", count=len(rows), shown=len(largest), **said)
        note = text("serve.receivables.customers.note")
        return [table(largest, caption=caption, note=note, picks={"customer_id": "customer"})]

    def items(self, chosen: Chosen) -> Sequence[Shown]:
        """The items behind the customer or the bucket, the largest first."""
        if not chosen.customer and not chosen.bucket:
            return [notice(text("serve.receivables.items.none_chosen"))]
        rows = self._items(chosen)
        if rows.empty:
            return [notice(text("serve.receivables.nothing", day=day_shown(chosen.day)), tone="warn")]
        key = "of_both" if chosen.customer and chosen.bucket else "of_customer" if chosen.customer else "of_bucket"
        bucket = shown_value(chosen.bucket)
        caption = text(f"serve.receivables.items.{key}", count=len(rows), customer=chosen.customer, bucket=bucket)
        note = text("serve.page.first", count=SHOWN_ITEMS) if len(rows) > SHOWN_ITEMS else ""
        return [table(rows.head(SHOWN_ITEMS), caption=caption, note=note)]

    def proof(self, chosen: Chosen) -> Sequence[Shown]:
        """Whether what is shown adds up to the control total, and what could not be used."""
        # As booked: amounts at closing rates have no control total.
        part = self.booked(chosen)
        if part is None:
            return []
        proof = reconcile(part, as_of=chosen.day, policy=self.policy)
        key = "adds_up" if proof["status"].str.startswith("reconciled").all() else "differs"
        return [table(proof, caption=text(f"serve.receivables.proof.{key}", day=day_shown(chosen.day)))]

    def terms(self, _: Chosen) -> Sequence[Shown]:
        """What the KPIs and amounts mean, on request."""
        return [definitions(terms())]

    def customer_options(self, chosen: Chosen) -> list[Choice]:
        """The customers behind the bucket."""
        rows = self._by_customer(chosen).head(CHOOSABLE)
        named = zip(rows["customer_id"], rows["name"].fillna(""), strict=True)
        return [(text("serve.all.customers"), ALL), *((f"{number} · {name}", number) for number, name in named)]

    def aging_sheet(self, chosen: Chosen) -> Sheet:
        """The aging of the day."""
        return Sheet(name="", table=self._aging(chosen))

    def customers_sheet(self, chosen: Chosen) -> Sheet:
        """The aging of every customer."""
        totals = (*self.policy.labels, "gross", UNAPPLIED, "net")
        subtitle = text("serve.receivables.sheet.customers", bucket=_or_all(chosen.bucket))
        return Sheet(name="", subtitle=subtitle, table=self._by_customer(chosen), totals=totals)

    def items_sheet(self, chosen: Chosen) -> Sheet:
        """Every item."""
        bucket, customer = _or_all(chosen.bucket), _or_all(chosen.customer)
        subtitle = text("serve.receivables.sheet.items", bucket=bucket, customer=customer)
        return Sheet(name="", subtitle=subtitle, table=self._items(chosen), totals=("open_amount",))

    def _aging(self, chosen: Chosen) -> pd.DataFrame:
        rows = self._agings(chosen.part, chosen.currency, chosen.day, ())
        return rows[rows["currency"] == self.currency_of(chosen)].reset_index(drop=True)

    def _by_customer(self, chosen: Chosen) -> pd.DataFrame:
        rows = self._agings(chosen.part, chosen.currency, chosen.day, BY_CUSTOMER)
        ranked = chosen.bucket or "net"
        # Without a bucket a balance of nothing stays: it is made of items that cancel each other.
        kept = (rows["currency"] == self.currency_of(chosen)) & ((rows[ranked] != 0) | (not chosen.bucket))
        return _largest_first(rows[kept], ranked)

    @cached_property
    def _agings(self) -> Callable[[tuple[str, str, str], str, date, tuple[str, ...]], pd.DataFrame]:
        """The agings of the parts and days that were looked at last: several sections ask for the same one."""
        return lru_cache(maxsize=KEPT)(self._aged)

    def _aged(self, of: tuple[str, str, str], currency: str, day: date, by: tuple[str, ...]) -> pd.DataFrame:
        shown = self.presentation(of, day)
        # A currency that was chosen is shown as it was booked; only all of them together are translated.
        part = shown.at(day) if shown and not currency else self._parts(*of)
        # Where the filters leave nothing, the whole ledger gives the columns of an empty table.
        rows = aging_table(part or self.ledger, as_of=day, by=list(by), policy=self.policy)
        return rows if part else rows.head(0)

    def _items(self, chosen: Chosen) -> pd.DataFrame:
        part = self.part(chosen)
        rows = open_items(part or self.ledger, as_of=chosen.day, policy=self.policy)
        kept = (rows["currency"] == self.currency_of(chosen)) & (part is not None)
        kept &= (rows["bucket"] == chosen.bucket) | (not chosen.bucket)
        kept &= (rows["customer_id"] == chosen.customer) | (not chosen.customer)
        return _largest_first(rows[kept], "open_amount")[OF_ITEMS]

    def grouped(self, chosen: Chosen) -> Sequence[Shown]:
        """The aging of the day by a column of one's choice, the largest group first."""
        by = {"customer_id": BY_CUSTOMER, "currency": self._by_currency(chosen)}.get(chosen.by, (chosen.by,))
        rows = self._agings(chosen.part, chosen.currency, chosen.day, by)
        rows = rows[rows["currency"] == self.currency_of(chosen)].sort_values("gross", ascending=False)
        day, currency, title = day_shown(chosen.day), self.currency_of(chosen), column(chosen.by).title
        caption = text("serve.explore_aging.grouped", day=day, currency=currency, by=title)
        many = len(rows) > SHOWN_GROUPS
        note = text("serve.explore_aging.largest", count=len(rows), shown=SHOWN_GROUPS) if many else ""
        return [table(rows.head(SHOWN_GROUPS), caption=caption, note=note)]

    def _by_currency(self, chosen: Chosen) -> tuple[str, ...]:
        """The column of the document currency, which a translated ledger has beside the one it is shown in."""
        part = self.part(chosen)
        return (DOCUMENT_CURRENCY,) if part and DOCUMENT_CURRENCY in part.columns("items") else ("currency",)

    def by_options(self, _: Chosen) -> list[Choice]:
        """The columns that have anything to group by."""
        kept = [name for name in GROUPS if name == "currency" or len(values_of(self.ledger, name)) > 1]
        return [(column(name).title, name) for name in kept]

    def kpi_panel(self, chosen: Chosen) -> Sequence[Shown]:
        """The KPIs of a year of month-ends as small charts, and those of the day."""
        part, currency = self.part(chosen), self.currency_of(chosen)
        if part is None:
            return []
        trend = kpi_trend(part, as_of=self.day, months=YEAR, window=chosen.window, policy=self.policy)
        trend = trend[trend["currency"] == currency]
        now = trend.loc[trend["as_of"].dt.date == self.day, ["title", "value", "unit", "basis", "reason"]]
        value = {"value": Column(text("serve.explore_kpis.value"), "amount")}
        caption = text("serve.explore_kpis.of_day", day=day_shown(self.day))
        title = text("serve.explore_kpis.trend", currency=currency, window=window_name(chosen.window))
        of_day = table(now, caption=caption, columns=value, kind_column="unit")
        return [charts.kpi_chart(trend, title=title), of_day]

    def window_options(self, _: Chosen) -> list[Choice]:
        """The windows over which sales and payments are taken, that of the policy among them."""
        return [(window_name(name), name) for name in dict.fromkeys((*WINDOWS, self.policy.window))]


def _or_all(value: str) -> str:
    return shown_value(value) if value else text("serve.all.of_them")


def _largest_first(rows: pd.DataFrame, amount: str) -> pd.DataFrame:
    """The rows by the size of an amount, of either sign."""
    # A large credit is worth a look as well as a large debt.
    order = rows[amount].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[order].reset_index(drop=True)

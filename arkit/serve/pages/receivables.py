"""The page on receivables: what is open, how old it is, with whom, down to the item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arkit.aging.aging import aging_table, aging_trend
from arkit.aging.open_items import open_items
from arkit.aging.reconcile import reconcile
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present import charts
from arkit.present.charts import Figure
from arkit.present.html import Html, definitions, notice, table
from arkit.present.live import Action, Board, Options, Section, choice, still
from arkit.present.sheets import Sheet
from arkit.reports.tiles import dashboard_tiles, terms
from arkit.serve.pages.parts import (
    ALL,
    KEPT,
    Chosen,
    Parts,
    as_download,
    asked,
    filter_controls,
    parts_of,
    served,
    whose,
    written_address,
)
from arkit.words.columns import UNAPPLIED
from arkit.words.formats import day_shown

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd

MONTHS: Final = 36
SHOWN_CUSTOMERS: Final = 20
SHOWN_ITEMS: Final = 50
CHOOSABLE: Final = 300
PART: Final = ("entity", "segment", "collector")
OF_DAY: Final = (*PART, "currency", "day")
NOTHING: Final = "Nothing is open with these filters on {}. Take one of them away, or move the day."
Tables = Callable[[Chosen, date, tuple[str, ...]], "pd.DataFrame"]
SHOWN_OF_ITEMS: Final = [
    "customer_id",
    "name",
    "item_id",
    "entity",
    "item_type",
    "document_date",
    "due_date",
    "days_past_due",
    "bucket",
    "currency",
    "open_amount",
    "disputed",
    "reference",
]


def receivables(
    ledger: str | Path | Ledger = "", *, layout: str | Path = "", as_of: str = "", policy: str | Path = ""
) -> ipywidgets.Widget:
    """Return the dashboard on receivables, with the filters that its address states.

    Parameters
    ----------
    ledger
        A ledger, or the file or folder of one; empty for the one that is served, else the sample.
    layout
        The layout of the export.
    as_of
        The day to open on; empty for the last month-end that the ledger covers.
    policy
        The policy (TOML); empty for the served one, else the default.
    """

    def page() -> ipywidgets.Widget:
        return ReceivablesPage(*served(ledger, layout=layout, as_of=as_of, policy=policy)).board().show()

    return still(page)


@dataclass(frozen=True)
class ReceivablesPage:
    """The page on a ledger: each method is one section, called with the values of the controls it depends on."""

    ledger: Ledger
    day: date
    policy: Policy

    @cached_property
    def _part(self) -> Parts:
        return parts_of(self.ledger)

    def board(self) -> Board:
        """Return controls and sections."""
        stated = asked()
        buckets = [("All buckets", ALL), *((label, label) for label in (*self.policy.labels, UNAPPLIED))]
        controls = filter_controls(self.ledger, stated, self.day)
        controls["bucket"] = choice("Bucket", buckets, value=stated.get("bucket"))
        who = Options(self.customers_to_choose, (*OF_DAY, "bucket"))
        first = {name: control.value for name, control in controls.items()}
        controls["customer"] = choice("Customer", who.of(**first), value=stated.get("customer"))
        drilled = (*OF_DAY, "bucket")
        return Board(
            controls,
            [
                Section(self.address, tuple(controls), "address"),
                # Made first, since it is what a reader watches while he moves the day; the style puts it second.
                Section(self.aging_chart, OF_DAY, "aging"),
                Section(self.kpis, OF_DAY, "kpis"),
                Section(self.over_time, (*PART, "currency"), "over-time"),
                Section(self.customers, drilled, "customers"),
                Section(self.items, (*drilled, "customer"), "items"),
                Section(self.proof, (*PART, "day"), "proof"),
                Section(self.terms, ("currency",), "terms"),
            ],
            {"customer": who},
            [Action("Download as Excel", self.workbook)],
        )

    def address(self, **values: object) -> Sequence[Html]:
        """The filters, for the address of the page."""
        return [written_address(values)]

    def kpis(self, entity: str, segment: str, collector: str, currency: str, day: date) -> Sequence[Html]:
        """What is open, past due and unapplied, and how long it takes to be paid, with the month before."""
        chosen = Chosen(entity, segment, collector)
        part, aging = self._part(chosen), self._aging(chosen, currency, day)
        if part is None or aging.empty:
            return [notice(NOTHING.format(day_shown(day)), tone="warn")]
        return [dashboard_tiles(part, aging.iloc[0], currency=currency, day=day, policy=self.policy)]

    def aging_chart(self, entity: str, segment: str, collector: str, currency: str, day: date) -> Sequence[Figure]:
        """The aging of the day as bars."""
        chosen = Chosen(entity, segment, collector)
        aging = self._aging(chosen, currency, day)
        if aging.empty:
            return []
        title = f"By days past due{whose(chosen)}, {day_shown(day)}"
        return [charts.aging_chart(aging, labels=self.policy.labels, title=title)]

    def over_time(self, entity: str, segment: str, collector: str, currency: str) -> Sequence[Figure | Html]:
        """The aging of the month-ends up to the day that the page opens on."""
        chosen = Chosen(entity, segment, collector)
        part = self._part(chosen)
        if part is None:
            return []
        trend = aging_trend(part, as_of=self.day, months=MONTHS - 1, policy=self.policy)
        shown = trend[trend["currency"] == currency]
        if shown["as_of"].nunique() < 2:
            return []
        title = f"Month-ends{whose(chosen)}, {currency}"
        return [charts.aging_stack(shown, labels=self.policy.labels, currency=currency, title=title, narrow=True)]

    def customers(
        self, entity: str, segment: str, collector: str, currency: str, day: date, bucket: str
    ) -> Sequence[Html]:
        """The customers with most in the bucket; each opens its items."""
        chosen = Chosen(entity, segment, collector)
        rows = self._by_customer(chosen, currency, day, bucket)
        if rows.empty:
            return []
        where = f" in {bucket}" if bucket else ""
        shown = rows.head(SHOWN_CUSTOMERS)
        caption = f"The {len(shown)} largest of {len(rows):,} customers{where}, {currency}, {day_shown(day)}"
        note = "A customer's number opens the items below. All customers are in the Excel file."
        return [table(shown, caption=caption, note=note, picks={"customer_id": "customer"})]

    def items(
        self, entity: str, segment: str, collector: str, currency: str, day: date, bucket: str, customer: str
    ) -> Sequence[Html]:
        """The items behind the customer or the bucket, the largest first."""
        if not customer and not bucket:
            return [notice("Choose a bucket or a customer, and the items behind it stand here.")]
        rows = self._items(Chosen(entity, segment, collector), currency, day, bucket, customer)
        if rows.empty:
            return [notice(NOTHING.format(day_shown(day)), tone="warn")]
        shown = rows.head(SHOWN_ITEMS)
        total = f"{len(rows):,} items" if len(rows) > 1 else "One item"
        caption = (
            f"{total}{f' of {customer}' if customer else ''}{f' in {bucket}' if bucket else ''}, the largest first"
        )
        note = f"The first {SHOWN_ITEMS}; all are in the Excel file." if len(rows) > SHOWN_ITEMS else ""
        return [table(shown, caption=caption, note=note)]

    def proof(self, entity: str, segment: str, collector: str, day: date) -> Sequence[Html]:
        """Whether what is shown adds up to the control total, and what could not be used."""
        part = self._part(Chosen(entity, segment, collector))
        if part is None:
            return []
        proof = reconcile(part, as_of=day, policy=self.policy)
        off = proof[~proof["status"].str.startswith(("reconciled", "ties out"))]
        said = f"Reconciliation on {day_shown(day)}"
        return [table(proof, caption=said if len(off) else f"{said}: everything adds up to the control total")]

    def terms(self, currency: str) -> Sequence[Html]:
        """What the figures mean, on request."""
        return [definitions(terms())]

    def customers_to_choose(
        self, entity: str, segment: str, collector: str, currency: str, day: date, bucket: str
    ) -> list[tuple[str, str]]:
        """The customers behind the bucket, as the options of a control."""
        rows = self._by_customer(Chosen(entity, segment, collector), currency, day, bucket).head(CHOOSABLE)
        named = zip(rows["customer_id"], rows["name"].fillna(""), strict=True)
        return [("All customers", ALL), *((f"{number} · {name}", number) for number, name in named)]

    def workbook(self, **values: Any) -> Sequence[Html]:
        """What is shown, in full, as an Excel file."""
        return [as_download("Receivables", self.sheets(**values), day=values["day"])]

    def sheets(
        self, entity: str, segment: str, collector: str, currency: str, day: date, bucket: str, customer: str
    ) -> list[Sheet]:
        """Return the tables behind the page, with every row."""
        chosen = Chosen(entity, segment, collector)
        rows = self._items(chosen, currency, day, bucket, customer)
        amounts = (*self.policy.labels, "gross", UNAPPLIED, "net")
        title = f"Receivables{whose(chosen)} on {day_shown(day)}"
        return [
            Sheet(name="Aging", title=title, table=self._aging(chosen, currency, day)),
            Sheet(
                name="Customers",
                title=title,
                subtitle=f"Bucket: {bucket or 'all'}",
                table=self._by_customer(chosen, currency, day, bucket),
                totals=amounts,
            ),
            Sheet(
                name="Items",
                title=title,
                subtitle=f"Bucket: {bucket or 'all'}; customer: {customer or 'all'}",
                table=rows,
                totals=("open_amount",),
            ),
        ]

    def _aging(self, chosen: Chosen, currency: str, day: date) -> pd.DataFrame:
        rows = self._tables(chosen, day, ())
        return rows[rows["currency"] == currency].reset_index(drop=True)

    def _by_customer(self, chosen: Chosen, currency: str, day: date, bucket: str) -> pd.DataFrame:
        rows = self._tables(chosen, day, ("customer_id", "name"))
        ranked = bucket or "net"
        kept = (rows["currency"] == currency) & ((rows[ranked] != 0) | (not bucket))
        order = rows.loc[kept, ranked].abs().sort_values(ascending=False, kind="stable").index
        return rows.loc[order].reset_index(drop=True)

    @cached_property
    def _tables(self) -> Tables:
        """The agings of the parts and days that were looked at last: several sections ask for the same one."""

        @lru_cache(maxsize=KEPT)
        def aged(chosen: Chosen, day: date, by: tuple[str, ...]) -> pd.DataFrame:
            part = self._part(chosen)
            rows = aging_table(part or self.ledger, as_of=day, by=list(by), policy=self.policy)
            return rows if part else rows.head(0)

        return aged

    def _items(self, chosen: Chosen, currency: str, day: date, bucket: str, customer: str) -> pd.DataFrame:
        part = self._part(chosen)
        rows = open_items(part or self.ledger, as_of=day, policy=self.policy)
        kept = (rows["currency"] == currency) & (part is not None)
        kept &= (rows["bucket"] == bucket) | (not bucket)
        kept &= (rows["customer_id"] == customer) | (not customer)
        order = rows.loc[kept, "open_amount"].abs().sort_values(ascending=False, kind="stable").index
        return rows.loc[order, SHOWN_OF_ITEMS].reset_index(drop=True)

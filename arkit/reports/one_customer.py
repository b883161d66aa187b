"""One customer in full: how he pays, the category with its evidence, and the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from arkit.aging.statement import statement
from arkit.errors import unknown_name
from arkit.model.ledger import Ledger
from arkit.present import charts
from arkit.present.charts import Figure
from arkit.present.html import Html, table
from arkit.words.columns import Column

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class OneCustomer:
    """One customer of the table of :func:`arkit.categorise`, on its day.

    Raises
    ------
    UnknownNameError
        The table has no such customer.
    """

    ledger: Ledger
    categorised: pd.DataFrame
    day: date
    customer_id: str

    def __post_init__(self) -> None:
        if self._own.empty:
            raise unknown_name("customer", self.customer_id, known=self.categorised["customer_id"].unique())

    @property
    def name(self) -> str:
        """The name, or the number where there is none."""
        names = self._own["name"].dropna()
        return str(names.iloc[0]) if len(names) else self.customer_id

    def timeline(self) -> Figure:
        """The balance and payments of the customer."""
        rows = self._movements
        currency = rows["currency"].mode().iloc[0]
        one = rows[rows["currency"] == currency]
        return charts.customer_timeline(one, currency=currency, title=f"{self.name}: balance and payments")

    def behaviour(self) -> Html:
        """How the customer pays, the category, and its evidence."""
        own = self._own
        columns = [
            "currency",
            "category",
            "evidence",
            "recommendation",
            "days_late",
            "days_late_median",
            "on_time_share",
        ]
        more = ["payments_per_month", "last_payment", "open_amount", "past_due", "limit_use"]
        return table(own[[*columns, *more]], caption=f"How {self.name} pays")

    def statement(self) -> Html:
        """The last movements on the customer's account."""
        rows = self._movements.tail(25)
        return table(
            rows,
            caption=f"Statement of {self.name}, last {len(rows)} movements",
            columns={"balance": Column("Balance", "amount")},
        )

    @property
    def _own(self) -> pd.DataFrame:
        return self.categorised[self.categorised["customer_id"] == self.customer_id]

    @cached_property
    def _movements(self) -> pd.DataFrame:
        return statement(self.ledger, as_of=self.day, customer_id=self.customer_id)

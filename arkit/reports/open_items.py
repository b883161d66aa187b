"""The report of open items alone: what a snapshot can say, or several of them, without what needs history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd

from arkit.present.html import Html, Tile, notice, table, tiles
from arkit.present.sheets import Sheet
from arkit.reports.facts import late_labels, sheet
from arkit.reports.monthly import LARGEST, MonthlyReport
from arkit.words.catalogue import ENGLISH, in_own_language, text
from arkit.words.columns import ALL_ENTITIES, day_shown, joined, number_shown, share_shown, short_amount

WEEKS: Final = 4
CALLS: Final = 25
_ITEM: Final = ("entity", "customer_id", "name", "item_id", "document_date", "due_date", "days_past_due")
_CALL: Final = ("customer_id", "name", "currency", "past_due", "oldest_bucket", "items", "oldest_due", "oldest_days")


def open_items_report(
    *,
    ledger: str | Path = "",
    layout: str | Path = "",
    as_of: str,
    entity: str = ALL_ENTITIES,
    policy: str | Path = "",
    earlier: str | Path = "",
    language: str = ENGLISH,
    currency: str = "",
) -> OpenItemsReport:
    """Prepare the report of the open items of a day.

    Parameters
    ----------
    ledger, layout, as_of, entity, policy, earlier, language, currency
        As in :func:`arkit.reports.monthly_report`.

    Returns
    -------
    OpenItemsReport
        One method for each section.

    Raises
    ------
    ArkitError
        The ledger cannot be read, does not cover the day, or has no such entity; or there is no such language.

    Examples
    --------
    >>> from arkit import reports
    >>> reports.open_items_report(as_of="2026-10-31", entity="ES").title
    'Receivables of ES on 31 Oct 2026'
    """
    source = {"layout": layout, "as_of": as_of, "entity": entity, "policy": policy}
    return OpenItemsReport.opened(ledger, source, earlier=earlier, language=language, currency=currency)


Part = TypeVar("Part")


def _between_lists(section: Callable[[Any], Part]) -> Callable[[OpenItemsReport], Part | Html]:
    """A section that compares two lists of open items; nothing where there is one: that is said once."""

    @wraps(section)
    def shown(report: OpenItemsReport) -> Part | Html:
        return section(report) if report.facts.month_before else Html("")

    return shown


@in_own_language
@dataclass(frozen=True)
class OpenItemsReport(MonthlyReport):
    """The sections of a monthly report that need no history, with those that only open items need."""

    @cached_property
    def owed(self) -> pd.DataFrame:
        """The open invoices and debit notes of the main currency."""
        items = self._of_main_currency(self.facts.items)
        return items[items["open_amount"] > 0]

    @cached_property
    def late(self) -> pd.DataFrame:
        """Those of them that are past due."""
        return self.owed[self.owed["bucket"].isin(late_labels(self.policy))]

    def amounts(self) -> Html:
        """Total, past due, oldest bucket, oldest item and average days past due as tiles."""
        currency, total, late = self.facts.main_currency, self.owed["open_amount"].sum(), self.late["open_amount"].sum()
        oldest = self.late[self.late["bucket"] == self.policy.labels[-1]]["open_amount"].sum()
        credits = -self._of_main_currency(self.facts.aging)["unapplied"].sum()
        names = {
            "total": short_amount(total, currency),
            "past_due": short_amount(late, currency),
            "share": share_shown(late / total, places=1) if total else "",
            "oldest": short_amount(oldest, currency),
            "oldest_item": self._days(self.late["days_past_due"].max()),
            "average": self._days(self._average_days()),
            "unapplied": short_amount(credits, currency),
        }
        key, days = "reports.open_items.tile", self.policy.edges[-1]
        shown = [
            Tile(
                text(f"{key}.{name}.title", days=days),
                value=value,
                definition=text(f"{key}.{name}.definition", days=days),
                reason="" if value else text("reports.open_items.nothing_late"),
            )
            for name, value in names.items()
        ]
        return tiles(shown, note=text("reports.open_items.note", currency=currency, day=day_shown(self.facts.day)))

    def _average_days(self) -> float:
        """Days past due, weighted with the amounts that are past due."""
        weights = self.late["open_amount"].sum()
        return float((self.late["days_past_due"] * self.late["open_amount"]).sum() / weights) if weights else 0.0

    def _days(self, days: float) -> str:
        return text("reports.tiles.days", number=number_shown(round(days))) if len(self.late) else ""

    def largest(self) -> Html:
        """The ten largest open items."""
        rows = self.owed.nlargest(LARGEST, "open_amount")[[*_ITEM, "currency", "open_amount"]]
        caption = text("reports.open_items.largest", count=len(rows), all=number_shown(len(self.owed)))
        return table(rows, caption=caption)

    @cached_property
    def to_call(self) -> pd.DataFrame:
        """The customers with anything past due, the largest amount first."""
        late = self.late.assign(old=self.late["open_amount"].where(self.late["bucket"] == self.policy.labels[-1], 0.0))
        # With customers who have no name, whom pandas would drop.
        grouped = late.groupby(["customer_id", "name", "currency"], sort=False, dropna=False, observed=True)
        rows = grouped.agg(
            past_due=("open_amount", "sum"),
            oldest_bucket=("old", "sum"),
            items=("item_id", "size"),
            oldest_due=("due_date", "min"),
            oldest_days=("days_past_due", "max"),
        )
        rows = rows.assign(past_due=rows["past_due"].round(6), oldest_bucket=rows["oldest_bucket"].round(6))
        order = ["past_due", "oldest_days", "customer_id"]
        return rows.reset_index().sort_values(order, ascending=[False, False, True], ignore_index=True)[list(_CALL)]

    def worklist_by_age(self) -> Html:
        """Whom to call first, by what is past due and how old it is."""
        if self.to_call.empty:
            return notice(text("reports.open_items.nothing_late"), tone="good")
        shown = self.to_call.head(CALLS)
        caption = text("reports.open_items.worklist", count=len(self.to_call), shown=len(shown))
        return table(shown, caption=caption, note=text("reports.open_items.worklist_note", days=self.policy.edges[-1]))

    @cached_property
    def calendar(self) -> pd.DataFrame:
        """What falls due in each of the next weeks, and after them, by currency."""
        items = self.facts.items
        coming = items[(items["open_amount"] > 0) & ~items["bucket"].isin(late_labels(self.policy))]
        due = pd.to_datetime(coming["due_date"])
        ahead = (due - pd.Timestamp(self.facts.day)).dt.days
        # Less one, because the first week ends on the seventh day after the day of the report.
        week = ((ahead - 1) // 7).clip(lower=0, upper=WEEKS).fillna(WEEKS).astype(int)
        grouped = coming.assign(week=week).groupby(["currency", "week"], observed=True)
        rows = grouped.agg(open_amount=("open_amount", "sum"), items=("item_id", "size")).round(6).reset_index()
        return rows.assign(due=rows.pop("week").map(self._week))[["currency", "due", "open_amount", "items"]]

    def _week(self, number: int) -> str:
        first = self.facts.day + timedelta(days=7 * number + 1)
        if number == WEEKS:
            return text("reports.open_items.later", day=day_shown(first))
        return text("reports.open_items.week", first=day_shown(first), last=day_shown(first + timedelta(days=6)))

    def due_calendar(self) -> Html:
        """What falls due in the next four weeks."""
        if self.calendar.empty:
            return notice(text("reports.open_items.nothing_due"))
        return table(self.calendar, caption=text("reports.open_items.calendar"))

    def without_history(self) -> Html:
        """What a list of open items cannot say, or several of them, named once; and what is inferred from several."""
        known = [day for day in self.ledger.snapshots if day <= self.facts.day]
        if len(known) < 2:
            return notice(text("reports.open_items.without_history"))
        return notice(text("reports.open_items.of_lists", days=joined(map(day_shown, known))))

    drivers = _between_lists(MonthlyReport.drivers)
    movements = _between_lists(MonthlyReport.movements)
    roll_forward_chart = _between_lists(MonthlyReport.roll_forward_chart)
    roll_forward = _between_lists(MonthlyReport.roll_forward)
    aging_over_time = _between_lists(MonthlyReport.aging_over_time)
    roll_rates = _between_lists(MonthlyReport.roll_rates)

    def sheets(self) -> list[Sheet]:
        """The workbook: balances, whom to call, what falls due, the close, findings, proof."""
        needs_more = ("summary",) if self.facts.month_before else ("summary", "movements")
        left = {text(f"reports.sheet.{name}.name") for name in needs_more}
        kept = [one for one in super().sheets() if one.name not in left]
        own = [sheet("calls", self.to_call, title=self.title), sheet("calendar", self.calendar, title=self.title)]
        return [*kept[:1], *own, *kept[1:]]

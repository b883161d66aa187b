"""The close of a month: the general ledger, what came after the cut-off, what was published and is known now.

What was published before a report: the numbers that it is compared with lie in its own folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from arkit.aging.tie_out import credit_balances, late_entries, tie_out
from arkit.errors import ReadingError
from arkit.kpi.registry import KPIS
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present.html import Html, notice, table
from arkit.present.sheets import Sheet
from arkit.reports.published import in_names_of_today
from arkit.words.columns import UNAPPLIED
from arkit.words.formats import day_shown, short_amount

if TYPE_CHECKING:
    import pandas as pd


class Compared(msgspec.Struct, frozen=True):
    """A published report beside what is known now.

    Parameters
    ----------
    day
        The day that it is of.
    version
        Its version.
    published_on
        The day on which it was published.
    known
        The last day that its ledger knew.
    differs
        What the new report does not follow from any more: ledger, policy, notebook, parameters, arkit.
    balances
        Its balances by currency: ``currency``, ``gross``, ``unapplied``, ``net``.
    changes
        The rows of :func:`arkit.explain_changes`.
    """

    day: date
    version: int
    published_on: date
    known: date
    differs: tuple[str, ...]
    balances: tuple[dict[str, Any], ...]
    changes: tuple[dict[str, Any], ...]

    @property
    def table(self) -> pd.DataFrame:
        """The changes as a table."""
        import pandas as pd

        return pd.DataFrame(list(self.changes))


class Earlier(msgspec.Struct, frozen=True):
    """What was published before.

    Parameters
    ----------
    version
        The version of this very report that a new one takes over from.
    month
        The report of the month before.
    """

    version: Compared | None = None
    month: Compared | None = None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what a run wrote.

        Raises
        ------
        ReadingError
            The file is not there, or is none of a run.
        """
        try:
            return msgspec.convert(in_names_of_today(msgspec.json.decode(Path(path).read_bytes())), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise ReadingError(f"{path} does not tell what was published before: {error}.") from error


SHOWN: Final = 20
BALANCES: Final = ("gross", UNAPPLIED, "net")


@dataclass(frozen=True)
class Closing:
    """What a close has to look at: each method is one section."""

    ledger: Ledger
    day: date
    policy: Policy
    earlier: Earlier

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The tie-out, account by account."""
        return tie_out(self.ledger, as_of=self.day, policy=self.policy)

    @cached_property
    def late(self) -> pd.DataFrame:
        """The entries of the day that were recorded after it."""
        return late_entries(self.ledger, as_of=self.day)

    @cached_property
    def credits(self) -> pd.DataFrame:
        """The customers with a credit balance."""
        return credit_balances(self.ledger, as_of=self.day, policy=self.policy)

    def remarks(self) -> list[str]:
        """Return what a reader has to know of the close before the figures."""
        before, remarks = self.earlier.version, []
        if before is not None:
            published = f"version {before.version}, published on {day_shown(before.published_on)}"
            remarks.append(f"This takes the place of {published}; what changed, and why, stands under Close.")
        if len(self.late):
            sums = self.late.groupby("currency", sort=True)["amount"].sum()
            amounts = ", ".join(short_amount(amount, str(code)) for code, amount in sums.items())
            remarks.append(f"Recorded after the cut-off and part of these figures: {amounts} net; see Close.")
        return remarks

    def tie_out(self) -> Html:
        """The subledger beside the general ledger."""
        if self.differences["gl_balance"].isna().all():
            return notice("No general-ledger balance was given for this day.")
        note = f"Unexplained differences of more than {self.policy.gl_tolerance:,.2f} stop a report."
        return table(self.differences, caption="Tie-out to the general ledger", note=note)

    def recorded_late(self) -> Html:
        """The largest entries that were recorded after the cut-off."""
        if not self.ledger.has_recorded_dates:
            return notice("The ledger does not tell when entries were recorded, so late ones cannot be listed.")
        if self.late.empty:
            return notice("Nothing that counts by this day was recorded after it.", tone="good")
        shown = self.late.head(SHOWN)
        caption = f"The {len(shown)} largest of {len(self.late):,} entries recorded after the cut-off"
        return table(shown, caption=caption, note="All of them are in the workbook.")

    def credit_balances(self) -> Html:
        """The customers whose balance is a liability."""
        if self.credits.empty:
            return notice("No customer has a credit balance.", tone="good")
        shown = self.credits.head(SHOWN)
        caption = f"The {len(shown)} largest of {len(self.credits):,} credit balances to reclassify as liabilities"
        return table(shown, caption=caption)

    def last_month(self) -> Html:
        """Last month as published, and as it is known now."""
        month = self.earlier.month
        if month is None:
            return notice("No report of the month before was published here, so there is none to compare with.")
        caption = f"{day_shown(month.day)}: as published on {day_shown(month.published_on)}, and as known now"
        return table(_last_month(month), caption=caption, note=_REASONS)

    def changes(self) -> Html:
        """What this version changed, number by number, and why."""
        before = self.earlier.version
        if before is None:
            return notice("This is the first version of this report.")
        if not before.changes:
            return notice(f"{_since(before)} no number has changed; what differs: {', '.join(before.differs)}.")
        return table(
            _titled(before.table), caption=f"{_since(before)} these have changed", note=_REASONS, kind_column="unit"
        )

    def sheets(self) -> list[Sheet]:
        """Return the sheets of the workbook; what there is nothing to say of has none."""
        before = self.earlier.version
        made = [
            Sheet(name="Tie-out", table=self.differences, subtitle="The subledger beside the general ledger"),
            Sheet(
                name="Recorded late", table=self.late, subtitle="Entries recorded after the cut-off", totals=("amount",)
            ),
            Sheet(
                name="Credit balances",
                table=self.credits,
                subtitle="Proposed for reclassification as liabilities",
                totals=("customer_credit",),
            ),
        ]
        if self.earlier.month is not None:
            subtitle = f"{day_shown(self.earlier.month.day)} as published, and as known now"
            made.append(
                Sheet(name="Last month", table=_last_month(self.earlier.month), subtitle=subtitle, note=_REASONS)
            )
        if before is not None and before.changes:
            rows = _titled(before.table)
            made.append(Sheet(name="Changes", table=rows, subtitle=_since(before), note=_REASONS, row_kind="unit"))
        return made


_REASONS: Final = (
    "The reasons add up to the change: another policy, rows that the source has changed, entries recorded later, "
    "corrections recorded later."
)


def _since(before: Compared) -> str:
    return f"Since version {before.version}, published on {day_shown(before.published_on)},"


def _titled(changes: pd.DataFrame) -> pd.DataFrame:
    """Return changes with the titles of KPIs, balances first."""
    titles = {name: figure.title for name, figure in KPIS.items()}
    return changes.assign(kpi=changes["kpi"].map(lambda name: titles.get(name, name)))


def _last_month(month: Compared) -> pd.DataFrame:
    """Return the balances of a published month beside what is known now, those that did not change too."""
    import pandas as pd

    published = pd.DataFrame(list(month.balances), columns=["currency", *BALANCES]).melt(
        "currency", BALANCES, var_name="kpi", value_name="published"
    )
    moved = month.table.reindex(columns=["currency", "kpi", "change", *_PARTS])
    rows = published.merge(moved, on=["currency", "kpi"], how="outer").fillna({"published": 0.0, "change": 0.0})
    rows.insert(3, "now", (rows["published"] + rows["change"]).round(6))
    return rows.sort_values(["currency", "kpi"], ignore_index=True)


_PARTS: Final = ("from_policy", "from_input", "from_late", "from_corrections")

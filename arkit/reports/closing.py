"""The close of a month: tie-out to the general ledger, late postings, what was published before and is known now.

What was published before lies in the report's own folder, written by the run: the version that a new one replaces, and
the report of the month before. A report that does not tie out leaves an unpublished page of the difference.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import pandas as pd

from arkit.aging.aging import aging_table
from arkit.aging.differences import bridge, difference_candidates
from arkit.aging.reconcile import credit_balances, late_entries, tie_out
from arkit.errors import ReadingError
from arkit.kpi.registry import KPIS
from arkit.model.ledger import Ledger
from arkit.policy import Accepted, Policy
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Sheet, totals_by_currency
from arkit.reports.facts import BALANCES, sheet, title_of
from arkit.reports.published import in_names_of_today
from arkit.words.catalogue import ENGLISH, in_own_language, text
from arkit.words.columns import day_shown, joined, number_shown, short_amount


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
        Which inputs of the new report are others: ledger, policy, notebook, parameters, arkit.
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
        return pd.DataFrame(list(self.changes))


class Earlier(msgspec.Struct, frozen=True):
    """What was published before.

    Parameters
    ----------
    version
        The version of this very report that a new one replaces.
    month
        The report of the month before.
    accepted
        The differences to the general ledger that a person has accepted for this report.
    """

    version: Compared | None = None
    month: Compared | None = None
    accepted: tuple[Accepted, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what a run wrote.

        Raises
        ------
        ReadingError
            The file is missing, or no run has written it.
        """
        try:
            # What 0.1.0 published is never rewritten, so its names are translated as it is read.
            return msgspec.convert(in_names_of_today(msgspec.json.decode(Path(path).read_bytes())), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise ReadingError(f"{path} does not say what was published before: {error}.") from error


SHOWN: Final = 20
_PARTS: Final = ("from_policy", "from_input", "from_late", "from_corrections")


@in_own_language
@dataclass(frozen=True)
class Closing:
    """What has to be looked at before a month is closed: each method is one section."""

    ledger: Ledger
    day: date
    policy: Policy
    earlier: Earlier
    language: str = ENGLISH

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The tie-out, account by account."""
        return tie_out(self.ledger, as_of=self.day, policy=self.policy)

    @cached_property
    def late(self) -> pd.DataFrame:
        """The entries of the day that were posted after the cut-off."""
        return late_entries(self.ledger, as_of=self.day)

    @cached_property
    def credits(self) -> pd.DataFrame:
        """The customers with a credit balance."""
        return credit_balances(self.ledger, as_of=self.day, policy=self.policy)

    def remarks(self) -> list[str]:
        """What a reader has to know of the close before the numbers."""
        before, remarks = self.earlier.version, []
        if before is not None:
            published_on = day_shown(before.published_on)
            remarks.append(text("reports.closing.replaces", version=before.version, day=published_on))
        remarks += [
            text(
                "reports.closing.accepted", amount=number_shown(one.amount, places=2), name=one.name, reason=one.reason
            )
            for one in self.earlier.accepted
        ]
        if len(self.late):
            sums = totals_by_currency(self.late, "amount")
            amounts = joined(short_amount(row["amount"], row["currency"]) for row in sums)
            remarks.append(text("reports.closing.posted_late", amounts=amounts))
        return remarks

    def tie_out(self) -> Html:
        """The subledger beside the general ledger."""
        # An account without a balance of its own stays in the table; only without any is there nothing to compare.
        if self.differences["gl_balance"].isna().all():
            return notice(text("reports.closing.no_gl_balance"))
        note = text("reports.closing.tolerance", amount=number_shown(self.policy.gl_tolerance, places=2))
        return table(self.differences, caption=text("reports.closing.tie_out"), note=note)

    def posted_after_cut_off(self) -> Html:
        """The largest entries that were posted after the cut-off."""
        if not self.ledger.has_recorded_dates:
            return notice(text("reports.closing.no_posting_dates"))
        if self.late.empty:
            return notice(text("reports.closing.nothing_late"), tone="good")
        shown = self.late.head(SHOWN)
        caption = text("reports.closing.late_entries", count=len(self.late), shown=len(shown))
        return table(shown, caption=caption, note=text("reports.closing.all_in_workbook"))

    def credit_balances(self) -> Html:
        """The customers whose balance is a liability."""
        if self.credits.empty:
            return notice(text("reports.closing.no_credit_balance"), tone="good")
        shown = self.credits.head(SHOWN)
        return table(shown, caption=text("reports.closing.credit_balances", count=len(self.credits), shown=len(shown)))

    def last_month(self) -> Html:
        """Last month as published, and as it is known now."""
        month = self.earlier.month
        if month is None:
            return notice(text("reports.closing.no_month_before"))
        day, published_on = day_shown(month.day), day_shown(month.published_on)
        caption = text("reports.closing.last_month", day=day, published_on=published_on)
        return table(_last_month(month), caption=caption, note=text("reports.closing.reasons"))

    def changes(self) -> Html:
        """What this version changed, number by number, and why."""
        before = self.earlier.version
        if before is None:
            return notice(text("reports.closing.first_version"))
        version, day = before.version, day_shown(before.published_on)
        if not before.changes:
            differs = joined(before.differs)
            return notice(text("reports.closing.nothing_changed", version=version, day=day, differs=differs))
        caption, note = text("reports.closing.changed", version=version, day=day), text("reports.closing.reasons")
        return table(titled(before.table), caption=caption, note=note, kind_column="unit")

    def sheets(self) -> list[Sheet]:
        """The sheets of the workbook; what there is nothing to say of has none."""
        month, before, note = self.earlier.month, self.earlier.version, text("reports.closing.reasons")
        made = [
            sheet("tie_out", self.differences),
            sheet("posted_after_cut_off", self.late, totals=("amount",)),
            sheet("credit_balances", self.credits, totals=("customer_credit",)),
        ]
        if month is not None:
            made.append(sheet("last_month", _last_month(month), values={"day": day_shown(month.day)}, note=note))
        if before is not None and before.changes:
            since = {"version": before.version, "day": day_shown(before.published_on)}
            made.append(sheet("changes", titled(before.table), values=since, note=note, row_kind="unit"))
        return made


def titled(changes: pd.DataFrame) -> pd.DataFrame:
    """Changes with the titles of KPIs in place of their names; balances keep theirs."""
    return changes.replace({"kpi": {name: kpi.title for name, kpi in KPIS.items()}})


def _last_month(month: Compared) -> pd.DataFrame:
    """The balances of a published month beside what is known now, those that did not change too."""
    balances = pd.DataFrame(list(month.balances), columns=["currency", *BALANCES])
    published = balances.melt("currency", BALANCES, var_name="kpi", value_name="published")
    moved = month.table.reindex(columns=["currency", "kpi", "change", *_PARTS])
    # What did not change is in the balances alone, what was published as 0 and has moved since in the changes alone.
    rows = published.merge(moved, on=["currency", "kpi"], how="outer").fillna({"published": 0.0, "change": 0.0})
    rows.insert(3, "now", (rows["published"] + rows["change"]).round(6))
    return rows.sort_values(["currency", "kpi"], ignore_index=True)


@in_own_language
@dataclass(frozen=True)
class Unpublished:
    """The page of a report that does not tie out to the general ledger."""

    ledger: Ledger
    day: date
    entity: str
    policy: Policy
    language: str = ENGLISH

    @property
    def title(self) -> str:
        """What the page is about."""
        return text("reports.unpublished.title", report=title_of("monthly_report", self.entity, self.day))

    @cached_property
    def bridge(self) -> pd.DataFrame:
        """From the balance of each account to that of the general ledger."""
        return bridge(self.ledger, as_of=self.day, policy=self.policy)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """The items and entries that may explain what differs."""
        return difference_candidates(self.ledger, as_of=self.day, policy=self.policy)

    def sections(self) -> list[tuple[str, list[Html]]]:
        """The page, section by section."""
        differ = self.bridge[self.bridge["unexplained"].fillna(0) != 0]
        sentence = text("reports.unpublished.sentence", count=len(differ))
        lines = [text("reports.unpublished.accept")]
        head = page_part("headline", title=self.title, sentence=sentence, lines=lines)
        stamp = page_part("watermark", text=text("reports.unpublished.stamp"))
        found = self.candidates
        may_be = (
            notice(text("reports.unpublished.no_candidates"))
            if found.empty
            else table(found, caption=text("reports.unpublished.candidates"))
        )
        aged = aging_table(self.ledger, as_of=self.day, by=["entity", "account"], policy=self.policy)
        by_account = table(aged, caption=text("reports.unpublished.aging"))
        note = text("reports.unpublished.bridge_note")
        shown = table(self.bridge, caption=text("reports.unpublished.bridge"), note=note)
        return [("", [stamp, head]), (text("reports.unpublished.heading"), [shown, may_be, by_account])]

    def sheets(self) -> list[Sheet]:
        """The workbook: the bridge and the candidates."""
        return [sheet("bridge", self.bridge, title=self.title), sheet("candidates", self.candidates, title=self.title)]

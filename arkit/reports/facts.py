"""The facts of a month-end, each computed once, and the headline; and what pages share: ledger, titles, sheets.

Facts are agings, KPIs now and before, movements, intercompany balances; the headline is one sentence on what they mean.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd
from msgspec import structs

from arkit.aging.aging import aging_table
from arkit.aging.open_items import open_items
from arkit.aging.presentation import Presentation
from arkit.aging.reconcile import reconcile
from arkit.flows.movements import MOVEMENTS, movements
from arkit.flows.roll_forward import presented_roll_forward, roll_forward
from arkit.kpi.panel import kpi_trend, kpis
from arkit.kpi.plausibility import doubts, plausibility
from arkit.kpi.question import NET_SALES, known_tax
from arkit.kpi.registry import KPI, KPIS, shown_on
from arkit.model.ledger import Ledger
from arkit.model.presented import DOCUMENT_CURRENCY
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present.html import Html, notice
from arkit.present.sheets import Sheet
from arkit.read.reading import read_for_day, sample_ledger
from arkit.words.catalogue import ENGLISH, current_language, has_text, in_own_language, text
from arkit.words.columns import ALL_ENTITIES, NOT_DUE, UNAPPLIED, day_shown, share_shown, shown, shown_value

BALANCES: Final = ("gross", UNAPPLIED, "net")
Page = TypeVar("Page")
Fact = TypeVar("Fact")
Part = TypeVar("Part")


def opened(
    ledger: str | Path, *, layout: str | Path, as_of: str, entity: str, policy: str | Path, window: str = ""
) -> tuple[Ledger, Policy]:
    """The part of a ledger that a notebook asks for, and its policy; without a ledger, the sample that is bundled."""
    whole = read_for_day(ledger, layout=layout or None, as_of=as_of) if ledger else sample_ledger()
    part = whole if entity == ALL_ENTITIES else whole.where(entity=entity)
    return part, (Policy.load(policy) if policy else DEFAULT_POLICY).with_window(window)


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


INTERCOMPANY: Final = "intercompany"
OTHERS: Final = "other customers"
TREND_MONTHS: Final = 13
COURSE_MONTHS: Final = 36
_FIXED: Final = ("currency", "opening", "closing")


@in_own_language
@dataclass(frozen=True)
class Facts:
    """What is known of a month-end and of the month-ends before it."""

    ledger: Ledger
    day: date
    policy: Policy
    language: str = ENGLISH
    currency: str = ""

    @cached_property
    def presentation(self) -> Presentation:
        """The currency in which the whole is shown, and why."""
        return Presentation.of(self.ledger, self.day, self.policy, currency=self.currency)

    @property
    def shown(self) -> Ledger:
        """The ledger in the presentation currency, at the closing rates of the day; measures run on it."""
        return self.presentation.at(self.day)

    @cached_property
    def month_ends(self) -> list[date]:
        """The day and the same day of the months before, the earliest first, as far as they are known; or snapshots."""
        return self.ledger.looked_back(self.policy.month_ends(self.day, TREND_MONTHS - 1))

    @cached_property
    def month_before(self) -> date | None:
        """The same day a month before, or the day of the snapshot before, if the ledger has it."""
        return self.month_ends[-2] if len(self.month_ends) > 1 else None

    @cached_property
    def year_before(self) -> date | None:
        """The same day a year before, if the ledger covers it."""
        ends = self.policy.month_ends(self.day, TREND_MONTHS - 1)
        return ends[0] if len(ends) == TREND_MONTHS and self.ledger.knows(ends[0]) else None

    @cached_property
    def currencies(self) -> list[str]:
        """The currencies of the aging: that of the presentation first, then those that have no rate."""
        return list(dict.fromkeys([self.main_currency, *self.aging["currency"]]))

    @cached_property
    def main_currency(self) -> str:
        """The presentation currency."""
        return self.presentation.currency

    @cached_property
    def aging(self) -> pd.DataFrame:
        """The aging in the presentation currency; a row more for each currency that has no rate."""
        rows = self.aging_on(self.day).assign(other=lambda rows: rows["currency"] != self.main_currency)
        ordered = rows.sort_values(["other", "items"], ascending=[True, False], ignore_index=True)
        return ordered.drop(columns="other")

    def aging_on(self, day: date) -> pd.DataFrame:
        """The aging of another day, at its own closing rates."""
        return aging_table(self.presentation.at(day), as_of=day, policy=self.policy)

    @cached_property
    def aging_before(self) -> pd.DataFrame | None:
        """The aging by currency a month before."""
        return self.aging_on(self.month_before) if self.month_before else None

    @cached_property
    def exchange_effect(self) -> float:
        """How much more the gross of the month before is worth at the rates of the day: change that nobody caused."""
        if self.month_before is None or self.aging_before is None or not self.presentation.translates:
            return 0.0
        same = aging_table(self.shown, as_of=self.month_before, policy=self.policy)
        sums = (rows.loc[rows["currency"] == self.main_currency, "gross"].sum() for rows in (same, self.aging_before))
        now, then = sums
        return round(float(now - then), 4)

    @cached_property
    def by_entity(self) -> pd.DataFrame:
        """The aging by entity, in the presentation currency."""
        return aging_table(self.shown, as_of=self.day, by="entity", policy=self.policy)

    @cached_property
    def booked_by_entity(self) -> pd.DataFrame:
        """The aging by entity and document currency, in document currency: what a record keeps."""
        return aging_table(self.ledger, as_of=self.day, by="entity", policy=self.policy)

    @cached_property
    def by_entity_and_currency(self) -> pd.DataFrame:
        """The aging by entity and document currency, in the presentation currency."""
        # Where nothing is translated, the currency of an aging is that of the documents already.
        by = ["entity", DOCUMENT_CURRENCY] if self.presentation.translates else ["entity"]
        return aging_table(self.shown, as_of=self.day, by=by, policy=self.policy)

    @cached_property
    def by_currency(self) -> pd.DataFrame:
        """What is open in each document currency, its rate, and what it is worth in the presentation currency."""
        return self.presentation.by_currency()

    @cached_property
    def intercompany(self) -> pd.DataFrame:
        """The aging of intercompany and of other customers, by currency; empty where no customer is intercompany."""
        aged = aging_table(self.shown, as_of=self.day, by="intercompany", policy=self.policy)
        own = aged["intercompany"] == "true"
        named = aged.assign(customers_are=own.map({True: INTERCOMPANY, False: OTHERS})).drop(columns="intercompany")
        # A customer of unknown standing counts as another one, so two rows of the aging may fall together.
        sums = named.groupby(["currency", "customers_are"], sort=True).sum(numeric_only=True).round(6).reset_index()
        return sums if own.any() else sums.head(0)

    @cached_property
    def proof(self) -> pd.DataFrame:
        """The reconciliation."""
        return reconcile(self.ledger, as_of=self.day, policy=self.policy)

    @cached_property
    def doubts(self) -> list[str]:
        """What is not plausible, a sentence each."""
        return doubts(plausibility(self.ledger, as_of=self.day, policy=self.policy))

    @cached_property
    def by_customer(self) -> pd.DataFrame:
        """The aging by customer and currency, the largest balance of a currency first."""
        table = aging_table(self.shown, as_of=self.day, by=["customer_id", "name"], policy=self.policy)
        return table.sort_values(["currency", "net"], ascending=[True, False], ignore_index=True)

    @cached_property
    def items(self) -> pd.DataFrame:
        """The open items; where they are translated, with the amount in document currency beside."""
        items = open_items(self.shown, as_of=self.day, policy=self.policy)
        if not self.presentation.translates:
            return items
        own = open_items(self.ledger, as_of=self.day, policy=self.policy)[["item_id", "currency", "open_amount"]]
        own = own.rename(columns={"currency": DOCUMENT_CURRENCY, "open_amount": "document_amount"})
        # An item is one row of both; a repeated one would be owed twice, so pandas is asked to refuse it.
        return items.merge(own, on="item_id", how="left", validate="one_to_one")

    @cached_property
    def moved(self) -> pd.DataFrame | None:
        """What became of the items since the month before."""
        if self.month_before is None:
            return None
        return movements(self.shown, as_of=self.day, since=self.month_before, policy=self.policy)

    @cached_property
    def forward(self) -> pd.DataFrame | None:
        """The roll-forward since the month before; where anything is translated, with the effect of the rates."""
        if self.month_before is None:
            return None
        if self.presentation.translates:
            return presented_roll_forward(self.presentation, self.month_before).drop(columns="reason")
        return roll_forward(self.ledger, as_of=self.day, since=self.month_before, policy=self.policy)

    @cached_property
    def aging_over_time(self) -> pd.DataFrame:
        """The aging at the month-ends of up to three years, each at its own closing rates."""
        trend = self.presentation.trend(COURSE_MONTHS - 1)
        return trend[trend["currency"] == self.main_currency]

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """The KPIs of the day by currency, the presentation currency first."""
        rank = {currency: place for place, currency in enumerate(self.currencies)}
        table = self.kpis_on(self.day)
        return table.sort_values("currency", key=lambda codes: codes.map(rank), kind="stable", ignore_index=True)

    def kpis_on(self, day: date) -> pd.DataFrame:
        """The KPIs of a month-end by currency."""
        return self.panels[self.panels["as_of"] == day].drop(columns="as_of").reset_index(drop=True)

    @cached_property
    def panels(self) -> pd.DataFrame:
        """The KPIs of each month-end by currency, with ``as_of``; all at the same rates, those of the day."""
        trend = kpi_trend(self.shown, as_of=self.day, months=TREND_MONTHS - 1, policy=self.policy)
        return without_mixed_basis(trend.assign(as_of=trend["as_of"].dt.date), self.shown, self.day, self.policy)

    @cached_property
    def trend(self) -> pd.DataFrame:
        """The KPIs on tiles, in their order, of each month-end."""
        rank = {name: place for place, name in enumerate(shown_on("report"))}
        shown = self.panels[self.panels["kpi"].isin(shown_on("report"))]
        return shown.sort_values("kpi", key=lambda names: names.map(rank), kind="stable", ignore_index=True)

    def kpi(self, name: str, *, currency: str, day: date | None = None) -> float | None:
        """One KPI of a month-end, or nothing where it has no value."""
        return None if day is None else self._values.get((name, currency, day))

    @cached_property
    def _values(self) -> dict[tuple[str, str, date], float]:
        """The KPIs of the trend that have a value, each by its name, currency and day."""
        known = self.trend.dropna(subset="value")
        # Tiles ask for each KPI at each month-end: looked up once, and not by a filter of the table each time.
        keys = zip(known["kpi"], known["currency"], known["as_of"], strict=True)
        return dict(zip(keys, known["value"].astype(float), strict=True))

    def gross(self, currency: str, day: date | None) -> float | None:
        """The gross receivables of a currency on a month-end."""
        if day is None:
            return None
        table = self.aging if day == self.day else self.aging_before if day == self.month_before else self.aging_on(day)
        return None if table is None else float(table.loc[table["currency"] == currency, "gross"].sum())

    @cached_property
    def with_shares(self) -> pd.DataFrame:
        """The aging with a row of shares of gross below each currency; ``kind`` is that of the numbers of a row."""
        aging, counted = self.aging, [*self.policy.labels, "gross"]
        share = text("reports.monthly.share_of_gross")
        shares = aging.assign(currency=share, kind="ratio", unapplied=None, net=None, items=None)
        # Only what adds up to gross has a share of it; a currency without gross has none instead of a division by 0.
        shares[counted] = shares[counted].div(aging["gross"].where(aging["gross"] > 0), axis=0)
        # Both tables have the index of the aging: a stable sort puts each row of shares below its own currency.
        both = pd.concat([aging.assign(kind="amount"), shares.astype({"items": object})])
        return both.sort_index(kind="stable").reset_index(drop=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The KPIs by currency: now, a month before, a year before."""
        names = ["currency", "kpi", "title", "value", "unit", "basis", "reason"]
        table = self.kpis[names].rename(columns={"value": "this_month"})
        keys = list(zip(table["currency"], table["kpi"], strict=True))
        for name, day in (("last_month", self.month_before), ("last_year", self.year_before)):
            # By key and not by place: a currency of today may have had nothing open then.
            earlier = self.kpis_on(day).set_index(["currency", "kpi"])["value"] if day else None
            table[name] = None if earlier is None else earlier.reindex(keys).set_axis(table.index)
        return table[["currency", "title", "this_month", "last_month", "last_year", "unit", "basis", "reason"]]


def without_mixed_basis(panel: pd.DataFrame, ledger: Ledger, day: date, policy: Policy) -> pd.DataFrame:
    """KPIs without the numbers that hold receivables with tax against sales without: of those the reason says more.

    Such a number is no headline, and no point of a trend. How far it is off on the day is found by asking again as if
    the tax were known: at the share that the sales table states of some of its sales, or at both ends of what is usual.
    """
    # Nothing owed is no days of sales, whatever the tax.
    mixed = (panel["basis"] == NET_SALES) & panel["value"].notna() & (panel["value"] != 0)
    if not mixed.any():
        return panel
    stated, names = known_tax(ledger), list(panel["kpi"][mixed].unique())
    rates = policy.usual_sales_tax if stated is None else (stated,)
    policies = [structs.replace(policy, sales_tax=rate) for rate in rates]
    taxed = [kpis(ledger, as_of=day, policy=each, names=names).set_index(["currency", "kpi"]) for each in policies]
    said = [
        _effect_of_tax(row, [rows["value"][row["currency"], row["kpi"]] for rows in taxed], rates)
        if row.get("as_of", day) == day
        else shown_value(NET_SALES)
        for row in panel[mixed].to_dict("records")
    ]
    reasons = panel["reason"].astype(object).mask(mixed, pd.Series(said, index=panel.index[mixed], dtype=object))
    return panel.assign(value=panel["value"].mask(mixed), reason=reasons)


def _effect_of_tax(row: Mapping[Any, Any], taxed: Sequence[float], rates: Sequence[float]) -> str:
    """By how much a KPI on sales without tax is too high, if the tax is one of some shares of the sales.

    All of them have the sales below the line: those that have them above need the balance or the payments of the whole
    window too, and where that is known, so are the billings.
    """
    kpi, currency, value = KPIS[row["kpi"]], str(row["currency"]), float(row["value"])
    effects = [value - known for known in taxed]
    shares = [share_shown(rate, places=1) for rate in rates]
    if len(rates) == 1:
        return text(
            "reports.mixed_basis.known",
            value=sized(value, kpi, currency),
            effect=sized(effects[0], kpi, currency),
            rate=shares[0],
        )
    return text(
        "reports.mixed_basis.between",
        value=sized(value, kpi, currency),
        least=shown(effects[0], kpi.unit, currency=currency),
        most=sized(effects[-1], kpi, currency),
        lowest=shares[0],
        highest=shares[-1],
    )


def sized(value: float, kpi: KPI, currency: str) -> str:
    """A value with its unit, as a tile shows it."""
    number = shown(value, kpi.unit, currency=currency)
    return text(f"reports.tiles.{kpi.unit}", number=number) if kpi.unit in ("days", "times") else number


def late_labels(policy: Policy) -> list[str]:
    """The labels of the buckets that are past due."""
    return [label for label in policy.labels if label != NOT_DUE]


def movement_summary(moved: pd.DataFrame) -> pd.DataFrame:
    """The movements by currency and what became of the items: items, before, now and change."""
    groups = moved.groupby(["currency", "movement"], observed=True, sort=False)
    sums = groups[["before", "open_amount", "change"]].sum().round(4)
    summary = pd.concat([groups.size().rename("items"), sums], axis=1).reset_index()
    # The rows of a currency are in the order of the vocabulary: from new to paid, not from A to Z.
    rank = summary["movement"].map(MOVEMENTS.index)
    return summary.assign(rank=rank).sort_values(["currency", "rank"], ignore_index=True).drop(columns="rank")


def lines_between(roll_forward: pd.DataFrame) -> list[str]:
    """The lines of a roll-forward between opening and closing."""
    return [name for name in roll_forward.columns if name not in _FIXED]


def moved_lines(roll_forward: pd.DataFrame) -> pd.DataFrame:
    """A roll-forward with the lines that moved anything, from opening to closing."""
    lines = [name for name in lines_between(roll_forward) if roll_forward[name].any()]
    return roll_forward[["currency", "opening", *lines, "closing"]]

"""KPIs as tiles, for the report and the dashboard: the value, how it changed and whether that is good, the trend."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pandas as pd

from arkit.aging.aging import aging_table
from arkit.flows.changes import explain_dso
from arkit.kpi.panel import kpis, window_name
from arkit.kpi.registry import KPI, KPIS, shown_on
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present.html import Change, Html, Term, Tile, tiles, trend_line
from arkit.reports.facts import Facts, late_labels, sized, without_mixed_basis
from arkit.words.catalogue import text
from arkit.words.columns import UNAPPLIED, is_missing, number_shown, short_amount, shown, shown_value

SMALLEST_CHANGE: Final = 1e-9
# Less than a day of difference is no disagreement.
DAYS_APART: Final = 1.0
PARTS_OF_CHANGE: Final = ("from_sales_timing", "from_terms", "from_early_payment", "from_delinquency")


def report_tiles(facts: Facts) -> Html:
    """The KPIs of the main currency as tiles, with last month, last year and the trend."""
    currency = facts.main_currency
    of_day = facts.trend[(facts.trend["currency"] == currency) & (facts.trend["as_of"] == facts.day)]
    rows = {row["kpi"]: row for _, row in of_day.iterrows()}
    shown_tiles = [_with_trend(facts, KPIS[name], rows[name]) for name in shown_on("report") if name in rows]
    basis, window = of_day["basis"].dropna(), window_name(facts.policy.window)
    note = text("reports.tiles.note", currency=currency, window=window)
    if len(basis):
        taken = shown_value(basis.iloc[0])
        note = text("reports.tiles.note_with_sales", currency=currency, window=window, basis=taken)
    same_rates = text("reports.tiles.same_rates") if facts.presentation.translates else ""
    return tiles(shown_tiles, note=f"{note} {same_rates}".strip())


def speed_remarks(facts: Facts) -> list[str]:
    """What the headline says of DSO where one number alone misleads: much is unapplied, or its variants disagree."""
    return [*_of_the_control_account(facts), *_of_the_variants(facts)]


def _of_the_control_account(facts: Facts) -> list[str]:
    rows = facts.kpis[facts.kpis["currency"] == facts.main_currency].set_index("kpi")["value"]
    # Not turned round to less: a missing ratio is neither.
    if "unapplied_ratio" not in rows or not rows["unapplied_ratio"] >= facts.policy.large_unapplied:
        return []
    gross, net = (rows[name] for name in ("dso", "control_account_dso"))
    if is_missing(gross):
        return []
    share, on_account = shown(rows["unapplied_ratio"], "ratio"), number_shown(net, places=1)
    said = {"gross": number_shown(gross, places=1), "net": on_account, "share": share}
    return [text("reports.headline.control_account", count=None, **said)]


def _of_the_variants(facts: Facts) -> list[str]:
    """Why DSO moved, where count-back DSO moved the other way."""
    changes = []
    for name in ("dso", "countback_dso"):
        ends = [facts.kpi(name, currency=facts.main_currency, day=day) for day in (facts.month_before, facts.day)]
        if ends[0] is None or ends[1] is None or abs(ends[1] - ends[0]) < DAYS_APART:
            return []
        changes.append(ends[1] - ends[0])
    if changes[0] * changes[1] > 0 or facts.month_before is None:
        return []
    told = explain_dso(facts.shown, as_of=facts.day, since=facts.month_before, policy=facts.policy)
    row = told[(told["currency"] == facts.main_currency) & told["reason"].isna()]
    if row.empty:
        return []
    signed = [*changes, *(float(row.iloc[0][name]) for name in PARTS_OF_CHANGE)]
    names = ("dso", "countback", "sales", "terms", "early", "late")
    words = {name: _with_sign(change) for name, change in zip(names, signed, strict=True)}
    return [text("reports.headline.dso_disagrees", count=None, **words)]


def _with_sign(change: float) -> str:
    sign = "+" if change >= 0 else "\u2212"
    return f"{sign}{number_shown(abs(change), places=1)}"


def _with_trend(facts: Facts, kpi: KPI, row: pd.Series[Any]) -> Tile:
    currency, title = str(row["currency"]), str(row["title"])
    now, *earlier = (
        facts.kpi(kpi.name, currency=currency, day=day) for day in (facts.day, facts.month_before, facts.year_before)
    )
    series = [facts.kpi(kpi.name, currency=currency, day=day) for day in facts.month_ends]
    since = dict(zip(("last_month", "last_year"), earlier, strict=True))
    return _kpi_tile(kpi, now, since, currency=currency, reason=row["reason"], title=title, series=series)


def _kpi_tile(
    kpi: KPI,
    now: float | None,
    earlier: dict[str, float | None],
    *,
    currency: str,
    reason: object,
    title: str = "",
    series: list[float | None] | None = None,
) -> Tile:
    """A KPI as a tile: its value with the change since each earlier day, or the reason why there is no number."""
    label = title or kpi.title
    definition = text("reports.tiles.definition", definition=kpi.definition, formula=kpi.formula)
    if now is None:
        return Tile(label, definition=definition, reason=str(reason))
    known = [value for value in series or [] if value is not None]
    return Tile(
        label,
        value=sized(now, kpi, currency),
        definition=definition,
        changes=tuple(_change(kpi, now - then, since, currency) for since, then in earlier.items() if then is not None),
        trend=trend_line(series or []),
        trend_label=_span(known, kpi, currency) if len(known) > 1 else "",
    )


def _span(known: list[float], kpi: KPI, currency: str) -> str:
    # A number and its percent sign stay on one line.
    low, high = (shown(end, kpi.unit, currency=currency).replace(" ", "\u00a0") for end in (min(known), max(known)))
    return text("reports.tiles.span", count=len(known), low=low, high=high)


def _change(kpi: KPI, change: float, since: str, currency: str) -> Change:
    if kpi.unit == "ratio":
        size = text("reports.tiles.points", number=number_shown(abs(change) * 100, places=1))
    else:
        size = sized(abs(change), kpi, currency)
    good = None if kpi.good == "depends" or abs(change) < SMALLEST_CHANGE else (change > 0) == (kpi.good == "up")
    return changed(change, size, since, good=good)


def changed(change: float, size: str, since: str = "last_month", *, good: bool | None) -> Change:
    """A change with its arrow; ``good`` is nothing where it is neither good nor bad."""
    arrow = "▲" if change > 0 else "▼" if change < 0 else "="
    verdict = {True: "good", False: "bad", None: ""}[good]
    return Change(f"{arrow} {size}", text(f"reports.tiles.{since}"), verdict)


def dashboard_tiles(
    part: Ledger, aging: pd.Series[float], *, currency: str, day: date, policy: Policy, before: Ledger | None = None
) -> Html:
    """Amounts and KPIs of a day as tiles, with last month.

    Parameters
    ----------
    part
        The ledger, or a part of it.
    aging
        The row of its aging in the currency.
    currency, day, policy
        As in :func:`arkit.aging_table`.
    before
        The part as the amounts of the month before are shown, where that is at other rates.
    """
    month_ago = policy.month_before(day)
    month_ago = month_ago if month_ago and part.knows(month_ago) else None
    earlier = _aging_row(before or part, currency, month_ago, policy) if month_ago else None
    now = _rates(part, currency, day, policy)
    then = _rates(part, currency, month_ago, policy)["value"] if month_ago else None
    amounts = [_amount(term, names, aging, earlier, currency, policy) for term, names in _amounts(policy)]
    rated = [_rated(name, now, then, currency) for name in shown_on("dashboard") if name in now.index]
    return tiles(
        [*amounts, *rated],
        note=text("reports.tiles.note_of_dashboard", currency=currency, window=window_name(policy.window)),
    )


def terms() -> tuple[Term, ...]:
    """What the tiles of the dashboard mean."""
    amounts = (_term(name) for name in ("gross", "past_due", "oldest", "unapplied"))
    return (
        *amounts,
        *(Term(_title(name), KPIS[name].definition, KPIS[name].formula) for name in shown_on("dashboard")),
    )


def _term(name: str) -> Term:
    return Term(text(f"reports.tiles.term.{name}.title"), text(f"reports.tiles.term.{name}.definition"))


def _title(name: str) -> str:
    """The title of a KPI beside the amounts; what is past due is an amount there, so its share says so."""
    return text("reports.tiles.past_due_share") if name == "past_due_ratio" else KPIS[name].title


def _amounts(policy: Policy) -> list[tuple[Term, list[str]]]:
    """The amounts on tiles, each with the columns of the aging that it adds up."""
    oldest = Term(text("reports.tiles.oldest", days=policy.edges[-1]), _term("oldest").definition)
    return [
        (_term("gross"), ["gross"]),
        (_term("past_due"), late_labels(policy)),
        (oldest, [policy.labels[-1]]),
        (_term("unapplied"), [UNAPPLIED]),
    ]


def _aging_row(part: Ledger, currency: str, day: date, policy: Policy) -> pd.Series[float] | None:
    rows = aging_table(part, as_of=day, policy=policy)
    own = rows[rows["currency"] == currency]
    return own.iloc[0] if len(own) else None


def _rates(part: Ledger, currency: str, day: date, policy: Policy) -> pd.DataFrame:
    rows = without_mixed_basis(kpis(part, as_of=day, policy=policy, names=shown_on("dashboard")), part, day, policy)
    return rows[rows["currency"] == currency].set_index("kpi")


def _amount(
    term: Term,
    names: list[str],
    aging: pd.Series[float],
    before: pd.Series[float] | None,
    currency: str,
    policy: Policy,
) -> Tile:
    value, changes = float(aging[names].sum()), []
    if before is not None:
        change = value - float(before[names].sum())
        # More past due is bad; more gross or more unapplied is neither good nor bad by itself.
        judged = change != 0 and set(names) <= set(late_labels(policy))
        changes = [changed(change, short_amount(abs(change), currency), good=change < 0 if judged else None)]
    return Tile(term.title, value=short_amount(value, currency), definition=term.definition, changes=tuple(changes))


def _rated(name: str, now: pd.DataFrame, then: pd.Series[float] | None, currency: str) -> Tile:
    value, before = (None if values is None else _value(values, name) for values in (now["value"], then))
    reason = now.loc[name, "reason"]
    title = _title(name) if name == "past_due_ratio" else str(now.loc[name, "title"])
    return _kpi_tile(KPIS[name], value, {"last_month": before}, currency=currency, reason=reason, title=title)


def _value(values: pd.Series[float], name: str) -> float | None:
    found = values.get(name)
    return None if found is None or is_missing(found) else float(found)

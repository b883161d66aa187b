"""The proof that what is shown is what came in, and what differs from the general ledger and why.

:func:`reconcile` holds buckets, unapplied and excluded amounts against the control total of the raw rows;
:func:`tie_out` holds each account against its balance in the general ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl
from msgspec.structs import replace

from arkit.aging.aging import advances_accounts, aging_frame
from arkit.errors import ReconciliationError, TooManyFaultsError, listed
from arkit.model.engine import collect
from arkit.model.ledger import Ledger, as_day
from arkit.model.money import SCALE, minor_per_unit, proportion, to_units
from arkit.policy import DEFAULT_POLICY, Accepted, Policy
from arkit.words.catalogue import ENGLISH, text

if TYPE_CHECKING:
    import pandas as pd

KEYS: Final = ("entity", "account", "currency")
TAKEN: Final = ("late_taken", "excluded_taken")
"""What of the late entries and of the excluded rows explains a difference: all of it, or nothing."""
AMOUNTS: Final = (
    "gross",
    "unapplied",
    "excluded",
    "rounding",
    "control_total",
    "difference",
    "gl_balance",
    "posted_after_cut_off",
    "gl_difference",
    "unexplained",
)
RECONCILED: Final = "reconciled"
INCOMPLETE: Final = "incomplete"
DIFFERENT: Final = "does not reconcile"
UNEXPLAINED: Final = "general ledger differs"
ACCEPTED: Final = "difference accepted"


def reconcile(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """Prove the balances of a day against the control total, and against the general ledger where it is known.

    Formula: gross + unapplied + excluded + rounding = control total, where the control total is the sum of the raw
    amount column up to the day. The difference to the general ledger (gross + unapplied - balance) is explained by
    entries effective up to the day but recorded after it, as far as the general ledger lacks them, by excluded rows
    and by rounding; what remains is unexplained, and has to be within the policy's tolerance. A balance on an account
    that the general ledger does not list, though it lists others of the entity, is a difference as if it had 0.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day.
    policy
        The tolerance, and the buckets that are proved.

    Returns
    -------
    DataFrame
        For each ``entity``, ``account`` and ``currency``: ``gross``, ``unapplied``, ``excluded``, ``rounding``,
        ``control_total``, ``difference``, ``gl_balance``, ``posted_after_cut_off``, ``gl_difference``,
        ``unexplained`` in currency units, and ``status``: *reconciled*, *incomplete* (an amount cannot be read),
        *does not reconcile*, *general ledger differs*.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.reconcile(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool((table["difference"] == 0).all())
    True

    References
    ----------
    Subledger to general ledger reconciliation; SAP F.03, Oracle Receivables to General Ledger Reconciliation.
    """
    policy = policy or DEFAULT_POLICY
    day = ledger.require(as_of)
    table = reconciliation_frame(ledger, day, policy=policy)
    return to_units(table.select(*KEYS, *AMOUNTS, "status"), dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def reconciliation_frame(ledger: Ledger, day: date, *, policy: Policy) -> pl.DataFrame:
    """The reconciliation with amounts in minor units, and with the two columns of ``TAKEN``."""
    # What is booked on an account: an advance that has reduced the debts on another one is still on its own.
    booked = replace(policy, advances_accounts=())
    aged = aging_frame(ledger, day, by=["entity", "account"], policy=booked).select(*KEYS, "gross", "unapplied")
    parts = [aged, _excluded(ledger, day), _control(ledger, day), _late(ledger, day), _general_ledger(ledger, day)]
    # Each part has a key once, so no line is multiplied. A row
    # whose currency cannot be read has keys too: nulls are equal.
    keys = pl.concat([part.select(KEYS) for part in parts]).unique()
    table = keys
    for part in parts:
        table = table.join(part, on=KEYS, how="left", nulls_equal=True)
    sums = (
        "gross",
        "unapplied",
        "excluded",
        "excluded_once",
        "rounding",
        "control_total",
        "posted_after_cut_off",
        "unreadable",
    )
    table = table.with_columns(pl.col(sums).fill_null(0))
    shown = pl.col("gross") + pl.col("unapplied")
    # An account that the general ledger does not list, though it lists others of the entity, is a difference too.
    listed_entities = parts[-1]["entity"].unique().implode()
    absent = pl.col("gl_balance").is_null() & pl.col("entity").is_in(listed_entities) & (shown != 0)
    table = table.with_columns(
        difference=pl.col("control_total") - shown - pl.col("excluded") - pl.col("rounding"),
        gl_difference=shown - pl.when(absent).then(0).otherwise(pl.col("gl_balance")),
    )
    tolerance = policy.gl_tolerance * minor_per_unit(pl.col("currency"), table["currency"])
    table = table.with_columns(_explained())
    columns = (*KEYS, *AMOUNTS, *TAKEN, "excluded_once", "status")
    return table.with_columns(status=_status(tolerance)).select(columns).sort(KEYS)


def _excluded(ledger: Ledger, day: date) -> pl.DataFrame:
    """Sum the excluded rows that count by the day; a row without a readable date counts on every day."""
    apart = ledger.frames.findings.filter(pl.col("action") == "excluded")
    counts = pl.col("effective_on").is_null() | (pl.col("effective_on") <= day)
    apart = apart.filter(counts & pl.col("table").is_in(["items", "entries", "applications", "payments"]))
    # A row that repeats another is not in the general ledger a second time, so it explains no difference to it.
    repeated = pl.col("code") == "duplicate_item"
    apart = apart.with_columns(
        pl.col("account").fill_null(""),
        unreadable=pl.col("amount").is_null().cast(pl.Int64),
        once=pl.when(repeated).then(0).otherwise(pl.col("amount")),
    )
    return apart.group_by(KEYS).agg(
        pl.col("amount").sum().alias("excluded"),
        pl.col("once").sum().alias("excluded_once"),
        pl.col("unreadable").sum(),
    )


def _control(ledger: Ledger, day: date) -> pl.DataFrame:
    control = ledger.frames.control
    counted = control.filter(pl.col("effective_on").is_null() | (pl.col("effective_on") <= day))
    sums = counted.group_by(KEYS).agg(pl.col("amount").sum(), pl.col("amount_rest").sum())
    unit = minor_per_unit(pl.col("currency"), sums["currency"])
    # The rests are added up exactly and rounded once; rounded row by row they would not prove the raw total.
    rounding = proportion(pl.col("amount_rest"), part=unit, whole=pl.lit(10**SCALE))
    return sums.select(*KEYS, rounding=rounding, control_total=pl.col("amount") + rounding)


def _late(ledger: Ledger, day: date) -> pl.DataFrame:
    late = ledger.scan("entries").filter(nw.col("effective_on") <= day, nw.col("recorded_on") > day)
    rows = late.join(ledger.scan("items").select("item", *KEYS), on="item", how="inner")
    return collect(rows.group_by(*KEYS).agg(nw.col("amount").sum().alias("posted_after_cut_off")))


def _general_ledger(ledger: Ledger, day: date) -> pl.DataFrame:
    gl = ledger.frames.gl.filter(pl.col("date") == day).with_columns(pl.col(KEYS).cast(pl.String))
    return gl.group_by(KEYS).agg(pl.col("balance").sum().alias("gl_balance"))


def ways_to_explain() -> list[tuple[pl.Expr, pl.Expr, pl.Expr]]:
    """What a difference to the general ledger leaves unexplained in each way, with what is taken in it.

    Whether the general ledger has the entries recorded late, and the excluded rows, cannot be known from here: neither
    of them explains the difference, or one, or both.
    """
    nothing = pl.lit(0, pl.Int64)
    late, apart = pl.col("posted_after_cut_off"), pl.col("excluded_once") + pl.col("rounding")
    taken = [(nothing, nothing), (late, nothing), (nothing, apart), (late, apart)]
    return [(pl.col("gl_difference") - one + other, one, other) for one, other in taken]


def _explained() -> list[pl.Expr]:
    """The way that explains most: ``unexplained``, and what is taken in it."""
    ways = ways_to_explain()
    # Of ways that leave equally little, coalesce below takes the first, which assumes least.
    smallest = pl.min_horizontal(rest.abs() for rest, *_ in ways)
    return [
        pl.coalesce(pl.when(way[0].abs() == smallest).then(way[place]) for way in ways).alias(name)
        for place, name in enumerate(("unexplained", *TAKEN))
    ]


def _status(tolerance: pl.Expr) -> pl.Expr:
    return (
        # First what went missing on the way, then what could not be read, and only then the books.
        pl.when(pl.col("difference") != 0)
        .then(pl.lit(DIFFERENT))
        .when(pl.col("unreadable") > 0)
        .then(pl.lit(INCOMPLETE))
        .when(pl.col("unexplained").fill_null(0).abs() > tolerance)
        .then(pl.lit(UNEXPLAINED))
        .otherwise(pl.lit(RECONCILED))
    )


def require_reconciled(
    ledger: Ledger, *, as_of: date | str, policy: Policy | None = None, accepted: Sequence[Accepted] = ()
) -> pd.DataFrame:
    """The reconciliation of a day, or stop: a month-end must not publish a number that does not tie out.

    Formula: every line *reconciled*, or its unexplained difference accepted to the cent; excluded rows at most the
    policy's shares of all rows and of the control total.

    Parameters
    ----------
    ledger, as_of, policy
        As in :func:`reconcile`.
    accepted
        The differences to the general ledger that a person has accepted.

    Returns
    -------
    DataFrame
        The table of :func:`reconcile`; the status of what is accepted is *difference accepted*.

    Raises
    ------
    ReconciliationError
        A line does not reconcile, is incomplete, or differs from the general ledger.
    TooManyFaultsError
        More rows, or more money, were excluded than the policy allows.

    Examples
    --------
    >>> import arkit as ar
    >>> len(ar.require_reconciled(ar.sample_ledger(), as_of="2026-10-31")) > 0
    True

    References
    ----------
    The policy, ``stop_share_of_rows`` and ``stop_share_of_amount``.
    """
    policy = policy or DEFAULT_POLICY
    table = reconcile(ledger, as_of=as_of, policy=policy)
    table = with_accepted(table, accepted, day=as_day(as_of))
    failed = table[~table["status"].isin([RECONCILED, ACCEPTED])]
    if len(failed):
        lines = [_sentence({str(name): value for name, value in row.items()}) for row in failed.to_dict("records")]
        raise ReconciliationError(f"The balances of {as_of} do not tie out: {listed(lines)}.")
    _refuse_too_many_faults(ledger, policy)
    return table


def with_accepted(table: pd.DataFrame, accepted: Sequence[Accepted], *, day: date) -> pd.DataFrame:
    """A reconciliation in which the differences that a person has accepted have a status of their own."""
    table = table.copy()
    for one in accepted:
        # Amounts are floats here, and four decimals are finer than the minor unit of any currency.
        here = (table["status"] == UNEXPLAINED) & (table["unexplained"].astype(float).round(4) == round(one.amount, 4))
        for key in KEYS:
            here &= (table[key] == getattr(one, key)) | (getattr(one, key) == "")
        table.loc[here & (one.day in (None, day)), "status"] = ACCEPTED
    return table


def _sentence(row: dict[str, object]) -> str:
    """What does not tie out, for the message of an error."""
    where = " ".join(str(row[key]) for key in KEYS if row[key] and row[key] == row[key])
    held = float(str(row["gross"])) + float(str(row["unapplied"]))
    shown = {"held": f"{held:,.2f}", "gl": f"{row['gl_balance']:,.2f}"}
    shown |= {name: f"{row[name]:,.2f}" for name in ("difference", "unexplained")}
    key = {DIFFERENT: "different", INCOMPLETE: "incomplete"}.get(str(row["status"]), "unexplained")
    if key == "unexplained" and row["gl_balance"] != row["gl_balance"]:
        key = "no_account"
    where = where or text("aging.tie_out.no_currency", language=ENGLISH)
    return text(f"aging.tie_out.{key}", count=None, language=ENGLISH, where=where, **shown)


def _refuse_too_many_faults(ledger: Ledger, policy: Policy) -> None:
    apart = ledger.frames.findings.filter(pl.col("action") == "excluded")
    # A row with several findings is one row.
    share_of_rows = apart.select(pl.struct("table", "source", "source_row").n_unique()).item() / max(
        ledger.source_rows, 1
    )
    if share_of_rows > policy.stop_share_of_rows:
        raise TooManyFaultsError(
            f"{share_of_rows:.1%} of {ledger.source_rows:,} rows had to be excluded; the policy "
            f"{policy.name!r} allows {policy.stop_share_of_rows:.1%}. Most frequent: {_most_frequent(apart)}."
        )
    sizes = ledger.frames.control.group_by("currency").agg(pl.col("amount").abs().sum().alias("all"))
    shares = apart.group_by("currency").agg(pl.col("amount").abs().sum()).join(sizes, on="currency")
    for currency, amount, everything in shares.iter_rows():
        if amount > policy.stop_share_of_amount * everything:
            raise TooManyFaultsError(
                f"{amount / max(everything, 1):.1%} of the amounts in {currency} had to be excluded; the policy "
                f"{policy.name!r} allows {policy.stop_share_of_amount:.1%}. Most frequent: {_most_frequent(apart)}."
            )


def _most_frequent(findings: pl.DataFrame) -> str:
    counts = findings["code"].value_counts(sort=True).head(1)
    return f"{counts['code'][0]} ({counts['count'][0]} rows)"


ACCOUNT_AMOUNTS: Final = ("balance", "gl_balance", "gl_difference", "posted_after_cut_off", "excluded", "unexplained")
NOT_GIVEN: Final = "no balance given"
AGREES: Final = "agrees"
WITHIN: Final = "within the tolerance"
LATE: Final = "recorded after the cut-off"
EXPLAINED: Final = "posted after cut-off or excluded"
NO_ACCOUNT: Final = "account missing in the general ledger"
NO_ITEMS: Final = "account without items"
NOT_EXPLAINED: Final = "unexplained"


def tie_out(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """The balance of each account beside the general ledger's, and what a difference is.

    Formula: balance (gross + unapplied) - balance of the general ledger = posted after cut-off + excluded +
    unexplained, the first two only as far as the general ledger lacks them.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day.
    policy
        The tolerance.

    Returns
    -------
    DataFrame
        For each ``entity``, ``account`` and ``currency``: ``balance``, ``gl_balance``, ``gl_difference``,
        ``posted_after_cut_off``, ``excluded``, ``unexplained`` in currency units, and ``verdict``: *agrees*,
        *recorded after the cut-off*, *posted after cut-off or excluded*, *within the tolerance*, *unexplained*,
        *account missing in the general ledger* (which has others of the entity), *account without items*,
        *no balance given*.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.tie_out(ar.sample_ledger(), as_of="2026-10-31")
    >>> sorted(set(table["verdict"]))
    ['agrees', 'recorded after the cut-off']

    References
    ----------
    SAP F.03, Oracle Receivables to General Ledger Reconciliation: differences by entity and account.
    """
    policy = policy or DEFAULT_POLICY
    day = ledger.require(as_of)
    lines = reconciliation_frame(ledger, day, policy=policy).with_columns(balance=pl.col("gross") + pl.col("unapplied"))
    table = lines.select(*KEYS, *ACCOUNT_AMOUNTS, verdict=_verdict())
    return to_units(table, dict.fromkeys(ACCOUNT_AMOUNTS, "currency")).to_pandas()


def _verdict() -> pl.Expr:
    """What a difference is: the first that holds."""
    balance, gl, difference = pl.col("balance"), pl.col("gl_balance"), pl.col("gl_difference")
    unexplained = pl.col("status") == UNEXPLAINED
    cases = [
        (unexplained & gl.is_null(), NO_ACCOUNT),
        (unexplained & (balance == 0), NO_ITEMS),
        (unexplained, NOT_EXPLAINED),
        (difference.is_null(), NOT_GIVEN),
        (difference == 0, AGREES),
        (pl.col("unexplained") != 0, WITHIN),
        (difference == pl.col("posted_after_cut_off"), LATE),
    ]
    return pl.coalesce(*(pl.when(test).then(pl.lit(name)) for test, name in cases), pl.lit(EXPLAINED))


def late_entries(ledger: Ledger, *, as_of: date | str, known: date | str | None = None) -> pd.DataFrame:
    """List the entries that count by a day and that the books learnt of only after the cut-off.

    Formula: ``effective_on <= as_of`` and ``recorded_on > known``.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day by which the entries count.
    known
        The cut-off; without it the day itself. That of a published report gives what it could not contain.

    Returns
    -------
    DataFrame
        ``entity``, ``account``, ``customer_id``, ``item_id``, ``entry_type``, ``effective_on``, ``recorded_on``,
        ``days_to_record``, ``currency`` and ``amount`` in currency units, the largest amount first.

    Examples
    --------
    >>> import arkit as ar
    >>> late = ar.late_entries(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool((late["recorded_on"].astype(str) > "2026-10-31").all())
    True

    References
    ----------
    Cut-off testing: ISA 330, A45; SAP FBL5N by posting and entry date.
    """
    day = ledger.require(as_of)
    cut_off = as_day(known) if known else day
    late = ledger.scan("entries").filter(nw.col("effective_on") <= day, nw.col("recorded_on") > cut_off)
    items = ledger.scan("items").select("item", *KEYS, "customer_id")
    days = (nw.col("recorded_day") - nw.col("effective_day")).cast(nw.Int64).alias("days_to_record")
    columns = ("entity", "account", "customer_id", "item_id", "entry_type", "effective_on", "recorded_on")
    rows = collect(late.join(items, on="item", how="left").select(*columns, days, "currency", "amount"))
    # The largest first; entries of one size in an order that does not depend on the engine.
    order = (pl.col("amount").abs(), "item_id", "effective_on", "recorded_on", "entry_type", "amount")
    rows = rows.sort(*order, descending=[True] + [False] * (len(order) - 1))
    return to_units(rows, {"amount": "currency"}).to_pandas()


def credit_balances(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """Propose the customers with a credit balance for reclassification: they are creditors on the balance sheet.

    Formula: customers whose gross + unapplied on an account is below zero; not on accounts of advances received, where
    it is a liability already.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day.
    policy
        The policy.

    Returns
    -------
    DataFrame
        ``entity``, ``account``, ``customer_id``, ``name``, ``currency``, ``gross``, ``unapplied``, ``net`` and
        ``customer_credit``, the amount to move to other liabilities, in currency units; the largest first.

    Examples
    --------
    >>> import arkit as ar
    >>> credits = ar.credit_balances(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool((credits["customer_credit"] > 0).all())
    True

    References
    ----------
    IAS 1.32 (no offsetting of assets and liabilities); HGB section 246 (2); SAP FAGLF101.
    """
    day, policy = ledger.require(as_of), policy or DEFAULT_POLICY
    by = ["entity", "account", "customer_id", "name"]
    aged = aging_frame(ledger, day, by=by, policy=policy)
    advances = pl.col("account").cast(pl.String).is_in(advances_accounts(ledger, policy)).fill_null(False)
    credits = aged.filter((pl.col("net") < 0) & ~advances).with_columns(customer_credit=-pl.col("net")).sort("net", *by)
    amounts = ("gross", "unapplied", "net", "customer_credit")
    return to_units(credits.select(*by, "currency", *amounts), dict.fromkeys(amounts, "currency")).to_pandas()

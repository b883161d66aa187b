"""Tie-out: the subledger beside the general ledger, account by account, and what a close has to look at."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import aging_frame
from arkit.aging.reconcile import KEYS, UNEXPLAINED, reconciliation_frame
from arkit.model.engine import collect
from arkit.model.ledger import Ledger, as_day
from arkit.model.money import to_units
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

AMOUNTS: Final = ("balance", "gl_balance", "gl_difference", "posted_after_cut_off", "excluded", "unexplained")
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
    policy = policy or Policy()
    day = ledger.require(as_of)
    lines = reconciliation_frame(ledger, day, policy=policy).with_columns(balance=pl.col("gross") + pl.col("unapplied"))
    table = lines.select(*KEYS, *AMOUNTS, verdict=_verdict())
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).to_pandas()


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

    Formula: customers whose gross + unapplied on an account is below zero.

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
    day = ledger.require(as_of)
    by = ["entity", "account", "customer_id", "name"]
    aged = aging_frame(ledger, day, by=by, policy=policy or Policy())
    credits = aged.filter(pl.col("net") < 0).with_columns(customer_credit=-pl.col("net")).sort("net", *by)
    amounts = ("gross", "unapplied", "net", "customer_credit")
    return to_units(credits.select(*by, "currency", *amounts), dict.fromkeys(amounts, "currency")).to_pandas()

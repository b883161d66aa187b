"""Made-up ledgers of any size: invoices paid in one or two parts by receipts and credit notes, over 36 months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

FIRST_DAY: Final = date(2023, 11, 1)
LAST_DAY: Final = date(2026, 10, 31)
ENTITIES: Final = {"DE": "EUR", "ES": "EUR", "US": "USD"}
ITEMS_PER_CUSTOMER: Final = 50

_DAYS: Final = (LAST_DAY - FIRST_DAY).days
_INVOICES: Final = 0.56
_BOUGHT_ELSEWHERE: Final = 0.05
_NEVER_PAID: Final = 0.015
_IN_TWO_PARTS: Final = 0.14
# Some receipts pay several invoices at once.
_RECEIPTS_PER_PAYMENT: Final = 0.65
_CREDIT_NOTES: Final = 0.05

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Tables:
    """Canonical tables as somebody would hand them to ``make_ledger``: amounts in currency units, dates as dates."""

    items: pl.DataFrame
    applications: pl.DataFrame
    customers: pl.DataFrame


def make_tables(size: int, *, seed: int = 20) -> Tables:
    """Return a ledger of ``size`` items (invoices, receipts, credit notes) with about 2.2 entries an item."""
    draw = np.random.default_rng(seed)
    invoices = _invoices(draw, int(size * _INVOICES), customers=_customers(size))
    payments = _payments(draw, invoices)
    receipts = _receipts(draw, payments)
    on_account = _on_account(draw, size - len(invoices["day"]) - len(receipts["day"]), customers=_customers(size))
    parts = [_items(invoices, "I"), _items(receipts, "R"), _items(on_account, "A")]
    return Tables(pl.concat(parts), _applications(draw, payments), _customer_table(size))


def make_settled(size: int, *, seed: int = 20) -> pl.DataFrame:
    """Return ``size`` invoices with the day each was settled, as an export shows them."""
    draw = np.random.default_rng(seed)
    invoices = _invoices(draw, size, customers=_customers(size))
    settled = pl.select(_date(invoices["paid_day"])).to_series()
    open_still = (invoices["paid_day"] > _DAYS) | (draw.random(size) < _NEVER_PAID)
    return _items(invoices, "I").with_columns(settled_on=settled.set(pl.Series(open_still), None))


def with_faults(settled: pl.DataFrame) -> pl.DataFrame:
    """Return the rows as text, one in a thousand with a number twice, an impossible date, an odd amount."""
    row = pl.int_range(pl.len())
    return settled.select(pl.all().cast(pl.String)).with_columns(
        item_id=pl.when(row % 1009 == 1008).then(pl.col("item_id").shift(1)).otherwise("item_id"),
        due_date=pl.when(row % 1013 == 7).then(pl.lit("2026-02-31")).otherwise("due_date"),
        settled_on=pl.when(row % 1019 == 7).then(pl.col("settled_on") + "T10:15:00").otherwise("settled_on"),
        amount=pl.when(row % 1021 == 7).then(pl.format("({})", "amount")).otherwise("amount"),
    )


def _customers(size: int) -> int:
    return max(size // ITEMS_PER_CUSTOMER, 3)


def _invoices(draw: np.random.Generator, number: int, *, customers: int) -> Columns:
    # A few customers buy much, most of them little.
    customer = (draw.random(number) ** 2 * customers).astype(np.int64)
    day = draw.integers(0, _DAYS + 1, number)
    terms = np.array([14, 30, 60])[customer % 3]
    slowness = np.random.default_rng(1).gamma(2.0, 6.0, customers)[customer]
    late = draw.normal(slowness - 4, 8).astype(np.int64)
    return {
        "customer": customer,
        "entity": _entity_of(draw, customer),
        "day": day,
        "due": day + terms,
        "paid_day": np.maximum(day + terms + late, day),
        "cents": draw.lognormal(10.5, 1.2, number).astype(np.int64) + 100,
        "kind": np.zeros(number, dtype=np.int64),
    }


def _entity_of(draw: np.random.Generator, customer: np.ndarray) -> np.ndarray:
    """Return the entity that sells: a customer's own, now and then another."""
    elsewhere = draw.random(len(customer)) < _BOUGHT_ELSEWHERE
    return np.where(elsewhere, draw.integers(0, len(ENTITIES), len(customer)), customer // 3 % len(ENTITIES))


def _payments(draw: np.random.Generator, invoices: Columns) -> Columns:
    """Return one row for each part that is paid by the last day, by customer, with the receipt paying it."""
    number = len(invoices["day"])
    first = np.where(draw.random(number) < _IN_TWO_PARTS, draw.uniform(0.2, 0.8, number), 1.0)
    first_cents = np.maximum((invoices["cents"] * first).astype(np.int64), 1)
    whole = np.arange(number)
    second = np.flatnonzero(first_cents < invoices["cents"])
    invoice = np.concatenate([whole, second])
    rows = {
        "invoice": invoice,
        "customer": invoices["customer"][invoice],
        "entity": invoices["entity"][invoice],
        "day": np.concatenate([invoices["paid_day"], invoices["paid_day"][second] + 20]),
        "cents": np.concatenate([first_cents, (invoices["cents"] - first_cents)[second]]),
    }
    paid = (rows["day"] <= _DAYS) & (draw.random(number)[invoice] >= _NEVER_PAID)
    rows = {name: values[paid] for name, values in rows.items()}
    order = np.lexsort((rows["day"], rows["entity"], rows["customer"]))
    return _with_receipt(draw, {name: values[order] for name, values in rows.items()})


def _with_receipt(draw: np.random.Generator, payments: Columns) -> Columns:
    other_payer = np.zeros(len(payments["day"]), dtype=bool)
    for name in ("customer", "entity"):
        other_payer |= np.diff(payments[name], prepend=-1) != 0
    begins = other_payer | (draw.random(len(other_payer)) < _RECEIPTS_PER_PAYMENT)
    receipt = np.cumsum(begins) - 1
    ends = np.append(np.flatnonzero(begins)[1:], len(begins)) - 1
    return {**payments, "receipt": receipt, "day": payments["day"][ends][receipt]}


def _receipts(draw: np.random.Generator, payments: Columns) -> Columns:
    begins = np.flatnonzero(np.diff(payments["receipt"], prepend=-1))
    number = len(begins)
    paid = np.add.reduceat(payments["cents"], begins) if number else np.zeros(0, dtype=np.int64)
    too_much = np.where(draw.random(number) < 0.01, draw.integers(1, 5_000, number), 0)
    return {
        "customer": payments["customer"][begins],
        "entity": payments["entity"][begins],
        "day": payments["day"][begins],
        "due": payments["day"][begins],
        "cents": -(paid + too_much),
        "kind": np.where(draw.random(number) < _CREDIT_NOTES, 2, 1),
    }


def _on_account(draw: np.random.Generator, number: int, *, customers: int) -> Columns:
    day = draw.integers(0, _DAYS + 1, max(number, 0))
    customer = draw.integers(0, customers, len(day))
    return {
        "customer": customer,
        "entity": _entity_of(draw, customer),
        "day": day,
        "due": day,
        "cents": -draw.integers(1_000, 500_000, len(day)),
        "kind": np.ones(len(day), dtype=np.int64),
    }


def _items(rows: Columns, prefix: str) -> pl.DataFrame:
    entity = pl.Series(list(ENTITIES)).gather(rows["entity"])
    return pl.select(
        item_id=_number(prefix, np.arange(len(rows["day"]))),
        entity=entity,
        account=pl.lit("1200"),
        customer_id=_number("C", rows["customer"]),
        item_type=pl.Series(["invoice", "receipt", "credit_note"]).gather(rows["kind"]),
        document_date=_date(rows["day"]),
        recorded_on=_date(rows["day"] + rows["customer"] % 3),
        due_date=_date(rows["due"]),
        currency=entity.replace_strict(ENTITIES),
        amount=pl.Series(rows["cents"] / 100),
    )


def _applications(draw: np.random.Generator, payments: Columns) -> pl.DataFrame:
    return pl.select(
        item_id=_number("I", payments["invoice"]),
        counterpart_item_id=_number("R", payments["receipt"]),
        effective_on=_date(payments["day"]),
        recorded_on=_date(payments["day"] + draw.integers(0, 4, len(payments["day"]))),
        amount=pl.Series(payments["cents"] / 100),
    )


def _customer_table(size: int) -> pl.DataFrame:
    number = np.arange(_customers(size))
    industry = pl.Series(["Retail", "Food", "Machinery", "Health"]).gather(number % 4)
    return pl.select(customer_id=_number("C", number), name=_number("Customer ", number), industry=industry)


def _number(prefix: str, number: np.ndarray) -> pl.Expr:
    return pl.lit(prefix) + pl.lit(pl.Series(number)).cast(pl.String).str.zfill(8)


def _date(day: np.ndarray) -> pl.Expr:
    return pl.lit(FIRST_DAY) + pl.duration(days=pl.lit(pl.Series(day)))

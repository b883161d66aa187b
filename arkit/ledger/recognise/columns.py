"""Which column is what: by its header, held against what its cells look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.ledger.body.amount_cells import NO_AMOUNT
from arkit.ledger.body.rows import DATE
from arkit.ledger.recognise.hints import Hints
from arkit.ledger.recognise.meanings import BUCKET
from arkit.ledger.record import Decision
from arkit.ledger.schema import TABLES
from arkit.ledger.vocabulary import MONEY, Meaning, currency_of

AMOUNT: Final = (
    r"(?i)^[-+(]?\s*([a-z]{3}|[€£$¥₽₴₸₹]|us\$|hk\$)?\s*[-−(]?\s*(\d[\d.,\s\u00a0\u202f'’]*|[.,]\d+)\)?\s*[-−]?\s*"
    r"([a-z]{3}|[€£$¥₽₴₸₹]|руб\.?|р\.?|元|人民币|dr\.?|cr\.?|[sdhcдк借贷]|соll|soll|haben|дт|кт)?\s*[)-]?$"
)
_MOSTLY: Final = 0.8
_MONEY: Final = (*MONEY, BUCKET, "exchange_rate")
_DATES: Final = tuple(TABLES["items"].of_type("date"))
_TRUTHS: Final = r"(?i)^(true|false|yes|no|y|n|0|1|x|да|нет|是|否|ja|nein)$"


@dataclass(frozen=True)
class Columns:
    """The columns of a file: one header for each meaning, the columns of an aging, and currencies named in headers."""

    of: dict[str, str]
    buckets: tuple[str, ...]
    currencies: dict[str, str]
    blank: frozenset[str]
    decisions: tuple[Decision, ...]


def recognise_columns(rows: pl.DataFrame, meanings: dict[str, Meaning], hints: Hints, file: str) -> Columns:
    """Return the columns of the likely items of a file.

    Raises
    ------
    ReadingError
        Two columns of amounts could be meant, or a hint names a column that is not there.
    """
    absent = [header for header in hints.columns.values() if header not in rows.columns]
    if absent:
        named = [name for name in rows.columns if name != "source_row"]
        raise ReadingError(f"{file} has no column {listed(absent)}, which the hints name. It has: {listed(named)}.")
    blank = frozenset(name for name in rows.columns if rows[name].null_count() == rows.height)
    chosen, made = (
        dict(hints.columns),
        [Decision(name, header, "hint", "stated") for name, header in hints.columns.items()],
    )
    candidates = _candidates(rows, meanings, taken={*chosen.values()}, blank=blank)
    for name, headers in candidates.items():
        if name in chosen or name in (BUCKET, "known"):
            continue
        header, decision = _one_of(rows, name, headers, file)
        chosen[name] = header
        made.append(decision)
    used = {*chosen.values()}
    buckets = tuple(header for header in candidates.get(BUCKET, []) if header not in used)
    left = [name for name in rows.columns if name not in {*used, *buckets, *blank, "source_row"}]
    made += [Decision("not read", listed(left), "no column of a ledger")] if left else []
    stated = {name: meanings[header].currency for name, header in chosen.items() if header in meanings}
    if buckets:
        stated[BUCKET] = next((meanings[header].currency for header in buckets if meanings[header].currency), "")
    currencies = {name: currency for name, currency in stated.items() if currency}
    return Columns(chosen, buckets, currencies, blank, tuple(made))


def _candidates(
    rows: pl.DataFrame, meanings: dict[str, Meaning], *, taken: set[str], blank: frozenset[str]
) -> dict[str, list[str]]:
    """Return the headers for each meaning whose cells fit it, the best known first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for header, each in meanings.items():
        if header in taken or (header in blank and each.name != "settled_on"):
            continue
        if header in blank or _fits(rows[header].drop_nulls(), each.name):
            found.setdefault(each.name, []).append((each.rank, header))
    order = rows.columns
    return {
        name: [header for _, header in (sorted(headers) if name != BUCKET else _in_order(headers, order))]
        for name, headers in found.items()
    }


def _in_order(headers: list[tuple[int, str]], order: list[str]) -> list[tuple[int, str]]:
    return sorted(headers, key=lambda each: order.index(each[1]))


def _fits(cells: pl.Series, name: str) -> bool:
    """Tell whether the cells look like what the header means; one cell that does not is a fault of its row."""
    if name in _DATES:
        fitting = cells.str.contains(DATE)
    elif name in _MONEY:
        fitting = cells.str.contains(AMOUNT) | cells.str.contains(NO_AMOUNT)
    elif name in ("currency", "base_currency"):
        known = [cell for cell in cells.unique() if currency_of(cell)]
        fitting = cells.is_in(known)
    elif name == "disputed":
        fitting = cells.str.contains(_TRUTHS)
    else:
        return True
    return bool(fitting.any()) and int((~fitting).sum()) <= max(1, (1 - _MOSTLY) * len(cells))


def share(cells: pl.Series, pattern: str) -> float:
    """Return the share of cells that match a pattern."""
    mean = cells.str.contains(pattern).mean()
    return float(mean) if isinstance(mean, float) else 0.0


def _one_of(rows: pl.DataFrame, name: str, headers: list[str], file: str) -> tuple[str, Decision]:
    """Return the one header for a meaning: of texts and days the best known, of amounts the only one."""
    first = headers[0]
    if len(headers) == 1:
        return first, Decision(name, first, "header")
    if name in _MONEY:
        others = [other for other in headers[1:] if not rows[first].eq_missing(rows[other]).all()]
        if others:
            raise ReadingError(
                f"Two columns of {file} could be the {name}: {first!r} and {others[0]!r}, and they differ. "
                f'Say which: hints={{"columns": {{"{name}": "{first}"}}}}, or under [items.columns] of a layout '
                f'{name} = "{first}".'
            )
        return first, Decision(name, first, f"header; {listed(headers[1:])} is the same in every row")
    fullest = min(headers, key=lambda header: (rows[header].null_count() * 2 > rows.height, headers.index(header)))
    others = [header for header in headers if header != fullest]
    return fullest, Decision(name, fullest, f"header; preferred to {listed(others)}", "likely")

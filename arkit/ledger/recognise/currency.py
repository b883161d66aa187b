"""The currency of the amounts: a column, the cells, the header, a row above it, or a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.body.above import currency_after
from arkit.ledger.body.amount_cells import currency_in
from arkit.ledger.recognise.hints import Hints
from arkit.ledger.record import Decision
from arkit.ledger.vocabulary import currency_of

_LABEL: Final = r"(?i)(currency|amounts? in|in|währung|beträge in|валюта|суммы? в|币种|币别|单位|货币)[\s:：,.(（]*$"
_WORD: Final = r"[€£₽₴₸₹]|US\$|[^\W\d_]+"


@dataclass(frozen=True)
class Currency:
    """Where the currency is: a column, a constant, or the words above the header after which it stands."""

    decision: Decision
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    stated_above: dict[str, str] = field(default_factory=dict)


def recognise_currency(
    rows: pl.DataFrame,
    columns: dict[str, str],
    amounts: list[str],
    *,
    in_headers: set[str],
    above: list[str],
    in_sections: bool,
    hints: Hints,
    file: str,
) -> Currency:
    """Return where the currency of each item is.

    Raises
    ------
    ReadingError
        No currency is named anywhere, or two are.
    """
    header = columns.get("currency")
    if header:
        return _of_column(rows, header, hints, file)
    if hints.currency:
        return Currency(Decision("currency", hints.currency, "hint", "stated"), constants={"currency": hints.currency})
    if in_sections:
        return Currency(Decision("currency", "in sections", "a row above or below the items names it"))
    if len(in_headers) == 1:
        code = next(iter(in_headers))
        return Currency(Decision("currency", code, "named in the header of the amounts"), constants={"currency": code})
    if len(amounts) == 1 and not currency_in(rows[amounts[0]]).has_nulls():
        decision = Decision("currency", amounts[0], "stands in each cell of the amounts")
        return Currency(decision, columns={"currency": amounts[0]})
    found = _above(above)
    if found:
        label, code, line = found
        return Currency(Decision("currency", code, f"above the header: {line}"), stated_above={"currency": label})
    asked = f"its amounts name {' and '.join(sorted(in_headers))}" if in_headers else "no currency is named in it"
    raise ReadingError(
        f'The currency of {file} is not known: {asked}. Say it: hints={{"currency": "EUR"}}; in a layout it is '
        'currency = "EUR" under [items.constants].'
    )


def _of_column(rows: pl.DataFrame, header: str, hints: Hints, file: str) -> Currency:
    blank = rows[header].null_count()
    if not blank:
        return Currency(Decision("currency", header, "header; every row has one"))
    if hints.currency:
        decision = Decision("currency", f"{header}, {hints.currency} where blank", "hint", "stated")
        return Currency(decision, constants={"currency": hints.currency})
    raise ReadingError(
        f"{blank} of {rows.height} rows of {file} have nothing under {header!r}, as where the local currency is left "
        'out. Say which it is: hints={"currency": "EUR"}; in a layout it is currency = "EUR" under [items.constants].'
    )


def _above(lines: list[str]) -> tuple[str, str, str] | None:
    """Return the words before a currency above the header, the currency, and the line."""
    for line in lines:
        for match in re.finditer(_WORD, line):
            code = currency_of(match.group())
            label = re.search(_LABEL, line[: match.start()])
            if code and label and currency_after(label.group(1), [line]) == code:
                return label.group(1), code, line
    return None

"""Finished tables as lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from arkit.present.wording import shown
from arkit.terms import Column, column

if TYPE_CHECKING:
    import pandas as pd

GAP: Final = "  "


def lines_of(table: pd.DataFrame, *, columns: Mapping[str, Column] | None = None) -> list[str]:
    r"""Return a table as lines, the titles first: numbers to the right, texts to the left, the last column unpadded.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"currency": ["EUR", "JPY"], "net": [1234.5, 99.0], "status": ["reconciled", "incomplete"]}
    ... )
    >>> print(*lines_of(table), sep="\n")
    Currency       Net  Status
    EUR       1,234.50  reconciled
    JPY             99  incomplete
    """
    cells = [
        _column(table, str(name), {**(columns or {})}.get(str(name)) or column(str(name))) for name in table.columns
    ]
    return [GAP.join(row).rstrip() for row in zip(*cells, strict=True)]


def _column(table: pd.DataFrame, name: str, column: Column) -> list[str]:
    currencies = table["currency"] if "currency" in table.columns else [""] * len(table)
    texts = [
        " ".join(shown(value, column.kind, currency=str(code or "")).split())
        for value, code in zip(table[name], currencies, strict=True)
    ]
    texts = [column.title, *texts]
    width = max(map(len, texts)) if name != table.columns[-1] else 0
    return [text.ljust(width) if column.kind in ("text", "date") else text.rjust(width) for text in texts]

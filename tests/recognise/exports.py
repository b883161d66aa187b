"""One small ledger as many systems would export it, and what must come out each time."""

from pathlib import Path

import arkit as ar

DAY = "2026-10-31"
# item, customer, document day, due day, currency, open amount
ITEMS = [
    ("1001", "10023", "2026-10-05", "2026-11-04", "EUR", 1234.56),
    ("1002", "10023", "2026-10-13", "2026-11-12", "EUR", 2000.00),
    ("1003", "10047", "2026-10-20", "2026-10-20", "EUR", -100.10),
]
TOTAL = 3134.46
PLAIN = """\
Document No.;Customer No.;Customer Name;Document Date;Due Date;Currency;Open amount
1001;10023;Alfa GmbH;05.10.2026;04.11.2026;EUR;1234,56
1002;10023;Alfa GmbH;13.10.2026;12.11.2026;EUR;2000,00
1003;10047;Beta AG;20.10.2026;20.10.2026;EUR;-100,10
"""


def write(folder: Path, text: str, *, name: str = "export.csv", encoding: str = "utf-8") -> Path:
    """Write a text as an export."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, text: str, *, encoding: str = "utf-8", day: str | None = DAY, **hints: object) -> ar.Ledger:
    """Read a text as an export without a layout."""
    return ar.read_ledger(write(folder, text, encoding=encoding), snapshot_on=day, hints=hints or None)


def items_of(ledger: ar.Ledger, *, as_of: str = DAY) -> list[tuple[str, str, str, str, str, float]]:
    """Return the open items of a ledger in the order of their numbers."""
    names = ["item_id", "customer_id", "document_date", "due_date", "currency", "open_amount"]
    table = ar.open_items(ledger, as_of=as_of)[names].sort_values("item_id")
    for name in ("document_date", "due_date"):
        table[name] = table[name].dt.strftime("%Y-%m-%d")
    return [tuple(row) for row in table.astype(object).itertuples(index=False)]


def decided(ledger: ar.Ledger, what: str) -> str:
    """Return what was decided on one question."""
    assert ledger.reading is not None
    table = ledger.reading.decisions
    return str(table.loc[table["what"] == what, "decided"].iloc[-1])

"""A key of a layout that could act and meets no row is a finding, and stops nothing."""

from pathlib import Path
from typing import Any

import pytest

import arkit as ar
from arkit.model.layout import TableLayout

HEADER = "item_id,customer_id,document_date,currency,item_type,side,state,plus,less,amount,settled_on\n"
ROWS = "A,K1,2026-01-10,EUR,RE,S,open,100.00,,100.00,\nB,K1,2026-01-11,EUR,GU,H,open,,20.00,-20.00,2026-02-01\n"
CANONICAL = {name: name for name in HEADER.strip().split(",") if name not in ("side", "state", "plus", "less")}
HEADERS = tuple(HEADER.strip().split(","))
IDLE: dict[str, tuple[dict[str, Any], str]] = {
    "leave_out": ({"leave_out": {"state": ("void", "draft")}}, "leave_out state: void, draft"),
    "paid_when": ({"paid_when": {"state": ("Paid",)}}, "paid_when state: Paid"),
    "minus_when": ({"minus_when": {"side": ("C",)}}, "minus_when side: C"),
    "types": ({"types": {"RV": "invoice"}}, "types item_type: RV"),
    "minus": ({"minus": {"amount": ("empty",)}, "plus": {"amount": ("plus",)}}, "minus amount: empty"),
}
ACTING: dict[str, dict[str, Any]] = {
    "one of several values": {"leave_out": {"side": ("X", "H")}, "keep": {"state": ("void", "open")}},
    "one of several types": {"types": {"RE": "invoice", "RV": "invoice", "GU": "credit_note"}},
    "one of several columns": {"plus": {"amount": ("plus", "empty")}},
}


def idle(folder: Path, settings: dict[str, Any]) -> list[str]:
    path = folder / "export.csv"
    path.write_text(HEADER.replace("\n", ",empty\n") + ROWS.replace("\n", ",\n"))
    columns = {name: header for name, header in CANONICAL.items() if name != "amount" or "plus" not in settings}
    ledger = ar.read_ledger(
        path,
        layout=ar.Layout(name="own", shape="settled", items=TableLayout(columns=columns, ignored=HEADERS, **settings)),
    )
    found = ledger.findings.query("code == 'idle_key'")
    assert set(found["action"]) <= {"kept"}
    return found["value"].tolist()


@pytest.mark.parametrize("name", IDLE)
def test_a_key_that_meets_no_row_is_told(name: str, tmp_path: Path) -> None:
    settings, told = IDLE[name]
    assert idle(tmp_path, settings) == [told]


@pytest.mark.parametrize("name", ACTING)
def test_a_key_that_meets_some_row_is_quiet(name: str, tmp_path: Path) -> None:
    assert idle(tmp_path, ACTING[name]) == []

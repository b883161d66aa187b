"""Three companies of a group with a month-end each: small, and with everything that a close has to look at."""

from __future__ import annotations

from pathlib import Path

ITEMS = """\
item_id,entity,account,customer_id,item_type,document_date,recorded_on,due_date,currency,amount
ES-1,ES,4300,007,invoice,2026-08-01,2026-08-01,2026-08-31,EUR,100.10
ES-2,ES,4300,008,invoice,2026-09-20,2026-09-20,2026-10-20,EUR,250.20
ES-3,ES,4300,UK,invoice,2026-10-05,2026-10-05,2026-11-05,EUR,33.30
ES-4,ES,4300,007,receipt,2026-10-15,2026-10-15,2026-10-15,EUR,-60.10
UK-1,UK,4300,007,invoice,2026-08-10,2026-08-10,2026-09-09,GBP,80.00
UK-2,UK,4300,009,invoice,2026-10-10,2026-10-10,2026-11-09,EUR,12.00
UK-3,UK,4390,009,receipt,2026-10-20,2026-10-20,2026-10-20,GBP,-5.00
US-1,US,4300,010,invoice,2026-08-20,2026-08-20,2026-09-19,USD,70.00
US-2,US,4300,010,invoice,2026-10-29,2026-11-02,2026-11-28,USD,20.00
"""
APPLICATIONS = """\
item_id,counterpart_item_id,effective_on,recorded_on,amount
ES-1,ES-4,2026-10-15,2026-10-15,60.10
"""
CUSTOMERS = """\
customer_id,name,intercompany
007,Bond,false
008,Octopus,false
009,Nine,false
010,Ten,false
UK,Our UK,true
"""
GL = """\
entity,account,date,currency,balance
ES,4300,2026-09-30,EUR,350.30
ES,4300,2026-10-31,EUR,323.50
UK,4300,2026-10-31,GBP,80.00
UK,4300,2026-10-31,EUR,12.00
UK,4390,2026-10-31,GBP,-5.00
US,4300,2026-10-31,USD,70.00
"""
LAYOUT = 'name = "three companies"\nshape = "applied"\ncovers_until = 2026-11-05\n'
# An invoice of October that the books learnt of after the first close.
LATE = "ES-5,ES,4300,008,invoice,2026-10-30,2026-11-04,2026-11-29,EUR,1000.00\n"


def write_companies(folder: Path, **others: str) -> Path:
    """Write the ledger of the three companies; other texts may be given for its tables."""
    tables = {"items": ITEMS, "applications": APPLICATIONS, "customers": CUSTOMERS, "gl": GL, **others}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "layout.toml").write_text(LAYOUT, encoding="utf-8")
    return folder


def of_entity(text: str, entity: str) -> str:
    """Return the rows of a table that belong to an entity, under its header."""
    header, *rows = text.splitlines(keepends=True)
    return header + "".join(row for row in rows if entity in row.split(",")[:2])


def write_run(folder: Path, *, name: str = "month_end.toml", **settings: str) -> Path:
    """Write a run file over the ledger in the folder ``books``; settings are given as TOML writes them."""
    stated = {"as_of": "2026-10-31", "output": '"reports"', "workers": "2", **settings}
    sources = stated.pop("sources", '[{ ledger = "books", layout = "books/layout.toml" }]')
    lines = [f"{key} = {value}" for key, value in stated.items()]
    path = folder / name
    path.write_text("\n".join([*lines, f"sources = {sources}"]) + "\n", encoding="utf-8")
    return path

"""A ledger of three invoices and notebooks of a few cells: small enough to read, whole enough to be reported."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from arkit.aging.aging import aging_table
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present.sheets import Sheet

ITEMS = """\
item_id,entity,account,customer_id,item_type,document_date,due_date,currency,amount
0010,ES,4300,007,invoice,2026-08-01,2026-08-31,EUR,100.10
0020,ES,4300,008,invoice,2026-09-20,2026-10-20,EUR,250.20
0030,UK,4300,007,invoice,2026-10-10,2026-11-09,GBP,80.00
0040,ES,4300,007,receipt,2026-10-15,2026-10-15,EUR,-60.10
"""
APPLICATIONS = """\
item_id,counterpart_item_id,effective_on,amount
0010,0040,2026-10-15,60.10
"""
LAYOUT = 'name = "three invoices"\nshape = "applied"\ncovers_until = 2026-10-31\n'
PARAMETERS = """\
ledger: str = ""  # a folder
layout: str = ""  # none for a frozen ledger
as_of: str = "2026-10-31"  # the day
entity: str = "all"  # one, or all
policy: str = ""  # none for the default
remark: str = "none"  # shown in the report"""
# A text that is data all the way: a number to a guesser, quotes and braces to a template, code to an evaluator.
REMARK = "0010 \"two\" 'one' {braces} \\n not a line\nanother line; __import__('os') # Ёлка"
READ = "import arkit as ar\nbook = ar.read_ledger(ledger)"
TABLE = "ar.aging_table(book, as_of=as_of)"
PROOF = "proof = ar.require_reconciled(book, as_of=as_of)"


def write_ledger(folder: Path) -> Path:
    """Write the ledger of three invoices, with its layout in the same folder."""
    folder.mkdir()
    for name, text in {"items.csv": ITEMS, "applications.csv": APPLICATIONS, "layout.toml": LAYOUT}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """Write a notebook of a parameters cell and the given cells; one that begins with # is prose."""
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    others = [new_markdown_cell(cell) if cell.startswith("# ") else new_code_cell(cell) for cell in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[first, *others], metadata={"kernelspec": kernel}), path)
    return path


def one_sheet(ledger: Ledger, *, as_of: date, entity: str, policy: Policy) -> Sequence[Sheet]:
    """Make the workbook of a toy report: its aging."""
    table = aging_table(ledger, as_of=as_of, policy=policy)
    return [Sheet(name="Aging", table=table, title=f"Aging of {entity} on {as_of}", totals=("net",))]

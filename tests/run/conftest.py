"""A toy report, made once."""

from pathlib import Path

import pytest

from arkit.run import Report, report
from tests.run.toys import PROOF, READ, REMARK, TABLE, one_sheet, write_ledger, write_notebook


@pytest.fixture(scope="session")
def three_invoices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a ledger of three invoices, with its layout."""
    return write_ledger(tmp_path_factory.mktemp("input") / "three invoices")


@pytest.fixture(scope="session")
def toy_report(three_invoices: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return a report of the three invoices with an awkward text among its parameters."""
    folder = tmp_path_factory.mktemp("toy {braces}")
    notebook = write_notebook(folder / "toy {x}.ipynb", "# The toy report", READ, TABLE, "print(repr(remark))", PROOF)
    return report(
        ledger=three_invoices,
        layout=three_invoices / "layout.toml",
        as_of="2026-10-31",
        output=folder / "reports",
        notebook=notebook,
        parameters={"remark": REMARK},
        sheets=one_sheet,
    )

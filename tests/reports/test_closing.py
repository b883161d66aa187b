"""The close: what was published before stands in the report, with the reasons why it is another now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from arkit.errors import ReadingError
from arkit.policy import Policy
from arkit.read.reading import sample_ledger
from arkit.reports.closing import Closing, Compared, Earlier

LEDGER = sample_ledger().where(entity="UK")
DAY = date(2026, 10, 31)


def compared(*changes: dict[str, object], differs: tuple[str, ...] = ("ledger",)) -> Compared:
    return Compared(
        day=date(2026, 9, 30),
        version=2,
        published_on=date(2026, 10, 5),
        known=date(2026, 10, 5),
        differs=differs,
        balances=({"currency": "GBP", "gross": 100.0, "unapplied": -5.0, "net": 95.0},),
        changes=changes,
    )


def late(figure: str, amount: float) -> dict[str, object]:
    parts = {"from_policy": 0.0, "from_input": 0.0, "from_late": amount, "from_corrections": 0.0}
    return {
        "currency": "GBP",
        "kpi": figure,
        "unit": "amount",
        "published": 95.0,
        "now": 95.0 + amount,
        "change": amount,
        **parts,
    }


def closing(**earlier: Compared) -> Closing:
    return Closing(LEDGER, DAY, Policy(), Earlier(**earlier))


def test_the_head_of_a_report_says_what_it_replaces_and_what_was_posted_late() -> None:
    assert closing(version=compared()).remarks() == [
        "This replaces version 2, published on 5 Oct 2026; what changed, and why, is under Close.",
        *closing().remarks(),
    ]
    [late_ones] = closing().remarks()
    assert late_ones.startswith("Posted after cut-off and included in these numbers: GBP ")


def test_without_anything_published_it_says_so() -> None:
    assert "No report of the month before was published here" in closing().last_month().markup
    assert "This is the first version of this report." in closing().changes().markup


def test_last_month_shows_what_did_not_change_too() -> None:
    sheet = next(sheet for sheet in closing(month=compared(late("net", 7.0))).sheets() if sheet.name == "Last month")
    rows = {row["kpi"]: (row["published"], row["now"], row["change"]) for row in sheet.table.to_dict("records")}
    assert rows == {"gross": (100.0, 100.0, 0.0), "unapplied": (-5.0, -5.0, 0.0), "net": (95.0, 102.0, 7.0)}


def test_a_new_version_without_another_number_names_what_differs() -> None:
    markup = closing(version=compared(differs=("policy", "arkit"))).changes().markup
    assert "Since version 2, published on 5 Oct 2026, no number has changed; what differs: policy, arkit." in markup


def test_changes_stand_on_the_page_and_in_the_workbook() -> None:
    page = closing(version=compared(late("net", 7.0)))
    assert "102.00" in page.changes().markup
    assert [sheet.name for sheet in page.sheets()] == ["Tie-out", "Posted after cut-off", "Credit balances", "Changes"]


def test_a_file_that_tells_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "earlier.json").write_text('{"version": 3}')
    with pytest.raises(ReadingError, match="does not say what was published before"):
        Earlier.load(tmp_path / "earlier.json")

"""The benchmarks run; how fast anything is, is no question for a test."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.aging import require_same_to_the_cent


@pytest.mark.slow
def test_a_small_run_prints_and_writes_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = tmp_path / "results.md"
    assert main(["--sizes", "1e3", "--rounds", "1", "--entities", "1", "--output", str(written)]) == 0
    printed = capsys.readouterr().out
    cases = (
        "import",
        "aging of one entity",
        "aging by customer",
        "36 month-ends by entity",
        "behaviour of customers",
        "preparing a ledger",
        "CSV to checked ledger",
        "workbook to checked ledger",
        "month-end of 1 entities and the group",
    )
    for case in cases:
        assert re.search(rf"^{case} .* m?s", printed, re.MULTILINE), f"no line for {case}:\n{printed}"
    raw = json.loads(written.read_text().split("```json")[1].split("```")[0])
    assert {timing["case"] for timing in raw["timings"]} == set(cases)


def test_contenders_with_other_results_stop_the_benchmark() -> None:
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"customer_id": ["C1"], "gross": [100.0], "items": [1]})
    require_same_to_the_cent({"A": table, "B": table.assign(gross=100.001)})
    with pytest.raises(AssertionError):
        require_same_to_the_cent({"A": table, "B": table.assign(gross=100.01)})

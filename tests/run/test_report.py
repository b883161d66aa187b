"""A report is whole, reopens from its own folder, and says what it was made from; or it is not there at all."""

import ast
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
import pytest
from openpyxl import load_workbook

from arkit.aging.reconcile import reconcile
from arkit.errors import CoverageError, PlausibilityError, ReconciliationError, ReportError, UnknownNameError
from arkit.read.reading import read_ledger
from arkit.resources import resource
from arkit.run import Report, report
from tests.run.toys import PROOF, READ, REMARK, TABLE, one_sheet, write_ledger, write_notebook

EARLIER = "the report of last time"


def make(three_invoices: Path, folder: Path, *cells: str, **options: Any) -> Report:
    notebook = write_notebook(folder / "toy.ipynb", *cells)
    settings = {"layout": three_invoices / "layout.toml", "as_of": "2026-10-31", "sheets": one_sheet, **options}
    return report(ledger=three_invoices, output=folder / "reports", notebook=notebook, **settings)


def put_earlier(folder: Path) -> Path:
    earlier = folder / "reports" / "2026-10-31" / "all"
    earlier.mkdir(parents=True)
    (earlier / "report.html").write_text(EARLIER)
    return earlier


def assert_untouched(earlier: Path) -> None:
    assert [path.name for path in earlier.parent.iterdir()] == ["all"]
    assert [path.read_text() for path in earlier.iterdir()] == [EARLIER]


def printed(folder: Path) -> list[str]:
    cells = nbformat.read(folder / "report.ipynb", 4).cells
    return [output.text for cell in cells for output in cell.get("outputs", ()) if output.output_type == "stream"]


def test_the_folder_is_named_after_day_and_entity(toy_report: Report) -> None:
    assert toy_report.folder.parts[-2:] == ("2026-10-31", "all")
    assert {path.name for path in toy_report.folder.iterdir()} == {
        "earlier.json", "ledger", "report.html", "report.ipynb", "report.xlsx", "run.json"
    }  # fmt: skip
    assert [path.name for path in toy_report.folder.parent.iterdir()] == ["all"]


def test_the_result_states_the_reconciliation(toy_report: Report) -> None:
    assert toy_report.status == "reconciled"
    assert toy_report.seconds > 0


def test_text_stays_text(toy_report: Report) -> None:
    (text,) = printed(toy_report.folder)
    assert ast.literal_eval(text) == REMARK


def test_the_report_reopens_from_its_own_folder(toy_report: Report, three_invoices: Path) -> None:
    parameters = json.loads((toy_report.folder / "run.json").read_text())["parameters"]
    frozen = read_ledger(toy_report.folder / parameters["ledger"])
    original = read_ledger(three_invoices, layout=three_invoices / "layout.toml")
    assert reconcile(frozen, as_of="2026-10-31").equals(reconcile(original, as_of="2026-10-31"))


def test_the_manifest_states_inputs_by_hash(toy_report: Report, three_invoices: Path) -> None:
    inputs = json.loads((toy_report.folder / "run.json").read_text())["inputs"]
    items = sha256((three_invoices / "items.csv").read_bytes()).hexdigest()
    assert {"role": "ledger", "file": "items.csv", "bytes": 315, "sha256": items} in inputs
    assert {entry["role"] for entry in inputs} == {"ledger", "layout", "notebook"}


def test_the_manifest_states_what_came_out(toy_report: Report) -> None:
    run = json.loads((toy_report.folder / "run.json").read_text())
    assert run["control_totals"] == {"EUR": 290.20, "GBP": 80.00}
    assert {row["status"] for row in run["reconciliation"]} == {"reconciled"}
    workbook = (toy_report.folder / "report.xlsx").read_bytes()
    assert run["outputs"]["report.xlsx"] == {"bytes": len(workbook), "sha256": sha256(workbook).hexdigest()}
    assert {"arkit", "python", "polars", "pandas", "plotly", "papermill"} <= run["versions"].keys()
    assert run["started"] <= run["finished"]


def test_no_file_tells_of_the_machine(toy_report: Report) -> None:
    texts = [(toy_report.folder / name).read_text() for name in ("report.ipynb", "report.html", "run.json")]
    assert [text for text in texts if str(toy_report.folder.parents[2]) in text] == []


def test_the_workbook_holds_the_numbers(toy_report: Report) -> None:
    sheet = load_workbook(toy_report.folder / "report.xlsx", data_only=True)["Aging"]
    assert [cell.value for cell in sheet[6]][:3] == ["EUR", 0, 250.20]


def the_toy_again(toy_report: Report, three_invoices: Path, output: Path, *, remark: str = REMARK) -> Report:
    return report(
        ledger=three_invoices,
        layout=three_invoices / "layout.toml",
        as_of="2026-10-31",
        output=output,
        notebook=next(toy_report.folder.parents[2].glob("*.ipynb")),
        parameters={"remark": remark},
        sheets=one_sheet,
    )


def test_made_elsewhere_it_has_the_same_bytes(toy_report: Report, three_invoices: Path, tmp_path: Path) -> None:
    elsewhere = the_toy_again(toy_report, three_invoices, tmp_path)
    for name in ("report.html", "report.ipynb", "report.xlsx"):
        assert (elsewhere.folder / name).read_bytes() == (toy_report.folder / name).read_bytes()


def test_run_again_with_nothing_changed_it_publishes_nothing(
    toy_report: Report, three_invoices: Path, tmp_path: Path
) -> None:
    first = the_toy_again(toy_report, three_invoices, tmp_path)
    again = the_toy_again(toy_report, three_invoices, tmp_path)
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.folder, again.status) == (first.folder, first.status)
    assert [path.name for path in again.folder.parent.iterdir()] == ["all"]


def test_run_again_from_something_else_it_is_a_new_version(
    toy_report: Report, three_invoices: Path, tmp_path: Path
) -> None:
    first = the_toy_again(toy_report, three_invoices, tmp_path)
    published = (first.folder / "report.ipynb").read_bytes()
    again = the_toy_again(toy_report, three_invoices, tmp_path, remark="another")
    assert again.folder.name == "all+v2"
    assert (first.folder / "report.ipynb").read_bytes() == published
    version = json.loads((again.folder / "earlier.json").read_text())["version"]
    assert (version["differs"], version["changes"]) == (["parameters"], [])


def test_an_entity_and_a_policy_go_into_the_folder(three_invoices: Path, tmp_path: Path) -> None:
    policy = tmp_path / "strict.toml"
    policy.write_text('name = "strict"\nedges = [10, 20]\n')
    told: list[str] = []
    cell = "print(entity, ar.Policy.load(policy).labels[-1], set(book.items['entity']))"
    made = make(three_invoices, tmp_path, READ, cell, entity="UK", policy=policy, tell=told.append)
    assert made.folder.name == "UK"
    assert printed(made.folder) == ["UK over 20 {'UK'}\n"]
    assert told[0] == "reading the ledger"
    assert "cell 3" in told


def test_an_unknown_parameter_is_refused(three_invoices: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"no parameter of toy.ipynb 'remarks'. Known: as_of, entity"):
        make(three_invoices, tmp_path, PROOF, parameters={"remarks": "x"})
    assert not (tmp_path / "reports").exists()


def test_a_parameter_with_an_argument_of_its_own_is_refused(three_invoices: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="as_of has an argument of its own"):
        make(three_invoices, tmp_path, PROOF, parameters={"as_of": "2026-09-30"})


def test_a_file_that_is_no_notebook_is_refused(three_invoices: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"The notebook .*items.csv cannot be read"):
        report(ledger=three_invoices, as_of="2026-10-31", output=tmp_path, notebook=three_invoices / "items.csv")


def test_a_day_that_is_not_covered_leaves_the_earlier_report(three_invoices: Path, tmp_path: Path) -> None:
    earlier = put_earlier(tmp_path)
    with pytest.raises(CoverageError, match="2026-10-31 is after the last day"):
        make(three_invoices, tmp_path, PROOF, layout=None)
    assert_untouched(earlier)


def test_a_failing_cell_is_one_sentence(three_invoices: Path, tmp_path: Path) -> None:
    earlier = put_earlier(tmp_path)
    with pytest.raises(ReportError) as caught:
        make(three_invoices, tmp_path, READ, "rows = {}\nrows['missing']", TABLE)
    assert str(caught.value) == "The notebook's cell 4 (rows = {}) failed: KeyError: 'missing'"
    assert_untouched(earlier)


def test_an_error_of_arkit_in_a_cell_keeps_its_message(three_invoices: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"There is no entity 'FR'. Known: ES, UK"):
        make(three_invoices, tmp_path, READ, "book.where(entity='FR')")
    assert not (tmp_path / "reports").exists()


def test_balances_that_do_not_tie_out_stop_the_report(tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "ledger")
    (ledger / "gl.csv").write_text("entity,account,date,currency,balance\nES,4300,2026-10-31,EUR,290.21\n")
    earlier = put_earlier(tmp_path)
    with pytest.raises(ReconciliationError, match=r"do not tie out: ES 4300 EUR: -0.01 unexplained.*draft"):
        make(ledger, tmp_path, "late = 1")
    left = earlier.with_name("all+draft")
    assert sorted(path.name for path in left.iterdir()) == ["draft.html", "draft.xlsx"]
    assert "DRAFT" in (left / "draft.html").read_text()
    # The next report that ties out takes the draft away.
    (ledger / "gl.csv").unlink()
    make(ledger, tmp_path, READ, PROOF)
    assert not left.exists()


def test_what_is_not_plausible_is_said_or_stops_the_report(tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "ledger")
    record = json.loads((make(ledger, tmp_path, READ, PROOF).folder / "run.json").read_text())
    assert any("last receipt was 16 days" in doubt for doubt in record["doubts"])
    policy = tmp_path / "policy.toml"
    policy.write_text('[plausibility.no_receipts]\nthen = "stop"\n', encoding="utf-8")
    earlier = put_earlier(tmp_path / "other")
    with pytest.raises(PlausibilityError, match="last receipt was 16 days before"):
        make(ledger, tmp_path / "other", READ, PROOF, policy=policy)
    assert_untouched(earlier)


def test_a_killed_kernel_is_a_failure(three_invoices: Path, tmp_path: Path) -> None:
    earlier = put_earlier(tmp_path)
    with pytest.raises(ReportError, match="The notebook's kernel died in cell 3; most often"):
        make(three_invoices, tmp_path, "import os\nos._exit(1)")
    assert_untouched(earlier)


def test_a_workbook_that_cannot_be_made_stops_the_report(three_invoices: Path, tmp_path: Path) -> None:
    def no_sheets(*_: object, **__: object) -> list[Any]:
        raise ReportError("The workbook has no sheet.")

    earlier = put_earlier(tmp_path)
    with pytest.raises(ReportError, match="no sheet"):
        make(three_invoices, tmp_path, "done = 1", sheets=no_sheets)
    assert_untouched(earlier)


def test_the_customers_report_stands_beside_the_monthly_one(tmp_path: Path) -> None:
    """Neither replaces the other, and each has its own title and workbook."""
    sample = {"ledger": resource("data/sample"), "layout": resource("templates/layouts/sample.toml")}
    made = report(**sample, as_of="2026-10-31", entity="UK", output=tmp_path, notebook="customers")
    assert made.folder == tmp_path / "2026-10-31" / "UK+customers"
    assert "Customers of UK on 31 Oct 2026" in (made.folder / "report.html").read_text(encoding="utf-8")
    assert load_workbook(made.folder / "report.xlsx").sheetnames[:3] == ["Categories", "Worklist", "Customers"]


def test_a_version_of_other_files_is_named(tmp_path: Path) -> None:
    made = []
    for name, amount in (("spain", 100), ("poland", 300)):
        export = tmp_path / f"{name}.csv"
        export.write_text(
            "item_id,customer_id,document_date,due_date,currency,open_amount\n"
            f"1,A,2026-09-01,2026-10-01,EUR,{amount}.00\n"
        )
        made.append(make(export, tmp_path, READ, PROOF, layout=None))
    assert [each.other_files for each in made] == [(), ("spain.csv",)]
    assert json.loads((made[1].folder / "run.json").read_text())["replaces_other_files"] == ["spain.csv"]

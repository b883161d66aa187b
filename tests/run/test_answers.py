"""Answering on the command line: options, a file of answers, asked in a terminal; of a check and of a report."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from arkit import cli
from arkit.cli import main
from arkit.model.ledger import as_day
from arkit.run.run_file import Export, read_ledgers
from tests.run.toys import write_notebook

# The day, the currency and which amount is open are not said.
UNCLEAR = """\
Invoice,Customer,Invoice Date,Due Date,Balance due,Amount open
R-1,Alfa,2026-01-05,2026-02-04,100.00,60.00
R-2,Beta,2026-01-20,2026-02-19,200.00,200.00
R-3,Beta,2026-02-20,2026-03-22,300.00,290.00
"""
OPTIONS = ["--hint", "columns.open_amount=Amount open", "--hint", "currency=EUR", "--snapshot-on", "2026-03-31"]
DAY = "2026-03-31"


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.csv").write_text(UNCLEAR, encoding="utf-8")
    return "export.csv"


def test_a_check_tells_all_questions_with_an_option_for_each_answer(
    export: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", export]) == 1
    said = capsys.readouterr().out
    wanted = (
        'columns.open_amount="Balance due"',
        "600.00",
        'columns.open_amount="Amount open"',
        "550.00",
        "currency=EUR",
    )
    assert [
        part for part in (*wanted, "--snapshot-on", "--answers answers.toml", "3 questions") if part not in said
    ] == []
    assert max(map(len, said.splitlines())) <= 100


def test_the_options_of_the_answers_are_taken(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", export, *OPTIONS]) == 0
    assert "550.00" in capsys.readouterr().out


def test_the_file_of_answers_is_written_once_and_then_read(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["check", export, "--answers", "answers.toml"]
    assert main(asked) == 1
    path = Path("answers.toml")
    written = path.read_text(encoding="utf-8")
    assert main(asked) == 1
    assert path.read_text(encoding="utf-8") == written
    for answer in ('columns.open_amount = "Amount open"', "currency = ", "snapshot_on = "):
        assert f"\n#{answer}" in written
        written = written.replace(f"\n#{answer}", f"\n{answer}")
    written = written.replace('currency = "..."', 'currency = "EUR"').replace('"YYYY-MM-DD"', f'"{DAY}"')
    path.write_text(written, encoding="utf-8")
    assert main(asked) == 0, capsys.readouterr().out
    assert "550.00" in capsys.readouterr().out


def test_a_report_takes_the_same_answers(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("answers.toml").write_text('currency = "EUR"\ncolumns.open_amount = "Amount open"\n')
    toy = str(write_notebook(Path("toy.ipynb"), "done = 1"))
    asked = ["report", "--ledger", export, "--as-of", DAY, "--output", "reports", "--quiet", "--notebook", toy]
    assert main(asked) == 1
    assert "2 questions" in capsys.readouterr().err
    assert main([*asked, "--answers", "answers.toml"]) == 0
    record = json.loads(next(Path("reports").rglob("run.json")).read_text())
    assert record["control_totals"] == {"EUR": 550.0}
    assert {"answers", "ledger"} <= {each["role"] for each in record["inputs"]}


def test_a_run_file_names_the_answers(export: str) -> None:
    Path("answers.toml").write_text('currency = "EUR"\ncolumns.open_amount = "Amount open"\n')
    exports = (Export(ledger=export, answers="answers.toml"), Export(ledger=export, entities=("main",)))
    read = read_ledgers(exports, as_of=as_day(DAY), say=lambda _: None)
    assert [export.answers for export, _ in read.read] == ["answers.toml"]
    assert "questions" in read.failed["main"]


def test_in_a_terminal_the_questions_are_asked(export: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_is_terminal", lambda: True)
    asked = ["check", export, "--as-of", DAY, "--ask", "--answers", "answers.toml"]
    done = CliRunner().invoke(cli.arkit, asked, input="2\nEUR\n", standalone_mode=False)
    assert done.return_value == 0, done.output
    assert '--hint columns.open_amount="Amount open" --hint currency=EUR' in done.output
    assert "550.00" in done.output
    assert main(["check", export, "--as-of", DAY, "--answers", "answers.toml"]) == 0


def test_what_is_left_open_ends_the_check(export: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_is_terminal", lambda: True)
    done = CliRunner().invoke(
        cli.arkit, ["check", export, "--as-of", DAY, "--ask"], input="\n\n", standalone_mode=False
    )
    assert done.return_value == 1


def test_without_a_terminal_nothing_is_asked(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", export, "--ask"]) == 1
    said = capsys.readouterr()
    assert "3 questions" in said.out
    assert "--ask needs a terminal" in said.err


def test_what_can_be_no_answer_is_asked_again_at_once(export: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_is_terminal", lambda: True)
    answers = "9\n2\nEURO\nEUR\n31.03.26\n31.03.2026\n"
    done = CliRunner().invoke(cli.arkit, ["check", export, "--ask"], input=answers, standalone_mode=False)
    assert done.return_value == 0, done.output
    for said in ("no 9 in the list", "'EURO' is not an ISO 4217", "year-month-day", "--snapshot-on 2026-03-31"):
        assert said in done.output


def test_an_example_in_a_file_of_answers_is_no_answer(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["check", export, "--answers", "answers.toml"]
    main(asked)
    path = Path("answers.toml")
    written = path.read_text(encoding="utf-8")
    assert '#snapshot_on = "YYYY-MM-DD"  # write yours, for example 2026-10-31' in written
    path.write_text(written.replace("#snapshot_on", "snapshot_on"), encoding="utf-8")
    capsys.readouterr()
    assert main(asked) == 1
    assert "'YYYY-MM-DD' is no day" in capsys.readouterr().err


def test_covered_days_are_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "item_id,customer_id,document_date,due_date,currency,amount\nA,1,2026-01-05,2026-02-04,EUR,100\n"
    Path("items.csv").write_text(rows)
    assert main(["check", "items.csv", "--covers", "2026-01-01", "2026-03-31"]) == 0
    assert "answers 1 Jan 2026 to 31 Mar 2026" in capsys.readouterr().out
    assert main(["check", "items.csv", "--covers", "2026-13-01", "2026-03-31"]) == 1
    assert "2026-13-01" in capsys.readouterr().err


@pytest.mark.parametrize("hint", ["columns.item_id", "=x", "columns."])
def test_a_hint_without_a_value_is_wrong_usage(hint: str, export: str) -> None:
    assert main(["check", export, "--hint", hint]) == 2


def test_several_entities_are_asked_for_before_the_run(export: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_is_terminal", lambda: True)
    made: list[str] = []
    monkeypatch.setattr(cli, "_run", lambda run, **_: made.append(run.sources[0].answers))
    asked = ["report", "--ledger", export, "--as-of", DAY, "--output", "reports", "--entity", "all", "--ask"]
    assert "--answers" in str(CliRunner().invoke(cli.arkit, asked, standalone_mode=False).output)
    done = CliRunner().invoke(cli.arkit, [*asked, "--answers", "answers.toml"], input="2\nEUR\n", standalone_mode=False)
    assert done.return_value == 0, done.output
    assert 'currency = "EUR"' in Path("answers.toml").read_text()
    assert len(made) == 1

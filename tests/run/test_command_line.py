"""The command line: one sentence and an exit code for a person, never a traceback nobody asked for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from arkit import __version__
from arkit.cli import main
from tests.run.toys import write_notebook


@pytest.fixture(autouse=True)
def _keep_way_of_ending() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def report(three_invoices: Path, output: Path, *more: str) -> list[str]:
    ledger = ["--ledger", str(three_invoices), "--layout", str(three_invoices / "layout.toml")]
    return ["report", *ledger, "--as-of", "2026-10-31", "--output", str(output), *more]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"arkit {__version__}\n"


# Every option of 0.1.0, by command; none may go.
OPTIONS = {
    "report": "--ledger --layout --as-of --entity --policy --output --notebook -p --pdf --hint --answers --covers "
    "--snapshot-on --ask",
    "month-end": "--as-of",
    "check": "--layout --as-of --policy --findings --save-layout --hint --answers --covers --snapshot-on --ask",
    "serve": "--ledger --layout --policy --reports --address --port --base-url --host --user-header --visitors "
    "--idle-minutes",
    "sample": "--items --seed --entities --format",
    "lesson": "--student --folder --no-lab",
    "teach copy": "--student --output",
    "teach class": "--output",
}


@pytest.mark.parametrize("command", OPTIONS)
@pytest.mark.parametrize("asked", ["-h", "--help"])
def test_help_names_every_option(command: str, asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), asked]) == 0
    said = capsys.readouterr().out
    missing = [name for name in [*OPTIONS[command].split(), "--quiet", "--traceback"] if f" {name}" not in said]
    assert missing == []


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert [name for name in OPTIONS if f"  {name.split()[0]} " not in said] == []
    assert "_ARKIT_COMPLETE=bash_source" in said


def test_the_shell_completes_commands_and_options(root: Path) -> None:
    asked = {"_ARKIT_COMPLETE": "bash_complete", "COMP_WORDS": "arkit month-end --as", "COMP_CWORD": "2"}
    command = [sys.executable, "-m", "arkit"]
    said = subprocess.run(command, env={**os.environ, **asked}, cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout == "plain,--as-of\n"


def test_the_library_of_the_command_line_waits(root: Path) -> None:
    ask = "import sys, arkit; print('click' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", ask], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


@pytest.mark.parametrize(
    "arguments",
    [[], ["report"], ["report", "--ledger", "x"], ["sample"], ["sample", "x", "--format", "xml"], ["forecast"]],
    ids=" ".join,
)
def test_wrong_usage_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Usage: arkit" in capsys.readouterr().err


def test_a_parameter_without_a_value_is_wrong_usage(three_invoices: Path, tmp_path: Path) -> None:
    assert main(report(three_invoices, tmp_path, "-p", "remark")) == 2


def test_an_error_is_one_sentence_and_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--ledger", "no such folder", "--as-of", "2026-10-31", "--output", str(tmp_path)]
    assert main(["report", *arguments, "--quiet"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("arkit: There is no file or folder")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_day_that_is_none_is_code_1(three_invoices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = report(three_invoices, tmp_path)
    arguments[arguments.index("2026-10-31")] = "31.02.2026"
    assert main(arguments) == 1
    assert "31.02.2026" in capsys.readouterr().err


def test_an_unknown_parameter_is_code_1(
    three_invoices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = write_notebook(tmp_path / "toy.ipynb", "done = 1")
    assert main(report(three_invoices, tmp_path, "--notebook", str(notebook), "-p", "remarks=1")) == 1
    assert "There is no parameter of toy.ipynb 'remarks'" in capsys.readouterr().err


def test_a_report_says_whether_anything_has_changed(
    three_invoices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = write_notebook(tmp_path / "toy.ipynb", "done = 1")
    asked = report(three_invoices, tmp_path, "--notebook", str(notebook), "--quiet")
    assert (main(asked), main(asked)) == (0, 0)
    first, _, second, status = capsys.readouterr().out.splitlines()
    assert first == second
    assert status.endswith("nothing has changed since this was published")


def test_several_entities_are_a_run_with_an_index(
    three_invoices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*report(three_invoices, tmp_path, "--quiet"), "--entity", "ES", "FR"]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0] == str(tmp_path / "2026-10-31" / "index.html")
    assert captured.err == "arkit: 1 of 2 reports failed; the index names each with its reason.\n"
    page = (tmp_path / "2026-10-31" / "index.html").read_text(encoding="utf-8")
    assert "No ledger of the run has an entity 'FR'" in unescape(page)
    assert (tmp_path / "2026-10-31" / "ES" / "report.html").is_file()


def test_a_run_over_several_entities_makes_bundled_reports(
    three_invoices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = [*report(three_invoices, tmp_path), "--entity", "all"]
    assert main([*run, "--notebook", "my own.ipynb"]) == 1
    assert "another notebook, and -p, go with one entity" in capsys.readouterr().err
    assert main([*run, "--notebook", "customers"]) == 0
    assert (tmp_path / "2026-10-31" / "ES+customers" / "report.html").is_file()


def test_the_unexpected_is_named_in_short(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("arkit.sample.generate", broken)
    assert main(["sample", "never", "--quiet"]) == 1
    said = capsys.readouterr().err
    assert said == "arkit: Unexpected ZeroDivisionError: division by zero (--traceback shows where).\n"
    assert main(["sample", "never", "--quiet", "--traceback"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_sample_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", str(tmp_path / "made"), "--items", "500", "--seed", "1", "--entities", "2"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path / 'made'}\n"
    assert "making up about 500 items" in captured.err
    assert (tmp_path / "made" / "items.csv").is_file()


def test_quiet_says_nothing_but_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", str(tmp_path / "made"), "--items", "500", "--format", "parquet", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert (tmp_path / "made" / "items.parquet").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can answer")
def test_a_run_that_is_asked_to_end_leaves_nothing(three_invoices: Path, tmp_path: Path, root: Path) -> None:
    notebook = write_notebook(tmp_path / "slow.ipynb", "import time\ntime.sleep(60)")
    command = [sys.executable, "-m", "arkit", *report(three_invoices, tmp_path / "out", "--notebook", str(notebook))]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root)
    assert run.stderr is not None
    for line in run.stderr:
        if "cell 3" in line:
            break
    time.sleep(0.2)
    os.kill(run.pid, signal.SIGTERM)
    run.communicate(timeout=20)
    assert run.returncode == 128 + signal.SIGTERM
    assert not (tmp_path / "out").exists()

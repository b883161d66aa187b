"""The project's text speaks of the project alone: no path of somebody's machine, no package index."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

LEFT_OUT = {".git", ".venv", "reports", "dist", "build", "__pycache__", ".hypothesis", ".ipynb_checkpoints"}
BINARY = {".parquet", ".xlsx", ".xls", ".png", ".jpg", ".ico", ".zip", ".gz", ".pyc"}
A_MACHINE = re.compile(
    r"(?<![\w.~-])/(?:work|tmp|root|home|Users|mnt)/\w"
    r"|[A-Z]:\\+Users\\"
    r"|\bpypi(?:\.org|\.python\.org|-more)|pythonhosted\.org|\banaconda\.(?:org|com)"
    r"|--(?:extra-)?index-url|--find-link[s]|--trusted-hos[t]",
    re.ASCII,
)


def texts() -> list[Path]:
    """Files that git has or would have; without git, all but what git would leave out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not LEFT_OUT & set(path.relative_to(ROOT).parts)]
        found = [path for path in found if not any(part.endswith("_cache") for part in path.parts)]
    return [path for path in found if path.is_file() and path.suffix not in BINARY]


def test_no_text_names_a_machine_or_an_index() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}": match.group()
        for path in texts()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1)
        if (match := A_MACHINE.search(line))
    }
    assert found == {}


def test_the_search_reads_the_project() -> None:
    assert {"pyproject.toml", "Makefile", "arkit/errors.py"} <= {path.relative_to(ROOT).as_posix() for path in texts()}


SLASH = "/"


@pytest.mark.parametrize(
    "line",
    [
        f"path = '{SLASH}home/ann/ledger.csv'",
        f"see {SLASH}tmp/x.log",
        f"C:{chr(92)}Users{chr(92)}ann",
        f"pip install --index{'-url'} x",
        f"https:{SLASH}{SLASH}pypi{'.org'}{SLASH}simple",
    ],
)
def test_a_machine_is_found(line: str) -> None:
    assert A_MACHINE.search(line)


@pytest.mark.parametrize("line", ["a framework/work/x", "https://example.com/home/page", "templates/letters/first.txt"])
def test_what_is_no_machine_is_not_found(line: str) -> None:
    assert not A_MACHINE.search(line)

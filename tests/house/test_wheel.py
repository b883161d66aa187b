"""The wheel carries all that a report needs, and works in an empty environment outside the project."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.source import ROOT

BUNDLED = ("notebooks", "templates", "data")


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command away from the project and its import path; what it said is in the failure."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (
        f"{command} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    )
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    [built] = folder.glob("*.whl")
    return built


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module(wheel: Path) -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "arkit").rglob("*.py")}
    assert modules | {"arkit/py.typed"} <= names_in(wheel)


@pytest.mark.parametrize("folder", BUNDLED)
def test_the_wheel_holds_every_bundled_file(wheel: Path, folder: str) -> None:
    files = {
        f"arkit/share/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not {".ipynb_checkpoints", ".DS_Store"} & set(path.parts)
    }
    assert files
    assert files <= names_in(wheel)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0].split("-")[0] for name in names_in(wheel)}
    assert tops == {"arkit"}


@pytest.mark.slow
def test_the_wheel_runs_the_sample_report_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    programs = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [programs / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # Not compiled beforehand: only what the report imports is worth it.
    run(*pip, "install", "--no-compile", "-c", ROOT / "constraints.txt", f"{wheel}[report]", cwd=tmp_path)
    run(*pip, "check", cwd=tmp_path)
    names = ("data/sample", "templates/layouts/sample.toml")
    ask = f"from arkit.resources import resource; print(*map(resource, {names}), sep='\\n')"
    ledger, layout = run(programs / "python", "-c", ask, cwd=tmp_path).splitlines()
    assert Path(ledger).is_relative_to(tmp_path / "env")
    report = ["report", "--ledger", ledger, "--layout", layout, "--as-of", "2026-10-31", "--output", "reports"]
    run(programs / "arkit", *report, cwd=tmp_path)
    assert list((tmp_path / "reports" / "2026-10-31").rglob("report.html"))

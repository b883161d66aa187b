"""A browser is found where it works, got where this user may, and named where it is missing."""

import sys
from pathlib import Path

import pytest

from tests.browser import get_chromium as getting

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins for a browser are shell scripts")


def stand_in(folder: Path, *, starts: bool, name: str = "chromium") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {0 if starts else 1}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty folder that is all there is to search."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ARKIT_CHROMIUM", raising=False)
    monkeypatch.setattr("arkit.run.html.ELSEWHERE", {})
    monkeypatch.setattr(getting, "_from_playwright", lambda: iter([""]))
    return tmp_path


def test_a_browser_on_the_path_is_found(only: Path) -> None:
    there = stand_in(only, starts=True)
    assert getting.find_chromium() == there


def test_a_stub_that_does_not_start_is_passed_over(only: Path) -> None:
    stand_in(only, starts=False)
    works = stand_in(only, starts=True, name="google-chrome")
    assert getting.find_chromium() == works


def test_the_named_browser_comes_first(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(only, starts=True)
    named = stand_in(only, starts=True, name="mine")
    monkeypatch.setenv("ARKIT_CHROMIUM", str(named))
    assert getting.find_chromium() == named


def test_the_first_way_to_install_that_works_is_the_last_tried(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = [["refused"]], [["installed"]], [["never tried"]]
    tried: list[str] = []

    def attempt(command: list[str], *, quiet: bool = False) -> bool:
        tried.extend(command)
        if command == ["installed"]:
            stand_in(only, starts=True)
        return command != ["refused"]

    monkeypatch.setattr(getting, "_ways_to_install", lambda: iter(ways))
    monkeypatch.setattr(getting, "succeeds", attempt)
    assert getting.get_chromium() == only / "chromium"
    assert [name for name in tried if not name.startswith(("/", "--"))] == ["refused", "installed"]


def test_a_machine_without_one_is_told_so(
    only: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(getting, "_ways_to_install", lambda: iter([]))
    assert getting.main() == 1
    assert "No Chromium was found" in capsys.readouterr().err


def test_the_browser_of_this_machine_starts(chromium: Path) -> None:
    assert chromium.is_file()

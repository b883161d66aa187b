"""At no moment is there half a report: a folder comes whole or not at all, and no earlier one gives way."""

import sys
from pathlib import Path

import pytest

from arkit.errors import ReportError
from arkit.run.manifest import current, publish, staging, versions
from arkit.run.request import folder_name


def folder_with(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(text)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_staging_folder_is_hidden_and_beside_its_target(tmp_path: Path) -> None:
    with staging(tmp_path / "2026-10-31" / "ES") as folder:
        assert folder.parent == tmp_path / "2026-10-31"
        assert folder.name.startswith(".ES-making-")


def test_nothing_stays_of_a_run_that_fails(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with staging(tmp_path / "ES") as folder:
            (folder / "report.html").write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert names(tmp_path) == []


def test_a_finished_folder_takes_the_place(tmp_path: Path) -> None:
    with staging(tmp_path / "ES") as folder:
        (folder / "report.html").write_text("new")
        assert publish(folder, tmp_path / "ES") == tmp_path / "ES"
    assert names(tmp_path) == ["ES"]


def test_a_later_version_stands_beside_the_published_one(tmp_path: Path) -> None:
    for text in ("first", "second", "third"):
        publish(folder_with(tmp_path / "new", text), tmp_path / "ES")
    assert names(tmp_path) == ["ES", "ES+v2", "ES+v3"]
    assert [(version / "report.html").read_text() for version in versions(tmp_path / "ES")] == [
        "first",
        "second",
        "third",
    ]


def test_the_tenth_version_comes_after_the_ninth(tmp_path: Path) -> None:
    for number in range(1, 12):
        publish(folder_with(tmp_path / "new", str(number)), tmp_path / "ES")
    latest = current(tmp_path / "ES")
    assert latest is not None
    assert latest.name == "ES+v11"


def test_versions_of_kinds_and_of_entities_with_signs_are_their_own(tmp_path: Path) -> None:
    for name in ("ES", "ES+customers", "ES+customers+v2", "ES+vat", "E*", "ES1"):
        folder_with(tmp_path / name, name)
    assert [folder.name for folder in versions(tmp_path / "ES")] == ["ES"]
    assert [folder.name for folder in versions(tmp_path / "ES+customers")] == ["ES+customers", "ES+customers+v2"]
    assert [folder.name for folder in versions(tmp_path / "E*")] == ["E*"]


def test_a_folder_that_cannot_be_moved_in_leaves_the_earlier_one(tmp_path: Path) -> None:
    earlier = folder_with(tmp_path / "ES", "old")
    with pytest.raises(ReportError, match="cannot be moved"):
        publish(tmp_path / "never made", earlier)
    assert names(tmp_path) == ["ES"]
    assert (earlier / "report.html").read_text() == "old"


def test_two_runs_at_once_end_with_two_whole_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = folder_with(tmp_path / "mine", "mine"), folder_with(tmp_path / "theirs", "theirs")
    rename = Path.rename

    def overtaken(path: Path, to: Path) -> Path:
        if path == mine and theirs.exists():
            rename(theirs, to)  # the other run publishes just before my move
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", overtaken)
    assert publish(mine, tmp_path / "ES").name == "ES+v2"
    assert (tmp_path / "ES" / "report.html").read_text() == "theirs"
    assert (tmp_path / "ES+v2" / "report.html").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks no folder")
def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    folder_with(tmp_path / ".ES-making-0a1b2c3d", "half")
    with staging(tmp_path / "ES") as mine, staging(tmp_path / "ES") as other:
        assert names(tmp_path) == sorted([mine.name, other.name])
    assert names(tmp_path) == []


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file where a folder should be")
    with pytest.raises(ReportError, match="Nothing can be written to"), staging(tmp_path / "reports" / "ES"):
        pass


@pytest.mark.parametrize(
    ("entity", "name"),
    [
        ("ES", "ES"),
        ("Müller & Co", "Müller & Co"),
        ("株式会社", "株式会社"),
        ("..", "%2E%2E"),
        ("../../etc", "%2E.%2F..%2Fetc"),
        ("C:\\x", "C%3A%5Cx"),
        ("50%", "50%25"),
        ("", "%"),
        ("trailing. ", "trailing.%20"),
    ],
)
def test_an_entity_names_one_folder(entity: str, name: str, tmp_path: Path) -> None:
    assert folder_name(entity) == name
    (tmp_path / name).mkdir()
    assert names(tmp_path) == [name]

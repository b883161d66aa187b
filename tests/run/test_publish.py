"""At no moment is there half a report: a folder comes whole or not at all, and the earlier one gives way last."""

from pathlib import Path

import pytest

from arkit.errors import ReportError
from arkit.run.publish import folder_name, publish, staging


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
        publish(folder, tmp_path / "ES")
    assert names(tmp_path) == ["ES"]


def test_an_earlier_folder_gives_way_whole(tmp_path: Path) -> None:
    earlier = folder_with(tmp_path / "ES", "old")
    (earlier / "only in the old one").touch()
    publish(folder_with(tmp_path / "new", "new"), tmp_path / "ES")
    assert names(tmp_path) == ["ES"]
    assert names(earlier) == ["report.html"]
    assert (earlier / "report.html").read_text() == "new"


def test_a_folder_that_cannot_be_moved_in_leaves_the_earlier_one(tmp_path: Path) -> None:
    earlier = folder_with(tmp_path / "ES", "old")
    with pytest.raises(ReportError, match="cannot be moved"):
        publish(tmp_path / "never made", earlier)
    assert names(tmp_path) == ["ES"]
    assert (earlier / "report.html").read_text() == "old"


def test_two_runs_at_once_end_with_one_whole_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder_with(tmp_path / "ES", "old")
    mine, theirs = folder_with(tmp_path / "mine", "mine"), folder_with(tmp_path / "theirs", "theirs")
    rename = Path.rename

    def overtaken(path: Path, to: Path) -> Path:
        if path == mine and theirs.exists():
            rename(theirs, to)  # the other run publishes between my two moves
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", overtaken)
    publish(mine, target)
    assert (target / "report.html").read_text() == "mine"
    assert not mine.exists()


def test_a_run_broken_off_between_its_moves_is_made_good(tmp_path: Path) -> None:
    folder_with(tmp_path / ".ES-earlier-0a1b2c3d", "old")
    with staging(tmp_path / "ES"):
        assert (tmp_path / "ES" / "report.html").read_text() == "old"
    assert names(tmp_path) == ["ES"]


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

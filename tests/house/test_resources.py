"""Bundled files are found in a checkout and in an installed package alike."""

from pathlib import Path

import pytest

from arkit.errors import UnknownNameError
from arkit.resources import FOLDERS, home, resource
from tests.house.source import ROOT


@pytest.mark.parametrize("name", FOLDERS)
def test_each_bundled_folder_is_found_beside_the_package(name: str) -> None:
    assert resource(name) == ROOT / name


def test_an_installed_package_holds_them_in_share(tmp_path: Path) -> None:
    (tmp_path / "arkit" / "share").mkdir(parents=True)
    (tmp_path / "templates").mkdir()  # of somebody else, beside the installed package
    assert home(tmp_path / "arkit") == tmp_path / "arkit" / "share"


def test_a_checkout_holds_them_beside_the_package(tmp_path: Path) -> None:
    (tmp_path / "arkit").mkdir()
    assert home(tmp_path / "arkit") == tmp_path


@pytest.mark.parametrize(
    "name",
    ["", "arkit/terms.py", "templates/../pyproject.toml", "/etc/hosts", "data/no_such_ledger"],
    ids=["empty", "not bundled", "out of the folder", "absolute", "missing"],
)
def test_another_name_is_an_error(name: str) -> None:
    with pytest.raises(UnknownNameError, match="no bundled file"):
        resource(name)


def test_the_error_lists_what_is_in_the_folder() -> None:
    with pytest.raises(UnknownNameError, match=r"Known: .*sample"):
        resource("data/sampel")

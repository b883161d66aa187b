"""One set of dependencies: the imports, environment.yml and constraints.txt say what pyproject.toml says."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.source import ROOT, TREES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PINS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
FOR_DEVELOPERS = {"all", "test"}
# Which extras a room may lean on; a room that is not named here works with the plain package.
EXTRAS_OF_ROOM = {
    "present": ["report"],
    "reports": ["report"],
    "teach": ["report"],
    "run": ["report"],
    "serve": ["report", "dashboard"],
}
# Pages with controls are for JupyterLab and Voila only, as is what lies below a name; databases are for who has one.
EXTRAS_OF_MODULE = {
    "arkit.present.live": ["lab"],
    "arkit.serve.pages": ["lab"],
    "arkit.files.databases": ["duckdb", "sql"],
}
DISTRIBUTIONS = packages_distributions()
NEVER_INSTALLED = sys.stdlib_module_names | {"arkit", "__future__"}


def pip_lines() -> list[str]:
    return next(part["pip"] for part in ENVIRONMENT["dependencies"] if isinstance(part, dict))


def test_the_environment_asks_for_the_same_python() -> None:
    asked = [part for part in ENVIRONMENT["dependencies"] if str(part).startswith("python")]
    assert asked == [f"python{PROJECT['requires-python']}"]


def test_the_environment_comes_from_conda_forge_alone() -> None:
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_the_environment_installs_the_project_with_all_extras_under_the_constraints() -> None:
    assert pip_lines() == ["-c constraints.txt", "-e .[all]"]


def test_all_names_every_extra_for_users() -> None:
    [named] = EXTRAS["all"]
    assert Requirement(named).extras == set(EXTRAS) - FOR_DEVELOPERS


def test_every_extra_that_is_named_exists() -> None:
    inside = [Requirement(line) for lines in EXTRAS.values() for line in lines]
    assert {extra for each in inside if each.name == "arkit" for extra in each.extras} <= set(EXTRAS)


def test_a_constraint_is_a_name_and_a_version() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []


def test_the_constraints_are_sorted_and_name_each_once() -> None:
    names = [line.split("==")[0] for line in PINS]
    assert names == sorted(set(names))


@pytest.mark.parametrize("line", sorted({*PROJECT["dependencies"], *(line for e in EXTRAS.values() for line in e)}))
def test_every_requirement_is_met_by_a_constraint(line: str) -> None:
    asked = Requirement(line)
    pinned = dict(pin.split("==") for pin in PINS)
    assert asked.name == "arkit" or asked.specifier.contains(pinned[canonicalize_name(asked.name)])


def test_no_constraint_brings_the_slow_grammar_of_addresses() -> None:
    assert not [pin for pin in PINS if pin.startswith(("rfc3987", "lark"))]


def distributions(tree: ast.Module) -> set[str]:
    """What has to be installed for the imports of a module."""
    nodes = list(ast.walk(tree))
    names = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    return {canonicalize_name(DISTRIBUTIONS.get(name, [name])[0]) for name in names - NEVER_INSTALLED}


def declared(module: str) -> set[str]:
    """What is installed for sure where the module is used."""
    room = module.split(".")[1] if "." in module else ""
    lines = [*PROJECT["dependencies"], *(line for extra in EXTRAS_OF_ROOM.get(room, []) for line in EXTRAS[extra])]
    named = [
        extra for name, extras in EXTRAS_OF_MODULE.items() if f"{module}.".startswith(f"{name}.") for extra in extras
    ]
    lines += [line for extra in named for line in EXTRAS[extra]]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.mark.parametrize("module", TREES)
def test_every_import_is_declared(module: str) -> None:
    assert distributions(TREES[module]) - declared(module) == set()


def test_an_import_that_is_not_declared_is_found() -> None:
    lazily = ast.parse("def charts():\n    import plotly.express")
    assert distributions(lazily) - declared("arkit.aging.aging") == {"plotly"}
    assert distributions(lazily) - declared("arkit.present.charts") == set()


def test_hooks_before_a_commit_use_the_tools_of_the_test_extra() -> None:
    """Local hooks alone: nothing is downloaded, and a hook and `make lint` are the same version of a tool."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {hook["entry"].split()[0] for hook in hooks} <= {Requirement(line).name for line in EXTRAS["test"]}

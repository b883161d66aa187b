"""The floors of the house: a module imports downwards only, and heavy libraries stay in their rooms."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest

from tests.house.source import ROOT, TREES

FLOORS = (
    ("errors",),
    ("settings", "calendar", "resources"),
    ("words",),
    ("policy",),
    ("model",),
    ("build",),
    ("files",),
    ("recognise",),
    ("read", "sample"),
    ("aging",),
    # Explained changes hold the KPIs of two days against one another, so flows stand on the KPIs.
    ("kpi",),
    ("flows",),
    ("segmentation",),
    ("credit", "cash", "collection"),
    ("present",),
    # Both put measures and charts together, pages for whoever decides, lessons for whoever learns.
    ("reports", "teach"),
    ("run", "serve"),
    ("arkit",),  # the public names, flat
    ("pages",),  # the old names of the reports, for one release
    ("cli",),
    ("__main__",),
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# What presents gets finished tables: it may know the vocabulary, not the measures.
KNOWN_TO_PRESENT = {"calendar", "errors", "policy", "resources", "words", "present"}
ROOMS_OF_LIBRARY = {"plotly": {"present"}, "papermill": {"run"}, "voila": {"serve"}, "nbconvert": {"run"}}
LIBRARIES_THAT_WAIT = ("pandas", "plotly", "papermill", "voila")


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def imports(tree: ast.Module, modules: set[str]) -> set[str]:
    """Every module that the tree imports, lazily or for types too; relative imports are an error of their own."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write the import in full"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & modules) | ({str(node.module)} if names - modules else set())
    return found


def faults(trees: dict[str, ast.Module]) -> list[str]:
    """Every import that breaks a rule of the house."""
    return [
        f"{module} imports {imported}: {fault}"
        for module, tree in trees.items()
        for imported in sorted(imports(tree, set(trees)))
        if (fault := fault_of(room(module), imported))
    ]


def fault_of(here: str, imported: str) -> str:
    library = imported.split(".")[0]
    if library != "arkit":
        rooms = ROOMS_OF_LIBRARY.get(library)
        return f"{library} belongs to {', '.join(rooms)}" if rooms and here not in rooms else ""
    there = room(imported)
    if here not in FLOOR_OF or there not in FLOOR_OF:
        return "a room without a floor; give it one in FLOORS"
    if there != here and FLOOR_OF[there] >= FLOOR_OF[here]:
        return "not downwards"
    if here == "present" and there not in KNOWN_TO_PRESENT:
        return "present gets finished tables"
    return ""


def test_every_module_imports_downwards_only() -> None:
    assert faults(TREES) == []


def test_no_module_imports_itself_in_a_circle() -> None:
    edges = {module: imports(tree, set(TREES)) & set(TREES) for module, tree in TREES.items()}
    assert set(TopologicalSorter(edges).static_order()) >= set(TREES)


@pytest.mark.parametrize(
    ("module", "line"),
    {
        "upwards": ("arkit.read.reading", "from arkit.aging import periods"),
        "upwards lazily": ("arkit.read.reading", "def read():\n    import arkit.run"),
        "the next room on a floor": ("arkit.cash.forecast", "from arkit.credit.score import score"),
        "the public names from below": ("arkit.kpi.dso", "from arkit import open_items"),
        "a measure in a figure": ("arkit.present.charts", "from arkit.kpi.dso import dso"),
        "the ledger in a figure": ("arkit.present.charts", "from arkit.model.ledger import Ledger"),
        "plotly in a page": ("arkit.reports.monthly", "import plotly.graph_objects as go"),
        "papermill in a page": ("arkit.reports.monthly", "from papermill import execute_notebook"),
        "nbconvert in a figure": ("arkit.present.page", "from nbconvert import HTMLExporter"),
        "a room without a floor": ("arkit.utils.tools", "from arkit.words.columns import column"),
    }.values(),
)
def test_a_broken_rule_is_found(module: str, line: str) -> None:
    assert len(faults({module: ast.parse(line)})) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("arkit.present.charts", "import plotly.graph_objects as go\nfrom arkit.words.columns import column"),
        ("arkit.run.report", "import papermill, nbconvert\nfrom arkit.reports.monthly import headline"),
        ("arkit.aging.aging", "from arkit.aging.periods import standing\nfrom arkit.model.ledger import Ledger"),
    ],
)
def test_a_kept_rule_is_not_found(module: str, line: str) -> None:
    assert faults({module: ast.parse(line)}) == []


def test_importing_arkit_loads_no_heavy_library() -> None:
    ask = f"import sys, arkit; print([name for name in {LIBRARIES_THAT_WAIT} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.strip() == "[]"

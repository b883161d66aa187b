"""Tasks that are measured in a process of their own: what they take cold, and the most memory the process holds.

``python -m benchmarks.child TASK FOLDER`` does one task on the files of the folder and prints its measures as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import timed


@dataclass(frozen=True)
class Measures:
    """The seconds of a task by step, on the clock and of the processors, memory in MB, and what else it has to say."""

    seconds: dict[str, float]
    cpu_seconds: dict[str, float]
    before_mb: float
    peak_mb: float
    facts: dict[str, Any]


class Steps:
    """The steps of a task as they are done."""

    def __init__(self) -> None:
        self.before = peak_mb()
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}

    def do(self, step: str, run: Callable[[], Any]) -> Any:
        """Do a step and return its result."""
        result, self.seconds[step], self.cpu_seconds[step] = timed(run)
        return result

    def measures(self, facts: dict[str, Any]) -> Measures:
        """Return what all steps took."""
        return Measures(self.seconds, self.cpu_seconds, self.before, peak_mb(), facts)


def in_child(task: str, folder: Path) -> Measures:
    """Do a task in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.child", task, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    if done.returncode:
        raise RuntimeError(f"The task {task} failed:\n{done.stderr}")
    return Measures(**json.loads(done.stdout))


def prepare(folder: Path) -> Measures:
    """Make a ledger of tables in memory, and its balance periods."""
    import polars as pl

    import arkit as ar
    from benchmarks.data import FIRST_DAY, LAST_DAY

    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("items", "applications", "customers")}
    steps = Steps()
    ledger = steps.do("make_ledger", lambda: ar.make_ledger(**tables, covers=(FIRST_DAY, LAST_DAY)))
    periods = steps.do("periods", lambda: ledger.periods)
    return steps.measures({"periods": periods.height, "entries": ledger.frames.entries.height})


def read_with_arkit(folder: Path) -> Measures:
    """Read the CSV of settled invoices as a checked ledger."""
    return _read(folder / "settled.csv")


def read_faults_with_arkit(folder: Path) -> Measures:
    """Read the CSV with faults as a checked ledger."""
    return _read(folder / "faulty.csv")


def _read(file: Path) -> Measures:
    import arkit as ar

    layout = ar.Layout(name="settled invoices", shape="settled")
    steps = Steps()
    ledger = steps.do("read", lambda: ar.read_ledger(file, layout=layout))
    return steps.measures({"rows": ledger.source_rows, "findings": ledger.frames.findings.height})


def read_with_polars(folder: Path) -> Measures:
    """Read the same CSV as a Polars table, and no more."""
    import polars as pl

    steps = Steps()
    rows = steps.do("read", lambda: pl.read_csv(folder / "settled.csv"))
    return steps.measures({"rows": rows.height})


def read_workbook_with_arkit(folder: Path) -> Measures:
    """Read the workbook by a layout."""
    return _read_workbook(folder, decimal_mark=".")


def read_comma_workbook_with_arkit(folder: Path) -> Measures:
    """Read the workbook by a layout of decimal commas, for which numbers are told from text."""
    return _read_workbook(folder, decimal_mark=",")


def _read_workbook(folder: Path, **settings: Any) -> Measures:
    import arkit as ar
    from arkit.model.layout import TableLayout
    from benchmarks.workbook import HEADERS

    layout = ar.Layout(name="invoices", shape="settled", items=TableLayout(columns=HEADERS), **settings)
    steps = Steps()
    ledger = steps.do("read", lambda: ar.read_ledger(folder / "export.xlsx", layout=layout))
    return steps.measures({"rows": ledger.source_rows})


def recognise_workbook_with_arkit(folder: Path) -> Measures:
    """Read the workbook without a layout."""
    import arkit as ar

    steps = Steps()
    ledger = steps.do("read", lambda: ar.read_ledger(folder / "export.xlsx"))
    return steps.measures({"rows": ledger.source_rows})


def read_workbook_with_calamine(folder: Path) -> Measures:
    """Read the cells of the workbook as text, and no more."""
    import fastexcel

    steps = Steps()
    book = fastexcel.read_excel(folder / "export.xlsx")
    rows = steps.do("read", lambda: book.load_sheet(0, header_row=None, dtypes="string").to_polars())
    return steps.measures({"rows": rows.height})


def import_arkit(folder: Path) -> Measures:
    """Import arkit; ``heavy`` are the libraries that must not come with it."""
    steps = Steps()
    steps.do("import", lambda: __import__("arkit"))
    heavy = [name for name in ("pandas", "plotly", "papermill", "voila", "IPython") if name in sys.modules]
    return steps.measures({"heavy": heavy})


def import_polars_and_pandas(folder: Path) -> Measures:
    """Import what an analyst imports."""
    steps = Steps()
    steps.do("polars", lambda: __import__("polars"))
    steps.do("pandas", lambda: __import__("pandas"))
    return steps.measures({})


TASKS: dict[str, Callable[[Path], Measures]] = {
    task.__name__: task
    for task in (
        prepare,
        read_with_arkit,
        read_faults_with_arkit,
        read_with_polars,
        read_workbook_with_arkit,
        read_comma_workbook_with_arkit,
        recognise_workbook_with_arkit,
        read_workbook_with_calamine,
        import_arkit,
        import_polars_and_pandas,
    )
}


def peak_mb() -> float:
    """Return the most memory this process has held so far, in MB; nan where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage where it can be avoided: on Linux its peak is handed down from the parent, which may be larger.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    measures = TASKS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps(vars(measures)))

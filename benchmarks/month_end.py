"""A month-end run beside its floor: as many notebooks without a cell, run one by one, each on a kernel of its own.

Both are measured in fresh processes, with everything that they start: the clock, the processors, the memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

import nbformat
import psutil
from nbformat.v4 import new_notebook

from arkit.resources import resource as bundled
from arkit.sample import generate, write
from benchmarks.measuring import Results, Target, Timing

ITEMS_EACH: Final = 5_000
GOAL: Final = 0.6
BEAT: Final = 0.5


def of_entities(entities: int) -> Results:
    """Time a run over entities of 5,000 items each, and the floor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = entities * ITEMS_EACH
        write(generate(items=size, entities=entities), folder / "books")
        case = f"month-end of {entities} entities and the group"
        floor = _timing(case, size, "floor: empty notebooks one by one", _empty_notebooks(folder, entities))
        first = _timing(case, size, "arkit, one entity", _run(folder, "one", ["ES"]))
        run = _timing(case, size, "arkit, all", _run(folder, "all", ["all"]))
        again = _timing(case, size, "arkit, again with nothing changed", _run(folder, "all", ["all"]))
    each = (run.median - first.median) / entities
    target = Target(f"{case}: seconds for each after the first", each, GOAL, "s")
    return Results([floor, first, run, again], [target], [])


def _empty_notebooks(folder: Path, count: int) -> list[list[str]]:
    path = folder / "empty.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(metadata={"kernelspec": kernel}), path)
    return [[sys.executable, "-m", "papermill", "--no-progress-bar", str(path), str(folder / "out.ipynb")]] * count


def _run(folder: Path, output: str, entities: list[str]) -> list[list[str]]:
    books = ["--ledger", str(folder / "books"), "--layout", str(bundled("templates/layouts/sample.toml"))]
    asked = ["--as-of", "2026-10-31", "--output", str(folder / output), "--entity", *entities]
    return [[sys.executable, "-m", "arkit", "report", *books, *asked]]


def _timing(case: str, size: int, contender: str, commands: list[list[str]]) -> Timing:
    """Run commands one after another, and return what they took together with all that they started."""
    before, start = _children_cpu(), time.perf_counter()
    peak = 0.0
    for command in commands:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            watch = _Watch(process.pid)
            watch.start()
            if process.wait():
                raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")
            watch.join()
        peak = max(peak, watch.peak)
    return Timing(case, size, contender, (time.perf_counter() - start,), (_children_cpu() - before,), peak)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watch(threading.Thread):
    """Looks again and again at the memory that a process and its children hold; what they share counts once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0.0

    def run(self) -> None:
        while psutil.pid_exists(self.pid):
            try:
                root = psutil.Process(self.pid)
                if root.status() == psutil.STATUS_ZOMBIE:
                    return
                held = sum(_own_bytes(process) for process in [root, *root.children(recursive=True)])
            except psutil.Error:
                continue
            self.peak = max(self.peak, held / 1024**2)
            time.sleep(BEAT)


def _own_bytes(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", 0) or full.uss)
    except psutil.Error:
        return 0

"""A notebook that runs in a worker finds nothing of the one that ran before it."""

from __future__ import annotations

from pathlib import Path

from arkit.run.workers import Failure, Workers
from tests.run.toys import write_notebook


def run(notebooks: list[str]) -> list[tuple[str, list[int | None]]]:
    """Run notebooks one after another, and return what the last cell of each said, and the numbers of its cells."""
    from arkit.run.execute import IN_PROCESS, run_notebook

    said = []
    for notebook in notebooks:
        path = Path(notebook)
        executed = run_notebook(path, parameters={}, folder=path.parent, how={"engine_name": IN_PROCESS})
        cells = [cell for cell in executed.cells if cell.cell_type == "code"]
        said.append((cells[-1].outputs[-1].data["text/plain"], [cell.execution_count for cell in cells]))
    return said


def test_names_and_numbers_of_an_earlier_notebook_are_gone(tmp_path: Path) -> None:
    first = write_notebook(tmp_path / "first.ipynb", "left_over = 1", "'left_over' in globals()")
    second = write_notebook(tmp_path / "second.ipynb", "'left_over' in globals()", "_")
    with Workers(1) as workers:
        [(_, made)] = workers.each(run, [[str(first), str(second), str(first)]])
    assert not isinstance(made, Failure), made
    assert made == [("True", [1, 2, 3]), ("False", [1, 2, 3]), ("True", [1, 2, 3])]

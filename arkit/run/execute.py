"""One notebook through papermill: parameters are data, a failure is one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit import errors
from arkit.errors import ArkitError, ReportError, unknown_name

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill import PapermillExecutionError

LONGEST_REASON: Final = 500

Listener = Callable[[str], None]
"""Takes a short line that tells how far a run is."""


def run_notebook(
    notebook: Path,
    *,
    parameters: Mapping[str, str],
    folder: Path,
    how: Mapping[str, object],
    tell: Listener | None = None,
) -> NotebookNode:
    """Run a notebook with text parameters, and return it with its outputs.

    Parameters
    ----------
    notebook
        The notebook; it is read, never written.
    parameters
        Values for names of its parameters cell. A value arrives as the same text: ``0010`` stays ``0010``.
    folder
        The folder that the cells run in; its path is left out of what they say.
    how
        What papermill is told of where to run it: a kernel (``km``) or an engine (``engine_name``).
    tell
        Is told which cell runs.

    Raises
    ------
    ReportError
        A cell failed or the kernel died: the reason in one sentence. Where the cell raised an error of arkit's, that
        one is raised.
    """
    from papermill import PapermillExecutionError, execute_notebook

    place = _Place(tell)
    try:
        executed = execute_notebook(
            _literal(notebook),
            None,
            parameters={name: str(value) for name, value in parameters.items()},
            kernel_name="python3",
            language="python",
            **how,
            progress_bar=False,
            request_save_on_cell_execute=False,
            on_cell_execute=place.started,
        )
    except PapermillExecutionError as error:
        raise _failed_cell(error) from error
    except RuntimeError as error:  # a kernel that does not come up, or is there no more
        raise ReportError(f"The notebook's kernel died in {place}; most often memory ran out.") from error
    return _tidy(executed, folder)


def parameters_of(notebook: Path) -> frozenset[str]:
    """Return the names of a notebook's parameters.

    Raises
    ------
    ReportError
        The notebook cannot be read.
    """
    from papermill import inspect_notebook

    try:
        return frozenset(inspect_notebook(_literal(notebook)))
    except Exception as error:  # papermill and nbformat raise whatever their readers raise
        raise ReportError(f"The notebook {notebook} cannot be read: {_one_sentence(str(error))}") from error


def check_parameters(notebook: Path, parameters: Mapping[str, str]) -> None:
    """Refuse names that the notebook's parameters cell does not have; papermill would only log them.

    Raises
    ------
    UnknownNameError
        The first name that the notebook does not have.
    ReportError
        The notebook cannot be read.
    """
    known = parameters_of(notebook)
    for name in parameters:
        if name not in known:
            raise unknown_name(f"parameter of {notebook.name}", name, known=known)


def _literal(notebook: Path) -> str:
    """Return a path in which papermill finds nothing to fill in."""
    return str(notebook).replace("{", "{{").replace("}", "}}")


class _Place:
    """Where in the notebook a run is."""

    def __init__(self, tell: Listener | None) -> None:
        self.tell = tell
        self.number = 0

    def __str__(self) -> str:
        return f"cell {self.number}" if self.number else "starting"

    def started(self, cell: NotebookNode, cell_index: int) -> None:
        """Note that a code cell starts."""
        self.number = cell_index + 1
        if self.tell:
            self.tell(f"{self}: {cell.source.strip().splitlines()[0]}")


def _failed_cell(error: PapermillExecutionError) -> ArkitError:
    """Return the error of a failed cell: arkit's own with its message, others with their name and the cell."""
    reason = _one_sentence(str(error.evalue))
    kind = getattr(errors, error.ename, None)
    if isinstance(kind, type) and issubclass(kind, ArkitError):
        return kind(reason)
    first = next(iter(error.source.strip().splitlines()), "")
    return ReportError(f"The notebook's cell {error.cell_index + 1} ({first}) failed: {error.ename}: {reason}")


def _one_sentence(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_REASON else plain[: LONGEST_REASON - 1] + "…"


def _tidy(executed: NotebookNode, folder: Path) -> NotebookNode:
    """Remove what tells of the machine and the hour and not of the ledger, so that a second run gives the same."""
    executed.metadata.pop("papermill", None)
    for number, cell in enumerate(executed.cells):
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = f"parameters-{number}"
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = _without_machine_paths(output.text, folder)
    return executed


def _without_machine_paths(text: str, folder: Path) -> str:
    package = Path(errors.__file__).parent
    for path, name in ((folder, "."), (package, package.name)):
        text = text.replace(str(path), name)
    return re.sub(r"\S*ipykernel_\d+\S*\.py", "cell", text)

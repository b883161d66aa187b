"""One notebook through papermill: parameters are data, a failure is one sentence."""

from __future__ import annotations

import asyncio
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arkit import errors
from arkit.errors import ReportError, unknown_name

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST_REASON: Final = 400

Listener = Callable[[str], None]
"""Takes one short line on how far a run is."""


def run_notebook(
    notebook: Path, *, parameters: Mapping[str, str], folder: Path, tell: Listener | None = None
) -> NotebookNode:
    """Run a notebook in a folder with text parameters and return it with its outputs.

    Parameters
    ----------
    notebook
        The notebook; it is read, never written.
    parameters
        Values for names of its parameters cell. They arrive as the same text: ``0010`` stays ``0010``.
    folder
        The working folder of the notebook's cells.
    tell
        Is told which cell runs.

    Raises
    ------
    UnknownNameError
        The notebook has no such parameter.
    ReportError
        A cell failed, or the kernel died; the message is the reason in one sentence.
    """
    check_parameters(notebook, parameters)
    from jupyter_client.manager import AsyncKernelManager  # noqa: F401  (the slow imports, before the clock matters)
    from nbclient.exceptions import DeadKernelError
    from papermill import PapermillExecutionError, execute_notebook

    from arkit.run.kernel import ReportKernel, kernel_settings

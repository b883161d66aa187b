"""A papermill engine that runs a notebook in this very process: for workers, which make reports and nothing else.

A kernel of its own costs a report half a second to start and its libraries a second time. A worker is a process of its
own already, so nothing is lost: what a cell breaks or kills, it breaks in this worker alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import TYPE_CHECKING, Any, Final

from ipykernel.ipkernel import IPythonKernel
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from nbformat.v4 import output_from_msg
from papermill.engines import Engine, papermill_engines
from traitlets import Type
from traitlets.config import Config

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

IN_PROCESS: Final = "arkit-in-process"


class Shell(InteractiveShell):
    """IPython without a screen: what the cells say is kept, cell by cell, as the outputs of a notebook."""

    display_pub_class = Type("arkit.run.in_process.Publisher")  # type: ignore[assignment]
    displayhook_class = Type("arkit.run.in_process.Hook")  # type: ignore[assignment]

    def __init__(self, **settings: Any) -> None:
        self.outputs: list[NotebookNode] = []
        self.number = 0
        super().__init__(**settings)  # type: ignore[no-untyped-call]

    def keep(self, kind: str, **content: Any) -> None:
        """Keep an output, made as a kernel's message would make it."""
        message = {"header": {"msg_type": kind}, "content": content}
        self.outputs.append(output_from_msg(message))  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.keep("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)


class Publisher(DisplayPublisher):
    """Keeps what a cell displays."""

    shell: Shell

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
        """Keep a display."""
        self.shell.keep("display_data", data=data, metadata=metadata or {})


class Hook(DisplayHook):
    """Keeps the value of a cell's last line."""

    shell: Shell

    def write_output_prompt(self) -> None:
        """Print nothing."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keep a result."""
        self.shell.keep("execute_result", data=format_dict, metadata=md_dict or {}, execution_count=self.shell.number)

    def finish_displayhook(self) -> None:
        """Print nothing."""


class _Stream(TextIOBase):
    """Keeps what a cell prints; lines that follow each other are one output."""

    def __init__(self, shell: Shell, name: str) -> None:
        self.shell, self.stream = shell, name

    def write(self, text: str) -> int:
        last = self.shell.outputs[-1] if self.shell.outputs else None
        if last is not None and last.output_type == "stream" and last.name == self.stream:
            last.text += text
        elif text:
            self.shell.keep("stream", name=self.stream, text=text)
        return len(text)


class InProcess(Engine):  # type: ignore[misc]
    """Runs the cells one after another in :class:`Shell`, and stops at the first that fails."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, on_cell_execute: Callable[..., None], **_: Any
    ) -> None:
        """Run the notebook."""
        shell: Shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        shell.reset(new_session=True)  # type: ignore[no-untyped-call]  # nothing that the cells of an earlier notebook left
        nb_man.nb.metadata["language_info"] = {
            **IPythonKernel.language_info,
            "version": sys.version.split()[0],
        }
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code":
                continue
            on_cell_execute(cell=cell, cell_index=index)
            nb_man.cell_start(cell, index)
            result = _run(shell, cell)
            if not result.success:
                nb_man.cell_exception(cell, cell_index=index)
                return
            nb_man.cell_complete(cell, cell_index=index)


def _run(shell: Shell, cell: NotebookNode) -> ExecutionResult:
    shell.outputs, shell.number = [], shell.execution_count
    with redirect_stdout(_Stream(shell, "stdout")), redirect_stderr(_Stream(shell, "stderr")):
        result: ExecutionResult = shell.run_cell(cell.source, store_history=True)  # type: ignore[no-untyped-call]
    cell.outputs, cell.execution_count = shell.outputs, shell.number
    return result


def value_of(name: str) -> object:
    """Return what a name of the notebook that ran last stands for."""
    return Shell.instance().user_ns[name]


papermill_engines.register(IN_PROCESS, InProcess)

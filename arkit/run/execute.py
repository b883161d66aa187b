"""One notebook through papermill: parameters are data, a failure is one sentence.

It runs in a kernel of its own, or in this very process. The kernel is this very Python in a folder of its own, with
nothing of the user's profile. In a process there is nothing to start and nothing to import twice, which saves half a
second and more for each report; that is for workers, which make reports and nothing else: what a cell breaks or kills,
it breaks in this worker alone. A run file can ask for kernels instead (``in_process = false``).
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ipykernel.ipkernel import IPythonKernel
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from jupyter_client.client import KernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.util import run_sync
from nbformat.v4 import output_from_msg
from papermill.engines import Engine, papermill_engines
from traitlets import Type, Unicode
from traitlets.config import Config

from arkit import errors
from arkit.errors import ArkitError, ReportError, unknown_name
from arkit.words.catalogue import ENGLISH, text

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill import PapermillExecutionError
    from papermill.engines import NotebookExecutionManager

LONGEST_REASON: Final = 500

Listener = Callable[[str], None]
"""Takes a short line that says how far a run is."""


def run_notebook(
    notebook: Path,
    *,
    parameters: Mapping[str, str],
    folder: Path,
    how: Mapping[str, object],
    tell: Listener | None = None,
) -> NotebookNode:
    """A notebook with its outputs, after it has run with text parameters.

    Parameters
    ----------
    notebook
        The notebook; it is read, never written.
    parameters
        Values for names of its parameters cell. A value arrives as the same text: ``0010`` stays ``0010``.
    folder
        The folder that the cells run in; its path is left out of what they say.
    how
        Where papermill runs it: in a kernel (``km``) or by an engine (``engine_name``).
    tell
        Takes a line for each cell that starts.

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
    except RuntimeError as error:  # a kernel that does not start, or that has ended
        raise ReportError(f"The notebook's kernel died in {place}; most often memory ran out.") from error
    return _in_language(_tidy(executed, folder), parameters.get("language", ENGLISH))


def parameters_of(notebook: Path) -> frozenset[str]:
    """The names of a notebook's parameters.

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
    """A path in which papermill finds nothing to fill in."""
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
            self.tell(str(self))


def _failed_cell(error: PapermillExecutionError) -> ArkitError:
    """The error of a failed cell: arkit's own with its message, others with their name and the cell."""
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
    """Remove times and paths of the machine, so that a second run gives the same bytes."""
    executed.metadata.pop("papermill", None)
    for number, cell in enumerate(executed.cells):
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            # papermill gives the cell that it injects another random id in each run.
            cell["id"] = f"parameters-{number}"
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = _without_machine_paths(output.text, folder)
    return executed


def _in_language(executed: NotebookNode, language: str) -> NotebookNode:
    """Write the prose between the cells in the language of the report; prose that a user has changed stays."""
    for cell in executed.cells:
        key = cell.metadata.get("text", "")
        if cell.cell_type == "markdown" and key and cell.source == prose(key, ENGLISH):
            cell.source = prose(key, language)
    return executed


def prose(key: str, language: str) -> str:
    """The heading and the sentence below it that a cell of a notebook names in its metadata as ``text``.

    >>> print(prose("reports.section.aging", "en"))
    ## Aging
    <BLANKLINE>
    What is open on the day, by how long it has been due.
    """
    title, sentence = (text(f"{key}.{part}", language=language) for part in ("title", "text"))
    return f"## {title}\n\n{sentence}"


def _without_machine_paths(text: str, folder: Path) -> str:
    package = Path(errors.__file__).parent
    for path, name in ((folder, "."), (package, package.name)):
        text = text.replace(str(path), name)
    return re.sub(r"\S*ipykernel_\d+\S*\.py", "cell", text)


TRANSPORT = "tcp" if sys.platform == "win32" else "ipc"


class ReportKernel(AsyncKernelManager):
    """A kernel that imports what the caller imports.

    An installed kernel specification may name another Python; the user's IPython profile may run start-up files that
    change results. Neither is used: the command is this interpreter, the profile is an empty one in ``home``.
    """

    home = Unicode().tag(config=True)  # an empty folder for the profile and the connection
    connected: KernelClient | None = None

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command and the environment that start the kernel."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, language="python", display_name="Python 3", env=_environment(self.home))

    def client(self, **settings: Any) -> Any:
        """A client, remembered so that it can be closed."""
        self.connected = super().client(**settings)
        return self.connected

    def close(self) -> None:
        """Stop the kernel at once; it has nothing left to keep."""
        if self.connected is not None:
            self.connected.stop_channels()
        if self.has_kernel:
            run_sync(self.shutdown_kernel)(now=True)


@contextmanager
def started_kernel(folder: Path) -> Iterator[ReportKernel]:
    """Start a kernel in a folder, without waiting for it, and stop it at the end.

    It takes half a second to start; meanwhile the ledger is read.
    """
    with tempfile.TemporaryDirectory(prefix="arkit-", ignore_cleanup_errors=True) as home:
        # The short path keeps the kernel's sockets within the length that a system allows.
        settings = {"home": home, "transport": TRANSPORT, "connection_file": os.path.join(home, "kernel.json")}
        kernel = ReportKernel(config=Config({"ReportKernel": settings}))
        run_sync(kernel.start_kernel)(cwd=str(folder))
        try:
            yield kernel
        finally:
            kernel.close()


def _environment(home: str) -> dict[str, str]:
    package = str(Path(errors.__file__).resolve().parents[1])
    # The kernel starts in another folder, from which a checkout that is not installed would not be found.
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"IPYTHONDIR": home, "PYTHONPATH": os.pathsep.join(paths), "PLOTLY_RENDERER": "plotly_mimetype"}


IN_PROCESS: Final = "arkit-in-process"


class Shell(InteractiveShell):
    """IPython without a screen: what a cell shows is kept as the outputs of a notebook."""

    display_pub_class = Type("arkit.run.execute.Displays")  # type: ignore[assignment]
    displayhook_class = Type("arkit.run.execute.Values")  # type: ignore[assignment]

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


class Displays(DisplayPublisher):
    """Keeps what a cell displays."""

    shell: Shell

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
        """Keep a display."""
        self.shell.keep("display_data", data=data, metadata=metadata or {})


class Values(DisplayHook):
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
        # Without history: workers would write into one file of it.
        shell: Shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        shell.reset(new_session=True)  # type: ignore[no-untyped-call]  # of earlier notebooks nothing is left
        nb_man.nb.metadata["language_info"] = {**IPythonKernel.language_info, "version": sys.version.split()[0]}
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
    """The value of a name in the notebook that ran last in this process."""
    return Shell.instance().user_ns[name]


papermill_engines.register(IN_PROCESS, InProcess)

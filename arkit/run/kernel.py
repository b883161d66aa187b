"""The kernel of a report: this very Python, in a folder of its own, with nothing of the user's profile."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.client import KernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.util import run_sync
from traitlets import Unicode
from traitlets.config import Config

from arkit import errors

TRANSPORT = "tcp" if sys.platform == "win32" else "ipc"


class ReportKernel(AsyncKernelManager):
    """A kernel that imports what the caller imports.

    An installed kernel specification may name another Python; the user's IPython profile may run start-up files that
    change results. Neither is used: the command is this interpreter, the profile is an empty one in ``home``.
    """

    home = Unicode(help="an empty folder for the profile and the connection").tag(config=True)
    connected: KernelClient | None = None

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command and the environment that start the kernel."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, language="python", display_name="Python 3", env=_environment(self.home))

    def client(self, **settings: Any) -> Any:
        """Return a client, and remember it so that it can be closed."""
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

    It takes half a second to come up; meanwhile the ledger is read.
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
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"IPYTHONDIR": home, "PYTHONPATH": os.pathsep.join(paths), "PLOTLY_RENDERER": "plotly_mimetype"}

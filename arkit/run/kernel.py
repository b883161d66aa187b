"""The kernel of a report: this very Python, in a folder of its own, with nothing of the user's profile."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
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

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command and the environment that start the kernel."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, language="python", display_name="Python 3", env=_environment(self.home))


def kernel_settings(home: Path) -> Config:
    """Return the settings of a kernel whose files lie in a folder; the short path keeps sockets within their limit."""
    settings = {"home": str(home), "transport": TRANSPORT, "connection_file": str(home / "kernel.json")}
    return Config({"ReportKernel": settings})


def _environment(home: str) -> dict[str, str]:
    package = str(Path(errors.__file__).resolve().parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"IPYTHONDIR": home, "PYTHONPATH": os.pathsep.join(paths), "PLOTLY_RENDERER": "plotly_mimetype"}

"""The pages' processes: each belongs to the visitor who opened the page, and ends when nobody looks any more."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_core.utils import ensure_async
from jupyter_server._tz import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import Dict, Float, Unicode

VISITOR: Final = "X-Arkit-Visitor"
VISITOR_VARIABLE: Final = "HTTP_X_ARKIT_VISITOR"
SECRET: Final = ("ARKIT_TOKEN", "ARKIT_PASSWORD", "VOILA_REQUEST_URL", VISITOR_VARIABLE)
"""What a page's process has no business to know."""


class PageKernels(AsyncMappingKernelManager):
    """Kernels that know whose page they make.

    One that nobody is connected to ends after ``cull_idle_timeout`` seconds: a tab was closed, or something asked for
    a page and never opened it. One whose page is open but untouched ends after ``untouched`` seconds.
    """

    untouched = Float(help="seconds after which the kernel of an open page ends that nobody touches").tag(config=True)
    owners = Dict(help="the visitor of each kernel")

    async def start_kernel(self, **settings: Any) -> str:  # type: ignore[override]
        """Start the kernel of a page, and note whose it is."""
        environment = dict(settings.pop("env"))
        visitor = environment.get(VISITOR_VARIABLE, "")
        kernel_id: str = await super().start_kernel(env=without_secrets(environment), **settings)
        self.owners = {**{one: who for one, who in self.owners.items() if one in self}, kernel_id: visitor}
        return kernel_id

    def belongs(self, kernel_id: str, visitor: str) -> bool:
        """Return whether a kernel is alive and makes a page of this visitor."""
        return bool(visitor) and kernel_id in self and self.owners.get(kernel_id) == visitor

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End the kernel if nobody looks at its page, or nobody has touched it for long."""
        kernel = self._kernels[kernel_id]
        idle = utcnow() - getattr(kernel, "last_activity", utcnow())
        if self._kernel_connections.get(kernel_id, 0) and idle > timedelta(seconds=self.untouched):
            self.log.info("An untouched page has ended after %d minutes.", idle.total_seconds() // 60)
            await ensure_async(self.shutdown_kernel(kernel_id))
            return
        await super().cull_kernel_if_idle(kernel_id)


def without_secrets(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of a page's process: no token, no password, not even in the address that was asked for."""
    kept = {name: value for name, value in environment.items() if name not in SECRET}
    query = kept.get("QUERY_STRING", "")
    pairs = [(name, value) for name, value in parse_qsl(query, errors="replace") if name != "token"]
    return {**kept, "QUERY_STRING": urlencode(pairs)}


def without_token(uri: str) -> str:
    """Return an address without the token in it.

    >>> without_token("/receivables?token=abc&entity=ES")
    '/receivables?entity=ES'
    """
    parts = urlsplit(uri)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != "token"])
    return f"{parts.path}?{query}" if query else parts.path


class OnePython(KernelSpecManager):
    """The only kernel is the Python that serves; an installed specification may name another one."""

    home = Unicode(help="the folder for the kernel's profile").tag(config=True)

    def get_all_specs(self) -> dict[str, Any]:
        """Return the one specification there is."""
        return {"python3": {"resource_dir": "", "spec": self.get_kernel_spec("python3").to_dict()}}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return how a page's process is started, whatever name is asked for.

        What it writes to its own error stream goes to the server's, not to the visitor; it keeps no history.
        """
        quiet = ["--IPKernelApp.capture_fd_output=False", "--HistoryManager.enabled=False"]
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *quiet]
        environment = {"IPYTHONDIR": self.home, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        return KernelSpec(argv=command, language="python", display_name="Python 3", env=environment)

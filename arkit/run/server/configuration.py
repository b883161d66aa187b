"""The configuration of Voila and of what it is made of; no file of the user's or the system's is read."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.security import passwd
from traitlets.config import Config

from arkit.run.server.serving import Serving

EXTENSIONS: Final = (
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "jupyterlab-plotly",
)
"""What a page loads of JupyterLab: controls and charts."""

ABANDONED_SECONDS: Final = 60
"""A process that nobody is connected to ends after this."""

LOOKED_AT_EVERY: Final = 15
HEARTBEAT_SECONDS: Final = 55
"""Voila sends something after this while a page is made; proxies give up after a minute without."""


def configuration(serving: Serving, *, home: Path, notebooks: Path) -> Config:
    """Return the whole configuration.

    Parameters
    ----------
    serving
        What is asked of the server.
    home
        An empty folder for connections and the profile of the pages' processes.
    notebooks
        The folder of the pages.
    """
    return Config(
        {
            "Voila": _server(serving, home, notebooks),
            "VoilaConfiguration": _pages(),
            "PasswordIdentityProvider": _identity(serving),
            "OnePython": {"home": str(home / "ipython")},
            "PageKernels": {
                "cull_idle_timeout": ABANDONED_SECONDS,
                "cull_interval": LOOKED_AT_EVERY,
                "untouched": serving.idle_minutes * 60,
            },
            # A process that died is not started again under its name: the page says so, and a reload brings a new one.
            "KernelRestarter": {"restart_limit": 0},
            "KernelManager": {"transport": "ipc" if os.name == "posix" else "tcp"},
            "NotebookNotary": {"db_file": ":memory:"},
        }
    )


def _server(serving: Serving, home: Path, notebooks: Path) -> dict[str, Any]:
    return {
        "log_level": logging.ERROR,
        "ip": serving.address,
        "port": serving.port,
        "base_url": serving.base_url,
        "root_dir": str(notebooks),
        "config_file_paths": [],
        "connection_dir_root": str(home),
        "open_browser": False,
        "token": serving.token,
        "kernel_websocket_connection_class": "arkit.run.server.channel.PageChannel",
        "identity_provider_class": "jupyter_server.auth.identity.PasswordIdentityProvider",
    }


def _pages() -> dict[str, Any]:
    return {
        "template": "arkit",
        "strip_sources": True,
        "show_tracebacks": False,
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "file_allowlist": [],
        "file_denylist": [".*"],
        "extension_allowlist": list(EXTENSIONS),
        "http_keep_alive_timeout": HEARTBEAT_SECONDS,
        "http_header_envs": ["X-Arkit-Visitor"],
        "multi_kernel_manager_class": "arkit.run.server.visitors.PageKernels",
        "kernel_spec_manager_class": "arkit.run.server.visitors.OnePython",
    }


def _identity(serving: Serving) -> dict[str, Any]:
    # With a token a visitor could otherwise set a password of his own.
    stored = passwd(serving.password) if serving.password else ""
    return {"allow_password_change": False, "hashed_password": stored}

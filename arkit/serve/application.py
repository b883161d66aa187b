"""Voila as the dashboards need it: few addresses, a process for each page, none of the user's configuration."""

import errno
import logging
import os
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.security import passwd
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.utils import url_path_join
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler, StaticFileHandler
from traitlets import Any as AnyTrait
from traitlets.config import Config
from voila.app import Voila
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler

from arkit.errors import ServingError
from arkit.resources import resource
from arkit.serve import handlers
from arkit.serve.channel import LARGEST
from arkit.serve.handlers import ReportHandler
from arkit.serve.pages import SERVED
from arkit.serve.serving import CURRENCY, LANGUAGE, LEDGER, LOOPBACK, POLICY, REPORTS, WINDOW, Serving

EXTENSIONS: Final = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "jupyterlab-plotly"]
"""What a page loads of JupyterLab: controls and charts."""

CULLED: Final = {"cull_idle_timeout": 60, "cull_interval": 15}
"""Seconds: a process without a connected page ends after a minute, and is looked for four times as often."""

HEARTBEAT_SECONDS: Final = 55
"""Voila sends something at least this often while a page is made; proxies give up after a silent minute."""


def configuration(serving: Serving, *, home: Path, notebooks: Path) -> Config:
    """The whole configuration.

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
            "PageKernels": {**CULLED, "untouched": serving.idle_minutes * 60},
            # A process that died is not started again under its name: the page says so, and a reload brings a new one.
            "KernelRestarter": {"restart_limit": 0},
            "KernelManager": {"transport": "ipc" if os.name == "posix" else "tcp"},
            # No database of signatures in the home of whoever serves.
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
        # Settings of Jupyter that lie about on the machine could open what is closed here.
        "config_file_paths": [],
        "connection_dir_root": str(home),
        "open_browser": False,
        "token": serving.token,
        "kernel_websocket_connection_class": "arkit.serve.channel.PageChannel",
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
        "extension_allowlist": EXTENSIONS,
        "http_keep_alive_timeout": HEARTBEAT_SECONDS,
        "http_header_envs": ["X-Arkit-Visitor"],
        "multi_kernel_manager_class": "arkit.serve.handlers.PageKernels",
        "kernel_spec_manager_class": "arkit.serve.handlers.OnePython",
    }


def _identity(serving: Serving) -> dict[str, Any]:
    # With a token a visitor could otherwise set a password of their own.
    stored = passwd(serving.password) if serving.password else ""
    return {"allow_password_change": False, "hashed_password": stored}


KERNEL: Final = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
LOG: Final = logging.getLogger("arkit.serve")


class DashboardServer(Voila):
    """Voila without its tree, its files, its contents and its configuration files."""

    serving = AnyTrait()

    def init_settings(self) -> dict[str, Any]:
        """Return Voila's settings, with those of the dashboards."""
        settings: dict[str, Any] = super().init_settings()
        # By which names the server may be called: a foreign page that points its own name here is refused.
        settings["allow_remote_access"] = self.serving.guarded
        settings["local_hostnames"] = [*LOOPBACK, *self.serving.hosts]
        settings["most_visitors"] = self.serving.visitors
        settings["language"] = self.serving.language
        settings["headers"] = handlers.HEADERS
        settings["log_function"] = self._logged
        settings["websocket_max_message_size"] = LARGEST
        # The scripts of a page are some 10 MB, and a third of that compressed.
        settings["compress_response"] = True
        settings["default_handler_class"] = handlers.NothingHandler
        return settings

    def init_handlers(self) -> list[Any]:
        """The addresses that exist."""
        own: list[tuple[str, type[RequestHandler]]] = [(rf"/api/kernels/{KERNEL}", handlers.OwnKernelHandler)]
        own += [(rf"/api/kernels/{KERNEL}/channels", handlers.OwnChannelHandler)]
        own += [(rf"/alive/{KERNEL}", handlers.AliveHandler)]
        own += [(rf"/voila/api/shutdown/{KERNEL}", handlers.OwnShutdownHandler)]
        own += [(r"/health/?", handlers.HealthHandler)]
        routes: list[Any] = [(url_path_join(self.server_url, path), handler) for path, handler in own]
        routes += [*self._static(), *self.identity_provider.get_handlers(), *self._pages(), *self._reports()]
        return routes

    def _static(self) -> list[Any]:
        """The scripts and styles: the same for every visitor, so browsers may keep them."""
        at = self.server_url
        return [
            (url_path_join(at, r"/voila/templates/(arkit/static/[\w.-]+)"), TemplateStaticFileHandler),
            (url_path_join(at, r"/voila/static/(.*)"), KeptMany, {"paths": self.static_paths}),
            (url_path_join(at, r"/voila/labextensions/(.*)"), Kept, {"path": self.labextensions_path}),
        ]

    def _pages(self) -> list[Any]:
        given = {name: getattr(self, name) for name in ("template_paths", "config", "voila_configuration")}
        return [
            (url_path_join(self.server_url, entry.path or "/"), handlers.PageHandler, {**given, "entry": entry})
            for entry in SERVED
        ]

    def _reports(self) -> list[Any]:
        if self.serving.reports is None:
            return []
        address = url_path_join(self.server_url, r"/reports/([^/]+)/([^/]+)/([^/]+)")
        return [(address, ReportHandler, {"root": Path(self.serving.reports)})]

    def listen(self) -> None:
        """Listen where it was asked for, and nowhere else, until the process is asked to stop."""
        server = HTTPServer(self.app, max_body_size=LARGEST, max_header_size=LARGEST)
        try:
            server.listen(self.port, self.ip)
        except OSError as error:
            self.stop()
            if error.errno != errno.EADDRINUSE:
                raise ServingError(f"Port {self.port} of {self.ip} cannot be used: {error}.") from error
            raise ServingError(f"Port {self.port} of {self.ip} is taken; name another with --port.") from error
        LOG.info("Serving at http://%s:%d%s", self.ip, self.port, self.base_url)
        self.ioloop = IOLoop.current()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            LOG.info("Stopped.")
        finally:
            self.stop()

    def _logged(self, handler: RequestHandler) -> None:
        """Write one line for each request that is not for a script or a style."""
        request = handler.request
        if handler.get_status() < 400 and isinstance(handler, StaticFileHandler):
            return
        named = request.headers.get(self.serving.user_header, "")[:60] if self.serving.user_header else ""
        asked = (handler.get_status(), request.method, request.path.replace("\n", " "), named, request.remote_ip)
        LOG.info("%s %s %s %r@%s %d ms", *asked, round(request.request_time() * 1000))


class _ForADay:
    """A file that the browser keeps for a day."""

    def set_extra_headers(self, path: str) -> None:
        """Let the browser keep it."""
        self.set_header("Cache-Control", "max-age=86400")  # type: ignore[attr-defined]


class Kept(_ForADay, handlers.Plain, FileFindHandler):
    """A file of an extension."""


class KeptMany(_ForADay, MultiStaticFileHandler):
    """One of Voila's own files."""


def run_server(serving: Serving, *, home: Path, notebooks: Path) -> None:
    """Run the server until the process is asked to stop."""
    os.environ.update(_environment(serving, home))
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    server = DashboardServer(config=configuration(serving, home=home, notebooks=notebooks), serving=serving)
    server.initialize([])
    server.start()


def _environment(serving: Serving, home: Path) -> dict[str, str]:
    """What the server and its pages read from the environment."""
    paths = {REPORTS: serving.reports, POLICY: serving.policy}
    stated = {name: str(Path(path).resolve()) for name, path in paths.items() if path}
    asked = {LANGUAGE: serving.language, CURRENCY: serving.currency, WINDOW: serving.window}
    return {**stated, **asked, LEDGER: str(home / "ledger"), "JUPYTER_PATH": str(resource("templates"))}

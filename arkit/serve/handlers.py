"""The addresses of the server: pages, each made by a process of its visitor's own, finished reports, and health.

Every other address does not exist. A report cannot act on the origin of the server.
"""

import json
import os
import re
import sys
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_core.utils import ensure_async
from jupyter_server._tz import utcnow
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web
from traitlets import Dict, Float, Unicode
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from arkit.serve.pages import SERVED, Entry, language_of
from arkit.words.catalogue import has_text, speaking, text

VISITOR: Final = "X-Arkit-Visitor"
VISITOR_VARIABLE: Final = "HTTP_X_ARKIT_VISITOR"
SECRET: Final = ("ARKIT_TOKEN", "ARKIT_PASSWORD", "VOILA_REQUEST_URL", VISITOR_VARIABLE)
"""What the process of a page must not know."""


class PageKernels(AsyncMappingKernelManager):
    """Kernels that know whose page they make.

    One without a connection ends after ``cull_idle_timeout`` seconds: a tab was closed, or something asked for a page
    and never opened it. One whose page is open but unused ends after ``untouched`` seconds.
    """

    untouched = Float().tag(config=True)
    owners = Dict()
    """The visitor of each kernel."""

    async def start_kernel(self, **settings: Any) -> str:  # type: ignore[override]
        """Start the kernel of a page, and note whose it is."""
        environment = dict(settings.pop("env"))
        visitor = environment.get(VISITOR_VARIABLE, "")
        kernel_id: str = await super().start_kernel(env=without_secrets(environment), **settings)
        # What has ended is forgotten here, or the list would grow for as long as the server runs.
        self.owners = {**{one: who for one, who in self.owners.items() if one in self}, kernel_id: visitor}
        return kernel_id

    def belongs(self, kernel_id: str, visitor: str) -> bool:
        """Whether a kernel is alive and makes a page of this visitor."""
        return bool(visitor) and kernel_id in self and self.owners.get(kernel_id) == visitor

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End the kernel if its page is closed, or has not been used for long."""
        kernel = self._kernels[kernel_id]
        idle = utcnow() - getattr(kernel, "last_activity", utcnow())
        if self._kernel_connections.get(kernel_id, 0) and idle > timedelta(seconds=self.untouched):
            self.log.info("An unused page has ended after %d minutes.", idle.total_seconds() // 60)
            await ensure_async(self.shutdown_kernel(kernel_id))
            return
        await super().cull_kernel_if_idle(kernel_id)


def without_secrets(environment: dict[str, str]) -> dict[str, str]:
    """The environment of a page's process: no token, no password, not even in the address that was asked for."""
    kept = {name: value for name, value in environment.items() if name not in SECRET}
    return {**kept, "QUERY_STRING": _no_token(kept.get("QUERY_STRING", ""))}


def without_token(uri: str) -> str:
    """An address without the token in it.

    >>> without_token("/receivables?token=abc&entity=ES")
    '/receivables?entity=ES'
    """
    parts = urlsplit(uri)
    query = _no_token(parts.query)
    return f"{parts.path}?{query}" if query else parts.path


def _no_token(query: str) -> str:
    return urlencode([(name, value) for name, value in parse_qsl(query, errors="replace") if name != "token"])


class OnePython(KernelSpecManager):
    """The only kernel is the Python that serves; an installed specification may name another one."""

    home = Unicode().tag(config=True)

    def get_all_specs(self) -> dict[str, Any]:
        """The one specification there is."""
        return {"python3": {"resource_dir": "", "spec": self.get_kernel_spec("python3").to_dict()}}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """How the process of a page is started, for any name that is asked for.

        What it writes to its own error stream goes to the server's, not to the visitor; it keeps no history.
        """
        quiet = ["--IPKernelApp.capture_fd_output=False", "--HistoryManager.enabled=False"]
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *quiet]
        environment = {"IPYTHONDIR": self.home, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        return KernelSpec(argv=command, language="python", display_name="Python 3", env=environment)


COOKIE: Final = "arkit-visitor"
DATA: Final = "data:"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    f"img-src 'self' {DATA} blob:; font-src 'self' {DATA}; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""A page runs the server's own scripts only: one that came with the data stays dead even where it was not escaped."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Plain:
    """A handler whose errors are a page of the dashboards: what happened, without technical detail."""

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with the page of an error."""
        template = self.settings["voila_jinja2_env"].get_template("error.html")  # type: ignore[attr-defined]
        self.set_header("Content-Type", "text/html;charset=utf-8")  # type: ignore[attr-defined]
        page = template.render(base_url=self.settings["base_url"], frame=self.frame(f"error.{status_code}"))  # type: ignore[attr-defined]
        self.finish(page)  # type: ignore[attr-defined]

    def frame(self, name: str) -> dict[str, Any]:
        """The words of a page's frame, in the language that its address asks for, else in the served one."""
        language = language_of(self.request.query, served=self.settings["language"])  # type: ignore[attr-defined]
        return frame(name, language)


FRAME: Final = ("menu", "content", "preparing", "broken", "colophon", "ended", "unreachable", "again", "table", "chart")


def frame(name: str, language: str) -> dict[str, Any]:
    """The frame of a page: its title, the menu, and the words of the frame and its script.

    >>> frame("receivables", "en")["title"], frame("error.500", "en")["title"], len(frame("home", "en")["menu"])
    ('Receivables', 'Error 500', 4)
    """
    with speaking(language):
        menu = [{"path": entry.path, "title": text(f"serve.{entry.name}.menu")} for entry in SERVED]
        words = {word: text(f"serve.frame.{word}") for word in FRAME}
        key = f"serve.{name}" if has_text(f"serve.{name}.title") else "serve.error"
        title, about = text(f"{key}.title", status=name.rpartition(".")[2]), text(f"{key}.about")
        return {"language": language, "title": title, "about": about, "menu": menu, "words": words}


class OfVisitor(Plain):
    """What a handler knows of the visitor: a cookie that the server signed, and no page can read."""

    def visitor(self) -> str:
        """Who asks; empty for a visitor who has not opened a page yet."""
        value = self.get_secure_cookie(COOKIE)  # type: ignore[attr-defined]
        return value.decode() if value else ""

    def owns(self, kernel_id: str) -> bool:
        """Whether a kernel makes a page of this visitor."""
        return bool(self.settings["kernel_manager"].belongs(kernel_id, self.visitor()))  # type: ignore[attr-defined]

    def require_own(self, kernel_id: str) -> None:
        """Answer about the kernel of another visitor as if it did not exist."""
        if not self.owns(kernel_id):
            raise web.HTTPError(HTTPStatus.NOT_FOUND)


class PageHandler(OfVisitor, TornadoVoilaHandler):
    """A page, made for this visitor by a process of its own."""

    def initialize(self, entry: Entry, **shared: Any) -> None:
        """Keep the entry of the page, and add its words to what the template gets."""
        super().initialize(notebook_path=f"{Path(entry.notebook).name}.ipynb", **shared)
        self.page_config_hook = lambda config, **_: {**config, "frame": self.frame(entry.name)}

    @property
    def content_security_policy(self) -> str:
        """What the page may load and run."""
        return POLICY

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page; an address with the token in it is exchanged for one without."""
        if self.get_query_arguments("token"):
            # An address with the token in it would stay in histories, bookmarks and logs.
            self.redirect(without_token(self.request.uri))
            return
        if len(self.kernel_manager.list_kernel_ids()) >= self.settings["most_visitors"]:
            self._full()
            return
        visitor = self.visitor() or uuid4().hex
        self.set_secure_cookie(COOKIE, visitor, httponly=True, samesite="Lax", path=self.base_url)
        self.request.headers[VISITOR] = visitor
        # The page needs this cookie to say that it is closed; asking for it sets it.
        _ = self.xsrf_token
        async for part in self.get_generator(path=None):
            self.write(part)
            self.flush()

    def _full(self) -> None:
        self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        self.set_header("Retry-After", "60")
        self.finish(self.render_template("error.html", frame=self.frame("error.503")))


class OwnKernelHandler(OfVisitor, APIHandler):
    """Whether the process of a page is still there, for that page."""

    @web.authenticated
    async def get(self, kernel_id: str) -> None:
        """Answer with the state of the visitor's own kernel; any other does not exist."""
        self.require_own(kernel_id)
        model = self.kernel_manager.kernel_model(kernel_id)
        kept = ("id", "name", "execution_state", "connections")
        self.finish(json.dumps({**{name: model[name] for name in kept}, "last_activity": ""}))


class AliveHandler(OfVisitor, APIHandler):
    """What an open page asks every few seconds: whether its process is still there."""

    @web.authenticated
    async def get(self, kernel_id: str) -> None:
        """Answer yes or no."""
        self.finish(json.dumps({"alive": self.owns(kernel_id)}))


class OwnChannelHandler(OfVisitor, VoilaKernelWebsocketHandler):
    """The websocket of a page to its own process."""

    async def pre_get(self) -> None:
        """Refuse another visitor's kernel, as if it did not exist."""
        self.require_own(self.kernel_id)
        await super().pre_get()


class OwnShutdownHandler(OfVisitor, VoilaShutdownKernelHandler):
    """What a page says when it is closed: its process may end."""

    @web.authenticated
    async def post(self, kernel_id: str) -> None:
        """End the visitor's own kernel."""
        self.require_own(kernel_id)
        await super().post(kernel_id)


class HealthHandler(web.RequestHandler):
    """Whether the server answers, for those who monitor it."""

    def get(self) -> None:
        """Say so, and nothing about what is served."""
        pages = len(self.settings["kernel_manager"].list_kernel_ids())
        self.finish({"status": "ok", "pages": pages})


class NothingHandler(Plain, JupyterHandler):
    """Every other address."""

    async def prepare(self, **_: Any) -> None:
        """Answer 404 to every request, with or without a login."""
        self.current_user = None
        raise web.HTTPError(HTTPStatus.NOT_FOUND)


FILES: Final = {
    "report.html": "text/html;charset=utf-8",
    "report.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What of a report is served; the ledger, the notebook and the run record are not."""

SANDBOX: Final = " ".join(("sandbox", "allow-scripts", "allow-downloads", "allow-popups;", "frame-ancestors", "'none'"))
"""An origin of its own: the report's scripts run, but no cookie and no address of the server is theirs."""

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
CHUNK: Final = 1 << 20


def report_file(root: Path, day: str, folder: str, name: str) -> Path | None:
    """A file of a finished report; none for anything else that is asked for, or that is elsewhere."""
    if name not in FILES or not DAY.fullmatch(day) or folder.startswith(".") or "/" in folder or "\\" in folder:
        return None
    inside = root.resolve()
    found = (inside / day / folder / name).resolve()
    # A link out of the folder of reports is not followed.
    return found if found.is_file() and found == inside / day / folder / name else None


class ReportHandler(Plain, JupyterHandler):
    """One file of a finished report."""

    @property
    def content_security_policy(self) -> str:
        """A report is confined to its own origin."""
        return SANDBOX

    def initialize(self, root: Path) -> None:
        """Keep the folder of reports."""
        self.root = root

    @web.authenticated
    async def get(self, day: str, folder: str, name: str) -> Any:
        """Answer with the file."""
        found = report_file(self.root, day, folder, name)
        if found is None:
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
        self.set_header("Content-Type", FILES[name])
        # Balances do not belong into the cache of a proxy.
        self.set_header("Cache-Control", "private,no-cache")
        if not name.endswith(".html"):
            self.set_header("Content-Disposition", f'attachment;filename="{day} {name}"')
        with found.open("rb") as file:
            while part := file.read(CHUNK):
                self.write(part)
                await self.flush()

"""The addresses of the server: pages, their processes, health; every other one does not exist."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from arkit.run.server.visitors import VISITOR, without_token

COOKIE: Final = "arkit-visitor"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
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
    """A handler whose errors are a page of the dashboards: what happened, and nothing of how."""

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with the page of an error."""
        name = "404.html" if status_code == HTTPStatus.NOT_FOUND else "error.html"
        template = self.settings["voila_jinja2_env"].get_template(name)  # type: ignore[attr-defined]
        said = {"status_code": status_code, "status_message": HTTPStatus(status_code).phrase}
        self.set_header("Content-Type", "text/html; charset=utf-8")  # type: ignore[attr-defined]
        self.finish(template.render(base_url=self.settings["base_url"], **said))  # type: ignore[attr-defined]


class OfVisitor(Plain):
    """What a handler knows of the visitor: a cookie that the server signed, and no page can read."""

    def visitor(self) -> str:
        """Return who asks; empty for somebody who has not opened a page yet."""
        value = self.get_secure_cookie(COOKIE)  # type: ignore[attr-defined]
        return value.decode() if value else ""

    def owns(self, kernel_id: str) -> bool:
        """Return whether a kernel makes a page of this visitor."""
        return bool(self.settings["kernel_manager"].belongs(kernel_id, self.visitor()))  # type: ignore[attr-defined]


class PageHandler(OfVisitor, TornadoVoilaHandler):
    """A page, made for this visitor by a process of its own."""

    @property
    def content_security_policy(self) -> str:
        """What the page may load and run."""
        return POLICY

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page; an address with the token in it is exchanged for one without."""
        if self.get_query_arguments("token"):
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
        self.finish(self.render_template("full.html"))


class OwnKernelHandler(OfVisitor, APIHandler):
    """Whether the process of a page is still there, for that page."""

    @web.authenticated
    async def get(self, kernel_id: str) -> None:
        """Answer with the state of the visitor's own kernel; any other does not exist."""
        if not self.owns(kernel_id):
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
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
        if not self.owns(self.kernel_id):
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
        await super().pre_get()


class OwnShutdownHandler(OfVisitor, VoilaShutdownKernelHandler):
    """The last word of a page that is closed: its process may end."""

    @web.authenticated
    async def post(self, kernel_id: str) -> None:
        """End the visitor's own kernel."""
        if not self.owns(kernel_id):
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
        await super().post(kernel_id)


class HealthHandler(web.RequestHandler):
    """Whether the server answers, for whoever watches it."""

    def get(self) -> None:
        """Say so, and nothing about what is served."""
        pages = len(self.settings["kernel_manager"].list_kernel_ids())
        self.finish({"status": "ok", "pages": pages})


class NothingHandler(Plain, JupyterHandler):
    """Every other address."""

    async def prepare(self, **_: Any) -> None:
        """Answer that there is nothing here, whatever is asked, by whomever."""
        self.current_user = None
        raise web.HTTPError(HTTPStatus.NOT_FOUND)

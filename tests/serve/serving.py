"""A running server of dashboards, its visitors, and the websocket of a page: what the tests attack."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
import websocket

ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds; a busy machine takes its time, and what answers sooner is not waited for."""


@dataclass
class Server:
    """A server that runs."""

    url: str
    token: str
    log: Path
    process: subprocess.Popen[bytes]

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def says(self, text: str) -> None:
        """Wait until the log has a text in it."""
        end = time.monotonic() + PATIENCE
        while text not in self.said():
            assert time.monotonic() < end, f"{text!r} is not in the log:\n{self.said()}"
            time.sleep(0.05)

    def pages(self) -> int:
        return int(requests.get(f"{self.url}health", timeout=PATIENCE).json()["pages"])

    def visitor(self, *, known: bool = True) -> Visitor:
        return Visitor(self, known)


def here(**more: str) -> dict[str, str]:
    """The environment of a process that imports this very project."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


@contextmanager
def serving(
    folder: Path, *arguments: str, token: str = "", password: str = "", patience: float = PATIENCE
) -> Iterator[Server]:
    """Start a server on a free port, wait until it answers, and stop it at the end."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    base = next((after for name, after in pairwise(arguments) if name == "--base-url"), "/")
    with log.open("wb") as written:
        command = [sys.executable, "-m", "arkit", "serve", "--port", str(port), *arguments]
        process = subprocess.Popen(
            command, stdout=written, stderr=written, env=here(ARKIT_TOKEN=token, ARKIT_PASSWORD=password), cwd=folder
        )
    server = Server(f"http://127.0.0.1:{port}{base}", token, log, process)
    try:
        try:
            wait_for(f"{server.url}health", patience, process)
        except AssertionError as error:
            raise AssertionError(f"{error}; the server said:\n{server.said()}") from error
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    """A port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(url: str, patience: float = PATIENCE, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something answers at an address."""
    end = time.monotonic() + patience
    while time.monotonic() < end and (process is None or process.poll() is None):
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing answers at {url}")


@dataclass
class Visitor:
    """A visitor with their own cookies; ``known`` if they were given the token."""

    server: Server
    known: bool = True
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(f"{self.server.url}{path}", timeout=PATIENCE, allow_redirects=False, **more)

    def post(self, path: str, **more: Any) -> requests.Response:
        return self.session.post(f"{self.server.url}{path}", timeout=PATIENCE, allow_redirects=False, **more)

    def delete(self, path: str, **more: Any) -> requests.Response:
        return self.session.delete(f"{self.server.url}{path}", timeout=PATIENCE, **more)

    def open(self, path: str = "receivables", query: str = "") -> OpenPage:
        """Open a page as a browser does."""
        if self.known and self.server.token:
            self.get("health/", params={})
            self.session.get(f"{self.server.url}login", params={"token": self.server.token}, timeout=PATIENCE)
        answer = self.get(f"{path}?{query}" if query else path)
        assert answer.status_code == 200, answer.text[-500:]
        [kernel_id] = re.findall(r'"kernelId": "([0-9a-f-]+)"', answer.text)
        return OpenPage(self, kernel_id, answer.text, answer.raw.headers.getlist("Set-Cookie"))

    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.session.cookies.items())

    def connect(self, kernel_id: str, **more: Any) -> websocket.WebSocket:
        """Connect to the process of a page."""
        url = f"{self.server.url}api/kernels/{kernel_id}/channels?session_id={uuid4().hex}"
        origin = more.pop("origin", self.server.url.rstrip("/"))
        return websocket.create_connection(
            url.replace("http", "ws", 1), cookie=self.cookies(), origin=origin, timeout=PATIENCE, **more
        )


@dataclass
class OpenPage:
    """A page that was opened, and the identity of its process."""

    visitor: Visitor
    kernel_id: str
    markup: str
    set_cookies: list[str]

    @contextmanager
    def channel(self) -> Iterator[Channel]:
        opened = self.visitor.connect(self.kernel_id)
        try:
            yield Channel(opened)
        finally:
            opened.close()

    def alive(self) -> bool:
        return bool(self.visitor.get(f"alive/{self.kernel_id}").json()["alive"])


@dataclass
class Channel:
    """The websocket of a page: messages in, messages out."""

    socket: websocket.WebSocket
    heard: list[dict[str, Any]] = field(default_factory=list)

    def send(self, kind: str, content: dict[str, Any], *, channel: str = "shell", **metadata: str) -> str:
        """Send a message, and return its identity."""
        identity = uuid4().hex
        header = {"msg_id": identity, "msg_type": kind, "session": "s", "username": "", "version": "5.3", "date": ""}
        message = {"channel": channel, "header": header, "parent_header": {}, "metadata": metadata, "content": content}
        self.socket.send(json.dumps({**message, "buffers": []}))
        return identity

    def answers(self, identity: str, *, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """What comes in answer to a message, until the process is idle again; nothing if it never heard it."""
        found: list[dict[str, Any]] = []
        self.socket.settimeout(seconds)
        try:
            while True:
                message = json.loads(self.socket.recv())
                self.heard.append(message)
                if message["parent_header"].get("msg_id") != identity:
                    continue
                found.append(message)
                if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    return found
        except websocket.WebSocketTimeoutException:
            return found

    def refused(self, kind: str, content: dict[str, Any], *, channel: str = "shell") -> bool:
        """Whether a message goes nowhere, while one sent after it is answered."""
        identity = self.send(kind, content, channel=channel)
        self.answers(self.send("kernel_info_request", {}))
        return not [one for one in self.heard if one["parent_header"].get("msg_id") == identity]

    def states(self) -> dict[str, dict[str, Any]]:
        """The state of every control of the page, as its script asks for it."""
        comm = uuid4().hex
        opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
        self.answers(self.send("comm_open", opening, version="1.0.0"))
        asked = {"comm_id": comm, "data": {"method": "request_states"}}
        answers = self.answers(self.send("comm_msg", asked))
        [states] = [one["content"]["data"]["states"] for one in answers if one["msg_type"] == "comm_msg"]
        return {name: found["state"] for name, found in states.items()}

    def control(self, label: str) -> str:
        """The identity of the control with a label."""
        [found] = [name for name, state in self.states().items() if state.get("description") == label]
        return found

    def set(self, control: str, **state: Any) -> list[dict[str, Any]]:
        """Set a control as the page does, and return what comes back."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        return self.answers(self.send("comm_msg", {"comm_id": control, "data": data}))

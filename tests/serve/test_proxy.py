"""The nginx example of the administrators' page, as it is shipped, in front of a running server."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from arkit.resources import resource
from tests.serve.serving import Channel, OpenPage, Server, Visitor, free_port, serving, wait_for

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Visitor]]:
    """The server, and a visitor who comes through nginx with their password."""
    if NGINX is None:
        pytest.skip("nginx is not installed here; its example is not tried")
    folder = tmp_path_factory.mktemp("proxied")
    arguments = ["--base-url", "/money/", "--host", "receivables.example", "--user-header", "X-Remote-User"]
    with serving(folder / "run", *arguments) as server:
        port = free_port()
        behind = int(re.findall(r":(\d+)/", server.url)[0])
        settings = folder / "nginx.conf"
        settings.write_text(whole_settings(folder, port=port, behind=behind), encoding="utf-8")
        process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(settings), "-e", str(folder / "error.log")])
        try:
            proxy = Server(f"http://127.0.0.1:{port}/money/", "", server.log, server.process)
            visitor = proxy.visitor(known=False)
            visitor.session.auth = ("ann", PASSWORD)
            visitor.session.headers["Host"] = "receivables.example"
            wait_for(proxy.url)
            yield server, visitor
        finally:
            process.terminate()
            process.wait(10)


def whole_settings(folder: Path, *, port: int, behind: int) -> str:
    """The example with ports and paths of the test, inside what nginx needs around it."""
    shipped = (resource("templates/nginx") / "dashboards.conf").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()  # a form that needs no tool
    (folder / "passwords").write_text(f"ann:{{SHA}}{digest}\n", encoding="utf-8")
    changed = re.sub(r"\n *ssl_certificate\S* .*", "", shipped).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    changed = changed.replace("127.0.0.1:8866", f"127.0.0.1:{behind}")
    changed = changed.replace("/etc/nginx/receivables.htpasswd", str(folder / "passwords"))
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root, nginx would give its workers to a user who cannot read the test's folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    logs = f"access_log {folder}/access.log;\n"
    return f"{user}daemon off;\npid {folder}/nginx.pid;\nevents {{}}\nhttp {{\n{places}{logs}{changed}\n}}\n"


@pytest.fixture(scope="module")
def page(proxied: tuple[Server, Visitor]) -> OpenPage:
    return proxied[1].open()


def test_without_a_password_nothing_is_answered(proxied: tuple[Server, Visitor]) -> None:
    _, visitor = proxied
    for credentials in (None, ("ann", "wrong"), ("bob", PASSWORD)):
        answer = requests.get(f"{visitor.server.url}receivables", auth=credentials, timeout=20)
        assert answer.status_code == 401


def test_a_page_opens_and_answers_through_the_proxy(page: OpenPage) -> None:
    assert "/money/voila/templates/arkit/static/page.js" in page.markup
    basic = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
    socket = page.visitor.connect(
        page.kernel_id,
        header=[f"Authorization: Basic {basic}"],
        host="receivables.example",
        origin="http://receivables.example",
    )
    channel = Channel(socket)
    control = channel.control("Entity")
    channel.set(control, index=1)
    assert channel.states()[control]["index"] == 1
    socket.close()


def test_the_log_names_the_proxys_user_whatever_a_visitor_says(proxied: tuple[Server, Visitor], page: OpenPage) -> None:
    server, visitor = proxied
    visitor.get(f"alive/{page.kernel_id}", headers={"X-Remote-User": "somebody else"})
    server.says("'ann'@")  # a line is written after its answer is sent
    assert "somebody else" not in server.said()
    assert PASSWORD not in server.said()


def test_the_server_refuses_a_name_that_is_not_the_proxys(proxied: tuple[Server, Visitor], page: OpenPage) -> None:
    answer = proxied[1].get(f"alive/{page.kernel_id}", headers={"Host": "attacker.example"})
    assert answer.status_code in (403, 404)
    assert "alive" not in answer.text

"""Attacks on the running server, with a real websocket client where one is needed: none changes or reads anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
import websocket
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1

from tests.serve.serving import Channel, OpenPage, Server, Visitor, serving

TRACEBACK = ("Traceback", "traceback", "site-packages", "File \\")


@pytest.fixture(scope="module")
def page(dashboards: Server) -> OpenPage:
    return dashboards.visitor().open()


@pytest.fixture(scope="module")
def other(dashboards: Server) -> Visitor:
    """Another visitor, who has a page too."""
    return dashboards.visitor().open().visitor


@pytest.fixture
def channel(page: OpenPage) -> Iterator[Channel]:
    with page.channel() as opened:
        yield opened
        said = json.dumps(opened.heard)
        assert not [word for word in TRACEBACK if word in said]
    assert page.alive()


EXECUTE = {"code": "open('attacked', 'w').close()", "silent": False, "store_history": False, "allow_stdin": False}


@pytest.mark.parametrize("through", ["shell", "control", "iopub", "stdin"])
def test_no_code_is_run(through: str, channel: Channel, dashboards: Server) -> None:
    assert channel.refused("execute_request", EXECUTE, channel=through)
    assert not list(dashboards.log.parent.rglob("attacked"))


def test_no_code_is_run_over_the_binary_protocol(page: OpenPage, dashboards: Server) -> None:
    protocol = "v1.kernel.websocket.jupyter.org"
    socket = page.visitor.connect(page.kernel_id, subprotocols=[protocol])
    header = {"msg_id": "x", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
    parts = [json.dumps(part).encode() for part in (header, {}, {}, EXECUTE)]
    socket.send_binary(serialize_msg_to_ws_v1(parts, "shell"))
    header["msg_type"] = "kernel_info_request"
    parts[0] = json.dumps(header).encode()
    socket.send_binary(serialize_msg_to_ws_v1(parts, "shell"))
    while b"kernel_info_reply" not in (answer := socket.recv()):
        assert b"execute_reply" not in answer
    socket.close()
    assert not list(dashboards.log.parent.rglob("attacked"))


@pytest.mark.parametrize(
    ("kind", "content"),
    {
        "complete_request": {"code": "import o", "cursor_pos": 8},
        "inspect_request": {"code": "open", "cursor_pos": 4, "detail_level": 1},
        "history_request": {"output": True, "raw": True, "hist_access_type": "range", "session": 0, "start": 0},
        "is_complete_request": {"code": "1"},
        "debug_request": {"type": "request", "command": "initialize", "arguments": {}},
        "interrupt_request": {},
        "input_reply": {"value": "x"},
        "shutdown_request": {"restart": False},
        "create_subshell_request": {},
    }.items(),
)
@pytest.mark.parametrize("through", ["shell", "control"])
def test_nothing_else_is_asked_of_a_process(
    kind: str, content: dict[str, object], through: str, channel: Channel
) -> None:
    assert channel.refused(kind, content, channel=through)


def test_no_new_control_is_made(channel: Channel) -> None:
    state = {"_model_module": "@jupyter-widgets/controls", "_model_name": "HTMLModel", "value": "<script>1</script>"}
    content = {"comm_id": "new", "target_name": "jupyter.widget", "data": {"state": state, "buffer_paths": []}}
    before = len(channel.states())
    assert channel.refused("comm_open", content)
    assert len(channel.states()) == before


@pytest.mark.parametrize("trait", ["options", "_options_labels", "disabled", "description", "_dom_classes", "outputs"])
def test_only_the_value_of_a_control_is_set(trait: str, channel: Channel) -> None:
    control = channel.control("Entity")
    before = channel.states()[control]
    data = {"method": "update", "state": {trait: ["attacked"]}, "buffer_paths": []}
    assert channel.refused("comm_msg", {"comm_id": control, "data": data})
    assert channel.states()[control] == before


@pytest.mark.parametrize("index", [10_000, -5, "0; import os", None, [0], {"a": 1}, 1e300, True])
def test_a_value_that_a_control_does_not_offer_changes_nothing(index: object, channel: Channel) -> None:
    control = channel.control("Entity")
    channel.set(control, index=0)
    channel.set(control, index=index)
    assert channel.states()[control]["index"] in (0, 1, None)
    channel.set(control, index=1)
    assert channel.states()[control]["index"] == 1


def test_a_click_on_what_is_no_button_does_nothing(channel: Channel) -> None:
    data = {"method": "custom", "content": {"event": "submit", "code": "1"}}
    assert channel.refused("comm_msg", {"comm_id": channel.control("Entity"), "data": data})


@pytest.mark.parametrize("message", ["", "no json", "[]", "{}", '{"header": 1}', '{"channel": "shell", "header": {}}'])
def test_what_cannot_be_read_is_dropped(message: str, channel: Channel) -> None:
    channel.socket.send(message)
    channel.socket.send_binary(message.encode() + b"\xff\x00")
    assert channel.answers(channel.send("kernel_info_request", {}))


def test_a_message_of_endless_parts_does_not_hold_up_the_server(page: OpenPage) -> None:
    socket = page.visitor.connect(page.kernel_id, subprotocols=["v1.kernel.websocket.jupyter.org"])
    socket.send_binary(b"\xff" * 64)
    socket.close()
    assert page.alive()


def test_a_message_that_is_too_large_ends_the_connection_alone(page: OpenPage) -> None:
    # The server closes while the message is still on its way: the close arrives, or the connection is reset.
    with page.channel() as opened, suppress(ConnectionResetError):
        opened.socket.send(json.dumps({"channel": "shell", "header": {}, "content": "x" * 1_000_000}))
        while opened.socket.connected and opened.socket.recv_frame().opcode != websocket.ABNF.OPCODE_CLOSE:
            pass
    assert page.alive()


def test_another_visitors_process_does_not_exist(page: OpenPage, other: Visitor) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="404"):
        other.connect(page.kernel_id)
    assert other.get(f"api/kernels/{page.kernel_id}").status_code == 404
    assert other.get(f"alive/{page.kernel_id}").json() == {"alive": False}
    xsrf = {"X-XSRFToken": other.session.cookies["_xsrf"]}
    assert other.post(f"voila/api/shutdown/{page.kernel_id}", headers=xsrf).status_code == 404
    assert other.delete(f"api/kernels/{page.kernel_id}", headers=xsrf).status_code in (404, 405)
    assert page.alive()


def test_a_visitor_cannot_be_made_up(page: OpenPage, other: Visitor) -> None:
    true = page.visitor.session.cookies["arkit-visitor"]
    for made_up in ("", "x", true[:-2], true.replace("2|", "1|", 1)):
        other.session.cookies.set("arkit-visitor", made_up, domain="127.0.0.1", path="/")
        assert other.get(f"alive/{page.kernel_id}").json() == {"alive": False}
    headers = {"X-Arkit-Visitor": "somebody"}
    assert other.get(f"alive/{page.kernel_id}", headers=headers).json() == {"alive": False}


def test_a_foreign_page_cannot_connect(page: OpenPage) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        page.visitor.connect(page.kernel_id, origin="https://attacker.example")


def test_a_foreign_page_cannot_end_a_process(page: OpenPage) -> None:
    assert page.visitor.post(f"voila/api/shutdown/{page.kernel_id}").status_code == 403
    assert page.alive()


@pytest.mark.parametrize(
    "path", ["", "receivables", "alive/{}", "api/kernels/{}", "reports/2026-10-31/all/report.html"]
)
def test_without_the_token_nothing_is_answered(path: str, page: OpenPage, dashboards: Server) -> None:
    stranger = dashboards.visitor(known=False)
    answer = stranger.get(path.format(page.kernel_id))
    assert answer.status_code in (302, 403)
    assert "Receivables</h1>" not in answer.text
    wrong = stranger.get(f"{path.format(page.kernel_id)}?token=wrong-wrong-wrong")
    assert wrong.status_code in (302, 403)


def test_without_the_token_nobody_connects(page: OpenPage, dashboards: Server) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        dashboards.visitor(known=False).connect(page.kernel_id)


NOT_THERE = [
    *("api", "api/kernels", "api/sessions", "api/contents", "api/contents/receivables.ipynb", "api/terminals"),
    *("api/kernelspecs", "api/config/x", "api/status", "api/me", "api/shutdown", "api/nbconvert", "metrics"),
    *("terminals/1", "terminals/websocket/1", "lab", "tree", "notebooks/receivables.ipynb", "files/receivables.ipynb"),
    *("edit/x", "view/x", "nbconvert/html/receivables.ipynb", "logout/x", "receivables.ipynb", "receivables/x"),
    *("voila/tree", "voila/render/receivables.ipynb", "voila/render/..%2f..%2fmonthly_report.ipynb"),
    *("voila/files/receivables.ipynb", "voila/api/contents", "voila/api/contents/receivables.ipynb"),
    *("voila/query/8096e156-2d02-4fea-865e-746214d28413", "voila/execution/8096e156-2d02-4fea-865e-746214d28413"),
    *("voila/templates/lab/static/x", "voila/templates/arkit/index.html.j2", "voila/templates/arkit/conf.json"),
    *("voila/templates/arkit/static/..%2findex.html.j2", "voila/templates/arkit/static/%2e%2e/%2e%2e/conf.json"),
    *("voila/static/..%2f..%2f..%2f..%2fetc/passwd", "voila/static/%2e%2e/%2e%2e/index.html.j2"),
    *("voila/labextensions/..%2f..%2fjupyter_config.json", "voila/labextensions/%2fetc%2fpasswd"),
    *("reports", "reports/", "reports/2026-10-31", "reports/2026-10-31/all", "reports/2026-10-31/all/"),
    *("reports/2026-10-31/all/report.ipynb", "reports/2026-10-31/all/run.json", "reports/2026-10-31/all/ledger"),
    *("reports/2026-10-31/all/ledger%2fitems.parquet", "reports/2026-10-31/..%2f..%2fserver.log/report.html"),
    *("reports/2026-10-31/.all-making-1/report.html", "reports/2026-10-31/linked/report.html", "reports/../server.log"),
    *("reports/..%2f..%2f..%2f..%2fetc/passwd/report.html", "reports/2026-10-31/%2e%2e/report.html"),
]


@pytest.mark.parametrize("path", NOT_THERE)
def test_no_file_of_the_server_is_answered(path: str, page: OpenPage) -> None:
    request = requests.Request("GET", page.visitor.server.url).prepare()
    request.url = f"{page.visitor.server.url}{path}"  # as it is: a library would tidy the dots away
    request.headers["Cookie"] = page.visitor.cookies()
    answer = requests.Session().send(request, timeout=20, allow_redirects=False)
    assert answer.status_code in (400, 403, 404, 405)
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", ["receivables/x", "voila/labextensions/none.js", "reports/2026-10-31/all/none"])
def test_an_address_that_is_none_answers_with_a_page(path: str, page: OpenPage, dashboards: Server) -> None:
    assert "There is no such page here" in page.visitor.get(path).text
    assert "static_path" not in dashboards.said()


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("ru", "ru"), ("zh", "zh"), ("xx", "en"), ("%22%3E%3Cscript%3E", "en"), ("..%2f..", "en"), ("%ff", "en")],
)
def test_a_language_of_an_address_is_one_that_there_is(asked: str, spoken: str, page: OpenPage) -> None:
    answer = page.visitor.get(f"receivables/x?language={asked}")
    assert answer.status_code == 404
    assert answer.text.count("<html") == answer.text.count(f'<html lang="{spoken}">') == 1
    assert "<script" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_nothing_is_written(method: str, page: OpenPage) -> None:
    xsrf = {"X-XSRFToken": page.visitor.session.cookies["_xsrf"]}
    for path in ("api/contents/x.ipynb", "receivables", "health", "reports/2026-10-31/all/report.html", "api/kernels"):
        url = f"{page.visitor.server.url}{path}"
        answer = page.visitor.session.request(method, url, headers=xsrf, json={"type": "notebook"}, timeout=20)
        assert answer.status_code in (400, 403, 404, 405)


@pytest.mark.parametrize(
    "query",
    [
        "entity=__import__('os').system('touch attacked')",
        "entity=%22%29%0Aopen('attacked','w')%0A%23",
        "ledger=/etc/passwd&layout=/etc/passwd&as_of=1",
        "template=lab&theme=dark&day=9999-99-99&currency=%00&segment=industry:%27&bucket=%3Cscript%3E&customer=..%2F..",
        "segment=item_id:x&collector=%5B%5D&entity=ES&entity=UK&" + "&".join(f"a{n}=1" for n in range(200)),
        "customer=%ff%fe&search=" + "x" * 4000,
    ],
)
def test_nothing_in_an_address_becomes_code_or_a_file(query: str, dashboards: Server) -> None:
    page = dashboards.visitor().open(query=query)
    assert "<script>document" not in page.markup
    assert "root:" not in page.markup
    assert "arkit/static/page.js" in page.markup
    with page.channel() as opened:
        states = opened.states().values()
        [day] = [state for state in states if state.get("description") == "As of"]
        assert day["_options_labels"][day["index"]] == "31 Oct 2026"
    assert not list(dashboards.log.parent.rglob("attacked"))


def test_the_token_leaves_the_address(dashboards: Server) -> None:
    visitor = dashboards.visitor()
    answer = visitor.get(f"receivables?token={dashboards.token}&entity=ES")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/receivables?entity=ES"
    assert dashboards.token not in dashboards.said()


def test_no_source_stands_in_a_page(page: OpenPage) -> None:
    assert "import" not in page.markup.split("<main")[1]
    assert "dashboard.receivables" not in page.markup


def test_a_page_runs_the_servers_scripts_only(page: OpenPage) -> None:
    headers = page.visitor.get("receivables").headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_cookies_are_not_for_scripts(page: OpenPage) -> None:
    cookies = page.set_cookies
    [visitor] = [line for line in cookies if line.startswith("arkit-visitor=")]
    assert "HttpOnly" in visitor
    assert "SameSite=Lax" in visitor
    assert "a token for tests" not in "".join(cookies)


def test_a_report_is_shut_into_an_origin_of_its_own(page: OpenPage) -> None:
    answer = page.visitor.get("reports/2026-10-31/all/report.html")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-same-origin" not in policy
    assert "allow-top-navigation" not in policy


NOBODYS = "alive/8096e156-2d02-4fea-865e-746214d28413"


def test_a_name_that_points_here_is_refused_where_nobody_has_to_know_anything(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "receivables.example") as server:
        for host, status in (("attacker.example", 403), ("receivables.example", 200), ("127.0.0.1", 200)):
            answer = requests.get(f"{server.url}{NOBODYS}", headers={"Host": host}, timeout=20)
            assert answer.status_code == status

"""What is asked of the server is checked before anything starts."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from arkit.errors import ArkitError, ServingError
from arkit.serve import Serving
from arkit.serve.handlers import report_file, without_secrets, without_token
from tests.serve.serving import here

SECRET = "long enough a secret"


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "dashboards.example", ""])
def test_without_a_secret_only_this_machine_is_served(address: str) -> None:
    with pytest.raises(ServingError, match="ARKIT_TOKEN nor ARKIT_PASSWORD is set"):
        Serving(address=address)
    assert Serving(address=address, token=SECRET).guarded
    assert Serving(address=address, password=SECRET).guarded


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_is_served_without_one(address: str) -> None:
    assert not Serving(address=address).guarded


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"token": "short"}, "ARKIT_TOKEN has 5 characters"),
        ({"password": "short"}, "ARKIT_PASSWORD has 5 characters"),
        ({"base_url": "money"}, "begin and end it with a slash"),
        ({"base_url": "/a b/"}, "begin and end it with a slash"),
        ({"reports": "nowhere"}, "no folder of reports nowhere"),
        ({"language": "xx"}, "no language 'xx'"),
    ],
)
def test_what_cannot_be_served_is_refused(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ArkitError, match=said):
        Serving(**wrong)  # type: ignore[arg-type]


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "arkit", "serve", "--port", port]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, env=here()
        )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == f"arkit: Port {port} of 127.0.0.1 is taken; name another with --port."
    assert "Traceback" not in ended.stderr


def test_a_pages_process_knows_no_secret() -> None:
    environment = {
        **{"ARKIT_TOKEN": SECRET, "ARKIT_PASSWORD": SECRET, "HTTP_X_ARKIT_VISITOR": "v", "PATH": "x"},
        **{"QUERY_STRING": f"entity=ES&token={SECRET}", "VOILA_REQUEST_URL": f"http://a/?token={SECRET}"},
    }
    assert without_secrets(environment) == {"PATH": "x", "QUERY_STRING": "entity=ES"}


def test_an_address_loses_its_token_alone() -> None:
    assert without_token("/money/receivables?entity=A%26B&token=x&day=1") == "/money/receivables?entity=A%26B&day=1"
    assert without_token("//evil.example/x?token=1").startswith("/x")


def test_only_the_page_and_the_workbook_of_a_report_are_files(tmp_path: Path) -> None:
    report = tmp_path / "2026-10-31" / "ES+customers"
    report.mkdir(parents=True)
    for name in ("report.html", "report.xlsx", "report.ipynb", "run.json"):
        (report / name).write_text(name)
    found = {
        name
        for name in (path.name for path in report.iterdir())
        if report_file(tmp_path, report.parent.name, report.name, name)
    }
    assert found == {"report.html", "report.xlsx"}
    for day, folder in (("..", "ES+customers"), ("2026-10-31", ".."), ("2026-10-31", "../2026-10-31/ES+customers")):
        assert report_file(tmp_path, day, folder, "report.html") is None

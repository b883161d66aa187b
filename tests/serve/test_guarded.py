"""A server that asks for a password, has one place, and says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serve.serving import Server, Visitor, serving

PASSWORD = "a password for tests"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("guarded"), "--visitors", "1", password=PASSWORD) as server:
        yield server


def logged_in(server: Server, password: str) -> tuple[Visitor, int]:
    """A visitor who gave a password on the page that asks for it, and the answer."""
    visitor = server.visitor()
    assert "password" in visitor.get("login").text
    form = {"password": password, "new_password": "", "_xsrf": visitor.session.cookies["_xsrf"]}
    return visitor, visitor.post("login", data=form).status_code


def test_nobody_comes_in_without_the_password(guarded: Server) -> None:
    for wrong in ("", "a password for test", "*"):
        visitor, status = logged_in(guarded, wrong)
        assert status == 401
        assert visitor.get("receivables").status_code == 302


def test_the_password_opens_a_page_and_the_next_visitor_is_told_to_wait(guarded: Server) -> None:
    first, status = logged_in(guarded, PASSWORD)
    assert status == 302
    page = first.open()
    second, _ = logged_in(guarded, PASSWORD)
    answer = second.get("receivables")
    assert answer.status_code == 503
    assert "All places are taken" in answer.text
    first.post(f"voila/api/shutdown/{page.kernel_id}", headers={"X-XSRFToken": first.session.cookies["_xsrf"]})
    assert second.open().alive()


def test_a_visitor_cannot_set_a_password_of_his_own(guarded: Server) -> None:
    visitor = guarded.visitor()
    visitor.get("login")
    token = visitor.session.cookies["_xsrf"]
    form = {"password": PASSWORD, "new_password": "attacked by me", "_xsrf": token}
    assert visitor.post("login", data=form).status_code == 401
    _, status = logged_in(guarded, PASSWORD)
    assert status == 302


def test_the_log_knows_no_password(guarded: Server) -> None:
    assert PASSWORD not in guarded.said()

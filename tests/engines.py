"""Tests that run on each engine: ledgers made within them are computed there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest

import arkit as ar
from arkit.model.engine import DUCKDB

# DuckDB takes ten times as long for a handful of rows, most of it to plan.
_FEWER = 10


@contextmanager
def ledgers_on(engine: str) -> Iterator[None]:
    """Let every ledger that is made be computed by an engine."""
    made = ar.Ledger.__init__

    def on_engine(ledger: ar.Ledger, *values: Any, **named: Any) -> None:
        made(ledger, *values, **{"engine": engine, **named})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ar.Ledger, "__init__", on_engine)
        yield


@contextmanager
def fewer_examples_on_duckdb(item: pytest.Item) -> Iterator[None]:
    """Let a property draw fewer examples where each takes long."""
    test, params = getattr(item, "obj", None), getattr(item, "callspec", None)
    if params is None or params.params.get("engine") != DUCKDB or not hasattr(test, "hypothesis"):
        yield
        return
    usual = test._hypothesis_internal_use_settings
    fewer = hypothesis.settings(usual, max_examples=max(1, usual.max_examples // _FEWER))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(test, "_hypothesis_internal_use_settings", fewer)
        yield

"""How a ledger was read: the decisions, their evidence, and the layout that repeats them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import polars as pl
import tomli_w

from arkit.ledger.layout import Layout

if TYPE_CHECKING:
    import pandas as pd

Sure = Literal["stated", "certain", "likely"]
_ALWAYS_WRITTEN: Final = ("name", "shape")


@dataclass(frozen=True)
class Decision:
    """One thing decided: ``stated`` by a person, ``certain`` from the cells, or ``likely`` by a stated rule."""

    what: str
    decided: str
    evidence: str
    sure: Sure = "certain"


@dataclass(frozen=True)
class Reading:
    """How a ledger was read.

    Attributes
    ----------
    layout
        The layout by which the file was read: recognised, or given.
    made
        The decisions in the order in which they were made.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> ledger.reading.layout.name
    'arkit sample'
    """

    layout: Layout
    made: tuple[Decision, ...] = field(default=())

    @property
    def decisions(self) -> pd.DataFrame:
        """The decisions: ``what``, ``decided``, ``evidence``, and how ``sure`` (stated, certain, likely)."""
        rows = [(each.what, each.decided, each.evidence, each.sure) for each in self.made]
        schema = {name: pl.String for name in ("what", "decided", "evidence", "sure")}
        return pl.DataFrame(rows, schema=schema, orient="row").to_pandas()

    def save(self, path: str | Path) -> Path:
        """Write the layout as TOML: ``read_ledger(..., layout=path)`` reads next month's file in the same way.

        Examples
        --------
        >>> import tempfile
        >>> import arkit as ar
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = ar.sample_ledger().reading.save(Path(folder) / "layout.toml")
        ...     ar.Layout.load(path) == ar.sample_ledger().reading.layout
        True
        """
        target = Path(path)
        target.write_text(toml_of(self.layout), encoding="utf-8")
        return target


def toml_of(layout: Layout) -> str:
    """Return a layout as TOML, without what it leaves at its default."""
    return tomli_w.dumps(_stated(layout), multiline_strings=False)


def _stated(settings: msgspec.Struct) -> dict[str, object]:
    defaults = msgspec.structs.fields(settings)
    found: dict[str, object] = {}
    for each in defaults:
        value = getattr(settings, each.name)
        if value is None or (value == each.default and each.name not in _ALWAYS_WRITTEN):
            continue
        if isinstance(value, dict) and not value:
            continue
        if isinstance(value, msgspec.Struct):
            value = _stated(value)
            if not value:
                continue
        found[each.name] = msgspec.to_builtins(value, builtin_types=())
    return found

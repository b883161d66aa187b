"""A published report as its folder shows it: its version, and the record of what it was made from.

The first version has the plain name of its entity and kind, the second is ``ES+v2``. What 0.1.0 stored under other
names is translated here, and nowhere else: in the record of a run (``run.json``) and in what was published before it
(``earlier.json``). Frozen ledgers are translated by :mod:`arkit.model.snapshot`.
"""

import re
from pathlib import Path
from typing import Any, Final

import msgspec

RECORD: Final = "run.json"
_LATER: Final = re.compile(r"(?P<place>.+)\+v(?P<number>[1-9]\d*)")
# A notebook's own parameters and the names of files are the user's.
_AS_WRITTEN: Final = frozenset({"parameters", "identity", "inputs", "outputs", "versions"})
_KEYS: Final = dict(key_figures="kpis", figure="kpi", set_apart="excluded", late_recorded="posted_after_cut_off")
_VALUES: Final = {"action": {"set_apart": "excluded"}, "customers_are": {"companies of the group": "intercompany"}}


def version_of(folder: Path) -> int:
    """The number of a version.

    >>> version_of(Path("2026-10-31/ES")), version_of(Path("2026-10-31/ES+customers+v3"))
    (1, 3)
    """
    later = _LATER.fullmatch(folder.name)
    return int(later["number"]) if later else 1


def first_version(folder: Path) -> Path:
    """The place of the first version of a report.

    >>> first_version(Path("2026-10-31/ES+v2")).name
    'ES'
    """
    later = _LATER.fullmatch(folder.name)
    return folder.with_name(later["place"]) if later else folder


def record_of(folder: Path | None) -> dict[str, Any] | None:
    """What a published report says of itself; nothing where there is no such report.

    Raises
    ------
    msgspec.DecodeError
        The record is no JSON.
    """
    if folder is None or not (folder / RECORD).is_file():
        return None
    record: dict[str, Any] = in_names_of_today(msgspec.json.decode((folder / RECORD).read_bytes()))
    return record


def in_names_of_today(stored: Any) -> Any:
    """What a run stored, with the keys and values that 0.1.0 called otherwise under their names of today.

    >>> in_names_of_today({"key_figures": [{"figure": "dso", "value": 45.0}]})
    {'kpis': [{'kpi': 'dso', 'value': 45.0}]}
    """
    if isinstance(stored, list):
        return [in_names_of_today(row) for row in stored]
    if not isinstance(stored, dict):
        return stored
    return {
        _KEYS.get(name, name): value if name in _AS_WRITTEN else _value(name, in_names_of_today(value))
        for name, value in stored.items()
    }


def _value(name: str, value: Any) -> Any:
    return _VALUES[name].get(value, value) if name in _VALUES else value
